// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/seriesshape.h"

#include <algorithm>
#include <cmath>

namespace rivereto::ui {

namespace {

constexpr Direction kDirections[] = {Direction::Up, Direction::Down};

double orZero(double value) { return std::isnan(value) ? 0 : value; }

} // namespace

void SeriesShape::set(ChartKind kind, std::vector<ChartSeries> series)
{
    m_kind = kind;
    m_series = std::move(series);
    m_points = m_series.empty() ? 0 : m_series.front().values.size();
    for (const auto direction : kDirections) {
        auto& sums = m_sums[static_cast<size_t>(direction)];
        sums.clear();
        if (!stacked() || !has(direction))
            continue;
        sums.assign(m_points, 0.0);
        for (const auto& one : m_series) {
            for (size_t i = 0; i < m_points; ++i)
                sums[i] += orZero(one.of(direction)[i]);
        }
    }
}

void SeriesShape::scale(const ValueAxis& axis)
{
    for (const auto direction : kDirections) {
        auto& out = m_upper[static_cast<size_t>(direction)];
        out.clear();
        if (!has(direction))
            continue;
        const auto& sums = m_sums[static_cast<size_t>(direction)];
        Points below(m_points, 0.0);
        for (const auto& one : m_series) {
            const auto& values = one.of(direction);
            Points edge(m_points);
            for (size_t i = 0; i < m_points; ++i) {
                if (!stacked()) {
                    edge[i] = axis.height(values[i]);
                    continue;
                }
                below[i] += orZero(values[i]);
                const double part = sums[i] > 0 ? below[i] / sums[i] : 0;
                edge[i] = m_kind == ChartKind::Share ? part : axis.logarithmic() ? part * axis.height(sums[i]) : below[i];
            }
            out.push_back(std::move(edge));
        }
    }
}

double SeriesShape::most(Direction direction) const
{
    double out = 0;
    const auto look = [&out](const Points& points) {
        for (const double value : points)
            out = std::isfinite(value) ? std::max(out, value) : out;
    };
    if (stacked())
        look(m_sums[static_cast<size_t>(direction)]);
    else
        for (const auto& one : m_series)
            look(one.of(direction));
    return out;
}

double SeriesShape::least() const
{
    double out = std::numeric_limits<double>::infinity();
    const auto look = [&out](const Points& points) {
        for (const double value : points)
            out = value > 0 ? std::min(out, value) : out;
    };
    for (const auto direction : kDirections) {
        if (stacked())
            look(m_sums[static_cast<size_t>(direction)]);
        else
            for (const auto& one : m_series)
                look(one.of(direction));
    }
    return std::isfinite(out) ? out : 0;
}

int SeriesShape::find(int number) const
{
    const auto found = std::ranges::find(m_series, number, &ChartSeries::number);
    return found == m_series.end() ? -1 : static_cast<int>(found - m_series.begin());
}

int SeriesShape::seriesAt(size_t point, double height, Direction direction, double reach) const
{
    const auto& edges = half(direction);
    if (point >= m_points || edges.empty() || (stacked() && height < 0))
        return -1;
    int nearest = -1;
    for (size_t s = 0; s < edges.size(); ++s) {
        const double edge = edges[s][point];
        if (stacked() && height <= edge && edge > lower(s, point, direction))
            return static_cast<int>(s);
        if (const double distance = std::abs(edge - height); !stacked() && distance <= reach) {
            reach = distance;
            nearest = static_cast<int>(s);
        }
    }
    return nearest;
}

} // namespace rivereto::ui
