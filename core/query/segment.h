// SPDX-License-Identifier: GPL-3.0-or-later
// BaseSegment: a SegmentView that remembers its columns and computes derived ones; BatchSegment: one over a FlowBatch.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "core/batch/columnview.h"
#include "core/batch/flowbatch.h"

namespace rivereto::core {

/// Implementers hand out stored columns; everything computed from them is the same for every store.
class BaseSegment : public SegmentView {
public:
    BaseSegment(const Schema& schema, size_t rows) : m_schema(schema), m_rows(rows), m_views(schema.size()) { }
    [[nodiscard]] size_t rows() const final { return m_rows; }
    const ColumnView& column(ColumnId id) final;

protected:
    /// View of a stored column. What it points to must live as long as this object.
    virtual ColumnView load(ColumnId id) = 0;

private:
    ColumnView derive(const Column& column);
    ColumnView derivePrefix(const ColumnView& address, const ColumnView& mask);
    ColumnView deriveNth(const ColumnView& list, size_t n);
    ColumnView derivePacketSize(const ColumnView& bytes, const ColumnView& packets);
    ColumnView deriveSizeBucket(const ColumnView& size);
    ColumnView deriveIcmp(const ColumnView& type, const ColumnView& code, uint8_t proto);
    template <class T>
    T* allot(size_t cells);

    const Schema& m_schema;
    size_t m_rows;
    struct Slot {
        ColumnView view;
        bool known = false;
    };
    std::vector<Slot> m_views;
    std::deque<std::vector<uint64_t>> m_memory; ///< cells of derived columns
};

/// Neither owns nor copies the batch.
class BatchSegment final : public BaseSegment {
public:
    explicit BatchSegment(const FlowBatch& batch) : BaseSegment(batch.schema(), batch.rows()), m_batch(batch) { }
    [[nodiscard]] const DictionaryView& texts() const override { return m_batch.dictionary(); }

protected:
    ColumnView load(ColumnId id) override { return m_batch.view(id); }

private:
    const FlowBatch& m_batch;
};

} // namespace rivereto::core
