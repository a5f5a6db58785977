// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto import: captures into a database.
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

} // namespace

int runImport(const QStringList& arguments)
{
    Arguments args(QStringLiteral("import"), QObject::tr("Reads captures and flow files into a database, and folders of them, in order of time. “-” is standard input."), QStringLiteral("FILE…"));
    args.addOption(QStringLiteral("db"), QStringLiteral("X.rivereto"), QObject::tr("Database to add to; made when missing."));
    args.addOption(QStringLiteral("format"), QStringLiteral("text|json"), QObject::tr("Form of the summary."));
    args.addFlag(QStringLiteral("again"), QObject::tr("Read files again that were read into this database before."));
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

    const StopOnSignal interrupt;
    auto runtime = loadRuntime(args);
    if (!runtime)
        return sayFailed(runtime.error());
    std::vector<std::string> paths;
    for (const auto& file : args.operands())
        paths.push_back(file.toStdString());
    const auto files = inputFiles(paths);
    if (files.empty())
        return sayFailed(core::makeError("there is no file with traffic in {}", fmt::format("{}", fmt::join(paths, ", "))));
    auto database = openDatabase(*path, runtime->schema(), {.write = true, .import = nameOf(files)});
    if (!database)
        return sayFailed(database.error());
    if (const auto earlier = database->store->unfinishedImport(); earlier && earlier->rows > 0 && !args.quiet())
        sayUnfinished(*earlier);
    ProgressLine line(args.quiet());
    auto options = runtime->importOptions(*threads);
    if (!args.has(QStringLiteral("again"))) {
        auto known = database->store->sources();
        if (!known)
            return sayFailed(known.error());
        options.known = std::move(*known);
    }
    options.progress = [&](const ImportProgress& progress) { line.show(progressText(progress)); };
    auto summary = importFiles(files, database->store->schema(), *database->store, options, interrupt.token());
    line.clear();
    if (!summary)
        return sayFailed(summary.error());
    if (!summary->cancelled)
        database->store->endImport();
    Output out;
    out.write(format == "json" ? summaryJson(*summary) : summaryText(*summary));
    out.flush();
    const int exit = sayDamage(*summary);
    return out.ok() ? exit : static_cast<int>(kFailed);
}

} // namespace rivereto::app
