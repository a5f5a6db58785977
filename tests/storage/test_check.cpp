// SPDX-License-Identifier: GPL-3.0-or-later
// Damaged files: check says what is wrong, queries leave it out and say so, nothing crashes, the rest can be saved.
#include <random>

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

#include "core/query/run.h"
#include "storage/sqlite/check.h"
#include "storage/sqlite/sqlitestore.h"
#include "tests/support/randomflows.h"

using namespace rivereto;

class TestCheck : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void soundFile();
    void damagedBlob();
    void damagedDirectory();
    void vanishedSegment();
    void missingText();
    void damagedColumnName();
    void randomFlips_data();
    void randomFlips();
    void cutShort();
    void cutShortWhileOpen();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    /// A copy of the sound file, changed by SQL.
    std::string changed(const QString& name, const std::string& sql)
    {
        QFile::remove(path(name));
        QFile::copy(path("sound.rivereto"), path(name));
        auto database = storage::Database::open(path(name).toStdString(), storage::Database::Mode::Write);
        if (!database || !database->execute(sql))
            qFatal("cannot change the copy");
        return path(name).toStdString();
    }
    QTemporaryDir m_folder;
    std::string m_expected;
    std::string m_expectedFlows;
};

namespace {

constexpr uint64_t kStart = 1'700'000'000'000;

struct Answer {
    std::string text; ///< what was found, or the error
    bool failed = false;
    std::vector<core::DamagedPart> damaged;
};

std::unique_ptr<storage::SqliteStore> open(const std::string& path, std::string& error)
{
    auto store = storage::SqliteStore::open(path, core::Schema::builtin(), {.threads = 2});
    if (!store)
        error = store.error().message();
    return store ? std::move(*store) : nullptr;
}

Answer table(const std::string& path)
{
    Answer out;
    const auto store = open(path, out.text);
    out.failed = !store;
    if (!store)
        return out;
    const auto result = core::runQuery(*store, {.kind = core::QueryKind::Table, .dimensions = {"SrcAS", "InIfName"}, .unit = core::Unit::Bytes, .limit = 0}, {}, {});
    out.failed = !result;
    if (!result) {
        out.text = result.error().message();
        return out;
    }
    for (const auto& series : result->series)
        out.text += series.key[0] + " " + series.key[1] + " " + std::to_string(series.statistics.total) + "\n";
    out.damaged = result->damaged;
    return out;
}

Answer flows(const std::string& path)
{
    Answer out;
    const auto store = open(path, out.text);
    out.failed = !store;
    if (!store)
        return out;
    const std::vector<std::string> fields{"TimeReceived", "SrcAddr", "Bytes", "DstCountry"};
    uint64_t sum = 0;
    const auto done = core::runFlows(*store, {.kind = core::QueryKind::Flows, .sort = "TimeReceived", .count = 70'000}, fields, {}, {}, [&](core::FlowBatch&& batch) {
        for (size_t row = 0; row < batch.rows(); ++row) {
            const auto country = batch.dictionary().text(batch.view(core::ColumnId::DstCountry).at<uint32_t>(row));
            sum = sum * 31 + batch.view(core::ColumnId::Bytes).number(row) + batch.view(core::ColumnId::SrcAddr).at<core::Ip>(row).lo + std::hash<std::string_view>()(country);
        }
        return true;
    });
    out.failed = !done;
    if (!done)
        out.text = done.error().message();
    else
        out.text = std::to_string(done->matched) + " " + std::to_string(sum);
    if (done)
        out.damaged = done->damaged;
    return out;
}

} // namespace

void TestCheck::initTestCase()
{
    const auto sound = path("sound.rivereto").toStdString();
    {
        auto store = storage::SqliteStore::open(sound, core::Schema::builtin(), {.write = true, .threads = 2});
        QVERIFY(store);
        for (uint32_t i = 0; i < 6; ++i)
            QVERIFY((*store)->append(support::randomFlows(core::Schema::builtin(), 33'000 + i, kStart + i * 60'000, i)));
        QVERIFY((*store)->append(support::randomFlows(core::Schema::builtin(), 5000, kStart, 99)));
    }
    const auto first = table(sound);
    QVERIFY2(!first.failed && first.damaged.empty(), first.text.c_str());
    m_expected = first.text;
    m_expectedFlows = flows(sound).text;
}

void TestCheck::soundFile()
{
    const auto report = storage::checkFile(path("sound.rivereto").toStdString(), {}, {});
    QVERIFY(report);
    for (const auto& finding : report->damage)
        qWarning("%s", finding.what.c_str());
    QVERIFY(report->sound());
    QCOMPARE(report->segments, uint64_t{7});
    QCOMPARE(report->rows, uint64_t{6 * 33'000 + 15 + 5000});
    QCOMPARE(report->orphans, uint64_t{0});
    QCOMPARE(report->unnamedTexts, uint64_t{0});
    QVERIFY(report->blobs > 7 * 20);
}

void TestCheck::damagedBlob()
{
    const auto file = changed("blob.rivereto", "UPDATE blobs SET data = zeroblob(length(data)) WHERE id = (SELECT 3 * 1024 + id FROM columns WHERE name = 'SrcAS')");
    const auto report = storage::checkFile(file, {}, {});
    QVERIFY(report && !report->sound());
    QCOMPARE(report->damage[0].part.segment, int64_t{3});
    QCOMPARE(report->damage[0].part.column, std::string("SrcAS"));
    QCOMPARE(report->damage[0].part.rows, uint64_t{33'002});
    QCOMPARE(report->damage[0].part.time.from, kStart + 2 * 60'000);
    const auto answer = table(file);
    QVERIFY2(!answer.failed, answer.text.c_str());
    QCOMPARE(answer.damaged.size(), size_t{1});
    QCOMPARE(answer.damaged[0].rows, uint64_t{33'002});
    QVERIFY(answer.text != m_expected);
    // A question that does not need the column is answered in full.
    QCOMPARE(flows(file).text, m_expectedFlows);
    QVERIFY(flows(file).damaged.empty());
    const auto target = path("saved.rivereto").toStdString();
    const auto saved = storage::salvage(file, target, {}, {});
    QVERIFY(saved);
    QCOMPARE(saved->rows, report->rows);
    QVERIFY(!saved->columns.empty() && saved->lost.empty());
    QVERIFY(storage::checkFile(target, {}, {})->sound());
    QCOMPARE(flows(target).text, m_expectedFlows);
    QVERIFY(!storage::salvage(file, target, {}, {}));
}

void TestCheck::damagedDirectory()
{
    for (const auto* sql : {"UPDATE segments SET directory = x'05' || substr(directory, 2) WHERE id = 2", "UPDATE segments SET rows = rows - 1 WHERE id = 2",
                            "UPDATE segments SET time_max = time_max + 5 WHERE id = 2"}) {
        const auto file = changed("directory.rivereto", sql);
        const auto report = storage::checkFile(file, {}, {});
        QVERIFY(report);
        QCOMPARE(report->damagedSegments().size(), size_t{1});
        const auto answer = table(file);
        QVERIFY2(!answer.failed, answer.text.c_str());
        QCOMPARE(answer.damaged.size(), size_t{1});
        QCOMPARE(answer.damaged[0].segment, int64_t{2});
        QVERIFY(core::damageText(answer.damaged).find("could not be read") != std::string::npos);
    }
}

void TestCheck::vanishedSegment()
{
    const auto file = changed("vanished.rivereto", "DELETE FROM segments WHERE id = 4");
    QVERIFY(!storage::checkFile(file, {}, {})->sound());
    QCOMPARE(table(file).damaged.size(), size_t{1});
}

void TestCheck::missingText()
{
    for (const auto* sql : {"DELETE FROM texts WHERE id = 3", "UPDATE texts SET bytes = x'41' WHERE id = 3", "DELETE FROM texts WHERE id = (SELECT max(id) FROM texts)"}) {
        const auto file = changed("text.rivereto", sql);
        QVERIFY(!storage::checkFile(file, {}, {})->sound());
        QVERIFY(!table(file).damaged.empty());
        const auto writer = storage::SqliteStore::open(file, core::Schema::builtin(), {.write = true});
        QVERIFY(!writer);
        QVERIFY2(writer.error().message().find("--salvage") != std::string::npos, writer.error().message().c_str());
    }
}

void TestCheck::damagedColumnName()
{
    const auto file = changed("column.rivereto", "UPDATE columns SET name = 'SrcBS' WHERE name = 'SrcAS'");
    QVERIFY(!storage::checkFile(file, {}, {})->sound());
    QVERIFY(!table(file).damaged.empty());
}

void TestCheck::randomFlips_data()
{
    QTest::addColumn<int>("flips");
    QTest::addColumn<bool>("everywhere");
    QTest::newRow("one byte") << 1 << true;
    QTest::newRow("one byte of the tables") << 1 << false;
    QTest::newRow("ten bytes") << 10 << true;
    QTest::newRow("two hundred bytes") << 200 << true;
}

/// Whatever is flipped: no crash, and either the answer is that of the sound file, or it says that something is missing.
void TestCheck::randomFlips()
{
    QFETCH(int, flips);
    QFETCH(bool, everywhere);
    QFile sound(path("sound.rivereto"));
    QVERIFY(sound.open(QIODevice::ReadOnly));
    const auto bytes = sound.readAll();
    sound.close();
    const auto rounds = std::max(12, qEnvironmentVariableIntValue("RIVERETO_FLIP_ROUNDS"));
    int unnoticed = 0;
    int unreadable = 0;
    for (int round = qEnvironmentVariableIntValue("RIVERETO_FLIP_FIRST"); round < rounds; ++round) {
        std::mt19937 random(static_cast<unsigned>(round * 1000 + flips));
        auto copy = bytes;
        for (int i = 0; i < flips; ++i) {
            // The pages of tables begin with 13 (a leaf) or 5.
            auto at = static_cast<qsizetype>(random() % static_cast<size_t>(copy.size()));
            for (int tries = 0; !everywhere && tries < 100'000 && copy[at / 4096 * 4096] != 13 && copy[at / 4096 * 4096] != 5; ++tries)
                at = static_cast<qsizetype>(random() % static_cast<size_t>(copy.size()));
            copy[at] = static_cast<char>(copy[at] ^ (1 << random() % 8));
        }
        const auto name = path("flipped.rivereto");
        for (const auto* suffix : {"", "-wal", "-shm"})
            QFile::remove(name + suffix);
        QFile flipped(name);
        QVERIFY(flipped.open(QIODevice::WriteOnly) && flipped.write(copy) == copy.size());
        flipped.close();
        const auto file = name.toStdString();
        QElapsedTimer timer;
        timer.start();
        const auto report = storage::checkFile(file, {}, {});
        const auto answer = table(file);
        const auto list = flows(file);
        const auto what = QStringLiteral("round %1: %2").arg(round).arg(QString::fromStdString(answer.text.substr(0, 200)));
        QVERIFY2(answer.failed || !answer.damaged.empty() || answer.text == m_expected, qPrintable(what));
        QVERIFY2(list.failed || !list.damaged.empty() || list.text == m_expectedFlows, qPrintable(what));
        if (report && report->sound()) {
            ++unnoticed;
            QVERIFY2(!answer.failed && answer.damaged.empty() && answer.text == m_expected, qPrintable(what));
            QVERIFY2(list.text == m_expectedFlows, qPrintable(what));
        }
        unreadable += answer.failed ? 1 : 0;
        QVERIFY2(timer.elapsed() < 60'000, qPrintable(what));
    }
    qInfo("%d rounds: %d harmless, %d left nothing to read", rounds, unnoticed, unreadable);
}

void TestCheck::cutShort()
{
    QFile sound(path("sound.rivereto"));
    QVERIFY(sound.open(QIODevice::ReadOnly));
    const auto bytes = sound.readAll();
    for (const auto share : {0.0, 0.00001, 0.1, 0.5, 0.9, 0.999}) {
        QFile cut(path("cut.rivereto"));
        QVERIFY(cut.open(QIODevice::WriteOnly) && cut.write(bytes.left(static_cast<qsizetype>(static_cast<double>(bytes.size()) * share))) >= 0);
        cut.close();
        const auto file = path("cut.rivereto").toStdString();
        const auto report = storage::checkFile(file, {}, {});
        QVERIFY(!report || !report->sound());
        const auto answer = table(file);
        QVERIFY(answer.failed || !answer.damaged.empty());
        QVERIFY2(!answer.failed || answer.text.find(file) != std::string::npos, answer.text.c_str());
    }
}

/// Somebody cuts the file while it is read: an answer or an error, and no signal.
void TestCheck::cutShortWhileOpen()
{
    QFile::remove(path("open.rivereto"));
    QVERIFY(QFile::copy(path("sound.rivereto"), path("open.rivereto")));
    std::string error;
    const auto store = open(path("open.rivereto").toStdString(), error);
    QVERIFY(store);
    QCOMPARE(::truncate(path("open.rivereto").toLocal8Bit().constData(), 200'000), 0);
    const auto result = core::runQuery(*store, {.kind = core::QueryKind::Table, .dimensions = {"DstAddr"}, .unit = core::Unit::Bytes}, {}, {});
    QVERIFY(!result || !result->damaged.empty());
}

QTEST_GUILESS_MAIN(TestCheck)
#include "test_check.moc"
