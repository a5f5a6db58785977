// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers and names of the registries a flow uses: protocols, services, ICMP messages, sFlow drop reasons, size ranges.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rivereto::core {

constexpr uint8_t kTcp = 6;
constexpr uint8_t kUdp = 17;

/// IANA name in lower case ("tcp", "ipv6-icmp"); empty for an unassigned number.
std::string_view protocolName(uint8_t number);
/// Any case; also common other names (icmpv6, icmp6, ospf).
std::optional<uint8_t> protocolNumber(std::string_view name);
/// Every name in order of number, for completion.
std::vector<std::string_view> protocolNames();

/// "IPv4", "ARP" …; empty for an EtherType without a name here.
std::string_view etherTypeName(uint16_t number);
/// Any case.
std::optional<uint16_t> etherTypeNumber(std::string_view name);

/// Service registered for a port ("https"); empty when there is none. `protocol` 0: TCP first, then UDP.
std::string_view serviceName(uint16_t port, uint8_t protocol = 0);
/// Any case; also common short names (dns, imap, smtps).
std::optional<uint16_t> servicePort(std::string_view name);
/// Every service name once, in port order, for completion.
std::vector<std::string_view> serviceNames();

/// Cell of the ICMPv4 and ICMPv6 columns: type × 256 + code + 1. 0 is "no ICMP message" (a flow of another protocol), so that
/// it differs from echo-reply, type 0 code 0.
constexpr uint16_t icmpCell(uint8_t type, uint8_t code)
{
    return static_cast<uint16_t>((type << 8 | code) + 1);
}
/// "echo-request", or "type/code" where the pair has no name; empty for cell 0.
std::string icmpName(bool v6, uint16_t cell);
/// Registered name or empty.
std::string_view icmpName(bool v6, uint8_t type, uint8_t code);
/// Cell of a registered name (any case) or of "type/code"; nothing for other texts.
std::optional<uint16_t> icmpCell(bool v6, std::string_view name);
/// Registered names in order of type and code, for completion.
std::vector<std::string_view> icmpNames(bool v6);

/// Name of an sFlow v5 drop reason ("ttl_exceeded"); empty for an unassigned number.
std::string_view dropReasonName(uint16_t reason);
/// What the column DropReason holds: one more than the reason, since 0 (net_unreachable) is one and most packets have none.
constexpr uint16_t storedDropReason(uint64_t reason)
{
    return static_cast<uint16_t>(reason < 0xffff ? reason + 1 : 0xffff);
}
/// Any case; '-' and '_' are the same.
std::optional<uint16_t> dropReasonNumber(std::string_view name);
/// Every name in order of number, for completion.
std::vector<std::string_view> dropReasonNames();

/// Cell of PacketSizeBucket for a mean packet size: 1 … sizeBucketNames().size(); 0 when there is no size.
uint8_t sizeBucket(uint64_t packetSize);
/// Names of the ranges in order: cell - 1 is the index. "64-127".
std::span<const std::string_view> sizeBucketNames();

/// Case-insensitive comparison of ASCII texts.
bool equalNoCase(std::string_view a, std::string_view b);
/// ASCII lower case.
std::string toLower(std::string_view text);
/// The candidate that differs least from `name` (edits and swaps of letters, case ignored), if it is near enough to be meant;
/// else empty.
std::string_view nearestName(std::string_view name, std::span<const std::string_view> candidates);

} // namespace rivereto::core
