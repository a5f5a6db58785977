// SPDX-License-Identifier: GPL-3.0-or-later
// Shaping: from a store's sums to ranked series with points and statistics. The same for every store.
#pragma once

#include "core/query/plan.h"
#include "core/query/result.h"

namespace rivereto::core {

/// Keys (keyWidth bytes each, one after another) of the groups that rank first, and how many groups there were.
struct Ranking {
    std::vector<uint8_t> keys;
    size_t groups = 0;
};

/// The plan's first `limit` groups (all when 0), best first; ties by the value of the first column that differs.
Ranking rankGroups(const Plan& plan, const Aggregate& sums);

/// Series in the order of `ranking`, Other, total. `sums` has (group, point) cells of the plan's points.
QueryResult shapeResult(const Plan& plan, const Ranking& ranking, const Aggregate& sums);

/// Over `points` (whole sums a point) with the plan's interval and unit; see Statistics.
Statistics computeStatistics(const Plan& plan, const std::vector<double>& points, double total);

} // namespace rivereto::core
