// SPDX-License-Identifier: GPL-3.0-or-later
// Models of the window: the table of series, history, ranges, texts and axes.
#include <cmath>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "core/filter/filter.h"
#include "tests/ui/fakebackend.h"
#include "ui/filter/filterbox.h"
#include "ui/filter/filtercolours.h"
#include "ui/models/seriestablemodel.h"
#include "ui/models/texts.h"

using namespace rivereto;
using namespace rivereto::ui;

Q_DECLARE_METATYPE(rivereto::ui::AnswerPtr)

class TestModels : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { m_store = someFlows(); }
    void tableShowsTheResult();
    void tableSortsAndKeepsOtherLast();
    void tableOfTotals();
    void runnerDropsStaleAnswers();
    void historyWalks();
    void rangesResolve();
    void conditionsAreValid();
    void narrowingKeepsMeaning();
    void offsetsInUtf8();
    void figuresInWords();

private:
    AnswerPtr ask(core::Query query);
    std::shared_ptr<core::FlowStore> m_store;
};

AnswerPtr TestModels::ask(core::Query query)
{
    query.kind = core::QueryKind::TimeSeries;
    auto result = core::runQuery(*m_store, query, {}, {});
    auto out = std::make_shared<Answer>();
    out->asked.query = query;
    out->status = *m_store->status();
    out->result = std::make_shared<const core::QueryResult>(std::move(*result));
    return out;
}

void TestModels::tableShowsTheResult()
{
    SeriesTableModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), 0);
    const auto answer = ask({.dimensions = {"SrcAS", "Proto"}, .limit = 5});
    model.setAsNames([](uint32_t) { return QStringLiteral("Example"); });
    model.setAnswer(answer, m_store->schema());
    QCOMPARE(model.rowCount(), 6);
    QCOMPARE(model.columnCount(), 2 + 7);
    QCOMPARE(model.headerData(0, Qt::Horizontal).toString(), QStringLiteral("Source AS"));
    QCOMPARE(model.headerData(2, Qt::Horizontal).toString(), QStringLiteral("Min"));
    QVERIFY(model.headerData(2, Qt::Horizontal, SeriesTableModel::kUnitRole).toString().endsWith(QStringLiteral("b/s")));
    const auto& first = answer->result->series[0];
    QCOMPARE(model.index(0, 0).data().toString().toStdString(), first.key[0]);
    QCOMPARE(model.index(0, 0).data(SeriesTableModel::kDetailRole).toString(), QStringLiteral("Example"));
    QCOMPARE(model.index(0, 5).data(SeriesTableModel::kNumberRole).toDouble(), first.statistics.average);
    QCOMPARE(model.index(5, 0).data().toString(), QStringLiteral("Other"));
    QCOMPARE(model.totalData(0).toString(), QStringLiteral("Total"));
    QVERIFY(model.copied({0, 1}).startsWith(QStringLiteral("Source AS\tProtocol\tMin [")));
    QCOMPARE(model.copied({0, 1}).count(u'\n'), 3);
    double shares = 0;
    for (int row = 0; row < model.rowCount(); ++row)
        shares += model.index(row, model.columnOf(SeriesTableModel::Figure::Share)).data(SeriesTableModel::kNumberRole).toDouble();
    QVERIFY(qAbs(shares - 1) < 1e-9);
}

void TestModels::tableSortsAndKeepsOtherLast()
{
    SeriesTableModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setAnswer(ask({.dimensions = {"SrcAS"}, .limit = 5}), m_store->schema());
    const QPersistentModelIndex kept = model.index(0, 0);
    const int series = kept.data(SeriesTableModel::kSeriesRole).toInt();
    for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
        for (int column = 0; column < model.columnCount(); ++column) {
            model.sort(column, order);
            QVERIFY(model.index(5, 0).data(SeriesTableModel::kOtherRole).toBool());
            QCOMPARE(kept.data(SeriesTableModel::kSeriesRole).toInt(), series);
            for (int row = 1; column > 0 && row < 5; ++row) {
                const auto above = model.index(row - 1, column).data(SeriesTableModel::kNumberRole).toDouble();
                const auto here = model.index(row, column).data(SeriesTableModel::kNumberRole).toDouble();
                QVERIFY(order == Qt::AscendingOrder ? above <= here : above >= here);
            }
        }
    }
}

void TestModels::tableOfTotals()
{
    SeriesTableModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setAnswer(ask({.unit = core::Unit::Flows}), m_store->schema());
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.columnCount(), 3);
    QCOMPARE(model.index(0, 0).data().toString(), QStringLiteral("All traffic"));
    QCOMPARE(model.index(0, 2).data(SeriesTableModel::kNumberRole).toDouble(), 20000.0);
    QCOMPARE(model.headerData(2, Qt::Horizontal, SeriesTableModel::kUnitRole).toString(), QStringLiteral("k\u00a0flows"));
}

void TestModels::runnerDropsStaleAnswers()
{
    QueryRunner runner;
    QSignalSpy spy(&runner, &QueryRunner::finished);
    ViewState state;
    for (unsigned limit = 1; limit <= 8; ++limit) {
        state.query.limit = limit;
        runner.run({.store = m_store, .state = state, .live = false, .now = {}});
    }
    QVERIFY(runner.running());
    QTRY_VERIFY_WITH_TIMEOUT(!runner.running(), 10000);
    QTest::qWait(50);
    QCOMPARE(spy.size(), 1);
    const auto answer = spy[0][0].value<AnswerPtr>();
    QVERIFY(answer->result);
    QCOMPARE(answer->asked.query.limit, 8U);
    runner.run({.store = m_store, .state = state, .live = false, .now = {}});
    runner.cancel();
    QVERIFY(!runner.running());
    QTest::qWait(200);
    QCOMPARE(spy.size(), 1);
}

void TestModels::historyWalks()
{
    StateHistory history;
    auto state = history.current();
    QVERIFY(!history.canGoBack());
    state.query.limit = 3;
    history.push(state);
    history.push(state);
    state.query.limit = 4;
    history.push(state);
    history.back();
    QCOMPARE(history.current().query.limit, 3U);
    QVERIFY(history.canGoForward());
    history.back();
    QVERIFY(!history.canGoBack());
    history.back();
    state.query.limit = 9;
    history.push(state);
    QVERIFY(!history.canGoForward());
    QCOMPARE(history.current().query.limit, 9U);
}

void TestModels::rangesResolve()
{
    const core::StoreStatus status{.rows = 1, .range = {1000, 100'000}};
    const core::Now now{.ms = 500'000};
    const auto resolved = [&](const RangeChoice& choice, bool live) { return resolveRange(choice, status, live, now).value().value_or(core::TimeRange{}); };
    QVERIFY(!resolveRange({}, status, false, now).value());
    QCOMPARE(resolved(RangeChoice::last(10'000), false), (core::TimeRange{90'000, 100'000}));
    QCOMPARE(resolved(RangeChoice::last(10'000), true), (core::TimeRange{490'000, 500'000}));
    QCOMPARE(resolved(RangeChoice::between({5, 6}), true), (core::TimeRange{5, 6}));
    QCOMPARE(resolved(RangeChoice::words("2 minutes ago", "now"), false), (core::TimeRange{380'000, 500'000}));
    QVERIFY(!resolveRange(RangeChoice::words("now", "2 minutes ago"), status, false, now));
    QVERIFY(!resolveRange(RangeChoice::words("someday", "now"), status, false, now));
}

/// Every value that a table can show is a condition that finds the same flows again.
void TestModels::conditionsAreValid()
{
    const auto schema = m_store->schema();
    for (const auto& column : schema->columns()) {
        if (!column.dimension || core::isList(column.type) || column.type == core::Type::Elements)
            continue;
        const auto answer = ask({.dimensions = {std::string(column.name)}, .unit = core::Unit::Flows, .limit = 3});
        for (const auto& series : answer->result->series) {
            if (series.other)
                continue;
            const auto condition = conditionFor(*schema, answer->result->dimensions[0], series.key[0]);
            // A number where the enumeration has no name for it cannot be written; random flows have such.
            const bool nameless = core::typeInfo(column.type).literal == core::Literal::Enum && std::isdigit(static_cast<unsigned char>(series.key[0][0]));
            if (!condition && (column.derived != core::Derived::No || series.key[0].empty() || nameless))
                continue;
            QVERIFY2(condition, (std::string(column.name) + " '" + series.key[0] + "'").c_str());
            const auto found = ask({.filter = *condition, .unit = core::Unit::Flows});
            if (!series.key[0].empty())
                QCOMPARE(found->result->total.statistics.total, series.statistics.total);
        }
    }
}

void TestModels::narrowingKeepsMeaning()
{
    const auto& schema = *m_store->schema();
    QCOMPARE(narrowed("", "SrcAS = 1", schema), std::string("SrcAS = 1"));
    QCOMPARE(narrowed("Proto = 6 OR Proto = 17", "SrcAS = 1", schema), std::string("(Proto = 6 OR Proto = 17) AND SrcAS = 1"));
    QCOMPARE(narrowed("Proto = 6", "SrcAS = 1", schema), std::string("Proto = 6 AND SrcAS = 1"));
    const auto commented = narrowed("Proto = 6 -- tcp", "SrcAS = 1", schema);
    QVERIFY(commented.ends_with("AND SrcAS = 1") && commented.find("--") == std::string::npos);
}

void TestModels::offsetsInUtf8()
{
    const auto words = QStringLiteral("a = \"grün\" AND b");
    const auto bytes = words.toUtf8();
    for (int i = 0; i <= words.size(); ++i)
        QCOMPARE(toPosition(words, toByteOffset(words, i)), i);
    QCOMPARE(toByteOffset(words, static_cast<int>(words.size())), static_cast<size_t>(bytes.size()));
}

void TestModels::figuresInWords()
{
    const auto spaced = [](QString words) { return words.replace(QChar(0xa0), u' '); };
    QCOMPARE(spaced(quantity(6.14e9, unitSuffix(core::Unit::L3Bps))), QStringLiteral("6.14 Gb/s"));
    // Prefixes stand close to symbols, apart from words.
    QCOMPARE(spaced(quantity(12'300, unitSuffix(core::Unit::Flows))), QStringLiteral("12.3 k flows"));
    QCOMPARE(spaced(quantity(12, unitSuffix(core::Unit::Flows))), QStringLiteral("12 flows"));
    QCOMPARE(spaced(quantity(12'300, unitSuffix(core::Unit::Distinct))), QStringLiteral("12.3 k"));
    QCOMPARE(quantity(7, unitSuffix(core::Unit::Distinct)), QStringLiteral("7"));
    QCOMPARE(quantity(std::nan(""), unitSuffix(core::Unit::L3Bps)), QStringLiteral("–"));
    // What is left out of a length is rounded.
    QCOMPARE(spaced(lengthText(21'599'000)), QStringLiteral("6 h"));
    QCOMPARE(spaced(lengthText(21'540'000)), QStringLiteral("5 h 59 min"));
    QCOMPARE(spaced(lengthText(86'399'000)), QStringLiteral("1 d"));
    QCOMPARE(spaced(lengthText(90'000)), QStringLiteral("1 min 30 s"));
}

QTEST_MAIN(TestModels)
#include "test_models.moc"
