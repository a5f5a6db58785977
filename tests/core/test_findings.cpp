// SPDX-License-Identifier: GPL-3.0-or-later
// Findings: each rule fires on its own evidence, and on none of a sound exporter.
#include <QTest>

#include "core/health/findings.h"

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
        if (finding.evidence.empty() || finding.cause.empty() || finding.next.empty() || finding.count == 0)
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
        QVERIFY(finding.serious);
        QVERIFY(finding.evidence.find("source id 7") != std::string::npos);
        QVERIFY(finding.evidence.find("set 300") != std::string::npos);
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
        flows.zeroBytes[kExporter] = 2;
        QCOMPARE(found(sound(), flows), Names {"zero-bytes"});
        flows.zeroBytes.clear();
        flows.withoutInterface[kExporter] = 5; // the device's own
        QCOMPARE(found(sound(), flows), Names());
        flows.withoutInterface[kExporter] = 500;
        QCOMPARE(found(sound(), flows), Names {"unknown-interface"});
        flows.withoutInterface.clear();
        flows.addresses["edge1"] = {kExporter, Ip::v4(0x0a000002)};
        flows.addresses[""] = {kExporter, Ip::v4(0x0a000002)}; // no name is no device
        QCOMPARE(found(sound(), flows), Names {"several-addresses"});
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
        QVERIFY(findings[0].evidence.find("192.0.2.1") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestFindings)
#include "test_findings.moc"
