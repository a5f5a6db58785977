// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/memorystore.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "core/query/segment.h"
#include "core/text/value.h"

namespace rivereto::support {

using core::ColumnId;

namespace {

uint64_t timeOf(const core::FlowBatch& rows, size_t row) { return rows.view(ColumnId::TimeReceived).at<uint64_t>(row); }

uint64_t weightOf(const core::FlowBatch& rows, core::Measure measure, size_t row)
{
    const auto number = [&](ColumnId id) { return rows.view(id).number(row); };
    const uint64_t rate = std::max<uint64_t>(number(ColumnId::SamplingRate), 1);
    switch (measure) {
    case core::Measure::Rows: return 1;
    case core::Measure::Packets: return number(ColumnId::Packets) * rate;
    case core::Measure::Layer2Bytes: return (number(ColumnId::Bytes) + 38 * number(ColumnId::Packets)) * rate;
    case core::Measure::SampledPackets: return rate > 1 ? number(ColumnId::Packets) : 0;
    case core::Measure::Bytes: break;
    }
    return number(ColumnId::Bytes) * rate;
}

std::string cellBytes(const core::ColumnView& view, size_t row)
{
    const auto size = core::cellSize(view.storage);
    const size_t at = view.kind == core::ColumnView::Kind::Plain ? row : view.kind == core::ColumnView::Kind::Coded ? view.codes[row] : 0;
    return {static_cast<const char*>(view.cells) + at * size, size};
}

/// The bytes of one key at one end of a flow.
std::string keyBytes(core::SegmentView& segment, const core::GroupKey& key, bool otherEnd, size_t row, const core::AggregateRequest& request)
{
    using Take = core::GroupKey::Take;
    const auto& view = segment.column(otherEnd && key.take == Take::Cell && key.other != ColumnId::kNone ? key.other : key.column);
    if (view.storage != core::Storage::Ip)
        return cellBytes(view, row);
    const auto cut = [&](core::Ip ip) { return key.uncut ? ip : ip.masked(ip.isV4() ? 96 + request.truncateV4 : request.truncateV6); };
    core::Ip ip = cut(view.at<core::Ip>(row));
    if (key.take != Take::Cell) {
        const auto other = cut(segment.column(key.other).at<core::Ip>(row));
        ip = key.take == Take::Smaller ? std::min(ip, other) : std::max(ip, other);
    }
    return {reinterpret_cast<const char*>(&ip), sizeof ip};
}

/// One or two keys that a row belongs to.
std::vector<std::string> keysOf(core::SegmentView& segment, size_t row, const core::AggregateRequest& request)
{
    std::vector<std::string> out;
    for (const bool otherEnd : {false, true}) {
        std::string key;
        for (const auto& part : request.keys)
            key += keyBytes(segment, part, otherEnd, row, request);
        if (out.empty() || out[0] != key)
            out.push_back(std::move(key));
    }
    return out;
}

/// Share of a row's weight in each point that it touches: at TimeReceived, or millisecond by millisecond's share of its time.
std::map<uint32_t, uint64_t> sharesOf(const core::FlowBatch& rows, size_t row, const core::AggregateRequest& r)
{
    const auto weight = weightOf(rows, r.measure, row);
    const auto pointOf = [&](uint64_t t) {
        if (r.intervalMs == 0)
            return uint32_t{0};
        const uint64_t point = t < r.firstPoint ? 0 : (t - r.firstPoint) / r.intervalMs;
        return static_cast<uint32_t>(std::min<uint64_t>(point, r.points - 1));
    };
    const auto begin = rows.view(ColumnId::TimeFlowStart).number(row);
    const auto end = rows.view(ColumnId::TimeFlowEnd).number(row);
    std::map<uint32_t, uint64_t> out;
    if (!r.spread || begin == 0 || end <= begin) {
        out[pointOf(timeOf(rows, row))] = weight;
        return out;
    }
    const auto before = [&](uint64_t t) { return static_cast<uint64_t>(static_cast<long double>(weight) * static_cast<long double>(t - begin) / static_cast<long double>(end - begin)); };
    for (uint64_t t = begin; t < end; ++t) {
        if (r.keepEnds || (t >= r.range.from && t < r.range.to))
            out[pointOf(t)] += before(t + 1) - before(t);
    }
    return out;
}

} // namespace

core::Result<core::StoreStatus> MemoryStore::status()
{
    core::StoreStatus out{.rows = m_rows.rows(), .generation = 1};
    for (size_t row = 0; row < m_rows.rows(); ++row) {
        const auto t = timeOf(m_rows, row);
        out.range.from = row == 0 ? t : std::min(out.range.from, t);
        out.range.to = std::max(out.range.to, t + 1);
    }
    return out;
}

std::vector<uint8_t> MemoryStore::matching(core::TimeRange range, const core::BoundFilter& filter, core::FlowsSummary& counts) const
{
    core::BatchSegment segment(m_rows);
    std::vector<uint8_t> mask(m_rows.rows());
    filter.evaluate(segment, mask);
    for (size_t row = 0; row < mask.size(); ++row) {
        const bool in = timeOf(m_rows, row) >= range.from && timeOf(m_rows, row) < range.to;
        counts.inRange += in;
        mask[row] = mask[row] && in;
        counts.matched += mask[row];
    }
    return mask;
}

bool MemoryStore::touches(const core::AggregateRequest& request, size_t row) const
{
    const auto begin = m_rows.view(ColumnId::TimeFlowStart).number(row);
    const auto end = m_rows.view(ColumnId::TimeFlowEnd).number(row);
    if (request.spread && request.keepEnds)
        return true;
    if (request.spread && begin > 0 && end > begin)
        return begin < request.range.to && end > request.range.from;
    return timeOf(m_rows, row) >= request.range.from && timeOf(m_rows, row) < request.range.to;
}

core::Result<core::Aggregate> MemoryStore::aggregate(const core::AggregateRequest& request, const core::Control&)
{
    core::BatchSegment segment(m_rows);
    std::vector<uint8_t> mask(m_rows.rows());
    request.filter.evaluate(segment, mask);
    core::Aggregate out{.totals = std::vector<uint64_t>(request.points), .rowsStored = m_rows.rows()};
    std::map<std::string, uint64_t> sums;
    for (size_t row = 0; row < mask.size(); ++row) {
        if (!touches(request, row))
            continue;
        ++out.rowsInRange;
        const bool upward = m_rows.view(ColumnId::SrcAddr).at<core::Ip>(row) <= m_rows.view(ColumnId::DstAddr).at<core::Ip>(row);
        if (!mask[row] || (request.half != core::Half::Both && upward != (request.half == core::Half::Upward)))
            continue;
        ++out.rowsMatched;
        out.sampled = out.sampled || m_rows.view(ColumnId::SamplingRate).number(row) > 1;
        const auto shares = sharesOf(m_rows, row, request);
        for (const auto& [point, share] : shares)
            out.totals[point] += share;
        for (auto key : keysOf(segment, row, request)) {
            bool others = request.only.has_value();
            const auto width = request.namedWidth();
            for (size_t at = 0; others && at + width <= request.only->size() && width > 0; at += width)
                others = std::memcmp(request.only->data() + at, key.data(), width) != 0;
            if (others)
                std::fill_n(key.begin(), width, '\0');
            for (const auto& [point, share] : shares) {
                const uint32_t marked = point | (others ? core::kOthersBit : 0);
                sums[key + (request.hasPoints() ? std::string(reinterpret_cast<const char*>(&marked), sizeof marked) : "")] += share;
            }
        }
    }
    out.cells = core::CellList(request.keyWidth() + (request.hasPoints() ? sizeof(uint32_t) : 0));
    for (const auto& [key, sum] : sums)
        out.cells.add(reinterpret_cast<const uint8_t*>(key.data()), sum);
    out.groups = sums.size();
    out.overflow = sums.size() > request.maxCells;
    auto texts = std::make_shared<core::Dictionary>();
    for (uint32_t id = 0; id < m_rows.dictionary().size(); ++id)
        texts->intern(m_rows.dictionary().text(id));
    out.texts = texts;
    return out;
}

core::Result<core::FlowsSummary> MemoryStore::flows(const core::FlowsRequest& request, const core::Control&,
                                                    const std::function<bool(core::FlowBatch&&)>& sink)
{
    core::FlowsSummary counts;
    const auto mask = matching(request.range, request.filter, counts);
    core::BatchSegment segment(m_rows);
    const auto& sort = segment.column(request.sort);
    const auto text = [&](size_t row) { return m_rows.dictionary().text(static_cast<uint32_t>(sort.number(row))); };
    const auto less = [&](size_t a, size_t b) {
        if (sort.storage == core::Storage::Ip)
            return sort.at<core::Ip>(a) < sort.at<core::Ip>(b);
        return sort.storage == core::Storage::Dict ? text(a) < text(b) : sort.number(a) < sort.number(b);
    };
    std::vector<size_t> order;
    for (size_t row = 0; row < mask.size(); ++row) {
        if (mask[row])
            order.push_back(row);
    }
    std::ranges::stable_sort(order, [&](size_t a, size_t b) { return request.descending ? less(b, a) : less(a, b); });
    order.erase(order.begin(), order.begin() + static_cast<ptrdiff_t>(std::min<size_t>(request.offset, order.size())));
    if (request.count > 0 && order.size() > request.count)
        order.resize(request.count);
    core::FlowBatch out(m_rows.sharedSchema());
    out.addRows(order.size());
    for (const auto& column : m_rows.schema().columns()) {
        if (!column.stored() || !m_rows.has(column.id))
            continue;
        const auto view = m_rows.view(column.id);
        const auto size = core::cellSize(view.storage);
        for (size_t i = 0; i < order.size(); ++i) {
            if (view.storage == core::Storage::Dict)
                out.setText(column.id, i, m_rows.dictionary().text(view.at<uint32_t>(order[i])));
            else
                std::memcpy(out.raw(column.id) + i * size, cellBytes(view, order[i]).data(), size);
        }
    }
    sink(std::move(out));
    return counts;
}

} // namespace rivereto::support
