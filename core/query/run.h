// SPDX-License-Identifier: GPL-3.0-or-later
// runQuery: the one way from a question to an answer.
#pragma once

#include "core/query/plan.h"
#include "core/query/result.h"
#include "core/store/flowstore.h"

namespace rivereto::core {

/// How many (group, point) sums, some 50 bytes each, a query may gather. Twice as many may be held for a moment.
struct QueryLimits {
    size_t firstTry = 500'000; ///< more means that most groups will be in Other anyway: rank them first, then sum the points
    size_t most = 12'000'000;  ///< more is an error
};

/// Kinds table, timeseries and sankey. Blocks; may be called from any thread; errors carry a span when the filter is wrong.
Result<QueryResult> runQuery(FlowStore& store, const Query& query, const Now& now, const Control& control, const QueryLimits& limits = {});

/// What is wrong with a query or with `fields` (kind flows), found without reading a row. Needs the range only when it is given.
Result<void> checkQuery(const Query& query, const std::vector<std::string>& fields, const std::shared_ptr<const Schema>& schema, const Now& now);

/// Kind flows: rows in order, in batches. `fields` empty: all stored columns.
Result<FlowsSummary> runFlows(FlowStore& store, const Query& query, const std::vector<std::string>& fields, const Now& now,
                              const Control& control, const std::function<bool(FlowBatch&&)>& sink);

} // namespace rivereto::core
