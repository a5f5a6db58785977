// SPDX-License-Identifier: GPL-3.0-or-later
// TimeChart: what charts over time share – pictures kept between events, read-out, brush, pan and zoom. TrafficChart has one plot,
// GridChart one a series.
#pragma once

#include <array>

#include <QPixmap>

#include "ui/charts/brushbar.h"
#include "ui/charts/plot.h"
#include "ui/charts/readout.h"
#include "ui/charts/serieslayer.h"
#include "ui/charts/timebrush.h"

namespace rivereto::ui {

class TimeChart : public ChartView {
    Q_OBJECT
public:
    explicit TimeChart(const Theme& theme, QWidget* parent = nullptr);

    void setAnswer(const AnswerPtr& answer) override;
    void setLook(const ChartLook& look) override;
    void setHighlighted(int series) override;
    void paintTo(QPainter& painter, QSizeF size) const override;
    [[nodiscard]] std::optional<core::TimeRange> brush() const override { return m_brush.range(); }
    void setBrush(std::optional<core::TimeRange> range) override;
    /// From the start of the first drawn point to the end of the last; nothing when empty.
    [[nodiscard]] std::optional<core::TimeRange> shownRange() const;
    /// What the card says now; nothing while the pointer is elsewhere.
    [[nodiscard]] std::optional<ReadOut> readOut() const;

protected:
    /// What is laid out for a size: on the screen, or into a file, where all must fit.
    struct Scene {
        QSizeF size;
        bool forFile = false;
        std::vector<Plot> plots;
        QRectF viewport;                        ///< plots are seen through it
        std::optional<core::TimeRange> wanted;  ///< being dragged to
    };
    struct Hover {
        size_t plot = 0;
        size_t point = 0;
        int number = -1; ///< in the result
        Direction direction = Direction::Up;
        bool operator==(const Hover&) const = default;
    };

    virtual void arrange(Scene& scene) const = 0;
    /// Behind the series; the earlier period above them; and what no brush dims.
    virtual void paintUnder(QPainter& painter, const Scene& scene) const = 0;
    virtual void paintPrevious(QPainter& painter, const Scene& scene) const = 0;
    virtual void paintOver(QPainter& painter, const Scene& scene) const = 0;
    /// With the pointer; repainted at each of its moves.
    virtual void paintHover(QPainter& painter, const Hover& hover) const = 0;
    /// Where the brush's bar stands, and where its range is painted.
    [[nodiscard]] virtual double barTop() const = 0;
    [[nodiscard]] virtual QString emptyWords() const;
    /// What the chart says of a place when asked; marks by their names and times.
    [[nodiscard]] virtual QString tipAt(QPointF at) const;

    [[nodiscard]] const ChartData& data() const { return m_data; }
    [[nodiscard]] const ChartLook& look() const { return m_look; }
    [[nodiscard]] int highlighted() const { return m_highlighted; }
    /// Laid out anew when something changed.
    [[nodiscard]] const Scene& scene() const;
    /// The time axis of a plot as it is being dragged.
    [[nodiscard]] TimeScale scaleOf(const Plot& plot, const Scene& scene) const;
    [[nodiscard]] std::optional<size_t> plotAt(QPointF at) const;
    void paintTimeLabel(QPainter& painter, size_t point, double x, double top) const;
    /// The layout is out of date.
    void relayout();
    void zoomBy(double factor, std::optional<double> x);
    void panBy(double part);

    bool event(QEvent* event) override;
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
    void refresh();
    /// One a direction, whose halves differ in size.
    using Layers = std::array<SeriesLayer, 2>;
    void paintSeries(QPainter& painter, const Scene& scene, Layers& layers) const;
    void paintDraggedSeries(QPainter& painter) const;
    void paintSelection(QPainter& painter) const;
    void compose();
    void touched();
    void brushTouched();
    void placeBrushBar();
    void hoverAt(QPointF at);
    void setHover(const std::optional<Hover>& hover);
    void showGrip(QPointF at);
    void step(int by, bool mark);
    /// Of a series in signals; -1 for what the result does not hold.
    [[nodiscard]] int numberOf(const std::optional<Hover>& hover) const;

    AnswerPtr m_answer;
    ChartLook m_look;
    ChartData m_data;
    int m_highlighted = -1;
    mutable Scene m_scene;
    mutable bool m_stale = true; ///< the scene, and with it both pictures
    bool m_seriesStale = true;
    bool m_frameStale = true;
    Layers m_layers;
    QPixmap m_series; ///< only what Qt Charts draws
    QPixmap m_frame;  ///< all but the pointer
    std::optional<Hover> m_hover;
    std::optional<QPointF> m_pointer; ///< while above the chart
    size_t m_pressedPlot = 0;
    TimeBrush m_brush;
    RangeDrag m_drag;
    bool m_keyboard = false; ///< focus came by keyboard, and shows
    BrushBar* m_bar = nullptr;
};

} // namespace rivereto::ui
