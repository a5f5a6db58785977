// SPDX-License-Identifier: GPL-3.0-or-later
// sFlow v5 and the packet headers in it.
#include <QtTest>

#include "core/decode/decoder.h"
#include "core/decode/packet.h"
#include "tests/support/messages.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

namespace {

struct Run {
    explicit Run(DecoderOptions options = {})
        : decoder(Schema::builtin(), options)
        , batch(Schema::builtin())
    {
    }
    void operator()(std::span<const uint8_t> payload) { decoder.decode(datagram(payload, 6343), batch); }
    [[nodiscard]] uint64_t count(DecodeCount id) const { return decoder.stats()[id]; }
    Decoder decoder;
    FlowBatch batch;
};

Octets packetRecord()
{
    return rawHeader(1, 200, ethernet(0x0800, ipv4(tcp(443, 5000, 0x12), {.proto = 6, .totalLength = 180})));
}

PacketInfo parse(const Octets& packet, PacketStart start = PacketStart::Ethernet)
{
    PacketInfo info;
    parsePacket(packet, start, info);
    return info;
}

} // namespace

class SflowTest : public QObject {
    Q_OBJECT
private slots:
    void rawHeaderSample()
    {
        Run run;
        run(sflow(1, flowSample(1, packetRecord())));
        const FlowBatch& b = run.batch;
        QCOMPARE(b.rows(), 1U);
        QCOMPARE(address(b, "SrcAddr"), "10.0.0.1");
        QCOMPARE(number(b, "SrcPort"), 443U);
        QCOMPARE(number(b, "TCPFlags"), 0x12U);
        QCOMPARE(number(b, "Proto"), 6U);
        QCOMPARE(number(b, "IPTTL"), 61U);
        QCOMPARE(number(b, "IPTos"), 0x28U);
        QCOMPARE(number(b, "IPFragmentID"), 77U);
        QCOMPARE(number(b, "EType"), 0x0800U);
        QCOMPARE(number(b, "DstMAC"), 0x001122334455U);
        QCOMPARE(number(b, "SrcMAC"), 0x0066778899aaU);
        QCOMPARE(number(b, "Bytes"), 180U); // of the IP packet
        QCOMPARE(number(b, "Packets"), 1U);
        QCOMPARE(number(b, "SamplingRate"), 512U);
        QCOMPARE(number(b, "SamplingSource"), static_cast<uint64_t>(SamplingSource::Sample));
        QCOMPARE(number(b, "InIfIndex"), 5U);
        QCOMPARE(number(b, "OutIfIndex"), 6U);
        QCOMPARE(number(b, "ObservationDomain"), 3U);
        QCOMPARE(address(b, "ExporterAddress"), "192.0.2.1");
        QCOMPARE(number(b, "TimeReceived"), 1'700'000'001'234U);
        Run agent({.exporterFromMessage = true});
        agent(sflow(1, flowSample(1, packetRecord())));
        QCOMPARE(address(agent.batch, "ExporterAddress"), "198.51.100.1");
    }

    void interfaceFormats()
    {
        Run run;
        run(sflow(4,
            Octets()
                .add(flowSample(1, packetRecord(), {.in = 0x3fffffff, .out = 0x80000004}))
                .add(flowSample(1, packetRecord(), {.in = 7, .out = 0x40000101}))
                .add(flowSample(1, packetRecord(), {.in = 0, .out = 0}))
                .add(tagged(3,
                    Octets().u32(1).u32(0).u32(5).u32(64).u32(0).u32(0).u32(0).u32(70000000).u32(2).u32(3).u32(1).add(
                        packetRecord())))));
        QCOMPARE(run.batch.rows(), 4U);
        QCOMPARE(number(run.batch, "InIfIndex", 0), 0U);
        QCOMPARE(number(run.batch, "OutIfIndex", 0), 0U); // several
        QCOMPARE(number(run.batch, "OutIfIndex", 1), 0U); // discarded
        QCOMPARE(number(run.batch, "ForwardingStatus", 1), 128U);
        QCOMPARE(number(run.batch, "InIfIndex", 3), 70000000U);
        QCOMPARE(number(run.batch, "OutIfIndex", 3), 0U);
    }

    void samplingWithoutARate()
    {
        Run unknown;
        unknown(sflow(1, flowSample(1, packetRecord(), {.rate = 0})));
        QCOMPARE(number(unknown.batch, "SamplingRate"), 1U);
        QCOMPARE(number(unknown.batch, "SamplingSource"), static_cast<uint64_t>(SamplingSource::Unknown));
        Run byDefault({.samplingDefault = 9});
        byDefault(sflow(1, flowSample(1, packetRecord(), {.rate = 0})));
        QCOMPARE(number(byDefault.batch, "SamplingRate"), 9U);
        Run overridden({.samplingOverride = 8});
        overridden(sflow(1, flowSample(1, packetRecord())));
        QCOMPARE(number(overridden.batch, "SamplingRate"), 8U);
    }

    void extendedRecords()
    {
        Run run;
        const Octets gateway = Octets()
                                   .u32(1)
                                   .ip("203.0.113.1")
                                   .u32(64500)
                                   .u32(64510)
                                   .u32(64511)
                                   .u32(2)
                                   .u32(2)
                                   .u32(2)
                                   .u32(64512)
                                   .u32(64513)
                                   .u32(1)
                                   .u32(1)
                                   .u32(64514)
                                   .u32(2)
                                   .u32(0x00640001)
                                   .u32(0x00640002)
                                   .u32(100);
        run(sflow(1,
            flowSample(7,
                Octets()
                    .add(packetRecord())
                    .add(tagged(1001, Octets().u32(10).u32(0).u32(20).u32(0)))
                    .add(tagged(1002, Octets().u32(1).ip("203.0.113.2").u32(24).u32(0xffffff00)))
                    .add(tagged(1003, gateway))
                    .add(tagged(1007, Octets().u32(1).ip("203.0.113.3").u32(1).ip("203.0.113.4")))
                    .add(tagged(1004, Octets().u32(3).u32(3).text("ann", 4).u32(3).u32(0)))
                    .add(tagged(4711 << 12 | 5, Octets().u32(1))))));
        const FlowBatch& b = run.batch;
        QCOMPARE(number(b, "SrcVlan"), 10U);
        QCOMPARE(number(b, "DstVlan"), 20U);
        QCOMPARE(address(b, "NextHop"), "203.0.113.2");
        QCOMPARE(number(b, "SrcNetMask"), 24U);
        QCOMPARE(number(b, "DstNetMask"), 24U); // given as a mask
        QCOMPARE(number(b, "SrcAS"), 64510U);
        QCOMPARE(number(b, "DstAS"), 64514U);
        QCOMPARE(list(b, "DstASPath"), "64512,64513,64514");
        QCOMPARE(list(b, "DstCommunities"), "6553601,6553602");
        QCOMPARE(address(b, "SrcAddrNAT"), "203.0.113.3");
        QCOMPARE(text(b, "UserName"), "ann");
        QCOMPARE(run.decoder.stats().losses(), 0U);
    }

    void localRoutes()
    {
        Run run;
        run(sflow(1,
            flowSample(2,
                Octets()
                    .add(packetRecord())
                    .add(tagged(1003, Octets().u32(0).u32(64500).u32(0).u32(0).u32(0).u32(0).u32(100))))));
        QCOMPARE(number(run.batch, "SrcAS"), 64500U);
        QCOMPARE(number(run.batch, "DstAS"), 64500U);
    }

    void recordsWithoutARawHeader()
    {
        Run run;
        run(sflow(2,
            Octets()
                .add(flowSample(2,
                    Octets()
                        .add(tagged(2, Octets().u32(114).number(1, 6).u16(0).number(2, 6).u16(0).u32(0x0800)))
                        .add(tagged(3, Octets().u32(100).u32(17).ip("10.1.0.1").ip("10.1.0.2").u32(53).u32(54).u32(0).u32(8)))))
                .add(flowSample(
                    1, tagged(4, Octets().u32(90).u32(6).ip("2001:db8::1").ip("2001:db8::2").u32(1).u32(2).u32(0x10).u32(0))))));
        QCOMPARE(run.batch.rows(), 2U);
        QCOMPARE(address(run.batch, "SrcAddr", 0), "10.1.0.1");
        QCOMPARE(number(run.batch, "Bytes", 0), 100U);
        QCOMPARE(number(run.batch, "SrcMAC", 0), 1U);
        QCOMPARE(address(run.batch, "DstAddr", 1), "2001:db8::2");
        QCOMPARE(number(run.batch, "EType", 1), 0x86ddU);
    }

    void otherSamples()
    {
        Run run;
        run(sflow(4,
            Octets()
                .add(tagged(2, Octets().zeros(12)))
                .add(tagged(4, Octets().zeros(16)))
                .add(tagged(5, Octets().zeros(32)))
                .add(tagged(99, Octets().u32(1)))));
        QCOMPARE(run.batch.rows(), 0U);
        QCOMPARE(run.count(DecodeCount::CounterSamples), 2U);
        QCOMPARE(run.count(DecodeCount::DiscardedPackets), 1U);
        QCOMPARE(run.count(DecodeCount::UnknownSamples), 1U);
    }

    void damage()
    {
        Run run;
        Octets cut = sflow(2, Octets().add(flowSample(1, packetRecord())).add(flowSample(1, packetRecord())));
        cut.data().resize(cut.size() - 30);
        run(cut);
        QCOMPARE(run.batch.rows(), 2U);
        QCOMPARE(run.count(DecodeCount::Truncated), 1U);
        Run path; // an AS path longer than what is there
        path(sflow(1,
            flowSample(2,
                Octets()
                    .add(packetRecord())
                    .add(tagged(1003, Octets().u32(0).u32(1).u32(2).u32(3).u32(1).u32(2).u32(0xffffffff).u32(1))))));
        QCOMPARE(path.batch.rows(), 1U);
        QCOMPARE(path.count(DecodeCount::MalformedRecords), 1U);
    }

    void tagsLabelsAndSessions()
    {
        const Octets ip = ipv4(udp(1, 2, {}));
        const auto vlan = parse(ethernet(0x88a8, Octets().u16(0x2064).u16(0x8100).u16(0x0007).u16(0x0800).add(ip)));
        QCOMPARE(vlan.vlan, 100);
        QCOMPARE(vlan.dstPort, 2);
        const auto mpls = parse(ethernet(0x8847, Octets().u32(1000 << 12 | 60).u32(2000 << 12 | 0x100 | 60).add(ip)));
        QCOMPARE(mpls.labels, 2);
        QCOMPARE(mpls.label[1], 2000U);
        QCOMPARE(mpls.srcPort, 1);
        QCOMPARE(mpls.etype, 0x0800);
        const auto wire = parse(ethernet(0x8847, Octets().u32(1000 << 12 | 0x100).u32(0).add(ethernet(0x0800, ip))));
        QCOMPARE(wire.srcPort, 1);
        const auto pppoe = parse(ethernet(0x8864, Octets().u8(0x11).u8(0).u16(5).u16(30).u16(0x0021).add(ip)));
        QCOMPARE(pppoe.srcPort, 1);
        const auto snap = parse(ethernet(300, Octets().u24(0xaaaa03).u24(0).u16(0x0800).add(ip)));
        QCOMPARE(snap.srcPort, 1);
        const auto arp = parse(ethernet(0x0806, Octets().zeros(28)));
        QVERIFY(!arp.ip);
        QCOMPARE(arp.etype, 0x0806);
    }

    void ipv6Extensions()
    {
        const Octets transport = udp(53, 54, {});
        const auto plain = parse(ipv6(17, transport), PacketStart::Ip);
        QCOMPARE(plain.flowLabel, 0x12345U);
        QCOMPARE(plain.tos, 0x20);
        QCOMPARE(plain.srcPort, 53);
        const auto chain
            = parse(ipv6(0,
                        Octets().u8(43).u8(0).zeros(6).u8(60).u8(1).zeros(14).u8(51).u8(0).zeros(6).u8(17).u8(1).zeros(10).add(
                            transport)),
                PacketStart::Ip);
        QCOMPARE(chain.proto, 17);
        QCOMPARE(chain.srcPort, 53);
        const auto fragment
            = parse(ipv6(44, Octets().u8(17).u8(0).u16(8 << 3 | 1).u32(0xabcdef01).add(transport)), PacketStart::Ip);
        QCOMPARE(fragment.fragmentOffset, 8);
        QVERIFY(fragment.moreFragments);
        QCOMPARE(fragment.fragmentId, 0xabcdef01U);
        QCOMPARE(fragment.srcPort, 0); // only the first fragment has ports
    }

    void shortLengthsNeverWrap()
    {
        const Octets frame
            = ethernet(0x8100, Octets().u16(5).u16(0x86dd).add(ipv6(0, Octets().u8(6).u8(0).zeros(6).add(tcp(1, 2, 3)))));
        for (size_t n = 0; n <= frame.size(); ++n) {
            PacketInfo info;
            parsePacket(std::span<const uint8_t>(frame).first(n), PacketStart::Ethernet, info);
        }
        QCOMPARE(parse(ipv4(udp(1, 2, {}), {.totalLength = 3}), PacketStart::Ip).srcPort, 1); // offload leaves lengths out
    }
};

QTEST_APPLESS_MAIN(SflowTest)
#include "test_decode_sflow.moc"
