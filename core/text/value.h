// SPDX-License-Identifier: GPL-3.0-or-later
// One cell as text, and single values read back: the plain form of CSV, tables and filters. Read this first in core/text.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/ip.h"
#include "core/batch/columnview.h"
#include "core/batch/dictionary.h"
#include "core/schema/schema.h"

namespace rivereto::core {

/// Appends a cell as people and CSV readers see it. `cell` points at one cell of column.storage(); `texts` is what Dict ids
/// refer to. A missing value (no address, AS 0, protocol 0, time 0, empty text or list …) appends nothing.
///
/// Addresses per RFC 5952, AS numbers and ports as plain numbers, protocols, ICMP messages, enumerations and EtherTypes by
/// name (a number when they have none), times as ISO 8601 UTC with milliseconds, durations in microseconds, TCP flags as
/// letters, prefixes with their length, lists separated by spaces, communities "65000:100", large ones "65000:1:2",
/// other elements "461=0a0b 8057:808=6578" (enterprise:element=octets).
void appendCell(std::string& out, const Column& column, const void* cell, const DictionaryView& texts);
std::string formatCell(const Column& column, const void* cell, const DictionaryView& texts);

/// Letters of TCP flags from the lowest bit up: F S R P A U E C N ("SA" is SYN and ACK); further bits as "+0x…".
std::string formatTcpFlags(uint64_t flags);
/// Reads letters in any order and case; empty text is 0.
std::optional<uint16_t> parseTcpFlags(std::string_view letters);

/// "00:11:22:33:44:55" from the lower 48 bits.
std::string formatMac(uint64_t mac);
/// Colon pairs, hyphen pairs or dotted quads, any case.
std::optional<uint64_t> parseMac(std::string_view text);

/// "65000:100".
std::string formatCommunity(uint32_t community);
/// Both halves at most 65535.
std::optional<uint32_t> parseCommunity(std::string_view text);
/// Three 32-bit words (RFC 8092); nothing when the text is no large community.
std::optional<std::array<uint32_t, 3>> parseLargeCommunity(std::string_view text);

/// "65000", "AS65000", "as65000"; 32 bits.
std::optional<uint32_t> parseAsn(std::string_view text);
/// Whole numbers up to 2⁶⁴ - 1: "443", "0x86dd", "10k" "10M" "1.5G" "2T" (powers of 1000), "10Ki" "10Mi" … (of 1024).
/// Nothing for other texts, for fractions that do not come out even, and when it does not fit.
std::optional<uint64_t> parseNumber(std::string_view text);
/// Microseconds from a plain number or one with a unit: us, µs, ms, s, min, h.
std::optional<uint64_t> parseMicros(std::string_view text);

} // namespace rivereto::core
