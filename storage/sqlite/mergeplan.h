// SPDX-License-Identifier: GPL-3.0-or-later
// Which small segments are worth being joined. Pure.
#pragma once

#include <cstdint>
#include <vector>

namespace rivereto::storage {

struct SmallSegment {
    int64_t id = 0;
    uint32_t rows = 0;
    uint64_t timeMin = 0;
};

/// Groups of at least two segments of at most `limit` rows together, neighbours in time. Each row of a group gets into a segment
/// of at least limit / 2 rows or of twice the rows it was in: so it is written again a number of times that grows with the
/// logarithm of the limit, however many small segments come.
std::vector<std::vector<int64_t>> planMerges(std::vector<SmallSegment> segments, uint32_t limit);

} // namespace rivereto::storage
