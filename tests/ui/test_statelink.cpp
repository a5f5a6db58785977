// SPDX-License-Identifier: GPL-3.0-or-later
// Links: every state survives the way through its text, and what is no link says why.
#include <QtTest>

#include "ui/charts/chartkinds.h"
#include "ui/explore/statelink.h"

using namespace rivereto;
using namespace rivereto::ui;

class TestStateLink : public QObject {
    Q_OBJECT
private slots:
    void fresh();
    void everyPartSurvives();
    void everyChart();
    void readable();
    void wrong_data();
    void wrong();
};

void TestStateLink::fresh()
{
    const auto state = stateOf(QStringLiteral("rivereto:explore"));
    QVERIFY(state);
    QCOMPARE(*state, ViewState{});
    QCOMPARE(stateOf(linkOf({})).value(), ViewState{});
}

void TestStateLink::everyPartSurvives()
{
    ViewState state;
    state.page = StatePage::Flows;
    state.logarithmic = true;
    auto& query = state.query;
    query.dimensions = {"Conversation", "InIfName"};
    query.filter = "InIfDescription = \"a & b = 100 % #1?\" AND SrcAddr << 2001:db8::/32 -- ü\n OR Proto = 17";
    query.unit = core::Unit::Distinct;
    query.distinct = "SrcAddr";
    query.limit = 0;
    query.limitBy = core::LimitBy::Max;
    query.truncateV4 = 24;
    query.truncateV6 = 64;
    query.intervalMs = 1500;
    query.bidirectional = query.spread = query.billing = true;
    query.previous = core::Period::FourWeeks;
    for (const auto& range : {RangeChoice{}, RangeChoice::last(90'000), RangeChoice::between({1'795'457'520'123, 1'795'457'999'000}), RangeChoice::words("yesterday at 19:00", "now")}) {
        state.range = range;
        const auto back = stateOf(linkOf(state));
        QVERIFY2(back, back ? "" : back.error().message().c_str());
        QCOMPARE(*back, state);
    }
    query.dimensions.clear();
    QCOMPARE(stateOf(linkOf(state)).value(), state);
}

void TestStateLink::everyChart()
{
    for (const auto& info : chartKinds()) {
        ViewState state;
        state.chart = info.kind;
        QCOMPARE(stateOf(linkOf(state)).value(), state);
    }
}

void TestStateLink::readable()
{
    ViewState state;
    state.chart = ChartKind::Lines;
    state.range = RangeChoice::last(6 * 3'600'000);
    state.query.dimensions = {"SrcAS", "InIfName"};
    state.query.filter = "SrcPort IN (80, 443)";
    QCOMPARE(linkOf(state), QStringLiteral("rivereto:explore?chart=lines&last=21600s&dimensions=SrcAS,InIfName&filter=SrcPort%20IN%20(80,%20443)"));
}

void TestStateLink::wrong_data()
{
    QTest::addColumn<QString>("link");
    QTest::addColumn<QString>("says");
    QTest::newRow("other scheme") << "https://example.net" << "is no link";
    QTest::newRow("page") << "rivereto:nowhere" << "nowhere";
    QTest::newRow("chart") << "rivereto:explore?chart=pie" << "pie";
    QTest::newRow("part") << "rivereto:explore?colour=red" << "colour";
    QTest::newRow("kind is the chart's") << "rivereto:explore?kind=table" << "kind";
    QTest::newRow("number") << "rivereto:explore?limit=ten" << "limit takes a whole number";
    QTest::newRow("unit") << "rivereto:explore?units=mbps" << "mbps";
    QTest::newRow("words") << "rivereto:explore?from=someday" << "someday";
    QTest::newRow("length") << "rivereto:explore?last=ever" << "ever";
    QTest::newRow("reversed") << "rivereto:explore?from=2026-11-24T00:00:00.000Z&to=2026-11-23T00:00:00.000Z" << "before it starts";
    QTest::newRow("only to") << "rivereto:explore?to=now" << "needs “from”";
}

void TestStateLink::wrong()
{
    QFETCH(QString, link);
    QFETCH(QString, says);
    const auto state = stateOf(link);
    QVERIFY(!state);
    QVERIFY2(QString::fromStdString(state.error().message()).contains(says), state.error().message().c_str());
}

QTEST_MAIN(TestStateLink)
#include "test_statelink.moc"
