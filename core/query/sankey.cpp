// SPDX-License-Identifier: GPL-3.0-or-later
// Shaping of Sankey diagrams: Other is told in each dimension on its own.
#include <algorithm>

#include "core/query/figures.h"
#include "core/query/shape.h"

namespace rivereto::core {

namespace {

/// Bytes of each dimension's cells in a named key.
std::vector<size_t> widthsOf(const Plan& plan)
{
    std::vector<size_t> out;
    for (const auto& dimension : plan.dimensions)
        out.push_back(cellSize((*plan.schema)[dimension.column].storage()) * (dimension.isConversation() ? 2 : 1));
    return out;
}

/// A link: the number of its value in each dimension, kOther for Other.
constexpr uint32_t kOther = UINT32_MAX;

} // namespace

QueryResult shapeSankey(const Plan& plan, const Ranking& ranking, const Aggregate& sums, const std::stop_token& stop)
{
    const auto request = requestFor(plan, 0);
    const Cells cells(plan, request, sums);
    auto out = shapeResult(plan, {.keys = {}, .groups = 0}, sums, stop);
    out.cutOff = ranking.groups - std::min(ranking.groups, ranking.keys.size() / std::max<size_t>(cells.namedWidth(), 1));
    out.series.clear();
    const auto widths = widthsOf(plan);
    std::vector<GroupTable> values(widths.begin(), widths.end());
    const auto eachDimension = [&](const uint8_t* key, auto&& f) {
        for (size_t d = 0; d < widths.size(); ++d) {
            f(d, key);
            key += widths[d];
        }
    };
    for (size_t at = 0; at + cells.namedWidth() <= ranking.keys.size(); at += cells.namedWidth())
        eachDimension(ranking.keys.data() + at, [&](size_t d, const uint8_t* value) { values[d].entryOf(value); });

    GroupTable links(widths.size() * sizeof(uint32_t));
    std::vector<Figures> figures;
    std::vector<uint32_t> link(widths.size());
    for (size_t cell = 0; cell < cells.size() && !stops(stop, cell); ++cell) {
        eachDimension(cells.key(cell), [&](size_t d, const uint8_t* value) { link[d] = static_cast<uint32_t>(values[d].find(value).value_or(kOther)); });
        const size_t entry = links.entryOf(reinterpret_cast<const uint8_t*>(link.data()));
        if (entry == figures.size())
            figures.emplace_back(plan);
        figures[entry].add(cells, cell);
    }
    for (size_t entry = 0; entry < links.size(); ++entry) {
        std::memcpy(link.data(), links.key(entry), links.keyWidth());
        std::vector<uint8_t> key;
        for (size_t d = 0; d < widths.size(); ++d) {
            const std::vector<uint8_t> none(widths[d]);
            const uint8_t* value = link[d] == kOther ? none.data() : values[d].key(link[d]);
            key.insert(key.end(), value, value + widths[d]);
        }
        Series series{.key = keyTexts(plan, key.data(), *sums.texts)};
        for (size_t d = 0; d < widths.size(); ++d) {
            series.otherAt.push_back(link[d] == kOther);
            if (link[d] == kOther)
                series.key[d] = "Other";
        }
        series.other = std::ranges::all_of(series.otherAt, std::identity());
        const double total = figures[entry].total();
        series.statistics = computeStatistics(plan, figures[entry].takePoints(), total);
        out.series.push_back(std::move(series));
    }
    std::ranges::stable_sort(out.series, [](const Series& a, const Series& b) {
        const double x = a.statistics.average;
        const double y = b.statistics.average;
        return x != y ? x > y : a.key < b.key;
    });
    return out;
}

} // namespace rivereto::core
