// SPDX-License-Identifier: GPL-3.0-or-later
// EmptyColumns: which columns no flow has a value of. Most of the schema's are such; several are found by one sum.
#pragma once

#include <functional>
#include <set>

#include "core/query/plan.h"

namespace rivereto::core {

class EmptyColumns {
public:
    /// Sums a plan's dimensions in a range, up to so many groups.
    using Ask = std::function<Result<Aggregate>(const Plan& plan, const TimeRange& range, size_t most)>;
    /// `plan` has filter and schema; `all` are the dimensions that will be asked about, `ranges` where flows are looked for, the
    /// last of them where it is worth to look first. References are kept.
    EmptyColumns(const Plan& plan, const std::vector<Dimension>& all, const std::vector<TimeRange>& ranges, Ask ask)
        : m_plan(plan), m_all(all), m_ranges(ranges), m_ask(std::move(ask))
    {
    }
    /// True only when no flow has a value. Finds out about several at a time.
    Result<bool> isEmpty(const Dimension& dimension);

private:
    [[nodiscard]] ColumnId tellingColumn(const Dimension& dimension) const;
    [[nodiscard]] bool isWorthIt(ColumnId column) const;
    std::vector<ColumnId> together(ColumnId column);
    Result<void> dropFilled(std::vector<ColumnId>& columns, const TimeRange& range);

    const Plan& m_plan;
    const std::vector<Dimension>& m_all;
    const std::vector<TimeRange>& m_ranges;
    Ask m_ask;
    std::set<ColumnId> m_known; ///< has been looked at
    std::set<ColumnId> m_empty;
};

} // namespace rivereto::core
