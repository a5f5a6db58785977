// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/health/health.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

namespace rivereto::core {

namespace {

constexpr std::array<HealthCountInfo, kHealthCounts> kTable {{
#define RIVERETO_HEALTH_COUNT(id, name, doc) {name, doc},
#include "core/health/healthcounts.def"
#undef RIVERETO_HEALTH_COUNT
}};

constexpr unsigned kStepBits = 2; ///< steps in an octave
constexpr unsigned kLargest = 40; ///< octaves

/// The earlier of two times of which 0 is not known.
uint64_t earlier(uint64_t a, uint64_t b)
{
    return a == 0 ? b : b == 0 ? a : std::min(a, b);
}

/// Numbers of messages from which on a way of counting is believed to be the device's.
constexpr int64_t kEnough = 8;

} // namespace

std::span<const HealthCountInfo, kHealthCounts> healthCounts()
{
    return kTable;
}

void Fact::merge(const Fact& other)
{
    firstMs = earlier(firstMs, other.firstMs);
    lastMs = std::max(lastMs, other.lastMs);
    value += other.value;
}

int64_t timeBin(int64_t ms)
{
    const uint64_t size = std::min<uint64_t>(ms < 0 ? 0 - static_cast<uint64_t>(ms) : static_cast<uint64_t>(ms), (uint64_t {1} << kLargest) - 1);
    if (size < (1U << kStepBits))
        return ms < 0 ? -static_cast<int64_t>(size) : static_cast<int64_t>(size);
    const auto octave = static_cast<unsigned>(std::bit_width(size)) - 1 - kStepBits;
    const auto bin = static_cast<int64_t>((uint64_t {octave} << kStepBits) + (size >> octave));
    return ms < 0 ? -bin : bin;
}

int64_t timeOfBin(int64_t bin)
{
    const auto size = static_cast<uint64_t>(bin < 0 ? -bin : bin);
    if (size < (2U << kStepBits))
        return bin;
    const uint64_t octave = (size >> kStepBits) - 1;
    const uint64_t start = (size - (octave << kStepBits)) << octave;
    const auto middle = static_cast<int64_t>(start + (uint64_t {1} << octave) / 2);
    return bin < 0 ? -middle : middle;
}

void StreamHealth::merge(const StreamHealth& other)
{
    key = other.key;
    firstMs = earlier(firstMs, other.firstMs);
    lastMs = std::max(lastMs, other.lastMs);
    for (size_t i = 0; i < counts.size(); ++i)
        counts[i] += other.counts[i];
    for (const auto& [what, fact] : other.facts)
        facts[what].merge(fact);
}

SequenceRule StreamHealth::rule() const
{
    using enum HealthCount;
    if (key.protocol == Protocol::NetFlow1 || key.protocol == Protocol::Unknown)
        return SequenceRule::None;
    const auto own = (*this)[OwnFollowed];
    const auto other = (*this)[OtherFollowed];
    const auto same = (*this)[SequenceSame];
    if (same >= kEnough && same > 10 * std::max(own, other))
        return SequenceRule::None;
    return other >= kEnough && other > 10 * own ? SequenceRule::Other : SequenceRule::Own;
}

namespace {
int64_t byRule(const StreamHealth& stream, HealthCount own, HealthCount other)
{
    switch (stream.rule()) {
    case SequenceRule::Own:
        return stream[own];
    case SequenceRule::Other:
        return stream[other];
    case SequenceRule::None:
        break;
    }
    return 0;
}
} // namespace

int64_t StreamHealth::lost() const
{
    return std::max<int64_t>(byRule(*this, HealthCount::OwnLost, HealthCount::OtherLost), 0);
}

int64_t StreamHealth::unseen() const
{
    return byRule(*this, HealthCount::OwnUnseen, HealthCount::OtherUnseen);
}

int64_t StreamHealth::reordered() const
{
    return byRule(*this, HealthCount::OwnReordered, HealthCount::OtherReordered);
}

int64_t StreamHealth::restarts() const
{
    return (*this)[HealthCount::Restarts] + byRule(*this, HealthCount::OwnResets, HealthCount::OtherResets);
}

int64_t StreamHealth::lostDatagrams() const
{
    const auto units = lost();
    if (unitName(key.protocol, rule()) == "datagrams" || units == 0)
        return units;
    const auto received = key.protocol == Protocol::NetFlow9 ? (*this)[HealthCount::Records] + (*this)[HealthCount::OptionsRecords]
                                                             : (*this)[HealthCount::Units];
    const double mean = std::max(1.0, static_cast<double>(received) / static_cast<double>(std::max<int64_t>((*this)[HealthCount::Messages], 1)));
    return static_cast<int64_t>(std::ceil(static_cast<double>(units) / mean));
}

double StreamHealth::lostShare() const
{
    const auto lost = static_cast<double>(lostDatagrams());
    return lost == 0 ? 0 : lost / (lost + static_cast<double>((*this)[HealthCount::Messages]));
}

bool StreamHealth::lossIsSure() const
{
    constexpr int64_t kFollowed = 3;
    const auto followed = byRule(*this, HealthCount::OwnFollowed, HealthCount::OtherFollowed);
    return (*this)[HealthCount::Messages] >= kEnough && followed >= kFollowed && followed * 4 >= byRule(*this, HealthCount::OwnGaps, HealthCount::OtherGaps);
}

std::optional<int64_t> StreamHealth::quantile(FactKind kind, double share) const
{
    const auto bins = of(kind);
    int64_t all = 0;
    for (const auto& [key, fact] : bins)
        all += fact.value;
    if (all <= 0)
        return std::nullopt;
    const double wanted = share * static_cast<double>(all);
    int64_t sum = 0;
    for (const auto& [key, fact] : bins) {
        sum += fact.value;
        if (static_cast<double>(sum) >= wanted)
            return timeOfBin(key.key);
    }
    return timeOfBin(bins.back().first.key);
}

std::optional<int64_t> StreamHealth::skewMs() const
{
    return quantile(FactKind::Skew, 0.5);
}

std::optional<int64_t> StreamHealth::delayMs() const
{
    return quantile(FactKind::Delay, 0.5);
}

std::optional<int64_t> StreamHealth::durationMs(double share) const
{
    return quantile(FactKind::Duration, share);
}

size_t StreamHealth::templates() const
{
    std::set<int64_t> ids;
    for (const auto& [key, fact] : of(FactKind::Template))
        ids.insert(key.key);
    return ids.size();
}

std::vector<std::pair<FactKey, Fact>> StreamHealth::of(FactKind kind) const
{
    const auto first = facts.lower_bound({kind, INT64_MIN, INT64_MIN});
    const auto last = facts.upper_bound({kind, INT64_MAX, INT64_MAX});
    return {first, last};
}

std::string_view unitName(Protocol protocol, SequenceRule rule)
{
    const bool records = (protocol == Protocol::NetFlow9) == (rule == SequenceRule::Other);
    if (protocol == Protocol::Sflow || !records)
        return "datagrams";
    return protocol == Protocol::NetFlow5 || protocol == Protocol::NetFlow7 ? "flows" : "records";
}

std::string_view domainName(Protocol protocol)
{
    switch (protocol) {
    case Protocol::NetFlow9:
        return "source id";
    case Protocol::Ipfix:
        return "observation domain";
    case Protocol::Sflow:
        return "sub-agent";
    default:
        return "engine";
    }
}

void InterfaceCounters::merge(const InterfaceCounters& other)
{
    if (other.toMs >= toMs) {
        speed = other.speed;
        status = other.status;
    }
    fromMs = earlier(fromMs, other.fromMs);
    toMs = std::max(toMs, other.toMs);
    readings += other.readings;
    inOctets += other.inOctets;
    outOctets += other.outOctets;
    inPackets += other.inPackets;
    outPackets += other.outPackets;
    inErrors += other.inErrors;
    outErrors += other.outErrors;
    inDiscards += other.inDiscards;
    outDiscards += other.outDiscards;
}

void HealthReport::merge(const HealthReport& other)
{
    for (const auto& [key, stream] : other.streams)
        streams[key].merge(stream);
    for (const auto& [key, slot] : other.counters)
        counters[key].merge(slot);
    beyond += other.beyond;
}

int64_t HealthReport::lostDatagrams() const
{
    int64_t sum = 0;
    for (const auto& [key, stream] : streams)
        sum += stream.lossIsSure() ? stream.lostDatagrams() : 0;
    return sum;
}

} // namespace rivereto::core
