// SPDX-License-Identifier: GPL-3.0-or-later
// Cells, numbers and registry names as text.
#include <QtTest>

#include <cmath>

#include "core/decode/otherelements.h"
#include "core/text/names.h"
#include "core/text/number.h"
#include "core/text/value.h"

using namespace rivereto::core;

namespace {

template <class T> std::string cell(ColumnId id, T value)
{
    static const Dictionary none;
    const auto& column = (*Schema::builtin())[id];
    Q_ASSERT(cellSize(column.storage()) == sizeof value);
    return formatCell(column, &value, none);
}

std::string textCell(ColumnId id, std::string_view bytes)
{
    Dictionary texts;
    const uint32_t value = texts.intern(bytes);
    return formatCell((*Schema::builtin())[id], &value, texts);
}

std::string listCell(ColumnId id, std::vector<uint32_t> words)
{
    return textCell(id, listBytes(words));
}

} // namespace

class TestText : public QObject {
    Q_OBJECT
private slots:
    void cells()
    {
        QCOMPARE(cell(ColumnId::TimeReceived, uint64_t {1795471800123}), "2026-11-23T22:10:00.123Z");
        QCOMPARE(cell(ColumnId::SrcAddr, Ip::v4(0xc0000201)), "192.0.2.1");
        QCOMPARE(cell(ColumnId::SrcAddr, *Ip::parse("2001:DB8:0:0::1")), "2001:db8::1");
        QCOMPARE(cell(ColumnId::SrcNetPrefix, PrefixCell {Ip::v4(0xc0000200), 120}), "192.0.2.0/24");
        QCOMPARE(cell(ColumnId::SrcNetPrefix, PrefixCell {*Ip::parse("2001:db8::"), 32}), "2001:db8::/32");
        QCOMPARE(cell(ColumnId::SrcAS, uint32_t {4200000001}), "4200000001");
        QCOMPARE(cell(ColumnId::SrcPort, uint16_t {443}), "443");
        QCOMPARE(cell(ColumnId::SrcPort, uint16_t {0}), "0");
        QCOMPARE(cell(ColumnId::Proto, uint8_t {6}), "tcp");
        QCOMPARE(cell(ColumnId::Proto, uint8_t {200}), "200");
        QCOMPARE(cell(ColumnId::EType, uint16_t {0x0800}), "IPv4");
        QCOMPARE(cell(ColumnId::EType, uint16_t {0x86dd}), "IPv6");
        QCOMPARE(cell(ColumnId::EType, uint16_t {0x0806}), "ARP");
        QCOMPARE(cell(ColumnId::EType, uint16_t {0x1234}), "0x1234");
        QCOMPARE(cell(ColumnId::Bytes, uint64_t {12345678901}), "12345678901");
        QCOMPARE(cell(ColumnId::Bytes, uint64_t {0}), "0");
        QCOMPARE(cell(ColumnId::SrcMAC, uint64_t {0x00112233445a}), "00:11:22:33:44:5a");
        QCOMPARE(cell(ColumnId::TCPFlags, uint16_t {0x12}), "SA");
        QCOMPARE(cell(ColumnId::TCPFlags, uint16_t {0x1ff}), "FSRPAUECN");
        QCOMPARE(cell(ColumnId::TCPFlags, uint16_t {0x202}), "S+0x200");
        QCOMPARE(cell(ColumnId::RoundTripTime, uint32_t {20000}), "20000");
        QCOMPARE(cell(ColumnId::InIfBoundary, uint8_t {1}), "external");
        QCOMPARE(cell(ColumnId::InIfBoundary, uint8_t {0}), "undefined");
        QCOMPARE(cell(ColumnId::InIfBoundary, uint8_t {9}), "9");
        QCOMPARE(cell(ColumnId::FlowDirection, uint8_t {2}), "egress");
        QCOMPARE(cell(ColumnId::ExportProtocol, uint8_t {6}), "sflow");
        QCOMPARE(cell(ColumnId::NATEvent, uint8_t {5}), "delete-quota-exceeded");
        QCOMPARE(cell(ColumnId::DropReason, storedDropReason(258)), "acl");
        QCOMPARE(cell(ColumnId::DropReason, storedDropReason(999)), "999");
        QCOMPARE(cell(ColumnId::ICMPv4, icmpCell(8, 0)), "echo-request");
        QCOMPARE(cell(ColumnId::ICMPv4, icmpCell(0, 0)), "echo-reply");
        QCOMPARE(cell(ColumnId::ICMPv6, icmpCell(135, 0)), "neighbor-solicitation");
        QCOMPARE(cell(ColumnId::ICMPv6, icmpCell(99, 3)), "99/3");
        QCOMPARE(cell(ColumnId::PacketSizeBucket, sizeBucket(64)), "64-127");
        QCOMPARE(textCell(ColumnId::ExporterName, "th2-edge1"), "th2-edge1");
        QCOMPARE(listCell(ColumnId::DstASPath, {65000, 65001}), "65000 65001");
        QCOMPARE(listCell(ColumnId::DstCommunities, {65000U << 16 | 100, 1}), "65000:100 0:1");
        QCOMPARE(listCell(ColumnId::DstLargeCommunities, {1, 2, 3, 65000, 4294967295, 0}), "1:2:3 65000:4294967295:0");
        QCOMPARE(listCell(ColumnId::MPLSLabels, {16, 24000}), "16 24000");
        std::string entry;
        appendOtherElement(entry, {0, 461, "\n\xff"});
        appendOtherElement(entry, {8057, 808, "ex"});
        QCOMPARE(textCell(ColumnId::OtherElements, entry), "461=0aff 8057:808=6578");
    }

    void missingCells()
    {
        for (const auto& column : Schema::builtin()->columns()) {
            const PrefixCell zero {};
            const auto text = formatCell(column, &zero, Dictionary());
            const auto literal = typeInfo(column.type).literal;
            const bool counts = literal == Literal::Number || literal == Literal::Port;
            const auto names = enumNames(column.type);
            const auto expected = names.empty() ? std::string(counts && !isList(column.type) ? "0" : "") : std::string(names[0]);
            QVERIFY2(text == expected, std::string(column.name).append(": ").append(text).c_str());
        }
    }

    void strangeBytes()
    {
        QCOMPARE(textCell(ColumnId::DstASPath, "abcde"), "1684234849"); // a word and a byte
        QCOMPARE(textCell(ColumnId::DstLargeCommunities, "abcdefgh"), "");
    }

    void singleValues()
    {
        QCOMPARE(parseMac("0011.2233.4455"), std::optional<uint64_t>(0x001122334455));
        QCOMPARE(parseMac("00-11-22-33-44-5A"), std::optional<uint64_t>(0x00112233445a));
        for (const auto* bad :
            {"", "00:11:22:33:44", "00:11:22:33:44:5", "00:11:22:33:44-55", "0011.2233:4455", "0g:11:22:33:44:55"})
            QVERIFY2(!parseMac(bad), bad);
        QCOMPARE(parseTcpFlags("as"), std::optional<uint16_t>(0x12));
        QVERIFY(!parseTcpFlags("SX"));
        QCOMPARE(parseCommunity("65535:65535"), std::optional<uint32_t>(0xffffffff));
        for (const auto* bad : {"", ":", "1:", ":1", "65536:1", "1:2:3", "1:-2", "a:b"})
            QVERIFY2(!parseCommunity(bad), bad);
        QVERIFY(parseLargeCommunity("4294967295:0:1") == (std::array<uint32_t, 3> {4294967295, 0, 1}));
        for (const auto* bad : {"", "1:2", "1:2:3:4", "1:2:", "4294967296:0:0"})
            QVERIFY2(!parseLargeCommunity(bad), bad);
        QCOMPARE(parseAsn("as4294967295"), std::optional<uint32_t>(4294967295));
        for (const auto* bad : {"", "AS", "4294967296", "64500a", "ASS1", "-1"})
            QVERIFY2(!parseAsn(bad), bad);
    }

    void numbers()
    {
        QCOMPARE(parseNumber("10M"), std::optional<uint64_t>(10'000'000));
        QCOMPARE(parseNumber("10Mi"), std::optional<uint64_t>(10'485'760));
        QCOMPARE(parseNumber("1.5k"), std::optional<uint64_t>(1500));
        QCOMPARE(parseNumber("1.50k"), std::optional<uint64_t>(1500));
        QCOMPARE(parseNumber("0.5Ki"), std::optional<uint64_t>(512));
        QCOMPARE(parseNumber("0x86dd"), std::optional<uint64_t>(0x86dd));
        QCOMPARE(parseNumber("16E"), std::optional<uint64_t>(16'000'000'000'000'000'000U));
        QCOMPARE(parseNumber("18446744073709551615"), std::optional<uint64_t>(UINT64_MAX));
        for (const auto* bad :
            {"", "k", "0x", "1.k", ".5k", "1.0", "1.2345k", "10m", "10Mb", "18446744073709551616", "16Ei", "19E", "1 k"})
            QVERIFY2(!parseNumber(bad), bad);
        QCOMPARE(parseMicros("20ms"), std::optional<uint64_t>(20'000));
        QCOMPARE(parseMicros("300µs"), std::optional<uint64_t>(300));
        QCOMPARE(parseMicros("1.5min"), std::optional<uint64_t>(90'000'000));
        QVERIFY(!parseMicros("20M"));
    }

    void human()
    {
        QCOMPARE(formatScaled(6.14e9, "b/s"), "6.14\u00a0Gb/s");
        QCOMPARE(formatScaled(61.42e9, "b/s"), "61.4\u00a0Gb/s");
        QCOMPARE(formatScaled(614.2e9, "b/s"), "614\u00a0Gb/s");
        QCOMPARE(formatScaled(999.6e9, "b/s"), "1.00\u00a0Tb/s");
        QCOMPARE(formatScaled(0, "b/s"), "0\u00a0b/s");
        QCOMPARE(formatScaled(12, "p/s"), "12\u00a0p/s");
        QCOMPARE(formatScaled(0.25, "p/s"), "0.25\u00a0p/s");
        QCOMPARE(formatScaled(std::nan(""), "b/s"), "–");
        QCOMPARE(formatBytes(1.96e9), "1.96\u00a0GB");
        QCOMPARE(formatCount(1204300), "1\u202f204\u202f300");
        QCOMPARE(formatCount(1204300, false), "1204300");
        QCOMPARE(formatCount(999), "999");
        QCOMPARE(formatPercent(0.246), "24.6\u00a0%");
        QCOMPARE(formatPercent(1), "100\u00a0%");
        QCOMPARE(formatPercent(0), "0\u00a0%");
        QCOMPARE(formatPercent(0.0001), "<0.1\u00a0%");
        const auto scale = scaleFor(40e9);
        QCOMPARE(scale.prefix, "G");
        QCOMPARE(formatOnScale(6.14e9, scale), "6.14");
        QCOMPARE(formatOnScale(0, scale), "0");
        QCOMPARE(scaleFor(999).prefix, "");
        QCOMPARE(scaleFor(INFINITY).divisor, 1.0);
    }

    void names()
    {
        QCOMPARE(protocolName(58), "ipv6-icmp");
        QCOMPARE(protocolNumber("ICMPv6"), std::optional<uint8_t>(58));
        QCOMPARE(serviceName(443, kTcp), "https");
        QCOMPARE(serviceName(514, kTcp), "shell");
        QCOMPARE(serviceName(514, kUdp), "syslog");
        QCOMPARE(serviceName(2055), "netflow");
        QCOMPARE(serviceName(65535), "");
        QCOMPARE(servicePort("DNS"), std::optional<uint16_t>(53));
        for (int number = 0; number < 256; ++number) {
            const auto name = protocolName(static_cast<uint8_t>(number));
            QVERIFY(name.empty() || protocolNumber(name) == number);
        }
        for (const auto name : serviceNames())
            QVERIFY2(!serviceName(*servicePort(name)).empty(), std::string(name).c_str());
        for (const bool v6 : {false, true}) {
            for (const auto name : icmpNames(v6))
                QCOMPARE(icmpName(v6, *icmpCell(v6, name)), std::string(name));
        }
        for (const auto name : dropReasonNames())
            QCOMPARE(dropReasonName(*dropReasonNumber(name)), name);
        QCOMPARE(icmpCell(false, "3/1"), std::optional(icmpCell(3, 1)));
        for (const auto* bad : {"", "/", "3/", "/1", "256/0", "3/1/2", "1000/1"})
            QVERIFY2(!icmpCell(false, bad), bad);
        const std::pair<uint64_t, std::string_view> sizes[] = {{1, "0-63"}, {63, "0-63"}, {64, "64-127"}, {1500, "1280-1500"},
            {1501, "1501-2047"}, {65535, "32768-65535"}, {65536, "65536-Inf"}};
        for (const auto& [size, name] : sizes)
            QCOMPARE(sizeBucketNames()[sizeBucket(size) - 1U], name);
        QCOMPARE(sizeBucket(0), 0);
    }

    void nearest()
    {
        const auto names = std::to_array<std::string_view>({"SrcAddr", "DstAddr", "SrcAS"});
        QCOMPARE(nearestName("SrcAdr", names), "SrcAddr");
        QCOMPARE(nearestName("scras", names), "SrcAS");
        QCOMPARE(nearestName("quux", names), "");
        QCOMPARE(nearestName("", names), "");
    }
};

QTEST_APPLESS_MAIN(TestText)
#include "test_text.moc"
