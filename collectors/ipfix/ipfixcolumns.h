// SPDX-License-Identifier: GPL-3.0-or-later
// Which information element a column is written as, and how its cells become octets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/batch/flowbatch.h"

namespace rivereto::collectors::ipfix {

struct Element {
    uint16_t id = 0;
    uint16_t length = 0; ///< core::element::kVariable: told in each record
    uint32_t enterprise = 0;
};

struct WrittenColumn {
    core::ColumnId column = core::ColumnId::kNone;
    enum class As : uint8_t { Number, Address, Text, Labels } as = As::Number;
    Element element; ///< of an address the one for IPv4; of labels the first of ten
    Element v6;
    core::Conv conv = core::Conv::Default;
    /// Only in records that have a value: 0 on the wire would be one, or there are several elements to choose from.
    bool optional = false;
};

/// The stored columns that have an element, in schema order.
std::vector<WrittenColumn> writtenColumns(const core::Schema& schema);

/// What a cell needs in the template: 0 nothing, 4 or 6 the address family, the number of labels, else 1.
uint8_t shapeOf(const WrittenColumn& column, const core::ColumnView& view, size_t row, const core::Dictionary& texts);
/// The elements of a column whose cells have this shape.
void appendElements(std::vector<Element>& out, const WrittenColumn& column, uint8_t shape);
/// A cell as those elements. Texts are cut to `mostText` octets, whole characters of UTF-8.
void appendCell(std::string& out, const WrittenColumn& column, uint8_t shape, const core::ColumnView& view, size_t row, const core::Dictionary& texts, size_t mostText);

/// In network order, the low octets.
void appendNumber(std::string& out, uint64_t value, unsigned octets);

} // namespace rivereto::collectors::ipfix
