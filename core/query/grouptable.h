// SPDX-License-Identifier: GPL-3.0-or-later
// GroupTable: numbers fixed-width byte keys in the order in which they come; an open-addressing hash table.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "core/base/ip.h"

namespace rivereto::core {

/// Entries keep the order in which they came. Keys are compared by bytes.
class GroupTable {
public:
    explicit GroupTable(size_t keyWidth) : m_keyWidth(keyWidth), m_stride(keyWidth == 0 ? 1 : (keyWidth + 7) / 8), m_slots(64), m_mask(63) { }

    [[nodiscard]] size_t size() const { return m_size; }
    [[nodiscard]] size_t keyWidth() const { return m_keyWidth; }
    [[nodiscard]] const uint8_t* key(size_t entry) const { return reinterpret_cast<const uint8_t*>(m_entries.data() + entry * m_stride); }

    /// Entry number of a key, created when new.
    size_t entryOf(const uint8_t* key)
    {
        const uint64_t h = hash(key);
        const size_t slot = slotOf(key, h);
        return m_slots[slot] != kFree ? entryIn(slot) : insert(key, h, slot);
    }
    /// Entry number of a key that is there.
    [[nodiscard]] std::optional<size_t> find(const uint8_t* key) const
    {
        const size_t slot = slotOf(key, hash(key));
        return m_slots[slot] != kFree ? std::optional(entryIn(slot)) : std::nullopt;
    }
    [[nodiscard]] bool contains(const uint8_t* key) const { return m_slots[slotOf(key, hash(key))] != kFree; }

private:
    /// Slots hold the hash's upper half and, below it, 1 + the entry's number.
    static constexpr uint64_t kFree = 0;
    static constexpr uint64_t kTag = 0xffff'ffff'0000'0000ULL;

    [[nodiscard]] size_t entryIn(size_t slot) const { return static_cast<uint32_t>(m_slots[slot]) - 1U; }
    /// Where the key is, or would go.
    [[nodiscard]] size_t slotOf(const uint8_t* key, uint64_t h) const
    {
        size_t slot = h & m_mask;
        while (m_slots[slot] != kFree && ((m_slots[slot] ^ h) & kTag || std::memcmp(this->key(entryIn(slot)), key, m_keyWidth) != 0))
            slot = (slot + 1) & m_mask;
        return slot;
    }
    [[nodiscard]] uint64_t hash(const uint8_t* key) const
    {
        uint64_t h = 0x9e37'79b9'7f4a'7c15ULL;
        size_t i = 0;
        for (; i + 8 <= m_keyWidth; i += 8) {
            uint64_t word = 0;
            std::memcpy(&word, key + i, 8);
            h = mix64(h ^ word);
        }
        if (i < m_keyWidth) {
            uint64_t word = 0;
            std::memcpy(&word, key + i, m_keyWidth - i);
            h = mix64(h ^ word);
        }
        return h;
    }
    size_t insert(const uint8_t* key, uint64_t h, size_t slot)
    {
        const size_t entry = m_size++;
        m_entries.resize(m_size * m_stride);
        std::memcpy(m_entries.data() + entry * m_stride, key, m_keyWidth);
        m_slots[slot] = (h & kTag) | (entry + 1);
        if (m_size * 2 > m_slots.size())
            rehash();
        return entry;
    }
    void rehash()
    {
        m_slots.assign(m_slots.size() * 4, kFree);
        m_mask = m_slots.size() - 1;
        for (size_t entry = 0; entry < m_size; ++entry) {
            const uint64_t h = hash(key(entry));
            size_t slot = h & m_mask;
            while (m_slots[slot] != kFree)
                slot = (slot + 1) & m_mask;
            m_slots[slot] = (h & kTag) | (entry + 1);
        }
    }

    size_t m_keyWidth;
    size_t m_stride; ///< words an entry
    size_t m_size = 0;
    std::vector<uint64_t> m_entries;
    std::vector<uint64_t> m_slots;
    size_t m_mask;
};

} // namespace rivereto::core
