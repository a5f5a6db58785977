// SPDX-License-Identifier: GPL-3.0-or-later
// IPFIX files: reading them, broken ones too, and writing them so that they come back the same.
#include <QtTest>

#include "collectors/ipfix/ipfixwriter.h"
#include "tests/support/corpusindex.h"
#include "tests/support/decodecapture.h"
#include "tests/support/flowfiles.h"
#include "tests/support/flowmaker.h"
#include "tests/support/messages.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::collectors;
using namespace rivereto::support;

namespace {

/// Columns that have no element or come from how a file is read.
const std::set<std::string_view> kNotWritten {"ExportProtocol", "SamplingSource", "ExporterName", "ExporterGroup", "ExporterRole", "ExporterSite",
    "ExporterRegion", "ExporterTenant", "SrcNetName", "DstNetName", "SrcNetRole", "DstNetRole", "SrcNetSite", "DstNetSite", "SrcNetRegion",
    "DstNetRegion", "SrcNetTenant", "DstNetTenant", "SrcCountry", "DstCountry", "SrcGeoCity", "DstGeoCity", "SrcGeoState", "DstGeoState",
    "DstASPath", "SrcCommunities", "DstCommunities", "SrcLargeCommunities", "DstLargeCommunities", "InIfName", "OutIfName", "InIfDescription",
    "OutIfDescription", "InIfSpeed", "OutIfSpeed", "InIfConnectivity", "OutIfConnectivity", "InIfProvider", "OutIfProvider", "InIfBoundary",
    "OutIfBoundary", "DropReason", "RoundTripTime", "Retransmissions", "OtherElements"};

std::string string(const Octets& octets)
{
    const std::span<const uint8_t> bytes = octets;
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

constexpr uint16_t kTemplate = 256;

std::string templateMessage(uint32_t domain = 7)
{
    return string(ipfix(set(2, templateRecord(kTemplate, {{8, 4}, {12, 4}, {7, 2}, {1, 8}})), domain));
}

/// One record; `n` is its port.
std::string dataMessage(uint16_t n, uint32_t domain = 7, uint32_t seconds = kExportSeconds)
{
    return string(ipfix(set(kTemplate, Octets().ip("192.0.2.1").ip("198.51.100.2").u16(n).u64(1000 + n)), domain, seconds, n));
}

struct Written {
    std::string bytes;
    std::vector<std::string> leftOut;
};

Written writeIpfix(const FlowBatch& flows, size_t maxTemplates = 4096, size_t rowsAtOnce = 1000)
{
    Written out;
    const auto put = [&](std::string_view bytes) -> Result<void> {
        out.bytes += bytes;
        return {};
    };
    const auto writer = makeIpfixWriter({.schema = flows.sharedSchema(), .put = put, .maxTemplates = maxTemplates});
    for (size_t row = 0; row < flows.rows(); row += rowsAtOnce) {
        FlowBatch some(flows.sharedSchema());
        some.append(flows, row, std::min(rowsAtOnce, flows.rows() - row));
        if (!writer->write(some))
            return {};
    }
    if (!writer->finish())
        return {};
    out.leftOut = writer->leftOut();
    return out;
}

/// A message's header tells of the export in whole seconds; sFlow has no time of export, so that of reception stands there.
void asInHeaders(FlowBatch& flows)
{
    auto* times = flows.cells<uint64_t>(ColumnId::TimeExported);
    for (size_t row = 0; row < flows.rows(); ++row) {
        times[row] = times[row] != 0 ? times[row] : number(flows, "TimeReceived", row);
        times[row] -= times[row] % 1000;
    }
}

} // namespace

class TestIpfixFile : public QObject {
    Q_OBJECT
private slots:
    void messages();
    void recognised_data();
    void recognised();
    void cutAnywhere();
    void garbageBetweenMessages();
    void wrongLengths_data();
    void wrongLengths();
    void manyHeadersInGarbage();
    void fileTimesAndExporters();
    void corpusFiles_data();
    void corpusFiles();
    void writesWhatItReads_data();
    void writesWhatItReads();
    void layoutOfAFile();
    void templatesAreWithdrawn();
    void longTextsAndLabels();
    void knownRatesOnly();
    void leftOut();
    void errorsOfTheOutputEndIt();
    void nothingToWrite();
};

void TestIpfixFile::messages()
{
    const auto read = readFlowBytes(templateMessage() + dataMessage(1) + dataMessage(2, 7, kExportSeconds + 5));
    QVERIFY2(!read.damage, read.damageText().c_str());
    QCOMPARE(read.flows.rows(), size_t(2));
    QCOMPARE(number(read.flows, "SrcPort", 1), uint64_t(2));
    QCOMPARE(number(read.flows, "Bytes", 1), uint64_t(1002));
    QCOMPARE(number(read.flows, "TimeReceived", 1), uint64_t(kExportSeconds + 5) * 1000);
    QCOMPARE(address(read.flows, "ExporterAddress", 1), std::string());
    QCOMPARE(read.count("messages"), uint64_t(3));
    QCOMPARE(read.stats[DecodeCount::Records], uint64_t(2));
}

void TestIpfixFile::recognised_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("is");
    const auto row = [](const char* name, const std::string& bytes, bool is) { QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())) << is; };
    row("templates", templateMessage(), true);
    row("data", dataMessage(1), true);
    row("header alone", string(ipfix({})), true);
    row("zeros after it", string(ipfix(Octets().zeros(100))), true);
    row("short", templateMessage().substr(0, 15), false);
    row("NetFlow v9", string(netflow9(set(0, templateRecord(kTemplate, {{8, 4}})))), false);
    row("length", string(Octets().u16(10).u16(15).zeros(20)), false);
    row("set", string(ipfix(set(17, Octets().zeros(8)))), false);
    row("set length", string(ipfix(Octets().u16(256).u16(3).zeros(8))), false);
}

void TestIpfixFile::recognised()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, is);
    QCOMPARE(readFlowBytes({bytes.data(), static_cast<size_t>(bytes.size())}).refused.empty(), is);
}

/// Wherever a file ends, all whole messages are there, and the rest is told of.
void TestIpfixFile::cutAnywhere()
{
    const std::vector<std::string> parts {templateMessage(), dataMessage(1), dataMessage(2), dataMessage(3)};
    std::string whole;
    std::vector<size_t> ends;
    for (const auto& part : parts)
        ends.push_back((whole += part).size());
    for (size_t size = ends[0]; size <= whole.size(); ++size) {
        const auto read = readFlowBytes(std::string_view(whole).substr(0, size));
        const auto complete = static_cast<size_t>(std::ranges::count_if(ends, [&](size_t end) { return end <= size; }));
        QCOMPARE(read.flows.rows(), complete - 1);
        const bool boundary = std::ranges::find(ends, size) != ends.end();
        QCOMPARE(read.damage.has_value(), !boundary);
        if (!boundary)
            QVERIFY2(read.damageText().find(fmt::format("at byte {}:", ends[complete - 1])) != std::string::npos, read.damageText().c_str());
    }
}

void TestIpfixFile::garbageBetweenMessages()
{
    const auto head = templateMessage() + dataMessage(1);
    const std::string garbage(1000, 'x');
    auto read = readFlowBytes(head + garbage + dataMessage(2) + dataMessage(3));
    QCOMPARE(read.flows.rows(), size_t(3));
    QVERIFY2(read.damageText().find(fmt::format("at byte {}:", head.size())) != std::string::npos && read.damageText().find("1000 bytes were skipped") != std::string::npos,
        read.damageText().c_str());
    QCOMPARE(read.count("skipped-bytes"), uint64_t(1000));
    // Two places, and more garbage than is kept in memory; the last message of the file is believed because the file ends.
    read = readFlowBytes(head + "zz" + dataMessage(2) + std::string(700'000, '\0') + dataMessage(3));
    QCOMPARE(read.flows.rows(), size_t(3));
    QCOMPARE(read.count("skipped-bytes"), uint64_t(700'002));
    QVERIFY2(read.damageText().find("so are 1 more places") != std::string::npos, read.damageText().c_str());
    // Nothing follows.
    read = readFlowBytes(head + garbage);
    QCOMPARE(read.flows.rows(), size_t(1));
    QCOMPARE(read.count("skipped-bytes"), uint64_t(1000));
}

void TestIpfixFile::wrongLengths_data()
{
    QTest::addColumn<int>("length");
    QTest::addColumn<int>("rows");
    const int size = static_cast<int>(dataMessage(2).size());
    QTest::newRow("too long") << 60'000 << 4;
    QTest::newRow("over the next") << size + 20 << 4;
    QTest::newRow("too short") << size - 4 << 4; // the record is cut, the set's own length tells
    QTest::newRow("less than a header") << 8 << 3;
}

/// The second of four data messages.
void TestIpfixFile::wrongLengths()
{
    QFETCH(int, length);
    QFETCH(int, rows);
    auto broken = dataMessage(2);
    broken[2] = static_cast<char>(length >> 8);
    broken[3] = static_cast<char>(length);
    const auto head = templateMessage() + dataMessage(1);
    const auto read = readFlowBytes(head + broken + dataMessage(3) + dataMessage(4));
    QVERIFY2(read.damage, "the damage is told of");
    const auto ports = [&] {
        std::string out;
        for (size_t row = 0; row < read.flows.rows(); ++row)
            out += fmt::format("{} ", number(read.flows, "SrcPort", row));
        return out;
    }();
    if (length == static_cast<int>(dataMessage(2).size()) - 4)
        QVERIFY2(ports == "1 3 4 ", ports.c_str());
    else
        QVERIFY2(static_cast<int>(read.flows.rows()) == rows && ports.ends_with("3 4 "), (ports + read.damageText()).c_str());
}

/// Looking for the next message stays quick where every place looks like one.
void TestIpfixFile::manyHeadersInGarbage()
{
    std::string garbage;
    while (garbage.size() < 2'000'000)
        garbage += string(Octets().u16(10).u16(60'000).u32(kExportSeconds).u32(0).u32(7).u16(256).u16(4));
    const auto read = readFlowBytes(templateMessage() + "z" + garbage);
    QVERIFY(read.damage);
    QCOMPARE(read.flows.rows(), size_t(0));
}

/// What a message of a file tells of when and of whom it was received is all that is known.
void TestIpfixFile::fileTimesAndExporters()
{
    const auto templates = string(ipfix(set(2, templateRecord(kTemplate, {{8, 4}, {12, 4}, {1, 8}, {258, 8}, {130, 4}}))));
    const auto data = string(ipfix(set(kTemplate, Octets().ip("192.0.2.1").ip("192.0.2.2").u64(100).u64(1'700'000'001'234).ip("203.0.113.9"))));
    auto read = readFlowBytes(templates + data);
    QCOMPARE(number(read.flows, "TimeReceived"), uint64_t(1'700'000'001'234));
    QCOMPARE(address(read.flows, "ExporterAddress"), std::string("203.0.113.9"));
    InputSettings settings;
    settings.time = TimeSource::Packet;
    read = readFlowBytes(templates + data, settings);
    QCOMPARE(number(read.flows, "TimeReceived"), uint64_t(kExportSeconds) * 1000);
}

void TestIpfixFile::corpusFiles_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<qulonglong>("records");
    QTest::addColumn<qulonglong>("messages");
    const auto folder = corpus();
    QFile index(folder ? QString::fromStdString((*folder / "INDEX.tsv").string()) : QString());
    if (!folder || !index.open(QIODevice::ReadOnly))
        QSKIP("the shared corpus is not here");
    while (!index.atEnd()) {
        const auto line = QString::fromUtf8(index.readLine());
        static const QRegularExpression row("^(ipfix-files/(\\S+)).*data records: [^;]*script (\\d+); messages: script (\\d+)");
        if (const auto match = row.match(line); match.hasMatch())
            QTest::newRow(qPrintable(match.captured(2))) << QString::fromStdString(folder->string()) + "/" + match.captured(1) << match.captured(3).toULongLong() << match.captured(4).toULongLong();
    }
}

void TestIpfixFile::corpusFiles()
{
    QFETCH(QString, path);
    const auto read = readFlowFile(path.toStdString());
    QVERIFY2(read.refused.empty(), read.refused.c_str());
    QTEST(static_cast<qulonglong>(read.stats[DecodeCount::Records] + read.stats[DecodeCount::OptionsRecords]), "records");
    QTEST(static_cast<qulonglong>(read.count("messages")), "messages");
}

void TestIpfixFile::writesWhatItReads_data()
{
    QTest::addColumn<QString>("path");
    if (!corpus())
        QSKIP("the shared corpus is not here");
    for (const auto& file : exportCaptures())
        QTest::newRow(file.path.c_str()) << QString::fromStdString((*corpus() / file.path).string());
}

/// Every capture of the corpus as an IPFIX file and back.
void TestIpfixFile::writesWhatItReads()
{
    QFETCH(QString, path);
    auto capture = decodeCapture(path.toStdString());
    const auto written = writeIpfix(capture.flows);
    if (capture.flows.empty())
        return;
    const auto read = readFlowBytes(written.bytes);
    QVERIFY2(!read.damage, read.damageText().c_str());
    QCOMPARE(read.stats.losses(), uint64_t(0));
    asInHeaders(capture.flows);
    const auto wrong = difference(read.flows, capture.flows, kNotWritten);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void TestIpfixFile::layoutOfAFile()
{
    FlowMaker maker(Schema::builtin(), 1, 5000);
    auto flows = maker.make(5000);
    for (size_t row = 0; row < flows.rows(); ++row)
        flows.set<uint32_t>(ColumnId::ObservationDomain, row, static_cast<uint32_t>(row / 100 % 3));
    const auto written = writeIpfix(flows);
    std::map<uint32_t, uint32_t> sequences;
    std::map<uint32_t, std::set<uint16_t>> templates;
    std::string_view rest = written.bytes;
    const auto at = [&](size_t i, unsigned width) {
        uint64_t out = 0;
        for (unsigned n = 0; n < width; ++n)
            out = out << 8 | static_cast<uint8_t>(rest[i + n]);
        return out;
    };
    const auto reader = [&] {
        Decoder decoder(Schema::builtin());
        FlowBatch rows(Schema::builtin());
        while (!rest.empty()) {
            const size_t length = at(2, 2);
            QCOMPARE(at(0, 2), uint64_t(10));
            QVERIFY(length >= 16 && length <= 33'000 && length <= rest.size());
            const auto domain = static_cast<uint32_t>(at(12, 4));
            QCOMPARE(at(8, 4), uint64_t(sequences[domain]));
            const auto before = decoder.stats()[DecodeCount::Records];
            decoder.decode({{}, {reinterpret_cast<const uint8_t*>(rest.data()), length}}, rows);
            sequences[domain] += static_cast<uint32_t>(decoder.stats()[DecodeCount::Records] - before);
            rest.remove_prefix(length);
        }
        QCOMPARE(decoder.stats()[DecodeCount::Records], uint64_t(5000));
        QCOMPARE(decoder.stats().losses(), uint64_t(0));
    };
    reader();
    QCOMPARE(sequences.size(), size_t(3));
}

void TestIpfixFile::templatesAreWithdrawn()
{
    FlowMaker maker(Schema::builtin(), 11, 4000);
    auto flows = maker.make(4000);
    const auto plain = readFlowBytes(writeIpfix(flows).bytes);
    const auto written = writeIpfix(flows, 2, 100);
    const auto read = readFlowBytes(written.bytes);
    QVERIFY2(!read.damage, read.damageText().c_str());
    QCOMPARE(read.stats.losses(), uint64_t(0));
    const auto wrong = difference(read.flows, plain.flows);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void TestIpfixFile::longTextsAndLabels()
{
    FlowBatch flows(Schema::builtin());
    flows.addRows(3);
    for (size_t row = 0; row < 3; ++row)
        flows.set<uint64_t>(ColumnId::TimeReceived, row, 1'700'000'000'000 + row);
    const std::vector<uint32_t> stack {100, 200, 0};
    flows.setText(ColumnId::MPLSLabels, 0, listBytes(stack));
    flows.setText(ColumnId::HTTPHost, 0, std::string(254, 'a'));
    flows.setText(ColumnId::HTTPHost, 1, std::string(255, 'b'));
    std::string beyond = "x";
    for (int i = 0; i < 60'000; ++i)
        beyond += "ü";
    flows.setText(ColumnId::HTTPHost, 2, beyond);
    const std::vector<uint32_t> deep(12, 7);
    flows.setText(ColumnId::MPLSLabels, 1, listBytes(deep));
    const auto read = readFlowBytes(writeIpfix(flows).bytes);
    QCOMPARE(read.flows.rows(), size_t(3));
    const auto& labels = read.flows.schema()[ColumnId::MPLSLabels];
    QCOMPARE(cellText(read.flows, labels, 0), std::string("100 200 0"));
    QCOMPARE(cellText(read.flows, labels, 1), std::string("7 7 7 7 7 7 7 7 7 7"));
    QCOMPARE(text(read.flows, "HTTPHost", 0), std::string(254, 'a'));
    QCOMPARE(text(read.flows, "HTTPHost", 1), std::string(255, 'b'));
    const auto cut = text(read.flows, "HTTPHost", 2);
    QVERIFY(cut.size() > 1000 && cut.size() % 2 == 1 && beyond.starts_with(cut));
}

void TestIpfixFile::knownRatesOnly()
{
    FlowBatch flows(Schema::builtin());
    flows.addRows(2);
    for (size_t row = 0; row < 2; ++row) {
        flows.set<uint64_t>(ColumnId::TimeReceived, row, 1'700'000'000'000);
        flows.set<uint64_t>(ColumnId::SamplingRate, row, row == 0 ? 512 : 1);
        flows.set<uint8_t>(ColumnId::SamplingSource, row, static_cast<uint8_t>(row == 0 ? SamplingSource::Sampler : SamplingSource::Unknown));
    }
    const auto read = readFlowBytes(writeIpfix(flows).bytes);
    QCOMPARE(number(read.flows, "SamplingRate", 0), uint64_t(512));
    QCOMPARE(number(read.flows, "SamplingSource", 0), uint64_t(SamplingSource::Record));
    QCOMPARE(number(read.flows, "SamplingRate", 1), uint64_t(1));
    QCOMPARE(number(read.flows, "SamplingSource", 1), uint64_t(SamplingSource::Unknown));
}

void TestIpfixFile::leftOut()
{
    FlowBatch flows(Schema::builtin());
    flows.addRows(1);
    flows.set<uint64_t>(ColumnId::TimeReceived, 0, 1'700'000'000'000);
    flows.setText(ColumnId::SrcCountry, 0, "EO");
    flows.setText(ColumnId::DstCountry, 0, "");
    flows.set<uint32_t>(ColumnId::SrcAS, 0, 65000);
    flows.set<uint32_t>(ColumnId::InIfSpeed, 0, 1000);
    QCOMPARE(writeIpfix(flows).leftOut, (std::vector<std::string> {"SrcCountry", "InIfSpeed"}));
}

void TestIpfixFile::errorsOfTheOutputEndIt()
{
    FlowMaker maker(Schema::builtin(), 1, 2000);
    const auto writer = makeIpfixWriter({.schema = Schema::builtin(), .put = [](std::string_view) -> Result<void> { return fail("no room"); }});
    const auto done = writer->write(maker.make(2000));
    QVERIFY(!done);
    QCOMPARE(done.error().message(), std::string("no room"));
}

void TestIpfixFile::nothingToWrite()
{
    QVERIFY(writeIpfix(FlowBatch(Schema::builtin())).bytes.empty());
}

QTEST_GUILESS_MAIN(TestIpfixFile)
#include "test_ipfixfile.moc"
