// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/emptycolumns.h"

#include <algorithm>

namespace rivereto::core {

namespace {

/// Columns that are looked at together …
constexpr size_t kTogether = 8;
/// … as long as they have no more combinations of values than this.
constexpr size_t kMostGroups = 100'000;
/// Part of the range in which those that are mostly filled are found.
constexpr uint64_t kShortLook = 16;

} // namespace

/// The stored column without a value of which the dimension has none; kNone when there is no such.
ColumnId EmptyColumns::tellingColumn(const Dimension& dimension) const
{
    if (dimension.otherEnd != ColumnId::kNone)
        return ColumnId::kNone;
    const auto& column = (*m_plan.schema)[dimension.column];
    switch (column.derived) {
    case Derived::No: return column.id;
    case Derived::Prefix: return column.bases[1];
    case Derived::Nth1:
    case Derived::Nth2:
    case Derived::Nth3:
    case Derived::Nth4: return column.bases[0];
    default: return ColumnId::kNone;
    }
}

/// What every flow has is not looked for.
bool EmptyColumns::isWorthIt(ColumnId column) const
{
    return column != ColumnId::kNone && (*m_plan.schema)[column].group != Group::Flow && m_all.size() >= kTogether;
}

/// Those of a group are mostly filled, or not, by the same means.
std::vector<ColumnId> EmptyColumns::together(ColumnId column)
{
    std::vector<ColumnId> out;
    for (const auto& one : m_all) {
        const auto id = tellingColumn(one);
        const bool alike = isWorthIt(id) && (*m_plan.schema)[id].group == (*m_plan.schema)[column].group;
        if (alike && out.size() < kTogether && m_known.insert(id).second)
            out.push_back(id);
    }
    return out;
}

Result<bool> EmptyColumns::isEmpty(const Dimension& dimension)
{
    const auto column = tellingColumn(dimension);
    if (!isWorthIt(column))
        return false;
    while (!m_known.contains(column)) {
        auto columns = together(column);
        // A short look leaves those that are rarely or never filled, so that the long one has few groups.
        const auto& first = m_ranges.back();
        if (auto looked = dropFilled(columns, {first.from, first.from + std::max<uint64_t>(first.length() / kShortLook, 1)}); !looked)
            return tl::unexpected(looked.error());
        for (const auto& range : m_ranges) {
            if (auto looked = dropFilled(columns, range); !looked)
                return tl::unexpected(looked.error());
        }
        m_empty.insert(columns.begin(), columns.end());
    }
    return m_empty.contains(column);
}

/// Keeps those of which no flow in a range has a value, as far as that can be told.
Result<void> EmptyColumns::dropFilled(std::vector<ColumnId>& columns, const TimeRange& range)
{
    if (columns.empty())
        return {};
    auto plan = m_plan;
    plan.dimensions.clear();
    for (const auto id : columns)
        plan.dimensions.push_back({.name = std::string((*plan.schema)[id].name), .column = id});
    const auto sums = m_ask(plan, range, kMostGroups);
    if (!sums)
        return tl::unexpected(sums.error());
    std::vector<bool> filled(columns.size(), sums->overflow);
    for (size_t cell = 0; cell < sums->cells.size(); ++cell) {
        const auto* key = sums->cells.key(cell);
        for (size_t i = 0; i < columns.size(); ++i) {
            const auto width = cellSize((*plan.schema)[columns[i]].storage());
            filled[i] = filled[i] || std::any_of(key, key + width, [](uint8_t byte) { return byte != 0; });
            key += width;
        }
    }
    size_t at = 0;
    std::erase_if(columns, [&](ColumnId) { return filled[at++]; });
    return {};
}

} // namespace rivereto::core
