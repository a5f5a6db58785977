// SPDX-License-Identifier: GPL-3.0-or-later
// Results as plain rows: the CSV and JSON shapes of PRODUCT.md §7, for the command line, exports and the clipboard alike.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/query/result.h"

namespace rivereto::core {

/// Header line, then a line a series (or a point of a time series); values in full, missing ones empty. Times are ISO 8601 at
/// `utcOffsetMinutes` from UTC.
std::string resultCsv(const QueryResult& result, int utcOffsetMinutes);
/// The same as an array of objects, with samples and uncertainty where the traffic was sampled; `lines`: an object a line.
std::string resultJson(const QueryResult& result, int utcOffsetMinutes, bool lines);

// Parts of these tables, for other forms of them:

/// In full, without unit or grouping; empty where there is no value.
std::string plainNumber(double number);
/// Names and members of the figures that a kind of query has.
std::span<const std::pair<std::string_view, double Statistics::*>> statisticsOf(const Query& query);
bool hasSamples(const QueryResult& result);
bool hasBilling(const QueryResult& result);

/// One of the answers within an answer: the question's own, the opposite direction's, those of the earlier range.
struct ResultPart {
    const QueryResult* result;
    std::vector<std::string> marks; ///< direction and period, where they were asked for
};
std::vector<ResultPart> partsOf(const QueryResult& result);
/// Names of the dimensions and marks.
std::vector<std::string> keyColumns(const QueryResult& result);

} // namespace rivereto::core
