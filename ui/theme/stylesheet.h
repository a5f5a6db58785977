// SPDX-License-Identifier: GPL-3.0-or-later
// The window's one stylesheet, made from the tokens. Internal to ui/theme.
#pragma once

#include <QString>

namespace rivereto::ui {

/// "@token@" stands for a colour.
QString stylesheetTemplate();

} // namespace rivereto::ui
