// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto query: tables, time series and raw flows out of a database or captures.
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/printresult.h"
#include "app/cli/question.h"

namespace rivereto::app {

namespace {

/// Rows of kind flows in format text when --count says nothing.
constexpr uint64_t kTextRows = 100;

int printFlows(storage::SqliteStore& store, const Question& question, const ResultPrinter& printer, const core::Now& now, const core::Control& control)
{
    auto fields = question.fields;
    if (fields.empty()) {
        // Columns that are not empty in the result; they must be known before the first line.
        auto columns = filledColumns(store, question.query, now, control);
        if (!columns)
            return sayFailed(columns.error());
        fields = std::move(*columns);
    }
    Output out;
    FlowPrinter flows(printer, out, *store.schema(), fields);
    const auto done = core::runFlows(store, question.query, fields, now, control, [&](core::FlowBatch&& batch) {
        flows.print(batch);
        return out.open();
    });
    if (!done)
        return sayFailed(done.error());
    flows.finish();
    out.flush();
    return out.ok() ? sayDamagedParts(done->damaged, now, store.path()) : static_cast<int>(kFailed);
}

int printResult(storage::SqliteStore& store, const Question& question, const ResultPrinter& printer, const core::Now& now, const core::Control& control)
{
    const auto result = core::runQuery(store, question.query, now, control);
    if (!result)
        return sayFailed(result.error());
    Output out;
    out.write(printer.print(*result, *store.schema()));
    out.flush();
    return out.ok() ? sayDamagedParts(result->damaged, now, store.path()) : static_cast<int>(kFailed);
}

} // namespace

int runQueryCommand(const QStringList& arguments)
{
    Arguments args(QStringLiteral("query"), QObject::tr("Answers a question about the flows of a database or of captures."),
                   QStringLiteral("(--db X | -r FILE…) ['FILTER']"));
    addQuestionOptions(args);
    args.addOption(QStringLiteral("format"), QStringLiteral("text|csv|json|ndjson"), QObject::tr("Form of the output."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto now = nowFor(args.has(QStringLiteral("local")));
    const auto format = parseFormat(args.value(QStringLiteral("format"), "text"));
    if (!format)
        return args.wrongUsage(format.error().message());
    auto question = readQuestion(args, now);
    if (!question)
        return question.error();
    auto& query = question->query;
    const bool flowsAsked = query.kind == core::QueryKind::Flows;
    if (flowsAsked && *format == Format::Text && !args.has(QStringLiteral("count")))
        query.count = kTextRows;

    const StopOnSignal interrupt;
    const auto runtime = loadRuntime(args);
    if (!runtime)
        return sayFailed(runtime.error());
    const auto check = [&](const std::shared_ptr<const core::Schema>& schema) { return core::checkQuery(query, question->fields, schema, now); };
    auto input = openQuestion(args, *runtime, check, query.filter, interrupt.token());
    if (!input)
        return input.error();
    auto& store = *input->database.store;
    if (auto completed = completeRange(*question, store); !completed)
        return sayFailed(completed.error());
    const ResultPrinter printer(*format, now.utcOffsetMinutes, runtime->asNames());
    const auto print = flowsAsked ? printFlows : printResult;
    const int exit = print(store, *question, printer, now, {.stop = interrupt.token()});
    return exit == kDone ? input->exit : exit;
}

} // namespace rivereto::app
