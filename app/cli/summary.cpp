// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/summary.h"

#include <algorithm>
#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/output.h"
#include "core/text/escape.h"
#include "core/text/number.h"
#include "core/text/time.h"

namespace rivereto::app {

using core::DecodeCount;
using core::DecodeStats;

namespace {

/// Counts of the JSON form, in its order, and what the text form calls them.
constexpr std::pair<DecodeCount, std::string_view> kCounts[] = {
    {DecodeCount::Datagrams, "datagrams"},           {DecodeCount::Records, "records"},
    {DecodeCount::Flows, "flows"},                   {DecodeCount::OptionsRecords, "optionsRecords"},
    {DecodeCount::CounterSamples, "counterSamples"}, {DecodeCount::Templates, "templates"},
};

void appendCounts(std::string& out, const DecodeStats& stats)
{
    for (const auto& [id, name] : kCounts)
        fmt::format_to(std::back_inserter(out), "\"{}\": {}, ", name, stats[id]);
    out += "\"losses\": {";
    bool first = true;
    const auto table = DecodeStats::table();
    for (size_t i = 0; i < table.size(); ++i) {
        const auto count = stats[static_cast<DecodeCount>(i)];
        if (!table[i].loss || count == 0)
            continue;
        out += first ? "" : ", ";
        core::appendJson(out, table[i].name);
        fmt::format_to(std::back_inserter(out), ": {}", count);
        first = false;
    }
    out += "}";
}

/// What the readers of the files counted, over all files.
std::vector<collectors::FileCount> fileCounts(const ImportSummary& summary)
{
    std::vector<collectors::FileCount> out;
    for (const auto& file : summary.files) {
        for (const auto& count : file.counts) {
            const auto known = std::ranges::find(out, count.name, &collectors::FileCount::name);
            if (known == out.end())
                out.push_back(count);
            else
                known->count += count.count;
        }
    }
    return out;
}

/// "3 unknown-sets, 1 truncated"; empty when nothing was lost.
std::string lossesText(const DecodeStats& stats)
{
    std::string out;
    const auto table = DecodeStats::table();
    for (size_t i = 0; i < table.size(); ++i) {
        const auto count = stats[static_cast<DecodeCount>(i)];
        if (table[i].loss && count > 0)
            fmt::format_to(std::back_inserter(out), "{}{} {}", out.empty() ? "" : ", ", core::formatCount(count), table[i].name);
    }
    return out;
}

/// Of a file that was read before under another name.
std::string otherName(const ImportedFile& file)
{
    std::error_code error;
    const bool same = std::filesystem::absolute(file.file, error).string() == file.known->path;
    return same ? std::string() : fmt::format(" as “{}”", file.known->path);
}

/// Why a file gave nothing.
std::string emptyBecause(const ImportedFile& file)
{
    if (const auto left = collectors::countOf(file.counts, "other-packets"); left > 0)
        return fmt::format(": none of its {} packets is flow export; --input packets=meter makes flows of them", core::formatCount(left));
    const auto packets = collectors::countOf(file.counts, "packets");
    return packets == 0 ? "" : fmt::format(": in its {} packets there is neither flow export nor IP", core::formatCount(packets));
}

} // namespace

std::string progressText(const ImportProgress& progress)
{
    auto out = progress.file;
    if (progress.share() >= 0)
        out += "  " + core::formatPercent(progress.share());
    out += fmt::format("  {} flows", core::formatCount(progress.flows));
    if (progress.seconds > 0)
        out += "  " + core::formatScaled(static_cast<double>(progress.flows) / progress.seconds, "flows/s");
    if (const auto left = progress.secondsLeft(); left >= 1 && progress.seconds >= 1)
        out += fmt::format("  {:.0f} s left", left);
    return out;
}

std::string summaryText(const ImportSummary& summary)
{
    std::string out;
    const auto line = [&](std::string_view name, uint64_t count) {
        fmt::format_to(std::back_inserter(out), "{:<20} {:>14}\n", name, core::formatCount(count));
    };
    line("files", summary.files.size());
    const auto table = DecodeStats::table();
    for (size_t i = 0; i < table.size(); ++i) {
        const auto id = static_cast<DecodeCount>(i);
        const bool always = std::ranges::any_of(kCounts, [&](const auto& count) { return count.first == id; });
        if (always || summary.total[id] > 0)
            line(fmt::format("{}{}", table[i].loss ? "lost: " : "", table[i].name), summary.total[id]);
    }
    for (const auto& count : fileCounts(summary))
        line(fmt::format("{}{}", count.loss ? "lost: " : "", count.name), count.count);
    fmt::format_to(std::back_inserter(out), "{:<20} {:>14}\n", "seconds", fmt::format("{:.2f}", summary.seconds));
    return out;
}

std::string summaryJson(const ImportSummary& summary)
{
    std::string out = "{\"files\": [";
    for (const auto& file : summary.files) {
        out += &file == &summary.files.front() ? "{\"file\": " : ", {\"file\": ";
        core::appendJson(out, file.file);
        out += ", ";
        appendCounts(out, file.decoded);
        if (file.known)
            fmt::format_to(std::back_inserter(out), ", \"readBefore\": {}", file.known->readMs);
        out += ", \"damaged\": ";
        if (file.damaged)
            core::appendJson(out, *file.damaged);
        else
            out += "null";
        out += "}";
    }
    out += "], \"total\": {";
    appendCounts(out, summary.total);
    out += "}, \"seconds\": ";
    core::appendJson(out, summary.seconds);
    out += "}\n";
    return out;
}

int sayDamage(const ImportSummary& summary)
{
    for (const auto& file : summary.files) {
        if (file.damaged)
            say(fmt::format("rivereto: {}\n", *file.damaged));
        if (file.known)
            say(fmt::format("rivereto: “{}” was read before{}, at {}, and gave {} flows; it is left (--again reads it)\n", file.file, otherName(file), core::formatTime(file.known->readMs, 0), core::formatCount(file.known->flows)));
        if (const auto losses = lossesText(file.decoded); !losses.empty())
            say(fmt::format("rivereto: “{}” lost {}\n", file.file, losses));
        if (file.opened && !file.damaged && !summary.cancelled && file.decoded[DecodeCount::Messages] == 0 && file.decoded.flows() == 0)
            say(fmt::format("rivereto: “{}” holds no flows{}\n", file.file, emptyBecause(file)));
    }
    if (summary.cancelled)
        say("rivereto: cancelled; what was read until then is stored; importing the same again replaces it\n");
    const bool any = std::ranges::any_of(summary.files, [](const auto& file) { return file.opened || file.known; });
    if (!any || summary.cancelled)
        return kFailed;
    return summary.damaged() || summary.total.losses() > 0 ? kDamaged : kDone;
}

} // namespace rivereto::app
