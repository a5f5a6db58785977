// SPDX-License-Identifier: GPL-3.0-or-later
// TemplateHistory: templates of v9 and IPFIX as they came, changed and went, by exporter and domain.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/decode/dissect.h"

namespace rivereto::core {

/// Made of datagrams taken apart, whole or as outlines, in their order. Bounded: what does not fit is counted only.
class TemplateHistory {
public:
    struct Field {
        std::string name;
        std::string_view type;
        uint32_t enterprise = 0;
        uint16_t element = 0;
        uint16_t length = 0; ///< 65535: variable
        bool scope = false;
        bool reverse = false;
        bool operator==(const Field&) const = default;
    };
    enum class What : uint8_t { Defined, Changed, Withdrawn, Missing };
    /// Something that happened to a template. Missing: data came without it.
    struct Event {
        What what = What::Defined;
        uint64_t datagram = 0;
        uint64_t timeMs = 0;
        std::vector<Field> fields; ///< that were defined
    };
    struct Key {
        Ip exporter;
        uint32_t domain = 0;
        Protocol protocol = Protocol::Unknown;
        uint16_t id = 0;
        uint16_t port = 0; ///< that the exporter sends from
        auto operator<=>(const Key&) const = default;
    };
    struct Entry {
        bool options = false;
        std::vector<Field> fields; ///< of the last definition
        std::deque<Event> events; ///< the first, and the latest of the others
        uint64_t eventsLeftOut = 0;
        uint64_t definitions = 0; ///< repetitions included
        uint64_t lastDefinedMs = 0;
        uint64_t lastDatagram = 0; ///< that defined it, or repeated its definition
        uint64_t refreshes = 0; ///< repetitions that changed nothing
        uint64_t records = 0; ///< that were read by it
        uint64_t missing = 0; ///< data sets without it
        bool withdrawn = false;
    };

    explicit TemplateHistory(size_t maxTemplates = 4096) : m_maxTemplates(maxTemplates) { }
    /// `number`: how the datagram is called.
    void add(const Datagram& datagram, const DissectNode& tree, uint64_t number);
    [[nodiscard]] const std::map<Key, Entry>& entries() const { return m_entries; }
    /// Templates that did not fit.
    [[nodiscard]] uint64_t leftOut() const { return m_leftOut; }

private:
    struct Where {
        const Datagram& datagram;
        uint64_t number;
        Key key;
    };
    Entry* entry(const Where& where, uint16_t id);
    void addSet(const Where& where, const DissectNode& set);
    void define(const Where& where, const DissectNode& node);
    void data(const Where& where, const DissectNode& set);
    static void note(Entry& entry, Event event);

    size_t m_maxTemplates;
    std::map<Key, Entry> m_entries;
    uint64_t m_leftOut = 0;
};
std::string_view templateEventName(TemplateHistory::What what);

} // namespace rivereto::core
