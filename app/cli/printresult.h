// SPDX-License-Identifier: GPL-3.0-or-later
// Answers as text, CSV, JSON and NDJSON: the shapes of PRODUCT.md §7.
#pragma once

#include <string>
#include <vector>

#include "app/cli/output.h"
#include "core/enrich/asnames.h"
#include "core/query/flowlines.h"
#include "core/query/result.h"
#include "core/query/run.h"

namespace rivereto::app {

enum class Format : uint8_t { Text, Csv, Json, NdJson };
core::Result<Format> parseFormat(std::string_view text);

/// Tables and time series.
class ResultPrinter {
public:
    /// `asNames` is used by the text form only; may be null.
    ResultPrinter(Format format, int utcOffsetMinutes, std::shared_ptr<const core::AsNames> asNames = nullptr)
        : m_format(format), m_utcOffset(utcOffsetMinutes), m_asNames(std::move(asNames))
    {
    }
    [[nodiscard]] std::string print(const core::QueryResult& result, const core::Schema& schema) const;
    [[nodiscard]] Format format() const { return m_format; }
    [[nodiscard]] int utcOffsetMinutes() const { return m_utcOffset; }

private:
    Format m_format;
    int m_utcOffset;
    std::shared_ptr<const core::AsNames> m_asNames;
};

/// Raw flows, batch by batch. `fields` are column names.
class FlowPrinter {
public:
    FlowPrinter(const ResultPrinter& printer, Output& out, const core::Schema& schema, const std::vector<std::string>& fields);
    void print(const core::FlowBatch& batch);
    void finish();

private:
    Output& m_out;
    bool m_text;
    core::FlowLines m_lines;
    std::vector<std::vector<std::string>> m_rows; ///< text form: kept to align the columns
};

/// Names of the stored columns that are not empty in a result of kind flows, in schema order.
core::Result<std::vector<std::string>> filledColumns(core::FlowStore& store, const core::Query& query, const core::Now& now, const core::Control& control);

/// Says what is wrong with a query, with the place in the filter pointed at.
void sayQueryWrong(const core::Error& error, const std::string& filter);

} // namespace rivereto::app
