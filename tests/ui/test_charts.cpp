// SPDX-License-Identifier: GPL-3.0-or-later
// Charts over time: axes, and what is drawn of an answer.
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

/// CIE 1976, from sRGB.
double distance(const QColor& one, const QColor& two)
{
    const auto lab = [](const QColor& colour) {
        const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
        const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
        const double r = linear(colour.redF()), g = linear(colour.greenF()), b = linear(colour.blueF());
        const double x = f((0.4125 * r + 0.3576 * g + 0.1804 * b) / 0.9505), y = f(0.2127 * r + 0.7152 * g + 0.0722 * b);
        const double z = f((0.0193 * r + 0.1192 * g + 0.9503 * b) / 1.0888);
        return std::array{116 * y - 16, 500 * (x - y), 200 * (y - z)};
    };
    const auto a = lab(one), b = lab(two);
    return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

AnswerPtr withoutPoints(AnswerShape shape, const std::vector<size_t>& gaps)
{
    return makeAnswer(shape, [&](core::QueryResult& result) {
        for (const auto gap : gaps)
            result.series[0].points[gap] = std::numeric_limits<double>::quiet_NaN();
    });
}

} // namespace

class TestCharts : public QObject {
    Q_OBJECT
private slots:
    // Axes
    void valueTicks_data();
    void valueTicks();
    void valueTicksOfTwoDirections();
    void logarithmicTicks();
    void timeTicksAtEveryZoom();
    void timeTicksAcrossClockChanges();
    void monthsAndYears();
    void timeLabels();
    void marksMerge();
    // What is drawn
    void shapeStacksAndFinds();
    void shapeOfTwoDirections();
    void shapeOnLogarithmicAxis();
    void gapsAreGaps();
    void whatDoesNotAddUpIsLines();
    void hiddenSeriesAreLeftOut();
    void capacityMovesTheAxisWithinReason();
    void previousPeriod();
    void readOutSaysAll();
    void cardStaysInside();
    void coloursDiffer();

private:
    Theme m_theme{ThemeChoice::Light};
};

void TestCharts::valueTicks_data()
{
    QTest::addColumn<double>("most");
    for (const double most : {0.003, 0.9, 1.0, 7.0, 999.0, 1e3, 33.1e9, 4e10, 9.99e12, 1e15})
        QTest::addRow("%g", most) << most;
}

void TestCharts::valueTicks()
{
    QFETCH(double, most);
    const auto axis = valueAxis(most, 4);
    QVERIFY(axis.top > most);
    QVERIFY(axis.ticks.back() <= axis.top * 0.972);
    QVERIFY(axis.ticks.size() >= 2 && axis.ticks.size() <= 9);
    QCOMPARE(axis.ticks.front(), 0.0);
    QCOMPARE(axis.depth, 0.0);
}

void TestCharts::valueTicksOfTwoDirections()
{
    const auto axis = valueAxis(30, 12, 4);
    QVERIFY(axis.top > 30 && axis.depth > 12);
    QVERIFY(!axis.ticksDown.empty() && axis.ticksDown.front() > 0);
    QCOMPARE(axis.ticksDown.front(), axis.ticks[1]);
    // A small direction can still be seen.
    QVERIFY(valueAxis(30, 0.001, 4).depth > 3);
    const ValueLabels labels(axis, QStringLiteral("b/s"), false);
    QCOMPARE(labels(0), QStringLiteral("0"));
    QVERIFY(!labels(axis.ticksDown.front()).contains(QLatin1Char('-')));
}

void TestCharts::logarithmicTicks()
{
    const auto axis = logAxis(2'500, 3.2e9, 0, 8);
    QVERIFY(axis.logarithmic());
    QCOMPARE(axis.floor, 1000.0);
    QVERIFY(axis.top > 3.2e9);
    QVERIFY(axis.ticks.size() >= 4);
    for (const double tick : axis.ticks)
        QCOMPARE(std::round(std::log10(tick)), std::log10(tick));
    QCOMPARE(axis.height(1000), 0.0);
    QCOMPARE(axis.height(10'000), 1.0);
    QCOMPARE(axis.height(0), 0.0);
    QVERIFY(std::isnan(axis.height(std::numeric_limits<double>::quiet_NaN())));
    QVERIFY(qAbs(axis.valueAt(axis.height(123'456)) - 123'456) < 1e-3);
    // At most six decades, and 2 and 5 where there are few.
    QCOMPARE(logAxis(1e-9, 1e6, 0, 8).floor, 1.0);
    const auto narrow = logAxis(20, 90, 0, 5);
    QCOMPARE(narrow.floor, 10.0);
    QVERIFY(std::ranges::find(narrow.ticks, 20.0) != narrow.ticks.end() && std::ranges::find(narrow.ticks, 50.0) != narrow.ticks.end());
    QVERIFY(!logAxis(0, 0, 0, 4).logarithmic());
    const ValueLabels labels(axis, QStringLiteral("b/s"), false);
    QCOMPARE(labels(1e6), QStringLiteral("1\u00a0Mb/s"));
    QCOMPARE(labels(1e9), QStringLiteral("1\u00a0Gb/s"));
}

void TestCharts::timeTicksAtEveryZoom()
{
    const uint64_t from = 1'795'455'723'417;
    for (double length = 10; length < 40.0 * 365 * static_cast<double>(kDay); length *= 1.7) {
        const core::TimeRange range{from, from + static_cast<uint64_t>(length)};
        const auto ticks = timeTicks(range, 10, 60);
        QVERIFY2(ticks.major.size() <= 11, qPrintable(QString::number(length)));
        QVERIFY2(!ticks.major.empty(), qPrintable(QString::number(length)));
        for (const auto tick : ticks.major)
            QVERIFY(tick >= range.from && tick <= range.to);
        QVERIFY(std::ranges::is_sorted(ticks.major) && std::ranges::is_sorted(ticks.minor));
        QVERIFY(ticks.minor.size() <= 70);
    }
}

/// Berlin, 29 March 2026 at 1:00 UTC: 2:00 becomes 3:00; 25 October 2026 at 1:00 UTC: 3:00 becomes 2:00.
void TestCharts::timeTicksAcrossClockChanges()
{
    constexpr uint64_t kSpring = 1'774'746'000'000;
    constexpr uint64_t kAutumn = 1'792'890'000'000;
    const OffsetAt berlin = [](uint64_t ms) { return ms >= kSpring && ms < kAutumn ? 120 : 60; };
    for (const auto change : {kSpring, kAutumn}) {
        for (const auto& [length, wanted] : {std::pair(12 * kHour, 6), {2 * kDay, 10}, {8 * kDay, 9}, {20 * kHour, 24}}) {
            const auto ticks = timeTicks({change - length / 2, change + length / 2}, wanted, berlin);
            QVERIFY(ticks.major.size() >= 3);
            for (const auto tick : ticks.major)
                QCOMPARE((tick + static_cast<uint64_t>(berlin(tick)) * 60'000) % std::min(ticks.stepMs, kDay), uint64_t{0});
        }
    }
    // The hour that comes twice is labelled twice.
    const auto hours = timeTicks({kAutumn - 2 * kHour, kAutumn + 2 * kHour}, 6, berlin);
    QCOMPARE(hours.stepMs, kHour);
    QCOMPARE(hours.major.size(), size_t{5});
}

void TestCharts::monthsAndYears()
{
    constexpr uint64_t kNewYear = 1'767'225'600'000; // 2026
    const auto months = timeTicks({kNewYear, kNewYear + 365 * kDay}, 14, 0);
    QCOMPARE(months.major.size(), size_t{13});
    QCOMPARE(months.major[0], kNewYear);
    QCOMPARE(months.major[2], kNewYear + 59 * kDay);
    const Clock utc;
    QCOMPARE(timeLabel(utc, months.major[0], months.stepMs), QStringLiteral("2026"));
    QCOMPARE(timeLabel(utc, months.major[2], months.stepMs), QStringLiteral("Mar"));
    const auto years = timeTicks({kNewYear, kNewYear + 7300 * kDay}, 8, 0);
    for (const auto tick : years.major)
        QVERIFY(timeLabel(utc, tick, years.stepMs).endsWith(QLatin1Char('0'))
            || timeLabel(utc, tick, years.stepMs).endsWith(QLatin1Char('5')));
    // Weeks begin on Mondays.
    const auto weeks = timeTicks({kNewYear, kNewYear + 60 * kDay}, 9, 0);
    QCOMPARE(weeks.stepMs, 7 * kDay);
    QCOMPARE(utc.day(weeks.major[0]).left(3), QStringLiteral("Mon"));
}

void TestCharts::timeLabels()
{
    const Clock utc;
    constexpr uint64_t kMidnight = 1'795'478'400'000; // Tuesday, 24 November 2026
    QCOMPARE(timeLabel(utc, kMidnight, kHour), QStringLiteral("Tue 24 Nov"));
    QCOMPARE(timeLabel(utc, kMidnight + kHour, kHour), QStringLiteral("01:00"));
    QCOMPARE(timeLabel(utc, kMidnight + 10, 10), QStringLiteral("00:00:00.010"));
    QCOMPARE(timeLabel(utc, kMidnight, 7 * kDay), QStringLiteral("24 Nov"));
}

void TestCharts::marksMerge()
{
    const TimeScale scale{.left = 0, .right = 1000, .from = 0, .to = 1'000'000};
    const std::vector<ChartMark> marks {{{100'000, 102'000}, "listener stopped"}, {{110'000, 111'000}, "listener stopped"},
        {{120'000, 121'000}, "12 datagrams lost"}, {{800'000, 900'000}, "listener stopped"},
        {{2'000'000, 3'000'000}, "elsewhere"}};
    const auto named = namedMarks(marks, scale, m_theme.font(11));
    QCOMPARE(named.size(), size_t{2});
    QCOMPARE(named[0].name, QStringLiteral("3 gaps"));
    QCOMPARE(named[0].marks.size(), size_t{3});
    QCOMPARE(named[0].marks[2].name, QStringLiteral("12 datagrams lost"));
    QCOMPARE(named[1].name, QStringLiteral("listener stopped"));
    QCOMPARE(named[1].x, 850.0);
}

void TestCharts::shapeStacksAndFinds()
{
    SeriesShape shape;
    shape.set(ChartKind::Stacked, {{.number = 4, .values = {1, 2}}, {.number = 7, .values = {3, 0}}});
    shape.scale(valueAxis(4, 4));
    QCOMPARE(shape.most(Direction::Up), 4.0);
    QCOMPARE(shape.seriesAt(0, 0.5, Direction::Up, 0), 0);
    QCOMPARE(shape.seriesAt(0, 3.9, Direction::Up, 0), 1);
    QCOMPARE(shape.seriesAt(0, 4.1, Direction::Up, 0), -1);
    QCOMPARE(shape.seriesAt(1, 1.9, Direction::Up, 0), 0);
    QCOMPARE(shape.find(7), 1);
    shape.set(ChartKind::Lines, shape.series());
    shape.scale(valueAxis(3, 4));
    QCOMPARE(shape.most(Direction::Up), 3.0);
    QCOMPARE(shape.seriesAt(0, 2.8, Direction::Up, 0.5), 1);
    shape.set(ChartKind::Share, shape.series());
    shape.scale(shareAxis(false));
    QCOMPARE(shape.upper(0, 0, Direction::Up), 0.25);
    QCOMPARE(shape.upper(1, 0, Direction::Up), 1.0);
}

void TestCharts::shapeOfTwoDirections()
{
    SeriesShape shape;
    shape.set(ChartKind::Share, {{.number = 0, .values = {1, 0}, .reverse = {3, 5}}, {.number = 1, .values = {1, 0}, .reverse = {1, 5}}});
    shape.scale(shareAxis(true));
    QCOMPARE(shape.upper(0, 0, Direction::Up), 0.5);
    QCOMPARE(shape.upper(0, 0, Direction::Down), 0.75);
    QCOMPARE(shape.upper(1, 0, Direction::Down), 1.0);
    QCOMPARE(shape.upper(1, 1, Direction::Up), 0.0);
    QCOMPARE(shape.seriesAt(0, 0.6, Direction::Down, 0), 0);
    QCOMPARE(shape.seriesAt(0, 0.6, Direction::Up, 0), 1);

    Shown<TrafficChart> both(m_theme, makeAnswer({.reverse = true}));
    const auto axis = both.chart.axis();
    QVERIFY(axis.depth > 0 && axis.depth < axis.top);
    QSignalSpy clicked(&both.chart, &ChartView::seriesClicked);
    // Just above and just below the zero line is the first series of either direction.
    const int zero = static_cast<int>(8 + (400 - 38) * axis.top / (axis.top + axis.depth));
    QTest::mouseClick(&both.chart, Qt::LeftButton, {}, {500, zero - 4});
    QVERIFY(both.chart.readOut()->detail.endsWith(QStringLiteral("direct")));
    const auto up = both.chart.readOut()->value;
    QTest::mouseMove(&both.chart, {500, zero + 6});
    QTest::mouseClick(&both.chart, Qt::LeftButton, {}, {500, zero + 6});
    QVERIFY(both.chart.readOut()->detail.endsWith(QStringLiteral("reverse")));
    QVERIFY(both.chart.readOut()->value != up);
    QCOMPARE(both.chart.readOut()->totals.size(), size_t{2});
    QCOMPARE(clicked.size(), 2);
    QCOMPARE(clicked[0][0].toInt(), 0);
    QCOMPARE(clicked[1][0].toInt(), 0);
}

void TestCharts::shapeOnLogarithmicAxis()
{
    SeriesShape shape;
    shape.set(ChartKind::Stacked, {{.number = 0, .values = {25, 1}}, {.number = 1, .values = {75, 9}}});
    const auto axis = logAxis(shape.least(), shape.most(Direction::Up), 0, 4);
    QCOMPARE(axis.floor, 5.0);
    shape.scale(axis);
    // The height of the sum, cut by the shares.
    QCOMPARE(shape.upper(1, 0, Direction::Up), axis.height(100));
    QCOMPARE(shape.upper(0, 0, Direction::Up), axis.height(100) / 4);
    QCOMPARE(shape.upper(0, 1, Direction::Up), axis.height(10) / 10);
    shape.set(ChartKind::Lines, shape.series());
    const auto lines = logAxis(shape.least(), shape.most(Direction::Up), 0, 4);
    shape.scale(lines);
    QCOMPARE(lines.floor, 1.0);
    QVERIFY(qAbs(shape.upper(1, 0, Direction::Up) - std::log10(75.0)) < 1e-12);
    QCOMPARE(shape.upper(0, 1, Direction::Up), 0.0);
}

void TestCharts::gapsAreGaps()
{
    const auto answer = withoutPoints(
        {.series = 2, .points = 20, .other = false, .unit = core::Unit::InL2Percent, .chart = ChartKind::Lines, .scale = 10},
        {4, 5, 9});
    const ChartData data(answer, {}, m_theme);
    QVERIFY(std::isnan(data.series()[0].values[4]));
    Shown<TrafficChart> shown(m_theme, answer);
    QVERIFY(std::isfinite(shown.chart.axis().top) && shown.chart.axis().top > 0);
    const auto words = readOutAt(data, {}, 4, 0, Direction::Up);
    QCOMPARE(words.value, QStringLiteral("–"));
    QVERIFY(words.share.isEmpty());
    const auto all = makeAnswer({.series = 1, .points = 20, .other = false, .unit = core::Unit::InL2Percent}, [](core::QueryResult& result) {
        std::ranges::fill(result.series[0].points, std::numeric_limits<double>::quiet_NaN());
        std::ranges::fill(result.total.points, std::numeric_limits<double>::quiet_NaN());
    });
    shown.chart.setAnswer(all);
    QVERIFY(!shown.chart.grab().isNull());
    QTest::mouseMove(&shown.chart, {500, 200});
    QCOMPARE(shown.chart.readOut()->totals[0].right, QStringLiteral("–"));
}

void TestCharts::whatDoesNotAddUpIsLines()
{
    for (const auto unit : {core::Unit::InL2Percent, core::Unit::OutL2Percent, core::Unit::Distinct}) {
        for (const auto kind : {ChartKind::Stacked, ChartKind::Share})
            QCOMPARE(ChartData(makeAnswer({.unit = unit, .chart = kind}), {}, m_theme).kind(), ChartKind::Lines);
    }
    QCOMPARE(ChartData(makeAnswer({.chart = ChartKind::Share}), {}, m_theme).kind(), ChartKind::Share);
}

void TestCharts::hiddenSeriesAreLeftOut()
{
    const auto answer = makeAnswer({.previous = core::Period::Day});
    const ChartData all(answer, {}, m_theme);
    const ChartData some(answer, {0, 3}, m_theme);
    QCOMPARE(some.series().size(), all.series().size() - 2);
    QCOMPARE(some.series()[0].number, 1);
    QCOMPARE(some.series()[0].colour, all.series()[1].colour);
    const double gone = all.series()[0].values[7] + all.series()[3].values[7];
    QVERIFY(qAbs(all.total(Direction::Up)[7] - some.total(Direction::Up)[7] - gone) < 1);
    QVERIFY(some.previousTotal(Direction::Up)[7] < all.previousTotal(Direction::Up)[7]);
    Shown<TrafficChart> shown(m_theme, answer);
    const double before = shown.chart.axis().top;
    shown.chart.setLook({.hidden = {0, 3}});
    QVERIFY(shown.chart.axis().top < before);
    QTest::mouseMove(&shown.chart, {500, 368});
    QCOMPARE(shown.chart.readOut()->name, QStringLiteral("2906"));
    QCOMPARE(shown.chart.readOut()->totals[0].left, QStringLiteral("Total shown"));
    shown.chart.setLook({.hidden = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}});
    QVERIFY(!shown.chart.grab().isNull());
    QTest::mouseMove(&shown.chart, {510, 300});
}

void TestCharts::capacityMovesTheAxisWithinReason()
{
    Shown<TrafficChart> shown(m_theme, makeAnswer({}));
    const double plain = shown.chart.axis().top;
    shown.chart.setLook({.capacity = plain * 2});
    QVERIFY(shown.chart.axis().top > plain * 2);
    shown.chart.setLook({.capacity = plain * 10});
    QCOMPARE(shown.chart.axis().top, plain);
    QVERIFY(!shown.chart.grab().isNull());
}

void TestCharts::previousPeriod()
{
    const auto answer = makeAnswer({.previous = core::Period::Day});
    const Clock utc;
    QCOMPARE(previousName(*answer->result, utc), QStringLiteral("Sunday 22 Nov"));
    QCOMPARE(previousName(*makeAnswer({.previous = core::Period::Hour})->result, utc), QStringLiteral("an hour earlier"));
    QCOMPARE(previousName(*makeAnswer({.points = 400, .interval = kHour, .previous = core::Period::Week})->result, utc),
        QStringLiteral("a week earlier"));
    QCOMPARE(previousName(*makeAnswer({})->result, utc), QString());
    const ChartData data(answer, {}, m_theme);
    const auto words = readOutAt(data, {}, 100, 1, Direction::Up);
    QVERIFY2(words.difference.left.startsWith(QStringLiteral("total +"))
            && words.difference.left.endsWith(QStringLiteral("against Sunday")),
        qPrintable(words.difference.left));
    QVERIFY2(words.difference.right.startsWith(QLatin1Char('+')) && words.difference.right.endsWith(QLatin1Char('%')),
        qPrintable(words.difference.right));
    QCOMPARE(data.previousOf(1, Direction::Up).size(), data.points());
    QVERIFY(data.previousOf(77, Direction::Up).empty());
}

void TestCharts::readOutSaysAll()
{
    const ChartData data(makeAnswer({}), {}, m_theme);
    const auto words = readOutAt(data, {}, 268, 1, Direction::Up);
    QCOMPARE(words.time, QStringLiteral("21:10 – 21:11"));
    QCOMPARE(words.day, QStringLiteral("Mon 23 Nov, UTC"));
    QCOMPARE(words.name, QStringLiteral("2906"));
    QCOMPARE(words.detail, QStringLiteral("et-0/0/2"));
    QVERIFY(words.value.endsWith(QStringLiteral("Gb/s")));
    QVERIFY(words.share.endsWith(QStringLiteral("of total")));
    QCOMPARE(words.samples, QStringLiteral("20\u202f500 samples in the range, ±1.4\u00a0%"));
    QVERIFY(words.difference.left.isEmpty());
    const auto none = readOutAt(data, {}, 0, -1, Direction::Up);
    QVERIFY(!none.colour.isValid() && none.totals.size() == 1);
    ChartLook named;
    named.valueLabel = [](size_t dimension, const std::string& value) { return QStringLiteral("%1:%2").arg(dimension).arg(text(value)); };
    QCOMPARE(readOutAt(data, named, 0, 1, Direction::Up).name, QStringLiteral("0:2906"));
    QCOMPARE(readOutAt(data, named, 0, 10, Direction::Up).name, QStringLiteral("Other"));
}

/// Whatever the size of the widget and the length of the names.
void TestCharts::cardStaysInside()
{
    const ChartData data(makeAnswer({.previous = core::Period::Day, .longLabels = true}), {}, m_theme);
    const auto words = readOutAt(data, {}, 10, 1, Direction::Up);
    for (const QSize size : {QSize(1000, 400), QSize(420, 190), QSize(240, 240)}) {
        for (const double x : {2.0, size.width() / 2.0, size.width() - 2.0}) {
            QImage image(size + QSize(40, 40), QImage::Format_ARGB32);
            image.fill(Qt::transparent);
            QPainter painter(&image);
            painter.translate(20, 20);
            paintReadOut(painter, m_theme, words, x, 500, QRectF(QPointF(0, 0), size));
            painter.end();
            for (int y = 0; y < image.height(); ++y) {
                for (const int edge : {0, 10, size.width() + 21, size.width() + 30})
                    QCOMPARE(qAlpha(image.pixel(edge, y)), 0);
            }
        }
    }
}

void TestCharts::coloursDiffer()
{
    for (const auto choice : {ThemeChoice::Light, ThemeChoice::Dark}) {
        const Theme theme(choice);
        for (size_t a = 0; a < 50; ++a) {
            for (size_t b = 0; b < a; ++b)
                QVERIFY(distance(theme.series(a), theme.series(b)) > 13);
            QVERIFY(distance(theme.series(a), theme[Token::other]) > 13);
            QVERIFY(distance(theme.series(a), theme[Token::surface]) > 18);
            QVERIFY(a == 49 || distance(theme.series(a), theme.series(a + 1)) > 30);
        }
        QCOMPARE(theme.series(50), theme.series(0));
    }
}

QTEST_MAIN(TestCharts)
#include "test_charts.moc"
