// SPDX-License-Identifier: GPL-3.0-or-later
// The window: composition root of the desktop program.
#pragma once

namespace rivereto::app {

/// Runs until the last window is closed; also answers --help and --version. Returns an Exit.
int runWindow(int argc, char** argv);

} // namespace rivereto::app
