// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run.h"

#include "app/cli/command.h"

namespace rivereto::app {
int runWindow(int, char**) { return 0; }
int runConfig(const QStringList&) { return 1; }
} // namespace rivereto::app
