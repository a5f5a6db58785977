// SPDX-License-Identifier: GPL-3.0-or-later
// Resources of a static library are linked only when somebody asks for them.
#pragma once

namespace rivereto::app {

/// Makes resources/rivereto.qrc available; call once before the first use of ":/…".
void initResources();

} // namespace rivereto::app
