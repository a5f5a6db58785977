// SPDX-License-Identifier: GPL-3.0-or-later
// Reassembly: puts fragmented IPv4 (RFC 791) and IPv6 (RFC 8200 §4.5) packets together again, in bounded memory.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/decode/packet.h"

namespace rivereto::collectors {

class Reassembly {
public:
    Reassembly(size_t maxBytes, uint64_t timeoutMs)
        : m_maxBytes(maxBytes)
        , m_timeoutMs(timeoutMs)
    {
    }

    /// Takes one fragment (`info.ipPayload` of a packet with fragment offset or more fragments). When it completes its
    /// packet, returns the whole IP payload, valid until the next call.
    std::optional<core::Bytes> add(const core::PacketInfo& info, uint64_t nowMs);
    /// Fragments of packets that were given up so far.
    [[nodiscard]] uint64_t lost() const { return m_lost; }
    /// End of input: what still waits is lost.
    void finish();

private:
    struct Key {
        core::Ip src;
        core::Ip dst;
        uint32_t id = 0;
        uint8_t proto = 0;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        size_t operator()(const Key& k) const
        {
            return std::hash<core::Ip>()(k.src) ^ std::hash<core::Ip>()(k.dst) * 31 ^ core::mix64(uint64_t {k.id} << 8 | k.proto);
        }
    };
    struct Packet {
        Key key;
        std::vector<uint8_t> bytes;
        std::vector<std::pair<uint32_t, uint32_t>> parts; ///< [begin, end) received, sorted, apart from each other
        uint32_t length = 0; ///< 0: the last fragment has not come
        uint32_t fragments = 0;
        uint64_t firstMs = 0;
    };
    using Order = std::list<Packet>;

    void drop(Order::iterator it);
    void expire(uint64_t nowMs);
    void insert(Packet& packet, uint32_t begin, core::Bytes bytes);

    Order m_order; ///< by arrival of the first fragment
    std::unordered_map<Key, Order::iterator, KeyHash> m_packets;
    std::vector<uint8_t> m_done;
    size_t m_bytes = 0;
    size_t m_maxBytes;
    uint64_t m_timeoutMs;
    uint64_t m_lost = 0;
};

} // namespace rivereto::collectors
