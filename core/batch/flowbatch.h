// SPDX-License-Identifier: GPL-3.0-or-later
// FlowBatch: flows as a set of column vectors. Read this first in core/batch.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/batch/columnview.h"
#include "core/batch/dictionary.h"
#include "core/schema/schema.h"

namespace rivereto::core {

/// Structure of arrays. A column nobody wrote is absent and costs nothing; absent and unwritten cells are zero.
/// Writers append rows with addRows() and then fill the columns they know. Owned and used by one thread at a time.
/// Dict cells are ids of the batch's own dictionary(); whoever stores the batch maps them to its own ids.
class FlowBatch {
public:
    explicit FlowBatch(std::shared_ptr<const Schema> schema);
    FlowBatch(FlowBatch&&) noexcept = default;
    FlowBatch& operator=(FlowBatch&&) noexcept = default;

    [[nodiscard]] const Schema& schema() const { return *m_schema; }
    [[nodiscard]] const std::shared_ptr<const Schema>& sharedSchema() const { return m_schema; }
    [[nodiscard]] size_t rows() const { return m_rows; }
    [[nodiscard]] bool empty() const { return m_rows == 0; }

    /// Appends `count` rows of zeros; returns the index of the first.
    size_t addRows(size_t count)
    {
        const size_t first = m_rows;
        m_rows += count;
        return first;
    }
    /// Gives up the last rows (a record that turned out broken).
    void dropRows(size_t count);
    /// Keeps row i where keep[i] is not 0, in order; the others go. `keep` has rows() entries.
    void filterRows(std::span<const uint8_t> keep);

    [[nodiscard]] bool has(ColumnId id) const { return m_columns[index(id)].rows > 0; }
    /// All cells of a column, created (zero) when absent. T is the cell type of the column's storage.
    /// Valid until rows are added or the batch is cleared.
    template <class T>
    T* cells(ColumnId id)
    {
        assert(sizeof(T) == cellSize((*m_schema)[id].storage()));
        return reinterpret_cast<T*>(raw(id));
    }
    /// The same by bytes: rows() × cellSize of the column's storage.
    uint8_t* raw(ColumnId id)
    {
        auto& cells = m_columns[index(id)];
        if (cells.zeroed < m_rows) [[unlikely]]
            grow(cells);
        cells.rows = m_rows;
        return cells.bytes.data();
    }
    /// A row's cell; creates the column.
    template <class T>
    void set(ColumnId id, size_t row, T value)
    {
        cells<T>(id)[row] = value;
    }
    /// Makes a column absent.
    void dropColumn(ColumnId id) { m_columns[index(id)].dropFrom(0); }
    /// Dict cell from bytes.
    void setText(ColumnId id, size_t row, std::string_view bytes) { cells<uint32_t>(id)[row] = m_texts.intern(bytes); }

    [[nodiscard]] Dictionary& dictionary() { return m_texts; }
    [[nodiscard]] const Dictionary& dictionary() const { return m_texts; }

    /// Plain, or constant zero when absent. Not for derived columns (see query/derived.h).
    [[nodiscard]] ColumnView view(ColumnId id) const;
    /// Appends `count` rows of another batch of the same schema from row `first` on, mapping its texts.
    void append(const FlowBatch& other, size_t first, size_t count);
    void append(const FlowBatch& other) { append(other, 0, other.rows()); }
    /// No rows, no columns, no texts; memory is kept for reuse.
    void clear();

private:
    struct Cells {
        std::vector<uint8_t> bytes;
        size_t rows = 0;   ///< rows present in `bytes`; 0 = absent
        size_t zeroed = 0; ///< rows that are present or zero: some ahead, because few are added at a time
        uint8_t cell = 0;  ///< bytes of one cell
        void dropFrom(size_t row)
        {
            rows = zeroed = row;
        }
    };
    void grow(Cells& cells) const;

    std::shared_ptr<const Schema> m_schema;
    mutable std::vector<Cells> m_columns; ///< mutable: view() zero-fills rows added after the last write
    Dictionary m_texts;
    size_t m_rows = 0;
};

} // namespace rivereto::core
