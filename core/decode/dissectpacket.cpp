// SPDX-License-Identifier: GPL-3.0-or-later
// The headers of a packet inside a datagram, layer by layer.
#include "core/decode/dissecttree.h"
#include "core/decode/packet.h"
#include "core/text/names.h"

namespace rivereto::core {

namespace {

constexpr uint16_t kIpv4 = 0x0800, kIpv6 = 0x86dd, kVlan = 0x8100, kProviderVlan = 0x88a8, kMpls = 0x8847, kMplsMulticast = 0x8848;
constexpr uint8_t kIcmp = 1, kIcmp6 = 58;
constexpr int kMaxLayers = 24; ///< tags and labels included

/// One packet, from the outside in.
class PacketTree {
public:
    explicit PacketTree(TreeWriter& in) : m_in(in) { }

    void run(PacketStart start)
    {
        switch (start) {
        case PacketStart::Ethernet: ethernet(); break;
        case PacketStart::Ip: ip(); break;
        case PacketStart::Mpls: mpls(); break;
        case PacketStart::Ppp: break;
        }
        m_in.finish("payload", {});
    }

private:
    /// A header of fixed fields; false when it is cut off.
    bool layer(std::string_view name, uint32_t length, std::initializer_list<HeaderField> fields)
    {
        if (m_in.left() == 0 || ++m_layers > kMaxLayers)
            return false;
        const bool whole = m_in.left() >= length;
        auto& node = m_in.node(DissectKind::Layer, name, length);
        TreeWriter inner(node, m_in.payload(), m_in.budget());
        inner.fields(fields);
        inner.finish("options", {});
        for (auto* noted : {&node, node.children.empty() ? &node : &node.children.back()}) {
            if (whole || noted->note.empty() || noted->remark)
                continue;
            noted->note = "Of the packet no more was sampled.";
            noted->remark = true; // that is what a sample is
        }
        return whole && m_in.budget() > 0;
    }

    [[nodiscard]] uint8_t byteAt(uint32_t offset) const { return offset < m_in.left() ? m_in.rest()[offset] : 0; }
    [[nodiscard]] uint16_t wordAt(uint32_t offset) const { return static_cast<uint16_t>(byteAt(offset) << 8 | byteAt(offset + 1)); }

    void ethernet()
    {
        const uint16_t type = wordAt(12);
        if (layer("Ethernet", 14, {{"destination", 6, Show::Mac}, {"source", 6, Show::Mac}, {"type", 2, Show::EtherType}}))
            etherType(type);
    }

    void etherType(uint16_t type)
    {
        while (type == kVlan || type == kProviderVlan) {
            const uint16_t next = wordAt(2);
            if (!layer(type == kVlan ? "802.1Q" : "802.1ad", 4, {{"tag", 2, Show::Hex}, {"type", 2, Show::EtherType}}))
                return;
            type = next;
        }
        if (type == kMpls || type == kMplsMulticast)
            mpls();
        else if (type == kIpv4 || type == kIpv6)
            ip();
    }

    void mpls()
    {
        for (bool bottom = false; !bottom;) {
            bottom = (byteAt(2) & 1) != 0;
            const uint32_t label = static_cast<uint32_t>(wordAt(0)) << 4 | byteAt(2) >> 4;
            if (!layer("MPLS", 4, {{"label stack entry", 4, Show::Hex}}))
                return;
            auto& entry = m_in.parent().children.back().children.front();
            entry.value = fmt::format("{}", label);
            entry.meaning = fmt::format("TTL {}", m_in.payload()[entry.offset + 3]);
        }
        ip();
    }

    void ip()
    {
        switch (byteAt(0) >> 4) {
        case 4: ipv4(); break;
        case 6: ipv6(); break;
        default: break;
        }
    }

    void ipv4()
    {
        const uint32_t length = (byteAt(0) & 15) * 4U;
        const uint8_t proto = byteAt(9);
        const bool first = (wordAt(6) & 0x1fff) == 0;
        if (length < 20)
            return;
        if (layer("IPv4", length,
                  {{"version and header length", 1, Show::Hex}, {"type of service", 1, Show::Hex}, {"total length", 2}, {"identification", 2}, {"flags and fragment offset", 2, Show::Hex},
                   {"time to live", 1}, {"protocol", 1, Show::Protocol}, {"checksum", 2, Show::Hex}, {"source", 4, Show::Address}, {"destination", 4, Show::Address}})
            && first)
            transport(proto);
    }

    void ipv6()
    {
        const uint8_t next = byteAt(6);
        if (layer("IPv6", 40,
                  {{"version, class and flow label", 4, Show::Hex}, {"payload length", 2}, {"next header", 1, Show::Protocol}, {"hop limit", 1}, {"source", 16, Show::Address},
                   {"destination", 16, Show::Address}}))
            transport(next);
    }

    void transport(uint8_t proto)
    {
        if (proto == kTcp)
            layer("TCP", std::max(20U, (byteAt(12) >> 4) * 4U),
                  {{"source port", 2, Show::Port}, {"destination port", 2, Show::Port}, {"sequence number", 4}, {"acknowledgement number", 4}, {"header length", 1, Show::Hex},
                   {"flags", 1, Show::TcpFlags}, {"window", 2}, {"checksum", 2, Show::Hex}, {"urgent pointer", 2}});
        else if (proto == kUdp)
            layer("UDP", 8, {{"source port", 2, Show::Port}, {"destination port", 2, Show::Port}, {"length", 2}, {"checksum", 2, Show::Hex}});
        else if (proto == kIcmp || proto == kIcmp6)
            layer(proto == kIcmp ? "ICMP" : "ICMPv6", 4, {{"type", 1}, {"code", 1}, {"checksum", 2, Show::Hex}});
    }

    TreeWriter& m_in;
    int m_layers = 0;
};

} // namespace

void dissectPacket(TreeWriter& in, PacketStart start) { PacketTree(in).run(start); }

} // namespace rivereto::core
