// SPDX-License-Identifier: GPL-3.0-or-later
// Changes: the values of one dimension with their sums in two ranges of time, and what explain (explain.h) reads from them.
#pragma once

#include <stop_token>

#include "core/query/explain.h"

namespace rivereto::core {

/// What sums amount to in the query's unit.
struct ChangeScale {
    double before = 1; ///< factor
    double during = 1;
    double wholeBefore = 0; ///< of all that matches, in the unit
    double wholeDuring = 0;
    [[nodiscard]] double whole() const { return wholeDuring - wholeBefore; }
    /// The whole hardly changes.
    [[nodiscard]] bool mixed() const;
};

/// The sums of one dimension, asked alike for both ranges.
struct SumsOfBoth {
    const AggregateRequest& request;
    const Aggregate& before;
    const Aggregate& during;
    bool within = false; ///< `before` has the rows of `during`, too, which are to be taken off
};

class Changes {
public:
    /// `sums` outlive this object. The first `ordered` values, and all needed ones, are put in order. After a stop it is
    /// worth nothing.
    Changes(const SumsOfBoth& sums, const ChangeScale& scale, size_t ordered, const std::stop_token& stop);

    [[nodiscard]] size_t size() const { return m_values.size(); }
    /// Fewest values that make most of the change; they come first.
    [[nodiscard]] size_t needed() const { return m_needed; }
    /// Part of the change that they make.
    [[nodiscard]] double covered() const { return m_covered; }
    [[nodiscard]] const uint8_t* key(size_t value) const { return m_values[value].key; }
    /// Without text.
    [[nodiscard]] ValueChange at(size_t value) const { return sumOf(value, value + 1); }
    /// All values from one on, together.
    [[nodiscard]] ValueChange from(size_t value) const { return sumOf(value, m_values.size()); }
    /// Jensen–Shannon divergence of before and during, in bits.
    [[nodiscard]] std::optional<double> divergence() const;
    /// The needed values make little more of the change than they had of the traffic before.
    [[nodiscard]] bool inProportion() const;
    /// Part of the traffic, before and during, whose key is not all zeros.
    [[nodiscard]] double filled() const;
    /// Equal for dimensions that split the flows alike, whatever they call the parts.
    [[nodiscard]] uint64_t fingerprint() const;

private:
    struct Value {
        const uint8_t* key;
        uint64_t before;
        uint64_t during;
        double weight; ///< change in the direction of the whole; its size when mixed
    };
    void join(const SumsOfBoth& sums, const std::stop_token& stop);
    void weigh();
    void order(const SumsOfBoth& sums, size_t ordered, const std::stop_token& stop);
    [[nodiscard]] size_t fewest(size_t sorted, double target) const;
    [[nodiscard]] ValueChange sumOf(size_t first, size_t last) const;

    ChangeScale m_scale;
    size_t m_keyWidth;
    std::vector<Value> m_values;
    double m_all = 0; ///< what shares are of
    size_t m_needed = 0;
    double m_covered = 0;
};

} // namespace rivereto::core
