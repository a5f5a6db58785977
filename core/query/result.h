// SPDX-License-Identifier: GPL-3.0-or-later
// QueryResult: the shaped answer that feeds chart, table, CSV and reports alike.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/query/query.h"
#include "core/schema/schema.h"

namespace rivereto::core {

/// Over a series' complete points (the first and last may be cut by the range), empty points counting as 0.
/// Rates in the query's unit; `total` in bytes, packets or flows: the sum behind the rate.
struct Statistics {
    double min = 0;
    double max = 0;
    double last = 0;
    double average = 0;
    double p95 = 0; ///< linear interpolation
    double total = 0;
};

struct Series {
    std::vector<std::string> key; ///< one text a dimension, formatted by core/text; empty = missing value
    bool other = false;           ///< the sum of what the limit cut off; key is "Other" in each dimension
    std::vector<double> points;   ///< value per point in the query's unit; empty for totals
    Statistics statistics;
};

struct QueryResult {
    Query query;
    TimeRange range;         ///< in force, after defaults
    uint64_t intervalMs = 0; ///< 0: no points
    uint64_t firstPoint = 0; ///< start of the first point, ms; a multiple of the interval
    std::vector<ColumnId> dimensions;
    std::vector<Series> series; ///< ranked, then Other when something was cut off
    size_t cutOff = 0;          ///< number of series that Other stands for
    Series total;               ///< everything that matches
    uint64_t rowsMatched = 0;
    uint64_t rowsInRange = 0;
    uint64_t rowsStored = 0;
    std::string table; ///< which resolution answered, e.g. "raw table"
};

} // namespace rivereto::core
