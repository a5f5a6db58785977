// SPDX-License-Identifier: GPL-3.0-or-later
// Filters of other tools into ours and back. What is written for tcpdump always passes libpcap's compiler, and nfdump's and
// Wireshark's parsers where they are installed; what is written and read again selects the same flows.
#include <QtTest>

#include <pcap/pcap.h>

#include "core/filter/translate.h"
#include "core/query/segment.h"
#include "tests/support/randomflows.h"

using namespace rivereto;
using namespace rivereto::core;

namespace {

constexpr uint64_t kNow = 1795471800000;

BindContext context()
{
    static const auto schema = Schema::builtin();
    return {.schema = *schema, .nowMs = kNow};
}

/// "bpf+nfdump: our filter", "wireshark ✗ message", or "-" when the text is none of theirs.
QString summary(std::string_view text)
{
    constexpr std::array names {"bpf", "nfdump", "wireshark"};
    const auto found = recogniseFilter(text, context());
    if (!found)
        return QStringLiteral("-");
    std::string out;
    for (const auto language : found->languages)
        out.append(out.empty() ? "" : "+").append(names[static_cast<size_t>(language)]);
    if (found->filter)
        return QString::fromStdString(out + ": " + *found->filter);
    const auto span = found->filter.error().span;
    const auto place = span ? std::string(text.substr(span->begin, span->end - span->begin)) : std::string("?");
    return QString::fromStdString(fmt::format("{} ✗ [{}] {}", out, place, found->filter.error().message()));
}

QString written(std::string_view text, FilterLanguage language)
{
    const auto out = translateFilter(text, language, context());
    return QString::fromStdString(out ? *out : "✗ " + out.error().message());
}

std::string pcapError(const std::string& text)
{
    static const auto handle = std::unique_ptr<pcap_t, void (*)(pcap_t*)>(pcap_open_dead(DLT_EN10MB, 65535), pcap_close);
    bpf_program program {};
    if (pcap_compile(handle.get(), &program, text.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
        return pcap_geterr(handle.get());
    pcap_freecode(&program);
    return {};
}

/// What a program prints when it refuses; nothing when it takes the arguments or is not installed.
QString refusal(const QString& program, const QStringList& arguments)
{
    if (QStandardPaths::findExecutable(program).isEmpty())
        return {};
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(30'000))
        return program + QStringLiteral(" does not end");
    return process.exitCode() == 0 ? QString() : QString::fromUtf8(process.readAllStandardError());
}

std::vector<uint8_t> selected(const BoundFilter& filter)
{
    static const auto rows = support::randomFlows(Schema::builtin(), 4000, kNow, 11);
    std::vector<uint8_t> mask(rows.rows());
    BatchSegment segment(rows);
    filter.evaluate(segment, mask);
    return mask;
}

struct Translated {
    const char* ours;
    const char* bpf;
    const char* nfdump;
    const char* wireshark;
};

/// "✗" stands for a refusal that names the condition.
constexpr Translated kTranslated[] = {
    {"", "", "any", ""},
    {"SrcAddr = 192.0.2.1", "src host 192.0.2.1", "src ip 192.0.2.1", "ip.src == 192.0.2.1"},
    {"DstAddr << 10.0.0.0/8", "dst net 10.0.0.0/8", "dst net 10.0.0.0/8", "ip.dst == 10.0.0.0/8"},
    {"Addr = 2001:db8::1", "host 2001:db8::1", "ip 2001:db8::1", "ipv6.addr == 2001:db8::1"},
    {"Addr != 192.0.2.1", "not host 192.0.2.1", "not ip 192.0.2.1", "!(ip.addr == 192.0.2.1)"},
    {"SrcAddr IN (192.0.2.1, 198.51.100.0/24)", "src host 192.0.2.1 or src net 198.51.100.0/24",
        "src ip 192.0.2.1 or src net 198.51.100.0/24", "ip.src in {192.0.2.1, 198.51.100.0/24}"},
    {"Addr IN (192.0.2.1, 2001:db8::/32)", "host 192.0.2.1 or net 2001:db8::/32", "ip 192.0.2.1 or net 2001:db8::/32",
        "ip.addr == 192.0.2.1 || ipv6.addr == 2001:db8::/32"},
    {"SrcAddr << 0.0.0.0/0", "ip", "ipv4", "ip"},
    {"SrcAddr << ::/0", "ip or ip6", "ipv4 or ipv6", "ip || ipv6"},
    {"Proto = \"tcp\" AND DstPort = 443", "tcp and dst port 443", "proto tcp and dst port 443", "tcp.dstport == 443"},
    {"DstPort = 443 AND Proto = 17", "dst port 443 and udp", "dst port 443 and proto udp", "udp.dstport == 443"},
    {"Port = 53", "port 53", "port 53", "tcp.port == 53 || udp.port == 53 || sctp.port == 53"},
    {"Proto = \"tcp\" AND (Port = 80 OR SrcAddr = 192.0.2.1)", "tcp and (port 80 or src host 192.0.2.1)",
        "proto tcp and (port 80 or src ip 192.0.2.1)", "tcp && (tcp.port == 80 || ip.src == 192.0.2.1)"},
    {"Proto = \"tcp\" AND NOT Port = 80", "tcp and not port 80", "proto tcp and not port 80",
        "tcp && !(tcp.port == 80 || udp.port == 80 || sctp.port == 80)"},
    {"Proto = \"udp\" AND Port IN (53, 123, 5353)", "udp and (port 53 or port 123 or port 5353)",
        "proto udp and port in [53 123 5353]", "udp.port in {53, 123, 5353}"},
    {"Proto = 6 AND Port BETWEEN 8000 AND 8999", "tcp and portrange 8000-8999",
        "proto tcp and ((src port > 7999 and src port < 9000) or (dst port > 7999 and dst port < 9000))",
        "tcp.port in {8000..8999}"},
    {"Proto = 6 AND SrcPort >= 1024", "tcp and src portrange 1024-65535", "proto tcp and src port > 1023", "tcp.srcport >= 1024"},
    {"Proto = 6 AND SrcPort < 1024", "tcp and src portrange 0-1023", "proto tcp and src port < 1024", "tcp.srcport <= 1023"},
    {"Proto = \"gre\" OR Proto = \"icmp\" OR Proto = \"ipv6-icmp\"", "proto 47 or icmp or icmp6",
        "proto 47 or proto icmp or proto 58", "gre || icmp || icmpv6"},
    {"Proto > 200", "✗", "✗", "ip.proto >= 201 || ipv6.nxt >= 201"},
    {"EType = IPv6 AND NOT (Port = 80 OR Port = 443) AND Proto = 6", "ip6 and not (port 80 or port 443) and tcp",
        "ipv6 and not (port 80 or port 443) and proto tcp",
        "tcp && ipv6 && !(tcp.port == 80 || udp.port == 80 || sctp.port == 80 || tcp.port == 443 || udp.port == 443 || "
        "sctp.port == 443)"},
    {"EType = 0x0806", "ether proto 0x0806", "✗", "eth.type == 0x0806"},
    {"TCPFlags HAS \"S\"", "tcp[tcpflags] & 0x02 == 0x02 or (ip6 proto 6 and ip6[53] & 0x02 == 0x02)", "flags S",
        "tcp.flags.syn == 1"},
    {"TCPFlags HAS \"SA\" AND Proto = 6",
        "(tcp[tcpflags] & 0x12 == 0x12 or (ip6 proto 6 and ip6[53] & 0x12 == 0x12)) and tcp",
        "flags S and flags A and proto tcp", "tcp && tcp.flags.syn == 1 && tcp.flags.ack == 1"},
    {"TCPFlags = \"S\"", "tcp[tcpflags] == 0x02 or (ip6 proto 6 and ip6[53] == 0x02)", "flags 2", "tcp.flags == 0x002"},
    {"SrcMAC = 00:11:22:33:44:55", "ether src 00:11:22:33:44:55", "src mac 00:11:22:33:44:55", "eth.src == 00:11:22:33:44:55"},
    {"MAC = 0011.2233.4455", "ether host 00:11:22:33:44:55", "mac 00:11:22:33:44:55", "eth.addr == 00:11:22:33:44:55"},
    {"IPTTL < 5", "ip[8] <= 4 or ip6[7] <= 4", "✗", "ip.ttl <= 4 || ipv6.hlim <= 4"},
    {"IPTos BETWEEN 184 AND 187",
        "(ip[1] >= 184 and ip[1] <= 187) or ((ip6[0:2] & 0xff0) >> 4 >= 184 and (ip6[0:2] & 0xff0) >> 4 <= 187)",
        "tos > 183 and tos < 188", "ip.dsfield in {184..187} || ipv6.tclass in {184..187}"},
    {"ICMPv4 = \"echo-request\"", "icmp[icmptype] == 8 and icmp[icmpcode] == 0", "✗", "icmp.type == 8 && icmp.code == 0"},
    {"ICMPv6Type = 135", "icmp6[icmp6type] == 135", "proto icmp6 and icmp-type 135", "icmpv6.type == 135"},
    {"Vlan = 100", "✗", "vlan 100", "vlan.id == 100"},
    {"SrcVlan = 100", "✗", "src vlan 100", "✗"},
    {"MPLSLabels = 16", "✗", "✗", "mpls.label == 16"},
    {"MPLS1stLabel >= 16", "✗", "mpls label1 > 15", "✗"},
    {"SrcAS = 65000", "✗", "src as 65000", "✗"},
    {"AS IN (65000, 65002)", "✗", "as in [65000 65002]", "✗"},
    {"AS NOTIN (65000, 65001)", "✗", "not as in [65000 65001]", "✗"},
    {"InIfIndex = 3 OR OutIfIndex = 4", "✗", "in if 3 or out if 4", "✗"},
    {"Bytes > 1M AND Packets <= 10", "✗", "bytes > 1000000 and packets < 11", "✗"},
    {"PacketSize > 1000", "✗", "bpp > 1000", "✗"},
    {"SrcNetPrefix = 10.0.0.0/8", "✗", "src mask 8 and src net 10.0.0.0/8", "✗"},
    {"NextHop = 192.0.2.1 AND ExporterAddress = 192.0.2.9", "✗", "next ip 192.0.2.1 and router ip 192.0.2.9", "✗"},
    {"IngressVRFID = 7", "✗", "ingress vrf 7", "✗"},
    {"SrcCountry = \"FR\"", "✗", "src geo FR", "✗"},
    {"InIfBoundary = external", "✗", "✗", "✗"},
    {"SrcAddr = DstAddr", "✗", "✗", "✗"},
    {"SrcPort = DstPort", "✗", "✗", "✗"},
    {"InIfName LIKE \"et-%\"", "✗", "✗", "✗"},
    {"DstCommunities = 65000:100", "✗", "✗", "✗"},
    {"SrcPort < 0", "✗", "✗", "✗"},
};

} // namespace

class TestTranslate : public QObject {
    Q_OBJECT
private slots:
    void reads_data()
    {
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* text, const char* expected) { QTest::newRow(text) << QString::fromUtf8(expected); };
        // tcpdump
        row("src host 1.2.3.4 and tcp port 80", R"(bpf: SrcAddr = 1.2.3.4 AND Proto = "tcp" AND Port = 80)");
        row("host 1.2.3.4", "bpf+nfdump: Addr = 1.2.3.4");
        row("tcp", R"(bpf+wireshark: Proto = "tcp")");
        row("icmp6", R"(bpf: Proto = "ipv6-icmp")");
        row("net 10", "bpf+nfdump: Addr << 10.0.0.0/8");
        row("dst net 192.168 and not port ssh", "bpf: DstAddr << 192.168.0.0/16 AND NOT Port = 22");
        row("net 10.1.0.0 mask 255.255.0.0", "bpf: Addr << 10.1.0.0/16");
        row("net 2001:db8::/32", "bpf+nfdump: Addr << 2001:db8::/32");
        row("tcp dst port ftp or ftp-data or domain",
            R"(bpf: Proto = "tcp" AND DstPort = 21 OR Proto = "tcp" AND DstPort = 20 OR Proto = "tcp" AND DstPort = 53)");
        row("host (1.2.3.4 or 5.6.7.8) and udp", R"(bpf: (Addr = 1.2.3.4 OR Addr = 5.6.7.8) AND Proto = "udp")");
        row("not host 1.2.3.4 or 5.6.7.8", "bpf: NOT Addr = 1.2.3.4 OR Addr = 5.6.7.8");
        row("src or dst port 53", "bpf+nfdump: Port = 53");
        row("src and dst port 53", "bpf+nfdump: SrcPort = 53 AND DstPort = 53");
        row("udp portrange 33434-33534", R"(bpf: Proto = "udp" AND Port BETWEEN 33434 AND 33534)");
        row("src portrange ftp-data-ftp", "bpf: SrcPort BETWEEN 20 AND 21");
        row("ip proto 47 or ip6 proto \\gre", R"(bpf: EType = IPv4 AND Proto = 47 OR EType = IPv6 AND Proto = "gre")");
        row("proto \\tcp", R"(bpf: Proto = "tcp")");
        row("ip6 and not icmp6", R"(bpf: EType = IPv6 AND NOT Proto = "ipv6-icmp")");
        row("ip host 192.0.2.1", "bpf: Addr = 192.0.2.1");
        row("ether host 00:11:22:33:44:55", "bpf: MAC = 00:11:22:33:44:55");
        row("ether proto 0x86dd", "bpf: EType = IPv6");
        row("vlan 100 and tcp", R"(bpf: Vlan = 100 AND Proto = "tcp")");
        row("mpls 16", "bpf: MPLSLabels = 16");
        row("tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn",
            R"(bpf: Proto = "tcp" AND TCPFlags HAS "S" AND NOT TCPFlags HAS "A")");
        row("tcp[tcpflags] & (tcp-rst|tcp-fin) != 0", R"(bpf: Proto = "tcp" AND (TCPFlags HAS "F" OR TCPFlags HAS "R"))");
        row("tcp[13] == 2", R"(bpf: Proto = "tcp" AND TCPFlags = "S")");
        row("icmp[icmptype] == icmp-echo", R"(bpf: Proto = "icmp" AND ICMPv4Type = 8)");
        row("tcp port 80 or udp port 53 and host 1.2.3.4",
            R"(bpf: (Proto = "tcp" AND Port = 80 OR Proto = "udp" AND Port = 53) AND Addr = 1.2.3.4)");
        row("port 80 or port 53 and host 1.2.3.4",
            "bpf+nfdump ✗ [?] AND and OR without parentheses mean different things in different tools; add parentheses");
        row("port 80 or (port 53 and host 1.2.3.4)", "bpf+nfdump: Port = 80 OR Port = 53 AND Addr = 1.2.3.4");
        row("host www.example.org", "bpf ✗ [www.example.org] expected an address, got www.example.org; names are not looked up");
        row("tcp and greater 1000", "bpf ✗ [greater] flows have no counterpart of greater");
        row("arp", "bpf ✗ [arp] flows have no counterpart of arp");
        row("ip[8] == 1", "bpf ✗ [ip[8]] flows have no counterpart of ip[8]");
        row("port 70000", "bpf ✗ [70000] expected a number from 0 to 65535, got 70000");
        row("tcp host 1.2.3.4", "bpf ✗ [1.2.3.4] tcp does not go with 1.2.3.4");
        // nfdump
        row("proto tcp and (port 53 or net 10.0.0.0/8)", R"(nfdump: Proto = "tcp" AND (Port = 53 OR Addr << 10.0.0.0/8))");
        row("src as 65000", "nfdump: SrcAS = 65000");
        row("as in [65000, 65001] and in if 3", "nfdump: AS IN (65000, 65001) AND InIfIndex = 3");
        row("if 3", "nfdump: InIfIndex = 3 OR OutIfIndex = 3");
        row("src net 10/8", "bpf+nfdump: SrcAddr << 10.0.0.0/8");
        row("net 10.0.0.0 255.0.0.0", "nfdump: Addr << 10.0.0.0/8");
        row("port in [80 443]", "nfdump: Port IN (80, 443)");
        row("SRC IP IN [192.0.2.1 10/8]", "nfdump: SrcAddr IN (192.0.2.1, 10.0.0.0/8)");
        row("src port > 1023 and dst port le 80", "nfdump: SrcPort > 1023 AND DstPort <= 80");
        row("ipv4 and not inet6", "nfdump: EType = IPv4 AND NOT EType = IPv6");
        row("proto icmp6", R"(nfdump: Proto = "ipv6-icmp")");
        row("flags SA", R"(nfdump: TCPFlags HAS "SA")");
        row("flags S and not flags AFRPU",
            R"(nfdump: TCPFlags HAS "S" AND NOT (TCPFlags HAS "F" OR TCPFlags HAS "R" OR TCPFlags HAS "P" OR TCPFlags HAS "A" OR TCPFlags HAS "U"))");
        row("not not flags SA", R"(nfdump: TCPFlags HAS "SA")");
        row("flags 18", "nfdump: TCPFlags = 18");
        row("bytes > 1k and proto udp", R"(nfdump: Bytes > 1000 AND Proto = "udp")");
        row("packets 10 and proto udp", R"(nfdump: Packets = 10 AND Proto = "udp")");
        row("bpp > 1000 or bytes >= 2m", "nfdump: PacketSize > 1000 OR Bytes >= 2000000");
        row("router ip 192.0.2.1 and next ip 192.0.2.2", "nfdump: ExporterAddress = 192.0.2.1 AND NextHop = 192.0.2.2");
        row("dst mask 24", "nfdump: DstNetMask = 24");
        row("in src mac 00:11:22:33:44:55", "nfdump: SrcMAC = 00:11:22:33:44:55");
        row("mpls label1 16", "nfdump: MPLS1stLabel = 16");
        row("icmp-type 8", R"(nfdump: Proto = "icmp" AND ICMPv4Type = 8 OR Proto = "ipv6-icmp" AND ICMPv6Type = 8)");
        row("dst geo FR", R"(nfdump: DstCountry = "FR")");
        row("src port 80 or src port 81 and proto tcp # web", R"(nfdump: SrcPort = 80 OR SrcPort = 81 AND Proto = "tcp")");
        row("pps > 100", "nfdump ✗ [pps] flows have no counterpart of pps");
        row("proto tcp and duration > 10", "nfdump ✗ [duration] flows have no counterpart of duration");
        // Wireshark
        row("ip.addr == 1.2.3.4 && tcp.port in {80,443}", R"(wireshark: Addr = 1.2.3.4 AND Proto = "tcp" AND Port IN (80, 443))");
        row("ip.src == 10.0.0.0/8", "wireshark: SrcAddr << 10.0.0.0/8");
        row("ipv6.dst == 2001:db8::1", "wireshark: DstAddr = 2001:db8::1");
        row("udp.dstport >= 1024", R"(wireshark: Proto = "udp" AND DstPort >= 1024)");
        row("tcp.flags.syn == 1 && tcp.flags.ack == 0", R"(wireshark: Proto = "tcp" AND TCPFlags HAS "S" AND NOT TCPFlags HAS "A")");
        row("!(ip.addr == 1.2.3.4)", "wireshark: NOT Addr = 1.2.3.4");
        row("ip.addr != 1.2.3.4", "wireshark: EType = IPv4 AND NOT Addr = 1.2.3.4");
        row("tcp.port != 80", R"(wireshark: Proto = "tcp" AND NOT Port = 80)");
        row("tcp.port not in {80, 443}", R"(wireshark: Proto = "tcp" AND NOT Port IN (80, 443))");
        row("tcp.port in {80, 8000..8999}", R"(wireshark: Proto = "tcp" AND (Port = 80 OR Port BETWEEN 8000 AND 8999))");
        row("icmp || icmpv6", R"(wireshark: Proto = "icmp" OR Proto = "ipv6-icmp")");
        row("ip.proto == 47 or ospf", R"(wireshark: EType = IPv4 AND Proto = 47 OR Proto = "ospfigp")");
        row("eth.addr == 00-11-22-33-44-55", "wireshark: MAC = 00:11:22:33:44:55");
        row("vlan.id == 100", "wireshark: Vlan = 100");
        row("vlan.id != 100", "wireshark: Vlan > 0 AND NOT Vlan = 100");
        row("ip.version == 6 and tcp.srcport eq 22", R"(wireshark: EType = IPv6 AND Proto = "tcp" AND SrcPort = 22)");
        row("ip.dsfield.dscp == 46", "wireshark: EType = IPv4 AND IPTos BETWEEN 184 AND 187");
        row("tcp.flags == 0x012", R"(wireshark: Proto = "tcp" AND TCPFlags = 18)");
        row("icmp.type == 8", R"(wireshark: Proto = "icmp" AND ICMPv4Type = 8)");
        row("mpls.label == 16", "wireshark: MPLSLabels = 16");
        row("tls.handshake.extensions_server_name contains \"a_b\"", R"(wireshark: ServerName LIKE "%a\\_b%")");
        row("tcp.port == 80 or tcp.port == 443 and udp",
            R"(wireshark: Proto = "tcp" AND Port = 80 OR Proto = "tcp" AND Port = 443 AND Proto = "udp")");
        row("frame.len > 100", "wireshark ✗ [frame.len] flows have no counterpart of frame.len");
        row("ip.addr == 1.2.3.4 and http.request", "wireshark ✗ [http.request] flows have no counterpart of http.request");
        row("tcp.port ~= 80", "wireshark ✗ [~=] ~= has no counterpart here");
        row("ip.src > 1.2.3.4", "wireshark ✗ [ip.src] ip.src is not compared by order here");
        row("ip.addr == ::1", "wireshark ✗ [::1] expected an IPv4 address, got ::1");
        row("tcp.port == 70000", "wireshark ✗ [70000] expected a number from 0 to 65535, got 70000");
        // None of theirs
        row("", "-");
        row("Port = 80", "-");
        row("bytes > 1k", "-");
        row("SrcAddr = 1.2.3.4 AND Proto = \"tcp\"", "-");
        row("SrcAddr = 1.2", "-");
        row("Port = 80 AND Foo", "-");
        row("hello world", "-");
        row("SrcPort = ", "-");
        row("Proto = 6 AND Proto = ", "-");
        row("Proto = 6 AND Proto = tcp", "-");
        row("Port IN (80, 443) AND MAC = x", "-");
        row("Bytes > 10 AND Packets > ", "-");
        row("Vlan = 10 AND", "-");
        row("NOT (AS = 64500 AND NetMask = )", "-");
        row("Addr = 10.0.0.1 OR Addr << 10.0.0", "-");
        row("Label = 3", "-");
        row("the quick brown fox", "-");
        row("(((", "-");
    }
    void reads()
    {
        QFETCH(QString, expected);
        QCOMPARE(summary(QTest::currentDataTag()), expected);
    }

    /// Deep nesting and long chains end in time and with an answer.
    void hostile()
    {
        const auto repeat = [](const char* what, int times) { return QByteArray(what).repeated(times).toStdString(); };
        QVERIFY(recogniseFilter(repeat("tcp and ", 1600) + "udp", context()));
        QVERIFY(recogniseFilter(repeat("not ", 3000) + "tcp", context()).has_value() == false);
        (void)recogniseFilter(repeat("(", 8000), context());
        (void)recogniseFilter("tcp[13] & " + repeat("(", 8000), context());
        (void)recogniseFilter(repeat("tcp and ", 100000), context());
        std::string ports = "port 1";
        for (int i = 2; i < 1200; ++i)
            ports += " or port " + std::to_string(i);
        QVERIFY(recogniseFilter(ports, context())->filter);
    }

    void writes_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(std::size(kTranslated)); ++i)
            QTest::newRow(kTranslated[i].ours) << i;
    }
    void writes()
    {
        QFETCH(int, index);
        const auto& row = kTranslated[index];
        const auto check = [&](FilterLanguage language, const char* name, const char* expected) {
            const auto text = written(row.ours, language);
            if (QString::fromUtf8(expected) != QStringLiteral("✗")) {
                QCOMPARE(text, QString::fromUtf8(expected));
                return;
            }
            QVERIFY2(text.startsWith(QStringLiteral("✗ %1 cannot say ").arg(QLatin1String(name))), qPrintable(text));
            const auto error = translateFilter(row.ours, language, context()).error();
            QVERIFY(error.span && error.span->end <= std::strlen(row.ours));
        };
        check(FilterLanguage::Bpf, "BPF", row.bpf);
        check(FilterLanguage::Nfdump, "nfdump", row.nfdump);
        check(FilterLanguage::Wireshark, "Wireshark", row.wireshark);
    }

    void namesTheCondition()
    {
        const auto error = translateFilter("Port = 80 AND NOT (SrcAS = 65000 OR Proto = 6)", FilterLanguage::Bpf, context()).error();
        QCOMPARE(error.message(), "BPF cannot say SrcAS = 65000");
        QCOMPARE(*error.span, (SourceSpan {19, 32}));
    }

    void libpcapTakesThem()
    {
        for (const auto& row : kTranslated) {
            if (std::string_view(row.bpf) != "✗")
                QCOMPARE(QString::fromStdString(pcapError(row.bpf)), QString());
        }
    }

    void programsTakeThem()
    {
        QTemporaryDir folder;
        const auto capture = folder.filePath(QStringLiteral("tiny.pcap"));
        auto* dumper = pcap_dump_open(pcap_open_dead(DLT_EN10MB, 65535), capture.toUtf8().constData());
        QVERIFY(dumper != nullptr);
        pcap_dump_close(dumper);
        // One run of tshark for all of them: it starts slowly.
        QString all;
        for (const auto& row : kTranslated) {
            const auto bpf = QString::fromUtf8(row.bpf);
            const auto nfdump = QString::fromUtf8(row.nfdump);
            const auto wireshark = QString::fromUtf8(row.wireshark);
            if (bpf != QStringLiteral("✗"))
                QCOMPARE(refusal(QStringLiteral("tcpdump"), {QStringLiteral("-y"), QStringLiteral("EN10MB"), QStringLiteral("-d"), bpf}), QString());
            if (nfdump != QStringLiteral("✗"))
                QCOMPARE(refusal(QStringLiteral("nfdump"), {QStringLiteral("-Z"), nfdump}), QString());
            if (wireshark != QStringLiteral("✗") && !wireshark.isEmpty())
                all += (all.isEmpty() ? QString() : QStringLiteral(" || ")) + QStringLiteral("(%1)").arg(wireshark);
        }
        QCOMPARE(refusal(QStringLiteral("tshark"), {QStringLiteral("-r"), capture, QStringLiteral("-Y"), all}), QString());
    }

    /// What is written for another tool and read again selects the same flows, as far as ports are those of TCP, UDP and SCTP.
    void thereAndBack()
    {
        for (const auto& row : kTranslated) {
            const auto mine = bindFilter(row.ours, context());
            QVERIFY(mine);
            for (const char* text : {row.bpf, row.nfdump}) {
                const auto back = recogniseFilter(text, context());
                const bool octets = text == row.bpf && std::string_view(text).find('[') != std::string_view::npos;
                // Our flows' EType is as random as their addresses.
                const bool family = std::string_view(row.ours).find("/0") != std::string_view::npos;
                if (!back || octets || family || std::string_view(text) == "any" || std::string_view(row.ours).find("ICMP") == 0)
                    continue;
                QVERIFY2(back->filter, text);
                const auto again = bindFilter(*back->filter, context());
                QVERIFY2(again && selected(*again) == selected(*mine), qPrintable(QStringLiteral("%1 → %2").arg(text, QString::fromStdString(*back->filter))));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestTranslate)
#include "test_translate.moc"
