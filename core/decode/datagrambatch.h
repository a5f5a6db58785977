// SPDX-License-Identifier: GPL-3.0-or-later
// Datagram and DatagramBatch: received UDP payloads on their way from a socket or a capture to a decoder.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "core/base/ip.h"

namespace rivereto::core {

/// Where and when a payload came in.
struct DatagramOrigin {
    Ip source; ///< address of the sender; IPv4 is mapped
    uint16_t sourcePort = 0; ///< host order
    uint16_t input = 0; ///< number of the listener or of the file; part of the template key
    uint64_t receivedMs = 0; ///< receive (capture) time, milliseconds since 1970 UTC
};

/// One UDP payload; does not own the bytes.
struct Datagram : DatagramOrigin {
    std::span<const uint8_t> payload;
};

/// Payloads side by side in one arena, with their origins: what the queues of the pipeline carry. Movable, reusable:
/// clear() keeps the memory. Used by one thread at a time.
/// A receiver either add()s a copy, or writes into room() and then commit()s what it wrote.
class DatagramBatch {
public:
    [[nodiscard]] size_t size() const { return m_entries.size(); }
    [[nodiscard]] bool empty() const { return m_entries.empty(); }
    /// Payload bytes held.
    [[nodiscard]] size_t bytes() const { return m_used; }
    [[nodiscard]] Datagram operator[](size_t i) const
    {
        const Entry& entry = m_entries[i];
        return {entry.origin, {m_arena.get() + entry.offset, entry.length}};
    }

    void add(const DatagramOrigin& origin, std::span<const uint8_t> payload)
    {
        if (!payload.empty())
            std::memcpy(room(payload.size()), payload.data(), payload.size());
        commit(origin, payload.size());
    }
    /// Unwritten memory for at least `bytes` bytes at the end of the arena; valid until the next call of any other member.
    [[nodiscard]] uint8_t* room(size_t bytes)
    {
        if (m_used + bytes > m_capacity)
            grow(m_used + bytes);
        return m_arena.get() + m_used;
    }
    /// The first `length` bytes of the last room() are a payload.
    void commit(const DatagramOrigin& origin, size_t length)
    {
        m_entries.push_back({origin, static_cast<uint32_t>(m_used), static_cast<uint32_t>(length)});
        m_used += length;
    }
    void clear()
    {
        m_entries.clear();
        m_used = 0;
    }

private:
    struct Entry {
        DatagramOrigin origin;
        uint32_t offset = 0;
        uint32_t length = 0;
    };
    void grow(size_t needed)
    {
        const size_t capacity = std::max(needed, std::max<size_t>(64 * 1024, m_capacity * 2));
        auto arena = std::make_unique_for_overwrite<uint8_t[]>(capacity);
        if (m_used > 0)
            std::memcpy(arena.get(), m_arena.get(), m_used);
        m_arena = std::move(arena);
        m_capacity = capacity;
    }

    std::unique_ptr<uint8_t[]> m_arena;
    size_t m_capacity = 0;
    size_t m_used = 0;
    std::vector<Entry> m_entries;
};

} // namespace rivereto::core
