// SPDX-License-Identifier: GPL-3.0-or-later
// SetDecoder: messages made of templates and data sets – NetFlow v9 (RFC 3954) and IPFIX (RFC 7011).
#pragma once

#include <array>
#include <vector>

#include "core/decode/decoder.h"
#include "core/decode/recordwriter.h"
#include "core/decode/templatetable.h"

namespace rivereto::core {

class SetDecoder {
public:
    SetDecoder(const Schema& schema, const DecoderOptions& options, const ElementMap& elements, ExporterTable& exporters,
        RecordWriter& writer, DecodeStats& stats)
        : m_schema(schema)
        , m_elements(elements)
        , m_exporters(exporters)
        , m_writer(writer)
        , m_stats(stats)
        , m_observer(options.observer)
        , m_templates({options.maxTemplates, options.maxTemplatesPerExporter})
        , m_pending(options.maxPendingBytes, options.maxPendingAgeMs)
    {
    }

    /// One message; fills `info` except for what the datagram's origin says. `info.units` counts data records (RFC 7011 §3.1)
    /// or messages (RFC 3954 §5.1).
    void netflow9(Bytes payload, MessageContext& message, MessageInfo& info, FlowBatch& out);
    /// The first message of the payload; returns its length as far as it is there, at least 1.
    size_t ipfix(Bytes payload, MessageContext& message, MessageInfo& info, FlowBatch& out);
    void finish();
    void restore(std::span<const KnownTemplate> known) { m_templates.restore(known, m_elements, m_schema); }
    TemplateNews takeTemplates(size_t most) { return m_templates.takeNews(most); }

private:
    void sets(Bytes bytes, uint16_t templateSet);
    void set(uint16_t id, uint16_t templateSet, Bytes body);
    void templates(Bytes body, bool options, bool ipfix);
    bool templateRecord(Cursor& in, bool options, bool ipfix);
    void withdrawal(uint16_t id, bool options);
    bool optionsHead9(Cursor& in, size_t& scopes, size_t& fields);
    void define(uint16_t id, std::vector<FieldSpec> fields, bool options);
    void data(uint16_t id, Bytes body);
    void gather(const Template& layout, Bytes body);
    void decodeGathered();
    void decodeData(const Template& layout, Bytes body, const MessageContext& message);
    void fixedRecords(const Template& layout, Bytes body, const MessageContext& message);
    void variableRecords(const Template& layout, Bytes body, const MessageContext& message);
    bool splitRecord(const Template& layout, Cursor& in, std::vector<Bytes>& fields);
    void learn(const Template& layout, const MessageContext& message, std::span<const Bytes> values);
    void flows(const RecordSpan& records, const MessageContext& message);

    const Schema& m_schema;
    const ElementMap& m_elements;
    ExporterTable& m_exporters;
    RecordWriter& m_writer;
    DecodeStats& m_stats;
    MessageObserver* m_observer; ///< may be null
    TemplateTable m_templates;
    PendingSets m_pending;

    // The message at hand.
    MessageContext* m_message = nullptr;
    MessageInfo* m_info = nullptr;
    FlowBatch* m_out = nullptr;
    std::vector<Bytes> m_fields; ///< scratch

    /// Sets of one template whose records have fixed places.
    struct Group {
        const Template* layout = nullptr;
        std::vector<Bytes> bodies;
    };
    std::array<Group, 8> m_groups;
    size_t m_groupCount = 0;
    std::vector<uint8_t> m_joined; ///< scratch
};

} // namespace rivereto::core
