// SPDX-License-Identifier: GPL-3.0-or-later
// Times as people write and read them. Pure: now and the distance from UTC are arguments.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace rivereto::core {

/// Milliseconds since 1970 UTC from
///   ISO 8601        2026-11-23, 2026-11-23T22:10, 2026-11-23 22:10:00.123+01:00 (local time without an offset)
///   Unix times      1795471800, 1795471800.5, 1795471800000 (milliseconds from 12 digits on)
///   words           now, today, yesterday at 19:00, noon, 6 hours ago, in 5 minutes, last monday, monday 14:30, 3 march 2026,
///                   last month, the beginning of last month, end of yesterday, now-6h
/// Case does not matter. A day without a time is its midnight; a weekday is the latest one that is not in the future,
/// "last monday" the latest before today. `utcOffsetMinutes` is added to UTC to get local time.
/// Errors carry the span of the word that was not understood.
Result<uint64_t> parseTime(std::string_view text, uint64_t nowMs, int utcOffsetMinutes = 0);

/// "2026-11-23T22:10:00.000Z"; with an offset "2026-11-23T23:10:00.000+01:00".
std::string formatTime(uint64_t ms, int utcOffsetMinutes = 0);

/// Milliseconds from "60s", "5 min", "5m", "1h", "100ms", "2d", "1w"; a plain number is seconds.
Result<uint64_t> parseInterval(std::string_view text);
/// The largest unit that comes out even, after a no-break space: "100 ms", "60 s", "90 s", "5 min", "2 h", "1 d".
std::string formatInterval(uint64_t ms);

} // namespace rivereto::core
