// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/resulttable.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "core/text/escape.h"
#include "core/text/time.h"

namespace rivereto::core {

namespace {

using Table = std::vector<std::vector<std::string>>;

constexpr std::pair<std::string_view, double Statistics::*> kStatistics[] = {
    {"min", &Statistics::min},         {"max", &Statistics::max}, {"last", &Statistics::last},
    {"average", &Statistics::average}, {"p95", &Statistics::p95}, {"total", &Statistics::total},
};
constexpr std::pair<std::string_view, double Statistics::*> kValue[] = {{"value", &Statistics::average}};

std::vector<std::string> markNames(const Query& query)
{
    std::vector<std::string> out;
    if (query.bidirectional)
        out.emplace_back("direction");
    if (query.previous != Period::None)
        out.emplace_back("period");
    return out;
}

/// Where the texts of a row end and its figures begin.
size_t textColumns(const QueryResult& result) { return keyColumns(result).size() + (result.query.kind == QueryKind::TimeSeries ? 1 : 0); }

std::vector<std::string> keyOf(const ResultPart& part, const Series& series)
{
    auto out = series.key;
    out.insert(out.end(), part.marks.begin(), part.marks.end());
    return out;
}

Table seriesTable(const QueryResult& result, int utcOffset)
{
    Table rows(1, keyColumns(result));
    rows[0].insert(rows[0].begin(), "time");
    rows[0].emplace_back("value");
    for (const auto& part : partsOf(result)) {
        for (const auto& series : part.result->series) {
            for (size_t i = 0; i < series.points.size(); ++i) {
                std::vector<std::string> row{formatTime(part.result->firstPoint + i * part.result->intervalMs, utcOffset)};
                std::ranges::move(keyOf(part, series), std::back_inserter(row));
                row.push_back(plainNumber(series.points[i]));
                rows.push_back(std::move(row));
            }
        }
    }
    return rows;
}

/// Rows of the CSV shape: header, then one line a series or a point. `uncertain`: with how many samples there are behind it.
Table plainTable(const QueryResult& result, int utcOffset, bool uncertain)
{
    if (result.query.kind == QueryKind::TimeSeries)
        return seriesTable(result, utcOffset);
    Table rows(1, keyColumns(result));
    uncertain = uncertain && hasSamples(result);
    for (const auto& [name, member] : statisticsOf(result.query)) {
        rows[0].emplace_back(name);
        if (name == "p95" && hasBilling(result))
            rows[0].emplace_back("p95(5m)");
    }
    if (uncertain)
        rows[0].insert(rows[0].end(), {"samples", "uncertainty"});
    for (const auto& part : partsOf(result)) {
        for (const auto& series : part.result->series) {
            auto row = keyOf(part, series);
            const auto& statistics = series.statistics;
            for (const auto& [name, member] : statisticsOf(result.query)) {
                row.push_back(plainNumber(statistics.*member));
                if (name == "p95" && hasBilling(result))
                    row.push_back(statistics.p95of5m ? plainNumber(*statistics.p95of5m) : "");
            }
            if (uncertain) {
                row.push_back(statistics.samples ? std::to_string(*statistics.samples) : "");
                row.push_back(statistics.uncertainty() ? plainNumber(*statistics.uncertainty()) : "");
            }
            rows.push_back(std::move(row));
        }
    }
    return rows;
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

std::string plainNumber(double number)
{
    if (std::isnan(number))
        return {};
    return number == std::floor(number) && std::abs(number) < 1e15 ? fmt::format("{:.0f}", number) : fmt::format("{}", number);
}

std::span<const std::pair<std::string_view, double Statistics::*>> statisticsOf(const Query& query)
{
    if (query.kind == QueryKind::Sankey)
        return kValue;
    const std::span all(kStatistics);
    return isTotal(query.unit) ? all.last(1) : all;
}

bool hasSamples(const QueryResult& result) { return result.total.statistics.samples.value_or(0) > 0; }
bool hasBilling(const QueryResult& result) { return result.total.statistics.p95of5m.has_value(); }

std::vector<ResultPart> partsOf(const QueryResult& result)
{
    std::vector<ResultPart> out;
    const auto add = [&](const QueryResult* one, const char* direction, const char* period) {
        if (!one)
            return;
        ResultPart part{.result = one, .marks = {}};
        if (result.query.bidirectional)
            part.marks.emplace_back(direction);
        if (result.query.previous != Period::None)
            part.marks.emplace_back(period);
        out.push_back(std::move(part));
    };
    add(&result, "forward", "current");
    add(result.reverse.get(), "reverse", "current");
    add(result.previous.get(), "forward", "previous");
    add(result.previous ? result.previous->reverse.get() : nullptr, "reverse", "previous");
    return out;
}

std::vector<std::string> keyColumns(const QueryResult& result)
{
    std::vector<std::string> out;
    for (const auto& dimension : result.dimensions)
        out.push_back(dimension.name);
    std::ranges::move(markNames(result.query), std::back_inserter(out));
    return out;
}

std::string resultCsv(const QueryResult& result, int utcOffsetMinutes)
{
    std::string out;
    for (const auto& row : plainTable(result, utcOffsetMinutes, false)) {
        for (size_t i = 0; i < row.size(); ++i) {
            out += i > 0 ? "," : "";
            appendCsv(out, row[i]);
        }
        out += "\n";
    }
    return out;
}

std::string resultJson(const QueryResult& result, int utcOffsetMinutes, bool lines)
{
    return jsonTable(plainTable(result, utcOffsetMinutes, true), textColumns(result), lines);
}

} // namespace rivereto::core
