// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/registry.h"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <vector>

#include "core/base/ip.h"
#include "core/decode/elements.h"
#include "core/text/names.h"
#include "core/text/time.h"
#include "core/text/value.h"

namespace rivereto::core {

namespace {

constexpr ElementInfo kElements[] = {
#define RIVERETO_ELEMENT(enterprise, id, name, type, bits) {enterprise, id, #name, ElementType::type, bits},
#include "resources/elements/iana.def"
#include "resources/elements/ntop.def"
#include "resources/elements/vendors.def"
#undef RIVERETO_ELEMENT
};

constexpr std::string_view kTypeNames[] = {"octetArray", "unsigned8", "unsigned16", "unsigned32", "unsigned64", "unsigned256",
    "signed8", "signed16", "signed32", "signed64", "float32", "float64", "boolean", "macAddress", "string", "dateTimeSeconds",
    "dateTimeMilliseconds", "dateTimeMicroseconds", "dateTimeNanoseconds", "ipv4Address", "ipv6Address", "basicList",
    "subTemplateList", "subTemplateMultiList"};

struct Enterprise {
    uint32_t number;
    std::string_view name;
};
constexpr Enterprise kEnterprises[] = {{9, "Cisco"}, {637, "Nokia"}, {1991, "Foundry"}, {2011, "Huawei"}, {2636, "Juniper"},
    {3054, "Ixia"}, {3224, "NetScreen"}, {4413, "Broadcom"}, {5951, "NetScaler"}, {6027, "Force10"}, {6527, "Nokia SR OS"},
    {6871, "CERT"}, {6876, "VMware"}, {8057, "CESNET"}, {8741, "SonicWall"}, {10704, "Barracuda"}, {12325, "FreeBSD"},
    {12356, "Fortinet"}, {14988, "MikroTik"}, {15397, "Procera"}, {21373, "netfilter"}, {25461, "Palo Alto"}, {25506, "H3C"},
    {26866, "Gigamon"}, {element::kReverseEnterprise, "reverse"}, {30065, "Arista"}, {element::kNtopEnterprise, "ntop"},
    {39499, "Flowmon"}, {40310, "Cumulus"}, {41916, "Viptela"}};

constexpr uint64_t key(uint32_t enterprise, uint16_t id)
{
    return uint64_t {enterprise} << 16 | id;
}

std::string enumName(Type type, uint64_t value)
{
    const auto names = enumNames(type);
    return value < names.size() ? std::string(names[value]) : std::string();
}

std::string upper(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return out;
}

std::string direction(uint64_t value)
{
    return value == 0 ? "ingress" : value == 1 ? "egress" : "";
}

std::string forwarding(uint64_t value)
{
    constexpr std::string_view names[] = {"unknown", "forwarded", "dropped", "consumed"};
    return std::string(names[value >> 6 & 3]);
}

std::string etherType(uint64_t value)
{
    switch (value) {
    case 0x0800:
        return "IPv4";
    case 0x0806:
        return "ARP";
    case 0x8100:
        return "802.1Q";
    case 0x86dd:
        return "IPv6";
    case 0x8847:
        return "MPLS";
    case 0x88a8:
        return "802.1ad";
    default:
        return {};
    }
}

/// What a number of an element of IANA's registry stands for.
std::string meaningOf(uint16_t id, uint64_t value)
{
    switch (id) {
    case element::kProtocol:
    case 193:
        return upper(protocolName(static_cast<uint8_t>(value)));
    case element::kSrcPort:
    case element::kDstPort:
    case 227:
    case 228:
        return std::string(serviceName(static_cast<uint16_t>(value)));
    case 180:
    case 181:
        return std::string(serviceName(static_cast<uint16_t>(value), kUdp));
    case 182:
    case 183:
        return std::string(serviceName(static_cast<uint16_t>(value), kTcp));
    case element::kTcpFlags:
        return formatTcpFlags(value);
    case 32:
    case 139:
        return std::string(icmpName(id == 139, static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)));
    case 61:
        return direction(value);
    case 89:
        return forwarding(value);
    case 136:
        return enumName(Type::EndReason, value);
    case 230:
        return enumName(Type::NatEvent, value);
    case 233:
        return enumName(Type::FirewallEvent, value);
    case 256:
        return etherType(value);
    default:
        return {};
    }
}

/// Seconds and a fraction of 2³² since 1900 (RFC 7011 §6.1.9); 0 for what lies before 1970.
uint64_t ntpMs(uint64_t ntp)
{
    constexpr uint64_t kEpoch = 2'208'988'800;
    const uint64_t seconds = ntp >> 32;
    return seconds < kEpoch ? 0 : (seconds - kEpoch) * 1000 + ((ntp & 0xffffffff) * 1000 >> 32);
}

std::string timeText(uint64_t ms)
{
    constexpr uint64_t kLatest = 253'402'300'799'999; // the last millisecond of 9999
    return ms <= kLatest ? formatTime(ms) : fmt::format("{} ms", ms);
}

/// Text up to its padding of zeros; other octets than printable ASCII and UTF-8 as "\x01".
std::string textOf(Bytes octets)
{
    while (!octets.empty() && octets.back() == 0)
        octets = octets.first(octets.size() - 1);
    std::string out;
    for (const uint8_t byte : octets) {
        if (byte < 0x20 || byte == 0x7f)
            out += fmt::format("\\x{:02x}", byte);
        else
            out += static_cast<char>(byte);
    }
    return out;
}

std::string floatText(Bytes octets)
{
    if (octets.size() == 4)
        return fmt::format("{}", std::bit_cast<float>(load32(octets.data())));
    return fmt::format("{}", std::bit_cast<double>(load64(octets.data())));
}

/// What octets of an element of IANA's registry are made of.
std::string insideOf(uint16_t id, Bytes octets)
{
    if (id >= element::kMplsTop && id <= 79 && octets.size() == 3)
        return fmt::format("label {}, class {}{}", octets[0] << 12 | octets[1] << 4 | octets[2] >> 4, octets[2] >> 1 & 7,
            (octets[2] & 1) != 0 ? ", bottom of the stack" : "");
    if (id == element::kApplicationId && octets.size() >= 2 && octets.size() <= 9) // RFC 6759 §4: engine and selector
        return fmt::format("{}:{}", octets[0], loadBe(octets.subspan(1)));
    if (id == 90 && octets.size() == 8 && octets[0] == 0 && octets[1] == 0) // RFC 4364 §4.2
        return fmt::format("{}:{}", load16(octets.data() + 2), load32(octets.data() + 4));
    return {};
}

int64_t signedOf(Bytes octets)
{
    const unsigned unused = 64 - 8 * static_cast<unsigned>(octets.size());
    return static_cast<int64_t>(loadBe(octets) << unused) >> unused;
}

} // namespace

std::string_view elementTypeName(ElementType type)
{
    return kTypeNames[static_cast<size_t>(type)];
}

const ElementInfo* findElement(uint32_t enterprise, uint16_t id)
{
    static const auto table = [] {
        std::unordered_map<uint64_t, const ElementInfo*> out;
        for (const auto& info : kElements)
            out.emplace(key(info.enterprise, info.id), &info);
        return out;
    }();
    const auto found = table.find(key(enterprise, id));
    return found == table.end() ? nullptr : found->second;
}

std::string_view enterpriseName(uint32_t enterprise)
{
    const auto found = std::ranges::find(kEnterprises, enterprise, &Enterprise::number);
    return found == std::end(kEnterprises) ? std::string_view() : found->name;
}

std::string formatOctets(Bytes octets, size_t most)
{
    if (octets.empty())
        return {};
    std::string out = "0x";
    for (const uint8_t byte : octets.first(std::min(octets.size(), most))) {
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 15];
    }
    return octets.size() > most ? out + "…" : out;
}

ElementText formatElement(const ElementInfo* element, Bytes octets)
{
    const auto size = octets.size();
    const bool number = size >= 1 && size <= 8;
    if (!element || size == 0)
        return {formatOctets(octets), {}};
    switch (element->type) {
    case ElementType::unsigned8:
    case ElementType::unsigned16:
    case ElementType::unsigned32:
    case ElementType::unsigned64: {
        if (!number)
            break;
        const uint64_t value = loadBe(octets);
        const bool hex = element->bits || (element->enterprise == 0 && element->id == 256);
        return {hex ? fmt::format("{:#x}", value) : std::to_string(value),
            element->enterprise == 0 ? meaningOf(element->id, value) : std::string()};
    }
    case ElementType::signed8:
    case ElementType::signed16:
    case ElementType::signed32:
    case ElementType::signed64:
        if (number)
            return {fmt::format("{}", signedOf(octets)), {}};
        break;
    case ElementType::float32:
    case ElementType::float64:
        if (size == 4 || size == 8)
            return {floatText(octets), {}};
        break;
    case ElementType::boolean: // RFC 7011 §6.1.5
        if (size == 1 && (octets[0] == 1 || octets[0] == 2))
            return {octets[0] == 1 ? "true" : "false", {}};
        break;
    case ElementType::macAddress:
        if (size == 6)
            return {formatMac(loadBe<6>(octets.data())), {}};
        break;
    case ElementType::octetArray:
        return {formatOctets(octets), element->enterprise == 0 ? insideOf(element->id, octets) : std::string()};
    case ElementType::string:
        return {textOf(octets), {}};
    case ElementType::dateTimeSeconds:
        if (size <= 8 && loadBe(octets) < UINT64_MAX / 1000)
            return {timeText(loadBe(octets) * 1000), {}};
        break;
    case ElementType::dateTimeMilliseconds:
        if (number)
            return {timeText(loadBe(octets)), {}};
        break;
    case ElementType::dateTimeMicroseconds:
    case ElementType::dateTimeNanoseconds:
        if (size == 8 && ntpMs(load64(octets.data())) > 0)
            return {timeText(ntpMs(load64(octets.data()))), {}};
        break;
    case ElementType::ipv4Address:
    case ElementType::ipv6Address:
        if (size == 4)
            return {Ip::v4(load32(octets.data())).toString(), {}};
        if (size == 16)
            return {Ip::fromBytes(octets.data()).toString(), {}};
        break;
    default:
        break;
    }
    return {formatOctets(octets), {}};
}

} // namespace rivereto::core
