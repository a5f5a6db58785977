// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/flowreader.h"

#include <algorithm>
#include <map>

#include "storage/sqlite/storedsegment.h"

namespace rivereto::storage {

using core::ColumnId;
using core::ColumnView;
using core::Ip;
using core::Storage;

namespace {

/// A matching row and what it is sorted by: a number as {0, n}, an address, or a text's id.
struct Entry {
    Ip key;
    uint32_t segment;
    uint32_t row;
};

/// Orders entries; texts by their bytes.
class Order {
public:
    Order(Storage storage, bool descending, const core::DictionaryView& texts)
        : m_text(storage == Storage::Dict), m_descending(descending), m_texts(texts)
    {
    }
    bool operator()(const Entry& a, const Entry& b) const { return m_descending ? less(b, a) : less(a, b); }

private:
    [[nodiscard]] bool less(const Entry& a, const Entry& b) const
    {
        if (!m_text)
            return a.key < b.key;
        return m_texts.text(static_cast<uint32_t>(a.key.lo)) < m_texts.text(static_cast<uint32_t>(b.key.lo));
    }
    bool m_text;
    bool m_descending;
    const core::DictionaryView& m_texts;
};

Ip keyOf(const ColumnView& view, size_t row)
{
    if (view.storage == Storage::Ip)
        return view.at<Ip>(row);
    if (view.storage == Storage::Prefix)
        return view.at<core::PrefixCell>(row).address;
    return {0, view.number(row)};
}

/// Finds matching rows and keeps those that can be among the first `wanted`.
class Finder {
public:
    /// `damaged`: segments to leave out; those that turn out to be are added.
    Finder(const FlowSource& source, const core::FlowsRequest& request, std::vector<core::DamagedPart>& damaged)
        : m_source(source), m_damaged(damaged), m_request(request), m_order((*source.schema)[request.sort].storage(), request.descending, source.texts),
          m_wanted(request.count == 0 ? SIZE_MAX : request.offset + request.count)
    {
    }

    core::Result<void> scan(uint32_t number)
    {
        const auto& info = *m_source.segments[number];
        const auto& range = m_request.range;
        if (std::ranges::find(m_damaged, info.id, &core::DamagedPart::segment) != m_damaged.end())
            return {};
        const auto verdict = m_request.filter.judge(SegmentZones(info, m_source.select));
        if (info.time.to <= range.from || info.time.from >= range.to)
            return {};
        const bool inside = info.time.from >= range.from && info.time.to <= range.to;
        if (inside && verdict == core::BoundFilter::Verdict::None) {
            m_summary.inRange += info.rows;
            return {};
        }
        StoredSegment segment(*m_source.schema, info, m_source.select, m_source.cache, m_source.texts);
        std::vector<uint8_t> mask(info.rows, 1);
        if (verdict != core::BoundFilter::Verdict::All)
            m_request.filter.evaluate(segment, mask);
        const auto& time = segment.column(ColumnId::TimeReceived);
        const auto& sort = segment.column(m_request.sort);
        if (segment.error())
            return tl::unexpected(*segment.error());
        if (segment.damage()) {
            m_damaged.push_back(*segment.damage());
            return {};
        }
        for (uint32_t row = 0; row < info.rows; ++row) {
            const auto t = inside ? range.from : time.at<uint64_t>(row);
            if (t < range.from || t >= range.to)
                continue;
            ++m_summary.inRange;
            if (mask[row]) {
                ++m_summary.matched;
                m_entries.push_back({keyOf(sort, row), number, row});
            }
        }
        if (m_entries.size() / 2 > m_wanted)
            cut();
        return {};
    }

    std::vector<Entry> finish()
    {
        if (m_entries.size() > m_wanted)
            cut();
        std::ranges::sort(m_entries, m_order);
        m_entries.erase(m_entries.begin(), m_entries.begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(m_request.offset, m_entries.size())));
        return std::move(m_entries);
    }
    [[nodiscard]] const core::FlowsSummary& summary() const { return m_summary; }

private:
    void cut()
    {
        std::ranges::nth_element(m_entries, m_entries.begin() + static_cast<ptrdiff_t>(m_wanted), m_order);
        m_entries.resize(m_wanted);
    }

    const FlowSource& m_source;
    std::vector<core::DamagedPart>& m_damaged;
    const core::FlowsRequest& m_request;
    Order m_order;
    uint64_t m_wanted;
    std::vector<Entry> m_entries;
    core::FlowsSummary m_summary;
};

void copyCells(core::FlowBatch& out, ColumnId id, const ColumnView& view, std::span<const std::pair<uint32_t, size_t>> rows,
               const core::DictionaryView& texts)
{
    core::withCellType(view.storage, [&](auto cell) {
        using T = decltype(cell);
        auto* cells = out.cells<T>(id);
        for (const auto& [row, at] : rows)
            cells[at] = view.at<T>(row);
        if constexpr (std::is_same_v<T, uint32_t>) {
            for (const auto& [row, at] : rows) {
                if (view.storage == Storage::Dict)
                    cells[at] = out.dictionary().intern(texts.text(cells[at]));
            }
        }
    });
}

/// Rows of damaged segments are left out, and the segments added to `damaged` with the number of rows.
core::Result<core::FlowBatch> readRows(const FlowSource& source, std::span<const Entry> entries, std::span<const ColumnId> columns,
                                       std::vector<core::DamagedPart>& damaged)
{
    core::FlowBatch out(source.schema);
    out.addRows(entries.size());
    std::vector<uint8_t> keep(entries.size(), 1);
    std::map<uint32_t, std::vector<std::pair<uint32_t, size_t>>> bySegment; // rows and where they go
    for (size_t i = 0; i < entries.size(); ++i)
        bySegment[entries[i].segment].emplace_back(entries[i].row, i);
    const auto leaveOut = [&](const auto& rows) {
        for (const auto& [row, at] : rows)
            keep[at] = 0;
    };
    for (const auto& [number, rows] : bySegment) {
        const auto& info = *source.segments[number];
        if (std::ranges::find(damaged, info.id, &core::DamagedPart::segment) != damaged.end()) {
            leaveOut(rows);
            continue;
        }
        StoredSegment segment(*source.schema, info, source.select, source.cache, source.texts);
        for (const auto id : columns) {
            if (!(*source.schema)[id].stored() || info.find(id))
                copyCells(out, id, segment.column(id), rows, source.texts);
        }
        if (segment.error())
            return tl::unexpected(*segment.error());
        if (segment.damage()) {
            damaged.push_back(*segment.damage());
            leaveOut(rows);
        }
    }
    if (std::ranges::find(keep, 0) != keep.end())
        out.filterRows(keep);
    return out;
}

} // namespace

core::Result<core::FlowsSummary> readFlows(const FlowSource& source, const core::FlowsRequest& request, const core::Control& control,
                                           const std::function<bool(core::FlowBatch&&)>& sink)
{
    auto columns = request.columns;
    if (columns.empty()) {
        for (const auto& column : source.schema->columns()) {
            if (column.stored())
                columns.push_back(column.id);
        }
    }
    auto damaged = source.damaged;
    for (;;) {
        Finder finder(source, request, damaged);
        for (uint32_t number = 0; number < source.segments.size(); ++number) {
            if (control.stop.stop_requested())
                return core::fail(core::kCancelled);
            if (auto scanned = finder.scan(number); !scanned)
                return tl::unexpected(scanned.error());
            if (control.progress)
                control.progress(static_cast<double>(number + 1) / static_cast<double>(source.segments.size()));
        }
        auto out = finder.summary();
        const auto entries = finder.finish();
        const std::span<const Entry> all(entries);
        bool again = false;
        for (size_t at = 0; at < all.size() && !again; at += core::kSegmentRows) {
            if (control.stop.stop_requested())
                return core::fail(core::kCancelled);
            const auto known = damaged.size();
            auto batch = readRows(source, all.subspan(at, std::min(core::kSegmentRows, all.size() - at)), columns, damaged);
            if (!batch)
                return tl::unexpected(batch.error());
            // Nobody has seen a row yet: others may take the place of those that cannot be read.
            again = at == 0 && damaged.size() > known;
            if (!again && !batch->empty() && !sink(std::move(*batch)))
                break;
        }
        if (again)
            continue;
        out.damaged = std::move(damaged);
        return out;
    }
}

} // namespace rivereto::storage
