// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/printresult.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "app/cli/arguments.h"
#include "app/cli/texttable.h"
#include "core/query/resulttable.h"
#include "core/text/number.h"
#include "core/text/time.h"
#include "core/text/value.h"

namespace rivereto::app {

using core::QueryKind;
using core::QueryResult;
using core::Series;

namespace {

/// What `total` counts for a unit.
std::string_view totalUnit(core::Unit unit)
{
    return unit == core::Unit::L3Bps || unit == core::Unit::L2Bps || unit == core::Unit::Bytes || core::isPercent(unit) ? "B" : "";
}

core::FlowForm formOf(Format format)
{
    return format == Format::Json ? core::FlowForm::Json : format == Format::NdJson ? core::FlowForm::NdJson : core::FlowForm::Csv;
}

/// Tables for people, row by row.
class TextTable {
public:
    TextTable(const QueryResult& result, const core::Schema& schema, const core::AsNames* asNames) : m_result(result), m_schema(schema), m_asNames(asNames)
    {
        m_rows.assign(1, core::keyColumns(result));
        m_right.assign(m_rows[0].size(), false);
        for (const auto& [name, member] : core::statisticsOf(result.query)) {
            figure(name);
            if (name == "p95" && core::hasBilling(result))
                figure("p95(5m)");
        }
        if (core::hasSamples(result))
            figure("±");
        if (!core::isPercent(result.query.unit))
            figure("share");
    }

    void add(const Series& series, std::vector<std::string> row, double all)
    {
        const auto& query = m_result.query;
        const auto& statistics = series.statistics;
        const auto scaled = [](double value, std::string_view unit) { return std::isnan(value) ? std::string("–") : core::formatScaled(value, unit); };
        const bool sum = query.kind == QueryKind::Sankey && core::isTotal(query.unit);
        for (const auto& [name, member] : core::statisticsOf(query)) {
            row.push_back(scaled(statistics.*member, name == "total" || sum ? totalUnit(query.unit) : unitText(query.unit)));
            if (name == "p95" && core::hasBilling(m_result))
                row.push_back(statistics.p95of5m ? scaled(*statistics.p95of5m, unitText(query.unit)) : "");
        }
        if (core::hasSamples(m_result))
            row.push_back(statistics.uncertainty() ? core::formatPercent(*statistics.uncertainty() / 100) : "");
        if (!core::isPercent(query.unit))
            row.push_back(core::formatPercent(all > 0 ? statistics.total / all : 0));
        m_rows.push_back(std::move(row));
    }

    void add(const core::ResultPart& part)
    {
        const auto all = part.result->total.statistics.total;
        for (const auto& series : part.result->series) {
            auto key = named(series.key);
            key.insert(key.end(), part.marks.begin(), part.marks.end());
            add(series, std::move(key), all);
        }
        if (m_result.dimensions.empty())
            return;
        std::vector<std::string> key(m_result.dimensions.size());
        key[0] = "Total";
        key.insert(key.end(), part.marks.begin(), part.marks.end());
        add(part.result->total, std::move(key), all);
    }

    [[nodiscard]] std::string text() const
    {
        std::string out;
        align(out, m_rows, m_right);
        return out;
    }

private:
    void figure(std::string_view name)
    {
        m_rows[0].emplace_back(name);
        m_right.push_back(true);
    }
    [[nodiscard]] std::vector<std::string> named(std::vector<std::string> key) const
    {
        for (size_t i = 0; i < key.size(); ++i)
            key[i] = withName(std::move(key[i]), m_schema[m_result.dimensions[i].column], m_asNames);
        return key;
    }

    const QueryResult& m_result;
    const core::Schema& m_schema;
    const core::AsNames* m_asNames;
    TextRows m_rows;
    std::vector<bool> m_right;
};

/// For people: units and prefixes; a time series becomes the table of its statistics.
std::string textTable(const QueryResult& result, const core::Schema& schema, int utcOffset, const core::AsNames* asNames)
{
    TextTable table(result, schema, asNames);
    for (const auto& part : core::partsOf(result))
        table.add(part);
    auto out = table.text();
    fmt::format_to(std::back_inserter(out), "\n{} – {}", core::formatTime(result.range.from, utcOffset), core::formatTime(result.range.to, utcOffset));
    if (result.intervalMs > 0)
        fmt::format_to(std::back_inserter(out), ", points of {}", core::formatInterval(result.intervalMs));
    fmt::format_to(std::back_inserter(out), "\n{} of {} flows match", core::formatCount(result.rowsMatched), core::formatCount(result.rowsInRange));
    if (result.cutOff > 0)
        fmt::format_to(std::back_inserter(out), "; Other is {} more", core::formatCount(result.cutOff));
    if (core::hasSamples(result))
        out += "; ± is half of the 95 % interval of sampled traffic";
    out += "\n";
    return out;
}

} // namespace

core::Result<Format> parseFormat(std::string_view text)
{
    constexpr std::string_view names[] = {"text", "csv", "json", "ndjson"};
    const auto* found = std::ranges::find(names, text);
    if (found == std::end(names))
        return core::fail("“{}” is no format: text, csv, json or ndjson", text);
    return static_cast<Format>(found - names);
}

std::string ResultPrinter::print(const QueryResult& result, const core::Schema& schema) const
{
    if (m_format == Format::Text)
        return textTable(result, schema, m_utcOffset, m_asNames.get());
    return m_format == Format::Csv ? core::resultCsv(result, m_utcOffset) : core::resultJson(result, m_utcOffset, m_format == Format::NdJson);
}

FlowPrinter::FlowPrinter(const ResultPrinter& printer, Output& out, const core::Schema& schema, const std::vector<std::string>& fields)
    : m_out(out), m_text(printer.format() == Format::Text), m_lines(schema, fields, formOf(printer.format()), printer.utcOffsetMinutes())
{
    if (!m_text) {
        m_out.write(m_lines.header());
        return;
    }
    std::vector<std::string> names;
    for (const auto id : m_lines.columns())
        names.emplace_back(schema[id].name);
    m_rows.push_back(std::move(names));
}

void FlowPrinter::print(const core::FlowBatch& batch)
{
    if (m_text) {
        std::vector<core::ColumnView> views;
        for (const auto id : m_lines.columns())
            views.push_back(batch.view(id));
        for (size_t row = 0; row < batch.rows(); ++row) {
            auto& texts = m_rows.emplace_back();
            for (size_t i = 0; i < views.size(); ++i)
                texts.push_back(m_lines.cell(i, views[i], row, batch.dictionary()));
        }
        return;
    }
    // In pieces, so that who reads need not wait for a whole batch, and closing is noticed.
    constexpr size_t kRows = 1024;
    for (size_t row = 0; row < batch.rows() && m_out.open(); row += kRows) {
        std::string lines;
        m_lines.append(lines, batch, row, std::min(kRows, batch.rows() - row));
        m_out.write(lines);
    }
}

void FlowPrinter::finish()
{
    if (!m_text)
        return m_out.write(m_lines.footer());
    std::vector<bool> right;
    for (const auto id : m_lines.columns())
        right.push_back(core::isNumeric(m_lines.schema()[id].type));
    std::string out;
    align(out, m_rows, right);
    m_out.write(out);
}

core::Result<std::vector<std::string>> filledColumns(core::FlowStore& store, const core::Query& query, const core::Now& now, const core::Control& control)
{
    const auto schema = store.schema();
    std::vector<bool> filled(schema->size());
    auto done = core::runFlows(store, query, {}, now, control, [&](core::FlowBatch&& batch) {
        for (const auto& column : schema->columns()) {
            if (filled[core::index(column.id)] || !batch.has(column.id))
                continue;
            const auto view = batch.view(column.id);
            const auto* bytes = static_cast<const uint8_t*>(view.cells);
            filled[core::index(column.id)] = std::any_of(bytes, bytes + batch.rows() * core::cellSize(view.storage), [](uint8_t b) { return b != 0; });
        }
        return true;
    });
    if (!done)
        return tl::unexpected(done.error());
    std::vector<std::string> out;
    for (const auto& column : schema->columns()) {
        if (filled[core::index(column.id)])
            out.emplace_back(column.name);
    }
    return out;
}

void sayQueryWrong(const core::Error& error, const std::string& filter)
{
    if (error.span && error.span->begin <= filter.size()) {
        // The line of the filter that the place is in, and a mark below it.
        const auto [begin, end] = *error.span;
        const auto before = begin == 0 ? std::string::npos : filter.rfind('\n', begin - 1);
        const auto lineAt = before == std::string::npos ? 0 : before + 1;
        const auto lineEnd = std::min(filter.find('\n', begin), filter.size());
        const auto width = [&](size_t from, size_t to) { return static_cast<size_t>(QString::fromStdString(filter.substr(from, to - from)).size()); };
        const auto marks = std::max<size_t>(1, width(begin, std::min<size_t>(end, lineEnd)));
        say(fmt::format("  {}\n  {}{}\n", filter.substr(lineAt, lineEnd - lineAt), std::string(width(lineAt, begin), ' '), std::string(marks, '^')));
    }
    sayFailed(error);
}

} // namespace rivereto::app
