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

uint64_t weightOf(const core::FlowBatch& rows, core::Unit unit, size_t row)
{
    const auto number = [&](ColumnId id) { return rows.view(id).number(row); };
    const uint64_t rate = std::max<uint64_t>(number(ColumnId::SamplingRate), 1);
    switch (unit) {
    case core::Unit::Flows:
    case core::Unit::Fps: return 1;
    case core::Unit::Packets:
    case core::Unit::Pps: return number(ColumnId::Packets) * rate;
    case core::Unit::L2Bps: return (number(ColumnId::Bytes) + 38 * number(ColumnId::Packets)) * rate;
    default: return number(ColumnId::Bytes) * rate;
    }
}

std::string cellBytes(const core::ColumnView& view, size_t row)
{
    const auto size = core::cellSize(view.storage);
    const size_t at = view.kind == core::ColumnView::Kind::Plain ? row : view.kind == core::ColumnView::Kind::Coded ? view.codes[row] : 0;
    return {static_cast<const char*>(view.cells) + at * size, size};
}

std::string keyBytes(const core::ColumnView& view, size_t row, const core::AggregateRequest& request)
{
    if (view.storage != core::Storage::Ip)
        return cellBytes(view, row);
    auto ip = view.at<core::Ip>(row);
    ip = ip.masked(ip.isV4() ? 96 + request.truncateV4 : request.truncateV6);
    return {reinterpret_cast<const char*>(&ip), sizeof ip};
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

core::Result<core::Aggregate> MemoryStore::aggregate(const core::AggregateRequest& request, const core::Control&)
{
    core::FlowsSummary counts;
    const auto mask = matching(request.range, request.filter, counts);
    core::BatchSegment segment(m_rows);
    std::map<std::string, uint64_t> sums;
    for (size_t row = 0; row < mask.size(); ++row) {
        if (!mask[row])
            continue;
        std::string key;
        bool others = false;
        for (const auto id : request.keys)
            key += keyBytes(segment.column(id), row, request);
        if (request.only) {
            bool named = false;
            for (size_t at = 0; at + key.size() <= request.only->size() && !key.empty(); at += key.size())
                named = named || std::memcmp(request.only->data() + at, key.data(), key.size()) == 0;
            others = !named;
            if (others)
                std::ranges::fill(key, '\0');
        }
        auto point = static_cast<uint32_t>(request.intervalMs == 0 ? 0 : (timeOf(m_rows, row) - request.firstPoint) / request.intervalMs);
        point |= others ? core::kOthersBit : 0;
        key.append(reinterpret_cast<const char*>(&point), sizeof point);
        sums[key] += weightOf(m_rows, request.unit, row);
    }
    core::Aggregate out{.cells = core::GroupTable(request.keyWidth() + sizeof(uint32_t)), .rowsMatched = counts.matched,
                        .rowsInRange = counts.inRange, .rowsStored = m_rows.rows()};
    for (const auto& [key, sum] : sums)
        out.cells[reinterpret_cast<const uint8_t*>(key.data())] = sum;
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
