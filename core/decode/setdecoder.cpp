// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/setdecoder.h"

#include <algorithm>
#include <utility>

namespace rivereto::core {

namespace {

constexpr uint16_t kFirstDataSet = 256;
constexpr uint16_t kTemplates9 = 0, kTemplatesIpfix = 2; ///< options templates have the next number
constexpr uint16_t kEnterpriseBit = 0x8000;
constexpr size_t kMaxFields = kNoField; ///< field numbers are 16 bits; this one means "none"

} // namespace

void SetDecoder::netflow9(Bytes payload, MessageContext& message, MessageInfo& info, FlowBatch& out)
{
    Cursor in(payload);
    in.skip(4); // version; the count of records is wrong too often to be of use
    message.uptimeMs = in.u32();
    message.hasUptime = true;
    message.exportedMs = uint64_t {in.u32()} * 1000;
    info.sequence = in.u32();
    message.domain = in.u32();
    if (!in.ok()) {
        m_stats.add(DecodeCount::Truncated);
        return;
    }
    m_message = &message;
    m_info = &info;
    m_out = &out;
    sets(in.rest(), kTemplates9);
    info.units = 1;
}

size_t SetDecoder::ipfix(Bytes payload, MessageContext& message, MessageInfo& info, FlowBatch& out)
{
    Cursor in(payload);
    in.skip(2);
    const size_t length = in.u16();
    message.exportedMs = uint64_t {in.u32()} * 1000;
    info.sequence = in.u32();
    message.domain = in.u32();
    if (!in.ok()) {
        m_stats.add(DecodeCount::Truncated);
        return payload.size();
    }
    if (length < 16) {
        m_stats.add(DecodeCount::MalformedMessages);
        return payload.size();
    }
    if (length > payload.size())
        m_stats.add(DecodeCount::Truncated);
    const size_t here = std::min(length, payload.size());
    m_message = &message;
    m_info = &info;
    m_out = &out;
    sets(payload.subspan(16, here - 16), kTemplatesIpfix);
    return here;
}

void SetDecoder::finish()
{
    m_stats.add(DecodeCount::UnknownSets, m_pending.clear());
}

void SetDecoder::sets(Bytes bytes, uint16_t templateSet)
{
    while (bytes.size() >= 4) {
        const uint16_t id = load16(bytes.data());
        size_t length = load16(bytes.data() + 2);
        if (length < 4) {
            // Some exporters fill up a message with zeros.
            if (id != 0 || length != 0)
                m_stats.add(DecodeCount::MalformedMessages);
            break;
        }
        if (length > bytes.size()) {
            m_stats.add(DecodeCount::Truncated);
            length = bytes.size();
        }
        set(id, templateSet, bytes.subspan(4, length - 4));
        bytes = bytes.subspan(length);
    }
    decodeGathered();
}

void SetDecoder::set(uint16_t id, uint16_t templateSet, Bytes body)
{
    if (id >= kFirstDataSet)
        data(id, body);
    else if (id == templateSet || id == templateSet + 1) {
        decodeGathered();
        templates(body, id != templateSet, templateSet == kTemplatesIpfix);
    } else
        m_stats.add(DecodeCount::ReservedSets);
}

void SetDecoder::templates(Bytes body, bool options, bool ipfix)
{
    Cursor in(body);
    // Fewer octets than the smallest template (a withdrawal) are padding; so are zeros.
    while (in.left() >= 4 && load16(in.rest().data()) != 0) {
        if (!templateRecord(in, options, ipfix)) {
            m_stats.add(DecodeCount::MalformedTemplates);
            return;
        }
    }
}

/// RFC 3954 §6.1: an options template gives the lengths of its two parts in octets.
bool SetDecoder::optionsHead9(Cursor& in, size_t& scopes, size_t& fields)
{
    const size_t scopeLength = in.u16();
    const size_t optionLength = in.u16();
    scopes = scopeLength / 4;
    fields = scopes + optionLength / 4;
    return in.ok() && scopeLength % 4 == 0 && optionLength % 4 == 0;
}

bool SetDecoder::templateRecord(Cursor& in, bool options, bool ipfix)
{
    const uint16_t id = in.u16();
    size_t scopes = 0;
    size_t count = 0;
    if (options && !ipfix) {
        if (!optionsHead9(in, scopes, count))
            return false;
    } else {
        count = in.u16();
        if (ipfix && count == 0) {
            withdrawal(id, options);
            return true;
        }
        if (options)
            scopes = in.u16();
    }
    if (!in.ok() || id < kFirstDataSet || count == 0 || count >= kMaxFields || scopes > count || count * 4 > in.left())
        return false;
    std::vector<FieldSpec> fields;
    fields.reserve(count);
    for (size_t i = 0; i < count; ++i) {
        FieldSpec field;
        field.id = in.u16();
        field.length = in.u16();
        field.scope = i < scopes;
        if (ipfix && field.id & kEnterpriseBit) {
            field.id &= ~kEnterpriseBit;
            field.enterprise = in.u32();
        } else if (!ipfix && !field.scope && field.id >= element::kNtopBase && m_elements.find(0, field.id).empty()) {
            field.enterprise = element::kNtopEnterprise;
            field.id = static_cast<uint16_t>(field.id - element::kNtopBase);
        }
        // A field without octets says nothing, except what a scope is about; without them a record's fields are no more
        // than its octets.
        if (field.length > 0 || (field.scope && i < kMaxEmptyScopes))
            fields.push_back(field);
    }
    if (!in.ok())
        return false;
    define(id, std::move(fields), options);
    return true;
}

void SetDecoder::withdrawal(uint16_t id, bool options)
{
    const auto key = TemplateKey::of(*m_message, id);
    // RFC 7011 §8.1: the number of the set itself stands for all of its kind.
    if (id == kTemplatesIpfix || id == kTemplatesIpfix + 1)
        m_stats.add(DecodeCount::TemplatesWithdrawn, m_templates.withdrawAll(key, options));
    else if (m_templates.withdraw(key))
        m_stats.add(DecodeCount::TemplatesWithdrawn);
}

void SetDecoder::define(uint16_t id, std::vector<FieldSpec> fields, bool options)
{
    m_stats.add(DecodeCount::Templates);
    const auto key = TemplateKey::of(*m_message, id);
    TemplateSeen seen {.id = id, .options = options, .fields = fields.size()};
    const auto [outcome, evicted] = m_templates.define(key, std::move(fields), options, m_message->origin.receivedMs, m_elements, m_schema);
    m_stats.add(DecodeCount::TemplatesEvicted, evicted);
    switch (outcome) {
    case TemplateTable::Outcome::Refused:
        m_stats.add(DecodeCount::TemplatesRefused);
        return;
    case TemplateTable::Outcome::Changed:
        m_stats.add(DecodeCount::TemplatesChanged);
        seen.changed = true;
        break;
    case TemplateTable::Outcome::Same:
    case TemplateTable::Outcome::New:
        break;
    }
    if (!m_pending.empty()) {
        const auto layout = m_templates.find(key);
        const auto waiting = m_pending.take(key);
        for (const auto& set : waiting) {
            m_stats.add(DecodeCount::LateSets);
            decodeData(*layout, set.bytes, set.message);
        }
        seen.lateSets = waiting.size();
    }
    if (m_observer)
        m_observer->onTemplate(seen);
}

void SetDecoder::data(uint16_t id, Bytes body)
{
    const auto key = TemplateKey::of(*m_message, id);
    if (const auto layout = m_templates.find(key)) {
        if (layout->restored)
            m_stats.add(DecodeCount::RestoredSets);
        if (layout->variable || layout->options || body.size() < layout->minLength || layout->minLength == 0) {
            decodeGathered();
            decodeData(*layout, body, *m_message);
        } else {
            gather(*layout, body);
        }
        return;
    }
    ++m_info->lostSets;
    if (m_observer)
        m_observer->onUnknownSet(id);
    m_stats.add(DecodeCount::UnknownSets, m_pending.add(key, *m_message, body));
}

/// Sets wait until the message ends or templates or options come, so that small sets of one template – which alternate where
/// an exporter keeps the order of its flows – become one run of records.
void SetDecoder::gather(const Template& layout, Bytes body)
{
    auto group = std::find_if(m_groups.begin(), m_groups.begin() + m_groupCount, [&](const auto& g) { return g.layout == &layout; });
    if (group == m_groups.begin() + m_groupCount) {
        if (m_groupCount == m_groups.size())
            decodeGathered();
        group = m_groups.begin() + m_groupCount++;
        group->layout = &layout;
        group->bodies.clear();
    }
    group->bodies.push_back(body.first(body.size() / layout.minLength * layout.minLength)); // what is left is padding
}

void SetDecoder::decodeGathered()
{
    for (const auto& group : std::span(m_groups).first(std::exchange(m_groupCount, 0))) {
        if (group.bodies.size() == 1) {
            fixedRecords(*group.layout, group.bodies[0], *m_message);
            continue;
        }
        m_joined.clear();
        for (const Bytes body : group.bodies)
            m_joined.insert(m_joined.end(), body.begin(), body.end());
        fixedRecords(*group.layout, m_joined, *m_message);
    }
}

void SetDecoder::decodeData(const Template& layout, Bytes body, const MessageContext& message)
{
    if (layout.minLength == 0 || (body.size() < layout.minLength && !body.empty())) {
        m_stats.add(DecodeCount::MalformedSets);
        return;
    }
    if (layout.variable || layout.options)
        variableRecords(layout, body, message);
    else
        fixedRecords(layout, body, message);
}

void SetDecoder::flows(const RecordSpan& records, const MessageContext& message)
{
    const size_t rows = m_writer.write(records, message, *m_out);
    m_stats.add(DecodeCount::Records, records.count);
    m_stats.add(DecodeCount::Flows, rows);
    m_info->flows += static_cast<uint32_t>(rows);
    if (&message == m_message)
        m_info->units += static_cast<uint32_t>(records.count);
}

void SetDecoder::fixedRecords(const Template& layout, Bytes body, const MessageContext& message)
{
    RecordSpan records;
    records.layout = &layout;
    records.base = body.data();
    records.count = body.size() / layout.minLength; // what is left is padding
    flows(records, message);
}

/// Finds the fields of one record; false when it does not fit into what is left.
bool SetDecoder::splitRecord(const Template& layout, Cursor& in, std::vector<Bytes>& fields)
{
    for (const auto& field : layout.fields) {
        size_t length = field.length;
        if (length == element::kVariable) {
            length = in.u8();
            if (length == 255)
                length = in.u16();
        }
        fields.push_back(in.take(length));
        if (!in.ok())
            return false;
    }
    return true;
}

void SetDecoder::variableRecords(const Template& layout, Bytes body, const MessageContext& message)
{
    m_fields.clear();
    size_t count = 0;
    Cursor in(body);
    while (in.left() >= layout.minLength) {
        const Bytes rest = in.rest();
        if (!splitRecord(layout, in, m_fields)) {
            m_fields.resize(count * layout.fields.size());
            // Padding is shorter than any record (RFC 7011 §3.3.1) and zero; of variable records it can be as long as one.
            if (std::ranges::any_of(rest, [](uint8_t b) { return b != 0; }))
                m_stats.add(DecodeCount::MalformedRecords);
            break;
        }
        ++count;
    }
    if (!layout.options) {
        RecordSpan records;
        records.layout = &layout;
        records.fields = m_fields.data();
        records.count = count;
        flows(records, message);
        return;
    }
    m_stats.add(DecodeCount::OptionsRecords, count);
    if (&message == m_message)
        m_info->units += static_cast<uint32_t>(count);
    for (size_t i = 0; i < count; ++i)
        learn(layout, message, std::span(m_fields).subspan(i * layout.fields.size(), layout.fields.size()));
}

void SetDecoder::learn(const Template& layout, const MessageContext& message, std::span<const Bytes> values)
{
    m_exporters.learn(message.origin.source, message.domain, layout, values, message.protocol == Protocol::NetFlow9);
}

} // namespace rivereto::core
