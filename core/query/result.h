// SPDX-License-Identifier: GPL-3.0-or-later
// QueryResult: the shaped answer that feeds chart, table, CSV and reports alike.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/query/dimension.h"
#include "core/query/damage.h"
#include "core/query/query.h"
#include "core/schema/schema.h"
#include "core/store/interruption.h"

namespace rivereto::core {

/// Over a series' complete points (the first and last may be cut by the range, and some may touch a time without listening),
/// empty points counting as 0.
/// Rates in the query's unit; `total` in bytes, packets or flows: the sum behind the rate.
/// Percent of interfaces whose speed nobody knows are NaN.
struct Statistics {
    double min = 0;
    double max = 0;
    double last = 0;
    double average = 0;
    double p95 = 0; ///< linear interpolation
    double total = 0;
    std::optional<double> p95of5m;  ///< nearest rank over complete 5-minute points; only when asked for (Query::billing)
    std::optional<uint64_t> samples; ///< sampled packets behind the total; only where there are any
    /// Half of the 95 % interval in percent of the value, 196 / √samples; only with samples.
    [[nodiscard]] std::optional<double> uncertainty() const;
};

struct Series {
    std::vector<std::string> key; ///< one text a dimension, formatted by core/text; empty = missing value
    bool other = false;           ///< the sum of what the limit cut off; key is "Other" in each dimension
    std::vector<bool> otherAt;    ///< Sankey: the dimensions in which it is, one a dimension
    std::vector<double> points;   ///< value per point in the query's unit; empty for totals
    Statistics statistics;
};

struct QueryResult {
    Query query;
    TimeRange range;         ///< in force, after defaults
    uint64_t intervalMs = 0; ///< 0: no points
    uint64_t firstPoint = 0; ///< start of the first point, ms; a multiple of the interval
    std::vector<Dimension> dimensions;
    std::vector<Series> series; ///< ranked, then Other when something was cut off
    size_t cutOff = 0;          ///< number of series that Other stands for
    Series total;               ///< everything that matches
    bool sampled = false;       ///< some of what matches was sampled
    uint64_t rowsMatched = 0;
    uint64_t rowsInRange = 0;
    uint64_t rowsStored = 0;
    std::vector<Interruption> interruptions; ///< of receiving, within the range; times of no listening are left out of the statistics
    std::vector<DamagedPart> damaged; ///< flows that could not be read and are in none of the above
    /// Query::bidirectional: the opposite direction. Series are those of this result in the same order, under the same keys;
    /// an Other may follow where this one has none.
    std::shared_ptr<const QueryResult> reverse;
    /// Query::previous: the earlier range, as `reverse` in its series; its own reverse if that was asked for, too.
    std::shared_ptr<const QueryResult> previous;
    std::string table; ///< which resolution answered, e.g. "raw table"
};

} // namespace rivereto::core
