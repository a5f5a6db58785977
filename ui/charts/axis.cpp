// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/axis.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace rivereto::ui {

namespace {

/// Room above the largest value.
constexpr double kHeadroom = 1.06;
/// How near a tick may come to the edge, as part of the axis.
constexpr double kEdge = 0.03;
/// The smaller direction gets at least this part of the larger one, so that it can be seen.
constexpr double kLeastPart = 0.12;
constexpr int kMostDecades = 6;
/// 2 and 5 times a power of ten are ticks as well while an axis has at most this many decades a tick that fits.
constexpr double kDecadesBetween = 0.7;
/// Values whose largest is at most this many times their smallest span little.
constexpr double kLittle = 50;
constexpr double kBelowLeast = 0.8;
/// Decades of an axis that needs 3 and 7 times a power of ten as well.
constexpr double kShort = 0.8;
constexpr double kRounding = 1e-9;

constexpr int64_t kSecond = 1000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kWeek = 7 * kDay;
/// 1970 began on a Thursday; weeks begin on Mondays.
constexpr int64_t kFirstMonday = 4 * kDay;

/// Even steps of time, then calendar steps of months.
struct Step {
    int64_t ms;
    int months = 0;
};
constexpr auto kSteps = std::to_array<Step>({{1}, {2}, {5}, {10}, {20}, {50}, {100}, {200}, {500}, {kSecond}, {2 * kSecond}, {5 * kSecond}, {10 * kSecond},
    {15 * kSecond}, {30 * kSecond}, {kMinute}, {2 * kMinute}, {5 * kMinute}, {10 * kMinute}, {15 * kMinute}, {30 * kMinute}, {kHour}, {2 * kHour},
    {3 * kHour}, {6 * kHour}, {12 * kHour}, {kDay}, {2 * kDay}, {kWeek}, {2 * kWeek}, {28 * kDay, 1}, {89 * kDay, 3}, {181 * kDay, 6}, {365 * kDay, 12},
    {730 * kDay, 24}, {1826 * kDay, 60}, {3652 * kDay, 120}});

int64_t floorMod(int64_t value, int64_t by) { return (value % by + by) % by; }

double roundStep(double raw)
{
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double part = raw / power;
    return power * (part < 1.5 ? 1 : part < 3 ? 2 : part < 7 ? 5 : 10);
}

std::vector<double> multiples(double step, double upTo, int first)
{
    std::vector<double> out;
    for (int i = first; i * step <= upTo; ++i)
        out.push_back(i * step);
    return out;
}

/// A tick at the very edge would be cut; it gets room instead.
double clearOfTick(double edge, double step, double whole)
{
    const double last = std::floor(edge / step) * step;
    return last > 0 && edge - last < kEdge * whole ? last + kEdge * 2 * whole : edge;
}

class LocalTimes {
public:
    LocalTimes(const OffsetAt& offsetAt, const Step& step) : m_offsetAt(offsetAt), m_step(step) { }

    std::vector<uint64_t> within(core::TimeRange range) const
    {
        std::vector<uint64_t> out;
        for (int64_t at = firstFrom(static_cast<int64_t>(range.from)); at <= static_cast<int64_t>(range.to); at = after(at)) {
            if (at >= static_cast<int64_t>(range.from) && at >= 0)
                out.push_back(static_cast<uint64_t>(at));
        }
        return out;
    }

private:
    [[nodiscard]] int64_t offset(int64_t utc) const
    {
        return static_cast<int64_t>(m_offsetAt(static_cast<uint64_t>(std::max<int64_t>(utc, 0)))) * kMinute;
    }

    [[nodiscard]] int64_t firstFrom(int64_t utc) const
    {
        if (m_step.months > 0)
            return monthAt(utc, 0);
        const auto over = distance(utc);
        return over == 0 ? utc : after(utc - over);
    }
    [[nodiscard]] int64_t after(int64_t utc) const
    {
        if (m_step.months > 0)
            return monthAt(utc, 1);
        // Where the clocks change in between, the nearest round time is meant.
        const auto next = utc + m_step.ms;
        const auto over = distance(next);
        const auto nearest = over == 0 ? next : over * 2 > m_step.ms ? next + m_step.ms - over : next - over;
        return nearest > utc ? nearest : next;
    }
    [[nodiscard]] int64_t distance(int64_t utc) const
    {
        return floorMod(utc + offset(utc) - (m_step.ms >= kWeek ? kFirstMonday : 0), m_step.ms);
    }

    /// The step's month that holds a time, or one `ahead`.
    [[nodiscard]] int64_t monthAt(int64_t utc, int ahead) const
    {
        using namespace std::chrono;
        const sys_days day{floor<days>(sys_time<milliseconds>{milliseconds{utc + offset(utc)}})};
        const year_month_day date{day};
        const int month = int{date.year()} * 12 + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
        const int wanted = (month / m_step.months + ahead) * m_step.months;
        const sys_days first{year{wanted / 12} / std::chrono::month{static_cast<unsigned>(wanted % 12 + 1)} / 1};
        const auto local = duration_cast<milliseconds>(first.time_since_epoch()).count();
        return local - offset(local - offset(local));
    }

    const OffsetAt& m_offsetAt;
    Step m_step;
};

std::vector<double> decades(double floor, double edge, int wanted, bool down)
{
    const double count = std::log10(edge / floor);
    const int each = std::max(1, static_cast<int>(std::ceil(count / std::max(wanted, 1))));
    const int first = static_cast<int>(std::floor(std::log10(floor) + kRounding));
    const auto ticks = [&](bool between) {
        std::vector<double> out;
        for (int decade = 0; decade <= static_cast<int>(count + 2); ++decade) {
            for (const double times : {1.0, 2.0, 3.0, 5.0, 7.0}) {
                const double tick = std::pow(10, first + decade) * times;
                const bool odd = times == 3 || times == 7;
                const bool fits = times == 1 ? decade % each == 0 : between && (!odd || count < kShort);
                const double height = std::log10(tick / floor);
                if (fits && height >= (down ? kRounding : -kRounding) && height <= count * (1 - kEdge))
                    out.push_back(tick);
            }
        }
        return out;
    };
    auto out = ticks(count <= wanted * kDecadesBetween);
    return out.size() < 2 ? ticks(true) : out;
}

/// A power of ten, at most six below the highest; where the values span little, 2 or 5 times one.
double floorBelow(double least, double most)
{
    const double highest = std::floor(std::log10(most));
    if (!(least > 0))
        return std::pow(10, highest - kMostDecades);
    const double lowest = std::floor(std::log10(least) + kRounding);
    if (most / least > kLittle)
        return std::pow(10, std::max(lowest, highest - kMostDecades));
    double out = std::pow(10, std::floor(std::log10(least * kBelowLeast)));
    for (const double times : {2.0, 5.0}) {
        if (const double decade = std::pow(10, std::floor(std::log10(least * kBelowLeast))); decade * times <= least * kBelowLeast)
            out = decade * times;
    }
    return out;
}

} // namespace

double ValueAxis::height(double value) const
{
    if (!logarithmic())
        return value;
    return std::isnan(value) ? value : value > floor ? std::log10(value / floor) : 0;
}

double ValueAxis::valueAt(double height) const { return logarithmic() ? floor * std::pow(10, height) : height; }

ValueAxis valueAxis(double maximum, int wanted) { return valueAxis(maximum, 0, wanted); }

ValueAxis valueAxis(double up, double down, int wanted)
{
    ValueAxis out;
    const double most = std::max(up, down);
    if (!(most > 0) || !std::isfinite(most)) {
        out.depth = down > 0 ? 1 : 0;
        out.ticks = {0};
        return out;
    }
    out.top = down > 0 ? std::max(up, most * kLeastPart) * kHeadroom : up * kHeadroom;
    out.depth = down > 0 ? std::max(down, most * kLeastPart) * kHeadroom : 0;
    const double step = roundStep(out.whole() / std::max(wanted, 1));
    out.top = clearOfTick(out.top, step, out.whole());
    out.depth = clearOfTick(out.depth, step, out.whole());
    out.ticks = multiples(step, out.top, 0);
    out.ticksDown = multiples(step, out.depth, 1);
    return out;
}

ValueAxis logAxis(double least, double up, double down, int wanted)
{
    const double most = std::max(up, down);
    if (!(most > 0) || !std::isfinite(most))
        return valueAxis(up, down, wanted);
    ValueAxis out;
    out.floor = floorBelow(std::min(least, most), most);
    const auto edge = [&](double value) { return out.floor * std::pow(10, std::max(std::log10(value / out.floor), 0.3) * kHeadroom); };
    out.top = edge(std::max(up, out.floor));
    out.depth = down > 0 ? edge(std::max(down, out.floor)) : 0;
    const int above = std::max(1, static_cast<int>(std::lround(wanted * out.height(out.top) / out.whole())));
    out.ticks = decades(out.floor, out.top, above, false);
    if (out.depth > 0)
        out.ticksDown = decades(out.floor, out.depth, std::max(1, wanted - above), true);
    return out;
}

ValueAxis shareAxis(bool down)
{
    ValueAxis out{.top = 1, .ticks = {0, 0.25, 0.5, 0.75}};
    if (down) {
        out.depth = 1;
        out.ticksDown = {0.25, 0.5, 0.75};
    }
    return out;
}

TimeTicks timeTicks(core::TimeRange range, int wanted, const OffsetAt& offsetAt)
{
    TimeTicks out;
    if (range.length() == 0)
        return out;
    const auto fits = [&](const Step& step) {
        return range.length() / static_cast<uint64_t>(step.ms) < static_cast<uint64_t>(std::max(wanted, 1));
    };
    auto found = std::ranges::find_if(kSteps, fits);
    if (found == kSteps.end())
        --found;
    out.stepMs = static_cast<uint64_t>(found->ms);
    out.major = LocalTimes(offsetAt, *found).within(range);
    // The finest smaller step that divides this one into at most six.
    for (auto smaller = kSteps.begin(); smaller != found; ++smaller) {
        const bool divides = found->months > 0 ? smaller->months > 0 && found->months % smaller->months == 0 : found->ms % smaller->ms == 0;
        if (divides && found->ms / smaller->ms <= 6) {
            out.minor = LocalTimes(offsetAt, *smaller).within(range);
            break;
        }
    }
    return out;
}

TimeTicks timeTicks(core::TimeRange range, int wanted, int utcOffsetMinutes)
{
    return timeTicks(range, wanted, [utcOffsetMinutes](uint64_t) { return utcOffsetMinutes; });
}

} // namespace rivereto::ui
