// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/packet.h"

#include "core/decode/columnwriter.h"

namespace rivereto::core {

namespace {

constexpr uint16_t kIpv4 = 0x0800, kIpv6 = 0x86dd, kVlan = 0x8100, kQinQ = 0x88a8, kOldQinQ = 0x9100, kMpls = 0x8847,
                   kMplsUpstream = 0x8848, kPppoe = 0x8864;
constexpr uint16_t kMaxLength = 1500; ///< below: an 802.3 length, not a type
constexpr uint16_t kPppIpv4 = 0x0021, kPppIpv6 = 0x0057, kPppMpls = 0x0281;
constexpr uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kDccp = 33, kIcmp6 = 58, kSctp = 132, kUdpLite = 136;
constexpr int kMaxTags = 8;
constexpr int kMaxExtensions = 16;

uint64_t mac(const uint8_t* p)
{
    return loadBe<6>(p);
}

class Parser {
public:
    Parser(Bytes packet, PacketInfo& info)
        : m_start(packet.data())
        , m_in(packet)
        , m_info(info)
    {
    }

    bool ethernet()
    {
        const Bytes head = m_in.take(14);
        if (head.empty())
            return false;
        m_info.dstMac = mac(head.data());
        m_info.srcMac = mac(head.data() + 6);
        return payload(load16(head.data() + 12));
    }

    bool ip()
    {
        if (m_in.left() == 0)
            return false;
        switch (m_in.rest()[0] >> 4) {
        case 4:
            return ipv4();
        case 6:
            return ipv6();
        default:
            return false;
        }
    }

    /// A PPP frame with or without address and control octets.
    bool ppp()
    {
        if (m_in.left() >= 2 && load16(m_in.rest().data()) == 0xff03)
            m_in.skip(2);
        const uint8_t first = m_in.u8();
        const uint16_t protocol = first & 1 ? first : static_cast<uint16_t>(first << 8 | m_in.u8());
        if (protocol == kPppMpls)
            return mpls();
        return (protocol == kPppIpv4 || protocol == kPppIpv6) && ip();
    }

    bool mpls()
    {
        bool bottom = false;
        while (!bottom) {
            const uint32_t entry = m_in.u32();
            if (!m_in.ok())
                return false;
            if (m_info.labels < m_info.label.size())
                m_info.label[m_info.labels++] = entry >> 12;
            bottom = entry & 0x100;
        }
        if (ip())
            return true;
        return pseudoWire();
    }

    bool payload(uint16_t type)
    {
        for (int tags = 0; tags < kMaxTags; ++tags) {
            switch (type) {
            case kVlan:
            case kQinQ:
            case kOldQinQ: {
                const uint16_t tag = m_in.u16() & 0x0fff;
                if (m_info.vlan == 0)
                    m_info.vlan = tag;
                type = m_in.u16();
                if (!m_in.ok())
                    return false;
                continue;
            }
            case kIpv4:
            case kIpv6:
                m_info.etype = type;
                return ip();
            case kMpls:
            case kMplsUpstream:
                return mpls();
            case kPppoe:
                m_in.skip(6);
                return ppp();
            default:
                return type <= kMaxLength ? snap() : (m_info.etype = type, false);
            }
        }
        return false;
    }

private:
    /// 802.2 LLC with a SNAP header (RFC 1042).
    bool snap()
    {
        const Bytes head = m_in.take(8);
        if (head.empty() || head[0] != 0xaa || head[1] != 0xaa || head[2] != 0x03)
            return false;
        const uint16_t type = load16(head.data() + 6);
        return type > kMaxLength && payload(type);
    }

    /// Ethernet over MPLS with its control word (RFC 4448); without one nothing tells it from other payload.
    bool pseudoWire()
    {
        if (m_in.left() < 18 || m_in.rest()[0] >> 4 != 0)
            return false;
        m_in.skip(4);
        const Bytes head = m_in.take(14);
        const uint16_t type = load16(head.data() + 12);
        return (type == kIpv4 || type == kIpv6 || type == kVlan) && payload(type);
    }

    bool ipv4()
    {
        const Bytes all = m_in.rest();
        const size_t header = all.size() < 20 ? 0 : (all[0] & 0x0f) * 4U;
        if (header < 20)
            return false;
        const uint8_t* p = all.data();
        m_info.etype = kIpv4;
        m_info.linkLength = static_cast<uint32_t>(p - m_start);
        m_info.ipHeader = static_cast<uint32_t>(header);
        m_info.tos = p[1];
        m_info.ipLength = load16(p + 2);
        m_info.fragmentId = load16(p + 4);
        const uint16_t fragment = load16(p + 6);
        m_info.fragmentOffset = fragment & 0x1fff;
        m_info.moreFragments = fragment & 0x2000;
        m_info.ttl = p[8];
        m_info.proto = p[9];
        m_info.src = Ip::v4(load32(p + 12));
        m_info.dst = Ip::v4(load32(p + 16));
        m_info.ip = true;
        const Bytes packet = m_info.ipLength >= header && m_info.ipLength < all.size() ? all.first(m_info.ipLength) : all;
        if (header > packet.size())
            return true;
        m_info.ipPayload = packet.subspan(header);
        m_info.innermost = m_info.ipPayload;
        if (m_info.fragmentOffset == 0)
            parseTransport(m_info.ipPayload, m_info.proto, m_info);
        return true;
    }

    bool ipv6()
    {
        const Bytes all = m_in.rest();
        if (all.size() < 40)
            return false;
        const uint8_t* p = all.data();
        const uint32_t word = load32(p);
        const uint32_t length = load16(p + 4);
        m_info.etype = kIpv6;
        m_info.linkLength = static_cast<uint32_t>(p - m_start);
        m_info.tos = static_cast<uint8_t>(word >> 20);
        m_info.flowLabel = word & 0xfffff;
        m_info.ipLength = length == 0 ? 0 : length + 40;
        m_info.proto = p[6];
        m_info.ttl = p[7];
        m_info.src = Ip::fromBytes(p + 8);
        m_info.dst = Ip::fromBytes(p + 24);
        m_info.ip = true;
        const Bytes packet = m_info.ipLength != 0 && m_info.ipLength < all.size() ? all.first(m_info.ipLength) : all;
        extensions(packet.subspan(40));
        if (m_info.innermost.data())
            m_info.ipHeader = static_cast<uint32_t>(m_info.innermost.data() - p);
        return true;
    }

    /// Steps over extension headers (RFC 8200 §4) to the transport header.
    void extensions(Bytes rest)
    {
        m_info.ipPayload = rest;
        for (int i = 0; i < kMaxExtensions; ++i) {
            size_t length = 0;
            switch (m_info.proto) {
            case 0: // hop-by-hop options
            case 43: // routing
            case 60: // destination options
            case 135: // mobility
            case 139: // host identity
            case 140: // shim6
                length = rest.size() < 2 ? 0 : (rest[1] + 1U) * 8;
                break;
            case 44: // fragment
                length = 8;
                break;
            case 51: // authentication (RFC 4302 §2.2)
                length = rest.size() < 2 ? 0 : (rest[1] + 2U) * 4;
                break;
            default:
                m_info.innermost = rest;
                parseTransport(rest, m_info.proto, m_info);
                return;
            }
            if (length == 0 || rest.size() < length)
                return;
            const bool fragment = m_info.proto == 44;
            m_info.proto = rest[0];
            if (fragment) {
                m_info.fragmentOffset = load16(rest.data() + 2) >> 3;
                m_info.moreFragments = rest[3] & 1;
                m_info.fragmentId = load32(rest.data() + 4);
            }
            rest = rest.subspan(length);
            if (fragment)
                m_info.ipPayload = rest;
            if (m_info.fragmentOffset != 0)
                return;
        }
    }

    const uint8_t* m_start;
    Cursor m_in;
    PacketInfo& m_info;
};

} // namespace

void parseTransport(Bytes payload, uint8_t proto, PacketInfo& info)
{
    const uint8_t* p = payload.data();
    switch (proto) {
    case kTcp:
    case kUdp:
    case kDccp:
    case kSctp:
    case kUdpLite: {
        if (payload.size() < 4)
            return;
        info.srcPort = load16(p);
        info.dstPort = load16(p + 2);
        info.transport = true;
        if (proto == kTcp && payload.size() >= 14)
            info.tcpFlags = load16(p + 12) & 0x01ff;
        const size_t header = proto != kTcp ? 8 : payload.size() >= 13 ? (p[12] >> 4) * 4U : 20;
        info.payload = header <= payload.size() ? payload.subspan(header) : Bytes();
        // What follows the datagram's own length is padding, not payload.
        if (const size_t length = proto == kUdp && payload.size() >= 8 ? load16(p + 4) : 0; length >= 8)
            info.payload = info.payload.first(std::min(info.payload.size(), length - 8));
        return;
    }
    case kIcmp:
    case kIcmp6:
        if (payload.size() < 2)
            return;
        info.icmpType = p[0];
        info.icmpCode = p[1];
        info.transport = true;
        return;
    default:
        return;
    }
}

bool parsePacket(Bytes packet, PacketStart start, PacketInfo& info)
{
    Parser parser(packet, info);
    switch (start) {
    case PacketStart::Ethernet:
        return parser.ethernet();
    case PacketStart::Ip:
        return parser.ip();
    case PacketStart::Ppp:
        return parser.ppp();
    case PacketStart::Mpls:
        return parser.mpls();
    }
    return false;
}

bool parseEtherType(Bytes packet, uint16_t type, PacketInfo& info)
{
    return Parser(packet, info).payload(type);
}

namespace {

void writeLabels(std::span<const PacketInfo> packets, FlowBatch& batch, size_t first, bool onlyZero)
{
    for (size_t i = 0; i < packets.size(); ++i) {
        if (packets[i].labels == 0)
            continue;
        auto& cell = batch.cells<uint32_t>(ColumnId::MPLSLabels)[first + i];
        if (!onlyZero || cell == 0)
            cell = batch.dictionary().intern(listBytes(std::span(packets[i].label).first(packets[i].labels)));
    }
}

} // namespace

void writePackets(std::span<const PacketInfo> packets, FlowBatch& batch, size_t first, bool onlyZero)
{
    const auto write
        = [&]<class Cell>(ColumnId column, auto get, Cell) { writeColumn<Cell>(packets, batch, first, onlyZero, column, get); };
    using P = const PacketInfo&;
    write(
        ColumnId::SrcAddr, [](P p) { return p.src; }, Ip {});
    write(
        ColumnId::DstAddr, [](P p) { return p.dst; }, Ip {});
    write(
        ColumnId::EType, [](P p) { return p.etype; }, uint16_t {});
    write(
        ColumnId::Proto, [](P p) { return p.proto; }, uint8_t {});
    write(
        ColumnId::SrcPort, [](P p) { return p.srcPort; }, uint16_t {});
    write(
        ColumnId::DstPort, [](P p) { return p.dstPort; }, uint16_t {});
    write(
        ColumnId::TCPFlags, [](P p) { return p.tcpFlags; }, uint16_t {});
    write(
        ColumnId::ICMPv4Type, [](P p) { return p.proto == kIcmp ? p.icmpType : uint8_t {}; }, uint8_t {});
    write(
        ColumnId::ICMPv4Code, [](P p) { return p.proto == kIcmp ? p.icmpCode : uint8_t {}; }, uint8_t {});
    write(
        ColumnId::ICMPv6Type, [](P p) { return p.proto == kIcmp6 ? p.icmpType : uint8_t {}; }, uint8_t {});
    write(
        ColumnId::ICMPv6Code, [](P p) { return p.proto == kIcmp6 ? p.icmpCode : uint8_t {}; }, uint8_t {});
    write(
        ColumnId::IPTTL, [](P p) { return p.ttl; }, uint8_t {});
    write(
        ColumnId::IPTos, [](P p) { return p.tos; }, uint8_t {});
    write(
        ColumnId::IPFragmentID, [](P p) { return p.fragmentId; }, uint32_t {});
    write(
        ColumnId::IPFragmentOffset, [](P p) { return p.fragmentOffset; }, uint16_t {});
    write(
        ColumnId::IPv6FlowLabel, [](P p) { return p.flowLabel; }, uint32_t {});
    write(
        ColumnId::SrcMAC, [](P p) { return p.srcMac; }, uint64_t {});
    write(
        ColumnId::DstMAC, [](P p) { return p.dstMac; }, uint64_t {});
    write(
        ColumnId::SrcVlan, [](P p) { return p.vlan; }, uint16_t {});
    write(
        ColumnId::VNI, [](P p) { return p.vni; }, uint32_t {});
    writeLabels(packets, batch, first, onlyZero);
}

} // namespace rivereto::core
