// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/dissectsets.h"

#include <algorithm>
#include <utility>

#include "core/decode/packet.h"

namespace rivereto::core {

namespace {

constexpr uint16_t kFirstDataSet = 256;
constexpr uint16_t kTemplates9 = 0, kTemplatesIpfix = 2; ///< options templates have the next number
constexpr uint16_t kEnterpriseBit = 0x8000;
constexpr int kMaxDepth = 4; ///< of lists in lists

/// The length of a variable-length value: how many octets tell it, and what they say.
struct Told {
    uint8_t prefix = 0;
    uint32_t length = 0;
};

std::optional<Told> toldLength(Bytes rest)
{
    if (rest.empty())
        return std::nullopt;
    if (rest[0] != 255)
        return Told {1, rest[0]};
    return rest.size() < 3 ? std::nullopt : std::optional(Told {3, load16(rest.data() + 1)});
}

/// Whether the fields of one record fit into what is left; its length.
std::optional<uint32_t> recordLength(const Template& layout, Bytes rest)
{
    if (!layout.variable)
        return layout.minLength <= rest.size() ? std::optional(layout.minLength) : std::nullopt;
    uint32_t at = 0;
    for (const auto& field : layout.fields) {
        uint32_t length = field.length;
        if (length == element::kVariable) {
            const auto told = toldLength(rest.subspan(at));
            if (!told)
                return std::nullopt;
            length = told->prefix + told->length;
        }
        if (length > rest.size() - at)
            return std::nullopt;
        at += length;
    }
    return at;
}

constexpr std::string_view kSubRecord = "Sub-record";

/// Of a list, whether its records are grouped by template or not.
size_t countItems(const DissectNode& list)
{
    size_t out = 0;
    for (const auto& child : list.children)
        out += child.element || child.name == kSubRecord ? 1 : child.kind == DissectKind::Group ? countItems(child) : 0;
    return out;
}

/// Why this is no template.
std::string_view whatIsWrong(uint16_t id, size_t fields, size_t scopes)
{
    if (id < kFirstDataSet)
        return "This is no template: their numbers are from 256 on.";
    if (fields == 0)
        return "This is no template: it has no fields.";
    return scopes > fields ? "This is no template: it has more scope fields than fields."
                           : "The set ends before this template does.";
}

/// Where the packet begins that this element holds a part of (RFC 5477 §8.5, RFC 7133 §3).
std::optional<PacketStart> packetIn(const FieldSpec& field)
{
    if (field.enterprise != 0 || field.scope)
        return std::nullopt;
    switch (field.id) {
    case 104: // layer2packetSectionData
    case 315:
        return PacketStart::Ethernet; // dataLinkFrameSection
    case 313:
    case 317:
        return PacketStart::Ip; // ipHeaderPacketSection, mplsPayloadPacketSection
    case 316:
        return PacketStart::Mpls; // mplsLabelStackSection
    default:
        return std::nullopt;
    }
}

} // namespace

void SetDissector::netflow9(TreeWriter& in, const DatagramOrigin& origin)
{
    m_message = {.origin = origin, .protocol = Protocol::NetFlow9};
    in.fields(
        {{"version", 2}, {"count", 2}, {"uptime", 4, Show::Uptime}, {"export time", 4, Show::Seconds}, {"sequence number", 4}});
    m_message.domain = static_cast<uint32_t>(in.field({"source id", 4}));
    sets(in);
}

void SetDissector::ipfix(TreeWriter& in, const DatagramOrigin& origin)
{
    m_message = {.origin = origin, .protocol = Protocol::Ipfix};
    in.fields({{"version", 2}, {"length", 2}, {"export time", 4, Show::Seconds}, {"sequence number", 4}});
    m_message.domain = static_cast<uint32_t>(in.field({"observation domain", 4}));
    sets(in);
}

void SetDissector::sets(TreeWriter& in)
{
    const uint16_t templateSet = isIpfix() ? kTemplatesIpfix : kTemplates9;
    while (in.ok() && in.left() >= 4) {
        const uint16_t id = load16(in.rest().data());
        const uint16_t length = load16(in.rest().data() + 2);
        if (length < 4) {
            in.finishPadding("No set is this short.");
            return;
        }
        const bool cut = length > in.left();
        const auto name = id >= kFirstDataSet ? "Data set"
            : id == templateSet               ? "Template set"
            : id == templateSet + 1           ? "Options template set"
                                              : "Reserved set";
        auto& node = in.node(DissectKind::Set, name, length);
        node.id = id;
        if (cut)
            node.note = "The set claims more than the message holds.";
        TreeWriter inner(node, in.payload(), in.budget());
        set(node, inner, id);
        if (in.budget() == 0)
            in.finishShort();
    }
    if (in.left() > 0)
        in.finishPadding("This is no whole set.");
}

void SetDissector::set(DissectNode& node, TreeWriter& in, uint16_t id)
{
    in.fields({{"set id", 2}, {"length", 2}});
    const uint16_t templateSet = isIpfix() ? kTemplatesIpfix : kTemplates9;
    if (id >= kFirstDataSet)
        data(node, in, id);
    else if (id == templateSet || id == templateSet + 1)
        templates(in, id != templateSet);
    else
        node.note = "No version of the protocol defines sets of this number.";
    if (in.left() == 0)
        return;
    const bool padding = in.left() < 4 && in.ok(); // RFC 7011 §3.3.1: to a multiple of four octets, zeros or not
    in.finishPadding(padding ? "Padding that is not zero." : "There is more here than whole records.");
    node.children.back().remark = padding;
}

void SetDissector::templates(TreeWriter& in, bool options)
{
    while (in.ok() && in.left() >= 4 && load16(in.rest().data()) != 0) {
        if (!templateRecord(in, options))
            return;
    }
}

/// False when the rest of the set cannot be read.
bool SetDissector::templateRecord(TreeWriter& in, bool options)
{
    const auto head = in.rest();
    const uint16_t id = load16(head.data());
    size_t count = load16(head.data() + 2);
    size_t scopes = 0;
    const bool withdrawal = isIpfix() && count == 0;
    if (!withdrawal && options) {
        if (head.size() < 6)
            return false;
        scopes = load16(head.data() + 4);
        if (!isIpfix()) { // RFC 3954 §6.1: lengths in octets
            const size_t other = scopes;
            scopes = count / 4;
            count = scopes + other / 4;
        }
    }
    auto& node = in.node(
        options ? DissectKind::OptionsTemplate : DissectKind::Template, options ? "Options template" : "Template", in.left());
    node.id = id;
    TreeWriter inner(node, in.payload(), in.budget());
    if (withdrawal) {
        inner.fields({{"template id", 2}, {"field count", 2}});
        node.note = "Withdrawn.";
        node.remark = true;
        withdraw(id, options);
    } else if (!options) {
        inner.fields({{"template id", 2}, {"field count", 2}});
    } else if (isIpfix()) {
        inner.fields({{"template id", 2}, {"field count", 2}, {"scope field count", 2}});
    } else {
        inner.fields({{"template id", 2}, {"scope length", 2}, {"option length", 2}});
    }
    std::vector<FieldSpec> fields;
    for (size_t i = 0; i < count && inner.ok(); ++i)
        templateField(inner, fields, i < scopes);
    const bool whole = inner.ok() && (withdrawal || (id >= kFirstDataSet && count > 0 && scopes <= count));
    if (whole && !withdrawal) {
        ++m_seen;
        m_templates.define(TemplateKey::of(m_message, id), std::move(fields), options, m_message.origin.receivedMs, m_elements, *m_schema);
    }
    if (!whole && node.note.empty())
        node.note = whatIsWrong(id, count, scopes);
    // What the template does not need belongs to the set again.
    if (inner.ok()) {
        node.length = inner.at() - node.offset;
        in.back(inner.at());
    }
    return whole;
}

void SetDissector::templateField(TreeWriter& in, std::vector<FieldSpec>& fields, bool scope)
{
    const auto head = in.rest();
    if (head.size() < 4) {
        in.finish("rest", "The template ends within this.");
        return;
    }
    FieldSpec field {.id = load16(head.data()), .length = load16(head.data() + 2), .scope = scope};
    const bool enterprise = isIpfix() && (field.id & kEnterpriseBit) != 0;
    if (enterprise && head.size() < 8) {
        in.finish("rest", "The template ends within this.");
        return;
    }
    if (enterprise) {
        field.id &= static_cast<uint16_t>(~kEnterpriseBit);
        field.enterprise = load32(head.data() + 4);
    } else if (!isIpfix() && !scope && field.id >= element::kNtopBase && m_elements.find(0, field.id).empty()) {
        field.enterprise = element::kNtopEnterprise;
        field.id = static_cast<uint16_t>(field.id - element::kNtopBase);
    }
    const auto* info = elementInfo(field, !isIpfix());
    auto& node = in.node(DissectKind::Group, {}, enterprise ? 8 : 4);
    node.name = elementName(field, info);
    node.element = field.id;
    node.enterprise = field.enterprise;
    node.reverse = isReverse(field);
    node.scope = scope;
    node.type = info ? elementTypeName(info->type) : std::string_view();
    node.value = field.length == element::kVariable
        ? "variable length"
        : fmt::format(fmt::runtime(field.length == 1 ? "{} octet" : "{} octets"), field.length);
    TreeWriter inner(node, in.payload(), in.budget());
    inner.fields({{"element", 2}, {"length", 2}});
    if (enterprise)
        inner.field({"enterprise", 4});
    const auto empty = std::ranges::count(fields, 0, &FieldSpec::length);
    if (field.length > 0 || (scope && empty < static_cast<ptrdiff_t>(kMaxEmptyScopes)))
        fields.push_back(field);
    if (in.budget() == 0)
        in.finishShort();
}

void SetDissector::withdraw(uint16_t id, bool options)
{
    const auto key = TemplateKey::of(m_message, id);
    if (id == kTemplatesIpfix || id == kTemplatesIpfix + 1)
        m_templates.withdrawAll(key, options);
    else
        m_templates.withdraw(key);
}

void SetDissector::data(DissectNode& node, TreeWriter& in, uint16_t id)
{
    if (m_detail == DissectDetail::Templates) {
        in.finish("records", {});
        return;
    }
    const auto* layout = find(id);
    if (!layout) {
        node.note = "Its template has not come yet.";
        in.finish("records", {});
        return;
    }
    if (layout->minLength == 0) {
        node.note = "Its template has no fields.";
        in.finish("records", {});
        return;
    }
    m_fieldsShown = false;
    in.expect(in.left() / layout->minLength + 1);
    while (in.ok() && in.left() >= layout->minLength && record(in, *layout, id)) { }
}

bool SetDissector::record(TreeWriter& in, const Template& layout, uint16_t id)
{
    const auto length = recordLength(layout, in.rest());
    if (!length)
        return false;
    if (in.budget() == 0) {
        in.finishShort();
        return false;
    }
    auto& node = in.node(
        layout.options ? DissectKind::OptionsRecord : DissectKind::Record, layout.options ? "Options record" : "Record", *length);
    node.id = id;
    if (std::exchange(m_fieldsShown, true) && m_detail != DissectDetail::Everything)
        return true;
    TreeWriter inner(node, in.payload(), in.budget());
    values(inner, layout, 0);
    return true;
}

void SetDissector::values(TreeWriter& in, const Template& layout, int depth)
{
    in.expect(layout.fields.size());
    for (const auto& field : layout.fields) {
        const auto told = field.length == element::kVariable ? toldLength(in.rest()).value_or(Told()) : Told {0, field.length};
        value(in, field, told.length, told.prefix, depth);
        if (in.budget() == 0)
            break;
    }
    if (in.left() > 0)
        in.finishShort();
}

/// A value that has others in it is taken apart, too.
void SetDissector::value(TreeWriter& in, const FieldSpec& field, uint32_t length, uint8_t prefix, int depth)
{
    auto& node = in.element(field, elementInfo(field, !isIpfix()), length, prefix, m_detail == DissectDetail::Everything);
    if (node.length <= node.prefix)
        return;
    TreeWriter inner(node, in.payload(), in.budget());
    if (node.type.ends_with("List"))
        list(node, inner, node.type, depth);
    else if (const auto start = packetIn(field))
        packet(node, inner, *start);
}

/// RFC 7133 and 7270: a part of a packet that was seen.
void SetDissector::packet(DissectNode& node, TreeWriter& in, PacketStart start)
{
    if (node.prefix > 0)
        in.field({"length", node.prefix});
    dissectPacket(in, start);
    node.value = fmt::format("{} octets of a packet", node.length - node.prefix);
}

/// RFC 6313 §4.5: a field that is a list.
void SetDissector::list(DissectNode& field, TreeWriter& in, std::string_view type, int depth)
{
    if (depth >= kMaxDepth)
        return;
    if (field.prefix > 0)
        in.field({"list length", field.prefix});
    if (type == "basicList")
        basicList(in, depth);
    else
        templateList(in, type == "subTemplateMultiList", depth);
    if (in.left() > 0)
        in.finish("rest", in.ok() ? "The list does not fit its length." : "");
    const auto items = countItems(field);
    field.value = fmt::format(fmt::runtime(items == 1 ? "{} item" : "{} items"), items);
}

void SetDissector::basicList(TreeWriter& in, int depth)
{
    in.field({"semantic", 1, Show::Semantic});
    FieldSpec item;
    item.id = static_cast<uint16_t>(in.field({"element", 2}));
    const size_t named = in.parent().children.size() - 1;
    item.length = static_cast<uint16_t>(in.field({"element length", 2}));
    if (item.id & kEnterpriseBit) {
        item.id &= static_cast<uint16_t>(~kEnterpriseBit);
        item.enterprise = static_cast<uint32_t>(in.field({"enterprise", 4}));
    }
    if (in.ok())
        in.parent().children[named].meaning = elementName(item, elementInfo(item, false));
    while (in.ok() && in.left() > 0 && in.budget() > 0) {
        Told told {0, item.length};
        if (item.length == element::kVariable) {
            const auto found = toldLength(in.rest());
            if (!found)
                return;
            told = *found;
        }
        if (told.prefix + told.length > in.left() || told.prefix + told.length == 0)
            return;
        value(in, item, told.length, told.prefix, depth + 1);
    }
}

void SetDissector::templateList(TreeWriter& in, bool several, int depth)
{
    in.field({"semantic", 1, Show::Semantic});
    if (!several) {
        records(in, static_cast<uint16_t>(in.field({"template id", 2})), depth);
        return;
    }
    while (in.ok() && in.left() >= 4) {
        const uint32_t length = load16(in.rest().data() + 2); // header included
        if (length < 4 || length > in.left())
            return;
        auto& group = in.node(DissectKind::Group, "Records of one template", length);
        TreeWriter inner(group, in.payload(), in.budget());
        const auto id = static_cast<uint16_t>(inner.field({"template id", 2}));
        inner.field({"length", 2});
        records(inner, id, depth);
        if (inner.left() > 0)
            inner.finish("rest", "These are no whole records.");
    }
}

void SetDissector::records(TreeWriter& in, uint16_t id, int depth)
{
    const auto* layout = find(id);
    if (in.left() > 0 && (!layout || layout->minLength == 0))
        in.finish("records", layout ? "Their template has no fields." : "Their template has not come yet.");
    if (!layout || layout->minLength == 0 || depth + 1 >= kMaxDepth)
        return;
    while (in.ok() && in.left() >= layout->minLength && in.budget() > 0) {
        const auto length = recordLength(*layout, in.rest());
        if (!length)
            return;
        auto& node = in.node(DissectKind::Group, kSubRecord, *length);
        node.id = id;
        TreeWriter inner(node, in.payload(), in.budget());
        values(inner, *layout, depth + 1);
    }
}

} // namespace rivereto::core
