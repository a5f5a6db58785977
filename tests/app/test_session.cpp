// SPDX-License-Identifier: GPL-3.0-or-later
// Import and listener in one process: cancelling in time, the order of stopping, descriptions of inputs.
#include <fcntl.h>
#include <sys/stat.h>

#include <QNetworkProxy>
#include <QUdpSocket>

#include "app/session/importjob.h"
#include "app/session/listener.h"
#include "app/session/opendatabase.h"
#include "core/query/run.h"
#include "tests/app/program.h"
#include "tests/support/messages.h"
#include "tests/support/pcapwriter.h"

using namespace rivereto;
using namespace rivereto::app;
using namespace rivereto::support;
using Clock = std::chrono::steady_clock;

class SessionTest : public QObject {
    Q_OBJECT
private slots:
    void inputs_data();
    void inputs();
    void wrongInputs_data();
    void wrongInputs();
    void cancelsAWaitingImport();
    void cancelsARunningImport();
    void tellsProgress();
    void failingSinkEndsAnImport();
    void templatesCarryOverFiles();
    void listenerStopsInputsFirst();
    void listenerBindsAllOrNone();
    void alikeInputsShareAPipeline();
    void temporaryDatabaseGoesAway();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    /// A capture of so many v5 datagrams of thirty records.
    std::string capture(const QString& name, unsigned datagrams)
    {
        PcapWriter writer(PcapWriter::Format{});
        Octets records;
        for (uint16_t i = 0; i < 30; ++i)
            records.add(record5(i));
        const auto packet = ethernet(0x0800, ipv4(udp(4000, 2055, netflow5(records, {.count = 30}))));
        for (unsigned i = 0; i < datagrams; ++i)
            writer.packet(1'700'000'000'000'000 + i, packet);
        writeAll(path(name), {reinterpret_cast<const char*>(writer.bytes().data()), static_cast<qsizetype>(writer.bytes().size())});
        return path(name).toStdString();
    }
    QTemporaryDir m_folder;
};

namespace {

/// Counts rows; notes what happened in which order.
class Sink final : public core::FlowSink {
public:
    core::Result<void> append(core::FlowBatch&& batch) override
    {
        const std::lock_guard lock(m_mutex);
        if (m_fail)
            return core::fail("the disk is full");
        if (m_delayMs > 0)
            QTest::qSleep(m_delayMs);
        m_rows += batch.rows();
        m_afterFlush += m_flushes > 0;
        return {};
    }
    core::Result<void> flush() override
    {
        const std::lock_guard lock(m_mutex);
        ++m_flushes;
        return {};
    }
    size_t rows()
    {
        const std::lock_guard lock(m_mutex);
        return m_rows;
    }
    int m_delayMs = 0;
    bool m_fail = false;
    size_t m_flushes = 0;
    size_t m_afterFlush = 0; ///< batches that came when all was said to be committed

private:
    std::mutex m_mutex;
    size_t m_rows = 0;
};

void send(uint16_t port, const Octets& payload)
{
    QUdpSocket socket;
    socket.setProxy(QNetworkProxy::NoProxy);
    const std::span<const uint8_t> bytes = payload;
    socket.writeDatagram(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()), QHostAddress::LocalHost, port);
}

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

} // namespace

void SessionTest::inputs_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("address");
    QTest::addColumn<int>("port");
    QTest::newRow("all") << ":2055" << "" << 2055;
    QTest::newRow("port only") << "2055" << "" << 2055;
    QTest::newRow("star") << "*:2055" << "" << 2055;
    QTest::newRow("v4") << "192.0.2.1:9995" << "192.0.2.1" << 9995;
    QTest::newRow("v6") << "[2001:db8::1]:4739" << "2001:db8::1" << 4739;
    QTest::newRow("any") << "127.0.0.1:0" << "127.0.0.1" << 0;
    QTest::newRow("settings") << "[::]:6343,decoder=sflow,time=packet,exporter=message,decapsulation=any,strict=yes,elements=yes,allow=192.0.2.0/24+2001:db8::1" << "::" << 6343;
}

void SessionTest::inputs()
{
    QFETCH(QString, text);
    QFETCH(QString, address);
    QFETCH(int, port);
    const auto spec = parseListenSpec(text.toStdString());
    QVERIFY2(spec, spec ? "" : spec.error().message().c_str());
    QCOMPARE(QString::fromStdString(spec->address), address);
    QCOMPARE(static_cast<int>(spec->port), port);
    if (text.contains(',')) {
        QCOMPARE(spec->settings.decoder, std::optional(core::Protocol::Sflow));
        QCOMPARE(spec->settings.time, core::TimeSource::Packet);
        QVERIFY(spec->settings.exporterFromMessage);
    }
}

void SessionTest::wrongInputs_data()
{
    QTest::addColumn<QString>("text");
    for (const auto* text : {"", ":", "host", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:20 55", ":2055,", ":2055,decoder", ":2055,decoder=", ":2055,decoder=netflow", ":2055,time=later", ":2055,exporter=me", ":2055,decapsulation=l2tp", ":2055,strict=maybe", ":2055,allow=here", ":2055,=x"})
        QTest::newRow(*text ? text : "empty") << QString(text);
}

void SessionTest::wrongInputs()
{
    QFETCH(QString, text);
    const auto spec = parseListenSpec(text.toStdString());
    QVERIFY(!spec);
    QVERIFY(spec.error().message().find("“") != std::string::npos);
}

/// A FIFO that nobody closes.
void SessionTest::cancelsAWaitingImport()
{
    QCOMPARE(::mkfifo(qPrintable(path("fifo")), 0600), 0);
    const int writer = ::open(qPrintable(path("fifo")), O_RDWR);
    const auto whole = readAll(QString::fromStdString(capture("some.pcap", 200)));
    QVERIFY(::write(writer, whole.constData(), 50'000) == 50'000);
    Sink sink;
    std::stop_source stop;
    std::jthread later([&] {
        QTest::qSleep(200);
        stop.request_stop();
    });
    const auto start = Clock::now();
    const auto summary = importFiles({path("fifo").toStdString(), path("some.pcap").toStdString()}, core::Schema::builtin(), sink, {.pipeline = {.workers = 2}}, stop.get_token());
    ::close(writer);
    QVERIFY(summary);
    QVERIFY2(secondsSince(start) < 2, qPrintable(QString::number(secondsSince(start))));
    QVERIFY(summary->cancelled);
    QCOMPARE(summary->files.size(), size_t{1}); // the other was not begun
    // What was read is stored and counted.
    QVERIFY(sink.rows() > 0);
    QCOMPARE(summary->total.flows(), uint64_t{sink.rows()});
    QVERIFY(sink.m_flushes > 0);
}

void SessionTest::cancelsARunningImport()
{
    Sink sink;
    sink.m_delayMs = 50; // an import that takes long
    const auto file = capture("long.pcap", 40'000);
    std::stop_source stop;
    std::jthread later([&] {
        QTest::qSleep(150);
        stop.request_stop();
    });
    const auto start = Clock::now();
    const auto summary = importFiles({file, file, file, file, file}, core::Schema::builtin(), sink, {.pipeline = {.workers = 1}}, stop.get_token());
    QVERIFY(summary && summary->cancelled);
    // What the queue holds is still stored.
    QVERIFY2(secondsSince(start) < 6, qPrintable(QString::number(secondsSince(start))));
    QVERIFY(summary->total.flows() < 5 * 40'000 * 30);
    QCOMPARE(summary->total.flows(), uint64_t{sink.rows()});
    // Before it begins.
    const auto none = importFiles({file}, core::Schema::builtin(), sink, {}, stop.get_token());
    QVERIFY(none && none->cancelled);
    QCOMPARE(none->total.flows(), uint64_t{0});
}

void SessionTest::tellsProgress()
{
    Sink sink;
    sink.m_delayMs = 30;
    const auto file = capture("progress.pcap", 20'000);
    std::vector<ImportProgress> told;
    const auto summary = importFiles({file}, core::Schema::builtin(), sink, {.pipeline = {.workers = 1}, .settings = {}, .progress = [&](const ImportProgress& progress) { told.push_back(progress); }}, {});
    QVERIFY(summary);
    QCOMPARE(summary->total.flows(), uint64_t{600'000});
    QVERIFY(!told.empty());
    uint64_t before = 0;
    for (const auto& progress : told) {
        QCOMPARE(progress.file, file);
        QCOMPARE(progress.bytesTotal, static_cast<uint64_t>(QFile(QString::fromStdString(file)).size()));
        QVERIFY(progress.bytesRead >= before && progress.bytesRead <= progress.bytesTotal);
        before = progress.bytesRead;
    }
}

void SessionTest::failingSinkEndsAnImport()
{
    Sink sink;
    sink.m_fail = true;
    const auto file = capture("fail.pcap", 20'000);
    const auto start = Clock::now();
    const auto summary = importFiles({file, file, file}, core::Schema::builtin(), sink, {.pipeline = {.workers = 2}}, {});
    QVERIFY(!summary);
    QCOMPARE(summary.error().message(), std::string("the disk is full"));
    QVERIFY(secondsSince(start) < 5);
}

/// Data sets of the first file find their template in the second.
void SessionTest::templatesCarryOverFiles()
{
    const auto write = [&](const QString& name, const Octets& message) {
        PcapWriter writer(PcapWriter::Format{});
        writer.packet(1'700'000'000'000'000, ethernet(0x0800, ipv4(udp(4000, 4739, message))));
        writeAll(path(name), {reinterpret_cast<const char*>(writer.bytes().data()), static_cast<qsizetype>(writer.bytes().size())});
        return path(name).toStdString();
    };
    const auto data = write("data.pcap", ipfix(set(256, Octets().u32(1000).u32(2000))));
    const auto templates = write("template.pcap", ipfix(set(2, templateRecord(256, {{1, 4}}))));
    Sink sink;
    const auto both = importFiles({data, templates}, core::Schema::builtin(), sink, {.pipeline = {.workers = 2}}, {});
    QVERIFY(both);
    QCOMPARE(both->total.flows(), uint64_t{2});
    QCOMPARE(both->total.losses(), uint64_t{0});
    QCOMPARE(both->files[1].decoded.flows(), uint64_t{2});
    // Alone it is a loss, and some file's loss.
    const auto one = importFiles({data}, core::Schema::builtin(), sink, {.pipeline = {.workers = 2}}, {});
    QCOMPARE(one->total[core::DecodeCount::UnknownSets], uint64_t{1});
    QCOMPARE(one->files[0].decoded[core::DecodeCount::UnknownSets], uint64_t{1});
    core::DecodeStats sum;
    for (const auto& file : both->files)
        sum += file.decoded;
    QVERIFY(sum == both->total);
}

void SessionTest::listenerStopsInputsFirst()
{
    Sink sink;
    sink.m_delayMs = 2;
    auto listener = Listener::start({{.address = "127.0.0.1"}, {.address = "127.0.0.1"}, {.address = "127.0.0.1", .settings = {.time = core::TimeSource::Packet}}}, core::Schema::builtin(), sink, {.workers = 2});
    QVERIFY2(listener, listener ? "" : listener.error().message().c_str());
    std::jthread sender([ports = (*listener)->ports()](const std::stop_token& stop) {
        for (uint16_t i = 0; !stop.stop_requested(); ++i) {
            send(ports[i % ports.size()], netflow5(record5(i)));
            QTest::qSleep(1);
        }
    });
    QTest::qSleep(400);
    const auto start = Clock::now();
    QVERIFY((*listener)->stop());
    QVERIFY2(secondsSince(start) < 3, qPrintable(QString::number(secondsSince(start))));
    const auto counters = (*listener)->counters();
    const auto rows = sink.rows();
    QVERIFY(rows > 50);
    // Everything that was received is stored, and nothing comes after.
    QCOMPARE(counters.decoded.flows(), uint64_t{rows});
    QCOMPARE(counters.datagrams, uint64_t{rows});
    QTest::qSleep(100);
    QCOMPARE(sink.rows(), rows);
    QVERIFY((*listener)->stop()); // again does no harm
    sender.request_stop();
}

void SessionTest::listenerBindsAllOrNone()
{
    Sink sink;
    QUdpSocket busy;
    QVERIFY(busy.bind(QHostAddress::LocalHost));
    QUdpSocket probe;
    QVERIFY(probe.bind(QHostAddress::LocalHost));
    const auto free = probe.localPort();
    probe.close();
    const auto listener = Listener::start({{.address = "127.0.0.1", .port = free}, {.address = "127.0.0.1", .port = busy.localPort()}}, core::Schema::builtin(), sink, {});
    QVERIFY(!listener);
    QVERIFY(listener.error().message().find(std::to_string(busy.localPort())) != std::string::npos);
    QVERIFY(probe.bind(QHostAddress::LocalHost, free)); // given back
}

/// Two inputs of one exporter: the template that came on one port serves the other when they decode alike.
void SessionTest::alikeInputsShareAPipeline()
{
    Sink sink;
    auto listener = Listener::start({{.address = "127.0.0.1"}, {.address = "127.0.0.1"}}, core::Schema::builtin(), sink, {.workers = 2});
    QVERIFY(listener);
    const auto ports = (*listener)->ports();
    QVERIFY(ports.size() == 2 && ports[0] != ports[1]);
    send(ports[0], ipfix(set(2, templateRecord(256, {{1, 4}}))));
    send(ports[0], ipfix(set(256, Octets().u32(7))));
    for (int i = 0; i < 3000 && sink.rows() < 1; ++i)
        QTest::qSleep(1);
    QVERIFY((*listener)->stop());
    QCOMPARE(sink.rows(), size_t{1});
    QCOMPARE((*listener)->counters().dropped, uint64_t{0});
    QVERIFY(!(*listener)->error());
}

void SessionTest::temporaryDatabaseGoesAway()
{
    QString folder;
    {
        auto database = openTemporary(core::Schema::builtin(), 1);
        QVERIFY(database);
        folder = database->folder->path();
        QVERIFY(QFile::exists(folder));
        const auto summary = importFiles({capture("temporary.pcap", 100)}, database->store->schema(), *database->store, {}, {});
        QVERIFY(summary);
        QCOMPARE(database->store->status()->rows, uint64_t{3000});
    }
    QVERIFY(!QFile::exists(folder));
    QVERIFY(!openDatabase("clickhouse://host/db", core::Schema::builtin(), {}));
    QVERIFY(!openDatabase(path("nowhere.rivereto").toStdString(), core::Schema::builtin(), {}));
}

QTEST_GUILESS_MAIN(SessionTest)
#include "test_session.moc"
