// SPDX-License-Identifier: GPL-3.0-or-later
// FlowTable: entries of the meter by key, and a wheel of the seconds in which they must be looked at.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "collectors/meter/flowentry.h"

namespace rivereto::collectors {

/// Entries keep their place as long as they live. An entry that was unlink()ed is not found any more and still there, until it is
/// release()d. Used by one thread.
class FlowTable {
public:
    static constexpr uint32_t kNone = UINT32_MAX;

    FlowTable() { rehash(kFirstSlots); }

    FlowEntry& operator[](uint32_t i) { return m_chunks[i / kChunk][i % kChunk]; }
    /// kNone when there is none.
    [[nodiscard]] uint32_t find(const FlowKey& key, uint32_t hash)
    {
        for (uint32_t at = hash & m_mask; m_slots[at].number != kNone; at = (at + 1) & m_mask) {
            if (m_slots[at].hash == hash && (*this)[m_slots[at].number].key == key)
                return m_slots[at].number;
        }
        return kNone;
    }
    /// The memory that find() will read first is on its way.
    void prefetchSlot(uint32_t hash) const { __builtin_prefetch(&m_slots[hash & m_mask]); }
    /// Some time after prefetchSlot(): that of the entry, too.
    void prefetchEntry(uint32_t hash)
    {
        const auto& slot = m_slots[hash & m_mask];
        if (slot.number == kNone)
            return;
        const auto* line = reinterpret_cast<const char*>(&(*this)[slot.number]);
        for (size_t i = 0; i < sizeof(FlowEntry); i += 64)
            __builtin_prefetch(line + i, 1);
    }
    /// A fresh entry with this key, found from now on.
    uint32_t insert(const FlowKey& key, uint32_t hash)
    {
        const uint32_t i = allocate();
        auto& entry = (*this)[i];
        entry.key = key;
        entry.hash = hash;
        link(i);
        return i;
    }
    /// A copy of another entry, not found.
    uint32_t copy(uint32_t from)
    {
        const uint32_t i = allocate();
        (*this)[i] = (*this)[from];
        return i;
    }
    void unlink(uint32_t i)
    {
        uint32_t hole = (*this)[i].hash & m_mask;
        while (m_slots[hole].number != i)
            hole = (hole + 1) & m_mask;
        // What comes behind moves up as far as it may, so that no search ends at the hole.
        for (uint32_t at = (hole + 1) & m_mask; m_slots[at].number != kNone; at = (at + 1) & m_mask) {
            const uint32_t home = m_slots[at].hash & m_mask;
            if (((at - home) & m_mask) < ((at - hole) & m_mask))
                continue;
            m_slots[hole] = m_slots[at];
            hole = at;
        }
        m_slots[hole] = {};
        --m_open;
    }
    void release(uint32_t i)
    {
        (*this)[i] = FlowEntry {};
        (*this)[i].next = m_free;
        m_free = i;
    }
    /// Entries that can be found.
    [[nodiscard]] size_t open() const { return m_open; }
    /// Entries that take memory.
    [[nodiscard]] size_t capacity() const { return m_chunks.size() * kChunk; }

private:
    static constexpr uint32_t kChunk = 4096;
    static constexpr uint32_t kFirstSlots = 8192;
    struct Slot {
        uint32_t hash = 0;
        uint32_t number = kNone;
    };

    uint32_t allocate()
    {
        if (m_free == kNone) {
            const auto first = static_cast<uint32_t>(m_chunks.size() * kChunk);
            m_chunks.push_back(std::make_unique<FlowEntry[]>(kChunk));
            for (uint32_t i = kChunk; i-- > 0;) {
                (*this)[first + i].next = m_free;
                m_free = first + i;
            }
        }
        const uint32_t i = m_free;
        m_free = (*this)[i].next;
        return i;
    }
    void link(uint32_t i)
    {
        if (++m_open > m_mask / 2)
            rehash((m_mask + 1) * 2);
        place({(*this)[i].hash, i});
    }
    void place(Slot slot)
    {
        uint32_t at = slot.hash & m_mask;
        while (m_slots[at].number != kNone)
            at = (at + 1) & m_mask;
        m_slots[at] = slot;
    }
    void rehash(uint32_t slots)
    {
        const auto old = std::exchange(m_slots, std::vector<Slot>(slots));
        m_mask = slots - 1;
        for (const auto& slot : old) {
            if (slot.number != kNone)
                place(slot);
        }
    }

    std::vector<std::unique_ptr<FlowEntry[]>> m_chunks;
    std::vector<Slot> m_slots; ///< by hash, the next free one behind; at most half of them taken
    uint32_t m_mask = 0;
    uint32_t m_free = kNone;
    size_t m_open = 0;
};

/// Numbers by the second in which they are due, of the next two minutes; what is due later comes early and is put in again.
class Wheel {
public:
    /// Returns the slot.
    uint8_t add(uint32_t number, uint64_t second)
    {
        second = std::clamp(second, m_now + 1, m_now + kSlots - 1);
        const auto slot = static_cast<uint8_t>(second % kSlots);
        m_slots[slot].push_back(number);
        m_empty = false;
        return slot;
    }
    /// Calls due(number, slot) for all of the seconds up to this one, which may add() again.
    template <class Due>
    void advance(uint64_t second, Due due)
    {
        if (second <= m_now)
            return;
        if (second - m_now > kSlots)
            m_now = m_empty ? second : std::max(m_now, second - std::min(second, kSlots * kTurns));
        while (m_now < second) {
            ++m_now;
            take(due);
        }
    }
    /// Calls due() for those that are due next, whenever that is; false when there are none.
    template <class Due>
    bool next(Due due)
    {
        for (uint64_t i = 1; i < kSlots; ++i) {
            auto& slot = m_slots[(m_now + i) % kSlots];
            if (slot.empty())
                continue;
            const auto numbers = std::exchange(slot, {});
            for (const auto number : numbers)
                due(number, static_cast<uint8_t>((m_now + i) % kSlots));
            return true;
        }
        return false;
    }

private:
    template <class Due>
    void take(Due due)
    {
        auto& slot = m_slots[m_now % kSlots];
        if (slot.empty())
            return;
        m_taken.clear();
        m_taken.swap(slot);
        for (const auto number : m_taken)
            due(number, static_cast<uint8_t>(m_now % kSlots));
    }

    static constexpr uint64_t kSlots = 128;
    static constexpr uint64_t kTurns = 2; ///< after a long silence everything comes up within so many
    std::array<std::vector<uint32_t>, kSlots> m_slots;
    std::vector<uint32_t> m_taken;
    uint64_t m_now = 0;
    bool m_empty = true; ///< nothing was ever added
};

} // namespace rivereto::collectors
