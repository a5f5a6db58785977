// SPDX-License-Identifier: GPL-3.0-or-later
// Calendar arithmetic on local milliseconds, and the pieces that the readers of times share. Internal to core/text.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/result.h"

namespace rivereto::core::calendar {

constexpr int64_t kSecond = 1000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kWeek = 7 * kDay;
constexpr int64_t kLatest = 253402300799999; // the last millisecond of 9999

/// A length of time; months and years have none of their own in milliseconds.
struct Unit {
    std::string_view names; ///< with a space on either side of each
    int64_t ms;
    int months;
};
/// By name or abbreviation, lower case; nullptr when there is none.
const Unit* findUnit(std::string_view word);

int64_t floorTo(int64_t value, int64_t step);
std::chrono::year_month_day dateOf(int64_t local);
int64_t midnightOf(std::chrono::year_month_day date);
/// 0 is Monday.
unsigned weekdayIndex(int64_t local);
/// The same day of another month, or that month's last.
int64_t addMonths(int64_t local, int64_t count);
int64_t shifted(int64_t local, int64_t count, const Unit& unit);
int64_t startOf(int64_t local, const Unit& unit);

/// Digits at the front of `text`, at least `least` and at most `most`.
std::optional<int64_t> takeNumber(std::string_view& text, size_t least, size_t most);
bool take(std::string_view& text, std::string_view what);
/// ".123": milliseconds; further digits are dropped.
int64_t takeFraction(std::string_view& text);
/// "22:10", "22:10:00", "22:10:00.123" at the front of `text`: milliseconds of the day. 24:00 is the end of the day.
std::optional<int64_t> takeClock(std::string_view& text);

/// Local milliseconds of a time in words; see parseTime().
Result<int64_t> parseWords(std::string_view text, int64_t localNow);

} // namespace rivereto::core::calendar
