// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto check: whether a database is sound, and what can be saved of one that is not.
#include <algorithm>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "core/text/escape.h"
#include "core/text/number.h"
#include "core/text/time.h"
#include "storage/sqlite/check.h"

namespace rivereto::app {

namespace {

/// Lines of the text form; the JSON form has all.
constexpr size_t kMostLines = 200;

std::string timesOf(const core::TimeRange& range)
{
    return range.to == 0 ? std::string("time unknown") : core::formatTime(range.from) + " – " + core::formatTime(range.to - 1);
}

std::string findingText(const storage::Finding& finding)
{
    const auto& part = finding.part;
    if (part.segment == 0)
        return fmt::format("the file: {}\n", finding.what);
    auto out = fmt::format("segment {}", part.segment);
    if (!part.column.empty())
        out += ", column " + part.column;
    out += fmt::format(": {}; ", finding.what);
    out += part.rows == 0 ? std::string("number of flows unknown") : core::formatCount(part.rows) + " flows";
    return out + ", " + timesOf(part.time) + "\n";
}

std::string reportText(const storage::CheckReport& report)
{
    std::string out;
    const auto line = [&](std::string_view name, const std::string& value) { fmt::format_to(std::back_inserter(out), "{:<20} {:>14}\n", name, value); };
    line("format", std::to_string(report.format));
    line("segments", core::formatCount(report.segments));
    line("flows", core::formatCount(report.rows));
    line("blobs", core::formatCount(report.blobs));
    line("texts", core::formatCount(report.texts));
    line("bytes", core::formatCount(report.bytes));
    if (report.smallSegments > 0)
        line("small segments", core::formatCount(report.smallSegments));
    if (report.freePages > 0)
        line("free pages", core::formatCount(report.freePages));
    if (report.orphans > 0)
        line("blobs of no segment", core::formatCount(report.orphans));
    if (report.unnamedTexts > 0)
        line("texts nobody names", core::formatCount(report.unnamedTexts));
    line("damaged parts", core::formatCount(report.damage.size()));
    for (const auto& finding : std::span(report.damage).first(std::min(report.damage.size(), kMostLines)))
        out += "damaged: " + findingText(finding);
    if (report.damage.size() > kMostLines)
        out += fmt::format("… and {} more; --format json has all\n", core::formatCount(report.damage.size() - kMostLines));
    return out;
}

void appendPart(std::string& out, const core::DamagedPart& part)
{
    out += part.segment == 0 ? std::string("\"segment\": null") : fmt::format("\"segment\": {}", part.segment);
    out += ", \"column\": ";
    if (part.column.empty())
        out += "null";
    else
        core::appendJson(out, part.column);
    out += ", \"flows\": " + (part.rows == 0 ? std::string("null") : std::to_string(part.rows));
    for (const auto& [name, ms, known] : {std::tuple("from", part.time.from, part.time.to > 0), std::tuple("to", part.time.to, part.time.to > 0)}) {
        fmt::format_to(std::back_inserter(out), ", \"{}\": ", name);
        if (known)
            core::appendJson(out, core::formatTime(ms));
        else
            out += "null";
    }
}

std::string reportJson(const std::string& path, const storage::CheckReport& report)
{
    std::string out = "{\"file\": ";
    core::appendJson(out, path);
    out += fmt::format(", \"sound\": {}, \"format\": {}, \"segments\": {}, \"smallSegments\": {}, \"flows\": {}, \"blobs\": {}, \"texts\": {}, "
                       "\"bytes\": {}, \"freePages\": {}, \"orphanedBlobs\": {}, \"unnamedTexts\": {}, \"damage\": [",
                       report.sound(), report.format, report.segments, report.smallSegments, report.rows, report.blobs, report.texts, report.bytes,
                       report.freePages, report.orphans, report.unnamedTexts);
    for (const auto& finding : report.damage) {
        out += &finding == &report.damage.front() ? "{" : ", {";
        appendPart(out, finding.part);
        out += ", \"what\": ";
        core::appendJson(out, finding.what);
        out += "}";
    }
    return out + "]}\n";
}

int check(const std::string& path, bool json, std::stop_token stop, ProgressLine& line)
{
    const auto report = storage::checkFile(path, stop, [&](double share) { line.show("checking  " + core::formatPercent(share)); });
    line.clear();
    if (!report)
        return sayFailed(report.error());
    Output out;
    out.write(json ? reportJson(path, *report) : reportText(*report));
    out.flush();
    if (!out.ok())
        return kFailed;
    if (report->sound())
        return kDone;
    const auto segments = report->damagedSegments();
    const auto what = segments.empty() ? std::string("the file has damaged pages") : core::damageText(segments);
    say(fmt::format("rivereto: {}: {}; “rivereto check {} --salvage NEW.rivereto” saves the rest\n", path, what, path));
    return kDamaged;
}

int save(const std::string& path, const std::string& target, bool json, std::stop_token stop, ProgressLine& line)
{
    const auto saved = storage::salvage(path, target, stop, [&](double share) { line.show("saving  " + core::formatPercent(share)); });
    line.clear();
    if (!saved)
        return sayFailed(saved.error());
    std::string text;
    if (json) {
        text = fmt::format("{{\"segments\": {}, \"flows\": {}, \"lost\": [", saved->segments, saved->rows);
        for (const auto* parts : {&saved->lost, &saved->columns}) {
            for (const auto& part : *parts) {
                text += &part == &parts->front() ? "{" : ", {";
                appendPart(text, part);
                text += "}";
            }
            text += parts == &saved->lost ? "], \"emptied\": [" : "]}\n";
        }
    } else {
        text = fmt::format("{:<20} {:>14}\n{:<20} {:>14}\n", "segments saved", core::formatCount(saved->segments), "flows saved", core::formatCount(saved->rows));
        for (const auto& part : saved->lost)
            text += "lost: " + findingText({part, "cannot be read"});
        for (const auto& part : saved->columns)
            text += "empty: " + findingText({part, "cannot be read"});
    }
    Output out;
    out.write(text);
    out.flush();
    if (!out.ok())
        return kFailed;
    return saved->lost.empty() && saved->columns.empty() ? kDone : kDamaged;
}

} // namespace

int runCheck(const QStringList& arguments)
{
    Arguments args(QStringLiteral("check"), QObject::tr("Reads all of a database and says what is damaged: exit code 0 nothing, 3 something, 1 it cannot be read at all."),
                   QStringLiteral("FILE.rivereto"));
    args.addOption(QStringLiteral("format"), QStringLiteral("text|json"), QObject::tr("Form of the report."));
    args.addOption(QStringLiteral("salvage"), QStringLiteral("NEW.rivereto"), QObject::tr("Write what can be read into a new database instead."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto format = args.value(QStringLiteral("format"), "text");
    if (format != "text" && format != "json")
        return args.wrongUsage(fmt::format("“{}” is no format: text or json", format));
    if (args.operands().size() != 1)
        return args.wrongUsage("name one database");
    const StopOnSignal interrupt;
    ProgressLine line(args.quiet());
    const auto path = args.operands().front().toStdString();
    if (const auto target = args.value(QStringLiteral("salvage")))
        return save(path, *target, format == "json", interrupt.token(), line);
    return check(path, format == "json", interrupt.token(), line);
}

} // namespace rivereto::app
