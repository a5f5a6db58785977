// SPDX-License-Identifier: GPL-3.0-or-later
// DecodedView: the lines of a flow's details as a tree – element number, name, value and a badge of origin.
#pragma once

#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QTreeView>

#include "ui/flows/detaillines.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class DecodedDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    DecodedDelegate(const Theme& theme, const QTreeView& view) : m_theme(theme), m_view(view) { }
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    int paintBadge(QPainter& painter, const QRect& rect, Origin origin) const;
    const Theme& m_theme;
    const QTreeView& m_view;
};

class DecodedView : public QTreeView {
    Q_OBJECT
public:
    explicit DecodedView(const Theme& theme, QWidget* parent = nullptr);
    void setLines(const std::vector<DetailLine>& lines);
    /// Chooses the innermost line that has these bytes, without telling.
    void choose(ByteRange bytes);
    /// The line that is chosen; empty without one.
    [[nodiscard]] DetailLine chosen() const;
    [[nodiscard]] const QStandardItemModel& lines() const { return m_model; }

signals:
    void lineChosen(const rivereto::ui::DetailLine& line);
    void copyAsked();

protected:
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void drawBranches(QPainter*, const QRect&, const QModelIndex&) const override { }

private:
    void add(QStandardItem& parent, const std::vector<DetailLine>& lines);
    void openLines(const QModelIndex& parent);

    QStandardItemModel m_model;
    bool m_quiet = false;
};

} // namespace rivereto::ui

Q_DECLARE_METATYPE(rivereto::ui::DetailLine)
