// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers for people: three significant digits and a prefix, grouped counts, percentages, axis scales.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rivereto::core {

/// A decimal prefix: values are divided by `divisor` and shown with `prefix` before the unit.
struct Scale {
    double divisor = 1;
    std::string_view prefix; ///< "", "k", "M", "G", "T", "P", "E"
};

/// The prefix that puts `maximum` between 1 and 1000 (none below 1000). For a whole axis: pass its largest value.
Scale scaleFor(double maximum);

/// "6.14 Gb/s" from (6.14e9, "b/s"): three significant digits, a no-break space. "0 b/s" for zero, "–" for NaN and infinity.
std::string formatScaled(double value, std::string_view unit);
/// One value on an axis of this scale, without unit: "6.14"; as many decimals as three significant digits need.
std::string formatOnScale(double value, const Scale& scale);
/// The same with a fixed number of decimals, for figures that stand below each other.
std::string formatFixed(double value, const Scale& scale, int decimals);
/// "1 204 300" grouped by U+202F (narrow no-break space), or "1204300".
std::string formatCount(uint64_t value, bool grouped = true);
/// "1.96 GB", decimal.
inline std::string formatBytes(double bytes)
{
    return formatScaled(bytes, "B");
}
/// "12.3 %" from 0.123; "<0.1 %" below that, "0 %" for nothing.
std::string formatPercent(double share);

} // namespace rivereto::core
