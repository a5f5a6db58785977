// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/health/findings.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/health/findingsteps.h"
#include "core/text/number.h"
#include "core/text/time.h"
#include "core/text/translatable.h"

namespace rivereto::core {

namespace {

struct KindInfo {
    std::string_view name;
    std::string_view title;
};
constexpr KindInfo kKinds[] = {
#define RIVERETO_FINDING(id, name, title) {name, title},
#include "core/health/findings.def"
#undef RIVERETO_FINDING
};

constexpr int64_t kSkewMs = 60'000;
constexpr int64_t kDelayMs = 120'000;
constexpr int64_t kDayMs = 86'400'000;
constexpr int64_t kQuarterMs = 900'000;
constexpr int64_t kChurn = 5; ///< changes of templates that are no maintenance any more
constexpr double kMuch = 0.01; ///< share of flows from which on it is worth telling
constexpr double kNearlyAll = 0.99;
/// Fewer messages are an excerpt, of which medians say nothing.
constexpr int64_t kEnoughMessages = 8;
constexpr uint64_t kEnoughTwice = 20;
constexpr double kTwiceShare = 0.05;
constexpr size_t kNamedAtMost = 8;

std::string count(int64_t n) { return formatCount(static_cast<uint64_t>(std::max<int64_t>(n, 0))); }

/// "4 d 20 h", "6 min": two parts at most, because medians are known to a fifth only.
std::string length(int64_t ms)
{
    constexpr std::pair<int64_t, const char*> kUnits[] = {{kDayMs, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1000, "s"}};
    ms = std::abs(ms);
    for (size_t i = 0; i < std::size(kUnits); ++i) {
        const auto [size, unit] = kUnits[i];
        if (ms < size)
            continue;
        const auto whole = ms / size;
        const bool last = i + 1 == std::size(kUnits);
        const auto rest = last || whole >= 10 ? 0 : ms % size / kUnits[i + 1].first;
        return rest > 0 ? fmt::format("{} {} {} {}", whole, unit, rest, kUnits[i + 1].second) : fmt::format("{} {}", whole, unit);
    }
    return fmt::format("{} ms", ms);
}

/// At most so many of them, and "…".
class List {
public:
    template <class T>
    void add(const T& one)
    {
        if (m_size++ < kNamedAtMost)
            m_text += fmt::format("{}{}", m_text.empty() ? "" : ", ", one);
    }
    [[nodiscard]] std::string text() const { return m_size > kNamedAtMost ? m_text + " …" : m_text; }

private:
    std::string m_text;
    size_t m_size = 0;
};

template <class... Args>
Sentence say(std::string_view text, const Args&... args)
{
    return {text, {fmt::format("{}", args)...}};
}

std::string flowsOf(Ip exporter) { return fmt::format("ExporterAddress = {}", exporter.toString()); }
std::string flowsOf(const StreamKey& key)
{
    return fmt::format("{} AND ExportProtocol = \"{}\" AND ObservationDomain = {}", flowsOf(key.exporter), protocolName(key.protocol), key.domain);
}

class Rules {
public:
    Rules(std::vector<Finding>& out, uint64_t pointMs) : m_out(out), m_pointMs(pointMs) { }

    void stream(const StreamHealth& health)
    {
        templates(health);
        churn(health);
        loss(health);
        drops(health);
        sampling(health);
        clock(health);
        times(health);
        delay(health);
        durations(health);
        malformed(health);
    }
    void flows(const HealthReport& report, const FlowEvidence& evidence);

private:
    void add(Finding finding) { m_out.push_back(std::move(finding)); }
    void templates(const StreamHealth& health);
    void churn(const StreamHealth& health);
    void loss(const StreamHealth& health);
    void drops(const StreamHealth& health);
    void sampling(const StreamHealth& health);
    void clock(const StreamHealth& health);
    void times(const StreamHealth& health);
    void delay(const StreamHealth& health);
    void durations(const StreamHealth& health);
    void malformed(const StreamHealth& health);
    void several(const Sentence& evidence, const std::vector<Ip>& addresses);
    void sameDevice(const HealthReport& report, const FlowEvidence& evidence);
    void interfaces(const FlowEvidence& evidence);
    void twice(const FlowEvidence& evidence);
    void lostHere(const FlowEvidence& evidence);

    std::vector<Finding>& m_out;
    uint64_t m_pointMs;
};

void Rules::templates(const StreamHealth& health)
{
    int64_t waiting = 0;
    uint64_t since = UINT64_MAX;
    uint64_t until = 0;
    List ids;
    for (const auto& [key, fact] : health.of(FactKind::UnknownSet)) {
        if (fact.value <= 0)
            continue;
        waiting += fact.value;
        since = std::min(since, fact.firstMs);
        until = std::max(until, fact.lastMs);
        ids.add(key.key);
    }
    if (waiting > 0)
        add({.kind = FindingKind::NoTemplate, .severity = Severity::Serious, .stream = health.key, .sinceMs = since, .untilMs = until, .count = static_cast<uint64_t>(waiting),
            .evidence = say(RIVERETO_TEXT("findings", "Data sets without a template: {}, with the numbers {}; received: {}."), count(waiting), ids.text(), count(health[HealthCount::Records])),
            .cause = say(RIVERETO_TEXT("findings", "The exporter sends its templates rarely, or the datagram with them was lost; until they come again its flows cannot be read.")),
            .next = say(RIVERETO_TEXT("findings", "Let it send its templates every minute.")), .steps = kTemplateSteps});
}

void Rules::churn(const StreamHealth& health)
{
    const auto changes = health[HealthCount::TemplatesChanged];
    if (changes < kChurn)
        return;
    List ids;
    uint64_t since = 0, until = 0;
    for (const auto& [key, fact] : health.of(FactKind::TemplateChange)) {
        ids.add(key.key);
        since = since == 0 ? fact.firstMs : std::min(since, fact.firstMs);
        until = std::max(until, fact.lastMs);
    }
    add({.kind = FindingKind::TemplateChurn, .severity = Severity::Serious, .stream = health.key, .sinceMs = since, .untilMs = until, .count = static_cast<uint64_t>(changes),
        .evidence = say(RIVERETO_TEXT("findings", "Times that a template was given other fields: {}; templates: {}."), count(changes), ids.text()),
        .cause = say(RIVERETO_TEXT("findings", "Two processes or line cards export under one address, port and domain, and each takes the other's templates away.")),
        .next = say(RIVERETO_TEXT("findings", "Give each of them a source id or observation domain of its own.")), .steps = kDomainSteps});
}

void Rules::loss(const StreamHealth& health)
{
    const bool other = health.rule() == SequenceRule::Other;
    const auto gaps = health[other ? HealthCount::OtherGaps : HealthCount::OwnGaps];
    if (health.lost() == 0 || !health.lossIsSure())
        return;
    uint64_t since = 0, until = 0;
    for (const auto& [key, fact] : health.of(FactKind::Loss)) {
        if (fact.value <= 0 || key.aux != (other ? 1 : 0))
            continue;
        since = since == 0 ? fact.firstMs : since;
        until = fact.lastMs;
    }
    add({.kind = FindingKind::SequenceLoss, .severity = Severity::Serious, .stream = health.key, .sinceMs = since, .untilMs = until, .count = static_cast<uint64_t>(health.lostDatagrams()),
        .evidence = say(RIVERETO_TEXT("findings", "Datagrams missing by their numbers: about {} ({}), in {} gaps; received: {}, late: {}, twice: {}, restarts: {}."), count(health.lostDatagrams()), formatPercent(health.lostShare()),
            count(gaps), count(health[HealthCount::Messages]), count(health.reordered()), count(health[HealthCount::Duplicates]), count(health.restarts())),
        .cause = say(RIVERETO_TEXT("findings", "They were dropped between the exporter and this machine, or here: by the kernel or by Rivereto, which tell so themselves.")),
        .next = say(RIVERETO_TEXT("findings", "If nothing was lost on this machine at that time, look at the exporter's own drop counters and at policers on the way.")), .steps = kCounterSteps});
}

void Rules::drops(const StreamHealth& health)
{
    if (const auto drops = health[HealthCount::SampleDrops]; drops > 0)
        add({.kind = FindingKind::SampleDrops, .stream = health.key, .count = static_cast<uint64_t>(drops),
            .evidence = say(RIVERETO_TEXT("findings", "Samples that the device says it dropped: {}; received: {}."), count(drops), count(health[HealthCount::Records])),
            .cause = say(RIVERETO_TEXT("findings", "It samples more packets than its processor may handle.")), .next = say(RIVERETO_TEXT("findings", "Sample fewer packets: a larger rate on its busy interfaces.")), .steps = kSampleDropSteps});
}

void Rules::sampling(const StreamHealth& health)
{
    int64_t unknown = 0, known = 0;
    int64_t largest = 0;
    uint64_t since = 0, until = 0;
    std::set<int64_t> exporterRates;
    List rates;
    for (const auto& [key, fact] : health.of(FactKind::Sampling)) {
        if (key.aux == static_cast<int64_t>(SamplingSource::Unknown)) {
            unknown += fact.value;
            since = fact.firstMs;
            until = fact.lastMs;
            continue;
        }
        known += fact.value;
        largest = std::max(largest, key.key);
        rates.add(fmt::format("1:{}", key.key));
        if (key.aux == static_cast<int64_t>(SamplingSource::Exporter))
            exporterRates.insert(key.key);
    }
    if (unknown > 0 && known == 0)
        add({.kind = FindingKind::SamplingUnknown, .severity = Severity::Note, .stream = health.key, .sinceMs = since, .untilMs = until, .count = static_cast<uint64_t>(unknown),
            .evidence = say(RIVERETO_TEXT("findings", "Messages with flows: {}. None tells a sampling rate; they are counted as not sampled."), count(unknown)),
            .cause = say(RIVERETO_TEXT("findings", "The exporter looks at every packet, or it does not tell its rate in records or options; then its traffic is more than is shown.")),
            .next = say(RIVERETO_TEXT("findings", "If it samples, let it send its sampler table, or set its rate in Rivereto.")), .steps = kSamplingSteps, .condition = flowsOf(health.key)});
    else if (unknown > 0 && largest > 1)
        add({.kind = FindingKind::SamplingContradicts, .stream = health.key, .sinceMs = since, .untilMs = until, .count = static_cast<uint64_t>(unknown),
            .evidence = say(RIVERETO_TEXT("findings", "Messages that tell no sampling rate: {} of {}; the others tell {}."), count(unknown), count(unknown + known), rates.text()),
            .cause = say(RIVERETO_TEXT("findings", "Flows came before the options that tell the rate, or some records name a sampler that no option tells of; these are counted as not sampled.")),
            .next = say(RIVERETO_TEXT("findings", "Let it send its sampler table every minute, and compare the rates with its configuration.")), .steps = kSamplingSteps,
            .condition = flowsOf(health.key) + " AND SamplingSource = \"unknown\""});
    if (exporterRates.size() > 1)
        add({.kind = FindingKind::SamplingContradicts, .stream = health.key, .count = exporterRates.size(),
            .evidence = say(RIVERETO_TEXT("findings", "Different rates for all of its flows: {}."), rates.text()), .cause = say(RIVERETO_TEXT("findings", "The rate was changed, or several processes export under one domain.")),
            .next = say(RIVERETO_TEXT("findings", "Let it send its sampler table every minute, and compare the rates with its configuration.")), .steps = kSamplingSteps, .condition = flowsOf(health.key)});
}

void Rules::clock(const StreamHealth& health)
{
    const auto skew = health.skewMs();
    if (!skew || std::abs(*skew) <= kSkewMs || health[HealthCount::Messages] < kEnoughMessages)
        return;
    const auto off = std::abs(*skew);
    // Bins are a fifth wide; a whole number of quarters of an hour, and no more than zones have, is told as what it may be.
    const bool zone = off < 15 * 3'600'000 && off > 2 * kQuarterMs;
    add({.kind = FindingKind::ClockSkew, .severity = Severity::Serious, .stream = health.key, .sinceMs = health.firstMs, .untilMs = health.lastMs, .count = static_cast<uint64_t>(health[HealthCount::Messages]),
        .evidence = *skew < 0 ? say(RIVERETO_TEXT("findings", "Its clock is about {} behind the receiver's, in the median of {} messages."), length(off), count(health[HealthCount::Messages]))
                              : say(RIVERETO_TEXT("findings", "Its clock is about {} ahead of the receiver's, in the median of {} messages."), length(off), count(health[HealthCount::Messages])),
        .cause = zone ? say(RIVERETO_TEXT("findings", "It sends local time as if it were UTC, or its clock is not set by NTP.")) : say(RIVERETO_TEXT("findings", "Its clock is not set by NTP, or the receiver's is wrong.")),
        .next = say(RIVERETO_TEXT("findings", "Set its clock by NTP, in UTC; until then take the time of reception.")), .steps = kClockSteps, .condition = flowsOf(health.key)});
}

void Rules::times(const StreamHealth& health)
{
    const auto far = health[HealthCount::FarTimes];
    const auto skew = health.skewMs();
    // Where the whole clock is off, that is told, and is the reason.
    if (far == 0 || (skew && std::abs(*skew) > kSkewMs))
        return;
    const bool many = far * 100 > health[HealthCount::Messages];
    add({.kind = FindingKind::FarTimes, .severity = many ? Severity::Serious : Severity::Warning, .stream = health.key, .count = static_cast<uint64_t>(far),
        .evidence = say(RIVERETO_TEXT("findings", "Messages with flows that ended over a day before, or over an hour after they were received: {} of {}."), count(far), count(health[HealthCount::Messages])),
        .cause = say(RIVERETO_TEXT("findings", "The uptime that flow times count from was set back or has wrapped, or the exporter reads an old capture.")),
        .next = say(RIVERETO_TEXT("findings", "Take the time of reception as the chart's time, which is the default; restart the export on the device if its uptime is wrong.")), .steps = kTimeSteps, .condition = flowsOf(health.key)});
}

void Rules::delay(const StreamHealth& health)
{
    const auto delay = health.delayMs();
    const auto skew = health.skewMs();
    if (!delay || *delay <= kDelayMs || *delay > kDayMs || health[HealthCount::Messages] < kEnoughMessages || (skew && std::abs(*skew) > kSkewMs))
        return;
    add({.kind = FindingKind::ExportDelay, .stream = health.key, .count = static_cast<uint64_t>(health[HealthCount::Messages]), .evidence = say(RIVERETO_TEXT("findings", "Half of the flows arrive about {} or more after they ended."), length(*delay)),
        .cause = say(RIVERETO_TEXT("findings", "Ended flows wait for a long inactive timeout, or the export is held back by a rate limit.")), .next = say(RIVERETO_TEXT("findings", "Shorten the inactive timeout.")), .steps = kTimeoutSteps,
        .condition = flowsOf(health.key)});
}

void Rules::durations(const StreamHealth& health)
{
    const auto duration = health.durationMs(0.99);
    const auto limit = static_cast<int64_t>(m_pointMs + m_pointMs / 5);
    if (!duration || m_pointMs == 0 || *duration <= limit || health[HealthCount::Messages] < kEnoughMessages)
        return;
    add({.kind = FindingKind::LongFlows, .severity = Severity::Note, .stream = health.key, .count = static_cast<uint64_t>(health[HealthCount::Messages]),
        .evidence = say(RIVERETO_TEXT("findings", "One flow of a hundred lasts about {} or longer; a point of the chart is {}."), length(*duration), length(static_cast<int64_t>(m_pointMs))),
        .cause = say(RIVERETO_TEXT("findings", "With such an active timeout the bytes of minutes are counted at one moment, which shows as peaks and dips that were not there.")),
        .next = say(RIVERETO_TEXT("findings", "Shorten the active timeout to 60 s, or spread flows over the time they lasted.")), .steps = kTimeoutSteps, .condition = flowsOf(health.key)});
}

void Rules::malformed(const StreamHealth& health)
{
    if (const auto bad = health[HealthCount::Malformed]; bad > 0)
        add({.kind = FindingKind::Malformed, .severity = Severity::Serious, .stream = health.key, .count = static_cast<uint64_t>(bad),
            .evidence = say(RIVERETO_TEXT("findings", "Messages, sets, records or samples that are missing, cut short or cannot be: {}; messages received: {}."), count(bad), count(health[HealthCount::Messages])),
            .cause = say(RIVERETO_TEXT("findings", "Datagrams are fragmented and parts get lost, something on the way cuts them, or the exporter has a fault.")),
            .next = say(RIVERETO_TEXT("findings", "Look at one of them on the Inspect page or with “rivereto inspect”; an export size below the path's MTU avoids fragments."))});
}

void Rules::several(const Sentence& evidence, const std::vector<Ip>& addresses)
{
    std::string condition;
    for (const auto& address : addresses)
        condition += (condition.empty() ? "ExporterAddress IN (" : ", ") + address.toString();
    add({.kind = FindingKind::SeveralAddresses, .stream = {addresses.front()}, .count = addresses.size(), .evidence = evidence,
        .cause = say(RIVERETO_TEXT("findings", "The device takes the address of the interface that the datagram leaves by, so its flows belong to several exporters.")), .next = say(RIVERETO_TEXT("findings", "Let it send from one address.")),
        .steps = kSourceSteps, .condition = condition + ")"});
}

void Rules::sameDevice(const HealthReport& report, const FlowEvidence& evidence)
{
    const auto listed = [](const auto& addresses) {
        List list;
        for (const auto& address : addresses)
            list.add(address.toString());
        return list.text();
    };
    for (const auto& [name, addresses] : evidence.addresses) {
        if (addresses.size() > 1)
            several(say(RIVERETO_TEXT("findings", "{} sends from {}."), name, listed(addresses)), addresses);
    }
    std::map<Ip, std::set<Ip>> sources; // of an sFlow agent
    for (const auto& [key, health] : report.streams) {
        for (const auto& [agent, fact] : health.of(FactKind::Agent))
            sources[{static_cast<uint64_t>(agent.aux), static_cast<uint64_t>(agent.key)}].insert(key.exporter);
    }
    for (const auto& [agent, from] : sources) {
        if (from.size() > 1)
            several(say(RIVERETO_TEXT("findings", "The sFlow agent {} sends from {}."), agent.toString(), listed(from)), {from.begin(), from.end()});
    }
}

void Rules::interfaces(const FlowEvidence& evidence)
{
    for (const auto& [exporter, some] : evidence.withoutInterface) {
        const auto all = evidence.flows.find(exporter);
        const double share = all == evidence.flows.end() || all->second == 0 ? 0 : static_cast<double>(some) / static_cast<double>(all->second);
        if (share < kMuch)
            continue;
        add({.kind = FindingKind::WithoutInterface, .severity = share > kNearlyAll ? Severity::Note : Severity::Warning, .stream = {exporter}, .count = some,
            .evidence = say(RIVERETO_TEXT("findings", "Flows that name neither an input nor an output interface: {} ({})."), formatCount(some), formatPercent(share)),
            .cause = share > kNearlyAll ? say(RIVERETO_TEXT("findings", "A probe beside the network knows no interfaces, or the flow record does not collect them."))
                                        : say(RIVERETO_TEXT("findings", "One of its flow records does not collect interfaces, or the traffic is the device's own.")),
            .next = say(RIVERETO_TEXT("findings", "Collect both interfaces in the flow record; without them nothing can be said of links and boundaries.")), .steps = kInterfaceSteps,
            .condition = flowsOf(exporter) + " AND InIfIndex = 0 AND OutIfIndex = 0"});
    }
    for (const auto& [exporter, interfaces] : evidence.interfaces) {
        // Where none has a name, nobody has said any.
        if (interfaces.named == 0 || interfaces.unnamed.empty())
            continue;
        List list;
        std::string in;
        for (const auto index : interfaces.unnamed) {
            list.add(index);
            in += (in.empty() ? "" : ", ") + std::to_string(index);
        }
        add({.kind = FindingKind::UnknownInterface, .stream = {exporter}, .count = interfaces.unnamed.size(),
            .evidence = say(RIVERETO_TEXT("findings", "Interfaces in flows that nothing names: {}; others of it that have a name: {}."), list.text(), formatCount(interfaces.named)),
            .cause = say(RIVERETO_TEXT("findings", "The interface is new, its number has changed with a restart, or it is an internal one of the device.")),
            .next = say(RIVERETO_TEXT("findings", "Let the device send its interface table, or name the interface in the file of metadata.")), .steps = kNameSteps,
            .condition = fmt::format("{0} AND (InIfIndex IN ({1}) OR OutIfIndex IN ({1}))", flowsOf(exporter), in)});
    }
}

void Rules::twice(const FlowEvidence& evidence)
{
    for (const auto& [pair, twice] : evidence.twice) {
        const double share = twice.of == 0 ? 0 : static_cast<double>(twice.flows) / static_cast<double>(twice.of);
        if (twice.flows < kEnoughTwice || share < kTwiceShare)
            continue;
        add({.kind = FindingKind::Duplicates, .stream = {pair.first}, .count = twice.flows,
            .evidence = say(RIVERETO_TEXT("findings", "Of the newest flows {} tell the same as those of {}: {} ({})."), pair.first.toString(), pair.second.toString(), formatCount(twice.flows), formatPercent(share)),
            .cause = say(RIVERETO_TEXT("findings", "The traffic crosses both devices, and both export it; sums over both count it twice.")),
            .next = say(RIVERETO_TEXT("findings", "Look at one exporter or at external interfaces only, or let devices inside the network export nothing.")),
            .condition = fmt::format("ExporterAddress IN ({}, {})", pair.first.toString(), pair.second.toString())});
    }
}

void Rules::lostHere(const FlowEvidence& evidence)
{
    if (evidence.kernelLost + evidence.dropped == 0)
        return;
    add({.kind = FindingKind::LostHere, .severity = Severity::Serious, .sinceMs = evidence.lostHere.from, .untilMs = evidence.lostHere.to, .count = evidence.kernelLost + evidence.dropped,
        .evidence = say(RIVERETO_TEXT("findings", "Datagrams dropped by the kernel: {}; by Rivereto: {}."), formatCount(evidence.kernelLost), formatCount(evidence.dropped)),
        .cause = say(RIVERETO_TEXT("findings", "More datagrams came at once than the receive buffer holds, or more than this machine can store.")),
        .next = say(RIVERETO_TEXT("findings", "Let the kernel give larger receive buffers and listen again; if Rivereto drops, sample more coarsely or use a faster machine.")), .steps = kBufferSteps});
}

void Rules::flows(const HealthReport& report, const FlowEvidence& evidence)
{
    for (const auto& [exporter, some] : evidence.zeroBytes) {
        const auto all = evidence.flows.find(exporter);
        const double share = all == evidence.flows.end() || all->second == 0 ? 0 : static_cast<double>(some) / static_cast<double>(all->second);
        if (share >= kMuch)
            add({.kind = FindingKind::ZeroBytes, .stream = {exporter}, .count = some, .evidence = say(RIVERETO_TEXT("findings", "Flows without bytes: {} ({})."), formatCount(some), formatPercent(share)),
                .cause = say(RIVERETO_TEXT("findings", "The template has no byte counter that is known, or the records tell of events and not of traffic.")),
                .next = say(RIVERETO_TEXT("findings", "See on the Inspect page or with “rivereto inspect” which elements its template has.")), .condition = flowsOf(exporter) + " AND Bytes = 0"});
    }
    interfaces(evidence);
    sameDevice(report, evidence);
    twice(evidence);
    lostHere(evidence);
}

} // namespace

std::string Sentence::english() const { return Error {.text = text, .args = args, .span = {}}.message(); }

std::string_view findingName(FindingKind kind) { return kKinds[static_cast<size_t>(kind)].name; }
std::string_view findingTitle(FindingKind kind) { return kKinds[static_cast<size_t>(kind)].title; }

std::string_view severityName(Severity severity)
{
    return severity == Severity::Serious ? "serious" : severity == Severity::Warning ? "warning" : "note";
}

std::vector<Finding> findingsOf(const HealthReport& report, const FlowEvidence& flows, uint64_t pointMs)
{
    std::vector<Finding> out;
    Rules rules(out, pointMs);
    for (const auto& [key, health] : report.streams)
        rules.stream(health);
    rules.flows(report, flows);
    std::ranges::stable_sort(out, [](const Finding& a, const Finding& b) { return a.severity != b.severity ? a.severity < b.severity : a.stream < b.stream; });
    return out;
}

} // namespace rivereto::core
