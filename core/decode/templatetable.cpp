// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/templatetable.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rivereto::core {

namespace {
constexpr size_t kMeanFields = 32; ///< fields are limited to this many a template
constexpr uint64_t kNoteAgainMs = 3'600'000; ///< how often a repetition is news
constexpr size_t kPendingShare = 16; ///< one template's sets may take this part of all memory for waiting sets
} // namespace

TemplateTable::TemplateTable(Limits limits)
    : m_limits {limits.templates, std::min(limits.perExporter, limits.templates)}
{
}

const Template* TemplateTable::find(const TemplateKey& key) const
{
    auto& found = m_found[(key.id ^ key.source.lo * 7 ^ key.domain * 31) % m_found.size()];
    if (!found.layout || found.key != key)
        found = {key, search(key)};
    return found.layout;
}

const Template* TemplateTable::search(const TemplateKey& key) const
{
    if (const auto it = m_sessions.find(key); it != m_sessions.end())
        return &it->second.layout;
    const auto it = m_anywhere.find(key.anywhere());
    return it == m_anywhere.end() ? nullptr : &it->second.entry->layout;
}

TemplateTable::Defined TemplateTable::define(
    const TemplateKey& key, std::vector<FieldSpec> fields, bool options, uint64_t nowMs, const ElementMap& elements, const Schema& schema)
{
    forgetRestored(key);
    const auto known = m_sessions.find(key);
    const Outcome outcome = known == m_sessions.end() ? Outcome::New : Outcome::Changed;
    if (outcome == Outcome::Changed) {
        Entry& entry = known->second;
        if (entry.layout.fields == fields && entry.layout.options == options) {
            rejuvenate(entry);
            standForAll(entry);
            if (nowMs > entry.announcedMs && nowMs - entry.announcedMs >= kNoteAgainMs) {
                entry.announcedMs = nowMs;
                m_anywhere[key.anywhere()].fresh = m_news = true;
            }
            return {Outcome::Same};
        }
        forget(entry);
    }
    if (!couldFit(fields.size()))
        return {Outcome::Refused};
    const size_t evicted = makeRoom(key.source, fields.size());
    Entry& entry = m_sessions[key];
    entry.key = key;
    entry.layout = compileTemplate(std::move(fields), options, elements, schema);
    entry.announcedMs = nowMs;
    insert(entry);
    standForAll(entry);
    return {outcome, evicted};
}

bool TemplateTable::couldFit(size_t fields) const
{
    return m_limits.perExporter > 0 && fields <= m_limits.perExporter * kMeanFields;
}

/// For one more template of the exporter, which could fit; returns how many had to go.
size_t TemplateTable::makeRoom(Ip exporter, size_t fields)
{
    size_t evicted = 0;
    const auto full = [&](const Order& order, size_t have, size_t limit) {
        return order.size() >= limit || have + fields > limit * kMeanFields;
    };
    for (auto own = m_exporters.find(exporter);
         own != m_exporters.end() && full(own->second.order, own->second.fields, m_limits.perExporter);
         own = m_exporters.find(exporter)) {
        forget(*own->second.order.front());
        ++evicted;
    }
    for (; full(m_order, m_fields, m_limits.templates); ++evicted)
        forget(*m_order.front());
    return evicted;
}

/// As the youngest.
void TemplateTable::insert(Entry& entry)
{
    auto& exporter = m_exporters[entry.key.source];
    entry.exporter = &exporter;
    entry.inAll = m_order.insert(m_order.end(), &entry);
    entry.inExporter = exporter.order.insert(exporter.order.end(), &entry);
    m_fields += entry.layout.fields.size();
    exporter.fields += entry.layout.fields.size();
    m_found.fill({});
}

void TemplateTable::rejuvenate(Entry& entry)
{
    m_order.splice(m_order.end(), m_order, entry.inAll);
    auto& own = entry.exporter->order;
    own.splice(own.end(), own, entry.inExporter);
}

void TemplateTable::standForAll(Entry& entry)
{
    auto& anywhere = m_anywhere[entry.key.anywhere()];
    const Entry* before = anywhere.entry;
    if (before == &entry)
        return;
    anywhere.entry = &entry;
    m_found.fill({});
    if (!before || before->layout.fields != entry.layout.fields || before->layout.options != entry.layout.options)
        anywhere.fresh = m_news = true;
}

void TemplateTable::forget(Entry& entry)
{
    m_found.fill({});
    if (const auto anywhere = m_anywhere.find(entry.key.anywhere()); anywhere != m_anywhere.end() && anywhere->second.entry == &entry) {
        if (anywhere->second.told) {
            m_gone.push_back({entry.key.source, entry.key.domain, entry.key.id, entry.key.protocol});
            m_news = true;
        }
        m_anywhere.erase(anywhere);
    }
    const size_t fields = entry.layout.fields.size();
    m_fields -= fields;
    m_order.erase(entry.inAll);
    entry.exporter->fields -= fields;
    entry.exporter->order.erase(entry.inExporter);
    if (entry.exporter->order.empty())
        m_exporters.erase(entry.key.source);
    (entry.layout.restored ? m_restored : m_sessions).erase(TemplateKey(entry.key));
}

bool TemplateTable::forgetRestored(const TemplateKey& key)
{
    if (m_restored.empty())
        return false;
    const auto it = m_restored.find(key.anywhere());
    if (it == m_restored.end())
        return false;
    forget(it->second);
    return true;
}

bool TemplateTable::withdraw(const TemplateKey& key)
{
    const bool restored = forgetRestored(key);
    const auto it = m_sessions.find(key);
    if (it == m_sessions.end())
        return restored;
    forget(it->second);
    return true;
}

size_t TemplateTable::withdrawAll(const TemplateKey& key, bool options)
{
    const auto exporter = m_exporters.find(key.source);
    if (exporter == m_exporters.end())
        return 0;
    std::vector<Entry*> all;
    for (Entry* entry : exporter->second.order) {
        TemplateKey same = entry->key;
        same.id = key.id;
        if (same == (entry->layout.restored ? key.anywhere() : key) && entry->layout.options == options)
            all.push_back(entry);
    }
    for (Entry* entry : all)
        forget(*entry);
    return all.size();
}

void TemplateTable::restore(std::span<const KnownTemplate> known, const ElementMap& elements, const Schema& schema)
{
    for (const auto& one : known) {
        const auto key = TemplateKey::anywhereOf(one);
        if (!isPossible(one) || !couldFit(one.fields.size()) || m_anywhere.contains(key))
            continue;
        makeRoom(one.exporter, one.fields.size());
        Entry& entry = m_restored[key];
        entry.key = key;
        entry.layout = compileTemplate(one.fields, one.options, elements, schema);
        entry.layout.restored = true;
        entry.announcedMs = one.announcedMs;
        insert(entry);
        m_anywhere[key] = {.entry = &entry, .told = true};
    }
}

TemplateNews TemplateTable::takeNews(size_t most)
{
    TemplateNews out;
    if (!m_news)
        return out;
    m_news = false;
    out.gone = std::exchange(m_gone, {});
    for (auto& [key, anywhere] : m_anywhere) {
        if (!anywhere.fresh)
            continue;
        if (out.defined.size() >= most) {
            m_news = true;
            break;
        }
        const Entry& entry = *anywhere.entry;
        out.defined.push_back({{key.source, key.domain, key.id, key.protocol}, entry.layout.options, entry.announcedMs, entry.layout.fields});
        anywhere.told = true;
        anywhere.fresh = false;
    }
    return out;
}

size_t PendingSets::add(const TemplateKey& key, const MessageContext& message, Bytes bytes)
{
    const uint64_t now = message.origin.receivedMs;
    size_t lost = 0;
    auto& waiting = m_waiting[key.anywhere()];
    if (waiting.bytes + bytes.size() > m_maxBytes / kPendingShare) {
        lost = 1;
    } else {
        m_order.push_back({key.anywhere(), {message, {bytes.begin(), bytes.end()}}});
        waiting.sets.push_back(std::prev(m_order.end()));
        waiting.bytes += bytes.size();
        m_bytes += cost(m_order.back().set);
    }
    while (!m_order.empty() && (m_bytes > m_maxBytes || m_order.front().set.message.origin.receivedMs + m_maxAgeMs < now)) {
        dropOldest();
        ++lost;
    }
    return lost;
}

void PendingSets::dropOldest()
{
    const auto it = m_waiting.find(m_order.front().key);
    it->second.sets.pop_front(); // sets of one key wait in the order of m_order
    it->second.bytes -= m_order.front().set.bytes.size();
    if (it->second.sets.empty())
        m_waiting.erase(it);
    m_bytes -= cost(m_order.front().set);
    m_order.pop_front();
}

std::vector<PendingSets::Set> PendingSets::take(const TemplateKey& key)
{
    std::vector<Set> out;
    const auto it = m_waiting.find(key.anywhere());
    if (it == m_waiting.end())
        return out;
    for (const auto entry : it->second.sets) {
        m_bytes -= cost(entry->set);
        out.push_back(std::move(entry->set));
        m_order.erase(entry);
    }
    m_waiting.erase(it);
    return out;
}

size_t PendingSets::clear()
{
    const size_t count = m_order.size();
    m_order.clear();
    m_waiting.clear();
    m_bytes = 0;
    return count;
}

} // namespace rivereto::core
