// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto import and demo, from outside: summaries, exit codes, damage, compression, standard input, locks and rights.
#include <csignal>

#include <sys/stat.h>

#include "tests/app/program.h"
#include "tests/support/messages.h"
#include "tests/support/pcapwriter.h"

using namespace rivereto::support;

class TestCliImport : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void textSummary();
    void jsonSummary();
    void severalFilesAddUp();
    void missingFileFails();
    void garbageFails();
    void otherKindsAreNamed();
    void fileSizeLimit();
    void cutCaptureKeepsTheGoodPart();
    void goodAndBadIsDamage();
    void lossesAreNamed();
    void standardInputAndFifo();
    void compressed_data();
    void compressed();
    void cutCompressed();
    void wrongUsage_data();
    void wrongUsage();
    void remoteDatabasesAreRefused();
    void readOnlyPlaces();
    void writesSecondTime();
    void interruptedImportKeepsWhatItRead();
    void killedImportLeavesAFileThatOpens();
    void noOneReadsOutput();
    void demoIsDeterministic();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    uint64_t flowsIn(const QString& db) const
    {
        const auto ran = m_program.run({"query", "--db", db, "--units", "flows", "--format", "csv"});
        return ran.exit == 0 ? ran.lines().value(1).toULongLong() : UINT64_MAX;
    }
    QTemporaryDir m_folder;
    Program m_program;
    QString m_capture;
};

namespace {

constexpr int kFlows = 3000;

/// A capture of export datagrams, from 192.0.2.1 to port 2055.
QByteArray capture(const std::vector<Octets>& payloads)
{
    PcapWriter writer(PcapWriter::Format{});
    uint64_t us = 1'700'000'000'000'000;
    for (const auto& payload : payloads)
        writer.packet(us += 1000, ethernet(0x0800, ipv4(udp(40000, 2055, payload), {}, "192.0.2.1", "192.0.2.254")));
    const auto& bytes = writer.bytes();
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

} // namespace

void TestCliImport::initTestCase()
{
    QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test");
    m_capture = path("demo.pcap");
    COMPARE_EXIT(m_program.run({"demo", "--write", m_capture, "--flows", QString::number(kFlows), "--seed", "7"}), 0);
}

void TestCliImport::textSummary()
{
    const auto ran = m_program.run({"import", m_capture, "--db", path("text.rivereto")});
    COMPARE_EXIT(ran, 0);
    QVERIFY(ran.err.isEmpty());
    for (const auto* name : {"files", "datagrams", "records", "flows", "options-records", "templates", "seconds"})
        VERIFY_RAN(ran.out.contains(QByteArray("\n") + name) || ran.out.startsWith(name), ran);
    QVERIFY(!ran.out.contains("lost"));
    QCOMPARE(flowsIn(path("text.rivereto")), uint64_t{kFlows});
}

void TestCliImport::jsonSummary()
{
    const auto ran = m_program.run({"import", m_capture, "--db", path("json.rivereto"), "--format", "json"});
    COMPARE_EXIT(ran, 0);
    const auto root = ran.json().object();
    QCOMPARE(root.keys(), (QStringList{"files", "seconds", "total"}));
    QVERIFY(root["seconds"].isDouble());
    const auto files = root["files"].toArray();
    QCOMPARE(files.size(), 1);
    const auto file = files[0].toObject();
    QCOMPARE(file.keys(), (QStringList{"counterSamples", "damaged", "datagrams", "file", "flows", "losses", "optionsRecords", "records", "templates"}));
    QCOMPARE(file["file"].toString(), m_capture);
    QVERIFY(file["damaged"].isNull());
    QCOMPARE(file["losses"].toObject().size(), 0);
    QCOMPARE(file["records"].toInt(), kFlows);
    QCOMPARE(file["flows"].toInt(), kFlows);
    QVERIFY(file["optionsRecords"].toInt() > 0);
    QVERIFY(file["templates"].toInt() > 0);
    const auto total = root["total"].toObject();
    QCOMPARE(total.keys(), (QStringList{"counterSamples", "datagrams", "flows", "losses", "optionsRecords", "records", "templates"}));
    for (const auto& key : total.keys())
        QCOMPARE(total[key], file[key]);
}

void TestCliImport::severalFilesAddUp()
{
    const auto other = path("other.pcap");
    COMPARE_EXIT(m_program.run({"demo", "--write", other, "--flows", "500", "--seed", "8"}), 0);
    const auto ran = m_program.run({"import", m_capture, other, "--db", path("two.rivereto"), "--format", "json", "--threads", "3"});
    COMPARE_EXIT(ran, 0);
    const auto files = ran.json()["files"].toArray();
    QCOMPARE(files.size(), 2);
    QCOMPARE(files[0]["flows"].toInt(), kFlows);
    QCOMPARE(files[1]["flows"].toInt(), 500);
    QCOMPARE(ran.json()["total"]["flows"].toInt(), kFlows + 500);
    QCOMPARE(flowsIn(path("two.rivereto")), uint64_t{kFlows + 500});
}

void TestCliImport::missingFileFails()
{
    const auto ran = m_program.run({"import", path("nowhere.pcap"), "--db", path("missing.rivereto")});
    COMPARE_EXIT(ran, 1);
    VERIFY_RAN(ran.err.contains("nowhere.pcap") && ran.err.contains("No such file"), ran);
    QVERIFY(QDir(m_folder.path()).mkpath("empty/below"));
    const auto folder = m_program.run({"import", path("empty"), "--db", path("missing.rivereto")});
    COMPARE_EXIT(folder, 1);
    VERIFY_RAN(folder.err.contains("no file with traffic"), folder);
}

void TestCliImport::garbageFails()
{
    for (const auto& bytes : {QByteArray(), QByteArray("x"), QByteArray(5000, '\x7f'), QByteArray("\xd4\xc3\xb2\xa1", 4), QByteArray("\x1f\x8b", 2), QByteArray("\x28\xb5\x2f\xfd", 4)}) {
        QVERIFY(writeAll(path("garbage"), bytes));
        const auto ran = m_program.run({"import", path("garbage"), "--db", path("garbage.rivereto"), "--format", "json"});
        COMPARE_EXIT(ran, 1);
        VERIFY_RAN(ran.err.contains("garbage"), ran);
        QVERIFY(ran.json()["files"][0]["damaged"].isString());
    }
}

/// What is no capture but is known is named, with what to do.
void TestCliImport::otherKindsAreNamed()
{
    const std::pair<QByteArray, QByteArray> kinds[] = {
        {QByteArray("\x0c\xa5\x01\x00\x01\x00\x00\x00", 8) + QByteArray(40, '\0'), "nfcapd"},
        {QByteArray("SQLite format 3\0", 16) + QByteArray(100, '\0'), "--db"},
    };
    for (const auto& [bytes, word] : kinds) {
        QVERIFY(writeAll(path("other"), bytes));
        const auto ran = m_program.run({"query", "-r", path("other")});
        COMPARE_EXIT(ran, 1);
        VERIFY_RAN(ran.err.contains(word), ran);
    }
    QVERIFY(writeAll(path("dns.pcap"), capture({Octets().text("no flow export at all")})));
    const auto ran = m_program.run({"query", "-r", path("dns.pcap"), "--input", "packets=leave"});
    COMPARE_EXIT(ran, 0);
    VERIFY_RAN(ran.err.contains("holds no flows") && ran.err.contains("packets=meter"), ran);
}

/// As with a quota: what was stored stays, and the cause is told.
void TestCliImport::fileSizeLimit()
{
    const auto db = path("limited.rivereto");
    COMPARE_EXIT(m_program.run({"import", m_capture, "--db", db}), 0);
    const auto before = flowsIn(db);
    const auto big = path("big.pcap");
    COMPARE_EXIT(m_program.run({"demo", "--write", big, "--flows", "60000", "--for", "1h", "--seed", "2"}), 0);
    const auto ran = m_program.shell(QStringLiteral("ulimit -f $(( $(stat -c %s %2) / 512 + 2 )); \"$RIVERETO_BINARY\" import %1 --db %2").arg(big, db));
    COMPARE_EXIT(ran, 1);
    VERIFY_RAN(ran.err.contains("limit on the size") && ran.err.contains("nothing already stored is lost"), ran);
    QVERIFY(flowsIn(db) >= before);
}

void TestCliImport::cutCaptureKeepsTheGoodPart()
{
    const auto whole = readAll(m_capture);
    const auto cut = whole.left(whole.size() / 2 + 5);
    QVERIFY(writeAll(path("cut.pcap"), cut));
    const auto ran = m_program.run({"import", path("cut.pcap"), "--db", path("cut.rivereto"), "--format", "json"});
    COMPARE_EXIT(ran, 3);
    // The byte where it broke, on standard error and in the summary.
    const QRegularExpression place("at byte (\\d+)");
    const auto match = place.match(QString::fromUtf8(ran.err));
    VERIFY_RAN(match.hasMatch() && ran.err.contains("cut.pcap"), ran);
    const auto byte = match.captured(1).toLongLong();
    QVERIFY(byte > cut.size() - 3000 && byte <= cut.size());
    const auto file = ran.json()["files"][0];
    QVERIFY(place.match(file["damaged"].toString()).hasMatch());
    QVERIFY(file["flows"].toInt() > kFlows / 4);
    QCOMPARE(flowsIn(path("cut.rivereto")), static_cast<uint64_t>(file["flows"].toInt()));
}

void TestCliImport::goodAndBadIsDamage()
{
    const auto ran = m_program.run({"import", m_capture, path("nowhere.pcap"), "--db", path("half.rivereto"), "--format", "json"});
    COMPARE_EXIT(ran, 3);
    VERIFY_RAN(ran.err.contains("nowhere.pcap"), ran);
    QVERIFY(ran.json()["files"][0]["damaged"].isNull());
    QVERIFY(ran.json()["files"][1]["damaged"].isString());
    QCOMPARE(flowsIn(path("half.rivereto")), uint64_t{kFlows});
    // The order does not matter.
    COMPARE_EXIT(m_program.run({"import", path("nowhere.pcap"), m_capture, "--db", path("half2.rivereto")}), 3);
    QCOMPARE(flowsIn(path("half2.rivereto")), uint64_t{kFlows});
}

/// Nothing disappears without a line, and exit code 3 is explained on standard error.
void TestCliImport::lossesAreNamed()
{
    const auto bytes = capture({netflow9(set(300, Octets().zeros(40))), netflow5(record5(), {.count = 2})});
    QVERIFY(writeAll(path("losses.pcap"), bytes));
    const auto ran = m_program.run({"import", path("losses.pcap"), "--db", path("losses.rivereto")});
    COMPARE_EXIT(ran, 3);
    for (const auto* name : {"unknown-sets", "missing-records"}) {
        VERIFY_RAN(ran.out.contains(QByteArray("lost: ") + name), ran);
        VERIFY_RAN(ran.err.contains(name) && ran.err.contains("losses.pcap"), ran);
    }
    const auto json = m_program.run({"import", path("losses.pcap"), "--db", path("losses2.rivereto"), "--format", "json"});
    QCOMPARE(json.json()["total"]["losses"]["unknown-sets"].toInt(), 1);
    QCOMPARE(json.json()["files"][0]["losses"]["missing-records"].toInt(), 1);
}

void TestCliImport::standardInputAndFifo()
{
    const auto ran = m_program.run({"import", "-", "--db", path("stdin.rivereto"), "--format", "json"}, readAll(m_capture));
    COMPARE_EXIT(ran, 0);
    QCOMPARE(ran.json()["files"][0]["file"].toString(), QStringLiteral("-"));
    QCOMPARE(flowsIn(path("stdin.rivereto")), uint64_t{kFlows});
    COMPARE_EXIT(m_program.run({"import", "-", "--db", path("stdin2.rivereto")}), 1);
    QCOMPARE(::mkfifo(qPrintable(path("fifo")), 0600), 0);
    const auto fifo = m_program.shell(QStringLiteral("(gzip -c %1 > %2) & exec \"$RIVERETO_BINARY\" import %2 --db %3").arg(m_capture, path("fifo"), path("fifo.rivereto")));
    COMPARE_EXIT(fifo, 0);
    QCOMPARE(flowsIn(path("fifo.rivereto")), uint64_t{kFlows});
}

void TestCliImport::compressed_data()
{
    QTest::addColumn<QString>("command");
    QTest::newRow("gzip") << "gzip -c %1 > %2";
    QTest::newRow("gzip of two parts") << "(head -c 100000 %1 | gzip -c; tail -c +100001 %1 | gzip -c) > %2";
    QTest::newRow("zstd") << "zstd -q -c %1 > %2";
}

void TestCliImport::compressed()
{
    QFETCH(QString, command);
    // The name says nothing: the kind is found by content.
    const auto file = path("packed");
    const auto db = path(QStringLiteral("packed-%1.rivereto").arg(qHash(command)));
    COMPARE_EXIT(m_program.shell(command.arg(m_capture, file)), 0);
    COMPARE_EXIT(m_program.run({"import", file, "--db", db}), 0);
    QCOMPARE(flowsIn(db), uint64_t{kFlows});
}

void TestCliImport::cutCompressed()
{
    for (const auto* tool : {"gzip", "zstd -q"}) {
        COMPARE_EXIT(m_program.shell(QStringLiteral("%1 -c %2 > %3").arg(QLatin1String(tool), m_capture, path("packed"))), 0);
        const auto whole = readAll(path("packed"));
        QVERIFY(writeAll(path("packed-cut"), whole.left(whole.size() * 2 / 3)));
        QFile::remove(path("packed-cut.rivereto"));
        const auto ran = m_program.run({"import", path("packed-cut"), "--db", path("packed-cut.rivereto"), "--format", "json"});
        COMPARE_EXIT(ran, 3);
        VERIFY_RAN(ran.err.contains("at byte"), ran);
        QVERIFY(ran.json()["total"]["flows"].toInt() > 0);
        QCOMPARE(flowsIn(path("packed-cut.rivereto")), static_cast<uint64_t>(ran.json()["total"]["flows"].toInt()));
    }
}

void TestCliImport::wrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("message");
    QTest::newRow("no database") << QStringList{"import", "x.pcap"} << "--db";
    QTest::newRow("no capture") << QStringList{"import", "--db", "x.rivereto"} << "file or folder";
    QTest::newRow("format") << QStringList{"import", "x.pcap", "--db", "x.rivereto", "--format", "xml"} << "xml";
    QTest::newRow("option") << QStringList{"import", "x.pcap", "--db", "x.rivereto", "--colour"} << "colour";
    QTest::newRow("missing value") << QStringList{"import", "x.pcap", "--db"} << "db";
    QTest::newRow("threads") << QStringList{"import", "x.pcap", "--db", "x.rivereto", "--threads", "many"} << "threads";
    QTest::newRow("too many threads") << QStringList{"import", "x.pcap", "--db", "x.rivereto", "--threads", "100000"} << "threads";
    QTest::newRow("log level") << QStringList{"import", "x.pcap", "--db", "x.rivereto", "--log-level", "loud"} << "loud";
    QTest::newRow("demo nowhere") << QStringList{"demo"} << "--target";
    QTest::newRow("demo both") << QStringList{"demo", "--target", "127.0.0.1:9", "--write", "x"} << "--target";
    QTest::newRow("demo target") << QStringList{"demo", "--target", "127.0.0.1"} << "127.0.0.1";
    QTest::newRow("demo flows") << QStringList{"demo", "--write", "x", "--flows", "-1"} << "flows";
    QTest::newRow("demo operand") << QStringList{"demo", "--write", "x", "y"} << "operand";
    QTest::newRow("demo time") << QStringList{"demo", "--write", "x", "--for", "soon"} << "soon";
    QTest::newRow("listen spec") << QStringList{"listen", "--db", "x.rivereto", "--listen", "nowhere"} << "nowhere";
    QTest::newRow("listen port") << QStringList{"listen", "--db", "x.rivereto", "--listen", "127.0.0.1:70000"} << "70000";
    QTest::newRow("listen decoder") << QStringList{"listen", "--db", "x.rivereto", "--listen", ":2055,decoder=x"} << "decoder";
    QTest::newRow("listen setting") << QStringList{"listen", "--db", "x.rivereto", "--listen", ":2055,colour=red"} << "colour";
    QTest::newRow("listen no database") << QStringList{"listen"} << "--db";
    QTest::newRow("listen for") << QStringList{"listen", "--db", "x.rivereto", "--for", "ever"} << "ever";
}

void TestCliImport::wrongUsage()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, message);
    const auto ran = m_program.run(arguments);
    COMPARE_EXIT(ran, 2);
    VERIFY_RAN(QString::fromUtf8(ran.err).contains(message), ran);
    QVERIFY(ran.err.contains("--help"));
    QVERIFY(ran.out.isEmpty());
    QVERIFY(!QFile::exists("x.rivereto"));
}

void TestCliImport::remoteDatabasesAreRefused()
{
    for (const auto* address : {"clickhouse://me@localhost:8123/flows", "https://host:8443/clickhouse", "ssh://host/x.rivereto"}) {
        for (const auto& arguments : {QStringList{"import", m_capture, "--db", address}, QStringList{"query", "--db", address}}) {
            const auto ran = m_program.run(arguments);
            COMPARE_EXIT(ran, 1);
            VERIFY_RAN(ran.err.contains(address) && ran.err.contains("this version opens .rivereto files only"), ran);
        }
    }
}

void TestCliImport::readOnlyPlaces()
{
    Program other;
    other.setUser(65534);
    QVERIFY(QDir(m_folder.path()).mkdir("sealed"));
    const auto db = path("sealed/x.rivereto");
    COMPARE_EXIT(m_program.run({"import", m_capture, "--db", db}), 0);
    QVERIFY(QFile::setPermissions(db, QFileDevice::ReadOwner | QFileDevice::ReadGroup | QFileDevice::ReadOther));
    QVERIFY(QFile::setPermissions(path("sealed"), QFileDevice::ReadOwner | QFileDevice::ExeOwner | QFileDevice::ReadOther | QFileDevice::ExeOther));
    QVERIFY(QFile::setPermissions(m_folder.path(), QFile::permissions(m_folder.path()) | QFileDevice::ReadOther | QFileDevice::ExeOther));
    QFile::setPermissions(m_capture, QFile::permissions(m_capture) | QFileDevice::ReadOther);
    if (other.run({"--version"}).exit == 99 || !QFile::exists(Program::path()))
        QSKIP("no other user to be");

    const auto made = other.run({"import", m_capture, "--db", path("sealed/new.rivereto")});
    COMPARE_EXIT(made, 1);
    VERIFY_RAN(made.err.contains("new.rivereto") && made.err.contains("Permission denied"), made);
    const auto added = other.run({"import", m_capture, "--db", db});
    COMPARE_EXIT(added, 1);
    VERIFY_RAN(added.err.contains("x.rivereto"), added);
    // What may only be read can be asked, even where SQLite cannot put its files beside it.
    const auto asked = other.run({"query", "--db", db, "--units", "flows", "--format", "csv"});
    COMPARE_EXIT(asked, 0);
    QCOMPARE(asked.lines().value(1).toInt(), kFlows);
    QVERIFY(QFile::setPermissions(path("sealed"), QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner));
    // What may not be read says so.
    QVERIFY(QFile::setPermissions(db, QFileDevice::ReadOwner));
    const auto shut = other.run({"query", "--db", db});
    COMPARE_EXIT(shut, 1);
    VERIFY_RAN(shut.err.contains("x.rivereto"), shut);
}

void TestCliImport::writesSecondTime()
{
    const auto db = path("again.rivereto");
    for (int i = 1; i <= 3; ++i) {
        COMPARE_EXIT(m_program.run({"import", m_capture, "--again", "--db", db, "--quiet"}), 0);
        QCOMPARE(flowsIn(db), static_cast<uint64_t>(i) * kFlows);
    }
    QCOMPARE(QFile::permissions(db) & (QFileDevice::ReadGroup | QFileDevice::ReadOther), QFileDevice::Permissions());
    // Nothing is left beside it.
    QCOMPARE(QDir(m_folder.path()).entryList({"again.rivereto*"}), QStringList{"again.rivereto"});
}

void TestCliImport::interruptedImportKeepsWhatItRead()
{
    // A capture that never ends: standard input stays open.
    const auto db = path("interrupted.rivereto");
    const auto process = m_program.start({"import", "-", "--db", db});
    process->write(readAll(m_capture));
    QVERIFY(process->waitForBytesWritten(5000));
    QTest::qWait(400);
    QElapsedTimer timer;
    timer.start();
    process->terminate();
    const auto ran = Program::finish(*process, 10'000);
    COMPARE_EXIT(ran, 1);
    QVERIFY(timer.elapsed() < 5000);
    VERIFY_RAN(ran.err.contains("cancelled"), ran);
    QVERIFY(flowsIn(db) > kFlows / 2);
}

void TestCliImport::killedImportLeavesAFileThatOpens()
{
    const auto big = path("big.pcap");
    COMPARE_EXIT(m_program.run({"demo", "--write", big, "--flows", "600000"}), 0);
    for (int round = 0; round < 3; ++round) {
        const auto db = path(QStringLiteral("killed%1.rivereto").arg(round));
        const auto process = m_program.start({"import", big, "--db", db});
        QVERIFY(process->waitForStarted());
        // Readers are welcome meanwhile; once rows are committed they stay.
        uint64_t seen = 0;
        QElapsedTimer timer;
        timer.start();
        while (process->state() == QProcess::Running && seen <= static_cast<uint64_t>(round) * 100'000 && timer.elapsed() < 10'000) {
            const auto now = QFile::exists(db) ? flowsIn(db) : 0;
            seen = now == UINT64_MAX ? seen : now;
            process->waitForFinished(1);
        }
        process->kill();
        process->waitForFinished();
        QVERIFY2(flowsIn(db) >= seen && flowsIn(db) != UINT64_MAX, qPrintable(QString::number(seen)));
        COMPARE_EXIT(m_program.run({"import", m_capture, "--db", db}), 0);
        QVERIFY(flowsIn(db) >= seen + kFlows);
    }
}

void TestCliImport::noOneReadsOutput()
{
    const auto full = m_program.shell(QStringLiteral("\"$RIVERETO_BINARY\" import %1 --db %2 > /dev/full").arg(m_capture, path("full.rivereto")));
    COMPARE_EXIT(full, 1);
    VERIFY_RAN(full.err.contains("No space left"), full);
    QCOMPARE(flowsIn(path("full.rivereto")), uint64_t{kFlows});
    // Messages that nobody can read are no reason to fall over.
    COMPARE_EXIT(m_program.shell(QStringLiteral("\"$RIVERETO_BINARY\" import %1 --db %2 2> /dev/full").arg(path("nowhere"), path("full.rivereto"))), 1);
    COMPARE_EXIT(m_program.shell(QStringLiteral("\"$RIVERETO_BINARY\" import --bogus 2> /dev/full")), 2);
}

void TestCliImport::demoIsDeterministic()
{
    for (const auto& [name, seed] : {std::pair("a.pcap", "3"), {"b.pcap", "3"}, {"c.pcap", "4"}})
        COMPARE_EXIT(m_program.run({"demo", "--write", path(name), "--flows", "1000", "--seed", seed, "--for", "10min"}), 0);
    QCOMPARE(readAll(path("a.pcap")), readAll(path("b.pcap")));
    QVERIFY(readAll(path("a.pcap")) != readAll(path("c.pcap")));
    COMPARE_EXIT(m_program.run({"demo", "--write", path("no/such/folder.pcap")}), 1);
    QVERIFY(writeAll(path("scenario.toml"), "clients = 5\nstart = \"2026-01-01\"\nduration = \"1h\"\n[[exporter]]\naddress = \"192.0.2.77\"\nprotocol = \"netflow5\"\n"));
    COMPARE_EXIT(m_program.run({"demo", "--write", path("own.pcap"), "--flows", "200", "--scenario", path("scenario.toml")}), 0);
    const auto ran = m_program.run({"query", "-r", path("own.pcap"), "--dimensions", "ExporterAddress,ExportProtocol", "--units", "flows", "--format", "csv"});
    QCOMPARE(ran.out, QByteArray("ExporterAddress,ExportProtocol,total\n192.0.2.77,netflow5,200\n"));
    QVERIFY(writeAll(path("scenario.toml"), "clients = 5\n\nseeds = 3\n"));
    const auto wrong = m_program.run({"demo", "--write", path("own.pcap"), "--scenario", path("scenario.toml")});
    COMPARE_EXIT(wrong, 1);
    VERIFY_RAN(wrong.err.contains("scenario.toml:3") && wrong.err.contains("seeds"), wrong);
    COMPARE_EXIT(m_program.run({"demo", "--write", path("own.pcap"), "--scenario", path("nowhere.toml")}), 1);
}

QTEST_GUILESS_MAIN(TestCliImport)
#include "test_cli_import.moc"
