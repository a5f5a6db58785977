// SPDX-License-Identifier: GPL-3.0-or-later
// Reading every column of a stored segment back into a batch, for whoever writes it anew.
#pragma once

#include "storage/sqlite/catalog.h"

namespace rivereto::storage {

/// Appends the rows of a segment to `out`. `select` is "SELECT data FROM blobs WHERE id = ?". Columns that are damaged, or
/// stored against one that is, stay zero and are named in `damaged`; TimeReceived too. Texts come from `texts`.
void appendSegment(core::FlowBatch& out, const SegmentInfo& info, Statement& select, const StoreDictionary& texts,
                   std::vector<core::ColumnId>& damaged);

/// Puts rows in the order of TimeReceived; equal ones stay in their order.
void sortByTime(core::FlowBatch& batch);

/// A blob of a segment as it is stored. Empty when it is not there, cannot be read or has another checksum.
std::string readBlob(Statement& select, const SegmentInfo& info, const BlobInfo& blob);

/// All columns of a segment, by position in info.blobs; nullptr for those that are damaged.
std::vector<std::shared_ptr<const DecodedColumn>> decodeAll(const SegmentInfo& info, Statement& select, const core::Schema& schema);

/// Sets named[id] for each text that a segment names; false when some column is damaged.
bool markTexts(const SegmentInfo& info, Statement& select, const core::Schema& schema, std::vector<bool>& named);

} // namespace rivereto::storage
