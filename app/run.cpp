// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run.h"


namespace rivereto::app {
int runWindow(int, char**) { return 0; }
} // namespace rivereto::app
