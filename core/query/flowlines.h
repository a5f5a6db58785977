// SPDX-License-Identifier: GPL-3.0-or-later
// FlowLines: raw flows as CSV and JSON (PRODUCT.md §7), for the command line and exports alike.
#pragma once

#include <string>
#include <vector>

#include "core/batch/flowbatch.h"

namespace rivereto::core {

enum class FlowForm : uint8_t { Csv, Json, NdJson };

/// Whether a type's values are written as JSON numbers, and stand at the right of a column.
bool isNumeric(Type type);

class FlowLines {
public:
    /// `fields`: names of columns; those that the schema does not have are left out. Outlived by `schema`.
    FlowLines(const Schema& schema, const std::vector<std::string>& fields, FlowForm form, int utcOffsetMinutes);
    [[nodiscard]] std::string header() const;
    /// Rows of a batch that has the columns, or lacks those that are empty.
    void append(std::string& out, const FlowBatch& batch, size_t first, size_t count);
    [[nodiscard]] std::string footer() const;

    [[nodiscard]] const Schema& schema() const { return m_schema; }
    [[nodiscard]] const std::vector<ColumnId>& columns() const { return m_columns; }
    /// A cell of the n-th column as text; empty for a missing value.
    [[nodiscard]] std::string cell(size_t number, const ColumnView& view, size_t row, const DictionaryView& texts) const;

private:
    void appendRow(std::string& out, const FlowBatch& batch, const std::vector<ColumnView>& views, size_t row) const;

    const Schema& m_schema;
    std::vector<ColumnId> m_columns;
    FlowForm m_form;
    int m_utcOffset;
    bool m_first = true;
};

} // namespace rivereto::core
