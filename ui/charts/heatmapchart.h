// SPDX-License-Identifier: GPL-3.0-or-later
// HeatmapChart: values over time as colours, a row a series; of the total alone over days, the hours of each day.
#pragma once

#include <QPixmap>
#include <QScrollBar>

#include "ui/charts/brushbar.h"
#include "ui/charts/heatmapscene.h"
#include "ui/charts/timebrush.h"

namespace rivereto::ui {

class HeatmapChart : public ChartView {
    Q_OBJECT
public:
    explicit HeatmapChart(const Theme& theme, QWidget* parent = nullptr);

    void setAnswer(const AnswerPtr& answer) override;
    void setLook(const ChartLook& look) override;
    void setHighlighted(int series) override;
    /// One for three pixels; of days, one an hour.
    [[nodiscard]] unsigned pointsWanted() const override;
    void paintTo(QPainter& painter, QSizeF size) const override;
    [[nodiscard]] std::optional<core::TimeRange> brush() const override { return m_brush.range(); }
    void setBrush(std::optional<core::TimeRange> range) override;
    [[nodiscard]] const HeatmapScene& scene() const { return m_scene; }
    /// Where a cell is now.
    [[nodiscard]] QRectF cellBox(HeatCell cell) const { return m_scene.cellBox(cell, scrolled()); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void rebuild();
    void relayout();
    void hoverAt(QPointF at);
    void setCell(const std::optional<HeatCell>& cell, std::optional<size_t> row);
    void walk(int key, bool mark);
    bool dragTo(QPointF at);
    void brushTouched();
    void placeBrushBar();
    void showRow(size_t row);
    [[nodiscard]] std::optional<HeatCell> cellAt(QPointF at) const;
    [[nodiscard]] int seriesOf(std::optional<size_t> row) const;
    [[nodiscard]] double scrolled() const { return m_scroll->isVisibleTo(this) ? m_scroll->value() : 0; }

    AnswerPtr m_answer;
    ChartLook m_look;
    HeatmapScene m_scene;
    QPixmap m_picture; ///< null when out of date
    int m_highlighted = -1;
    std::optional<HeatCell> m_cell; ///< below the pointer, or walked to
    std::optional<size_t> m_row;    ///< below the pointer, also beside the cells
    std::optional<QPointF> m_pointer;
    TimeBrush m_brush;
    std::optional<HeatCell> m_pressed; ///< where a range of days begins
    QPointF m_pressedAt;
    bool m_draggingDays = false;
    bool m_keyboard = false; ///< focus came by keyboard, and shows
    BrushBar* m_bar = nullptr;
    QScrollBar* m_scroll = nullptr;
};

} // namespace rivereto::ui
