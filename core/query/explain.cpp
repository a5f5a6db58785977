// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/explain.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/query/changes.h"
#include "core/query/emptycolumns.h"
#include "core/query/shape.h"

namespace rivereto::core {

namespace {

/// Values of one dimension in one range; a sum takes some 50 bytes. More than this nobody reads, and rarely do few of them explain.
constexpr size_t kMostValues = 2'000'000;
/// From so many values a flow on it is looked at whether the needed ones are single flows.
constexpr double kSuspicious = 0.5;
/// Needed values of at least so many flows on average are no accident.
constexpr double kLeastFlows = 2;
/// Of the needed values so many are looked at: as many as a store finds by one bit each.
constexpr size_t kMostProbed = 64;
/// Less of the traffic than this having a value at all, the dimension tells about little.
constexpr double kLeastFilled = 0.01;
/// Divergences that differ by less are equal: they are sums of rounded figures in any order.
constexpr double kDivergenceStep = 1e-9;

/// Roughly how many values a column has; those with few come first.
int roughSize(const Column& column)
{
    if (column.id == ColumnId::ExporterAddress)
        return 0;
    switch (column.type) {
    case Type::Port: return 3;
    case Type::Mac:
    case Type::NetPrefix: return 4;
    default: break;
    }
    if (isList(column.type))
        return 4;
    switch (column.storage()) {
    case Storage::U8: return 0;
    case Storage::Dict: return 1;
    case Storage::U16:
    case Storage::U32: return 2;
    case Storage::U64:
    case Storage::Prefix: return 4;
    case Storage::Ip: return 5;
    }
    return 5;
}

/// A figure that a flow has, rather than something it can be told by.
bool isMeasurement(const Column& column)
{
    return column.type == Type::Micros || column.derived == Derived::PacketSize || column.id == ColumnId::Retransmissions;
}

Result<void> checkRanges(const ExplainQuery& query)
{
    if (query.range.length() == 0)
        return fail("the range to explain ends before it begins");
    if (query.baseline == Baseline::Fixed && query.fixed.length() == 0)
        return fail("the range to compare with ends before it begins");
    if (!isExplainable(query.query.unit))
        return fail("{} of values do not add up to that of all flows: ask in l3bps, l2bps, pps, fps, bytes, packets or flows", unitName(query.query));
    return {};
}

bool isZero(const uint8_t* key, size_t width)
{
    return std::all_of(key, key + width, [](uint8_t byte) { return byte == 0; });
}

/// The two sums of one dimension; equal keys stand in both.
struct Sums {
    Aggregate before;
    Aggregate during;
};

/// A dimension with what it is ranked by.
struct Weighed {
    ExplainedDimension told;
    uint64_t fingerprint = 0;
};

class Explainer {
public:
    Explainer(FlowStore& store, const ExplainQuery& query, const Control& control, const ExplainProgress& progress)
        : m_store(store), m_query(query), m_control(control), m_progress(progress)
    {
    }

    Result<Explanation> run(Plan plan, const StoreStatus& status)
    {
        m_plan = std::move(plan);
        m_plan.intervalMs = 0;
        m_plan.points = 1;
        m_out.query = m_query.query;
        m_out.range = m_query.range;
        m_out.baseline = m_query.baseline;
        if (auto found = findBaseline(status); !found)
            return tl::unexpected(found.error());
        if (auto summed = sumWhole(); !summed)
            return tl::unexpected(summed.error());
        const auto dimensions = std::exchange(m_plan.dimensions, {});
        m_out.asked = dimensions.size();
        const auto ranges = m_within ? std::vector{m_asked} : std::vector{m_asked, m_query.range};
        EmptyColumns emptyColumns(m_plan, dimensions, ranges, [&](const Plan& one, const TimeRange& range, size_t most) { return ask(requestOf(one, range, most)); });
        for (const auto& dimension : dimensions) {
            if (auto looked = lookAt(dimension, emptyColumns); !looked)
                return tl::unexpected(looked.error());
            ++m_out.done;
            if (m_progress)
                m_progress(m_out);
            if (m_control.progress)
                m_control.progress(static_cast<double>(m_out.done) / static_cast<double>(m_out.asked));
        }
        if (m_control.stop.stop_requested())
            return fail(kCancelled);
        return std::move(m_out);
    }

private:
    /// What is asked for the baseline, and what it is told as.
    Result<void> findBaseline(const StoreStatus& status)
    {
        const auto& range = m_query.range;
        const auto known = [&](const TimeRange& one) { return TimeRange{std::max(one.from, status.range.from), std::min(one.to, status.range.to)}; };
        const auto add = [&](const TimeRange& one) {
            if (one.length() > 0)
                m_out.against.push_back(one);
        };
        switch (m_query.baseline) {
        case Baseline::Around: {
            const auto shown = m_plan.range;
            m_asked = {std::min(shown.from, range.from), std::max(shown.to, range.to)};
            m_within = true;
            add(known({m_asked.from, range.from}));
            add(known({range.to, m_asked.to}));
            if (m_out.against.empty())
                return fail("the range is all there is: nothing is left around it to compare with");
            return {};
        }
        case Baseline::Before: m_asked = {range.from - std::min(range.from, range.length()), range.from}; break;
        case Baseline::Fixed: m_asked = m_query.fixed; break;
        }
        add(known(m_asked));
        return {};
    }

    /// Milliseconds in which flows could have been seen.
    uint64_t heard(const TimeRange& range)
    {
        uint64_t out = range.length();
        uint64_t from = range.from;
        for (const auto& gap : m_store.interruptions(range).value_or(std::vector<Interruption>())) {
            if (gap.kind != Interruption::Kind::NotListening)
                continue;
            const TimeRange silent{std::max(gap.range.from, from), std::min(gap.range.to, range.to)};
            out -= silent.length();
            from = std::max(from, silent.to);
        }
        return out;
    }

    Result<Aggregate> ask(const AggregateRequest& request)
    {
        auto sums = m_store.aggregate(request, m_control);
        if (sums && m_control.stop.stop_requested())
            return fail(kCancelled);
        for (const auto& part : sums ? sums->damaged : std::vector<DamagedPart>()) {
            if (std::ranges::find(m_out.damaged, part.segment, &DamagedPart::segment) == m_out.damaged.end())
                m_out.damaged.push_back(part);
        }
        return sums;
    }

    AggregateRequest requestOf(const Plan& plan, const TimeRange& range, size_t most = kMostValues) const
    {
        auto out = requestFor(plan, most);
        out.range = range;
        out.firstPoint = range.from;
        out.keepEnds = false;
        return out;
    }

    Result<void> sumWhole()
    {
        auto plan = m_plan;
        plan.dimensions.clear();
        const auto before = ask(requestOf(plan, m_asked));
        if (!before)
            return tl::unexpected(before.error());
        const auto during = ask(requestOf(plan, m_query.range));
        if (!during)
            return tl::unexpected(during.error());
        uint64_t heardBefore = 0;
        for (const auto& piece : m_out.against)
            heardBefore += heard(piece);
        const auto heardDuring = heard(m_query.range);
        const auto perSecond = [](uint64_t ms) { return ms > 0 ? 1000.0 / static_cast<double>(ms) : 0; };
        if (isTotal(m_plan.query.unit)) {
            m_scale.during = 1;
            m_scale.before = static_cast<double>(heardDuring) / 1000 * perSecond(heardBefore);
        } else {
            m_scale.during = perUnit(m_plan.query.unit) * perSecond(heardDuring);
            m_scale.before = perUnit(m_plan.query.unit) * perSecond(heardBefore);
        }
        const auto rest = [&](uint64_t all, uint64_t part) { return m_within ? all - std::min(all, part) : all; };
        m_scale.wholeDuring = static_cast<double>(during->totals[0]) * m_scale.during;
        m_scale.wholeBefore = static_cast<double>(rest(before->totals[0], during->totals[0])) * m_scale.before;
        m_out.before = m_scale.wholeBefore;
        m_out.during = m_scale.wholeDuring;
        m_out.mixed = m_scale.mixed();
        m_out.rowsDuring = during->rowsMatched;
        m_out.rowsBefore = rest(before->rowsMatched, during->rowsMatched);
        return {};
    }

    Result<void> lookAt(const Dimension& dimension, EmptyColumns& emptyColumns)
    {
        const auto empty = emptyColumns.isEmpty(dimension);
        if (!empty)
            return tl::unexpected(empty.error());
        if (*empty) {
            m_out.withoutValues.push_back(dimension.name);
            return {};
        }
        m_plan.dimensions = {dimension};
        auto looked = sumAndWeigh(dimension);
        rank();
        return looked;
    }

    Result<void> sumAndWeigh(const Dimension& dimension)
    {
        Weighed out{.told = {.dimension = dimension}};
        auto before = ask(requestOf(m_plan, m_asked));
        if (!before)
            return tl::unexpected(before.error());
        auto during = before->overflow ? Result<Aggregate>(Aggregate()) : ask(requestOf(m_plan, m_query.range));
        if (!during)
            return tl::unexpected(during.error());
        if (before->overflow || during->overflow) {
            out.told.verdict = Verdict::TooMany;
            m_weighed.push_back(std::move(out));
            return {};
        }
        return weigh(std::move(out), {std::move(*before), std::move(*during)});
    }

    Result<void> weigh(Weighed&& out, const Sums& sums)
    {
        const auto request = requestOf(m_plan, m_asked);
        const SumsOfBoth both{.request = request, .before = sums.before, .during = sums.during, .within = m_within};
        const Changes changes(both, m_scale, m_query.values, m_control.stop);
        if (m_control.stop.stop_requested())
            return fail(kCancelled);
        const auto& texts = sums.before.texts->size() > sums.during.texts->size() ? *sums.before.texts : *sums.during.texts;
        auto& told = out.told;
        told.needed = changes.needed();
        told.values = changes.size();
        told.covered = changes.covered();
        told.divergence = changes.divergence();
        out.fingerprint = changes.fingerprint();
        for (size_t value = 0; value < std::min(m_query.values, changes.size()); ++value) {
            told.top.push_back(changes.at(value));
            told.top.back().text = keyTexts(m_plan, changes.key(value), texts)[0];
        }
        if (told.top.size() < changes.size())
            told.rest = changes.from(told.top.size());
        if (isEmpty(changes, texts)) {
            m_out.withoutValues.push_back(told.dimension.name);
            return {};
        }
        auto verdict = judge(changes, texts);
        if (!verdict)
            return tl::unexpected(verdict.error());
        told.verdict = *verdict;
        m_weighed.push_back(std::move(out));
        return {};
    }

    /// A column that is in no flow is zero in all.
    bool isEmpty(const Changes& changes, const DictionaryView& texts) const
    {
        if (changes.size() != 1)
            return changes.size() == 0;
        const auto width = requestFor(m_plan, 0).keyWidth();
        return isZero(changes.key(0), width) || keyTexts(m_plan, changes.key(0), texts)[0].empty();
    }

    Result<Verdict> judge(const Changes& changes, const DictionaryView& texts)
    {
        if (changes.size() == 1)
            return Verdict::Constant;
        const auto perFlow = isPerFlow(changes);
        if (!perFlow)
            return tl::unexpected(perFlow.error());
        if (*perFlow)
            return Verdict::PerFlow;
        const std::vector<uint8_t> zeros(requestFor(m_plan, 0).keyWidth(), 0);
        if (keyTexts(m_plan, zeros.data(), texts)[0].empty() && changes.filled() < kLeastFilled)
            return Verdict::Sparse;
        return changes.inProportion() ? Verdict::InProportion : Verdict::Explains;
    }

    /// (Nearly) as many values as flows: then whether those that make the change occur more than once.
    Result<bool> isPerFlow(const Changes& changes)
    {
        const auto rows = static_cast<double>(m_out.rowsBefore + m_out.rowsDuring);
        const size_t probed = std::min(changes.needed(), kMostProbed);
        if (probed == 0 || static_cast<double>(changes.size()) < kSuspicious * rows)
            return false;
        const auto flows = flowsOf(changes, probed);
        return flows ? Result<bool>(static_cast<double>(*flows) < kLeastFlows * static_cast<double>(probed)) : tl::unexpected(flows.error());
    }

    /// Rows of the first values, in both ranges.
    Result<uint64_t> flowsOf(const Changes& changes, size_t values)
    {
        uint64_t out = 0;
        auto request = requestOf(m_plan, m_asked);
        request.measure = Measure::Rows;
        request.spread = false;
        request.only.emplace();
        for (size_t value = 0; value < values; ++value)
            request.only->insert(request.only->end(), changes.key(value), changes.key(value) + request.keyWidth());
        const auto add = [&]() -> Result<void> {
            const auto sums = ask(request);
            if (!sums)
                return tl::unexpected(sums.error());
            for (size_t cell = 0; cell < sums->cells.size(); ++cell) {
                uint32_t point = 0;
                std::memcpy(&point, sums->cells.key(cell) + request.keyWidth(), sizeof point);
                out += (point & kOthersBit) == 0 ? sums->cells.value(cell) : 0;
            }
            return {};
        };
        if (auto added = add(); !added)
            return tl::unexpected(added.error());
        if (m_within)
            return out;
        request.range = m_query.range;
        request.firstPoint = m_query.range.from;
        if (auto added = add(); !added)
            return tl::unexpected(added.error());
        return out;
    }

    void rank()
    {
        const auto divergenceOf = [](const Weighed& one) { return std::llround(one.told.divergence.value_or(0) / kDivergenceStep); };
        // What does not change at all needs no value, and says nothing.
        const auto neededBy = [](const Weighed& one) { return one.told.needed > 0 ? one.told.needed : SIZE_MAX; };
        std::ranges::stable_sort(m_weighed, [&](const Weighed& a, const Weighed& b) {
            if (a.told.verdict != b.told.verdict)
                return a.told.verdict < b.told.verdict;
            if (neededBy(a) != neededBy(b))
                return neededBy(a) < neededBy(b);
            if (divergenceOf(a) != divergenceOf(b))
                return divergenceOf(a) > divergenceOf(b);
            // One of a hundred is a better answer than one of two.
            if (a.told.values != b.told.values)
                return a.told.values > b.told.values;
            return a.told.dimension.column < b.told.dimension.column;
        });
        std::unordered_map<uint64_t, std::string> splits;
        m_out.dimensions.clear();
        for (auto& one : m_weighed) {
            const bool comparable = one.told.verdict < Verdict::Constant;
            const auto [same, fresh] = comparable ? splits.try_emplace(one.fingerprint, one.told.dimension.name) : std::pair(splits.end(), true);
            one.told.sameAs = fresh ? std::string() : same->second;
            m_out.dimensions.push_back(one.told);
        }
    }

    FlowStore& m_store;
    const ExplainQuery& m_query;
    const Control& m_control;
    const ExplainProgress& m_progress;
    Plan m_plan; ///< its dimension is the one that is looked at
    TimeRange m_asked; ///< what the baseline is summed over
    bool m_within = false; ///< that contains the range
    ChangeScale m_scale;
    std::vector<Weighed> m_weighed;
    Explanation m_out;
};

/// The plan's dimensions are those to look at; its range is the one shown.
Result<Plan> planExplain(const ExplainQuery& query, const std::shared_ptr<const Schema>& schema, const StoreStatus& status, const Now& now)
{
    if (auto right = checkRanges(query); !right)
        return tl::unexpected(right.error());
    auto asked = query.query;
    asked.kind = QueryKind::Table;
    asked.intervalMs.reset();
    asked.points = 1;
    auto names = std::exchange(asked.dimensions, {});
    if (names.empty())
        names = explainableColumns(*schema);
    auto plan = planQuery(asked, schema, status, now);
    if (!plan)
        return plan;
    auto dimensions = bindDimensions(names, *schema);
    if (!dimensions)
        return tl::unexpected(dimensions.error());
    plan->dimensions = std::move(*dimensions);
    return plan;
}

} // namespace

std::vector<std::string> explainableColumns(const Schema& schema)
{
    std::vector<const Column*> columns;
    for (const auto& column : schema.columns()) {
        if (column.dimension && column.type != Type::Elements && column.type != Type::Time && !isMeasurement(column))
            columns.push_back(&column);
    }
    std::ranges::stable_sort(columns, {}, [](const Column* column) { return roughSize(*column); });
    std::vector<std::string> out;
    for (const auto* column : columns)
        out.emplace_back(column->name);
    return out;
}

Result<void> checkExplain(const ExplainQuery& query, const std::shared_ptr<const Schema>& schema, const Now& now)
{
    const auto plan = planExplain(query, schema, {}, now);
    return plan ? Result<void>() : tl::unexpected(plan.error());
}

Result<Explanation> explain(FlowStore& store, const ExplainQuery& query, const Now& now, const Control& control, const ExplainProgress& progress)
{
    const auto status = store.status();
    if (!status)
        return tl::unexpected(status.error());
    auto plan = planExplain(query, store.schema(), *status, now);
    if (!plan)
        return tl::unexpected(plan.error());
    return Explainer(store, query, control, progress).run(std::move(*plan), *status);
}

} // namespace rivereto::core
