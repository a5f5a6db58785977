// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/listing.h"

#include <algorithm>

#include <QString>

#include "core/text/escape.h"

namespace rivereto::app {

namespace {

size_t widthOf(const std::string& text) { return static_cast<size_t>(QString::fromStdString(text).size()); }

} // namespace

std::string Listing::print(Format format) const
{
    return format == Format::Csv ? asCsv() : format == Format::Json ? asJson() : asText();
}

std::string Listing::asText() const
{
    std::vector<std::vector<std::string>> lines(m_rows.size() + 1);
    std::vector<size_t> widths;
    std::vector<bool> right;
    for (size_t i = 0; i < m_columns.size(); ++i) {
        if (m_columns[i].title.empty())
            continue;
        lines[0].push_back(m_columns[i].title);
        size_t width = widthOf(m_columns[i].title);
        for (size_t row = 0; row < m_rows.size(); ++row) {
            const auto& cell = m_rows[row][i];
            lines[row + 1].push_back(cell.text.empty() ? cell.value : cell.text);
            width = std::max(width, widthOf(lines[row + 1].back()));
        }
        widths.push_back(width);
        right.push_back(m_columns[i].number);
    }
    std::string out;
    for (const auto& line : lines) {
        std::string written;
        for (size_t i = 0; i < line.size(); ++i) {
            const std::string pad(widths[i] - widthOf(line[i]), ' ');
            written += i > 0 ? "  " : "";
            written += right[i] ? pad + line[i] : line[i] + pad;
        }
        out += written.substr(0, written.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
}

std::string Listing::asCsv() const
{
    std::string out;
    for (size_t i = 0; i < m_columns.size(); ++i)
        out += (i > 0 ? "," : "") + m_columns[i].name;
    out += "\n";
    for (const auto& row : m_rows) {
        for (size_t i = 0; i < row.size(); ++i) {
            out += i > 0 ? "," : "";
            core::appendCsv(out, row[i].value);
        }
        out += "\n";
    }
    return out;
}

std::string Listing::asJson() const
{
    std::string out = "[";
    for (size_t row = 0; row < m_rows.size(); ++row) {
        out += row > 0 ? ",\n {" : "{";
        for (size_t i = 0; i < m_columns.size(); ++i) {
            out += i > 0 ? ", " : "";
            core::appendJson(out, m_columns[i].name);
            out += ": ";
            const auto& value = m_rows[row][i].value;
            if (!m_columns[i].number)
                core::appendJson(out, value);
            else
                out += value.empty() ? "null" : value;
        }
        out += "}";
    }
    return out + "]\n";
}

void addListingOptions(Arguments& args)
{
    args.addOption(QStringLiteral("db"), QStringLiteral("X"), QObject::tr("Database to ask."));
    args.addFlag(QStringLiteral("r"), QObject::tr("The operands are captures, read into a temporary database."));
    args.addOption(QStringLiteral("format"), QStringLiteral("text|csv|json"), QObject::tr("Form of the output."));
    args.addFlag(QStringLiteral("local"), QObject::tr("Times in the local time zone instead of UTC."));
}

tl::expected<Format, int> listingFormat(const Arguments& args)
{
    const auto word = args.value(QStringLiteral("format"), "text");
    const auto format = parseFormat(word);
    if (!format || *format == Format::NdJson)
        return tl::unexpected<int>(args.wrongUsage(fmt::format("“{}” is no format: text, csv or json", word)));
    return *format;
}

} // namespace rivereto::app
