// SPDX-License-Identifier: GPL-3.0-or-later
// SavedViews: the user's own views below the query panel – a click opens one.
#pragma once

#include <QVBoxLayout>
#include <QWidget>

#include "ui/explore/explorer.h"
#include "ui/models/profile.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class SavedViews : public QWidget {
    Q_OBJECT
public:
    SavedViews(Explorer& explorer, Profile& profile, const Theme& theme, QWidget* parent = nullptr);
    /// Asks under which name to save the state in force.
    void askToSave();
    void open(const QString& name);

private:
    void sync();
    void askForName(const QString& title, const QString& proposed, const std::function<void(const QString&)>& take);
    void showMenu(const QString& name, const QPoint& globalPosition);

    Explorer& m_explorer;
    Profile& m_profile;
    const Theme& m_theme;
    QVBoxLayout* m_rows;
};

} // namespace rivereto::ui
