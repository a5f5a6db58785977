// SPDX-License-Identifier: GPL-3.0-or-later
// FilterTree: a random filter that is known twice – as text for the program, and as what it means, evaluated on its own.
#pragma once

#include <string>
#include <vector>

#include "tests/support/flowmaker.h"

namespace rivereto::support {

class NaiveFlows;

struct FilterTree {
    enum class Kind : uint8_t { All, And, Or, Not, Leaf };
    Kind kind = Kind::All;
    std::vector<FilterTree> children;
    // Leaf
    std::string column; ///< or a word for both ends
    std::string op;
    std::vector<std::string> values; ///< plain: neither quoted nor escaped

    [[nodiscard]] std::string text(const core::Schema& schema) const;
    [[nodiscard]] bool matches(const NaiveFlows& flows, size_t row) const;
    /// The opposite direction, by the names alone: Src and Dst, In and Out.
    [[nodiscard]] FilterTree reversed(const core::Schema& schema) const;
    /// Filters with a part less.
    [[nodiscard]] std::vector<FilterTree> simpler() const;
};

/// "SrcAS" → "DstAS", "OutIfName" → "InIfName"; names without a counterpart stay themselves.
std::string oppositeName(const std::string& name, const core::Schema& schema);

/// Values are taken from the flows, so that something matches.
FilterTree randomFilter(Random& random, const core::FlowBatch& flows, int depth = 2);

} // namespace rivereto::support
