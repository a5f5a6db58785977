// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/escape.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

namespace rivereto::core {

void appendCsv(std::string& out, std::string_view field)
{
    if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += field;
        return;
    }
    out += '"';
    for (const char c : field) {
        out += c;
        if (c == '"')
            out += '"';
    }
    out += '"';
}

namespace {

/// Length of the UTF-8 sequence that the text begins with; 0 when it is none (RFC 3629 §4).
size_t utf8Length(std::string_view text)
{
    const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto continues = [&](size_t from, size_t to) {
        for (size_t i = from; i < to; ++i) {
            if ((byte(i) & 0xc0) != 0x80)
                return false;
        }
        return true;
    };
    const auto first = byte(0);
    const auto second = byte(1);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return continues(1, 2) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool shortest = first != 0xe0 || second >= 0xa0;
        const bool surrogate = first == 0xed && second >= 0xa0;
        return shortest && !surrogate && continues(1, 3) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool inRange = (first != 0xf0 || second >= 0x90) && (first != 0xf4 || second <= 0x8f);
        return inRange && continues(1, 4) ? 4 : 0;
    }
    return 0;
}

} // namespace

void appendJson(std::string& out, std::string_view text)
{
    out += '"';
    while (!text.empty()) {
        const size_t length = utf8Length(text);
        const auto c = text[0];
        if (length == 0)
            out += "\xef\xbf\xbd"; // U+FFFD: devices send names in any encoding, JSON knows only UTF-8
        else if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (length == 1 && static_cast<unsigned char>(c) < 0x20)
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<size_t>(length, 1));
    }
    out += '"';
}

void appendJson(std::string& out, double number)
{
    if (std::isfinite(number))
        fmt::format_to(std::back_inserter(out), "{}", number);
    else
        out += "null";
}

} // namespace rivereto::core
