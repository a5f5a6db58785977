// SPDX-License-Identifier: GPL-3.0-or-later
// SeriesTable: the statistics below the chart, with swatches, share bars and a pinned total.
#pragma once

#include <set>

#include <QButtonGroup>
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
    /// Series that the chart leaves out, and the one that is pointed at.
    void setHidden(const std::set<int>& hidden) { m_hidden = hidden; }
    void setHovered(int series) { m_hovered = series; }
    [[nodiscard]] int hovered() const { return m_hovered; }

private:
    void paintKey(QPainter& painter, const QRect& rect, const QModelIndex& index) const;
    void paintFigure(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
    const Theme& m_theme;
    std::set<int> m_hidden;
    int m_hovered = -1;
};

class SeriesTable : public QWidget {
    Q_OBJECT
public:
    explicit SeriesTable(const Theme& theme, QWidget* parent = nullptr);
    void setAnswer(const AnswerPtr& answer, const std::shared_ptr<const core::Schema>& schema);
    /// Selects the row of a series; -1: none.
    void select(int series);
    void setHidden(const std::set<int>& hidden);
    /// The row of a series that is pointed at elsewhere; -1: none.
    void setHovered(int series);
    [[nodiscard]] SeriesTableModel& model() { return m_model; }
    [[nodiscard]] QTableView& view() { return *m_view; }
    void copy();
    void showMenu(int series, int column, const QPoint& globalPosition);

signals:
    /// A click on a row, or a key that does the same.
    void clicked(int series, Qt::KeyboardModifiers modifiers);
    /// The pointer is above the row of a series; -1: above none.
    void hovered(int series);
    /// Narrow to what a series has in these dimensions; or leave that out. By value: answers change while a menu is open.
    void filterAsked(const std::vector<core::Dimension>& dimensions, const std::vector<std::string>& key, bool without);
    /// Group by nothing but this dimension.
    void onlyAsked(const core::Dimension& dimension);
    /// The flows of what a series has in these dimensions.
    void flowsAsked(const std::vector<core::Dimension>& dimensions, const std::vector<std::string>& key);
    /// A menu opens for these values; others may add to it.
    void menuOpened(QMenu& menu, const std::vector<core::Dimension>& dimensions, const std::vector<std::string>& key);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* buildSides();
    void layoutColumns();
    void dropFigures(int width);
    void sortBy(int section);
    void showRanking();
    bool viewEvent(QEvent* event);
    bool viewportEvent(QEvent* event);
    void hover(int series);
    void paintTotal(QPainter& painter);

    const Theme& m_theme;
    SeriesTableModel m_model;
    QWidget* m_sides; ///< direct, reverse, both; only when there is a reverse
    QButtonGroup* m_sideButtons;
    QTableView* m_view;
    SeriesDelegate* m_delegate;
    QWidget* m_total;
    bool m_updating = false;
};

} // namespace rivereto::ui
