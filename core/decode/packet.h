// SPDX-License-Identifier: GPL-3.0-or-later
// PacketInfo and parsePacket: the headers of a sampled or captured packet, and writing them into columns.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/base/ip.h"
#include "core/batch/flowbatch.h"
#include "core/decode/bytes.h"

namespace rivereto::core {

/// What the beginning of a packet says. Zero = not there.
struct PacketInfo {
    Ip src;
    Ip dst;
    uint64_t srcMac = 0;
    uint64_t dstMac = 0;
    uint32_t fragmentId = 0;
    uint32_t flowLabel = 0;
    uint32_t vni = 0; ///< of a VXLAN that was opened (see tunnels.h)
    uint32_t ipLength = 0; ///< octets of the IP packet as its header says; 0 = no IP, or not told (jumbogram, offload)
    uint32_t ipHeader = 0; ///< octets of the IP header with its extension headers, as far as `innermost`
    uint32_t linkLength = 0; ///< octets before the IP header
    uint16_t etype = 0;
    uint16_t vlan = 0; ///< of the outermost tag
    uint16_t srcPort = 0;
    uint16_t dstPort = 0;
    uint16_t fragmentOffset = 0; ///< in units of 8 octets, as in the header
    uint16_t tcpFlags = 0;
    uint8_t proto = 0;
    uint8_t tos = 0;
    uint8_t ttl = 0;
    uint8_t icmpType = 0;
    uint8_t icmpCode = 0;
    uint8_t labels = 0; ///< MPLS labels in `label`
    bool moreFragments = false;
    bool inner = false; ///< this is the packet inside a tunnel (see tunnels.h)
    bool ip = false; ///< addresses and protocol are known
    bool transport = false; ///< ports, or ICMP type and code, are known
    std::array<uint32_t, 10> label {}; ///< top first
    Bytes ipPayload; ///< behind the IP header, or an IPv6 fragment header, as far as it was captured
    Bytes innermost; ///< behind the last extension header, where `proto` begins, as far as it was captured
    Bytes payload; ///< behind the transport header (UDP, TCP …) as far as it was captured and belongs to the packet
};

/// Where the bytes begin.
enum class PacketStart : uint8_t { Ethernet, Ip, Ppp, Mpls };

/// Parses as far as the bytes reach; what is cut off stays zero. Steps over 802.1Q and 802.1ad tags, PPPoE, MPLS, LLC/SNAP and
/// IPv6 extension headers. Does not look into tunnels. False when there is no IP packet (the link layer's fields may be set).
bool parsePacket(Bytes packet, PacketStart start, PacketInfo& info);
/// The same for a packet whose EtherType stands elsewhere (Linux cooked captures).
bool parseEtherType(Bytes packet, uint16_t type, PacketInfo& info);
/// Only the transport header, for a payload that begins there.
void parseTransport(Bytes payload, uint8_t proto, PacketInfo& info);

/// Writes packets into the rows from `first`, one each. Columns that no packet has are not touched.
/// With `onlyZero`, cells that have a value keep it.
void writePackets(std::span<const PacketInfo> packets, FlowBatch& batch, size_t first, bool onlyZero);

} // namespace rivereto::core
