// SPDX-License-Identifier: GPL-3.0-or-later
// GroupTable: open-addressing hash table from fixed-width byte keys to 64-bit sums.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "core/base/ip.h"

namespace rivereto::core {

/// Entries keep the order in which they came. Keys are compared by bytes.
class GroupTable {
public:
    explicit GroupTable(size_t keyWidth) : m_keyWidth(keyWidth), m_slots(64, kFree), m_mask(63) { }

    [[nodiscard]] size_t size() const { return m_values.size(); }
    [[nodiscard]] size_t keyWidth() const { return m_keyWidth; }
    [[nodiscard]] const uint8_t* key(size_t entry) const { return m_keys.data() + entry * m_keyWidth; }
    [[nodiscard]] uint64_t value(size_t entry) const { return m_values[entry]; }

    /// Sum of a key, created as 0.
    uint64_t& operator[](const uint8_t* key) { return m_values[entryOf(key)]; }
    /// Entry number of a key, created when new.
    size_t entryOf(const uint8_t* key)
    {
        const uint64_t h = hash(key);
        for (size_t slot = h & m_mask;; slot = (slot + 1) & m_mask) {
            const uint32_t entry = m_slots[slot];
            if (entry == kFree)
                return insert(key, h, slot);
            if (m_hashes[entry] == static_cast<uint32_t>(h >> 32) && std::memcmp(this->key(entry), key, m_keyWidth) == 0)
                return entry;
        }
    }
    [[nodiscard]] bool contains(const uint8_t* key) const
    {
        const uint64_t h = hash(key);
        for (size_t slot = h & m_mask; m_slots[slot] != kFree; slot = (slot + 1) & m_mask) {
            if (std::memcmp(this->key(m_slots[slot]), key, m_keyWidth) == 0)
                return true;
        }
        return false;
    }

private:
    static constexpr uint32_t kFree = 0xffff'ffff;

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
        const auto entry = static_cast<uint32_t>(m_values.size());
        m_keys.insert(m_keys.end(), key, key + m_keyWidth);
        m_values.push_back(0);
        m_hashes.push_back(static_cast<uint32_t>(h >> 32));
        m_slots[slot] = entry;
        if (m_values.size() * 2 > m_slots.size())
            rehash();
        return entry;
    }
    void rehash()
    {
        m_slots.assign(m_slots.size() * 4, kFree);
        m_mask = m_slots.size() - 1;
        for (uint32_t entry = 0; entry < m_values.size(); ++entry) {
            size_t slot = hash(key(entry)) & m_mask;
            while (m_slots[slot] != kFree)
                slot = (slot + 1) & m_mask;
            m_slots[slot] = entry;
        }
    }

    size_t m_keyWidth;
    std::vector<uint8_t> m_keys;
    std::vector<uint64_t> m_values;
    std::vector<uint32_t> m_hashes;
    std::vector<uint32_t> m_slots;
    size_t m_mask;
};

} // namespace rivereto::core
