// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/aggregate.h"

#include <algorithm>
#include <numeric>

#include "core/query/kernels.h"
#include "core/query/keypacking.h"

namespace rivereto::core {

namespace {

/// Ethernet's preamble, header, checksum and gap: what layer 2 adds to a packet, in octets.
constexpr uint64_t kLayer2Octets = 38;
/// Up to so many sums there is room for four of each in the processor's first cache.
constexpr size_t kLaneCells = 1024;

Digit digitOf(const ColumnView& view)
{
    if (view.kind != ColumnView::Kind::Plain)
        return {&view, view.distinct};
    const size_t size = cellSize(view.storage);
    return {&view, size == 1 ? 256U : size == 2 ? 65536U : 0U};
}

bool countsAtBothEnds(const GroupKey& key) { return key.take == GroupKey::Take::Cell && key.other != ColumnId::kNone; }

/// Smallest and largest of some times, and whether they never fall.
struct Order {
    uint64_t low = UINT64_MAX;
    uint64_t high = 0;
    bool rising = true;
};

RIVERETO_WIDE Order orderOf(const uint64_t* times, size_t count)
{
    Order out;
    uint64_t falls = 0;
    for (size_t i = 0; i < count; ++i) {
        out.low = times[i] < out.low ? times[i] : out.low;
        out.high = times[i] > out.high ? times[i] : out.high;
    }
    for (size_t i = 1; i < count; ++i)
        falls |= static_cast<uint64_t>(times[i] < times[i - 1]);
    out.rising = falls == 0;
    return out;
}

RIVERETO_WIDE void addWhereAtLeast(uint32_t* points, const uint64_t* times, uint64_t bound, size_t count)
{
    for (size_t i = 0; i < count; ++i)
        points[i] += static_cast<uint32_t>(times[i] >= bound);
}

/// Sums of neighbouring items often belong to the same cell: in lanes of their own they need not wait for each other.
void sumItems(uint64_t* cells, size_t groups, size_t lanes, const uint32_t* at, const uint64_t* weight, size_t count)
{
    size_t item = 0;
    for (; lanes == 4 && item + 4 <= count; item += 4) {
        cells[at[item]] += weight[item];
        cells[at[item + 1] + groups] += weight[item + 1];
        cells[at[item + 2] + 2 * groups] += weight[item + 2];
        cells[at[item + 3] + 3 * groups] += weight[item + 3];
    }
    for (; item < count; ++item)
        cells[at[item]] += weight[item];
}

} // namespace

size_t AggregateRequest::widthOf(size_t count) const
{
    size_t width = 0;
    for (size_t i = 0; i < count; ++i)
        width += cellSize((*schema)[keys[i].column].storage());
    return width;
}

Aggregator::Aggregator(const AggregateRequest& request, EntryBudget& budget)
    : m_request(request), m_keyWidth(request.keyWidth()), m_namedWidth(request.namedWidth()), m_hasPoints(request.hasPoints()),
      m_twoEnds(std::ranges::any_of(request.keys, countsAtBothEnds)), m_packing(std::make_unique<KeyPacking>(request)),
      m_sums(m_packing->wholeWidth(), budget), m_packed(m_packing->packedWidth(), budget), m_views(request.truncateV4, request.truncateV6),
      m_totals(request.points)
{
    if (!request.only)
        return;
    m_only.emplace(m_namedWidth);
    for (size_t at = 0; m_namedWidth > 0 && at + m_namedWidth <= request.only->size(); at += m_namedWidth)
        m_only->entryOf(request.only->data() + at);
}

Aggregator::Aggregator(Aggregator&&) noexcept = default;
Aggregator::~Aggregator() = default;

void Aggregator::skip(uint64_t rows, bool inRange)
{
    m_rowsStored += rows;
    m_rowsInRange += inRange ? rows : 0;
}

void Aggregator::consume(SegmentView& segment, bool wholeRange, bool wholeFilter)
{
    m_rowsStored += segment.rows();
    m_views.start();
    pickRows(segment, wholeRange, wholeFilter);
    m_rowsMatched += m_items;
    m_counts = true;
    sumPicked(segment, false);
    if (!m_twoEnds)
        return;
    dropEqualEnds(segment);
    m_counts = false;
    sumPicked(segment, true);
}

void Aggregator::pickRows(SegmentView& segment, bool wholeRange, bool wholeFilter)
{
    const size_t rows = segment.rows();
    m_all = true;
    m_items = rows;
    if (wholeRange && wholeFilter && m_request.half == Half::Both) {
        m_rowsInRange += rows;
        return;
    }
    std::vector<uint8_t> mask(rows, 1);
    if (!wholeFilter)
        m_request.filter.evaluate(segment, mask);
    if (m_request.half != Half::Both)
        maskHalf(segment, mask);
    if (wholeRange) {
        m_rowsInRange += rows;
    } else {
        std::vector<uint8_t> inRange(rows);
        maskRange(segment, inRange);
        m_rowsInRange += static_cast<uint64_t>(std::ranges::count(inRange, 1));
        for (size_t row = 0; row < rows; ++row)
            mask[row] &= inRange[row];
    }
    keep(mask);
}

/// Of the rows at work those stay that `mask`, one entry a row, has.
void Aggregator::keep(const std::vector<uint8_t>& mask)
{
    std::vector<uint16_t> kept(m_items + 1);
    size_t count = 0;
    eachItem(0, m_items, [&](size_t, size_t row) {
        kept[count] = static_cast<uint16_t>(row);
        count += mask[row];
    });
    m_all = count == mask.size();
    kept.resize(count);
    m_rows = std::move(kept);
    m_items = count;
}

/// Leaves only rows whose ends are in different groups.
void Aggregator::dropEqualEnds(SegmentView& segment)
{
    const size_t rows = segment.rows();
    std::vector<uint8_t> differ(rows, 0);
    for (const auto& key : m_request.keys) {
        if (!countsAtBothEnds(key))
            continue;
        const auto& a = m_views.view(segment, key, false, pickedRows());
        const auto& b = m_views.view(segment, key, true, pickedRows());
        withCellType(a.storage, [&](auto cell) {
            using T = decltype(cell);
            for (size_t row = 0; row < rows; ++row)
                differ[row] |= static_cast<uint8_t>(!(a.at<T>(row) == b.at<T>(row)));
        });
    }
    keep(differ);
}

void Aggregator::maskRange(SegmentView& segment, std::vector<uint8_t>& mask) const
{
    const auto range = m_request.range;
    withNumbers(segment.column(ColumnId::TimeReceived), [&](auto time) {
        for (size_t row = 0; row < mask.size(); ++row) {
            const uint64_t t = time(row);
            mask[row] = static_cast<uint8_t>(t >= range.from && t < range.to);
        }
    });
    if (!m_request.spread)
        return;
    withNumbers(segment.column(ColumnId::TimeFlowStart), [&](auto start) {
        withNumbers(segment.column(ColumnId::TimeFlowEnd), [&](auto end) {
            for (size_t row = 0; row < mask.size(); ++row) {
                if (m_request.keepEnds)
                    mask[row] = 1;
                else if (start(row) > 0 && end(row) > start(row))
                    mask[row] = static_cast<uint8_t>(start(row) < range.to && end(row) > range.from);
            }
        });
    });
}

void Aggregator::maskHalf(SegmentView& segment, std::vector<uint8_t>& mask) const
{
    const auto& source = segment.column(ColumnId::SrcAddr);
    const auto& destination = segment.column(ColumnId::DstAddr);
    const bool upward = m_request.half == Half::Upward;
    for (size_t row = 0; row < mask.size(); ++row)
        mask[row] &= static_cast<uint8_t>((source.at<Ip>(row) <= destination.at<Ip>(row)) == upward);
}

void Aggregator::sumPicked(SegmentView& segment, bool otherEnd)
{
    if (m_items == 0 || overflow())
        return;
    weigh(segment);
    locatePoints(segment);
    if (m_counts && !m_request.spread)
        countTotals();
    Grouping grouping;
    for (const auto& key : m_request.keys) {
        const auto& view = m_views.view(segment, key, otherEnd, pickedRows());
        grouping.views.push_back(&view);
        grouping.digits.push_back(digitOf(view));
        grouping.groups = std::min<uint64_t>(grouping.groups * grouping.digits.back().radix, kDenseCells + 1);
    }
    // An array of sums costs as much as it is large, a row summed on its own some twenty times as much as a cell.
    const uint64_t cells = grouping.groups * m_pointCount;
    const bool dense = cells > 0 && cells <= std::min<uint64_t>(kDenseCells, std::max<uint64_t>(m_items * 16, 1024));
    if ((!dense || cells > kLaneCells) && sumNamed(grouping.views))
        return;
    if (dense) {
        sumByCode(segment, grouping);
        emitSums(grouping);
    } else if (m_request.spread) {
        spreadByRow(segment, grouping.views);
    } else {
        sumByRow(grouping.views);
    }
}

/// What each item adds to its sum.
void Aggregator::weigh(SegmentView& segment)
{
    const auto measure = m_request.measure;
    const auto& rates = segment.column(ColumnId::SamplingRate);
    const auto& bytes = segment.column(ColumnId::Bytes);
    const bool unsampled = rates.kind == ColumnView::Kind::Constant && rates.number(0) <= 1;
    if (!unsampled && !m_sampled)
        noticeSampling(rates);
    if (measure == Measure::Bytes && unsampled && m_all && bytes.kind == ColumnView::Kind::Plain) {
        m_weight = bytes.as<uint64_t>();
        return;
    }
    m_weights.resize(m_items);
    uint64_t* weights = m_weights.data();
    m_weight = weights;
    if (measure == Measure::Rows) {
        std::fill_n(weights, m_items, 1);
        return;
    }
    const auto fill = [&](auto number) {
        if (unsampled && measure != Measure::SampledPackets)
            return eachItem(0, m_items, [&](size_t item, size_t row) { weights[item] = number(row); });
        withWide(rates, [&](auto rate) {
            if (measure == Measure::SampledPackets)
                eachItem(0, m_items, [&](size_t item, size_t row) { weights[item] = rate(row) > 1 ? number(row) : 0; });
            else
                eachItem(0, m_items, [&](size_t item, size_t row) { weights[item] = number(row) * std::max<uint64_t>(rate(row), 1); });
        });
    };
    const auto& packets = segment.column(ColumnId::Packets);
    if (measure == Measure::Layer2Bytes)
        withWide(bytes, [&](auto octets) { withWide(packets, [&](auto count) { fill([=](size_t row) { return octets(row) + kLayer2Octets * count(row); }); }); });
    else
        withWide(measure == Measure::Bytes ? bytes : packets, fill);
}

void Aggregator::noticeSampling(const ColumnView& rates)
{
    withWide(rates, [&](auto rate) {
        for (size_t item = 0; item < m_items && !m_sampled; ++item)
            m_sampled = rate(m_all ? item : m_rows[item]) > 1;
    });
}

/// Which point each item belongs to; with spread only how many points there are.
void Aggregator::locatePoints(SegmentView& segment)
{
    m_firstPoint = 0;
    m_pointCount = 1;
    m_points.clear();
    m_runs.assign(1, {0, 0});
    if (m_request.intervalMs == 0)
        return;
    if (m_request.spread) {
        m_pointCount = m_request.points;
        return;
    }
    const uint64_t origin = m_request.firstPoint;
    const uint64_t interval = m_request.intervalMs;
    const auto& column = segment.column(ColumnId::TimeReceived);
    std::vector<uint64_t> gathered;
    const auto* times = column.as<uint64_t>();
    if (!m_all || column.kind != ColumnView::Kind::Plain) {
        gathered.resize(m_items);
        withWide(column, [&](auto time) { eachItem(0, m_items, [&](size_t item, size_t row) { gathered[item] = time(row); }); });
        times = gathered.data();
    }
    const auto order = orderOf(times, m_items);
    m_firstPoint = static_cast<uint32_t>((order.low - origin) / interval);
    m_pointCount = static_cast<uint32_t>((order.high - origin) / interval) - m_firstPoint + 1;
    if (m_pointCount == 1)
        return;
    const uint64_t base = origin + m_firstPoint * interval;
    if (order.rising) {
        for (uint32_t point = 1; point < m_pointCount; ++point) {
            const auto first = static_cast<size_t>(std::lower_bound(times + m_runs.back().first, times + m_items, base + point * interval) - times);
            if (first < m_items)
                m_runs.push_back({first, point});
        }
        return;
    }
    m_runs.clear();
    m_points.assign(m_items, 0);
    if (m_pointCount <= 8) {
        for (uint32_t point = 1; point < m_pointCount; ++point)
            addWhereAtLeast(m_points.data(), times, base + point * interval, m_items);
    } else {
        for (size_t item = 0; item < m_items; ++item)
            m_points[item] = static_cast<uint32_t>((times[item] - base) / interval);
    }
}

void Aggregator::countTotals()
{
    for (size_t i = 0; i < m_runs.size(); ++i) {
        const size_t last = i + 1 < m_runs.size() ? m_runs[i + 1].first : m_items;
        m_totals[m_firstPoint + m_runs[i].point] += std::accumulate(m_weight + m_runs[i].first, m_weight + last, uint64_t{0});
    }
    for (size_t item = 0; item < m_points.size(); ++item)
        m_totals[m_firstPoint + m_points[item]] += m_weight[item];
}

void Aggregator::sumByCode(SegmentView& segment, const Grouping& grouping)
{
    placeRows(grouping);
    if (m_request.spread)
        spreadByCode(segment, grouping);
    else
        sumPlaced(grouping.groups);
}

/// All sums of the segment in one array, a point's groups one after another.
void Aggregator::sumPlaced(size_t groups)
{
    m_touched.assign(groups * m_pointCount, 0);
    const uint32_t* at = m_at.data();
    uint8_t* touched = m_touched.data();
    if (m_runs.empty()) {
        uint32_t* places = m_at.data();
        for (size_t item = 0; item < m_items; ++item)
            places[item] += m_points[item] * static_cast<uint32_t>(groups);
    }
    // Runs are summed each into its own part of the array.
    const auto eachRun = [&](auto&& f) {
        if (m_runs.empty())
            return f(size_t{0}, m_items, m_touched.size(), size_t{0});
        for (size_t i = 0; i < m_runs.size(); ++i)
            f(m_runs[i].first, i + 1 < m_runs.size() ? m_runs[i + 1].first : m_items, groups, m_runs[i].point * groups);
    };
    const size_t lanes = groups * m_pointCount <= kLaneCells ? 4 : 1;
    m_cells.assign(groups * m_pointCount * lanes, 0);
    eachRun([&](size_t first, size_t last, size_t width, size_t offset) {
        uint64_t* cells = m_cells.data() + offset * lanes;
        sumItems(cells, width, lanes, at + first, m_weight + first, last - first);
        for (size_t i = 0; lanes == 4 && i < width; ++i)
            m_cells[offset + i] = cells[i] + cells[width + i] + cells[2 * width + i] + cells[3 * width + i];
        for (size_t item = first; item < last; ++item)
            touched[offset + at[item]] = 1;
    });
}

void Aggregator::placeRows(const Grouping& grouping)
{
    m_at.assign(m_items, 0);
    uint32_t* at = m_at.data();
    for (const auto& digit : grouping.digits) {
        const auto& view = *digit.view;
        const auto add = [&](const auto* digits) {
            const uint32_t radix = digit.radix;
            if (&digit == grouping.digits.data())
                eachItem(0, m_items, [&](size_t item, size_t row) { at[item] = digits[row]; });
            else
                eachItem(0, m_items, [&](size_t item, size_t row) { at[item] = at[item] * radix + digits[row]; });
        };
        if (view.kind == ColumnView::Kind::Coded)
            add(view.codes);
        else if (view.kind == ColumnView::Kind::Plain && cellSize(view.storage) == 1)
            add(view.as<uint8_t>());
        else if (view.kind == ColumnView::Kind::Plain)
            add(view.as<uint16_t>());
    }
}

/// Hands the array's sums on, each with its key.
void Aggregator::emitSums(const Grouping& grouping)
{
    std::vector<uint32_t> groups;
    for (uint32_t point = 0; point < m_pointCount; ++point) {
        const uint8_t* touched = m_touched.data() + point * grouping.groups;
        const uint64_t* cells = m_cells.data() + point * grouping.groups;
        groups.resize(grouping.groups + 1);
        size_t count = 0;
        for (uint32_t group = 0; group < grouping.groups; ++group) {
            groups[count] = group;
            count += touched[group];
        }
        for (size_t first = 0; first < count; first += kBlock) {
            const auto here = std::span(groups).subspan(first, std::min(kBlock, count - first));
            putKeys(grouping, here);
            for (size_t i = 0; i < here.size(); ++i)
                finishEntry(i, m_firstPoint + point, cells[here[i]]);
            addEntries(here.size());
        }
    }
}

/// Entries of up to kBlock groups with their keys: each column's digit of the group's number says which cell.
void Aggregator::putKeys(const Grouping& grouping, std::span<const uint32_t> groups)
{
    const size_t stride = m_sums.stride();
    m_block.assign(kBlock * stride, 0);
    size_t end = m_keyWidth;
    uint32_t below = 1; // product of the radices of the digits after this one
    for (size_t d = grouping.digits.size(); d-- > 0;) {
        const auto& digit = grouping.digits[d];
        const auto& view = *digit.view;
        end -= cellSize(view.storage);
        withCellType(view.storage, [&](auto cell) {
            using T = decltype(cell);
            auto* to = reinterpret_cast<uint8_t*>(m_block.data()) + end;
            const bool only = below == 1 && d == 0;
            for (const uint32_t group : groups) {
                const uint32_t number = only ? group : group / below % digit.radix;
                if constexpr (std::is_integral_v<T>)
                    cell = view.kind == ColumnView::Kind::Plain ? static_cast<T>(number) : view.as<T>()[number];
                else
                    cell = view.as<T>()[number];
                std::memcpy(to, &cell, sizeof cell);
                to += stride * sizeof(uint64_t);
            }
        });
        below *= digit.radix;
    }
}

/// Entries of up to kBlock items with their keys; returns how many.
size_t Aggregator::gatherKeys(const std::vector<const ColumnView*>& views, size_t first)
{
    const size_t last = std::min(first + kBlock, m_items);
    const size_t stride = m_sums.stride();
    m_block.assign(kBlock * stride, 0);
    size_t offset = 0;
    for (const auto* view : views) {
        withCellType(view->storage, [&](auto cell) {
            using T = decltype(cell);
            const T* cells = view->as<T>();
            auto* to = reinterpret_cast<uint8_t*>(m_block.data()) + offset;
            const auto put = [&](auto cellOf) {
                eachItem(first, last, [&](size_t, size_t row) {
                    std::memcpy(to, cells + cellOf(row), sizeof(T));
                    to += stride * sizeof(uint64_t);
                });
            };
            switch (view->kind) {
            case ColumnView::Kind::Constant: put([](size_t) { return size_t{0}; }); break;
            case ColumnView::Kind::Plain: put([](size_t row) { return row; }); break;
            case ColumnView::Kind::Coded: put([codes = view->codes](size_t row) { return static_cast<size_t>(codes[row]); }); break;
            }
            offset += sizeof(T);
        });
    }
    return last - first;
}

void Aggregator::sumByRow(const std::vector<const ColumnView*>& views)
{
    size_t run = 0;
    for (size_t first = 0; first < m_items && !overflow(); first += kBlock) {
        const size_t count = gatherKeys(views, first);
        for (size_t i = 0; i < count; ++i) {
            const size_t item = first + i;
            while (run + 1 < m_runs.size() && m_runs[run + 1].first <= item)
                ++run;
            finishEntry(i, m_firstPoint + (m_runs.empty() ? m_points[item] : m_runs[run].point), m_weight[item]);
        }
        addEntries(count);
    }
}

/// Hands on the first entries of m_block.
void Aggregator::addEntries(size_t count)
{
    if (!m_packing->saves())
        return m_sums.add(m_block.data(), count);
    const size_t stride = m_sums.stride();
    const size_t packedStride = m_packed.stride();
    m_packedBlock.assign(count * packedStride, 0);
    size_t packed = 0;
    size_t whole = 0;
    for (size_t i = 0; i < count; ++i) {
        const uint64_t* entry = m_block.data() + i * stride;
        uint64_t* to = m_packedBlock.data() + packed * packedStride;
        if (m_packing->pack(reinterpret_cast<const uint8_t*>(entry), reinterpret_cast<uint8_t*>(to))) {
            to[packedStride - 1] = entry[stride - 1];
            ++packed;
        } else {
            std::fill_n(to, packedStride, 0);
            std::copy_n(entry, stride, m_block.data() + whole++ * stride);
        }
    }
    m_packed.add(m_packedBlock.data(), packed);
    m_sums.add(m_block.data(), whole);
}

/// Entry `number` of m_block holds a key; its point and sum are filled in here. A key that is not asked for loses its named part.
void Aggregator::finishEntry(size_t number, uint32_t point, uint64_t value)
{
    const size_t stride = m_sums.stride();
    uint64_t* entry = m_block.data() + number * stride;
    auto* key = reinterpret_cast<uint8_t*>(entry);
    if (m_only && !m_only->contains(key)) {
        std::memset(key, 0, m_namedWidth);
        point |= kOthersBit;
    }
    if (m_hasPoints)
        std::memcpy(key + m_keyWidth, &point, sizeof point);
    entry[stride - 1] = value;
}

} // namespace rivereto::core
