// SPDX-License-Identifier: GPL-3.0-or-later
// Aggregator's spreading: bytes and packets over the time that a flow says it lasted.
#include <algorithm>

#include "core/query/kernels.h"

namespace rivereto::core {

/// Calls f(point, share of the row's weight). Shares are whole numbers whose sum is the part of the weight that lies in the
/// range: each is the difference of two rounded sums.
template <class F>
void Aggregator::overPoints(SegmentView& segment, size_t item, F&& f) const
{
    const auto& r = m_request;
    const auto pointOf = [&](uint64_t t) {
        return r.intervalMs == 0 || t < r.firstPoint ? uint64_t{0} : std::min<uint64_t>((t - r.firstPoint) / r.intervalMs, r.points - 1);
    };
    const size_t row = m_all ? item : m_rows[item];
    const uint64_t begin = segment.column(ColumnId::TimeFlowStart).number(row);
    const uint64_t end = segment.column(ColumnId::TimeFlowEnd).number(row);
    const uint64_t weight = m_weight[item];
    if (begin == 0 || end <= begin)
        return f(static_cast<uint32_t>(pointOf(segment.column(ColumnId::TimeReceived).number(row))), weight);
    const auto before = [&](uint64_t t) {
        __extension__ using Wide = unsigned __int128;
        return static_cast<uint64_t>(static_cast<Wide>(weight) * (t - begin) / (end - begin));
    };
    const uint64_t low = r.keepEnds ? begin : std::max(begin, r.range.from);
    const uint64_t high = r.keepEnds ? end : std::min(end, r.range.to);
    uint64_t done = before(low);
    for (uint64_t point = pointOf(low);; ++point) {
        const bool last = r.intervalMs == 0 || point + 1 >= r.points;
        const uint64_t bound = last ? high : std::min(high, r.firstPoint + (point + 1) * r.intervalMs);
        const uint64_t sum = before(bound);
        f(static_cast<uint32_t>(point), sum - done);
        done = sum;
        if (bound >= high)
            return;
    }
}

void Aggregator::spreadByCode(SegmentView& segment, const Grouping& grouping)
{
    m_touched.assign(grouping.groups * m_pointCount, 0);
    m_cells.assign(m_touched.size(), 0);
    for (size_t item = 0; item < m_items; ++item) {
        overPoints(segment, item, [&](uint32_t point, uint64_t share) {
            const size_t at = point * grouping.groups + m_at[item];
            m_cells[at] += share;
            m_totals[point] += m_counts ? share : 0;
            m_touched[at] = 1;
        });
    }
}

void Aggregator::spreadByRow(SegmentView& segment, const std::vector<const ColumnView*>& views)
{
    const size_t stride = m_sums.stride();
    for (size_t first = 0; first < m_items && !overflow(); first += kBlock) {
        const size_t count = gatherKeys(views, first);
        const auto keys = m_block;
        for (size_t i = 0; i < count; ++i) {
            overPoints(segment, first + i, [&](uint32_t point, uint64_t share) {
                std::copy_n(keys.data() + i * stride, stride, m_block.data());
                finishEntry(0, point, share);
                m_totals[point] += m_counts ? share : 0;
                addEntries(1);
            });
        }
    }
}

} // namespace rivereto::core
