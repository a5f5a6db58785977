// SPDX-License-Identifier: GPL-3.0-or-later
// followTcp: handshake, end and segments sent again of one TCP conversation.
#pragma once

#include "collectors/meter/flowentry.h"

namespace rivereto::collectors {

/// Takes one segment of the direction `from`; `length` is its payload's on the wire. The round-trip time is from the last SYN to the ACK that
/// completes the handshake, so that it is the whole one wherever it was captured (as tshark's tcp.analysis.initial_rtt). A segment counts as sent again
/// when all of it was seen before, or when it fills a gap too late to have been overtaken only (RFC 4898's tcpEStatsPerfSegsRetrans, seen from outside).
void followTcp(FlowEntry& entry, unsigned from, const core::PacketInfo& info, uint32_t length, uint64_t nowNs);

namespace tcp {
constexpr uint16_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kAck = 0x10;
}

} // namespace rivereto::collectors
