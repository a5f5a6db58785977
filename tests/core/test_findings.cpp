// SPDX-License-Identifier: GPL-3.0-or-later
// Findings: each rule fires on its own evidence, and on none of a sound exporter.
#include <QTest>

#include "core/health/findings.h"
#include "tests/support/memorystore.h"

using namespace rivereto;
using namespace rivereto::core;

namespace {

constexpr Ip kExporter = Ip::v4(0x0a000001);

StreamHealth sound(Protocol protocol = Protocol::NetFlow9)
{
    StreamHealth out;
    out.key = {kExporter, protocol, 7};
    out.firstMs = 1'700'000'000'000;
    out.lastMs = out.firstMs + 60'000;
    out.counts[static_cast<size_t>(HealthCount::Messages)] = 100;
    out.counts[static_cast<size_t>(HealthCount::Records)] = 1000;
    out.counts[static_cast<size_t>(HealthCount::Units)] = 100;
    out.counts[static_cast<size_t>(HealthCount::OwnFollowed)] = 99;
    out.facts[{FactKind::Sampling, 1000, static_cast<int64_t>(SamplingSource::Exporter)}].value = 100;
    out.facts[{FactKind::Skew, timeBin(200), 0}].value = 100;
    out.facts[{FactKind::Delay, timeBin(15'000), 0}].value = 100;
    out.facts[{FactKind::Duration, timeBin(55'000), 0}].value = 100;
    return out;
}

std::vector<std::string> found(const StreamHealth& stream, const FlowEvidence& flows = {}, uint64_t pointMs = 60'000)
{
    HealthReport report;
    report.streams[stream.key] = stream;
    std::vector<std::string> out;
    for (const auto& finding : findingsOf(report, flows, pointMs)) {
        if (finding.evidence.text.empty() || finding.cause.text.empty() || finding.next.text.empty() || finding.evidence.english().find("{}") != std::string::npos || finding.count == 0)
            qFatal("an unfinished finding");
        out.emplace_back(findingName(finding.kind));
    }
    return out;
}

using Names = std::vector<std::string>;

} // namespace

class TestFindings : public QObject {
    Q_OBJECT

private slots:
    void nothingOnSoundExporters() { QCOMPARE(found(sound()), Names()); }

    void templates()
    {
        auto stream = sound();
        stream.facts[{FactKind::UnknownSet, 300, 0}] = {stream.firstMs, stream.lastMs, 4};
        QCOMPARE(found(stream), Names {"no-template"});
        HealthReport report;
        report.streams[stream.key] = stream;
        const auto finding = findingsOf(report, {}, 0).front();
        QCOMPARE(finding.count, 4U);
        QCOMPARE(finding.sinceMs, stream.firstMs);
        QCOMPARE(finding.severity, Severity::Serious);
        QCOMPARE(finding.stream.domain, 7U);
        QVERIFY(finding.evidence.english().find("300") != std::string::npos);
        QVERIFY(finding.steps.size() >= 4);
        stream.facts[{FactKind::UnknownSet, 300, 0}].value = 0; // it came
        QCOMPARE(found(stream), Names());
        stream.add(HealthCount::TemplatesChanged, 4);
        QCOMPARE(found(stream), Names());
        stream.add(HealthCount::TemplatesChanged, 1);
        QCOMPARE(found(stream), Names {"template-churn"});
    }

    void loss()
    {
        auto stream = sound();
        stream.add(HealthCount::OwnLost, 3);
        QCOMPARE(found(stream), Names {"sequence-loss"});
        stream.add(HealthCount::SampleDrops, 1);
        stream.add(HealthCount::Malformed, 1);
        QCOMPARE(found(stream), (Names {"sequence-loss", "malformed", "sample-drops"}));
    }

    void sampling()
    {
        const FactKey unknown {FactKind::Sampling, 0, static_cast<int64_t>(SamplingSource::Unknown)};
        auto stream = sound();
        stream.facts[unknown].value = 3;
        QCOMPARE(found(stream), Names {"sampling-contradicts"});
        stream.facts.erase({FactKind::Sampling, 1000, static_cast<int64_t>(SamplingSource::Exporter)});
        QCOMPARE(found(stream), Names {"sampling-unknown"});
        stream = sound();
        stream.facts[{FactKind::Sampling, 2000, static_cast<int64_t>(SamplingSource::Exporter)}].value = 5;
        QCOMPARE(found(stream), Names {"sampling-contradicts"});
        auto sflow = sound(Protocol::Sflow); // interfaces may have rates of their own
        sflow.facts.erase({FactKind::Sampling, 1000, static_cast<int64_t>(SamplingSource::Exporter)});
        for (const int64_t rate : {512, 1024})
            sflow.facts[{FactKind::Sampling, rate, static_cast<int64_t>(SamplingSource::Sample)}].value = 5;
        QCOMPARE(found(sflow), Names());
    }

    void clocks()
    {
        auto stream = sound();
        stream.facts[{FactKind::Skew, timeBin(-7'200'000), 0}].value = 900;
        QCOMPARE(found(stream), Names {"clock-skew"});
        stream = sound();
        stream.facts[{FactKind::Delay, timeBin(400'000), 0}].value = 900;
        QCOMPARE(found(stream), Names {"export-delay"});
        stream = sound();
        stream.add(HealthCount::FarTimes);
        QCOMPARE(found(stream), Names {"far-times"});
        stream = sound();
        stream.facts[{FactKind::Duration, timeBin(1'800'000), 0}].value = 20;
        QCOMPARE(found(stream), Names {"long-flows"});
        QCOMPARE(found(stream, {}, 3'600'000), Names());
    }

    void flows()
    {
        FlowEvidence flows;
        flows.flows[kExporter] = 1000;
        flows.zeroBytes[kExporter] = 2; // as rounding makes them
        QCOMPARE(found(sound(), flows), Names());
        flows.zeroBytes[kExporter] = 20;
        QCOMPARE(found(sound(), flows), Names {"zero-bytes"});
        flows.zeroBytes.clear();
        flows.withoutInterface[kExporter] = 5; // the device's own
        QCOMPARE(found(sound(), flows), Names());
        flows.withoutInterface[kExporter] = 500;
        QCOMPARE(found(sound(), flows), Names {"without-interface"});
        flows.withoutInterface.clear();
        flows.addresses["edge1"] = {kExporter, Ip::v4(0x0a000002)};
        QCOMPARE(found(sound(), flows), Names {"several-addresses"});
    }

    void interfacesWithoutName()
    {
        FlowEvidence flows;
        flows.interfaces[kExporter] = {.named = 0, .unnamed = {1, 2, 3}}; // nobody names any
        QCOMPARE(found(sound(), flows), Names());
        flows.interfaces[kExporter].named = 4;
        QCOMPARE(found(sound(), flows), Names {"unknown-interface"});
        const auto finding = findingsOf({}, flows, 0).front();
        QCOMPARE(finding.condition, std::string("ExporterAddress = 10.0.0.1 AND (InIfIndex IN (1, 2, 3) OR OutIfIndex IN (1, 2, 3))"));
        QCOMPARE(finding.count, 3U);
    }

    void lostOnThisMachine()
    {
        FlowEvidence flows;
        flows.kernelLost = 7;
        flows.lostHere = {1000, 5000};
        const auto findings = findingsOf({}, flows, 0);
        QCOMPARE(findings.size(), 1U);
        QCOMPARE(findings[0].kind, FindingKind::LostHere);
        QCOMPARE(findings[0].sinceMs, 1000U);
        QVERIFY(findings[0].stream.exporter.isZero());
    }

    /// A capture of a few datagrams is an excerpt: gaps and medians say nothing.
    void excerptsAreNoAlarm()
    {
        auto stream = sound();
        stream.counts[static_cast<size_t>(HealthCount::Messages)] = 4;
        stream.counts[static_cast<size_t>(HealthCount::OwnFollowed)] = 1;
        stream.add(HealthCount::OwnGaps, 2);
        stream.add(HealthCount::OwnLost, 1000);
        stream.facts[{FactKind::Skew, timeBin(-7'200'000), 0}].value = 900;
        stream.facts[{FactKind::Delay, timeBin(400'000), 0}].value = 900;
        stream.facts[{FactKind::Duration, timeBin(1'800'000), 0}].value = 900;
        QCOMPARE(found(stream), Names());
        // Nor is a device whose numbers follow no rule.
        auto odd = sound();
        odd.counts[static_cast<size_t>(HealthCount::OwnFollowed)] = 4;
        odd.add(HealthCount::OwnGaps, 90);
        odd.add(HealthCount::OwnLost, 1000);
        QCOMPARE(found(odd), Names());
    }

    void oneCauseIsToldOnce()
    {
        auto stream = sound();
        stream.facts[{FactKind::Skew, timeBin(-40LL * 86'400'000), 0}].value = 900;
        stream.facts[{FactKind::Delay, timeBin(40LL * 86'400'000), 0}].value = 900;
        stream.add(HealthCount::FarTimes, 100);
        QCOMPARE(found(stream), Names {"clock-skew"});
        auto replay = sound(); // an old capture, exported now
        replay.facts[{FactKind::Delay, timeBin(400LL * 86'400'000), 0}].value = 900;
        replay.add(HealthCount::FarTimes, 100);
        QCOMPARE(found(replay), Names {"far-times"});
    }

    /// Two exporters on the path of the same flows, and one of others.
    void flowsToldTwice()
    {
        FlowBatch rows(Schema::builtin());
        const auto add = [&](uint32_t exporter, uint32_t destination, uint64_t startMs, uint64_t rate) {
            using enum ColumnId;
            const auto row = rows.addRows(1);
            rows.set<uint64_t>(TimeReceived, row, 1'700'000'000'000 + destination);
            rows.set<uint64_t>(TimeFlowStart, row, startMs);
            rows.set<uint64_t>(SamplingRate, row, rate);
            rows.set<Ip>(ExporterAddress, row, Ip::v4(exporter));
            rows.set<Ip>(SrcAddr, row, Ip::v4(0xc0000201));
            rows.set<Ip>(DstAddr, row, Ip::v4(destination));
            rows.set<uint16_t>(DstPort, row, 443);
            rows.set<uint64_t>(Bytes, row, 1000 + destination);
            rows.set<uint64_t>(Packets, row, 3);
        };
        for (uint32_t i = 0; i < 100; ++i) {
            const uint64_t start = 1'699'999'000'000 + i * 10;
            add(0x0a000001, i, start, 1);
            add(0x0a000002, i < 40 ? i : i + 1000, start + 400, 1);
            add(0x0a000003, i, start + 5000, 1); // the same, but at another time
            add(0x0a000004, i, start, 1000); // by chance
        }
        support::MemoryStore store(std::move(rows));
        const auto status = store.status();
        const auto evidence = flowEvidence(store, status->range, {}, {});
        QVERIFY2(evidence.has_value(), evidence ? "" : evidence.error().message().c_str());
        QCOMPARE(evidence->twice.size(), 1U);
        const auto& [pair, twice] = *evidence->twice.begin();
        QCOMPARE(pair, (std::pair {Ip::v4(0x0a000001), Ip::v4(0x0a000002)}));
        QCOMPARE(twice.flows, 40U);
        QCOMPARE(twice.of, 100U);
        const auto findings = findingsOf({}, *evidence, 0);
        const auto told = std::ranges::find(findings, FindingKind::Duplicates, &Finding::kind);
        QVERIFY(told != findings.end());
        QCOMPARE(told->condition, std::string("ExporterAddress IN (10.0.0.1, 10.0.0.2)"));
        QVERIFY(told->evidence.english().find("40.0") != std::string::npos);
    }

    /// Filters that findings name can be asked.
    void conditionsAreFilters()
    {
        auto stream = sound();
        stream.facts[{FactKind::Sampling, 0, static_cast<int64_t>(SamplingSource::Unknown)}].value = 3;
        stream.facts[{FactKind::Skew, timeBin(-7'200'000), 0}].value = 900;
        FlowEvidence flows;
        flows.flows[kExporter] = 100;
        flows.zeroBytes[kExporter] = flows.withoutInterface[kExporter] = 50;
        flows.addresses["edge1"] = {kExporter, Ip::v4(0x0a000002)};
        flows.interfaces[kExporter] = {.named = 4, .unnamed = {1}};
        flows.twice[{kExporter, Ip::v4(0x0a000002)}] = {50, 100};
        HealthReport report;
        report.streams[stream.key] = stream;
        const auto findings = findingsOf(report, flows, 60'000);
        QCOMPARE(findings.size(), 7U);
        for (const auto& finding : findings) {
            const auto bound = bindFilter(finding.condition, {.schema = *Schema::builtin()});
            QVERIFY2(bound.has_value() && !finding.condition.empty(), finding.condition.c_str());
        }
    }

    void oneAgentBehindSeveralAddresses()
    {
        HealthReport report;
        for (const uint32_t last : {1U, 2U}) {
            auto stream = sound(Protocol::Sflow);
            stream.key.exporter = Ip::v4(0x0a000000 + last);
            const Ip agent = Ip::v4(0xc0000201);
            stream.facts[{FactKind::Agent, static_cast<int64_t>(agent.lo), static_cast<int64_t>(agent.hi)}].value = 5;
            report.streams[stream.key] = stream;
        }
        const auto findings = findingsOf(report, {}, 60'000);
        QCOMPARE(findings.size(), 1U);
        QCOMPARE(findings[0].kind, FindingKind::SeveralAddresses);
        QVERIFY(findings[0].evidence.english().find("192.0.2.1") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestFindings)
#include "test_findings.moc"
