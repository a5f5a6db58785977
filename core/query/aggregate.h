// SPDX-License-Identifier: GPL-3.0-or-later
// Aggregator: filters, groups and sums the rows of segments. One per thread; their sums are joined at the end.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/batch/columnview.h"
#include "core/filter/filter.h"
#include "core/query/damage.h"
#include "core/query/groupsums.h"
#include "core/query/grouptable.h"
#include "core/query/keyviews.h"
#include "core/query/query.h"

namespace rivereto::core {

/// What is summed: whole numbers. All but Rows and SampledPackets are multiplied by the sampling rate.
enum class Measure : uint8_t {
    Rows,
    Bytes,
    Packets,
    Layer2Bytes,   ///< bytes + 38 × packets
    SampledPackets ///< packets as exported, of flows with a sampling rate above 1: how many samples stand behind a figure
};

/// Which rows count, by their addresses: all, those from the smaller to the larger (or to itself), or the others.
enum class Half : uint8_t { Both, Upward, Downward };

/// What a store is asked to sum.
struct AggregateRequest {
    TimeRange range;
    BoundFilter filter;
    std::vector<GroupKey> keys;  ///< group by these; empty: one group
    size_t named = 0;            ///< the first keys are the groups that `only` tells; the rest tells them apart further
    std::shared_ptr<const Schema> schema;
    Measure measure = Measure::Bytes;
    Half half = Half::Both;
    uint64_t firstPoint = 0;     ///< start of point 0, at or before range.from
    uint64_t intervalMs = 0;     ///< 0: one point for everything
    uint32_t points = 1;
    size_t maxCells = 0;         ///< give up with `overflow` beyond this many (group, point) sums
    unsigned truncateV4 = 32;    ///< address keys are cut to so many bits
    unsigned truncateV6 = 128;
    /// Each row is spread evenly over TimeFlowStart … TimeFlowEnd where that is longer than nothing, whatever its
    /// TimeReceived; a row counts when its time touches the range.
    bool spread = false;
    bool keepEnds = false;       ///< spread: what lies before or after the range counts in the first or last point
    /// When set: only these groups (keys one after another, namedWidth bytes each) are told apart; for all others the named
    /// keys are zeros and the point has kOthersBit.
    std::optional<std::vector<uint8_t>> only;
    size_t top = 0;              ///< without points: only the `top` largest groups are wanted one by one; 0: all

    [[nodiscard]] size_t keyWidth() const { return widthOf(keys.size()); }
    [[nodiscard]] size_t namedWidth() const { return widthOf(named); }
    /// Cells have a point behind their key, a uint32_t.
    [[nodiscard]] bool hasPoints() const { return intervalMs > 0 || only; }

private:
    [[nodiscard]] size_t widthOf(size_t count) const;
};

/// In the point of sums that stand for all groups but AggregateRequest::only. No key could say so: a key's every value
/// may be a real one.
inline constexpr uint32_t kOthersBit = 1U << 31;

/// Sums of one (group, point).
struct Aggregate {
    CellList cells;            ///< key: key columns' cells, then the point if hasPoints()
    uint64_t groups = 0;       ///< number of cells before `top` left some out
    uint64_t leftOut = 0;      ///< sum of the cells that `top` left out
    std::vector<uint64_t> totals; ///< a point: every matching row once (a row can be in two groups)
    uint64_t rowsMatched = 0;
    uint64_t rowsInRange = 0;
    uint64_t rowsStored = 0;
    bool sampled = false;      ///< some matching row has a sampling rate above 1
    bool overflow = false;     ///< maxCells was not enough: the sums are incomplete
    std::shared_ptr<const DictionaryView> texts; ///< behind Dict cells in keys
    std::vector<DamagedPart> damaged; ///< left out
};

/// Runs f(0) … f(count - 1), on as many threads as the caller likes; returns when all are done.
using ParallelFor = std::function<void(size_t count, const std::function<void(size_t)>& f)>;

class KeyPacking;

/// Sums the rows of segments. Used by one thread.
class Aggregator {
public:
    /// Both outlive this object.
    Aggregator(const AggregateRequest& request, EntryBudget& budget);
    Aggregator(Aggregator&&) noexcept;
    ~Aggregator();
    /// Adds the rows of a segment. `wholeRange`: every row is known to lie in the range; `wholeFilter`: to match.
    void consume(SegmentView& segment, bool wholeRange, bool wholeFilter);
    /// Rows that need not be read.
    void skip(uint64_t rows, bool inRange);
    [[nodiscard]] bool overflow() const { return m_sums.overflow() || m_packed.overflow(); }

private:
    friend class Joiner;
    friend Aggregate joinAggregators(const AggregateRequest&, std::span<Aggregator* const>, std::shared_ptr<const DictionaryView>, const ParallelFor&);
    struct Grouping;
    void pickRows(SegmentView& segment, bool wholeRange, bool wholeFilter);
    void maskRange(SegmentView& segment, std::vector<uint8_t>& mask) const;
    void maskHalf(SegmentView& segment, std::vector<uint8_t>& mask) const;
    void keep(const std::vector<uint8_t>& mask);
    void dropEqualEnds(SegmentView& segment);
    void sumPicked(SegmentView& segment, bool otherEnd);
    void weigh(SegmentView& segment);
    void noticeSampling(const ColumnView& rates);
    void locatePoints(SegmentView& segment);
    void sumByCode(SegmentView& segment, const Grouping& grouping);
    void placeRows(const Grouping& grouping);
    void sumPlaced(size_t groups);
    bool sumNamed(const std::vector<const ColumnView*>& views);
    void placeNamed(const std::vector<const ColumnView*>& views);
    void addEntries(size_t count);
    void spreadByCode(SegmentView& segment, const Grouping& grouping);
    void emitSums(const Grouping& grouping);
    void sumByRow(const std::vector<const ColumnView*>& views);
    void countTotals();
    void spreadByRow(SegmentView& segment, const std::vector<const ColumnView*>& views);
    size_t gatherKeys(const std::vector<const ColumnView*>& views, size_t first);
    void putKeys(const Grouping& grouping, std::span<const uint32_t> groups);
    void finishEntry(size_t number, uint32_t point, uint64_t value);
    template <class F>
    void overPoints(SegmentView& segment, size_t item, F&& f) const;
    /// Calls f(item, row) for the rows at work from item `first` to `last`.
    template <class F>
    void eachItem(size_t first, size_t last, F&& f) const
    {
        if (m_all) {
            for (size_t item = first; item < last; ++item)
                f(item, item);
        } else {
            const uint16_t* rows = m_rows.data();
            for (size_t item = first; item < last; ++item)
                f(item, static_cast<size_t>(rows[item]));
        }
    }

    [[nodiscard]] std::span<const uint16_t> pickedRows() const { return m_all ? std::span<const uint16_t>() : std::span<const uint16_t>(m_rows); }

    const AggregateRequest& m_request;
    size_t m_keyWidth;
    size_t m_namedWidth;
    bool m_hasPoints;
    bool m_twoEnds; ///< some key counts a row at both ends
    std::unique_ptr<KeyPacking> m_packing;
    GroupSums m_sums;   ///< whole keys
    GroupSums m_packed; ///< those that can be packed
    KeyViews m_views;
    std::optional<GroupTable> m_only;
    std::vector<uint64_t> m_totals;
    uint64_t m_rowsMatched = 0;
    uint64_t m_rowsInRange = 0;
    uint64_t m_rowsStored = 0;
    bool m_sampled = false;

    // Of the segment at work. Items are the rows that match, in order; all vectors below have one entry an item.
    bool m_all = false;             ///< every row matches: item and row are the same
    size_t m_items = 0;
    std::vector<uint16_t> m_rows;   ///< row of each item, unless m_all
    std::vector<uint64_t> m_weights;
    const uint64_t* m_weight = nullptr; ///< what each item adds: m_weights, or a column that says so as it is
    /// Items from here to the next run (or the end) have the same point, counted from m_firstPoint. Empty when times are in
    /// no order; then m_points has each item's.
    struct Run {
        size_t first;
        uint32_t point;
    };
    std::vector<Run> m_runs;
    std::vector<uint32_t> m_points;
    uint32_t m_firstPoint = 0;
    uint32_t m_pointCount = 1;
    bool m_counts = true;           ///< totals are still to be counted
    std::vector<uint32_t> m_at;     ///< group of each item
    std::vector<uint64_t> m_cells;  ///< sum of each (point, group)
    std::vector<uint8_t> m_touched; ///< whether there is one
    std::vector<uint64_t> m_packedBlock;
    std::vector<uint64_t> m_block;  ///< room for kBlock entries that are being made
};

/// Joins what threads have summed; the aggregators are spent. `texts` is what all segments named.
Aggregate joinAggregators(const AggregateRequest& request, std::span<Aggregator* const> from, std::shared_ptr<const DictionaryView> texts,
                          const ParallelFor& parallel);

} // namespace rivereto::core
