// SPDX-License-Identifier: GPL-3.0-or-later
// How long a chart takes for a new answer of 20 series and 300 points, and for the pointer above it: medians in milliseconds.
#include <algorithm>
#include <cstdio>

#include <QApplication>
#include <QElapsedTimer>
#include <QMouseEvent>

#include "tests/ui/chartanswers.h"
#include "ui/charts/gridchart.h"
#include "ui/charts/trafficchart.h"

using namespace rivereto;
using namespace rivereto::ui;

namespace {

constexpr int kRuns = 41;

template <class Work>
double median(const Work& work)
{
    std::vector<double> times;
    for (int i = 0; i < kRuns; ++i) {
        QElapsedTimer timer;
        timer.start();
        work(i);
        times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    std::ranges::nth_element(times, times.begin() + kRuns / 2);
    return times[kRuns / 2];
}

void measure(const char* name, TimeChart& chart, ChartKind kind)
{
    chart.resize(1054, 388);
    chart.show();
    QApplication::processEvents();
    QPixmap target(chart.size());
    std::vector<AnswerPtr> answers;
    for (size_t seed = 0; seed < 4; ++seed)
        answers.push_back(makeAnswer({.series = 19, .points = 300, .chart = kind, .seed = seed}));
    const double rebuild = median([&](int i) {
        chart.setAnswer(answers[static_cast<size_t>(i) % answers.size()]);
        chart.render(&target);
    });
    const double highlight = median([&](int i) {
        chart.setHighlighted(i % 10);
        chart.render(&target);
    });
    const double hover = median([&](int i) {
        const QPointF at(300 + i, 200);
        QMouseEvent move(QEvent::MouseMove, at, chart.mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
        QCoreApplication::sendEvent(&chart, &move);
        chart.render(&target);
    });
    std::printf("%-10s new answer %6.2f ms   other series drawn out %6.2f ms   pointer moved %6.2f ms\n", name, rebuild, highlight, hover);
}

} // namespace

int main(int argc, char** argv)
{
    const QApplication app(argc, argv);
    const Theme theme(ThemeChoice::Light);
    TrafficChart stacked(theme);
    measure("stacked", stacked, ChartKind::Stacked);
    TrafficChart share(theme);
    measure("100 %", share, ChartKind::Share);
    TrafficChart lines(theme);
    measure("lines", lines, ChartKind::Lines);
    GridChart grid(theme);
    measure("grid", grid, ChartKind::Grid);
    return 0;
}
