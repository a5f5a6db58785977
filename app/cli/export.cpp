// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto export: flows of a database or of files into a file of another kind.
#include "app/session/exportjob.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/printresult.h"
#include "app/cli/question.h"
#include "core/text/number.h"

namespace rivereto::app {

namespace {

std::string rateText(const ExportProgress& progress)
{
    auto out = fmt::format("{} flows", core::formatCount(progress.rows));
    if (progress.bytes > 0)
        out += "  " + core::formatBytes(static_cast<double>(progress.bytes));
    if (progress.seconds > 0)
        out += "  " + core::formatScaled(static_cast<double>(progress.rows) / progress.seconds, "flows/s");
    return out;
}

void saySummary(const ExportSummary& summary, const ExportOrder& order)
{
    std::string left;
    for (const auto& name : summary.leftOut)
        left.append(left.empty() ? "" : ", ").append(name);
    if (!left.empty())
        say(fmt::format("rivereto: {} has no place for {}; left out\n", order.format->name, left));
    const auto size = summary.bytes > 0 ? core::formatCount(summary.bytes) + " bytes, " : std::string();
    say(fmt::format("{} flows, {}{:.2f} seconds\n", core::formatCount(summary.rows), size, summary.seconds));
}

int sayNotWritten(const core::Error& error, const ExportOrder& order)
{
    return sayFailed(error.text == core::kCancelled ? core::makeError("cancelled; “{}” was not written", order.output.string()) : error);
}

/// The database would be gone before it is read.
bool isSource(const storage::SqliteStore& store, const std::filesystem::path& output)
{
    std::error_code missing;
    return std::filesystem::equivalent(store.path(), output, missing);
}

int exportFrom(storage::SqliteStore& store, ExportOrder& order, const Arguments& args, const core::Control& control)
{
    if (isSource(store, order.output))
        return sayFailed(core::makeError("“{}” is the database itself; choose another name", order.output.string()));
    if (order.format->fields && order.fields.empty()) {
        auto columns = filledColumns(store, order.query, order.now, control);
        if (!columns)
            return sayNotWritten(columns.error(), order);
        order.fields = std::move(*columns);
    }
    ProgressLine line(args.quiet());
    order.progress = [&](const ExportProgress& progress) { line.show(rateText(progress)); };
    const auto done = exportFlows(store, order, control);
    line.clear();
    if (!done)
        return sayNotWritten(done.error(), order);
    if (!args.quiet() && !done->closed)
        saySummary(*done, order);
    return sayDamagedParts(done->damaged, order.now, store.path());
}

} // namespace

int runExport(const QStringList& arguments)
{
    Arguments args(QStringLiteral("export"), QObject::tr("Writes flows of a database or of files into a file, in order of their time."),
                   QStringLiteral("(--db X | -r FILE…) --output FILE ['FILTER']"));
    addQuestionOptions(args, {"dimensions", "units", "limit", "limit-type", "truncate-v4", "truncate-v6", "kind", "points", "interval", "bidirectional",
                              "previous-period", "spread", "billing", "sort"});
    args.addOption(QStringLiteral("output"), QStringLiteral("FILE"), QObject::tr("File to write; “-” is standard output."));
    args.addOption(QStringLiteral("format"), QStringLiteral("NAME"),
                   QObject::tr("Kind of the file, when its ending does not say: %1.").arg(QString::fromStdString(exportFormatNames())));
    args.addFlag(QStringLiteral("force"), QObject::tr("Replace a file that is there."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto now = nowFor(args.has(QStringLiteral("local")));
    const auto output = args.value(QStringLiteral("output"));
    if (!output || output->empty())
        return args.wrongUsage("say where to with --output FILE");
    const auto format = exportFormat(args.value(QStringLiteral("format")), *output);
    if (!format)
        return args.wrongUsage(format.error().message());
    auto question = readQuestion(args, now, {.kind = core::QueryKind::Flows, .sort = "TimeReceived"});
    if (!question)
        return question.error();
    if (!question->fields.empty() && !(*format)->fields)
        return args.wrongUsage(fmt::format("--fields is not for {}, which takes all columns that it has a place for", (*format)->name));
    ExportOrder order{.format = *format, .output = *output, .overwrite = args.has(QStringLiteral("force")) ? Overwrite::Yes : Overwrite::No, .query = {}, .fields = question->fields, .now = now, .progress = {}};
    // Told before captures are read, which may take a while.
    if (const auto right = checkOutput(order); !right)
        return sayFailed(right.error());

    const StopOnSignal interrupt;
    const auto runtime = loadRuntime(args);
    if (!runtime)
        return sayFailed(runtime.error());
    const auto check = [&](const std::shared_ptr<const core::Schema>& schema) { return core::checkQuery(question->query, question->fields, schema, now); };
    auto input = openQuestion(args, *runtime, check, question->query.filter, interrupt.token());
    if (!input)
        return input.error();
    auto& store = *input->database.store;
    if (auto completed = completeRange(*question, store); !completed)
        return sayFailed(completed.error());
    order.query = question->query;
    order.settings = runtime->config().captures;
    const int exit = exportFrom(store, order, args, {.stop = interrupt.token(), .progress = {}});
    return exit == kDone ? input->exit : exit;
}

} // namespace rivereto::app
