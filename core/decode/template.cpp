// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/template.h"

#include <algorithm>
#include <set>

namespace rivereto::core {

namespace {

using namespace element;

struct Candidate {
    ElementTarget target;
    uint16_t field;
};

constexpr size_t slot(Extra e)
{
    return static_cast<size_t>(e);
}

/// Extra for an element of IANA's registry; kCount when there is none.
Extra extraOf(uint16_t id)
{
    switch (id) {
    case kSamplingInterval:
    case kSamplerRandomInterval:
        return Extra::SamplingInterval;
    case kSamplingPackets:
        return Extra::SamplingPackets;
    case kSamplingSpace:
        return Extra::SamplingSpace;
    case kSamplingSize:
        return Extra::SamplingSize;
    case kSamplingPopulation:
        return Extra::SamplingPopulation;
    case kSamplingProbability:
        return Extra::SamplingProbability;
    case kSamplerId:
    case kSelectorId:
        return Extra::SamplerId;
    case kSystemInit:
        return Extra::SystemInit;
    case kExporterV4:
        return Extra::ExporterV4;
    case kExporterV6:
        return Extra::ExporterV6;
    case kCollectionMs:
        return Extra::CollectionTime;
    case kResponderOctets:
        return Extra::ResponderOctets;
    case kResponderPackets:
        return Extra::ResponderPackets;
    case kLayer2Section:
    case kIpHeaderSection:
    case kIpPayloadSection:
    case kFrameSection:
    case kMplsSection:
        return Extra::Section;
    case kFrameType:
        return Extra::FrameType;
    default:
        return Extra::kCount;
    }
}

/// Elements of the packet's headers: when one of them comes twice, the template describes an outer and an inner header.
bool isHeaderElement(const FieldSpec& field)
{
    constexpr uint16_t ids[] = {kProtocol, kTos, kTcpFlags, kSrcPort, kDstPort, kSrcV4, kDstV4, kSrcV6, kDstV6};
    return field.enterprise == 0 && std::ranges::find(ids, field.id) != std::end(ids);
}

bool isCounter(ColumnId column)
{
    return column == ColumnId::Bytes || column == ColumnId::Packets;
}

/// Elements 23 and 24 count at the output; an egress record may have them instead of 1 and 2 while those are zero. Other
/// counters of a record must not be mixed: a total is no delta.
bool isOutputCounter(uint16_t id)
{
    return id == 23 || id == 24;
}

/// Whether octets of this length can become a cell of this type.
bool fits(const FieldSpec& field, Type type)
{
    if (field.length == kVariable)
        return true;
    switch (type) {
    case Type::Address:
        return field.length == 4 || field.length == 16;
    case Type::String:
        return field.length > 0;
    default:
        return field.length >= 1 && field.length <= 8;
    }
}

class Compiler {
public:
    Compiler(Template& out, const ElementMap& elements, const Schema& schema)
        : m_out(out)
        , m_elements(elements)
        , m_schema(schema)
    {
    }

    void run()
    {
        m_out.program.extras.fill(kNoField);
        collect();
        addOps(m_forward, m_out.program.ops);
        addOps(m_reverse, m_out.program.reverseOps);
        addMpls();
        settle();
    }

private:
    void collect()
    {
        std::set<std::pair<uint32_t, uint16_t>> seen;
        for (size_t i = 0; i < m_out.fields.size() && i < kNoField; ++i) {
            const FieldSpec& field = m_out.fields[i];
            const auto at = static_cast<uint16_t>(i);
            if (field.enterprise == 0 && field.id == kPadding)
                continue;
            if (!seen.emplace(field.enterprise, field.id).second) {
                m_layered |= isHeaderElement(field);
                m_out.program.otherFields.push_back(at); // the first occurrence counts: outer header, input side (RFC 7011 §8)
            } else if (field.length > 0 && !collectField(field, at)) {
                m_out.program.otherFields.push_back(at);
            }
        }
    }

    bool collectField(const FieldSpec& field, uint16_t at)
    {
        bool known = false;
        if (field.enterprise == 0) {
            const Extra extra = extraOf(field.id);
            if (extra != Extra::kCount && m_out.program.extras[slot(extra)] == kNoField) {
                m_out.program.extras[slot(extra)] = at;
                known = true;
            }
        }
        const bool reverse = field.enterprise == kReverseEnterprise;
        for (const auto& target : m_elements.find(reverse ? 0 : field.enterprise, field.id)) {
            if (!fits(field, m_schema[target.column].type) && target.conv != Conv::MplsLabel
                && target.conv != Conv::ApplicationId)
                continue;
            (reverse ? m_reverse : m_forward).push_back({target, at});
            known = true;
        }
        return known;
    }

    /// Candidates of one column in order of preference; in a layered template the outer address, which comes first.
    void addOps(std::vector<Candidate>& candidates, std::vector<FieldOp>& ops)
    {
        std::ranges::stable_sort(candidates, [&](const Candidate& a, const Candidate& b) {
            if (a.target.column != b.target.column)
                return a.target.column < b.target.column;
            const bool byPlace = m_layered && m_schema[a.target.column].type == Type::Address;
            return byPlace ? a.field < b.field : a.target.rank < b.target.rank;
        });
        ColumnId last = ColumnId::kNone;
        for (const auto& [target, field] : candidates) {
            const Column& column = m_schema[target.column];
            const bool more = target.column == last;
            last = target.column;
            const bool other = (isCounter(column.id) && !isOutputCounter(m_out.fields[field].id))
                || (m_layered && column.type == Type::Address);
            if (target.conv == Conv::MplsLabel || (more && other))
                continue;
            FieldOp op {column.id, column.type, column.storage(), target.conv, field, kNoField, more};
            if (!more && target.conv == Conv::Default && m_out.fields[field].length != kVariable)
                op.kernel = column.storage() == Storage::Ip
                    ? addressKernel(m_out.fields[field].length, keepsUnspecified(column.id))
                    : numberKernel(column.storage(), m_out.fields[field].length);
            ops.push_back(op);
        }
    }

    void addMpls()
    {
        for (const auto& [target, field] : m_forward) {
            if (target.conv != Conv::MplsLabel)
                continue;
            m_out.program.mplsColumn = target.column;
            m_out.program.mplsFields.push_back(field);
        }
        std::ranges::sort(m_out.program.mplsFields, {}, [&](uint16_t field) { return m_out.fields[field].id; });
    }

    [[nodiscard]] const FieldOp* op(const std::vector<FieldOp>& ops, ColumnId column) const
    {
        const auto it = std::ranges::find(ops, column, &FieldOp::column);
        return it == ops.end() ? nullptr : &*it;
    }

    /// Facts about the whole record.
    void settle()
    {
        FieldProgram& p = m_out.program;
        for (const auto& [column, extra] :
            {std::pair(ColumnId::Bytes, Extra::ReverseOctets), std::pair(ColumnId::Packets, Extra::ReversePackets)}) {
            if (const FieldOp* reverse = op(p.reverseOps, column))
                p.extras[slot(extra)] = reverse->field;
        }
        // The responder's counters are the other direction only where the initiator's are this one.
        const FieldOp* bytes = op(p.ops, ColumnId::Bytes);
        const FieldOp* packets = op(p.ops, ColumnId::Packets);
        if ((bytes && m_out.fields[bytes->field].id != kInitiatorOctets)
            || (packets && m_out.fields[packets->field].id != kInitiatorPackets))
            p.extras[slot(Extra::ResponderOctets)] = p.extras[slot(Extra::ResponderPackets)] = kNoField;
        for (size_t e = slot(Extra::SamplingInterval); e < slot(Extra::SamplerId); ++e)
            p.samplingInRecord |= p.extras[e] != kNoField;
        const bool reverse = pairUptimes(p.reverseOps);
        p.uptime = pairUptimes(p.ops) || reverse;
        p.icmpInPort = op(p.ops, ColumnId::Proto) && op(p.ops, ColumnId::DstPort) && !op(p.ops, ColumnId::ICMPv4Type)
            && !op(p.ops, ColumnId::ICMPv6Type);
        if (!op(p.ops, ColumnId::EType))
            p.etype = family();
    }

    /// Tells the uptimes of a flow's start and end about each other; false when there are none.
    static bool pairUptimes(std::vector<FieldOp>& ops)
    {
        bool any = false;
        for (auto& a : ops) {
            if (a.conv != Conv::SysUptime)
                continue;
            any = true;
            for (const auto& b : ops) {
                if (b.conv == Conv::SysUptime && b.field != a.field)
                    a.companion = b.field;
            }
        }
        return any;
    }

    /// The EType that follows from the address fields alone; 0 when they leave it open.
    [[nodiscard]] uint16_t family() const
    {
        bool v4 = false;
        bool other = m_out.program.extra(Extra::Section) != kNoField;
        bool v6 = false;
        for (const auto& o : m_out.program.ops) {
            if (o.column != ColumnId::SrcAddr && o.column != ColumnId::DstAddr)
                continue;
            const uint16_t length = m_out.fields[o.field].length;
            (length == 4 ? v4 : length == 16 ? v6 : other) = true;
        }
        return other || v4 == v6 ? 0 : v4 ? 0x0800 : 0x86dd;
    }

    Template& m_out;
    const ElementMap& m_elements;
    const Schema& m_schema;
    std::vector<Candidate> m_forward;
    std::vector<Candidate> m_reverse;
    bool m_layered = false;
};

} // namespace

Template compileTemplate(std::vector<FieldSpec> fields, bool options, const ElementMap& elements, const Schema& schema)
{
    Template out;
    out.fields = std::move(fields);
    out.options = options;
    out.offsets.reserve(out.fields.size());
    for (const auto& field : out.fields) {
        out.offsets.push_back(out.minLength);
        out.variable |= field.length == kVariable;
        out.minLength += field.length == kVariable ? 1 : field.length;
    }
    if (options)
        out.program.extras.fill(kNoField);
    else
        Compiler(out, elements, schema).run();
    return out;
}

} // namespace rivereto::core
