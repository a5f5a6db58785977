// SPDX-License-Identifier: GPL-3.0-or-later
// SeriesTable: the statistics below the chart, with swatches, share bars and a pinned total.
#pragma once

#include <QHeaderView>
#include <QStyledItemDelegate>
#include <QTableView>

#include "ui/models/seriestablemodel.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class SeriesHeader : public QHeaderView {
    Q_OBJECT
public:
    SeriesHeader(const Theme& theme, QWidget* parent);

protected:
    void paintSection(QPainter* painter, const QRect& rect, int section) const override;

private:
    const Theme& m_theme;
};

class SeriesDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    SeriesDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), m_theme(theme) { }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    void paintKey(QPainter& painter, const QRect& rect, const QModelIndex& index) const;
    void paintFigure(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
    const Theme& m_theme;
};

class SeriesTable : public QWidget {
    Q_OBJECT
public:
    explicit SeriesTable(const Theme& theme, QWidget* parent = nullptr);
    void setAnswer(const AnswerPtr& answer, const std::shared_ptr<const core::Schema>& schema);
    /// Selects the row of a series; -1: none.
    void select(int series);
    [[nodiscard]] SeriesTableModel& model() { return m_model; }
    [[nodiscard]] QTableView& view() { return *m_view; }

signals:
    void selected(int series);
    /// Narrow to what a series has in these dimensions; or leave that out. By value: answers change while a menu is open.
    void filterAsked(const std::vector<core::Dimension>& dimensions, const std::vector<std::string>& key, bool without);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void layoutColumns();
    void copy();
    void showMenu(const QPoint& at);
    void paintTotal(QPainter& painter);

    const Theme& m_theme;
    SeriesTableModel m_model;
    QTableView* m_view;
    QWidget* m_total;
    bool m_updating = false;
};

} // namespace rivereto::ui
