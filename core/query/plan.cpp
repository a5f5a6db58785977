// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/plan.h"

#include <algorithm>
#include <array>

namespace rivereto::core {

namespace {

constexpr uint64_t kSecond = 1000;
constexpr uint64_t kMinute = 60 * kSecond;
constexpr uint64_t kHour = 60 * kMinute;
constexpr uint64_t kDay = 24 * kHour;
constexpr auto kLadder = std::to_array<uint64_t>(
    {10, 100, kSecond, 2 * kSecond, 5 * kSecond, 10 * kSecond, 15 * kSecond, 30 * kSecond, kMinute, 2 * kMinute, 5 * kMinute,
     10 * kMinute, 15 * kMinute, 30 * kMinute, kHour, 2 * kHour, 3 * kHour, 6 * kHour, 12 * kHour});
/// Also bounds what a wrong --interval can ask for.
constexpr uint64_t kMaxPoints = 100'000;
/// Aggregator keeps keys in a fixed buffer.
constexpr size_t kMaxKeyWidth = 240;

Result<std::vector<ColumnId>> bindDimensions(const std::vector<std::string>& names, const Schema& schema)
{
    std::vector<ColumnId> ids;
    size_t width = 0;
    for (const auto& name : names) {
        const auto id = schema.find(name);
        if (id == ColumnId::kNone)
            return fail("there is no column “{}” to group by; “rivereto schema” lists them", name);
        if (!schema[id].dimension)
            return fail("{} cannot be grouped by", schema[id].name);
        if (std::ranges::find(ids, id) != ids.end())
            return fail("{} is given twice as dimension", schema[id].name);
        width += cellSize(schema[id].storage());
        ids.push_back(id);
    }
    if (width > kMaxKeyWidth)
        return fail("too many dimensions: {}", names.size());
    return ids;
}

/// How many aligned points a range touches.
uint64_t pointsOf(const TimeRange& range, uint64_t step) { return (range.to - range.from / step * step + step - 1) / step; }

} // namespace

uint64_t chooseInterval(const TimeRange& range, unsigned points)
{
    const uint64_t wanted = std::max<uint64_t>(points, 1);
    for (const auto step : kLadder) {
        if (pointsOf(range, step) <= wanted)
            return step;
    }
    // Whole days. A range cut at both ends can always touch two points, whatever their length.
    for (uint64_t days = std::max<uint64_t>(range.length() / kDay / wanted, 1);; ++days) {
        if (pointsOf(range, days * kDay) <= std::max<uint64_t>(wanted, 2))
            return days * kDay;
    }
}

Result<Plan> planQuery(const Query& query, const std::shared_ptr<const Schema>& schema, const StoreStatus& status, const Now& now)
{
    Plan plan{.query = query, .schema = schema, .range = query.range.value_or(status.range)};
    if (query.range && query.range->to <= query.range->from)
        return fail("the time range ends before it begins");
    if (query.truncateV4 > 32 || query.truncateV6 > 128)
        return fail("addresses have 32 (IPv4) or 128 (IPv6) bits; they cannot be cut to {} and {}", query.truncateV4, query.truncateV6);
    auto keys = bindDimensions(query.dimensions, *schema);
    if (!keys)
        return tl::unexpected(keys.error());
    plan.keys = *keys;
    const auto filter = parseFilter(query.filter);
    if (!filter)
        return tl::unexpected(filter.error());
    auto bound = bindFilter(*filter, {.schema = *schema, .nowMs = now.ms, .utcOffsetMinutes = now.utcOffsetMinutes});
    if (!bound)
        return tl::unexpected(bound.error());
    plan.filter = std::move(*bound);
    plan.firstPoint = plan.range.from;
    if (query.kind == QueryKind::Flows || (query.kind == QueryKind::Table && isTotal(query.unit)) || plan.range.length() == 0)
        return plan;
    plan.intervalMs = query.intervalMs.value_or(chooseInterval(plan.range, query.points));
    if (plan.intervalMs == 0)
        return fail("the interval must be longer than 0");
    plan.firstPoint = plan.range.from / plan.intervalMs * plan.intervalMs;
    const uint64_t points = pointsOf(plan.range, plan.intervalMs);
    if (points > kMaxPoints)
        return fail("an interval of {} ms cuts the range into {} points; at most {} are drawn", plan.intervalMs, points, kMaxPoints);
    plan.points = static_cast<uint32_t>(points);
    return plan;
}

} // namespace rivereto::core
