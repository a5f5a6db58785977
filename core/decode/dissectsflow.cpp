// SPDX-License-Identifier: GPL-3.0-or-later
// sFlow version 5 as a tree (sflow.org, sflow_version_5.txt and the structures registered there).
#include <algorithm>

#include "core/decode/dissecttree.h"
#include "core/decode/packet.h"

namespace rivereto::core {

namespace {

struct Format {
    uint32_t number;
    std::string_view name;
};
constexpr Format kSamples[] = {{1, "Flow sample"}, {2, "Counter sample"}, {3, "Expanded flow sample"}, {4, "Expanded counter sample"}, {5, "Discarded packet"}};
constexpr Format kFlowRecords[] = {{1, "Raw packet header"},   {2, "Ethernet frame"},     {3, "Packet IPv4"},      {4, "Packet IPv6"},         {1001, "Extended switch"}, {1002, "Extended router"},
                                   {1003, "Extended gateway"}, {1004, "Extended user"},   {1005, "Extended URL"},  {1006, "Extended MPLS"},    {1007, "Extended NAT"},    {1008, "Extended MPLS tunnel"},
                                   {1009, "Extended MPLS VC"}, {1012, "Extended VLAN tunnel"}, {1020, "Extended NAT port"}, {1036, "Extended egress queue"}, {1037, "Extended ACL"}, {1038, "Extended function"}};
constexpr Format kCounterRecords[] = {{1, "Generic interface counters"}, {2, "Ethernet interface counters"}, {3, "Token ring counters"}, {4, "100 BaseVG counters"}, {5, "VLAN counters"}, {1001, "Processor"}};

template <size_t N>
std::string formatName(const Format (&table)[N], uint32_t format, std::string_view what)
{
    const auto found = std::ranges::find(table, format, &Format::number);
    if (found != std::end(table))
        return std::string(found->name);
    // Upper 20 bits: enterprise.
    return format >> 12 == 0 ? fmt::format("{} {}", what, format) : fmt::format("{} {}:{}", what, format >> 12, format & 0xfff);
}

/// An address with its kind before it.
void address(TreeWriter& in, std::string_view name)
{
    const auto kind = in.field({"address type", 4});
    if (in.ok() && (kind == 1 || kind == 2))
        in.field({name, static_cast<uint8_t>(kind == 1 ? 4 : 16), Show::Address});
}

/// XDR opaque: octets and padding to four.
void opaque(TreeWriter& in, std::string_view name, uint32_t length)
{
    const uint32_t padded = length + (4 - length % 4) % 4;
    if (!in.ok())
        return;
    if (length > in.left()) {
        in.finish("rest", "The datagram ends within this.");
        return;
    }
    if (length > 0) {
        auto& node = in.node(DissectKind::Field, name, length);
        node.value = formatElement(findElement(0, element::kIfName), in.payload().subspan(node.offset, length)).value;
    }
    if (padded > length && in.left() > 0)
        in.node(DissectKind::Rest, "padding", std::min(padded - length, in.left()));
}

void string(TreeWriter& in, std::string_view name) { opaque(in, name, static_cast<uint32_t>(in.field({"length", 4}))); }

/// A counted list of words.
void words(TreeWriter& in, std::string_view count, std::string_view each)
{
    const auto n = in.field({count, 4});
    for (uint64_t i = 0; i < n && in.ok(); ++i)
        in.field({each, 4});
}

std::optional<PacketStart> startOf(uint64_t protocol)
{
    switch (protocol) {
    case 1: return PacketStart::Ethernet;
    case 11:
    case 12: return PacketStart::Ip;
    case 13: return PacketStart::Mpls;
    default: return std::nullopt;
    }
}

void rawHeader(TreeWriter& in)
{
    const auto protocol = in.field({"header protocol", 4});
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
    address(in, "next hop");
    in.fields({{"AS", 4}, {"source AS", 4}, {"source peer AS", 4}});
    const auto segments = in.field({"path segments", 4});
    for (uint64_t i = 0; i < segments && in.ok(); ++i) {
        in.field({"segment type", 4});
        words(in, "segment length", "AS");
    }
    words(in, "communities", "community");
    in.field({"local preference", 4});
}

void ipRecord(TreeWriter& in, uint8_t width)
{
    in.fields({{"length", 4}, {"protocol", 4, Show::Protocol}, {"source", width, Show::Address}, {"destination", width, Show::Address}, {"source port", 4, Show::Port}, {"destination port", 4, Show::Port},
               {"TCP flags", 4, Show::TcpFlags}, {width == 4 ? "type of service" : "priority", 4}});
}

void mplsRecord(TreeWriter& in)
{
    address(in, "next hop");
    words(in, "incoming labels", "label");
    words(in, "outgoing labels", "label");
}

void flowRecord(TreeWriter& in, uint32_t format)
{
    switch (format) {
    case 1: rawHeader(in); break;
    case 2: in.fields({{"length", 4}, {"source", 6, Show::Mac}, {"padding", 2, Show::Hex}, {"destination", 6, Show::Mac}, {"padding", 2, Show::Hex}, {"type", 4, Show::EtherType}}); break;
    case 3: ipRecord(in, 4); break;
    case 4: ipRecord(in, 16); break;
    case 1001: in.fields({{"source VLAN", 4}, {"source priority", 4}, {"destination VLAN", 4}, {"destination priority", 4}}); break;
    case 1002:
        address(in, "next hop");
        in.fields({{"source mask", 4}, {"destination mask", 4}});
        break;
    case 1003: gateway(in); break;
    case 1004:
        in.field({"source character set", 4});
        string(in, "source user");
        in.field({"destination character set", 4});
        string(in, "destination user");
        break;
    case 1006: mplsRecord(in); break;
    case 1007:
        address(in, "source");
        address(in, "destination");
        break;
    case 1020: in.fields({{"source port", 4, Show::Port}, {"destination port", 4, Show::Port}}); break;
    case 1036: in.field({"queue", 4}); break;
    case 1037:
        in.field({"number", 4});
        string(in, "name");
        in.field({"direction", 4});
        break;
    case 1038: string(in, "function"); break;
    default: break;
    }
}

void counterRecord(TreeWriter& in, uint32_t format)
{
    if (format == 1)
        in.fields({{"ifIndex", 4}, {"ifType", 4}, {"ifSpeed", 8}, {"ifDirection", 4}, {"ifStatus", 4}, {"ifInOctets", 8}, {"ifInUcastPkts", 4}, {"ifInMulticastPkts", 4}, {"ifInBroadcastPkts", 4},
                   {"ifInDiscards", 4}, {"ifInErrors", 4}, {"ifInUnknownProtos", 4}, {"ifOutOctets", 8}, {"ifOutUcastPkts", 4}, {"ifOutMulticastPkts", 4}, {"ifOutBroadcastPkts", 4}, {"ifOutDiscards", 4},
                   {"ifOutErrors", 4}, {"ifPromiscuousMode", 4}});
    else if (format == 2)
        in.fields({{"dot3StatsAlignmentErrors", 4}, {"dot3StatsFCSErrors", 4}, {"dot3StatsSingleCollisionFrames", 4}, {"dot3StatsMultipleCollisionFrames", 4}, {"dot3StatsSQETestErrors", 4},
                   {"dot3StatsDeferredTransmissions", 4}, {"dot3StatsLateCollisions", 4}, {"dot3StatsExcessiveCollisions", 4}, {"dot3StatsInternalMacTransmitErrors", 4},
                   {"dot3StatsCarrierSenseErrors", 4}, {"dot3StatsFrameTooLongs", 4}, {"dot3StatsInternalMacReceiveErrors", 4}, {"dot3StatsSymbolErrors", 4}});
    else if (format == 5)
        in.fields({{"vlan", 4}, {"octets", 8}, {"unicast packets", 4}, {"multicast packets", 4}, {"broadcast packets", 4}, {"discards", 4}});
    else if (format == 1001)
        in.fields({{"CPU 5 s", 4}, {"CPU 1 min", 4}, {"CPU 5 min", 4}, {"total memory", 8}, {"free memory", 8}});
}

/// The records of a sample, each {format, length, body}.
void records(TreeWriter& in, bool counters)
{
    const auto count = in.field({"records", 4});
    for (uint64_t i = 0; i < count && in.ok(); ++i) {
        if (in.left() < 8) {
            in.finish("rest", "The sample ends before its last record.");
            return;
        }
        const auto format = load32(in.rest().data());
        const auto length = load32(in.rest().data() + 4);
        const bool cut = length > in.left() - 8;
        auto& node = in.node(DissectKind::SampleRecord, counters ? formatName(kCounterRecords, format, "Counter record") : formatName(kFlowRecords, format, "Flow record"), 8 + std::min(length, in.left() - 8));
        node.id = static_cast<uint16_t>(format);
        if (cut)
            node.note = "The record claims more than the sample holds.";
        TreeWriter inner(node, in.payload(), in.budget());
        inner.fields({{"format", 4}, {"length", 4}});
        counters ? counterRecord(inner, format) : flowRecord(inner, format);
        if (inner.left() > 0)
            inner.finishPadding({});
    }
}

void interfaces(TreeWriter& in, bool expanded)
{
    if (expanded)
        in.fields({{"input format", 4}, {"input interface", 4}, {"output format", 4}, {"output interface", 4}});
    else
        in.fields({{"input interface", 4, Show::Interface}, {"output interface", 4, Show::Interface}});
}

void source(TreeWriter& in, bool expanded)
{
    in.field({"sequence number", 4});
    if (expanded)
        in.fields({{"source type", 4}, {"source index", 4}});
    else
        in.field({"source", 4});
}

void sample(TreeWriter& in, uint32_t format)
{
    in.fields({{"format", 4}, {"length", 4}});
    const bool expanded = format == 3 || format == 4 || format == 5;
    switch (format) {
    case 1:
    case 3:
        source(in, expanded);
        in.fields({{"sampling rate", 4}, {"sample pool", 4}, {"drops", 4}});
        interfaces(in, expanded);
        records(in, false);
        break;
    case 2:
    case 4:
        source(in, expanded);
        records(in, true);
        break;
    case 5:
        source(in, expanded);
        in.fields({{"drops", 4}, {"input interface", 4}, {"output interface", 4}, {"reason", 4}});
        records(in, false);
        break;
    default: break;
    }
    if (in.left() > 0)
        in.finishPadding(format >= 1 && format <= 5 ? "There is more here than the sample's records." : "This kind of sample is not known.");
}

} // namespace

void dissectSflow(TreeWriter& in)
{
    in.field({"version", 4});
    address(in, "agent");
    in.fields({{"sub-agent", 4}, {"sequence number", 4}, {"uptime", 4, Show::Uptime}});
    const auto count = in.field({"samples", 4});
    for (uint64_t i = 0; i < count && in.ok(); ++i) {
        if (in.left() < 8) {
            in.finish("rest", "The datagram ends before its last sample.");
            return;
        }
        const auto format = load32(in.rest().data());
        const auto length = load32(in.rest().data() + 4);
        const bool cut = length > in.left() - 8;
        auto& node = in.node(DissectKind::Sample, formatName(kSamples, format, "Sample"), 8 + std::min(length, in.left() - 8));
        node.id = static_cast<uint16_t>(format);
        if (cut)
            node.note = "The sample claims more than the datagram holds.";
        TreeWriter inner(node, in.payload(), in.budget());
        sample(inner, format);
        if (in.budget() == 0)
            in.finishShort();
    }
    if (in.left() > 0)
        in.finishPadding("There is more here than the samples that the header counts.");
}

} // namespace rivereto::core
