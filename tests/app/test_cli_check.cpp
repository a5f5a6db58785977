// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto check, and files that are damaged, foreign, too new or without room, from outside; the format read by others.
#include "storage/sqlite/database.h"
#include "tests/app/program.h"

using namespace rivereto;
using namespace rivereto::support;

class TestCliCheck : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void sound();
    void damagedColumn();
    void salvageRefusesToOverwrite();
    void whatIsNoDatabase_data();
    void whatIsNoDatabase();
    void whileItIsWritten();
    void diskFull();
    void importOfItself();
    void otherReadersUnderstandTheFormat();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    bool change(const QString& db, const std::string& sql)
    {
        auto database = storage::Database::open(db.toStdString(), storage::Database::Mode::Write);
        return database && database->execute(sql);
    }
    QTemporaryDir m_folder;
    Program m_program;
    QString m_capture;
    QString m_db;
};

namespace {
constexpr int kFlows = 150'000;
}

void TestCliCheck::initTestCase()
{
    QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test");
    m_capture = path("demo.pcap");
    m_db = path("demo.rivereto");
    COMPARE_EXIT(m_program.run({"demo", "--write", m_capture, "--flows", QString::number(kFlows), "--for", "2h"}), 0);
    COMPARE_EXIT(m_program.run({"import", m_capture, "--db", m_db}), 0);
}

void TestCliCheck::sound()
{
    const auto text = m_program.run({"check", m_db});
    COMPARE_EXIT(text, 0);
    QVERIFY(text.err.isEmpty());
    VERIFY_RAN(QRegularExpression("damaged parts +0\n").match(QString::fromUtf8(text.out)).hasMatch(), text);
    const auto json = m_program.run({"check", m_db, "--format", "json"});
    COMPARE_EXIT(json, 0);
    const auto report = json.json().object();
    QCOMPARE(report["file"].toString(), m_db);
    QCOMPARE(report["sound"].toBool(), true);
    QCOMPARE(report["flows"].toInt(), kFlows);
    QCOMPARE(report["damage"].toArray().size(), 0);
    QCOMPARE(report["orphanedBlobs"].toInt(), 0);
    COMPARE_EXIT(m_program.run({"check"}), 2);
    COMPARE_EXIT(m_program.run({"check", m_db, "--format", "csv"}), 2);
    COMPARE_EXIT(m_program.run({"check", "--help"}), 0);
}

void TestCliCheck::damagedColumn()
{
    const auto db = path("damaged.rivereto");
    QVERIFY(QFile::copy(m_db, db));
    QVERIFY(change(db, "UPDATE blobs SET data = zeroblob(length(data)) WHERE id = (SELECT 2 * 1024 + id FROM columns WHERE name = 'DstPort')"));
    const auto checked = m_program.run({"check", db, "--format", "json"});
    COMPARE_EXIT(checked, 3);
    VERIFY_RAN(checked.err.contains("--salvage"), checked);
    const auto damage = checked.json()["damage"].toArray();
    QCOMPARE(damage.size(), 1);
    QCOMPARE(damage[0]["segment"].toInt(), 2);
    QCOMPARE(damage[0]["column"].toString(), QStringLiteral("DstPort"));
    const int missing = damage[0]["flows"].toInt();
    QVERIFY(missing > 0);
    QVERIFY(damage[0]["from"].toString() < damage[0]["to"].toString());
    COMPARE_EXIT(m_program.run({"check", db}), 3);

    const auto table = m_program.run({"query", "--db", db, "--dimensions", "DstPort", "--units", "flows", "--limit", "0", "--format", "csv"});
    COMPARE_EXIT(table, 3);
    VERIFY_RAN(table.err.contains("1 segment") && table.err.contains("could not be read") && table.err.contains("rivereto check"), table);
    int sum = 0;
    for (const auto& row : parseCsv(table.out).mid(1))
        sum += row.value(1).toInt();
    QCOMPARE(sum, kFlows - missing);
    const auto list = m_program.run({"query", "--db", db, "--kind", "flows", "--count", "0", "--fields", "DstPort", "--format", "csv"});
    COMPARE_EXIT(list, 3);
    QCOMPARE(list.lines().size(), 1 + kFlows - missing);
    COMPARE_EXIT(m_program.run({"query", "--db", db, "--dimensions", "SrcAS"}), 0);

    const auto saved = m_program.run({"check", db, "--salvage", path("saved.rivereto"), "--format", "json"});
    COMPARE_EXIT(saved, 3);
    QCOMPARE(saved.json()["flows"].toInt(), kFlows);
    QCOMPARE(saved.json()["emptied"].toArray().size(), 1);
    COMPARE_EXIT(m_program.run({"check", path("saved.rivereto")}), 0);
}

void TestCliCheck::salvageRefusesToOverwrite()
{
    QVERIFY(writeAll(path("precious"), "x"));
    const auto ran = m_program.run({"check", m_db, "--salvage", path("precious")});
    COMPARE_EXIT(ran, 1);
    VERIFY_RAN(ran.err.contains("exists already"), ran);
    QCOMPARE(readAll(path("precious")), QByteArray("x"));
}

void TestCliCheck::whatIsNoDatabase_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("why");
    QTest::newRow("missing") << "missing" << "cannot be opened";
    QTest::newRow("folder") << "." << "is a folder";
    QTest::newRow("text") << "text" << "not a Rivereto database";
    QTest::newRow("other SQLite database") << "other" << "not a Rivereto database";
    QTest::newRow("empty") << "empty" << "empty database";
    QTest::newRow("newer") << "newer" << "newer Rivereto";
}

void TestCliCheck::whatIsNoDatabase()
{
    QFETCH(QString, name);
    QFETCH(QString, why);
    QVERIFY(writeAll(path("text"), QByteArray(9000, 'x')));
    QVERIFY(writeAll(path("empty"), {}));
    QFile::remove(path("other"));
    QVERIFY(writeAll(path("other"), {}));
    QVERIFY(change(path("other"), "CREATE TABLE t(a)"));
    QFile::remove(path("newer"));
    QVERIFY(QFile::copy(m_db, path("newer")));
    QVERIFY(change(path("newer"), "PRAGMA user_version = 99"));
    const auto before = readAll(path(name));
    for (const auto& arguments : {QStringList{"check", path(name)}, QStringList{"query", "--db", path(name)}}) {
        const auto ran = m_program.run(arguments);
        COMPARE_EXIT(ran, 1);
        VERIFY_RAN(ran.err.contains(why.toUtf8()) && ran.err.contains(path(name).toUtf8()), ran);
    }
    if (name == "text" || name == "other" || name == "newer") {
        COMPARE_EXIT(m_program.run({"import", m_capture, "--db", path(name)}), 1);
        QCOMPARE(readAll(path(name)), before);
    }
}

/// A check, and a second writer that is refused, while another process writes.
void TestCliCheck::whileItIsWritten()
{
    const auto db = path("written.rivereto");
    const auto listener = m_program.start({"listen", "--db", db, "--listen", "127.0.0.1:0"});
    QVERIFY(listener->waitForReadyRead(20'000) || listener->state() == QProcess::Running);
    QElapsedTimer timer;
    timer.start();
    Ran checked;
    while (checked.exit != 0 && timer.elapsed() < 10'000)
        checked = m_program.run({"check", db});
    COMPARE_EXIT(checked, 0);
    const auto second = m_program.run({"import", m_capture, "--db", db});
    COMPARE_EXIT(second, 1);
    VERIFY_RAN(second.err.contains("being written by another process"), second);
    listener->terminate();
    COMPARE_EXIT(Program::finish(*listener), 0);
}

void TestCliCheck::diskFull()
{
    const auto place = path("small");
    QVERIFY(QDir().mkpath(place));
    if (m_program.shell(QStringLiteral("mount -t tmpfs -o size=2m none '%1'").arg(place)).exit != 0)
        QSKIP("no file system may be mounted here; test_cli_import has a limit on the size of files");
    const auto db = place + "/x.rivereto";
    const auto full = m_program.run({"import", m_capture, "--db", db});
    const auto checked = m_program.run({"check", db});
    // With room again all of it comes in, once.
    const auto grown = m_program.shell(QStringLiteral("mount -o remount,size=100m '%1'").arg(place));
    const auto again = m_program.run({"import", m_capture, "--db", db});
    const auto after = m_program.run({"check", db, "--format", "json"});
    m_program.shell(QStringLiteral("umount '%1'").arg(place));
    COMPARE_EXIT(full, 1);
    VERIFY_RAN(full.err.contains("the disk is full") && full.err.contains("nothing already stored is lost"), full);
    COMPARE_EXIT(checked, 0);
    COMPARE_EXIT(grown, 0);
    COMPARE_EXIT(again, 0);
    COMPARE_EXIT(after, 0);
    QCOMPARE(after.json()["flows"].toInt(), kFlows);
}

void TestCliCheck::importOfItself()
{
    const auto before = readAll(m_db).size();
    const auto ran = m_program.run({"import", m_db, "--db", m_db});
    COMPARE_EXIT(ran, 1);
    VERIFY_RAN(ran.err.contains("is an open database"), ran);
    COMPARE_EXIT(m_program.run({"check", m_db}), 0);
    QVERIFY(readAll(m_db).size() <= before + 65536);
}

/// tests/support/readrivereto.py was written from resources/docs/format.md.
void TestCliCheck::otherReadersUnderstandTheFormat()
{
    const auto db = path("sessions.rivereto");
    for (const auto* seed : {"1", "2", "3"}) {
        COMPARE_EXIT(m_program.run({"demo", "--write", path("session.pcap"), "--flows", "30000", "--for", "1h", "--seed", seed}), 0);
        COMPARE_EXIT(m_program.run({"import", path("session.pcap"), "--db", db}), 0);
    }
    for (const auto& [file, column] : {std::pair(m_db, "SrcAS"), std::pair(db, "SrcAS"), std::pair(db, "DstPort")}) {
        const auto reader = m_program.start({QStringLiteral(RIVERETO_SOURCE_DIR "/tests/support/readrivereto.py"), file, column}, "python3");
        reader->closeWriteChannel();
        const auto read = Program::finish(*reader, 200'000);
        COMPARE_EXIT(read, 0);
        std::map<QByteArray, qulonglong> expected;
        for (const auto& line : read.lines())
            expected[line.left(line.indexOf(','))] = line.mid(line.indexOf(',') + 1).toULongLong();
        const auto asked = m_program.run({"query", "--db", file, "--kind", "flows", "--count", "0", "--format", "csv", "--fields", QString(column) + ",Bytes,SamplingRate"});
        COMPARE_EXIT(asked, 0);
        std::map<QByteArray, qulonglong> got;
        for (const auto& line : asked.lines().mid(1)) {
            const auto fields = line.split(',');
            got[fields[0].isEmpty() ? "0" : fields[0]] += fields[1].toULongLong() * std::max(1ULL, fields[2].toULongLong());
        }
        QVERIFY(got.size() > 5);
        QVERIFY(got == expected);
        // The sums of `rivereto query` are the same.
        const auto table = m_program.run({"query", "--db", file, "--dimensions", column, "--units", "bytes", "--limit", "0", "--format", "csv"});
        COMPARE_EXIT(table, 0);
        std::map<QByteArray, double> sums;
        for (const auto& row : parseCsv(table.out).mid(1))
            sums[row[0].isEmpty() ? "0" : row[0].toUtf8()] += row[1].toDouble();
        for (const auto& [key, value] : expected) {
            if (value > 0)
                QVERIFY2(std::abs(sums[key] - static_cast<double>(value)) <= static_cast<double>(value) * 1e-6, (key + " " + QByteArray::number(sums[key], 'f') + " " + QByteArray::number(value)).constData());
        }
    }
}

QTEST_GUILESS_MAIN(TestCliCheck)
#include "test_cli_check.moc"
