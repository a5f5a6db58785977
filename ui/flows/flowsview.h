// SPDX-License-Identifier: GPL-3.0-or-later
// FlowsView: a table that scrolls by rows, so that its length costs nothing and has no limit in pixels.
#pragma once

#include <QAbstractItemView>
#include <QHeaderView>
#include <QScrollBar>

#include "ui/flows/flowsmodel.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class FlowsHeader : public QHeaderView {
    Q_OBJECT
public:
    FlowsHeader(const Theme& theme, QWidget* parent);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintSection(QPainter* painter, const QRect& rect, int section) const override;

private:
    const Theme& m_theme;
};

/// Its model is a FlowsModel. QTableView keeps eight bytes for each row's height; here all are the same.
class FlowsView : public QAbstractItemView {
    Q_OBJECT
public:
    static constexpr int kRow = 22;

    FlowsView(FlowsModel& model, const Theme& theme, QWidget* parent = nullptr);

    [[nodiscard]] FlowsHeader& header() { return *m_header; }
    /// Rows that can be seen, whole or in part; {0, -1} without any.
    [[nodiscard]] std::pair<int, int> visibleRows() const;
    [[nodiscard]] int firstRow() const { return verticalScrollBar()->value(); }
    void setFirstRow(int row);
    /// Widths that fit what is shown now.
    void fitColumns();
    /// Selected rows in order, at most so many.
    [[nodiscard]] std::vector<int> selectedRows(size_t most) const;
    [[nodiscard]] qint64 selectedCount() const;

    [[nodiscard]] QRect visualRect(const QModelIndex& index) const override;
    void scrollTo(const QModelIndex& index, ScrollHint hint = EnsureVisible) override;
    [[nodiscard]] QModelIndex indexAt(const QPoint& point) const override;
    void doItemsLayout() override;
    void reset() override;

signals:
    /// Other rows are on screen.
    void viewed(int first, int last);
    void sortAsked(int section);
    void copyAsked();
    void openAsked();

protected:
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    [[nodiscard]] int horizontalOffset() const override;
    [[nodiscard]] int verticalOffset() const override { return 0; }
    [[nodiscard]] bool isIndexHidden(const QModelIndex&) const override { return false; }
    void setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags command) override;
    [[nodiscard]] QRegion visualRegionForSelection(const QItemSelection& selection) const override;
    void updateGeometries() override;
    void scrollContentsBy(int dx, int dy) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void rowsInserted(const QModelIndex& parent, int first, int last) override;
    void rowsAboutToBeRemoved(const QModelIndex& parent, int first, int last) override;

private:
    void paintRow(QPainter& painter, int row, int y) const;
    void paintCell(QPainter& painter, const QRect& rect, int row, int section, bool selected) const;
    void layoutColumns();
    [[nodiscard]] int widthFor(int section) const;
    [[nodiscard]] int rowsThatFit() const { return std::max(viewport()->height() / kRow, 1); }
    void tellViewed();

    FlowsModel& m_model;
    const Theme& m_theme;
    FlowsHeader* m_header;
    std::pair<int, int> m_told{0, -1};
    bool m_layingOut = false;
    bool m_touched = false;  ///< widths are the user's own
    bool m_measured = false; ///< widths are those of rows, not only of headings
    std::vector<int> m_widths;
    QStringList m_laidOut;   ///< columns that the widths are of
};

} // namespace rivereto::ui
