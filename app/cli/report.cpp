// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto report: a chart, its data or a whole report into a file, without a display.
#include <QApplication>
#include <QFileInfo>

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/printresult.h"
#include "app/cli/question.h"
#include "app/window/settingsfile.h"
#include "ui/explore/statelink.h"
#include "ui/export/exporter.h"
#include "ui/models/profile.h"

namespace rivereto::app {

namespace {

/// The state of a saved view, or of a link.
core::Result<ui::ViewState> viewOf(const QString& name)
{
    if (ui::looksLikeLink(name))
        return ui::stateOf(name);
    SettingsFile preferences;
    const ui::Profile profile(preferences);
    std::string all;
    for (const auto& view : profile.views()) {
        if (view.name == name)
            return ui::stateOf(view.link);
        all += (all.empty() ? "" : ", ") + view.name.toStdString();
    }
    return core::fail("there is no saved view “{}”; there are: {}", name.toStdString(), all.empty() ? "none" : all);
}

/// What is asked: a view, changed by the options that were given, or the options alone.
tl::expected<Question, int> readState(const Arguments& args, const core::Now& now, ui::ViewState& state)
{
    const auto view = args.value(QStringLiteral("view"));
    if (view) {
        const auto found = viewOf(QString::fromStdString(*view));
        if (!found)
            return tl::unexpected(args.wrongUsage(found.error().message()));
        state = *found;
    } else {
        state.query.dimensions.clear();
    }
    auto question = readQuestion(args, now, state.query);
    if (!question)
        return tl::unexpected(question.error());
    state.query = question->query;
    if (const auto text = args.value(QStringLiteral("chart"))) {
        const auto kind = ui::chartKindOf(*text);
        if (!kind)
            return tl::unexpected(args.wrongUsage(fmt::format("“{}” is no kind of chart: stacked, lines, grid, stacked100, heatmap or sankey", *text)));
        state.chart = *kind;
    }
    if (args.value(QStringLiteral("kind"), "") == "sankey")
        state.chart = ui::ChartKind::Sankey;
    state.query.kind = ui::queryKind(state.chart);
    return *question;
}

} // namespace

int runReport(const QStringList& arguments)
{
    Arguments args(QStringLiteral("report"), QObject::tr("Writes a chart, its data or a whole report into a file."), QStringLiteral("(--db X | -r FILE…) --output FILE ['FILTER']"));
    addQuestionOptions(args);
    args.addOption(QStringLiteral("view"), QStringLiteral("NAME"), QObject::tr("A view saved in the window, or a rivereto: link; other options change it."));
    args.addOption(QStringLiteral("chart"), QStringLiteral("KIND"), QObject::tr("stacked (default), lines, grid, stacked100, heatmap or sankey."));
    args.addOption(QStringLiteral("output"), QStringLiteral("FILE"), QObject::tr("File to write: .html, .pdf, .png, .svg, .csv or .json."));
    args.addOption(QStringLiteral("scale"), QStringLiteral("N"), QObject::tr("Pixels per pixel of a PNG, 1 to 4."));
    if (const auto exit = args.parse(arguments))
        return *exit;
    const auto now = nowFor(args.has(QStringLiteral("local")));
    const auto output = args.value(QStringLiteral("output"));
    if (!output)
        return args.wrongUsage("say where to with --output FILE");
    const auto path = QString::fromStdString(*output);
    const auto format = ui::exportFormatOf(path);
    if (!format)
        return args.wrongUsage(format.error().message());
    const auto scale = args.number(QStringLiteral("scale"), 1, 4);
    if (!scale || *scale == 0)
        return args.wrongUsage("--scale takes a number from 1 to 4");
    ui::ViewState state;
    auto question = readState(args, now, state);
    if (!question)
        return question.error();

    const StopOnSignal interrupt;
    const auto runtime = loadRuntime(args);
    if (!runtime)
        return sayFailed(runtime.error());
    const auto check = [&](const std::shared_ptr<const core::Schema>& schema) { return core::checkQuery(state.query, {}, schema, now); };
    auto input = openQuestion(args, *runtime, check, state.query.filter, interrupt.token());
    if (!input)
        return input.error();
    auto& store = *input->database.store;
    if (auto completed = completeRange(*question, store); !completed)
        return sayFailed(completed.error());
    if (question->query.range)
        state.range = ui::RangeChoice::between(*question->query.range);
    const ui::QueryOrder order{.store = std::shared_ptr<core::FlowStore>(&store, [](core::FlowStore*) { }), .state = state, .live = false, .now = now};
    const auto answer = ui::answerOf(order, interrupt.token());
    if (answer->error)
        return sayFailed(*answer->error);
    const auto names = runtime->asNames();
    const ui::Exhibit exhibit{.answer = answer,
                              .schema = store.schema(),
                              .asNames = [names](uint32_t number) { return names ? ui::text(names->name(number)) : QString(); },
                              .clock = {.local = args.has(QStringLiteral("local"))},
                              .hidden = {},
                              .capacity = ui::findExtras(store, *answer->result, now, {.stop = interrupt.token(), .progress = {}}).capacity,
                              .database = QFileInfo(QString::fromStdString(args.value(QStringLiteral("db"), ""))).fileName()};
    const auto paper = ui::Theme::paper();
    const auto bytes = ui::exported(exhibit, *paper, *format, static_cast<qreal>(*scale));
    if (const auto written = ui::writeFile(path, bytes); !written)
        return sayFailed(written.error());
    const int exit = sayDamagedParts(answer->result->damaged, now, store.path());
    return exit == kDone ? input->exit : exit;
}

} // namespace rivereto::app
