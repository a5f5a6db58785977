// SPDX-License-Identifier: GPL-3.0-or-later
// TrafficChart: a query's series over time, with read-out, highlighting and a brush. Read this first in ui/charts.
#pragma once

#include <QFrame>

#include "ui/charts/axis.h"
#include "ui/charts/chartview.h"
#include "ui/charts/serieslayer.h"

namespace rivereto::ui {

class TrafficChart : public ChartView {
    Q_OBJECT
public:
    explicit TrafficChart(const Theme& theme, QWidget* parent = nullptr);

    void setAnswer(const AnswerPtr& answer) override;
    void setLook(const ChartLook& look) override;
    void setHighlighted(int series) override;
    /// At most 300.
    [[nodiscard]] unsigned pointsWanted() const override;
    void paintTo(QPainter& painter, QSizeF size) const override;
    [[nodiscard]] std::optional<core::TimeRange> brush() const override { return m_brush; }
    void setBrush(std::optional<core::TimeRange> range) override;
    /// As the series' first and last drawn points; nothing when empty.
    [[nodiscard]] std::optional<core::TimeRange> shownRange() const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void rebuild();
    void redraw();
    void placeBrushBar();
    void hover(QPointF at);
    [[nodiscard]] QRectF plot() const;
    [[nodiscard]] double xOf(double point) const;
    [[nodiscard]] double xOfTime(uint64_t ms) const;
    [[nodiscard]] uint64_t timeAt(double x) const;
    [[nodiscard]] double yOf(double value) const;
    [[nodiscard]] std::optional<size_t> pointAt(double x) const;
    [[nodiscard]] uint64_t pointStart(size_t point) const;
    void paintGrid(QPainter& painter) const;
    void paintTimes(QPainter& painter) const;
    void paintHighlight(QPainter& painter) const;
    void paintBrush(QPainter& painter) const;
    void paintReadOut(QPainter& painter) const;
    void paintCard(QPainter& painter, size_t point) const;

    AnswerPtr m_answer;
    ChartLook m_look;
    SeriesLayer m_layer;
    ValueAxis m_axis;
    QPixmap m_picture;
    size_t m_skipped = 0; ///< points of the result before the first drawn one
    int m_highlighted = -1;
    std::optional<size_t> m_hoverPoint;
    int m_hoverSeries = -1; ///< in the layer
    std::optional<core::TimeRange> m_brush;
    std::optional<double> m_pressX;
    std::optional<QPointF> m_pointer; ///< while above the chart
    bool m_dragging = false;
    bool m_keyboard = false; ///< focus came by keyboard, and shows
    QFrame* m_bar = nullptr; ///< beside a finished brush: range, Zoom, Clear
    class QLabel* m_barRange = nullptr;
};

} // namespace rivereto::ui
