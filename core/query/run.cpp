// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/run.h"

#include <algorithm>
#include <map>

#include "core/query/shape.h"

namespace rivereto::core {

namespace {

constexpr uint64_t kBillingPoint = 300'000;
/// Beyond so many series nobody reads how sure each of them is.
constexpr size_t kMostUncertain = 10'000;
/// Bytes of a sum by two addresses and two ports.
constexpr size_t kUsualSum = 48;

/// One run of a query: the store, and what bounds it.
class Runner {
public:
    Runner(FlowStore& store, const Now& now, const Control& control, const QueryLimits& limits) : m_store(store), m_now(now), m_control(control), m_limits(limits) { }

    Result<QueryResult> run(Plan plan)
    {
        const auto interruptions = findSilence(plan);
        Ranking ranking;
        auto out = rankAndShape(plan, ranking);
        if (!out)
            return out;
        if (auto done = addCompanions(plan, ranking, *out); !done)
            return tl::unexpected(done.error());
        if (m_control.stop.stop_requested())
            return fail(kCancelled);
        out->interruptions = interruptions;
        out->damaged = std::move(m_damaged);
        return out;
    }

private:
    /// What the store knows to be missing; times without listening count in no statistics. One that does not know has none.
    std::vector<Interruption> findSilence(Plan& plan)
    {
        auto found = m_store.interruptions(plan.range).value_or(std::vector<Interruption>());
        plan.silent.clear();
        for (const auto& interruption : found) {
            if (interruption.kind == Interruption::Kind::NotListening)
                plan.silent.push_back(interruption.range);
        }
        return found;
    }

    Result<Aggregate> ask(const AggregateRequest& request)
    {
        auto sums = m_store.aggregate(request, m_control);
        if (sums && m_control.stop.stop_requested())
            return fail(kCancelled);
        for (const auto& part : sums ? sums->damaged : std::vector<DamagedPart>()) {
            if (std::ranges::find(m_damaged, part.segment, &DamagedPart::segment) == m_damaged.end())
                m_damaged.push_back(part);
        }
        return sums;
    }

    [[nodiscard]] tl::unexpected<Error> tooMany(const Plan& plan) const
    {
        return fail("more than {} different values: narrow the range, add a filter, or rank by average with a limit", mostOf(plan));
    }

    /// Fewer sums when they are wider than usual, so that they take no more memory.
    [[nodiscard]] size_t mostOf(const Plan& plan) const
    {
        const size_t bytes = entryWords(requestFor(plan, 0).keyWidth() + sizeof(uint32_t)) * sizeof(uint64_t);
        return bytes <= kUsualSum ? m_limits.most : m_limits.most * kUsualSum / bytes;
    }

    Result<QueryResult> rankAndShape(const Plan& plan, Ranking& ranking)
    {
        const bool onePass = plan.query.kind == QueryKind::Sankey || plan.points == 1;
        auto request = requestFor(plan, onePass ? mostOf(plan) : std::min(m_limits.firstTry, mostOf(plan)));
        if (plan.query.kind != QueryKind::Sankey && plan.extras.empty() && plan.intervalMs == 0)
            request.top = seriesAsked(plan.query);
        auto sums = ask(request);
        if (!sums)
            return tl::unexpected(sums.error());
        if (sums->overflow && onePass)
            return tooMany(plan);
        if (!sums->overflow) {
            ranking = rankGroups(plan, *sums, m_control.stop);
            return shaped(plan, ranking, *sums);
        }
        sums = Aggregate(); // its memory is needed
        auto ranked = rankFirst(plan);
        if (!ranked)
            return tl::unexpected(ranked.error());
        ranking = std::move(*ranked);
        return named(plan, ranking);
    }

    /// Ranks without points where that is enough, so that a million groups cost one sum each.
    Result<Ranking> rankFirst(Plan plan)
    {
        auto request = requestFor(plan, mostOf(plan));
        if (plan.query.limitBy == LimitBy::Avg) {
            request.intervalMs = plan.intervalMs = 0;
            request.points = plan.points = 1;
            request.top = plan.extras.empty() ? seriesAsked(plan.query) : 0;
        }
        const auto sums = ask(request);
        if (!sums)
            return tl::unexpected(sums.error());
        return sums->overflow ? Result<Ranking>(tooMany(plan)) : rankGroups(plan, *sums, m_control.stop);
    }

    /// The series of a ranking that is known.
    Result<QueryResult> named(const Plan& plan, const Ranking& ranking)
    {
        auto request = requestFor(plan, mostOf(plan));
        if (request.named > 0)
            request.only = ranking.keys;
        const auto sums = ask(request);
        if (!sums)
            return tl::unexpected(sums.error());
        if (sums->overflow)
            return tooMany(plan);
        return shaped(plan, ranking, *sums);
    }

    /// Flows that count at both ends are in two groups: what percentage all of them are is asked for without groups.
    Result<QueryResult> shaped(const Plan& plan, const Ranking& ranking, const Aggregate& sums)
    {
        auto out = plan.query.kind == QueryKind::Sankey ? shapeSankey(plan, ranking, sums, m_control.stop) : shapeResult(plan, ranking, sums, m_control.stop);
        const auto atBothEnds = [](const Dimension& dimension) { return dimension.otherEnd != ColumnId::kNone && !dimension.isConversation(); };
        if (!isPercent(plan.query.unit) || std::ranges::none_of(plan.dimensions, atBothEnds))
            return out;
        auto all = plan;
        all.dimensions.clear();
        const auto once = ask(requestFor(all, mostOf(all)));
        if (!once)
            return tl::unexpected(once.error());
        if (once->overflow)
            return tooMany(plan);
        out.total = shapeResult(all, {}, *once).total;
        return out;
    }

    Result<void> addCompanions(const Plan& plan, const Ranking& ranking, QueryResult& out)
    {
        if (auto done = addStatistics(plan, ranking, out); !done)
            return done;
        if (plan.query.kind == QueryKind::Sankey)
            return plan.query.bidirectional ? addReversePaths(plan, ranking, out) : Result<void>();
        if (plan.query.bidirectional) {
            auto done = addReverse(plan, ranking, out);
            if (!done)
                return done;
        }
        const auto shift = periodMs(plan.query.previous);
        if (shift == 0 || plan.firstPoint < shift)
            return {};
        auto earlier = plan;
        earlier.range = {plan.range.from - shift, plan.range.to - shift};
        earlier.firstPoint -= shift;
        earlier.wholeStore = false;
        findSilence(earlier);
        auto previous = named(earlier, ranking);
        if (!previous)
            return tl::unexpected(previous.error());
        if (auto done = addStatistics(earlier, ranking, *previous); !done)
            return done;
        if (plan.query.bidirectional) {
            if (auto done = addReverse(earlier, ranking, *previous); !done)
                return done;
        }
        out.previous = std::make_shared<const QueryResult>(std::move(*previous));
        return {};
    }

    Result<void> addReverse(const Plan& plan, const Ranking& ranking, QueryResult& out)
    {
        const auto opposite = reversedPlan(plan, m_now);
        if (!opposite)
            return tl::unexpected(opposite.error());
        auto reverse = named(*opposite, ranking);
        if (!reverse)
            return tl::unexpected(reverse.error());
        if (auto done = addStatistics(*opposite, ranking, *reverse); !done)
            return done;
        out.reverse = std::make_shared<const QueryResult>(std::move(*reverse));
        return {};
    }

    /// Which values are named is the ranking's; Other is told in each dimension, so every group is needed.
    Result<void> addReversePaths(const Plan& plan, const Ranking& ranking, QueryResult& out)
    {
        const auto opposite = reversedPlan(plan, m_now);
        if (!opposite)
            return tl::unexpected(opposite.error());
        const auto sums = ask(requestFor(*opposite, mostOf(*opposite)));
        if (!sums)
            return tl::unexpected(sums.error());
        if (sums->overflow)
            return tooMany(plan);
        auto reverse = shaped(*opposite, ranking, *sums);
        if (!reverse)
            return tl::unexpected(reverse.error());
        if (auto done = addStatistics(*opposite, ranking, *reverse); !done)
            return done;
        out.reverse = std::make_shared<const QueryResult>(std::move(*reverse));
        return {};
    }

    Result<void> addStatistics(const Plan& plan, const Ranking& ranking, QueryResult& out)
    {
        if (auto done = addBilling(plan, ranking, out); !done)
            return done;
        return addSamples(plan, ranking, out);
    }

    /// p95(5m): nearest rank over 5-minute points.
    Result<void> addBilling(Plan plan, const Ranking& ranking, QueryResult& out)
    {
        if (!plan.query.billing || plan.intervalMs == 0)
            return {};
        if (auto cut = setInterval(plan, kBillingPoint); !cut)
            return cut;
        plan.query.kind = QueryKind::TimeSeries;
        const auto result = named(plan, ranking);
        if (!result)
            return tl::unexpected(result.error());
        const auto rank = [&](Series& to, const Series& from) {
            auto values = completeValues(plan, from.points);
            const auto nth = values.begin() + static_cast<ptrdiff_t>((values.size() * 95 + 99) / 100 - 1);
            std::ranges::nth_element(values, nth);
            to.statistics.p95of5m = *nth;
        };
        eachSeries(out, *result, rank);
        return {};
    }

    /// How many samples stand behind each series.
    Result<void> addSamples(Plan plan, const Ranking& ranking, QueryResult& out)
    {
        if (!isAdditive(plan.query.unit) || plan.measure == Measure::Rows || out.series.size() > kMostUncertain || !out.sampled)
            return {};
        plan.measure = Measure::SampledPackets;
        plan.query.unit = Unit::Packets;
        plan.intervalMs = 0;
        plan.points = 1;
        if (plan.query.kind == QueryKind::Sankey)
            return addLinkSamples(plan, ranking, out);
        plan.query.kind = QueryKind::Table;
        const auto result = named(plan, ranking);
        if (!result)
            return tl::unexpected(result.error());
        eachSeries(out, *result, [](Series& to, const Series& from) { to.statistics.samples = static_cast<uint64_t>(from.statistics.total); });
        return {};
    }

    /// Links are in the order of their own figures.
    Result<void> addLinkSamples(const Plan& plan, const Ranking& ranking, QueryResult& out)
    {
        const auto sums = ask(requestFor(plan, mostOf(plan)));
        if (!sums)
            return tl::unexpected(sums.error());
        if (sums->overflow)
            return tooMany(plan);
        const auto result = shapeSankey(plan, ranking, *sums, m_control.stop);
        std::map<std::pair<std::vector<std::string>, std::vector<bool>>, uint64_t> samples;
        for (const auto& series : result.series)
            samples[{series.key, series.otherAt}] = static_cast<uint64_t>(series.statistics.total);
        for (auto& series : out.series)
            series.statistics.samples = samples[{series.key, series.otherAt}];
        out.total.statistics.samples = static_cast<uint64_t>(result.total.statistics.total);
        return {};
    }

    template <class F>
    static void eachSeries(QueryResult& to, const QueryResult& from, F&& f)
    {
        for (size_t i = 0; i < std::min(to.series.size(), from.series.size()); ++i)
            f(to.series[i], from.series[i]);
        f(to.total, from.total);
    }

    FlowStore& m_store;
    const Now& m_now;
    const Control& m_control;
    const QueryLimits& m_limits;
    std::vector<DamagedPart> m_damaged; ///< of all that was asked
};

} // namespace

Result<QueryResult> runQuery(FlowStore& store, const Query& query, const Now& now, const Control& control, const QueryLimits& limits)
{
    const auto status = store.status();
    if (!status)
        return tl::unexpected(status.error());
    const auto plan = planQuery(query, store.schema(), *status, now);
    if (!plan)
        return tl::unexpected(plan.error());
    return Runner(store, now, control, limits).run(*plan);
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
