// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/locate.h"

#include <algorithm>

#include "core/decode/bytes.h"

namespace rivereto::core {

namespace {

/// What a record alone decides: must be the same.
constexpr ColumnId kSame[] = {ColumnId::SrcAddr, ColumnId::DstAddr, ColumnId::SrcPort, ColumnId::DstPort, ColumnId::Proto, ColumnId::Bytes, ColumnId::Packets};
/// The same, where the row has a value: not every database keeps these.
constexpr ColumnId kSameIfKept[] = {ColumnId::InIfIndex,   ColumnId::OutIfIndex, ColumnId::TimeFlowStart, ColumnId::TimeFlowEnd, ColumnId::TCPFlags, ColumnId::IPTos,       ColumnId::IPTTL,
                                    ColumnId::SrcVlan,     ColumnId::DstVlan,    ColumnId::SrcMAC,        ColumnId::DstMAC,      ColumnId::EType,    ColumnId::FlowDirection, ColumnId::IPFragmentID,
                                    ColumnId::FlowEndReason, ColumnId::SrcAddrNAT, ColumnId::DstAddrNAT,  ColumnId::SrcPortNAT,  ColumnId::DstPortNAT, ColumnId::IPv6FlowLabel};

bool isEmpty(const ColumnView& view, size_t row)
{
    return view.storage == Storage::Ip ? view.at<Ip>(row).isZero() : view.number(row) == 0;
}

bool isEqual(const ColumnView& a, size_t rowA, const ColumnView& b, size_t rowB)
{
    return a.storage == Storage::Ip ? a.at<Ip>(rowA) == b.at<Ip>(rowB) : a.number(rowA) == b.number(rowB);
}

void put16(std::vector<uint8_t>& bytes, size_t at, size_t value)
{
    bytes[at] = static_cast<uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<uint8_t>(value);
}

void append(std::vector<uint8_t>& bytes, Bytes more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

bool isRecord(const DissectNode& node)
{
    constexpr uint16_t kFlowSample = 1, kExpandedFlowSample = 3;
    return node.kind == DissectKind::Record || (node.kind == DissectKind::Sample && (node.id == kFlowSample || node.id == kExpandedFlowSample));
}

void collect(const DissectNode& node, std::vector<const DissectNode*>& out)
{
    if (isRecord(node)) {
        out.push_back(&node);
        return;
    }
    for (const auto& child : node.children)
        collect(child, out);
}

} // namespace

std::vector<const DissectNode*> recordsOf(const DissectNode& tree)
{
    std::vector<const DissectNode*> out;
    collect(tree, out);
    return out;
}

RecordFinder::RecordFinder(std::shared_ptr<const Schema> schema, DecoderOptions options)
    : m_schema(std::move(schema)), m_decoder(m_schema, options)
{
}

void RecordFinder::learn(const Datagram& datagram)
{
    FlowBatch ignored(m_schema);
    m_decoder.decode(datagram, ignored);
    for (auto& name : m_decoder.takeNames())
        m_names.push_back(std::move(name));
}

/// A datagram of the same header with only this record.
std::vector<uint8_t> RecordFinder::single(const Datagram& datagram, const DissectNode& message, const DissectNode& record)
{
    const Bytes payload = datagram.payload;
    const Bytes body = payload.subspan(record.offset, record.length);
    std::vector<uint8_t> out;
    const auto header = [&](uint32_t length) { append(out, payload.subspan(message.offset, std::min(length, message.length))); };
    if (message.name == dissectName(Protocol::Sflow)) {
        const auto first = std::ranges::find(message.children, DissectKind::Sample, &DissectNode::kind);
        header(first->offset - message.offset);
        put16(out, out.size() - 4, 0);
        put16(out, out.size() - 2, 1);
        append(out, body);
        return out;
    }
    const bool ipfix = message.id == 10;
    const bool sets = ipfix || message.id == 9;
    header(sets ? (ipfix ? 16 : 20) : message.id == 1 ? 16 : 24);
    if (sets) {
        const uint8_t set[4] = {static_cast<uint8_t>(record.id >> 8), static_cast<uint8_t>(record.id), static_cast<uint8_t>((body.size() + 4) >> 8), static_cast<uint8_t>(body.size() + 4)};
        append(out, set);
    }
    append(out, body);
    put16(out, 2, ipfix ? out.size() : 1);
    return out;
}

bool RecordFinder::fits(const FlowBatch& decoded, size_t at, const FlowBatch& row) const
{
    const auto same = [&](ColumnId id) { return isEqual(decoded.view(id), at, row.view(id), 0); };
    return std::ranges::all_of(kSame, same) && std::ranges::all_of(kSameIfKept, [&](ColumnId id) { return isEmpty(row.view(id), 0) || same(id); });
}

std::optional<RecordMatch> RecordFinder::find(const Datagram& datagram, const DissectNode& tree, const FlowBatch& row)
{
    learn(datagram); // its own templates and options
    size_t number = 0;
    for (const auto& message : tree.children) {
        std::vector<const DissectNode*> records;
        collect(message, records);
        for (const auto* record : records) {
            const auto bytes = single(datagram, message, *record);
            FlowBatch decoded(m_schema);
            m_decoder.decode({datagram, bytes}, decoded);
            for (size_t at = 0; at < decoded.rows(); ++at) {
                if (!fits(decoded, at, row))
                    continue;
                RecordMatch out{.record = number, .decoded = FlowBatch(m_schema), .reverse = decoded.rows() > 1};
                out.decoded.append(decoded, at, 1);
                return out;
            }
            ++number;
        }
    }
    return std::nullopt;
}

} // namespace rivereto::core
