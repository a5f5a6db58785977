// SPDX-License-Identifier: GPL-3.0-or-later
// KeyOrder: which of two groups comes first when their sums are equal.
#pragma once

#include <compare>
#include <cstring>
#include <vector>

#include "core/query/aggregate.h"

namespace rivereto::core {

/// By number, address or text of the first named column that differs. Not by what they look like, so that a million groups
/// of equal size are ranked without formatting them.
class KeyOrder {
public:
    KeyOrder(const AggregateRequest& request, const DictionaryView& texts) : m_texts(texts)
    {
        for (size_t i = 0; i < request.named; ++i)
            m_storages.push_back((*request.schema)[request.keys[i].column].storage());
    }
    bool operator()(const uint8_t* a, const uint8_t* b) const
    {
        for (const auto storage : m_storages) {
            const auto order = withCellType(storage, [&](auto cell) -> std::strong_ordering {
                using T = decltype(cell);
                T left;
                T right;
                std::memcpy(&left, a, sizeof left);
                std::memcpy(&right, b, sizeof right);
                if constexpr (std::is_same_v<T, PrefixCell>) {
                    const auto byAddress = left.address <=> right.address;
                    return byAddress != 0 ? byAddress : left.bits <=> right.bits;
                } else if constexpr (std::is_same_v<T, uint32_t>) {
                    return storage == Storage::Dict ? m_texts.text(left) <=> m_texts.text(right) : left <=> right;
                } else {
                    return left <=> right;
                }
            });
            if (order != 0)
                return order < 0;
            a += cellSize(storage);
            b += cellSize(storage);
        }
        return false;
    }

private:
    std::vector<Storage> m_storages;
    const DictionaryView& m_texts;
};

} // namespace rivereto::core
