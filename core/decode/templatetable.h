// SPDX-License-Identifier: GPL-3.0-or-later
// TemplateTable and PendingSets: templates by exporter, and data sets that came before theirs. Both bounded.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <list>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/decode/knowntemplate.h"
#include "core/decode/recordwriter.h"
#include "core/decode/template.h"

namespace rivereto::core {

/// A template's number with whom it belongs to. With port and input it is one transport session; without (both 0) it stands for
/// all of the exporter's.
struct TemplateKey {
    Ip source;
    uint32_t domain = 0;
    uint16_t port = 0;
    uint16_t input = 0;
    uint16_t id = 0;
    Protocol protocol = Protocol::Unknown;
    bool operator==(const TemplateKey&) const = default;

    static TemplateKey anywhereOf(const TemplateId& id) { return {id.exporter, id.domain, 0, 0, id.id, id.protocol}; }
    static TemplateKey of(const MessageContext& message, uint16_t id)
    {
        return {message.origin.source, message.domain, message.origin.sourcePort, message.origin.input, id, message.protocol};
    }
    /// The same exporter and domain on any port and input.
    [[nodiscard]] TemplateKey anywhere() const { return {source, domain, 0, 0, id, protocol}; }
};

struct TemplateKeyHash {
    size_t operator()(const TemplateKey& k) const
    {
        const uint64_t low = uint64_t {k.domain} << 32 | uint64_t {k.port} << 16 | k.input;
        return std::hash<Ip>()(k.source)
            ^ mix64(low ^ (uint64_t {k.id} << 40 | uint64_t {static_cast<uint8_t>(k.protocol)} << 56));
    }
};

/// Bounded: a new template beyond a limit puts out the oldest, first of its exporter, then of all. What an exporter announces
/// again is young again.
class TemplateTable {
public:
    enum class Outcome : uint8_t { New, Same, Changed, Refused };
    struct Defined {
        Outcome outcome = Outcome::New;
        size_t evicted = 0; ///< others that had to go
    };
    /// Their fields are limited, too: to so many on average.
    struct Limits {
        size_t templates = 0; ///< over all exporters
        size_t perExporter = 0; ///< one source address
    };

    explicit TemplateTable(Limits limits);
    TemplateTable(const TemplateTable&) = delete;
    TemplateTable& operator=(const TemplateTable&) = delete;

    /// Of this session, else the one that the same exporter and domain defined last on another port or input; nullptr when
    /// there is none. Valid until templates are defined or withdrawn.
    [[nodiscard]] const Template* find(const TemplateKey& key) const;
    /// Refused: it could never fit. What the session defined under the number before is gone then, too.
    Defined define(
        const TemplateKey& key, std::vector<FieldSpec> fields, bool options, uint64_t nowMs, const ElementMap& elements, const Schema& schema);
    /// False when there was none.
    bool withdraw(const TemplateKey& key);
    /// All templates, or all options templates, of the key's session (its id does not matter); returns how many.
    size_t withdrawAll(const TemplateKey& key, bool options);
    /// As Decoder has them. Restored ones are found where no session has defined any, and gone when one does.
    void restore(std::span<const KnownTemplate> known, const ElementMap& elements, const Schema& schema);
    TemplateNews takeNews(size_t most);
    [[nodiscard]] size_t size() const { return m_order.size(); }

private:
    struct Entry;
    using Order = std::list<Entry*>; ///< the oldest first
    struct Exporter {
        Order order;
        size_t fields = 0;
    };
    struct Entry {
        TemplateKey key;
        Template layout;
        uint64_t announcedMs = 0;
        Exporter* exporter = nullptr;
        Order::iterator inAll;
        Order::iterator inExporter;
    };
    /// The one that is used for other ports and inputs of its exporter, and kept for later runs.
    struct Anywhere {
        Entry* entry = nullptr;
        bool told = false; ///< some template of this key is known outside
        bool fresh = false; ///< not as it was told
    };
    template <class Value>
    using Map = std::unordered_map<TemplateKey, Value, TemplateKeyHash>;

    [[nodiscard]] const Template* search(const TemplateKey& key) const;
    [[nodiscard]] bool couldFit(size_t fields) const;
    size_t makeRoom(Ip exporter, size_t fields);
    void insert(Entry& entry);
    void rejuvenate(Entry& entry);
    void standForAll(Entry& entry);
    void forget(Entry& entry);
    bool forgetRestored(const TemplateKey& key);

    /// What was found lately: a few templates come again and again.
    struct Found {
        TemplateKey key;
        const Template* layout = nullptr;
    };
    mutable std::array<Found, 64> m_found;
    Map<Entry> m_sessions;
    Map<Entry> m_restored;
    Map<Anywhere> m_anywhere;
    std::vector<TemplateId> m_gone; ///< that were told of
    bool m_news = false;
    std::unordered_map<Ip, Exporter> m_exporters; ///< those with templates
    Order m_order; ///< of all
    Limits m_limits;
    size_t m_fields = 0;
};

/// Data sets without a template, oldest given up first.
class PendingSets {
public:
    struct Set {
        MessageContext message;
        std::vector<uint8_t> bytes; ///< records, without the set's header
    };

    PendingSets(size_t maxBytes, uint64_t maxAgeMs)
        : m_maxBytes(maxBytes)
        , m_maxAgeMs(maxAgeMs)
    {
    }
    [[nodiscard]] bool empty() const { return m_order.empty(); }
    /// Returns how many sets were given up: old ones to make room, this one when its template's share is used up.
    size_t add(const TemplateKey& key, const MessageContext& message, Bytes bytes);
    /// Those that wait for the template, in order of arrival.
    std::vector<Set> take(const TemplateKey& key);
    /// Gives up all; returns how many.
    size_t clear();

private:
    struct Entry {
        TemplateKey key;
        Set set;
    };
    using Order = std::list<Entry>;
    struct Waiting {
        std::deque<Order::iterator> sets;
        size_t bytes = 0;
    };
    void dropOldest();
    static size_t cost(const Set& set) { return set.bytes.size() + sizeof(Entry) + 64; }

    Order m_order;
    std::unordered_map<TemplateKey, Waiting, TemplateKeyHash> m_waiting;
    size_t m_bytes = 0;
    size_t m_maxBytes;
    uint64_t m_maxAgeMs;
};

} // namespace rivereto::core
