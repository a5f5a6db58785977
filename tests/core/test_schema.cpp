// SPDX-License-Identifier: GPL-3.0-or-later
// The table of columns: what is in it, and that a column added at run time is decoded, asked, filtered and printed like any
// other.
#include <QtTest>

#include "core/decode/decoder.h"
#include "core/filter/completion.h"
#include "core/query/run.h"
#include "core/query/segment.h"
#include "core/text/value.h"
#include "tests/support/memorystore.h"
#include "tests/support/messages.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

class SchemaTest : public QObject {
    Q_OBJECT
private slots:
    void hasEveryColumnOfAkvorado();
    void everyColumnIsWhole();
    void counterparts_data();
    void counterparts();
    void endpointWords();
    void noElementFillsTwoColumns();
    void refusesWhatCannotBeAdded_data();
    void refusesWhatCannotBeAdded();
    void addedColumnWorksLikeAnyOther();
    void addedPairIsAnEndpointWord();
    void extendsAgainAndAgain();
};

namespace {

/// Its `flows` table; see common/schema/definition.go there.
constexpr std::string_view kAkvorado[] = {
    "TimeReceived", "SamplingRate", "EType", "Proto", "Bytes", "Packets", "PacketSize", "PacketSizeBucket", "ForwardingStatus",
    "FlowDirection", "ExporterAddress", "ExporterName", "ExporterGroup", "ExporterRole", "ExporterSite", "ExporterRegion",
    "ExporterTenant", "SrcAddr", "DstAddr", "SrcNetMask", "DstNetMask", "SrcNetPrefix", "DstNetPrefix", "SrcAS", "DstAS", "SrcVlan",
    "DstVlan", "SrcPort", "DstPort", "SrcNetName", "DstNetName", "SrcNetRole", "DstNetRole", "SrcNetSite", "DstNetSite",
    "SrcNetRegion", "DstNetRegion", "SrcNetTenant", "DstNetTenant", "SrcCountry", "DstCountry", "SrcGeoState", "DstGeoState",
    "SrcGeoCity", "DstGeoCity", "DstASPath", "Dst1stAS", "Dst2ndAS", "Dst3rdAS", "SrcCommunities", "SrcLargeCommunities",
    "DstCommunities", "DstLargeCommunities", "InIfName", "OutIfName", "InIfDescription", "OutIfDescription", "InIfSpeed",
    "OutIfSpeed", "InIfProvider", "OutIfProvider", "InIfConnectivity", "OutIfConnectivity", "InIfBoundary", "OutIfBoundary",
    "SrcAddrNAT", "DstAddrNAT", "SrcPortNAT", "DstPortNAT", "SrcMAC", "DstMAC", "IPTTL", "IPTos", "IPFragmentID",
    "IPFragmentOffset", "IPv6FlowLabel", "TCPFlags", "ICMPv4", "ICMPv4Type", "ICMPv4Code", "ICMPv6", "ICMPv6Type", "ICMPv6Code",
    "NextHop", "MPLSLabels", "MPLS1stLabel", "MPLS2ndLabel", "MPLS3rdLabel", "MPLS4thLabel", "IngressVRFID", "EgressVRFID",
};
/// What its console does not group by.
constexpr std::string_view kNoDimension[] = {"TimeReceived", "SamplingRate", "SrcNetMask", "DstNetMask", "SrcLargeCommunities",
                                             "DstLargeCommunities", "Bytes", "Packets"};

constexpr uint32_t kEnterprise = 64'500;

std::shared_ptr<const Schema> extendedBy(std::span<const ColumnSpec> more)
{
    auto out = Schema::builtin()->extended(more);
    if (!out)
        qWarning("%s", out.error().message().c_str());
    return out.value_or(nullptr);
}

} // namespace

void SchemaTest::hasEveryColumnOfAkvorado()
{
    const auto schema = Schema::builtin();
    for (const auto name : kAkvorado) {
        const auto id = schema->find(name);
        QVERIFY2(id != ColumnId::kNone, std::string(name).c_str());
        QVERIFY((*schema)[id].name == name); // in its own spelling
        const bool dimension = std::ranges::find(kNoDimension, name) == std::end(kNoDimension);
        QVERIFY2((*schema)[id].dimension == dimension, std::string(name).c_str());
    }
}

void SchemaTest::everyColumnIsWhole()
{
    const auto schema = Schema::builtin();
    QCOMPARE(schema->size(), kBuiltinColumns);
    for (const auto& column : schema->columns()) {
        const std::string name(column.name);
        QVERIFY2(!column.label.empty() && column.doc.ends_with('.'), name.c_str());
        QVERIFY2(column.label.find('|') == std::string_view::npos && column.doc.find('|') == std::string_view::npos, name.c_str());
        QVERIFY2(&(*schema)[column.id] == &column && schema->find(name) == column.id, name.c_str());
        QVERIFY2(schema->find(QString::fromStdString(name).toUpper().toStdString()) == column.id, name.c_str());
        QVERIFY2(column.stored() || column.bases[0] != ColumnId::kNone, name.c_str());
        QVERIFY2(column.stored() || column.from == From::Wire, name.c_str());
        QVERIFY2((column.storage() == Storage::Prefix) == (column.type == Type::NetPrefix), name.c_str());
        // What a roll-up keeps has few different values.
        QVERIFY2(!column.rollup || (column.type != Type::Address && column.type != Type::Port) || name == "ExporterAddress", name.c_str());
    }
    QCOMPARE(schema->find("NoSuchColumn"), ColumnId::kNone);
    QCOMPARE(schema->find(""), ColumnId::kNone);
}

void SchemaTest::counterparts_data()
{
    QTest::addColumn<QString>("one");
    QTest::addColumn<QString>("other");
    QTest::newRow("address") << "SrcAddr" << "DstAddr";
    QTest::newRow("interface") << "InIfName" << "OutIfName";
    QTest::newRow("vrf") << "IngressVRFID" << "EgressVRFID";
    QTest::newRow("nat") << "SrcPortNAT" << "DstPortNAT";
    QTest::newRow("communities") << "SrcCommunities" << "DstCommunities";
    QTest::newRow("none") << "Proto" << "";
    QTest::newRow("one-sided") << "DstASPath" << "";
}

void SchemaTest::counterparts()
{
    QFETCH(QString, one);
    QFETCH(QString, other);
    const auto schema = Schema::builtin();
    const auto id = schema->find(one.toStdString());
    const auto pair = (*schema)[id].pair;
    QCOMPARE(pair, other.isEmpty() ? ColumnId::kNone : schema->find(other.toStdString()));
    if (!other.isEmpty())
        QCOMPARE((*schema)[pair].pair, id);
}

void SchemaTest::endpointWords()
{
    const auto schema = Schema::builtin();
    for (const auto* name : {"Addr", "AS", "Port", "Country", "Vlan", "MAC", "NetName", "NetPrefix", "GeoCity", "AddrNAT", "Communities"}) {
        const auto* word = schema->findEndpoint(name);
        QVERIFY2(word, name);
        QCOMPARE(word->src, schema->find("Src" + std::string(name)));
        QCOMPARE(word->dst, schema->find("Dst" + std::string(name)));
    }
    QVERIFY(schema->findEndpoint("addr") == schema->findEndpoint("ADDR"));
    for (const auto* name : {"Proto", "ASPath", "IfName", ""})
        QVERIFY2(!schema->findEndpoint(name), name);
    // No word hides a column.
    for (const auto& word : schema->endpoints())
        QCOMPARE(schema->find(word.name), ColumnId::kNone);
}

void SchemaTest::noElementFillsTwoColumns()
{
    std::map<std::pair<uint32_t, uint16_t>, std::vector<std::string>> users;
    for (const auto& column : Schema::builtin()->columns()) {
        for (const auto& element : column.elements) {
            // Octets of one element may be two columns: ICMP type and code.
            if (element.id != 0 && element.conv != Conv::HighByte && element.conv != Conv::LowByte)
                users[{element.enterprise, element.id}].emplace_back(column.name);
        }
    }
    for (const auto& [element, columns] : users)
        QVERIFY2(columns.size() == 1, (columns[0] + " and " + columns.back()).c_str());
}

void SchemaTest::refusesWhatCannotBeAdded_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("message");
    QTest::newRow("known") << "SrcAddr" << "exists already";
    QTest::newRow("known in other case") << "srcaddr" << "exists already";
    QTest::newRow("empty") << "" << "cannot name a column";
    QTest::newRow("digit first") << "1st" << "cannot name a column";
    QTest::newRow("space") << "Two Words" << "cannot name a column";
    QTest::newRow("quote") << "a\"b" << "cannot name a column";
    QTest::newRow("umlaut") << "Größe" << "cannot name a column";
}

void SchemaTest::refusesWhatCannotBeAdded()
{
    QFETCH(QString, name);
    QFETCH(QString, message);
    const auto text = name.toStdString();
    const ColumnSpec spec{.name = text};
    const auto extended = Schema::builtin()->extended({&spec, 1});
    QVERIFY(!extended);
    QVERIFY2(QString::fromStdString(extended.error().message()).contains(message), extended.error().message().c_str());
    const ColumnSpec twice[] = {{.name = "Twice"}, {.name = "twice"}};
    QVERIFY(!Schema::builtin()->extended(twice));
}

/// "Adding a column that arrives on the wire is one line": here is the line, and nothing else.
void SchemaTest::addedColumnWorksLikeAnyOther()
{
    const ColumnSpec specs[] = {
        {.name = "Latency", .type = Type::UInt32, .elements = {{77, Conv::Default, kEnterprise}}, .label = "Latency", .unit = "ms", .doc = "Of the service."},
        {.name = "Tag", .type = Type::String, .elements = {{78, Conv::Default, kEnterprise}}, .label = "Tag", .doc = "Of the operator."},
        {.name = "Probe", .type = Type::Address, .elements = {{79, Conv::Default, kEnterprise}, {80, Conv::Default, kEnterprise}}, .label = "Probe", .doc = "Who measured."},
    };
    const auto schema = extendedBy(specs);
    QVERIFY(schema);
    const auto latency = schema->find("latency");
    QCOMPARE(index(latency), kBuiltinColumns);
    QVERIFY((*schema)[latency].label == "Latency" && (*schema)[latency].unit == "ms");

    // Decode.
    Decoder decoder(schema);
    FlowBatch flows(schema);
    const auto message = ipfix(
        Octets()
            .add(set(2, templateRecord(256, {{8, 4}, {1, 4}, {77, 2, kEnterprise}, {78, 65535, kEnterprise}, {80, 16, kEnterprise}})))
            .add(set(256, Octets()
                              .add(Octets().ip("192.0.2.1").u32(1000).u16(20).u8(4).text("gold").ip("2001:db8::7"))
                              .add(Octets().ip("192.0.2.2").u32(3000).u16(500).u8(6).text("silver").ip("2001:db8::8"))
                              .add(Octets().ip("192.0.2.3").u32(500).u16(21).u8(4).text("gold").ip("2001:db8::7")))));
    decoder.decode(datagram(message), flows);
    QCOMPARE(decoder.stats().losses(), uint64_t{0});
    QCOMPARE(flows.rows(), size_t{3});
    QCOMPARE(number(flows, "Latency", 1), uint64_t{500});
    QCOMPARE(text(flows, "Tag", 1), std::string("silver"));
    QCOMPARE(address(flows, "Probe", 1), std::string("2001:db8::8"));

    // The same octets say nothing to a schema that does not have it.
    Decoder plain(Schema::builtin());
    FlowBatch without(Schema::builtin());
    plain.decode(datagram(message), without);
    QCOMPARE(without.rows(), size_t{3});
    QCOMPARE(number(without, "Bytes", 1), uint64_t{3000});

    // Ask and filter.
    MemoryStore store(std::move(flows));
    const auto byTag = runQuery(store, {.dimensions = {"tag"}, .unit = Unit::Bytes}, {}, {});
    QVERIFY(byTag);
    QCOMPARE(byTag->series.size(), size_t{2});
    QCOMPARE(byTag->series[0].key, std::vector<std::string>{"silver"});
    QCOMPARE(byTag->series[1].statistics.total, 1500.0);
    const auto matches = [&](const char* filter) {
        const auto result = runQuery(store, {.filter = filter, .unit = Unit::Flows}, {}, {});
        if (!result)
            qWarning("%s: %s", filter, result.error().message().c_str());
        return result ? static_cast<int>(result->rowsMatched) : -1;
    };
    QCOMPARE(matches("Latency > 20"), 2);
    QCOMPARE(matches("Latency BETWEEN 21 AND 499"), 1);
    QCOMPARE(matches("Tag LIKE 'g%'"), 2);
    QCOMPARE(matches("Probe << 2001:db8::/125 AND NOT Tag = \"silver\""), 2);
    QCOMPARE(matches("Latency = \"x\""), -1);
    // Complete and print.
    const auto completion = complete("Lat", 3, *schema);
    QVERIFY(std::ranges::any_of(completion.candidates, [](const auto& candidate) { return candidate.text == "Latency"; }));
    std::string line;
    QVERIFY(runFlows(store, {.kind = QueryKind::Flows, .sort = "-Latency", .count = 1}, {"Latency", "Tag", "Probe"}, {}, {}, [&](FlowBatch&& batch) {
        for (const auto* name : {"Latency", "Tag", "Probe"}) {
            const auto& column = (*schema)[schema->find(name)];
            line += formatCell(column, batch.view(column.id).cells, batch.dictionary()) + "|";
        }
        return true;
    }));
    QCOMPARE(line, std::string("500|silver|2001:db8::8|"));
}

void SchemaTest::addedPairIsAnEndpointWord()
{
    const ColumnSpec specs[] = {{.name = "SrcZone", .type = Type::String}, {.name = "DstZone", .type = Type::String},
                                {.name = "IngressQueue", .type = Type::UInt8}, {.name = "EgressQueue", .type = Type::UInt8}};
    const auto schema = extendedBy(specs);
    QVERIFY(schema);
    QCOMPARE((*schema)[schema->find("SrcZone")].pair, schema->find("DstZone"));
    QCOMPARE((*schema)[schema->find("EgressQueue")].pair, schema->find("IngressQueue"));
    QVERIFY(schema->findEndpoint("Zone"));
    QVERIFY(!Schema::builtin()->findEndpoint("Zone"));
    FlowBatch flows(schema);
    flows.addRows(3);
    flows.setText(schema->find("SrcZone"), 0, "office");
    flows.setText(schema->find("DstZone"), 1, "office");
    MemoryStore store(std::move(flows));
    const auto either = runQuery(store, {.filter = "Zone = 'office'", .unit = Unit::Flows}, {}, {});
    QVERIFY(either);
    QCOMPARE(either->rowsMatched, uint64_t{2});
    const auto neither = runQuery(store, {.filter = "Zone != 'office'", .unit = Unit::Flows}, {}, {});
    QCOMPARE(neither->rowsMatched, uint64_t{1});
}

void SchemaTest::extendsAgainAndAgain()
{
    auto schema = Schema::builtin();
    for (int i = 0; i < 50; ++i) {
        // The texts of the specification need not live on.
        const auto name = "Extra" + std::to_string(i);
        const auto label = "Label " + std::to_string(i);
        const ColumnSpec spec{.name = name, .label = label};
        const auto extended = schema->extended({&spec, 1});
        QVERIFY(extended);
        schema = *extended;
    }
    QCOMPARE(schema->size(), kBuiltinColumns + 50);
    for (int i = 0; i < 50; ++i) {
        const auto id = schema->find("Extra" + std::to_string(i));
        QCOMPARE(index(id), kBuiltinColumns + static_cast<size_t>(i));
        QVERIFY((*schema)[id].label == "Label " + std::to_string(i));
    }
    QCOMPARE(schema->find("SrcAddr"), ColumnId::SrcAddr);
    QCOMPARE((*schema)[ColumnId::SrcAddr].pair, ColumnId::DstAddr);
}

QTEST_APPLESS_MAIN(SchemaTest)
#include "test_schema.moc"
