// SPDX-License-Identifier: GPL-3.0-or-later
// Dissector: a flow export datagram as a tree of everything in it, for people. The decoder's slow and talkative sibling.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/decode/datagrambatch.h"
#include "core/decode/protocol.h"
#include "core/schema/schema.h"

namespace rivereto::core {

enum class DissectKind : uint8_t {
    Datagram,      ///< the root; `name` is the protocol, "unknown" when it is no flow export
    Message,       ///< one export message
    Set,           ///< of templates, options templates or data; `id` is its number
    Template,      ///< `id` is its number
    OptionsTemplate,
    Record,        ///< a flow; `id` is its template
    OptionsRecord,
    Sample,        ///< sFlow; `id` is its format
    SampleRecord,  ///< within a sample; `id` is its format
    Layer,         ///< a header of a packet inside
    Group,         ///< other things that belong together: a template's field, a list in a field
    Field,         ///< a value
    Rest           ///< padding, and what could not be taken apart
};

/// A piece of a datagram. Children stand in order and lie side by side: together they are exactly the bytes of their parent.
struct DissectNode {
    DissectKind kind = DissectKind::Field;
    bool scope = false;      ///< a scope field of an options record
    bool reverse = false;    ///< of the reverse direction (RFC 5103)
    uint8_t prefix = 0;      ///< octets before the value that tell its length
    uint16_t id = 0;
    uint32_t offset = 0;     ///< in the datagram's payload
    uint32_t length = 0;     ///< prefix included
    std::string name;        ///< of an element without a name "element 4711" or "9:4711"
    std::string value;       ///< text; empty for what only has children
    std::string meaning;     ///< "TCP" beside "6"
    std::string_view type;   ///< abstract data type; empty where there is none
    std::optional<uint16_t> element; ///< its number, when it is an information element …
    uint32_t enterprise = 0;         ///< … of this enterprise
    std::string note;        ///< what is wrong here, an English sentence; empty when nothing is …
    bool remark = false;     ///< … or what is to be known though nothing is wrong
    std::vector<DissectNode> children;
};

/// The deepest node whose bytes hold `offset`; nullptr when there is none.
const DissectNode* nodeAt(const DissectNode& root, uint32_t offset);
/// All nodes of a kind, in order.
std::vector<const DissectNode*> nodesOf(const DissectNode& root, DissectKind kind);
/// Whether a NetFlow v9 or IPFIX payload seems to hold templates or their withdrawal; quick, for those who keep what is needed
/// to understand other datagrams.
bool carriesTemplates(std::span<const uint8_t> payload);
/// "IPFIX", "NetFlow v9", "sFlow v5".
std::string_view dissectName(Protocol protocol);

struct DissectLimits {
    size_t maxTemplates = 4096; ///< remembered, over all exporters
    size_t maxNodes = 100'000;  ///< of one datagram; what is beyond is shown as one piece
};

/// Takes NetFlow v1, v5, v7, v9, IPFIX and sFlow v5 apart. Give it an exporter's datagrams in order, so that it knows their
/// templates as the decoder would. Pure; used by one thread. Any bytes whatever give a tree: nothing fails or throws.
class Dissector {
public:
    explicit Dissector(std::shared_ptr<const Schema> schema = Schema::builtin(), DissectLimits limits = {});
    ~Dissector();
    Dissector(Dissector&&) noexcept;
    Dissector& operator=(Dissector&&) noexcept;

    /// Also remembers the templates in it.
    [[nodiscard]] DissectNode dissect(const Datagram& datagram);
    /// The same, quicker: of the records in one set only the first has its fields.
    [[nodiscard]] DissectNode outline(const Datagram& datagram);
    /// Only remembers its templates. False when it has none.
    bool learn(const Datagram& datagram);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace rivereto::core
