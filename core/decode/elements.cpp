// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/elements.h"

namespace rivereto::core {

namespace {
constexpr uint64_t key(uint32_t enterprise, uint16_t id)
{
    return uint64_t {enterprise} << 16 | id;
}
constexpr uint16_t kMplsElements = 10;
} // namespace

ElementMap::ElementMap(const Schema& schema)
{
    for (const auto& column : schema.columns()) {
        uint8_t rank = 0;
        for (const auto& ref : column.elements) {
            if (ref.id == 0)
                continue;
            const uint16_t count = ref.conv == Conv::MplsLabel ? kMplsElements : 1;
            for (uint16_t i = 0; i < count; ++i)
                m_targets[key(ref.enterprise, static_cast<uint16_t>(ref.id + i))].push_back({column.id, ref.conv, rank});
            ++rank;
        }
    }
}

std::span<const ElementTarget> ElementMap::find(uint32_t enterprise, uint16_t id) const
{
    const auto it = m_targets.find(key(enterprise, id));
    return it == m_targets.end() ? std::span<const ElementTarget>() : it->second;
}

} // namespace rivereto::core
