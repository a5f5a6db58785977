// SPDX-License-Identifier: GPL-3.0-or-later
// FragmentPorts: which ports the fragments of an IP packet belong to, of which only the first has them.
#pragma once

#include <array>
#include <vector>

#include "core/decode/packet.h"

namespace rivereto::collectors {

/// Remembers the first fragments of late; a newer one may take the place of an older one. Used by one thread.
class FragmentPorts {
public:
    /// A first fragment is remembered; a later one gets the ports (or ICMP type and code) of its first, if that was seen.
    void complete(core::PacketInfo& info, uint64_t nowNs)
    {
        if (m_slots.empty())
            m_slots.resize(kSlots);
        const uint64_t hash = std::hash<core::Ip>()(info.src) ^ std::hash<core::Ip>()(info.dst) * 31 ^ core::mix64(uint64_t {info.fragmentId} << 8 | info.proto);
        auto& slot = m_slots[hash % kSlots];
        if (info.fragmentOffset == 0) {
            slot = {.src = info.src, .dst = info.dst, .id = info.fragmentId, .srcPort = info.srcPort, .dstPort = info.dstPort, .proto = info.proto, .icmpType = info.icmpType, .icmpCode = info.icmpCode, .timeNs = nowNs};
            return;
        }
        if (slot.id != info.fragmentId || slot.proto != info.proto || slot.src != info.src || slot.dst != info.dst || nowNs > slot.timeNs + kTimeoutNs)
            return;
        info.srcPort = slot.srcPort;
        info.dstPort = slot.dstPort;
        info.icmpType = slot.icmpType;
        info.icmpCode = slot.icmpCode;
    }

private:
    struct Slot {
        core::Ip src, dst;
        uint32_t id = 0;
        uint16_t srcPort = 0;
        uint16_t dstPort = 0;
        uint8_t proto = 0;
        uint8_t icmpType = 0;
        uint8_t icmpCode = 0;
        uint64_t timeNs = 0;
    };
    static constexpr size_t kSlots = 4096;
    static constexpr uint64_t kTimeoutNs = 30'000'000'000; ///< as long as a host waits for the rest
    std::vector<Slot> m_slots;
};

} // namespace rivereto::collectors
