// SPDX-License-Identifier: GPL-3.0-or-later
// KeyPacking: keys whose addresses are all IPv4, with 4 bytes an address while they are summed.
#pragma once

#include <cstring>
#include <vector>

#include "core/query/aggregate.h"

namespace rivereto::core {

/// Such keys and all others never are the same, so they can be summed apart.
class KeyPacking {
public:
    explicit KeyPacking(const AggregateRequest& request)
    {
        for (const auto& key : request.keys) {
            const auto storage = (*request.schema)[key.column].storage();
            const size_t whole = cellSize(storage);
            m_fields.push_back({whole, storage == Storage::Ip ? kNarrow : whole});
        }
        m_fields.push_back({request.hasPoints() ? sizeof(uint32_t) : 0, request.hasPoints() ? sizeof(uint32_t) : 0});
        for (const auto& field : m_fields) {
            m_whole += field.whole;
            m_packed += field.packed;
        }
    }
    /// Bytes of keys with their points.
    [[nodiscard]] size_t wholeWidth() const { return m_whole; }
    [[nodiscard]] size_t packedWidth() const { return m_packed; }
    [[nodiscard]] bool saves() const { return entryWords(m_packed) < entryWords(m_whole); }

    /// False when an address is not IPv4; then what was written is of no use.
    bool pack(const uint8_t* key, uint8_t* packed) const
    {
        for (const auto& field : m_fields) {
            if (field.packed == field.whole) {
                std::memcpy(packed, key, field.whole);
            } else {
                Ip ip;
                std::memcpy(&ip, key, sizeof ip);
                if (!ip.isV4())
                    return false;
                const uint32_t v4 = ip.v4Value();
                std::memcpy(packed, &v4, sizeof v4);
            }
            packed += field.packed;
            key += field.whole;
        }
        return true;
    }
    void unpack(const uint8_t* packed, uint8_t* key) const
    {
        for (const auto& field : m_fields) {
            if (field.packed == field.whole) {
                std::memcpy(key, packed, field.whole);
            } else {
                uint32_t v4 = 0;
                std::memcpy(&v4, packed, sizeof v4);
                const Ip ip = Ip::v4(v4);
                std::memcpy(key, &ip, sizeof ip);
            }
            packed += field.packed;
            key += field.whole;
        }
    }

private:
    static constexpr size_t kNarrow = sizeof(uint32_t);
    struct Field {
        size_t whole;
        size_t packed;
    };
    std::vector<Field> m_fields;
    size_t m_whole = 0;
    size_t m_packed = 0;
};

} // namespace rivereto::core
