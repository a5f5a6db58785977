// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto query: tables, time series and raw flows out of a database or captures.
#include <algorithm>
#include <chrono>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/printresult.h"
#include "app/cli/summary.h"
#include "app/config/runtime.h"
#include "app/session/importjob.h"
#include "app/session/opendatabase.h"
#include "core/query/run.h"
#include "core/text/time.h"

namespace rivereto::app {

namespace {

/// Rows of kind flows in format text when --count says nothing.
constexpr uint64_t kTextRows = 100;

core::Now nowFor(bool local)
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {.ms = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()),
            .utcOffsetMinutes = local ? QDateTime::currentDateTime().offsetFromUtc() / 60 : 0};
}

std::vector<std::string> splitList(const std::string& text)
{
    std::vector<std::string> out;
    for (const auto& part : QString::fromStdString(text).split(u',', Qt::SkipEmptyParts))
        out.push_back(part.trimmed().toStdString());
    return out;
}

void addOptions(Arguments& args)
{
    const auto option = [&](const char* name, const char* value, const QString& help) {
        args.addOption(QLatin1String(name), QLatin1String(value), help);
    };
    option("db", "X", QObject::tr("Database to ask."));
    args.addFlag(QStringLiteral("r"), QObject::tr("The operands are captures, read into a temporary database; the filter comes last or with --filter."));
    option("from", "TIME", QObject::tr("Start of the range: ISO 8601, Unix time, “6 hours ago”, “yesterday at 19:00”."));
    option("to", "TIME", QObject::tr("End of the range (not included)."));
    option("dimensions", "A,B", QObject::tr("Columns to group by."));
    option("filter", "EXPRESSION", QObject::tr("Filter; the last operand is the same."));
    option("units", "U", QObject::tr("l3bps (default), l2bps, pps, fps, bytes, packets or flows."));
    option("limit", "N", QObject::tr("Named series; 0 is all. Default 10."));
    option("limit-type", "avg|max|last", QObject::tr("What the series are ranked by."));
    option("kind", "table|timeseries|flows", QObject::tr("What is asked for."));
    option("points", "N", QObject::tr("At most so many points. Default 200."));
    option("interval", "T", QObject::tr("Length of a point, as 60s, 5min, 1h."));
    option("fields", "A,B", QObject::tr("Columns of kind flows."));
    option("sort", "COLUMN", QObject::tr("Order of kind flows, “-” before it for descending. Default TimeReceived."));
    option("count", "N", QObject::tr("Rows of kind flows; 0 is all."));
    option("format", "text|csv|json|ndjson", QObject::tr("Form of the output."));
    args.addFlag(QStringLiteral("local"), QObject::tr("Times in the local time zone instead of UTC."));
}

/// Stand for the ends of a range that were not given; completeRange() puts the store's own there.
constexpr uint64_t kOpenStart = 0;
constexpr uint64_t kOpenEnd = UINT64_MAX;

/// Prints what is wrong and gives the exit code on the error side.
tl::expected<core::Query, int> readQuery(const Arguments& args, const core::Now& now)
{
    core::Query query;
    const auto wrong = [&](const core::Error& error) { return tl::unexpected(args.wrongUsage(error.message())); };
    if (const auto text = args.value(QStringLiteral("kind"))) {
        const auto kind = core::parseQueryKind(*text);
        if (!kind)
            return wrong(kind.error());
        query.kind = *kind;
    }
    if (const auto text = args.value(QStringLiteral("units"))) {
        const auto unit = core::parseUnit(*text);
        if (!unit)
            return wrong(unit.error());
        query.unit = *unit;
    }
    if (const auto text = args.value(QStringLiteral("limit-type"))) {
        const auto by = core::parseLimitBy(*text);
        if (!by)
            return wrong(by.error());
        query.limitBy = *by;
    }
    if (const auto text = args.value(QStringLiteral("interval"))) {
        const auto interval = core::parseInterval(*text);
        if (!interval)
            return wrong(interval.error());
        query.intervalMs = *interval;
    }
    const auto limit = args.number(QStringLiteral("limit"), query.limit);
    const auto points = args.number(QStringLiteral("points"), query.points);
    const auto count = args.number(QStringLiteral("count"), 0);
    if (!limit || !points || !count)
        return tl::unexpected<int>(kUsage);
    query.limit = static_cast<unsigned>(*limit);
    query.points = static_cast<unsigned>(std::max<uint64_t>(*points, 1));
    query.count = *count;
    query.sort = args.value(QStringLiteral("sort"), "TimeReceived");
    query.dimensions = splitList(args.value(QStringLiteral("dimensions"), ""));
    for (const auto* name : {"from", "to"}) {
        if (const auto text = args.value(QLatin1String(name))) {
            const auto time = core::parseTime(*text, now.ms, now.utcOffsetMinutes);
            if (!time)
                return wrong(time.error());
            if (!query.range)
                query.range = core::TimeRange{kOpenStart, kOpenEnd};
            (name[0] == 'f' ? query.range->from : query.range->to) = *time;
        }
    }
    return query;
}

/// Ends of the range that were not given come from the store.
core::Result<void> completeRange(core::Query& query, core::FlowStore& store)
{
    if (!query.range)
        return {};
    const auto status = store.status();
    if (!status)
        return tl::unexpected(status.error());
    if (query.range->from == kOpenStart)
        query.range->from = std::min(status->range.from, query.range->to);
    if (query.range->to == kOpenEnd)
        query.range->to = std::max(status->range.to, query.range->from + 1);
    return {};
}

struct Input {
    OpenDatabase database;
    std::shared_ptr<const core::AsNames> asNames;
    int exit = kDone;
};

/// The database of --db, or a temporary one filled from captures.
tl::expected<Input, int> openInput(const Arguments& args, const std::vector<std::string>& captures, unsigned threads, std::stop_token stop)
{
    auto runtime = Runtime::load(args.value(QStringLiteral("config")));
    if (!runtime)
        return tl::unexpected(sayFailed(runtime.error()));
    Input out;
    out.asNames = runtime->asNames();
    if (const auto address = args.value(QStringLiteral("db"))) {
        auto database = openDatabase(*address, runtime->schema(), {.threads = threads});
        if (!database)
            return tl::unexpected(sayFailed(database.error()));
        out.database = std::move(*database);
        return out;
    }
    auto database = openTemporary(runtime->schema(), threads);
    if (!database)
        return tl::unexpected(sayFailed(database.error()));
    out.database = std::move(*database);
    ProgressLine line(args.quiet());
    auto& store = *out.database.store;
    auto summary = importCaptures(captures, store.schema(), store, runtime->pipelineOptions(threads), stop,
                                  [&](const ImportProgress& progress) { line.show(progressText(progress)); });
    line.clear();
    if (!summary)
        return tl::unexpected(sayFailed(summary.error()));
    out.exit = sayDamage(*summary);
    if (out.exit == kFailed)
        return tl::unexpected<int>(kFailed);
    return out;
}

int printFlows(core::FlowStore& store, const core::Query& query, const Arguments& args, const ResultPrinter& printer, const core::Now& now, std::stop_token stop)
{
    Output out;
    auto fields = splitList(args.value(QStringLiteral("fields"), ""));
    if (fields.empty()) {
        // Columns that are not empty in the result; they must be known before the first line.
        auto columns = filledColumns(store, query, now, {.stop = stop});
        if (!columns)
            return sayFailed(columns.error());
        fields = std::move(*columns);
    }
    FlowPrinter flows(printer, out, *store.schema(), fields);
    const auto done = core::runFlows(store, query, fields, now, {.stop = stop}, [&](core::FlowBatch&& batch) {
        flows.print(batch);
        return out.open();
    });
    if (!done)
        return sayFailed(done.error());
    flows.finish();
    out.flush();
    return out.ok() ? kDone : kFailed;
}

} // namespace

int runQueryCommand(const QStringList& arguments)
{
    Arguments args(QStringLiteral("query"), QObject::tr("Answers a question about the flows of a database or of captures."),
                   QStringLiteral("(--db X | -r FILE…) ['FILTER']"));
    addOptions(args);
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto now = nowFor(args.has(QStringLiteral("local")));
    const auto format = parseFormat(args.value(QStringLiteral("format"), "text"));
    const auto threads = args.number(QStringLiteral("threads"), 0);
    if (!format)
        return args.wrongUsage(format.error().message());
    if (!threads)
        return kUsage;
    auto query = readQuery(args, now);
    if (!query)
        return query.error();

    std::vector<std::string> operands;
    for (const auto& operand : args.operands())
        operands.push_back(operand.toStdString());
    const bool read = args.has(QStringLiteral("r"));
    if (read == args.has(QStringLiteral("db")))
        return args.wrongUsage("say either --db X or -r FILE…");
    query->filter = args.value(QStringLiteral("filter"), "");
    // With -r the last operand is a filter when it is no file.
    const bool filterLast = !operands.empty() && query->filter.empty() && (!read || (operands.back() != "-" && !QFileInfo::exists(args.operands().back())));
    if (filterLast && (operands.size() > 1 || !read)) {
        query->filter = operands.back();
        operands.pop_back();
    }
    if (!read && !operands.empty())
        return args.wrongUsage(fmt::format("“{}” is one operand too many", operands.front()));
    if (read && operands.empty())
        return args.wrongUsage("-r needs at least one capture");
    if (query->kind == core::QueryKind::Flows && *format == Format::Text && !args.has(QStringLiteral("count")))
        query->count = kTextRows;

    const StopOnSignal interrupt;
    auto input = openInput(args, operands, static_cast<unsigned>(*threads), interrupt.token());
    if (!input)
        return input.error();
    auto& store = *input->database.store;
    if (auto completed = completeRange(*query, store); !completed)
        return sayFailed(completed.error());
    const ResultPrinter printer(*format, now.utcOffsetMinutes, input->asNames);
    if (query->kind == core::QueryKind::Flows)
        return std::max(input->exit, printFlows(store, *query, args, printer, now, interrupt.token()));
    const auto result = core::runQuery(store, *query, now, {.stop = interrupt.token()});
    if (!result)
        return sayQueryFailed(result.error(), query->filter);
    Output out;
    out.write(printer.print(*result, *store.schema()));
    out.flush();
    return out.ok() ? input->exit : static_cast<int>(kFailed);
}

} // namespace rivereto::app
