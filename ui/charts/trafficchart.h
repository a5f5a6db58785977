// SPDX-License-Identifier: GPL-3.0-or-later
// TrafficChart: a query's series over time, with read-out, highlighting and a brush. Read this first in ui/charts.
#pragma once

#include <functional>

#include <QFrame>
#include <QWidget>

#include "ui/charts/axis.h"
#include "ui/charts/serieslayer.h"
#include "ui/models/queryrunner.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

/// Colour of a series of a result: by its rank, Other in grey.
QColor seriesColour(const Theme& theme, const core::QueryResult& result, size_t series);

class TrafficChart : public QWidget {
    Q_OBJECT
public:
    explicit TrafficChart(const Theme& theme, QWidget* parent = nullptr);

    /// Null empties the chart.
    void setAnswer(const AnswerPtr& answer);
    void setClock(const Clock& clock);
    /// What the read-out calls a series of the result; without it, its key.
    void setLabels(std::function<QString(int series)> labels) { m_labels = std::move(labels); }
    /// Draws a series of the result out; -1: none.
    void setHighlighted(int series);
    /// Points that fit: at most 300.
    [[nodiscard]] unsigned pointsWanted() const;
    [[nodiscard]] std::optional<core::TimeRange> brush() const { return m_brush; }
    void setBrush(std::optional<core::TimeRange> range);
    /// As the series' first and last drawn points; nothing when empty.
    [[nodiscard]] std::optional<core::TimeRange> shownRange() const;

signals:
    void zoomAsked(const core::TimeRange& range);
    void backAsked();
    /// A click on a series of the result; -1: beside all.
    void seriesClicked(int series);

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

    const Theme& m_theme;
    AnswerPtr m_answer;
    std::function<QString(int)> m_labels;
    Clock m_clock;
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
