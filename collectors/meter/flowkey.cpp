// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/meter/flowkey.h"

namespace rivereto::collectors {

namespace {

constexpr uint8_t kIcmp = 1, kIcmp6 = 58;

/// The type of the request that a message answers; else its own.
uint8_t icmpAsked(uint8_t proto, uint8_t type)
{
    if (proto == kIcmp)
        return type == 0 ? 8 : type == 14 ? 13 : type == 16 ? 15 : type == 18 ? 17 : type;
    return type == 129 ? 128 : type;
}

} // namespace

bool keyOf(const core::PacketInfo& info, FlowKey& key)
{
    uint16_t srcPort = info.srcPort;
    uint16_t dstPort = info.dstPort;
    if (info.proto == kIcmp || info.proto == kIcmp6)
        srcPort = dstPort = static_cast<uint16_t>(icmpAsked(info.proto, info.icmpType) << 8 | info.icmpCode);
    const core::Ip src = info.ip ? info.src : core::Ip {0, info.srcMac};
    const core::Ip dst = info.ip ? info.dst : core::Ip {0, info.dstMac};
    const bool forward = src < dst || (src == dst && srcPort <= dstPort);
    key.a = forward ? src : dst;
    key.b = forward ? dst : src;
    key.ports = uint64_t {forward ? srcPort : dstPort} << 48 | uint64_t {forward ? dstPort : srcPort} << 32 | uint64_t {info.vlan} << 16 | uint64_t {info.proto} << 8 | (info.ip ? 1U : 0U);
    key.link = uint64_t {info.etype} << 32 | info.vni;
    return forward;
}

} // namespace rivereto::collectors
