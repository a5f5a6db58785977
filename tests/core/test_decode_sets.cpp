// SPDX-License-Identifier: GPL-3.0-or-later
// NetFlow v9 and IPFIX: templates, data sets, columns.
#include <QtTest>

#include "core/decode/decoder.h"
#include "core/decode/otherelements.h"
#include "tests/support/messages.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

namespace {

struct Run {
    explicit Run(DecoderOptions options = {}, std::shared_ptr<const Schema> schema = Schema::builtin())
        : decoder(schema, options)
        , batch(schema)
    {
    }
    void operator()(std::span<const uint8_t> payload, uint16_t port = 2055, uint16_t input = 0)
    {
        decoder.decode(datagram(payload, port, 1'700'000'001'234, input), batch);
    }
    [[nodiscard]] uint64_t count(DecodeCount id) const { return decoder.stats()[id]; }
    [[nodiscard]] size_t rows() const { return batch.rows(); }
    Decoder decoder;
    FlowBatch batch;
};

constexpr uint64_t kExportMs = uint64_t {kExportSeconds} * 1000;
const auto kSimple = {TemplateField {8, 4}, {12, 4}, {2, 4}, {1, 4}};
Octets simple(uint32_t packets, uint32_t bytes)
{
    return Octets().ip("10.0.0.1").ip("10.0.0.2").u32(packets).u32(bytes);
}

} // namespace

class SetsTest : public QObject {
    Q_OBJECT
private slots:
    void netflow9Fields()
    {
        Run run;
        run(netflow9(Octets()
                         .add(set(0,
                             templateRecord(300,
                                 {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {4, 1}, {6, 1}, {61, 1}, {22, 4}, {21, 4}, {1, 4}, {2, 4},
                                     {10, 2}, {14, 4}, {56, 6}, {16, 4}, {5, 1}, {15, 4}})))
                         .add(set(300,
                             Octets()
                                 .ip("192.0.2.1")
                                 .ip("198.51.100.2")
                                 .u16(1)
                                 .u16(2)
                                 .u8(6)
                                 .u8(0x12)
                                 .u8(1)
                                 .u32(400'000)
                                 .u32(500'000)
                                 .u32(77)
                                 .u32(3)
                                 .u16(9)
                                 .u32(70000)
                                 .number(0x001122334455, 6)
                                 .u32(4200000000)
                                 .u8(4)
                                 .u32(0)))));
        QCOMPARE(run.rows(), 1U);
        const FlowBatch& b = run.batch;
        QCOMPARE(address(b, "SrcAddr"), "192.0.2.1");
        QCOMPARE(number(b, "SrcPort"), 1U);
        QCOMPARE(number(b, "FlowDirection"), 2U); // egress
        QCOMPARE(number(b, "TimeFlowStart"), kExportMs - 600'000);
        QCOMPARE(number(b, "TimeFlowEnd"), kExportMs - 500'000);
        QCOMPARE(number(b, "OutIfIndex"), 70000U);
        QCOMPARE(number(b, "SrcMAC"), 0x001122334455U);
        QCOMPARE(number(b, "SrcAS"), 4200000000U);
        QCOMPARE(number(b, "EType"), 0x0800U);
        QCOMPARE(address(b, "NextHop"), ""); // 0.0.0.0 is no next hop
        QCOMPARE(number(b, "ObservationDomain"), 7U);
        QCOMPARE(run.count(DecodeCount::Templates), 1U);
        QCOMPARE(run.decoder.stats().losses(), 0U);
    }

    void headerCountIsNotBelieved()
    {
        Run run;
        run(netflow9(Octets().add(set(0, templateRecord(256, kSimple))).add(set(256, simple(1, 2))).add(set(256, simple(3, 4))),
            {.count = 1}));
        QCOMPARE(run.rows(), 2U);
    }

    void setsOfOneTemplateAreTakenTogether()
    {
        Run run;
        run(netflow9(Octets()
                .add(set(0, templateRecord(256, kSimple)))
                .add(set(0, templateRecord(257, {{2, 4}, {1, 4}})))
                .add(set(256, simple(1, 10)))
                .add(set(257, Octets().u32(2).u32(20)))
                .add(set(256, simple(3, 30).u8(0).u8(0)))
                .add(set(0, templateRecord(256, {{1, 4}, {2, 4}}))) // ends what goes together, and changes what it means
                .add(set(257, Octets().u32(4).u32(40)))
                .add(set(256, Octets().u32(50).u32(5)))));
        std::vector<std::pair<uint64_t, uint64_t>> counters;
        for (size_t row = 0; row < run.rows(); ++row)
            counters.emplace_back(number(run.batch, "Packets", row), number(run.batch, "Bytes", row));
        QCOMPARE(counters, (std::vector<std::pair<uint64_t, uint64_t>> {{1, 10}, {3, 30}, {2, 20}, {4, 40}, {5, 50}}));
        QCOMPARE(address(run.batch, "SrcAddr", 1), "10.0.0.1");
        QCOMPARE(run.count(DecodeCount::TemplatesChanged), 1U);
        QCOMPARE(run.decoder.stats().losses(), 0U);
        for (uint16_t id = 300; id < 320; ++id) // more templates than are gathered at once
            run(netflow9(Octets().add(set(0, templateRecord(id, {{2, 4}, {1, 4}})))));
        Octets many;
        for (uint16_t id = 300; id < 320; ++id)
            many.add(set(id, Octets().u32(id).u32(1))).add(set(300, Octets().u32(7).u32(1)));
        run(netflow9(many));
        QCOMPARE(run.rows(), 45U);
        uint64_t sum = 0;
        for (size_t row = 5; row < run.rows(); ++row)
            sum += number(run.batch, "Packets", row);
        QCOMPARE(sum, 20U * 7 + (300U + 319) * 10);
    }

    void reducedSizeAndWideNumbers()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(2, templateRecord(256, {{1, 1}, {2, 3}, {10, 8}, {7, 5}, {23, 0}, {85, 7}})))
                      .add(set(256, Octets().u8(200).u24(70000).u64(9).number(443, 5).number(1, 7)))));
        QCOMPARE(number(run.batch, "Bytes"), 200U);
        QCOMPARE(number(run.batch, "Packets"), 70000U);
        QCOMPARE(number(run.batch, "InIfIndex"), 9U);
        QCOMPARE(number(run.batch, "SrcPort"), 443U);
    }

    void paddingIsNoRecord()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(2, Octets().add(templateRecord(256, kSimple)).zeros(3)))
                      .add(set(256, Octets().add(simple(1, 2)).zeros(3)))));
        QCOMPARE(run.rows(), 1U);
        QCOMPARE(run.decoder.stats().losses(), 0U);
    }

    void bothFamiliesInOneTemplate()
    {
        Run run;
        run(netflow9(Octets()
                         .add(set(0, templateRecord(256, {{8, 4}, {12, 4}, {27, 16}, {28, 16}})))
                         .add(set(256,
                             Octets()
                                 .ip("10.0.0.1")
                                 .ip("10.0.0.2")
                                 .zeros(32)
                                 .zeros(8)
                                 .ip("2001:db8::1")
                                 .ip("2001:db8::2")
                                 .ip("0.0.0.0")
                                 .ip("255.255.255.255")
                                 .zeros(32)))));
        QCOMPARE(address(run.batch, "SrcAddr", 0), "10.0.0.1");
        QCOMPARE(number(run.batch, "EType", 0), 0x0800U);
        QCOMPARE(address(run.batch, "SrcAddr", 1), "2001:db8::1");
        QCOMPARE(address(run.batch, "DstAddr", 1), "2001:db8::2");
        QCOMPARE(number(run.batch, "EType", 1), 0x86ddU);
        QCOMPARE(address(run.batch, "SrcAddr", 2), "0.0.0.0");
        QCOMPARE(number(run.batch, "EType", 2), 0x0800U);
    }

    void outerHeaderOfALayeredTemplate()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(2, templateRecord(256, {{27, 16}, {28, 16}, {4, 1}, {8, 4}, {12, 4}, {4, 1}})))
                      .add(set(256, Octets().ip("2001:db8::1").ip("2001:db8::2").u8(4).ip("10.0.0.1").ip("10.0.0.2").u8(6)))));
        QCOMPARE(address(run.batch, "SrcAddr"), "2001:db8::1");
        QCOMPARE(number(run.batch, "Proto"), 4U);
        QCOMPARE(number(run.batch, "EType"), 0x86ddU);
    }

    void junkEtherTypeDoesNotHideTheFamily()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(2, templateRecord(256, {{8, 4}, {256, 2}})))
                      .add(set(256, Octets().ip("10.0.0.1").u16(0xf0fe).ip("0.0.0.0").u16(0x0806)))));
        QCOMPARE(number(run.batch, "EType", 0), 0x0800U);
        QCOMPARE(number(run.batch, "EType", 1), 0x0806U);
    }

    void outputCountersWhereTheOthersAreZero()
    {
        Run run;
        run(netflow9(
            Octets()
                .add(set(0, templateRecord(256, {{1, 4}, {2, 4}, {23, 4}, {24, 4}, {85, 4}})))
                .add(set(256, Octets().u32(0).u32(0).u32(100).u32(2).u32(9999).u32(5).u32(1).u32(100).u32(2).u32(9999)))));
        QCOMPARE(number(run.batch, "Bytes", 0), 100U);
        QCOMPARE(number(run.batch, "Packets", 0), 2U);
        QCOMPARE(number(run.batch, "Bytes", 1), 5U);
    }

    void variableLength()
    {
        Run run;
        const std::string longName(300, 'x');
        run(ipfix(Octets()
                      .add(set(2, templateRecord(256, {{371, 65535}, {1, 4}, {460, 65535}})))
                      .add(set(256,
                          Octets().u8(3).text("ann").u32(10).u8(0).u8(255).u16(300).text(longName).u32(20).u8(4).text("host")))));
        QCOMPARE(run.rows(), 2U);
        QCOMPARE(text(run.batch, "UserName", 0), "ann");
        QCOMPARE(number(run.batch, "Bytes", 0), 10U);
        QCOMPARE(text(run.batch, "UserName", 1), longName);
        QCOMPARE(text(run.batch, "HTTPHost", 1), "host");
    }

    void structuredDataIsSteppedOver()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(2, templateRecord(256, {{1, 4}, {293, 65535}, {292, 65535}, {2, 4}})))
                      .add(set(256, Octets().u32(10).u8(5).zeros(5).u8(255).u16(2).zeros(2).u32(3)))));
        QCOMPARE(number(run.batch, "Bytes"), 10U);
        QCOMPARE(number(run.batch, "Packets"), 3U);
    }

    void brokenVariableRecordCostsItself()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(2, templateRecord(256, {{1, 4}, {371, 65535}})))
                      .add(set(256, Octets().u32(10).u8(1).text("a").u32(20).u8(200).text("b")))
                      .add(set(2, templateRecord(257, kSimple)))
                      .add(set(257, simple(1, 2)))));
        QCOMPARE(run.rows(), 2U);
        QCOMPARE(run.count(DecodeCount::MalformedRecords), 1U);
    }

    void enterpriseElementOfAnAddedColumn()
    {
        const ColumnSpec column {.name = "Jitter", .type = Type::UInt32, .elements = {{5, Conv::Default, 12345}}};
        const auto schema = Schema::builtin()->extended(std::span(&column, 1)).value();
        Run run({}, schema);
        run(ipfix(Octets()
                      .add(set(2, templateRecord(256, {{1, 4}, {5, 4, 12345}, {5, 4, 999}})))
                      .add(set(256, Octets().u32(1).u32(77).u32(88)))));
        QCOMPARE(number(run.batch, "Jitter"), 77U);
        QCOMPARE(number(run.batch, "IPTos"), 0U);
    }

    void ntopElementsInNetFlow9()
    {
        Run run;
        run(netflow9(Octets()
                         .add(set(0, templateRecord(256, {{1, 4}, {57472 + 205, 8}})))
                         .add(set(256, Octets().u32(1).text("a.test", 8)))));
        QCOMPARE(text(run.batch, "DNSName"), "a.test");
    }

    void times()
    {
        Run run;
        const uint64_t ntp = (uint64_t {kExportSeconds} + 2'208'988'800) << 32 | 0x80000000;
        run(ipfix(Octets()
                      .add(set(2,
                          Octets()
                              .add(templateRecord(256, {{150, 4}, {151, 4}}))
                              .add(templateRecord(257, {{154, 8}, {157, 8}}))
                              .add(templateRecord(258, {{158, 4}, {159, 4}}))
                              .add(templateRecord(259, {{22, 4}, {21, 4}, {160, 8}}))
                              .add(templateRecord(260, {{22, 4}, {21, 4}}))
                              .add(templateRecord(261, {{152, 8}, {153, 8}}))))
                      .add(set(256, Octets().u32(kExportSeconds - 10).u32(kExportSeconds)))
                      .add(set(257, Octets().u64(ntp).u64(uint64_t {kExportSeconds} * 1'000'000'000 + 7'000'000)))
                      .add(set(258, Octets().u32(2'500'000).u32(1'000'000)))
                      .add(set(259, Octets().u32(1000).u32(2000).u64(kExportMs - 5000)))
                      .add(set(260, Octets().u32(1000).u32(2000)))
                      .add(set(261, Octets().u64(kExportMs - 3).u64(kExportMs - 1)))));
        const auto start = [&](size_t row) { return number(run.batch, "TimeFlowStart", row); };
        const auto end = [&](size_t row) { return number(run.batch, "TimeFlowEnd", row); };
        QCOMPARE(start(0), kExportMs - 10'000);
        QCOMPARE(end(0), kExportMs);
        QCOMPARE(start(1), kExportMs + 500);
        QCOMPARE(end(1), kExportMs + 7); // plain nanoseconds where NTP is due
        QCOMPARE(start(2), kExportMs - 2500);
        QCOMPARE(end(2), kExportMs - 1000);
        QCOMPARE(start(3), kExportMs - 4000);
        QCOMPARE(end(3), kExportMs - 3000);
        QCOMPARE(start(4), 0U); // no boot time
        QCOMPARE(start(5), kExportMs - 3);
    }

    void mplsStack()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(2, templateRecord(256, {{71, 3}, {70, 3}, {72, 3}})))
                      .add(set(256, Octets().u24(200 << 4 | 1).u24(100 << 4).u24(0).u24(0).u24(0).u24(0)))));
        QCOMPARE(list(run.batch, "MPLSLabels", 0), "100,200");
        QCOMPARE(list(run.batch, "MPLSLabels", 1), "");
    }

    void icmp()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(2,
                          Octets()
                              .add(templateRecord(256, {{4, 1}, {32, 2}}))
                              .add(templateRecord(257, {{4, 1}, {7, 2}, {11, 2}}))
                              .add(templateRecord(258, {{4, 1}, {178, 1}, {179, 1}}))))
                      .add(set(256, Octets().u8(1).u16(0x0304)))
                      .add(set(257, Octets().u8(58).u16(0).u16(0x8000).u8(17).u16(0).u16(0x8000)))
                      .add(set(258, Octets().u8(58).u8(135).u8(1)))));
        QCOMPARE(number(run.batch, "ICMPv4Type", 0), 3U);
        QCOMPARE(number(run.batch, "ICMPv4Code", 0), 4U);
        QCOMPARE(number(run.batch, "ICMPv6Type", 1), 128U);
        QCOMPARE(number(run.batch, "ICMPv6Type", 2), 0U);
        QCOMPARE(number(run.batch, "ICMPv6Type", 3), 135U);
        QCOMPARE(number(run.batch, "ICMPv6Code", 3), 1U);
    }

    void packetSections()
    {
        Run run;
        const Octets frame
            = ethernet(0x8100, Octets().u16(0x6001 & 0xfff).u16(0x0800).add(ipv4(udp(53, 5353, Octets().zeros(40)))));
        run(ipfix(
            Octets()
                .add(set(
                    2, Octets().add(templateRecord(256, {{10, 4}, {315, 65535}})).add(templateRecord(257, {{313, 28}, {1, 4}}))))
                .add(set(256, Octets().u32(5).u8(static_cast<uint8_t>(frame.size())).add(frame)))
                .add(set(257, Octets().add(ipv4(udp(1, 2, {}))).u32(999)))));
        QCOMPARE(run.rows(), 2U);
        QCOMPARE(address(run.batch, "DstAddr", 0), "10.0.0.2");
        QCOMPARE(number(run.batch, "DstPort", 0), 5353U);
        QCOMPARE(number(run.batch, "SrcVlan", 0), 1U);
        QCOMPARE(number(run.batch, "Packets", 0), 1U);
        QCOMPARE(number(run.batch, "Bytes", 0), 68U);
        QCOMPARE(number(run.batch, "InIfIndex", 0), 5U);
        QCOMPARE(number(run.batch, "Bytes", 1), 999U);
        QCOMPARE(number(run.batch, "SrcPort", 1), 1U);
    }

    void otherElementsOnRequest()
    {
        Run run({.keepOtherElements = true});
        run(ipfix(Octets()
                      .add(set(2, templateRecord(256, {{1, 4}, {9999, 2}, {3, 65535, 6871}, {210, 3}})))
                      .add(set(256, Octets().u32(1).u16(0x0102).u8(2).text("hi").zeros(3)))));
        const auto entry = text(run.batch, "OtherElements");
        const auto elements = otherElements(entry);
        QCOMPARE(elements.size(), 2U);
        QCOMPARE(elements[0].id, 9999);
        QCOMPARE(elements[0].octets, "\x01\x02");
        QCOMPARE(elements[1].enterprise, 6871U);
        QCOMPARE(elements[1].octets, "hi");
    }

    void biflow()
    {
        Run run;
        run(ipfix(Octets()
                      .add(set(2,
                          templateRecord(256,
                              {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {10, 4}, {1, 4}, {2, 4}, {6, 1}, {152, 8}, {1, 4, 29305},
                                  {2, 4, 29305}, {6, 1, 29305}, {152, 8, 29305}})))
                      .add(set(256,
                          Octets()
                              .add(simpleEnds())
                              .u32(100)
                              .u32(2)
                              .u8(2)
                              .u64(kExportMs - 9)
                              .u32(5000)
                              .u32(7)
                              .u8(0x12)
                              .u64(kExportMs - 5)
                              .add(simpleEnds())
                              .u32(100)
                              .u32(2)
                              .u8(2)
                              .u64(kExportMs - 9)
                              .u32(0)
                              .u32(0)
                              .u8(0)
                              .u64(0)))));
        QCOMPARE(run.count(DecodeCount::Records), 2U);
        QCOMPARE(run.count(DecodeCount::Flows), 3U);
        QCOMPARE(run.rows(), 3U);
        QCOMPARE(address(run.batch, "SrcAddr", 2), "10.0.0.2");
        QCOMPARE(number(run.batch, "SrcPort", 2), 80U);
        QCOMPARE(number(run.batch, "DstPort", 2), 1234U);
        QCOMPARE(number(run.batch, "InIfIndex", 2), 0U);
        QCOMPARE(number(run.batch, "OutIfIndex", 2), 3U);
        QCOMPARE(number(run.batch, "Bytes", 2), 5000U);
        QCOMPARE(number(run.batch, "Packets", 2), 7U);
        QCOMPARE(number(run.batch, "TCPFlags", 2), 0x12U);
        QCOMPARE(number(run.batch, "TimeFlowStart", 2), kExportMs - 5);
        QCOMPARE(number(run.batch, "EType", 2), 0x0800U);
        QCOMPARE(number(run.batch, "Bytes", 0), 100U);
    }

    void firewallDirections()
    {
        Run run;
        run(netflow9(
            Octets()
                .add(set(
                    0, templateRecord(256, {{8, 4}, {12, 4}, {7, 2}, {11, 2}, {10, 4}, {231, 4}, {232, 4}, {298, 4}, {299, 4}})))
                .add(set(256,
                    Octets()
                        .add(simpleEnds())
                        .u32(100)
                        .u32(200)
                        .u32(1)
                        .u32(2) // both
                        .add(simpleEnds())
                        .u32(0)
                        .u32(300)
                        .u32(0)
                        .u32(3) // only the answer
                        .add(simpleEnds())
                        .u32(0)
                        .u32(0)
                        .u32(0)
                        .u32(0))))); // denied
        QCOMPARE(run.rows(), 4U);
        QCOMPARE(number(run.batch, "Bytes", 0), 100U);
        QCOMPARE(address(run.batch, "SrcAddr", 0), "10.0.0.1");
        QCOMPARE(number(run.batch, "Bytes", 1), 300U);
        QCOMPARE(number(run.batch, "Packets", 1), 3U);
        QCOMPARE(address(run.batch, "SrcAddr", 1), "10.0.0.2");
        QCOMPARE(number(run.batch, "OutIfIndex", 1), 3U);
        QCOMPARE(number(run.batch, "Bytes", 2), 0U);
        QCOMPARE(address(run.batch, "SrcAddr", 2), "10.0.0.1");
        QCOMPARE(number(run.batch, "Bytes", 3), 200U);
        QCOMPARE(address(run.batch, "SrcAddr", 3), "10.0.0.2");
    }

private:
    static Octets simpleEnds() { return Octets().ip("10.0.0.1").ip("10.0.0.2").u16(1234).u16(80).u32(3); }
};

QTEST_APPLESS_MAIN(SetsTest)
#include "test_decode_sets.moc"
