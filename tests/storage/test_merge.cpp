// SPDX-License-Identifier: GPL-3.0-or-later
// Small segments are joined behind the back of readers; nothing is lost, the file stays small.
#include <atomic>
#include <random>
#include <thread>

#include <QElapsedTimer>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <sys/wait.h>
#include <unistd.h>

#include "core/query/run.h"
#include "storage/sqlite/mergeplan.h"
#include "storage/sqlite/sqlitestore.h"
#include "tests/support/memorystore.h"
#include "tests/support/randomflows.h"

using namespace rivereto;

class TestMerge : public QObject {
    Q_OBJECT
private slots:
    void plansMeetTheirPromise();
    void manySmallImportsBecomeFewSegments();
    void writesEachRowAFewTimes();
    void readersDuringMerges();
    void damagedSegmentsStayAsTheyAre();
    void oldFilesAreReadAndMigrated();
    void freePagesAreReturned();
    void textsThatNobodyNamesAreDropped();

private:
    std::string path(const char* name) { return m_folder.filePath(QLatin1String(name)).toStdString(); }
    static std::unique_ptr<storage::SqliteStore> open(const std::string& path, bool write)
    {
        auto store = storage::SqliteStore::open(path, core::Schema::builtin(), {.write = write, .threads = 2});
        if (!store)
            qFatal("%s", store.error().message().c_str());
        return std::move(*store);
    }
    static int64_t number(const std::string& path, const char* sql)
    {
        auto database = storage::Database::open(path, storage::Database::Mode::Read);
        return database ? database->queryNumber(sql).value_or(-1) : -1;
    }
    QTemporaryDir m_folder;
};

namespace {

constexpr uint64_t kStart = 1'700'000'000'000;

/// Total bytes and rows by SrcAS, as text.
std::string answer(core::FlowStore& store)
{
    std::string out;
    for (const auto unit : {core::Unit::Bytes, core::Unit::Flows}) {
        const auto result = core::runQuery(store, {.kind = core::QueryKind::Table, .dimensions = {"SrcAS", "InIfName"}, .unit = unit, .limit = 0}, {}, {});
        if (!result)
            return result.error().message();
        for (const auto& series : result->series)
            out += series.key[0] + " " + series.key[1] + " " + std::to_string(series.statistics.total) + "\n";
    }
    return out;
}

/// Segments of 900, 910, 920 … flows in no order of time, as writers leave them that are killed.
void leaveSmallSegments(const std::string& file, uint32_t count, core::FlowBatch* all)
{
    for (uint32_t i = 0; i < count; ++i) {
        const auto make = [&] { return support::randomFlows(core::Schema::builtin(), 900 + i * 10, kStart + (i * 7 % count) * 1000, i); };
        if (all)
            all->append(make());
        const pid_t child = ::fork();
        if (child == 0) {
            auto store = storage::SqliteStore::open(file, core::Schema::builtin(), {.write = true});
            const bool done = store && (*store)->append(make()) && (*store)->flush();
            ::_exit(done ? 0 : 1);
        }
        int status = 1;
        ::waitpid(child, &status, 0);
        if (status != 0)
            qFatal("no segment was left");
    }
}

} // namespace

void TestMerge::plansMeetTheirPromise()
{
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        // Segments come one by one, each followed by all merges that are planned, as with one import after another.
        std::vector<storage::SmallSegment> segments;
        int64_t next = 1;
        uint64_t written = 0;
        uint64_t came = 0;
        const uint32_t limit = 65536;
        const uint32_t most = 1U << (1 + random() % 15);
        for (int i = 0; i < 100; ++i) {
            const auto rows = 1 + static_cast<uint32_t>(random()) % most;
            segments.push_back({next++, rows, random() % 1000});
            came += rows;
            for (auto plan = storage::planMerges(segments, limit); !plan.empty(); plan = storage::planMerges(segments, limit)) {
                for (const auto& group : plan) {
                    QVERIFY(group.size() > 1);
                    storage::SmallSegment joined{next++, 0, UINT64_MAX};
                    std::erase_if(segments, [&](const storage::SmallSegment& s) {
                        if (std::ranges::find(group, s.id) == group.end())
                            return false;
                        joined.rows += s.rows;
                        joined.timeMin = std::min(joined.timeMin, s.timeMin);
                        return true;
                    });
                    QVERIFY(joined.rows <= limit);
                    written += joined.rows;
                    segments.push_back(joined);
                }
            }
        }
        size_t small = 0;
        uint64_t rows = 0;
        for (const auto& segment : segments) {
            small += segment.rows < limit / 2 ? 1 : 0;
            rows += segment.rows;
        }
        QCOMPARE(rows, came);
        QVERIFY2(small <= 16, qPrintable(QString::number(small)));
        QVERIFY2(written <= came * 16, qPrintable(QStringLiteral("%1 of %2").arg(written).arg(came)));
    }
}

void TestMerge::manySmallImportsBecomeFewSegments()
{
    const auto file = path("imports.rivereto");
    core::FlowBatch all(core::Schema::builtin());
    uint64_t rows = 0;
    for (uint32_t i = 0; i < 40; ++i) {
        const auto store = open(file, true);
        auto batch = support::randomFlows(core::Schema::builtin(), 300 + i * 7, kStart + (i * 7919 % 40) * 1000, i);
        rows += batch.rows();
        all.append(batch);
        QVERIFY(store->append(std::move(batch)));
    }
    QVERIFY2(number(file, "SELECT count(*) FROM segments") <= 8, qPrintable(QString::number(number(file, "SELECT count(*) FROM segments"))));
    QCOMPARE(number(file, "SELECT count(*) FROM blobs WHERE id / 1024 NOT IN (SELECT id FROM segments)"), int64_t{0});
    support::MemoryStore oracle(std::move(all));
    const auto store = open(file, false);
    QCOMPARE(store->status()->rows, rows);
    QCOMPARE(answer(*store), answer(oracle));
    QVERIFY(!QFileInfo::exists(QString::fromStdString(file) + "-wal") || QFileInfo(QString::fromStdString(file) + "-wal").size() == 0);
}

void TestMerge::writesEachRowAFewTimes()
{
    const auto file = path("tail.rivereto");
    const auto store = open(file, true);
    const int commits = 200;
    for (uint32_t i = 0; i < commits; ++i) {
        QVERIFY(store->append(support::randomFlows(core::Schema::builtin(), 20, kStart + i * 20, i)));
        QVERIFY(store->flush());
        QVERIFY(number(file, "SELECT count(*) FROM segments") <= 9);
    }
    QCOMPARE(store->status()->rows, uint64_t{20 * commits});
    // The parts double: all rows that are in a segment with few others came last.
    QVERIFY(number(file, "SELECT max(rows) FROM segments") >= 20 * commits / 2);
}

void TestMerge::readersDuringMerges()
{
    const auto file = path("hammer.rivereto");
    core::FlowBatch all(core::Schema::builtin());
    leaveSmallSegments(file, 40, &all);
    support::MemoryStore oracle(std::move(all));
    const auto expected = answer(oracle);
    std::atomic<bool> stop{false};
    std::atomic<int> asked{0};
    QString wrong;
    const auto writer = open(file, true);
    const auto reader = open(file, false);
    std::thread other([&] {
        while (!stop) {
            const auto got = answer(*reader);
            ++asked;
            if (got != expected) {
                wrong = QString::fromStdString(got.substr(0, 200));
                break;
            }
        }
    });
    QElapsedTimer timer;
    timer.start();
    while (number(file, "SELECT count(*) FROM segments") > 8 && timer.elapsed() < 60'000) {
        if (answer(*writer) != expected)
            break;
    }
    QCOMPARE(answer(*writer), expected);
    stop = true;
    other.join();
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    QVERIFY(asked > 3);
    QVERIFY(number(file, "SELECT count(*) FROM segments") <= 8);
    QVERIFY(number(file, "SELECT value FROM meta WHERE key = 'swept'") > 0);
}

void TestMerge::damagedSegmentsStayAsTheyAre()
{
    const auto file = path("damaged.rivereto");
    leaveSmallSegments(file, 6, nullptr);
    {
        auto database = storage::openChecked(file, storage::Database::Mode::Write);
        QVERIFY(database && database->execute("UPDATE blobs SET data = zeroblob(40) WHERE id = (SELECT max(id) FROM blobs WHERE id / 1024 = 3)"));
    }
    open(file, true);
    QCOMPARE(number(file, "SELECT count(*) FROM segments WHERE id = 3"), int64_t{1});
    QVERIFY(number(file, "SELECT count(*) FROM segments") < 6);
    const auto rows = number(file, "SELECT sum(rows) FROM segments");
    QCOMPARE(rows, int64_t{6 * 900 + 15 * 10});
}

void TestMerge::oldFilesAreReadAndMigrated()
{
    const auto file = path("old.rivereto");
    leaveSmallSegments(file, 3, nullptr);
    {
        auto database = storage::openChecked(file, storage::Database::Mode::Write);
        QVERIFY(database && database->execute("ALTER TABLE columns DROP COLUMN checksum; ALTER TABLE texts DROP COLUMN checksum; "
                                              "ALTER TABLE segments DROP COLUMN checksum; PRAGMA user_version = 1"));
    }
    const auto before = answer(*open(file, false));
    QVERIFY(!before.empty());
    QCOMPARE(number(file, "PRAGMA user_version"), int64_t{1});
    {
        const auto store = open(file, true);
        QCOMPARE(answer(*store), before);
    }
    QCOMPARE(number(file, "PRAGMA user_version"), int64_t{2});
    QCOMPARE(answer(*open(file, false)), before);
}

void TestMerge::freePagesAreReturned()
{
    const auto file = path("free.rivereto");
    open(file, true)->append(support::randomFlows(core::Schema::builtin(), 200'000, kStart, 1));
    const auto before = QFileInfo(QString::fromStdString(file)).size();
    {
        auto database = storage::openChecked(file, storage::Database::Mode::Write);
        QVERIFY(database && database->execute("DELETE FROM segments WHERE id > 1; DELETE FROM blobs WHERE id / 1024 > 1; UPDATE meta SET value = 1 WHERE key = 'segments'"));
    }
    open(file, true);
    QCOMPARE(number(file, "PRAGMA freelist_count"), int64_t{0});
    const auto after = QFileInfo(QString::fromStdString(file)).size();
    QVERIFY2(after < before / 2, qPrintable(QStringLiteral("%1 of %2").arg(after).arg(before)));
}

void TestMerge::textsThatNobodyNamesAreDropped()
{
    const auto file = path("texts.rivereto");
    const auto append = [&](const std::string& import, const std::string& prefix, uint32_t names, bool ends) {
        auto store = storage::SqliteStore::open(file, core::Schema::builtin(), {.write = true, .import = import});
        core::FlowBatch batch(core::Schema::builtin());
        batch.addRows(names);
        for (uint32_t row = 0; row < names; ++row) {
            batch.set<uint64_t>(core::ColumnId::TimeReceived, row, kStart + row);
            batch.setText(core::ColumnId::InIfName, row, prefix + std::to_string(row));
        }
        if (!store || !(*store)->append(std::move(batch)))
            qFatal("cannot append");
        const auto earlier = (*store)->unfinishedImport();
        if (ends)
            (*store)->endImport();
        return earlier;
    };
    append("", "kept ", 100, true);
    append("capture", "first try ", 1000, false);
    QCOMPARE(number(file, "SELECT count(*) FROM texts"), int64_t{1100});
    const auto earlier = append("capture", "second try ", 500, true);
    QVERIFY(earlier && earlier->replaced);
    QCOMPARE(earlier->rows, uint64_t{1000});
    QCOMPARE(number(file, "SELECT count(*) FROM texts"), int64_t{600});
    QCOMPARE(number(file, "SELECT value FROM meta WHERE key = 'texts'"), int64_t{600});
    QVERIFY(!append("other", "third ", 10, true));
    const auto store = open(file, false);
    const auto result = core::runQuery(*store, {.kind = core::QueryKind::Table, .dimensions = {"InIfName"}, .unit = core::Unit::Flows, .limit = 0}, {}, {});
    QVERIFY(result && result->damaged.empty());
    QCOMPARE(result->series.size(), size_t{610});
    for (const auto& series : result->series)
        QVERIFY(!series.key[0].empty() && !series.key[0].starts_with("first"));
}

QTEST_GUILESS_MAIN(TestMerge)
#include "test_merge.moc"
