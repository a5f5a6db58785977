// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/batch/dictionary.h"

#include <algorithm>

namespace rivereto::core {

namespace {
constexpr size_t kBlockSize = 64 * 1024;
}

uint32_t Dictionary::intern(std::string_view bytes)
{
    if (const auto it = m_ids.find(bytes); it != m_ids.end())
        return it->second;
    const auto kept = keep(bytes);
    const auto id = static_cast<uint32_t>(m_texts.size());
    m_texts.push_back(kept);
    m_ids.emplace(kept, id);
    return id;
}

uint32_t Dictionary::find(std::string_view bytes) const
{
    const auto it = m_ids.find(bytes);
    return it == m_ids.end() ? 0 : it->second;
}

void Dictionary::clear()
{
    m_ids.clear();
    m_blocks.clear();
    m_free = 0;
    m_texts.assign(1, std::string_view());
    m_ids.emplace(std::string_view(), 0U);
}

std::string_view Dictionary::keep(std::string_view bytes)
{
    if (bytes.size() > m_free) {
        m_free = std::max(kBlockSize, bytes.size());
        m_next = m_blocks.emplace_back(std::make_unique_for_overwrite<char[]>(m_free)).get();
    }
    std::memcpy(m_next, bytes.data(), bytes.size());
    const std::string_view kept(m_next, bytes.size());
    m_next += bytes.size();
    m_free -= bytes.size();
    return kept;
}

} // namespace rivereto::core
