// SPDX-License-Identifier: GPL-3.0-or-later
// Tunnels, and inputs that open them.
#include <QtTest>

#include "core/decode/decoder.h"
#include "core/decode/inputsettings.h"
#include "tests/support/messages.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

namespace {

/// The packet inside: 10.0.0.1 → 10.0.0.2, TCP 443 → 5000, 180 octets.
Octets inside()
{
    return ipv4(tcp(443, 5000, 0x12), {.proto = 6, .totalLength = 180});
}

Octets outer4(uint8_t proto, const Octets& payload, uint16_t fragment = 0)
{
    return Octets().u16(0x4500).u16(20 + payload.size()).u16(1).u16(fragment).u8(64).u8(proto).u16(0).ip("192.0.2.11").ip("192.0.2.12").add(payload);
}

Octets outer6(uint8_t proto, const Octets& payload)
{
    return Octets().u32(0x60000000).u16(payload.size()).u8(proto).u8(64).ip("2001:db8::11").ip("2001:db8::12").add(payload);
}

Octets udpOf(uint16_t port, const Octets& payload)
{
    return Octets().u16(50000).u16(port).u16(8 + payload.size()).u16(0).add(payload);
}

Octets vxlanOf(uint32_t vni, const Octets& frame)
{
    return udpOf(4789, Octets().u8(8).u24(0).u24(vni).u8(0).add(frame));
}

/// RFC 8754 §2, one segment.
Octets segments(uint8_t next, const Octets& payload)
{
    return Octets().u8(next).u8(2).u8(4).u8(0).u8(0).u8(0).u16(0).ip("2001:db8::12").add(payload);
}

PacketInfo opened(const Octets& packet, Decapsulation kind, bool& open)
{
    PacketInfo info;
    parsePacket(packet, PacketStart::Ip, info);
    open = decapsulate(info, kind);
    return info;
}

struct Run {
    explicit Run(DecoderOptions options)
        : decoder(Schema::builtin(), options)
        , batch(Schema::builtin())
    {
    }
    void operator()(std::span<const uint8_t> payload) { decoder.decode(datagram(payload, 6343), batch); }
    [[nodiscard]] uint64_t count(DecodeCount id) const { return decoder.stats()[id]; }
    Decoder decoder;
    FlowBatch batch;
};

Octets sampleOf(const Octets& packet)
{
    return flowSample(1, rawHeader(1, 1400, ethernet(0x0800, packet)));
}

} // namespace

class TunnelsTest : public QObject {
    Q_OBJECT
private slots:
    void opens_data()
    {
        QTest::addColumn<QByteArray>("packet");
        QTest::addColumn<int>("kind");
        const auto row = [](const char* name, const Octets& packet, Decapsulation kind) {
            const std::span<const uint8_t> bytes = packet;
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())) << static_cast<int>(kind);
        };
        const auto bridged = ethernet(0x0800, inside());
        row("IPv4 in IPv4", outer4(4, inside()), Decapsulation::IpIp);
        row("IPv4 in IPv6", outer6(4, inside()), Decapsulation::IpIp);
        row("GRE", outer4(47, Octets().u16(0).u16(0x0800).add(inside())), Decapsulation::Gre);
        row("GRE with checksum, key and number", outer4(47, Octets().u16(0xb000).u16(0x0800).u32(0).u32(7).u32(1).add(inside())), Decapsulation::Gre);
        row("GRE bridged", outer4(47, Octets().u16(0x2000).u16(0x6558).u32(99).add(bridged)), Decapsulation::Gre);
        row("GRE in IPv6", outer6(47, Octets().u16(0).u16(0x0800).add(inside())), Decapsulation::Gre);
        row("GRE with MPLS", outer4(47, Octets().u16(0).u16(0x8847).u32(100 << 12 | 0x140).add(inside())), Decapsulation::Gre);
        row("PPTP", outer4(47, Octets().u16(0x3081).u16(0x880b).u16(0).u16(5).u32(1).u32(2).u16(0xff03).u16(0x0021).add(inside())), Decapsulation::Gre);
        row("ERSPAN I", outer4(47, Octets().u16(0).u16(0x88be).add(bridged)), Decapsulation::Gre);
        row("ERSPAN II", outer4(47, Octets().u16(0x1000).u16(0x88be).u32(1).u64(0).add(bridged)), Decapsulation::Gre);
        row("VXLAN", outer4(17, vxlanOf(4242, bridged)), Decapsulation::Vxlan);
        row("VXLAN in IPv6", outer6(17, vxlanOf(4242, bridged)), Decapsulation::Vxlan);
        row("GTP-U", outer4(17, udpOf(2152, Octets().u8(0x30).u8(255).u16(0).u32(9).add(inside()))), Decapsulation::Gtp);
        row("GTP-U with extension", outer4(17, udpOf(2152, Octets().u8(0x34).u8(255).u16(0).u32(9).u16(1).u8(0).u8(0x85).u8(1).u16(5).u8(0).add(inside()))), Decapsulation::Gtp);
        row("SRv6", outer6(43, segments(4, inside())), Decapsulation::Srv6);
        row("SRv6 bridged", outer6(43, segments(143, bridged)), Decapsulation::Srv6);
        row("SRv6 reduced", outer6(4, inside()), Decapsulation::Srv6);
        row("one in another", outer4(17, vxlanOf(4242, ethernet(0x0800, outer4(4, inside())))), Decapsulation::Any);
    }

    void opens()
    {
        QFETCH(QByteArray, packet);
        QFETCH(int, kind);
        const std::span bytes(reinterpret_cast<const uint8_t*>(packet.constData()), static_cast<size_t>(packet.size()));
        for (const auto wanted : {static_cast<Decapsulation>(kind), Decapsulation::Any}) {
            bool open = false;
            const auto info = opened(Octets().bytes(bytes), wanted, open);
            QVERIFY(open);
            QVERIFY(info.inner);
            QCOMPARE(info.src.toString(), std::string("10.0.0.1"));
            QCOMPARE(info.srcPort, uint16_t {443});
            QCOMPARE(info.proto, uint8_t {6});
            QCOMPARE(info.ipLength, 180U);
        }
        // Cut anywhere: the outer packet stays as it was, or the inner one has addresses; never a step beyond the bytes.
        for (size_t length = 0; length < bytes.size(); ++length) {
            bool open = false;
            const std::vector<uint8_t> copy(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(length));
            const auto info = opened(Octets().bytes(copy), Decapsulation::Any, open);
            QCOMPARE(info.inner, open);
            QVERIFY(!open || info.ip);
        }
    }

    void whatIsNoTunnelStays()
    {
        bool open = true;
        auto info = opened(outer4(4, inside()), Decapsulation::Gre, open);
        QVERIFY(!open);
        QCOMPARE(info.src.toString(), std::string("192.0.2.11"));
        (void)opened(outer4(4, inside()), Decapsulation::Srv6, open); // SRv6 is IPv6 outside
        QVERIFY(!open);
        (void)opened(outer4(4, inside(), 5), Decapsulation::Any, open); // a later fragment
        QVERIFY(!open);
        (void)opened(outer4(17, udpOf(4789, Octets().u64(0).add(ethernet(0x0800, inside())))), Decapsulation::Any, open); // no VNI
        QVERIFY(!open);
        (void)opened(outer4(17, udpOf(2152, Octets().u8(0x30).u8(1).u16(0).u32(0))), Decapsulation::Any, open); // GTP echo
        QVERIFY(!open);
        (void)opened(outer4(47, Octets().u16(0x0003).u16(0x0800).add(inside())), Decapsulation::Any, open); // version 3
        QVERIFY(!open);
    }

    void deepNestingEnds()
    {
        auto packet = inside();
        for (int i = 0; i < 50; ++i)
            packet = outer4(4, packet);
        bool open = false;
        const auto info = opened(packet, Decapsulation::Any, open);
        QVERIFY(open);
        QCOMPARE(info.src.toString(), std::string("192.0.2.11")); // of some inner tunnel
    }

    void sflowSamples()
    {
        const auto samples = Octets().add(sampleOf(outer4(17, vxlanOf(4242, ethernet(0x0800, inside()))))).add(sampleOf(inside()));
        Run closed({});
        closed(sflow(2, samples));
        QCOMPARE(address(closed.batch, "SrcAddr", 0), "192.0.2.11");
        Run kept({.decapsulation = Decapsulation::Vxlan});
        kept(sflow(2, samples));
        QCOMPARE(kept.batch.rows(), 2U);
        QCOMPARE(address(kept.batch, "SrcAddr", 0), "10.0.0.1");
        QCOMPARE(number(kept.batch, "VNI", 0), 4242U);
        QCOMPARE(number(kept.batch, "Bytes", 0), 180U);
        QCOMPARE(number(kept.batch, "Proto", 0), 6U);
        QCOMPARE(number(kept.batch, "VNI", 1), 0U);
        QCOMPARE(kept.count(DecodeCount::Decapsulated), 1U);
        QCOMPARE(kept.count(DecodeCount::WithoutTunnel), 1U);
        QCOMPARE(kept.count(DecodeCount::TunnelMissing), 0U);
        Run strict({.decapsulation = Decapsulation::Vxlan, .strict = true});
        strict(sflow(2, samples));
        QCOMPARE(strict.batch.rows(), 1U);
        QCOMPARE(strict.count(DecodeCount::Records), 2U);
        QCOMPARE(strict.count(DecodeCount::Flows), 1U);
        QCOMPARE(strict.count(DecodeCount::TunnelMissing), 1U);
        // What carries no packet cannot be looked into, and is kept even so.
        strict(sflow(1, flowSample(0, Octets())));
        QCOMPARE(strict.batch.rows(), 2U);
    }

    void packetSections()
    {
        const auto frame = [](const Octets& packet) {
            const auto whole = ethernet(0x0800, packet);
            return Octets().u32(5).ip("203.0.113.9").u8(static_cast<uint8_t>(whole.size())).add(whole);
        };
        const auto message = ipfix(Octets()
                                       .add(set(2, templateRecord(256, {{10, 4}, {8, 4}, {315, 65535}})))
                                       .add(set(256, Octets().add(frame(inside())).add(frame(outer4(4, inside())))))
                                       .add(set(2, templateRecord(257, {{8, 4}, {313, 60}, {1, 4}, {2, 4}})))
                                       .add(set(257, Octets().ip("203.0.113.9").add(outer4(4, inside())).u32(9000).u32(3).ip("203.0.113.8").add(inside()).zeros(20).u32(1).u32(1))));
        Run closed({});
        closed(message);
        QCOMPARE(closed.batch.rows(), 4U);
        QCOMPARE(address(closed.batch, "SrcAddr", 1), "203.0.113.9"); // the element
        Run kept({.decapsulation = Decapsulation::IpIp});
        kept(message);
        QCOMPARE(kept.batch.rows(), 4U);
        QCOMPARE(address(kept.batch, "SrcAddr", 0), "203.0.113.9");
        QCOMPARE(address(kept.batch, "SrcAddr", 1), "10.0.0.1");
        QCOMPARE(number(kept.batch, "Bytes", 1), 180U);
        QCOMPARE(address(kept.batch, "SrcAddr", 2), "10.0.0.1");
        QCOMPARE(number(kept.batch, "Bytes", 2), 9000U); // of three packets; the section is of one
        QCOMPARE(number(kept.batch, "InIfIndex", 1), 5U);
        Run strict({.decapsulation = Decapsulation::IpIp, .strict = true});
        strict(message);
        QCOMPARE(strict.batch.rows(), 2U);
        QCOMPARE(number(strict.batch, "InIfIndex", 0), 5U);
        QCOMPARE(number(strict.batch, "Bytes", 1), 9000U);
        QCOMPARE(strict.count(DecodeCount::TunnelMissing), 2U);
        QCOMPARE(strict.count(DecodeCount::Records), 4U);
    }

    void frameTypes()
    {
        const auto frame = ethernet(0x0800, inside());
        Run run({});
        run(ipfix(Octets()
                      .add(set(2, templateRecord(256, {{408, 2}, {315, 65535}})))
                      .add(set(256, Octets().u16(1).u8(static_cast<uint8_t>(frame.size())).add(frame).u16(2).u8(static_cast<uint8_t>(frame.size())).add(frame)))));
        QCOMPARE(run.batch.rows(), 2U);
        QCOMPARE(address(run.batch, "SrcAddr", 0), "10.0.0.1");
        QVERIFY(address(run.batch, "SrcAddr", 1) != "10.0.0.1"); // 802.11
    }

    void allowedSources()
    {
        Run run({.allow = {*Prefix::parse("198.51.100.0/24")}});
        run(sflow(1, sampleOf(inside()))); // from 192.0.2.1
        QCOMPARE(run.batch.rows(), 0U);
        QCOMPARE(run.count(DecodeCount::NotAllowed), 1U);
        Run heard({.allow = {*Prefix::parse("198.51.100.0/24"), *Prefix::parse("192.0.2.0/24")}});
        heard(sflow(1, sampleOf(inside())));
        QCOMPARE(heard.batch.rows(), 1U);
    }

    void words()
    {
        InputSettings settings;
        QVERIFY(changeInputs(settings, "decoder=sflow,time=first-switched,exporter=message,decapsulation=srv6,strict=yes,elements=yes,allow=10.0.0.0/8+2001:db8::1"));
        QCOMPARE(settings.decoder, std::optional(Protocol::Sflow));
        QCOMPARE(settings.time, TimeSource::FirstSwitched);
        QCOMPARE(settings.allow.size(), size_t {2});
        InputSettings again;
        for (const auto key : inputSettingKeys())
            QVERIFY(changeInput(again, key, inputWords(settings, key)));
        QVERIFY(again == settings);
        InputSettings defaults;
        for (const auto key : inputSettingKeys())
            QVERIFY(changeInput(again, key, inputWords(defaults, key)));
        QVERIFY(again == defaults);
        DecoderOptions options;
        settings.applyTo(options);
        QVERIFY(options.strict && options.keepOtherElements && options.exporterFromMessage);
        for (const auto* wrong : {"", "decoder", "decoder=x", "=x", "strict=maybe", "allow=x", "time=packet,"})
            QVERIFY(!changeInputs(settings, wrong));
    }
};

QTEST_APPLESS_MAIN(TunnelsTest)
#include "test_tunnels.moc"
