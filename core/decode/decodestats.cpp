// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/decodestats.h"

namespace rivereto::core {

namespace {
constexpr std::array<DecodeCountInfo, DecodeStats::kSize> kTable {{
#define RIVERETO_DECODE_COUNT(id, name, loss, doc) {name, loss, doc},
#include "core/decode/decodecounts.def"
#undef RIVERETO_DECODE_COUNT
}};
} // namespace

std::span<const DecodeCountInfo, DecodeStats::kSize> DecodeStats::table()
{
    return kTable;
}

DecodeStats& DecodeStats::operator+=(const DecodeStats& other)
{
    for (size_t i = 0; i < kSize; ++i)
        m_counts[i] += other.m_counts[i];
    return *this;
}

uint64_t DecodeStats::losses() const
{
    uint64_t sum = 0;
    for (size_t i = 0; i < kSize; ++i)
        sum += kTable[i].loss ? m_counts[i] : 0;
    return sum;
}

} // namespace rivereto::core
