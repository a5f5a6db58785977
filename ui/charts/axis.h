// SPDX-License-Identifier: GPL-3.0-or-later
// Axis ticks: round steps for values and times.
#pragma once

#include <cstdint>
#include <vector>

#include "core/query/query.h"

namespace rivereto::ui {

struct ValueAxis {
    double top = 1; ///< value at the upper edge, a little above the largest
    std::vector<double> ticks;
};
/// About `wanted` ticks at 1, 2 or 5 × 10ⁿ; the last stays clear of the upper edge. `maximum` ≤ 0: an empty axis to 1.
ValueAxis valueAxis(double maximum, int wanted);

struct TimeTicks {
    uint64_t stepMs = 0;
    std::vector<uint64_t> major; ///< within the range
    std::vector<uint64_t> minor;
};
/// At most `wanted` labelled ticks, at round local times.
TimeTicks timeTicks(core::TimeRange range, int wanted, int utcOffsetMinutes);

} // namespace rivereto::ui
