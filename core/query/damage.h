// SPDX-License-Identifier: GPL-3.0-or-later
// DamagedPart: flows that a store holds but cannot read; answers leave them out and say so.
#pragma once

#include <string>
#include <vector>

#include "core/query/query.h"

namespace rivereto::core {

struct DamagedPart {
    int64_t segment = 0; ///< 0: texts that any segment may name
    std::string column; ///< the first that could not be read; empty: all of them
    TimeRange time;     ///< of TimeReceived; both 0 when unknown
    uint64_t rows = 0;  ///< 0 when unknown
};

/// "3 segments, 2026-11-23 12:01:00 – 12:05:10, about 190,000 flows could not be read". Empty when nothing is damaged.
std::string damageText(const std::vector<DamagedPart>& parts, int utcOffsetMinutes = 0);

} // namespace rivereto::core
