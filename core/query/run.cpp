// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/run.h"

#include "core/query/shape.h"

namespace rivereto::core {

namespace {

/// Sums of (group, point) that the first try may need; more means that most groups will be in Other anyway.
constexpr size_t kFirstTryCells = 1'000'000;
/// Sums that any try may need: about 60 bytes each.
constexpr size_t kMaxCells = 24'000'000;

AggregateRequest requestFor(const Plan& plan, size_t maxCells)
{
    return {.range = plan.range, .filter = plan.filter, .keys = plan.keys, .schema = plan.schema, .unit = plan.query.unit,
            .firstPoint = plan.firstPoint, .intervalMs = plan.intervalMs, .points = plan.points, .maxCells = maxCells};
}

tl::unexpected<Error> tooMany()
{
    return fail("more than {} different values: narrow the range, add a filter, or rank by average with a limit", kMaxCells);
}

/// Ranks without points where that is enough, so that a million groups cost one sum each.
Result<Ranking> rankFirst(FlowStore& store, const Plan& plan, const Control& control)
{
    auto request = requestFor(plan, kMaxCells);
    Plan ranked = plan;
    if (plan.query.limitBy == LimitBy::Avg) {
        request.intervalMs = ranked.intervalMs = 0;
        request.points = ranked.points = 1;
    }
    const auto sums = store.aggregate(request, control);
    if (!sums)
        return tl::unexpected(sums.error());
    if (sums->overflow)
        return tooMany();
    return rankGroups(ranked, *sums);
}

} // namespace

Result<QueryResult> runQuery(FlowStore& store, const Query& query, const Now& now, const Control& control)
{
    const auto status = store.status();
    if (!status)
        return tl::unexpected(status.error());
    auto plan = planQuery(query, store.schema(), *status, now);
    if (!plan)
        return tl::unexpected(plan.error());
    const bool all = query.limit == 0 || plan->points == 1;
    auto request = requestFor(*plan, all ? kMaxCells : kFirstTryCells);
    auto sums = store.aggregate(request, control);
    if (!sums)
        return tl::unexpected(sums.error());
    if (!sums->overflow)
        return shapeResult(*plan, rankGroups(*plan, *sums), *sums);
    if (all)
        return tooMany();
    const auto ranking = rankFirst(store, *plan, control);
    if (!ranking)
        return tl::unexpected(ranking.error());
    request.only = ranking->keys;
    request.maxCells = kMaxCells;
    sums = store.aggregate(request, control);
    if (!sums)
        return tl::unexpected(sums.error());
    return shapeResult(*plan, *ranking, *sums);
}

Result<FlowsSummary> runFlows(FlowStore& store, const Query& query, const std::vector<std::string>& fields, const Now& now,
                              const Control& control, const std::function<bool(FlowBatch&&)>& sink)
{
    const auto status = store.status();
    if (!status)
        return tl::unexpected(status.error());
    const auto schema = store.schema();
    auto plan = planQuery(query, schema, *status, now);
    if (!plan)
        return tl::unexpected(plan.error());
    FlowsRequest request{.range = plan->range, .filter = plan->filter, .offset = query.offset, .count = query.count};
    for (const auto& field : fields) {
        const auto id = schema->find(field);
        if (id == ColumnId::kNone)
            return fail("there is no column “{}”; “rivereto schema” lists them", field);
        request.columns.push_back(id);
    }
    request.descending = query.sort.starts_with('-');
    const auto sort = query.sort.substr(request.descending ? 1 : 0);
    request.sort = schema->find(sort);
    if (request.sort == ColumnId::kNone)
        return fail("there is no column “{}” to sort by; “rivereto schema” lists them", sort);
    return store.flows(request, control, sink);
}

} // namespace rivereto::core
