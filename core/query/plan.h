// SPDX-License-Identifier: GPL-3.0-or-later
// Plan: a query made exact against a store – names bound, range, interval and points fixed.
#pragma once

#include "core/query/aggregate.h"
#include "core/query/dimension.h"
#include "core/query/query.h"
#include "core/store/flowstore.h"

namespace rivereto::core {

struct Plan {
    Query query;
    std::shared_ptr<const Schema> schema;
    TimeRange range;
    bool wholeStore = false; ///< the range is everything the store holds
    uint64_t firstPoint = 0;
    uint64_t intervalMs = 0; ///< 0: no points (totals in a table)
    uint32_t points = 1;
    std::vector<Dimension> dimensions;
    /// What sums are kept apart by besides the dimensions: the column that distinct counts; exporter, interface and speed
    /// for percent.
    std::vector<ColumnId> extras;
    Measure measure = Measure::Bytes;
    Half half = Half::Both;
    BoundFilter filter;
    std::vector<TimeRange> silent; ///< nobody listened: points that touch one count in no statistics
};

/// Clock of the caller, for natural-language times in filters.
struct Now {
    uint64_t ms = 0;
    int utcOffsetMinutes = 0;
};

/// Smallest step of the ladder (10 100 ms, 1 2 5 10 15 30 s, 1 2 5 10 15 30 min, 1 2 3 6 12 h, days) of which a range that
/// is not empty touches at most `points`, counted from 1970 UTC. From a day on one point may become two.
uint64_t chooseInterval(const TimeRange& range, unsigned points);

/// Points of a fixed interval are aligned to multiples of it since 1970 UTC.
Result<Plan> planQuery(const Query& query, const std::shared_ptr<const Schema>& schema, const StoreStatus& status, const Now& now);

/// Cuts the plan's range into points of `intervalMs`.
Result<void> setInterval(Plan& plan, uint64_t intervalMs);

/// The same question about the opposite direction: pairs are swapped in dimensions, filter, unit.
Result<Plan> reversedPlan(const Plan& plan, const Now& now);

/// What a store is asked; `maxCells` as there.
AggregateRequest requestFor(const Plan& plan, size_t maxCells);

} // namespace rivereto::core
