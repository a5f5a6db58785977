// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/damage.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/text/number.h"
#include "core/text/time.h"

namespace rivereto::core {

namespace {

/// "2026-11-23 12:01:00".
std::string wholeSecond(uint64_t ms, int utcOffsetMinutes)
{
    auto out = formatTime(ms, utcOffsetMinutes).substr(0, 19);
    std::ranges::replace(out, 'T', ' ');
    return out;
}

} // namespace

std::string damageText(const std::vector<DamagedPart>& parts, int utcOffsetMinutes)
{
    TimeRange time{UINT64_MAX, 0};
    uint64_t rows = 0;
    size_t segments = 0;
    bool unknown = false;
    for (const auto& part : parts) {
        if (part.segment == 0)
            continue;
        ++segments;
        rows += part.rows;
        unknown |= part.rows == 0;
        if (part.time.to > 0) {
            time.from = std::min(time.from, part.time.from);
            time.to = std::max(time.to, part.time.to);
        }
    }
    const std::string texts = parts.size() > segments ? "some texts could not be read and are empty" : "";
    if (segments == 0)
        return texts;
    auto out = segments == 1 ? std::string("1 segment") : fmt::format("{} segments", formatCount(segments));
    if (time.to > 0) {
        const auto from = wholeSecond(time.from, utcOffsetMinutes);
        const auto to = wholeSecond(time.to - 1, utcOffsetMinutes);
        constexpr size_t kDate = 11;
        out += fmt::format(", {} – {}", from, from.substr(0, kDate) == to.substr(0, kDate) ? to.substr(kDate) : to);
    }
    out += rows == 0 ? std::string(", an unknown number of flows") : fmt::format(", about {} flows{}", formatCount(rows), unknown ? " or more" : "");
    out += " could not be read";
    return texts.empty() ? out : out + "; " + texts;
}

} // namespace rivereto::core
