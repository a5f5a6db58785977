// SPDX-License-Identifier: GPL-3.0-or-later
// Sankey diagrams: what they show, and what pointer and keys ask for.
#include <QBuffer>
#include <QMouseEvent>
#include <QPainter>
#include <QSignalSpy>
#include <QSvgGenerator>
#include <QTest>

#include "core/query/run.h"
#include "tests/support/memorystore.h"
#include "tests/support/randomflows.h"
#include "tests/ui/sankeyresults.h"
#include "ui/charts/sankeychart.h"

using namespace rivereto;
using namespace rivereto::ui;

namespace {

/// Straight to the widget: where the real pointer is does not matter.
void moveTo(QWidget* widget, QPointF at)
{
    QMouseEvent event(QEvent::MouseMove, at, widget->mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
    QCoreApplication::sendEvent(widget, &event);
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max({std::abs(a), std::abs(b), 1.0}); }

} // namespace

class TestSankey : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { m_theme = std::make_unique<Theme>(ThemeChoice::Light); }
    void init();
    void cleanup() { m_chart.reset(); }

    void coloursOfPathsAreThoseOfTheirFirstValue();
    void realFlows();

    void hoverTellsTheSeries();
    void cardOfPathAndNode();
    void clickOnNodeFilters();
    void clickOnLinkFiltersBothEnds();
    void otherCannotBeFiltered();
    void keyboardWalks();
    void tabLeavesAtTheEnd();
    void highlightIsSeen();
    void bothDirections();
    void wordsWhereNothingAddsUp();
    void pictureIsVector();
    void anySizeAndContent();
    void quickEnough();

private:
    [[nodiscard]] QPoint centreOf(size_t column, const std::string& value, bool other = false) const;
    [[nodiscard]] QPoint pathAt(int series, size_t gap) const;
    std::unique_ptr<Theme> m_theme;
    std::unique_ptr<SankeyChart> m_chart;
};

void TestSankey::init()
{
    m_chart = std::make_unique<SankeyChart>(*m_theme);
    m_chart->resize(900, 480);
    m_chart->setAnswer(answerOf(smallResult()));
    m_chart->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_chart.get()));
}

QPoint TestSankey::centreOf(size_t column, const std::string& value, bool other) const
{
    return m_chart->scene().box(0, m_chart->scene().graph(0).find(column, value, other)).center().toPoint();
}

QPoint TestSankey::pathAt(int series, size_t gap) const
{
    auto target = m_chart->scene().ofSeries(series);
    target.link = m_chart->scene().graph(0).paths[static_cast<size_t>(target.number)].links[gap];
    return m_chart->scene().middle(target).toPoint();
}

/// The table's swatches are those of the picture, also when something is hidden.
void TestSankey::coloursOfPathsAreThoseOfTheirFirstValue()
{
    const auto result = smallResult();
    QCOMPARE(seriesColour(*m_theme, result, 0), m_theme->series(0));
    QCOMPARE(seriesColour(*m_theme, result, 1), m_theme->series(1));
    QCOMPARE(seriesColour(*m_theme, result, 2), m_theme->series(1));
    QCOMPARE(seriesColour(*m_theme, result, 3), (*m_theme)[Token::other]);
    m_chart->setLook({.hidden = {0}});
    QCOMPARE(m_chart->scene().card(m_chart->scene().ofSeries(2)).swatch, m_theme->series(1));
    QCOMPARE(m_chart->scene().card(m_chart->scene().ofSeries(3)).swatch, (*m_theme)[Token::other]);
}

void TestSankey::realFlows()
{
    const auto store = std::make_shared<support::MemoryStore>(support::randomFlows(core::Schema::builtin(), 20'000, 1'795'455'720'000, 7));
    for (const auto unit : {core::Unit::L3Bps, core::Unit::Bytes, core::Unit::Flows}) {
        core::Query query{.kind = core::QueryKind::Sankey, .dimensions = {"SrcAS", "Proto", "DstPort"}, .unit = unit, .limit = 5};
        auto result = core::runQuery(*store, query, {}, {});
        QVERIFY(result);
        const auto graph = buildSankey(*result);
        QCOMPARE(graph.columns.size(), size_t{3});
        const double all = core::isTotal(unit) ? result->total.statistics.total : 0;
        if (all > 0)
            QVERIFY(near(graph.amount, all));
        m_chart->setAnswer(answerOf(std::move(*result)));
        QVERIFY(!m_chart->scene().empty());
        QVERIFY(!m_chart->grab().isNull());
    }
}

void TestSankey::hoverTellsTheSeries()
{
    QSignalSpy hovered(m_chart.get(), &ChartView::seriesHovered);
    moveTo(m_chart.get(), pathAt(0, 0));
    QCOMPARE(hovered.size(), 1);
    QCOMPARE(hovered.back()[0].toInt(), 0);
    moveTo(m_chart.get(), pathAt(2, 1));
    QCOMPARE(hovered.back()[0].toInt(), 2);
    moveTo(m_chart.get(), centreOf(0, "64500"));
    QCOMPARE(hovered.back()[0].toInt(), -1);
}

void TestSankey::cardOfPathAndNode()
{
    const auto& scene = m_chart->scene();
    const auto path = scene.card(scene.ofSeries(1));
    QCOMPARE(path.title, QStringLiteral("64501"));
    QCOMPARE(path.under, QStringList{QStringLiteral("→ eth1 → FR")});
    QVERIFY(path.lines.front().right.startsWith(QStringLiteral("3.00")));
    QVERIFY(path.lines.back().left.startsWith(QStringLiteral("75.0")));
    QVERIFY(path.lines.back().right.startsWith(QStringLiteral("31.6")));
    const int node = scene.graph(0).find(2, "FR", false);
    const auto card = scene.card({.kind = SankeyTarget::Kind::Node, .half = 0, .number = node});
    QCOMPARE(card.title, QStringLiteral("FR"));
    QVERIFY(card.lines.front().right.startsWith(QStringLiteral("8.00")));
    QVERIFY(card.lines.back().left.startsWith(QStringLiteral("2 ")));
}

void TestSankey::clickOnNodeFilters()
{
    std::vector<std::tuple<std::string, std::string, bool>> asked;
    connect(m_chart.get(), &ChartView::filterAsked, this, [&](const auto& dimensions, const auto& values, bool without) {
        QCOMPARE(dimensions.size(), size_t{1});
        asked.emplace_back(dimensions[0].name, values[0], without);
    });
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, centreOf(0, "64501"));
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, Qt::ControlModifier, centreOf(1, "eth0"));
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, centreOf(2, "DE"));
    QCOMPARE(asked.size(), size_t{3});
    QVERIFY(asked[0] == std::tuple("SrcAS", "64501", false));
    QVERIFY(asked[1] == std::tuple("InIfName", "eth0", true));
    QVERIFY(asked[2] == std::tuple("DstCountry", "DE", false));
}

void TestSankey::clickOnLinkFiltersBothEnds()
{
    Names values;
    Names names;
    connect(m_chart.get(), &ChartView::filterAsked, this, [&](const auto& dimensions, const auto& of, bool) {
        for (const auto& dimension : dimensions)
            names.push_back(dimension.name);
        values = of;
    });
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, pathAt(2, 1));
    QCOMPARE(names, (Names{"InIfName", "DstCountry"}));
    QCOMPARE(values, (Names{"eth1", "DE"}));
}

void TestSankey::otherCannotBeFiltered()
{
    int asked = 0;
    connect(m_chart.get(), &ChartView::filterAsked, this, [&] { ++asked; });
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, centreOf(0, "", true));
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, pathAt(3, 0));
    QCOMPARE(asked, 0);
    QSignalSpy clicked(m_chart.get(), &ChartView::seriesClicked);
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, {m_chart->width() - 3, 3});
    QCOMPARE(clicked.size(), 1);
    QCOMPARE(clicked[0][0].toInt(), -1);
    QSignalSpy back(m_chart.get(), &ChartView::backAsked);
    QTest::mouseDClick(m_chart.get(), Qt::LeftButton, {}, {m_chart->width() - 3, 3});
    QCOMPARE(back.size(), 1);
}

void TestSankey::keyboardWalks()
{
    Names values;
    bool without = false;
    connect(m_chart.get(), &ChartView::filterAsked, this, [&](const auto&, const auto& of, bool leaveOut) {
        values = of;
        without = leaveOut;
    });
    const auto press = [&](Qt::Key key, Qt::KeyboardModifiers modifiers = {}) { QTest::keyClick(m_chart.get(), key, modifiers); };
    press(Qt::Key_Down);
    press(Qt::Key_Return);
    QCOMPARE(values, Names{"64500"});
    press(Qt::Key_Down);
    press(Qt::Key_Return, Qt::ControlModifier);
    QCOMPARE(values, Names{"64501"});
    QVERIFY(without);
    QVERIFY(m_chart->accessibleDescription().contains(QStringLiteral("64501")));
    press(Qt::Key_Right);
    press(Qt::Key_End);
    press(Qt::Key_Home);
    press(Qt::Key_Right);
    press(Qt::Key_Home);
    press(Qt::Key_Return);
    QCOMPARE(values, Names{"FR"});
    press(Qt::Key_Left);
    press(Qt::Key_Left);
    press(Qt::Key_Left);
    press(Qt::Key_End);
    values.clear();
    press(Qt::Key_Return); // Other
    QVERIFY(values.empty());
    // The same value stays chosen as flows arrive.
    press(Qt::Key_Home);
    auto more = smallResult();
    addPath(more, {"64509", "eth0", "FR"}, 9e9);
    m_chart->setAnswer(answerOf(std::move(more)));
    press(Qt::Key_Return);
    QCOMPARE(values, Names{"64500"});
    press(Qt::Key_Escape);
    values.clear();
    press(Qt::Key_Return);
    QVERIFY(values.empty());
}

void TestSankey::tabLeavesAtTheEnd()
{
    QWidget window;
    auto* chart = new SankeyChart(*m_theme, &window);
    auto* after = new QWidget(&window);
    after->setFocusPolicy(Qt::StrongFocus);
    chart->resize(600, 300);
    chart->setAnswer(answerOf(smallResult()));
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    after->setFocus();
    chart->setFocus(Qt::TabFocusReason);
    for (int i = 0; i < 2; ++i) {
        QTest::keyClick(chart, Qt::Key_Tab);
        QVERIFY(chart->hasFocus());
    }
    QTest::keyClick(chart, Qt::Key_Tab);
    QVERIFY(after->hasFocus());
}

void TestSankey::highlightIsSeen()
{
    const auto plain = m_chart->grab().toImage();
    m_chart->setHighlighted(1);
    QVERIFY(m_chart->grab().toImage() != plain);
    m_chart->setHighlighted(-1);
    QCOMPARE(m_chart->grab().toImage(), plain);
    m_chart->setHighlighted(999);
    QCOMPARE(m_chart->grab().toImage(), plain);
}

void TestSankey::bothDirections()
{
    auto result = smallResult();
    auto reverse = emptyResult(3);
    reverse.dimensions[0] = {.name = "DstAS", .column = core::ColumnId::DstAS};
    addPath(reverse, {"64501", "eth1", "FR"}, 2e9);
    addPath(reverse, {"64500", "eth0", "FR"}, 1e9);
    addPath(reverse, {"64599", "eth0", "FR"}, 1e9);
    result.reverse = std::make_shared<const core::QueryResult>(std::move(reverse));
    m_chart->setAnswer(answerOf(std::move(result)));
    const auto& scene = m_chart->scene();
    QCOMPARE(scene.halves(), size_t{2});
    QCOMPARE(scene.graph(0).scale, scene.graph(1).scale);
    // In the order of the direct half, though another is larger here.
    QCOMPARE(scene.graph(1).nodes[static_cast<size_t>(scene.graph(1).columns[0][0])].value, std::string("64500"));
    double lowest = 0;
    for (size_t i = 0; i < scene.graph(0).nodes.size(); ++i)
        lowest = std::max(lowest, scene.box(0, static_cast<int>(i)).bottom());
    for (size_t i = 0; i < scene.graph(1).nodes.size(); ++i)
        QVERIFY(scene.box(1, static_cast<int>(i)).top() > lowest);
    // A path is the table's row by its key, whatever its place in the other direction.
    QSignalSpy hovered(m_chart.get(), &ChartView::seriesHovered);
    QCOMPARE(scene.seriesOf({.kind = SankeyTarget::Kind::Path, .half = 1, .number = 0}), 1);
    const SankeyTarget target{.kind = SankeyTarget::Kind::Path, .half = 1, .number = 1};
    moveTo(m_chart.get(), scene.middle(target));
    QCOMPARE(hovered.size(), 1);
    QCOMPARE(hovered.back()[0].toInt(), 0);
    QCOMPARE(scene.seriesOf({.kind = SankeyTarget::Kind::Path, .half = 1, .number = 2}), -1);
    // Filters are of the asked direction.
    std::string name;
    connect(m_chart.get(), &ChartView::filterAsked, this, [&](const auto& dimensions, const auto&, bool) { name = dimensions[0].name; });
    QTest::mouseClick(m_chart.get(), Qt::LeftButton, {}, scene.box(1, scene.graph(1).columns[0][0]).center().toPoint());
    QCOMPARE(name, std::string("SrcAS"));
    QVERIFY(!m_chart->grab().isNull());
}

void TestSankey::wordsWhereNothingAddsUp()
{
    for (const auto unit : {core::Unit::InL2Percent, core::Unit::OutL2Percent, core::Unit::Distinct}) {
        auto result = smallResult();
        result.query.unit = unit;
        m_chart->setAnswer(answerOf(std::move(result)));
        QVERIFY(m_chart->scene().empty());
        QVERIFY(m_chart->scene().words().size() >= 2);
        QVERIFY(!m_chart->grab().isNull());
    }
    QVERIFY(m_chart->scene().words()[0].contains(QStringLiteral("adds up")));
    m_chart->setAnswer(nullptr);
    QVERIFY(m_chart->scene().words().isEmpty());
}

void TestSankey::pictureIsVector()
{
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
        QVERIFY(buffer.data().contains("5.00"));
    }
    // What is on the screen stays as it was.
    QCOMPARE(m_chart->scene().graph(0).columns.size(), size_t{3});
    QVERIFY(m_chart->rect().contains(centreOf(2, "FR")));
}

void TestSankey::anySizeAndContent()
{
    auto lengthy = emptyResult(4);
    for (int i = 0; i < 20; ++i) {
        const std::string name(200, static_cast<char>('a' + i));
        addPath(lengthy, {name, name, name, name}, 1e6 * (i + 1));
    }
    auto one = emptyResult(2);
    addPath(one, {"64500", "eth0"}, 1);
    for (const auto& result : {one, lengthy, smallResult(), randomResult(1, 6, 50, 2000), randomResult(2, 3, 10, 300)}) {
        m_chart->setAnswer(answerOf(result));
        for (const QSize size : {QSize(300, 160), QSize(240, 120), QSize(1400, 700)}) {
            m_chart->resize(size);
            QVERIFY(!m_chart->grab().isNull());
            for (int x = 0; x < size.width(); x += 37) {
                for (int y = 0; y < size.height(); y += 23)
                    moveTo(m_chart.get(), QPointF(x, y));
            }
        }
    }
    m_chart->setAnswer(nullptr);
    QVERIFY(!m_chart->grab().isNull());
    moveTo(m_chart.get(), {30, 30});
    QTest::keyClick(m_chart.get(), Qt::Key_Down);
}

/// Far from the figures of a quiet machine, which are a tenth of these.
void TestSankey::quickEnough()
{
    m_chart->resize(1120, 530);
    m_chart->setAnswer(answerOf(randomResult(9, 6, 50, 3000)));
    QElapsedTimer timer;
    timer.start();
    m_chart->grab();
    QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
    moveTo(m_chart.get(), pathAt(0, 0));
    timer.restart();
    for (int i = 1; i <= 20; ++i) {
        moveTo(m_chart.get(), pathAt(i, static_cast<size_t>(i) % 5));
        m_chart->grab();
    }
    QVERIFY2(timer.elapsed() < 20 * 150, qPrintable(QString::number(timer.elapsed())));
}

QTEST_MAIN(TestSankey)
#include "test_sankey.moc"
