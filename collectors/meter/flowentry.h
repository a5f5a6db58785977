// SPDX-License-Identifier: GPL-3.0-or-later
// FlowEntry: what the meter knows of one conversation.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "collectors/meter/flowkey.h"

namespace rivereto::collectors {

/// One direction. What is not counted is of its first packet.
struct FlowSide {
    uint64_t bytes = 0; ///< of IP packets; without IP, behind the link layer
    uint64_t firstNs = 0;
    uint64_t lastNs = 0;
    uint64_t srcMac = 0;
    uint64_t dstMac = 0;
    uint64_t gapNs = 0; ///< when a segment was seen missing
    uint32_t packets = 0; ///< 0: nothing in this part of the flow
    uint32_t fragmentId = 0;
    uint32_t flowLabel = 0;
    uint32_t nextSequence = 0; ///< TCP: behind all that was seen
    uint32_t gapSequence = 0; ///< TCP: from here to `gapEnd` something is missing
    uint32_t gapEnd = 0;
    uint32_t retransmissions = 0;
    uint16_t tcpFlags = 0; ///< of this part
    uint8_t tos = 0;
    uint8_t ttl = 0;
    uint8_t icmpType = 0;
    uint8_t icmpCode = 0;
    bool sequenceKnown = false;
    bool finished = false; ///< TCP: FIN seen
};

/// What few flows have.
struct FlowExtra {
    std::array<std::string, 3> names; ///< ServerName, HTTPHost, DNSName
    std::vector<uint8_t> beginning; ///< of a stream whose name is not complete yet
    std::array<uint32_t, 10> label {};
    uint8_t labels = 0;
};

enum class EndReason : uint8_t { Idle = 1, Active = 2, End = 3, Forced = 4, Resources = 5 }; ///< element 136

struct alignas(64) FlowEntry {
    FlowKey key;
    std::array<FlowSide, 2> side; ///< from a to b; from b to a
    uint64_t startNs = 0; ///< of this part
    uint64_t lastNs = 0; ///< of all
    uint64_t synNs = 0; ///< of the last SYN of who began
    uint32_t hash = 0;
    uint32_t next = 0; ///< chain of free entries
    uint32_t extra = 0; ///< 1 + index; 0: none
    uint32_t rttUs = 0;
    uint32_t interface = 0;
    uint32_t synSequence = 0; ///< of that SYN
    uint32_t answerSequence = 0; ///< what acknowledges the SYN-ACK
    uint8_t began = kUnknown; ///< side that began
    uint8_t searched = 0; ///< packets looked into for names
    bool answered = false; ///< SYN-ACK seen
    bool closed = false; ///< TCP: FIN of both, or RST
    EndReason reason = EndReason::Idle;
    uint8_t slot = kNoSlot; ///< of the wheel
    static constexpr uint8_t kNoSlot = 255;
    static constexpr uint8_t kUnknown = 2;
};

} // namespace rivereto::collectors
