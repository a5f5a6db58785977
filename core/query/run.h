// SPDX-License-Identifier: GPL-3.0-or-later
// runQuery: the one way from a question to an answer.
#pragma once

#include "core/query/plan.h"
#include "core/query/result.h"
#include "core/store/flowstore.h"

namespace rivereto::core {

/// Kinds table and timeseries. Blocks; may be called from any thread; errors carry a span when the filter is wrong.
Result<QueryResult> runQuery(FlowStore& store, const Query& query, const Now& now, const Control& control);

/// Kind flows: rows in order, in batches. `fields` empty: all stored columns.
Result<FlowsSummary> runFlows(FlowStore& store, const Query& query, const std::vector<std::string>& fields, const Now& now,
                              const Control& control, const std::function<bool(FlowBatch&&)>& sink);

} // namespace rivereto::core
