// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/meter/tcp.h"

#include <algorithm>

namespace rivereto::collectors {

namespace {

/// What comes within so long behind a gap was overtaken on the way, as tshark judges it where no round-trip time is known.
constexpr uint64_t kReorderedNs = 3'000'000;

bool before(uint32_t a, uint32_t b)
{
    return static_cast<int32_t>(a - b) < 0;
}

void handshake(FlowEntry& entry, unsigned from, uint16_t flags, uint32_t sequence, uint32_t acknowledged, uint64_t now)
{
    const auto side = static_cast<uint8_t>(from);
    if (flags & tcp::kSyn) {
        if (flags & tcp::kAck) {
            entry.began = 1 - side;
            entry.answered = true;
            entry.answerSequence = sequence + 1;
        } else {
            entry.began = side;
            entry.synNs = now;
            entry.synSequence = sequence;
        }
        return;
    }
    // A capture of one direction has no answer; the ACK right behind the SYN tells of it.
    const bool completes = side == entry.began && (flags & (tcp::kAck | tcp::kRst)) == tcp::kAck && sequence == entry.synSequence + 1 && (!entry.answered || acknowledged == entry.answerSequence);
    if (completes && entry.rttUs == 0 && entry.synNs != 0)
        entry.rttUs = static_cast<uint32_t>(std::clamp<uint64_t>((now - std::min(now, entry.synNs)) / 1000, 1, UINT32_MAX));
}

/// `mayProbe`: one octet of it may be a keep-alive's.
void sequenceSpace(FlowSide& side, uint32_t sequence, uint32_t length, bool mayProbe, uint32_t rttUs, uint64_t now)
{
    const uint32_t end = sequence + length;
    if (!side.sequenceKnown) {
        side.sequenceKnown = true;
        side.nextSequence = end;
        return;
    }
    if (length == 0)
        return;
    if (!before(sequence, side.nextSequence)) {
        if (sequence != side.nextSequence) {
            side.gapSequence = side.nextSequence;
            side.gapEnd = sequence;
            side.gapNs = now;
        }
        side.nextSequence = end;
        return;
    }
    const bool keepAlive = mayProbe && length == 1 && end == side.nextSequence;
    const bool fillsGap = side.gapEnd != side.gapSequence && !before(sequence, side.gapSequence) && !before(side.gapEnd, end);
    const uint64_t patience = rttUs != 0 ? uint64_t {rttUs} * 1000 : kReorderedNs;
    if (fillsGap) {
        if (now > side.gapNs + patience)
            ++side.retransmissions;
        if (sequence == side.gapSequence)
            side.gapSequence = end;
        else if (end == side.gapEnd)
            side.gapEnd = sequence;
    } else if (!keepAlive) {
        ++side.retransmissions;
    }
    if (before(side.nextSequence, end))
        side.nextSequence = end;
}

} // namespace

void followTcp(FlowEntry& entry, unsigned from, const core::PacketInfo& info, uint32_t length, uint64_t nowNs)
{
    constexpr size_t kNumbers = 12; ///< ports, sequence and acknowledgement numbers
    if (info.fragmentOffset != 0 || info.innermost.size() < kNumbers)
        return;
    const uint32_t sequence = core::load32(info.innermost.data() + 4);
    const uint16_t flags = info.tcpFlags;
    handshake(entry, from, flags, sequence, core::load32(info.innermost.data() + 8), nowNs);
    auto& side = entry.side[from];
    if (flags & tcp::kRst) {
        entry.closed = true;
        return;
    }
    const uint32_t taken = length + ((flags & tcp::kSyn) ? 1 : 0) + ((flags & tcp::kFin) ? 1 : 0);
    sequenceSpace(side, sequence, taken, (flags & (tcp::kSyn | tcp::kFin)) == 0, entry.rttUs, nowNs);
    side.finished |= (flags & tcp::kFin) != 0;
    entry.closed |= entry.side[0].finished && entry.side[1].finished;
}

} // namespace rivereto::collectors
