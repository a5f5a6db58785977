// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/dissecttree.h"

#include <algorithm>
#include <bit>

#include "core/base/ip.h"
#include "core/text/names.h"
#include "core/text/time.h"
#include "core/text/value.h"

namespace rivereto::core {

namespace {

std::string uptime(uint64_t ms)
{
    return fmt::format("{}.{:03} s", ms / 1000, ms % 1000);
}

/// CERT marks the reverse direction of its own elements by a bit of their numbers (RFC 5103 §6.2).
constexpr uint32_t kCertEnterprise = 6871;
constexpr uint16_t kCertReverse = 0x4000;

std::string reasonName(uint64_t reason)
{
    return reason > 0xffff ? std::string() : std::string(dropReasonName(static_cast<uint16_t>(reason)));
}

ElementText shown(Bytes octets, Show show)
{
    const uint64_t number = octets.size() <= 8 ? loadBe(octets) : 0;
    switch (show) {
    case Show::Number:
        break;
    case Show::Hex:
        return {fmt::format("{:#x}", number), {}};
    case Show::Seconds:
        return {formatTime(number * 1000), {}};
    case Show::Uptime:
        return {fmt::format("{}", number), uptime(number)};
    case Show::Address:
        if (octets.size() == 4)
            return {Ip::v4(load32(octets.data())).toString(), {}};
        return {octets.size() == 16 ? Ip::fromBytes(octets.data()).toString() : formatOctets(octets), {}};
    case Show::Mac:
        return {formatMac(number), {}};
    case Show::Text:
        return formatElement(findElement(0, element::kIfName), octets);
    case Show::Protocol:
        return formatElement(findElement(0, element::kProtocol), octets.last(1));
    case Show::Port:
        return {fmt::format("{}", number), std::string(serviceName(static_cast<uint16_t>(number)))};
    case Show::EtherType:
        return formatElement(findElement(0, 256), octets.last(std::min<size_t>(octets.size(), 2)));
    case Show::TcpFlags:
        return {fmt::format("{:#x}", number), formatTcpFlags(number)};
    case Show::Interface: {
        const uint64_t value = number & 0x3fffffff;
        switch (number >> 30 & 3) {
        case 0:
            return {fmt::format("{}", value), value == 0x3fffffff ? "internal" : value == 0 ? "unknown" : ""};
        case 1:
            return {fmt::format("{}", value), fmt::format("discarded: {}", reasonName(value))};
        case 2:
            return {fmt::format("{}", value), value == 0 ? "several interfaces" : fmt::format("{} interfaces", value)};
        default:
            return {fmt::format("{}", value), "unknown format"};
        }
    }
    case Show::DataSource: {
        constexpr std::string_view kinds[] = {"ifIndex", "smonVlanDataSource", "entPhysicalEntry"};
        const uint64_t kind = number >> 24;
        return {fmt::format("{}", number & 0xffffff),
            kind < std::size(kinds) ? std::string(kinds[kind]) : fmt::format("source type {}", kind)};
    }
    case Show::DropReason:
        return {fmt::format("{}", number), reasonName(number)};
    case Show::Community:
        return {fmt::format("{}:{}", number >> 16, number & 0xffff), {}};
    case Show::Float:
        return {fmt::format("{:.3g}", std::bit_cast<float>(static_cast<uint32_t>(number))), {}};
    case Show::Percent:
        return number == 0xffffffff
            ? ElementText {fmt::format("{}", number), "unknown"}
            : ElementText {fmt::format("{}", number), fmt::format("{}.{:02} %", number / 100, number % 100)};
    case Show::Semantic: { // RFC 6313 §4.4
        constexpr std::string_view names[] = {"noneOf", "exactlyOneOf", "oneOrMoreOf", "allOf", "ordered"};
        return {fmt::format("{}", number),
            number == 255                   ? "undefined"
                : number < std::size(names) ? std::string(names[number])
                                            : std::string()};
    }
    }
    return {octets.size() > 8 ? formatOctets(octets) : std::to_string(number), {}};
}

} // namespace

std::string elementName(const FieldSpec& spec, const ElementInfo* info)
{
    if (info)
        return std::string(info->name);
    if (spec.enterprise == 0)
        return fmt::format("element {}", spec.id);
    const auto enterprise = enterpriseName(spec.enterprise);
    return enterprise.empty() ? fmt::format("{}:{}", spec.enterprise, spec.id) : fmt::format("{}:{}", enterprise, spec.id);
}

DissectNode& TreeWriter::node(DissectKind kind, std::string_view name, uint32_t length)
{
    auto& out = m_parent.children.emplace_back();
    out.kind = kind;
    out.name = name;
    out.offset = m_at;
    out.length = std::min(length, left());
    m_at += out.length;
    m_budget -= m_budget > 0 ? 1 : 0;
    return out;
}

uint64_t TreeWriter::field(const HeaderField& field)
{
    if (!m_ok)
        return 0;
    if (field.length > left() || m_budget == 0) {
        if (m_budget == 0)
            finishShort();
        else
            finish("rest", "The datagram ends within this.");
        return 0;
    }
    const Bytes octets = m_payload.subspan(m_at, field.length);
    auto& out = node(DissectKind::Field, field.name, field.length);
    auto text = shown(octets, field.show);
    out.value = std::move(text.value);
    out.meaning = std::move(text.meaning);
    const uint64_t number = field.length <= 8 ? loadBe(octets) : 0;
    if (number < field.names.size())
        out.meaning = field.names[number];
    return number;
}

bool TreeWriter::fields(std::initializer_list<HeaderField> all)
{
    for (const auto& one : all)
        field(one);
    return m_ok;
}

const ElementInfo* elementInfo(const FieldSpec& spec, bool netflow9)
{
    static constexpr ElementInfo scopes[] = {{0, 1, "System", ElementType::unsigned32},
        {0, 2, "Interface", ElementType::unsigned32}, {0, 3, "Line card", ElementType::unsigned32},
        {0, 4, "NetFlow cache", ElementType::octetArray}, {0, 5, "Template", ElementType::unsigned16}};
    if (netflow9 && spec.scope)
        return spec.id >= 1 && spec.id <= std::size(scopes) ? &scopes[spec.id - 1] : nullptr;
    if (spec.enterprise == element::kReverseEnterprise)
        return findElement(0, spec.id);
    return findElement(spec.enterprise, isReverse(spec) ? spec.id & ~kCertReverse : spec.id);
}

bool isReverse(const FieldSpec& spec)
{
    return spec.enterprise == element::kReverseEnterprise
        || (spec.enterprise == kCertEnterprise && (spec.id & kCertReverse) != 0);
}

DissectNode& TreeWriter::element(const FieldSpec& spec, const ElementInfo* info, uint32_t length, uint8_t prefix, bool withText)
{
    auto& out = node(DissectKind::Field, {}, length + prefix);
    out.name = elementName(spec, info);
    out.scope = spec.scope;
    out.reverse = isReverse(spec);
    out.prefix = prefix;
    out.element = spec.id;
    out.enterprise = spec.enterprise;
    if (info)
        out.type = elementTypeName(info->type);
    if (!withText)
        return out;
    auto text = formatElement(info, m_payload.subspan(out.offset + prefix, out.length - prefix));
    out.value = std::move(text.value);
    out.meaning = std::move(text.meaning);
    return out;
}

void TreeWriter::finish(std::string_view name, std::string_view note)
{
    m_ok = false;
    if (left() == 0 && note.empty())
        return;
    if (left() == 0) {
        m_parent.note = note;
        return;
    }
    const auto octets = rest();
    auto& out = node(DissectKind::Rest, name, left());
    out.value = formatOctets(octets);
    out.note = note;
}

void TreeWriter::finishShort()
{
    const bool piece = left() > 0;
    finish("rest", "There is more here than is shown.");
    (piece ? m_parent.children.back() : m_parent).remark = true;
}

void TreeWriter::finishPadding(std::string_view note)
{
    const auto octets = rest();
    if (std::ranges::all_of(octets, [](uint8_t byte) { return byte == 0; }))
        finish("padding", {});
    else
        finish("rest", note);
}

} // namespace rivereto::core
