// SPDX-License-Identifier: GPL-3.0-or-later
// SettingsFile: the user's preferences, shared by the window and the commands that use its saved views.
#pragma once

#include <QSettings>

#include "ui/models/preferences.h"

namespace rivereto::app {

class SettingsFile final : public ui::Preferences {
public:
    [[nodiscard]] QString preference(const QString& name) const override { return m_settings.value(name).toString(); }
    void setPreference(const QString& name, const QString& value) override { m_settings.setValue(name, value); }
    [[nodiscard]] QSettings& settings() { return m_settings; }

private:
    QSettings m_settings{QSettings::IniFormat, QSettings::UserScope, QStringLiteral("rivereto"), QStringLiteral("window")};
};

} // namespace rivereto::app
