// SPDX-License-Identifier: GPL-3.0-or-later
// CompletionPopup: what may come at the cursor, below the filter; the keyboard stays with the editor.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QListWidget>

#include "core/filter/completion.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class CompletionPopup : public QFrame {
    Q_OBJECT
public:
    CompletionPopup(const Theme& theme, QWidget* parent);

    /// Shows itself with its upper left corner at `place` in its parent, or hides when there is nothing to offer.
    void offer(const core::Completion& completion, const QPoint& place, bool valid);
    void step(int by);
    [[nodiscard]] QString current() const;
    /// The user has moved to a candidate on purpose.
    [[nodiscard]] bool chosen() const { return m_chosen; }

signals:
    void picked(const QString& candidate);

private:
    const Theme& m_theme;
    QLabel* m_heading;
    QListWidget* m_list;
    QLabel* m_state;
    bool m_chosen = false;
};

} // namespace rivereto::ui
