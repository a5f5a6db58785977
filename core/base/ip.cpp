// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/ip.h"

#include <charconv>

#include <fmt/format.h>

namespace rivereto::core {

namespace {

std::optional<uint32_t> parseV4(std::string_view text)
{
    uint32_t value = 0;
    size_t pos = 0;
    for (int part = 0; part < 4; ++part) {
        if (part > 0 && (pos >= text.size() || text[pos++] != '.'))
            return std::nullopt;
        const size_t start = pos;
        unsigned octet = 0;
        while (pos < text.size() && text[pos] >= '0' && text[pos] <= '9' && pos - start < 3)
            octet = octet * 10 + static_cast<unsigned>(text[pos++] - '0');
        if (pos == start || octet > 255 || (pos - start > 1 && text[start] == '0'))
            return std::nullopt;
        value = value << 8 | octet;
    }
    return pos == text.size() ? std::optional(value) : std::nullopt;
}

/// Colon-separated hexadecimal groups of one side of "::" into `groups`; false on bad text.
bool parseGroups(std::string_view text, std::array<uint16_t, 8>& groups, int& count)
{
    count = 0;
    if (text.empty())
        return true;
    for (size_t pos = 0;;) {
        const size_t colon = text.find(':', pos);
        const auto part = text.substr(pos, colon == std::string_view::npos ? colon : colon - pos);
        if (part.find('.') != std::string_view::npos) {
            const auto v4 = parseV4(part);
            if (!v4 || colon != std::string_view::npos || count > 6)
                return false;
            groups[count++] = static_cast<uint16_t>(*v4 >> 16);
            groups[count++] = static_cast<uint16_t>(*v4);
            return true;
        }
        unsigned value = 0;
        const auto* end = part.data() + part.size();
        const auto [stop, error] = std::from_chars(part.data(), end, value, 16);
        if (error != std::errc() || stop != end || part.size() > 4 || count > 7)
            return false;
        groups[count++] = static_cast<uint16_t>(value);
        if (colon == std::string_view::npos)
            return true;
        pos = colon + 1;
    }
}

std::optional<Ip> parseV6(std::string_view text)
{
    std::array<uint16_t, 8> head{};
    std::array<uint16_t, 8> tail{};
    int headCount = 0;
    int tailCount = 0;
    const size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        if (!parseGroups(text, head, headCount) || headCount != 8)
            return std::nullopt;
    } else {
        if (!parseGroups(text.substr(0, gap), head, headCount)
            || !parseGroups(text.substr(gap + 2), tail, tailCount) || headCount + tailCount > 7)
            return std::nullopt;
        for (int i = 0; i < tailCount; ++i)
            head[static_cast<size_t>(8 - tailCount + i)] = tail[static_cast<size_t>(i)];
    }
    Ip ip;
    for (size_t i = 0; i < 4; ++i) {
        ip.hi = ip.hi << 16 | head[i];
        ip.lo = ip.lo << 16 | head[i + 4];
    }
    return ip;
}

} // namespace

Ip Ip::fromBytes(const uint8_t* bytes)
{
    uint64_t hi = 0;
    uint64_t lo = 0;
    std::memcpy(&hi, bytes, 8);
    std::memcpy(&lo, bytes + 8, 8);
    return {__builtin_bswap64(hi), __builtin_bswap64(lo)};
}

void Ip::toBytes(uint8_t* bytes) const
{
    const uint64_t h = __builtin_bswap64(hi);
    const uint64_t l = __builtin_bswap64(lo);
    std::memcpy(bytes, &h, 8);
    std::memcpy(bytes + 8, &l, 8);
}

std::optional<Ip> Ip::parse(std::string_view text)
{
    if (text.find(':') != std::string_view::npos)
        return parseV6(text);
    if (const auto v4 = parseV4(text))
        return Ip::v4(*v4);
    return std::nullopt;
}

std::string Ip::toString() const
{
    if (isV4()) {
        const uint32_t a = v4Value();
        return fmt::format("{}.{}.{}.{}", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
    }
    std::array<uint16_t, 8> groups{};
    for (size_t i = 0; i < 4; ++i) {
        groups[i] = static_cast<uint16_t>(hi >> (48 - 16 * i));
        groups[i + 4] = static_cast<uint16_t>(lo >> (48 - 16 * i));
    }
    // RFC 5952 §4.2: the longest run of at least two zero groups becomes "::", the first of equals.
    size_t best = 8;
    size_t bestLength = 1;
    for (size_t i = 0; i < 8;) {
        size_t end = i;
        while (end < 8 && groups[end] == 0)
            ++end;
        if (end - i > bestLength) {
            best = i;
            bestLength = end - i;
        }
        i = end + 1;
    }
    std::string out;
    for (size_t i = 0; i < 8; ++i) {
        if (i == best) {
            out += "::";
            i += bestLength - 1;
            continue;
        }
        if (!out.empty() && out.back() != ':')
            out += ':';
        fmt::format_to(std::back_inserter(out), "{:x}", groups[i]);
    }
    return out;
}

std::optional<Prefix> Prefix::parse(std::string_view text)
{
    const size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    const auto ip = Ip::parse(text.substr(0, slash));
    const auto digits = text.substr(slash + 1);
    unsigned length = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, length);
    if (!ip || digits.empty() || error != std::errc() || stop != end)
        return std::nullopt;
    const bool v4 = text.find(':') == std::string_view::npos;
    if (length > (v4 ? 32U : 128U))
        return std::nullopt;
    return Prefix{*ip, static_cast<uint8_t>(v4 ? 96 + length : length)};
}

std::string Prefix::toString() const
{
    return fmt::format("{}/{}", first().toString(), length());
}

} // namespace rivereto::core
