// SPDX-License-Identifier: GPL-3.0-or-later
// SeriesShape: where series lie – upon each other, as parts of a whole, or each on its own – on a value axis.
#pragma once

#include "ui/charts/axis.h"
#include "ui/charts/chartdata.h"

namespace rivereto::ui {

/// Heights are those of ValueAxis, of either direction from the zero line, never negative; NaN where a line has a gap.
class SeriesShape {
public:
    /// Share is parts of each point's sum, Lines stand alone; every other kind is laid upon each other, bottom up.
    void set(ChartKind kind, std::vector<ChartSeries> series);
    /// A logarithmic axis shows the sum of a stack; each series keeps its part of the sum's height.
    void scale(const ValueAxis& axis);

    [[nodiscard]] ChartKind kind() const { return m_kind; }
    [[nodiscard]] bool stacked() const { return m_kind != ChartKind::Lines; }
    [[nodiscard]] const std::vector<ChartSeries>& series() const { return m_series; }
    [[nodiscard]] size_t size() const { return m_series.size(); }
    [[nodiscard]] size_t points() const { return m_points; }
    [[nodiscard]] bool has(Direction direction) const { return !m_series.empty() && !m_series.front().of(direction).empty(); }
    /// Largest value, or sum of a stack; and the smallest one above 0.
    [[nodiscard]] double most(Direction direction) const;
    [[nodiscard]] double least() const;

    [[nodiscard]] double upper(size_t at, size_t point, Direction direction) const { return half(direction)[at][point]; }
    [[nodiscard]] double lower(size_t at, size_t point, Direction direction) const
    {
        return !stacked() || at == 0 ? 0 : half(direction)[at - 1][point];
    }
    /// Position in set() of the series at a height; -1 beside all. Lines: the nearest one within reach.
    [[nodiscard]] int seriesAt(size_t point, double height, Direction direction, double reach) const;
    [[nodiscard]] int find(int number) const;

private:
    [[nodiscard]] const std::vector<Points>& half(Direction direction) const { return m_upper[static_cast<size_t>(direction)]; }

    ChartKind m_kind = ChartKind::Stacked;
    std::vector<ChartSeries> m_series;
    size_t m_points = 0;
    Points m_sums[2];               ///< of a stack
    std::vector<Points> m_upper[2]; ///< heights, a series and point
};

} // namespace rivereto::ui
