// SPDX-License-Identifier: GPL-3.0-or-later
// HistoryPopup: filters used before, with a search field.
#pragma once

#include <QFrame>
#include <QLineEdit>

#include "ui/filter/filterlist.h"
#include "ui/models/profile.h"

namespace rivereto::ui {

/// Deletes itself when it closes.
class HistoryPopup : public QFrame {
    Q_OBJECT
public:
    HistoryPopup(Profile& profile, const Theme& theme, std::shared_ptr<const core::Schema> schema, QWidget* parent);

    [[nodiscard]] QLineEdit& search() { return *m_search; }
    [[nodiscard]] FilterList& list() { return *m_list; }

signals:
    void chosen(const QString& filter);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill();

    Profile& m_profile;
    QLineEdit* m_search;
    FilterList* m_list;
    class QLabel* m_nothing;
    class QPushButton* m_clear;
};

/// "now", "5 min ago", "yesterday", "12 Nov".
QString agoText(const QDateTime& when, const QDateTime& now);

} // namespace rivereto::ui
