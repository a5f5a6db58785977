// SPDX-License-Identifier: GPL-3.0-or-later
// BoundNode: a bound filter as data, for those that evaluate it on columns or translate it to another language (SQL).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ip.h"
#include "core/filter/filter.h"
#include "core/schema/schema.h"

namespace re2 {
class RE2;
}

namespace rivereto::core {

/// Inclusive.
struct NumberRange {
    uint64_t first = 0;
    uint64_t last = 0;
    bool operator==(const NumberRange&) const = default;
};

/// The cell is within one of the ranges: sorted, apart, possibly none. Numbers of every width; also MAC, enumerations, ICMP.
struct NumberTest {
    std::vector<NumberRange> ranges;
};

struct AddressRange {
    Ip first;
    Ip last;
    bool operator==(const AddressRange&) const = default;
};

/// The address is within one of the ranges: sorted, apart.
struct AddressTest {
    std::vector<AddressRange> ranges;
};

/// The text is one of these; sorted.
struct TextTest {
    std::vector<std::string> texts;
};

/// The text fits a pattern as a whole (Like, ILike) or somewhere (Matches, RE2 syntax). `op` is one of these three.
struct PatternTest {
    FilterOp op = FilterOp::Like;
    std::string pattern; ///< as the user wrote it
    std::shared_ptr<const re2::RE2> expression;
};

/// The list has this member: one word, or the three of a large community.
struct MemberTest {
    std::vector<uint32_t> words;
};

/// All of these bits are set.
struct BitsTest {
    uint64_t bits = 0;
};

/// Comparison with another column of the same kind (Equal, Less, LessEqual, Greater, GreaterEqual). Numbers may differ in
/// width. `byText`: the columns print differently (String, ICMP name, size range) and compare as printed.
struct ColumnTest {
    FilterOp op = FilterOp::Equal;
    ColumnId other = ColumnId::kNone;
    bool byText = false;
    Column left {}; ///< type and derivation only, for byText
    Column right {};
};

using CellTest = std::variant<NumberTest, AddressTest, TextTest, PatternTest, MemberTest, BitsTest, ColumnTest>;

/// An Or without children is never true, an And without children always. Not has one child.
struct BoundNode {
    enum class Kind : uint8_t { Test, And, Or, Not };
    Kind kind = Kind::Test;
    std::vector<BoundNode> children;
    ColumnId column = ColumnId::kNone; ///< Test
    CellTest test; ///< Test
};

/// What a text, number or address test says of one value; used by tests, previews and for a column nobody wrote.
bool holds(const PatternTest& test, std::string_view text);
bool holds(const TextTest& test, std::string_view text);
bool holds(const MemberTest& test, std::string_view bytes);

} // namespace rivereto::core
