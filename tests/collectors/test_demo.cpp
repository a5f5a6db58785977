// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>

#include <QTemporaryDir>
#include <QTest>

#include "collectors/capture/capturereader.h"
#include "collectors/demo/capturewriter.h"
#include "collectors/demo/demo.h"
#include "core/decode/decoder.h"

using namespace rivereto;
using core::ColumnId;

class TestDemo : public QObject {
    Q_OBJECT
private slots:
    void sameSeedSameBytes();
    void everyFlowIsDecoded();
    void sequencesHaveNoGaps();
    void attackStandsOut();
    void captureReadsBack();
};

namespace {

constexpr uint64_t kFlows = 20'000;

struct Sent {
    size_t exporter;
    uint64_t timeMs;
    std::vector<uint8_t> payload;
    bool operator==(const Sent&) const = default;
};

std::vector<Sent> send(collectors::DemoScenario scenario, uint64_t flows = kFlows)
{
    std::vector<Sent> out;
    collectors::runDemo(scenario, flows, [&](const collectors::DemoDatagram& d) { out.push_back({d.exporter, d.timeMs, {d.payload.begin(), d.payload.end()}}); });
    return out;
}

core::FlowBatch decode(const std::vector<Sent>& sent, const collectors::DemoScenario& scenario, core::DecodeStats& stats, core::MessageObserver* observer = nullptr)
{
    core::FlowBatch rows(core::Schema::builtin());
    core::Decoder decoder(core::Schema::builtin(), {.observer = observer});
    for (const auto& d : sent) {
        core::Datagram datagram;
        datagram.source = scenario.exporters[d.exporter].address;
        datagram.receivedMs = d.timeMs;
        datagram.payload = d.payload;
        decoder.decode(datagram, rows);
    }
    decoder.finish();
    stats = decoder.stats();
    return rows;
}

/// Checks each protocol's own way of counting.
class SequenceCheck final : public core::MessageObserver {
public:
    void onMessage(const core::MessageInfo& message) override
    {
        const auto [it, first] = m_next.try_emplace(message.exporter, message.sequence);
        if (!first && it->second != message.sequence)
            ++gaps;
        it->second = message.sequence + message.units;
    }
    int gaps = 0;

private:
    std::map<core::Ip, uint32_t> m_next;
};

} // namespace

void TestDemo::sameSeedSameBytes()
{
    collectors::DemoScenario scenario;
    const auto once = send(scenario);
    QVERIFY(once == send(scenario));
    scenario.seed = 2;
    QVERIFY(once != send(scenario));
}

void TestDemo::everyFlowIsDecoded()
{
    const collectors::DemoScenario scenario;
    core::DecodeStats stats;
    const auto rows = decode(send(scenario), scenario, stats);
    QCOMPARE(stats.flows(), kFlows);
    QCOMPARE(rows.rows(), size_t{kFlows});
    QCOMPARE(stats.losses(), uint64_t{0});
    std::map<uint64_t, int> protocols;
    const auto time = rows.view(ColumnId::TimeReceived);
    const auto end = rows.view(ColumnId::TimeFlowEnd);
    for (size_t row = 0; row < rows.rows(); ++row) {
        ++protocols[rows.view(ColumnId::ExportProtocol).number(row)];
        QVERIFY(end.number(row) <= time.number(row));
        QVERIFY(rows.view(ColumnId::Bytes).number(row) > 0);
        QVERIFY(rows.view(ColumnId::SamplingRate).number(row) >= 1);
        QVERIFY(!rows.view(ColumnId::SrcAddr).at<core::Ip>(row).isZero());
    }
    QCOMPARE(protocols.size(), size_t{4}); // v5, v9, IPFIX, sFlow
}

void TestDemo::sequencesHaveNoGaps()
{
    const collectors::DemoScenario scenario;
    SequenceCheck check;
    core::DecodeStats stats;
    decode(send(scenario), scenario, stats, &check);
    QCOMPARE(check.gaps, 0);
}

void TestDemo::attackStandsOut()
{
    const collectors::DemoScenario scenario;
    core::DecodeStats stats;
    const auto rows = decode(send(scenario), scenario, stats);
    const auto from = scenario.startMs + static_cast<uint64_t>(scenario.spikeAt * static_cast<double>(scenario.durationMs));
    const auto to = from + static_cast<uint64_t>(scenario.spikeLength * static_cast<double>(scenario.durationMs));
    std::map<core::Ip, int> during;
    int all = 0;
    for (size_t row = 0; row < rows.rows(); ++row) {
        const auto t = rows.view(ColumnId::TimeReceived).number(row);
        if (t < from || t >= to)
            continue;
        ++all;
        if (rows.view(ColumnId::SrcPort).number(row) == 53 && rows.view(ColumnId::Packets).number(row) >= 1)
            ++during[rows.view(ColumnId::DstAddr).at<core::Ip>(row)];
    }
    const auto victim = std::ranges::max_element(during, {}, [](const auto& entry) { return entry.second; });
    QVERIFY(victim != during.end());
    QVERIFY(victim->second > all / 8);
}

void TestDemo::captureReadsBack()
{
    QTemporaryDir folder;
    const auto path = folder.filePath(QStringLiteral("demo.pcap")).toStdString();
    const collectors::DemoScenario scenario;
    const auto sent = send(scenario, 3000);
    auto writer = collectors::CaptureWriter::create(path);
    QVERIFY(writer);
    for (const auto& d : sent)
        writer->write(d.timeMs, scenario.exporters[d.exporter].address, 40000, *core::Ip::parse("192.0.2.254"), 2055, d.payload);
    QVERIFY(writer->close());
    auto reader = collectors::CaptureReader::open(path);
    QVERIFY(reader);
    core::DatagramBatch batch;
    size_t at = 0;
    auto status = collectors::CaptureReader::Status::More;
    while (status == collectors::CaptureReader::Status::More) {
        batch.clear();
        status = (*reader)->read(batch);
        for (size_t i = 0; i < batch.size(); ++i, ++at) {
            QVERIFY(at < sent.size());
            QCOMPARE(batch[i].receivedMs, sent[at].timeMs);
            QVERIFY(std::ranges::equal(batch[i].payload, sent[at].payload));
        }
    }
    QCOMPARE(at, sent.size());
    QVERIFY(!(*reader)->damage());
    QVERIFY(!collectors::CaptureWriter::create(folder.filePath(QStringLiteral("missing/x.pcap")).toStdString()));
}

QTEST_APPLESS_MAIN(TestDemo)
#include "test_demo.moc"
