// SPDX-License-Identifier: GPL-3.0-or-later
// ColumnCache: decoded columns of segments, so that the next query need not decode them again.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "storage/segment/segment.h"

namespace rivereto::storage {

/// Least recently used columns go first, but none that this query or the one before has used: a scan of more than there is
/// room for, done again, finds what fitted instead of nothing. Any thread.
class ColumnCache {
public:
    explicit ColumnCache(size_t maxBytes) : m_maxBytes(maxBytes) { }
    void startQuery();
    std::shared_ptr<const DecodedColumn> find(int64_t blobId);
    void insert(int64_t blobId, std::shared_ptr<const DecodedColumn> column);

private:
    struct Entry {
        int64_t blobId;
        std::shared_ptr<const DecodedColumn> column;
        uint64_t used = 0; ///< number of the query
    };
    std::mutex m_mutex;
    std::list<Entry> m_entries; ///< most recently used first
    std::unordered_map<int64_t, std::list<Entry>::iterator> m_byId;
    uint64_t m_query = 1;
    size_t m_bytes = 0;
    size_t m_maxBytes;
};

} // namespace rivereto::storage
