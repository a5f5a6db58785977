// SPDX-License-Identifier: GPL-3.0-or-later
// FilterRow: the row below the toolbar – star, filter, history, and what a page adds at the right.
#pragma once

#include <QHBoxLayout>

#include "ui/filter/filterbox.h"
#include "ui/filter/historypopup.h"
#include "ui/filter/savedpopup.h"
#include "ui/models/profile.h"
#include "ui/window/partsbutton.h"

namespace rivereto::ui {

/// 44 pixels and the line below them; higher while the filter has several lines. Remembers in the profile what is applied.
class FilterRow : public QFrame {
    Q_OBJECT
public:
    FilterRow(Profile& profile, const Theme& theme, QWidget* parent = nullptr);

    [[nodiscard]] FilterBox& box() { return *m_box; }
    /// Another button at the right end.
    void addTrailing(QWidget* widget) { m_row->addWidget(widget, 0, Qt::AlignTop); }
    [[nodiscard]] QPushButton& star() { return *m_star; }
    [[nodiscard]] QPushButton& historyButton() { return *m_historyButton; }
    /// Name under which the filter in force is saved; empty when it is not.
    [[nodiscard]] QString savedAs() const;
    /// As a click on History and on the star; they close themselves.
    HistoryPopup* openHistory();
    SavedPopup* openSaved();

private:
    void syncProfile();
    void syncStar();
    void remember();
    void place(QWidget& popup, const QWidget& below, bool alignRight) const;

    Profile& m_profile;
    const Theme& m_theme;
    QHBoxLayout* m_row;
    QPushButton* m_star;
    FilterBox* m_box;
    PartsButton* m_historyButton;
};

} // namespace rivereto::ui
