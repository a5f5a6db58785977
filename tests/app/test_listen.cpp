// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto listen, from outside: the same flows as from a capture, a real exporter against nfdump, stopping and being killed.
#include <csignal>

#include <QHostAddress>
#include <QUdpSocket>

#include "tests/app/program.h"
#include "tests/support/corpus.h"
#include "tests/support/messages.h"
#include "tests/support/pcapwriter.h"

using namespace rivereto::support;

class TestListen : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void sameAsFromACapture();
    void liveDemoArrivesOnTime();
    void realExporter_data();
    void realExporter();
    void inputsHaveTheirSettings();
    void printsFlowsAsTheyCome();
    void printEndsWithItsReader();
    void endsAfterItsTime();
    void oneWriterManyReaders();
    void committedWithinASecond();
    void killedListenerKeepsWhatWasCommitted();
    void kernelDropsAreShown();
    void templatesOutliveTheListener();
    void busyPortIsRefused();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QList<QStringList> csv(const QString& db, const QStringList& arguments) const
    {
        const auto ran = m_program.run(QStringList{"query", "--db", db, "--format", "csv"} + arguments);
        if (ran.exit != 0)
            qWarning("%s", ran.err.constData());
        return parseCsv(ran.out);
    }
    int flowsIn(const QString& db) const { return csv(db, {"--units", "flows"}).value(1).value(0).toInt(); }
    /// Polls until the database has so many flows.
    bool waitForFlows(const QString& db, int count, int ms = 10'000) const
    {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < ms) {
            if (QFile::exists(db) && flowsIn(db) >= count)
                return true;
            QTest::qSleep(20);
        }
        return false;
    }
    QTemporaryDir m_folder;
    Program m_program;
};

namespace {

/// A listener that runs; knows its ports.
class Listening {
public:
    Listening(const Program& program, const QString& db, const QStringList& more = {}, const QStringList& inputs = {"127.0.0.1:0"})
    {
        QStringList arguments{"listen", "--db", db};
        for (const auto& input : inputs)
            arguments << "--listen" << input;
        m_process = program.start(arguments + more);
        QElapsedTimer timer;
        timer.start();
        const QRegularExpression line("listening on ([\\d, ]+);");
        while (timer.elapsed() < 20'000 && m_process->state() != QProcess::NotRunning && ports.isEmpty()) {
            m_process->waitForReadyRead(50);
            m_err += m_process->readAllStandardError();
            const auto match = line.match(QString::fromUtf8(m_err));
            for (const auto& port : match.captured(1).split(QStringLiteral(", "), Qt::SkipEmptyParts))
                ports << port.toUShort();
        }
    }
    ~Listening()
    {
        m_process->kill();
        m_process->waitForFinished(5000);
    }
    Ran stop(int signal = SIGTERM)
    {
        ::kill(static_cast<pid_t>(m_process->processId()), signal);
        auto ran = Program::finish(*m_process, 20'000);
        ran.err.prepend(m_err);
        return ran;
    }
    QProcess& process() { return *m_process; }
    QList<quint16> ports;

private:
    std::unique_ptr<QProcess> m_process;
    QByteArray m_err;
};

#define STARTED(listening) QVERIFY2(!(listening).ports.isEmpty(), (listening).process().readAllStandardError().constData())

QString target(quint16 port) { return QStringLiteral("127.0.0.1:%1").arg(port); }

void send(quint16 port, const Octets& payload, const QHostAddress& from = QHostAddress::LocalHost)
{
    QUdpSocket socket;
    socket.bind(from);
    const std::span<const uint8_t> bytes = payload;
    socket.writeDatagram(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()), QHostAddress::LocalHost, port);
}

/// What a record says, apart from when and from where it came.
const QString kContent = "ExportProtocol,ObservationDomain,SamplingRate,SrcAddr,DstAddr,SrcNetMask,DstNetMask,SrcAS,DstAS,NextHop,InIfIndex,OutIfIndex,"
                         "EType,Proto,SrcPort,DstPort,Bytes,Packets,TCPFlags,IPTos";

uint64_t summaryCount(const Ran& ran, const QString& name)
{
    const QRegularExpression line("^" + QRegularExpression::escape(name) + " +([\\d\u00a0\u202f ]+)$", QRegularExpression::MultilineOption);
    auto digits = line.match(QString::fromUtf8(ran.out)).captured(1);
    return digits.remove(QRegularExpression("\\D")).toULongLong();
}

} // namespace

void TestListen::initTestCase()
{
    QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test");
}

void TestListen::sameAsFromACapture()
{
    const QStringList demo{"--seed", "5", "--flows", "20000", "--for", "1h"};
    COMPARE_EXIT(m_program.run(QStringList{"demo", "--write", path("same.pcap")} + demo), 0);
    COMPARE_EXIT(m_program.run({"import", path("same.pcap"), "--db", path("imported.rivereto")}), 0);
    Listening listening(m_program, path("listened.rivereto"));
    STARTED(listening);
    COMPARE_EXIT(m_program.run(QStringList{"demo", "--target", target(listening.ports[0]), "--rate", "0"} + demo), 0);
    QTest::qSleep(300);
    const auto ran = listening.stop();
    COMPARE_EXIT(ran, 0);
    if (summaryCount(ran, "lost: kernel") > 0)
        QSKIP("this machine's receive buffers are too small for the demo at full speed");
    QCOMPARE(summaryCount(ran, "flows"), uint64_t{20000});
    QCOMPARE(summaryCount(ran, "lost: full queue"), uint64_t{0});
    for (const auto& query : {QStringList{"--dimensions", "SrcAS"}, {"--dimensions", "Proto"}, {"--dimensions", "DstPort,ExportProtocol"}, {"--dimensions", "SrcAddr,DstAddr"}}) {
        for (const auto* unit : {"bytes", "packets", "flows"}) {
            const auto arguments = query + QStringList{"--units", unit, "--limit", "0"};
            const auto imported = csv(path("imported.rivereto"), arguments);
            QVERIFY(imported.size() > 2);
            QCOMPARE(csv(path("listened.rivereto"), arguments), imported);
        }
    }
    auto imported = csv(path("imported.rivereto"), {"--kind", "flows", "--fields", kContent});
    auto listened = csv(path("listened.rivereto"), {"--kind", "flows", "--fields", kContent});
    std::sort(imported.begin(), imported.end());
    std::sort(listened.begin(), listened.end());
    QCOMPARE(listened, imported);
    // Seven exporters with an address of their own.
    QCOMPARE(csv(path("listened.rivereto"), {"--dimensions", "ExporterAddress", "--units", "flows"}).size(), 8);
}

void TestListen::liveDemoArrivesOnTime()
{
    Listening listening(m_program, path("live.rivereto"));
    STARTED(listening);
    const auto before = QDateTime::currentDateTimeUtc();
    COMPARE_EXIT(m_program.run({"demo", "--target", target(listening.ports[0]), "--rate", "3000", "--for", "1s"}), 0);
    QVERIFY(QDateTime::currentDateTimeUtc() < before.addSecs(6));
    QVERIFY(waitForFlows(path("live.rivereto"), 3000));
    COMPARE_EXIT(listening.stop(SIGINT), 0);
    const auto rows = csv(path("live.rivereto"), {"--kind", "flows", "--fields", "TimeReceived,TimeFlowEnd"});
    for (const auto& row : rows.mid(1)) {
        const auto received = QDateTime::fromString(row[0], Qt::ISODateWithMs);
        QVERIFY2(received >= before.addSecs(-1) && received < before.addSecs(10), qPrintable(row[0]));
    }
}

void TestListen::realExporter_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::newRow("v1") << QStringList{"-v", "1"};
    QTest::newRow("v5") << QStringList{"-v", "5"};
    QTest::newRow("v9") << QStringList{"-v", "9"};
    QTest::newRow("ipfix") << QStringList{"-v", "10"};
    QTest::newRow("ipfix biflow") << QStringList{"-v", "10", "-b"};
}

/// softflowd reads a capture of raw packets; nfdump must sum up the same.
void TestListen::realExporter()
{
    QFETCH(QStringList, options);
    const auto softflowd = QStandardPaths::findExecutable("softflowd", {"/usr/sbin", "/usr/bin"});
    const auto nfcapd = QStandardPaths::findExecutable("nfcapd");
    if (!corpus() || softflowd.isEmpty() || nfcapd.isEmpty())
        QSKIP("needs softflowd, nfdump and the shared corpus; sameAsFromACapture tests the same path with our own exporter");
    const auto raw = QString::fromStdString((*corpus() / "raw" / "pcpp-many-protocols.pcap").string());
    const auto db = path(QStringLiteral("soft%1.rivereto").arg(options.join("")));
    Listening listening(m_program, db);
    STARTED(listening);
    const auto export_ = [&](quint16 port) {
        const auto process = m_program.start(QStringList{"-r", raw, "-n", target(port)} + options, softflowd);
        return Program::finish(*process, 15'000);
    };
    const auto exported = export_(listening.ports[0]);
    if (exported.exit != 0)
        QSKIP(exported.err.constData());
    QTest::qSleep(200);
    const auto ran = listening.stop();
    COMPARE_EXIT(ran, 0);
    QCOMPARE(summaryCount(ran, "lost: kernel"), uint64_t{0});
    QVERIFY(summaryCount(ran, "flows") >= 504);
    if (options[1] == "1")
        return; // nfdump takes no v1 datagram of softflowd: they have more records than Cisco's

    QTemporaryDir folder;
    QUdpSocket probe;
    probe.bind(QHostAddress::LocalHost);
    const auto port = probe.localPort();
    probe.close();
    const auto collector = m_program.start({"-p", QString::number(port), "-b", "127.0.0.1", "-l", folder.path(), "-t", "3600"}, nfcapd);
    QTest::qSleep(300);
    export_(port);
    QTest::qSleep(300);
    collector->terminate();
    QVERIFY(collector->waitForFinished(10'000));
    // nfdump shows both directions of a record on one line; here each has its own.
    const auto dump = [&](const char* filter) {
        const auto lines = m_program.shell(QStringLiteral("nfdump -q -6 -N -R %1 -o 'fmt:%sa,%da,%sp,%dp,%pkt,%byt,%opkt,%obyt' '%2'").arg(folder.path(), QLatin1String(filter))).out;
        QList<QStringList> out;
        for (const auto& line : lines.split('\n')) {
            const auto cells = QString::fromUtf8(line).remove(' ').split(',');
            if (cells.size() != 8)
                continue;
            out << cells.mid(0, 6);
            if (cells[6] != "0")
                out << QStringList{cells[1], cells[0], cells[3], cells[2], cells[6], cells[7]};
        }
        return out;
    };
    const auto all = dump("any");
    uint64_t packets = 0;
    uint64_t bytes = 0;
    for (const auto& cells : all) {
        packets += cells[4].toULongLong();
        bytes += cells[5].toULongLong();
    }
    QCOMPARE(csv(db, {"--units", "flows"})[1][0].toLongLong(), all.size());
    QCOMPARE(csv(db, {"--units", "packets"})[1][0].toULongLong(), packets);
    QCOMPARE(csv(db, {"--units", "bytes"})[1][0].toULongLong(), bytes);
    // And flow by flow.
    QStringList nfdump;
    for (const auto& cells : dump("proto tcp or proto udp"))
        nfdump << cells.join(',');
    QStringList ours;
    for (const auto& row : csv(db, {"--kind", "flows", "--fields", "SrcAddr,DstAddr,SrcPort,DstPort,Packets,Bytes", "Proto IN (\"tcp\", \"udp\")"}).mid(1))
        ours << row.join(',');
    nfdump.sort();
    ours.sort();
    QVERIFY(ours.size() > 300);
    QCOMPARE(ours, nfdump);
}

void TestListen::inputsHaveTheirSettings()
{
    const auto db = path("settings.rivereto");
    Listening listening(m_program, db, {}, {"127.0.0.1:0", "127.0.0.1:0,time=packet", "127.0.0.1:0,decoder=netflow5", "127.0.0.1:0,decoder=sflow,exporter=message", "127.0.0.1:0,time=first-switched"});
    QCOMPARE(listening.ports.size(), 5);
    const auto flow = netflow5(record5());
    for (const auto port : listening.ports)
        send(port, flow);
    const auto sample = sflow(1, flowSample(1, rawHeader(1, 1000, ethernet(0x0800, ipv4(udp(1, 2, Octets().zeros(20)))))), "198.51.100.9");
    send(listening.ports[0], sample);
    send(listening.ports[2], sample);
    send(listening.ports[3], sample);
    QVERIFY(waitForFlows(db, 6));
    const auto ran = listening.stop();
    COMPARE_EXIT(ran, 0);
    QCOMPARE(summaryCount(ran, "datagrams"), uint64_t{8});
    QCOMPARE(summaryCount(ran, "lost: unsupported-version"), uint64_t{2});
    const auto rows = csv(db, {"--kind", "flows", "--fields", "TimeReceived,ExportProtocol,ExporterAddress,TimeFlowStart,TimeExported"});
    QMap<QString, int> seen;
    for (const auto& row : rows.mid(1)) {
        const auto year = row[0].left(4) == "2023" ? (row[0] == row[4] ? "packet" : row[0] == row[3] ? "first" : "wrong") : "udp";
        ++seen[row[1] + " " + row[2] + " " + year];
    }
    QCOMPARE(seen, (QMap<QString, int>{{"netflow5 127.0.0.1 udp", 2}, {"netflow5 127.0.0.1 packet", 1}, {"netflow5 127.0.0.1 first", 1}, {"sflow 127.0.0.1 udp", 1}, {"sflow 198.51.100.9 udp", 1}}));
}

void TestListen::printsFlowsAsTheyCome()
{
    Listening listening(m_program, path("print.rivereto"), {"--print"});
    STARTED(listening);
    for (uint16_t i = 0; i < 20; ++i)
        send(listening.ports[0], netflow5(record5(i)));
    QByteArray out;
    QElapsedTimer timer;
    timer.start();
    while (out.count('\n') < 20 && timer.elapsed() < 5000) {
        listening.process().waitForReadyRead(100);
        out += listening.process().readAllStandardOutput();
    }
    QCOMPARE(out.count('\n'), 20);
    for (const auto& line : out.split('\n').mid(0, 20)) {
        const auto flow = QJsonDocument::fromJson(line).object();
        QCOMPARE(flow["ExportProtocol"].toString(), QStringLiteral("netflow5"));
        QVERIFY(flow["Bytes"].toInt() >= 1500 && flow["TimeReceived"].isString());
    }
    const auto ran = listening.stop();
    COMPARE_EXIT(ran, 0);
    // Only flows on standard output; the counts are said beside it.
    QVERIFY(ran.out.isEmpty());
    VERIFY_RAN(ran.err.contains("lost: kernel"), ran);
    QCOMPARE(flowsIn(path("print.rivereto")), 20);
}

void TestListen::printEndsWithItsReader()
{
    const auto db = path("reader.rivereto");
    const auto shell = m_program.start({"-c", QStringLiteral("\"$RIVERETO_BINARY\" listen --db %1 --listen 127.0.0.1:0 --print | head -1").arg(db)}, "/bin/sh");
    QByteArray err;
    QElapsedTimer timer;
    timer.start();
    while (!err.contains(';') && timer.elapsed() < 10'000) {
        shell->waitForReadyRead(50);
        err += shell->readAllStandardError();
    }
    const auto port = QRegularExpression("listening on (\\d+);").match(QString::fromUtf8(err)).captured(1).toUShort();
    QVERIFY(port != 0);
    while (shell->state() == QProcess::Running && timer.elapsed() < 20'000) {
        send(port, netflow5(record5()));
        shell->waitForFinished(50);
    }
    QCOMPARE(shell->state(), QProcess::NotRunning);
    QCOMPARE(shell->readAllStandardOutput().count('\n'), 1);
    QVERIFY(flowsIn(db) > 0);
}

void TestListen::endsAfterItsTime()
{
    QElapsedTimer timer;
    timer.start();
    const auto ran = m_program.run({"listen", "--db", path("for.rivereto"), "--listen", "127.0.0.1:0", "--for", "300ms"});
    COMPARE_EXIT(ran, 0);
    QVERIFY(timer.elapsed() >= 300 && timer.elapsed() < 5000);
    VERIFY_RAN(ran.err.contains("receive buffer"), ran);
    QVERIFY(m_program.run({"listen", "--db", path("for.rivereto"), "--listen", "127.0.0.1:0", "--for", "1ms", "--quiet"}).err.isEmpty());
}

void TestListen::oneWriterManyReaders()
{
    const auto db = path("shared.rivereto");
    Listening listening(m_program, db);
    STARTED(listening);
    for (const auto& arguments : {QStringList{"listen", "--db", db, "--listen", "127.0.0.1:0", "--for", "1s"}, {"import", path("same.pcap"), "--db", db}}) {
        const auto second = m_program.run(arguments);
        COMPARE_EXIT(second, 1);
        VERIFY_RAN(second.err.contains("is being written by another process"), second);
    }
    for (uint16_t i = 0; i < 3; ++i) {
        send(listening.ports[0], netflow5(record5(i)));
        QVERIFY(waitForFlows(db, i + 1));
    }
    COMPARE_EXIT(listening.stop(), 0);
    // Free again, and nothing lies beside it.
    QCOMPARE(QDir(m_folder.path()).entryList({"shared.rivereto*"}), QStringList{"shared.rivereto"});
    COMPARE_EXIT(m_program.run({"listen", "--db", db, "--listen", "127.0.0.1:0", "--for", "1ms"}), 0);
}

/// A crash loses at most the last second.
void TestListen::committedWithinASecond()
{
    const auto db = path("second.rivereto");
    Listening listening(m_program, db);
    STARTED(listening);
    for (int round = 1; round <= 3; ++round) {
        send(listening.ports[0], netflow5(record5()));
        QElapsedTimer timer;
        timer.start();
        QVERIFY(waitForFlows(db, round));
        QVERIFY2(timer.elapsed() < 1500, qPrintable(QString::number(timer.elapsed()))); // a second, and the query's start
        QTest::qSleep(130);
    }
}

void TestListen::killedListenerKeepsWhatWasCommitted()
{
    const auto db = path("killed.rivereto");
    int before = 0;
    for (int round = 0; round < 2; ++round) {
        Listening listening(m_program, db);
        STARTED(listening);
        const auto demo = m_program.start({"demo", "--target", target(listening.ports[0]), "--rate", "20000", "--for", "5s"});
        QVERIFY(waitForFlows(db, before + 1000 * (round + 1)));
        const int seen = flowsIn(db);
        listening.process().kill();
        listening.process().waitForFinished();
        demo->kill();
        demo->waitForFinished();
        before = flowsIn(db);
        QVERIFY2(before >= seen && seen > 0, qPrintable(QStringLiteral("%1 %2").arg(before).arg(seen)));
        // Every column of it can be read.
        QCOMPARE(csv(db, {"--kind", "flows"}).size(), before + 1);
    }
    Listening again(m_program, db);
    STARTED(again);
    send(again.ports[0], netflow5(record5()));
    QVERIFY(waitForFlows(db, before + 1));
}

void TestListen::kernelDropsAreShown()
{
    const auto db = path("drops.rivereto");
    Listening listening(m_program, db);
    STARTED(listening);
    // Stopped, it cannot empty its buffer: more comes than 32 MB hold.
    ::kill(static_cast<pid_t>(listening.process().processId()), SIGSTOP);
    const auto payload = netflow5(record5(), {.count = 1}).add(Octets().zeros(60'000));
    int sent = 0;
    {
        QUdpSocket socket;
        socket.bind(QHostAddress::LocalHost);
        const std::span<const uint8_t> bytes = payload;
        for (; sent < 2000; ++sent)
            socket.writeDatagram(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()), QHostAddress::LocalHost, listening.ports[0]);
    }
    ::kill(static_cast<pid_t>(listening.process().processId()), SIGCONT);
    QTest::qSleep(500);
    const auto ran = listening.stop();
    COMPARE_EXIT(ran, 0);
    const auto dropped = summaryCount(ran, "lost: kernel");
    VERIFY_RAN(dropped > 0, ran);
    QCOMPARE(summaryCount(ran, "datagrams") + summaryCount(ran, "lost: full queue") + dropped, static_cast<uint64_t>(sent));
}

void TestListen::templatesOutliveTheListener()
{
    const auto db = path("templates.rivereto");
    const auto announced = set(2, templateRecord(256, {{8, 4}, {12, 4}, {1, 4}, {2, 4}}));
    const auto data = set(256, Octets().ip("192.0.2.1").ip("192.0.2.2").u32(4242).u32(3));
    {
        Listening listening(m_program, db);
        STARTED(listening);
        send(listening.ports[0], ipfix(announced));
        send(listening.ports[0], ipfix(data));
        QVERIFY(waitForFlows(db, 1));
        const auto ran = listening.stop();
        COMPARE_EXIT(ran, 0);
        VERIFY_RAN(!ran.out.contains("restored-sets"), ran);
    }
    {
        Listening listening(m_program, db);
        STARTED(listening);
        send(listening.ports[0], ipfix(data));
        QVERIFY(waitForFlows(db, 2)); // at once: nothing has announced the template again
        send(listening.ports[0], ipfix(announced));
        send(listening.ports[0], ipfix(data));
        QVERIFY(waitForFlows(db, 3));
        const auto ran = listening.stop();
        COMPARE_EXIT(ran, 0);
        QCOMPARE(summaryCount(ran, "restored-sets"), uint64_t{1});
        VERIFY_RAN(!ran.out.contains("lost: unknown-sets"), ran);
    }
    QCOMPARE(csv(db, {"--kind", "flows", "--fields", "SrcAddr,Bytes"}).mid(1), QList<QStringList>(3, {"192.0.2.1", "4242"}));
    // Those of the same exporter in a capture, of who knows when, are another matter.
    PcapWriter capture(PcapWriter::Format {});
    capture.packet(1'700'000'000'000'000, ethernet(0x0800, ipv4(udp(4739, 4739, ipfix(data)), {}, "127.0.0.1", "127.0.0.1")));
    QFile file(path("alone.pcap"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(reinterpret_cast<const char*>(capture.bytes().data()), static_cast<qint64>(capture.bytes().size()));
    file.close();
    const auto imported = m_program.run({"import", file.fileName(), "--db", db});
    VERIFY_RAN(imported.out.contains("lost: unknown-sets"), imported);
    QCOMPARE(flowsIn(db), 3);
}

void TestListen::busyPortIsRefused()
{
    QUdpSocket socket;
    QVERIFY(socket.bind(QHostAddress::LocalHost));
    const auto ran = m_program.run({"listen", "--db", path("busy.rivereto"), "--listen", target(socket.localPort()), "--for", "1s"});
    COMPARE_EXIT(ran, 1);
    VERIFY_RAN(ran.err.contains("another program") && ran.err.contains(QByteArray::number(socket.localPort())), ran);
    const auto name = m_program.run({"listen", "--db", path("busy.rivereto"), "--listen", "example.org:2055", "--for", "1s"});
    COMPARE_EXIT(name, 1);
    VERIFY_RAN(name.err.contains("example.org"), name);
}

QTEST_GUILESS_MAIN(TestListen)
#include "test_listen.moc"
