// SPDX-License-Identifier: GPL-3.0-or-later
// Datagrams found again in the files they were imported from, with the templates that explain them.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "app/config/scenario.h"
#include "app/session/capturesource.h"
#include "collectors/capture/capturereader.h"
#include "collectors/demo/demo.h"
#include "core/decode/bytes.h"
#include "core/decode/locate.h"
#include "tests/support/corpus.h"
#include "tests/support/messages.h"
#include "tests/support/pcapwriter.h"

using namespace rivereto;
using namespace rivereto::support;
using core::ColumnId;

class TestCaptureSource : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void findsByTimeAndExporter();
    void bringsTemplatesFromBefore();
    void bringsTemplatesFromAfter();
    void looksIntoEveryFile();
    void nothingAndCancelled();
    void everyFlowOfACapture();
    void everyFlowOfTheDemo();

private:
    std::string file(const char* name) { return m_folder.filePath(QLatin1String(name)).toStdString(); }
    QTemporaryDir m_folder;
};

namespace {

constexpr uint64_t kStart = 1'700'000'000'000;

Octets sent(const char* from, const Octets& payload) { return ethernet(0x0800, ipv4(udp(50101, 4739, payload), {.proto = 17}, from, "10.9.9.9")); }

void write(PcapWriter& capture, const std::string& path)
{
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const auto& bytes = capture.bytes();
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
}

Octets layout() { return ipfix(set(2, templateRecord(256, {{8, 4}, {12, 4}, {1, 4}}))); }
Octets flow(uint32_t bytes) { return ipfix(set(256, Octets().ip("192.0.2.1").ip("192.0.2.2").u32(bytes))); }

core::DatagramQuestion question(const char* exporter, uint64_t ms) { return {.exporter = core::Ip::parse(exporter).value(), .timeReceivedMs = ms, .protocol = core::Protocol::Ipfix}; }

core::DatagramsFound find(core::DatagramSource& source, const core::DatagramQuestion& question)
{
    auto found = source.find(question, {});
    if (!found)
        qFatal("%s", found.error().message().c_str());
    return std::move(*found);
}

/// How many rows of `rows` are found again in the datagrams that the source gives for them.
size_t located(core::DatagramSource& source, const core::FlowBatch& rows, size_t step)
{
    size_t out = 0;
    for (size_t row = 0; row < rows.rows(); row += step) {
        core::FlowBatch one(rows.sharedSchema());
        one.append(rows, row, 1);
        const auto found = find(source, {.exporter = one.view(ColumnId::ExporterAddress).at<core::Ip>(0), .timeReceivedMs = one.view(ColumnId::TimeReceived).number(0),
                                         .timeExportedMs = one.view(ColumnId::TimeExported).number(0), .protocol = static_cast<core::Protocol>(one.view(ColumnId::ExportProtocol).number(0))});
        core::RecordFinder finder(rows.sharedSchema());
        core::Dissector dissector;
        for (const auto* several : {&found.before, &found.after}) {
            for (const auto& datagram : *several) {
                finder.learn(datagram.view());
                dissector.learn(datagram.view());
            }
        }
        bool here = false;
        for (const auto& candidate : found.candidates) {
            const auto tree = dissector.dissect(candidate.view());
            here = here || finder.find(candidate.view(), tree, one).has_value();
        }
        if (!here)
            qInfo("row %zu of %s, protocol %d: %zu candidates, %zu before, %zu after", row, one.view(ColumnId::ExporterAddress).at<core::Ip>(0).toString().c_str(), int(one.view(ColumnId::ExportProtocol).number(0)), found.candidates.size(), found.before.size(), found.after.size());
        out += here;
    }
    return out;
}

} // namespace

void TestCaptureSource::initTestCase()
{
    PcapWriter first(PcapWriter::Format {});
    first.packet(kStart * 1000, sent("10.0.0.1", layout()));
    first.packet((kStart + 10) * 1000, sent("10.0.0.2", layout()));
    for (uint32_t i = 0; i < 60; ++i) {
        first.packet((kStart + 1000 + i * 1000) * 1000, sent("10.0.0.1", flow(i)));
        first.packet((kStart + 1000 + i * 1000) * 1000, sent("10.0.0.2", flow(1000 + i)));
    }
    write(first, file("first.pcap"));
    PcapWriter second(PcapWriter::Format {});
    second.packet((kStart + 500'000) * 1000, sent("10.0.0.3", flow(7)));
    second.packet((kStart + 520'000) * 1000, sent("10.0.0.3", layout()));
    second.packet((kStart + 521'000) * 1000, sent("10.0.0.3", flow(8)));
    write(second, file("second.pcap"));
}

void TestCaptureSource::findsByTimeAndExporter()
{
    app::CaptureSource source({file("first.pcap")});
    for (const uint64_t at : {30U, 31U, 0U, 59U}) {
        const auto found = find(source, question("10.0.0.2", kStart + 1000 + at * 1000));
        QCOMPARE(found.candidates.size(), size_t{1});
        const auto& one = found.candidates[0];
        QCOMPARE(one.origin.source.toString(), std::string("10.0.0.2"));
        QCOMPARE(one.destination.toString(), std::string("10.9.9.9"));
        QCOMPARE(one.destinationPort, uint16_t{4739});
        QCOMPARE(one.origin.sourcePort, uint16_t{50101});
        QCOMPARE(core::load32(one.payload.data() + one.payload.size() - 4), static_cast<uint32_t>(1000 + at));
    }
    // An exporter that is named by its messages is not where they came from.
    QCOMPARE(find(source, question("172.16.0.1", kStart + 5000)).candidates.size(), size_t{2});
}

void TestCaptureSource::bringsTemplatesFromBefore()
{
    app::CaptureSource source({file("first.pcap")});
    const auto found = find(source, question("10.0.0.1", kStart + 50'000));
    QCOMPARE(found.before.size(), size_t{1});
    QVERIFY(found.after.empty());
    core::Dissector dissector;
    dissector.learn(found.before[0].view());
    QCOMPARE(core::nodesOf(dissector.dissect(found.candidates.at(0).view()), core::DissectKind::Record).size(), size_t{1});
}

void TestCaptureSource::bringsTemplatesFromAfter()
{
    app::CaptureSource source({file("second.pcap")});
    const auto found = find(source, question("10.0.0.3", kStart + 500'000));
    QCOMPARE(found.candidates.size(), size_t{1});
    QVERIFY(found.before.empty());
    QCOMPARE(found.after.size(), size_t{1});
}

void TestCaptureSource::looksIntoEveryFile()
{
    for (const auto& files : {std::vector{file("first.pcap"), file("second.pcap")}, std::vector{file("second.pcap"), file("not there"), file("first.pcap")}}) {
        app::CaptureSource source(files);
        QCOMPARE(find(source, question("10.0.0.3", kStart + 521'000)).candidates.size(), size_t{1});
        QCOMPARE(find(source, question("10.0.0.1", kStart + 3000)).candidates.size(), size_t{1});
    }
}

void TestCaptureSource::nothingAndCancelled()
{
    app::CaptureSource source({file("first.pcap")});
    QVERIFY(find(source, question("10.0.0.1", kStart + 999'000)).candidates.empty());
    QVERIFY(find(source, question("10.0.0.1", 0)).candidates.empty());
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(!source.find(question("10.0.0.1", kStart + 3000), {.stop = stop.get_token(), .progress = {}}));
}

void TestCaptureSource::everyFlowOfACapture()
{
    const auto path = std::filesystem::path(RIVERETO_SOURCE_DIR) / "resources" / "data" / "demo.pcap.zst";
    auto reader = collectors::CaptureReader::open(path);
    QVERIFY(reader);
    core::Decoder decoder(core::Schema::builtin());
    core::FlowBatch rows(core::Schema::builtin());
    core::DatagramBatch batch;
    for (auto status = collectors::CaptureReader::Status::More; status == collectors::CaptureReader::Status::More && rows.rows() < 4000;) {
        batch.clear();
        status = (*reader)->read(batch);
        for (size_t i = 0; i < batch.size(); ++i)
            decoder.decode(batch[i], rows);
    }
    app::CaptureSource source({path.string()});
    constexpr size_t kStep = 61;
    QCOMPARE(located(source, rows, kStep), (rows.rows() + kStep - 1) / kStep);
}

void TestCaptureSource::everyFlowOfTheDemo()
{
    const auto scenario = app::loadScenario(std::nullopt);
    QVERIFY(scenario);
    constexpr uint64_t kFlows = 5000;
    core::Decoder decoder(core::Schema::builtin());
    core::FlowBatch rows(core::Schema::builtin());
    collectors::runDemo(*scenario, kFlows, [&](const collectors::DemoDatagram& datagram) {
        decoder.decode({{scenario->exporters[datagram.exporter].address, app::demoPort(datagram.exporter), 0, datagram.timeMs}, datagram.payload}, rows);
    });
    app::DemoSource source(*scenario, kFlows);
    constexpr size_t kStep = 211;
    QCOMPARE(located(source, rows, kStep), (rows.rows() + kStep - 1) / kStep);
}

QTEST_GUILESS_MAIN(TestCaptureSource)
#include "test_capturesource.moc"
