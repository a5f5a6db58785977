// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/calendar.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace rivereto::core::calendar {

using namespace std::chrono;

namespace {

constexpr auto kUnits = std::to_array<Unit>({
    {" ms msec msecs millisecond milliseconds ", 1, 0},
    {" s sec secs second seconds ", kSecond, 0},
    {" m min mins minute minutes ", kMinute, 0},
    {" h hr hrs hour hours ", kHour, 0},
    {" d day days ", kDay, 0},
    {" w week weeks ", kWeek, 0},
    {" mo month months ", 0, 1},
    {" quarter quarters ", 0, 3},
    {" y yr year years ", 0, 12},
});

} // namespace

const Unit* findUnit(std::string_view word)
{
    const auto it = std::ranges::find_if(
        kUnits, [&](const Unit& unit) { return unit.names.find(fmt::format(" {} ", word)) != std::string_view::npos; });
    return it == kUnits.end() ? nullptr : &*it;
}

int64_t floorTo(int64_t value, int64_t step)
{
    const int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

year_month_day dateOf(int64_t local)
{
    return sys_days(days(floorTo(local, kDay) / kDay));
}

int64_t midnightOf(year_month_day date)
{
    return sys_days(date).time_since_epoch().count() * kDay;
}

// 1970-01-01 was a Thursday.
unsigned weekdayIndex(int64_t local)
{
    return static_cast<unsigned>((((floorTo(local, kDay) / kDay) + 3) % 7 + 7) % 7);
}

int64_t addMonths(int64_t local, int64_t count)
{
    const auto date = dateOf(local);
    const auto month = date.year() / date.month() + months(static_cast<int>(count));
    const auto last = (month / std::chrono::last).day();
    return midnightOf(month / std::min(date.day(), last)) + (local - floorTo(local, kDay));
}

int64_t shifted(int64_t local, int64_t count, const Unit& unit)
{
    return unit.months != 0 ? addMonths(local, count * unit.months) : local + count * unit.ms;
}

int64_t startOf(int64_t local, const Unit& unit)
{
    if (unit.months != 0) {
        const auto date = dateOf(local);
        const auto first
            = (static_cast<unsigned>(date.month()) - 1) / static_cast<unsigned>(unit.months) * static_cast<unsigned>(unit.months)
            + 1;
        return midnightOf(date.year() / month(first) / 1);
    }
    if (unit.ms == kWeek)
        return floorTo(local, kDay) - weekdayIndex(local) * kDay;
    return floorTo(local, unit.ms);
}

std::optional<int64_t> takeNumber(std::string_view& text, size_t least, size_t most)
{
    size_t count = 0;
    int64_t value = 0;
    while (count < text.size() && count < most && text[count] >= '0' && text[count] <= '9')
        value = value * 10 + (text[count++] - '0');
    if (count < least)
        return std::nullopt;
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, std::string_view what)
{
    if (!text.starts_with(what))
        return false;
    text.remove_prefix(what.size());
    return true;
}

int64_t takeFraction(std::string_view& text)
{
    if (text.size() < 2 || text[0] != '.' || text[1] < '0' || text[1] > '9')
        return 0;
    text.remove_prefix(1);
    int64_t value = 0;
    int64_t worth = 100;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
        value += (text[0] - '0') * worth;
        worth /= 10;
        text.remove_prefix(1);
    }
    return value;
}

std::optional<int64_t> takeClock(std::string_view& text)
{
    auto rest = text;
    const auto hour = takeNumber(rest, 1, 2);
    if (!hour || !take(rest, ":"))
        return std::nullopt;
    const auto minute = takeNumber(rest, 2, 2);
    int64_t second = 0;
    int64_t fraction = 0;
    if (minute && take(rest, ":")) {
        const auto value = takeNumber(rest, 2, 2);
        if (!value)
            return std::nullopt;
        second = *value;
        fraction = takeFraction(rest);
    }
    if (!minute || *minute > 59 || second > 60)
        return std::nullopt;
    const int64_t ms = *hour * kHour + *minute * kMinute + second * kSecond + fraction;
    if (ms > kDay)
        return std::nullopt;
    text = rest;
    return ms;
}

} // namespace rivereto::core::calendar
