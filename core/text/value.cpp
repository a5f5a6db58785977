// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/value.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>

#include <fmt/format.h>

#include "core/decode/otherelements.h"
#include "core/text/names.h"
#include "core/text/time.h"

namespace rivereto::core {

namespace {

constexpr std::string_view kFlagLetters = "FSRPAUECN"; // bit 0 upwards (RFC 9293 §3.1, RFC 3168 §6.1, RFC 3540 §9)

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Whole text as digits of a base.
template <class T> std::optional<T> wholeNumber(std::string_view digits, int base = 10)
{
    T value {};
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
    return !digits.empty() && error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

uint64_t numberCell(Storage storage, const void* cell)
{
    return withCellType(storage, [&](auto zero) -> uint64_t {
        using T = decltype(zero);
        if constexpr (std::is_integral_v<T>) {
            T value;
            std::memcpy(&value, cell, sizeof value);
            return value;
        } else {
            return 0;
        }
    });
}

void appendNumber(std::string& out, uint64_t value)
{
    fmt::format_to(std::back_inserter(out), "{}", value);
}

void appendNameOr(std::string& out, std::string_view name, uint64_t value)
{
    if (name.empty() && value != 0)
        appendNumber(out, value);
    else
        out += name;
}

void appendList(std::string& out, Type type, std::string_view bytes)
{
    const auto words = listWords(bytes);
    const size_t step = type == Type::LargeCommunities ? 3 : 1;
    for (size_t i = 0; i + step <= words.size(); i += step) {
        if (i > 0)
            out += ' ';
        if (type == Type::LargeCommunities)
            fmt::format_to(std::back_inserter(out), "{}:{}:{}", words[i], words[i + 1], words[i + 2]);
        else if (type == Type::Communities)
            out += formatCommunity(words[i]);
        else
            appendNumber(out, words[i]);
    }
}

/// "461=0a0b 8057:808=6578": element, with its enterprise when it has one, and its octets in hexadecimal.
void appendElements(std::string& out, std::string_view entry)
{
    const size_t begin = out.size();
    for (const auto& element : otherElements(entry)) {
        if (out.size() > begin)
            out += ' ';
        if (element.enterprise != 0)
            fmt::format_to(std::back_inserter(out), "{}:", element.enterprise);
        fmt::format_to(std::back_inserter(out), "{}=", element.id);
        for (const char octet : element.octets)
            fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(octet));
    }
}

void appendText(std::string& out, Type type, const void* cell, const DictionaryView& texts)
{
    const auto bytes = texts.text(static_cast<uint32_t>(numberCell(Storage::Dict, cell)));
    if (isList(type))
        appendList(out, type, bytes);
    else if (type == Type::Elements)
        appendElements(out, bytes);
    else
        out += bytes;
}

void appendEType(std::string& out, uint64_t value)
{
    if (const auto name = etherTypeName(static_cast<uint16_t>(value)); !name.empty())
        out += name;
    else if (value != 0)
        fmt::format_to(std::back_inserter(out), "0x{:04x}", value);
}

/// Numbers of which zero means something, and which have no names.
bool isPlainNumber(Literal literal)
{
    return literal == Literal::Number || literal == Literal::Port;
}

void appendNumberCell(std::string& out, const Column& column, uint64_t value)
{
    const auto literal = typeInfo(column.type).literal;
    if (isPlainNumber(literal)) {
        appendNumber(out, value);
        return;
    }
    if (literal == Literal::Enum) {
        if (column.type == Type::DropReason) {
            if (value != 0) // see storedDropReason
                appendNameOr(out, dropReasonName(static_cast<uint16_t>(value - 1)), value - 1);
            return;
        }
        const auto names = enumNames(column.type);
        appendNameOr(out, value < names.size() ? names[value] : std::string_view(), value);
        return;
    }
    if (value == 0)
        return;
    switch (literal) {
    case Literal::Time:
        out += formatTime(value);
        break;
    case Literal::Mac:
        out += formatMac(value);
        break;
    case Literal::Proto:
        appendNameOr(out, protocolName(static_cast<uint8_t>(value)), value);
        break;
    case Literal::EType:
        appendEType(out, value);
        break;
    case Literal::TcpFlags:
        out += formatTcpFlags(value);
        break;
    case Literal::Icmp:
        out += icmpName(column.derived == Derived::IcmpV6, static_cast<uint16_t>(value));
        break;
    case Literal::SizeBucket:
        if (value <= sizeBucketNames().size())
            out += sizeBucketNames()[value - 1];
        break;
    default:
        appendNumber(out, value);
        break;
    }
}

} // namespace

void appendCell(std::string& out, const Column& column, const void* cell, const DictionaryView& texts)
{
    switch (column.storage()) {
    case Storage::Ip: {
        Ip ip;
        std::memcpy(&ip, cell, sizeof ip);
        if (!ip.isZero())
            out += ip.toString();
        break;
    }
    case Storage::Prefix: {
        PrefixCell prefix;
        std::memcpy(&prefix, cell, sizeof prefix);
        if (prefix.bits != 0 || !prefix.address.isZero())
            out += Prefix {prefix.address, static_cast<uint8_t>(std::min<uint64_t>(prefix.bits, 128))}.toString();
        break;
    }
    case Storage::Dict:
        appendText(out, column.type, cell, texts);
        break;
    default:
        appendNumberCell(out, column, numberCell(column.storage(), cell));
        break;
    }
}

std::string formatCell(const Column& column, const void* cell, const DictionaryView& texts)
{
    std::string out;
    appendCell(out, column, cell, texts);
    return out;
}

std::string formatTcpFlags(uint64_t flags)
{
    std::string out;
    for (size_t bit = 0; bit < kFlagLetters.size(); ++bit) {
        if (flags >> bit & 1)
            out += kFlagLetters[bit];
    }
    if (const auto rest = flags >> kFlagLetters.size() << kFlagLetters.size(); rest != 0)
        fmt::format_to(std::back_inserter(out), "+0x{:x}", rest);
    return out;
}

std::optional<uint16_t> parseTcpFlags(std::string_view letters)
{
    uint16_t flags = 0;
    for (const char c : letters) {
        const size_t bit = kFlagLetters.find(static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c));
        if (bit == std::string_view::npos)
            return std::nullopt;
        flags = static_cast<uint16_t>(flags | 1U << bit);
    }
    return flags;
}

std::string formatMac(uint64_t mac)
{
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", mac >> 40 & 255, mac >> 32 & 255, mac >> 24 & 255,
        mac >> 16 & 255, mac >> 8 & 255, mac & 255);
}

std::optional<uint64_t> parseMac(std::string_view text)
{
    const bool dotted = text.size() == 14 && text[4] == '.';
    if (!dotted && text.size() != 17)
        return std::nullopt;
    const char separator = text[dotted ? 4 : 2];
    if (!dotted && separator != ':' && separator != '-')
        return std::nullopt;
    const size_t group = dotted ? 4 : 2;
    uint64_t mac = 0;
    for (size_t pos = 0; pos < text.size(); pos += group + 1) {
        const auto value = wholeNumber<uint16_t>(text.substr(pos, group), 16);
        if (!value || (pos > 0 && text[pos - 1] != separator))
            return std::nullopt;
        mac = mac << (4 * group) | *value;
    }
    return mac;
}

std::string formatCommunity(uint32_t community)
{
    return fmt::format("{}:{}", community >> 16, community & 0xffff);
}

std::optional<uint32_t> parseCommunity(std::string_view text)
{
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    const auto high = wholeNumber<uint16_t>(text.substr(0, colon));
    const auto low = wholeNumber<uint16_t>(text.substr(colon + 1));
    return high && low ? std::optional(static_cast<uint32_t>(*high) << 16 | *low) : std::nullopt;
}

std::optional<std::array<uint32_t, 3>> parseLargeCommunity(std::string_view text)
{
    std::array<uint32_t, 3> words {};
    for (size_t i = 0; i < 3; ++i) {
        const size_t colon = text.find(':');
        if ((colon == std::string_view::npos) != (i == 2))
            return std::nullopt;
        const auto word = wholeNumber<uint32_t>(text.substr(0, std::min(colon, text.size())));
        if (!word)
            return std::nullopt;
        words[i] = *word;
        text.remove_prefix(i == 2 ? text.size() : colon + 1);
    }
    return words;
}

std::optional<uint32_t> parseAsn(std::string_view text)
{
    if (text.size() > 2 && equalNoCase(text.substr(0, 2), "AS"))
        text.remove_prefix(2);
    return wholeNumber<uint32_t>(text);
}

namespace {

/// Number with an optional fraction times a factor, exact; nothing when it does not come out even or does not fit.
std::optional<uint64_t> scaledNumber(std::string_view digits, uint64_t factor)
{
    const size_t point = std::min(digits.find('.'), digits.size());
    const auto whole = wholeNumber<uint64_t>(digits.substr(0, point));
    uint64_t value = 0;
    if (!whole || __builtin_mul_overflow(*whole, factor, &value))
        return std::nullopt;
    if (point == digits.size())
        return value;
    const auto fraction = wholeNumber<uint32_t>(digits.substr(point + 1));
    if (!fraction)
        return std::nullopt;
    uint64_t divisor = 1;
    for (size_t i = point + 1; i < digits.size(); ++i) {
        if (__builtin_mul_overflow(divisor, uint64_t {10}, &divisor))
            return std::nullopt;
    }
    uint64_t part = 0;
    if (__builtin_mul_overflow(uint64_t {*fraction}, factor, &part) || part % divisor != 0
        || __builtin_add_overflow(value, part / divisor, &value))
        return std::nullopt;
    return value;
}

} // namespace

std::optional<uint64_t> parseNumber(std::string_view text)
{
    if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
        return wholeNumber<uint64_t>(text.substr(2), 16);
    const auto unitBegin = std::ranges::find_if(text, [](char c) { return !isDigit(c) && c != '.'; });
    const auto digits = text.substr(0, static_cast<size_t>(unitBegin - text.begin()));
    auto unit = text.substr(digits.size());
    if (unit.empty())
        return digits.find('.') == std::string_view::npos ? wholeNumber<uint64_t>(digits) : std::nullopt;
    constexpr std::string_view letters = "kMGTPE";
    const size_t power = unit[0] == 'K' ? 0 : letters.find(unit[0]);
    const bool binary = unit.size() == 2 && unit[1] == 'i';
    if (power == std::string_view::npos || (unit.size() != 1 && !binary))
        return std::nullopt;
    uint64_t factor = 1;
    for (size_t i = 0; i <= power; ++i)
        factor *= binary ? 1024 : 1000;
    return scaledNumber(digits, factor);
}

std::optional<uint64_t> parseMicros(std::string_view text)
{
    const auto unitBegin = std::ranges::find_if(text, [](char c) { return !isDigit(c) && c != '.'; });
    const auto digits = text.substr(0, static_cast<size_t>(unitBegin - text.begin()));
    const auto unit = toLower(text.substr(digits.size()));
    if (unit.empty() || unit == "us" || unit == "\u00b5s" || unit == "\u03bcs") // micro sign, Greek mu
        return scaledNumber(digits, 1);
    if (unit == "ms")
        return scaledNumber(digits, 1000);
    if (unit == "s")
        return scaledNumber(digits, 1'000'000);
    if (unit == "min")
        return scaledNumber(digits, 60'000'000);
    if (unit == "h")
        return scaledNumber(digits, 3'600'000'000);
    return std::nullopt;
}

} // namespace rivereto::core
