// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/fixedflow.h"

#include <algorithm>
#include <initializer_list>

namespace rivereto::core {

namespace {

constexpr uint16_t kPad = element::kPadding;
constexpr uint16_t kSamplingMask = 0x3fff; ///< the upper two bits of a v5 header's sampling field are the mode

struct Field {
    uint16_t id;
    uint16_t length;
};

// The part that all versions begin with: addresses, next hop, interfaces, packets, octets, first, last, ports.
constexpr Field kHead[] = {{8, 4}, {12, 4}, {15, 4}, {10, 2}, {14, 2}, {2, 4}, {1, 4}, {22, 4}, {21, 4}, {7, 2}, {11, 2}};
constexpr Field kTail1[] = {{kPad, 2}, {4, 1}, {5, 1}, {6, 1}, {kPad, 7}};
constexpr Field kTail5[] = {{kPad, 1}, {6, 1}, {4, 1}, {5, 1}, {16, 2}, {17, 2}, {9, 1}, {13, 1}, {kPad, 2}};
constexpr Field kTail7[] = {{kPad, 1}, {6, 1}, {4, 1}, {5, 1}, {16, 2}, {17, 2}, {9, 1}, {13, 1}, {kPad, 2}, {kPad, 4}};

Template layout(std::span<const Field> tail, const ElementMap& elements, const Schema& schema)
{
    std::vector<FieldSpec> fields;
    for (const auto part : {std::span<const Field>(kHead), tail}) {
        for (const auto& field : part)
            fields.push_back({.id = field.id, .length = field.length});
    }
    return compileTemplate(std::move(fields), false, elements, schema);
}

} // namespace

FixedDecoder::FixedDecoder(const Schema& schema, const ElementMap& elements, RecordWriter& writer, DecodeStats& stats)
    : m_writer(writer)
    , m_stats(stats)
    , m_v1(layout(kTail1, elements, schema))
    , m_v5(layout(kTail5, elements, schema))
    , m_v7(layout(kTail7, elements, schema))
{
}

void FixedDecoder::decode(Bytes payload, MessageContext& message, MessageInfo& info, FlowBatch& out)
{
    Cursor in(payload);
    in.skip(2);
    const size_t claimed = in.u16();
    message.uptimeMs = in.u32();
    message.hasUptime = true;
    const uint64_t seconds = in.u32();
    message.exportedMs = seconds * 1000 + in.u32() / 1'000'000;
    const Template* records = &m_v1;
    if (message.protocol != Protocol::NetFlow1) {
        info.sequence = in.u32();
        const uint16_t engine = in.u16();
        const uint16_t sampling = in.u16();
        records = &m_v7;
        if (message.protocol == Protocol::NetFlow5) {
            records = &m_v5;
            message.domain = engine;
            message.samplingRate = sampling & kSamplingMask;
        }
    }
    if (!in.ok()) {
        m_stats.add(DecodeCount::Truncated);
        return;
    }
    const size_t here = in.left() / records->minLength;
    RecordSpan span;
    span.layout = records;
    span.base = in.rest().data();
    span.count = here;
    // A count that is too small hides records only when what follows is shorter than it looks, which no exporter does.
    if (claimed < here)
        span.count = claimed == 0 ? here : std::min(here, claimed);
    if (claimed > here)
        m_stats.add(DecodeCount::MissingRecords, claimed - here);
    const size_t rows = m_writer.write(span, message, out);
    m_stats.add(DecodeCount::Records, span.count);
    m_stats.add(DecodeCount::Flows, rows);
    info.units = static_cast<uint32_t>(std::max<size_t>(claimed, span.count));
    info.flows = static_cast<uint32_t>(rows);
}

} // namespace rivereto::core
