// SPDX-License-Identifier: GPL-3.0-or-later
// The headers of a packet inside a datagram, layer by layer, into tunnels as far as they show themselves.
#include <algorithm>

#include "core/decode/dissecttree.h"
#include "core/decode/packet.h"
#include "core/decode/tunnels.h"
#include "core/text/names.h"

namespace rivereto::core {

namespace {

constexpr uint16_t kIpv4 = 0x0800, kArp = 0x0806, kBridged = 0x6558, kVlan = 0x8100, kProviderVlan = 0x88a8, kIpv6 = 0x86dd,
                   kMpls = 0x8847, kMplsMulticast = 0x8848, kPppoe = 0x8864;
constexpr uint16_t kFirstEtherType = 0x0600; ///< below it is a length (802.3)
constexpr uint16_t kGenevePort = 6081;
constexpr uint8_t kHopByHop = 0, kIcmp = 1, kIpInIp = 4, kIp6InIp = 41, kRouting = 43, kFragment = 44, kGre = 47, kEsp = 50,
                  kAuthentication = 51, kIcmp6 = 58, kOptions = 60, kSctp = 132, kMobility = 135, kEthernetInIp = 143;
constexpr int kMaxLayers = 24; ///< tags and labels included

/// One packet, from the outside in.
class PacketTree {
public:
    explicit PacketTree(TreeWriter& in)
        : m_in(in)
    {
    }

    void run(PacketStart start)
    {
        switch (start) {
        case PacketStart::Ethernet:
            ethernet();
            break;
        case PacketStart::Ip:
            ip();
            break;
        case PacketStart::Mpls:
            mpls();
            break;
        case PacketStart::Ppp:
            ppp();
            break;
        }
        m_in.finish("payload", {});
    }

private:
    /// A header of fixed fields, and options up to its length; false when it is cut off.
    bool layer(std::string_view name, uint32_t length, std::initializer_list<HeaderField> fields)
    {
        if (m_in.left() == 0 || ++m_layers > kMaxLayers)
            return false;
        const bool whole = m_in.left() >= length;
        auto& node = m_in.node(DissectKind::Layer, name, length);
        TreeWriter inner(node, m_in.payload(), m_in.budget());
        inner.fields(fields);
        inner.finish("options", {});
        if (!whole)
            markCut(node);
        return whole && m_in.budget() > 0;
    }

    /// That is what a sample is.
    static void markCut(DissectNode& node)
    {
        for (auto* noted : {&node, node.children.empty() ? &node : &node.children.back()}) {
            if (noted->note.empty() || noted->remark)
                continue;
            noted->note = "Of the packet no more was sampled.";
            noted->remark = true;
        }
    }

    [[nodiscard]] uint8_t byteAt(uint32_t offset) const { return offset < m_in.left() ? m_in.rest()[offset] : 0; }
    [[nodiscard]] uint16_t wordAt(uint32_t offset) const
    {
        return static_cast<uint16_t>(byteAt(offset) << 8 | byteAt(offset + 1));
    }
    /// A field of the layer that came last.
    DissectNode& field(size_t number) { return m_in.parent().children.back().children[number]; }

    void ethernet()
    {
        const uint16_t type = wordAt(12);
        const bool length = type < kFirstEtherType;
        if (!layer("Ethernet", 14,
                {{"destination", 6, Show::Mac}, {"source", 6, Show::Mac},
                    {length ? "length" : "type", 2, length ? Show::Number : Show::EtherType}}))
            return;
        if (length)
            llc();
        else
            etherType(type);
    }

    void llc()
    {
        const bool snap = wordAt(0) == 0xaaaa && wordAt(2) == 0x0300 && byteAt(4) == 0;
        const uint16_t type = wordAt(6);
        if (!snap)
            layer("LLC", 3, {{"destination SAP", 1, Show::Hex}, {"source SAP", 1, Show::Hex}, {"control", 1, Show::Hex}});
        else if (layer("LLC, SNAP", 8,
                     {{"destination SAP", 1, Show::Hex}, {"source SAP", 1, Show::Hex}, {"control", 1, Show::Hex},
                         {"organisation", 3, Show::Hex}, {"type", 2, Show::EtherType}}))
            etherType(type);
    }

    void etherType(uint16_t type)
    {
        while (type == kVlan || type == kProviderVlan) {
            const uint16_t tag = wordAt(0);
            const uint16_t next = wordAt(2);
            if (!layer(type == kVlan ? "802.1Q" : "802.1ad", 4, {{"tag", 2, Show::Hex}, {"type", 2, Show::EtherType}}))
                return;
            field(0).meaning = fmt::format("VLAN {}, priority {}", tag & 0xfff, tag >> 13);
            type = next;
        }
        switch (type) {
        case kMpls:
        case kMplsMulticast:
            mpls();
            break;
        case kIpv4:
        case kIpv6:
            ip();
            break;
        case kBridged:
            ethernet();
            break;
        case kPppoe:
            if (layer("PPPoE", 6, {{"version and type", 1, Show::Hex}, {"code", 1}, {"session", 2}, {"length", 2}}))
                ppp();
            break;
        case kArp:
            layer("ARP", 28,
                {{"hardware", 2}, {"protocol", 2, Show::EtherType}, {"hardware length", 1}, {"protocol length", 1},
                    {"operation", 2}, {"sender hardware", 6, Show::Mac}, {"sender", 4, Show::Address},
                    {"target hardware", 6, Show::Mac}, {"target", 4, Show::Address}});
            break;
        default:
            break;
        }
    }

    void ppp()
    {
        const uint16_t protocol = wordAt(0);
        if (layer("PPP", 2, {{"protocol", 2, Show::Hex}}) && (protocol == 0x0021 || protocol == 0x0057))
            ip();
    }

    void mpls()
    {
        for (bool bottom = false; !bottom;) {
            bottom = (byteAt(2) & 1) != 0;
            const uint32_t label = static_cast<uint32_t>(wordAt(0)) << 4 | byteAt(2) >> 4;
            const uint8_t class_ = byteAt(2) >> 1 & 7;
            const uint8_t ttl = byteAt(3);
            if (!layer("MPLS", 4, {{"label stack entry", 4, Show::Hex}}))
                return;
            field(0).value = fmt::format("{}", label);
            field(0).meaning = fmt::format("class {}, TTL {}{}", class_, ttl, bottom ? ", bottom of the stack" : "");
        }
        const auto first = byteAt(0) >> 4;
        if (first == 0 && m_in.left() >= 18) { // RFC 4385 §3
            if (layer("Pseudo-wire control word", 4, {{"flags and length", 2, Show::Hex}, {"sequence number", 2}}))
                ethernet();
        } else {
            ip();
        }
    }

    void ip()
    {
        switch (byteAt(0) >> 4) {
        case 4:
            ipv4();
            break;
        case 6:
            ipv6();
            break;
        default:
            break;
        }
    }

    void ipv4()
    {
        const uint32_t length = (byteAt(0) & 15) * 4U;
        const uint8_t proto = byteAt(9);
        const uint16_t fragment = wordAt(6);
        if (length < 20)
            return;
        if (!layer("IPv4", length,
                {{"version and header length", 1, Show::Hex}, {"type of service", 1, Show::Hex}, {"total length", 2},
                    {"identification", 2}, {"flags and fragment offset", 2, Show::Hex}, {"time to live", 1},
                    {"protocol", 1, Show::Protocol}, {"checksum", 2, Show::Hex}, {"source", 4, Show::Address},
                    {"destination", 4, Show::Address}}))
            return;
        field(4).meaning = fragmentText(fragment & 0x4000, fragment & 0x2000, (fragment & 0x1fff) * 8U);
        if ((fragment & 0x1fff) == 0)
            transport(proto);
    }

    static std::string fragmentText(bool whole, bool more, uint32_t offset)
    {
        if (offset > 0 || more)
            return fmt::format("fragment from octet {}{}", offset, more ? ", more follow" : ", the last");
        return whole ? "must not be fragmented" : "";
    }

    void ipv6()
    {
        const uint8_t next = byteAt(6);
        if (layer("IPv6", 40,
                {{"version, class and flow label", 4, Show::Hex}, {"payload length", 2}, {"next header", 1, Show::Protocol},
                    {"hop limit", 1}, {"source", 16, Show::Address}, {"destination", 16, Show::Address}}))
            extensions(next);
    }

    /// RFC 8200 §4.
    void extensions(uint8_t type)
    {
        for (;;) {
            const uint8_t next = byteAt(0);
            const uint32_t length = type == kAuthentication ? (byteAt(1) + 2U) * 4 : (byteAt(1) + 1U) * 8;
            switch (type) {
            case kHopByHop:
            case kOptions:
            case kMobility:
                if (!layer(type == kHopByHop   ? "Hop-by-hop options"
                            : type == kOptions ? "Destination options"
                                               : "Mobility",
                        length, {{"next header", 1, Show::Protocol}, {"length", 1}}))
                    return;
                break;
            case kRouting:
                if (!routing(length))
                    return;
                break;
            case kFragment: {
                const uint16_t fragment = wordAt(2);
                if (!layer("Fragment", 8,
                        {{"next header", 1, Show::Protocol}, {"reserved", 1}, {"offset and flags", 2, Show::Hex},
                            {"identification", 4}}))
                    return;
                field(2).meaning = fragmentText(false, fragment & 1, fragment & 0xfff8);
                if ((fragment & 0xfff8) != 0)
                    return;
                break;
            }
            case kAuthentication:
                if (!layer("Authentication header", length,
                        {{"next header", 1, Show::Protocol}, {"length", 1}, {"reserved", 2},
                            {"security parameters index", 4, Show::Hex}, {"sequence number", 4}}))
                    return;
                break;
            default:
                transport(type);
                return;
            }
            type = next;
        }
    }

    /// Segments of RFC 8754 are addresses.
    bool routing(uint32_t length)
    {
        constexpr uint8_t kSegmentRouting = 4;
        const bool segments = byteAt(2) == kSegmentRouting;
        if (!segments)
            return layer("Routing header", length,
                {{"next header", 1, Show::Protocol}, {"length", 1}, {"routing type", 1}, {"segments left", 1}});
        const uint32_t count = std::min<uint32_t>(byteAt(4) + 1U, (length - 8) / 16);
        if (m_in.left() == 0 || ++m_layers > kMaxLayers)
            return false;
        const bool whole = m_in.left() >= length;
        auto& node = m_in.node(DissectKind::Layer, "Segment routing header", length);
        TreeWriter inner(node, m_in.payload(), m_in.budget());
        inner.fields({{"next header", 1, Show::Protocol}, {"length", 1}, {"routing type", 1}, {"segments left", 1},
            {"last entry", 1}, {"flags", 1, Show::Hex}, {"tag", 2, Show::Hex}});
        for (uint32_t i = 0; i < count && inner.left() >= 16; ++i)
            inner.field({"segment", 16, Show::Address});
        if (inner.left() > 0)
            inner.finish("options", {});
        if (!whole)
            markCut(node);
        return whole && m_in.budget() > 0;
    }

    void transport(uint8_t proto)
    {
        switch (proto) {
        case kTcp:
            layer("TCP", std::max(20U, (byteAt(12) >> 4) * 4U),
                {{"source port", 2, Show::Port}, {"destination port", 2, Show::Port}, {"sequence number", 4},
                    {"acknowledgement number", 4}, {"header length", 1, Show::Hex}, {"flags", 1, Show::TcpFlags}, {"window", 2},
                    {"checksum", 2, Show::Hex}, {"urgent pointer", 2}});
            break;
        case kUdp:
            udp();
            break;
        case kIcmp:
        case kIcmp6: {
            const auto name = icmpName(proto == kIcmp6, byteAt(0), byteAt(1));
            if (layer(proto == kIcmp ? "ICMP" : "ICMPv6", 4, {{"type", 1}, {"code", 1}, {"checksum", 2, Show::Hex}}))
                field(0).meaning = name;
            break;
        }
        case kSctp:
            layer("SCTP", 12,
                {{"source port", 2, Show::Port}, {"destination port", 2, Show::Port}, {"verification tag", 4, Show::Hex},
                    {"checksum", 4, Show::Hex}});
            break;
        case kGre:
            gre();
            break;
        case kEsp:
            layer("ESP", 8, {{"security parameters index", 4, Show::Hex}, {"sequence number", 4}});
            break;
        case kIpInIp:
        case kIp6InIp:
            ip();
            break;
        case kEthernetInIp:
            ethernet();
            break;
        default:
            break;
        }
    }

    void udp()
    {
        const uint16_t port = wordAt(2);
        if (!layer("UDP", 8,
                {{"source port", 2, Show::Port}, {"destination port", 2, Show::Port}, {"length", 2}, {"checksum", 2, Show::Hex}}))
            return;
        if (port == kVxlanPort && (byteAt(0) & 0x08) != 0) {
            if (layer("VXLAN", 8, {{"flags", 1, Show::Hex}, {"reserved", 3, Show::Hex}, {"VNI", 3}, {"reserved", 1, Show::Hex}}))
                ethernet();
        } else if (port == kGenevePort) {
            const uint16_t type = wordAt(2);
            const uint32_t length = 8 + (byteAt(0) & 0x3f) * 4U;
            if (layer("Geneve", length,
                    {{"version and option length", 1, Show::Hex}, {"flags", 1, Show::Hex}, {"protocol", 2, Show::EtherType},
                        {"VNI", 3}, {"reserved", 1, Show::Hex}}))
                etherType(type);
        } else if (port == kGtpPort && byteAt(0) >> 4 == 3 && byteAt(1) == 255) {
            gtp();
        }
    }

    /// 3GPP TS 29.281: user packets of version 1.
    void gtp()
    {
        const uint8_t flags = byteAt(0);
        uint32_t length = 8;
        uint8_t extension = 0;
        if ((flags & 7) != 0) {
            length = 12;
            extension = (flags & 4) != 0 ? byteAt(11) : 0;
            while (extension != 0 && length < m_in.left() && byteAt(length) != 0) {
                const uint32_t more = byteAt(length) * 4U;
                extension = byteAt(length + more - 1);
                length += more;
            }
        }
        if (layer("GTP-U", length, {{"flags", 1, Show::Hex}, {"message", 1}, {"length", 2}, {"tunnel", 4, Show::Hex}}))
            ip();
    }

    void gre()
    {
        const uint16_t flags = wordAt(0);
        const uint16_t type = wordAt(2);
        const uint32_t length
            = 4U + ((flags & 0xc000) != 0 ? 4 : 0) + ((flags & 0x2000) != 0 ? 4 : 0) + ((flags & 0x1000) != 0 ? 4 : 0);
        if (layer("GRE", length, {{"flags and version", 2, Show::Hex}, {"protocol", 2, Show::EtherType}}) && (flags & 7) == 0)
            etherType(type);
    }

    TreeWriter& m_in;
    int m_layers = 0;
};

} // namespace

void dissectPacket(TreeWriter& in, PacketStart start)
{
    PacketTree(in).run(start);
}

} // namespace rivereto::core
