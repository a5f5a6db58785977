// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/question.h"

#include <algorithm>
#include <chrono>

#include <fmt/ranges.h>

#include <QFileInfo>

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/printresult.h"
#include "app/cli/summary.h"
#include "app/session/importjob.h"
#include "app/session/inputfiles.h"
#include "core/query/options.h"
#include "core/text/time.h"

namespace rivereto::app {

namespace {

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

/// A temporary database filled from captures; the exit code when that failed.
tl::expected<QuestionInput, int> readCaptures(const Arguments& args, const Runtime& runtime, const std::vector<std::string>& captures, unsigned threads, std::stop_token stop)
{
    auto database = openTemporary(runtime.schema(), threads);
    if (!database)
        return tl::unexpected(sayFailed(database.error()));
    QuestionInput out{.database = std::move(*database)};
    ProgressLine line(args.quiet());
    auto& store = *out.database.store;
    auto options = runtime.importOptions(threads);
    options.progress = [&](const ImportProgress& progress) { line.show(progressText(progress)); };
    const auto files = inputFiles(captures);
    if (files.empty())
        return tl::unexpected(sayFailed(core::makeError("there is no file with traffic in {}", fmt::format("{}", fmt::join(captures, ", ")))));
    auto summary = importFiles(files, store.schema(), store, options, stop);
    line.clear();
    if (!summary)
        return tl::unexpected(sayFailed(summary.error()));
    out.exit = sayDamage(*summary);
    if (out.exit == kFailed)
        return tl::unexpected<int>(kFailed);
    return out;
}

} // namespace

void addInputOption(Arguments& args)
{
    args.addOption(QStringLiteral("input"), QStringLiteral("KEY=VALUE,…"),
                   QObject::tr("How captures are decoded: decoder, time, exporter, decapsulation, strict, elements, allow, packets, active, inactive, csv, as in an [[input]] of the configuration."));
}

core::Result<Runtime> loadRuntime(const Arguments& args)
{
    const auto input = QStringLiteral("input");
    return Runtime::load(args.value(QStringLiteral("config")), args.has(input) ? args.value(input) : std::nullopt);
}

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

void addQuestionOptions(Arguments& args, std::initializer_list<std::string_view> without)
{
    const auto wanted = [&](std::string_view name) { return std::ranges::find(without, name) == without.end(); };
    const auto option = [&](const char* name, const char* value, const QString& help) {
        if (wanted(name))
            args.addOption(QLatin1String(name), QLatin1String(value), help);
    };
    const auto flag = [&](const char* name, const QString& help) {
        if (wanted(name))
            args.addFlag(QLatin1String(name), help);
    };
    option("db", "X", QObject::tr("Database to ask."));
    flag("r", QObject::tr("The operands are captures, read into a temporary database; the filter comes last or with --filter."));
    if (wanted("r"))
        addInputOption(args);
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
    flag("bidirectional", QObject::tr("The opposite direction, too."));
    option("previous-period", "hour|day|week|4weeks|year", QObject::tr("The same range that much earlier, too."));
    flag("spread", QObject::tr("Bytes and packets over the time that a flow lasted, not at its time."));
    flag("billing", QObject::tr("Adds p95(5m): the 95th percentile of 5-minute points, by nearest rank."));
    option("fields", "A,B", QObject::tr("Columns of kind flows."));
    option("sort", "COLUMN", QObject::tr("Order of kind flows, “-” before it for descending. Default TimeReceived."));
    option("count", "N", QObject::tr("Rows of kind flows; 0 is all."));
    flag("local", QObject::tr("Times in the local time zone instead of UTC."));
}

/// Prints what is wrong and gives the exit code on the error side.
tl::expected<Question, int> readQuestion(const Arguments& args, const core::Now& now, const core::Query& otherwise)
{
    Question out{.query = otherwise};
    auto& query = out.query;
    const auto wrong = [&](const core::Error& error) { return tl::unexpected(args.wrongUsage(error.message())); };
    for (const auto& option : core::queryOptions()) {
        const auto name = QString::fromUtf8(option.name.data(), static_cast<qsizetype>(option.name.size()));
        if (!args.has(name))
            continue;
        const auto value = option.flag ? std::string() : args.value(name, "");
        if (const auto set = core::setQueryOption(query, fmt::format("--{}", option.name), value); !set)
            return wrong(set.error());
    }
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
    const auto operands = readOperands(args);
    if (!operands)
        return tl::unexpected<int>(kUsage);
    if (!operands->filter.empty() || args.has(QStringLiteral("filter")))
        query.filter = operands->filter;
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

tl::expected<QuestionInput, int> openQuestion(const Arguments& args, const Runtime& runtime, const std::function<core::Result<void>(const std::shared_ptr<const core::Schema>&)>& check,
                                              const std::string& filter, std::stop_token stop)
{
    const auto threads = args.threads();
    if (!threads)
        return tl::unexpected<int>(kUsage);
    QuestionInput input;
    auto schema = runtime.schema();
    const auto address = args.value(QStringLiteral("db"));
    if (address) {
        auto database = openDatabase(*address, schema, {.threads = *threads});
        if (!database)
            return tl::unexpected(sayFailed(database.error()));
        input.database = std::move(*database);
        schema = input.database.store->schema();
    }
    // Told before captures are read, which may take a while.
    if (const auto right = check(schema); !right) {
        sayQueryWrong(right.error(), filter);
        return tl::unexpected<int>(kUsage);
    }
    if (address)
        return input;
    const auto operands = readOperands(args);
    return readCaptures(args, runtime, operands->captures, *threads, std::move(stop));
}

tl::expected<QuestionInput, int> openInput(const Arguments& args, const Runtime& runtime, std::stop_token stop)
{
    const auto threads = args.threads();
    if (!threads)
        return tl::unexpected<int>(kUsage);
    const bool read = args.has(QStringLiteral("r"));
    const auto address = args.value(QStringLiteral("db"));
    if (read == address.has_value())
        return tl::unexpected(args.wrongUsage("say either --db X or -r FILE…"));
    if (read == args.operands().isEmpty())
        return tl::unexpected(args.wrongUsage(read ? std::string("-r needs at least one capture") : fmt::format("“{}” is one operand too many", args.operands().first().toStdString())));
    if (address) {
        auto database = openDatabase(*address, runtime.schema(), {.threads = *threads});
        if (!database)
            return tl::unexpected(sayFailed(database.error()));
        return QuestionInput {.database = std::move(*database)};
    }
    std::vector<std::string> captures;
    for (const auto& operand : args.operands())
        captures.push_back(operand.toStdString());
    return readCaptures(args, runtime, captures, *threads, std::move(stop));
}

/// Says which flows are missing from an answer because they could not be read; the exit code.
int sayDamagedParts(const std::vector<core::DamagedPart>& parts, const core::Now& now, const std::string& path)
{
    if (parts.empty())
        return kDone;
    say(fmt::format("rivereto: {}; run “rivereto check {}”\n", core::damageText(parts, now.utcOffsetMinutes), path));
    return kDamaged;
}

} // namespace rivereto::app
