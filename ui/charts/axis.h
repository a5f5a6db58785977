// SPDX-License-Identifier: GPL-3.0-or-later
// Axis ticks: round steps for values and times.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/query/query.h"

namespace rivereto::ui {

/// From a zero line up and, for a second direction, down. Heights are distances from that line on which the axis is even.
struct ValueAxis {
    double top = 1;   ///< value at the upper edge, a little above the largest
    double depth = 0; ///< the same at the lower edge; 0: the zero line is the lower edge
    double floor = 0; ///< above 0: logarithmic, and this is the value at the zero line
    std::vector<double> ticks;     ///< from the zero line upward
    std::vector<double> ticksDown; ///< below the zero line; without it, values are positive

    [[nodiscard]] bool logarithmic() const { return floor > 0; }
    /// NaN stays NaN; on a logarithmic axis what is below the floor, and zero, is on the floor.
    [[nodiscard]] double height(double value) const;
    [[nodiscard]] double valueAt(double height) const;
    /// Of the whole axis.
    [[nodiscard]] double whole() const { return height(top) + (depth > 0 ? height(depth) : 0); }
};
/// About `wanted` ticks at 1, 2 or 5 × 10ⁿ; the last stays clear of the upper edge. `maximum` ≤ 0: an empty axis to 1.
ValueAxis valueAxis(double maximum, int wanted);
/// The same for two directions, of one scale; `down` ≤ 0: only one.
ValueAxis valueAxis(double up, double down, int wanted);
/// From the power of ten below `least` (2 or 5 times one where values span little), at most six decades below the largest. Ticks at powers of ten; when there are few, at 2 and 5 times these, too.
ValueAxis logAxis(double least, double up, double down, int wanted);
/// Parts of a whole, 0 … 1.
ValueAxis shareAxis(bool down);

struct TimeTicks {
    uint64_t stepMs = 0; ///< of months and years: of the shortest
    std::vector<uint64_t> major; ///< within the range
    std::vector<uint64_t> minor;
};
/// Minutes between UTC and the time on the wall, at a time.
using OffsetAt = std::function<int(uint64_t ms)>;
/// At most `wanted` labelled ticks, at round local times – from 10 ms to decades, across changes of the clocks.
TimeTicks timeTicks(core::TimeRange range, int wanted, const OffsetAt& offsetAt);
TimeTicks timeTicks(core::TimeRange range, int wanted, int utcOffsetMinutes);

} // namespace rivereto::ui
