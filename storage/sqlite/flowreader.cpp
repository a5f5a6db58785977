// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/flowreader.h"

#include <algorithm>
#include <map>

#include "storage/sqlite/flowselect.h"

namespace rivereto::storage {

using core::ColumnId;
using core::ColumnView;
using core::Ip;
using core::Storage;

namespace {

/// So many rows are put in order at a time.
constexpr uint64_t kWindow = 1 << 19;

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
core::Result<core::FlowBatch> readRows(const FlowSource& source, std::span<const FlowEntry> entries, std::span<const ColumnId> columns,
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

enum class Handed : uint8_t {
    Nothing, ///< no row was handed out
    Some,
    Broken ///< order was lost by damage after the first rows
};

struct Places {
    uint64_t first;
    uint64_t last;
};

/// Rows at these places of the listing, in order, to the sink.
core::Result<Handed> handOut(const FlowSource& source, FlowSelector& selector, Places places, std::span<const ColumnId> columns,
                             const core::Control& control, std::vector<core::DamagedPart>& damaged, const std::function<bool(core::FlowBatch&&)>& sink)
{
    auto out = Handed::Nothing;
    for (uint64_t first = places.first; first < places.last; first += kWindow) {
        const auto known = damaged.size();
        const auto entries = selector.at(first, std::min(first + kWindow, places.last));
        if (!entries)
            return tl::unexpected(entries.error());
        if (damaged.size() > known)
            return out == Handed::Nothing ? out : Handed::Broken;
        const std::span<const FlowEntry> all(*entries);
        for (size_t at = 0; at < all.size(); at += core::kSegmentRows) {
            if (control.stop.stop_requested())
                return core::fail(core::kCancelled);
            const auto sound = damaged.size();
            auto batch = readRows(source, all.subspan(at, std::min(core::kSegmentRows, all.size() - at)), columns, damaged);
            if (!batch)
                return tl::unexpected(batch.error());
            if (out == Handed::Nothing && damaged.size() > sound)
                return out;
            if (batch->empty())
                continue;
            out = Handed::Some;
            if (!sink(std::move(*batch)))
                return out;
        }
    }
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
        const auto known = damaged.size();
        FlowSelector selector(source, request, control, damaged);
        const uint64_t wanted = std::min(request.count == 0 ? UINT64_MAX : request.count, UINT64_MAX - request.offset);
        if (auto counted = selector.count(wanted > kWindow); !counted)
            return tl::unexpected(counted.error());
        if (damaged.size() > known)
            continue;
        auto out = selector.summary();
        const auto end = std::min(out.matched, request.offset + wanted);
        auto handed = handOut(source, selector, {request.offset, end}, columns, control, damaged, sink);
        if (!handed)
            return tl::unexpected(handed.error());
        // Nobody has seen a row yet: others may take the place of those that cannot be read.
        if (*handed == Handed::Nothing && damaged.size() > known)
            continue;
        if (*handed == Handed::Broken)
            return core::fail("a segment changed while it was read");
        out.damaged = std::move(damaged);
        return out;
    }
}

} // namespace rivereto::storage
