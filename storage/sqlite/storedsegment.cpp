// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/storedsegment.h"

#include <algorithm>

#include "storage/segment/hosts.h"

namespace rivereto::storage {

namespace {
alignas(16) constexpr uint8_t kZero[sizeof(core::PrefixCell)] = {};
/// TimeFlowStart → TimeFlowEnd → TimeReceived is the longest honest chain.
constexpr int kMaxDepth = 4;
}

bool SegmentZones::mayHave(core::ColumnId id, const core::Ip& address) const
{
    if (id != core::ColumnId::SrcAddr && id != core::ColumnId::DstAddr)
        return true;
    if (!m_hosts) {
        // What cannot be read says nothing; if the segment is damaged, reading it will tell.
        const auto row = m_select.bind(0, m_info.id * kFileColumns + kHosts).step();
        m_hosts = row && *row ? std::string(m_select.bytes(0)) : std::string();
        m_select.reset();
    }
    return mayHaveHost(*m_hosts, address);
}

core::ColumnView StoredSegment::load(core::ColumnId id)
{
    if (const auto* blob = m_info.find(id)) {
        if (auto column = decoded(*blob, 0)) {
            m_held.push_back(column);
            return column->view();
        }
    }
    return {.kind = core::ColumnView::Kind::Constant, .storage = m_schema[id].storage(), .distinct = 1, .cells = kZero};
}

std::shared_ptr<const DecodedColumn> StoredSegment::decoded(const BlobInfo& blob, int depth)
{
    const int64_t blobId = m_info.id * kFileColumns + blob.fileColumn;
    if (const auto parent = std::ranges::find(m_parents, blob.id, &std::pair<core::ColumnId, std::shared_ptr<const DecodedColumn>>::first); parent != m_parents.end())
        return parent->second;
    if (auto column = m_cache.find(blobId))
        return column;
    std::shared_ptr<const DecodedColumn> parent;
    if (blob.parent != core::ColumnId::kNone) {
        const auto* parentBlob = m_info.find(blob.parent);
        parent = parentBlob && depth < kMaxDepth ? decoded(*parentBlob, depth + 1) : nullptr;
    }
    const auto row = m_select.bind(0, blobId).step();
    std::shared_ptr<const DecodedColumn> column;
    if (row && *row) {
        const auto bytes = m_select.bytes(0);
        if (checksum(bytes) == blob.checksum)
            column = decodeColumn(bytes, m_schema[blob.id].storage(), m_info.rows, parent.get());
    }
    m_select.reset();
    if (!row && !isDamage(row.error()))
        m_error = row.error();
    else if (!column)
        m_damage = core::DamagedPart{.segment = m_info.id, .column = std::string(m_schema[blob.id].name), .time = m_info.time, .rows = m_info.rows};
    else if (depth == 0)
        m_cache.insert(blobId, column);
    else // read for a column that follows it: perhaps for the next one, too, but not worth room in the cache
        m_parents.emplace_back(blob.id, column);
    return column;
}

} // namespace rivereto::storage
