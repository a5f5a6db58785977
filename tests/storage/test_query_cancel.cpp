// SPDX-License-Identifier: GPL-3.0-or-later
// Queries of some 2 M flows that are cancelled from another thread, at random moments, say so and end soon. The times are
// printed, not judged; RIVERETO_CANCEL_ROUNDS says how often each query is cancelled.
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <random>
#include <thread>

#include "core/query/run.h"
#include "storage/sqlite/sqlitestore.h"

using namespace rivereto;
using namespace rivereto::core;

class TestQueryCancel : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void cancelled_data();
    void cancelled();

private:
    QTemporaryDir m_folder;
    std::unique_ptr<storage::SqliteStore> m_store;
};

void TestQueryCancel::initTestCase()
{
    auto store = storage::SqliteStore::open(m_folder.filePath("x.rivereto").toStdString(), Schema::builtin(), {.write = true, .threads = 2});
    QVERIFY(store);
    m_store = std::move(*store);
    std::mt19937 random(1);
    for (uint64_t part = 0; part < 31; ++part) {
        FlowBatch batch(Schema::builtin());
        batch.addRows(kSegmentRows);
        for (size_t row = 0; row < batch.rows(); ++row) {
            batch.cells<uint64_t>(ColumnId::TimeReceived)[row] = 1'700'000'000'000 + part * kSegmentRows + row;
            batch.cells<Ip>(ColumnId::SrcAddr)[row] = Ip::v4(0x0a00'0000U | random() >> 12);
            batch.cells<Ip>(ColumnId::DstAddr)[row] = Ip::v4(0xc000'0000U | random() >> 14);
            batch.cells<uint16_t>(ColumnId::SrcPort)[row] = static_cast<uint16_t>(random());
            batch.cells<uint16_t>(ColumnId::DstPort)[row] = static_cast<uint16_t>(random() % 500);
            batch.cells<uint8_t>(ColumnId::Proto)[row] = random() % 3 == 0 ? 17 : 6;
            batch.cells<uint64_t>(ColumnId::Bytes)[row] = random() % 100'000;
            batch.cells<uint64_t>(ColumnId::Packets)[row] = random() % 100;
        }
        QVERIFY(m_store->append(std::move(batch)));
    }
    QVERIFY(m_store->flush());
}

void TestQueryCancel::cancelled_data()
{
    QTest::addColumn<int>("which");
    QTest::newRow("chart of few groups") << 0;
    QTest::newRow("pairs of addresses") << 1;
    QTest::newRow("pairs of addresses in a chart") << 2;
    QTest::newRow("limit 0") << 3;
    QTest::newRow("both ends and distinct") << 4;
    QTest::newRow("flows") << 5;
    QTest::newRow("flows by address") << 6;
}

void TestQueryCancel::cancelled()
{
    QFETCH(int, which);
    const Query queries[] = {
        {.kind = QueryKind::TimeSeries, .dimensions = {"Proto"}},
        {.dimensions = {"SrcAddr", "DstAddr"}, .unit = Unit::Bytes},
        {.kind = QueryKind::TimeSeries, .dimensions = {"SrcAddr", "DstAddr"}, .points = 300},
        {.dimensions = {"SrcAddr"}, .unit = Unit::Bytes, .limit = 0},
        {.dimensions = {"Addr"}, .unit = Unit::Distinct, .distinct = "SrcPort"},
        {.kind = QueryKind::Flows},
        {.kind = QueryKind::Flows, .sort = "SrcAddr", .count = 1000},
    };
    const auto& query = queries[which];
    /// Milliseconds from the stop to the end; less than 0: it had ended before.
    const auto run = [&](std::optional<double> stopAfterMs) {
        std::stop_source stop;
        std::atomic<qint64> stoppedAt{0};
        QElapsedTimer timer;
        timer.start();
        std::jthread other([&] {
            if (!stopAfterMs)
                return;
            std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(*stopAfterMs));
            stoppedAt = timer.nsecsElapsed();
            stop.request_stop();
        });
        bool done = false;
        std::string message;
        const Control control{.stop = stop.get_token(), .progress = {}};
        if (query.kind == QueryKind::Flows) {
            const auto result = runFlows(*m_store, query, {}, {}, control, [](FlowBatch&&) { return true; });
            done = result.has_value();
            message = done ? "" : result.error().message();
        } else {
            const auto result = runQuery(*m_store, query, {}, control);
            done = result.has_value();
            message = done ? "" : result.error().message();
        }
        const auto end = timer.nsecsElapsed();
        other.join();
        if (!done && message != kCancelled)
            qWarning("%s", message.c_str());
        const double late = static_cast<double>(end - stoppedAt.load()) / 1e6;
        return std::tuple(done, message, stopAfterMs ? late : static_cast<double>(end) / 1e6);
    };
    (void)run({}); // columns are decoded
    const double whole = std::get<2>(run({}));
    bool ok = false;
    const int rounds = qEnvironmentVariableIntValue("RIVERETO_CANCEL_ROUNDS", &ok);
    std::mt19937 random(2);
    std::vector<double> times;
    for (int i = 0; i < (ok ? rounds : 3); ++i) {
        const auto [done, message, late] = run(whole * static_cast<double>(random() % 1000) / 1000);
        QVERIFY2(done || message == kCancelled, message.c_str());
        if (!done)
            times.push_back(late);
    }
    std::ranges::sort(times);
    if (!times.empty())
        qInfo("%.0f ms as a whole; %zu cancelled: median %.1f ms, 95 %% %.1f ms, longest %.1f ms", whole, times.size(), times[times.size() / 2], times[times.size() * 95 / 100], times.back());
    // Before it begins: always.
    const auto [done, message, late] = run(whole > 1 ? std::optional(0.0) : std::nullopt);
    QVERIFY(done || message == kCancelled);
}

QTEST_GUILESS_MAIN(TestQueryCancel)
#include "test_query_cancel.moc"
