// SPDX-License-Identifier: GPL-3.0-or-later
// Planning, aggregating and shaping: the ladder of intervals, what is refused, ranking, Other, statistics, and the way of two
// passes against the naive oracle.
#include <QtTest>

#include <random>

#include "core/query/run.h"
#include "core/query/segment.h"
#include "core/query/shape.h"
#include "tests/support/chunkstore.h"
#include "tests/support/naivequery.h"
#include "tests/support/querycase.h"
#include "tests/support/randomflows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

class QueryTest : public QObject {
    Q_OBJECT
private slots:
    void names();
    void ladder_data();
    void ladder();
    void neverMorePointsThanAsked();
    void planErrors_data();
    void planErrors();
    void planOfARange();
    void emptyStore();
    void otherAndCutOff();
    void tiesAreRankedByValue();
    void everyValueMayBeReal();
    void statisticsOverCompletePoints();
    void samplingMultipliesUnitsOnly();
    void twoPassesAnswerLikeOne_data();
    void twoPassesAnswerLikeOne();
    void tooManyGroupsAreRefused();
    void randomQueriesLikeTheOracle();
    void foundByRandomQueries_data();
    void foundByRandomQueries();
    void cancelled();
};

namespace {

constexpr uint64_t kStart = 1'700'000'000'000;

/// Flows one a second with these source ports and bytes.
FlowBatch simple(const std::vector<std::pair<uint16_t, uint64_t>>& flows)
{
    FlowBatch out(Schema::builtin());
    out.addRows(flows.size());
    for (size_t i = 0; i < flows.size(); ++i) {
        out.set<uint64_t>(ColumnId::TimeReceived, i, kStart + i * 1000);
        out.set<uint16_t>(ColumnId::SrcPort, i, flows[i].first);
        out.set<uint64_t>(ColumnId::Bytes, i, flows[i].second);
    }
    return out;
}

QString described(const Query& query)
{
    QStringList names;
    for (const auto& name : query.dimensions)
        names << QString::fromStdString(name);
    return QStringLiteral("%1 by %2, unit %3, limit %4 by %5, filter %6, interval %7")
        .arg(static_cast<int>(query.kind)).arg(names.join(',')).arg(static_cast<int>(query.unit)).arg(query.limit)
        .arg(static_cast<int>(query.limitBy)).arg(QString::fromStdString(query.filter)).arg(query.intervalMs.value_or(0));
}

/// Empty when equal.
QString difference(const QueryResult& got, const QueryResult& expected)
{
    if (got.rowsMatched != expected.rowsMatched || got.rowsInRange != expected.rowsInRange || got.cutOff != expected.cutOff)
        return "counts";
    if (got.intervalMs != expected.intervalMs || got.firstPoint != expected.firstPoint || got.series.size() != expected.series.size())
        return "shape";
    for (size_t i = 0; i < got.series.size(); ++i) {
        const auto& a = got.series[i];
        const auto& b = expected.series[i];
        if (a.key != b.key || a.other != b.other || a.points != b.points || a.statistics.total != b.statistics.total
            || a.statistics.p95 != b.statistics.p95 || a.statistics.last != b.statistics.last || a.statistics.min != b.statistics.min)
            return QStringLiteral("series %1").arg(i);
    }
    return got.total.points == expected.total.points && got.total.statistics.total == expected.total.statistics.total ? QString() : QString("total");
}

} // namespace

void QueryTest::names()
{
    Query query;
    for (size_t i = 0; i < std::size(kUnitNames) - 1; ++i) {
        QVERIFY(setUnit(query, kUnitNames[i]));
        QCOMPARE(static_cast<size_t>(query.unit), i);
        QCOMPARE(unitName(query), std::string(kUnitNames[i]));
    }
    QVERIFY(setUnit(query, "distinct:SrcAddr"));
    QCOMPARE(query.unit, Unit::Distinct);
    QCOMPARE(unitName(query), std::string("distinct:SrcAddr"));
    for (size_t i = 0; i < std::size(kQueryKindNames); ++i)
        QCOMPARE(static_cast<size_t>(*parseQueryKind(kQueryKindNames[i])), i);
    for (size_t i = 0; i < std::size(kLimitByNames); ++i)
        QCOMPARE(static_cast<size_t>(*parseLimitBy(kLimitByNames[i])), i);
    QVERIFY(!setUnit(query, "distinct:"));
    const auto wrong = setUnit(query, "mbps");
    QVERIFY(!wrong);
    for (const auto name : kUnitNames)
        QVERIFY(wrong.error().message().find(name) != std::string::npos);
}

void QueryTest::ladder_data()
{
    QTest::addColumn<quint64>("length");
    QTest::addColumn<int>("points");
    QTest::addColumn<quint64>("step");
    constexpr quint64 s = 1000;
    constexpr quint64 h = 3600 * s;
    QTest::newRow("second") << s << 100 << quint64{10};
    QTest::newRow("ten seconds") << 10 * s << 100 << quint64{100};
    QTest::newRow("more than a hundred steps") << 10 * s + 1 << 100 << s;
    QTest::newRow("200 s") << 200 * s << 200 << s;
    QTest::newRow("201 s") << 201 * s << 200 << 2 * s;
    QTest::newRow("5 s") << 1000 * s << 200 << 5 * s;
    QTest::newRow("hour") << h << 200 << 30 * s;
    QTest::newRow("six hours") << 6 * h << 200 << 120 * s;
    QTest::newRow("day") << 24 * h << 200 << 600 * s;
    QTest::newRow("week") << 168 * h << 200 << h;
    QTest::newRow("month") << 720 * h << 200 << 6 * h;
    QTest::newRow("year") << 8760 * h << 200 << 48 * h;
    QTest::newRow("ten years") << 87600 * h << 200 << 24 * 19 * h;
    QTest::newRow("one point") << h << 1 << h;
    QTest::newRow("two points of half a day") << 24 * h << 2 << 12 * h;
}

/// From a moment that every step divides.
void QueryTest::ladder()
{
    QFETCH(quint64, length);
    QFETCH(int, points);
    QFETCH(quint64, step);
    QCOMPARE(quint64{chooseInterval({0, length}, static_cast<unsigned>(points))}, step);
}

void QueryTest::neverMorePointsThanAsked()
{
    std::mt19937_64 random(7);
    for (int i = 0; i < 20'000; ++i) {
        const uint64_t from = random() % (2 * kStart);
        const TimeRange range{from, from + 1 + random() % (uint64_t{1} << (1 + random() % 40))};
        const auto points = static_cast<unsigned>(1 + random() % 500);
        const auto plan = planQuery({.kind = QueryKind::TimeSeries, .range = range, .points = points}, Schema::builtin(), {}, {});
        QVERIFY(plan);
        QVERIFY(plan->intervalMs > 0 && plan->firstPoint <= from && from - plan->firstPoint < plan->intervalMs);
        QVERIFY(plan->firstPoint % plan->intervalMs == 0);
        QVERIFY(plan->firstPoint + plan->points * plan->intervalMs >= range.to);
        QVERIFY(plan->firstPoint + (plan->points - 1) * plan->intervalMs < range.to);
        // From days on, where the range lies across a boundary of any step, one may become two.
        const bool days = plan->intervalMs >= 86'400'000;
        QVERIFY2(plan->points <= points || (days && plan->points == 2), qPrintable(QStringLiteral("%1 %2 %3").arg(from).arg(range.to).arg(points)));
    }
}

void QueryTest::planErrors_data()
{
    QTest::addColumn<QStringList>("dimensions");
    QTest::addColumn<QString>("filter");
    QTest::addColumn<quint64>("from");
    QTest::addColumn<quint64>("to");
    QTest::addColumn<quint64>("interval");
    QTest::addColumn<QString>("message");
    const quint64 s = kStart;
    QTest::newRow("unknown dimension") << QStringList{"SrcAS", "Colour"} << "" << s << s + 1000 << quint64{100} << "no column “Colour”";
    QTest::newRow("twice") << QStringList{"SrcAS", "SRCAS"} << "" << s << s + 1000 << quint64{100} << "SrcAS is given twice";
    QTest::newRow("no dimension") << QStringList{"OtherElements"} << "" << s << s + 1000 << quint64{100} << "OtherElements cannot be grouped by";
    QTest::newRow("reversed") << QStringList() << "" << s + 1 << s << quint64{100} << "ends before it begins";
    QTest::newRow("empty") << QStringList() << "" << s << s << quint64{100} << "ends before it begins";
    QTest::newRow("no interval") << QStringList() << "" << s << s + 1000 << quint64{0} << "longer than 0";
    QTest::newRow("too many points") << QStringList() << "" << s << s + 1'000'000'000 << quint64{10} << "100000000 points";
    QTest::newRow("filter") << QStringList() << "SrcAS = " << s << s + 1000 << quint64{100} << "expected";
    QTest::newRow("filter column") << QStringList() << "Colour = 1" << s << s + 1000 << quint64{100} << "Colour";
    QStringList many;
    for (const auto& column : Schema::builtin()->columns()) {
        if (column.dimension)
            many << QString::fromUtf8(column.name.data(), static_cast<qsizetype>(column.name.size()));
    }
    QTest::newRow("too many dimensions") << many << "" << s << s + 1000 << quint64{100} << "dimensions are too many";
}

void QueryTest::planErrors()
{
    QFETCH(QStringList, dimensions);
    QFETCH(QString, filter);
    QFETCH(quint64, from);
    QFETCH(quint64, to);
    QFETCH(quint64, interval);
    QFETCH(QString, message);
    Query query{.range = TimeRange{from, to}, .filter = filter.toStdString(), .intervalMs = interval};
    for (const auto& name : dimensions)
        query.dimensions.push_back(name.toStdString());
    const auto plan = planQuery(query, Schema::builtin(), {}, {});
    QVERIFY(!plan);
    QVERIFY2(QString::fromStdString(plan.error().message()).contains(message), plan.error().message().c_str());
    QCOMPARE(plan.error().span.has_value(), !filter.isEmpty());
    QVERIFY(!checkQuery(query, {}, Schema::builtin(), {}));
    MemoryStore store(simple({{1, 1}}));
    QVERIFY(!runQuery(store, query, {}, {}));
}

void QueryTest::planOfARange()
{
    const StoreStatus status{.rows = 1, .range = {kStart + 123, kStart + 60'123}};
    const auto all = planQuery({.kind = QueryKind::TimeSeries, .points = 60}, Schema::builtin(), status, {});
    QVERIFY(all);
    QCOMPARE(all->range, status.range);
    QCOMPARE(all->intervalMs, uint64_t{2000}); // 61 points of a second
    QCOMPARE(all->points, 31U);
    // Totals need no points in a table, but have them in a series.
    QCOMPARE(planQuery({.unit = Unit::Bytes}, Schema::builtin(), status, {})->intervalMs, uint64_t{0});
    QVERIFY(planQuery({.kind = QueryKind::TimeSeries, .unit = Unit::Bytes}, Schema::builtin(), status, {})->intervalMs > 0);
    QVERIFY(checkQuery({.kind = QueryKind::Flows, .sort = "-Bytes"}, {"SrcAddr", "bytes"}, Schema::builtin(), {}));
    QVERIFY(!checkQuery({.kind = QueryKind::Flows, .sort = "Colour"}, {}, Schema::builtin(), {}));
    QVERIFY(!checkQuery({.kind = QueryKind::Flows}, {"Colour"}, Schema::builtin(), {}));
    QVERIFY(checkQuery({.sort = "Colour"}, {"Colour"}, Schema::builtin(), {})); // a table has neither
}

void QueryTest::emptyStore()
{
    MemoryStore store{FlowBatch(Schema::builtin())};
    for (const auto kind : {QueryKind::Table, QueryKind::TimeSeries}) {
        for (const auto unit : {Unit::L3Bps, Unit::Bytes}) {
            for (const auto& range : {std::optional<TimeRange>(), std::optional(TimeRange{kStart, kStart + 5000})}) {
                const auto none = runQuery(store, {.kind = kind, .range = range, .unit = unit}, {}, {});
                QVERIFY(none);
                QCOMPARE(none->series.size(), size_t{1});
                QCOMPARE(none->series[0].statistics.total, 0.0);
                const auto grouped = runQuery(store, {.kind = kind, .range = range, .dimensions = {"SrcAS"}, .unit = unit, .limitBy = LimitBy::Last}, {}, {});
                QVERIFY(grouped);
                QCOMPARE(grouped->series.size(), size_t{0});
                QCOMPARE(grouped->cutOff, size_t{0});
            }
        }
    }
}

void QueryTest::otherAndCutOff()
{
    ChunkStore store(simple({{1, 100}, {2, 50}, {3, 10}, {1, 5}, {4, 7}}), 2);
    const auto query = [&](unsigned limit) { return *runQuery(store, {.dimensions = {"SrcPort"}, .unit = Unit::Bytes, .limit = limit}, {}, {}); };
    const auto two = query(2);
    QCOMPARE(two.series.size(), size_t{3});
    QCOMPARE(two.series[0].key, std::vector<std::string>{"1"});
    QCOMPARE(two.series[0].statistics.total, 105.0);
    QCOMPARE(two.series[2].key, std::vector<std::string>{"Other"});
    QVERIFY(two.series[2].other && !two.series[1].other);
    QCOMPARE(two.series[2].statistics.total, 17.0);
    QCOMPARE(two.cutOff, size_t{2});
    QCOMPARE(two.total.statistics.total, 172.0);
    for (const unsigned limit : {0U, 4U, 5U}) {
        const auto all = query(limit);
        QCOMPARE(all.series.size(), size_t{4});
        QCOMPARE(all.cutOff, size_t{0});
    }
}

/// Equal sums: by number, so that every store gives the same order.
void QueryTest::tiesAreRankedByValue()
{
    ChunkStore store(simple({{100, 5}, {9, 5}, {20, 5}, {3, 5}, {65535, 5}}), 2);
    const auto result = runQuery(store, {.dimensions = {"SrcPort"}, .unit = Unit::Bytes, .limit = 3}, {}, {});
    std::vector<std::string> order;
    for (const auto& series : result->series)
        order.push_back(series.key[0]);
    QCOMPARE(order, (std::vector<std::string>{"3", "9", "20", "Other"}));
    // Texts by their letters, whatever their ids.
    FlowBatch named(Schema::builtin());
    named.addRows(3);
    for (const auto& [row, name] : {std::pair(0, "zeta"), {1, "alpha"}, {2, "mu"}})
        named.setText(ColumnId::InIfName, static_cast<size_t>(row), name);
    ChunkStore texts(named, 3);
    const auto byName = runQuery(texts, {.dimensions = {"InIfName"}, .unit = Unit::Flows, .limit = 0}, {}, {});
    QCOMPARE(byName->series[0].key[0], std::string("alpha"));
    QCOMPARE(byName->series[2].key[0], std::string("zeta"));
}

/// No value of a key may be taken for "the others": neither all bits clear nor all set.
void QueryTest::everyValueMayBeReal()
{
    std::vector<std::pair<uint16_t, uint64_t>> flows;
    for (uint16_t port = 1; port <= 50; ++port)
        flows.emplace_back(port, 1);
    for (int i = 0; i < 20; ++i) {
        flows.emplace_back(uint16_t{65535}, 100);
        flows.emplace_back(uint16_t{0}, 90);
    }
    ChunkStore store(simple(flows), 30);
    for (const QueryLimits limits : {QueryLimits{}, QueryLimits{.firstTry = 10}}) {
        const auto result = runQuery(store, {.kind = QueryKind::TimeSeries, .dimensions = {"SrcPort"}, .unit = Unit::Bytes, .limit = 2}, {}, {}, limits);
        QVERIFY(result);
        QCOMPARE(result->series.size(), size_t{3});
        QCOMPARE(result->series[0].key[0], std::string("65535"));
        QCOMPARE(result->series[0].statistics.total, 2000.0);
        QCOMPARE(result->series[1].key[0], std::string("0"));
        QCOMPARE(result->series[1].statistics.total, 1800.0);
        QCOMPARE(result->series[2].statistics.total, 50.0);
        QCOMPARE(result->cutOff, size_t{50});
    }
}

void QueryTest::statisticsOverCompletePoints()
{
    // 1000, 2000 … bytes in points of a second.
    std::vector<std::pair<uint16_t, uint64_t>> flows;
    for (uint64_t i = 1; i <= 21; ++i)
        flows.emplace_back(uint16_t{1}, i * 1000);
    MemoryStore store(simple(flows));
    // The range cuts the first and the last second: 19 points are whole.
    const auto cut = runQuery(store, {.kind = QueryKind::TimeSeries, .range = TimeRange{kStart - 500, kStart + 20'500}, .intervalMs = 1000}, {}, {});
    QVERIFY(cut);
    const auto& some = cut->series[0].statistics;
    QCOMPARE(cut->series[0].points.size(), size_t{22});
    QCOMPARE(some.min, 8000.0);
    QCOMPARE(some.max, 20 * 8000.0);
    QCOMPARE(some.last, 20 * 8000.0);
    QCOMPARE(some.average, 10.5 * 8000);
    QCOMPARE(some.total, 231'000.0); // of everything in the range
    // 0.95 × 19 = 18.05: between the 19th and the 20th of 1 … 20.
    QVERIFY(std::abs(some.p95 - (19 + 0.05) * 8000) < 1e-6);
    // Empty points count as 0.
    const auto wide = runQuery(store, {.range = TimeRange{kStart, kStart + 42'000}, .intervalMs = 1000}, {}, {});
    QCOMPARE(wide->series[0].statistics.min, 0.0);
    QCOMPARE(wide->series[0].statistics.average, 231'000.0 * 8 / 42);
    QCOMPARE(wide->series[0].statistics.last, 0.0);
    // No point is whole: then all that there are.
    const auto inside = runQuery(store, {.range = TimeRange{kStart + 100, kStart + 900}, .intervalMs = 1000}, {}, {});
    QCOMPARE(inside->series[0].statistics.max, 0.0);
    const auto first = runQuery(store, {.range = TimeRange{kStart, kStart + 900}, .intervalMs = 1000}, {}, {});
    QCOMPARE(first->series[0].statistics.max, 8000.0);
}

void QueryTest::samplingMultipliesUnitsOnly()
{
    FlowBatch flows(Schema::builtin());
    flows.addRows(2);
    for (size_t row = 0; row < 2; ++row) {
        flows.set<uint64_t>(ColumnId::TimeReceived, row, kStart + row);
        flows.set<uint64_t>(ColumnId::Bytes, row, 1000);
        flows.set<uint64_t>(ColumnId::Packets, row, 10);
        flows.set<uint64_t>(ColumnId::SamplingRate, row, row == 0 ? 0 : 100); // 0 counts as 1
    }
    MemoryStore store(std::move(flows));
    const auto total = [&](Unit unit) { return runQuery(store, {.unit = unit, .intervalMs = 1000}, {}, {})->series[0].statistics.total; };
    QCOMPARE(total(Unit::Bytes), 101'000.0);
    QCOMPARE(total(Unit::Packets), 1010.0);
    QCOMPARE(total(Unit::Flows), 2.0);
    QCOMPARE(total(Unit::Fps), 2.0);
    QCOMPARE(total(Unit::L2Bps), 101'000.0 + 38 * 1010);
    QCOMPARE(runQuery(store, {.unit = Unit::L2Bps, .intervalMs = 1000}, {}, {})->series[0].statistics.max, (101'000.0 + 38 * 1010) * 8);
    QCOMPARE(runQuery(store, {.unit = Unit::Pps, .intervalMs = 2000}, {}, {})->series[0].statistics.max, 505.0);
    // As exported in filters.
    QCOMPARE(runQuery(store, {.filter = "Bytes = 1000"}, {}, {})->rowsMatched, uint64_t{2});
}

void QueryTest::twoPassesAnswerLikeOne_data()
{
    QTest::addColumn<QStringList>("dimensions");
    QTest::addColumn<int>("by");
    QTest::addColumn<int>("limit");
    for (const auto by : {LimitBy::Avg, LimitBy::Max, LimitBy::Last}) {
        for (const auto& dimensions : {QStringList{"SrcAddr"}, {"SrcAddr", "DstPort"}, {"InIfName", "DstPort"}, {"SrcNetPrefix", "Proto", "DstCountry"}}) {
            for (const int limit : {1, 7, 100})
                QTest::newRow(qPrintable(QStringLiteral("%1 %2 %3").arg(dimensions.join('+')).arg(static_cast<int>(by)).arg(limit))) << dimensions << static_cast<int>(by) << limit;
        }
    }
}

void QueryTest::twoPassesAnswerLikeOne()
{
    QFETCH(QStringList, dimensions);
    QFETCH(int, by);
    QFETCH(int, limit);
    static const auto flows = randomFlows(Schema::builtin(), 6000, kStart, 3);
    static ChunkStore store(flows, 1700);
    static MemoryStore oracle(ChunkStore::copy(flows));
    Query query{.kind = QueryKind::TimeSeries, .limit = static_cast<unsigned>(limit), .limitBy = static_cast<LimitBy>(by), .points = 12};
    for (const auto& name : dimensions)
        query.dimensions.push_back(name.toStdString());
    const auto expected = runQuery(oracle, query, {}, {});
    QVERIFY(expected);
    store.calls = 0;
    const auto one = runQuery(store, query, {}, {});
    QCOMPARE(store.calls, 2); // the flows are sampled: how many samples there are is asked, too
    const auto two = runQuery(store, query, {}, {}, {.firstTry = 50});
    QCOMPARE(store.calls, 6);
    QVERIFY(one && two);
    QCOMPARE(difference(*one, *expected), QString());
    QCOMPARE(difference(*two, *expected), QString());
}

void QueryTest::tooManyGroupsAreRefused()
{
    ChunkStore store(randomFlows(Schema::builtin(), 3000, kStart, 5), 1000);
    const QueryLimits few{.firstTry = 10, .most = 100};
    const auto message = [](const auto& result) { return result ? std::string() : result.error().message(); };
    // Nothing helps: more groups than may be ranked.
    for (const unsigned limit : {0U, 5U}) {
        const auto result = runQuery(store, {.dimensions = {"SrcAddr", "DstAddr"}, .limit = limit}, {}, {}, few);
        QVERIFY2(message(result).find("more than 100 different values") != std::string::npos, message(result).c_str());
    }
    // The groups fit, but not their points: never a sum of a part.
    const auto series = runQuery(store, {.kind = QueryKind::TimeSeries, .dimensions = {"SrcAS"}, .limit = 40, .points = 200}, {}, {}, few);
    QVERIFY(!series);
    QVERIFY(runQuery(store, {.kind = QueryKind::TimeSeries, .dimensions = {"SrcAS"}, .limit = 1, .points = 30}, {}, {}, few));
}

void QueryTest::randomQueriesLikeTheOracle()
{
    std::mt19937 random(11);
    const auto flows = randomFlows(Schema::builtin(), 2500, kStart, 17);
    ChunkStore store(flows, 900);
    MemoryStore oracle(ChunkStore::copy(flows));
    std::vector<std::string> dimensions;
    for (const auto& column : Schema::builtin()->columns()) {
        if (column.dimension)
            dimensions.emplace_back(column.name);
    }
    const char* filters[] = {"", "Proto = 6", "DstPort = 443 OR SrcAS > 64510", "SrcAddr << 10.0.0.0/25", "InIfName LIKE \"name 1%\" AND NOT Proto = 17", "AS = 64501", "SrcAS = 1"};
    for (int i = 0; i < 400; ++i) {
        Query query{.kind = random() % 2 == 0 ? QueryKind::Table : QueryKind::TimeSeries, .filter = filters[random() % std::size(filters)],
                    .unit = static_cast<Unit>(random() % 7), .limit = static_cast<unsigned>(random() % 12), .limitBy = static_cast<LimitBy>(random() % 3),
                    .points = 1 + static_cast<unsigned>(random() % 60)};
        for (size_t n = random() % 5; n > 0; --n) {
            const auto& name = dimensions[random() % dimensions.size()];
            if (std::ranges::find(query.dimensions, name) == query.dimensions.end())
                query.dimensions.push_back(name);
        }
        if (random() % 3 == 0)
            query.range = TimeRange{kStart + random() % 2000, kStart + 2000 + random() % 2000};
        if (random() % 3 == 0)
            query.intervalMs = 1 + random() % 3000;
        const auto expected = runQuery(oracle, query, {}, {});
        const auto got = runQuery(store, query, {}, {}, random() % 2 == 0 ? QueryLimits{} : QueryLimits{.firstTry = random() % 300});
        QVERIFY2(expected && got, qPrintable(described(query)));
        QVERIFY2(difference(*got, *expected).isEmpty(), qPrintable(difference(*got, *expected) + ": " + described(query)));
    }
}

/// What random queries have found, each reduced to what mattered.
void QueryTest::foundByRandomQueries_data()
{
    QTest::addColumn<QString>("flows");
    QTest::addColumn<int>("which");
    QTest::newRow("percent of flows that count at both ends") << "TimeReceived;ExporterAddress;OutIfIndex;OutIfSpeed;Bytes;Packets;SrcNetName;DstNetName\n1700000000100;192.0.2.1;1;1000;1000;1;a;b\n1700000000200;192.0.2.1;2;100;500;1;b;b" << 0;
    QTest::newRow("samples behind links") << "TimeReceived;SamplingRate;Packets;SrcMAC\n1700000000281;100;40;3\n1700000000281;100;20;1\n1700000000281;100;49;5" << 1;
    QTest::newRow("totals by their largest point") << "TimeReceived;SrcPort;Bytes\n1700000001000;1;60\n1700000002000;1;60\n1700000003000;2;100" << 2;
    QTest::newRow("no network without an address") << "TimeReceived;SrcAddr;SrcNetMask;Bytes\n1700000000000;2001:db8::1;32;10\n1700000000001;;1;20" << 3;
}

void QueryTest::foundByRandomQueries()
{
    QFETCH(QString, flows);
    QFETCH(int, which);
    const Query queries[] = {
        {.kind = QueryKind::TimeSeries, .dimensions = {"NetName"}, .unit = Unit::OutL2Percent, .points = 5, .billing = true},
        {.kind = QueryKind::Sankey, .dimensions = {"SrcMAC", "FirewallEvent"}, .unit = Unit::Pps, .limit = 1},
        {.kind = QueryKind::TimeSeries, .range = TimeRange{kStart, kStart + 5000}, .dimensions = {"SrcPort"}, .unit = Unit::Bytes, .limit = 1, .limitBy = LimitBy::Max, .intervalMs = 1000},
        {.dimensions = {"SrcNetPrefix"}, .unit = Unit::Bytes},
    };
    const auto batch = flowsFromCsv(Schema::builtin(), flows.toStdString());
    const auto& query = queries[which];
    ChunkStore store(batch, 2);
    const auto got = runQuery(store, query, {}, {});
    QVERIFY(got);
    const auto text = support::difference(*got, naiveQuery(batch, query, {}), false);
    QVERIFY2(text.empty(), text.c_str());
}

void QueryTest::cancelled()
{
    ChunkStore store(simple({{1, 1}}), 1);
    std::stop_source stop;
    stop.request_stop();
    const auto result = runQuery(store, {}, {}, {.stop = stop.get_token()});
    QVERIFY(!result);
    QCOMPARE(result.error().message(), std::string(kCancelled));
}

QTEST_APPLESS_MAIN(QueryTest)
#include "test_query.moc"
