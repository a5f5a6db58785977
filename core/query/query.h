// SPDX-License-Identifier: GPL-3.0-or-later
// Query: what a user asks, in the user's terms. Read this first in core/query.
//
// Query → plan (plan.h: bound, with range, interval and phases) → FlowStore::aggregate → shape (shape.h) → QueryResult.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace rivereto::core {

/// Half-open range of time, milliseconds since 1970 UTC.
struct TimeRange {
    uint64_t from = 0;
    uint64_t to = 0;
    [[nodiscard]] uint64_t length() const { return to > from ? to - from : 0; }
    bool operator==(const TimeRange&) const = default;
};

enum class QueryKind : uint8_t { Table, TimeSeries, Flows, Sankey };
enum class LimitBy : uint8_t { Avg, Max, Last };

/// What is measured. Rates are per second; everything but flows, fps and distinct is multiplied by the sampling rate.
/// InL2Percent, OutL2Percent: layer 2 bits/s in percent of the speed of the incoming (outgoing) interface, averaged over the
/// group's interfaces of known speed; Distinct: how many different values a column has.
enum class Unit : uint8_t { L3Bps, L2Bps, Pps, Fps, Bytes, Packets, Flows, InL2Percent, OutL2Percent, Distinct };

/// Totals have one figure a series; the others have points and statistics.
constexpr bool isTotal(Unit unit) { return unit == Unit::Bytes || unit == Unit::Packets || unit == Unit::Flows || unit == Unit::Distinct; }
constexpr bool isPercent(Unit unit) { return unit == Unit::InL2Percent || unit == Unit::OutL2Percent; }
/// The figure of two groups together is the sum of theirs.
constexpr bool isAdditive(Unit unit) { return !isPercent(unit) && unit != Unit::Distinct; }
/// What one event of the summed quantity counts per second: 8 for bits, else 1.
constexpr double perUnit(Unit unit) { return unit == Unit::L3Bps || unit == Unit::L2Bps ? 8.0 : 1.0; }

/// Names on the command line and in links; kind "timeseries", unit "l3bps" … The lists are in enumerator order.
inline constexpr std::string_view kQueryKindNames[] = {"table", "timeseries", "flows", "sankey"};
inline constexpr std::string_view kUnitNames[] = {"l3bps", "l2bps", "pps", "fps", "bytes", "packets", "flows", "inl2%", "outl2%", "distinct:COLUMN"};
inline constexpr std::string_view kLimitByNames[] = {"avg", "max", "last"};

/// A range of the same length, that much earlier, to compare with.
enum class Period : uint8_t { None, Hour, Day, Week, FourWeeks, Year };
inline constexpr std::string_view kPeriodNames[] = {"none", "hour", "day", "week", "4weeks", "year"};
/// Milliseconds; a year has 365 days.
uint64_t periodMs(Period period);

/// Parses a name of one of the lists above; the error lists what there is.
Result<QueryKind> parseQueryKind(std::string_view text);
Result<LimitBy> parseLimitBy(std::string_view text);
Result<Period> parsePeriod(std::string_view text);

struct Query {
    QueryKind kind = QueryKind::Table;
    std::optional<TimeRange> range;      ///< none: everything the store holds
    std::vector<std::string> dimensions; ///< columns, words for both ends (AS, Addr …) or Conversation, in order
    std::string filter;                  ///< filter language; empty: everything
    Unit unit = Unit::L3Bps;
    std::string distinct; ///< Unit::Distinct: of which column
    unsigned limit = 10; ///< named series; 0: all
    LimitBy limitBy = LimitBy::Avg;
    unsigned truncateV4 = 32; ///< addresses that are grouped by are cut to this many bits …
    unsigned truncateV6 = 128; ///< … by family
    unsigned points = 200;              ///< at most this many …
    std::optional<uint64_t> intervalMs; ///< … unless the interval is given
    bool bidirectional = false;         ///< the opposite direction, too
    Period previous = Period::None;     ///< an earlier range, too
    bool spread = false;                ///< bytes and packets over the time a flow lasted, not at TimeReceived
    bool billing = false;               ///< statistics get p95(5m)
    // Kind flows:
    std::string sort = "-TimeReceived"; ///< column, with '-' for descending
    uint64_t offset = 0;
    uint64_t count = 0; ///< rows; 0: all
    bool operator==(const Query&) const = default;
};

/// Sets unit and distinct from a name: "l3bps" … or "distinct:SrcAddr".
Result<void> setUnit(Query& query, std::string_view text);
/// The name that setUnit() takes.
std::string unitName(const Query& query);

} // namespace rivereto::core
