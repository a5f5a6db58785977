// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/templatehistory.h"

#include <algorithm>

#include "core/decode/bytes.h"

namespace rivereto::core {

namespace {

constexpr size_t kMaxEvents = 32; ///< of one template: the first and the latest others
constexpr uint16_t kFirstDataSet = 256;

TemplateHistory::Field fieldOf(const DissectNode& node, Bytes payload)
{
    TemplateHistory::Field out{.name = node.name, .type = node.type, .enterprise = node.enterprise, .element = *node.element, .scope = node.scope, .reverse = node.reverse};
    if (node.offset + 4 <= payload.size())
        out.length = load16(payload.data() + node.offset + 2);
    return out;
}

} // namespace

std::string_view templateEventName(TemplateHistory::What what)
{
    constexpr std::string_view names[] = {"defined", "changed", "withdrawn", "missing"};
    return names[static_cast<size_t>(what)];
}

void TemplateHistory::add(const Datagram& datagram, const DissectNode& tree, uint64_t number)
{
    for (const auto& message : tree.children) {
        const bool v9 = message.name == dissectName(Protocol::NetFlow9);
        if (!v9 && message.name != dissectName(Protocol::Ipfix))
            continue;
        const size_t domain = message.offset + (v9 ? 16 : 12);
        if (domain + 4 > datagram.payload.size())
            continue;
        const Where where{datagram, number,
                          {.exporter = datagram.source, .domain = load32(datagram.payload.data() + domain), .protocol = v9 ? Protocol::NetFlow9 : Protocol::Ipfix, .port = datagram.sourcePort}};
        for (const auto& set : message.children) {
            if (set.kind == DissectKind::Set)
                addSet(where, set);
        }
    }
}

void TemplateHistory::addSet(const Where& where, const DissectNode& set)
{
    if (set.id >= kFirstDataSet) {
        data(where, set);
        return;
    }
    for (const auto& node : set.children) {
        if (node.kind == DissectKind::Template || node.kind == DissectKind::OptionsTemplate)
            define(where, node);
    }
}

TemplateHistory::Entry* TemplateHistory::entry(const Where& where, uint16_t id)
{
    auto key = where.key;
    key.id = id;
    if (const auto found = m_entries.find(key); found != m_entries.end())
        return &found->second;
    if (m_entries.size() >= m_maxTemplates) {
        ++m_leftOut;
        return nullptr;
    }
    return &m_entries[key];
}

void TemplateHistory::note(Entry& entry, Event event)
{
    entry.events.push_back(std::move(event));
    if (entry.events.size() > kMaxEvents) {
        entry.events.erase(entry.events.begin() + 1);
        ++entry.eventsLeftOut;
    }
}

void TemplateHistory::define(const Where& where, const DissectNode& node)
{
    const bool options = node.kind == DissectKind::OptionsTemplate;
    const bool withdrawal = where.key.protocol == Protocol::Ipfix && node.remark;
    if (!withdrawal && !node.note.empty())
        return; // could not be read
    if (withdrawal) {
        // RFC 7011 §8.1: the set's own number stands for all templates of its kind.
        const bool all = node.id < kFirstDataSet;
        for (auto& [key, known] : m_entries) {
            auto same = key;
            same.id = where.key.id;
            if (same == where.key && (all ? known.options == options : key.id == node.id) && !known.withdrawn && known.definitions > 0) {
                known.withdrawn = true;
                note(known, {.what = What::Withdrawn, .datagram = where.number, .timeMs = where.datagram.receivedMs, .fields = {}});
            }
        }
        return;
    }
    auto* known = entry(where, node.id);
    if (!known)
        return;
    std::vector<Field> fields;
    for (const auto& child : node.children) {
        if (child.element)
            fields.push_back(fieldOf(child, where.datagram.payload));
    }
    const bool first = known->definitions == 0 || known->withdrawn;
    if (first || known->fields != fields || known->options != options) {
        note(*known, {.what = first ? What::Defined : What::Changed, .datagram = where.number, .timeMs = where.datagram.receivedMs, .fields = fields});
        known->fields = std::move(fields);
    } else {
        ++known->refreshes;
    }
    known->options = options;
    known->withdrawn = false;
    ++known->definitions;
    known->lastDefinedMs = where.datagram.receivedMs;
    known->lastDatagram = where.number;
}

void TemplateHistory::data(const Where& where, const DissectNode& set)
{
    const auto records = static_cast<uint64_t>(
        std::ranges::count_if(set.children, [](const DissectNode& node) { return node.kind == DissectKind::Record || node.kind == DissectKind::OptionsRecord; }));
    auto key = where.key;
    key.id = set.id;
    if (records > 0) {
        auto found = m_entries.find(key);
        if (found == m_entries.end() || found->second.definitions == 0) {
            // That of another port of the exporter served.
            key.port = 0;
            const auto same = [&](const auto& one) { return one->first.exporter == key.exporter && one->first.domain == key.domain && one->first.protocol == key.protocol && one->first.id == key.id; };
            for (found = m_entries.lower_bound(key); found != m_entries.end() && same(found) && found->second.definitions == 0;)
                ++found;
            if (found != m_entries.end() && !same(found))
                found = m_entries.end();
        }
        if (found != m_entries.end())
            found->second.records += records;
        return;
    }
    if (set.note.empty() || set.remark)
        return;
    auto* known = entry(where, set.id);
    if (!known || (known->definitions > 0 && !known->withdrawn))
        return;
    ++known->missing;
    if (known->events.empty() || known->events.back().what != What::Missing)
        note(*known, {.what = What::Missing, .datagram = where.number, .timeMs = where.datagram.receivedMs, .fields = {}});
}

} // namespace rivereto::core
