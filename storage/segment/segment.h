// SPDX-License-Identifier: GPL-3.0-or-later
// Segments: up to 65 536 flows, one encoded blob a column with its zone. Pure: no files here. Read this first in
// storage/segment; resources/docs/format.md has the bytes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/batch/flowbatch.h"
#include "storage/segment/unwritten.h"

namespace rivereto::storage {

/// How a blob holds its column. Stored; never renumber.
enum class Encoding : uint8_t {
    Constant = 0,   ///< one cell
    Packed = 1,     ///< numbers, frame of reference
    Delta = 2,      ///< numbers, difference to the row before
    Dictionary = 3, ///< sorted distinct cells and the blob of a code a row
    Dependent = 4,  ///< a value for each dictionary entry of another column
    Difference = 5, ///< numbers, difference to another column's number in the same row
    Wide = 6,       ///< addresses, two number columns
    Zstd = 7,       ///< any of these, compressed
    Planes = 8      ///< numbers, one byte plane after another: what an entropy coder wants
};

/// How a run of values in a blob is packed. Stored; never renumber.
enum Packing : uint8_t {
    kNumbers = 0,
    kDeltas = 1,
    kAscending = 2, ///< only read
    kSteps = 3,     ///< only read
    kGaps = 4
};

/// An encoded column of a segment.
struct EncodedColumn {
    core::ColumnId id = core::ColumnId::kNone;
    core::ColumnId parent = core::ColumnId::kNone; ///< Dependent, Difference: the column it is stored against
    core::Ip min; ///< zone: numbers as {0, n}; zero for Dict columns
    core::Ip max;
    std::string data;
};

struct EncodedSegment {
    uint32_t rows = 0;
    uint64_t timeMin = 0; ///< of TimeReceived
    uint64_t timeMax = 0;
    std::vector<EncodedColumn> columns; ///< columns that are zero in every row are left out
    std::string hosts;    ///< hostsBlob() of its addresses; empty when it has none
};

/// Maps a text of the batch to its id in the store; called once a distinct text of the slice.
using TextMapper = std::function<uint32_t(std::string_view)>;

/// Encodes rows [first, first + count) of a batch; count ≤ kSegmentRows. Not for derived columns (a batch has none).
EncodedSegment encodeSegment(const core::FlowBatch& batch, size_t first, size_t count, const TextMapper& textId);

/// A column in memory, ready for the executor.
class DecodedColumn {
public:
    [[nodiscard]] core::ColumnView view() const;
    [[nodiscard]] size_t bytes() const;

    core::ColumnView::Kind kind = core::ColumnView::Kind::Constant;
    core::Storage storage = core::Storage::U64;
    uint32_t distinct = 1;
    UnwrittenVector<uint8_t> cells;
    UnwrittenVector<uint16_t> codes;
};

/// Decodes a blob. `parent` is the decoded column that EncodedColumn::parent names, if any.
/// nullptr when the blob is damaged: whatever the bytes, nothing outside them is read.
std::shared_ptr<const DecodedColumn> decodeColumn(std::string_view data, core::Storage storage, uint32_t rows,
                                                  const DecodedColumn* parent);

/// 64-bit check of a blob's bytes.
uint64_t checksum(std::string_view bytes);

} // namespace rivereto::storage
