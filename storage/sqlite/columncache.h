// SPDX-License-Identifier: GPL-3.0-or-later
// ColumnCache: decoded columns of segments, so that the next query need not decode them again.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "storage/segment/segment.h"

namespace rivereto::storage {

/// Least recently used columns go first. Any thread.
class ColumnCache {
public:
    explicit ColumnCache(size_t maxBytes) : m_maxBytes(maxBytes) { }
    std::shared_ptr<const DecodedColumn> find(int64_t blobId);
    void insert(int64_t blobId, std::shared_ptr<const DecodedColumn> column);

private:
    struct Entry {
        int64_t blobId;
        std::shared_ptr<const DecodedColumn> column;
    };
    std::mutex m_mutex;
    std::list<Entry> m_entries; ///< most recently used first
    std::unordered_map<int64_t, std::list<Entry>::iterator> m_byId;
    size_t m_bytes = 0;
    size_t m_maxBytes;
};

} // namespace rivereto::storage
