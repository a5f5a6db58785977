// SPDX-License-Identifier: GPL-3.0-or-later
// Plot: one coordinate system of time and value with its series, and the painting of all but the series and the time axis.
#pragma once

#include "ui/charts/seriesshape.h"
#include "ui/charts/timeaxis.h"

namespace rivereto::ui {

struct Plot {
    QRectF area;
    TimeScale time; ///< a point stands at the middle of its interval
    ValueAxis axis;
    SeriesShape shape; ///< scaled to `axis`

    [[nodiscard]] double pixelsPerHeight() const { return area.height() / axis.whole(); }
    [[nodiscard]] double zero() const { return area.top() + axis.height(axis.top) * pixelsPerHeight(); }
    [[nodiscard]] double y(double height, Direction direction) const
    {
        return zero() + (direction == Direction::Up ? -height : height) * pixelsPerHeight();
    }
    /// The half of `area` on one side of the zero line, and how high it is in heights.
    [[nodiscard]] QRectF half(Direction direction) const;
    [[nodiscard]] double halfHeight(Direction direction) const
    {
        return direction == Direction::Up ? axis.height(axis.top) : axis.height(axis.depth);
    }
    [[nodiscard]] bool bothDirections() const { return axis.depth > 0; }
};

/// From the first to the last point of `data`; a single one fills the width.
TimeScale timeScale(const ChartData& data, const QRectF& area);
double xOfPoint(const TimeScale& scale, const ChartData& data, size_t point);
/// The nearest one; nothing off the data.
std::optional<size_t> pointAt(const TimeScale& scale, const ChartData& data, double x);

/// "40 Gb/s": no more figures than it has.
QString roundQuantity(double value, const QString& suffix);

/// "10 Gb/s" … of an axis in the unit of a query; parts of a whole in percent.
class ValueLabels {
public:
    ValueLabels(const ValueAxis& axis, const QString& suffix, bool share);
    [[nodiscard]] QString operator()(double tick) const;

private:
    QString m_suffix;
    double m_divisor = 1;
    bool m_each = false; ///< a prefix for each, as on logarithmic axes
    bool m_share = false;
};

/// Lines at the ticks, and their labels in `labelWidth` pixels at the left (0: none).
void paintValueAxis(QPainter& painter, const Theme& theme, const Plot& plot, const ValueLabels& labels, double labelWidth);
/// Hatched, over the series.
void paintMarks(QPainter& painter, const Theme& theme, const Plot& plot, const TimeScale& scale, const std::vector<ChartMark>& marks);
/// A dashed line; named at the upper edge when the axis does not reach it.
void paintCapacity(QPainter& painter, const Theme& theme, const Plot& plot, double capacity, const QString& name);
/// A dashed line; NaN is a gap.
void paintDashes(QPainter& painter, const Theme& theme, const Plot& plot, const TimeScale& scale, const ChartData& data,
    const Points& values, Direction direction);
/// The series drawn out, the others receding; between two x only, when given.
void paintHighlight(QPainter& painter, const Theme& theme, const Plot& plot, const ChartData& data, int at,
    std::optional<std::pair<double, double>> within);
/// Dims what is outside and draws the handles.
void paintBrush(QPainter& painter, const Theme& theme, const Plot& plot, double from, double to, bool handles);

} // namespace rivereto::ui
