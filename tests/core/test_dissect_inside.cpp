// SPDX-License-Identifier: GPL-3.0-or-later
// What is inside of fields and samples: packets down into tunnels, lists, scopes, names of elements and sFlow structures.
#include <QTest>

#include "core/decode/dissect.h"
#include "core/decode/inspect.h"
#include "core/decode/registry.h"
#include "tests/support/dissected.h"
#include "tests/support/messages.h"

using namespace rivereto;
using namespace rivereto::support;
using core::DissectKind;
using core::DissectNode;

class TestDissectInside : public QObject {
    Q_OBJECT
private slots:
    void registryIsWhole();
    void enterprises();
    void scopesOfNetflow9();
    void reverseElements();
    void frameSection();
    void tunnels_data();
    void tunnels();
    void lists();
    void sflowNames();
    void discardedPacket();
    void cutPacketIsNoProblem();
    void oddPadding();
};

namespace {

std::string textOf(const DissectNode& node, std::string_view name)
{
    const auto* found = named(node, name);
    return !found ? "(missing)" : found->meaning.empty() ? found->value : found->value + " – " + found->meaning;
}

std::string layers(const DissectNode& tree)
{
    std::string out;
    for (const auto* layer : core::nodesOf(tree, DissectKind::Layer))
        out += (out.empty() ? "" : ",") + layer->name;
    return out;
}

DissectNode dissected(const Octets& message)
{
    core::Dissector dissector;
    auto tree = dissector.dissect(datagram(message));
    if (!tiled(tree))
        qFatal("a tree with holes");
    return tree;
}

uint32_t problems(const DissectNode& tree)
{
    uint32_t out = 0;
    core::forProblems(tree, [&](const DissectNode&, const std::string&) { ++out; });
    return out;
}

/// A message with a template of these fields and a record.
Octets both(std::initializer_list<TemplateField> fields, const Octets& record)
{
    return ipfix(Octets().add(set(2, templateRecord(256, fields))).add(set(256, record)));
}

Octets sampled(const Octets& frame)
{
    return support::sflow(1, flowSample(1, rawHeader(1, 1500, frame)));
}

} // namespace

void TestDissectInside::registryIsWhole()
{
    // What IANA has reserved or given back.
    const auto isGap
        = [](uint16_t id) { return (id >= 65 && id <= 69) || id == 97 || (id >= 105 && id <= 127) || id == 416 || id == 419; };
    for (uint16_t id = 1; id <= 529; ++id)
        QVERIFY2((core::findElement(0, id) != nullptr) != isGap(id), QByteArray::number(id).constData());
    QCOMPARE(core::findElement(0, 513)->name, std::string_view("ipv6ExtensionHeaderType"));
}

void TestDissectInside::enterprises()
{
    const std::tuple<uint32_t, uint16_t, std::string_view, core::ElementType> known[] = {
        {3054, 110, "l7ApplicationID", core::ElementType::unsigned32}, {5951, 130, "httpRequestURL", core::ElementType::string},
        {10704, 8, "bindIPv4Address", core::ElementType::ipv4Address}, {35632, 118, "L7_PROTO", core::ElementType::unsigned16},
        {15397, 3, "proceraIncomingOctets", core::ElementType::unsigned64},
        {6871, 14, "initialTCPFlags", core::ElementType::unsigned16}, {637, 93, "natSubString", core::ElementType::string},
        {9, 12232, "", core::ElementType::octetArray}};
    for (const auto& [enterprise, id, name, type] : known) {
        const auto* info = core::findElement(enterprise, id);
        QVERIFY2(info, QByteArray::number(id).constData());
        if (name.empty())
            continue;
        QCOMPARE(info->name, name);
        QCOMPARE(info->type, type);
    }
    for (const uint32_t enterprise :
        {9U, 637U, 2011U, 2636U, 3054U, 5951U, 6871U, 6876U, 8057U, 10704U, 12356U, 14988U, 25461U, 35632U})
        QVERIFY2(!core::enterpriseName(enterprise).empty(), QByteArray::number(enterprise).constData());
}

void TestDissectInside::scopesOfNetflow9()
{
    const auto tree = dissected(netflow9(
        Octets().add(set(1, optionsTemplate9(257, {{1, 4}, {2, 2}}, {{34, 4}}))).add(set(257, Octets().u32(7).u16(3).u32(100)))));
    const auto records = core::nodesOf(tree, DissectKind::OptionsRecord);
    QCOMPARE(records.size(), size_t {1});
    QCOMPARE(records[0]->children[0].name, std::string("System"));
    QCOMPARE(records[0]->children[1].name, std::string("Interface"));
    QCOMPARE(records[0]->children[1].value, std::string("3"));
    QCOMPARE(records[0]->children[2].name, std::string("samplingInterval"));
    QVERIFY(named(*core::nodesOf(tree, DissectKind::OptionsTemplate)[0], "System"));
    // IPFIX has elements as scopes.
    const auto other = dissected(
        ipfix(Octets().add(set(3, optionsTemplateIpfix(258, {{149, 4}}, {{41, 8}}))).add(set(258, Octets().u32(7).u64(9)))));
    QCOMPARE(core::nodesOf(other, DissectKind::OptionsRecord)[0]->children[0].name, std::string("observationDomainId"));
}

void TestDissectInside::reverseElements()
{
    const auto tree
        = dissected(both({{1, 4}, {1, 4, 29305}, {14, 1, 6871}, {14 | 0x4000, 1, 6871}}, Octets().u32(10).u32(20).u8(2).u8(18)));
    const auto& record = *core::nodesOf(tree, DissectKind::Record).at(0);
    for (const size_t pair : {0U, 2U}) {
        QCOMPARE(record.children[pair].name, record.children[pair + 1].name);
        QVERIFY(!record.children[pair].reverse);
        QVERIFY(record.children[pair + 1].reverse);
    }
    QCOMPARE(record.children[1].value, std::string("20"));
}

void TestDissectInside::frameSection()
{
    const auto frame
        = ethernet(0x8100, Octets().u16(0x60e7).u16(0x0800).add(ipv4(udp(53, 4000, Octets().text("body")), {}, "192.0.2.7")));
    const auto tree = dissected(both({{10, 4}, {315, 65535}, {313, 40}},
        Octets().u32(5).u8(frame.size()).add(frame).add(ipv4(tcp(80, 81, 2), {.proto = 6}, "192.0.2.8"))));
    QCOMPARE(layers(tree), std::string("Ethernet,802.1Q,IPv4,UDP,IPv4,TCP"));
    QCOMPARE(textOf(tree, "tag"), std::string("0x60e7 – VLAN 231, priority 3"));
    QCOMPARE(textOf(*named(tree, "ipHeaderPacketSection"), "source"), std::string("(missing)")); // of the template
    const auto& record = *core::nodesOf(tree, DissectKind::Record).at(0);
    QCOMPARE(textOf(record, "dataLinkFrameSection"), fmt::format("{} octets of a packet", frame.size()));
    QCOMPARE(textOf(*named(record, "ipHeaderPacketSection"), "source"), std::string("192.0.2.8"));
    QCOMPARE(problems(tree), 0U);
}

void TestDissectInside::tunnels_data()
{
    QTest::addColumn<QByteArray>("frame");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char* name, const Octets& frame, const char* expected) {
        const std::span<const uint8_t> bytes = frame;
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()))
                            << QByteArray(expected);
    };
    const auto inner = ipv4(tcp(443, 50000, 0x12), {.proto = 6});
    row("QinQ", ethernet(0x88a8, Octets().u16(10).u16(0x8100).u16(20).u16(0x0800).add(inner)),
        "Ethernet,802.1ad,802.1Q,IPv4,TCP");
    row("MPLS", ethernet(0x8847, Octets().u32(16 << 12 | 64).u32(17 << 12 | 0x140).add(inner)), "Ethernet,MPLS,MPLS,IPv4,TCP");
    row("pseudo-wire", ethernet(0x8847, Octets().u32(17 << 12 | 0x140).u32(0).add(ethernet(0x0800, inner))),
        "Ethernet,MPLS,Pseudo-wire control word,Ethernet,IPv4,TCP");
    row("PPPoE", ethernet(0x8864, Octets().u8(0x11).u8(0).u16(9).u16(42).u16(0x21).add(inner)), "Ethernet,PPPoE,PPP,IPv4,TCP");
    row("GRE", ethernet(0x0800, ipv4(Octets().u16(0x2000).u16(0x0800).u32(7).add(inner), {.proto = 47})),
        "Ethernet,IPv4,GRE,IPv4,TCP");
    row("GRE with Ethernet", ethernet(0x0800, ipv4(Octets().u16(0).u16(0x6558).add(ethernet(0x0800, inner)), {.proto = 47})),
        "Ethernet,IPv4,GRE,Ethernet,IPv4,TCP");
    row("IP in IP", ethernet(0x0800, ipv4(inner, {.proto = 4})), "Ethernet,IPv4,IPv4,TCP");
    row("6in4", ethernet(0x0800, ipv4(ipv6(58, Octets().u8(128).u8(0).u16(0).u32(1)), {.proto = 41})),
        "Ethernet,IPv4,IPv6,ICMPv6");
    row("VXLAN", ethernet(0x0800, ipv4(udp(40000, 4789, Octets().u32(0x08000000).u32(100 << 8).add(ethernet(0x0800, inner))))),
        "Ethernet,IPv4,UDP,VXLAN,Ethernet,IPv4,TCP");
    row("Geneve",
        ethernet(
            0x0800, ipv4(udp(40000, 6081, Octets().u16(0x0100).u16(0x6558).u32(100 << 8).u32(9).add(ethernet(0x0800, inner))))),
        "Ethernet,IPv4,UDP,Geneve,Ethernet,IPv4,TCP");
    row("GTP-U", ethernet(0x0800, ipv4(udp(2152, 2152, Octets().u8(0x30).u8(255).u16(40).u32(77).add(inner)))),
        "Ethernet,IPv4,UDP,GTP-U,IPv4,TCP");
    row("GTP-U with extension",
        ethernet(0x0800,
            ipv4(udp(2152, 2152, Octets().u8(0x34).u8(255).u16(48).u32(77).u16(1).u8(0).u8(0x85).u8(1).u16(9).u8(0).add(inner)))),
        "Ethernet,IPv4,UDP,GTP-U,IPv4,TCP");
    row("IPv6 extensions",
        ethernet(
            0x86dd, ipv6(0, Octets().u8(60).u8(0).zeros(6).u8(44).u8(0).zeros(6).u8(6).u8(0).u16(1).u32(9).add(tcp(1, 2, 2)))),
        "Ethernet,IPv6,Hop-by-hop options,Destination options,Fragment,TCP");
    row("SRv6", ethernet(0x86dd, ipv6(43, Octets().u8(4).u8(2).u8(4).u8(0).u8(0).u8(0).u16(0).ip("2001:db8::7").add(inner))),
        "Ethernet,IPv6,Segment routing header,IPv4,TCP");
    row("later fragment", ethernet(0x0800, ipv4(tcp(1, 2, 2), {.proto = 6, .fragment = 100})), "Ethernet,IPv4");
    row("ARP", ethernet(0x0806, Octets().u16(1).u16(0x0800).u8(6).u8(4).u16(1).zeros(6).ip("10.0.0.1").zeros(6).ip("10.0.0.2")),
        "Ethernet,ARP");
    row("802.3", ethernet(38, Octets().u16(0x4242).u8(3).zeros(35)), "Ethernet,LLC");
}

void TestDissectInside::tunnels()
{
    QFETCH(QByteArray, frame);
    QFETCH(QByteArray, expected);
    const std::span bytes(reinterpret_cast<const uint8_t*>(frame.constData()), static_cast<size_t>(frame.size()));
    const auto tree = dissected(sampled(Octets().bytes(bytes)));
    QCOMPARE(QByteArray::fromStdString(layers(tree)), expected);
    QCOMPARE(problems(tree), 0U);
    // Cut anywhere it is a tree without problems, too.
    for (size_t length = 1; length < bytes.size(); ++length)
        QCOMPARE(problems(dissected(sampled(Octets().bytes(bytes.first(length))))), 0U);
}

void TestDissectInside::lists()
{
    const auto inner = set(2, templateRecord(300, {{7, 2}, {4, 1}}));
    const auto basic = Octets().u8(3).u16(4).u16(1).u8(6).u8(17);
    const auto sub = Octets().u8(255).u16(300).u16(80).u8(6).u16(443).u8(17);
    const auto multi = Octets().u8(4).u16(300).u16(7).u16(53).u8(17);
    const auto message
        = ipfix(Octets()
                    .add(inner)
                    .add(set(2, templateRecord(256, {{291, 65535}, {292, 65535}, {293, 65535}})))
                    .add(set(256, Octets().u8(basic.size()).add(basic).u8(sub.size()).add(sub).u8(multi.size()).add(multi))));
    const auto tree = dissected(message);
    const auto& record = *core::nodesOf(tree, DissectKind::Record).at(0);
    QCOMPARE(record.children[0].value, std::string("2 items"));
    QCOMPARE(textOf(record.children[0], "semantic"), std::string("3 – allOf"));
    QCOMPARE(textOf(record.children[0], "element"), std::string("4 – protocolIdentifier"));
    QCOMPARE(record.children[1].value, std::string("2 items"));
    QCOMPARE(textOf(record.children[1], "semantic"), std::string("255 – undefined"));
    QCOMPARE(record.children[2].value, std::string("1 item"));
    QCOMPARE(textOf(record.children[2], "sourceTransportPort"), std::string("53 – domain"));
    QCOMPARE(problems(tree), 0U);
    // One whose template is not there says so.
    const auto lost = dissected(both({{292, 65535}}, Octets().u8(5).u8(255).u16(999).u16(1)));
    QCOMPARE(problems(lost), 1U);
}

void TestDissectInside::sflowNames()
{
    const auto gateway = tagged(1003,
        Octets()
            .u32(1)
            .ip("192.0.2.1")
            .u32(64500)
            .u32(64501)
            .u32(64502)
            .u32(1)
            .u32(2)
            .u32(2)
            .u32(3356)
            .u32(1299)
            .u32(1)
            .u32(64500U << 16 | 100)
            .u32(50));
    const auto url = tagged(1005, Octets().u32(1).u32(3).text("/a?").zeros(1).u32(4).text("host"));
    const auto vni = tagged(1030, Octets().u32(4242));
    const auto tree = dissected(
        support::sflow(1, flowSample(3, Octets().add(gateway).add(url).add(vni), {.in = 0x40000102, .out = 0x80000003})));
    QCOMPARE(textOf(tree, "community"), std::string("64500:100"));
    QCOMPARE(textOf(tree, "segment type"), std::string("2 – sequence"));
    QCOMPARE(textOf(tree, "URL"), std::string("/a?"));
    QCOMPARE(textOf(tree, "VNI"), std::string("4242"));
    QCOMPARE(textOf(tree, "input interface"), std::string("258 – discarded: acl"));
    QCOMPARE(textOf(tree, "output interface"), std::string("3 – 3 interfaces"));
    QVERIFY(named(tree, "Extended VNI ingress"));
    const auto processor = tagged(1001, Octets().u32(1234).u32(0xffffffff).u32(50).u64(1024).u64(512));
    const auto port = tagged(1005, Octets().u32(4).text("eth0"));
    const auto strange = tagged(4413U << 12 | 1, Octets().u32(7));
    const auto counters
        = dissected(support::sflow(1, tagged(2, Octets().u32(1).u32(1 << 24 | 5).u32(3).add(processor).add(port).add(strange))));
    QCOMPARE(textOf(counters, "CPU 5 s"), std::string("1234 – 12.34 %"));
    QCOMPARE(textOf(counters, "CPU 1 min"), std::string("4294967295 – unknown"));
    QCOMPARE(textOf(counters, "name"), std::string("eth0"));
    QCOMPARE(textOf(counters, "source"), std::string("5 – smonVlanDataSource"));
    QCOMPARE(textOf(*named(counters, "Counter record 4413:1"), "contents"), std::string("0x00000007"));
    QCOMPARE(problems(tree) + problems(counters), 0U);
}

void TestDissectInside::discardedPacket()
{
    const auto drop = tagged(5,
        Octets().u32(1).u32(0).u32(7).u32(0).u32(3).u32(0).u32(258).u32(1).add(
            rawHeader(1, 100, ethernet(0x0800, ipv4(udp(1, 2, Octets()))))));
    const auto tree = dissected(support::sflow(1, drop));
    QVERIFY(named(tree, "Discarded packet"));
    QCOMPARE(textOf(tree, "reason"), std::string("258 – acl"));
    QCOMPARE(core::summarize(tree, support::sflow(1, drop)).records, 0U);
    QCOMPARE(layers(tree), std::string("Ethernet,IPv4,UDP"));
}

void TestDissectInside::cutPacketIsNoProblem()
{
    auto frame = ethernet(0x0800, ipv4(tcp(443, 50000, 0x12), {.proto = 6}));
    frame.data().resize(50);
    const auto tree = dissected(sampled(frame));
    QCOMPARE(problems(tree), 0U);
    QVERIFY(named(tree, "TCP"));
}

void TestDissectInside::oddPadding()
{
    // Fewer octets than four behind the records are padding, whatever they are.
    const auto tree = dissected(both({{8, 4}, {7, 2}}, Octets().ip("10.0.0.1").u16(80).u16(0x2d67)));
    QCOMPARE(problems(tree), 0U);
    const auto more = dissected(both({{8, 4}, {7, 2}}, Octets().ip("10.0.0.1").u16(80).u32(0x2d67)));
    QCOMPARE(problems(more), 1U);
}

QTEST_APPLESS_MAIN(TestDissectInside)
#include "test_dissect_inside.moc"
