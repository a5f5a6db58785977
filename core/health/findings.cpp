// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/health/findings.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "core/query/run.h"
#include "core/text/number.h"
#include "core/text/time.h"

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
constexpr int64_t kChurn = 5; ///< changes of templates that are no maintenance any more
constexpr double kMuch = 0.01; ///< share of flows from which on it is worth telling

// Lines of configuration. The names in capitals are the reader's own.
const std::vector<FindingStep> kTemplateSteps {
    {"Cisco IOS-XE", "flow exporter NAME\n template data timeout 60"},
    {"Cisco IOS-XR", "flow exporter-map NAME\n version v9\n  template data timeout 60\n  template timeout 60"},
    {"Juniper Junos", "set services flow-monitoring version-ipfix template NAME template-refresh-rate seconds 60"},
    {"Arista EOS", "flow tracking hardware\n tracker NAME\n  exporter NAME\n   template interval 60000"},
    {"Nokia SR OS", "configure cflowd template-retransmit 60"},
};
const std::vector<FindingStep> kSamplingSteps {
    {"Cisco IOS-XE", "flow exporter NAME\n option sampler-table timeout 60"},
    {"Cisco IOS-XR", "flow exporter-map NAME\n version v9\n  options sampler-table timeout 60"},
    {"Juniper Junos", "set services flow-monitoring version-ipfix template NAME option-refresh-rate seconds 60"},
};
const std::vector<FindingStep> kClockSteps {
    {"Cisco IOS-XE and IOS-XR, Arista EOS", "ntp server ADDRESS"},
    {"Juniper Junos", "set system ntp server ADDRESS"},
    {"Nokia SR OS", "configure system time ntp server ADDRESS"},
};
const std::vector<FindingStep> kTimeoutSteps {
    {"Cisco IOS-XE", "flow monitor NAME\n cache timeout active 60\n cache timeout inactive 15"},
    {"Cisco IOS-XR", "flow monitor-map NAME\n cache timeout active 60\n cache timeout inactive 15"},
    {"Juniper Junos", "set services flow-monitoring version-ipfix template NAME flow-active-timeout 60\nset services flow-monitoring version-ipfix template NAME flow-inactive-timeout 15"},
    {"Arista EOS", "flow tracking hardware\n tracker NAME\n  record export on interval 60000\n  record export on inactive timeout 15000"},
};
const std::vector<FindingStep> kDomainSteps {
    {"Juniper Junos", "set services flow-monitoring version-ipfix template NAME observation-domain-id NUMBER"},
};
const std::vector<FindingStep> kInterfaceSteps {
    {"Cisco IOS-XE", "flow record NAME\n match interface input\n collect interface output"},
};
const std::vector<FindingStep> kSourceSteps {
    {"Cisco IOS-XE", "flow exporter NAME\n source Loopback0"},
    {"Cisco IOS-XR", "flow exporter-map NAME\n source Loopback0"},
    {"Juniper Junos", "set forwarding-options sampling instance NAME family inet output inline-jflow source-address ADDRESS"},
    {"Arista EOS", "flow tracking hardware\n tracker NAME\n  exporter NAME\n   local interface Loopback0"},
};

std::string seconds(int64_t ms) { return formatInterval(static_cast<uint64_t>((std::abs(ms) + 500) / 1000 * 1000)); }
std::string count(int64_t n) { return formatCount(static_cast<uint64_t>(std::max<int64_t>(n, 0))); }

class Rules {
public:
    explicit Rules(std::vector<Finding>& out) : m_out(out) { }

    void stream(const StreamHealth& health, uint64_t pointMs)
    {
        templates(health);
        loss(health);
        sampling(health);
        clocks(health, pointMs);
        if (const auto bad = health[HealthCount::Malformed]; bad > 0)
            add({.kind = FindingKind::Malformed, .serious = true, .stream = health.key, .count = static_cast<uint64_t>(bad),
                .evidence = fmt::format("{} messages, sets, records or samples of {} messages are cut short or cannot be.", count(bad), count(health[HealthCount::Messages])),
                .cause = "Datagrams are fragmented and parts get lost, something on the way cuts them, or the exporter has a fault.",
                .next = "Look at one of them with “rivereto inspect”; an export size below the path's MTU avoids fragments."});
    }

    void flows(const HealthReport& report, const FlowEvidence& evidence)
    {
        const auto share = [&](Ip exporter, uint64_t some) {
            const auto all = evidence.flows.find(exporter);
            return all == evidence.flows.end() || all->second == 0 ? 0 : static_cast<double>(some) / static_cast<double>(all->second);
        };
        for (const auto& [exporter, some] : evidence.zeroBytes) {
            if (some > 0)
                add({.kind = FindingKind::ZeroBytes, .stream = {exporter}, .count = some, .evidence = fmt::format("{} flows ({}) have no bytes.", formatCount(some), formatPercent(share(exporter, some))),
                    .cause = "The template has no byte counter that is known, or the records are events (of NAT or of a firewall) and not traffic.",
                    .next = "See with “rivereto inspect” which elements its template has; events are told apart by their columns NatEvent and FirewallEvent."});
        }
        for (const auto& [exporter, some] : evidence.withoutInterface) {
            if (share(exporter, some) >= kMuch)
                add({.kind = FindingKind::UnknownInterface, .stream = {exporter}, .count = some,
                    .evidence = fmt::format("{} flows ({}) name neither an input nor an output interface.", formatCount(some), formatPercent(share(exporter, some))),
                    .cause = "The flow record does not collect interfaces, or the traffic is the device's own.", .next = "Collect both interfaces in the flow record.", .steps = kInterfaceSteps});
        }
        for (const auto& [name, addresses] : evidence.addresses) {
            if (!name.empty() && addresses.size() > 1)
                several(name, addresses);
        }
        std::map<Ip, std::set<Ip>> sources; // of an sFlow agent
        for (const auto& [key, health] : report.streams) {
            for (const auto& [agent, fact] : health.of(FactKind::Agent))
                sources[{static_cast<uint64_t>(agent.aux), static_cast<uint64_t>(agent.key)}].insert(key.exporter);
        }
        for (const auto& [agent, from] : sources) {
            if (from.size() > 1)
                several(fmt::format("sFlow agent {}", agent.toString()), {from.begin(), from.end()});
        }
    }

private:
    void add(Finding finding) { m_out.push_back(std::move(finding)); }

    void several(const std::string& name, const std::vector<Ip>& addresses)
    {
        std::string list;
        for (const auto& address : addresses)
            list += (list.empty() ? "" : ", ") + address.toString();
        add({.kind = FindingKind::SeveralAddresses, .stream = {addresses.front()}, .count = addresses.size(), .evidence = fmt::format("{} sends from {}.", name, list),
            .cause = "The device takes the address of the interface that the datagram leaves by, so its flows belong to several exporters.", .next = "Let it send from one address.", .steps = kSourceSteps});
    }

    void templates(const StreamHealth& health)
    {
        int64_t waiting = 0;
        uint64_t since = UINT64_MAX;
        std::string ids;
        for (const auto& [key, fact] : health.of(FactKind::UnknownSet)) {
            if (fact.value <= 0)
                continue;
            waiting += fact.value;
            since = std::min(since, fact.firstMs);
            ids += fmt::format("{}{}", ids.empty() ? "" : ", ", key.key);
        }
        if (waiting > 0)
            add({.kind = FindingKind::NoTemplate, .serious = true, .stream = health.key, .sinceMs = since, .count = static_cast<uint64_t>(waiting),
                .evidence = fmt::format("{} data sets of {} {} have no template (set {}), since {}.", count(waiting), domainName(health.key.protocol), health.key.domain, ids, formatTime(since)),
                .cause = "The exporter sends its templates rarely, or the datagram with them was lost; until they come again its flows cannot be read.",
                .next = "Let it send its templates every minute.", .steps = kTemplateSteps});
        if (const auto changes = health[HealthCount::TemplatesChanged]; changes >= kChurn)
            add({.kind = FindingKind::TemplateChurn, .serious = true, .stream = health.key, .count = static_cast<uint64_t>(changes),
                .evidence = fmt::format("Its templates were given other fields {} times.", count(changes)),
                .cause = "Two processes or line cards export under one address, port and domain, and each takes the other's templates away.",
                .next = "Give each of them a source id or observation domain of its own.", .steps = kDomainSteps});
    }

    void loss(const StreamHealth& health)
    {
        if (const auto lost = health.lost(); lost > 0) {
            const auto loss = health.of(FactKind::Loss);
            uint64_t since = 0;
            for (const auto& [key, fact] : loss) {
                if (fact.value > 0 && since == 0)
                    since = fact.firstMs;
            }
            add({.kind = FindingKind::SequenceLoss, .serious = true, .stream = health.key, .sinceMs = since, .count = static_cast<uint64_t>(lost),
                .evidence = fmt::format("{} {} are missing by their numbers, about {} datagrams ({}), in {} gaps; {} came late and {} twice.", count(lost), unitName(health.key.protocol, health.rule()),
                    count(health.lostDatagrams()), formatPercent(health.lostShare()), count(health.rule() == SequenceRule::Other ? health[HealthCount::OtherGaps] : health[HealthCount::OwnGaps]),
                    count(health.reordered()), count(health[HealthCount::Duplicates])),
                .cause = "Datagrams were dropped between the exporter and this machine, or by this machine's kernel or Rivereto, which count their own.",
                .next = "See whether the status bar tells of kernel or queue losses at that time; if not, look at the exporter's own drop counters and at policers on the way.",
                .steps = {{"Cisco IOS-XE", "show flow exporter statistics"}, {"Cisco IOS-XR", "show flow exporter NAME location LOCATION"}, {"Juniper Junos", "show services accounting status inline-jflow"},
                    {"Arista EOS", "show flow tracking hardware counters"}}});
        }
        if (const auto drops = health[HealthCount::SampleDrops]; drops > 0)
            add({.kind = FindingKind::SampleDrops, .stream = health.key, .count = static_cast<uint64_t>(drops), .evidence = fmt::format("The device says that it dropped {} samples.", count(drops)),
                .cause = "It samples more packets than its processor may handle.", .next = "Sample fewer packets: a larger rate on its busy interfaces.",
                .steps = {{"Arista EOS", "sflow sample 16384"}, {"Juniper Junos", "set protocols sflow sample-rate ingress 16384"}}});
    }

    void sampling(const StreamHealth& health)
    {
        int64_t unknown = 0, known = 0;
        std::set<int64_t> exporterRates;
        std::string rates;
        for (const auto& [key, fact] : health.of(FactKind::Sampling)) {
            if (key.aux == static_cast<int64_t>(SamplingSource::Unknown)) {
                unknown += fact.value;
                continue;
            }
            known += fact.value;
            rates += fmt::format("{}1:{}", rates.empty() ? "" : ", ", key.key);
            if (key.aux == static_cast<int64_t>(SamplingSource::Exporter))
                exporterRates.insert(key.key);
        }
        if (unknown > 0 && known == 0)
            add({.kind = FindingKind::SamplingUnknown, .stream = health.key, .count = static_cast<uint64_t>(unknown), .evidence = fmt::format("None of {} messages with flows says a sampling rate; they are counted as not sampled.", count(unknown)),
                .cause = "The exporter samples every packet, or it does not tell its rate in records or options.", .next = "If it samples, let it send its sampler table, or set default-sampling in Rivereto's configuration.", .steps = kSamplingSteps});
        else if (unknown > 0 || exporterRates.size() > 1)
            add({.kind = FindingKind::SamplingContradicts, .serious = true, .stream = health.key, .count = static_cast<uint64_t>(unknown > 0 ? unknown : static_cast<int64_t>(exporterRates.size())),
                .evidence = unknown > 0 ? fmt::format("{} of {} messages say no sampling rate, the others {}.", count(unknown), count(unknown + known), rates) : fmt::format("It says different rates for all of its flows: {}.", rates),
                .cause = unknown > 0 ? "Flows came before the options that tell the rate, or some records name a sampler that no option tells of." : "The rate was changed, or several processes export under one domain.",
                .next = "Let it send its sampler table every minute, and compare the rates with its configuration.", .steps = kSamplingSteps});
    }

    void clocks(const StreamHealth& health, uint64_t pointMs)
    {
        const auto messages = static_cast<uint64_t>(health[HealthCount::Messages]);
        if (const auto skew = health.skewMs(); skew && std::abs(*skew) > kSkewMs)
            add({.kind = FindingKind::ClockSkew, .serious = true, .stream = health.key, .count = messages, .evidence = fmt::format("Its clock is {} {} the receiver's, in the median of {} messages.", seconds(*skew), *skew < 0 ? "behind" : "ahead of", formatCount(messages)),
                .cause = "Its clock is not set by NTP, or it sends local time as if it were UTC.", .next = "Set its clock by NTP; until then take the time of reception (time=udp).", .steps = kClockSteps});
        if (const auto delay = health.delayMs(); delay && *delay > kDelayMs && (!health.skewMs() || std::abs(*health.skewMs()) <= kSkewMs))
            add({.kind = FindingKind::ExportDelay, .stream = health.key, .count = messages, .evidence = fmt::format("Half of the flows arrive {} or more after they ended.", seconds(*delay)),
                .cause = "Ended flows wait for a long inactive timeout, or the export is held back by a rate limit.", .next = "Shorten the inactive timeout.", .steps = kTimeoutSteps});
        if (const auto far = health[HealthCount::FarTimes]; far > 0)
            add({.kind = FindingKind::FarTimes, .serious = far * 100 > health[HealthCount::Messages], .stream = health.key, .count = static_cast<uint64_t>(far),
                .evidence = fmt::format("{} messages hold flows that ended over a day before, or over an hour after they were received.", count(far)),
                .cause = "The clock is wrong, or the uptime that flow times count from was set back.", .next = "Set its clock by NTP; take the time of reception (time=udp).", .steps = kClockSteps});
        if (const auto duration = health.durationMs(0.99); duration && pointMs > 0 && *duration > static_cast<int64_t>(pointMs + pointMs / 5))
            add({.kind = FindingKind::LongFlows, .stream = health.key, .count = messages, .evidence = fmt::format("One flow of a hundred lasts {} or longer; a point of the chart is {}.", seconds(*duration), formatInterval(pointMs)),
                .cause = "With such an active timeout the bytes of minutes are counted at one moment, which shows as peaks and dips that were not there.",
                .next = "Shorten the active timeout to 60 s, or spread flows over their time (--spread).", .steps = kTimeoutSteps});
    }

    std::vector<Finding>& m_out;
};

Result<void> ask(FlowStore& store, const Query& query, const Now& now, const Control& control, const std::function<void(const Series&)>& take)
{
    const auto result = runQuery(store, query, now, control);
    if (!result)
        return tl::unexpected(result.error());
    for (const auto& series : result->series) {
        if (!series.other)
            take(series);
    }
    return {};
}

} // namespace

std::string_view findingName(FindingKind kind) { return kKinds[static_cast<size_t>(kind)].name; }
std::string_view findingTitle(FindingKind kind) { return kKinds[static_cast<size_t>(kind)].title; }

Result<FlowEvidence> flowEvidence(FlowStore& store, const TimeRange& range, const Now& now, const Control& control)
{
    FlowEvidence out;
    if (range.length() == 0)
        return out;
    const auto into = [](std::map<Ip, uint64_t>& to) {
        return [&to](const Series& series) {
            if (const auto exporter = Ip::parse(series.key[0]))
                to[*exporter] += static_cast<uint64_t>(series.statistics.total);
        };
    };
    Query query {.range = range, .dimensions = {"ExporterAddress"}, .unit = Unit::Flows, .limit = 0};
    query.filter = "Bytes = 0";
    if (auto asked = ask(store, query, now, control, into(out.zeroBytes)); !asked)
        return tl::unexpected(asked.error());
    query.filter = "InIfIndex = 0 AND OutIfIndex = 0";
    if (auto asked = ask(store, query, now, control, into(out.withoutInterface)); !asked)
        return tl::unexpected(asked.error());
    query.filter.clear();
    query.dimensions = {"ExporterAddress", "ExporterName"};
    const auto named = [&](const Series& series) {
        const auto exporter = Ip::parse(series.key[0]);
        if (!exporter)
            return;
        out.flows[*exporter] += static_cast<uint64_t>(series.statistics.total);
        out.addresses[series.key[1]].push_back(*exporter);
    };
    if (auto asked = ask(store, query, now, control, named); !asked)
        return tl::unexpected(asked.error());
    return out;
}

std::vector<Finding> findingsOf(const HealthReport& report, const FlowEvidence& flows, uint64_t pointMs)
{
    std::vector<Finding> out;
    Rules rules(out);
    for (const auto& [key, health] : report.streams)
        rules.stream(health, pointMs);
    rules.flows(report, flows);
    std::ranges::stable_sort(out, [](const Finding& a, const Finding& b) { return a.serious != b.serious ? a.serious : a.stream < b.stream; });
    return out;
}

} // namespace rivereto::core
