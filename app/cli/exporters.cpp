// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto exporters: the health of each exporter, and what its interfaces carry by counters and by flows.
#include <cmath>

#include "app/cli/command.h"
#include "app/cli/listing.h"
#include "app/cli/question.h"
#include "core/health/interfaces.h"
#include "core/text/number.h"
#include "core/text/time.h"
#include "core/text/value.h"

namespace rivereto::app {

namespace {

using core::FactKind;
using core::HealthCount;

Listing::Cell number(int64_t value) { return {fmt::format("{}", value), core::formatCount(static_cast<uint64_t>(std::max<int64_t>(value, 0)))}; }
Listing::Cell number(uint64_t value) { return number(static_cast<int64_t>(value)); }
Listing::Cell seconds(std::optional<int64_t> ms)
{
    return ms ? Listing::Cell {fmt::format("{}", static_cast<double>(*ms) / 1000), fmt::format("{:+.2f} s", static_cast<double>(*ms) / 1000)} : Listing::Cell {"", "–"};
}
Listing::Cell share(std::optional<double> value)
{
    return value ? Listing::Cell {fmt::format("{:.6g}", *value), core::formatPercent(*value)} : Listing::Cell {"", "–"};
}
Listing::Cell time(uint64_t ms, int offset)
{
    return ms > 0 ? Listing::Cell {core::formatTime(ms, offset), ""} : Listing::Cell {"", "–"};
}

/// "1000" or "512 1024", and where they come from.
std::pair<std::string, std::string> samplingOf(const core::StreamHealth& stream)
{
    std::string rates, sources;
    const auto add = [](std::string& list, const std::string& text) {
        if (fmt::format(" {} ", list).find(fmt::format(" {} ", text)) == std::string::npos)
            list += (list.empty() ? "" : " ") + text;
    };
    for (const auto& [key, fact] : stream.of(FactKind::Sampling)) {
        const auto names = core::enumNames(core::Type::Sampling);
        const auto source = static_cast<size_t>(key.aux);
        const bool known = key.aux != static_cast<int64_t>(core::SamplingSource::Unknown);
        add(rates, known ? fmt::format("{}", key.key) : "unknown");
        if (source < names.size())
            add(sources, std::string(names[source]));
    }
    return {rates, sources};
}

const char* ruleName(core::SequenceRule rule)
{
    return rule == core::SequenceRule::Own ? "own" : rule == core::SequenceRule::Other ? "other" : "none";
}

std::string exportersText(const core::HealthReport& report, Format format, int offset)
{
    Listing listing({{"exporter", "exporter"}, {"protocol", "protocol"}, {"domain", "domain", true}, {"firstDatagram", ""}, {"lastDatagram", "last datagram"},
        {"datagrams", "datagrams", true}, {"bytes", "", true}, {"records", "", true}, {"flows", "flows", true}, {"optionsRecords", "", true},
        {"counterSamples", "", true}, {"discardedPackets", "", true}, {"templates", "templates", true}, {"templatesChanged", "", true}, {"unknownSets", "unknown sets", true},
        {"unknownSetIds", ""}, {"malformed", "malformed", true}, {"sampling", "sampling"}, {"samplingSource", ""}, {"lost", "lost", true}, {"lostUnit", "of"},
        {"lostDatagrams", "", true}, {"lostShare", "share", true}, {"sequence", ""}, {"reordered", "late", true}, {"duplicates", "twice", true}, {"restarts", "restarts", true},
        {"unseen", "", true}, {"samplesLost", "", true}, {"sampleDrops", "", true}, {"clockSkew", "clock", true}, {"exportDelay", "delay", true}});
    for (const auto& [key, stream] : report.streams) {
        const auto [rates, sources] = samplingOf(stream);
        const auto rule = stream.rule();
        const auto count = [&](HealthCount id) { return number(stream[id]); };
        std::string unknown;
        for (const auto& [fact, value] : stream.of(FactKind::UnknownSet)) {
            if (value.value > 0)
                unknown += fmt::format("{}{}", unknown.empty() ? "" : " ", fact.key);
        }
        const auto lost = stream.lost();
        listing.add({{key.exporter.toString(), ""}, {std::string(core::protocolName(key.protocol)), ""},
            {fmt::format("{}", key.domain), ""}, time(stream.firstMs, offset), time(stream.lastMs, offset), count(HealthCount::Messages), count(HealthCount::Bytes),
            count(HealthCount::Records), count(HealthCount::Flows), count(HealthCount::OptionsRecords), count(HealthCount::CounterSamples),
            count(HealthCount::DiscardedPackets), number(static_cast<uint64_t>(stream.templates())), count(HealthCount::TemplatesChanged), count(HealthCount::UnknownSets), {unknown, ""},
            count(HealthCount::Malformed), {rates, rates.empty() ? "–" : ""}, {sources, ""},
            rule == core::SequenceRule::None ? Listing::Cell {"", "–"} : number(lost), {std::string(core::unitName(key.protocol, rule)), ""},
            rule == core::SequenceRule::None ? Listing::Cell {} : number(stream.lostDatagrams()), rule == core::SequenceRule::None ? Listing::Cell {"", "–"} : share(stream.lostShare()), {ruleName(rule), ""},
            number(stream.reordered()), count(HealthCount::Duplicates), number(stream.restarts()), number(stream.unseen()), count(HealthCount::SamplesLost),
            count(HealthCount::SampleDrops), seconds(stream.skewMs()), seconds(stream.delayMs())});
    }
    return listing.print(format);
}

std::string interfacesText(const std::vector<core::InterfaceHealth>& interfaces, Format format)
{
    Listing listing({{"exporter", "exporter"}, {"exporterName", ""}, {"interface", "ifIndex", true}, {"name", "name"}, {"description", "description"}, {"speed", "speed", true},
        {"inBytesFlows", "in by flows", true}, {"inBytesCounters", "by counters", true}, {"inShare", "share", true}, {"outBytesFlows", "out by flows", true},
        {"outBytesCounters", "by counters", true}, {"outShare", "share", true}, {"inPacketsFlows", "", true}, {"inPacketsCounters", "", true}, {"outPacketsFlows", "", true},
        {"outPacketsCounters", "", true}, {"inErrors", "", true}, {"outErrors", "", true}, {"inDiscards", "", true}, {"outDiscards", "", true}});
    for (const auto& one : interfaces) {
        const auto bytes = [](double value) { return Listing::Cell {fmt::format("{:.0f}", value), core::formatBytes(value)}; };
        const auto whole = [](double value) { return Listing::Cell {fmt::format("{:.0f}", value), ""}; };
        const auto counted = [&](uint64_t core::InterfaceCounters::* member, bool octets) {
            if (!one.counters)
                return Listing::Cell {"", "–"};
            const auto value = static_cast<double>((*one.counters).*member);
            return octets ? bytes(value) : whole(value);
        };
        using C = core::InterfaceCounters;
        listing.add({{one.exporter.toString(), ""}, {one.exporterName, ""}, {fmt::format("{}", one.ifIndex), ""}, {one.name, ""}, {one.description, ""},
            one.speed > 0 ? Listing::Cell {fmt::format("{}", one.speed), core::formatScaled(static_cast<double>(one.speed), "b/s")} : Listing::Cell {"", "–"},
            bytes(one.in.octets()), counted(&C::inOctets, true), share(one.inShare()), bytes(one.out.octets()), counted(&C::outOctets, true), share(one.outShare()),
            whole(one.in.packets), counted(&C::inPackets, false), whole(one.out.packets), counted(&C::outPackets, false), counted(&C::inErrors, false),
            counted(&C::outErrors, false), counted(&C::inDiscards, false), counted(&C::outDiscards, false)});
    }
    return listing.print(format);
}

/// Beside what exporters lost: what was lost after it had arrived.
void sayLostHere(core::FlowStore& store)
{
    const auto interruptions = store.interruptions({0, UINT64_MAX});
    if (!interruptions)
        return;
    uint64_t kernel = 0, here = 0;
    for (const auto& one : *interruptions) {
        kernel += one.kind == core::Interruption::Kind::KernelLost ? one.datagrams : 0;
        here += one.kind == core::Interruption::Kind::Dropped ? one.datagrams : 0;
    }
    if (kernel + here > 0)
        say(fmt::format("rivereto: lost on this machine: {} datagrams by the kernel, {} by Rivereto\n", core::formatCount(kernel), core::formatCount(here)));
}

} // namespace

int runExporters(const QStringList& arguments)
{
    Arguments args(QStringLiteral("exporters"), QObject::tr("Shows the health of each exporter: what it sent, what is missing, its templates, sampling and clock."),
        QStringLiteral("(--db X | -r FILE…)"));
    addListingOptions(args);
    args.addFlag(QStringLiteral("interfaces"), QObject::tr("Their interfaces instead: octets by flows, with 18 for the Ethernet frame of each packet, beside those of sFlow counters over the same time."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto format = listingFormat(args);
    if (!format)
        return format.error();
    const StopOnSignal interrupt;
    const auto runtime = loadRuntime(args);
    if (!runtime)
        return sayFailed(runtime.error());
    auto input = openInput(args, *runtime, interrupt.token());
    if (!input)
        return input.error();
    auto& store = *input->database.store;
    const auto report = store.health({0, UINT64_MAX});
    if (!report)
        return sayFailed(report.error());
    if (report->beyond > 0)
        say(fmt::format("rivereto: {} messages of further exporters are beyond the limit and not in this list\n", core::formatCount(report->beyond)));
    const auto now = nowFor(args.has(QStringLiteral("local")));
    Output out;
    if (args.has(QStringLiteral("interfaces"))) {
        auto range = core::counterRange(*report);
        if (range.length() == 0) {
            const auto status = store.status();
            if (!status)
                return sayFailed(status.error());
            range = status->range;
        }
        std::vector<core::InterfaceHealth> interfaces;
        if (range.length() > 0) {
            auto asked = core::interfacesOf(store, *report, range, {}, now, {.stop = interrupt.token()});
            if (!asked)
                return sayFailed(asked.error());
            interfaces = std::move(*asked);
        }
        out.write(interfacesText(interfaces, *format));
    } else {
        out.write(exportersText(*report, *format, now.utcOffsetMinutes));
        sayLostHere(store);
    }
    out.flush();
    return out.ok() ? input->exit : static_cast<int>(kFailed);
}

} // namespace rivereto::app
