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
    option("dimensions", "A,B", QObject::tr("Columns to group by; Addr, AS, Port, Country … count a flow at both ends, Conversation is the pair of addresses."));
    option("filter", "EXPRESSION", QObject::tr("Filter; the last operand is the same."));
    option("units", "U", QObject::tr("l3bps (default), l2bps, pps, fps, inl2%, outl2%, bytes, packets, flows or distinct:COLUMN."));
    option("limit", "N", QObject::tr("Named series; 0 is all. Default 10."));
    option("limit-type", "avg|max|last", QObject::tr("What the series are ranked by."));
    option("truncate-v4", "N", QObject::tr("Cut IPv4 addresses that are grouped by to N bits."));
    option("truncate-v6", "N", QObject::tr("Cut IPv6 addresses that are grouped by to N bits."));
    option("kind", "table|timeseries|sankey|flows", QObject::tr("What is asked for."));
    option("points", "N", QObject::tr("At most so many points. Default 200."));
    option("interval", "T", QObject::tr("Length of a point, as 60s, 5min, 1h."));
    args.addFlag(QStringLiteral("bidirectional"), QObject::tr("The opposite direction, too."));
    option("previous-period", "hour|day|week|4weeks|year", QObject::tr("The same range that much earlier, too."));
    args.addFlag(QStringLiteral("spread"), QObject::tr("Bytes and packets over the time that a flow lasted, not at its time."));
    args.addFlag(QStringLiteral("billing"), QObject::tr("Adds p95(5m): the 95th percentile of 5-minute points, by nearest rank."));
    option("fields", "A,B", QObject::tr("Columns of kind flows."));
    option("sort", "COLUMN", QObject::tr("Order of kind flows, “-” before it for descending. Default TimeReceived."));
    option("count", "N", QObject::tr("Rows of kind flows; 0 is all."));
    option("format", "text|csv|json|ndjson", QObject::tr("Form of the output."));
    args.addFlag(QStringLiteral("local"), QObject::tr("Times in the local time zone instead of UTC."));
}

/// What the options ask for.
struct Question {
    core::Query query;
    std::vector<std::string> fields;
    std::optional<uint64_t> from; ///< ends of the range; one that is not given comes from the store
    std::optional<uint64_t> to;
};

/// Prints what is wrong and gives the exit code on the error side.
tl::expected<Question, int> readQuestion(const Arguments& args, const core::Now& now)
{
    Question out;
    auto& query = out.query;
    const auto wrong = [&](const core::Error& error) { return tl::unexpected(args.wrongUsage(error.message())); };
    if (const auto text = args.value(QStringLiteral("kind"))) {
        const auto kind = core::parseQueryKind(*text);
        if (!kind)
            return wrong(kind.error());
        query.kind = *kind;
    }
    if (const auto text = args.value(QStringLiteral("units"))) {
        if (const auto set = core::setUnit(query, *text); !set)
            return wrong(set.error());
    }
    if (const auto text = args.value(QStringLiteral("limit-type"))) {
        const auto by = core::parseLimitBy(*text);
        if (!by)
            return wrong(by.error());
        query.limitBy = *by;
    }
    if (const auto text = args.value(QStringLiteral("previous-period"))) {
        const auto period = core::parsePeriod(*text);
        if (!period)
            return wrong(period.error());
        query.previous = *period;
    }
    query.bidirectional = args.has(QStringLiteral("bidirectional"));
    query.spread = args.has(QStringLiteral("spread"));
    query.billing = args.has(QStringLiteral("billing"));
    if (const auto text = args.value(QStringLiteral("interval"))) {
        const auto interval = core::parseInterval(*text);
        if (!interval)
            return wrong(interval.error());
        if (*interval == 0)
            return tl::unexpected(args.wrongUsage("--interval must be longer than 0"));
        query.intervalMs = *interval;
    }
    const auto limit = args.number(QStringLiteral("limit"), query.limit, UINT32_MAX);
    const auto points = args.number(QStringLiteral("points"), query.points, UINT32_MAX);
    const auto count = args.number(QStringLiteral("count"), 0);
    const auto v4 = args.number(QStringLiteral("truncate-v4"), query.truncateV4, 32);
    const auto v6 = args.number(QStringLiteral("truncate-v6"), query.truncateV6, 128);
    if (!limit || !points || !count || !v4 || !v6)
        return tl::unexpected<int>(kUsage);
    query.limit = static_cast<unsigned>(*limit);
    if (*points == 0)
        return tl::unexpected(args.wrongUsage("--points takes at least 1"));
    query.points = static_cast<unsigned>(*points);
    query.count = *count;
    query.truncateV4 = static_cast<unsigned>(*v4);
    query.truncateV6 = static_cast<unsigned>(*v6);
    query.sort = args.value(QStringLiteral("sort"), "TimeReceived");
    query.dimensions = splitList(args.value(QStringLiteral("dimensions"), ""));
    for (const auto* name : {"from", "to"}) {
        if (const auto text = args.value(QLatin1String(name))) {
            const auto time = core::parseTime(*text, now.ms, now.utcOffsetMinutes);
            if (!time)
                return wrong(time.error());
            (name[0] == 'f' ? out.from : out.to) = *time;
        }
    }
    if (out.from && out.to)
        query.range = core::TimeRange{*out.from, *out.to};
    out.fields = splitList(args.value(QStringLiteral("fields"), ""));
    return out;
}

/// Ends of the range that were not given come from the store; what lies outside of what it holds is empty, not wrong.
core::Result<void> completeRange(Question& question, core::FlowStore& store)
{
    if (question.from.has_value() == question.to.has_value())
        return {};
    const auto status = store.status();
    if (!status)
        return tl::unexpected(status.error());
    const auto from = question.from.value_or(status->range.from);
    const auto to = question.to.value_or(status->range.to);
    const bool empty = status->rows == 0 || from >= to;
    if (question.from)
        question.query.range = core::TimeRange{from, empty ? from + 1 : to};
    else
        question.query.range = core::TimeRange{empty ? std::max<uint64_t>(to, 1) - 1 : from, to};
    return {};
}

struct Input {
    OpenDatabase database;
    int exit = kDone;
};

/// A temporary database filled from captures; the exit code when that failed.
tl::expected<Input, int> readCaptures(const Arguments& args, const Runtime& runtime, const std::vector<std::string>& captures, unsigned threads, std::stop_token stop)
{
    auto database = openTemporary(runtime.schema(), threads);
    if (!database)
        return tl::unexpected(sayFailed(database.error()));
    Input out{.database = std::move(*database)};
    ProgressLine line(args.quiet());
    auto& store = *out.database.store;
    auto summary = importCaptures(captures, store.schema(), store, runtime.pipelineOptions(threads), stop,
                                  [&](const ImportProgress& progress) { line.show(progressText(progress)); });
    line.clear();
    if (!summary)
        return tl::unexpected(sayFailed(summary.error()));
    out.exit = sayDamage(*summary);
    if (out.exit == kFailed)
        return tl::unexpected<int>(kFailed);
    return out;
}

/// Says which flows are missing from an answer because they could not be read; the exit code.
int sayDamagedParts(const std::vector<core::DamagedPart>& parts, const core::Now& now, const std::string& path)
{
    if (parts.empty())
        return kDone;
    say(fmt::format("rivereto: {}; run “rivereto check {}”\n", core::damageText(parts, now.utcOffsetMinutes), path));
    return kDamaged;
}

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

/// Captures and filter of the operands: the filter comes last. With captures an operand that is a file is one.
struct Operands {
    std::vector<std::string> captures;
    std::string filter;
};

std::optional<Operands> readOperands(const Arguments& args)
{
    Operands out{.filter = args.value(QStringLiteral("filter"), "")};
    const auto given = args.operands();
    const bool read = args.has(QStringLiteral("r"));
    if (read == args.has(QStringLiteral("db"))) {
        args.wrongUsage("say either --db X or -r FILE…");
        return std::nullopt;
    }
    for (const auto& operand : given)
        out.captures.push_back(operand.toStdString());
    const bool last = !read ? given.size() == 1 : given.size() > 1 && given.back() != QStringLiteral("-") && !QFileInfo::exists(given.back());
    if (last && !args.has(QStringLiteral("filter"))) {
        out.filter = out.captures.back();
        out.captures.pop_back();
    }
    if (!read && !out.captures.empty()) {
        args.wrongUsage(fmt::format("“{}” is one operand too many", out.captures.front()));
        return std::nullopt;
    }
    if (read && out.captures.empty()) {
        args.wrongUsage("-r needs at least one capture");
        return std::nullopt;
    }
    return out;
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
    const auto threads = args.threads();
    if (!format)
        return args.wrongUsage(format.error().message());
    if (!threads)
        return kUsage;
    auto question = readQuestion(args, now);
    if (!question)
        return question.error();
    const auto operands = readOperands(args);
    if (!operands)
        return kUsage;
    auto& query = question->query;
    query.filter = operands->filter;
    const bool flowsAsked = query.kind == core::QueryKind::Flows;
    if (flowsAsked && *format == Format::Text && !args.has(QStringLiteral("count")))
        query.count = kTextRows;

    const StopOnSignal interrupt;
    const auto runtime = Runtime::load(args.value(QStringLiteral("config")));
    if (!runtime)
        return sayFailed(runtime.error());
    Input input;
    auto schema = runtime->schema();
    if (const auto address = args.value(QStringLiteral("db"))) {
        auto database = openDatabase(*address, schema, {.threads = *threads});
        if (!database)
            return sayFailed(database.error());
        input.database = std::move(*database);
        schema = input.database.store->schema();
    }
    // Told before captures are read, which may take a while.
    if (const auto right = core::checkQuery(query, question->fields, schema, now); !right) {
        sayQueryWrong(right.error(), query.filter);
        return kUsage;
    }
    if (!input.database.store) {
        auto read = readCaptures(args, *runtime, operands->captures, *threads, interrupt.token());
        if (!read)
            return read.error();
        input = std::move(*read);
    }
    auto& store = *input.database.store;
    if (auto completed = completeRange(*question, store); !completed)
        return sayFailed(completed.error());
    const ResultPrinter printer(*format, now.utcOffsetMinutes, runtime->asNames());
    const auto print = flowsAsked ? printFlows : printResult;
    const int exit = print(store, *question, printer, now, {.stop = interrupt.token()});
    return exit == kDone ? input.exit : exit;
}

} // namespace rivereto::app
