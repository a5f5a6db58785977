// SPDX-License-Identifier: GPL-3.0-or-later
// RecordBuilder: puts a V3 record together, element by element.
#pragma once

#include <array>
#include <span>

#include "collectors/nfcapd/nfcapdlayout.h"

namespace rivereto::collectors::nfcapd {

class RecordBuilder {
public:
    void begin()
    {
        m_bytes.fill(0);
        m_at.fill(0);
        m_size = v3::kHeader;
        m_elements = 0;
    }
    /// The header's octets; type, size and number of elements are written by finish().
    uint8_t* header() { return m_bytes.data(); }
    /// The content of an element, zero when it is new. An element stands in a record once.
    uint8_t* add(Element element)
    {
        auto& at = m_at[static_cast<size_t>(element)];
        if (at == 0) {
            const size_t length = contentSize(element) + v3::kElementHeader;
            storeLe(m_bytes.data() + m_size, static_cast<uint16_t>(element));
            storeLe(m_bytes.data() + m_size + 2, static_cast<uint16_t>(length));
            at = static_cast<uint16_t>(m_size + v3::kElementHeader);
            m_size += length;
            ++m_elements;
        }
        return m_bytes.data() + at;
    }
    /// Valid until the next begin().
    std::span<const uint8_t> finish()
    {
        storeLe(m_bytes.data(), static_cast<uint16_t>(Record::V3));
        storeLe(m_bytes.data() + 2, static_cast<uint16_t>(m_size));
        storeLe(m_bytes.data() + v3::kElements, m_elements);
        return {m_bytes.data(), m_size};
    }

    /// What all elements together need.
    static constexpr size_t kMost = 1024;

private:
    std::array<uint8_t, kMost> m_bytes;
    std::array<uint16_t, kElementCount> m_at;
    size_t m_size = v3::kHeader;
    uint16_t m_elements = 0;
};

constexpr size_t sizeOfAllElements()
{
    size_t size = v3::kHeader;
    for (size_t e = 0; e < kElementCount; ++e)
        size += contentSize(static_cast<Element>(e)) + v3::kElementHeader;
    return size;
}
static_assert(sizeOfAllElements() <= RecordBuilder::kMost);

} // namespace rivereto::collectors::nfcapd
