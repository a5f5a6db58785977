// SPDX-License-Identifier: GPL-3.0-or-later
// NetFlow v1, v5, v7.
#include <algorithm>

#include <QtTest>

#include "core/decode/decoder.h"
#include "tests/support/messages.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

namespace {

struct Run {
    explicit Run(DecoderOptions options = {})
        : decoder(Schema::builtin(), options)
        , batch(Schema::builtin())
    {
    }
    void operator()(std::span<const uint8_t> payload) { decoder.decode(datagram(payload), batch); }
    [[nodiscard]] uint64_t count(DecodeCount id) const { return decoder.stats()[id]; }
    Decoder decoder;
    FlowBatch batch;
};

constexpr uint64_t kExportMs = uint64_t {kExportSeconds} * 1000 + 500;

} // namespace

class FixedTest : public QObject {
    Q_OBJECT
private slots:
    void everyFieldOfV5()
    {
        Run run;
        run(netflow5(record5(1), {.sampling = 0x4000 | 100}));
        const FlowBatch& b = run.batch;
        QCOMPARE(b.rows(), 1U);
        QCOMPARE(address(b, "SrcAddr"), "10.0.0.1");
        QCOMPARE(address(b, "DstAddr"), "192.0.2.1");
        QCOMPARE(address(b, "NextHop"), "192.0.2.254");
        QCOMPARE(number(b, "InIfIndex"), 11U);
        QCOMPARE(number(b, "OutIfIndex"), 12U);
        QCOMPARE(number(b, "Packets"), 5U);
        QCOMPARE(number(b, "Bytes"), 1501U);
        QCOMPARE(number(b, "SrcPort"), 50001U);
        QCOMPARE(number(b, "DstPort"), 443U);
        QCOMPARE(number(b, "TCPFlags"), 0x1bU);
        QCOMPARE(number(b, "Proto"), 6U);
        QCOMPARE(number(b, "IPTos"), 0x20U);
        QCOMPARE(number(b, "SrcAS"), 64500U);
        QCOMPARE(number(b, "DstAS"), 64501U);
        QCOMPARE(number(b, "SrcNetMask"), 24U);
        QCOMPARE(number(b, "DstNetMask"), 16U);
        QCOMPARE(number(b, "EType"), 0x0800U);
        QCOMPARE(number(b, "TimeReceived"), 1'700'000'001'234U);
        QCOMPARE(number(b, "TimeExported"), kExportMs);
        QCOMPARE(number(b, "TimeFlowStart"), kExportMs - 100'000);
        QCOMPARE(number(b, "TimeFlowEnd"), kExportMs - 10'000);
        QCOMPARE(address(b, "ExporterAddress"), "192.0.2.1");
        QCOMPARE(number(b, "ExportProtocol"), static_cast<uint64_t>(Protocol::NetFlow5));
        QCOMPARE(number(b, "ObservationDomain"), 258U);
        QCOMPARE(number(b, "SamplingRate"), 100U); // without the mode bits
        QCOMPARE(number(b, "SamplingSource"), static_cast<uint64_t>(SamplingSource::Exporter));
        QCOMPARE(run.decoder.stats().losses(), 0U);
    }

    void unsampledV5IsUnknown()
    {
        Run run;
        run(netflow5(record5(), {.sampling = 0x4000}));
        QCOMPARE(number(run.batch, "SamplingRate"), 1U);
        QCOMPARE(number(run.batch, "SamplingSource"), static_cast<uint64_t>(SamplingSource::Unknown));
    }

    void configuredSampling()
    {
        Run byDefault({.samplingDefault = 50});
        byDefault(netflow5(record5()));
        byDefault(netflow5(record5(), {.sampling = 7}));
        QCOMPARE(number(byDefault.batch, "SamplingRate", 0), 50U);
        QCOMPARE(number(byDefault.batch, "SamplingSource", 0), static_cast<uint64_t>(SamplingSource::Default));
        QCOMPARE(number(byDefault.batch, "SamplingRate", 1), 7U);
        Run overridden({.samplingOverride = 60});
        overridden(netflow5(record5(), {.sampling = 7}));
        QCOMPARE(number(overridden.batch, "SamplingRate"), 60U);
        QCOMPARE(number(overridden.batch, "SamplingSource"), static_cast<uint64_t>(SamplingSource::Override));
    }

    void uptimeWraps()
    {
        Run run;
        Octets record = record5();
        std::fill_n(record.data().begin() + 24, 4, uint8_t {0xff}); // the last millisecond of the round before
        run(netflow5(record, {.uptimeMs = 5000}));
        QCOMPARE(number(run.batch, "TimeFlowStart"), kExportMs - 5001);
        Run ahead;
        ahead(netflow5(record5(), {.uptimeMs = 899'990})); // read a moment before the flow's clock
        QCOMPARE(number(ahead.batch, "TimeFlowStart"), kExportMs + 10);
    }

    void unknownUptimesStayZero()
    {
        Octets record = record5();
        std::fill_n(record.data().begin() + 24, 8, uint8_t {0});
        Run run;
        run(netflow5(record));
        QCOMPARE(number(run.batch, "TimeFlowStart"), 0U);
        QCOMPARE(number(run.batch, "TimeFlowEnd"), 0U);
        Octets first = record5();
        std::fill_n(first.data().begin() + 24, 4, uint8_t {0}); // began at boot
        Run boot;
        boot(netflow5(first));
        QCOMPARE(number(boot.batch, "TimeFlowStart"), kExportMs - 1'000'000);
    }

    void timeSources()
    {
        Run packet({.timeSource = TimeSource::Packet});
        packet(netflow5(record5()));
        QCOMPARE(number(packet.batch, "TimeReceived"), kExportMs);
        Run first({.timeSource = TimeSource::FirstSwitched});
        first(netflow5(record5()));
        QCOMPARE(number(first.batch, "TimeReceived"), kExportMs - 100'000);
    }

    void icmpTypeInPort()
    {
        Run run;
        run(netflow5(Octets().add(record5(0, 1, 0x0301)).add(record5(0, 1, 0)).add(record5(0, 6, 0x0301)), {.count = 3}));
        QCOMPARE(number(run.batch, "ICMPv4Type", 0), 3U);
        QCOMPARE(number(run.batch, "ICMPv4Code", 0), 1U);
        QCOMPARE(number(run.batch, "ICMPv4Type", 1), 0U);
        QCOMPARE(number(run.batch, "ICMPv4Type", 2), 0U);
    }

    void countIsNotBelieved()
    {
        Run more;
        more(netflow5(Octets().add(record5()).add(record5(1)), {.count = 30}));
        QCOMPARE(more.batch.rows(), 2U);
        QCOMPARE(more.count(DecodeCount::MissingRecords), 28U);
        Run none;
        none(netflow5(Octets().add(record5()).add(record5(1)), {.count = 0}));
        QCOMPARE(none.batch.rows(), 2U);
        Run cut;
        Octets payload = netflow5(Octets().add(record5()).add(record5(1)), {.count = 2});
        payload.data().resize(payload.size() - 1);
        cut(payload);
        QCOMPARE(cut.batch.rows(), 1U);
        QCOMPARE(cut.count(DecodeCount::MissingRecords), 1U);
    }

    void version1()
    {
        Run run;
        run(Octets()
                .u16(1)
                .u16(1)
                .u32(1'000'000)
                .u32(kExportSeconds)
                .u32(500'000'000)
                .ip("10.0.0.1")
                .ip("10.0.0.2")
                .u32(0)
                .u16(1)
                .u16(2)
                .u32(3)
                .u32(400)
                .u32(900'000)
                .u32(990'000)
                .u16(1234)
                .u16(80)
                .u16(0)
                .u8(6)
                .u8(8)
                .u8(0x12)
                .zeros(7));
        QCOMPARE(run.batch.rows(), 1U);
        QCOMPARE(number(run.batch, "Bytes"), 400U);
        QCOMPARE(number(run.batch, "Proto"), 6U);
        QCOMPARE(number(run.batch, "IPTos"), 8U);
        QCOMPARE(number(run.batch, "TCPFlags"), 0x12U);
        QCOMPARE(number(run.batch, "TimeFlowStart"), kExportMs - 100'000);
        QCOMPARE(address(run.batch, "NextHop"), "");
    }

    void version7()
    {
        Run run;
        Octets record = record5(2);
        record.u32(0x0a0a0a0a); // address of the bypassed router
        run(Octets().u16(7).u16(1).u32(1'000'000).u32(kExportSeconds).u32(500'000'000).u32(9).u32(0).add(record));
        QCOMPARE(run.batch.rows(), 1U);
        QCOMPARE(number(run.batch, "Bytes"), 1502U);
        QCOMPARE(number(run.batch, "DstNetMask"), 16U);
        QCOMPARE(number(run.batch, "ExportProtocol"), static_cast<uint64_t>(Protocol::NetFlow7));
    }

    void observerSeesTheHeader()
    {
        struct Observer : MessageObserver {
            void onMessage(const MessageInfo& m) override { last = m; }
            MessageInfo last;
        } observer;
        Run run({.observer = &observer});
        run(netflow5(Octets().add(record5()).add(record5(1)), {.count = 2}));
        QCOMPARE(observer.last.sequence, 42U);
        QCOMPARE(observer.last.units, 2U);
        QCOMPARE(observer.last.flows, 2U);
        QCOMPARE(observer.last.uptimeMs, 1'000'000U);
        QCOMPARE(observer.last.exportedMs, kExportMs);
    }
};

QTEST_APPLESS_MAIN(FixedTest)
#include "test_decode_fixed.moc"
