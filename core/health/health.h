// SPDX-License-Identifier: GPL-3.0-or-later
// StreamHealth and HealthReport: what is known of exporters beside their flows. Additive: parts of different times and threads
// are merged into one. Read this first in core/health.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/ip.h"
#include "core/decode/protocol.h"

namespace rivereto::core {

enum class HealthCount : uint8_t {
#define RIVERETO_HEALTH_COUNT(id, name, doc) id,
#include "core/health/healthcounts.def"
#undef RIVERETO_HEALTH_COUNT
    kCount
};
inline constexpr size_t kHealthCounts = static_cast<size_t>(HealthCount::kCount);

struct HealthCountInfo {
    std::string_view name; ///< stable, lower case
    std::string_view doc; ///< one English sentence
};
/// Names in display order; index = HealthCount.
std::span<const HealthCountInfo, kHealthCounts> healthCounts();

/// Things of which a stream has several. Numbers are kept in databases.
enum class FactKind : uint8_t {
    Sampling = 1, ///< key: rate; aux: SamplingSource; value: messages
    Template = 2, ///< key: id; aux: number of fields, +65536 for options; value: how often it was defined
    TemplateChange = 3, ///< key: id; value: how often with other fields
    UnknownSet = 4, ///< key: id; value: sets that still wait
    Skew = 5, ///< key: bin of the exporter's clock less ours; value: messages
    Delay = 6, ///< key: bin of the time from a flow's end to its reception; value: messages
    Duration = 7, ///< key: bin of a flow's duration; value: messages
    Loss = 8, ///< key: start of five minutes, ms; aux: 1 counted the other way; value: units lost
    Port = 9, ///< key: source port; aux: number of the input; value: how often it was new
    Source = 10, ///< key: sFlow source id; value: flow samples
    Agent = 11, ///< key and aux: lower and upper half of the agent's address (sFlow); value: messages
};
inline constexpr size_t kFactKinds = 12;
inline constexpr uint64_t kLossSlotMs = 300'000;

struct FactKey {
    FactKind kind = FactKind::Sampling;
    int64_t key = 0;
    int64_t aux = 0;
    auto operator<=>(const FactKey&) const = default;
};
struct Fact {
    uint64_t firstMs = 0; ///< receive time; 0: not known
    uint64_t lastMs = 0;
    int64_t value = 0;
    void merge(const Fact& other);
    bool operator==(const Fact&) const = default;
};

/// Times on a scale whose steps are a fifth of the value or less.
int64_t timeBin(int64_t ms);
int64_t timeOfBin(int64_t bin);

/// One sequence of numbers: an exporter's engine (v5), source id (v9), observation domain (IPFIX) or sub-agent (sFlow).
struct StreamKey {
    Ip exporter;
    Protocol protocol = Protocol::Unknown;
    uint32_t domain = 0;
    auto operator<=>(const StreamKey&) const = default;
};

/// How a stream's numbers turn out to be counted.
enum class SequenceRule : uint8_t {
    Own, ///< as the protocol says
    Other, ///< v5, v7, IPFIX: datagrams; v9: records
    None ///< there is no number, or it does not move
};

struct StreamHealth {
    StreamKey key;
    uint64_t firstMs = 0; ///< receive time of the first message; 0: there was none
    uint64_t lastMs = 0;
    std::array<int64_t, kHealthCounts> counts {};
    std::map<FactKey, Fact> facts;

    [[nodiscard]] int64_t operator[](HealthCount id) const { return counts[static_cast<size_t>(id)]; }
    void add(HealthCount id, int64_t n = 1) { counts[static_cast<size_t>(id)] += n; }
    void merge(const StreamHealth& other);

    /// @name What the counts mean
    /// @{
    [[nodiscard]] SequenceRule rule() const;
    [[nodiscard]] int64_t lost() const; ///< in what the sequence number counts
    [[nodiscard]] int64_t unseen() const;
    [[nodiscard]] int64_t reordered() const;
    [[nodiscard]] int64_t restarts() const; ///< with sequence numbers that began anew
    [[nodiscard]] int64_t lostDatagrams() const; ///< `lost()` by the mean of units in a datagram, rounded up
    [[nodiscard]] double lostShare() const; ///< 0 … 1 of what was sent
    /// Whether numbers follow each other often enough for gaps to mean loss: not in an excerpt of a few datagrams, nor of a device
    /// that counts in a way of its own.
    [[nodiscard]] bool lossIsSure() const;
    [[nodiscard]] std::optional<int64_t> skewMs() const; ///< median of the exporter's clock less ours
    [[nodiscard]] std::optional<int64_t> delayMs() const; ///< median time from a flow's end to its reception
    /// Duration that `share` of the flows looked at do not exceed.
    [[nodiscard]] std::optional<int64_t> durationMs(double share) const;
    [[nodiscard]] size_t templates() const; ///< different ids
    [[nodiscard]] std::optional<int64_t> quantile(FactKind kind, double share) const;
    /// Facts of one kind, in order.
    [[nodiscard]] std::vector<std::pair<FactKey, Fact>> of(FactKind kind) const;
    /// @}
};

/// What `units` of the stream's sequence are: "flows", "datagrams" or "records".
std::string_view unitName(Protocol protocol, SequenceRule rule);
/// What tells streams of one exporter apart: "engine", "source id", "observation domain" or "sub-agent".
std::string_view domainName(Protocol protocol);

/// What an interface's own counters say went over it in five minutes.
struct InterfaceCounters {
    uint64_t fromMs = 0; ///< reading before the first of them
    uint64_t toMs = 0; ///< last reading
    uint64_t speed = 0; ///< bits/s
    uint32_t status = 0; ///< ifStatus: bit 0 admin up, bit 1 oper up
    uint64_t readings = 0;
    uint64_t inOctets = 0;
    uint64_t outOctets = 0;
    uint64_t inPackets = 0;
    uint64_t outPackets = 0;
    uint64_t inErrors = 0;
    uint64_t outErrors = 0;
    uint64_t inDiscards = 0;
    uint64_t outDiscards = 0;
    void merge(const InterfaceCounters& other);
    bool operator==(const InterfaceCounters&) const = default;
};
struct CounterKey {
    Ip exporter;
    uint32_t ifIndex = 0;
    uint64_t slotMs = 0; ///< start of the five minutes
    auto operator<=>(const CounterKey&) const = default;
};

struct HealthReport {
    std::map<StreamKey, StreamHealth> streams;
    std::map<CounterKey, InterfaceCounters> counters;
    uint64_t beyond = 0; ///< messages of streams beyond the limit: not in here

    [[nodiscard]] bool empty() const { return streams.empty() && counters.empty() && beyond == 0; }
    void merge(const HealthReport& other);
    /// Over all streams whose loss is sure.
    [[nodiscard]] int64_t lostDatagrams() const;
};

} // namespace rivereto::core
