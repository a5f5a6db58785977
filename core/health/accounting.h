// SPDX-License-Identifier: GPL-3.0-or-later
// HealthAccounting: watches a decoder and keeps account of every exporter it hears of.
#pragma once

#include <array>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/decode/decoder.h"
#include "core/health/health.h"
#include "core/health/sequence.h"

namespace rivereto::core {

/// One for each decoder, on its thread. Everything is bounded; per message it costs a few look-ups, per record nothing.
class HealthAccounting final : public MessageObserver {
public:
    struct Limits {
        size_t streams = 4096;
        size_t facts = 512; ///< of one kind, a stream, between two take()s
        size_t sources = 1024; ///< sFlow sources of a stream whose samples are followed
        size_t sessions = 8; ///< source ports of a stream whose numbers are followed
        size_t interfaces = 65536; ///< whose counters are followed
    };
    /// `next` is told of everything, too; may be null.
    explicit HealthAccounting(MessageObserver* next = nullptr) : HealthAccounting(next, Limits {}) { }
    HealthAccounting(MessageObserver* next, const Limits& limits);
    ~HealthAccounting() override;
    HealthAccounting(const HealthAccounting&) = delete;
    HealthAccounting& operator=(const HealthAccounting&) = delete;

    void onMessage(const MessageInfo& message) override;
    void onTemplate(const TemplateSeen& seen) override;
    void onUnknownSet(uint16_t id) override;
    void onSample(const SampleSeen& seen) override;
    void onCounters(const CountersSeen& seen) override;

    /// What has come since the last call.
    HealthReport take();

private:
    struct Session;
    struct Stream;
    struct KeyHash {
        size_t operator()(const StreamKey& key) const
        {
            return std::hash<Ip>()(key.exporter) ^ mix64(uint64_t {key.domain} << 8 | static_cast<uint8_t>(key.protocol));
        }
    };
    struct Interface {
        Ip exporter;
        uint32_t ifIndex = 0;
        bool operator==(const Interface&) const = default;
    };
    struct InterfaceHash {
        size_t operator()(const Interface& key) const { return std::hash<Ip>()(key.exporter) ^ mix64(key.ifIndex); }
    };
    struct Reading {
        CountersSeen counters;
        uint64_t atMs = 0;
    };

    Stream* stream(const MessageInfo& message);
    void settle();
    void addFact(Stream& stream, const FactKey& key, uint64_t nowMs, int64_t value);
    void things(Stream& stream, const MessageInfo& message);
    void agent(Stream& stream, const MessageInfo& message);
    void rows(Stream& stream, const MessageInfo& message);
    Session& session(Stream& stream, const MessageInfo& message);
    static void expectOddly(Session& session, const MessageInfo& message, uint32_t options);
    void sequence(Stream& stream, const MessageInfo& message);
    /// What the message that is being decoded added to a count.
    [[nodiscard]] uint64_t added(const MessageInfo& message, DecodeCount id) const { return (*message.totals)[id] - m_before[id]; }
    void step(Stream& stream, const MessageInfo& message, SequenceTracker::Step step, bool other);
    void samples(Stream& stream);
    void counters(const MessageInfo& message, const CountersSeen& seen);

    MessageObserver* m_next;
    Limits m_limits;
    std::unordered_map<StreamKey, std::unique_ptr<Stream>, KeyHash> m_streams;
    std::array<Stream*, 64> m_lately {}; ///< by a few bits of their key: a few streams come again and again
    Stream* m_latest = nullptr;
    DecodeStats m_before; ///< totals after the latest message
    DecodeStats m_settled; ///< of these, what streams have been told of; the rest is m_latest's
    bool m_plain = true; ///< the message that is being decoded was only of records and flows …
    bool m_allPlain = true; ///< … and all since m_settled were
    std::vector<Stream*> m_touched; ///< since the last take()
    std::unordered_map<Interface, Reading, InterfaceHash> m_readings;
    HealthReport m_report; ///< counters and `beyond`; streams have theirs
    // Of the message that is being decoded.
    std::vector<TemplateSeen> m_templates;
    std::vector<uint16_t> m_unknown;
    std::vector<SampleSeen> m_samples;
    std::vector<CountersSeen> m_counters;
};

} // namespace rivereto::core
