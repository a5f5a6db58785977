// SPDX-License-Identifier: GPL-3.0-or-later
// Heat maps: which cell is what, how colours tell values, and what pointer and keys ask for.
#include <cmath>
#include <limits>

#include <QBuffer>
#include <QPainter>
#include <QPushButton>
#include <QSignalSpy>
#include <QSvgGenerator>
#include <QTest>
#include <QWheelEvent>

#include "ui/charts/heatmapchart.h"

using namespace rivereto;
using namespace rivereto::ui;

namespace {

constexpr uint64_t kHour = 3'600'000;
constexpr uint64_t kMidnight = 1'795'478'400'000; // Tue 24 Nov 2026
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

using Value = std::function<double(size_t series, size_t point)>;

/// `count` series, the last one Other when there are more than one; none: only the total.
core::QueryResult resultOf(size_t count, size_t points, uint64_t interval, const Value& value, uint64_t from = kMidnight)
{
    core::QueryResult out;
    out.query = {.kind = core::QueryKind::TimeSeries};
    out.intervalMs = interval;
    out.firstPoint = from;
    out.range = {from, from + points * interval};
    out.total.points.assign(points, 0);
    if (count > 0)
        out.dimensions = {{.name = "SrcAS", .column = core::ColumnId::SrcAS}};
    for (size_t s = 0; s < std::max<size_t>(count, 1); ++s) {
        core::Series series;
        series.other = count > 1 && s + 1 == count;
        if (count > 0)
            series.key = {series.other ? "Other" : std::to_string(64500 + s)};
        for (size_t p = 0; p < points; ++p) {
            series.points.push_back(value(s, p));
            if (std::isfinite(series.points.back()))
                out.total.points[p] += series.points.back();
        }
        series.statistics.average = series.points[0];
        out.series.push_back(series);
    }
    return out;
}

double usual(size_t series, size_t point) { return 1e9 / static_cast<double>(series + 1) * (1 + static_cast<double>(point % 7)); }

AnswerPtr answerOf(core::QueryResult result, const std::string& filter = {})
{
    auto out = std::make_shared<Answer>();
    out->asked.chart = ChartKind::Heatmap;
    out->asked.query = result.query;
    out->asked.query.filter = filter;
    out->result = std::make_shared<const core::QueryResult>(std::move(result));
    return out;
}

/// Perceived lightness, roughly: enough to see that it rises.
double lightnessOf(const QColor& colour) { return 0.299 * colour.redF() + 0.587 * colour.greenF() + 0.114 * colour.blueF(); }

} // namespace

class TestHeatmap : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { m_theme = std::make_unique<Theme>(ThemeChoice::Light); }
    void init();
    void cleanup() { m_chart.reset(); }

    void rowsAndColumns();
    void hiddenSeriesAreLeftOut();
    void colourTellsTheValue();
    void logarithmicTellsSmallOnes();
    void unknownIsNotNothing();
    void bothDirectionsAreBlocks();

    void hoverAndClick();
    void brushOffersItsUses();
    void brushOutlivesTheSameQuestion();
    void wheelScrolls();
    void keyboardWalks();

    void daysOverHours();
    void daysOnTheWall();
    void brushOverDays();
    void whenThereAreNoDays();

    void pictureIsVector();
    void anySizeAndContent();

private:
    [[nodiscard]] QPoint cellAt(size_t row, size_t column) const { return m_chart->cellBox({row, column}).center().toPoint(); }
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<HeatmapChart> m_chart;
};

void TestHeatmap::init()
{
    m_chart = std::make_unique<HeatmapChart>(*m_theme);
    m_chart->resize(900, 400);
    m_chart->setAnswer(answerOf(resultOf(5, 60, 60'000, usual)));
    m_chart->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_chart.get()));
}

void TestHeatmap::rowsAndColumns()
{
    const auto& scene = m_chart->scene();
    QCOMPARE(scene.rows().size(), size_t{5});
    QCOMPARE(scene.columns(), size_t{60});
    QCOMPARE(scene.rows()[0].label, QStringLiteral("64500"));
    QCOMPARE(scene.rows()[4].label, QStringLiteral("Other"));
    QCOMPARE(scene.rangeOf({0, 3}), (core::TimeRange{kMidnight + 180'000, kMidnight + 240'000}));
    // Cells lie side by side, without hole or overlap.
    for (size_t c = 0; c < 60; ++c) {
        const auto box = m_chart->cellBox({2, c});
        QVERIFY(box.width() >= 1);
        if (c > 0)
            QCOMPARE(box.left(), m_chart->cellBox({2, c - 1}).right());
        QCOMPARE(scene.columnAt(box.center().x()), std::optional(c));
        QCOMPARE(scene.rowAt(box.center().y(), 0), std::optional(size_t{2}));
    }
    QVERIFY(m_chart->pointsWanted() >= 50 && m_chart->pointsWanted() <= 300);
}

void TestHeatmap::hiddenSeriesAreLeftOut()
{
    m_chart->setLook({.hidden = {1, 4}});
    QCOMPARE(m_chart->scene().rows().size(), size_t{3});
    QCOMPARE(m_chart->scene().rows()[1].number, 2);
    QVERIFY(m_chart->scene().firstRowOf(1) >= 3);
}

void TestHeatmap::colourTellsTheValue()
{
    for (const auto choice : {ThemeChoice::Light, ThemeChoice::Dark}) {
        const Theme theme(choice);
        const HeatScale scale(theme, 1, 100, false);
        QVERIFY(scale.colour(0) != theme[Token::surface]);
        QCOMPARE(scale.colour(-1), scale.colour(0));
        QCOMPARE(scale.share(50), 0.5);
        // Even steps, all in one direction.
        const double whole = lightnessOf(scale.at(1)) - lightnessOf(scale.at(0));
        QVERIFY(std::abs(whole) > 0.5);
        for (int i = 1; i <= 10; ++i) {
            const double step = (lightnessOf(scale.at(i / 10.0)) - lightnessOf(scale.at((i - 1) / 10.0))) / whole;
            QVERIFY2(step > 0.05 && step < 0.2, qPrintable(QString::number(step)));
        }
    }
    m_theme->choose(ThemeChoice::Light);
}

void TestHeatmap::logarithmicTellsSmallOnes()
{
    const HeatScale scale(*m_theme, 1e3, 1e9, true);
    QVERIFY(scale.logarithmic());
    QCOMPARE(scale.share(0), 0.0);
    QVERIFY(scale.share(1e3) > 0.03);
    QCOMPARE(scale.share(1e9), 1.0);
    QVERIFY(std::abs((scale.share(1e6) - scale.share(1e3)) - (scale.share(1e9) - scale.share(1e6))) < 1e-9);
    QCOMPARE(HeatScale(*m_theme, 5, 5, true).share(5), 1.0);
    QCOMPARE(HeatScale(*m_theme, 0, 0, true).share(5), 0.0);
    m_chart->setLook({.logarithmic = true});
    QVERIFY(m_chart->scene().scale().logarithmic());
}

void TestHeatmap::unknownIsNotNothing()
{
    m_chart->setAnswer(answerOf(resultOf(3, 12, 60'000, [](size_t s, size_t p) { return s == 1 ? p < 6 ? kUnknown : 0 : 1e6; })));
    const auto picture = m_chart->grab().toImage();
    const auto nothing = m_chart->scene().scale().colour(0).rgb();
    const auto pixels = [&](size_t column) {
        int out = 0;
        const auto box = m_chart->cellBox({1, column}).adjusted(2, 2, -2, -2).toRect();
        for (int x = box.left(); x <= box.right(); ++x) {
            for (int y = box.top(); y <= box.bottom(); ++y)
                out += picture.pixel(x, y) == nothing;
        }
        return out;
    };
    QCOMPARE(pixels(2), 0);
    QVERIFY(pixels(8) > 50);
}

void TestHeatmap::bothDirectionsAreBlocks()
{
    auto result = resultOf(4, 30, 60'000, usual);
    result.reverse = std::make_shared<const core::QueryResult>(resultOf(4, 30, 60'000, [](size_t s, size_t p) { return usual(s, p) * 2; }));
    m_chart->setAnswer(answerOf(std::move(result)));
    const auto& rows = m_chart->scene().rows();
    QCOMPARE(rows.size(), size_t{8});
    QVERIFY(rows[3].direction == Direction::Up && rows[4].direction == Direction::Down);
    QVERIFY(rows[4].y - rows[3].y > m_chart->scene().rowHeight());
    QCOMPARE(rows[4].label, rows[0].label);
    // One scale for both.
    QCOMPARE(m_chart->scene().scale().largest(), 14e9);
    QSignalSpy clicked(m_chart.get(), &ChartView::seriesClicked);
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, cellAt(5, 10));
    QCOMPARE(clicked[0][0].toInt(), 1);
}

void TestHeatmap::hoverAndClick()
{
    QSignalSpy hovered(m_chart.get(), &ChartView::seriesHovered);
    QTest::mouseMove(m_chart.get(), cellAt(2, 20));
    QCOMPARE(hovered.back()[0].toInt(), 2);
    const auto plain = m_chart->grab().toImage();
    QTest::mouseMove(m_chart.get(), cellAt(3, 30));
    QCOMPARE(hovered.back()[0].toInt(), 3);
    QVERIFY(m_chart->grab().toImage() != plain);
    QSignalSpy clicked(m_chart.get(), &ChartView::seriesClicked);
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, Qt::ControlModifier, cellAt(1, 30));
    QCOMPARE(clicked.size(), 1);
    QCOMPARE(clicked[0][0].toInt(), 1);
    // Its name is the row, too.
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, {30, cellAt(4, 0).y()});
    QCOMPARE(clicked.back()[0].toInt(), 4);
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, {400, 5});
    QCOMPARE(clicked.back()[0].toInt(), -1);
    QSignalSpy back(m_chart.get(), &ChartView::backAsked);
    QTest::mouseDClick(m_chart.get(), Qt::LeftButton, {}, cellAt(1, 30));
    QCOMPARE(back.size(), 1);
}

void TestHeatmap::brushOffersItsUses()
{
    QSignalSpy changed(m_chart.get(), &ChartView::brushChanged);
    QTest::mousePress(m_chart.get(), Qt::LeftButton, {}, cellAt(1, 15));
    QTest::mouseMove(m_chart.get(), cellAt(2, 20));
    QTest::mouseMove(m_chart.get(), cellAt(2, 44));
    QTest::mouseRelease(m_chart.get(), Qt::LeftButton, {}, cellAt(2, 44));
    QVERIFY(m_chart->brush());
    QVERIFY(changed.size() > 0);
    QVERIFY(std::abs(static_cast<double>(m_chart->brush()->length()) - 29 * 60'000.0) < 120'000);
    core::TimeRange zoom, explain, flows;
    connect(m_chart.get(), &ChartView::zoomAsked, this, [&](const core::TimeRange& range) { zoom = range; });
    connect(m_chart.get(), &ChartView::explainAsked, this, [&](const core::TimeRange& range) { explain = range; });
    connect(m_chart.get(), &ChartView::flowsAsked, this, [&](const core::TimeRange& range) { flows = range; });
    for (const auto& name : {QStringLiteral("zoom"), QStringLiteral("explainRange"), QStringLiteral("showFlows")}) {
        auto* button = m_chart->findChild<QPushButton*>(name);
        QVERIFY2(button && button->isVisible(), qPrintable(name));
        QTest::mouseClick(button, Qt::LeftButton);
    }
    QCOMPARE(zoom, *m_chart->brush());
    QCOMPARE(explain, zoom);
    QCOMPARE(flows, zoom);
    // A click takes it away, and chooses nothing.
    QSignalSpy clicked(m_chart.get(), &ChartView::seriesClicked);
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, cellAt(3, 2));
    QVERIFY(!m_chart->brush());
    QCOMPARE(clicked.size(), 0);
}

void TestHeatmap::brushOutlivesTheSameQuestion()
{
    m_chart->setBrush(core::TimeRange{kMidnight + 60'000, kMidnight + 600'000});
    m_chart->setAnswer(answerOf(resultOf(5, 60, 60'000, usual)));
    QVERIFY(m_chart->brush());
    m_chart->setAnswer(answerOf(resultOf(5, 60, 60'000, usual), "Proto = 6"));
    QVERIFY(!m_chart->brush());
    QTest::mousePress(m_chart.get(), Qt::LeftButton, {}, cellAt(1, 15));
    QTest::mouseMove(m_chart.get(), cellAt(1, 25));
    m_chart->setAnswer(nullptr);
    QTest::mouseMove(m_chart.get(), {300, 100});
    QTest::mouseRelease(m_chart.get(), Qt::LeftButton, {}, {300, 100});
    QVERIFY(!m_chart->brush());
}

void TestHeatmap::wheelScrolls()
{
    const auto turn = [&](int delta) {
        const QPointF at = m_chart->rect().center();
        QWheelEvent event(at, m_chart->mapToGlobal(at), {}, {0, delta}, Qt::NoButton, {}, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(m_chart.get(), &event);
        return event.isAccepted();
    };
    QVERIFY(!turn(-120));
    m_chart->setAnswer(answerOf(resultOf(50, 60, 60'000, usual)));
    QVERIFY(m_chart->scene().rowHeight() >= 14);
    QVERIFY(m_chart->scene().rowsHeight() > m_chart->scene().body().height());
    const auto before = m_chart->cellBox({10, 0}).top();
    QVERIFY(turn(-120));
    QVERIFY(m_chart->cellBox({10, 0}).top() < before);
    for (int i = 0; i < 50; ++i)
        turn(-120);
    QVERIFY(m_chart->cellBox({49, 0}).bottom() <= m_chart->scene().body().bottom() + 1);
    // A series chosen in the table comes into view.
    m_chart->setHighlighted(0);
    QVERIFY(m_chart->cellBox({0, 0}).top() >= m_chart->scene().body().top() - 1);
}

void TestHeatmap::keyboardWalks()
{
    QSignalSpy hovered(m_chart.get(), &ChartView::seriesHovered);
    const auto press = [&](Qt::Key key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(m_chart.get(), key, modifiers); };
    press(Qt::Key_Home);
    QCOMPARE(hovered.back()[0].toInt(), 0);
    press(Qt::Key_Down);
    press(Qt::Key_Down);
    QCOMPARE(hovered.back()[0].toInt(), 2);
    QVERIFY(m_chart->accessibleDescription().contains(QStringLiteral("64502")));
    press(Qt::Key_Up);
    QSignalSpy clicked(m_chart.get(), &ChartView::seriesClicked);
    press(Qt::Key_Return);
    QCOMPARE(clicked[0][0].toInt(), 1);
    for (int i = 0; i < 10; ++i)
        press(Qt::Key_Right, Qt::ShiftModifier);
    QCOMPARE(*m_chart->brush(), (core::TimeRange{kMidnight, kMidnight + 600'000}));
    core::TimeRange zoom;
    connect(m_chart.get(), &ChartView::zoomAsked, this, [&](const core::TimeRange& range) { zoom = range; });
    press(Qt::Key_Return);
    QCOMPARE(zoom, *m_chart->brush());
    press(Qt::Key_Escape);
    QVERIFY(!m_chart->brush());
    QSignalSpy back(m_chart.get(), &ChartView::backAsked);
    press(Qt::Key_Escape);
    QCOMPARE(back.size(), 1);
    for (int i = 0; i < 100; ++i) {
        press(Qt::Key_Right);
        press(Qt::Key_Down);
    }
    QVERIFY(!m_chart->grab().isNull());
}

void TestHeatmap::daysOverHours()
{
    // Two points an hour, whose mean is the hour; it begins at 10:00.
    const uint64_t from = kMidnight + 10 * kHour;
    m_chart->setAnswer(answerOf(resultOf(0, 2 * 24 * 5, kHour / 2, [](size_t, size_t p) { return static_cast<double>((p / 2 + 10) % 24) + (p % 2 == 0 ? -0.25 : 0.25); }, from)));
    const auto& scene = m_chart->scene();
    QVERIFY(scene.calendar());
    QCOMPARE(scene.columns(), size_t{24});
    QCOMPARE(scene.rows().size(), size_t{6});
    QCOMPARE(scene.rows()[0].begin, size_t{10});
    QCOMPARE(scene.rows()[0].end, size_t{24});
    QCOMPARE(scene.rows()[5].end, size_t{10});
    for (const auto& row : scene.rows()) {
        for (size_t c = row.begin; c < row.end; ++c)
            QCOMPARE(row.values[c], static_cast<double>(c));
    }
    QCOMPARE(scene.rangeOf({1, 3}), (core::TimeRange{kMidnight + 27 * kHour, kMidnight + 28 * kHour}));
    QVERIFY(scene.card({1, 3}).title.contains(QStringLiteral("03:00")));
    QCOMPARE(m_chart->pointsWanted(), 122U);
    // Days are no series.
    QSignalSpy clicked(m_chart.get(), &ChartView::seriesClicked);
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, cellAt(2, 5));
    QCOMPARE(clicked[0][0].toInt(), -1);
}

void TestHeatmap::daysOnTheWall()
{
    const auto before = qgetenv("TZ");
    qputenv("TZ", "Europe/Paris");
    tzset();
    // A week around the end of summer time, Sun 25 Oct 2026.
    const uint64_t from = 1'792'620'000'000; // Thu 22 Oct, 00:00 in Paris
    m_chart->setLook({.clock = {.local = true}});
    m_chart->setAnswer(answerOf(resultOf(0, 7 * 24 + 1, kHour, [](size_t, size_t p) { return static_cast<double>(p); }, from)));
    const auto& scene = m_chart->scene();
    QCOMPARE(scene.rows().size(), size_t{7});
    for (const auto& row : scene.rows()) {
        QCOMPARE(row.begin, size_t{0});
        QCOMPARE(row.end, size_t{24});
        QVERIFY(std::ranges::none_of(row.values, [](double v) { return std::isnan(v); }));
    }
    // That night an hour came twice.
    QCOMPARE(scene.rows()[3].values[2], (74.0 + 75.0) / 2);
    QCOMPARE(scene.rows()[3].values[3], 76.0);
    before.isNull() ? qunsetenv("TZ") : qputenv("TZ", before);
    tzset();
}

void TestHeatmap::brushOverDays()
{
    m_chart->setAnswer(answerOf(resultOf(0, 24 * 5, kHour, usual)));
    QTest::mousePress(m_chart.get(), Qt::LeftButton, {}, cellAt(1, 20));
    QTest::mouseMove(m_chart.get(), cellAt(1, 22));
    QTest::mouseMove(m_chart.get(), cellAt(3, 4));
    QTest::mouseRelease(m_chart.get(), Qt::LeftButton, {}, cellAt(3, 4));
    QVERIFY(m_chart->brush());
    QCOMPARE(*m_chart->brush(), (core::TimeRange{kMidnight + 44 * kHour, kMidnight + 77 * kHour}));
    QVERIFY(!m_chart->grab().isNull());
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, cellAt(4, 4));
    QVERIFY(!m_chart->brush());
}

void TestHeatmap::whenThereAreNoDays()
{
    m_chart->setAnswer(answerOf(resultOf(0, 24 * 2, kHour, usual)));
    QVERIFY(!m_chart->scene().calendar());
    QCOMPARE(m_chart->scene().rows().size(), size_t{1});
    m_chart->setAnswer(answerOf(resultOf(3, 24 * 5, kHour, usual)));
    QVERIFY(!m_chart->scene().calendar());
    // Of a year a point is longer than hours.
    m_chart->setAnswer(answerOf(resultOf(0, 365, 24 * kHour, usual)));
    QVERIFY(!m_chart->scene().calendar());
    QCOMPARE(m_chart->scene().columns(), size_t{365});
}

void TestHeatmap::pictureIsVector()
{
    m_chart->setAnswer(answerOf(resultOf(50, 60, 60'000, usual)));
    for (const QSize size : {QSize(300, 160), QSize(2000, 1200)}) {
        QBuffer buffer;
        QSvgGenerator svg;
        svg.setOutputDevice(&buffer);
        svg.setSize(size);
        svg.setViewBox(QRect(QPoint(), size));
        QPainter painter(&svg);
        m_chart->paintTo(painter, size);
        painter.end();
        QVERIFY(!buffer.data().contains("<image"));
        QVERIFY(buffer.data().contains("64500"));
    }
    // All rows are in a file, whatever is scrolled here.
    QBuffer buffer;
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setSize({1000, 900});
    QPainter painter(&svg);
    m_chart->paintTo(painter, {1000, 900});
    painter.end();
    QVERIFY(buffer.data().contains("64548"));
}

void TestHeatmap::anySizeAndContent()
{
    const auto nothing = [](size_t, size_t) { return 0.0; };
    const auto unknown = [](size_t, size_t) { return kUnknown; };
    for (const auto& result : {resultOf(1, 1, 60'000, usual), resultOf(50, 365, 24 * kHour, usual), resultOf(10, 300, kHour, nothing), resultOf(10, 300, kHour, unknown),
                               resultOf(0, 24 * 60, kHour, unknown), resultOf(0, 1, kHour, usual), resultOf(3, 2, 7 * 24 * kHour, usual)}) {
        for (const bool logarithmic : {false, true}) {
            m_chart->setLook({.logarithmic = logarithmic, .marks = {{{kMidnight + kHour, kMidnight + 2 * kHour}, QStringLiteral("listener stopped")}}});
            m_chart->setAnswer(answerOf(result));
            for (const QSize size : {QSize(300, 160), QSize(240, 120), QSize(1400, 700)}) {
                m_chart->resize(size);
                QVERIFY(!m_chart->grab().isNull());
                for (int x = 0; x < size.width(); x += 41) {
                    for (int y = 0; y < size.height(); y += 31)
                        QTest::mouseMove(m_chart.get(), {x, y});
                }
                QVERIFY(!m_chart->grab().isNull());
            }
        }
    }
    m_chart->setAnswer(nullptr);
    QVERIFY(!m_chart->grab().isNull());
    QTest::keyClick(m_chart.get(), Qt::Key_Right);
}

QTEST_MAIN(TestHeatmap)
#include "test_heatmap.moc"
