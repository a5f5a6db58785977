// SPDX-License-Identifier: GPL-3.0-or-later
// SetDissector: NetFlow v9 and IPFIX messages as trees. Internal to the dissector.
#pragma once

#include "core/decode/dissecttree.h"
#include "core/decode/templatetable.h"

namespace rivereto::core {

/// How much of a datagram is taken apart.
enum class DissectDetail : uint8_t { Everything, FirstRecords, Templates };

/// Templates are kept as the decoder keeps them, so that both see the same records.
class SetDissector {
public:
    SetDissector(std::shared_ptr<const Schema> schema, size_t maxTemplates)
        : m_schema(std::move(schema))
        , m_elements(*m_schema)
        , m_templates({maxTemplates, maxTemplates})
    {
    }

    /// One message into its node; the header first.
    void netflow9(TreeWriter& in, const DatagramOrigin& origin);
    void ipfix(TreeWriter& in, const DatagramOrigin& origin);
    void setDetail(DissectDetail detail) { m_detail = detail; }
    [[nodiscard]] DissectDetail detail() const { return m_detail; }
    /// Templates seen so far, repetitions included.
    [[nodiscard]] size_t templatesSeen() const { return m_seen; }

private:
    void sets(TreeWriter& in);
    void set(DissectNode& node, TreeWriter& in, uint16_t id);
    void templates(TreeWriter& in, bool options);
    bool templateRecord(TreeWriter& in, bool options);
    void templateField(TreeWriter& in, std::vector<FieldSpec>& fields, bool scope);
    void withdraw(uint16_t id, bool options);
    void data(DissectNode& node, TreeWriter& in, uint16_t id);
    /// False when it does not fit into what is left.
    bool record(TreeWriter& in, const Template& layout, uint16_t id);
    /// The fields of a record; `depth` of the lists that it is in.
    void values(TreeWriter& in, const Template& layout, int depth);
    void value(TreeWriter& in, const FieldSpec& field, uint32_t length, uint8_t prefix, int depth);
    static void packet(DissectNode& node, TreeWriter& in, PacketStart start);
    void list(DissectNode& field, TreeWriter& in, std::string_view type, int depth);
    void basicList(TreeWriter& in, int depth);
    void templateList(TreeWriter& in, bool several, int depth);
    void records(TreeWriter& in, uint16_t id, int depth);
    [[nodiscard]] const Template* find(uint16_t id) const { return m_templates.find(TemplateKey::of(m_message, id)); }
    [[nodiscard]] bool isIpfix() const { return m_message.protocol == Protocol::Ipfix; }

    std::shared_ptr<const Schema> m_schema;
    ElementMap m_elements;
    TemplateTable m_templates;
    MessageContext m_message; ///< at hand
    size_t m_seen = 0;
    DissectDetail m_detail = DissectDetail::Everything;
    bool m_fieldsShown = false; ///< of some record of the set at hand
};

} // namespace rivereto::core
