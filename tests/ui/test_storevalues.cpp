// SPDX-License-Identifier: GPL-3.0-or-later
// Values that a store has, as completion offers them: literals that bind, with their flows, asked for once.
#include <QMap>
#include <QSignalSpy>
#include <QTest>

#include "core/filter/filter.h"
#include "tests/ui/fakebackend.h"
#include "ui/filter/storevalues.h"

using namespace rivereto;
using namespace rivereto::ui;

class TestStoreValues : public QObject {
    Q_OBJECT
private slots:
    void storeAnswers();
    void storeCaches();
};

void TestStoreValues::storeAnswers()
{
    const auto store = someFlows();
    StoreValues values([&] { return StoreValues::Scope{store, {}, {}}; }, [](uint32_t number) { return QStringLiteral("AS name %1").arg(number); });
    QMap<QString, QList<SeenValue>> answers;
    connect(&values, &ValueSource::answered, this, [&](const std::string& column, const QList<SeenValue>& found, bool) { answers[QString::fromStdString(column)] = found; });
    quint64 flows = 0;
    for (const char* column : {"SrcAS", "AS", "Proto", "SrcPort", "SrcAddr", "InIfBoundary", "ExporterName", "EType", "TCPFlags", "SrcMAC", "SrcNetPrefix", "IPTTL", "SrcCountry", "InIfName"}) {
        values.ask(column, {});
        const auto name = QString::fromUtf8(column);
        QTRY_VERIFY2(answers.contains(name), column);
        QVERIFY2(!answers[name].isEmpty(), column);
        quint64 last = ~quint64{0};
        for (const auto& value : answers[name]) {
            // Each stands in a filter as it is.
            const auto filter = QStringLiteral("%1 = %2").arg(name, value.literal).toStdString();
            QVERIFY2(core::bindFilter(filter, {.schema = *store->schema()}), filter.c_str());
            QVERIFY(value.flows <= last);
            last = value.flows;
            if (name == QStringLiteral("SrcAS"))
                flows += value.flows;
        }
    }
    QCOMPARE(flows, quint64{20'000});
    QVERIFY(answers[QStringLiteral("SrcAS")][0].detail.startsWith(QStringLiteral("AS name")));
    QVERIFY(answers[QStringLiteral("ExporterName")].last().literal.startsWith(QLatin1Char('"')));
    // What cannot be grouped by gives no answer and no harm.
    answers.clear();
    values.ask("Bytes", {});
    values.ask("NoSuchColumn", {});
    values.ask("Proto", {});
    QTRY_VERIFY(answers.contains(QStringLiteral("Proto")));
}

void TestStoreValues::storeCaches()
{
    auto store = someFlows();
    std::optional<core::TimeRange> range;
    StoreValues values([&] { return StoreValues::Scope{store, range, {}}; }, {});
    QSignalSpy answered(&values, &ValueSource::answered);
    values.ask("Proto", {});
    QCOMPARE(answered.size(), 0);
    QTRY_COMPARE(answered.size(), 1);
    values.ask("Proto", "1");
    QCOMPARE(answered.size(), 2);
    QCOMPARE(values.queries(), 1);
    const auto status = *store->status();
    range = core::TimeRange{status.range.from, status.range.from + 5000};
    values.ask("Proto", {});
    QCOMPARE(values.queries(), 2);
    QTRY_COMPARE(answered.size(), 3);
    const auto total = [](const QList<SeenValue>& list) {
        quint64 sum = 0;
        for (const auto& one : list)
            sum += one.flows;
        return sum;
    };
    QCOMPARE(total(answered.last()[1].value<QList<SeenValue>>()), quint64{5000});
    // Another database has other values, and without one there are none.
    store = someFlows();
    values.ask("Proto", {});
    QCOMPARE(values.queries(), 3);
    store.reset();
    values.ask("Proto", {});
    QTest::qWait(50);
    QCOMPARE(answered.size(), 3);
}

QTEST_GUILESS_MAIN(TestStoreValues)
#include "test_storevalues.moc"
