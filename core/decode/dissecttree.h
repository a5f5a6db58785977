// SPDX-License-Identifier: GPL-3.0-or-later
// TreeWriter: adds pieces of a datagram to a tree, one after another, so that they tile it. Internal to the dissector.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <span>

#include "core/decode/dissect.h"
#include "core/decode/registry.h"
#include "core/decode/template.h"

namespace rivereto::core {

/// How the octets of a header's field are shown.
enum class Show : uint8_t {
    Number,
    Hex,
    Seconds,
    Uptime,
    Address,
    Mac,
    Text,
    Protocol,
    Port,
    EtherType,
    TcpFlags,
    Interface,
    DataSource,
    DropReason,
    Community,
    Float,
    Percent,
    Semantic
};

struct HeaderField {
    std::string_view name;
    uint8_t length;
    Show show = Show::Number;
    std::span<const std::string_view> names = {}; ///< what the numbers from 0 on mean
};

/// A run of a datagram's bytes that is taken apart from the front. Bytes that are not there end it: the rest becomes one piece
/// with a note.
class TreeWriter {
public:
    TreeWriter(DissectNode& parent, Bytes payload, uint32_t begin, uint32_t end, size_t& budget)
        : m_parent(parent)
        , m_payload(payload)
        , m_at(begin)
        , m_end(end)
        , m_budget(budget)
    {
    }
    /// Over a node that exists already.
    TreeWriter(DissectNode& parent, Bytes payload, size_t& budget)
        : TreeWriter(parent, payload, parent.offset, parent.offset + parent.length, budget)
    {
    }

    [[nodiscard]] uint32_t at() const { return m_at; }
    [[nodiscard]] uint32_t left() const { return m_end - m_at; }
    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] Bytes rest() const { return m_payload.subspan(m_at, left()); }
    [[nodiscard]] Bytes payload() const { return m_payload; }
    [[nodiscard]] size_t& budget() const { return m_budget; }
    [[nodiscard]] DissectNode& parent() const { return m_parent; }

    /// The next `length` octets as a node to be filled; cut to what is there. Valid until the next node is added.
    DissectNode& node(DissectKind kind, std::string_view name, uint32_t length);
    /// A header's field; its number (0 when it is cut off).
    uint64_t field(const HeaderField& field);
    /// Several; false when they are not all there.
    bool fields(std::initializer_list<HeaderField> fields);
    /// An element's value as a template describes it; nullptr: nobody knows the element.
    /// Without its text where only its kind is of interest.
    DissectNode& element(
        const FieldSpec& spec, const ElementInfo* info, uint32_t length, uint8_t prefix = 0, bool withText = true);
    /// So many nodes are to come.
    void expect(size_t nodes) { m_parent.children.reserve(m_parent.children.size() + std::min(nodes, m_budget)); }
    /// What is left, as one piece; nothing when nothing is left.
    void finish(std::string_view name, std::string_view note);
    /// What is left, as one piece, because the tree is as large as it may be.
    void finishShort();
    /// Padding when the rest is zeros, else a piece with the note.
    void finishPadding(std::string_view note);
    /// The next node begins here, which lies within the last one.
    void back(uint32_t at) { m_at = at; }

private:
    DissectNode& m_parent;
    Bytes m_payload;
    uint32_t m_at;
    uint32_t m_end;
    size_t& m_budget;
    bool m_ok = true;
};

/// Where a sampled packet begins (core/decode/packet.h has the same for the decoder).
enum class PacketStart : uint8_t;
/// Takes the headers of a packet apart as far as they are understood.
void dissectPacket(TreeWriter& in, PacketStart start);
/// Whether a field is of the reverse direction (RFC 5103); what is known about it. The scopes of NetFlow v9 (RFC 3954 §6.1) are
/// no information elements.
bool isReverse(const FieldSpec& spec);
const ElementInfo* elementInfo(const FieldSpec& spec, bool netflow9);
/// One sFlow v5 datagram into its message node.
void dissectSflow(TreeWriter& in);

/// The name of an element: "octetDeltaCount", "CERT:initialTCPFlags", "element 4711", "9:4711".
std::string elementName(const FieldSpec& spec, const ElementInfo* info);

} // namespace rivereto::core
