// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/csv/csvvalue.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "core/decode/otherelements.h"
#include "core/decode/template.h"
#include "core/text/names.h"
#include "core/text/value.h"

namespace rivereto::collectors {

namespace {

using core::Literal;
using core::Type;
using Number = std::optional<uint64_t>;

constexpr uint64_t kLatestMs = 253'402'300'799'999; ///< the last millisecond of 9999

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

template <class T> std::optional<T> whole(std::string_view text, int base = 10)
{
    T value {};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return !text.empty() && error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// Digits at the front, at most `most`; they are taken away.
std::optional<unsigned> takeNumber(std::string_view& text, size_t most)
{
    size_t digits = 0;
    while (digits < std::min(most, text.size()) && isDigit(text[digits]))
        ++digits;
    const auto out = whole<unsigned>(text.substr(0, digits));
    text.remove_prefix(digits);
    return out;
}

bool take(std::string_view& text, std::string_view anyOf)
{
    if (text.empty() || anyOf.find(text.front()) == std::string_view::npos)
        return false;
    text.remove_prefix(1);
    return true;
}

/// ".123456" at the front as milliseconds.
uint64_t takeFraction(std::string_view& text)
{
    if (!take(text, ".,"))
        return 0;
    uint64_t ms = 0;
    unsigned place = 100;
    for (; !text.empty() && isDigit(text.front()); text.remove_prefix(1), place /= 10)
        ms += place * static_cast<unsigned>(text.front() - '0');
    return ms;
}

/// Year, month and day in the order that the text shows.
std::optional<std::chrono::sys_days> takeDate(std::string_view& text, CsvTime form)
{
    const bool yearFirst = text.size() > 4 && std::all_of(text.begin(), text.begin() + 4, isDigit);
    std::array<unsigned, 3> parts {};
    for (size_t i = 0; i < 3; ++i) {
        const auto part = (i == 0 || take(text, "-/.")) ? takeNumber(text, 4) : std::nullopt;
        if (!part)
            return std::nullopt;
        parts[i] = *part;
    }
    if (!yearFirst) {
        const bool dayFirst = form == CsvTime::DayFirst || (form == CsvTime::Auto && parts[0] > 12);
        parts = dayFirst ? std::array {parts[2], parts[1], parts[0]} : std::array {parts[2], parts[0], parts[1]};
    }
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(parts[0])), std::chrono::month(parts[1]), std::chrono::day(parts[2]));
    return date.ok() && parts[0] >= 1970 ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

/// "22:10", "22:10:00.123"
std::optional<int64_t> takeClock(std::string_view& text)
{
    const auto hour = takeNumber(text, 2);
    const auto minute = hour && take(text, ":") ? takeNumber(text, 2) : std::nullopt;
    if (!minute || *hour > 24 || *minute > 59)
        return std::nullopt;
    unsigned second = 0;
    uint64_t ms = 0;
    if (take(text, ":")) {
        const auto seconds = takeNumber(text, 2);
        if (!seconds || *seconds > 60)
            return std::nullopt;
        second = *seconds;
        ms = takeFraction(text);
    }
    return ((int64_t {*hour} * 60 + *minute) * 60 + second) * 1000 + static_cast<int64_t>(ms);
}

/// "Z", "UTC", "+01:00", "+0100", or nothing: the mapping's zone.
std::optional<int64_t> zoneMs(std::string_view text, int zoneMinutes)
{
    text = trimmed(text);
    if (text.empty())
        return int64_t {zoneMinutes} * 60'000;
    if (text == "Z" || text == "z" || text == "UTC" || text == "GMT")
        return 0;
    const bool minus = text.front() == '-';
    if (!take(text, "+-"))
        return std::nullopt;
    const auto hours = takeNumber(text, 2);
    (void)take(text, ":");
    const auto minutes = text.empty() ? std::optional(0U) : takeNumber(text, 2);
    if (!hours || !minutes || !text.empty() || *hours > 24 || *minutes > 59)
        return std::nullopt;
    const int64_t ms = (int64_t {*hours} * 60 + *minutes) * 60'000;
    return minus ? -ms : ms;
}

Number dateTime(std::string_view text, const CsvMapping& mapping)
{
    const auto date = takeDate(text, mapping.time);
    if (!date)
        return std::nullopt;
    (void)take(text, "Tt ");
    const auto clock = text.empty() ? std::optional<int64_t>(0) : takeClock(text);
    const auto zone = zoneMs(text, mapping.zoneMinutes);
    if (!clock || !zone)
        return std::nullopt;
    const int64_t ms = std::chrono::milliseconds(date->time_since_epoch()).count() + *clock - *zone;
    return ms >= 0 && static_cast<uint64_t>(ms) <= kLatestMs ? Number(static_cast<uint64_t>(ms)) : std::nullopt;
}

/// A Unix time. What no form says, its size does: seconds have 10 digits now, and each finer unit three more.
Number unixTime(std::string_view text, CsvTime form)
{
    const auto digits = static_cast<size_t>(std::ranges::find_if_not(text, isDigit) - text.begin());
    const auto units = whole<uint64_t>(text.substr(0, digits));
    text.remove_prefix(digits);
    const uint64_t fraction = takeFraction(text);
    if (!units || !text.empty())
        return std::nullopt;
    if (form == CsvTime::Auto || form > CsvTime::Nanoseconds)
        form = digits < 12 ? CsvTime::Seconds : digits < 15 ? CsvTime::Milliseconds : digits < 18 ? CsvTime::Microseconds : CsvTime::Nanoseconds;
    if (form == CsvTime::Seconds)
        return *units <= kLatestMs / 1000 ? Number(*units * 1000 + fraction) : std::nullopt;
    const uint64_t ms = form == CsvTime::Milliseconds ? *units : form == CsvTime::Microseconds ? *units / 1000 : *units / 1'000'000;
    return ms <= kLatestMs ? Number(ms) : std::nullopt;
}

/// Names of an enumeration, or its number. Elements that begin with 0 are kept one higher (Conv::PlusOne).
Number enumValue(const core::Column& column, std::string_view text)
{
    const auto names = core::enumNames(column.type);
    const auto it = std::ranges::find_if(names, [&](auto name) { return !name.empty() && core::equalNoCase(name, text); });
    if (it != names.end())
        return static_cast<uint64_t>(it - names.begin());
    if (column.type == Type::DropReason) {
        const auto named = core::dropReasonNumber(text);
        const auto number = named ? Number(*named) : whole<uint64_t>(text);
        return number && *number < 0xffff ? Number(core::storedDropReason(*number)) : std::nullopt;
    }
    if (column.type == Type::Direction && (core::equalNoCase(text, "I") || core::equalNoCase(text, "E")))
        return core::equalNoCase(text, "I") ? 1 : 2; // nfdump
    const auto number = whole<uint64_t>(text);
    const bool raised = column.type == Type::Direction || column.type == Type::BiflowDirection;
    return raised && number && *number + 1 < names.size() && !names[*number + 1].empty() ? Number(*number + 1) : number;
}

/// Letters in any order, dots for those that are not set, "+0x200" for more; or a number.
Number flags(std::string_view text)
{
    if (isDigit(text.front()))
        return core::parseNumber(text);
    uint64_t more = 0;
    if (const auto plus = text.find("+0x"); plus != std::string_view::npos) {
        const auto bits = whole<uint64_t>(text.substr(plus + 3), 16);
        if (!bits)
            return std::nullopt;
        more = *bits;
        text = text.substr(0, plus);
    }
    std::string letters(text);
    std::erase(letters, '.');
    const auto known = core::parseTcpFlags(letters);
    return known ? Number(*known | more) : std::nullopt;
}

/// A number, a service, or ICMP's type and code as "8.0".
Number port(std::string_view text)
{
    if (const auto number = core::parseNumber(text); number && text.find('.') == std::string_view::npos)
        return number;
    if (const auto dot = text.find('.'); dot != std::string_view::npos) {
        const auto type = whole<uint8_t>(text.substr(0, dot));
        const auto code = whole<uint8_t>(text.substr(dot + 1));
        return type && code ? Number(*type * 256U + *code) : std::nullopt;
    }
    const auto service = core::servicePort(text);
    return service ? Number(*service) : std::nullopt;
}

Number etype(std::string_view text)
{
    if (core::equalNoCase(text, "IPv4") || text == "4")
        return 0x0800;
    if (core::equalNoCase(text, "IPv6") || text == "6")
        return 0x86dd;
    return core::parseNumber(text);
}

template <class T> Number wide(std::optional<T> value)
{
    return value ? Number(*value) : std::nullopt;
}

Number numberValue(const core::Column& column, std::string_view text, const CsvMapping& mapping)
{
    switch (core::typeInfo(column.type).literal) {
    case Literal::Time:
        return csvTime(text, mapping);
    case Literal::Duration:
        return core::parseMicros(text);
    case Literal::Mac:
        return core::parseMac(text);
    case Literal::Asn:
        return wide(core::parseAsn(text));
    case Literal::Port:
        return port(text);
    case Literal::Proto:
        return isDigit(text.front()) ? whole<uint64_t>(text) : wide(core::protocolNumber(text));
    case Literal::EType:
        return etype(text);
    case Literal::TcpFlags:
        return flags(text);
    case Literal::Enum:
        return enumValue(column, text);
    default:
        return core::parseNumber(text);
    }
}

template <class Each> bool eachWord(std::string_view text, Each each)
{
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (end > 0 && !each(text.substr(0, end)))
            return false;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return true;
}

bool listBytes(Type type, std::string_view text, std::string& out)
{
    std::vector<uint32_t> words;
    const auto word = [&](std::string_view one) {
        if (type == Type::LargeCommunities) {
            const auto large = core::parseLargeCommunity(one);
            if (large)
                words.insert(words.end(), large->begin(), large->end());
            return large.has_value();
        }
        const auto number = type == Type::Communities ? core::parseCommunity(one) : type == Type::AsPath ? core::parseAsn(one) : whole<uint32_t>(one);
        if (number)
            words.push_back(*number);
        return number.has_value();
    };
    const bool sound = eachWord(text, word);
    out = core::listBytes(words);
    return sound;
}

/// "461=0a0b 8057:808=6578"
bool elementBytes(std::string_view text, std::string& out)
{
    return eachWord(text, [&](std::string_view one) {
        const auto equals = one.find('=');
        if (equals == std::string_view::npos || (one.size() - equals) % 2 == 0)
            return false;
        auto id = one.substr(0, equals);
        const auto colon = id.find(':');
        const auto enterprise = colon == std::string_view::npos ? std::optional(0U) : whole<uint32_t>(id.substr(0, colon));
        const auto number = whole<uint16_t>(colon == std::string_view::npos ? id : id.substr(colon + 1));
        std::string octets;
        for (auto hex = one.substr(equals + 1); !hex.empty(); hex.remove_prefix(2)) {
            const auto octet = whole<uint8_t>(hex.substr(0, 2), 16);
            if (!octet)
                return false;
            octets += static_cast<char>(*octet);
        }
        if (!enterprise || !number || octets.size() > 0xffff)
            return false;
        core::appendOtherElement(out, {*enterprise, *number, octets});
        return true;
    });
}

bool setText(core::FlowBatch& batch, const core::Column& column, size_t row, std::string_view text)
{
    std::string bytes;
    if (core::isList(column.type) && !listBytes(column.type, text, bytes))
        return false;
    if (column.type == Type::Elements && !elementBytes(text, bytes))
        return false;
    batch.setText(column.id, row, column.type == Type::String ? text : std::string_view(bytes));
    return true;
}

bool setAddress(core::FlowBatch& batch, const core::Column& column, size_t row, std::string_view text)
{
    const auto ip = core::Ip::parse(text);
    // "0.0.0.0" is how others write that there is none, but for the ends of the flow.
    if (ip && (core::keepsUnspecified(column.id) || (*ip != core::Ip::v4(0) && !ip->isZero())))
        batch.set(column.id, row, *ip);
    return ip.has_value();
}

} // namespace

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<uint64_t> csvTime(std::string_view text, const CsvMapping& mapping)
{
    text = trimmed(text);
    if (text.empty())
        return 0;
    const bool number = std::ranges::all_of(text, [](char c) { return isDigit(c) || c == '.'; }) && std::ranges::count(text, '.') <= 1;
    return number ? unixTime(text, mapping.time) : dateTime(text, mapping);
}

std::optional<uint64_t> csvDuration(std::string_view text)
{
    constexpr uint64_t kDay = 86'400'000;
    constexpr unsigned kMostDays = 36'500;
    text = trimmed(text);
    if (text.empty())
        return 0;
    uint64_t days = 0;
    if (const auto day = text.find(" day"); day != std::string_view::npos) {
        const auto number = whole<unsigned>(text.substr(0, day));
        if (!number || *number > kMostDays)
            return std::nullopt;
        days = *number;
        text = text.substr(day + 4);
        (void)take(text, "s");
        text = trimmed(text);
        if (text.empty())
            return days * kDay;
    }
    if (text.find(':') != std::string_view::npos) {
        const auto clock = takeClock(text);
        return clock && text.empty() ? Number(days * kDay + static_cast<uint64_t>(*clock)) : std::nullopt;
    }
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool sound = error == std::errc() && end == text.data() + text.size() && seconds >= 0 && seconds < kMostDays * 86'400.0;
    return sound ? Number(days * kDay + static_cast<uint64_t>(std::llround(seconds * 1000))) : std::nullopt;
}

std::optional<uint32_t> csvLabel(std::string_view text)
{
    text = trimmed(text);
    constexpr uint32_t kLargest = (1 << 20) - 1;
    if (text.empty())
        return 0;
    const auto label = whole<uint32_t>(text.substr(0, text.find('-')));
    return label && *label <= kLargest ? label : std::nullopt;
}

bool setCell(core::FlowBatch& batch, const core::Column& column, size_t row, std::string_view text, const CsvMapping& mapping)
{
    if (column.type != Type::String)
        text = trimmed(text);
    if (text.empty())
        return true;
    if (column.storage() == core::Storage::Dict)
        return setText(batch, column, row, text);
    if (column.storage() == core::Storage::Ip)
        return setAddress(batch, column, row, text);
    const auto value = numberValue(column, text, mapping);
    if (!value)
        return false;
    return core::withCellType(column.storage(), [&]<class Cell>(Cell) {
        if constexpr (std::is_integral_v<Cell>) {
            if (*value > std::numeric_limits<Cell>::max())
                return false;
            if (*value != 0)
                batch.set(column.id, row, static_cast<Cell>(*value));
        }
        return std::is_integral_v<Cell>;
    });
}

} // namespace rivereto::collectors
