// SPDX-License-Identifier: GPL-3.0-or-later
// decapsulate: from the headers of a tunnel to those of the packet inside.
#pragma once

#include <array>
#include <string_view>

#include "core/decode/packet.h"

namespace rivereto::core {

/// UDP ports of tunnels, by destination.
constexpr uint16_t kVxlanPort = 4789, kGtpPort = 2152;

/// Which tunnels are opened. Words: see decapsulationNames.
enum class Decapsulation : uint8_t {
    None,
    IpIp, ///< IPv4 or IPv6 in IPv4 or IPv6 (RFC 2003, 2473, 4213)
    Gre, ///< RFC 2784 and 2890, PPTP (RFC 2637), ERSPAN I and II, bridged Ethernet
    Vxlan, ///< RFC 7348, UDP port 4789 or 8472
    Gtp, ///< GTP-U user packets (3GPP TS 29.281), UDP port 2152
    Srv6, ///< IPv4, IPv6 or Ethernet in IPv6, with a segment routing header (RFC 8754) or reduced to none (RFC 8986)
    Any
};
constexpr std::array<std::string_view, 7> kDecapsulationNames {"none", "ipip", "gre", "vxlan", "gtp", "srv6", "any"};

/// Replaces `packet`, as parsePacket left it, by the packet inside its tunnel, and that one's, as often as `kind` fits. VNI, MPLS
/// labels and VLAN of the outer packet stay where the inner one has none; addresses, ports, MACs, lengths and the rest are the
/// inner packet's alone. False, and `packet` as it was: there is no such tunnel, or its inner IP header was cut off.
bool decapsulate(PacketInfo& packet, Decapsulation kind);

} // namespace rivereto::core
