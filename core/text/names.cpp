// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/names.h"

#include <algorithm>
#include <cctype>
#include <array>

#include <fmt/format.h>

namespace rivereto::core {

namespace {

struct NumberName {
    uint32_t number;
    std::string_view name;
};

constexpr auto kProtocols = std::to_array<NumberName>({
#define RIVERETO_PROTOCOL(number, name) {number, name},
#define RIVERETO_PROTOCOL_ALIAS(number, name)
#include "resources/data/protocols.def"
#undef RIVERETO_PROTOCOL
#undef RIVERETO_PROTOCOL_ALIAS
});

constexpr auto kProtocolAliases = std::to_array<NumberName>({
#define RIVERETO_PROTOCOL(number, name)
#define RIVERETO_PROTOCOL_ALIAS(number, name) {number, name},
#include "resources/data/protocols.def"
#undef RIVERETO_PROTOCOL
#undef RIVERETO_PROTOCOL_ALIAS
});

constexpr uint8_t kOnTcp = 1;
constexpr uint8_t kOnUdp = 2;

struct Service {
    uint16_t port;
    uint8_t on; ///< kOnTcp | kOnUdp
    std::string_view name;
};

constexpr auto kServices = [] {
    [[maybe_unused]] constexpr uint8_t kBoth = kOnTcp | kOnUdp;
    [[maybe_unused]] constexpr uint8_t kTcp = kOnTcp;
    [[maybe_unused]] constexpr uint8_t kUdp = kOnUdp;
    return std::to_array<Service>({
#define RIVERETO_SERVICE(port, protocols, name) {port, protocols, name},
#define RIVERETO_SERVICE_ALIAS(port, name)
#include "resources/data/ports.def"
#undef RIVERETO_SERVICE
#undef RIVERETO_SERVICE_ALIAS
    });
}();

constexpr auto kServiceAliases = std::to_array<NumberName>({
#define RIVERETO_SERVICE(port, protocols, name)
#define RIVERETO_SERVICE_ALIAS(port, name) {port, name},
#include "resources/data/ports.def"
#undef RIVERETO_SERVICE
#undef RIVERETO_SERVICE_ALIAS
});

struct IcmpMessage {
    bool v6;
    uint8_t type;
    uint8_t code;
    std::string_view name;
};

constexpr auto kIcmp = std::to_array<IcmpMessage>({
#define RIVERETO_ICMP(v6, type, code, name) {v6, type, code, name},
#define RIVERETO_ICMP_ALIAS(v6, type, code, name)
#include "resources/data/icmp.def"
#undef RIVERETO_ICMP
#undef RIVERETO_ICMP_ALIAS
});

constexpr auto kIcmpAliases = std::to_array<IcmpMessage>({
#define RIVERETO_ICMP(v6, type, code, name)
#define RIVERETO_ICMP_ALIAS(v6, type, code, name) {v6, type, code, name},
#include "resources/data/icmp.def"
#undef RIVERETO_ICMP
#undef RIVERETO_ICMP_ALIAS
});

constexpr auto kDropReasons = std::to_array<NumberName>({
#define RIVERETO_DROP_REASON(number, name) {number, name},
#include "resources/data/dropreasons.def"
#undef RIVERETO_DROP_REASON
});

/// Upper ends (exclusive) of the packet size ranges, as Akvorado has them.
constexpr auto kSizeEnds
    = std::to_array<uint64_t>({64, 128, 256, 512, 768, 1024, 1280, 1501, 2048, 3072, 4096, 8192, 10240, 16384, 32768, 65536});
constexpr auto kSizeNames = std::to_array<std::string_view>(
    {"0-63", "64-127", "128-255", "256-511", "512-767", "768-1023", "1024-1279", "1280-1500", "1501-2047", "2048-3071",
        "3072-4095", "4096-8191", "8192-10239", "10240-16383", "16384-32767", "32768-65535", "65536-Inf"});
static_assert(kSizeNames.size() == kSizeEnds.size() + 1);

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

template <class Table> auto findName(const Table& table, std::string_view name)
{
    return std::ranges::find_if(table, [&](const auto& entry) { return equalNoCase(entry.name, name); });
}

template <class Table> std::vector<std::string_view> allNames(const Table& table)
{
    std::vector<std::string_view> names;
    for (const auto& entry : table)
        names.push_back(entry.name);
    return names;
}

/// Insertions, deletions, substitutions and swaps of neighbours.
size_t editDistance(std::string_view a, std::string_view b)
{
    std::array<std::vector<size_t>, 3> rows;
    rows.fill(std::vector<size_t>(b.size() + 1));
    for (size_t j = 0; j <= b.size(); ++j)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        auto& row = rows[i % 3];
        const auto& above = rows[(i + 2) % 3];
        const auto& twoAbove = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({row[j - 1] + 1, above[j] + 1, above[j - 1] + (same ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped)
                row[j] = std::min(row[j], twoAbove[j - 2] + 1);
        }
    }
    return rows[a.size() % 3][b.size()];
}

} // namespace

std::string_view protocolName(uint8_t number)
{
    static const auto byNumber = [] {
        std::array<std::string_view, 256> names {};
        for (const auto& entry : kProtocols)
            names[entry.number] = entry.name;
        return names;
    }();
    return byNumber[number];
}

std::optional<uint8_t> protocolNumber(std::string_view name)
{
    if (const auto it = findName(kProtocols, name); it != kProtocols.end())
        return static_cast<uint8_t>(it->number);
    if (const auto it = findName(kProtocolAliases, name); it != kProtocolAliases.end())
        return static_cast<uint8_t>(it->number);
    return std::nullopt;
}

std::vector<std::string_view> protocolNames()
{
    return allNames(kProtocols);
}

namespace {

/// IEEE 802 numbers of what is seen on networks.
constexpr std::pair<uint16_t, std::string_view> kEtherTypes[] = {
    {0x0800, "IPv4"}, {0x86dd, "IPv6"}, {0x0806, "ARP"}, {0x8035, "RARP"}, {0x8809, "LACP"}, {0x8863, "PPPoED"}, {0x8864, "PPPoE"}, {0x888e, "EAPOL"},
    {0x88cc, "LLDP"}, {0x8847, "MPLS"}, {0x8848, "MPLSupstream"}, {0x88e5, "MACsec"}, {0x88f7, "PTP"}, {0x8902, "CFM"}, {0x9000, "Loopback"},
};

} // namespace

std::string_view etherTypeName(uint16_t number)
{
    const auto* found = std::ranges::find(kEtherTypes, number, &std::pair<uint16_t, std::string_view>::first);
    return found == std::end(kEtherTypes) ? std::string_view() : found->second;
}

std::optional<uint16_t> etherTypeNumber(std::string_view name)
{
    const auto same = [&](const auto& type) { return std::ranges::equal(type.second, name, [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b)); }); };
    const auto* found = std::ranges::find_if(kEtherTypes, same);
    return found == std::end(kEtherTypes) ? std::nullopt : std::optional(found->first);
}

std::string_view serviceName(uint16_t port, uint8_t protocol)
{
    const uint8_t wanted = protocol == kTcp ? kOnTcp : protocol == kUdp ? kOnUdp : protocol == 0 ? kOnTcp | kOnUdp : 0;
    auto it = std::ranges::lower_bound(kServices, port, {}, &Service::port);
    while (it != kServices.end() && it->port == port && (it->on & wanted) == 0)
        ++it;
    return it != kServices.end() && it->port == port ? it->name : std::string_view();
}

std::optional<uint16_t> servicePort(std::string_view name)
{
    if (const auto it = findName(kServices, name); it != kServices.end())
        return it->port;
    if (const auto it = findName(kServiceAliases, name); it != kServiceAliases.end())
        return static_cast<uint16_t>(it->number);
    return std::nullopt;
}

std::vector<std::string_view> serviceNames()
{
    std::vector<std::string_view> names;
    for (const auto& service : kServices) {
        if (std::ranges::find(names, service.name) == names.end())
            names.push_back(service.name);
    }
    return names;
}

std::string_view icmpName(bool v6, uint8_t type, uint8_t code)
{
    const auto it = std::ranges::find_if(
        kIcmp, [&](const auto& message) { return message.v6 == v6 && message.type == type && message.code == code; });
    return it == kIcmp.end() ? std::string_view() : it->name;
}

std::string icmpName(bool v6, uint16_t cell)
{
    if (cell == 0)
        return {};
    const auto type = static_cast<uint8_t>((cell - 1) >> 8);
    const auto code = static_cast<uint8_t>(cell - 1);
    const auto name = icmpName(v6, type, code);
    return name.empty() ? fmt::format("{}/{}", type, code) : std::string(name);
}

std::optional<uint16_t> icmpCell(bool v6, std::string_view name)
{
    const auto is = [&](const auto& message) { return message.v6 == v6 && equalNoCase(message.name, name); };
    if (const auto it = std::ranges::find_if(kIcmp, is); it != kIcmp.end())
        return icmpCell(it->type, it->code);
    if (const auto it = std::ranges::find_if(kIcmpAliases, is); it != kIcmpAliases.end())
        return icmpCell(it->type, it->code);
    const size_t slash = name.find('/');
    const auto octet = [](std::string_view digits) -> std::optional<uint8_t> {
        if (digits.empty() || digits.size() > 3 || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
            return std::nullopt;
        unsigned value = 0;
        for (const char c : digits)
            value = value * 10 + static_cast<unsigned>(c - '0');
        return value > 255 ? std::nullopt : std::optional(static_cast<uint8_t>(value));
    };
    const auto type = octet(name.substr(0, std::min(slash, name.size())));
    const auto code = slash == std::string_view::npos ? std::nullopt : octet(name.substr(slash + 1));
    return type && code ? std::optional(icmpCell(*type, *code)) : std::nullopt;
}

std::vector<std::string_view> icmpNames(bool v6)
{
    std::vector<std::string_view> names;
    for (const auto& message : kIcmp) {
        if (message.v6 == v6)
            names.push_back(message.name);
    }
    return names;
}

std::string_view dropReasonName(uint16_t reason)
{
    const auto it = std::ranges::lower_bound(kDropReasons, reason, {}, &NumberName::number);
    return it != kDropReasons.end() && it->number == reason ? it->name : std::string_view();
}

std::optional<uint16_t> dropReasonNumber(std::string_view name)
{
    std::string wanted(name);
    std::ranges::replace(wanted, '-', '_');
    const auto it = findName(kDropReasons, wanted);
    return it == kDropReasons.end() ? std::nullopt : std::optional(static_cast<uint16_t>(it->number));
}

std::vector<std::string_view> dropReasonNames()
{
    return allNames(kDropReasons);
}

uint8_t sizeBucket(uint64_t packetSize)
{
    if (packetSize == 0)
        return 0;
    return static_cast<uint8_t>(std::ranges::upper_bound(kSizeEnds, packetSize) - kSizeEnds.begin() + 1);
}

std::span<const std::string_view> sizeBucketNames()
{
    return kSizeNames;
}

bool equalNoCase(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string toLower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

std::string_view nearestName(std::string_view name, std::span<const std::string_view> candidates)
{
    constexpr size_t kLongest = 64; // longer texts are no misspelt names
    if (name.empty() || name.size() > kLongest)
        return {};
    std::string_view best;
    size_t bestDistance = std::max<size_t>(2, name.size() / 3) + 1;
    for (const auto candidate : candidates) {
        const size_t distance = editDistance(name, candidate);
        if (distance < bestDistance && distance < candidate.size()) {
            bestDistance = distance;
            best = candidate;
        }
    }
    return best;
}

} // namespace rivereto::core
