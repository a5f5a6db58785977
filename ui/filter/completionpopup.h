// SPDX-License-Identifier: GPL-3.0-or-later
// CompletionPopup: what may come at the cursor, below the filter; the keyboard stays with the editor.
#pragma once

#include <optional>

#include <QFrame>
#include <QLabel>
#include <QListWidget>

#include "ui/theme/theme.h"

namespace rivereto::ui {

struct CompletionRow {
    QString text;   ///< as inserted
    QString detail; ///< may be empty
    std::optional<quint64> flows;
    int matchBegin = 0; ///< the part of `text` that was typed
    int matchLength = 0;
};

class CompletionPopup : public QFrame {
    Q_OBJECT
public:
    CompletionPopup(const Theme& theme, QWidget* parent);

    /// Shows itself with its upper left corner at `place` in its parent. The candidate that the user had moved to stays current.
    /// `counting` stands over the numbers of flows.
    void offer(const QString& heading, const QString& counting, const QList<CompletionRow>& rows, const QPoint& place);
    /// Whether the filter would be valid with the current candidate.
    void setValid(bool valid);
    void step(int by);
    /// Null without one.
    [[nodiscard]] QString current() const;
    /// The user has moved to a candidate on purpose.
    [[nodiscard]] bool chosen() const { return m_chosen; }
    [[nodiscard]] const QList<CompletionRow>& rows() const { return m_rows; }

signals:
    void picked(const QString& candidate);
    void currentChanged();

protected:
    void hideEvent(QHideEvent* event) override;

private:
    void measure();

    const Theme& m_theme;
    QList<CompletionRow> m_rows;
    QLabel* m_heading;
    QLabel* m_counting;
    QListWidget* m_list;
    QLabel* m_mark;
    QLabel* m_state;
    bool m_chosen = false;
    bool m_filling = false;
};

} // namespace rivereto::ui
