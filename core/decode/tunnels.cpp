// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/tunnels.h"

#include <algorithm>

namespace rivereto::core {

namespace {

constexpr uint8_t kIpv4InIp = 4, kUdp = 17, kIpv6InIp = 41, kGre = 47, kEthernetInIp = 143;
constexpr uint16_t kVxlanLinuxPort = 8472; ///< before IANA gave VXLAN one
constexpr uint16_t kBridged = 0x6558, kPppInGre = 0x880b, kErspan = 0x88be;
constexpr int kMaxTunnels = 4; ///< one in another

bool fits(Decapsulation wanted, Decapsulation kind)
{
    return wanted == kind || wanted == Decapsulation::Any;
}

/// PPTP's version of GRE (RFC 2637 §4.1), behind its first four octets.
bool pptp(Cursor in, uint16_t flags, PacketInfo& inner)
{
    in.skip(4); // length, call
    in.skip((flags & 0x1000 ? 4 : 0) + (flags & 0x0080 ? 4 : 0)); // sequence and acknowledgement numbers
    return in.ok() && parsePacket(in.rest(), PacketStart::Ppp, inner);
}

bool gre(Bytes bytes, PacketInfo& inner)
{
    Cursor in(bytes);
    const uint16_t flags = in.u16();
    const uint16_t type = in.u16();
    if (!in.ok() || flags & 0x4000) // source routing (RFC 1701) is long gone
        return false;
    if ((flags & 7) == 1)
        return type == kPppInGre && pptp(in, flags, inner);
    if ((flags & 7) != 0)
        return false;
    const bool sequence = flags & 0x1000;
    in.skip((flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (sequence ? 4 : 0)); // checksum, key, sequence number
    if (type == kErspan)
        in.skip(sequence ? 8 : 0); // type I has neither sequence number nor header
    if (!in.ok())
        return false;
    if (type == kErspan || type == kBridged)
        return parsePacket(in.rest(), PacketStart::Ethernet, inner);
    return parseEtherType(in.rest(), type, inner);
}

bool vxlan(Bytes bytes, PacketInfo& inner)
{
    constexpr uint8_t hasVni = 0x08;
    Cursor in(bytes);
    const uint8_t flags = in.u8();
    in.skip(3);
    const uint32_t vni = in.u32() >> 8;
    if (!in.ok() || !(flags & hasVni) || !parsePacket(in.rest(), PacketStart::Ethernet, inner))
        return false;
    inner.vni = vni;
    return true;
}

bool gtp(Bytes bytes, PacketInfo& inner)
{
    constexpr uint8_t userPacket = 255;
    Cursor in(bytes);
    const uint8_t flags = in.u8();
    const uint8_t type = in.u8();
    in.skip(6); // length, tunnel
    if (!in.ok() || flags >> 4 != 3 || type != userPacket) // version 1, GTP and not GTP'
        return false;
    if (flags & 7) {
        in.skip(3); // sequence and N-PDU numbers
        for (uint8_t next = in.u8(); next != 0 && in.ok();) {
            const size_t words = in.u8();
            if (words == 0)
                return false;
            in.skip(words * 4 - 2);
            next = in.u8();
        }
    }
    return in.ok() && parsePacket(in.rest(), PacketStart::Ip, inner);
}

bool udpTunnel(const PacketInfo& outer, Decapsulation kind, PacketInfo& inner)
{
    if ((outer.dstPort == kVxlanPort || outer.dstPort == kVxlanLinuxPort) && fits(kind, Decapsulation::Vxlan))
        return vxlan(outer.payload, inner);
    return outer.dstPort == kGtpPort && fits(kind, Decapsulation::Gtp) && gtp(outer.payload, inner);
}

bool open(const PacketInfo& outer, Decapsulation kind, PacketInfo& inner)
{
    const bool v6 = outer.etype == 0x86dd;
    switch (outer.proto) {
    case kIpv4InIp:
    case kIpv6InIp:
        return (fits(kind, Decapsulation::IpIp) || (v6 && kind == Decapsulation::Srv6))
            && parsePacket(outer.innermost, PacketStart::Ip, inner);
    case kEthernetInIp:
        return v6 && fits(kind, Decapsulation::Srv6) && parsePacket(outer.innermost, PacketStart::Ethernet, inner);
    case kGre:
        return fits(kind, Decapsulation::Gre) && gre(outer.innermost, inner);
    case kUdp:
        return udpTunnel(outer, kind, inner);
    default:
        return false;
    }
}

/// What the outer packet says and the inner one does not.
void inherit(const PacketInfo& outer, PacketInfo& inner)
{
    inner.inner = true;
    inner.linkLength = 0; // the inner packet's own header tells its length
    if (inner.vni == 0)
        inner.vni = outer.vni;
    if (inner.vlan == 0)
        inner.vlan = outer.vlan;
    if (inner.labels == 0) {
        inner.labels = outer.labels;
        inner.label = outer.label;
    }
}

} // namespace

bool decapsulate(PacketInfo& packet, Decapsulation kind)
{
    bool any = false;
    for (int depth = 0; depth < kMaxTunnels && kind != Decapsulation::None; ++depth) {
        PacketInfo inner;
        if (!packet.ip || packet.fragmentOffset != 0 || !open(packet, kind, inner))
            break;
        inherit(packet, inner);
        packet = inner;
        any = true;
    }
    return any;
}

} // namespace rivereto::core
