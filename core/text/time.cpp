// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/time.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "core/text/calendar.h"
#include "core/text/names.h"

namespace rivereto::core {

namespace {

using namespace calendar;
using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

/// "Z", "+01:00", "+0100", "+01": minutes east of UTC. Nothing written leaves `offset`.
bool takeOffset(std::string_view& text, int& offset)
{
    if (take(text, "Z") || take(text, "z")) {
        offset = 0;
        return true;
    }
    if (text.empty() || (text[0] != '+' && text[0] != '-'))
        return true;
    const int sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
    const auto hours = takeNumber(text, 2, 2);
    take(text, ":");
    const auto minutes = takeNumber(text, 2, 2);
    if (!hours || *hours > 15 || (minutes && *minutes > 59))
        return false;
    offset = sign * static_cast<int>(*hours * 60 + minutes.value_or(0));
    return true;
}

/// UTC milliseconds of an ISO 8601 date or date and time.
std::optional<int64_t> parseIso(std::string_view text, int offset)
{
    const auto y = takeNumber(text, 4, 4);
    if (!y)
        return std::nullopt;
    if (text.empty())
        return midnightOf(year(static_cast<int>(*y)) / 1 / 1) - offset * kMinute;
    if (!take(text, "-"))
        return std::nullopt;
    const auto m = takeNumber(text, 2, 2);
    const auto d = take(text, "-") ? takeNumber(text, 2, 2) : std::optional<int64_t>(1);
    if (!m || !d)
        return std::nullopt;
    const auto date = year(static_cast<int>(*y)) / month(static_cast<unsigned>(*m)) / day(static_cast<unsigned>(*d));
    if (!date.ok())
        return std::nullopt;
    int64_t clock = 0;
    if (!text.empty()) {
        if (!take(text, "T") && !take(text, "t"))
            while (take(text, " ")) { }
        const auto value = takeClock(text);
        if (!value || !takeOffset(text, offset) || !text.empty())
            return std::nullopt;
        clock = *value;
    }
    return midnightOf(date) + clock - offset * kMinute;
}

/// Seconds, seconds with a fraction, or milliseconds from 12 digits on.
std::optional<int64_t> parseUnix(std::string_view text)
{
    take(text, "@");
    const size_t length = text.size();
    const auto value = takeNumber(text, 1, 15);
    if (!value || length == 4)
        return std::nullopt;
    if (text.empty())
        return length >= 12 ? *value : *value * kSecond;
    const int64_t fraction = takeFraction(text);
    return text.empty() && *value < 100'000'000'000 ? std::optional(*value * kSecond + fraction) : std::nullopt;
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    const size_t begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

Result<uint64_t> inRange(int64_t utc)
{
    if (utc < 0 || utc > kLatest)
        return fail("times reach from 1970 to 9999");
    return static_cast<uint64_t>(utc);
}

} // namespace

Result<uint64_t> parseTime(std::string_view text, uint64_t nowMs, int utcOffsetMinutes)
{
    const auto plain = trimmed(text);
    if (const auto unixTime = parseUnix(plain))
        return inRange(*unixTime);
    if (const auto iso = parseIso(plain, utcOffsetMinutes))
        return inRange(*iso);
    const auto now = static_cast<int64_t>(std::min<uint64_t>(nowMs, kLatest));
    return parseWords(text, now + utcOffsetMinutes * kMinute).and_then([&](int64_t local) {
        return inRange(local - utcOffsetMinutes * kMinute);
    });
}

std::string formatTime(uint64_t ms, int utcOffsetMinutes)
{
    const auto local = static_cast<int64_t>(std::min<uint64_t>(ms, kLatest)) + utcOffsetMinutes * kMinute;
    const auto date = dateOf(local);
    const int64_t clock = local - floorTo(local, kDay);
    auto out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock / kHour, clock / kMinute % 60,
        clock / kSecond % 60, clock % kSecond);
    if (utcOffsetMinutes == 0)
        return out + 'Z';
    const int size = utcOffsetMinutes < 0 ? -utcOffsetMinutes : utcOffsetMinutes;
    return out + fmt::format("{}{:02}:{:02}", utcOffsetMinutes < 0 ? '-' : '+', size / 60, size % 60);
}

Result<uint64_t> parseInterval(std::string_view text)
{
    uint64_t total = 0;
    bool any = false;
    for (auto rest = trimmed(text); !rest.empty(); rest = trimmed(rest)) {
        auto part = rest;
        const auto number = takeNumber(part, 1, 10);
        const int64_t thousandths = number ? takeFraction(part) : 0;
        part = trimmed(part);
        size_t length = 0;
        while (length < part.size() && std::isalpha(static_cast<unsigned char>(part[length])))
            ++length;
        const auto* unit = findUnit(length == 0 ? "s" : toLower(part.substr(0, length)));
        if (!number || unit == nullptr || unit->ms == 0 || (length == 0 && !part.empty()))
            return fail("expected an interval such as 60s, 5min or 1h, got “{}”", text);
        total += static_cast<uint64_t>(*number * unit->ms + thousandths * unit->ms / 1000);
        if (total > static_cast<uint64_t>(kLatest))
            return fail("the interval “{}” is too long", text);
        rest = part.substr(length);
        any = true;
    }
    if (!any)
        return fail("expected an interval such as 60s, 5min or 1h");
    return total;
}

std::string formatInterval(uint64_t ms)
{
    struct Step {
        uint64_t ms;
        std::string_view name;
    };
    constexpr auto steps = std::to_array<Step>({{kDay, "d"}, {kHour, "h"}, {kMinute, "min"}, {kSecond, "s"}});
    for (const auto& step : steps) {
        // "60 s" rather than "1 min": the usual step of a chart reads as the seconds it is.
        const bool oneMinute = ms == kMinute && step.ms == kMinute;
        if (ms >= step.ms && ms % step.ms == 0 && !oneMinute)
            return fmt::format("{}\u00a0{}", ms / step.ms, step.name);
    }
    return fmt::format("{}\u00a0ms", ms);
}

} // namespace rivereto::core
