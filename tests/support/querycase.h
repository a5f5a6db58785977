// SPDX-License-Identifier: GPL-3.0-or-later
// QueryCase: a random query with its filter; what differs between two answers; the smallest case that still fails.
#pragma once

#include "core/query/result.h"
#include "tests/support/queryfilter.h"

namespace rivereto::support {

struct QueryCase {
    core::Query query; ///< without its filter
    FilterTree filter;
    size_t firstTry = 500'000; ///< as core::QueryLimits
    [[nodiscard]] core::Query asked(const core::Schema& schema) const
    {
        auto out = query;
        out.filter = filter.text(schema);
        return out;
    }
};

/// Any options; those that an oracle would take minutes for only when `flows` are few.
QueryCase randomCase(Random& random, const core::FlowBatch& flows);

/// Says where two answers differ; empty when they do not. `exact`: to the last bit, unless the unit is percent; else figures
/// may differ by one in 10⁹.
std::string difference(const core::QueryResult& got, const core::QueryResult& expected, bool exact);

/// Why a case fails; empty when it does not.
using Fails = std::function<std::string(const core::FlowBatch& flows, const QueryCase& one)>;

/// Makes a failing case smaller as long as it fails – options, dimensions, filter, rows, columns – and describes what is left:
/// a query as C++, and flows for flowsFromCsv().
std::string shrunk(const core::FlowBatch& flows, const QueryCase& one, const Fails& fails, int attempts = 600);

std::string queryAsCode(const core::Query& query);
std::string flowsAsCsv(const core::FlowBatch& flows);
core::FlowBatch flowsFromCsv(const std::shared_ptr<const core::Schema>& schema, std::string_view csv);

} // namespace rivereto::support
