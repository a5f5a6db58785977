// SPDX-License-Identifier: GPL-3.0-or-later
// Charts over time: how pointer, wheel and keys work on them, what they give to paper, and the grid of small ones.
#include <QBuffer>
#include <QPicture>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSvgGenerator>
#include <QTest>
#include <QWheelEvent>

#include "tests/ui/chartanswers.h"
#include "tests/ui/shownchart.h"
#include "ui/charts/gridchart.h"
#include "ui/charts/trafficchart.h"

using namespace rivereto;
using namespace rivereto::ui;

namespace {

constexpr uint64_t kHour = 3'600'000;
constexpr uint64_t kDay = 24 * kHour;

} // namespace

class TestChartUse : public QObject {
    Q_OBJECT
private slots:
    // How it is worked
    void hoverAndClick();
    void brushIsDrawnMovedAndStretched();
    void brushBarAsks();
    void brushSurvivesRefresh();
    void wheelZoomsAtThePointer();
    void wheelPans();
    void dragIsCoalesced();
    void keys();
    // Paper
    void paintsVectors_data();
    void paintsVectors();
    void oddAnswers_data();
    void oddAnswers();
    // Grid
    void gridHasOneScale();
    void gridScrolls();
    void gridIsWorked();
    void drawnAnew();

private:
    Theme m_theme{ThemeChoice::Light};
};

void TestChartUse::hoverAndClick()
{
    Shown<TrafficChart> shown(m_theme, makeAnswer({}));
    QSignalSpy hovered(&shown.chart, &ChartView::seriesHovered);
    QSignalSpy clicked(&shown.chart, &ChartView::seriesClicked);
    QTest::mouseMove(&shown.chart, {400, 366});
    QCOMPARE(hovered.size(), 1);
    QCOMPARE(hovered[0][0].toInt(), 0);
    QTest::mouseMove(&shown.chart, {430, 366});
    QCOMPARE(hovered.size(), 1);
    QTest::mouseMove(&shown.chart, {430, 12});
    QCOMPARE(hovered.back()[0].toInt(), -1);
    QTest::mouseClick(&shown.chart, Qt::LeftButton, Qt::ControlModifier, {430, 366});
    QCOMPARE(clicked.size(), 1);
    QCOMPARE(clicked[0][0].toInt(), 0);
    QCOMPARE(clicked[0][1].value<Qt::KeyboardModifiers>(), Qt::KeyboardModifiers(Qt::ControlModifier));
    shown.chart.setHighlighted(3);
    QVERIFY(!shown.chart.grab().isNull());
}

void TestChartUse::brushIsDrawnMovedAndStretched()
{
    Shown<TrafficChart> shown(m_theme, makeAnswer({}));
    auto& chart = shown.chart;
    QSignalSpy clicked(&chart, &ChartView::seriesClicked);
    shown.drag({300, 100}, {500, 120});
    QVERIFY(chart.brush());
    const auto first = *chart.brush();
    QVERIFY(first.length() > kHour);
    // Inside: moved as it is.
    shown.drag({400, 100}, {460, 100});
    const auto moved = *chart.brush();
    QCOMPARE(moved.length(), first.length());
    QVERIFY(moved.from > first.from);
    // An edge: the other one stays.
    shown.drag({560, 100}, {660, 100});
    QCOMPARE(chart.brush()->from, moved.from);
    QVERIFY(chart.brush()->to > moved.to);
    // Over the other edge and beyond the plot: it ends with the data.
    shown.drag({660, 100}, {-100, 100});
    QCOMPARE(chart.brush()->to, moved.from);
    QCOMPARE(chart.brush()->from, chart.shownRange()->from);
    QCOMPARE(clicked.size(), 0);
    // A click takes it away, and chooses nothing.
    QTest::mouseClick(&chart, Qt::LeftButton, {}, {800, 366});
    QVERIFY(!chart.brush());
    QCOMPARE(clicked.size(), 0);
}

void TestChartUse::brushBarAsks()
{
    Shown<TrafficChart> shown(m_theme, makeAnswer({}));
    auto& chart = shown.chart;
    QSignalSpy zoom(&chart, &ChartView::zoomAsked);
    QSignalSpy explain(&chart, &ChartView::explainAsked);
    QSignalSpy flows(&chart, &ChartView::flowsAsked);
    shown.drag({300, 100}, {500, 120});
    for (const auto* name : {"zoom", "explainRange", "showFlows"}) {
        auto* button = chart.findChild<QPushButton*>(QLatin1String(name));
        QVERIFY(button && button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
    }
    for (auto* spy : {&zoom, &explain, &flows}) {
        QCOMPARE(spy->size(), 1);
        QCOMPARE((*spy)[0][0].value<core::TimeRange>(), *chart.brush());
    }
}

void TestChartUse::brushSurvivesRefresh()
{
    const auto answer = makeAnswer({});
    Shown<TrafficChart> shown(m_theme, answer);
    auto& chart = shown.chart;
    shown.drag({300, 100}, {500, 120});
    const auto brush = chart.brush();
    chart.setAnswer(makeAnswer({}));
    QCOMPARE(chart.brush(), brush);
    // In the middle of a drag, too; another question ends it.
    QTest::mousePress(&chart, Qt::LeftButton, {}, {400, 100});
    QTest::mouseMove(&chart, {430, 100});
    chart.setAnswer(makeAnswer({}));
    QTest::mouseMove(&chart, {450, 100});
    QVERIFY(chart.brush() && chart.brush()->from > brush->from);
    chart.setAnswer(makeAnswer({.chart = ChartKind::Lines}));
    QVERIFY(!chart.brush());
    QTest::mouseMove(&chart, {470, 100});
    QTest::mouseRelease(&chart, Qt::LeftButton, {}, {470, 100});
    QVERIFY(!chart.brush());
    chart.setAnswer(nullptr);
    QVERIFY(!chart.shownRange());
}

void TestChartUse::wheelZoomsAtThePointer()
{
    const auto answer = makeAnswer({});
    Shown<TrafficChart> shown(m_theme, answer);
    QSignalSpy dragged(&shown.chart, &ChartView::rangeDragged);
    const auto whole = answer->result->range;
    shown.wheel({66 + 910 / 4, 100}, {0, 120});
    QCOMPARE(dragged.size(), 1);
    const auto range = dragged[0][0].value<core::TimeRange>();
    QVERIFY(qAbs(static_cast<double>(range.length()) / static_cast<double>(whole.length()) - 0.8) < 0.01);
    // What was a quarter from the left is so still.
    const double at = static_cast<double>(whole.from) + static_cast<double>(whole.length()) / 4;
    QVERIFY(qAbs((at - static_cast<double>(range.from)) / static_cast<double>(range.length()) - 0.25) < 0.01);
    QVERIFY(!shown.chart.grab().isNull());
    // Until the answer is there, further turns go on from what is asked for.
    shown.wheel({66 + 910 / 4, 100}, {0, -120});
    QTRY_COMPARE(dragged.size(), 2);
    const auto back = dragged[1][0].value<core::TimeRange>();
    QVERIFY(qAbs(static_cast<double>(back.length()) - static_cast<double>(whole.length())) < 3);
}

void TestChartUse::wheelPans()
{
    const auto answer = makeAnswer({});
    Shown<TrafficChart> shown(m_theme, answer);
    QSignalSpy dragged(&shown.chart, &ChartView::rangeDragged);
    const auto whole = answer->result->range;
    shown.wheel({500, 100}, {0, 120}, Qt::ShiftModifier);
    const auto earlier = dragged[0][0].value<core::TimeRange>();
    QCOMPARE(earlier.length(), whole.length());
    QCOMPARE(earlier.from, whole.from - whole.length() / 10);
    shown.wheel({500, 100}, {-240, 0});
    QTRY_COMPARE(dragged.size(), 2);
    QCOMPARE(dragged[1][0].value<core::TimeRange>().from, whole.from + whole.length() / 10);
}

void TestChartUse::dragIsCoalesced()
{
    const AnswerShape shape;
    Shown<TrafficChart> shown(m_theme, makeAnswer(shape));
    QSignalSpy dragged(&shown.chart, &ChartView::rangeDragged);
    for (int i = 0; i < 10; ++i)
        shown.wheel({500, 100}, {0, 120}, Qt::ShiftModifier);
    QCOMPARE(dragged.size(), 1);
    QTRY_COMPARE(dragged.size(), 2);
    const auto last = dragged[1][0].value<core::TimeRange>();
    QVERIFY(!shown.chart.grab().isNull());
    // The answer to the first is not the end, that to the last is.
    auto answered = [&](core::TimeRange range) {
        return makeAnswer(shape, [&](core::QueryResult& result) {
            result.range = range;
            result.firstPoint = range.from;
        });
    };
    shown.chart.setAnswer(answered(dragged[0][0].value<core::TimeRange>()));
    shown.wheel({500, 100}, {0, 120}, Qt::ShiftModifier);
    QTRY_COMPARE(dragged.size(), 3);
    QVERIFY(dragged[2][0].value<core::TimeRange>().from < last.from);
    shown.chart.setAnswer(answered(dragged[2][0].value<core::TimeRange>()));
    QCOMPARE(shown.chart.shownRange()->from, dragged[2][0].value<core::TimeRange>().from);
    QTest::qWait(150);
    QCOMPARE(dragged.size(), 3);
}

void TestChartUse::keys()
{
    const auto answer = makeAnswer({});
    Shown<TrafficChart> shown(m_theme, answer);
    auto& chart = shown.chart;
    QSignalSpy dragged(&chart, &ChartView::rangeDragged);
    QSignalSpy back(&chart, &ChartView::backAsked);
    QSignalSpy zoom(&chart, &ChartView::zoomAsked);
    const auto whole = answer->result->range;
    chart.setFocus();
    QTest::keyClick(&chart, Qt::Key_Left);
    const auto words = chart.readOut()->time;
    QTest::keyClick(&chart, Qt::Key_Right);
    QVERIFY(chart.readOut()->time != words);
    for (int i = 0; i < 5; ++i)
        QTest::keyClick(&chart, Qt::Key_Right, Qt::ShiftModifier);
    QCOMPARE(chart.brush()->length(), 5 * answer->result->intervalMs);
    QTest::keyClick(&chart, Qt::Key_Return);
    QCOMPARE(zoom.size(), 1);
    QTest::keyClick(&chart, Qt::Key_Escape);
    QVERIFY(!chart.brush());
    QCOMPARE(back.size(), 0);
    QTest::keyClick(&chart, Qt::Key_Escape);
    QCOMPARE(back.size(), 1);
    QTest::keyClick(&chart, Qt::Key_Right, Qt::ControlModifier);
    QCOMPARE(dragged.size(), 1);
    QCOMPARE(dragged[0][0].value<core::TimeRange>().from, whole.from + whole.length() / 4);
    QTest::keyClick(&chart, Qt::Key_Plus);
    QTRY_COMPARE(dragged.size(), 2);
    QVERIFY(qAbs(static_cast<double>(dragged[1][0].value<core::TimeRange>().length()) - static_cast<double>(whole.length()) / 2) < 2);
    QTest::mouseDClick(&chart, Qt::LeftButton, {}, {500, 100});
    QCOMPARE(back.size(), 2);
}

void TestChartUse::paintsVectors_data()
{
    QTest::addColumn<ChartKind>("kind");
    QTest::addColumn<bool>("reverse");
    for (const auto kind : {ChartKind::Stacked, ChartKind::Lines, ChartKind::Share, ChartKind::Grid}) {
        for (const bool reverse : {false, true})
            QTest::addRow("%d %d", static_cast<int>(kind), reverse) << kind << reverse;
    }
}

void TestChartUse::paintsVectors()
{
    QFETCH(ChartKind, kind);
    QFETCH(bool, reverse);
    std::unique_ptr<TimeChart> chart;
    if (kind == ChartKind::Grid)
        chart = std::make_unique<GridChart>(m_theme);
    else
        chart = std::make_unique<TrafficChart>(m_theme);
    const auto answer = makeAnswer({.reverse = reverse, .previous = core::Period::Day, .chart = kind});
    chart->setLook({.capacity = 40e9,
        .marks = {{{answer->result->range.from + kHour, answer->result->range.from + kHour + 60'000}, "listener stopped"}}});
    chart->setAnswer(answer);
    QBuffer file;
    QSvgGenerator svg;
    svg.setOutputDevice(&file);
    svg.setSize({1200, 500});
    svg.setViewBox(QRect(0, 0, 1200, 500));
    QPainter painter(&svg);
    chart->paintTo(painter, {1200, 500});
    painter.end();
    const auto& words = file.data();
    QVERIFY(!words.contains("<image"));
    QVERIFY(words.count("<path") >= 11);
    QVERIFY(words.size() < 2'000'000);
    QVERIFY(words.contains("listener stopped"));
    QVERIFY(words.contains(kind == ChartKind::Share ? "%" : "Gb/s"));
    QPicture picture;
    QPainter second(&picture);
    chart->paintTo(second, {300, 200});
    second.end();
    QVERIFY(picture.size() > 1000);
    QVERIFY(picture.boundingRect().width() <= 302);
}

void TestChartUse::oddAnswers_data()
{
    QTest::addColumn<AnswerPtr>("answer");
    QTest::newRow("one point") << makeAnswer({.points = 1});
    QTest::newRow("two points, both directions") << makeAnswer({.points = 2, .reverse = true});
    QTest::newRow("all zero") << makeAnswer({.reverse = true, .scale = 0});
    QTest::newRow("50 series") << makeAnswer({.series = 50});
    QTest::newRow("long labels") << makeAnswer({.longLabels = true});
    QTest::newRow("a year of days") << makeAnswer({.points = 365, .interval = kDay, .first = 1'767'225'600'000});
    QTest::newRow("many points") << makeAnswer({.points = 6000});
    QTest::newRow("no points") << makeAnswer({.points = 0});
    QTest::newRow("no series") << makeAnswer({.series = 0, .other = false});
    QTest::newRow("totals only") << makeAnswer({}, [](core::QueryResult& result) {
        result.intervalMs = 0;
        result.total.points.clear();
        for (auto& one : result.series)
            one.points.clear();
    });
    QTest::newRow("an Other only in reverse") << makeAnswer({.other = false}, [](core::QueryResult& result) {
        auto reverse = makeResult({});
        result.reverse = reverse;
    });
    QTest::newRow("a previous period of other length")
        << makeAnswer({}, [](core::QueryResult& result) { result.previous = makeResult({.series = 3, .points = 20}); });
}

void TestChartUse::oddAnswers()
{
    QFETCH(AnswerPtr, answer);
    for (const auto kind : {ChartKind::Stacked, ChartKind::Lines, ChartKind::Share, ChartKind::Grid}) {
        for (const bool logarithmic : {false, true}) {
            auto copy = std::make_shared<Answer>(*answer);
            copy->asked.chart = kind;
            std::unique_ptr<TimeChart> chart;
            if (kind == ChartKind::Grid)
                chart = std::make_unique<GridChart>(m_theme);
            else
                chart = std::make_unique<TrafficChart>(m_theme);
            chart->resize(700, 300);
            chart->setLook({.logarithmic = logarithmic});
            chart->setAnswer(copy);
            chart->setHighlighted(1);
            QVERIFY(!chart->grab().isNull());
            QTest::mouseMove(chart.get(), {300, 160});
            QTest::mouseMove(chart.get(), {301, 200});
            (void)chart->readOut();
            QTest::mouseClick(chart.get(), Qt::LeftButton, {}, {302, 240});
            for (const auto key : {Qt::Key_Left, Qt::Key_Plus, Qt::Key_Right})
                QTest::keyClick(chart.get(), key, Qt::ShiftModifier);
            QVERIFY(!chart->grab().isNull());
            QPicture picture;
            QPainter painter(&picture);
            chart->paintTo(painter, {500, 300});
        }
    }
}

namespace {

class OpenGrid : public GridChart {
public:
    using GridChart::GridChart;
    using GridChart::scene;
};

} // namespace

void TestChartUse::gridHasOneScale()
{
    Shown<OpenGrid> shown(m_theme, makeAnswer({.reverse = true}));
    const auto& plots = shown.chart.scene().plots;
    QCOMPARE(plots.size(), size_t{11});
    for (const auto& plot : plots) {
        QCOMPARE(plot.axis.top, plots[0].axis.top);
        QCOMPARE(plot.axis.depth, plots[0].axis.depth);
        QCOMPARE(plot.area.size(), plots[0].area.size());
        QVERIFY(plot.area.left() >= 0 && plot.area.right() <= shown.chart.width());
    }
    shown.chart.setLook({.hidden = {0}});
    QCOMPARE(shown.chart.scene().plots.size(), size_t{10});
    shown.chart.setAnswer(makeAnswer({.series = 1, .other = false}));
    shown.chart.setLook({});
    QCOMPARE(shown.chart.scene().plots.size(), size_t{1});
}

void TestChartUse::gridScrolls()
{
    Shown<OpenGrid> shown(m_theme, makeAnswer({.series = 40}));
    auto* bar = shown.chart.findChild<QScrollBar*>();
    QVERIFY(bar->isVisible() && bar->maximum() > 0);
    const double before = shown.chart.scene().plots[0].area.top();
    QSignalSpy dragged(&shown.chart, &ChartView::rangeDragged);
    shown.wheel({300, 200}, {0, -120});
    QCOMPARE(shown.chart.scene().plots[0].area.top(), before - 120);
    QCOMPARE(dragged.size(), 0);
    shown.wheel({300, 200}, {0, 120}, Qt::ControlModifier);
    QCOMPARE(dragged.size(), 1);
    shown.chart.setAnswer(makeAnswer({.series = 2, .other = false}));
    (void)shown.chart.scene();
    QVERIFY(!bar->isVisible());
}

void TestChartUse::gridIsWorked()
{
    Shown<OpenGrid> shown(m_theme, makeAnswer({}));
    auto& chart = shown.chart;
    QSignalSpy clicked(&chart, &ChartView::seriesClicked);
    const auto third = chart.scene().plots[2].area.center().toPoint();
    QTest::mouseClick(&chart, Qt::LeftButton, {}, third);
    QCOMPARE(clicked.size(), 1);
    QCOMPARE(clicked[0][0].toInt(), 2);
    QVERIFY(chart.readOut());
    shown.drag(third - QPoint(40, 0), third + QPoint(40, 0));
    QVERIFY(chart.brush());
    QVERIFY(chart.findChild<QPushButton*>(QStringLiteral("zoom"))->isVisible());
    QVERIFY(!chart.grab().isNull());
}

/// Twenty series of 300 points, drawn anew in place of others; bench_chart measures how long it takes.
void TestChartUse::drawnAnew()
{
    Shown<TrafficChart> shown(m_theme, makeAnswer({.series = 19, .points = 300}));
    QPixmap target(shown.chart.size());
    const auto second = makeAnswer({.series = 19, .points = 300, .seed = 1});
    shown.chart.setAnswer(second);
    shown.chart.render(&target);
    const auto image = target.toImage();
    QCOMPARE(QColor(image.pixel(500, 366)), m_theme.series(0));
    QCOMPARE(QColor(image.pixel(500, 12)), m_theme[Token::surface]);
}

QTEST_MAIN(TestChartUse)
#include "test_chartuse.moc"
