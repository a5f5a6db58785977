// SPDX-License-Identifier: GPL-3.0-or-later
// explain: known causes are found, what cannot win does not, and figures are those of the two ranges.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <cmath>
#include <random>

#include "core/query/explain.h"
#include "core/query/explaintable.h"
#include "tests/support/chunkstore.h"
#include "tests/support/memorystore.h"
#include "tests/support/randomflows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

class ExplainTest : public QObject {
    Q_OBJECT
private slots:
    void anAttackIsFound();
    void aDropIsFound();
    void trafficAppearsAndVanishes();
    void oneValueAFlowCannotWin();
    void whatGrowsWithEverythingCannotWin();
    void nothingChanged();
    void oneGainsWhatAnotherLoses();
    void emptyBaseline();
    void nothingLeftAround();
    void tiesByDivergence();
    void sameSplitIsMarked();
    void divergence();
    void fewestValues();
    void baselinesAndUnits();
    void timesWithoutListening();
    void tooManyValues();
    void storesAgree();
    void refused_data();
    void refused();
    void progressAndCancel();
    void tables();
};

namespace {

constexpr uint64_t kStart = 1'700'000'000'000;
constexpr uint64_t kMinute = 60'000;
/// What is to be explained: ten minutes of an hour.
constexpr TimeRange kHour{kStart, kStart + 60 * kMinute};
constexpr TimeRange kMarked{kStart + 40 * kMinute, kStart + 50 * kMinute};

struct Flow {
    uint64_t time = kStart;
    uint64_t bytes = 1000;
    const char* src = "192.0.2.1";
    const char* dst = "198.51.100.1";
    uint32_t srcAs = 64500;
    uint16_t srcPort = 443;
    uint16_t dstPort = 50'000;
    uint8_t proto = 6;
    uint32_t inIf = 1;
};

FlowBatch batchOf(const std::vector<Flow>& flows)
{
    FlowBatch out(Schema::builtin());
    out.addRows(flows.size());
    for (size_t i = 0; i < flows.size(); ++i) {
        const auto& flow = flows[i];
        out.set<uint64_t>(ColumnId::TimeReceived, i, flow.time);
        out.set<uint64_t>(ColumnId::Bytes, i, flow.bytes);
        out.set<uint64_t>(ColumnId::Packets, i, 1);
        out.set<Ip>(ColumnId::SrcAddr, i, *Ip::parse(flow.src));
        out.set<Ip>(ColumnId::DstAddr, i, *Ip::parse(flow.dst));
        out.set<uint32_t>(ColumnId::SrcAS, i, flow.srcAs);
        out.set<uint16_t>(ColumnId::SrcPort, i, flow.srcPort);
        out.set<uint16_t>(ColumnId::DstPort, i, flow.dstPort);
        out.set<uint8_t>(ColumnId::Proto, i, flow.proto);
        out.set<uint32_t>(ColumnId::InIfIndex, i, flow.inIf);
        out.set<uint32_t>(ColumnId::SrcNetName, i, out.dictionary().intern("net" + std::to_string(flow.srcAs)));
    }
    return out;
}

constexpr const char* kHosts[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6", "192.0.2.7", "192.0.2.8"};

/// An hour of quiet traffic, `perMinute` flows a minute: eight hosts in four AS, three interfaces, every flow from a port of its own.
std::vector<Flow> quiet(unsigned perMinute = 48)
{
    std::vector<Flow> out;
    for (unsigned i = 0; i < 60 * perMinute; ++i) {
        out.push_back({.time = kStart + i * kMinute / perMinute, .bytes = 1000, .src = kHosts[i % 8], .dst = kHosts[(i + 3) % 8], .srcAs = 64500 + i % 4,
                       .srcPort = static_cast<uint16_t>(i % 2 == 0 ? 443 : 80), .dstPort = static_cast<uint16_t>(10'000 + i), .proto = static_cast<uint8_t>(i % 3 == 0 ? 17 : 6),
                       .inIf = 1 + i % 3});
    }
    return out;
}

ExplainQuery asked(std::vector<std::string> dimensions = {}) { return {.query = {.range = kHour, .dimensions = std::move(dimensions)}, .range = kMarked}; }

Result<Explanation> explained(const std::vector<Flow>& flows, const ExplainQuery& query = asked())
{
    ChunkStore store(batchOf(flows), 700);
    return explain(store, query, {}, {});
}

const ExplainedDimension& find(const Explanation& in, std::string_view name)
{
    for (const auto& told : in.dimensions) {
        if (told.dimension.name == name)
            return told;
    }
    qFatal("no such dimension");
}

size_t placeOf(const Explanation& in, std::string_view name)
{
    return static_cast<size_t>(std::ranges::find(in.dimensions, name, [](const ExplainedDimension& told) { return told.dimension.name; }) - in.dimensions.begin());
}

/// The last flow is a moment before the hour's end, and so is the baseline.
bool near(double a, double b) { return std::abs(a - b) <= 1e-3 * std::max({std::abs(a), std::abs(b), 1.0}); }

} // namespace

/// Reflection: one service port and one victim, from everywhere to ports that are all different.
void ExplainTest::anAttackIsFound()
{
    auto flows = quiet();
    for (unsigned i = 0; i < 600; ++i)
        flows.push_back({.time = kMarked.from + i * 1000, .bytes = 5000, .src = kHosts[i % 8], .dst = "203.0.113.9", .srcAs = 64500 + i % 4, .srcPort = 53,
                         .dstPort = static_cast<uint16_t>(20'000 + i), .proto = 17, .inIf = 1 + i % 3});
    const auto found = explained(flows);
    QVERIFY(found);
    QVERIFY(!found->mixed);
    // Quiet: 48 flows of 1000 B a minute.
    QVERIFY(near(found->before, 48 * 1000 * 8 / 60.0));
    QVERIFY(near(found->change(), 600 * 5000 * 8 / 600.0));
    QCOMPARE(found->rowsDuring, uint64_t{480 + 600});
    QCOMPARE(found->rowsBefore, uint64_t{50 * 48});
    for (const auto* name : {"SrcPort", "DstAddr"}) {
        QVERIFY(placeOf(*found, name) < 2);
        QCOMPARE(find(*found, name).needed, size_t{1});
    }
    const auto& port = find(*found, "SrcPort");
    QCOMPARE(port.values, size_t{3});
    QCOMPARE(port.top[0].text, std::string("53"));
    QCOMPARE(port.top[0].before, 0.0);
    QVERIFY(near(port.top[0].change, found->change()));
    QVERIFY(near(port.top[0].share, 1) && near(port.covered, 1));
    QCOMPARE(find(*found, "DstAddr").top[0].text, std::string("203.0.113.9"));
    QCOMPARE(find(*found, "DstPort").verdict, Verdict::PerFlow);
    // UDP was there before, and changed with the attack: it explains, and less.
    QCOMPARE(find(*found, "Proto").top[0].text, std::string("udp"));
    QVERIFY(placeOf(*found, "Proto") >= 2);
    // Sources were everybody.
    QVERIFY(placeOf(*found, "SrcAddr") > placeOf(*found, "Proto"));
}

void ExplainTest::aDropIsFound()
{
    auto flows = quiet();
    std::erase_if(flows, [](const Flow& flow) { return flow.inIf == 2 && flow.time >= kMarked.from && flow.time < kMarked.to; });
    const auto found = explained(flows);
    QVERIFY(found);
    QVERIFY(found->change() < 0);
    QCOMPARE(found->dimensions[0].dimension.name, std::string("InIfIndex"));
    const auto& first = found->dimensions[0];
    QCOMPARE(first.needed, size_t{1});
    QCOMPARE(first.top[0].text, std::string("2"));
    QCOMPARE(first.top[0].during, 0.0);
    QVERIFY(first.top[0].change < 0 && near(first.top[0].share, 1));
}

void ExplainTest::trafficAppearsAndVanishes()
{
    auto flows = quiet();
    auto gone = flows;
    std::erase_if(gone, [](const Flow& flow) { return flow.time >= kMarked.from && flow.time < kMarked.to; });
    const auto vanished = explained(gone, asked({"SrcAS", "Proto"}));
    QVERIFY(vanished);
    QCOMPARE(vanished->during, 0.0);
    QCOMPARE(vanished->rowsDuring, uint64_t{0});
    for (const auto& told : vanished->dimensions) {
        QVERIFY(!told.divergence); // there is nothing to compare shares with
        QCOMPARE(told.verdict, Verdict::InProportion);
        QVERIFY(near(told.top[0].change, -told.top[0].before));
    }
    auto only = flows;
    std::erase_if(only, [](const Flow& flow) { return flow.time < kMarked.from || flow.time >= kMarked.to; });
    // What the database does not hold is no baseline …
    QVERIFY(!explained(only, asked({"SrcAS"})));
    // … but a time in which it holds flows of others is one.
    only.push_back({.time = kHour.from, .proto = 47});
    only.push_back({.time = kHour.to - 1, .proto = 47});
    auto query = asked({"SrcAS", "Proto"});
    query.query.filter = "Proto != 47";
    const auto appeared = explained(only, query);
    QVERIFY(appeared);
    QCOMPARE(appeared->before, 0.0);
    QCOMPARE(appeared->dimensions[0].dimension.name, std::string("Proto"));
    QCOMPARE(appeared->dimensions[0].needed, size_t{2});
    QCOMPARE(find(*appeared, "SrcAS").needed, size_t{4});
}

void ExplainTest::oneValueAFlowCannotWin()
{
    // One flow is the change: its port is nobody else's, its protocol is.
    auto flows = quiet();
    flows.push_back({.time = kMarked.from + 1, .bytes = 10'000'000, .srcPort = 443, .dstPort = 9999});
    const auto found = explained(flows, asked({"DstPort", "Proto"}));
    QVERIFY(found);
    const auto& port = find(*found, "DstPort");
    QCOMPARE(port.verdict, Verdict::PerFlow);
    QCOMPARE(port.needed, size_t{1});
    QVERIFY(*port.divergence > 0.9);
    QCOMPARE(placeOf(*found, "DstPort"), size_t{1});

    // As many values, of which one is many flows': that one explains.
    auto service = quiet();
    for (unsigned i = 0; i < 50; ++i)
        service.push_back({.time = kMarked.from + i, .bytes = 1'000'000, .dstPort = 9999});
    const auto known = explained(service, asked({"DstPort", "Proto"}));
    QVERIFY(known);
    QCOMPARE(find(*known, "DstPort").verdict, Verdict::Explains);
    QCOMPARE(find(*known, "DstPort").top[0].text, std::string("9999"));
}

void ExplainTest::whatGrowsWithEverythingCannotWin()
{
    // Nine of ten flows are TCP, before and during; all of the new ones come from one AS.
    std::vector<Flow> flows;
    for (unsigned i = 0; i < 6000; ++i)
        flows.push_back({.time = kStart + i * 600, .srcAs = 64500 + i % 5, .proto = static_cast<uint8_t>(i % 10 == 0 ? 17 : 6)});
    for (unsigned i = 0; i < 1000; ++i)
        flows.push_back({.time = kMarked.from + i * 600, .srcAs = 64999, .proto = static_cast<uint8_t>(i % 10 == 0 ? 17 : 6)});
    const auto found = explained(flows, asked({"Proto", "SrcAS", "SrcPort"}));
    QVERIFY(found);
    QCOMPARE(found->dimensions[0].dimension.name, std::string("SrcAS"));
    QCOMPARE(find(*found, "Proto").verdict, Verdict::InProportion);
    QVERIFY(near(*find(*found, "Proto").divergence, 0));
    QCOMPARE(find(*found, "SrcPort").verdict, Verdict::Constant);
    QCOMPARE(placeOf(*found, "SrcPort"), size_t{2});
}

void ExplainTest::nothingChanged()
{
    const auto found = explained(quiet());
    QVERIFY(found);
    QVERIFY(found->mixed);
    QVERIFY(near(found->before, found->during));
    QVERIFY(near(found->dimensions[0].divergence.value_or(1), 0));
    QVERIFY(near(*find(*found, "SrcAS").divergence, 0));
    // To the last octet: no value is needed.
    auto query = asked();
    query.baseline = Baseline::Before;
    const auto same = explained(quiet(), query);
    QVERIFY(same);
    QCOMPARE(same->change(), 0.0);
    QCOMPARE(find(*same, "SrcAS").needed, size_t{0});
    // Columns that no flow has.
    QVERIFY(std::ranges::find(found->withoutValues, "DstCountry") != found->withoutValues.end());
    QCOMPARE(found->done, found->asked);
}

void ExplainTest::oneGainsWhatAnotherLoses()
{
    auto flows = quiet();
    for (auto& flow : flows) {
        if (flow.inIf == 1 && flow.time >= kMarked.from && flow.time < kMarked.to)
            flow.inIf = 3;
    }
    const auto found = explained(flows);
    QVERIFY(found);
    QVERIFY(found->mixed);
    QCOMPARE(found->dimensions[0].dimension.name, std::string("InIfIndex"));
    const auto& first = found->dimensions[0];
    QCOMPARE(first.needed, size_t{2});
    QVERIFY(near(first.top[0].share, 0.5) && near(first.top[1].share, 0.5));
    QVERIFY(near(first.top[0].change, -first.top[1].change));
}

void ExplainTest::emptyBaseline()
{
    auto query = asked({"SrcAS", "Proto"});
    query.baseline = Baseline::Fixed;
    query.fixed = {kStart - 60 * kMinute, kStart - 10 * kMinute};
    const auto found = explained(quiet(), query);
    QVERIFY(found);
    QVERIFY(found->against.empty());
    QCOMPARE(found->before, 0.0);
    QVERIFY(found->during > 0);
    QCOMPARE(found->dimensions[0].dimension.name, std::string("Proto"));
    QVERIFY(!found->dimensions[0].divergence);
    // Nor do an empty range and an empty store.
    query.range = {kStart - 120 * kMinute, kStart - 110 * kMinute};
    const auto nothing = explained(quiet(), query);
    QVERIFY(nothing);
    QVERIFY(nothing->dimensions.empty());
    QCOMPARE(nothing->withoutValues.size(), size_t{2});
    query.baseline = Baseline::Before;
    MemoryStore empty(batchOf({}));
    QVERIFY(explain(empty, query, {}, {}));
}

void ExplainTest::nothingLeftAround()
{
    auto query = asked();
    query.range = kHour;
    const auto found = explained(quiet(), query);
    QVERIFY(!found);
    QVERIFY(found.error().message().find("nothing is left around") != std::string::npos);
}

void ExplainTest::tiesByDivergence()
{
    // Both need one value; the AS is new, UDP was a third of the traffic.
    auto flows = quiet();
    for (unsigned i = 0; i < 500; ++i)
        flows.push_back({.time = kMarked.from + i * 1000, .src = kHosts[i % 8], .dst = kHosts[i % 8], .srcAs = 64999, .proto = 17, .inIf = 1 + i % 3});
    const auto found = explained(flows, asked({"Proto", "SrcAS"}));
    QVERIFY(found);
    QCOMPARE(found->dimensions[0].needed, size_t{1});
    QCOMPARE(found->dimensions[1].needed, size_t{1});
    QCOMPARE(found->dimensions[0].dimension.name, std::string("SrcAS"));
    QVERIFY(*found->dimensions[0].divergence > *found->dimensions[1].divergence);
}

void ExplainTest::sameSplitIsMarked()
{
    auto flows = quiet();
    for (unsigned i = 0; i < 500; ++i)
        flows.push_back({.time = kMarked.from + i * 1000, .srcAs = 64999});
    const auto found = explained(flows);
    QVERIFY(found);
    const auto& name = find(*found, "SrcNetName");
    const auto& as = find(*found, "SrcAS");
    QCOMPARE(name.sameAs.empty(), !as.sameAs.empty());
    QCOMPARE(name.sameAs + as.sameAs, std::string(as.sameAs.empty() ? "SrcAS" : "SrcNetName"));
    QVERIFY(find(*found, "Proto").sameAs.empty());
}

/// By hand: 3/4, 1/4 against 1/4, 3/4.
void ExplainTest::divergence()
{
    const std::vector<Flow> flows{{.time = kStart, .bytes = 3000, .proto = 6}, {.time = kStart, .bytes = 1000, .proto = 17}, {.time = kMarked.from, .bytes = 10, .proto = 6},
                                  {.time = kMarked.from, .bytes = 30, .proto = 17}, {.time = kHour.to - 1, .bytes = 0}};
    const auto found = explained(flows, asked({"Proto"}));
    QVERIFY(found);
    const double expected = 0.75 * std::log2(0.75 / 0.5) + 0.25 * std::log2(0.25 / 0.5);
    QVERIFY(std::abs(*found->dimensions[0].divergence - expected) < 1e-12);
    // No value in both: one bit.
    auto apart = flows;
    apart[1].proto = apart[0].proto;
    apart[2].proto = apart[3].proto = 17;
    const auto full = explained(apart, asked({"Proto"}));
    QVERIFY(full);
    QVERIFY(near(*full->dimensions[0].divergence, 1));
}

/// Five AS make 50, 20, 10, 10, 10 % of the change: 80 % is reached exactly with three.
void ExplainTest::fewestValues()
{
    std::vector<Flow> flows{{.time = kStart, .bytes = 1, .srcAs = 1}, {.time = kHour.to - 1, .bytes = 1, .srcAs = 1}};
    const uint64_t bytes[] = {50, 20, 10, 10, 10};
    for (unsigned i = 0; i < 5; ++i) {
        for (unsigned n = 0; n < 10; ++n)
            flows.push_back({.time = kMarked.from + n, .bytes = bytes[i] * 1000, .srcAs = 64500 + i});
    }
    auto query = asked({"SrcAS"});
    query.values = 2;
    query.query.filter = "SrcAS > 1";
    const auto found = explained(flows, query);
    QVERIFY(found);
    const auto& as = found->dimensions[0];
    QCOMPARE(as.needed, size_t{3});
    QVERIFY(near(as.covered, 0.8));
    QCOMPARE(as.values, size_t{5});
    QCOMPARE(as.top.size(), size_t{2});
    QVERIFY(near(as.rest->share, 0.3));
    QVERIFY(near(as.top[0].during + as.top[1].during + as.rest->during, found->during));
    // Equal changes stand in the order of their values.
    query.values = 10;
    const auto all = explained(flows, query);
    QVERIFY(all);
    QVERIFY(!all->dimensions[0].rest);
    QCOMPARE(all->dimensions[0].top[2].text, std::string("64502"));
    QCOMPARE(all->dimensions[0].top[4].text, std::string("64504"));
}

void ExplainTest::baselinesAndUnits()
{
    auto flows = quiet(60);
    for (unsigned i = 0; i < 600; ++i)
        flows.push_back({.time = kMarked.from + i * 1000, .bytes = 100, .proto = 17});
    auto query = asked({"Proto"});
    query.query.unit = Unit::Flows;
    const auto around = explained(flows, query);
    QVERIFY(around);
    QCOMPARE(around->during, 1200.0);
    QVERIFY(near(around->before, 600));
    QCOMPARE(around->against.size(), size_t{2});
    QCOMPARE(around->against[0], (TimeRange{kHour.from, kMarked.from}));
    query.baseline = Baseline::Before;
    const auto before = explained(flows, query);
    QVERIFY(before);
    QCOMPARE(before->against, (std::vector<TimeRange>{{kMarked.from - 10 * kMinute, kMarked.from}}));
    QCOMPARE(before->before, 600.0);
    query.baseline = Baseline::Fixed;
    query.fixed = {kStart, kStart + kMinute};
    const auto fixed = explained(flows, query);
    QVERIFY(fixed);
    QVERIFY(near(fixed->before, 600));
    for (const auto& [unit, change] : std::vector<std::pair<Unit, double>>{{Unit::Fps, 1.0}, {Unit::Pps, 1.0}, {Unit::L3Bps, 800.0}, {Unit::L2Bps, 800.0 + 38 * 8},
                                                                           {Unit::Bytes, 60'000.0}, {Unit::Packets, 600.0}}) {
        query.query.unit = unit;
        const auto found = explained(flows, query);
        QVERIFY(found);
        QVERIFY(near(found->change(), change));
        QVERIFY(near(found->dimensions[0].top[0].change, change));
    }
}

namespace {

/// Says that nobody listened in the first half hour.
class DeafStore final : public FlowStore {
public:
    explicit DeafStore(FlowStore& store) : m_store(store) { }
    [[nodiscard]] std::shared_ptr<const Schema> schema() const override { return m_store.schema(); }
    Result<StoreStatus> status() override { return m_store.status(); }
    Result<Aggregate> aggregate(const AggregateRequest& request, const Control& control) override { return m_store.aggregate(request, control); }
    Result<FlowsSummary> flows(const FlowsRequest& request, const Control& control, const std::function<bool(FlowBatch&&)>& sink) override
    {
        return m_store.flows(request, control, sink);
    }
    Result<std::vector<Interruption>> interruptions(const TimeRange&) override
    {
        return std::vector<Interruption>{{.range = {kStart - kMinute, kStart + 30 * kMinute}}, {.range = {kStart + 55 * kMinute, kStart + 56 * kMinute}, .kind = Interruption::Kind::Dropped}};
    }

private:
    FlowStore& m_store;
};

} // namespace

void ExplainTest::timesWithoutListening()
{
    auto flows = quiet();
    std::erase_if(flows, [](const Flow& flow) { return flow.time > kStart && flow.time < kStart + 30 * kMinute; });
    ChunkStore store(batchOf(flows), 1000);
    DeafStore deaf(store);
    const auto heard = explain(deaf, asked({"SrcAS"}), {}, {});
    QVERIFY(heard);
    QVERIFY(std::abs(heard->change()) < heard->before * 0.01);
    const auto thought = explain(store, asked({"SrcAS"}), {}, {});
    QVERIFY(thought);
    QVERIFY(thought->change() > thought->before);
}

void ExplainTest::tooManyValues()
{
    /// Gives up where a real store would after millions of groups.
    class SmallStore final : public FlowStore {
    public:
        explicit SmallStore(FlowStore& store) : m_store(store) { }
        [[nodiscard]] std::shared_ptr<const Schema> schema() const override { return m_store.schema(); }
        Result<StoreStatus> status() override { return m_store.status(); }
        Result<Aggregate> aggregate(const AggregateRequest& request, const Control& control) override
        {
            auto out = m_store.aggregate(request, control);
            if (out && out->cells.size() > 100)
                out->overflow = true;
            return out;
        }
        Result<FlowsSummary> flows(const FlowsRequest&, const Control&, const std::function<bool(FlowBatch&&)>&) override { return fail("not here"); }

    private:
        FlowStore& m_store;
    };
    ChunkStore store(batchOf(quiet()), 1000);
    SmallStore small(store);
    const auto found = explain(small, asked({"DstPort", "SrcAS"}), {}, {});
    QVERIFY(found);
    QCOMPARE(found->dimensions.back().dimension.name, std::string("DstPort"));
    QCOMPARE(found->dimensions.back().verdict, Verdict::TooMany);
    QVERIFY(found->dimensions.back().top.empty());
}

void ExplainTest::storesAgree()
{
    const auto rows = randomFlows(Schema::builtin(), 5000, kStart, 11);
    MemoryStore naive(ChunkStore::copy(rows));
    ChunkStore real(rows, 512);
    ExplainQuery query{.range = {kStart + 2000, kStart + 3000}};
    for (const auto baseline : {Baseline::Around, Baseline::Before}) {
        query.baseline = baseline;
        const auto a = explain(naive, query, {}, {});
        const auto b = explain(real, query, {}, {});
        QVERIFY(a && b);
        QVERIFY(!a->dimensions.empty());
        QCOMPARE(explanationCsv(*a), explanationCsv(*b));
    }
}

void ExplainTest::refused_data()
{
    QTest::addColumn<QString>("units");
    QTest::addColumn<QString>("dimension");
    QTest::addColumn<QString>("filter");
    QTest::addColumn<bool>("empty");
    QTest::addColumn<QString>("message");
    QTest::newRow("percent") << "inl2%" << "SrcAS" << "" << false << "do not add up";
    QTest::newRow("distinct") << "distinct:SrcAddr" << "SrcAS" << "" << false << "do not add up";
    QTest::newRow("column") << "bytes" << "SrcASN" << "" << false << "SrcAS";
    QTest::newRow("filter") << "bytes" << "SrcAS" << "SrcAS =" << false << "";
    QTest::newRow("range") << "bytes" << "SrcAS" << "" << true << "ends before it begins";
}

void ExplainTest::refused()
{
    QFETCH(QString, units);
    QFETCH(QString, dimension);
    QFETCH(QString, filter);
    QFETCH(bool, empty);
    QFETCH(QString, message);
    auto query = asked({dimension.toStdString()});
    QVERIFY(setUnit(query.query, units.toStdString()));
    query.query.filter = filter.toStdString();
    if (empty)
        query.range.to = query.range.from;
    const auto checked = checkExplain(query, Schema::builtin(), {});
    QVERIFY(!checked);
    QVERIFY2(QString::fromStdString(checked.error().message()).contains(message), checked.error().message().c_str());
    const auto found = explained(quiet(1), query);
    QVERIFY(!found);
    QCOMPARE(found.error().message(), checked.error().message());
}

void ExplainTest::progressAndCancel()
{
    ChunkStore store(batchOf(quiet()), 1000);
    size_t calls = 0;
    double share = 0;
    const auto told = [&](const Explanation& sofar) {
        ++calls;
        QCOMPARE(sofar.done, calls);
        QCOMPARE(sofar.dimensions.size() + sofar.withoutValues.size(), calls);
    };
    QVERIFY(explain(store, asked(), {}, {.stop = {}, .progress = [&](double s) { share = s; }}, told));
    QCOMPARE(calls, explainableColumns(*store.schema()).size());
    QCOMPARE(share, 1.0);
    std::stop_source stop;
    calls = 0;
    const auto cancelled = explain(store, asked(), {}, {.stop = stop.get_token(), .progress = {}}, [&](const Explanation&) {
        if (++calls == 3)
            stop.request_stop();
    });
    QVERIFY(!cancelled);
    QCOMPARE(cancelled.error().message(), std::string(kCancelled));
    QCOMPARE(calls, size_t{3});
}

void ExplainTest::tables()
{
    auto flows = quiet();
    for (unsigned i = 0; i < 500; ++i)
        flows.push_back({.time = kMarked.from + i * 1000, .srcAs = 0, .dstPort = 9999});
    auto query = asked({"SrcAS", "EType"});
    query.values = 1;
    const auto found = explained(flows, query);
    QVERIFY(found);
    const auto csv = QString::fromStdString(explanationCsv(*found)).split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(csv.size(), 2);
    QCOMPARE(csv[0], QStringLiteral("rank,dimension,verdict,sameAs,needed,values,covered,divergence,value,before,during,change,share"));
    QVERIFY(csv[1].startsWith(QStringLiteral("1,SrcAS,explains,,1,5,")));
    QVERIFY(csv[1].contains(QStringLiteral(",,0,")));
    const auto json = QJsonDocument::fromJson(QByteArray::fromStdString(explanationJson(*found, 0))).object();
    QCOMPARE(json["unit"].toString(), QStringLiteral("l3bps"));
    QCOMPARE(json["baseline"].toObject()["ranges"].toArray().size(), 2);
    const auto dimension = json["dimensions"].toArray()[0].toObject();
    QCOMPARE(dimension["rank"].toInt(), 1);
    QVERIFY(dimension["sameAs"].isNull());
    QVERIFY(dimension["top"].toArray()[0].toObject()["value"].isNull());
    QVERIFY(dimension["rest"].isObject());
    QCOMPARE(json["withoutValues"].toArray()[0].toString(), QStringLiteral("EType"));
}

QTEST_APPLESS_MAIN(ExplainTest)
#include "test_explain.moc"
