// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/templatetable.h"

#include <iterator>

namespace rivereto::core {

namespace {
constexpr size_t kMeanFields = 32; ///< the limit of fields over all templates is this many a template
constexpr size_t kPendingShare = 16; ///< one template's sets may take this part of all memory for waiting sets
} // namespace

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
        return it->second.get();
    const auto it = m_anywhere.find(key.anywhere());
    return it == m_anywhere.end() ? nullptr : it->second.get();
}

TemplateTable::Outcome TemplateTable::define(
    const TemplateKey& key, std::vector<FieldSpec> fields, bool options, const ElementMap& elements, const Schema& schema)
{
    const auto it = m_sessions.find(key);
    const bool known = it != m_sessions.end();
    if (known && it->second->fields == fields && it->second->options == options) {
        if (auto& anywhere = m_anywhere[key.anywhere()]; anywhere != it->second) {
            anywhere = it->second;
            m_found.fill({});
        }
        return Outcome::Same;
    }
    const size_t before = known ? it->second->fields.size() : 0;
    if ((!known && m_sessions.size() >= m_limit) || m_fields - before + fields.size() > m_limit * kMeanFields)
        return Outcome::Refused;
    m_fields += fields.size() - before;
    m_found.fill({});
    auto compiled = std::make_shared<const Template>(compileTemplate(std::move(fields), options, elements, schema));
    m_anywhere[key.anywhere()] = compiled;
    m_sessions[key] = std::move(compiled);
    return known ? Outcome::Changed : Outcome::New;
}

void TemplateTable::forget(Map::iterator it)
{
    m_fields -= it->second->fields.size();
    m_found.fill({});
    const auto anywhere = m_anywhere.find(it->first.anywhere());
    if (anywhere != m_anywhere.end() && anywhere->second == it->second)
        m_anywhere.erase(anywhere);
}

bool TemplateTable::withdraw(const TemplateKey& key)
{
    const auto it = m_sessions.find(key);
    if (it == m_sessions.end())
        return false;
    forget(it);
    m_sessions.erase(it);
    return true;
}

size_t TemplateTable::withdrawAll(const TemplateKey& key, bool options)
{
    size_t count = 0;
    for (auto it = m_sessions.begin(); it != m_sessions.end();) {
        TemplateKey same = it->first;
        same.id = key.id;
        if (same == key && it->second->options == options) {
            forget(it);
            it = m_sessions.erase(it);
            ++count;
        } else {
            ++it;
        }
    }
    return count;
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
