// SPDX-License-Identifier: GPL-3.0-or-later
// Reading raw flows: which rows match, in which order, then their cells.
#pragma once

#include "core/store/flowstore.h"
#include "storage/sqlite/catalog.h"
#include "storage/sqlite/columncache.h"

namespace rivereto::storage {

/// What a read needs of its store.
struct FlowSource {
    std::shared_ptr<const core::Schema> schema;
    const std::vector<std::shared_ptr<const SegmentInfo>>& segments;
    Statement& select;
    ColumnCache& cache;
    const StoreDictionary& texts;
    std::vector<core::DamagedPart> damaged; ///< known before anything is read
};

/// See FlowStore::flows. A segment that turns out to be damaged is left out; when that happens after rows went to the sink, its
/// rows are missing among those that follow. With a count, memory stays in proportion to offset + count; without, 24 bytes a matching row.
core::Result<core::FlowsSummary> readFlows(const FlowSource& source, const core::FlowsRequest& request, const core::Control& control,
                                           const std::function<bool(core::FlowBatch&&)>& sink);

} // namespace rivereto::storage
