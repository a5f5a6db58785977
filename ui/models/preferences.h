// SPDX-License-Identifier: GPL-3.0-or-later
// Preferences: small choices that outlive the window, by name.
#pragma once

#include <QString>

namespace rivereto::ui {

class Preferences {
public:
    virtual ~Preferences() = default;
    /// Empty when nothing was kept under the name.
    [[nodiscard]] virtual QString preference(const QString& name) const = 0;
    virtual void setPreference(const QString& name, const QString& value) = 0;
};

} // namespace rivereto::ui
