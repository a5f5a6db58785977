// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/resources.h"

#include <QDir>

// The macro must stand outside any namespace.
static void initRiveretoResources() { Q_INIT_RESOURCE(rivereto); }

namespace rivereto::app {

void initResources() { initRiveretoResources(); }

} // namespace rivereto::app
