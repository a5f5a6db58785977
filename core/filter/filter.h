// SPDX-License-Identifier: GPL-3.0-or-later
// The filter language: text → Filter (syntax) → BoundFilter (typed, evaluated on columns). Read this first in core/filter.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ip.h"
#include "core/base/result.h"
#include "core/batch/columnview.h"
#include "core/schema/schema.h"

namespace rivereto::core {

enum class FilterOp : uint8_t {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
    Like,
    Unlike,
    ILike,
    IUnlike,
    Inside,
    NotInside,
    Matches,
    Between,
    Has
};
/// As written: "=", "NOTIN", "!<<" …
std::string_view filterOpText(FilterOp op);

/// A value as written: quoted text (unescaped) or a bare word (number, address, keyword, column name).
struct FilterValue {
    std::string text;
    bool quoted = false;
    SourceSpan span;
};

/// Syntax tree. And and Or have at least two children, none of their own kind; Not has one; a Condition has values.
struct FilterNode {
    enum class Kind : uint8_t { Condition, And, Or, Not };
    Kind kind = Kind::Condition;
    SourceSpan span;
    std::vector<FilterNode> children;

    // Condition
    std::string column; ///< column or endpoint word, as written
    SourceSpan columnSpan;
    FilterOp op = FilterOp::Equal;
    SourceSpan opSpan;
    std::vector<FilterValue> values; ///< In, NotIn: one or more; Between: two; otherwise one
};

/// A parsed filter; without a root it is everything. A plain value.
struct Filter {
    std::optional<FilterNode> root;
    [[nodiscard]] bool empty() const { return !root.has_value(); }
};

/// Parses without knowing the columns. Errors carry the place and what was expected there.
/// Empty text, or only comments, is everything.
Result<Filter> parseFilter(std::string_view text);

/// What names, types and relative times mean.
struct BindContext {
    const Schema& schema;
    uint64_t nowMs = 0; ///< for "6 hours ago"
    int utcOffsetMinutes = 0; ///< local time = UTC + this
};

/// Smallest and largest cell of a column in a segment: numbers as Ip{0, n}, addresses as themselves.
struct Zone {
    Ip min;
    Ip max;
    static constexpr Zone ofNumbers(uint64_t min, uint64_t max) { return {{0, min}, {0, max}}; }
    bool operator==(const Zone&) const = default;
};

/// Zone map of one segment.
class ZoneLookup {
public:
    virtual ~ZoneLookup() = default;
    /// Nothing when unknown (as for derived columns). A column nobody wrote has the zone 0 … 0; of Dict columns only that
    /// is looked at.
    [[nodiscard]] virtual std::optional<Zone> zone(ColumnId id) const = 0;
    /// False: no row has this address in the column. Asked after zone().
    [[nodiscard]] virtual bool mayHave(ColumnId, const Ip&) const { return true; }
};

struct BoundNode; // core/filter/predicate.h, for stores that translate a filter

/// A typed filter. Immutable and cheap to copy; threads share it freely. Keeps nothing of the schema.
class BoundFilter {
public:
    /// Everything.
    BoundFilter() = default;
    explicit BoundFilter(std::shared_ptr<const BoundNode> root);

    [[nodiscard]] bool matchesAll() const { return m_root == nullptr; }
    /// Columns that evaluation reads, each once, in schema order.
    [[nodiscard]] const std::vector<ColumnId>& columns() const { return m_columns; }
    /// mask[row] = 1 where the row matches, else 0. `mask` has segment.rows() entries.
    void evaluate(SegmentView& segment, std::span<uint8_t> mask) const;

    enum class Verdict : uint8_t { None, Some, All };
    /// Whether no row, some rows or every row of a segment can match, from its zone map alone.
    [[nodiscard]] Verdict judge(const ZoneLookup& zones) const;

    /// nullptr when matchesAll().
    [[nodiscard]] const BoundNode* root() const { return m_root.get(); }

private:
    std::shared_ptr<const BoundNode> m_root;
    std::vector<ColumnId> m_columns;
};

/// Resolves names and values. Errors carry the place and what was expected; an unknown column suggests the nearest name.
Result<BoundFilter> bindFilter(const Filter& filter, const BindContext& context);

/// Parse and bind.
Result<BoundFilter> bindFilter(std::string_view text, const BindContext& context);

/// Normal form on one line: names as the schema spells them, keywords in capitals, double quotes, values in their canonical
/// form (10M → 10000000, as65000 → 65000, host bits cleared), no needless parentheses. Parsing it gives the same filter.
std::string toText(const Filter& filter, const Schema& schema);

/// The filter for the opposite direction: pairs are swapped, a column without a counterpart stays itself.
Filter reversed(const Filter& filter, const Schema& schema);

} // namespace rivereto::core
