// SPDX-License-Identifier: GPL-3.0-or-later
// The records within sFlow v5 samples (sflow.org: sFlow version 5 and the structures published after it).
#include <algorithm>

#include "core/decode/dissectsflow.h"
#include "core/decode/packet.h"

namespace rivereto::core {

namespace {

constexpr std::string_view kAddressTypes[] = {"unknown", "IPv4", "IPv6"};
constexpr std::string_view kHeaderProtocols[] = {"", "Ethernet", "token bus", "token ring", "FDDI", "frame relay", "X.25", "PPP",
    "SMDS", "AAL5", "AAL5 IP", "IPv4", "IPv6", "MPLS", "POS", "802.11 MAC"};
constexpr std::string_view kSegments[] = {"", "set", "sequence"};
constexpr std::string_view kDuplex[] = {"unknown", "full duplex", "half duplex", "in", "out"};
constexpr std::string_view kStatus[]
    = {"down by administration, down", "up by administration, down", "down by administration, up", "up"};
constexpr std::string_view kDirections[] = {"unknown", "ingress", "egress"};
constexpr std::string_view kUrlDirections[] = {"", "source is the server", "destination is the server"};
constexpr std::string_view kMachines[]
    = {"unknown", "other", "x86", "x86_64", "ia64", "sparc", "alpha", "powerpc", "m68k", "mips", "arm", "hppa", "s390"};
constexpr std::string_view kSystems[] = {"unknown", "other", "Linux", "Windows", "Darwin", "HP-UX", "AIX", "DragonFly", "FreeBSD",
    "NetBSD", "OpenBSD", "OSF", "Solaris", "Java VM"};

/// Records that are fields in a row.
struct Structure {
    uint32_t format;
    std::string_view name;
    std::span<const HeaderField> fields;
};

constexpr HeaderField kEthernetFrame[] = {{"length", 4}, {"source", 6, Show::Mac}, {"padding", 2, Show::Hex},
    {"destination", 6, Show::Mac}, {"padding", 2, Show::Hex}, {"type", 4, Show::EtherType}};
constexpr HeaderField kPacketIpv4[] = {{"length", 4}, {"protocol", 4, Show::Protocol}, {"source", 4, Show::Address},
    {"destination", 4, Show::Address}, {"source port", 4, Show::Port}, {"destination port", 4, Show::Port},
    {"TCP flags", 4, Show::TcpFlags}, {"type of service", 4}};
constexpr HeaderField kPacketIpv6[]
    = {{"length", 4}, {"protocol", 4, Show::Protocol}, {"source", 16, Show::Address}, {"destination", 16, Show::Address},
        {"source port", 4, Show::Port}, {"destination port", 4, Show::Port}, {"TCP flags", 4, Show::TcpFlags}, {"priority", 4}};
constexpr HeaderField kSwitch[]
    = {{"source VLAN", 4}, {"source priority", 4}, {"destination VLAN", 4}, {"destination priority", 4}};
constexpr HeaderField kNatPort[] = {{"source port", 4, Show::Port}, {"destination port", 4, Show::Port}};
constexpr HeaderField kInnerOffset[] = {{"inner header offset", 4}};
constexpr HeaderField kVni[] = {{"VNI", 4}};
constexpr HeaderField kQueue[] = {{"queue", 4}};
constexpr HeaderField kTransit[] = {{"delay, nanoseconds", 4}};
constexpr HeaderField kDepth[] = {{"depth", 4}};
constexpr HeaderField kSocket4[] = {{"protocol", 4, Show::Protocol}, {"local", 4, Show::Address}, {"remote", 4, Show::Address},
    {"local port", 4, Show::Port}, {"remote port", 4, Show::Port}};
constexpr HeaderField kSocket6[] = {{"protocol", 4, Show::Protocol}, {"local", 16, Show::Address}, {"remote", 16, Show::Address},
    {"local port", 4, Show::Port}, {"remote port", 4, Show::Port}};
constexpr Structure kFlowStructures[] = {{2, "Ethernet frame", kEthernetFrame}, {3, "Packet IPv4", kPacketIpv4},
    {4, "Packet IPv6", kPacketIpv6}, {1001, "Extended switch", kSwitch}, {1020, "Extended NAT port", kNatPort},
    {1021, "Extended L2 tunnel egress", kEthernetFrame}, {1022, "Extended L2 tunnel ingress", kEthernetFrame},
    {1023, "Extended IPv4 tunnel egress", kPacketIpv4}, {1024, "Extended IPv4 tunnel ingress", kPacketIpv4},
    {1025, "Extended IPv6 tunnel egress", kPacketIpv6}, {1026, "Extended IPv6 tunnel ingress", kPacketIpv6},
    {1027, "Extended decapsulate egress", kInnerOffset}, {1028, "Extended decapsulate ingress", kInnerOffset},
    {1029, "Extended VNI egress", kVni}, {1030, "Extended VNI ingress", kVni}, {1036, "Extended egress queue", kQueue},
    {1039, "Extended transit delay", kTransit}, {1040, "Extended queue depth", kDepth}, {2100, "Extended socket IPv4", kSocket4},
    {2101, "Extended socket IPv6", kSocket6}, {2102, "Extended proxy socket IPv4", kSocket4},
    {2103, "Extended proxy socket IPv6", kSocket6}};

constexpr HeaderField kGeneric[] = {{"ifIndex", 4}, {"ifType", 4}, {"ifSpeed", 8}, {"ifDirection", 4, Show::Number, kDuplex},
    {"ifStatus", 4, Show::Number, kStatus}, {"ifInOctets", 8}, {"ifInUcastPkts", 4}, {"ifInMulticastPkts", 4},
    {"ifInBroadcastPkts", 4}, {"ifInDiscards", 4}, {"ifInErrors", 4}, {"ifInUnknownProtos", 4}, {"ifOutOctets", 8},
    {"ifOutUcastPkts", 4}, {"ifOutMulticastPkts", 4}, {"ifOutBroadcastPkts", 4}, {"ifOutDiscards", 4}, {"ifOutErrors", 4},
    {"ifPromiscuousMode", 4}};
constexpr HeaderField kDot3[] = {{"dot3StatsAlignmentErrors", 4}, {"dot3StatsFCSErrors", 4},
    {"dot3StatsSingleCollisionFrames", 4}, {"dot3StatsMultipleCollisionFrames", 4}, {"dot3StatsSQETestErrors", 4},
    {"dot3StatsDeferredTransmissions", 4}, {"dot3StatsLateCollisions", 4}, {"dot3StatsExcessiveCollisions", 4},
    {"dot3StatsInternalMacTransmitErrors", 4}, {"dot3StatsCarrierSenseErrors", 4}, {"dot3StatsFrameTooLongs", 4},
    {"dot3StatsInternalMacReceiveErrors", 4}, {"dot3StatsSymbolErrors", 4}};
constexpr HeaderField kTokenRing[]
    = {{"dot5StatsLineErrors", 4}, {"dot5StatsBurstErrors", 4}, {"dot5StatsACErrors", 4}, {"dot5StatsAbortTransErrors", 4},
        {"dot5StatsInternalErrors", 4}, {"dot5StatsLostFrameErrors", 4}, {"dot5StatsReceiveCongestions", 4},
        {"dot5StatsFrameCopiedErrors", 4}, {"dot5StatsTokenErrors", 4}, {"dot5StatsSoftErrors", 4}, {"dot5StatsHardErrors", 4},
        {"dot5StatsSignalLoss", 4}, {"dot5StatsTransmitBeacons", 4}, {"dot5StatsRecoverys", 4}, {"dot5StatsLobeWires", 4},
        {"dot5StatsRemoves", 4}, {"dot5StatsSingles", 4}, {"dot5StatsFreqErrors", 4}};
constexpr HeaderField kVlanCounters[]
    = {{"vlan", 4}, {"octets", 8}, {"unicast packets", 4}, {"multicast packets", 4}, {"broadcast packets", 4}, {"discards", 4}};
constexpr HeaderField kLag[] = {{"actor system", 6, Show::Mac}, {"padding", 2, Show::Hex}, {"partner system", 6, Show::Mac},
    {"padding", 2, Show::Hex}, {"attached aggregate", 4}, {"port states", 4, Show::Hex}, {"LACPDUs received", 4},
    {"marker PDUs received", 4}, {"marker responses received", 4}, {"unknown received", 4}, {"illegal received", 4},
    {"LACPDUs sent", 4}, {"marker PDUs sent", 4}, {"marker responses sent", 4}};
constexpr HeaderField kProcessor[] = {{"CPU 5 s", 4, Show::Percent}, {"CPU 1 min", 4, Show::Percent},
    {"CPU 5 min", 4, Show::Percent}, {"total memory", 8}, {"free memory", 8}};
constexpr HeaderField kOpenFlow[] = {{"datapath", 8, Show::Hex}, {"port", 4}};
constexpr HeaderField kHostParent[] = {{"container type", 4}, {"container index", 4}};
constexpr HeaderField kHostCpu[] = {{"load 1 min", 4, Show::Float}, {"load 5 min", 4, Show::Float},
    {"load 15 min", 4, Show::Float}, {"running processes", 4}, {"processes", 4}, {"CPUs", 4}, {"CPU speed, MHz", 4},
    {"uptime, seconds", 4}, {"user, ms", 4}, {"nice, ms", 4}, {"system, ms", 4}, {"idle, ms", 4}, {"waiting for I/O, ms", 4},
    {"interrupts, ms", 4}, {"soft interrupts, ms", 4}, {"interrupts", 4}, {"context switches", 4}};
constexpr HeaderField kHostMemory[] = {{"total", 8}, {"free", 8}, {"shared", 8}, {"buffers", 8}, {"cached", 8}, {"swap total", 8},
    {"swap free", 8}, {"pages in", 4}, {"pages out", 4}, {"swapped in", 4}, {"swapped out", 4}};
constexpr HeaderField kHostDisk[] = {{"total", 8}, {"free", 8}, {"fullest partition", 4, Show::Percent}, {"reads", 4},
    {"octets read", 8}, {"read time, ms", 4}, {"writes", 4}, {"octets written", 8}, {"write time, ms", 4}};
constexpr HeaderField kHostNet[] = {{"octets in", 8}, {"packets in", 4}, {"errors in", 4}, {"drops in", 4}, {"octets out", 8},
    {"packets out", 4}, {"errors out", 4}, {"drops out", 4}};
constexpr Structure kCounterStructures[] = {{1, "Generic interface counters", kGeneric},
    {2, "Ethernet interface counters", kDot3}, {3, "Token ring counters", kTokenRing}, {5, "VLAN counters", kVlanCounters},
    {7, "LAG port counters", kLag}, {1001, "Processor", kProcessor}, {1004, "OpenFlow port", kOpenFlow},
    {2002, "Host parent", kHostParent}, {2003, "Host CPU", kHostCpu}, {2004, "Host memory", kHostMemory},
    {2005, "Host disk", kHostDisk}, {2006, "Host network", kHostNet}};

/// Records whose length is in them, and such of which only the name is known.
struct Name {
    uint32_t format;
    std::string_view name;
};
constexpr Name kFlowNames[] = {{1, "Raw packet header"}, {1002, "Extended router"}, {1003, "Extended gateway"},
    {1004, "Extended user"}, {1005, "Extended URL"}, {1006, "Extended MPLS"}, {1007, "Extended NAT"},
    {1008, "Extended MPLS tunnel"}, {1009, "Extended MPLS VC"}, {1010, "Extended MPLS FTN"}, {1011, "Extended MPLS LDP FEC"},
    {1012, "Extended VLAN tunnel"}, {1013, "Extended 802.11 payload"}, {1014, "Extended 802.11 receive"},
    {1015, "Extended 802.11 transmit"}, {1016, "Extended 802.11 aggregation"}, {1031, "Extended InfiniBand LRH"},
    {1032, "Extended InfiniBand GRH"}, {1033, "Extended InfiniBand BTH"}, {1037, "Extended ACL"}, {1038, "Extended function"},
    {1041, "Extended hardware trap"}, {1042, "Extended Linux drop reason"}, {2201, "HTTP request"}, {2206, "HTTP request"},
    {2207, "Extended HTTP proxy request"}};
constexpr Name kCounterNames[] = {{4, "100 BaseVG counters"}, {6, "802.11 counters"}, {8, "Slow path counts"},
    {9, "InfiniBand counters"}, {10, "Optical SFP"}, {1002, "802.11 radio utilisation"}, {1003, "Queue length"},
    {1005, "Port name"}, {2000, "Host description"}, {2001, "Host adapters"}, {2007, "MIB-2 IP"}, {2008, "MIB-2 ICMP"},
    {2009, "MIB-2 TCP"}, {2010, "MIB-2 UDP"}, {2100, "Virtual node"}, {2101, "Virtual CPU"}, {2102, "Virtual memory"},
    {2103, "Virtual disk"}, {2104, "Virtual network"}};

template <size_t N> const Structure* structure(const Structure (&table)[N], uint32_t format)
{
    const auto found = std::ranges::find(table, format, &Structure::format);
    return found == std::end(table) ? nullptr : &*found;
}

template <size_t N> std::string_view nameOf(const Name (&table)[N], uint32_t format)
{
    const auto found = std::ranges::find(table, format, &Name::format);
    return found == std::end(table) ? std::string_view() : found->name;
}

void all(TreeWriter& in, std::span<const HeaderField> fields)
{
    for (const auto& field : fields)
        in.field(field);
}

/// XDR opaque: octets and padding to four.
void opaque(TreeWriter& in, std::string_view name, uint64_t length)
{
    if (!in.ok())
        return;
    if (length > in.left()) {
        in.finish("rest", "The datagram ends within this.");
        return;
    }
    const auto here = static_cast<uint32_t>(length);
    const uint32_t padding = (4 - here % 4) % 4;
    if (here > 0) {
        auto& node = in.node(DissectKind::Field, name, here);
        node.value = formatElement(findElement(0, element::kIfName), in.payload().subspan(node.offset, node.length)).value;
    }
    if (padding > 0 && in.left() > 0)
        in.node(DissectKind::Rest, "padding", padding);
}

void string(TreeWriter& in, std::string_view name)
{
    opaque(in, name, in.field({"length", 4}));
}

/// A counted list of words.
void words(TreeWriter& in, std::string_view count, std::string_view each, Show show = Show::Number)
{
    const auto n = in.field({count, 4});
    for (uint64_t i = 0; i < n && in.ok(); ++i)
        in.field({each, 4, show});
}

/// What is an MPLS label stack entry.
void labels(TreeWriter& in, std::string_view count)
{
    const auto n = in.field({count, 4});
    for (uint64_t i = 0; i < n && in.ok(); ++i) {
        const auto entry = in.field({"label stack entry", 4, Show::Hex});
        if (in.ok())
            in.parent().children.back().meaning = fmt::format("label {}", entry >> 12);
    }
}

std::optional<PacketStart> startOf(uint64_t protocol)
{
    switch (protocol) {
    case 1:
        return PacketStart::Ethernet;
    case 7:
        return PacketStart::Ppp;
    case 11:
    case 12:
        return PacketStart::Ip;
    case 13:
        return PacketStart::Mpls;
    default:
        return std::nullopt;
    }
}

void rawHeader(TreeWriter& in)
{
    const auto protocol = in.field({"header protocol", 4, Show::Number, kHeaderProtocols});
    in.fields({{"frame length", 4}, {"stripped", 4}});
    const auto length = static_cast<uint32_t>(std::min<uint64_t>(in.field({"header length", 4}), in.left()));
    if (!in.ok() || length == 0)
        return;
    auto& packet = in.node(DissectKind::Group, "packet", length);
    TreeWriter inner(packet, in.payload(), in.budget());
    if (const auto start = startOf(protocol))
        dissectPacket(inner, *start);
    else
        packet.value = formatOctets(inner.rest());
}

void gateway(TreeWriter& in)
{
    sflowAddress(in, "next hop");
    in.fields({{"AS", 4}, {"source AS", 4}, {"source peer AS", 4}});
    const auto segments = in.field({"path segments", 4});
    for (uint64_t i = 0; i < segments && in.ok(); ++i) {
        in.field({"segment type", 4, Show::Number, kSegments});
        words(in, "segment length", "AS");
    }
    words(in, "communities", "community", Show::Community);
    in.field({"local preference", 4});
}

void userRecord(TreeWriter& in)
{
    in.field({"source character set", 4});
    string(in, "source user");
    in.field({"destination character set", 4});
    string(in, "destination user");
}

/// False when only the name is known.
bool variableFlowRecord(TreeWriter& in, uint32_t format)
{
    switch (format) {
    case 1:
        rawHeader(in);
        break;
    case 1002:
        sflowAddress(in, "next hop");
        in.fields({{"source mask", 4}, {"destination mask", 4}});
        break;
    case 1003:
        gateway(in);
        break;
    case 1004:
        userRecord(in);
        break;
    case 1005:
        in.field({"direction", 4, Show::Number, kUrlDirections});
        string(in, "URL");
        string(in, "host");
        break;
    case 1006:
        sflowAddress(in, "next hop");
        labels(in, "incoming labels");
        labels(in, "outgoing labels");
        break;
    case 1007:
        sflowAddress(in, "source");
        sflowAddress(in, "destination");
        break;
    case 1008:
        string(in, "tunnel name");
        in.fields({{"tunnel", 4}, {"class of service", 4}});
        break;
    case 1009:
        string(in, "instance name");
        in.fields({{"VC", 4}, {"class of service", 4}});
        break;
    case 1010:
        string(in, "FTN description");
        in.field({"mask", 4});
        break;
    case 1011:
        in.field({"prefix length", 4});
        break;
    case 1012:
        words(in, "tags", "tag", Show::Hex);
        break;
    case 1037:
        in.field({"number", 4});
        string(in, "name");
        in.field({"direction", 4, Show::Number, kDirections});
        break;
    case 1038:
        string(in, "function");
        break;
    case 1041:
        string(in, "group");
        string(in, "trap");
        break;
    case 1042:
        string(in, "reason");
        break;
    default:
        return false;
    }
    return true;
}

bool variableCounterRecord(TreeWriter& in, uint32_t format)
{
    switch (format) {
    case 1005:
        string(in, "name");
        break;
    case 2000:
        string(in, "host name");
        opaque(in, "UUID", 16);
        in.fields({{"machine type", 4, Show::Number, kMachines}, {"operating system", 4, Show::Number, kSystems}});
        string(in, "release");
        break;
    case 2001: {
        const auto count = in.field({"adapters", 4});
        for (uint64_t i = 0; i < count && in.ok(); ++i) {
            in.field({"ifIndex", 4});
            const auto addresses = in.field({"addresses", 4});
            for (uint64_t j = 0; j < addresses && in.ok(); ++j)
                in.fields({{"address", 6, Show::Mac}, {"padding", 2, Show::Hex}});
        }
        break;
    }
    default:
        return false;
    }
    return true;
}

std::string formatNumber(uint32_t format, std::string_view what)
{
    // Upper 20 bits: enterprise.
    return format >> 12 == 0 ? fmt::format("{} {}", what, format) : fmt::format("{} {}:{}", what, format >> 12, format & 0xfff);
}

} // namespace

void sflowAddress(TreeWriter& in, std::string_view name)
{
    const auto kind = in.field({"address type", 4, Show::Number, kAddressTypes});
    if (in.ok() && (kind == 1 || kind == 2))
        in.field({name, static_cast<uint8_t>(kind == 1 ? 4 : 16), Show::Address});
}

std::string sflowRecordName(uint32_t format, bool counters)
{
    if (const auto* known = counters ? structure(kCounterStructures, format) : structure(kFlowStructures, format))
        return std::string(known->name);
    const auto name = counters ? nameOf(kCounterNames, format) : nameOf(kFlowNames, format);
    return name.empty() ? formatNumber(format, counters ? "Counter record" : "Flow record") : std::string(name);
}

void sflowRecord(TreeWriter& in, uint32_t format, bool counters)
{
    bool known = true;
    if (const auto* fields = counters ? structure(kCounterStructures, format) : structure(kFlowStructures, format))
        all(in, fields->fields);
    else
        known = counters ? variableCounterRecord(in, format) : variableFlowRecord(in, format);
    if (in.left() == 0)
        return;
    if (known)
        in.finishPadding({});
    else
        in.finish("contents", {});
}

} // namespace rivereto::core
