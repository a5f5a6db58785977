// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/run.h"

#include "core/query/shape.h"

namespace rivereto::core {

namespace {

AggregateRequest requestFor(const Plan& plan, size_t maxCells)
{
    return {.range = plan.range, .filter = plan.filter, .keys = plan.keys, .schema = plan.schema, .unit = plan.query.unit,
            .firstPoint = plan.firstPoint, .intervalMs = plan.intervalMs, .points = plan.points, .maxCells = maxCells, .truncateV4 = plan.query.truncateV4, .truncateV6 = plan.query.truncateV6};
}

tl::unexpected<Error> tooMany(const QueryLimits& limits)
{
    return fail("more than {} different values: narrow the range, add a filter, or rank by average with a limit", limits.most);
}

/// Ranks without points where that is enough, so that a million groups cost one sum each.
Result<Ranking> rankFirst(FlowStore& store, const Plan& plan, const Control& control, const QueryLimits& limits)
{
    auto request = requestFor(plan, limits.most);
    Plan ranked = plan;
    if (plan.query.limitBy == LimitBy::Avg) {
        request.intervalMs = ranked.intervalMs = 0;
        request.points = ranked.points = 1;
    }
    const auto sums = store.aggregate(request, control);
    if (!sums)
        return tl::unexpected(sums.error());
    if (sums->overflow)
        return tooMany(limits);
    return rankGroups(ranked, *sums);
}

} // namespace

Result<QueryResult> runQuery(FlowStore& store, const Query& query, const Now& now, const Control& control, const QueryLimits& limits)
{
    const auto status = store.status();
    if (!status)
        return tl::unexpected(status.error());
    auto plan = planQuery(query, store.schema(), *status, now);
    if (!plan)
        return tl::unexpected(plan.error());
    const bool all = query.limit == 0 || plan->points == 1;
    auto request = requestFor(*plan, all ? limits.most : limits.firstTry);
    auto sums = store.aggregate(request, control);
    if (!sums)
        return tl::unexpected(sums.error());
    if (!sums->overflow)
        return shapeResult(*plan, rankGroups(*plan, *sums), *sums);
    if (all)
        return tooMany(limits);
    const auto ranking = rankFirst(store, *plan, control, limits);
    if (!ranking)
        return tl::unexpected(ranking.error());
    request.only = ranking->keys;
    request.maxCells = limits.most;
    sums = store.aggregate(request, control);
    if (!sums)
        return tl::unexpected(sums.error());
    if (sums->overflow)
        return tooMany(limits);
    return shapeResult(*plan, *ranking, *sums);
}

namespace {

Result<FlowsRequest> flowsRequest(const Plan& plan, const std::vector<std::string>& fields)
{
    const auto& query = plan.query;
    const auto& schema = *plan.schema;
    FlowsRequest request{.range = plan.range, .filter = plan.filter, .offset = query.offset, .count = query.count};
    for (const auto& field : fields) {
        const auto id = schema.find(field);
        if (id == ColumnId::kNone)
            return fail("there is no column “{}”; “rivereto schema” lists them", field);
        request.columns.push_back(id);
    }
    request.descending = query.sort.starts_with('-');
    const auto sort = query.sort.substr(request.descending ? 1 : 0);
    request.sort = schema.find(sort);
    if (request.sort == ColumnId::kNone)
        return fail("there is no column “{}” to sort by; “rivereto schema” lists them", sort);
    return request;
}

} // namespace

Result<void> checkQuery(const Query& query, const std::vector<std::string>& fields, const std::shared_ptr<const Schema>& schema, const Now& now)
{
    const auto plan = planQuery(query, schema, {}, now);
    if (!plan)
        return tl::unexpected(plan.error());
    if (query.kind != QueryKind::Flows)
        return {};
    const auto request = flowsRequest(*plan, fields);
    return request ? Result<void>() : tl::unexpected(request.error());
}

Result<FlowsSummary> runFlows(FlowStore& store, const Query& query, const std::vector<std::string>& fields, const Now& now,
                              const Control& control, const std::function<bool(FlowBatch&&)>& sink)
{
    const auto status = store.status();
    if (!status)
        return tl::unexpected(status.error());
    const auto plan = planQuery(query, store.schema(), *status, now);
    if (!plan)
        return tl::unexpected(plan.error());
    const auto request = flowsRequest(*plan, fields);
    if (!request)
        return tl::unexpected(request.error());
    return store.flows(*request, control, sink);
}

} // namespace rivereto::core
