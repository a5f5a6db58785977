// SPDX-License-Identifier: GPL-3.0-or-later
// Times of which a file knows that flows are missing: kept, read back, and left out of the statistics.
#include <QTemporaryDir>
#include <QTest>

#include "core/query/run.h"
#include "storage/sqlite/sqlitestore.h"

using namespace rivereto;
using Kind = core::Interruption::Kind;

class TestListeningLog : public QObject {
    Q_OBJECT
private slots:
    void fileWithoutListening();
    void gapsAndLosses();
    void lossesThatFollowAreOne();
    void leftOutOfStatistics();

private:
    std::unique_ptr<storage::SqliteStore> open(const QString& name, bool write = true)
    {
        auto store = storage::SqliteStore::open(m_folder.filePath(name).toStdString(), core::Schema::builtin(), {.write = write});
        if (!store)
            qFatal("%s", store.error().message().c_str());
        return std::move(*store);
    }
    QTemporaryDir m_folder;
};

namespace {

constexpr uint64_t kStart = 1'795'457'520'000; ///< a full minute
constexpr uint64_t kMinute = 60'000;
constexpr core::TimeRange kAll{0, UINT64_MAX / 4};

} // namespace

void TestListeningLog::fileWithoutListening()
{
    const auto store = open("plain.rivereto");
    QCOMPARE(store->interruptions(kAll).value().size(), size_t{0});
}

void TestListeningLog::gapsAndLosses()
{
    {
        auto store = open("gaps.rivereto");
        store->listening({.since = kStart, .now = kStart + 1000});
        store->listening({.since = kStart, .now = kStart + 5 * kMinute, .kernelLost = 7});
    }
    {
        auto store = open("gaps.rivereto");
        store->listening({.since = kStart + 9 * kMinute, .now = kStart + 10 * kMinute});
    }
    {
        // A restart of a moment is no gap.
        auto store = open("gaps.rivereto");
        store->listening({.since = kStart + 10 * kMinute + 500, .now = kStart + 11 * kMinute, .dropped = 3});
    }
    const auto store = open("gaps.rivereto", false);
    const auto found = store->interruptions(kAll).value();
    QCOMPARE(found.size(), size_t{3});
    QCOMPARE(found[0].kind, Kind::KernelLost);
    QCOMPARE(found[0].datagrams, uint64_t{7});
    QCOMPARE(found[1], (core::Interruption{{kStart + 5 * kMinute, kStart + 9 * kMinute}, Kind::NotListening, 0}));
    QCOMPARE(found[2].kind, Kind::Dropped);
    QCOMPARE(found[2].datagrams, uint64_t{3});
    // Only what touches the range.
    QCOMPARE(store->interruptions({kStart + 6 * kMinute, kStart + 7 * kMinute}).value().size(), size_t{1});
    QCOMPARE(store->interruptions({kStart + 9 * kMinute, kStart + 9 * kMinute + 10}).value().size(), size_t{0});
}

void TestListeningLog::lossesThatFollowAreOne()
{
    auto store = open("losses.rivereto");
    for (uint64_t second = 1; second <= 5; ++second) {
        store->listening({.since = kStart, .now = kStart + second * 1000, .kernelLost = second * 10});
        QVERIFY(store->flush());
    }
    store.reset();
    const auto found = open("losses.rivereto", false)->interruptions(kAll).value();
    QCOMPARE(found.size(), size_t{1});
    QCOMPARE(found[0].datagrams, uint64_t{50});
    QCOMPARE(found[0].range.to, kStart + 5000);
}

/// One flow a minute for ten minutes but three, in which nobody listened.
void TestListeningLog::leftOutOfStatistics()
{
    for (const bool listened : {false, true}) {
        const auto name = listened ? "heard.rivereto" : "imported.rivereto";
        auto store = open(name);
        for (uint64_t minute = 0; minute < 10; ++minute) {
            if (minute >= 4 && minute < 7)
                continue;
            core::FlowBatch batch(core::Schema::builtin());
            batch.addRows(1);
            batch.set<uint64_t>(core::ColumnId::TimeReceived, 0, kStart + minute * kMinute + 100);
            batch.set<uint64_t>(core::ColumnId::Bytes, 0, 60 * (minute + 1));
            QVERIFY(store->append(std::move(batch)));
        }
        if (listened)
            store->listening({.since = kStart, .now = kStart + 4 * kMinute});
        QVERIFY(store->flush());
        store.reset();
        store = open(name);
        if (listened)
            store->listening({.since = kStart + 7 * kMinute, .now = kStart + 10 * kMinute});
        QVERIFY(store->flush());
        store.reset();
        store = open(name, false);
        core::Query query{.kind = core::QueryKind::TimeSeries, .range = core::TimeRange{kStart, kStart + 10 * kMinute}, .unit = core::Unit::L3Bps, .intervalMs = kMinute};
        const auto result = core::runQuery(*store, query, {}, {}).value();
        QCOMPARE(result.total.points.size(), size_t{10});
        const auto& figures = result.total.statistics;
        QCOMPARE(result.interruptions.size(), size_t(listened ? 1 : 0));
        QCOMPARE(figures.min, listened ? 8.0 : 0.0);
        QCOMPARE(figures.max, 80.0);
        const double sum = 8.0 * (1 + 2 + 3 + 4 + 8 + 9 + 10);
        QCOMPARE(figures.average, sum / (listened ? 7 : 10));
        QCOMPARE(figures.total, sum / 8 * 60);
    }
}

QTEST_GUILESS_MAIN(TestListeningLog)
#include "test_listeninglog.moc"
