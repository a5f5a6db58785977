// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/texttable.h"

#include <algorithm>

#include <QString>

#include "core/text/value.h"

namespace rivereto::app {

void align(std::string& out, const TextRows& rows, const std::vector<bool>& right)
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

std::string_view unitText(core::Unit unit)
{
    switch (unit) {
    case core::Unit::L3Bps:
    case core::Unit::L2Bps: return "b/s";
    case core::Unit::Pps: return "p/s";
    case core::Unit::Fps: return "flows/s";
    case core::Unit::InL2Percent:
    case core::Unit::OutL2Percent: return "%";
    default: return "";
    }
}

std::string withName(std::string value, const core::Column& column, const core::AsNames* asNames)
{
    if (!asNames || column.type != core::Type::Asn)
        return value;
    if (const auto name = asNames->name(core::parseAsn(value).value_or(0)); !name.empty())
        value.append(" ").append(name);
    return value;
}

} // namespace rivereto::app
