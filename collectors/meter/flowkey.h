// SPDX-License-Identifier: GPL-3.0-or-later
// FlowKey: what the packets of a conversation have in common.
#pragma once

#include <cstdint>

#include "core/base/ip.h"
#include "core/decode/packet.h"

namespace rivereto::collectors {

/// Both directions of a conversation have the same key: the smaller end stands first.
struct FlowKey {
    core::Ip a, b; ///< addresses; of packets without IP the MACs
    uint64_t ports = 0; ///< portA << 48 | portB << 32 | VLAN << 16 | protocol << 8 | 1 when there is IP
    uint64_t link = 0; ///< EtherType << 32 | VNI
    bool operator==(const FlowKey&) const = default;

    [[nodiscard]] uint64_t hash() const
    {
        const uint64_t x = (a.hi ^ b.hi * 0x9e3779b97f4a7c15ULL) + a.lo * 0xc2b2ae3d27d4eb4fULL;
        return core::mix64((x ^ x >> 29) + b.lo * 0x165667b19e3779f9ULL + core::mix64(ports + link * 0x9e3779b97f4a7c15ULL));
    }
    [[nodiscard]] uint16_t portA() const { return static_cast<uint16_t>(ports >> 48); }
    [[nodiscard]] uint16_t portB() const { return static_cast<uint16_t>(ports >> 32); }
    [[nodiscard]] uint16_t vlan() const { return static_cast<uint16_t>(ports >> 16); }
    [[nodiscard]] uint8_t proto() const { return static_cast<uint8_t>(ports >> 8); }
    [[nodiscard]] bool ip() const { return (ports & 1) != 0; }
    [[nodiscard]] uint16_t etype() const { return static_cast<uint16_t>(link >> 32); }
    [[nodiscard]] uint32_t vni() const { return static_cast<uint32_t>(link); }
};

/// The key of a packet, and whether it goes from a to b. ICMP requests and their answers are one conversation.
bool keyOf(const core::PacketInfo& info, FlowKey& key);

} // namespace rivereto::collectors
