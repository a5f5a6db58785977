// SPDX-License-Identifier: GPL-3.0-or-later
// What the layout of a Sankey diagram keeps, whatever the answer.
#include <QTest>

#include "tests/ui/sankeyresults.h"
#include "ui/charts/sankeylayout.h"

using namespace rivereto;
using namespace rivereto::ui;

namespace {

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

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max({std::abs(a), std::abs(b), 1.0}); }

} // namespace

class TestSankeyLayout : public QObject {
    Q_OBJECT
private slots:
    void amountsAreConserved();
    void nodesDoNotOverlap();
    void sameResultSamePicture();
    void fewerLinksCross();
    void orderOfNodesAndLinks();
    void otherByNameIsNoOther();
    void pathsFillTheirLinks();
    void whatIsLeftOut();
};

void TestSankeyLayout::amountsAreConserved()
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

void TestSankeyLayout::nodesDoNotOverlap()
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

void TestSankeyLayout::sameResultSamePicture()
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

void TestSankeyLayout::fewerLinksCross()
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

void TestSankeyLayout::orderOfNodesAndLinks()
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

void TestSankeyLayout::otherByNameIsNoOther()
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

void TestSankeyLayout::pathsFillTheirLinks()
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

void TestSankeyLayout::whatIsLeftOut()
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

QTEST_APPLESS_MAIN(TestSankeyLayout)
#include "test_sankeylayout.moc"
