// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/shape.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <numeric>

#include "core/text/value.h"

namespace rivereto::core {

namespace {

/// As in the key: with kOthersBit where it says so.
uint32_t markedPoint(const Aggregate& sums, size_t entry)
{
    uint32_t point = 0;
    std::memcpy(&point, sums.cells.key(entry) + sums.cells.keyWidth() - sizeof point, sizeof point);
    return point;
}

uint32_t pointOf(const Aggregate& sums, size_t entry) { return markedPoint(sums, entry) & ~kOthersBit; }

/// Which of two keys comes first: by number, address or text of the first column that differs. Not by what they look like,
/// so that a million groups of equal size are ranked without formatting them.
bool keyLess(const Plan& plan, const uint8_t* a, const uint8_t* b, const DictionaryView& texts)
{
    for (const auto id : plan.keys) {
        const auto storage = (*plan.schema)[id].storage();
        const auto order = withCellType(storage, [&](auto cell) -> std::strong_ordering {
            using T = decltype(cell);
            T left;
            T right;
            std::memcpy(&left, a, sizeof left);
            std::memcpy(&right, b, sizeof right);
            if constexpr (std::is_same_v<T, PrefixCell>) {
                const auto byAddress = left.address <=> right.address;
                return byAddress != 0 ? byAddress : left.bits <=> right.bits;
            } else if constexpr (std::is_same_v<T, uint32_t>) {
                return storage == Storage::Dict ? texts.text(left) <=> texts.text(right) : left <=> right;
            } else {
                return left <=> right;
            }
        });
        if (order != 0)
            return order < 0;
        a += cellSize(storage);
        b += cellSize(storage);
    }
    return false;
}

/// "192.0.2.0/24" for an address that was cut; nothing for other cells.
std::optional<std::string> cutAddress(const Plan& plan, const Column& column, const void* cell)
{
    if (column.storage() != Storage::Ip)
        return std::nullopt;
    const Ip ip = *static_cast<const Ip*>(cell);
    const unsigned bits = ip.isV4() ? 96 + plan.query.truncateV4 : plan.query.truncateV6;
    return bits >= 128 || ip.isZero() ? std::nullopt : std::optional(Prefix{ip, static_cast<uint8_t>(bits)}.toString());
}

std::vector<std::string> keyTexts(const Plan& plan, const uint8_t* key, const DictionaryView& texts)
{
    std::vector<std::string> out;
    for (const auto id : plan.keys) {
        const auto& column = (*plan.schema)[id];
        alignas(16) uint8_t cell[sizeof(PrefixCell)];
        std::memcpy(cell, key, cellSize(column.storage()));
        out.push_back(cutAddress(plan, column, cell).value_or(formatCell(column, cell, texts)));
        key += cellSize(column.storage());
    }
    return out;
}

/// Range of points that lie wholly within the plan's range; all of them when none does.
std::pair<size_t, size_t> completePoints(const Plan& plan)
{
    size_t begin = plan.firstPoint < plan.range.from ? 1 : 0;
    size_t end = plan.points;
    if (end > 0 && plan.firstPoint + plan.points * plan.intervalMs > plan.range.to)
        --end;
    return begin < end ? std::pair(begin, end) : std::pair(size_t{0}, static_cast<size_t>(plan.points));
}

/// Whole sums in a point → rate in the query's unit.
double rateFactor(const Plan& plan)
{
    if (plan.intervalMs == 0 || isTotal(plan.query.unit))
        return 1;
    return perUnit(plan.query.unit) * 1000.0 / static_cast<double>(plan.intervalMs);
}

Series makeSeries(const Plan& plan, std::vector<std::string> key, std::vector<double> points, double total)
{
    Series series{.key = std::move(key)};
    series.statistics = computeStatistics(plan, points, total);
    if (plan.query.kind == QueryKind::TimeSeries && plan.intervalMs > 0) {
        const double factor = rateFactor(plan);
        for (auto& point : points)
            point *= factor;
        series.points = std::move(points);
    }
    return series;
}

/// A group and what it is ranked by; the key is one of the cells'.
struct Scored {
    const uint8_t* key;
    double score;
};

std::vector<Scored> scoreGroups(const Plan& plan, const Aggregate& sums, size_t width)
{
    const auto& cells = sums.cells;
    std::vector<Scored> out;
    if (plan.points <= 1) {
        // Every cell is a group of its own.
        out.reserve(cells.size());
        for (size_t entry = 0; entry < cells.size(); ++entry)
            out.push_back({cells.key(entry), static_cast<double>(cells.value(entry))});
        return out;
    }
    GroupTable groups(width);
    const auto by = isTotal(plan.query.unit) || plan.intervalMs == 0 ? LimitBy::Avg : plan.query.limitBy;
    const auto lastPoint = completePoints(plan).second - 1;
    for (size_t entry = 0; entry < cells.size(); ++entry) {
        const size_t group = groups.entryOf(cells.key(entry));
        if (group == out.size())
            out.push_back({cells.key(entry), 0});
        const auto value = static_cast<double>(cells.value(entry));
        auto& score = out[group].score;
        switch (by) {
        case LimitBy::Avg: score += value; break;
        case LimitBy::Max: score = std::max(score, value); break;
        case LimitBy::Last: score += pointOf(sums, entry) == lastPoint ? value : 0; break;
        }
    }
    return out;
}

} // namespace

Statistics computeStatistics(const Plan& plan, const std::vector<double>& points, double total)
{
    Statistics out{.total = total};
    if (plan.intervalMs == 0 || points.empty())
        return out;
    const auto [begin, end] = completePoints(plan);
    std::vector<double> values(points.begin() + static_cast<ptrdiff_t>(begin), points.begin() + static_cast<ptrdiff_t>(end));
    const double factor = rateFactor(plan);
    out.last = values.back() * factor;
    out.average = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()) * factor;
    std::ranges::sort(values);
    out.min = values.front() * factor;
    out.max = values.back() * factor;
    const double rank = 0.95 * static_cast<double>(values.size() - 1);
    const auto below = static_cast<size_t>(rank);
    const auto above = std::min(below + 1, values.size() - 1);
    out.p95 = (values[below] + (values[above] - values[below]) * (rank - static_cast<double>(below))) * factor;
    return out;
}

Ranking rankGroups(const Plan& plan, const Aggregate& sums)
{
    const size_t width = sums.cells.keyWidth() - sizeof(uint32_t);
    const auto scores = scoreGroups(plan, sums, width);
    std::vector<size_t> order(scores.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto better = [&](size_t a, size_t b) {
        if (scores[a].score != scores[b].score)
            return scores[a].score > scores[b].score;
        return keyLess(plan, scores[a].key, scores[b].key, *sums.texts);
    };
    const size_t named = plan.query.limit == 0 ? order.size() : std::min<size_t>(plan.query.limit, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(named), order.end(), better);
    Ranking out{.groups = scores.size()};
    for (size_t i = 0; i < named; ++i)
        out.keys.insert(out.keys.end(), scores[order[i]].key, scores[order[i]].key + width);
    return out;
}

QueryResult shapeResult(const Plan& plan, const Ranking& ranking, const Aggregate& sums)
{
    QueryResult out{.query = plan.query, .range = plan.range, .intervalMs = plan.intervalMs, .firstPoint = plan.firstPoint,
                    .dimensions = plan.keys, .rowsMatched = sums.rowsMatched, .rowsInRange = sums.rowsInRange,
                    .rowsStored = sums.rowsStored, .table = "raw table"};
    const size_t width = sums.cells.keyWidth() - sizeof(uint32_t);
    GroupTable named(width);
    for (size_t at = 0; at + width <= ranking.keys.size() && width > 0; at += width)
        named.entryOf(ranking.keys.data() + at);
    const size_t others = width > 0 ? named.size() : SIZE_MAX;
    const size_t count = named.size() + (width > 0 ? 1 : 0);

    // Cells sorted by series, so that points are laid out for one series at a time.
    std::vector<size_t> series(sums.cells.size());
    std::vector<size_t> starts(count + 2, 0);
    for (size_t entry = 0; entry < series.size(); ++entry) {
        const auto* key = sums.cells.key(entry);
        const bool known = (markedPoint(sums, entry) & kOthersBit) == 0 && named.contains(key);
        series[entry] = width == 0 ? 0 : known ? named.entryOf(key) : others;
        ++starts[series[entry] + 1];
    }
    std::partial_sum(starts.begin(), starts.end(), starts.begin());
    std::vector<size_t> entries(series.size());
    auto next = starts;
    for (size_t entry = 0; entry < series.size(); ++entry)
        entries[next[series[entry]]++] = entry;

    std::vector<double> allPoints(plan.points, 0.0);
    double all = 0;
    for (size_t s = 0; s < count; ++s) {
        std::vector<double> points(plan.points, 0.0);
        double total = 0;
        for (size_t i = starts[s]; i < starts[s + 1]; ++i) {
            const auto value = static_cast<double>(sums.cells.value(entries[i]));
            const auto point = pointOf(sums, entries[i]);
            points[point] += value;
            allPoints[point] += value;
            total += value;
        }
        all += total;
        if (s != others) {
            out.series.push_back(makeSeries(plan, keyTexts(plan, named.key(s), *sums.texts), std::move(points), total));
        } else if (ranking.groups > named.size()) {
            out.cutOff = ranking.groups - named.size();
            out.series.push_back(makeSeries(plan, std::vector<std::string>(plan.keys.size(), "Other"), std::move(points), total));
            out.series.back().other = true;
        }
    }
    if (width == 0) {
        for (size_t entry = 0; entry < sums.cells.size(); ++entry) {
            allPoints[pointOf(sums, entry)] += static_cast<double>(sums.cells.value(entry));
            all += static_cast<double>(sums.cells.value(entry));
        }
        out.series.push_back(makeSeries(plan, {}, allPoints, all));
    }
    out.total = makeSeries(plan, {}, std::move(allPoints), all);
    return out;
}

} // namespace rivereto::core
