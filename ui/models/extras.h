// SPDX-License-Identifier: GPL-3.0-or-later
// AnswerExtras: what is drawn beside an answer, and asked for after it.
#pragma once

#include <optional>

#include "core/query/plan.h"
#include "core/query/result.h"
#include "core/store/flowstore.h"

namespace rivereto::ui {

struct AnswerExtras {
    /// Sum of the speeds of the interfaces that the matching flows crossed, in bits/s. Nothing unless the question is about
    /// interfaces of one direction, is in bits/s, and each one's speed is known.
    std::optional<double> capacity;
    int64_t lostDatagrams = 0; ///< on the way from all exporters, by the numbers of their datagrams; since the database was made
    bool operator==(const AnswerExtras&) const = default;
};

/// Blocks; any thread. What cannot be found out is left empty.
AnswerExtras findExtras(core::FlowStore& store, const core::QueryResult& result, const core::Now& now, const core::Control& control);

} // namespace rivereto::ui
