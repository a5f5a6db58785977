// SPDX-License-Identifier: GPL-3.0-or-later
// Shaping: from a store's sums to ranked series with points and statistics. The same for every store.
#pragma once

#include <stop_token>

#include "core/query/plan.h"
#include "core/query/result.h"

namespace rivereto::core {

/// Keys (namedWidth bytes each, one after another) of the groups that rank first, and how many groups there were.
struct Ranking {
    std::vector<uint8_t> keys;
    size_t groups = 0;
};

/// How often a long loop looks whether it is to stop.
inline constexpr size_t kStopMask = 1023;
inline bool stops(const std::stop_token& stop, size_t i) { return (i & kStopMask) == 0 && stop.stop_requested(); }

// After a stop what these return is incomplete, and worth nothing.

/// The plan's first `limit` groups (at most kMostSeries when 0), best first; ties by the value of the first column that differs.
Ranking rankGroups(const Plan& plan, const Aggregate& sums, const std::stop_token& stop = {});

/// More series than this are never named one by one: what is left goes to Other.
inline constexpr size_t kMostSeries = 1'000'000;
inline size_t seriesAsked(const Query& query) { return query.limit == 0 ? kMostSeries : std::min<size_t>(query.limit, kMostSeries); }

/// Series in the order of `ranking`, Other, total. `sums` answer requestFor(plan).
QueryResult shapeResult(const Plan& plan, const Ranking& ranking, const Aggregate& sums, const std::stop_token& stop = {});

/// Kind Sankey: the groups of `ranking` name the values of each dimension; all other values of it are Other. Largest first.
QueryResult shapeSankey(const Plan& plan, const Ranking& ranking, const Aggregate& sums, const std::stop_token& stop = {});

/// Over `points` in the query's unit; see Statistics.
Statistics computeStatistics(const Plan& plan, const std::vector<double>& points, double total);

/// Which points count in statistics, one a point: those that lie wholly within the plan's range and in no silent time; all of
/// them when none does.
std::vector<bool> completePoints(const Plan& plan);
/// The values of the points that count.
std::vector<double> completeValues(const Plan& plan, const std::vector<double>& points);

/// Texts of a group's named key, one a dimension.
std::vector<std::string> keyTexts(const Plan& plan, const uint8_t* key, const DictionaryView& texts);

} // namespace rivereto::core
