// SPDX-License-Identifier: GPL-3.0-or-later
// The tree of a datagram: every byte once, the decoder's records, and names, values and notes for people.
#include <QTest>

#include "core/decode/decoder.h"
#include "core/decode/dissect.h"
#include "core/decode/registry.h"
#include "tests/support/corpusindex.h"
#include "tests/support/dissected.h"
#include "tests/support/messages.h"

using namespace rivereto;
using namespace rivereto::support;
using core::DissectKind;
using core::DissectNode;

class TestDissect : public QObject {
    Q_OBJECT
private slots:
    void registryKnowsWhatColumnsRead();
    void values_data();
    void values();
    void netflow5();
    void ipfixWithItsTemplate();
    void variableLengthsAndLists();
    void options9();
    void sflowSample();
    void lateTemplateAndWithdrawal();
    void damaged_data();
    void damaged();
    void cutAnywhere();
    void boundedNodes();
    void findsTemplates();
};

namespace {

/// Empty when the children of every node tile it; else where they do not.
QString holes(const DissectNode& node)
{
    if (node.children.empty())
        return {};
    uint32_t at = node.offset;
    for (const auto& child : node.children) {
        if (child.offset != at)
            return QStringLiteral("%1: %2 begins at %3, not %4").arg(QString::fromStdString(node.name), QString::fromStdString(child.name)).arg(child.offset).arg(at);
        if (auto inner = holes(child); !inner.isEmpty())
            return inner;
        at += child.length;
    }
    return at == node.offset + node.length ? QString() : QStringLiteral("%1 ends at %2, its children at %3").arg(QString::fromStdString(node.name)).arg(node.offset + node.length).arg(at);
}

std::string valueOf(const DissectNode& node, std::string_view name)
{
    const auto* found = named(node, name);
    return found ? found->value : "(missing)";
}

size_t notes(const DissectNode& node)
{
    size_t out = node.note.empty() ? 0 : 1;
    for (const auto& child : node.children)
        out += notes(child);
    return out;
}

} // namespace

void TestDissect::registryKnowsWhatColumnsRead()
{
    QCOMPARE(core::findElement(0, 1)->name, std::string_view("octetDeltaCount"));
    QCOMPARE(core::elementTypeName(core::findElement(0, 502)->type), std::string_view("unsigned16"));
    QVERIFY(!core::findElement(0, 65));
    QCOMPARE(core::enterpriseName(9), std::string_view("Cisco"));
    const auto schema = core::Schema::builtin();
    for (const auto& column : schema->columns()) {
        for (const auto& ref : column.elements)
            QVERIFY2(ref.id == 0 || core::findElement(ref.enterprise, ref.id), std::string(column.name).c_str());
    }
}

void TestDissect::values_data()
{
    QTest::addColumn<int>("element");
    QTest::addColumn<QByteArray>("octets");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("meaning");
    const auto row = [](const char* name, int element, const char* hex, const char* value, const char* meaning = "") {
        QTest::newRow(name) << element << QByteArray::fromHex(hex) << value << meaning;
    };
    row("counter", 1, "0000000000001c90", "7312");
    row("reduced counter", 1, "1c90", "7312");
    row("protocol", 4, "06", "6", "TCP");
    row("port", 7, "01bb", "443", "https");
    row("flags", 6, "18", "0x18", "PA");
    row("end reason", 136, "02", "2", "active");
    row("address", 8, "2d395a0e", "45.57.90.14");
    row("IPv6", 27, "20010db8000000000000000000000001", "2001:db8::1");
    row("odd address", 8, "2d395a", "0x2d395a");
    row("MAC", 56, "001122334455", "00:11:22:33:44:55");
    row("text", 82, "65746830000000", "eth0");
    row("text with a control character", 82, "6507", "e\\x07");
    row("milliseconds", 152, "0000018bcfe56800", "2023-11-14T22:13:20.000Z");
    row("seconds", 150, "6553f100", "2023-11-14T22:13:20.000Z");
    row("NTP", 154, "e8fe6f8080000000", "2023-11-14T22:13:20.500Z");
    row("float", 311, "3fe0000000000000", "0.5");
    row("boolean", 276, "01", "true");
    row("no boolean", 276, "07", "0x07");
    row("unknown", 32000, "0a0b", "0x0a0b");
    row("nothing", 1, "", "");
}

void TestDissect::values()
{
    QFETCH(int, element);
    QFETCH(QByteArray, octets);
    const auto* info = core::findElement(0, static_cast<uint16_t>(element));
    const auto text = core::formatElement(info, {reinterpret_cast<const uint8_t*>(octets.constData()), static_cast<size_t>(octets.size())});
    QTEST(QString::fromStdString(text.value), "value");
    QTEST(QString::fromStdString(text.meaning), "meaning");
}

void TestDissect::netflow5()
{
    core::Dissector dissector;
    const auto message = support::netflow5(Octets().add(record5(0)).add(record5(1)), {.count = 2, .sampling = 0x4000 | 100});
    const auto tree = dissector.dissect(datagram(message));
    QCOMPARE(holes(tree), QString());
    QCOMPARE(tree.name, std::string("NetFlow v5"));
    const auto records = core::nodesOf(tree, DissectKind::Record);
    QCOMPARE(records.size(), size_t{2});
    QCOMPARE(records[1]->offset, 24U + 48);
    QCOMPARE(valueOf(*records[1], "octetDeltaCount"), std::string("1501"));
    QCOMPARE(named(tree, "sampling")->meaning, std::string("1:100"));
    QCOMPARE(notes(tree), size_t{0});
    // The other way round, from a byte to what it belongs to.
    QCOMPARE(core::nodeAt(tree, 24)->name, std::string("sourceIPv4Address"));
    QCOMPARE(core::nodeAt(tree, 3)->name, std::string("count"));
    QVERIFY(!core::nodeAt(tree, tree.length));
}

void TestDissect::ipfixWithItsTemplate()
{
    core::Dissector dissector;
    const auto sets = Octets()
                          .add(set(2, templateRecord(256, {{8, 4}, {12, 4}, {4, 1}, {1, 8}, {1, 8, 29305}, {4711, 2}, {77, 3, 4242}})))
                          .add(set(256, Octets().ip("10.0.0.1").ip("10.0.0.2").u8(6).u64(7312).u64(99).u16(0x0a0b).u24(0x010203).zeros(2)));
    const auto tree = dissector.dissect(datagram(ipfix(sets, 524288)));
    QCOMPARE(holes(tree), QString());
    QCOMPARE(valueOf(tree, "observation domain"), std::string("524288"));
    const auto records = core::nodesOf(tree, DissectKind::Record);
    QCOMPARE(records.size(), size_t{1});
    const auto& fields = records[0]->children;
    QCOMPARE(fields.size(), size_t{7});
    QCOMPARE(fields[3].name, std::string("octetDeltaCount"));
    QCOMPARE(fields[3].value, std::string("7312"));
    QCOMPARE(fields[3].type, std::string_view("unsigned64"));
    QCOMPARE(fields[3].element.value(), uint16_t{1});
    QVERIFY(fields[4].reverse && fields[4].name == "octetDeltaCount");
    QCOMPARE(fields[5].name, std::string("element 4711"));
    QCOMPARE(fields[5].value, std::string("0x0a0b"));
    QCOMPARE(fields[6].name, std::string("4242:77"));
    QCOMPARE(core::nodesOf(tree, DissectKind::Template).at(0)->children.size(), size_t{2 + 7});
    QCOMPARE(tree.children[0].children.back().children.back().name, std::string("padding"));
    QCOMPARE(notes(tree), size_t{0});
}

void TestDissect::variableLengthsAndLists()
{
    core::Dissector dissector;
    const auto strings = set(2, templateRecord(300, {{82, 65535}, {7, 2}}));
    const auto lists = set(2, templateRecord(301, {{291, 65535}, {292, 65535}}));
    const auto values = set(300, Octets().u8(4).text("eth0").u16(1).u8(255).u16(300).text(std::string(300, 'x')).u16(2));
    const auto basic = Octets().u8(3).u16(10).u16(4).u32(5).u32(6);
    const auto sub = Octets().u8(3).u16(300).u8(2).text("ab").u16(80);
    const auto nested = set(301, Octets().u8(basic.size()).add(basic).u8(sub.size()).add(sub));
    const auto tree = dissector.dissect(datagram(ipfix(Octets().add(strings).add(lists).add(values).add(nested))));
    QCOMPARE(holes(tree), QString());
    const auto records = core::nodesOf(tree, DissectKind::Record);
    QCOMPARE(records.size(), size_t{3});
    QCOMPARE(records[0]->children[0].value, std::string("eth0"));
    QCOMPARE(records[0]->children[0].prefix, uint8_t{1});
    QCOMPARE(records[1]->children[0].prefix, uint8_t{3});
    QCOMPARE(records[1]->children[0].length, 303U);
    QCOMPARE(records[2]->children[0].value, std::string("2 items"));
    QCOMPARE(records[2]->children[0].children.back().value, std::string("6"));
    QCOMPARE(valueOf(records[2]->children[1], "sourceTransportPort"), std::string("80"));
    QCOMPARE(notes(tree), size_t{0});
}

void TestDissect::options9()
{
    core::Dissector dissector;
    const auto sets = Octets().add(set(1, optionsTemplate9(257, {{1, 4}}, {{34, 4}, {35, 1}}))).add(set(257, Octets().u32(7).u32(1000).u8(2).zeros(3)));
    const auto tree = dissector.dissect(datagram(netflow9(sets)));
    QCOMPARE(holes(tree), QString());
    const auto records = core::nodesOf(tree, DissectKind::OptionsRecord);
    QCOMPARE(records.size(), size_t{1});
    QVERIFY(records[0]->children[0].scope);
    QCOMPARE(valueOf(*records[0], "samplingInterval"), std::string("1000"));
    QCOMPARE(notes(tree), size_t{0});
}

void TestDissect::sflowSample()
{
    core::Dissector dissector;
    const auto frame = ethernet(0x0800, ipv4(tcp(443, 51734, 0x18), {.proto = 6}, "45.57.90.14", "203.0.113.27"));
    const auto sw = tagged(1001, Octets().u32(100).u32(0).u32(200).u32(0));
    const auto strange = tagged(4096 * 9 + 3, Octets().u32(1));
    const auto tree = dissector.dissect(datagram(support::sflow(1, flowSample(3, Octets().add(rawHeader(1, 1500, frame)).add(sw).add(strange)))));
    QCOMPARE(holes(tree), QString());
    QCOMPARE(core::nodesOf(tree, DissectKind::Sample).size(), size_t{1});
    QCOMPARE(core::nodesOf(tree, DissectKind::SampleRecord).size(), size_t{3});
    QCOMPARE(core::nodesOf(tree, DissectKind::Layer).size(), size_t{3});
    QCOMPARE(valueOf(tree, "sampling rate"), std::string("512"));
    QCOMPARE(valueOf(tree, "destination VLAN"), std::string("200"));
    QCOMPARE(valueOf(*named(tree, "IPv4"), "source"), std::string("45.57.90.14"));
    QCOMPARE(named(*named(tree, "TCP"), "flags")->meaning, std::string("PA"));
    QVERIFY(named(tree, "Flow record 9:3"));
    QCOMPARE(notes(tree), size_t{0});
}

void TestDissect::lateTemplateAndWithdrawal()
{
    core::Dissector dissector;
    const auto data = ipfix(set(256, Octets().ip("10.0.0.1")));
    const auto before = dissector.dissect(datagram(data));
    QCOMPARE(core::nodesOf(before, DissectKind::Record).size(), size_t{0});
    QCOMPARE(notes(before), size_t{1});
    QCOMPARE(holes(before), QString());
    const auto layout = ipfix(set(2, templateRecord(256, {{8, 4}})));
    QVERIFY(dissector.learn(datagram(layout)));
    QVERIFY(!dissector.learn(datagram(data)));
    QCOMPARE(core::nodesOf(dissector.dissect(datagram(data)), DissectKind::Record).size(), size_t{1});
    // The same exporter on another port is understood, too; another domain is not.
    QCOMPARE(core::nodesOf(dissector.dissect(datagram(data, 9999)), DissectKind::Record).size(), size_t{1});
    QCOMPARE(core::nodesOf(dissector.dissect(datagram(ipfix(set(256, Octets().u32(1)), 8))), DissectKind::Record).size(), size_t{0});
    (void)dissector.dissect(datagram(ipfix(set(2, Octets().u16(256).u16(0)))));
    QCOMPARE(core::nodesOf(dissector.dissect(datagram(data)), DissectKind::Record).size(), size_t{0});
}

void TestDissect::damaged_data()
{
    QTest::addColumn<QByteArray>("payload");
    const auto row = [](const char* name, const Octets& octets) {
        const std::span<const uint8_t> bytes = octets;
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    };
    row("no export", Octets().text("GET / HTTP/1.1 and so on"));
    row("set claims more", netflow9(Octets().u16(256).u16(400).u32(1)));
    row("reserved set", ipfix(Octets().add(set(2, templateRecord(256, {{8, 4}}))).add(set(77, Octets().u32(1)))));
    row("template cut", ipfix(set(2, Octets().u16(256).u16(9).u16(8).u16(4))));
    row("count too large", support::netflow5(record5(0), {.count = 5}));
    row("sample claims more", support::sflow(1, Octets().u32(1).u32(4000).u32(1)));
    row("fewer samples", support::sflow(3, flowSample(0, {})));
}

void TestDissect::damaged()
{
    QFETCH(QByteArray, payload);
    core::Dissector dissector;
    const auto tree = dissector.dissect(datagram({reinterpret_cast<const uint8_t*>(payload.constData()), static_cast<size_t>(payload.size())}));
    QCOMPARE(holes(tree), QString());
    QVERIFY(notes(tree) > 0);
}

/// Whatever is cut off, what is left is tiled.
void TestDissect::cutAnywhere()
{
    const auto frame = ethernet(0x8100, Octets().u16(5).u16(0x86dd).add(ipv6(17, udp(53, 5353, Octets().u32(1)))));
    const Octets messages[] = {
        ipfix(Octets().add(set(2, templateRecord(256, {{82, 65535}, {291, 65535}}))).add(set(256, Octets().u8(3).text("abc").u8(9).u8(3).u16(10).u16(4).u32(5)))),
        support::sflow(2, Octets().add(flowSample(1, rawHeader(1, 1500, frame))).add(tagged(2, Octets().u32(1).u32(2).u32(1).add(tagged(1, Octets().zeros(88)))))),
        support::netflow5(Octets().add(record5(0)).add(record5(1)), {.count = 2})};
    for (const auto& message : messages) {
        const std::span<const uint8_t> bytes = message;
        for (size_t length = 0; length <= bytes.size(); ++length) {
            core::Dissector dissector;
            QCOMPARE(holes(dissector.dissect(datagram(bytes.first(length)))), QString());
        }
    }
}

void TestDissect::boundedNodes()
{
    core::Dissector dissector(core::Schema::builtin(), {.maxNodes = 500});
    Octets body;
    for (int i = 0; i < 2000; ++i)
        body.u32(static_cast<uint64_t>(i));
    const auto tree = dissector.dissect(datagram(ipfix(Octets().add(set(2, templateRecord(256, {{10, 4}}))).add(set(256, body)))));
    QCOMPARE(holes(tree), QString());
    QVERIFY(core::nodesOf(tree, DissectKind::Record).size() < 500);
    QVERIFY(notes(tree) > 0);
}

void TestDissect::findsTemplates()
{
    const auto layout = set(2, templateRecord(256, {{8, 4}}));
    const auto data = set(256, Octets().u32(1));
    QVERIFY(core::carriesTemplates(ipfix(layout)));
    QVERIFY(core::carriesTemplates(ipfix(Octets().add(data).add(layout))));
    QVERIFY(!core::carriesTemplates(ipfix(data)));
    QVERIFY(core::carriesTemplates(netflow9(set(1, optionsTemplate9(257, {{1, 4}}, {{34, 4}})))));
    QVERIFY(!core::carriesTemplates(support::netflow5(record5(0))));
    QVERIFY(!core::carriesTemplates(Octets().u16(10)));
}

QTEST_APPLESS_MAIN(TestDissect)
#include "test_dissect.moc"
