// SPDX-License-Identifier: GPL-3.0-or-later
// ExplainTable: a table of an explanation as Explore's tables look, with bars and cells that can be clicked on.
#pragma once

#include <map>

#include <QStyledItemDelegate>
#include <QTableView>

#include "ui/theme/theme.h"

namespace rivereto::ui {

/// Bars of changes go to the left or right of a middle line, so that not only colour tells their sign.
class ExplainDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    ExplainDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), m_theme(theme) { }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    void paintBar(QPainter& painter, const QRect& rect, const QModelIndex& index, bool chosen) const;
    const Theme& m_theme;
};

class ExplainTable : public QTableView {
    Q_OBJECT
public:
    ExplainTable(QAbstractItemModel& model, const Theme& theme, const QString& name, QWidget* parent = nullptr);
    /// One column takes what the others leave.
    void setWidths(int stretched, const std::map<int, int>& widths);

signals:
    /// A click on a cell that can be clicked on, or Enter on its row (column -1).
    void linkClicked(int row, int column);
    void deletePressed(int row);
    void copyAsked();
    void menuAsked(int row, const QPoint& globalPosition);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
};

} // namespace rivereto::ui
