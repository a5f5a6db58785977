// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/decoder.h"

#include <algorithm>

#include "core/decode/fixedflow.h"
#include "core/decode/setdecoder.h"
#include "core/decode/sflow.h"

namespace rivereto::core {

namespace {

/// The protocol that the first octets claim, without looking further.
Protocol claimedProtocol(Bytes payload)
{
    if (payload.size() < 4)
        return Protocol::Unknown;
    switch (load16(payload.data())) {
    case 0:
        return load16(payload.data() + 2) == 5 ? Protocol::Sflow : Protocol::Unknown;
    case 1:
        return Protocol::NetFlow1;
    case 5:
        return Protocol::NetFlow5;
    case 7:
        return Protocol::NetFlow7;
    case 9:
        return Protocol::NetFlow9;
    case 10:
        return Protocol::Ipfix;
    default:
        return Protocol::Unknown;
    }
}

bool allowed(const DecoderOptions& options, Ip source)
{
    return options.allow.empty() || std::ranges::any_of(options.allow, [&](const Prefix& p) { return p.contains(source); });
}

} // namespace

struct Decoder::State {
    State(std::shared_ptr<const Schema> s, DecoderOptions o)
        : schema(std::move(s))
        , options(std::move(o))
        , elements(*schema)
        , exporters(options)
        , writer(options, exporters, stats)
        , fixed(*schema, elements, writer, stats)
        , sets(*schema, options, elements, exporters, writer, stats)
        , sflow(options, writer, stats)
    {
    }

    void message(const Datagram& datagram, Protocol protocol, FlowBatch& out)
    {
        Bytes rest = datagram.payload;
        do {
            MessageContext context {.origin = datagram, .protocol = protocol};
            MessageInfo info {.origin = datagram, .exporter = datagram.source, .protocol = protocol};
            if (!options.observer) {
                rest = rest.subspan(one(rest, context, info, out));
                stats.add(DecodeCount::Messages);
                continue;
            }
            info.batch = &out;
            info.firstRow = out.rows();
            const size_t length = one(rest, context, info, out);
            stats.add(DecodeCount::Messages);
            info.payload = rest.first(length);
            rest = rest.subspan(length);
            info.totals = &stats;
            tell(context, info);
        } while (protocol == Protocol::Ipfix && recognise(rest) == Protocol::Ipfix); // several messages in one datagram
    }

    void tell(const MessageContext& context, MessageInfo& info) const
    {
        info.domain = context.domain;
        info.exportedMs = context.exportedMs;
        info.uptimeMs = context.uptimeMs;
        if (options.exporterFromMessage && context.protocol != Protocol::Sflow) {
            if (const Ip told = exporters.find(context.origin.source, context.domain).address; !told.isZero())
                info.exporter = told;
        }
        options.observer->onMessage(info);
    }

    /// Returns how much of the payload the message was.
    size_t one(Bytes payload, MessageContext& context, MessageInfo& info, FlowBatch& out)
    {
        switch (context.protocol) {
        case Protocol::NetFlow1:
        case Protocol::NetFlow5:
        case Protocol::NetFlow7:
            fixed.decode(payload, context, info, out);
            break;
        case Protocol::NetFlow9:
            sets.netflow9(payload, context, info, out);
            break;
        case Protocol::Ipfix:
            return sets.ipfix(payload, context, info, out);
        case Protocol::Sflow:
            sflow.decode(payload, context, info, out);
            break;
        default:
            break;
        }
        return payload.size();
    }

    std::shared_ptr<const Schema> schema;
    DecoderOptions options;
    DecodeStats stats;
    ElementMap elements;
    ExporterTable exporters;
    RecordWriter writer;
    FixedDecoder fixed;
    SetDecoder sets;
    SflowDecoder sflow;
};

Decoder::Decoder(std::shared_ptr<const Schema> schema, DecoderOptions options)
    : m_state(std::make_unique<State>(std::move(schema), std::move(options)))
{
}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

void Decoder::decode(const Datagram& datagram, FlowBatch& out)
{
    State& state = *m_state;
    state.stats.add(DecodeCount::Datagrams);
    if (!allowed(state.options, datagram.source)) {
        state.stats.add(DecodeCount::NotAllowed);
        return;
    }
    if (state.options.pinned) {
        if (claimedProtocol(datagram.payload) == *state.options.pinned)
            state.message(datagram, *state.options.pinned, out);
        else
            state.stats.add(DecodeCount::UnsupportedVersion);
        return;
    }
    if (const auto protocol = recognise(datagram.payload))
        state.message(datagram, *protocol, out);
    else
        state.stats.add(DecodeCount::NotFlowExport);
}

void Decoder::finish()
{
    m_state->sets.finish();
}

const DecodeStats& Decoder::stats() const
{
    return m_state->stats;
}

std::vector<LearntName> Decoder::takeNames()
{
    return m_state->exporters.takeNames();
}

void Decoder::restore(std::span<const KnownTemplate> known)
{
    m_state->sets.restore(known);
}

TemplateNews Decoder::takeTemplates(size_t most)
{
    return m_state->sets.takeTemplates(most);
}

} // namespace rivereto::core
