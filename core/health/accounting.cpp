// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/health/accounting.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rivereto::core {

namespace {

constexpr uint64_t kSilenceMs = 300'000;
constexpr int32_t kBootJitterMs = 5'000; ///< clocks of exports have whole seconds, and receive times vary
constexpr int32_t kBootJumpMs = 60'000;
constexpr int64_t kHalfSecond = 500; ///< by which an export time of whole seconds is too early in the mean
constexpr uint64_t kDayMs = 86'400'000;
constexpr uint64_t kHourMs = 3'600'000;
constexpr int64_t kMostBin = 160;
constexpr size_t kRecent = 16;

/// Of the length and of a few words: those where headers have times (NetFlow and IPFIX from 4 on, sFlow at 20 or 32), the middle
/// and the end.
uint64_t fingerprint(std::span<const uint8_t> payload)
{
    uint64_t sum = payload.size();
    if (payload.size() < sizeof sum)
        return sum;
    const size_t last = payload.size() - sizeof sum;
    uint64_t factor = 0x9e3779b97f4a7c15ULL;
    for (const size_t at : {std::min<size_t>(4, last), std::min<size_t>(16, last), std::min<size_t>(28, last), last / 2, last}) {
        uint64_t word = 0;
        std::memcpy(&word, payload.data() + at, sizeof word);
        sum += (word ^ (word >> 29)) * factor;
        factor += 0x3c6ef372fe94f82aULL;
    }
    return sum;
}

/// Counts per bin of timeBin(), as an array while messages come.
class Histogram {
public:
    void add(int64_t ms)
    {
        if (m_bins.empty())
            m_bins.resize(2 * kMostBin + 1);
        ++m_bins[static_cast<size_t>(kMostBin + timeBin(ms))];
        m_used = true;
    }
    void moveTo(std::map<FactKey, Fact>& facts, FactKind kind)
    {
        if (!std::exchange(m_used, false))
            return;
        for (int64_t bin = -kMostBin; bin <= kMostBin; ++bin) {
            if (auto& count = m_bins[static_cast<size_t>(kMostBin + bin)]; count > 0)
                facts[{kind, bin, 0}].value += std::exchange(count, 0);
        }
    }

private:
    std::vector<uint32_t> m_bins;
    bool m_used = false;
};

bool hasUptime(Protocol protocol)
{
    return protocol != Protocol::Ipfix;
}

} // namespace

/// The numbers of one source port.
struct HealthAccounting::Session {
    uint16_t port = 0;
    uint16_t input = 0;
    bool started = false;
    uint32_t sequence = 0;
    uint32_t uptime = 0;
    uint32_t boot = 0; ///< clock less uptime, modulo 2³²
    uint64_t exported = 0;
    uint64_t received = 0;
    uint32_t units = 0; ///< of the latest message
    uint32_t options = 0; ///< those of them that are options
    uint32_t plain = 0; ///< messages that only follow in the way of RFC 7011
    bool odd = false; ///< the numbers count the message itself, too
    SequenceTracker own;
    SequenceTracker other;
    // The latest messages, to know those that come twice.
    std::array<uint32_t, kRecent> sequences {};
    std::array<uint64_t, kRecent> prints {};
    size_t next = 0;

    [[nodiscard]] bool knows(uint32_t number, uint64_t print) const
    {
        uint32_t same = 0;
        for (const auto one : sequences)
            same |= one == number ? 1U : 0U;
        if (same == 0)
            return false;
        for (size_t i = 0; i < kRecent; ++i) {
            if (sequences[i] == number && prints[i] == print)
                return true;
        }
        return false;
    }
    void remember(uint32_t number, uint64_t print)
    {
        sequences[next] = number;
        prints[next] = print;
        next = (next + 1) % kRecent;
    }
};

struct HealthAccounting::Stream {
    StreamHealth delta;
    bool touched = false;
    std::vector<Session> sessions;
    size_t latest = 0; ///< session
    std::unordered_map<uint32_t, SampleSeen> sources; ///< the latest sample of each
    SampleSeen* source = nullptr; ///< latest of them
    Histogram skew;
    Histogram delay;
    Histogram duration;
    std::array<size_t, kFactKinds> facts {};
    FactKey lastFact {FactKind::Sampling, -1, 0};
    Fact* last = nullptr; ///< of the sampling rates: nearly always the same
    Ip agent;
    Fact* agentFact = nullptr; ///< of `agent`
    FactKey templateKey;
    Fact* templateFact = nullptr; ///< of `templateKey`
};

/// RFC 7011 3.1 counts the data records before a message, options data included. softflowd and others count the message's own
/// as well, or leave options out. Believed unless the numbers have followed in the right way and only in that.
void HealthAccounting::expectOddly(Session& session, const MessageInfo& message, uint32_t options)
{
    const uint32_t grown = message.sequence - session.sequence;
    const bool odd = grown == message.units || grown == message.units - options;
    if (session.own.distance(message.sequence) == 0) {
        session.plain += !odd && session.options == 0 ? 1 : 0;
    } else if (session.plain == 0 && grown > 0 && (odd || grown == session.units - session.options)) {
        session.odd = odd;
        session.own.expect(message.sequence);
    } else if (session.plain == 0 && session.odd && static_cast<int32_t>(grown) > 0) {
        session.own.expect(session.sequence + message.units);
    }
}

HealthAccounting::HealthAccounting(MessageObserver* next, const Limits& limits)
    : m_next(next)
    , m_limits(limits)
{
}

HealthAccounting::~HealthAccounting() = default;

void HealthAccounting::onTemplate(const TemplateSeen& seen)
{
    m_templates.push_back(seen);
    if (m_next)
        m_next->onTemplate(seen);
}

void HealthAccounting::onUnknownSet(uint16_t id)
{
    m_unknown.push_back(id);
    if (m_next)
        m_next->onUnknownSet(id);
}

void HealthAccounting::onSample(const SampleSeen& seen)
{
    m_samples.push_back(seen);
    if (m_next)
        m_next->onSample(seen);
}

void HealthAccounting::onCounters(const CountersSeen& seen)
{
    m_counters.push_back(seen);
    if (m_next)
        m_next->onCounters(seen);
}

HealthAccounting::Stream* HealthAccounting::stream(const MessageInfo& message)
{
    const StreamKey key {message.exporter, message.protocol, message.domain};
    if (m_latest && m_latest->delta.key == key)
        return m_latest;
    settle();
    auto& lately = m_lately[(key.exporter.lo ^ key.exporter.lo >> 8 ^ key.domain ^ static_cast<uint64_t>(key.protocol) << 4) % m_lately.size()];
    if (lately && lately->delta.key == key)
        return m_latest = lately;
    auto found = m_streams.find(key);
    if (found == m_streams.end()) {
        if (m_streams.size() >= m_limits.streams)
            return m_latest = nullptr;
        found = m_streams.emplace(key, std::make_unique<Stream>()).first;
        found->second->delta.key = key;
    }
    return m_latest = lately = found->second.get();
}

/// What the decoder has counted since this was last done belongs to one stream: comparing the totals once for a row of its
/// messages costs less than once for each of them.
void HealthAccounting::settle()
{
    using D = DecodeCount;
    using H = HealthCount;
    if (m_allPlain) {
        if (m_latest) {
            m_latest->delta.add(H::Records, static_cast<int64_t>(m_before[D::Records] - m_settled[D::Records]));
            m_latest->delta.add(H::Flows, static_cast<int64_t>(m_before[D::Flows] - m_settled[D::Flows]));
        }
        m_settled.takePlain(m_before);
        return;
    }
    if (m_latest) {
        constexpr std::pair<D, H> kSame[] = {{D::Records, H::Records}, {D::Flows, H::Flows}, {D::OptionsRecords, H::OptionsRecords},
            {D::CounterSamples, H::CounterSamples}, {D::DiscardedPackets, H::DiscardedPackets}, {D::Templates, H::Templates},
            {D::TemplatesChanged, H::TemplatesChanged}, {D::TemplatesWithdrawn, H::TemplatesWithdrawn}, {D::TemplatesRefused, H::TemplatesRefused},
            {D::LateSets, H::LateSets}, {D::Truncated, H::Malformed}, {D::MissingRecords, H::Malformed}, {D::MalformedMessages, H::Malformed},
            {D::MalformedTemplates, H::Malformed}, {D::MalformedSets, H::Malformed}, {D::MalformedRecords, H::Malformed},
            {D::ReservedSets, H::Malformed}, {D::UnknownSamples, H::UnknownSamples}};
        for (const auto& [from, to] : kSame)
            m_latest->delta.add(to, static_cast<int64_t>(m_before[from] - m_settled[from]));
        m_latest->delta.add(H::UnknownSets, static_cast<int64_t>(m_settled[D::LateSets] - m_before[D::LateSets]));
    }
    m_settled = m_before;
    m_allPlain = true;
}

void HealthAccounting::addFact(Stream& stream, const FactKey& key, uint64_t nowMs, int64_t value)
{
    auto found = stream.delta.facts.find(key);
    if (found == stream.delta.facts.end()) {
        if (auto& count = stream.facts[static_cast<size_t>(key.kind)]; ++count > m_limits.facts)
            return;
        found = stream.delta.facts.emplace(key, Fact {}).first;
    }
    found->second.merge({nowMs, nowMs, value});
}

void HealthAccounting::onMessage(const MessageInfo& message)
{
    m_plain = message.totals->isPlainSince(m_before);
    if (Stream* known = stream(message)) {
        if (!std::exchange(known->touched, true))
            m_touched.push_back(known);
        things(*known, message);
        sequence(*known, message);
        rows(*known, message);
        samples(*known);
        for (const auto& seen : m_counters)
            counters(message, seen);
    } else {
        ++m_report.beyond;
    }
    if (m_plain) {
        m_before.takePlain(*message.totals);
    } else {
        m_before = *message.totals;
        m_allPlain = false;
    }
    m_templates.clear();
    m_unknown.clear();
    m_samples.clear();
    m_counters.clear();
    if (m_next)
        m_next->onMessage(message);
}

/// Everything that is only counted.
void HealthAccounting::things(Stream& stream, const MessageInfo& message)
{
    auto& delta = stream.delta;
    const auto now = message.origin.receivedMs;
    if (delta.firstMs == 0 || now < delta.firstMs)
        delta.firstMs = now;
    delta.lastMs = std::max(delta.lastMs, now);
    delta.add(HealthCount::Messages);
    delta.add(HealthCount::Bytes, static_cast<int64_t>(message.payload.size()));
    delta.add(HealthCount::UnknownSets, message.lostSets); // those that waited are taken back
    for (const auto id : m_unknown)
        addFact(stream, {FactKind::UnknownSet, id, 0}, now, 1);
    for (const auto& seen : m_templates) {
        const FactKey key {FactKind::Template, seen.id, static_cast<int64_t>(seen.fields) + (seen.options ? 65536 : 0)};
        if (stream.templateFact && stream.templateKey == key) { // many send one with every datagram
            stream.templateFact->lastMs = std::max(stream.templateFact->lastMs, now);
            ++stream.templateFact->value;
        } else {
            addFact(stream, key, now, 1);
            const auto found = stream.delta.facts.find(key);
            stream.templateFact = found == stream.delta.facts.end() ? nullptr : &found->second;
            stream.templateKey = key;
        }
        if (seen.changed)
            addFact(stream, {FactKind::TemplateChange, seen.id, 0}, now, 1);
        if (seen.lateSets > 0)
            addFact(stream, {FactKind::UnknownSet, seen.id, 0}, 0, -static_cast<int64_t>(seen.lateSets));
    }
    if (!message.agent.isZero() && message.agent != message.exporter)
        agent(stream, message);
    if (message.exportedMs > 0 && now > 0) {
        const bool seconds = message.exportedMs % 1000 == 0;
        stream.skew.add(static_cast<int64_t>(message.exportedMs) - static_cast<int64_t>(now) + (seconds ? kHalfSecond : 0));
    }
}

void HealthAccounting::agent(Stream& stream, const MessageInfo& message)
{
    const auto now = message.origin.receivedMs;
    if (stream.agentFact && stream.agent == message.agent) {
        stream.agentFact->lastMs = std::max(stream.agentFact->lastMs, now);
        ++stream.agentFact->value;
        return;
    }
    const FactKey key {FactKind::Agent, static_cast<int64_t>(message.agent.lo), static_cast<int64_t>(message.agent.hi)};
    addFact(stream, key, now, 1);
    const auto found = stream.delta.facts.find(key);
    stream.agentFact = found == stream.delta.facts.end() ? nullptr : &found->second;
    stream.agent = message.agent;
}

/// Sampling rate and times of the message's first row and, for the rate, its last.
void HealthAccounting::rows(Stream& stream, const MessageInfo& message)
{
    if (!message.batch || message.batch->rows() <= message.firstRow)
        return;
    auto& batch = *message.batch;
    const auto now = message.origin.receivedMs;
    const size_t first = message.firstRow;
    const size_t last = batch.rows() - 1;
    const auto cell = [&]<class T>(ColumnId column, size_t row, T) { return batch.has(column) ? batch.cells<T>(column)[row] : T {}; };
    const auto rate = [&](size_t row) {
        return FactKey {FactKind::Sampling, static_cast<int64_t>(cell(ColumnId::SamplingRate, row, uint64_t {})),
            cell(ColumnId::SamplingSource, row, uint8_t {})};
    };
    const auto addRate = [&](const FactKey& key) {
        if (stream.last && stream.lastFact == key) {
            stream.last->lastMs = std::max(stream.last->lastMs, now);
            ++stream.last->value;
            return;
        }
        addFact(stream, key, now, 1);
        const auto found = stream.delta.facts.find(key);
        stream.last = found == stream.delta.facts.end() ? nullptr : &found->second;
        stream.lastFact = key;
    };
    const auto one = rate(first);
    addRate(one);
    if (const auto other = last > first ? rate(last) : one; other != one)
        addRate(other);

    const auto start = cell(ColumnId::TimeFlowStart, first, uint64_t {});
    const auto end = cell(ColumnId::TimeFlowEnd, first, uint64_t {});
    if (end == 0 || now == 0)
        return;
    if (message.protocol != Protocol::Sflow) {
        stream.delay.add(static_cast<int64_t>(now) - static_cast<int64_t>(end));
        if (start > 0 && start <= end)
            stream.duration.add(static_cast<int64_t>(end - start));
    }
    if (end + kDayMs < now || end > now + kHourMs)
        stream.delta.add(HealthCount::FarTimes);
}

HealthAccounting::Session& HealthAccounting::session(Stream& stream, const MessageInfo& message)
{
    const auto port = message.origin.sourcePort;
    const auto input = message.origin.input;
    auto& sessions = stream.sessions;
    const auto mine = [&](const Session& session) { return session.port == port && session.input == input; };
    if (stream.latest < sessions.size() && mine(sessions[stream.latest]))
        return sessions[stream.latest];
    auto found = std::ranges::find_if(sessions, mine);
    // Several sockets of one process count together.
    if (found == sessions.end())
        found = std::ranges::find_if(sessions, [&](const Session& session) { return session.own.distance(message.sequence) == 0 || session.other.distance(message.sequence) == 0; });
    if (found == sessions.end() && sessions.size() < m_limits.sessions)
        found = sessions.emplace(sessions.end());
    if (found == sessions.end()) {
        found = std::ranges::min_element(sessions, {}, &Session::received);
        *found = {};
    }
    found->port = port;
    found->input = input;
    addFact(stream, {FactKind::Port, port, input}, message.origin.receivedMs, 1);
    stream.latest = static_cast<size_t>(found - sessions.begin());
    return *found;
}

void HealthAccounting::sequence(Stream& stream, const MessageInfo& message)
{
    if (message.protocol == Protocol::NetFlow1 || message.units == 0)
        return; // nothing is numbered
    auto& delta = stream.delta;
    delta.add(HealthCount::Units, message.units);
    auto& session = this->session(stream, message);
    const auto print = fingerprint(message.payload);
    if (session.started && session.knows(message.sequence, print)) {
        delta.add(HealthCount::Duplicates);
        return;
    }
    session.remember(message.sequence, print);

    // v9 counts datagrams and some count records; the others count records or flows and some count datagrams.
    const auto records = static_cast<uint32_t>(added(message, DecodeCount::Records) + added(message, DecodeCount::OptionsRecords));
    const bool nine = message.protocol == Protocol::NetFlow9;
    using D = DecodeCount;
    const bool exact = m_plain ? message.lostSets == 0 : message.lostSets == 0 && added(message, D::LateSets) + added(message, D::Truncated) + added(message, D::MalformedMessages) + added(message, D::MalformedSets) + added(message, D::MalformedRecords) + added(message, D::ReservedSets) == 0;
    const uint32_t clock = static_cast<uint32_t>(message.exportedMs > 0 ? message.exportedMs : message.origin.receivedMs);
    const uint32_t boot = clock - message.uptimeMs;
    const bool uptime = hasUptime(message.protocol);
    const auto age = uptime ? static_cast<int64_t>(static_cast<int32_t>(message.uptimeMs - session.uptime))
                            : static_cast<int64_t>(message.exportedMs) - static_cast<int64_t>(session.exported);
    const auto options = static_cast<uint32_t>(added(message, D::OptionsRecords));
    SequenceTracker::Message own {.sequence = message.sequence, .units = message.units, .exact = nine || message.protocol == Protocol::Sflow || exact};
    own.silence = session.started && message.origin.receivedMs > session.received + kSilenceMs;
    // Within one moment of a clock that counts seconds only a number far behind can be a new beginning.
    own.newer = age > 0 || (age == 0 && (message.sequence == 0 || session.own.distance(message.sequence) < -65536));
    auto other = own;
    other.units = nine ? records : 1;
    other.exact = !nine || exact;

    if (message.protocol == Protocol::Ipfix && session.started)
        expectOddly(session, message, options);

    const int32_t moved = static_cast<int32_t>(boot - session.boot);
    const bool follows = session.own.distance(message.sequence) == 0 || session.other.distance(message.sequence) == 0;
    if (session.started && uptime && !follows && moved > kBootJitterMs
        && (age < 0 || (moved > kBootJumpMs && session.own.distance(message.sequence) < 0))) {
        delta.add(HealthCount::Restarts);
        session.own.restart(own.sequence, own.units);
        session.other.restart(other.sequence, other.units);
    } else {
        if (session.started && message.sequence == session.sequence)
            delta.add(HealthCount::SequenceSame);
        const bool alone = message.protocol == Protocol::Sflow;
        step(stream, message, session.own.take(own), false);
        if (!alone)
            step(stream, message, session.other.take(other), true);
    }
    if (!session.started || age >= 0 || moved > kBootJitterMs) {
        session.sequence = message.sequence;
        session.uptime = message.uptimeMs;
        session.boot = boot;
        session.exported = message.exportedMs;
    }
    session.received = message.origin.receivedMs;
    session.units = message.units;
    session.options = options;
    session.started = true;
}

void HealthAccounting::step(Stream& stream, const MessageInfo& message, SequenceTracker::Step step, bool other)
{
    using enum HealthCount;
    using Kind = SequenceTracker::Kind;
    auto& delta = stream.delta;
    const auto lost = [&] {
        delta.add(other ? OtherLost : OwnLost, step.units);
        const auto slot = static_cast<int64_t>(message.origin.receivedMs / kLossSlotMs * kLossSlotMs);
        addFact(stream, {FactKind::Loss, slot, other}, message.origin.receivedMs, step.units);
    };
    switch (step.kind) {
    case Kind::First:
        break;
    case Kind::Followed:
        delta.add(other ? OtherFollowed : OwnFollowed);
        break;
    case Kind::Gap:
        delta.add(other ? OtherGaps : OwnGaps);
        lost();
        break;
    case Kind::Late:
        delta.add(other ? OtherReordered : OwnReordered);
        if (step.units != 0)
            lost();
        break;
    case Kind::Reset:
        delta.add(other ? OtherResets : OwnResets);
        break;
    case Kind::Unseen:
        delta.add(other ? OtherUnseen : OwnUnseen, step.units);
        break;
    }
}

/// Samples are numbered by each source (sflow_version_5.txt, flow_sample).
void HealthAccounting::samples(Stream& stream)
{
    auto& sources = stream.sources;
    for (const auto& seen : m_samples) {
        if (!stream.source || stream.source->source != seen.source) {
            const auto found = sources.find(seen.source);
            if (found == sources.end()) {
                if (sources.size() < m_limits.sources)
                    stream.source = &sources.emplace(seen.source, seen).first->second;
                continue;
            }
            stream.source = &found->second;
        }
        auto& last = *stream.source;
        const auto ahead = static_cast<int32_t>(seen.sequence - last.sequence);
        const auto pool = static_cast<int32_t>(seen.pool - last.pool);
        const auto drops = static_cast<int32_t>(seen.drops - last.drops);
        constexpr int32_t kFar = 1 << 20;
        if (ahead <= 0 && ahead > -kFar && pool <= 0)
            continue; // late
        if (ahead > 1 && ahead < kFar)
            stream.delta.add(HealthCount::SamplesLost, ahead - 1);
        if (ahead > 0 && pool > 0)
            stream.delta.add(HealthCount::SamplePool, pool);
        if (ahead > 0 && drops > 0)
            stream.delta.add(HealthCount::SampleDrops, drops);
        last = seen;
    }
}

void HealthAccounting::counters(const MessageInfo& message, const CountersSeen& seen)
{
    const auto now = message.origin.receivedMs;
    const Interface key {message.exporter, seen.ifIndex};
    auto found = m_readings.find(key);
    if (found == m_readings.end()) {
        if (m_readings.size() < m_limits.interfaces)
            m_readings.emplace(key, Reading {seen, now});
        return;
    }
    const auto before = std::exchange(found->second, Reading {seen, now});
    const auto& was = before.counters;
    // Octets have 64 bits: less than before is a restart, about which nothing is known.
    if (now <= before.atMs || seen.inOctets < was.inOctets || seen.outOctets < was.outOctets)
        return;
    InterfaceCounters add {.fromMs = before.atMs, .toMs = now, .speed = seen.speed, .status = seen.status, .readings = 1};
    add.inOctets = seen.inOctets - was.inOctets;
    add.outOctets = seen.outOctets - was.outOctets;
    for (size_t i = 0; i < seen.inPackets.size(); ++i) {
        add.inPackets += seen.inPackets[i] - was.inPackets[i];
        add.outPackets += seen.outPackets[i] - was.outPackets[i];
    }
    add.inErrors = seen.inErrors - was.inErrors;
    add.outErrors = seen.outErrors - was.outErrors;
    add.inDiscards = seen.inDiscards - was.inDiscards;
    add.outDiscards = seen.outDiscards - was.outDiscards;
    m_report.counters[{message.exporter, seen.ifIndex, now / kLossSlotMs * kLossSlotMs}].merge(add);
}

HealthReport HealthAccounting::take()
{
    settle();
    HealthReport out = std::exchange(m_report, {});
    for (auto* touched : m_touched) {
        touched->skew.moveTo(touched->delta.facts, FactKind::Skew);
        touched->delay.moveTo(touched->delta.facts, FactKind::Delay);
        touched->duration.moveTo(touched->delta.facts, FactKind::Duration);
        const auto key = touched->delta.key;
        out.streams[key] = std::exchange(touched->delta, StreamHealth {.key = key});
        touched->touched = false;
        touched->facts = {};
        touched->last = nullptr;
        touched->agentFact = nullptr;
        touched->templateFact = nullptr;
    }
    m_touched.clear();
    return out;
}

} // namespace rivereto::core
