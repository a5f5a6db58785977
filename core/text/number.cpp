// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/number.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace rivereto::core {

namespace {

constexpr std::string_view kNoBreakSpace = "\u00a0";
constexpr std::string_view kNarrowSpace = "\u202f";
constexpr auto kPrefixes = std::to_array<std::string_view>({"", "k", "M", "G", "T", "P", "E"});

/// Decimals that leave three significant digits of a value below 1000.
int decimalsOf(double value)
{
    const double size = std::abs(value);
    return size >= 99.95 || size == 0 ? 0 : size >= 9.995 ? 1 : 2;
}

} // namespace

Scale scaleFor(double maximum)
{
    Scale scale;
    if (!std::isfinite(maximum))
        return scale;
    const double size = std::abs(maximum);
    for (size_t i = 1; i < kPrefixes.size() && size / scale.divisor >= 999.5; ++i)
        scale = {scale.divisor * 1000, kPrefixes[i]};
    return scale;
}

std::string formatOnScale(double value, const Scale& scale)
{
    if (!std::isfinite(value))
        return "–";
    const double shown = value / scale.divisor;
    // Without a prefix a whole number is a count, and counts have no decimals.
    const bool whole = scale.prefix.empty() && shown == std::floor(shown);
    return fmt::format("{:.{}f}", shown, whole ? 0 : decimalsOf(shown));
}

std::string formatFixed(double value, const Scale& scale, int decimals)
{
    return std::isfinite(value) ? fmt::format("{:.{}f}", value / scale.divisor, decimals) : "–";
}

std::string formatScaled(double value, std::string_view unit)
{
    if (!std::isfinite(value))
        return "–";
    const auto scale = scaleFor(value);
    auto out = formatOnScale(value, scale);
    if (!scale.prefix.empty() || !unit.empty())
        out += kNoBreakSpace;
    return out.append(scale.prefix).append(unit);
}

std::string formatCount(uint64_t value, bool grouped)
{
    const auto digits = fmt::format("{}", value);
    if (!grouped)
        return digits;
    std::string out;
    for (size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0)
            out += kNarrowSpace;
        out += digits[i];
    }
    return out;
}

std::string formatPercent(double share)
{
    if (!std::isfinite(share))
        return "–";
    const double percent = share * 100;
    if (percent > 0 && percent < 0.1)
        return fmt::format("<0.1{}%", kNoBreakSpace);
    const bool whole = percent == 0 || percent >= 99.95;
    return fmt::format("{:.{}f}{}%", percent, whole ? 0 : 1, kNoBreakSpace);
}

} // namespace rivereto::core
