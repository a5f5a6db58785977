// SPDX-License-Identifier: GPL-3.0-or-later
// Sankey diagrams: what the layout keeps, and what pointer and keys ask for.
#include <random>

#include <fmt/format.h>

#include <QBuffer>
#include <QMouseEvent>
#include <QPainter>
#include <QSignalSpy>
#include <QSvgGenerator>
#include <QTest>

#include "core/query/run.h"
#include "tests/support/memorystore.h"
#include "tests/support/randomflows.h"
#include "ui/charts/sankeychart.h"

using namespace rivereto;
using namespace rivereto::ui;

namespace {

using Names = std::vector<std::string>;

const std::vector<core::Dimension>& someDimensions()
{
    static const std::vector<core::Dimension> all{{.name = "SrcAS", .column = core::ColumnId::SrcAS},     {.name = "InIfName", .column = core::ColumnId::InIfName},
                                                  {.name = "DstCountry", .column = core::ColumnId::DstCountry}, {.name = "Proto", .column = core::ColumnId::Proto},
                                                  {.name = "DstPort", .column = core::ColumnId::DstPort}, {.name = "DstAS", .column = core::ColumnId::DstAS}};
    return all;
}

core::QueryResult emptyResult(size_t columns, core::Unit unit = core::Unit::L3Bps)
{
    core::QueryResult out;
    out.query = {.kind = core::QueryKind::Sankey, .unit = unit};
    out.range = {1'795'455'720'000, 1'795'455'780'000};
    for (size_t c = 0; c < columns; ++c) {
        out.dimensions.push_back(someDimensions()[c]);
        out.query.dimensions.push_back(out.dimensions.back().name);
    }
    return out;
}

/// "Other" with a leading '*' is what the limit cut off.
void addPath(core::QueryResult& to, const Names& values, double amount)
{
    core::Series series;
    series.other = true;
    for (const auto& value : values) {
        const bool other = value == "*Other";
        series.key.push_back(other ? "Other" : value);
        series.otherAt.push_back(other);
        series.other &= other;
    }
    series.statistics.average = amount;
    series.statistics.total = amount * 60 / 8;
    to.series.push_back(series);
    to.total.statistics.average += amount;
    to.total.statistics.total += series.statistics.total;
}

core::QueryResult randomResult(unsigned seed, size_t columns, int values, size_t paths)
{
    std::mt19937 random(seed);
    auto out = emptyResult(columns);
    std::set<Names> seen;
    std::vector<double> amounts;
    for (size_t attempt = 0; attempt < paths * 4 && seen.size() < paths; ++attempt) {
        Names key;
        for (size_t c = 0; c < columns; ++c) {
            const int value = static_cast<int>(random() % static_cast<unsigned>(values + 1));
            key.push_back(value == values ? "*Other" : fmt::format("v{}", value));
        }
        if (seen.insert(key).second)
            addPath(out, key, std::pow(10.0, 3 + static_cast<double>(random() % 600) / 100));
    }
    return out;
}

/// Two sources, two interfaces, and what is left.
core::QueryResult smallResult()
{
    auto out = emptyResult(3);
    addPath(out, {"64500", "eth0", "FR"}, 5e9);
    addPath(out, {"64501", "eth1", "FR"}, 3e9);
    addPath(out, {"64501", "eth1", "DE"}, 1e9);
    addPath(out, {"*Other", "eth0", "*Other"}, 5e8);
    return out;
}

AnswerPtr answerOf(core::QueryResult result)
{
    auto out = std::make_shared<Answer>();
    out->asked.chart = ChartKind::Sankey;
    out->asked.query = result.query;
    out->result = std::make_shared<const core::QueryResult>(std::move(result));
    return out;
}

void placeAt(SankeyGraph& graph, double height)
{
    const auto spacing = sankeySpacing(graph, height);
    placeSankey(graph, 10, height, sankeyScale({{&graph, spacing}}, height), spacing);
}

double amountOf(const SankeyGraph& graph, const std::vector<int>& links)
{
    double out = 0;
    for (const int link : links)
        out += graph.links[static_cast<size_t>(link)].amount;
    return out;
}

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

    void amountsAreConserved();
    void nodesDoNotOverlap();
    void sameResultSamePicture();
    void fewerLinksCross();
    void orderOfNodesAndLinks();
    void otherByNameIsNoOther();
    void pathsFillTheirLinks();
    void whatIsLeftOut();
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

void TestSankey::amountsAreConserved()
{
    for (unsigned seed = 1; seed <= 20; ++seed) {
        auto graph = buildSankey(randomResult(seed, 2 + seed % 5, 1 + static_cast<int>(seed) * 2, 10 * seed));
        placeAt(graph, 500);
        for (const auto& column : graph.columns) {
            double sum = 0;
            for (const int node : column)
                sum += graph.nodes[static_cast<size_t>(node)].amount;
            QVERIFY(near(sum, graph.amount));
        }
        for (const auto& node : graph.nodes) {
            if (node.column > 0)
                QVERIFY(near(amountOf(graph, node.in), node.amount));
            if (node.column + 1 < graph.columns.size())
                QVERIFY(near(amountOf(graph, node.out), node.amount));
            QVERIFY(node.height >= node.amount * graph.scale - 1e-6);
            QVERIFY(node.height <= std::max(1.0, node.amount * graph.scale + 1e-6));
        }
    }
}

void TestSankey::nodesDoNotOverlap()
{
    for (const double height : {40.0, 90.0, 480.0, 2000.0}) {
        for (const int values : {1, 10, 50}) {
            auto graph = buildSankey(randomResult(7, 6, values, 3000));
            placeAt(graph, height);
            QVERIFY(graph.scale > 0);
            for (const auto& column : graph.columns) {
                double y = 10;
                for (const int number : column) {
                    const auto& node = graph.nodes[static_cast<size_t>(number)];
                    QVERIFY(node.height > 0);
                    QVERIFY(node.y >= y - 1e-6);
                    y = node.y + node.height;
                }
                QVERIFY2(y <= 10 + height + 1e-6, qPrintable(QString::number(y)));
            }
        }
    }
}

void TestSankey::sameResultSamePicture()
{
    const auto result = randomResult(3, 4, 12, 200);
    auto shuffled = result;
    std::ranges::reverse(shuffled.series);
    const auto one = buildSankey(result);
    const auto two = buildSankey(result);
    const auto three = buildSankey(shuffled);
    QCOMPARE(one.columns, two.columns);
    for (size_t c = 0; c < one.columns.size(); ++c) {
        QCOMPARE(three.columns[c].size(), one.columns[c].size());
        for (size_t i = 0; i < one.columns[c].size(); ++i)
            QCOMPARE(three.nodes[static_cast<size_t>(three.columns[c][i])].value, one.nodes[static_cast<size_t>(one.columns[c][i])].value);
    }
}

void TestSankey::fewerLinksCross()
{
    double before = 0;
    double after = 0;
    for (unsigned seed = 1; seed <= 30; ++seed) {
        const auto graph = buildSankey(randomResult(seed, 3 + seed % 4, 12, 40));
        auto bySize = graph;
        for (auto& column : bySize.columns) {
            std::ranges::stable_sort(column, [&](int a, int b) {
                const auto& one = bySize.nodes[static_cast<size_t>(a)];
                const auto& two = bySize.nodes[static_cast<size_t>(b)];
                return one.other != two.other ? two.other : one.amount > two.amount;
            });
        }
        QVERIFY(sankeyCrossings(graph) <= sankeyCrossings(bySize) + 1e-12);
        before += sankeyCrossings(bySize);
        after += sankeyCrossings(graph);
    }
    QVERIFY2(after < 0.8 * before, qPrintable(QStringLiteral("%1 → %2").arg(before).arg(after)));
    // What can be drawn without any crossing is.
    auto plain = emptyResult(3);
    for (int i = 0; i < 8; ++i)
        addPath(plain, {fmt::format("s{}", i), fmt::format("m{}", (i * 5) % 8), fmt::format("d{}", i)}, 1e6 * (20 - i));
    QCOMPARE(sankeyCrossings(buildSankey(plain)), 0.0);
}

void TestSankey::orderOfNodesAndLinks()
{
    const auto graph = buildSankey(randomResult(11, 5, 15, 400));
    for (const auto& column : graph.columns) {
        for (size_t i = 0; i < column.size(); ++i)
            QCOMPARE(graph.nodes[static_cast<size_t>(column[i])].other, i + 1 == column.size());
    }
    const auto& first = graph.columns.front();
    for (size_t i = 1; i + 1 < first.size(); ++i)
        QVERIFY(graph.nodes[static_cast<size_t>(first[i - 1])].amount >= graph.nodes[static_cast<size_t>(first[i])].amount);
    const auto rank = [&](int node) {
        const auto& column = graph.columns[graph.nodes[static_cast<size_t>(node)].column];
        return std::ranges::find(column, node) - column.begin();
    };
    for (const auto& node : graph.nodes) {
        for (size_t i = 1; i < node.out.size(); ++i)
            QVERIFY(rank(graph.links[static_cast<size_t>(node.out[i - 1])].to) < rank(graph.links[static_cast<size_t>(node.out[i])].to));
        for (size_t i = 1; i < node.in.size(); ++i)
            QVERIFY(rank(graph.links[static_cast<size_t>(node.in[i - 1])].from) < rank(graph.links[static_cast<size_t>(node.in[i])].from));
    }
}

void TestSankey::otherByNameIsNoOther()
{
    auto result = emptyResult(2);
    addPath(result, {"Other", "a"}, 10);
    addPath(result, {"*Other", "a"}, 20);
    addPath(result, {"", "a"}, 5);
    const auto graph = buildSankey(result);
    QCOMPARE(graph.columns[0].size(), size_t{3});
    QVERIFY(graph.find(0, "Other", false) != graph.find(0, "Other", true));
    QVERIFY(graph.nodes[static_cast<size_t>(graph.columns[0].back())].other);
}

void TestSankey::pathsFillTheirLinks()
{
    const auto graph = buildSankey(randomResult(5, 4, 6, 150));
    for (size_t i = 0; i < graph.links.size(); ++i) {
        double above = 0;
        for (const int number : graph.links[i].paths) {
            const auto& path = graph.paths[static_cast<size_t>(number)];
            const size_t gap = graph.nodes[static_cast<size_t>(graph.links[i].from)].column;
            QCOMPARE(path.links[gap], static_cast<int>(i));
            QVERIFY(near(path.above[gap], above));
            above += path.amount;
        }
        QVERIFY(near(above, graph.links[i].amount));
    }
}

void TestSankey::whatIsLeftOut()
{
    auto result = smallResult();
    addPath(result, {"64502", "eth0", "FR"}, 0);
    addPath(result, {"64503", "eth0", "FR"}, std::numeric_limits<double>::quiet_NaN());
    QCOMPARE(buildSankey(result).paths.size(), size_t{4});
    const auto graph = buildSankey(result, {0});
    QCOMPARE(graph.paths.size(), size_t{3});
    QCOMPARE(graph.find(0, "64500", false), -1);
    QVERIFY(buildSankey(emptyResult(3)).empty());
    QVERIFY(buildSankey(emptyResult(1)).empty());
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
