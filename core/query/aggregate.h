// SPDX-License-Identifier: GPL-3.0-or-later
// Aggregator: filters, groups and sums the rows of segments. One per thread; merged at the end.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/batch/columnview.h"
#include "core/filter/filter.h"
#include "core/query/grouptable.h"
#include "core/query/query.h"

namespace rivereto::core {

/// What a store is asked to sum. Values are whole numbers: octets, packets or rows, multiplied by the sampling rate where
/// the unit says so.
struct AggregateRequest {
    TimeRange range;
    BoundFilter filter;
    std::vector<ColumnId> keys;  ///< group by these; empty: one group
    std::shared_ptr<const Schema> schema;
    Unit unit = Unit::Bytes;
    uint64_t firstPoint = 0;     ///< start of point 0, at or before range.from
    uint64_t intervalMs = 0;     ///< 0: one point for everything
    uint32_t points = 1;
    size_t maxCells = 0;         ///< give up with `overflow` beyond this many (group, point) sums
    unsigned truncateV4 = 32;    ///< address keys are cut to so many bits
    unsigned truncateV6 = 128;
    /// When set: only these groups (keys one after another, keyWidth bytes each) are told apart; the others share one
    /// group: its key is all zeros and its points have kOthersBit.
    std::optional<std::vector<uint8_t>> only;

    [[nodiscard]] size_t keyWidth() const;
};

/// In the point of sums that stand for all groups but AggregateRequest::only. No key could say so: a key's every value
/// may be a real one.
inline constexpr uint32_t kOthersBit = 1U << 31;

/// Sums of one (group, point).
struct Aggregate {
    GroupTable cells{0};       ///< key: key columns' cells, then the point as uint32_t
    uint64_t rowsMatched = 0;
    uint64_t rowsInRange = 0;
    uint64_t rowsStored = 0;
    bool overflow = false;     ///< maxCells was not enough: the sums are incomplete
    std::shared_ptr<const DictionaryView> texts; ///< behind Dict cells in keys
};

class Aggregator {
public:
    explicit Aggregator(const AggregateRequest& request);
    /// Adds the rows of a segment. `wholeRange`: every row is known to lie in the range; `wholeFilter`: to match.
    void consume(SegmentView& segment, bool wholeRange, bool wholeFilter);
    void merge(const Aggregator& other);
    [[nodiscard]] bool overflow() const { return m_result.overflow; }
    Aggregate finish() { return std::move(m_result); }

private:
    struct Grouping;
    const ColumnView& keyColumn(SegmentView& segment, size_t key);
    void maskRows(SegmentView& segment, bool wholeRange, bool wholeFilter);
    void weigh(SegmentView& segment);
    void locatePoints(SegmentView& segment);
    void sumByCode(const Grouping& grouping, size_t rows);
    void sumByHash(SegmentView& segment);
    void add(const uint8_t* key, uint32_t point, uint64_t value);
    void settle();

    const AggregateRequest& m_request;
    size_t m_keyWidth;
    Aggregate m_result;
    std::optional<GroupTable> m_only;
    /// An address column cut to its prefix length, in place of the segment's own.
    struct Truncated {
        ColumnView view;
        std::vector<Ip> cells;
        std::vector<uint16_t> codes;
    };
    std::vector<Truncated> m_truncated; ///< one a key, while a segment is summed
    std::vector<uint8_t> m_mask;
    std::vector<uint64_t> m_weights;
    std::vector<uint32_t> m_points;
    std::vector<uint32_t> m_groups;
    std::vector<uint64_t> m_sums;
    std::vector<uint8_t> m_touched;
    std::vector<uint8_t> m_waitingKeys; ///< with their points
    std::vector<uint64_t> m_waitingValues;
    uint32_t m_firstPoint = 0;
    uint32_t m_pointCount = 1;
    bool m_all = false; ///< m_mask is all ones
};

} // namespace rivereto::core
