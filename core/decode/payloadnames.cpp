// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/payloadnames.h"

#include <algorithm>
#include <array>

namespace rivereto::core {

namespace {

constexpr size_t kMostName = 255; ///< octets of a DNS name, and of what else is taken for a name
constexpr uint16_t kServerNameExtension = 0;

char lower(uint8_t c)
{
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/// False when there is something in it that no host name has.
bool take(Bytes bytes, std::string& out)
{
    if (bytes.empty() || bytes.size() > kMostName || !std::ranges::all_of(bytes, [](uint8_t c) { return c > 0x20 && c < 0x7f; }))
        return false;
    out.resize(bytes.size());
    std::ranges::transform(bytes, out.begin(), lower);
    return true;
}

NameSearch found(bool yes)
{
    return yes ? NameSearch::Found : NameSearch::Nothing;
}

/// The handshake message of a ClientHello, of which the end may be missing. Records of a fragmented one are not put together.
NameSearch clientHello(Bytes payload, PayloadName& out)
{
    Cursor in(payload);
    in.skip(5); // record header
    const uint8_t type = in.u8();
    in.skip(3 + 2 + 32); // length, version, random
    in.skip(in.u8()); // session
    in.skip(in.u16()); // cipher suites
    in.skip(in.u8()); // compression methods
    in.skip(2); // length of all extensions
    if (type != 1)
        return NameSearch::Nothing;
    while (in.ok() && in.left() > 0) {
        const uint16_t extension = in.u16();
        const uint16_t length = in.u16();
        if (extension != kServerNameExtension) {
            in.skip(length);
            continue;
        }
        in.skip(2); // length of the list
        const uint8_t kind = in.u8();
        const auto name = in.take(in.u16());
        if (!in.ok())
            break;
        out.column = ColumnId::ServerName;
        return found(kind == 0 && take(name, out.name));
    }
    const size_t record = payload.size() < 5 ? SIZE_MAX : load16(payload.data() + 3) + 5U;
    return payload.size() < record ? NameSearch::Incomplete : NameSearch::Nothing;
}

constexpr std::array<std::string_view, 9> kMethods {"GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE "};

NameSearch httpRequest(Bytes payload, PayloadName& out)
{
    const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
    if (std::ranges::none_of(kMethods, [&](auto method) { return text.starts_with(method); }))
        return NameSearch::Nothing;
    for (size_t line = text.find("\r\n"); line != std::string_view::npos; line = text.find("\r\n", line + 2)) {
        const auto rest = text.substr(line + 2);
        if (rest.starts_with("\r\n"))
            return NameSearch::Nothing;
        constexpr std::string_view kHost = "host:";
        if (rest.size() < kHost.size() || !std::ranges::equal(rest.substr(0, kHost.size()), kHost, {}, [](char c) { return lower(static_cast<uint8_t>(c)); }))
            continue;
        const auto end = rest.find("\r\n");
        if (end == std::string_view::npos)
            return NameSearch::Incomplete;
        auto host = payload.subspan(line + 2 + kHost.size(), end - kHost.size());
        while (!host.empty() && (host.front() == ' ' || host.front() == '\t'))
            host = host.subspan(1);
        while (!host.empty() && (host.back() == ' ' || host.back() == '\t'))
            host = host.first(host.size() - 1);
        out.column = ColumnId::HTTPHost;
        return found(take(host, out.name));
    }
    return NameSearch::Incomplete;
}

NameSearch dnsQuestion(Bytes payload, PayloadName& out)
{
    constexpr size_t kHeader = 12;
    if (payload.size() < kHeader + 5 || (payload[2] & 0x78) != 0 || load16(payload.data() + 4) == 0)
        return NameSearch::Nothing;
    std::string name;
    for (auto rest = payload.subspan(kHeader); !rest.empty();) {
        const size_t length = rest[0];
        if (length == 0)
            break;
        // The first name of a message cannot point to an earlier one.
        if (length > 63 || length >= rest.size() || name.size() + length + 1 > kMostName)
            return NameSearch::Nothing;
        name += name.empty() ? "" : ".";
        for (const uint8_t c : rest.subspan(1, length)) {
            if (c > 0x20 && c < 0x7f)
                name += lower(c);
            else // RFC 4343 §2.1
                fmt::format_to(std::back_inserter(name), "\\{:03}", c);
        }
        rest = rest.subspan(length + 1);
    }
    out.column = ColumnId::DNSName;
    out.name = name.empty() ? "." : std::move(name);
    return NameSearch::Found;
}

bool isDns(uint16_t port)
{
    return port == 53 || port == 5353 || port == 5355;
}

} // namespace

NameSearch findName(Bytes payload, bool tcp, uint16_t srcPort, uint16_t dstPort, PayloadName& out)
{
    if (payload.empty())
        return NameSearch::Nothing;
    if (isDns(srcPort) || isDns(dstPort)) {
        constexpr size_t kLength = 2; ///< goes before a message over TCP
        return dnsQuestion(!tcp ? payload : payload.size() < kLength ? Bytes() : payload.subspan(kLength), out);
    }
    if (!tcp)
        return NameSearch::Nothing;
    if (payload[0] == 0x16)
        return payload.size() < 2 || payload[1] == 3 ? clientHello(payload, out) : NameSearch::Nothing;
    return payload[0] >= 'A' && payload[0] <= 'Z' ? httpRequest(payload, out) : NameSearch::Nothing;
}

} // namespace rivereto::core
