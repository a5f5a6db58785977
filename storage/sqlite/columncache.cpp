// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/columncache.h"

namespace rivereto::storage {

void ColumnCache::startQuery()
{
    const std::lock_guard lock(m_mutex);
    ++m_query;
}

std::shared_ptr<const DecodedColumn> ColumnCache::find(int64_t blobId)
{
    const std::lock_guard lock(m_mutex);
    const auto it = m_byId.find(blobId);
    if (it == m_byId.end())
        return nullptr;
    m_entries.splice(m_entries.begin(), m_entries, it->second);
    it->second->used = m_query;
    return it->second->column;
}

void ColumnCache::insert(int64_t blobId, std::shared_ptr<const DecodedColumn> column)
{
    const std::lock_guard lock(m_mutex);
    if (m_byId.contains(blobId))
        return;
    const size_t bytes = column->bytes();
    while (m_bytes + bytes > m_maxBytes && !m_entries.empty() && m_entries.back().used + 1 < m_query) {
        m_bytes -= m_entries.back().column->bytes();
        m_byId.erase(m_entries.back().blobId);
        m_entries.pop_back();
    }
    if (m_bytes + bytes > m_maxBytes)
        return;
    m_bytes += bytes;
    m_entries.push_front({blobId, std::move(column), m_query});
    m_byId.emplace(blobId, m_entries.begin());
}

} // namespace rivereto::storage
