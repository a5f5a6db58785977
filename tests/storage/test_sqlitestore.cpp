// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/query/run.h"
#include "storage/sqlite/sqlitestore.h"
#include "tests/support/memorystore.h"
#include "tests/support/randomflows.h"

using namespace rivereto;

class TestSqliteStore : public QObject {
    Q_OBJECT
private slots:
    void answersLikeTheOracle_data();
    void answersLikeTheOracle();
    void flowsLikeTheOracle();
    void smallBatchesBecomeOneSegment();
    void readersSeeWhatAWriterCommits();
    void killedWriterLeavesAFileThatOpens();
    void refusesWhatIsNotOurs();
    void fileIsPrivateAndHasOneWriter();

private:
    std::string path(const char* name) { return m_folder.filePath(QLatin1String(name)).toStdString(); }
    std::unique_ptr<storage::SqliteStore> open(const std::string& path, bool write)
    {
        auto store = storage::SqliteStore::open(path, core::Schema::builtin(), {.write = write, .threads = 2});
        if (!store)
            qFatal("%s", store.error().message().c_str());
        return std::move(*store);
    }
    QTemporaryDir m_folder;
};

namespace {

constexpr uint64_t kStart = 1'700'000'000'000;

std::unique_ptr<support::MemoryStore> fillBoth(storage::SqliteStore& store)
{
    core::FlowBatch all(core::Schema::builtin());
    const size_t sizes[] = {40000, 100, 7000, 35000};
    uint64_t time = kStart;
    uint32_t seed = 1;
    for (const size_t rows : sizes) {
        auto batch = support::randomFlows(core::Schema::builtin(), rows, time, seed++);
        time += rows;
        all.append(batch);
        if (!store.append(std::move(batch)))
            return nullptr;
    }
    if (!store.flush())
        return nullptr;
    return std::make_unique<support::MemoryStore>(std::move(all));
}

} // namespace

void TestSqliteStore::answersLikeTheOracle_data()
{
    QTest::addColumn<QStringList>("dimensions");
    QTest::addColumn<QString>("filter");
    QTest::addColumn<int>("unit");
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("limit");
    QTest::addColumn<int>("by");
    const auto series = static_cast<int>(core::QueryKind::TimeSeries);
    const auto table = static_cast<int>(core::QueryKind::Table);
    const auto unit = [](core::Unit u) { return static_cast<int>(u); };
    const auto by = [](core::LimitBy l) { return static_cast<int>(l); };
    QTest::newRow("all") << QStringList() << "" << unit(core::Unit::L3Bps) << series << 10 << by(core::LimitBy::Avg);
    QTest::newRow("one dimension") << QStringList{"SrcAS"} << "" << unit(core::Unit::L2Bps) << series << 5 << by(core::LimitBy::Avg);
    QTest::newRow("max") << QStringList{"SrcAddr"} << "Proto = 6" << unit(core::Unit::Pps) << series << 5 << by(core::LimitBy::Max);
    QTest::newRow("last") << QStringList{"SrcNetName", "Proto"} << "" << unit(core::Unit::Fps) << table << 5 << by(core::LimitBy::Last);
    QTest::newRow("totals") << QStringList{"DstPort"} << "DstPort != 443" << unit(core::Unit::Flows) << table << 10 << by(core::LimitBy::Avg);
    QTest::newRow("texts") << QStringList{"InIfName", "DstCountry"} << "InIfName LIKE \"name 1%\"" << unit(core::Unit::Bytes) << table << 0 << by(core::LimitBy::Avg);
    QTest::newRow("truncated") << QStringList{"SrcAddr", "Proto"} << "" << unit(core::Unit::Bytes) << series << 8 << by(core::LimitBy::Avg);
    QTest::newRow("many groups") << QStringList{"SrcAddr", "DstAddr", "DstPort"} << "" << unit(core::Unit::Packets) << table << 20 << by(core::LimitBy::Avg);
    QTest::newRow("derived") << QStringList{"SrcNetPrefix", "PacketSizeBucket", "Dst1stAS"} << "PacketSize > 300" << unit(core::Unit::Bytes) << table << 20 << by(core::LimitBy::Avg);
    QTest::newRow("nothing matches") << QStringList{"SrcAS"} << "SrcAS = 1" << unit(core::Unit::L3Bps) << series << 10 << by(core::LimitBy::Avg);
    QTest::newRow("address filter") << QStringList{"Proto"} << "SrcAddr << 10.0.0.0/25 OR DstAddr = 2001:db8::1" << unit(core::Unit::L3Bps) << series << 10 << by(core::LimitBy::Avg);
}

void TestSqliteStore::answersLikeTheOracle()
{
    QFETCH(QStringList, dimensions);
    QFETCH(QString, filter);
    QFETCH(int, unit);
    QFETCH(int, kind);
    QFETCH(int, limit);
    QFETCH(int, by);
    static const auto store = open(path("oracle.rivereto"), true);
    static const auto oracle = fillBoth(*store);
    QVERIFY(oracle);
    core::Query query{.kind = static_cast<core::QueryKind>(kind), .filter = filter.toStdString(), .unit = static_cast<core::Unit>(unit),
                      .limit = static_cast<unsigned>(limit), .limitBy = static_cast<core::LimitBy>(by), .points = 40};
    for (const auto& dimension : dimensions)
        query.dimensions.push_back(dimension.toStdString());
    if (dimensions.contains(QStringLiteral("SrcAddr")) && dimensions.contains(QStringLiteral("Proto")))
        std::tie(query.truncateV4, query.truncateV6) = std::pair(27U, 123U);
    for (const auto range : {std::optional<core::TimeRange>(), std::optional(core::TimeRange{kStart + 5000, kStart + 61234})}) {
        query.range = range;
        const auto got = core::runQuery(*store, query, {}, {});
        const auto expected = core::runQuery(*oracle, query, {}, {});
        QVERIFY2(got, got ? "" : got.error().message().c_str());
        QVERIFY(expected);
        QCOMPARE(got->rowsMatched, expected->rowsMatched);
        QCOMPARE(got->rowsInRange, expected->rowsInRange);
        QCOMPARE(got->series.size(), expected->series.size());
        QCOMPARE(got->cutOff, expected->cutOff);
        QCOMPARE(got->total.statistics.total, expected->total.statistics.total);
        for (size_t i = 0; i < got->series.size(); ++i) {
            QCOMPARE(got->series[i].key, expected->series[i].key);
            QCOMPARE(got->series[i].points, expected->series[i].points);
            QCOMPARE(got->series[i].statistics.total, expected->series[i].statistics.total);
            QCOMPARE(got->series[i].statistics.p95, expected->series[i].statistics.p95);
        }
    }
}

void TestSqliteStore::flowsLikeTheOracle()
{
    const auto store = open(path("flows.rivereto"), true);
    const auto oracle = fillBoth(*store);
    QVERIFY(oracle);
    for (const auto* sort : {"-TimeReceived", "TimeReceived"}) {
        core::Query query{.kind = core::QueryKind::Flows, .filter = "DstPort = 443 AND SrcAS IN (64501, 64502)", .sort = sort, .offset = 30, .count = 500};
        std::vector<core::FlowBatch> got;
        std::vector<core::FlowBatch> expected;
        const auto summary = core::runFlows(*store, query, {}, {}, {}, [&](core::FlowBatch&& b) { got.push_back(std::move(b)); return true; });
        QVERIFY(summary);
        const auto wanted = core::runFlows(*oracle, query, {}, {}, {}, [&](core::FlowBatch&& b) { expected.push_back(std::move(b)); return true; });
        QCOMPARE(summary->matched, wanted->matched);
        QCOMPARE(got.size(), size_t{1});
        QCOMPARE(got[0].rows(), expected[0].rows());
        for (size_t row = 0; row < got[0].rows(); ++row) {
            QCOMPARE(got[0].view(core::ColumnId::TimeReceived).number(row), expected[0].view(core::ColumnId::TimeReceived).number(row));
            QCOMPARE(got[0].view(core::ColumnId::Bytes).number(row), expected[0].view(core::ColumnId::Bytes).number(row));
            const auto name = [&](const core::FlowBatch& b) { return std::string(b.dictionary().text(b.view(core::ColumnId::InIfName).at<uint32_t>(row))); };
            QCOMPARE(name(got[0]), name(expected[0]));
        }
    }
}

void TestSqliteStore::smallBatchesBecomeOneSegment()
{
    const auto file = path("tail.rivereto");
    {
        const auto store = open(file, true);
        for (uint32_t i = 0; i < 30; ++i) {
            QVERIFY(store->append(support::randomFlows(core::Schema::builtin(), 50, kStart + i * 50, i)));
            if (i % 10 == 9)
                QVERIFY(store->flush());
        }
        QVERIFY(store->flush());
        QCOMPARE(store->status()->rows, uint64_t{1500});
    }
    auto database = storage::openChecked(file, storage::Database::Mode::Read);
    QVERIFY(database);
    QCOMPARE(*database->queryNumber("SELECT count(*) FROM segments"), int64_t{1});
    QCOMPARE(*database->queryNumber("SELECT count(DISTINCT id / 1024) FROM blobs"), int64_t{1});
}

void TestSqliteStore::readersSeeWhatAWriterCommits()
{
    const auto file = path("shared.rivereto");
    const auto writer = open(file, true);
    const auto reader = open(file, false);
    QCOMPARE(reader->status()->rows, uint64_t{0});
    for (uint32_t i = 1; i <= 5; ++i) {
        QVERIFY(writer->append(support::randomFlows(core::Schema::builtin(), 100, kStart + i * 100, i)));
        QVERIFY(writer->flush());
        const auto result = core::runQuery(*reader, {.dimensions = {"InIfName"}, .unit = core::Unit::Flows, .limit = 0}, {}, {});
        QVERIFY(result);
        QCOMPARE(result->rowsMatched, uint64_t{100 * i});
        QVERIFY(result->series.size() > 1);
    }
    QVERIFY(!reader->append(support::randomFlows(core::Schema::builtin(), 1, kStart, 1)));
}

void TestSqliteStore::killedWriterLeavesAFileThatOpens()
{
    for (int round = 0; round < 4; ++round) {
        const auto file = path(qPrintable(QStringLiteral("killed%1.rivereto").arg(round)));
        int pipes[2];
        QCOMPARE(::pipe(pipes), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            auto store = storage::SqliteStore::open(file, core::Schema::builtin(), {.write = true});
            for (uint32_t i = 0; store; ++i) {
                (void)(*store)->append(support::randomFlows(core::Schema::builtin(), i % 3 == 0 ? 33000 : 200, kStart + i, i));
                if (i % 4 == 3 && (*store)->flush())
                    (void)!::write(pipes[1], &i, sizeof i);
            }
            ::_exit(1);
        }
        ::close(pipes[1]);
        // Everything that was flushed before the blow must be there.
        uint32_t flushed = 0;
        for (int i = 0; i <= round; ++i)
            QCOMPARE(::read(pipes[0], &flushed, sizeof flushed), static_cast<ssize_t>(sizeof flushed));
        ::usleep(static_cast<useconds_t>(3000 * round));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        while (::read(pipes[0], &flushed, sizeof flushed) == static_cast<ssize_t>(sizeof flushed)) { }
        ::close(pipes[0]);
        uint64_t rows = 0;
        for (uint32_t i = 0; i <= flushed; ++i)
            rows += i % 3 == 0 ? 33000 : 200;
        const auto store = open(file, true);
        const auto result = core::runQuery(*store, {.dimensions = {"SrcAS"}, .unit = core::Unit::Flows}, {}, {});
        QVERIFY2(result, result ? "" : result.error().message().c_str());
        QVERIFY(result->rowsMatched >= rows);
        QVERIFY(store->append(support::randomFlows(core::Schema::builtin(), 100, kStart, 1)));
        QVERIFY(store->flush());
    }
}

void TestSqliteStore::refusesWhatIsNotOurs()
{
    const auto text = path("text.rivereto");
    QFile file(QString::fromStdString(text));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(5000, 'x'));
    file.close();
    const auto refuse = [](const std::string& name, bool write, const char* why) {
        const auto store = storage::SqliteStore::open(name, core::Schema::builtin(), {.write = write});
        QVERIFY(!store);
        QVERIFY2(store.error().message().find(why) != std::string::npos, store.error().message().c_str());
    };
    refuse(text, true, "not a Rivereto database");
    refuse(path("missing.rivereto"), false, "cannot be opened");
    refuse(m_folder.path().toStdString(), false, "folder");
    const auto newer = path("newer.rivereto");
    open(newer, true);
    {
        auto database = storage::Database::open(newer, storage::Database::Mode::Write);
        QVERIFY(database && database->execute("PRAGMA user_version = 99"));
    }
    refuse(newer, false, "newer Rivereto");
}

void TestSqliteStore::fileIsPrivateAndHasOneWriter()
{
    const auto file = path("one.rivereto");
    const auto writer = open(file, true);
    struct stat info{};
    QCOMPARE(::stat(file.c_str(), &info), 0);
    QCOMPARE(info.st_mode & 0777U, 0600U);
    const auto second = storage::SqliteStore::open(file, core::Schema::builtin(), {.write = true});
    QVERIFY(!second);
    QVERIFY(second.error().message().find("another process") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestSqliteStore)
#include "test_sqlitestore.moc"
