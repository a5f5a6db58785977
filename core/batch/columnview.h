// SPDX-License-Identifier: GPL-3.0-or-later
// ColumnView: one column of some rows as the executor sees it – constant, plain cells, or codes into distinct cells.
#pragma once

#include <cassert>
#include <cstdint>
#include <span>

#include "core/base/ip.h"
#include "core/batch/dictionary.h"
#include "core/schema/schema.h"

namespace rivereto::core {

/// Cell of Storage::Prefix: an address cut to `bits` of 128; kept as two words so that equal prefixes have equal bytes.
struct PrefixCell {
    Ip address;
    uint64_t bits = 0;
    bool operator==(const PrefixCell&) const = default;
};

/// The C++ type of a cell: uint8_t, uint16_t, uint32_t, uint64_t, Ip or PrefixCell; Dict cells are uint32_t ids.
/// Calls `f` with a value of that type (zero), so that generic code is written once.
template <class F>
decltype(auto) withCellType(Storage storage, F&& f)
{
    switch (storage) {
    case Storage::U8: return f(uint8_t{});
    case Storage::U16: return f(uint16_t{});
    case Storage::U64: return f(uint64_t{});
    case Storage::Ip: return f(Ip{});
    case Storage::Prefix: return f(PrefixCell{});
    case Storage::U32:
    case Storage::Dict: break;
    }
    return f(uint32_t{});
}

/// Rows of one segment or batch. At most this many, so that a code always fits 16 bits.
constexpr size_t kSegmentRows = 65536;

/// Does not own: valid as long as the SegmentView that handed it out.
/// A column that nobody wrote is a constant zero (the "missing" value of every type).
struct ColumnView {
    enum class Kind : uint8_t {
        Constant, ///< `cells` has one cell, valid for all rows
        Plain,    ///< `cells` has one cell a row
        Coded     ///< row i has the value cells[codes[i]]; `distinct` cells
    };
    Kind kind = Kind::Constant;
    Storage storage = Storage::U64;
    uint32_t distinct = 1; ///< number of cells: 1, rows, or dictionary entries
    const void* cells = nullptr;
    const uint16_t* codes = nullptr;

    /// T must be the cell type of `storage` (see withCellType).
    template <class T>
    [[nodiscard]] const T* as() const
    {
        assert(sizeof(T) == cellSize(storage));
        return static_cast<const T*>(cells);
    }
    template <class T>
    [[nodiscard]] const T& at(size_t row) const
    {
        return as<T>()[kind == Kind::Plain ? row : kind == Kind::Coded ? codes[row] : 0];
    }
    /// A number of any unsigned width, widened. Not for Ip and Prefix.
    [[nodiscard]] uint64_t number(size_t row) const
    {
        switch (storage) {
        case Storage::U8: return at<uint8_t>(row);
        case Storage::U16: return at<uint16_t>(row);
        case Storage::U64: return at<uint64_t>(row);
        default: return at<uint32_t>(row);
        }
    }
};

/// A run of rows that the executor works on: a stored segment, a fresh batch, a test vector.
/// One thread at a time uses a SegmentView; views it returned stay valid until it is destroyed.
class SegmentView {
public:
    virtual ~SegmentView() = default;
    [[nodiscard]] virtual size_t rows() const = 0;
    /// Decodes on first use; derived columns are computed. Never fails: what cannot be read is reported by whoever opened
    /// the segment and never reaches the executor.
    virtual const ColumnView& column(ColumnId id) = 0;
    /// Texts behind Dict cells.
    [[nodiscard]] virtual const DictionaryView& texts() const = 0;
};

} // namespace rivereto::core
