// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto explain: what changed in a range of time, and which values of which columns make the change.
#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/printexplanation.h"
#include "app/cli/printresult.h"
#include "app/cli/question.h"
#include "core/text/time.h"

namespace rivereto::app {

namespace {

constexpr unsigned kValues = 5;

core::Result<uint64_t> timeOf(const std::string& text, const core::Now& now) { return core::parseTime(text, now.ms, now.utcOffsetMinutes); }

/// around, before, or FROM/TO.
core::Result<void> readBaseline(const std::string& text, const core::Now& now, core::ExplainQuery& out)
{
    if (text == "around" || text == "before") {
        out.baseline = text == "around" ? core::Baseline::Around : core::Baseline::Before;
        return {};
    }
    const auto slash = text.find('/');
    if (slash == std::string::npos)
        return core::fail("“{}” is no baseline: around, before or FROM/TO", text);
    const auto from = timeOf(text.substr(0, slash), now);
    const auto to = timeOf(text.substr(slash + 1), now);
    if (!from || !to)
        return tl::unexpected((from ? to : from).error());
    out.baseline = core::Baseline::Fixed;
    out.fixed = {*from, *to};
    return {};
}

int printExplanation(storage::SqliteStore& store, const core::ExplainQuery& asked, Format format, const Runtime& runtime, bool quiet, const core::Now& now, std::stop_token stop)
{
    ProgressLine line(quiet);
    const auto progress = [&](const core::Explanation& sofar) { line.show(fmt::format("{} of {} columns", sofar.done, sofar.asked)); };
    const auto found = core::explain(store, asked, now, {.stop = std::move(stop), .progress = {}}, progress);
    line.clear();
    if (!found)
        return sayFailed(found.error());
    Output out;
    switch (format) {
    case Format::Csv: out.write(core::explanationCsv(*found)); break;
    case Format::Json: out.write(core::explanationJson(*found, now.utcOffsetMinutes)); break;
    default: out.write(explanationText(*found, *store.schema(), now.utcOffsetMinutes, runtime.asNames().get())); break;
    }
    out.flush();
    return out.ok() ? sayDamagedParts(found->damaged, now, store.path()) : static_cast<int>(kFailed);
}

} // namespace

int runExplain(const QStringList& arguments)
{
    Arguments args(QStringLiteral("explain"), QObject::tr("Tells what changed in a range of time: every column is ranked by how few of its values make the change."),
                   QStringLiteral("(--db X | -r FILE…) --from TIME --to TIME ['FILTER']"));
    addQuestionOptions(args, {"dimensions", "units", "limit", "limit-type", "kind", "points", "interval", "bidirectional", "previous-period", "billing", "fields", "sort", "count"});
    args.addOption(QStringLiteral("baseline"), QStringLiteral("around|before|FROM/TO"),
                   QObject::tr("What the range is held against: all the rest of the database (around, the default), the time of the same length before it, or another range."));
    args.addOption(QStringLiteral("units"), QStringLiteral("U"), QObject::tr("l3bps (default), l2bps, pps, fps, bytes, packets or flows."));
    args.addOption(QStringLiteral("dimensions"), QStringLiteral("A,B"), QObject::tr("Columns to look at; default: all that flows can be told apart by and that have values."));
    args.addOption(QStringLiteral("limit"), QStringLiteral("N"), QObject::tr("Values to tell of each column; 0 is all. Default 5."));
    args.addOption(QStringLiteral("format"), QStringLiteral("text|csv|json"), QObject::tr("Form of the output."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto now = nowFor(args.has(QStringLiteral("local")));
    const auto form = args.value(QStringLiteral("format"), "text");
    const auto format = parseFormat(form);
    if (!format || *format == Format::NdJson)
        return args.wrongUsage(fmt::format("“{}” is no format of an explanation: text, csv or json", form));
    auto question = readQuestion(args, now, {.limit = kValues});
    if (!question)
        return question.error();
    if (!question->from && !question->to)
        return args.wrongUsage("say what is to be explained with --from TIME --to TIME");
    core::ExplainQuery asked{.query = question->query, .values = question->query.limit == 0 ? SIZE_MAX : question->query.limit};
    asked.query.range.reset();
    if (const auto read = readBaseline(args.value(QStringLiteral("baseline"), "around"), now, asked); !read)
        return args.wrongUsage(read.error().message());

    const StopOnSignal interrupt;
    const auto runtime = loadRuntime(args);
    if (!runtime)
        return sayFailed(runtime.error());
    const auto check = [&](const std::shared_ptr<const core::Schema>& schema) {
        auto checked = asked;
        checked.range = question->query.range.value_or(core::TimeRange{0, 1}); // an end that is missing is known only later
        return core::checkExplain(checked, schema, now);
    };
    auto input = openQuestion(args, *runtime, check, asked.query.filter, interrupt.token());
    if (!input)
        return input.error();
    auto& store = *input->database.store;
    if (auto completed = completeRange(*question, store); !completed)
        return sayFailed(completed.error());
    asked.range = *question->query.range;
    const int exit = printExplanation(store, asked, *format, *runtime, args.quiet(), now, interrupt.token());
    return exit == kDone ? input->exit : exit;
}

} // namespace rivereto::app
