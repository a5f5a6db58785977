// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/dissect.h"

#include <algorithm>

#include "core/decode/dissectsets.h"

namespace rivereto::core {

namespace {

constexpr std::string_view kNames[] = {"unknown", "NetFlow v1", "NetFlow v5", "NetFlow v7", "NetFlow v9", "IPFIX", "sFlow v5", "packets"};

/// One record of NetFlow v1, v5 and v7: elements of their layout. Number 0: no element.
struct FixedField {
    uint16_t id;
    uint16_t length;
    std::string_view name; ///< of what is no element
};
constexpr FixedField kHead[] = {{8, 4, {}}, {12, 4, {}}, {15, 4, {}}, {10, 2, {}}, {14, 2, {}}, {2, 4, {}}, {1, 4, {}}, {22, 4, {}}, {21, 4, {}}, {7, 2, {}}, {11, 2, {}}};
constexpr FixedField kTail1[] = {{0, 2, "padding"}, {4, 1, {}}, {5, 1, {}}, {6, 1, {}}, {0, 7, "reserved"}};
constexpr FixedField kTail5[] = {{0, 1, "padding"}, {6, 1, {}}, {4, 1, {}}, {5, 1, {}}, {16, 2, {}}, {17, 2, {}}, {9, 1, {}}, {13, 1, {}}, {0, 2, "padding"}};
constexpr FixedField kTail7[] = {{0, 1, "flags"}, {6, 1, {}}, {4, 1, {}}, {5, 1, {}}, {16, 2, {}}, {17, 2, {}}, {9, 1, {}}, {13, 1, {}}, {0, 2, "flags"}, {43, 4, {}}};

void fixedRecord(TreeWriter& in, std::span<const FixedField> tail, bool withText)
{
    in.expect(std::size(kHead) + tail.size());
    for (const auto part : {std::span<const FixedField>(kHead), tail}) {
        for (const auto& field : part) {
            if (field.id != 0) {
                in.element({.id = field.id, .length = field.length}, findElement(0, field.id), field.length, 0, withText);
            } else {
                auto& node = in.node(DissectKind::Rest, field.name, field.length);
                node.value = formatOctets(in.payload().subspan(node.offset, node.length));
            }
        }
    }
}

void fixedMessage(TreeWriter& in, Protocol protocol, DissectDetail detail)
{
    in.field({"version", 2});
    const auto claimed = in.field({"count", 2});
    in.fields({{"uptime", 4, Show::Uptime}, {"export time", 4, Show::Seconds}, {"export time, nanoseconds", 4}});
    std::span<const FixedField> tail = kTail1;
    if (protocol == Protocol::NetFlow5) {
        tail = kTail5;
        in.fields({{"flow sequence", 4}, {"engine type", 1}, {"engine id", 1}});
        const auto sampling = in.field({"sampling", 2, Show::Hex});
        if (in.ok() && (sampling & 0x3fff) != 0)
            in.parent().children.back().meaning = fmt::format("1:{}", sampling & 0x3fff);
    } else if (protocol == Protocol::NetFlow7) {
        tail = kTail7;
        in.fields({{"flow sequence", 4}, {"reserved", 4, Show::Hex}});
    }
    if (!in.ok())
        return;
    const uint32_t size = protocol == Protocol::NetFlow7 ? 52 : 48;
    const uint64_t here = in.left() / size;
    const uint64_t count = claimed == 0 ? here : std::min(here, claimed);
    for (uint64_t i = 0; i < count; ++i) {
        auto& node = in.node(DissectKind::Record, "Record", size);
        if (i > 0 && detail != DissectDetail::Everything)
            continue;
        TreeWriter inner(node, in.payload(), in.budget());
        fixedRecord(inner, tail, detail == DissectDetail::Everything);
    }
    if (claimed > here)
        in.parent().note = fmt::format("The header counts {} records; {} are here.", claimed, here);
    if (in.left() > 0)
        in.finishPadding("There is more here than the records that the header counts.");
}

const DissectNode* deepest(const DissectNode& node, uint32_t offset)
{
    if (offset < node.offset || offset >= node.offset + node.length)
        return nullptr;
    for (const auto& child : node.children) {
        if (const auto* found = deepest(child, offset))
            return found;
    }
    return &node;
}

void collect(const DissectNode& node, DissectKind kind, std::vector<const DissectNode*>& out)
{
    if (node.kind == kind)
        out.push_back(&node);
    for (const auto& child : node.children)
        collect(child, kind, out);
}

} // namespace

const DissectNode* nodeAt(const DissectNode& root, uint32_t offset) { return deepest(root, offset); }

std::vector<const DissectNode*> nodesOf(const DissectNode& root, DissectKind kind)
{
    std::vector<const DissectNode*> out;
    collect(root, kind, out);
    return out;
}

std::string_view dissectName(Protocol protocol) { return kNames[static_cast<size_t>(protocol)]; }

bool carriesTemplates(std::span<const uint8_t> payload)
{
    if (payload.size() < 20)
        return false;
    const uint16_t version = load16(payload.data());
    if (version != 9 && version != 10)
        return false;
    for (Bytes rest = payload.subspan(version == 9 ? 20 : 16); rest.size() >= 4;) {
        const size_t length = load16(rest.data() + 2);
        if (load16(rest.data()) < 256 && length >= 4) // or another message's header
            return true;
        if (length < 4 || length > rest.size())
            return false;
        rest = rest.subspan(length);
    }
    return false;
}

struct Dissector::State {
    State(std::shared_ptr<const Schema> schema, DissectLimits l) : limits(l), sets(std::move(schema), l.maxTemplates) { }

    DissectNode run(const Datagram& datagram, size_t budget)
    {
        const Bytes payload = datagram.payload;
        DissectNode root{.kind = DissectKind::Datagram, .length = static_cast<uint32_t>(payload.size()), .name = "unknown"};
        const auto protocol = recognise(payload);
        if (!protocol) {
            root.note = "This is no flow export.";
            return root;
        }
        root.name = dissectName(*protocol);
        TreeWriter in(root, payload, budget);
        uint32_t length = root.length;
        do {
            if (*protocol == Protocol::Ipfix)
                length = std::clamp<uint32_t>(load16(in.rest().data() + 2), 16, in.left());
            message(in, datagram, *protocol, length);
        } while (*protocol == Protocol::Ipfix && recognise(in.rest()) == Protocol::Ipfix);
        if (in.left() > 0)
            in.finishPadding("There is more here than the message.");
        return root;
    }

    void message(TreeWriter& in, const Datagram& datagram, Protocol protocol, uint32_t length)
    {
        auto& node = in.node(DissectKind::Message, dissectName(protocol), length);
        node.id = protocol == Protocol::Sflow ? 5 : load16(in.payload().data() + node.offset);
        if (protocol == Protocol::Ipfix && load16(in.payload().data() + node.offset + 2) > node.length)
            node.note = "The message claims more than the datagram holds.";
        TreeWriter inner(node, in.payload(), in.budget());
        switch (protocol) {
        case Protocol::NetFlow9: sets.netflow9(inner, datagram); break;
        case Protocol::Ipfix: sets.ipfix(inner, datagram); break;
        case Protocol::Sflow: dissectSflow(inner); break;
        default: fixedMessage(inner, protocol, sets.detail()); break;
        }
    }

    DissectLimits limits;
    SetDissector sets;
};

Dissector::Dissector(std::shared_ptr<const Schema> schema, DissectLimits limits) : m_state(std::make_unique<State>(std::move(schema), limits)) { }
Dissector::~Dissector() = default;
Dissector::Dissector(Dissector&&) noexcept = default;
Dissector& Dissector::operator=(Dissector&&) noexcept = default;

DissectNode Dissector::dissect(const Datagram& datagram) { return m_state->run(datagram, m_state->limits.maxNodes); }

DissectNode Dissector::outline(const Datagram& datagram)
{
    m_state->sets.setDetail(DissectDetail::FirstRecords);
    auto out = m_state->run(datagram, m_state->limits.maxNodes);
    m_state->sets.setDetail(DissectDetail::Everything);
    return out;
}

bool Dissector::learn(const Datagram& datagram)
{
    if (!carriesTemplates(datagram.payload))
        return false;
    const auto before = m_state->sets.templatesSeen();
    m_state->sets.setDetail(DissectDetail::Templates);
    (void)m_state->run(datagram, m_state->limits.maxNodes);
    m_state->sets.setDetail(DissectDetail::Everything);
    return m_state->sets.templatesSeen() > before;
}

} // namespace rivereto::core
