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
constexpr size_t kMaxDimensions = 16;

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

namespace {

Measure measureOf(Unit unit)
{
    switch (unit) {
    case Unit::L3Bps:
    case Unit::Bytes: return Measure::Bytes;
    case Unit::Pps:
    case Unit::Packets: return Measure::Packets;
    case Unit::L2Bps:
    case Unit::InL2Percent:
    case Unit::OutL2Percent: return Measure::Layer2Bytes;
    case Unit::Fps:
    case Unit::Flows:
    case Unit::Distinct: break;
    }
    return Measure::Rows;
}

Result<std::vector<ColumnId>> extrasOf(const Query& query, const Schema& schema)
{
    switch (query.unit) {
    case Unit::InL2Percent: return std::vector{ColumnId::ExporterAddress, ColumnId::InIfIndex, ColumnId::InIfSpeed};
    case Unit::OutL2Percent: return std::vector{ColumnId::ExporterAddress, ColumnId::OutIfIndex, ColumnId::OutIfSpeed};
    case Unit::Distinct: break;
    default: return std::vector<ColumnId>();
    }
    const auto id = schema.find(query.distinct);
    if (id == ColumnId::kNone)
        return fail("there is no column “{}” to count; “rivereto schema” lists them", query.distinct);
    return std::vector{id};
}

Result<void> checkOptions(const Query& query)
{
    if (query.range && query.range->to <= query.range->from)
        return fail("the time range ends before it begins");
    if (query.truncateV4 > 32 || query.truncateV6 > 128)
        return fail("addresses have 32 (IPv4) or 128 (IPv6) bits; they cannot be cut to {} and {}", query.truncateV4, query.truncateV6);
    if (query.dimensions.size() > kMaxDimensions)
        return fail("{} dimensions are too many; at most {}", query.dimensions.size(), kMaxDimensions);
    if (query.kind == QueryKind::Sankey && query.dimensions.size() < 2)
        return fail("a Sankey diagram needs at least two dimensions");
    if (query.spread && measureOf(query.unit) == Measure::Rows)
        return fail("only bytes and packets can be spread over a flow's duration, not {}", unitName(query));
    return {};
}

} // namespace

Result<Plan> planQuery(const Query& query, const std::shared_ptr<const Schema>& schema, const StoreStatus& status, const Now& now)
{
    if (auto right = checkOptions(query); !right)
        return tl::unexpected(right.error());
    Plan plan{.query = query, .schema = schema, .range = query.range.value_or(status.range), .wholeStore = !query.range};
    auto dimensions = bindDimensions(query.dimensions, *schema);
    if (!dimensions)
        return tl::unexpected(dimensions.error());
    plan.dimensions = std::move(*dimensions);
    auto extras = extrasOf(query, *schema);
    if (!extras)
        return tl::unexpected(extras.error());
    plan.extras = std::move(*extras);
    plan.measure = measureOf(query.unit);
    auto filter = bindFilter(query.filter, {.schema = *schema, .nowMs = now.ms, .utcOffsetMinutes = now.utcOffsetMinutes});
    if (!filter)
        return tl::unexpected(filter.error());
    plan.filter = std::move(*filter);
    if (query.bidirectional && std::ranges::any_of(plan.dimensions, &Dimension::isConversation))
        plan.half = Half::Upward;
    plan.firstPoint = plan.range.from;
    const bool oneFigure = query.kind == QueryKind::Sankey || (query.kind == QueryKind::Table && isTotal(query.unit));
    if (query.kind == QueryKind::Flows || oneFigure || plan.range.length() == 0)
        return plan;
    if (auto cut = setInterval(plan, query.intervalMs.value_or(chooseInterval(plan.range, query.points))); !cut)
        return tl::unexpected(cut.error());
    return plan;
}

Result<void> setInterval(Plan& plan, uint64_t intervalMs)
{
    if (intervalMs == 0)
        return fail("the interval must be longer than 0");
    plan.intervalMs = intervalMs;
    plan.firstPoint = plan.range.from / intervalMs * intervalMs;
    const uint64_t points = pointsOf(plan.range, intervalMs);
    if (points > kMaxPoints)
        return fail("an interval of {} ms cuts the range into {} points; at most {} are drawn", intervalMs, points, kMaxPoints);
    plan.points = static_cast<uint32_t>(points);
    return {};
}

Result<Plan> reversedPlan(const Plan& plan, const Now& now)
{
    auto query = plan.query;
    for (auto& name : query.dimensions)
        name = reversedName(name, *plan.schema);
    query.distinct = reversedName(query.distinct, *plan.schema);
    const auto filter = parseFilter(query.filter);
    if (!filter)
        return tl::unexpected(filter.error());
    query.filter = toText(reversed(*filter, *plan.schema), *plan.schema);
    if (isPercent(query.unit))
        query.unit = query.unit == Unit::InL2Percent ? Unit::OutL2Percent : Unit::InL2Percent;
    auto out = planQuery(query, plan.schema, {.range = plan.range}, now);
    if (!out)
        return out;
    out->range = plan.range;
    out->wholeStore = plan.wholeStore;
    out->firstPoint = plan.firstPoint;
    out->intervalMs = plan.intervalMs;
    out->points = plan.points;
    out->half = plan.half == Half::Both ? Half::Both : Half::Downward;
    return out;
}

AggregateRequest requestFor(const Plan& plan, size_t maxCells)
{
    AggregateRequest out{.range = plan.range, .filter = plan.filter, .keys = keysOf(plan.dimensions), .schema = plan.schema,
                         .measure = plan.measure, .half = plan.half, .firstPoint = plan.firstPoint, .intervalMs = plan.intervalMs, .points = plan.points,
                         .maxCells = maxCells, .truncateV4 = plan.query.truncateV4, .truncateV6 = plan.query.truncateV6,
                         .spread = plan.query.spread, .keepEnds = plan.wholeStore, .only = std::nullopt};
    out.named = out.keys.size();
    for (const auto id : plan.extras)
        out.keys.push_back({.column = id, .uncut = true});
    return out;
}

} // namespace rivereto::core
