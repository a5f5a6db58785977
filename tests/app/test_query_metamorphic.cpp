// SPDX-License-Identifier: GPL-3.0-or-later
// Answers against each other, of real captures and of the demo's: parts of a range add up, what is reversed twice is itself,
// a filter and its opposite are everything … Nothing is known of the flows but what the answers say.
#include "tests/app/program.h"

#include <cmath>
#include <map>

#include "core/query/run.h"
#include "storage/sqlite/sqlitestore.h"
#include "tests/support/corpus.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

class TestQueryMetamorphic : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void relations_data();
    void relations();

private:
    using Sums = std::map<std::vector<std::string>, double>;
    QueryResult ask(const Query& query)
    {
        auto result = runQuery(*m_store, query, {}, {});
        if (!result)
            qFatal("%s", result.error().message().c_str());
        return std::move(*result);
    }
    static Sums sumsOf(const QueryResult& result)
    {
        Sums out;
        for (const auto& series : result.series)
            out[series.key] += series.statistics.total;
        return out;
    }
    void splitRange(const std::string& dimension, Unit unit);
    void reversedTwice(const std::vector<std::string>& dimensions, const std::string& filter);
    void filterAndItsOpposite(const std::string& filter);
    void otherCompletes(const std::vector<std::string>& dimensions, unsigned limit);
    void limitsArePrefixes(const std::vector<std::string>& dimensions);
    void marginals(const std::string& a, const std::string& b);
    void pointsAddUp(const std::string& dimension, Unit unit);
    void prefixesAddUp(const std::string& dimension, unsigned v4, unsigned v6);
    void rowsAreFilters(const std::string& dimension);
    void conversationsAreFilters();
    void spreadKeepsTotals();
    void distinctIsRows(const std::string& dimension);
    QTemporaryDir m_folder;
    Program m_program;
    std::unique_ptr<storage::SqliteStore> m_store;
};

namespace {

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)); }
double total(const QueryResult& result) { return result.total.statistics.total; }

/// Texts at both ends of "a ↔ b".
std::pair<std::string, std::string> endsOf(const std::string& conversation)
{
    static const std::string arrow = " ↔ ";
    const auto at = conversation.find(arrow);
    return {conversation.substr(0, at), conversation.substr(at + arrow.size())};
}

} // namespace

void TestQueryMetamorphic::initTestCase()
{
    QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test");
    COMPARE_EXIT(m_program.run({"demo", "--write", m_folder.filePath("demo.pcap"), "--flows", "20000", "--for", "3h", "--seed", "3"}), 0);
}

void TestQueryMetamorphic::relations_data()
{
    QTest::addColumn<QString>("capture");
    QTest::newRow("demo") << m_folder.filePath("demo.pcap");
    for (const auto* name : {"netflow/overflowd-v5-first-half.pcap", "netflow/graylog-nprobe-mixed-v5-v9.pcap", "netflow/gen-softflowd-v9-sampled-many-protocols.pcap",
                             "sflow/overflowd-sflow-1000.pcap", "ipfix/calmh-parser-2.pcap", "ipfix/gen-softflowd-v10-biflow-many-protocols.pcap", "ipfix/pmacct-501-cisco-mpls.pcap"}) {
        if (const auto folder = corpus())
            QTest::newRow(name) << QString::fromStdString((*folder / name).string());
    }
}

void TestQueryMetamorphic::relations()
{
    QFETCH(QString, capture);
    const auto db = m_folder.filePath("x.rivereto");
    m_store.reset();
    QFile::remove(db);
    const auto imported = m_program.run({"import", capture, "--db", db});
    VERIFY_RAN(imported.exit == 0 || imported.exit == 3, imported); // 3: a record of it is malformed
    auto store = storage::SqliteStore::open(db.toStdString(), Schema::builtin(), {.threads = 2});
    QVERIFY(store);
    m_store = std::move(*store);
    QVERIFY(total(ask({.unit = Unit::Flows})) > 0);
    for (const auto unit : {Unit::Bytes, Unit::Packets, Unit::Flows}) {
        splitRange("SrcAddr", unit);
        splitRange("Port", unit);
        pointsAddUp("Proto", unit);
        pointsAddUp("Addr", unit);
    }
    for (const auto* filter : {"", "SrcPort > DstPort", "Proto = \"tcp\" AND NOT Addr << 10.0.0.0/8", "InIfIndex < 3 OR SrcAS = DstAS"}) {
        filterAndItsOpposite(filter);
        reversedTwice({"SrcAddr", "DstPort"}, filter);
        reversedTwice({"AS", "InIfIndex"}, filter);
        reversedTwice({"Conversation"}, filter);
    }
    for (const unsigned limit : {1U, 5U, 40U}) {
        otherCompletes({"SrcAddr"}, limit);
        otherCompletes({"Conversation", "Proto"}, limit);
        otherCompletes({"SrcNetPrefix", "PacketSizeBucket", "DstPort"}, limit);
    }
    limitsArePrefixes({"SrcAddr", "DstAddr"});
    limitsArePrefixes({"Addr"});
    limitsArePrefixes({"PacketSize"});
    marginals("SrcAddr", "DstPort");
    marginals("Conversation", "Proto");
    marginals("Addr", "ExporterAddress");
    prefixesAddUp("SrcAddr", 24, 64);
    prefixesAddUp("DstAddr", 8, 48);
    for (const auto* dimension : {"SrcAddr", "DstPort", "Proto", "SrcAS", "DstAS", "InIfIndex", "TCPFlags", "AS", "Port", "Addr", "ExporterAddress"})
        rowsAreFilters(dimension);
    conversationsAreFilters();
    spreadKeepsTotals();
    for (const auto* dimension : {"SrcAddr", "DstPort", "Proto", "PacketSize", "SrcNetPrefix", "TCPFlags", "InIfIndex", "ExporterAddress"})
        distinctIsRows(dimension);
}

/// [a,c) = [a,b) + [b,c), each group by itself.
void TestQueryMetamorphic::splitRange(const std::string& dimension, Unit unit)
{
    const auto all = m_store->status()->range;
    for (const auto share : {0.0001, 0.3, 0.5, 0.77}) {
        const auto middle = all.from + 1 + static_cast<uint64_t>(static_cast<double>(all.length()) * share);
        if (middle >= all.to)
            continue;
        const auto sums = [&](TimeRange range) { return sumsOf(ask({.range = range, .dimensions = {dimension}, .unit = unit, .limit = 0})); };
        auto both = sums({all.from, middle});
        for (const auto& [key, value] : sums({middle, all.to}))
            both[key] += value;
        QVERIFY2(both == sums(all), dimension.c_str());
        QVERIFY(both == sumsOf(ask({.dimensions = {dimension}, .unit = unit, .limit = 0})));
    }
}

/// The answer's reverse is the answer of the reversed question, and that one's reverse is the answer.
void TestQueryMetamorphic::reversedTwice(const std::vector<std::string>& dimensions, const std::string& filter)
{
    const auto& schema = *Schema::builtin();
    Query query{.kind = QueryKind::TimeSeries, .dimensions = dimensions, .filter = filter, .unit = Unit::L3Bps, .limit = 0, .points = 20, .bidirectional = true};
    const auto forward = ask(query);
    if (dimensions[0] == "Conversation") { // both directions together are what one row has without
        auto one = query;
        one.bidirectional = false;
        if (filter.empty())
            QVERIFY(near(total(forward) + total(*forward.reverse), total(ask(one))));
        return;
    }
    auto opposite = query;
    for (auto& name : opposite.dimensions)
        name = reversedName(name, schema);
    opposite.filter = toText(reversed(*parseFilter(filter), schema), schema);
    const auto backward = ask(opposite);
    QCOMPARE(toText(reversed(*parseFilter(opposite.filter), schema), schema), toText(*parseFilter(filter), schema));
    QCOMPARE(total(*forward.reverse), total(backward));
    QCOMPARE(total(*backward.reverse), total(forward));
    auto sums = sumsOf(*backward.reverse);
    for (const auto& [key, value] : sumsOf(forward)) {
        if (sums.contains(key))
            QCOMPARE(sums[key], value);
    }
    sums = sumsOf(backward);
    for (const auto& series : forward.reverse->series) {
        if (!series.other && sums.contains(series.key))
            QCOMPARE(series.statistics.total, sums[series.key]);
        else if (!series.other)
            QCOMPARE(series.statistics.total, 0.0);
    }
}

void TestQueryMetamorphic::filterAndItsOpposite(const std::string& filter)
{
    for (const auto unit : {Unit::Bytes, Unit::Flows}) {
        const auto sums = [&](const std::string& text) { return sumsOf(ask({.dimensions = {"DstAddr"}, .filter = text, .unit = unit, .limit = 0})); };
        auto both = sums(filter);
        if (!filter.empty()) {
            for (const auto& [key, value] : sums("NOT (" + filter + ")"))
                both[key] += value;
        }
        QVERIFY2(both == sums(""), filter.c_str());
    }
}

/// Named series and Other are everything, in every point.
void TestQueryMetamorphic::otherCompletes(const std::vector<std::string>& dimensions, unsigned limit)
{
    for (const auto by : {LimitBy::Avg, LimitBy::Max, LimitBy::Last}) {
        const auto result = ask({.kind = QueryKind::TimeSeries, .dimensions = dimensions, .unit = Unit::Bytes, .limit = limit, .limitBy = by, .points = 30});
        std::vector<double> points(result.total.points.size(), 0);
        for (const auto& series : result.series) {
            for (size_t i = 0; i < points.size(); ++i)
                points[i] += series.points[i];
        }
        QCOMPARE(points, result.total.points);
        QVERIFY(result.series.size() <= limit + 1);
        QCOMPARE(result.series.back().other, result.cutOff > 0);
        const auto all = ask({.kind = QueryKind::TimeSeries, .dimensions = dimensions, .unit = Unit::Bytes, .limit = 0, .limitBy = by, .points = 30});
        QCOMPARE(all.series.size(), std::min<size_t>(limit, all.series.size()) + result.cutOff);
        const auto sankey = dimensions.size() > 1 ? ask({.kind = QueryKind::Sankey, .dimensions = dimensions, .unit = Unit::Bytes, .limit = limit}) : result;
        double sum = 0;
        for (const auto& series : sankey.series)
            sum += series.statistics.total;
        QCOMPARE(sum, total(result));
    }
}

void TestQueryMetamorphic::limitsArePrefixes(const std::vector<std::string>& dimensions)
{
    for (const auto by : {LimitBy::Avg, LimitBy::Max, LimitBy::Last}) {
        const auto all = ask({.dimensions = dimensions, .limit = 0, .limitBy = by, .points = 25});
        for (const unsigned limit : {1U, 2U, 13U, 100U}) {
            const auto some = ask({.dimensions = dimensions, .limit = limit, .limitBy = by, .points = 25});
            for (size_t i = 0; i < std::min<size_t>(limit, all.series.size()); ++i) {
                QCOMPARE(some.series[i].key, all.series[i].key);
                QCOMPARE(some.series[i].statistics.total, all.series[i].statistics.total);
                QCOMPARE(some.series[i].statistics.p95, all.series[i].statistics.p95);
            }
        }
        for (size_t i = 1; i < all.series.size() && by != LimitBy::Avg; ++i) {
            const auto figure = [&](size_t at) { return by == LimitBy::Max ? all.series[at].statistics.max : all.series[at].statistics.last; };
            QVERIFY(figure(i - 1) >= figure(i));
        }
    }
}

/// By (A,B), added up over B, is by A.
void TestQueryMetamorphic::marginals(const std::string& a, const std::string& b)
{
    Sums sums;
    for (const auto& [key, value] : sumsOf(ask({.dimensions = {a, b}, .unit = Unit::Packets, .limit = 0})))
        sums[{key[0]}] += value;
    QVERIFY2(sums == sumsOf(ask({.dimensions = {a}, .unit = Unit::Packets, .limit = 0})), (a + b).c_str());
}

void TestQueryMetamorphic::pointsAddUp(const std::string& dimension, Unit unit)
{
    for (const unsigned points : {1U, 7U, 200U}) {
        const auto series = ask({.kind = QueryKind::TimeSeries, .dimensions = {dimension}, .unit = unit, .limit = 0, .points = points});
        const auto table = sumsOf(ask({.dimensions = {dimension}, .unit = unit, .limit = 0}));
        QCOMPARE(series.series.size(), table.size());
        for (const auto& one : series.series) {
            double sum = 0;
            for (const auto point : one.points)
                sum += point;
            QCOMPARE(sum, table.at(one.key));
        }
    }
}

void TestQueryMetamorphic::prefixesAddUp(const std::string& dimension, unsigned v4, unsigned v6)
{
    Sums sums;
    for (const auto& [key, value] : sumsOf(ask({.dimensions = {dimension}, .unit = Unit::Bytes, .limit = 0}))) {
        const auto ip = Ip::parse(key[0]);
        const auto text = ip ? Prefix{*ip, static_cast<uint8_t>(ip->isV4() ? 96 + v4 : v6)}.toString() : "";
        sums[{text}] += value;
    }
    const auto cut = sumsOf(ask({.dimensions = {dimension}, .unit = Unit::Bytes, .limit = 0, .truncateV4 = v4, .truncateV6 = v6}));
    QVERIFY2(sums == cut, dimension.c_str());
}

/// A row is what a filter for its value gives.
void TestQueryMetamorphic::rowsAreFilters(const std::string& dimension)
{
    const auto result = ask({.dimensions = {dimension}, .unit = Unit::Bytes, .limit = 12});
    for (const auto& series : result.series) {
        if (series.other || series.key[0].empty())
            continue;
        const bool quoted = dimension == "Proto" || dimension == "TCPFlags";
        const auto filter = dimension + " = " + (quoted ? "\"" + series.key[0] + "\"" : series.key[0]);
        QCOMPARE(total(ask({.filter = filter, .unit = Unit::Bytes})), series.statistics.total);
    }
}

void TestQueryMetamorphic::conversationsAreFilters()
{
    const auto result = ask({.dimensions = {"Conversation"}, .unit = Unit::Bytes, .limit = 15});
    const auto both = ask({.dimensions = {"Conversation"}, .unit = Unit::Bytes, .limit = 15, .bidirectional = true});
    for (const auto& series : result.series) {
        const auto [a, b] = series.other ? std::pair<std::string, std::string>() : endsOf(series.key[0]);
        if (a.empty() || b.empty())
            continue;
        const auto one = fmt::format("SrcAddr = {} AND DstAddr = {}", a, b);
        const auto other = fmt::format("SrcAddr = {} AND DstAddr = {}", b, a);
        QCOMPARE(total(ask({.filter = fmt::format("({}) OR ({})", one, other), .unit = Unit::Bytes})), series.statistics.total);
        for (size_t i = 0; i < both.series.size(); ++i) {
            if (both.series[i].key != series.key)
                continue;
            QCOMPARE(both.series[i].statistics.total, total(ask({.filter = one, .unit = Unit::Bytes})));
            if (a != b)
                QCOMPARE(both.reverse->series[i].statistics.total, total(ask({.filter = other, .unit = Unit::Bytes})));
        }
    }
}

/// In a range that is everything nothing is lost at its ends.
void TestQueryMetamorphic::spreadKeepsTotals()
{
    for (const auto kind : {QueryKind::Table, QueryKind::TimeSeries}) {
        for (const unsigned points : {1U, 10U, 150U}) {
            const auto plain = ask({.kind = kind, .dimensions = {"SrcAddr"}, .unit = Unit::Bytes, .limit = 0, .points = points});
            const auto spread = ask({.kind = kind, .dimensions = {"SrcAddr"}, .unit = Unit::Bytes, .limit = 0, .points = points, .spread = true});
            QVERIFY(sumsOf(plain) == sumsOf(spread));
            QCOMPARE(total(plain), total(spread));
        }
    }
}

void TestQueryMetamorphic::distinctIsRows(const std::string& dimension)
{
    const auto rows = ask({.dimensions = {dimension}, .unit = Unit::Flows, .limit = 0}).series.size();
    QCOMPARE(total(ask({.unit = Unit::Distinct, .distinct = dimension})), static_cast<double>(rows));
    // Of pairs: as many rows as the groups' figures together.
    const auto pairs = ask({.dimensions = {"DstAddr", dimension}, .unit = Unit::Flows, .limit = 0}).series.size();
    double sum = 0;
    for (const auto& [key, value] : sumsOf(ask({.dimensions = {"DstAddr"}, .unit = Unit::Distinct, .distinct = dimension, .limit = 0})))
        sum += value;
    QCOMPARE(sum, static_cast<double>(pairs));
}

QTEST_GUILESS_MAIN(TestQueryMetamorphic)
#include "test_query_metamorphic.moc"
