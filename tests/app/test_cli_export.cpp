// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto export, from outside: what is in the files, what is refused, and that nothing half-written is left.
#include <algorithm>

#include <sys/stat.h>

#include "tests/app/program.h"

using namespace rivereto::support;

class TestCliExport : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void linesAreThoseOfQuery_data();
    void linesAreThoseOfQuery();
    void rangeAndFilter();
    void fieldsAndCount();
    void fromCaptures();
    void databaseHasAllColumns();
    void ipfixComesBack();
    void csvComesBack();
    void nfcapdComesBack();
    void mappedCsv();
    void formatByNameAndEnding();
    void wrongUsage_data();
    void wrongUsage();
    void nothingIsOverwritten();
    void linksAreFollowed();
    void databaseItselfIsRefused();
    void placesThatCannotBeWritten();
    void fullDiskLeavesNothing_data();
    void fullDiskLeavesNothing();
    void cancelledLeavesNothing();
    void fifo();
    void closedPipeEndsQuietly();
    void emptyResult();
    void damagedInput();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    Ran exported(const QStringList& arguments) const { return m_program.run(QStringList{"export", "--db", m_db} + arguments); }
    Ran asked(const QStringList& arguments) const { return m_program.run(QStringList{"query", "--db", m_db, "--kind", "flows"} + arguments); }
    QStringList left() const
    {
        auto out = QDir(m_folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
        out.sort();
        return out;
    }
    QTemporaryDir m_folder;
    Program m_program;
    QString m_capture;
    QString m_db;
};

namespace {

constexpr int kFlows = 3000;
constexpr auto kFrom = "2026-11-23T17:52:00";
constexpr auto kTo = "2026-11-23T18:12:00";

} // namespace

void TestCliExport::initTestCase()
{
    QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test");
    m_capture = path("demo.pcap");
    m_db = path("demo.rivereto");
    COMPARE_EXIT(m_program.run({"demo", "--write", m_capture, "--flows", QString::number(kFlows), "--for", "1h"}), 0);
    COMPARE_EXIT(m_program.run({"import", m_capture, "--db", m_db}), 0);
}

void TestCliExport::linesAreThoseOfQuery_data()
{
    QTest::addColumn<QStringList>("more");
    QTest::newRow("csv") << QStringList{};
    QTest::newRow("json") << QStringList{};
    QTest::newRow("ndjson") << QStringList{};
    QTest::newRow("local csv") << QStringList{"--local"};
}

void TestCliExport::linesAreThoseOfQuery()
{
    QFETCH(QStringList, more);
    const auto format = QString(QTest::currentDataTag()).split(u' ').last();
    const auto file = path("lines." + format);
    const auto ran = exported(QStringList{"--output", file, "--force"} + more);
    COMPARE_EXIT(ran, 0);
    const auto query = asked(QStringList{"--format", format} + more);
    COMPARE_EXIT(query, 0);
    QCOMPARE(readAll(file), query.out);
    QVERIFY(ran.out.isEmpty());
    VERIFY_RAN(QRegularExpression("^3\\W+000 flows").match(QString::fromUtf8(ran.err)).hasMatch() && ran.err.contains("bytes") && ran.err.contains("seconds"), ran);
    // The same to standard output; and nothing to say where nothing is wanted.
    const auto printed = exported(QStringList{"--output", "-", "--format", format, "--quiet"} + more);
    COMPARE_EXIT(printed, 0);
    QCOMPARE(printed.out, query.out);
    QVERIFY(printed.err.isEmpty());
}

void TestCliExport::rangeAndFilter()
{
    const QStringList range{"--from", kFrom, "--to", kTo, "Proto = 6"};
    const auto file = path("some.csv");
    COMPARE_EXIT(exported(QStringList{"--output", file} + range), 0);
    const auto all = asked({"--format", "csv"}).lines().size();
    const auto some = parseCsv(readAll(file));
    QVERIFY(some.size() > 100 && some.size() < all / 2);
    QCOMPARE(readAll(file), asked(QStringList{"--format", "csv"} + range).out);
    const auto time = some[0].indexOf("TimeReceived");
    for (qsizetype i = 2; i < some.size(); ++i)
        QVERIFY(some[i - 1][time] <= some[i][time]);
}

void TestCliExport::fieldsAndCount()
{
    const auto ran = exported({"--output", "-", "--format", "csv", "--fields", "SrcAddr,Bytes", "--count", "5"});
    COMPARE_EXIT(ran, 0);
    QCOMPARE(ran.lines().size(), 6);
    QCOMPARE(ran.lines()[0], QByteArray("SrcAddr,Bytes"));
}

void TestCliExport::fromCaptures()
{
    const auto file = path("captured.csv");
    COMPARE_EXIT(m_program.run({"export", "-r", m_capture, "--output", file, "Proto = \"udp\""}), 0);
    QCOMPARE(readAll(file), asked({"--format", "csv", "Proto = \"udp\""}).out);
}

void TestCliExport::databaseHasAllColumns()
{
    const auto copy = path("copy.rivereto");
    const QStringList range{"--from", kFrom, "--to", kTo, "DstPort = 443"};
    const auto ran = exported(QStringList{"--output", copy} + range);
    COMPARE_EXIT(ran, 0);
    const auto kept = m_program.run({"query", "--db", copy, "--kind", "flows", "--format", "csv"});
    COMPARE_EXIT(kept, 0);
    QVERIFY(kept.lines().size() > 10);
    QCOMPARE(kept.out, asked(QStringList{"--format", "csv"} + range).out);
    COMPARE_EXIT(m_program.run({"check", copy}), 0);
    struct stat info {};
    QCOMPARE(::stat(copy.toUtf8().constData(), &info), 0);
    QCOMPARE(info.st_mode & 0777, 0600u);
    QVERIFY(!QFile::exists(copy + "-wal"));
    QVERIFY(QFile::remove(copy));
}

void TestCliExport::ipfixComesBack()
{
    const auto file = path("flows.ipfix");
    const auto ran = exported({"--output", file});
    COMPARE_EXIT(ran, 0);
    VERIFY_RAN(ran.err.contains("ipfix has no place for") && ran.err.contains("ExportProtocol"), ran);
    const QStringList fields {"--fields", "TimeReceived,TimeFlowStart,TimeFlowEnd,SamplingRate,ExporterAddress,ObservationDomain,SrcAddr,DstAddr,SrcAS,DstAS,InIfIndex,"
                                          "OutIfIndex,EType,Proto,SrcPort,DstPort,Bytes,Packets,TCPFlags"};
    const auto sorted = [](const Ran& ran) {
        auto lines = ran.lines();
        std::ranges::sort(lines);
        return lines;
    };
    const auto wanted = sorted(asked(QStringList{"--format", "csv"} + fields));
    // As it is, compressed, and through a pipe; the exporter is told by the messages.
    QCOMPARE(sorted(m_program.run(QStringList{"query", "-r", file, "--kind", "flows", "--format", "csv", "--input", "exporter=message"} + fields)), wanted);
    COMPARE_EXIT(m_program.shell(QStringLiteral("gzip -k %1").arg(file)), 0);
    QCOMPARE(sorted(m_program.run(QStringList{"query", "-r", file + ".gz", "--kind", "flows", "--format", "csv"} + fields)), wanted);
    const auto piped = m_program.shell(QStringLiteral("\"$RIVERETO_BINARY\" export --db %1 --output - --format ipfix --quiet | \"$RIVERETO_BINARY\" import - --db %2 --quiet")
                                           .arg(m_db, path("piped.rivereto")));
    COMPARE_EXIT(piped, 0);
    QCOMPARE(sorted(m_program.run(QStringList{"query", "--db", path("piped.rivereto"), "--kind", "flows", "--format", "csv"} + fields)), wanted);
}

void TestCliExport::csvComesBack()
{
    const auto file = path("again.csv");
    COMPARE_EXIT(exported({"--output", file}), 0);
    const auto again = m_program.run({"export", "-r", file, "--output", "-", "--format", "csv", "--quiet"});
    COMPARE_EXIT(again, 0);
    QCOMPARE(again.out, readAll(file));
}

void TestCliExport::nfcapdComesBack()
{
    const auto file = path("flows.nfcapd");
    COMPARE_EXIT(exported({"--output", file}), 0);
    COMPARE_EXIT(exported({"--output", file}), 1); // is there already
    const auto count = [&](const QString& from) { return m_program.run({"query", "-r", from, "--units", "flows", "--format", "csv"}).lines().value(1).toInt(); };
    QCOMPARE(count(file), kFlows);
    const auto folder = path("nfcapd/");
    COMPARE_EXIT(exported({"--output", folder, "--format", "nfcapd"}), 0);
    int all = 0;
    const auto names = QDir(folder).entryList({"nfcapd.*"}, QDir::Files);
    QVERIFY(names.size() >= 12);
    for (const auto& name : names)
        all += count(folder + name);
    QCOMPARE(all, kFlows);
}

void TestCliExport::mappedCsv()
{
    const auto file = path("mapped.csv");
    QVERIFY(writeAll(file, "when;who;volume\n2026-11-23 18:00;192.0.2.1;7\n2026-11-23 18:01;192.0.2.2;x\n"));
    const auto refused = m_program.run({"export", "-r", file, "--output", "-", "--format", "csv"});
    COMPARE_EXIT(refused, 1);
    VERIFY_RAN(refused.err.contains("“when”, “who”, “volume”") && refused.err.contains("--input csv="), refused);
    const auto ran = m_program.run({"export", "-r", file, "--output", "-", "--format", "csv", "--fields", "TimeReceived,SrcAddr,Bytes", "--input", "csv=TimeReceived=when+SrcAddr=who+Bytes=volume"});
    COMPARE_EXIT(ran, 3);
    VERIFY_RAN(ran.err.contains("line 3") && ran.err.contains("“x” is no Bytes"), ran);
    QCOMPARE(ran.out, QByteArray("TimeReceived,SrcAddr,Bytes\n2026-11-23T18:00:00.000Z,192.0.2.1,7\n"));
}

void TestCliExport::formatByNameAndEnding()
{
    const auto file = path("ending.CSV");
    COMPARE_EXIT(exported({"--output", file, "--count", "1"}), 0);
    QCOMPARE(readAll(file).count('\n'), 2);
    // The name goes before the ending.
    COMPARE_EXIT(exported({"--output", file, "--count", "1", "--format", "json", "--force"}), 0);
    QVERIFY(readAll(file).startsWith("[{"));
}

void TestCliExport::wrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exit");
    QTest::addColumn<QByteArray>("said");
    QTest::newRow("no output") << QStringList{} << 2 << QByteArray("--output");
    QTest::newRow("no format") << QStringList{"--output", "-"} << 2 << QByteArray("csv, json");
    QTest::newRow("ending") << QStringList{"--output", "x.doc"} << 2 << QByteArray("csv, json");
    QTest::newRow("format") << QStringList{"--output", "x.csv", "--format", "xml"} << 2 << QByteArray("“xml”");
    QTest::newRow("dimensions") << QStringList{"--output", "x.csv", "--dimensions", "SrcAS"} << 2 << QByteArray("dimensions");
    QTest::newRow("filter") << QStringList{"--output", "x.csv", "SrcAS ="} << 2 << QByteArray("^");
    QTest::newRow("field") << QStringList{"--output", "x.csv", "--fields", "Nothing"} << 2 << QByteArray("Nothing");
    QTest::newRow("fields of a database") << QStringList{"--output", "x.rivereto", "--fields", "Bytes"} << 2 << QByteArray("--fields");
    QTest::newRow("database to a pipe") << QStringList{"--output", "-", "--format", "rivereto"} << 1 << QByteArray("needs a file");
}

void TestCliExport::wrongUsage()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, said);
    const auto ran = exported(arguments);
    QTEST(ran.exit, "exit");
    VERIFY_RAN(ran.err.contains(said), ran);
    QVERIFY(!QFile::exists("x.csv") && !QFile::exists("x.rivereto"));
}

void TestCliExport::nothingIsOverwritten()
{
    for (const auto* ending : {"csv", "rivereto"}) {
        const auto file = path(QStringLiteral("there.") + ending);
        QVERIFY(writeAll(file, "precious"));
        const auto ran = exported({"--output", file});
        COMPARE_EXIT(ran, 1);
        VERIFY_RAN(ran.err.contains("is there already") && ran.err.contains("--force"), ran);
        QCOMPARE(readAll(file), QByteArray("precious"));
        COMPARE_EXIT(exported({"--output", file, "--force"}), 0);
        QVERIFY(readAll(file).size() > 1000);
        // What a database that was not closed left would be taken for the new one's.
        QVERIFY(writeAll(file + "-wal", "left"));
        const auto unsettled = exported({"--output", file, "--force"});
        COMPARE_EXIT(unsettled, 1);
        VERIFY_RAN(unsettled.err.contains("in use"), unsettled);
        QVERIFY(QFile::remove(file + "-wal") && QFile::remove(file));
    }
}

void TestCliExport::linksAreFollowed()
{
    const auto file = path("real.csv");
    const auto link = path("link.csv");
    QVERIFY(writeAll(file, "old") && QFile::link(file, link));
    COMPARE_EXIT(exported({"--output", link, "--force", "--count", "1"}), 0);
    QCOMPARE(readAll(file).count('\n'), 2);
    QCOMPARE(QFile::symLinkTarget(link), file);
}

void TestCliExport::databaseItselfIsRefused()
{
    const auto ran = exported({"--output", m_db, "--force"});
    COMPARE_EXIT(ran, 1);
    VERIFY_RAN(ran.err.contains("the database itself"), ran);
    COMPARE_EXIT(asked({"--format", "csv"}), 0);
}

void TestCliExport::placesThatCannotBeWritten()
{
    for (const auto* ending : {"csv", "rivereto"}) {
        const auto missing = exported({"--output", path(QStringLiteral("nowhere/x.") + ending)});
        COMPARE_EXIT(missing, 1);
        VERIFY_RAN(missing.err.contains("nowhere/x."), missing);
        const auto folder = path(QStringLiteral("folder.") + ending);
        QVERIFY(QDir().mkpath(folder));
        const auto taken = exported({"--output", folder, "--force"});
        COMPARE_EXIT(taken, 1);
        VERIFY_RAN(taken.err.contains("is a folder"), taken);
    }
    Program other;
    other.setUser(65534);
    if (::geteuid() != 0 || other.run({"--version"}).exit == 99)
        QSKIP("no other user to be");
    QVERIFY(QFile::setPermissions(m_folder.path(), QFile::permissions(m_folder.path()) | QFileDevice::ReadOther | QFileDevice::ExeOther));
    QVERIFY(QFile::setPermissions(m_capture, QFile::permissions(m_capture) | QFileDevice::ReadOther));
    const auto sealed = other.run({"export", "-r", m_capture, "--output", path("denied.csv")});
    COMPARE_EXIT(sealed, 1);
    VERIFY_RAN(sealed.err.contains("denied.csv") && sealed.err.contains("Permission denied"), sealed);
}

void TestCliExport::fullDiskLeavesNothing_data()
{
    QTest::addColumn<QString>("name");
    for (const auto* ending : {"csv", "json", "ipfix", "nfcapd", "rivereto"})
        QTest::newRow(ending) << QStringLiteral("full.") + ending;
}

void TestCliExport::fullDiskLeavesNothing()
{
    QFETCH(QString, name);
    const auto before = left();
    // No file may be larger than 40 KiB, which SQLite needs to read, and looks like a full disk.
    const auto ran = m_program.shell(QStringLiteral("trap '' XFSZ; ulimit -f 80; exec \"$RIVERETO_BINARY\" export --db %1 --output %2").arg(m_db, path(name)));
    COMPARE_EXIT(ran, 1);
    VERIFY_RAN(ran.err.contains(name.toUtf8()), ran);
    QCOMPARE(left(), before);
}

void TestCliExport::cancelledLeavesNothing()
{
    // Nobody reads the pipe, so that it is still at work when it is told to stop.
    const auto pipe = path("stuck");
    QCOMPARE(::mkfifo(pipe.toUtf8().constData(), 0600), 0);
    const auto waiting = m_program.start({"export", "--db", m_db, "--output", pipe, "--format", "csv"});
    QVERIFY(waiting->waitForStarted());
    QTest::qWait(400);
    QCOMPARE(waiting->state(), QProcess::Running);
    waiting->terminate();
    const auto ran = Program::finish(*waiting, 10'000);
    COMPARE_EXIT(ran, 1);
    VERIFY_RAN(ran.err.contains("cancelled"), ran);
    QVERIFY(QFile::remove(pipe));

    // A capture that never ends, on the way to a file.
    const auto before = left();
    const auto reading = m_program.start({"export", "-r", "-", "--output", path("never.csv")});
    reading->write(readAll(m_capture));
    QVERIFY(reading->waitForBytesWritten(5000));
    QTest::qWait(300);
    reading->terminate();
    COMPARE_EXIT(Program::finish(*reading, 10'000), 1);
    QCOMPARE(left(), before);
}

void TestCliExport::fifo()
{
    const auto ran = m_program.shell(QStringLiteral("mkfifo %1; cat %1 & \"$RIVERETO_BINARY\" export --db %2 --output %1 --format csv; wait; rm %1").arg(path("pipe"), m_db));
    COMPARE_EXIT(ran, 0);
    QCOMPARE(ran.out, asked({"--format", "csv"}).out);
}

void TestCliExport::closedPipeEndsQuietly()
{
    const auto ran = m_program.shell(QStringLiteral("{ \"$RIVERETO_BINARY\" export --db %1 --output - --format csv; echo exit $? >&2; } | head -1").arg(m_db));
    QCOMPARE(ran.lines().size(), 1);
    VERIFY_RAN(ran.err == "exit 0\n", ran);
}

void TestCliExport::emptyResult()
{
    for (const auto* format : {"csv", "json", "ndjson"}) {
        const auto ran = exported({"--output", "-", "--format", format, "SrcAS = 4200000000"});
        COMPARE_EXIT(ran, 0);
        QCOMPARE(ran.out, asked({"--format", format, "SrcAS = 4200000000"}).out);
    }
    const auto none = path("none.rivereto");
    COMPARE_EXIT(exported({"--output", none, "SrcAS = 4200000000"}), 0);
    COMPARE_EXIT(m_program.run({"check", none}), 0);
    QVERIFY(QFile::remove(none));
}

void TestCliExport::damagedInput()
{
    const auto cut = path("cut.pcap");
    const auto whole = readAll(m_capture);
    QVERIFY(writeAll(cut, whole.left(whole.size() / 2 + 5)));
    const auto ran = m_program.run({"export", "-r", cut, "--output", path("cut.csv")});
    COMPARE_EXIT(ran, 3);
    VERIFY_RAN(ran.err.contains("at byte"), ran);
    QVERIFY(readAll(path("cut.csv")).count('\n') > 100);
}

QTEST_GUILESS_MAIN(TestCliExport)
#include "test_cli_export.moc"
