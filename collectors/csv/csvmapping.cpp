// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/csv/csvmapping.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace rivereto::collectors {

namespace {

struct Delimiter {
    std::string_view name;
    char mark;
};
constexpr Delimiter kDelimiters[] {{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"pipe", '|'}};
constexpr std::string_view kTimes[] {"auto", "s", "ms", "us", "ns", "dmy", "mdy"};
constexpr int kMaxZone = 24 * 60;

core::Result<void> setPart(CsvMapping& out, std::string_view key, std::string_view value)
{
    if (key == "delimiter") {
        const auto* it = std::ranges::find(kDelimiters, value, &Delimiter::name);
        if (it == std::end(kDelimiters))
            return core::fail("“{}” is no delimiter: comma, semicolon, tab, pipe", value);
        out.delimiter = it->mark;
    } else if (key == "time") {
        const auto* it = std::ranges::find(kTimes, value);
        if (it == std::end(kTimes))
            return core::fail("“{}” is no form of time: auto, s, ms, us, ns, dmy, mdy", value);
        out.time = static_cast<CsvTime>(it - std::begin(kTimes));
    } else if (key == "zone") {
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out.zoneMinutes);
        if (error != std::errc() || end != value.data() + value.size() || out.zoneMinutes < -kMaxZone || out.zoneMinutes > kMaxZone)
            return core::fail("“{}” is no zone: minutes ahead of UTC, -1440 to 1440", value);
    } else {
        out.columns.push_back({std::string(key), std::string(value)});
    }
    return {};
}

/// Marks of the words' own are left out; they do not count anyway.
std::string headerWords(const std::string& header)
{
    return header.find_first_of("+,=") == std::string::npos ? header : plainName(header);
}

} // namespace

core::Result<CsvMapping> CsvMapping::parse(std::string_view words)
{
    CsvMapping out;
    while (!words.empty()) {
        const auto plus = words.find('+');
        const auto part = words.substr(0, plus);
        const auto equals = part.find('=');
        const auto value = equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
        if (equals == 0 || plainName(value).empty())
            return core::fail("“{}” says no field of a column; it looks like SrcAddr=src_ip+Bytes=#7", part);
        if (auto done = setPart(out, part.substr(0, equals), value); !done)
            return tl::unexpected(done.error());
        words = plus == std::string_view::npos ? std::string_view() : words.substr(plus + 1);
    }
    return out;
}

std::string CsvMapping::print() const
{
    std::string out;
    const auto part = [&](std::string_view key, std::string_view value) { fmt::format_to(std::back_inserter(out), "{}{}={}", out.empty() ? "" : "+", key, value); };
    for (const auto& entry : columns)
        part(entry.column, headerWords(entry.header));
    if (const auto* it = std::ranges::find(kDelimiters, delimiter, &Delimiter::mark); it != std::end(kDelimiters))
        part("delimiter", it->name);
    if (time != CsvTime::Auto)
        part("time", kTimes[static_cast<size_t>(time)]);
    if (zoneMinutes != 0)
        part("zone", std::to_string(zoneMinutes));
    return out;
}

std::string plainName(std::string_view header)
{
    std::string out;
    for (const char c : header) {
        if (c >= 'A' && c <= 'Z')
            out += static_cast<char>(c + 32);
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80)
            out += c;
    }
    return out;
}

} // namespace rivereto::collectors
