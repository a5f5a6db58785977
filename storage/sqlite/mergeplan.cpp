// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/mergeplan.h"

#include <algorithm>
#include <iterator>

namespace rivereto::storage {

std::vector<std::vector<int64_t>> planMerges(std::vector<SmallSegment> segments, uint32_t limit)
{
    std::erase_if(segments, [&](const SmallSegment& segment) { return segment.rows >= limit / 2; });
    std::ranges::sort(segments, {}, [](const SmallSegment& s) { return std::pair(s.timeMin, s.id); });
    std::vector<std::vector<int64_t>> out;
    std::vector<SmallSegment> group;
    uint64_t rows = 0;
    const auto finish = [&] {
        // Not for a few rows more: a segment that is larger than all the others together stays.
        std::ranges::sort(group, {}, &SmallSegment::rows);
        for (; group.size() > 1 && rows < limit / 2 && group.back().rows > rows - group.back().rows; group.pop_back())
            rows -= group.back().rows;
        if (group.size() > 1) {
            auto& ids = out.emplace_back();
            std::ranges::transform(group, std::back_inserter(ids), &SmallSegment::id);
        }
        group.clear();
        rows = 0;
    };
    for (const auto& segment : segments) {
        if (rows + segment.rows > limit)
            finish();
        group.push_back(segment);
        rows += segment.rows;
    }
    finish();
    return out;
}

} // namespace rivereto::storage
