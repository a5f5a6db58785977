// SPDX-License-Identifier: GPL-3.0-or-later
// TimePopup: presets and free entry of a time range; shows how an entry is understood.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "ui/explore/explorer.h"

namespace rivereto::ui {

class TimePopup : public QFrame {
    Q_OBJECT
public:
    /// Deletes itself when it closes.
    TimePopup(Explorer& explorer, bool live, QWidget* parent);

private:
    void choose(const RangeChoice& range);
    void check();
    std::optional<uint64_t> read(const QLineEdit& edit, QLabel& note) const;

    Explorer& m_explorer;
    QLineEdit* m_from;
    QLineEdit* m_to;
    QLabel* m_fromNote;
    QLabel* m_toNote;
    QPushButton* m_apply;
    std::optional<RangeChoice> m_range;
};

/// "Last 6 hours", or of the stored data when nothing arrives.
QString rangeName(const RangeChoice& range, bool live);

} // namespace rivereto::ui
