// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/querycase.h"

#include <algorithm>
#include <cmath>

#include "core/query/plan.h"
#include "tests/support/chunkstore.h"
#include "tests/support/naivequery.h"

namespace rivereto::support {

using core::ColumnId;
using core::Query;
using core::QueryKind;
using core::Unit;

namespace {

/// What the oracles take long for.
constexpr size_t kFewRows = 3000;

void addDimensions(Random& random, const core::FlowBatch& flows, Query& query)
{
    const auto& schema = flows.schema();
    const auto pick = [&](size_t many) { return static_cast<size_t>(random() % many); };
    const size_t least = query.kind == QueryKind::Sankey ? 2 : 0;
    for (size_t n = std::max(least, pick(4)); query.dimensions.size() < n;) {
        std::string name;
        if (pick(5) == 0) {
            name = schema.endpoints()[pick(schema.endpoints().size())].name;
        } else if (pick(7) == 0) {
            name = core::kConversation;
        } else {
            const auto& column = schema.columns()[pick(schema.size())];
            if (column.type == core::Type::Elements || (column.stored() && !flows.has(column.id) && pick(8) > 0))
                continue;
            name = column.name;
        }
        if (std::ranges::find(query.dimensions, name) == query.dimensions.end())
            query.dimensions.push_back(name);
    }
}

core::TimeRange rangeOf(const core::FlowBatch& flows) { return MemoryStore(ChunkStore::copy(flows)).status()->range; }

void addTimes(Random& random, const core::FlowBatch& flows, Query& query)
{
    const auto pick = [&](uint64_t many) { return random() % many; };
    const auto all = rangeOf(flows);
    if (pick(2) == 0) {
        // Within, across an end, outside, or of a millisecond.
        const auto length = all.length();
        const auto from = all.from - pick(length / 4 + 2) + pick(length + 2);
        query.range = core::TimeRange{from, from + 1 + (pick(8) == 0 ? 0 : pick(length + 1000))};
    }
    query.points = static_cast<unsigned>(1 + pick(pick(4) == 0 ? 300 : 40));
    if (pick(4) == 0)
        query.intervalMs = std::max<uint64_t>(1, query.range.value_or(all).length() / (1 + pick(100)) + pick(5));
    if (pick(5) == 0)
        query.previous = static_cast<core::Period>(1 + pick(5));
    query.billing = pick(4) == 0 && all.length() < 20 * 86'400'000ULL;
    const bool canSpread = query.unit != Unit::Flows && query.unit != Unit::Fps && query.unit != Unit::Distinct;
    query.spread = canSpread && flows.rows() <= kFewRows && pick(4) == 0;
}

} // namespace

QueryCase randomCase(Random& random, const core::FlowBatch& flows)
{
    const auto pick = [&](uint64_t many) { return random() % many; };
    const auto& schema = flows.schema();
    QueryCase out;
    auto& query = out.query;
    const auto kind = pick(9);
    query.kind = kind < 4 ? QueryKind::Table : kind < 8 ? QueryKind::TimeSeries : QueryKind::Sankey;
    query.unit = static_cast<Unit>(pick(10));
    while (query.unit == Unit::Distinct && query.distinct.empty()) {
        const auto& column = schema.columns()[pick(schema.size())];
        if (column.type != core::Type::Elements && (pick(9) == 0 || !column.stored() || flows.has(column.id)))
            query.distinct = column.name;
    }
    addDimensions(random, flows, query);
    addTimes(random, flows, query);
    query.limit = static_cast<unsigned>(pick(4) == 0 ? 0 : pick(20));
    if (query.limit == 0 && flows.rows() > kFewRows)
        query.limit = 70;
    query.limitBy = static_cast<core::LimitBy>(pick(3));
    if (pick(4) == 0) {
        query.truncateV4 = static_cast<unsigned>(pick(33));
        query.truncateV6 = static_cast<unsigned>(32 + pick(97));
    }
    query.bidirectional = pick(4) == 0;
    if (pick(5) < 3)
        out.filter = randomFilter(random, flows);
    if (pick(2) == 0)
        out.firstTry = pick(200);
    return out;
}

namespace {

bool near(double a, double b, double relative)
{
    if (std::isnan(a) || std::isnan(b))
        return std::isnan(a) && std::isnan(b);
    return std::abs(a - b) <= relative * std::max(std::abs(a), std::abs(b));
}

struct Comparison {
    double relative;

    [[nodiscard]] std::string figures(const core::Series& a, const core::Series& b) const
    {
        const auto& s = a.statistics;
        const auto& t = b.statistics;
        const std::tuple<const char*, double, double> pairs[] = {{"min", s.min, t.min}, {"max", s.max, t.max}, {"last", s.last, t.last}, {"average", s.average, t.average},
            {"p95", s.p95, t.p95}, {"total", s.total, t.total}, {"p95of5m", s.p95of5m.value_or(-1), t.p95of5m.value_or(-1)}};
        for (const auto& [name, x, y] : pairs) {
            if (!near(x, y, relative))
                return fmt::format("{}: {} instead of {}", name, x, y);
        }
        if (s.samples.value_or(0) != t.samples.value_or(0))
            return fmt::format("samples: {} instead of {}", s.samples.value_or(0), t.samples.value_or(0));
        if (a.points.size() != b.points.size())
            return fmt::format("{} points instead of {}", a.points.size(), b.points.size());
        for (size_t i = 0; i < a.points.size(); ++i) {
            if (!near(a.points[i], b.points[i], relative))
                return fmt::format("point {}: {} instead of {}", i, a.points[i], b.points[i]);
        }
        return {};
    }
    [[nodiscard]] std::string series(const core::Series& a, const core::Series& b) const
    {
        if (a.key != b.key)
            return fmt::format("“{}” instead of “{}”", fmt::join(a.key, "|"), fmt::join(b.key, "|"));
        if (a.other != b.other || a.otherAt != b.otherAt)
            return "is Other or not";
        return figures(a, b);
    }
    /// Whether two series may stand for each other: percentages are sums of rounded figures, which may break a tie either way.
    [[nodiscard]] bool rankAlike(const core::QueryResult& result, const core::Series& a, const core::Series& b) const
    {
        const auto& s = a.statistics;
        const auto& t = b.statistics;
        return core::isPercent(result.query.unit) && (near(s.average, t.average, relative) || near(s.max, t.max, relative) || near(s.last, t.last, relative));
    }
    [[nodiscard]] std::string results(const core::QueryResult& a, const core::QueryResult& b, bool companion) const
    {
        const std::tuple<const char*, uint64_t, uint64_t> pairs[] = {{"rowsMatched", a.rowsMatched, b.rowsMatched}, {"rowsInRange", a.rowsInRange, b.rowsInRange},
            {"rowsStored", a.rowsStored, b.rowsStored}, {"intervalMs", a.intervalMs, b.intervalMs}, {"firstPoint", a.firstPoint, b.firstPoint},
            {"from", a.range.from, b.range.from}, {"to", a.range.to, b.range.to}, {"sampled", a.sampled, b.sampled}, {"series", a.series.size(), b.series.size()},
            {"cutOff", companion ? 0 : a.cutOff, companion ? 0 : b.cutOff}, {"reverse", !a.reverse, !b.reverse}, {"previous", !a.previous, !b.previous}};
        for (const auto& [name, x, y] : pairs) {
            if (x != y)
                return fmt::format("{}: {} instead of {}", name, x, y);
        }
        for (size_t i = 0; i < a.series.size(); ++i) {
            auto text = series(a.series[i], b.series[i]);
            if (!text.empty() && rankAlike(b, a.series[i], b.series[i]))
                return {}; // companions have the same order
            if (!text.empty())
                return fmt::format("series {}: {}", i, text);
        }
        if (auto text = figures(a.total, b.total); !text.empty())
            return "total: " + text;
        for (const auto& [name, x, y] : {std::tuple("reverse", a.reverse, b.reverse), {"previous", a.previous, b.previous}}) {
            const auto text = x ? results(*x, *y, true) : std::string();
            if (!text.empty())
                return std::string(name) + ": " + text;
        }
        return {};
    }
};

} // namespace

std::string difference(const core::QueryResult& got, const core::QueryResult& expected, bool exact)
{
    const bool rounded = core::isPercent(expected.query.unit) || !exact;
    return Comparison{rounded ? 1e-9 : 0}.results(got, expected, false);
}

namespace {

/// Cases with an option less.
std::vector<QueryCase> simpler(const QueryCase& one)
{
    std::vector<QueryCase> out;
    const auto with = [&](auto&& change) {
        auto less = one;
        change(less);
        if (!(less.query == one.query) || less.firstTry != one.firstTry)
            out.push_back(std::move(less));
    };
    const auto option = [&](auto member, auto value) { with([&](QueryCase& less) { less.query.*member = value; }); };
    option(&Query::previous, core::Period::None);
    option(&Query::bidirectional, false);
    option(&Query::billing, false);
    option(&Query::spread, false);
    option(&Query::range, std::optional<core::TimeRange>());
    option(&Query::intervalMs, std::optional<uint64_t>());
    with([](QueryCase& less) { less.query.truncateV4 = 32; less.query.truncateV6 = 128; });
    option(&Query::limitBy, core::LimitBy::Avg);
    option(&Query::limit, 0U);
    if (one.query.limit > 1)
        option(&Query::limit, 1U);
    option(&Query::points, 1U);
    if (one.query.points > 2)
        option(&Query::points, one.query.points / 2 + 1);
    with([](QueryCase& less) { less.firstTry = 500'000; });
    if (one.query.kind != QueryKind::Table)
        option(&Query::kind, QueryKind::Table);
    with([](QueryCase& less) { less.query.unit = Unit::Flows; less.query.distinct.clear(); });
    if (one.query.unit != Unit::Flows && one.query.unit != Unit::Bytes)
        with([](QueryCase& less) { less.query.unit = Unit::Bytes; less.query.distinct.clear(); });
    for (size_t i = 0; i < one.query.dimensions.size(); ++i)
        with([&](QueryCase& less) { less.query.dimensions.erase(less.query.dimensions.begin() + static_cast<ptrdiff_t>(i)); });
    for (auto& filter : one.filter.simpler()) {
        out.push_back(one);
        out.back().filter = std::move(filter);
    }
    return out;
}

core::FlowBatch without(const core::FlowBatch& flows, size_t first, size_t count)
{
    core::FlowBatch out(flows.sharedSchema());
    out.append(flows, 0, first);
    out.append(flows, first + count, flows.rows() - first - count);
    return out;
}

} // namespace

std::string shrunk(const core::FlowBatch& original, const QueryCase& first, const Fails& fails, int attempts)
{
    auto flows = ChunkStore::copy(original);
    auto one = first;
    auto why = fails(flows, one);
    const auto tryRows = [&](core::FlowBatch&& less) {
        auto text = --attempts >= 0 ? fails(less, one) : std::string();
        if (text.empty())
            return false;
        why = std::move(text);
        flows = std::move(less);
        return true;
    };
    for (bool progress = true; progress && attempts > 0;) {
        progress = false;
        for (size_t size = (flows.rows() + 1) / 2; size > 0 && flows.rows() > 1; size = size == 1 ? 0 : (size + 1) / 2) {
            for (size_t at = 0; at + size <= flows.rows() && flows.rows() > size;) {
                if (tryRows(without(flows, at, size)))
                    progress = true;
                else
                    at += size;
            }
        }
        for (bool again = true; again && attempts > 0;) {
            again = false;
            for (auto& less : simpler(one)) {
                auto text = --attempts >= 0 ? fails(flows, less) : std::string();
                if (text.empty())
                    continue;
                why = std::move(text);
                one = std::move(less);
                again = progress = true;
                break;
            }
        }
        for (const auto& column : flows.schema().columns()) {
            if (!column.stored() || !flows.has(column.id) || column.id == ColumnId::TimeReceived)
                continue;
            auto less = ChunkStore::copy(flows);
            less.dropColumn(column.id);
            progress = tryRows(std::move(less)) || progress;
        }
    }
    return fmt::format("{}\nfirstTry {}, query {}\n{}", why, one.firstTry, queryAsCode(one.asked(flows.schema())), flows.rows() > 200 ? fmt::format("{} rows", flows.rows()) : flowsAsCsv(flows));
}

std::string queryAsCode(const Query& query)
{
    const Query usual;
    std::string out;
    const auto add = [&](bool needed, const std::string& text) { out += needed ? (out.empty() ? "{" : ", ") + text : ""; };
    constexpr const char* kinds[] = {"Table", "TimeSeries", "Flows", "Sankey"};
    constexpr const char* units[] = {"L3Bps", "L2Bps", "Pps", "Fps", "Bytes", "Packets", "Flows", "InL2Percent", "OutL2Percent", "Distinct"};
    constexpr const char* limits[] = {"Avg", "Max", "Last"};
    constexpr const char* periods[] = {"None", "Hour", "Day", "Week", "FourWeeks", "Year"};
    add(true, fmt::format(".kind = QueryKind::{}", kinds[static_cast<size_t>(query.kind)]));
    if (query.range)
        add(true, fmt::format(".range = TimeRange{{{}U, {}U}}", query.range->from, query.range->to));
    add(!query.dimensions.empty(), fmt::format(".dimensions = {{\"{}\"}}", fmt::join(query.dimensions, "\", \"")));
    add(!query.filter.empty(), fmt::format(".filter = R\"({})\"", query.filter));
    add(true, fmt::format(".unit = Unit::{}", units[static_cast<size_t>(query.unit)]));
    add(!query.distinct.empty(), fmt::format(".distinct = \"{}\"", query.distinct));
    add(query.limit != usual.limit, fmt::format(".limit = {}", query.limit));
    add(query.limitBy != usual.limitBy, fmt::format(".limitBy = LimitBy::{}", limits[static_cast<size_t>(query.limitBy)]));
    add(query.truncateV4 != 32, fmt::format(".truncateV4 = {}", query.truncateV4));
    add(query.truncateV6 != 128, fmt::format(".truncateV6 = {}", query.truncateV6));
    add(query.points != usual.points, fmt::format(".points = {}", query.points));
    add(query.intervalMs.has_value(), fmt::format(".intervalMs = {}", query.intervalMs.value_or(0)));
    add(query.bidirectional, ".bidirectional = true");
    add(query.previous != core::Period::None, fmt::format(".previous = Period::{}", periods[static_cast<size_t>(query.previous)]));
    add(query.spread, ".spread = true");
    add(query.billing, ".billing = true");
    return out + "}";
}

std::string flowsAsCsv(const core::FlowBatch& flows)
{
    std::string out;
    std::vector<const core::Column*> columns;
    for (const auto& column : flows.schema().columns()) {
        if (column.stored() && flows.has(column.id))
            columns.push_back(&column);
    }
    for (const auto* column : columns)
        out += (out.empty() ? "" : ";") + std::string(column->name);
    const NaiveFlows cells(flows);
    for (size_t row = 0; row < flows.rows(); ++row) {
        out += '\n';
        for (const auto* column : columns) {
            const std::string name(column->name);
            out += column == columns[0] ? "" : ";";
            if (column->storage() == core::Storage::Ip)
                out += cells.address(name, row).toString();
            else if (core::isList(column->type))
                out += fmt::format("{}", fmt::join(cells.list(name, row), " "));
            else
                out += column->storage() == core::Storage::Dict ? cells.bytes(name, row) : std::to_string(cells.number(name, row));
        }
    }
    return out + '\n';
}

namespace {

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> out;
    for (;;) {
        const auto at = text.find(separator);
        out.push_back(text.substr(0, at));
        if (at == std::string_view::npos)
            return out;
        text.remove_prefix(at + 1);
    }
}

} // namespace

core::FlowBatch flowsFromCsv(const std::shared_ptr<const core::Schema>& schema, std::string_view csv)
{
    while (csv.starts_with('\n'))
        csv.remove_prefix(1);
    while (csv.ends_with('\n'))
        csv.remove_suffix(1);
    const auto lines = split(csv, '\n');
    const auto names = split(lines[0], ';');
    core::FlowBatch out(schema);
    out.addRows(lines.size() - 1);
    for (size_t row = 0; row + 1 < lines.size(); ++row) {
        const auto cells = split(lines[row + 1], ';');
        for (size_t i = 0; i < names.size(); ++i) {
            const auto id = schema->find(names[i]);
            const auto& column = (*schema)[id];
            const std::string text(cells[i]);
            if (column.storage() == core::Storage::Ip) {
                out.set(id, row, core::Ip::parse(text).value_or(core::Ip()));
            } else if (core::isList(column.type)) {
                std::vector<uint32_t> words;
                for (const auto word : split(text, ' ')) {
                    if (!word.empty())
                        words.push_back(static_cast<uint32_t>(std::stoul(std::string(word))));
                }
                out.setText(id, row, core::listBytes(words));
            } else if (column.storage() == core::Storage::Dict) {
                out.setText(id, row, text);
            } else {
                core::withCellType(column.storage(), [&](auto cell) {
                    if constexpr (std::is_integral_v<decltype(cell)>)
                        out.set(id, row, static_cast<decltype(cell)>(std::stoull(text)));
                });
            }
        }
    }
    return out;
}

} // namespace rivereto::support
