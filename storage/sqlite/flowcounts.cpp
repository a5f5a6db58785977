// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/flowcounts.h"

#include <algorithm>

namespace rivereto::storage {

namespace {
constexpr size_t kListings = 4;
/// Of one listing: some hundred million rows, and what merging has left behind.
constexpr size_t kMostCounts = 20'000;
} // namespace

std::list<FlowCounts::Listing>::iterator FlowCounts::listing(const core::BoundFilter& filter)
{
    const auto found = std::ranges::find_if(m_listings, [&](const Listing& one) { return one.filter.root() == filter.root(); });
    if (found != m_listings.end())
        m_listings.splice(m_listings.begin(), m_listings, found);
    return found;
}

std::optional<SegmentCount> FlowCounts::find(const core::BoundFilter& filter, const SegmentInfo& segment, core::TimeRange range)
{
    const std::lock_guard lock(m_mutex);
    const auto at = listing(filter);
    if (at == m_listings.end())
        return std::nullopt;
    const auto found = at->counts.find({&segment, range.from, range.to});
    return found == at->counts.end() ? std::nullopt : std::optional(found->second.count);
}

void FlowCounts::insert(const core::BoundFilter& filter, std::shared_ptr<const SegmentInfo> segment, core::TimeRange range, SegmentCount count)
{
    const std::lock_guard lock(m_mutex);
    auto at = listing(filter);
    if (at == m_listings.end()) {
        if (m_listings.size() >= kListings)
            m_listings.pop_back();
        m_listings.push_front({filter, {}});
        at = m_listings.begin();
    }
    if (at->counts.size() >= kMostCounts)
        at->counts.clear();
    const auto* address = segment.get();
    at->counts.insert_or_assign({address, range.from, range.to}, Counted{std::move(segment), count});
}

} // namespace rivereto::storage
