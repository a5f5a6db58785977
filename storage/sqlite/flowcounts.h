// SPDX-License-Identifier: GPL-3.0-or-later
// FlowCounts: how many rows of each segment match a filter, remembered from one page of flows to the next.
#pragma once

#include <list>
#include <mutex>
#include <unordered_map>

#include "core/filter/filter.h"
#include "storage/sqlite/catalog.h"

namespace rivereto::storage {

struct SegmentCount {
    uint32_t inRange = 0;
    uint32_t matched = 0;
};

/// A filter is known again by what it was bound to: pages of one listing share a BoundFilter. Any thread.
class FlowCounts {
public:
    /// `range` is where the segment's rows and the range asked for meet.
    std::optional<SegmentCount> find(const core::BoundFilter& filter, const SegmentInfo& segment, core::TimeRange range);
    void insert(const core::BoundFilter& filter, std::shared_ptr<const SegmentInfo> segment, core::TimeRange range, SegmentCount count);

private:
    struct Key {
        const SegmentInfo* segment;
        uint64_t from;
        uint64_t to;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        size_t operator()(const Key& key) const { return core::mix64(reinterpret_cast<uintptr_t>(key.segment)) ^ core::mix64(key.from) ^ key.to; }
    };
    struct Counted {
        std::shared_ptr<const SegmentInfo> segment; ///< kept, so that its address is nobody else's
        SegmentCount count;
    };
    struct Listing {
        core::BoundFilter filter;
        std::unordered_map<Key, Counted, Hash> counts;
    };
    std::list<Listing>::iterator listing(const core::BoundFilter& filter);

    std::mutex m_mutex;
    std::list<Listing> m_listings; ///< most recently used first
};

} // namespace rivereto::storage
