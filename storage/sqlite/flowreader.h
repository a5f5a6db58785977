// SPDX-License-Identifier: GPL-3.0-or-later
// Reading raw flows: which rows match, in which order, then their cells.
#pragma once

#include "core/store/flowstore.h"
#include "storage/sqlite/catalog.h"
#include "storage/sqlite/columncache.h"
#include "storage/sqlite/flowcounts.h"

namespace rivereto::storage {

/// What a read needs of its store.
struct FlowSource {
    std::shared_ptr<const core::Schema> schema;
    const std::vector<std::shared_ptr<const SegmentInfo>>& segments;
    Statement& select;
    ColumnCache& cache;
    const StoreDictionary& texts;
    FlowCounts& counts;
    std::vector<core::DamagedPart> damaged; ///< known before anything is read
};

/// See FlowStore::flows. A segment that turns out to be damaged is left out; when that happens after rows went to the sink, its
/// rows are missing among those that follow. Memory stays in proportion to count, up to some 20 MB, whatever the offset.
core::Result<core::FlowsSummary> readFlows(const FlowSource& source, const core::FlowsRequest& request, const core::Control& control,
                                           const std::function<bool(core::FlowBatch&&)>& sink);

} // namespace rivereto::storage
