// SPDX-License-Identifier: GPL-3.0-or-later
// RecordRun: where the elements of some V3 records lie, so that they can be read column by column.
#pragma once

#include <array>
#include <span>

#include "collectors/nfcapd/nfcapdlayout.h"

namespace rivereto::collectors::nfcapd {

/// Points into the bytes that its records were added from.
class RecordRun {
public:
    static constexpr size_t kMost = 512;

    void clear()
    {
        for (size_t e = 0; e < kElementCount; ++e) {
            if (m_used[e])
                m_at[e].fill(nullptr);
        }
        m_used.fill(false);
        m_count = 0;
    }
    [[nodiscard]] size_t count() const { return m_count; }
    [[nodiscard]] bool full() const { return m_count == kMost; }
    [[nodiscard]] const uint8_t* header(size_t i) const { return m_headers[i]; }
    [[nodiscard]] bool has(Element element) const { return m_used[static_cast<size_t>(element)]; }
    /// The content of an element; null when the record has none.
    [[nodiscard]] const uint8_t* at(Element element, size_t i) const { return m_at[static_cast<size_t>(element)][i]; }
    /// Octets of that content.
    static size_t length(const uint8_t* content) { return loadLe<uint16_t>(content - 2) - v3::kElementHeader; }

    /// Takes a whole V3 record; false when its elements do not fit into it or the flow itself (Generic) is not there. Elements
    /// that are not known are skipped, those that are too short count as not there. Precondition: not full.
    bool add(std::span<const uint8_t> record)
    {
        if (record.size() < v3::kHeader || !addElements(record)) {
            forget();
            return false;
        }
        m_headers[m_count++] = record.data();
        return true;
    }

private:
    bool addElements(std::span<const uint8_t> record)
    {
        const uint8_t* p = record.data() + v3::kHeader;
        size_t left = record.size() - v3::kHeader;
        for (unsigned n = loadLe<uint16_t>(record.data() + v3::kElements); n > 0; --n) {
            if (left < v3::kElementHeader)
                return false;
            const size_t type = loadLe<uint16_t>(p);
            const size_t length = loadLe<uint16_t>(p + 2);
            if (length < v3::kElementHeader || length > left)
                return false;
            const size_t known = type < kElementCount ? contentSize(static_cast<Element>(type)) : 0;
            if (known != 0 && length - v3::kElementHeader >= known) {
                m_at[type][m_count] = p + v3::kElementHeader;
                m_used[type] = true;
            }
            p += length;
            left -= length;
        }
        return at(Element::Generic, m_count) != nullptr;
    }
    void forget()
    {
        for (auto& places : m_at)
            places[m_count] = nullptr;
    }

    size_t m_count = 0;
    std::array<bool, kElementCount> m_used {};
    std::array<const uint8_t*, kMost> m_headers {};
    std::array<std::array<const uint8_t*, kMost>, kElementCount> m_at {};
};

} // namespace rivereto::collectors::nfcapd
