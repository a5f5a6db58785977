// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/shape.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/query/figures.h"
#include "core/text/value.h"

namespace rivereto::core {

namespace {

/// "192.0.2.0/24" for an address that was cut; nothing for other cells.
std::optional<std::string> cutAddress(const Plan& plan, const Column& column, const void* cell)
{
    if (column.storage() != Storage::Ip)
        return std::nullopt;
    const Ip ip = *static_cast<const Ip*>(cell);
    const unsigned bits = ip.isV4() ? 96 + plan.query.truncateV4 : plan.query.truncateV6;
    return bits >= 128 || ip.isZero() ? std::nullopt : std::optional(Prefix{ip, static_cast<uint8_t>(bits)}.toString());
}

Series makeSeries(const Plan& plan, std::vector<std::string> key, Figures&& figures)
{
    Series series{.key = std::move(key)};
    auto points = figures.takePoints();
    series.statistics = computeStatistics(plan, points, figures.total());
    if (plan.query.kind == QueryKind::TimeSeries && plan.intervalMs > 0)
        series.points = std::move(points);
    return series;
}

/// Cells by series, so that points are laid out for one series at a time.
class BySeries {
public:
    BySeries(const Cells& cells, const GroupTable& named, const std::stop_token& stop) : m_starts(named.size() + 2, 0)
    {
        std::vector<uint32_t> series(cells.size());
        for (size_t cell = 0; cell < cells.size() && !stops(stop, cell); ++cell) {
            const auto found = cells.others(cell) ? std::nullopt : named.find(cells.key(cell));
            series[cell] = static_cast<uint32_t>(found.value_or(named.size()));
            ++m_starts[series[cell] + 1];
        }
        std::partial_sum(m_starts.begin(), m_starts.end(), m_starts.begin());
        auto next = m_starts;
        m_cells.resize(cells.size());
        for (size_t cell = 0; cell < cells.size(); ++cell)
            m_cells[next[series[cell]]++] = static_cast<uint32_t>(cell);
    }
    /// Those of the last series, one past the named ones, belong to no named group.
    [[nodiscard]] std::span<const uint32_t> of(size_t series) const { return std::span(m_cells).subspan(m_starts[series], m_starts[series + 1] - m_starts[series]); }

private:
    std::vector<size_t> m_starts;
    std::vector<uint32_t> m_cells;
};

Series totalSeries(const Plan& plan, const Cells& cells, const Aggregate& sums, const std::stop_token& stop)
{
    Figures figures(plan);
    if (isAdditive(plan.query.unit)) {
        for (size_t point = 0; point < plan.points; ++point)
            figures.addWhole(point, static_cast<double>(sums.totals[point]));
    } else {
        for (size_t cell = 0; cell < cells.size() && !stops(stop, cell); ++cell)
            figures.add(cells, cell);
    }
    return makeSeries(plan, {}, std::move(figures));
}

} // namespace

std::vector<std::string> keyTexts(const Plan& plan, const uint8_t* key, const DictionaryView& texts)
{
    const auto take = [&](ColumnId id) {
        const auto& column = (*plan.schema)[id];
        alignas(16) uint8_t cell[sizeof(PrefixCell)];
        std::memcpy(cell, key, cellSize(column.storage()));
        key += cellSize(column.storage());
        return cutAddress(plan, column, cell).value_or(formatCell(column, cell, texts));
    };
    std::vector<std::string> out;
    for (const auto& dimension : plan.dimensions) {
        out.push_back(take(dimension.column));
        if (dimension.isConversation())
            out.back().append(" ↔ ").append(take(dimension.otherEnd));
    }
    return out;
}

std::vector<bool> completePoints(const Plan& plan)
{
    std::vector<bool> out(plan.points);
    for (size_t point = 0; point < out.size(); ++point) {
        const uint64_t from = plan.firstPoint + point * plan.intervalMs;
        const uint64_t to = from + plan.intervalMs;
        const auto touches = [&](const TimeRange& silent) { return silent.from < to && silent.to > from; };
        out[point] = from >= plan.range.from && to <= plan.range.to && std::ranges::none_of(plan.silent, touches);
    }
    if (std::ranges::find(out, true) == out.end())
        out.assign(out.size(), true);
    return out;
}

std::vector<double> completeValues(const Plan& plan, const std::vector<double>& points)
{
    const auto complete = completePoints(plan);
    std::vector<double> out;
    out.reserve(points.size());
    for (size_t point = 0; point < points.size(); ++point) {
        if (complete[point])
            out.push_back(points[point]);
    }
    return out;
}

std::optional<double> Statistics::uncertainty() const
{
    return samples && *samples > 0 ? std::optional(196.0 / std::sqrt(static_cast<double>(*samples))) : std::nullopt;
}

Statistics computeStatistics(const Plan& plan, const std::vector<double>& points, double total)
{
    Statistics out{.total = total};
    if (plan.query.kind == QueryKind::Sankey && !points.empty())
        out.average = points[0];
    if (plan.intervalMs == 0 || points.empty())
        return out;
    auto values = completeValues(plan, points);
    out.last = values.back();
    out.average = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    std::ranges::sort(values);
    out.min = values.front();
    out.max = values.back();
    const double rank = 0.95 * static_cast<double>(values.size() - 1);
    const auto below = static_cast<size_t>(rank);
    const auto above = std::min(below + 1, values.size() - 1);
    out.p95 = values[below] + (values[above] - values[below]) * (rank - static_cast<double>(below));
    return out;
}

QueryResult shapeResult(const Plan& plan, const Ranking& ranking, const Aggregate& sums, const std::stop_token& stop)
{
    QueryResult out{.query = plan.query, .range = plan.range, .intervalMs = plan.intervalMs, .firstPoint = plan.firstPoint,
                    .dimensions = plan.dimensions, .sampled = sums.sampled, .rowsMatched = sums.rowsMatched, .rowsInRange = sums.rowsInRange,
                    .rowsStored = sums.rowsStored, .table = "raw table"};
    const auto request = requestFor(plan, 0);
    const Cells cells(plan, request, sums);
    const size_t width = cells.namedWidth();
    out.total = totalSeries(plan, cells, sums, stop);
    if (width == 0) {
        out.series.push_back(out.total);
        return out;
    }
    GroupTable named(width);
    for (size_t at = 0; at + width <= ranking.keys.size(); at += width)
        named.entryOf(ranking.keys.data() + at);
    const BySeries bySeries(cells, named, stop);
    if (stop.stop_requested())
        return out;
    for (size_t s = 0; s < named.size() && !stops(stop, s); ++s) {
        Figures figures(plan);
        for (const auto cell : bySeries.of(s))
            figures.add(cells, cell);
        out.series.push_back(makeSeries(plan, keyTexts(plan, named.key(s), *sums.texts), std::move(figures)));
    }
    const auto others = bySeries.of(named.size());
    if (ranking.groups <= named.size() && others.empty())
        return out;
    Figures figures(plan);
    for (const auto cell : others)
        figures.add(cells, cell);
    if (sums.leftOut > 0)
        figures.addWhole(0, static_cast<double>(sums.leftOut));
    out.cutOff = ranking.groups - std::min(ranking.groups, named.size());
    out.series.push_back(makeSeries(plan, std::vector<std::string>(plan.dimensions.size(), "Other"), std::move(figures)));
    out.series.back().other = true;
    return out;
}

} // namespace rivereto::core
