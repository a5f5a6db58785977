// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/wholesegment.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace rivereto::storage {

using core::ColumnId;
using core::ColumnView;
using core::Storage;

namespace {

/// Longest chain of columns that are stored against each other; longer ones come from damage.
constexpr int kMaxDepth = 4;

/// Ids of the store as ids of the batch.
class TextIds {
public:
    TextIds(core::Dictionary& dictionary, const StoreDictionary& texts) : m_dictionary(dictionary), m_texts(texts) { }
    uint32_t operator()(uint32_t id)
    {
        const auto [it, added] = m_ids.try_emplace(id, 0);
        if (added)
            it->second = m_dictionary.intern(m_texts.text(id));
        return it->second;
    }

private:
    core::Dictionary& m_dictionary;
    const StoreDictionary& m_texts;
    std::unordered_map<uint32_t, uint32_t> m_ids;
};

void copyColumn(core::FlowBatch& out, ColumnId id, size_t first, const ColumnView& view, const StoreDictionary& texts)
{
    TextIds ids(out.dictionary(), texts);
    core::withCellType(view.storage, [&](auto cell) {
        using T = decltype(cell);
        T* cells = out.cells<T>(id);
        const size_t rows = out.rows() - first;
        for (size_t row = 0; row < rows; ++row)
            cells[first + row] = view.at<T>(row);
        if constexpr (std::is_same_v<T, uint32_t>) {
            if (view.storage == Storage::Dict)
                std::for_each(cells + first, cells + first + rows, [&](uint32_t& text) { text = ids(text); });
        }
    });
}

} // namespace

std::string readBlob(Statement& select, const SegmentInfo& info, const BlobInfo& blob)
{
    std::string out;
    const auto row = select.bind(0, info.id * kFileColumns + blob.fileColumn).step();
    if (row && *row && checksum(select.bytes(0)) == blob.checksum)
        out = select.bytes(0);
    select.reset();
    return out;
}

std::vector<std::shared_ptr<const DecodedColumn>> decodeAll(const SegmentInfo& info, Statement& select, const core::Schema& schema)
{
    std::vector<std::shared_ptr<const DecodedColumn>> out(info.blobs.size());
    std::vector<bool> tried(info.blobs.size());
    const std::function<const DecodedColumn*(size_t, int)> decode = [&](size_t i, int depth) -> const DecodedColumn* {
        if (tried[i] || depth > kMaxDepth)
            return out[i].get();
        const auto& blob = info.blobs[i];
        const DecodedColumn* parent = nullptr;
        if (blob.parent != ColumnId::kNone) {
            const auto it = std::ranges::find(info.blobs, blob.parent, &BlobInfo::id);
            parent = it == info.blobs.end() ? nullptr : decode(static_cast<size_t>(it - info.blobs.begin()), depth + 1);
        }
        tried[i] = true;
        if (const auto bytes = readBlob(select, info, blob); !bytes.empty())
            out[i] = decodeColumn(bytes, schema[blob.id].storage(), info.rows, parent);
        return out[i].get();
    };
    for (size_t i = 0; i < out.size(); ++i)
        decode(i, 0);
    return out;
}

void appendSegment(core::FlowBatch& out, const SegmentInfo& info, Statement& select, const StoreDictionary& texts,
                   std::vector<ColumnId>& damaged)
{
    const auto columns = decodeAll(info, select, out.schema());
    const auto first = out.addRows(info.rows);
    for (size_t i = 0; i < columns.size(); ++i) {
        if (columns[i])
            copyColumn(out, info.blobs[i].id, first, columns[i]->view(), texts);
        else
            damaged.push_back(info.blobs[i].id);
    }
}

bool markTexts(const SegmentInfo& info, Statement& select, const core::Schema& schema, std::vector<bool>& named)
{
    for (const auto& column : decodeAll(info, select, schema)) {
        if (!column)
            return false;
        if (column->storage != Storage::Dict)
            continue;
        const auto view = column->view();
        for (uint32_t i = 0; i < (view.kind == ColumnView::Kind::Constant ? 1 : view.distinct); ++i) {
            const auto id = view.as<uint32_t>()[i];
            if (id >= named.size())
                return false;
            named[id] = true;
        }
    }
    return true;
}

void sortByTime(core::FlowBatch& batch)
{
    if (!batch.has(ColumnId::TimeReceived))
        return;
    const auto* times = batch.cells<uint64_t>(ColumnId::TimeReceived);
    if (std::is_sorted(times, times + batch.rows()))
        return;
    std::vector<uint32_t> order(batch.rows());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, {}, [&](uint32_t row) { return times[row]; });
    for (const auto& column : batch.schema().columns()) {
        if (!column.stored() || !batch.has(column.id))
            continue;
        core::withCellType(column.storage(), [&](auto cell) {
            using T = decltype(cell);
            if constexpr (!std::is_same_v<T, core::PrefixCell>) {
                T* cells = batch.cells<T>(column.id);
                const std::vector<T> before(cells, cells + batch.rows());
                std::ranges::transform(order, cells, [&](uint32_t row) { return before[row]; });
            }
        });
    }
}

} // namespace rivereto::storage
