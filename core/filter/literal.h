// SPDX-License-Identifier: GPL-3.0-or-later
// What a written value means for a column of a given type, and how it is written in normal form. Internal to core/filter.
#pragma once

#include <string>
#include <vector>

#include "core/base/ip.h"
#include "core/base/result.h"
#include "core/filter/filter.h"
#include "core/schema/schema.h"

namespace rivereto::core {

struct Meaning {
    enum class Kind : uint8_t {
        Number, ///< `number`
        Block, ///< `block`; a single address has 128 bits
        Text, ///< `text`
        Words, ///< `words`: a list's member
        OtherColumn ///< `column`
    };
    Kind kind = Kind::Number;
    uint64_t number = 0;
    Prefix block;
    std::string text;
    std::vector<uint32_t> words;
    ColumnId column = ColumnId::kNone;
    std::string normal; ///< as toText() writes it, quotes included
};

/// Operators that a column takes: those of its type, and the LIKE family for the names of ICMP messages and size ranges.
bool takes(const Column& column, FilterOp op);
/// "=, !=, IN, NOTIN" of a column, in the order of FilterOp.
std::vector<FilterOp> operatorsOf(const Column& column);

/// The largest number that a cell, or a list's member, can hold.
uint64_t largestOf(const Column& column);

/// Whether the two can be compared column against column by this operator.
bool comparable(const Column& left, const Column& right, FilterOp op);

/// The value of a condition `column op value`. `context` dates relative times; without it they are not looked at.
Result<Meaning> meaningOf(
    const Column& column, FilterOp op, const FilterValue& value, const Schema& schema, const BindContext* context);

/// Every cell of a named type (ICMP, size range) with its name; number is the cell.
struct NamedCell {
    uint64_t number;
    std::string name;
};
std::vector<NamedCell> namedCells(const Column& column);

bool isTextOp(FilterOp op); ///< LIKE family and MATCHES
bool isNegated(FilterOp op); ///< !=, NOTIN, UNLIKE, IUNLIKE, !<<
FilterOp positive(FilterOp op); ///< != → =, NOTIN → IN …; others stay

} // namespace rivereto::core
