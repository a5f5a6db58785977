// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/axis.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace rivereto::ui {

namespace {

/// Room above the largest value.
constexpr double kHeadroom = 1.06;
constexpr uint64_t kSecond = 1000;
constexpr uint64_t kMinute = 60 * kSecond;
constexpr uint64_t kHour = 60 * kMinute;
constexpr uint64_t kDay = 24 * kHour;
constexpr auto kSteps = std::to_array<uint64_t>({10, 20, 50, 100, 200, 500, kSecond, 2 * kSecond, 5 * kSecond, 10 * kSecond, 15 * kSecond,
    30 * kSecond, kMinute, 2 * kMinute, 5 * kMinute, 10 * kMinute, 15 * kMinute, 30 * kMinute, kHour, 2 * kHour, 3 * kHour, 6 * kHour,
    12 * kHour, kDay, 2 * kDay, 7 * kDay, 14 * kDay, 28 * kDay, 91 * kDay, 364 * kDay});

std::vector<uint64_t> multiples(core::TimeRange range, uint64_t step, int64_t offsetMs)
{
    std::vector<uint64_t> out;
    const auto from = static_cast<int64_t>(range.from) + offsetMs;
    const auto size = static_cast<int64_t>(step);
    for (auto at = (from + size - 1) / size * size; at - offsetMs <= static_cast<int64_t>(range.to); at += size)
        out.push_back(static_cast<uint64_t>(at - offsetMs));
    return out;
}

} // namespace

ValueAxis valueAxis(double maximum, int wanted)
{
    ValueAxis out;
    if (!(maximum > 0) || !std::isfinite(maximum)) {
        out.ticks = {0};
        return out;
    }
    out.top = maximum * kHeadroom;
    const double raw = out.top / std::max(wanted, 1);
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double part = raw / power;
    const double step = power * (part < 1.5 ? 1 : part < 3 ? 2 : part < 7 ? 5 : 10);
    // A tick at the very edge would be cut; it gets room instead.
    const double last = std::floor(out.top / step) * step;
    if (out.top - last < 0.03 * out.top)
        out.top = last * kHeadroom;
    for (int i = 0; i * step <= out.top; ++i)
        out.ticks.push_back(i * step);
    return out;
}

TimeTicks timeTicks(core::TimeRange range, int wanted, int utcOffsetMinutes)
{
    TimeTicks out;
    if (range.length() == 0)
        return out;
    const auto fits = [&](uint64_t step) { return range.length() / step < static_cast<uint64_t>(std::max(wanted, 1)); };
    auto found = std::ranges::find_if(kSteps, fits);
    if (found == kSteps.end())
        --found;
    out.stepMs = *found;
    const int64_t offset = static_cast<int64_t>(utcOffsetMinutes) * 60'000;
    out.major = multiples(range, out.stepMs, offset);
    // The finest smaller step that divides this one into at most six.
    for (auto smaller = kSteps.begin(); smaller != found; ++smaller) {
        if (out.stepMs % *smaller == 0 && out.stepMs / *smaller <= 6) {
            out.minor = multiples(range, *smaller, offset);
            break;
        }
    }
    return out;
}

} // namespace rivereto::ui
