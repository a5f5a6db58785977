// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/batch/flowbatch.h"

#include <algorithm>

namespace rivereto::core {

namespace {
alignas(16) constexpr uint8_t kZeroCell[sizeof(PrefixCell)] = {};
/// Rows that are zeroed ahead of their use; so few that they stay in the cache until then.
constexpr size_t kZeroAhead = 256;
}

FlowBatch::FlowBatch(std::shared_ptr<const Schema> schema) : m_schema(std::move(schema)), m_columns(m_schema->size())
{
    for (const auto& column : m_schema->columns())
        m_columns[index(column.id)].cell = static_cast<uint8_t>(cellSize(column.storage()));
}

void FlowBatch::dropRows(size_t count)
{
    m_rows -= std::min(count, m_rows);
    for (auto& cells : m_columns)
        cells.dropFrom(std::min(cells.rows, m_rows));
}

void FlowBatch::filterRows(std::span<const uint8_t> keep)
{
    for (size_t c = 0; c < m_columns.size(); ++c) {
        auto& cells = m_columns[c];
        const size_t size = cellSize(m_schema->columns()[c].storage());
        size_t out = 0;
        for (size_t row = 0; row < cells.rows; ++row) {
            if (keep[row])
                std::memmove(cells.bytes.data() + size * out++, cells.bytes.data() + size * row, size);
        }
        cells.dropFrom(out);
    }
    m_rows = static_cast<size_t>(std::ranges::count_if(keep.first(m_rows), [](uint8_t k) { return k != 0; }));
}

void FlowBatch::grow(Cells& cells) const
{
    const size_t cell = cells.cell;
    const size_t zeroed = m_rows + kZeroAhead;
    if (cells.bytes.size() < zeroed * cell)
        cells.bytes.resize(std::max(zeroed, cells.bytes.size() / cell * 2) * cell);
    std::memset(cells.bytes.data() + cells.rows * cell, 0, (zeroed - cells.rows) * cell);
    cells.zeroed = zeroed;
}

ColumnView FlowBatch::view(ColumnId id) const
{
    const auto storage = (*m_schema)[id].storage();
    if (!has(id))
        return {.kind = ColumnView::Kind::Constant, .storage = storage, .distinct = 1, .cells = kZeroCell};
    return {.kind = ColumnView::Kind::Plain,
            .storage = storage,
            .distinct = static_cast<uint32_t>(m_rows),
            .cells = const_cast<FlowBatch*>(this)->raw(id)};
}

void FlowBatch::append(const FlowBatch& other, size_t first, size_t count)
{
    const size_t row = addRows(count);
    constexpr uint32_t kNotYet = UINT32_MAX;
    std::vector<uint32_t> ids(other.dictionary().size(), kNotYet);
    for (const auto& column : m_schema->columns()) {
        if (!other.has(column.id))
            continue;
        const auto view = other.view(column.id);
        const size_t size = cellSize(view.storage);
        auto* out = raw(column.id) + row * size;
        if (view.storage != Storage::Dict) {
            std::memcpy(out, static_cast<const uint8_t*>(view.cells) + first * size, size * count);
            continue;
        }
        auto* cells = reinterpret_cast<uint32_t*>(out);
        for (size_t i = 0; i < count; ++i) {
            const auto text = view.as<uint32_t>()[first + i];
            if (ids[text] == kNotYet)
                ids[text] = m_texts.intern(other.dictionary().text(text));
            cells[i] = ids[text];
        }
    }
}

void FlowBatch::clear()
{
    for (auto& cells : m_columns)
        cells.dropFrom(0);
    m_texts.clear();
    m_rows = 0;
}

} // namespace rivereto::core
