// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/health/sequence.h"

#include <algorithm>

namespace rivereto::core {

namespace {
/// A jump over so many units is no loss that anybody would survive, but another beginning.
constexpr int32_t kFarJump = 1 << 24;
} // namespace

void SequenceTracker::restart(uint32_t sequence, uint32_t units)
{
    m_gaps.fill({});
    m_started = true;
    m_exact = true;
    m_next = sequence + units;
}

SequenceTracker::Step SequenceTracker::take(const Message& message)
{
    if (!m_started) {
        restart(message.sequence, message.units);
        m_exact = message.exact;
        return {};
    }
    const int32_t ahead = distance(message.sequence);
    if (ahead < 0)
        return late(message);
    Step out {Kind::Followed};
    if (ahead > 0 && m_exact) {
        if (message.silence) {
            out = {Kind::Unseen, ahead};
        } else if (ahead > kFarJump) {
            restart(message.sequence, message.units);
            return {Kind::Reset};
        } else {
            out = {Kind::Gap, ahead};
            remember({m_next, static_cast<uint32_t>(ahead)});
        }
    }
    m_next = message.sequence + message.units;
    m_exact = message.exact;
    return out;
}

SequenceTracker::Step SequenceTracker::late(const Message& message)
{
    for (auto& gap : m_gaps) {
        const uint32_t within = message.sequence - gap.from;
        if (within >= gap.size)
            continue;
        const uint32_t found = std::min(message.units, gap.size - within);
        const Gap behind {message.sequence + found, gap.size - within - found};
        gap.size = within;
        if (behind.size > 0)
            remember(behind);
        return {Kind::Late, -static_cast<int64_t>(found)};
    }
    if (!message.newer)
        return {Kind::Late, 0};
    restart(message.sequence, message.units);
    return {Kind::Reset};
}

void SequenceTracker::remember(Gap gap)
{
    const auto free = std::ranges::find(m_gaps, 0U, &Gap::size);
    if (free != m_gaps.end()) {
        *free = gap;
        return;
    }
    m_gaps[m_oldest] = gap;
    m_oldest = static_cast<uint8_t>((m_oldest + 1) % m_gaps.size());
}

} // namespace rivereto::core
