// SPDX-License-Identifier: GPL-3.0-or-later
// SeriesLayer: the series of a chart, drawn once by Qt Charts into a picture that hovering and brushing reuse.
#pragma once

#include <memory>
#include <vector>

#include <QGraphicsScene>
#include <QPainterPath>
#include <QPixmap>

#include "ui/models/viewstate.h"
#include "ui/theme/theme.h"

class QChart;

namespace rivereto::ui {

/// What is drawn, bottom up.
struct ChartSeries {
    int number = 0; ///< position in the result
    QColor colour;
    std::vector<double> values;
};

/// GUI thread. Plot coordinates: x is the point's number, y the value.
class SeriesLayer {
public:
    SeriesLayer();
    ~SeriesLayer();

    /// For Stacked and Share `series` are laid upon each other; Share turns them into parts of each point's sum.
    void set(ChartKind kind, std::vector<ChartSeries> series);
    [[nodiscard]] QPixmap picture(QSize size, qreal ratio, double top, const Theme& theme) const;

    [[nodiscard]] size_t points() const { return m_series.empty() ? 0 : m_series.front().values.size(); }
    [[nodiscard]] double maximum() const;
    /// Position in set() of the series at a place; -1 outside. Lines: the nearest one.
    [[nodiscard]] int seriesAt(size_t point, double value, double reach) const;
    /// Upper edge of a series, in plot coordinates.
    [[nodiscard]] double upper(int at, size_t point) const { return m_upper[static_cast<size_t>(at)][point]; }
    [[nodiscard]] double lower(int at, size_t point) const { return m_kind == ChartKind::Lines || at == 0 ? 0 : upper(at - 1, point); }
    [[nodiscard]] const std::vector<ChartSeries>& series() const { return m_series; }
    [[nodiscard]] int find(int number) const;
    [[nodiscard]] ChartKind kind() const { return m_kind; }

private:
    ChartKind m_kind = ChartKind::Stacked;
    std::vector<ChartSeries> m_series;
    std::vector<std::vector<double>> m_upper;
};

} // namespace rivereto::ui
