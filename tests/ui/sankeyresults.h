// SPDX-License-Identifier: GPL-3.0-or-later
// Answers for tests of Sankey diagrams.
#pragma once

#include <cmath>
#include <random>
#include <set>

#include <fmt/format.h>

#include "ui/charts/chartview.h"

namespace rivereto::ui {

using Names = std::vector<std::string>;

inline const std::vector<core::Dimension>& someDimensions()
{
    static const std::vector<core::Dimension> all{{.name = "SrcAS", .column = core::ColumnId::SrcAS},     {.name = "InIfName", .column = core::ColumnId::InIfName},
                                                  {.name = "DstCountry", .column = core::ColumnId::DstCountry}, {.name = "Proto", .column = core::ColumnId::Proto},
                                                  {.name = "DstPort", .column = core::ColumnId::DstPort}, {.name = "DstAS", .column = core::ColumnId::DstAS}};
    return all;
}

inline core::QueryResult emptyResult(size_t columns, core::Unit unit = core::Unit::L3Bps)
{
    core::QueryResult out;
    out.query = {.kind = core::QueryKind::Sankey, .unit = unit};
    out.range = {1'795'455'720'000, 1'795'455'780'000};
    for (size_t c = 0; c < columns; ++c) {
        out.dimensions.push_back(someDimensions()[c]);
        out.query.dimensions.push_back(out.dimensions.back().name);
    }
    return out;
}

/// "Other" with a leading '*' is what the limit cut off.
inline void addPath(core::QueryResult& to, const Names& values, double amount)
{
    core::Series series;
    series.other = true;
    for (const auto& value : values) {
        const bool other = value == "*Other";
        series.key.push_back(other ? "Other" : value);
        series.otherAt.push_back(other);
        series.other &= other;
    }
    series.statistics.average = amount;
    series.statistics.total = amount * 60 / 8;
    to.series.push_back(series);
    to.total.statistics.average += amount;
    to.total.statistics.total += series.statistics.total;
}

inline core::QueryResult randomResult(unsigned seed, size_t columns, int values, size_t paths)
{
    std::mt19937 random(seed);
    auto out = emptyResult(columns);
    std::set<Names> seen;
    std::vector<double> amounts;
    for (size_t attempt = 0; attempt < paths * 4 && seen.size() < paths; ++attempt) {
        Names key;
        for (size_t c = 0; c < columns; ++c) {
            const int value = static_cast<int>(random() % static_cast<unsigned>(values + 1));
            key.push_back(value == values ? "*Other" : fmt::format("v{}", value));
        }
        if (seen.insert(key).second)
            addPath(out, key, std::pow(10.0, 3 + static_cast<double>(random() % 600) / 100));
    }
    return out;
}

/// Two sources, two interfaces, and what is left.
inline core::QueryResult smallResult()
{
    auto out = emptyResult(3);
    addPath(out, {"64500", "eth0", "FR"}, 5e9);
    addPath(out, {"64501", "eth1", "FR"}, 3e9);
    addPath(out, {"64501", "eth1", "DE"}, 1e9);
    addPath(out, {"*Other", "eth0", "*Other"}, 5e8);
    return out;
}

inline AnswerPtr answerOf(core::QueryResult result)
{
    auto out = std::make_shared<Answer>();
    out->asked.chart = ChartKind::Sankey;
    out->asked.query = result.query;
    out->result = std::make_shared<const core::QueryResult>(std::move(result));
    return out;
}

} // namespace rivereto::ui
