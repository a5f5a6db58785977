// SPDX-License-Identifier: GPL-3.0-or-later
// CsvLayout: what the fields of a CSV file are, from its header line, usual names and a mapping.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/csv/csvmapping.h"
#include "core/schema/schema.h"

namespace rivereto::collectors {

struct CsvField {
    enum class Role : uint8_t {
        Column,
        Duration, ///< seconds from start to end
        Label ///< one of several that make an MPLS label stack
    } role = Role::Column;
    size_t field = 0; ///< place in the line, from 0
    const core::Column* column = nullptr; ///< Role::Column
    unsigned rank = 0; ///< of fields for one column the lowest that is not empty counts
};

struct CsvLayout {
    std::vector<CsvField> fields; ///< in order of column and rank
    size_t width = 0; ///< fields of a line
    bool own = false; ///< all names are those of the schema
    [[nodiscard]] bool has(core::ColumnId column) const;
};

/// The delimiter that a header line has most of, outside of quotes; 0 when it has none.
char delimiterOf(std::string_view line);
/// The error lists the names of the header and says how to map them.
core::Result<CsvLayout> csvLayout(std::span<const std::string> header, const CsvMapping& mapping, const core::Schema& schema);

} // namespace rivereto::collectors
