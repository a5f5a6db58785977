// SPDX-License-Identifier: GPL-3.0-or-later
// explain: what changed in a range of time – every dimension weighed by how few of its values make the change.
//
// The traffic of the range (“during”) is held against that of a baseline (“before”), as rates, so that their lengths do not
// matter and times without listening count in neither. For each dimension every value has a change, during - before.
//
// * How few: values are taken in the order of their changes, the largest in the direction of the whole change first, until
//   they make 80 % of it. Where the whole hardly changes (below 2 %), what one value gained another has lost: then changes
//   are taken by size, until they make 80 % of the sum of all sizes.
// * How different: the Jensen–Shannon divergence between the shares of the values before and during, in bits: 0 when each
//   value has the share that it had, 1 when no value occurs in both (J. Lin, “Divergence Measures Based on the Shannon
//   Entropy”, IEEE Transactions on Information Theory 37(1), 1991, §III, with equal weights). It decides between dimensions
//   that need equally many values; where it is equal, too, the one that has more values comes first.
// * What cannot win is ranked below all that can, and told: see Verdict.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/query/plan.h"

namespace rivereto::core {

/// What a range is held against.
enum class Baseline : uint8_t {
    Around, ///< what is left of Query::range (none: of everything stored) without it
    Before, ///< the time of the same length that ends where it starts
    Fixed   ///< a range of choice
};
inline constexpr std::string_view kBaselineNames[] = {"around", "before", "fixed"};

struct ExplainQuery {
    /// Filter, unit, truncation, spread. Its dimensions are those to look at; none: explainableColumns().
    Query query;
    TimeRange range; ///< what is to be explained
    Baseline baseline = Baseline::Around;
    TimeRange fixed; ///< Baseline::Fixed
    size_t values = 10; ///< that are told of each dimension
};

/// Whether a dimension tells something, best first: it ranks in this order.
enum class Verdict : uint8_t {
    Explains,
    InProportion, ///< the values that make the change had about that share of the traffic before: it grew or fell with everything
    Sparse,       ///< hardly any traffic has a value
    PerFlow,      ///< (nearly) every flow has a value of its own, and the values found are single flows
    Constant,     ///< one value only
    TooMany       ///< more values than are summed
};
/// "explains", "in-proportion" …, in enumerator order.
inline constexpr std::string_view kVerdictNames[] = {"explains", "in-proportion", "sparse", "per-flow", "constant", "too-many"};

/// In the query's unit. Totals (bytes, packets, flows): `before` is scaled to the length of the range.
struct ValueChange {
    std::string text;  ///< formatted by core/text; empty: missing value
    double before = 0;
    double during = 0;
    double change = 0;
    double share = 0;  ///< of the whole change; of the sum of all sizes when Explanation::mixed
};

struct ExplainedDimension {
    Dimension dimension;
    Verdict verdict = Verdict::Explains;
    size_t needed = 0; ///< fewest values that make 80 % of the change; 0: nothing changed
    size_t values = 0; ///< different ones, before or during
    double covered = 0; ///< share of the change that the needed ones make; may be above 1 where others changed the other way
    std::optional<double> divergence; ///< bits; nothing where there was no traffic before or during
    std::string sameAs; ///< a dimension ranked before, whose values are the same flows under other names; empty: none
    std::vector<ValueChange> top; ///< in the order in which they are taken, at most ExplainQuery::values
    std::optional<ValueChange> rest; ///< all that are not told, together; its text is empty
};

struct Explanation {
    Query query;
    TimeRange range;
    Baseline baseline = Baseline::Around;
    std::vector<TimeRange> against; ///< the baseline, without what the store does not hold; empty: it holds nothing of it
    double before = 0; ///< of all that matches, in the query's unit
    double during = 0;
    bool mixed = false; ///< the whole hardly changes: shares are of the sum of all sizes
    uint64_t rowsBefore = 0; ///< that match
    uint64_t rowsDuring = 0;
    std::vector<ExplainedDimension> dimensions; ///< best first
    std::vector<std::string> withoutValues;     ///< dimensions that no flow has a value of
    size_t asked = 0; ///< dimensions to look at …
    size_t done = 0;  ///< … and looked at so far
    std::vector<DamagedPart> damaged; ///< left out
    [[nodiscard]] double change() const { return during - before; }
};

/// The columns that a flow can be told apart by: all that may be grouped by, but measurements. Those that tend to have few
/// values come first.
std::vector<std::string> explainableColumns(const Schema& schema);

/// Changes of units that do not add up cannot be shared out among values.
constexpr bool isExplainable(Unit unit) { return isAdditive(unit); }

/// What is wrong with a question, found without reading a row.
Result<void> checkExplain(const ExplainQuery& query, const std::shared_ptr<const Schema>& schema, const Now& now);

/// Called after each dimension with all that is known so far, in order.
using ExplainProgress = std::function<void(const Explanation&)>;

/// Blocks; may be called from any thread. Errors carry a span when the filter is wrong; kCancelled soon after a stop.
Result<Explanation> explain(FlowStore& store, const ExplainQuery& query, const Now& now, const Control& control, const ExplainProgress& progress = {});

} // namespace rivereto::core
