// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/printresult.h"

#include <algorithm>

#include "app/cli/arguments.h"
#include "core/text/number.h"
#include "core/text/time.h"
#include "core/text/value.h"

namespace rivereto::app {

using core::QueryKind;
using core::QueryResult;
using core::Series;

namespace {

using Table = std::vector<std::vector<std::string>>;

constexpr std::pair<std::string_view, double core::Statistics::*> kStatistics[] = {
    {"min", &core::Statistics::min},         {"max", &core::Statistics::max}, {"last", &core::Statistics::last},
    {"average", &core::Statistics::average}, {"p95", &core::Statistics::p95}, {"total", &core::Statistics::total},
};

std::span<const std::pair<std::string_view, double core::Statistics::*>> statisticsOf(core::Unit unit)
{
    const std::span all(kStatistics);
    return core::isTotal(unit) ? all.last(1) : all;
}

std::string plainNumber(double number) { return number == std::floor(number) && std::abs(number) < 1e15 ? fmt::format("{:.0f}", number) : fmt::format("{}", number); }

std::string_view unitText(core::Unit unit)
{
    switch (unit) {
    case core::Unit::L3Bps:
    case core::Unit::L2Bps: return "b/s";
    case core::Unit::Pps: return "p/s";
    case core::Unit::Fps: return "flows/s";
    default: return "";
    }
}

/// What `total` counts for a unit.
std::string_view totalUnit(core::Unit unit)
{
    return unit == core::Unit::L3Bps || unit == core::Unit::L2Bps || unit == core::Unit::Bytes ? "B" : "";
}

bool isNumeric(core::Type type)
{
    const auto& info = core::typeInfo(type);
    return info.literal == core::Literal::Number || info.literal == core::Literal::Asn || info.literal == core::Literal::Port
        || info.literal == core::Literal::Duration;
}

void align(std::string& out, const Table& rows, const std::vector<bool>& right)
{
    std::vector<size_t> widths;
    const auto widthOf = [](const std::string& text) { return static_cast<size_t>(QString::fromStdString(text).size()); };
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], widthOf(row[i]));
    }
    for (const auto& row : rows) {
        for (size_t i = 0; i < row.size(); ++i) {
            const std::string pad(widths[i] - widthOf(row[i]), ' ');
            const bool last = i + 1 == row.size();
            out += right[i] ? pad + row[i] : last ? row[i] : row[i] + pad;
            out += last ? "\n" : "  ";
        }
    }
}

std::vector<std::string> header(const QueryResult& result, const core::Schema& schema)
{
    std::vector<std::string> out;
    for (const auto id : result.dimensions)
        out.emplace_back(schema[id].name);
    return out;
}

/// Rows of the CSV shape: header, then one line a series or a point.
Table plainTable(const QueryResult& result, const core::Schema& schema, int utcOffset)
{
    Table rows(1, header(result, schema));
    if (result.query.kind == QueryKind::TimeSeries) {
        rows[0].insert(rows[0].begin(), "time");
        rows[0].emplace_back("value");
        for (const auto& series : result.series) {
            for (size_t i = 0; i < series.points.size(); ++i) {
                std::vector<std::string> row{core::formatTime(result.firstPoint + i * result.intervalMs, utcOffset)};
                row.insert(row.end(), series.key.begin(), series.key.end());
                row.push_back(plainNumber(series.points[i]));
                rows.push_back(std::move(row));
            }
        }
        return rows;
    }
    for (const auto& [name, member] : statisticsOf(result.query.unit))
        rows[0].emplace_back(name);
    for (const auto& series : result.series) {
        auto row = series.key;
        for (const auto& [name, member] : statisticsOf(result.query.unit))
            row.push_back(plainNumber(series.statistics.*member));
        rows.push_back(std::move(row));
    }
    return rows;
}

/// For people: units and prefixes; a time series becomes the table of its statistics.
std::string textTable(const QueryResult& result, const core::Schema& schema, int utcOffset, const core::AsNames* asNames)
{
    // "15169 Google" where the name is known.
    const auto named = [&](std::vector<std::string> key) {
        for (size_t i = 0; i < key.size() && asNames; ++i) {
            if (schema[result.dimensions[i]].type != core::Type::Asn)
                continue;
            if (const auto name = asNames->name(core::parseAsn(key[i]).value_or(0)); !name.empty())
                key[i].append(" ").append(name);
        }
        return key;
    };
    Table rows(1, header(result, schema));
    std::vector<bool> right(rows[0].size(), false);
    for (const auto& [name, member] : statisticsOf(result.query.unit)) {
        rows[0].emplace_back(name);
        right.push_back(true);
    }
    rows[0].emplace_back("share");
    right.push_back(true);
    const auto add = [&](const Series& series, std::vector<std::string> row) {
        for (const auto& [name, member] : statisticsOf(result.query.unit))
            row.push_back(core::formatScaled(series.statistics.*member, name == "total" ? totalUnit(result.query.unit) : unitText(result.query.unit)));
        const auto all = result.total.statistics.total;
        row.push_back(core::formatPercent(all > 0 ? series.statistics.total / all : 0));
        rows.push_back(std::move(row));
    };
    for (const auto& series : result.series)
        add(series, named(series.key));
    if (!result.dimensions.empty()) {
        std::vector<std::string> key(result.dimensions.size());
        key[0] = "Total";
        add(result.total, std::move(key));
    }
    std::string out;
    align(out, rows, right);
    fmt::format_to(std::back_inserter(out), "\n{} – {}", core::formatTime(result.range.from, utcOffset), core::formatTime(result.range.to, utcOffset));
    if (result.intervalMs > 0)
        fmt::format_to(std::back_inserter(out), ", points of {}", core::formatInterval(result.intervalMs));
    fmt::format_to(std::back_inserter(out), "\n{} of {} flows match", core::formatCount(result.rowsMatched), core::formatCount(result.rowsInRange));
    if (result.cutOff > 0)
        fmt::format_to(std::back_inserter(out), "; Other is {} more", core::formatCount(result.cutOff));
    out += "\n";
    return out;
}

void appendJsonRow(std::string& out, const std::vector<std::string>& names, const std::vector<std::string>& row, size_t texts)
{
    out += "{";
    for (size_t i = 0; i < row.size(); ++i) {
        out += i > 0 ? ", " : "";
        appendJson(out, names[i]);
        out += ": ";
        if (row[i].empty())
            out += "null";
        else if (i < texts)
            appendJson(out, row[i]);
        else
            out += row[i];
    }
    out += "}";
}

std::string jsonTable(const Table& rows, size_t texts, bool lines)
{
    std::string out = lines ? "" : "[";
    for (size_t i = 1; i < rows.size(); ++i) {
        if (!lines)
            out += i > 1 ? ",\n " : "";
        appendJsonRow(out, rows[0], rows[i], texts);
        out += lines ? "\n" : "";
    }
    return lines ? out : out + "]\n";
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
    const auto rows = plainTable(result, schema, m_utcOffset);
    if (m_format != Format::Csv)
        return jsonTable(rows, result.dimensions.size() + (result.query.kind == QueryKind::TimeSeries ? 1 : 0), m_format == Format::NdJson);
    std::string out;
    for (const auto& row : rows) {
        for (size_t i = 0; i < row.size(); ++i) {
            out += i > 0 ? "," : "";
            appendCsv(out, row[i]);
        }
        out += "\n";
    }
    return out;
}

FlowPrinter::FlowPrinter(const ResultPrinter& printer, Output& out, const core::Schema& schema, const std::vector<std::string>& fields)
    : m_printer(printer), m_out(out), m_schema(schema)
{
    std::vector<std::string> names;
    for (const auto& field : fields) {
        const auto id = schema.find(field);
        if (id == core::ColumnId::kNone)
            continue; // runFlows refuses it with a message
        m_columns.push_back(id);
        names.emplace_back(schema[id].name);
    }
    if (printer.format() == Format::Csv) {
        std::string line;
        for (const auto& name : names)
            line += (line.empty() ? "" : ",") + name;
        m_out.write(line + "\n");
    } else if (printer.format() == Format::Json) {
        m_out.write("[");
    } else if (printer.format() == Format::Text) {
        m_rows.push_back(std::move(names));
    }
}

std::string FlowPrinter::cellText(const core::Column& column, const core::ColumnView& view, size_t row, const core::DictionaryView& texts) const
{
    const auto* cell = static_cast<const uint8_t*>(view.cells) + (view.kind == core::ColumnView::Kind::Constant ? 0 : row) * core::cellSize(view.storage);
    if (column.type == core::Type::Time && view.number(row) != 0)
        return core::formatTime(view.number(row), m_printer.utcOffsetMinutes());
    return core::formatCell(column, cell, texts);
}

void FlowPrinter::appendRow(std::string& out, const core::FlowBatch& batch, const std::vector<core::ColumnView>& views, size_t row)
{
    const bool json = m_printer.format() != Format::Csv;
    if (json)
        out += "{";
    bool first = true;
    for (size_t i = 0; i < m_columns.size(); ++i) {
        const auto& column = m_schema[m_columns[i]];
        const auto text = cellText(column, views[i], row, batch.dictionary());
        if (json && text.empty())
            continue;
        out += first ? "" : json ? ", " : ",";
        first = false;
        if (!json) {
            appendCsv(out, text);
            continue;
        }
        appendJson(out, column.name);
        out += ": ";
        if (isNumeric(column.type) && column.storage() != core::Storage::Dict)
            out += text;
        else
            appendJson(out, text);
    }
    if (json)
        out += "}";
}

void FlowPrinter::print(const core::FlowBatch& batch)
{
    std::vector<core::ColumnView> views;
    for (const auto id : m_columns)
        views.push_back(batch.view(id));
    for (size_t row = 0; row < batch.rows() && m_out.open(); ++row) {
        if (m_printer.format() == Format::Text) {
            auto& texts = m_rows.emplace_back();
            for (size_t i = 0; i < m_columns.size(); ++i)
                texts.push_back(cellText(m_schema[m_columns[i]], views[i], row, batch.dictionary()));
            continue;
        }
        std::string line;
        if (m_printer.format() == Format::Json && !m_first)
            line += ",\n ";
        m_first = false;
        appendRow(line, batch, views, row);
        if (m_printer.format() != Format::Json)
            line += "\n";
        m_out.write(line);
    }
}

void FlowPrinter::finish()
{
    if (m_printer.format() == Format::Json)
        m_out.write("]\n");
    if (m_printer.format() == Format::Text) {
        std::vector<bool> right;
        for (const auto id : m_columns)
            right.push_back(isNumeric(m_schema[id].type));
        std::string out;
        align(out, m_rows, right);
        m_out.write(out);
    }
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
