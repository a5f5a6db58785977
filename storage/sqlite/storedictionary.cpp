// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/storedictionary.h"

namespace rivereto::storage {

StoreDictionary::StoreDictionary() : m_chunks(kChunks)
{
    add({}, true);
    m_stored = 1;
}

StoreDictionary::~StoreDictionary()
{
    for (auto& chunk : m_chunks)
        delete chunk.load();
}

std::string_view StoreDictionary::text(uint32_t id) const
{
    if (id >= m_size.load(std::memory_order_acquire))
        return {};
    return (*m_chunks[id / kChunk].load(std::memory_order_relaxed))[id % kChunk];
}

uint32_t StoreDictionary::intern(std::string_view bytes)
{
    const std::lock_guard lock(m_mutex);
    const auto it = m_ids.find(bytes);
    return it != m_ids.end() ? it->second : add(bytes, true);
}

void StoreDictionary::load(int64_t id, std::string_view bytes)
{
    constexpr int64_t kWidestGap = 1 << 22; // wider ones come from damage
    const std::lock_guard lock(m_mutex);
    const int64_t size = m_size.load(std::memory_order_relaxed);
    if (id < size)
        return;
    if (id - size > kWidestGap) {
        setLost();
        return;
    }
    for (auto left = id - size; left > 0; --left)
        add({}, false);
    add(bytes, true);
    m_stored = static_cast<uint32_t>(id + 1);
}

std::pair<uint32_t, uint32_t> StoreDictionary::takePending()
{
    const std::lock_guard lock(m_mutex);
    const auto first = m_stored;
    m_stored = m_size.load(std::memory_order_relaxed);
    return {first, m_stored};
}

uint32_t StoreDictionary::add(std::string_view bytes, bool known)
{
    const auto id = m_size.load(std::memory_order_relaxed);
    if (id / kChunk >= kChunks)
        return 0;
    auto& chunk = m_chunks[id / kChunk];
    if (!chunk.load(std::memory_order_relaxed))
        chunk.store(new Chunk{}, std::memory_order_relaxed);
    const std::string_view kept = known ? std::string_view(m_texts.emplace_back(bytes)) : std::string_view();
    (*chunk.load(std::memory_order_relaxed))[id % kChunk] = kept;
    if (known)
        m_ids.emplace(kept, id);
    m_size.store(id + 1, std::memory_order_release);
    return id;
}

} // namespace rivereto::storage
