// SPDX-License-Identifier: GPL-3.0-or-later
// Ip and Prefix: 128-bit addresses; IPv4 lives in ::ffff:0:0/96 (RFC 4291 §2.5.5.2), as in Akvorado's tables.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rivereto::core {

/// One IPv6 or IPv4-mapped address as two host-order halves, so that comparing compares addresses.
/// The all-zero value means "no address".
struct Ip {
    uint64_t hi = 0;
    uint64_t lo = 0;

    static constexpr uint64_t kV4Mapped = 0x0000'ffff'0000'0000ULL;

    static constexpr Ip v4(uint32_t address) { return {0, kV4Mapped | address}; }
    /// From 16 bytes in network order.
    static Ip fromBytes(const uint8_t* bytes);
    /// Dotted quad or RFC 4291 text; nothing else (no zone, no prefix).
    static std::optional<Ip> parse(std::string_view text);

    [[nodiscard]] constexpr bool isV4() const { return hi == 0 && (lo >> 32) == 0xffff; }
    [[nodiscard]] constexpr uint32_t v4Value() const { return static_cast<uint32_t>(lo); }
    [[nodiscard]] constexpr bool isZero() const { return hi == 0 && lo == 0; }
    /// Writes 16 bytes in network order.
    void toBytes(uint8_t* bytes) const;
    /// Dotted quad for IPv4-mapped, RFC 5952 otherwise.
    [[nodiscard]] std::string toString() const;
    /// Keeps the first `bits` of the 128.
    [[nodiscard]] constexpr Ip masked(unsigned bits) const
    {
        if (bits >= 128)
            return *this;
        if (bits > 64)
            return {hi, lo & (~0ULL << (128 - bits))};
        return {bits == 0 ? 0 : hi & (~0ULL << (64 - bits)), 0};
    }

    constexpr auto operator<=>(const Ip&) const = default;
};

/// An address block. `bits` counts from the top of the 128 (IPv4 /24 is 120).
struct Prefix {
    Ip address; ///< host bits may be set as written; contains() ignores them
    uint8_t bits = 128;

    /// "10.0.0.0/8", "2001:db8::/32"; host bits are accepted and kept.
    static std::optional<Prefix> parse(std::string_view text);
    [[nodiscard]] constexpr Ip first() const { return address.masked(bits); }
    [[nodiscard]] constexpr Ip last() const
    {
        Ip base = first();
        if (bits < 64)
            return {base.hi | (bits == 0 ? ~0ULL : ~0ULL >> bits), ~0ULL};
        if (bits < 128)
            return {base.hi, base.lo | (bits == 64 ? ~0ULL : ~0ULL >> (bits - 64))};
        return base;
    }
    [[nodiscard]] constexpr bool contains(Ip ip) const { return ip.masked(bits) == first(); }
    /// IPv4 when the block lies within the mapped range.
    [[nodiscard]] constexpr bool isV4() const { return bits >= 96 && first().isV4(); }
    /// Length as people write it: 0–32 for IPv4.
    [[nodiscard]] constexpr unsigned length() const { return isV4() ? bits - 96U : bits; }
    /// "10.0.0.0/8" with host bits cleared.
    [[nodiscard]] std::string toString() const;

    bool operator==(const Prefix&) const = default;
};

/// A good 64-bit mixer for addresses and other 128-bit cells (xorshift-multiply, as in MurmurHash3's finaliser).
constexpr uint64_t mix64(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53ULL;
    return x ^ (x >> 33);
}

} // namespace rivereto::core

template <>
struct std::hash<rivereto::core::Ip> {
    size_t operator()(const rivereto::core::Ip& ip) const noexcept
    {
        return rivereto::core::mix64(ip.hi * 0x9e3779b97f4a7c15ULL ^ ip.lo);
    }
};
