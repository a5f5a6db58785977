// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto import: captures into a database.
#include <chrono>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/question.h"
#include "app/cli/summary.h"
#include "app/config/runtime.h"
#include "app/session/importjob.h"
#include "app/session/inputfiles.h"
#include "app/session/opendatabase.h"
#include "core/text/number.h"
#include "core/text/time.h"

#include <fmt/ranges.h>

#include <QDateTime>
#include <QFileInfo>

namespace rivereto::app {

namespace {

/// By what an import is known again when it was cut short: paths, sizes and times of its captures. Empty with standard input.
std::string nameOf(const std::vector<std::string>& files)
{
    std::string out;
    for (const auto& file : files) {
        const QFileInfo info(QString::fromStdString(file));
        if (!info.isFile())
            return {};
        out += fmt::format("{}\t{}\t{}\n", info.canonicalFilePath().toStdString(), info.size(), info.lastModified().toMSecsSinceEpoch());
    }
    return out;
}

void sayUnfinished(const storage::StoreWriter::Unfinished& earlier)
{
    if (earlier.replaced) {
        say(fmt::format("rivereto: an earlier import of the same captures did not come to its end; its {} flows are replaced\n", core::formatCount(earlier.rows)));
        return;
    }
    const auto file = earlier.name.substr(0, earlier.name.find('\t'));
    say(fmt::format("rivereto: an earlier import of “{}” did not come to its end; the {} flows it stored stay\n", file, core::formatCount(earlier.rows)));
}

/// Times of --from and --to; the exit code when they are none.
tl::expected<FileTimes, int> timesOf(const Arguments& args)
{
    FileTimes out;
    const auto now = nowFor(false);
    for (const auto& [name, to] : {std::pair{"from", &out.from}, {"to", &out.to}}) {
        const auto text = args.value(QLatin1String(name));
        if (!text)
            continue;
        const auto time = core::parseTime(*text, now.ms, now.utcOffsetMinutes);
        if (!time)
            return tl::unexpected(args.wrongUsage(fmt::format("--{}: {}", name, time.error().message())));
        *to = *time;
    }
    return out;
}

int report(const ImportSummary& summary, const std::string& format)
{
    Output out;
    out.write(format == "json" ? summaryJson(summary) : summaryText(summary));
    out.flush();
    const int exit = sayDamage(summary);
    return out.ok() ? exit : static_cast<int>(kFailed);
}

struct ImportOrder {
    std::string database;
    std::vector<std::string> paths;
    FileTimes times;
    bool follow = false;
    bool again = false;
    std::optional<uint64_t> lengthMs;
    unsigned threads = 0;
    bool quiet = false;
};

core::Result<ImportSummary> carryOut(const ImportOrder& order, const Runtime& runtime, const std::stop_token& stop)
{
    const auto files = order.follow ? std::vector<std::string>() : inputFiles(order.paths, order.times);
    if (files.empty() && !order.follow)
        return core::fail("there is no file with traffic in {}{}", fmt::format("{}", fmt::join(order.paths, ", ")), order.times.from > 0 || order.times.to < UINT64_MAX ? " of that time" : "");
    auto database = openDatabase(order.database, runtime.schema(), {.write = true, .import = nameOf(files)});
    if (!database)
        return tl::unexpected(database.error());
    auto& store = *database->store;
    if (const auto earlier = store.unfinishedImport(); earlier && earlier->rows > 0 && !order.quiet)
        sayUnfinished(*earlier);
    auto options = runtime.importOptions(order.threads);
    if (!order.again) {
        auto known = store.sources();
        if (!known)
            return tl::unexpected(known.error());
        options.known = std::move(*known);
    }
    ProgressLine line(order.quiet);
    options.progress = [&](const ImportProgress& progress) { line.show(progressText(progress)); };
    if (order.follow)
        options.pipeline.hold = std::chrono::milliseconds(100); // what came is there to be looked at
    Importer importer(store.schema(), store, std::move(options));
    const auto start = std::chrono::steady_clock::now();
    const auto wait = [&](size_t) {
        line.show(fmt::format("{}  waiting for more files", order.paths.front()));
        return !order.lengthMs || std::chrono::steady_clock::now() - start < std::chrono::milliseconds(*order.lengthMs);
    };
    if (order.follow)
        importer.follow(order.paths, stop, wait);
    else
        importer.read(files, stop);
    auto summary = importer.finish();
    line.clear();
    if (!summary)
        return summary;
    // Who follows is stopped by hand: that is no import cut short.
    summary->cancelled = summary->cancelled && !order.follow;
    if (!summary->cancelled)
        store.endImport();
    return summary;
}

} // namespace

int runImport(const QStringList& arguments)
{
    Arguments args(QStringLiteral("import"), QObject::tr("Reads captures and flow files into a database, and folders of them, in order of time. “-” is standard input."), QStringLiteral("FILE…"));
    args.addOption(QStringLiteral("db"), QStringLiteral("X.rivereto"), QObject::tr("Database to add to; made when missing."));
    args.addOption(QStringLiteral("format"), QStringLiteral("text|json"), QObject::tr("Form of the summary."));
    args.addFlag(QStringLiteral("again"), QObject::tr("Read files again that were read into this database before."));
    args.addOption(QStringLiteral("from"), QStringLiteral("TIME"), QObject::tr("Only files that end after this time."));
    args.addOption(QStringLiteral("to"), QStringLiteral("TIME"), QObject::tr("Only files that begin before this time."));
    args.addFlag(QStringLiteral("follow"), QObject::tr("Go on with files that come into the folders, as nfcapd or tcpdump write them, until stopped."));
    args.addOption(QStringLiteral("for"), QStringLiteral("T"), QObject::tr("With --follow: stop after this long: 60s, 1h."));
    addInputOption(args);
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto path = args.value(QStringLiteral("db"));
    const auto format = args.value(QStringLiteral("format"), "text");
    const auto threads = args.threads();
    if (!path)
        return args.wrongUsage("--db names the database to read into");
    if (args.operands().isEmpty())
        return args.wrongUsage("name at least one file or folder");
    if (format != "text" && format != "json")
        return args.wrongUsage(fmt::format("“{}” is no format: text or json", format));
    if (!threads)
        return kUsage;
    ImportOrder order{.database = *path, .paths = {}, .times = {}, .follow = args.has(QStringLiteral("follow")), .again = args.has(QStringLiteral("again")), .lengthMs = {}, .threads = *threads, .quiet = args.quiet()};
    for (const auto& file : args.operands())
        order.paths.push_back(file.toStdString());
    const auto times = timesOf(args);
    if (!times)
        return times.error();
    order.times = *times;
    if (const auto text = args.value(QStringLiteral("for"))) {
        const auto interval = core::parseInterval(*text);
        if (!interval || !order.follow)
            return args.wrongUsage(interval ? "--for goes with --follow" : interval.error().message());
        order.lengthMs = *interval;
    }

    const StopOnSignal interrupt;
    const auto runtime = loadRuntime(args);
    if (!runtime)
        return sayFailed(runtime.error());
    const auto summary = carryOut(order, *runtime, interrupt.token());
    return summary ? report(*summary, format) : sayFailed(summary.error());
}

} // namespace rivereto::app
