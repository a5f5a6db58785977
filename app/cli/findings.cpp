// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto findings: what looks wrong in what exporters send, with evidence, cause and what to do.
#include "app/cli/command.h"
#include "app/cli/listing.h"
#include "app/cli/question.h"
#include "core/health/findings.h"
#include "core/text/time.h"

namespace rivereto::app {

namespace {

std::string linesOf(const core::Finding& finding, std::string_view indent)
{
    std::string out;
    for (const auto& step : finding.steps) {
        out += fmt::format("{}{}:\n", indent, step.vendor);
        std::string_view rest = step.lines;
        while (!rest.empty()) {
            const auto line = rest.substr(0, rest.find('\n'));
            out += fmt::format("{}  {}\n", indent, line);
            rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        }
    }
    return out;
}

/// "10.0.0.1, netflow9, source id 7".
std::string whose(const core::StreamKey& stream)
{
    if (stream.protocol == core::Protocol::Unknown)
        return stream.exporter.toString();
    return fmt::format("{}, {}, {} {}", stream.exporter.toString(), core::protocolName(stream.protocol), core::domainName(stream.protocol), stream.domain);
}

/// "since 2026-11-24T10:00:00Z, last 2026-11-24T11:00:00Z"
std::string when(const core::Finding& finding, int offset)
{
    if (finding.sinceMs == 0)
        return {};
    auto out = fmt::format("  Since {}", core::formatTime(finding.sinceMs, offset));
    if (finding.untilMs > finding.sinceMs)
        out += fmt::format(", last {}", core::formatTime(finding.untilMs, offset));
    return out + "\n";
}

std::string asText(const std::vector<core::Finding>& findings, size_t streams, int offset)
{
    if (findings.empty())
        return streams == 0 ? "Nothing is known of any exporter\n" : fmt::format("Nothing found (exporter streams looked at: {})\n", streams);
    std::string out;
    for (const auto& finding : findings) {
        const auto who = finding.stream.exporter.isZero() ? std::string() : " – " + whose(finding.stream);
        out += fmt::format("[{}] {}{}\n  {}\n{}", core::severityName(finding.severity), core::findingTitle(finding.kind), who, finding.evidence.english(), when(finding, offset));
        out += fmt::format("  Cause: {}\n  Next: {}\n", finding.cause.english(), finding.next.english());
        if (!finding.condition.empty())
            out += fmt::format("  Flows: {}\n", finding.condition);
        out += linesOf(finding, "    ") + "\n";
    }
    return out;
}

std::string asListing(const std::vector<core::Finding>& findings, Format format, int offset)
{
    Listing listing({{"finding", ""}, {"severity", ""}, {"exporter", ""}, {"protocol", ""}, {"domain", "", true}, {"since", ""}, {"until", ""}, {"count", "", true}, {"title", ""}, {"evidence", ""}, {"cause", ""},
        {"next", ""}, {"filter", ""}, {"configuration", ""}});
    const auto time = [&](uint64_t ms) { return ms > 0 ? core::formatTime(ms, offset) : std::string(); };
    for (const auto& finding : findings) {
        const bool whole = finding.stream.protocol == core::Protocol::Unknown;
        listing.add({{std::string(core::findingName(finding.kind)), ""}, {std::string(core::severityName(finding.severity)), ""},
            {finding.stream.exporter.isZero() ? std::string() : finding.stream.exporter.toString(), ""}, {whole ? std::string() : std::string(core::protocolName(finding.stream.protocol)), ""},
            {whole ? std::string() : fmt::format("{}", finding.stream.domain), ""}, {time(finding.sinceMs), ""}, {time(finding.untilMs), ""}, {fmt::format("{}", finding.count), ""},
            {std::string(core::findingTitle(finding.kind)), ""}, {finding.evidence.english(), ""}, {finding.cause.english(), ""}, {finding.next.english(), ""}, {finding.condition, ""}, {linesOf(finding, ""), ""}});
    }
    return listing.print(format);
}

} // namespace

int runFindings(const QStringList& arguments)
{
    Arguments args(QStringLiteral("findings"), QObject::tr("Tells what looks wrong in what exporters send, each with evidence, cause and what to do."), QStringLiteral("(--db X | -r FILE…)"));
    addListingOptions(args);
    args.addOption(QStringLiteral("interval"), QStringLiteral("T"), QObject::tr("Length of a chart's point that flows should not outlast, as 60s (default), 5min."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto format = listingFormat(args);
    if (!format)
        return format.error();
    const auto interval = core::parseInterval(args.value(QStringLiteral("interval"), "60s"));
    if (!interval)
        return args.wrongUsage(interval.error().message());
    const StopOnSignal interrupt;
    const auto runtime = loadRuntime(args);
    if (!runtime)
        return sayFailed(runtime.error());
    auto input = openInput(args, *runtime, interrupt.token());
    if (!input)
        return input.error();
    auto& store = *input->database.store;
    const auto report = store.health({0, 0});
    const auto status = store.status();
    if (!report || !status)
        return sayFailed(report ? status.error() : report.error());
    const auto now = nowFor(args.has(QStringLiteral("local")));
    const auto flows = core::flowEvidence(store, status->range, now, {.stop = interrupt.token()});
    if (!flows)
        return sayFailed(flows.error());
    const auto findings = core::findingsOf(*report, *flows, *interval);
    Output out;
    out.write(*format == Format::Text ? asText(findings, report->streams.size(), now.utcOffsetMinutes) : asListing(findings, *format, now.utcOffsetMinutes));
    out.flush();
    return out.ok() ? input->exit : static_cast<int>(kFailed);
}

} // namespace rivereto::app
