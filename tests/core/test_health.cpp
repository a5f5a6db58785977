// SPDX-License-Identifier: GPL-3.0-or-later
// Account of exporters: each protocol's rule of sequence numbers, restarts, templates, sampling, clocks, interface counters.
#include <QTest>

#include "core/health/accounting.h"
#include "tests/support/messages.h"

using namespace rivereto::core;
using namespace rivereto::support;

namespace {

constexpr uint64_t kReceived = uint64_t {kExportSeconds} * 1000 + 250;

struct Run {
    HealthAccounting accounting;
    Decoder decoder {Schema::builtin(), {.observer = &accounting}};
    FlowBatch rows {Schema::builtin()};
    HealthReport report;

    void send(const Octets& payload, uint64_t receivedMs = kReceived, uint16_t port = 2055)
    {
        decoder.decode(datagram(payload, port, receivedMs), rows);
    }
    const StreamHealth& only()
    {
        report.merge(accounting.take());
        return report.streams.begin()->second;
    }
};

Octets records5(size_t count)
{
    Octets out;
    for (size_t i = 0; i < count; ++i)
        out.add(record5(static_cast<uint16_t>(i)));
    return out;
}

Octets v5(uint32_t sequence, uint16_t count, uint32_t uptime = 1'000'000, uint32_t seconds = kExportSeconds, uint8_t engine = 2)
{
    auto out = netflow5(records5(count), {.count = count, .uptimeMs = uptime, .seconds = seconds, .engineId = engine});
    for (int i = 0; i < 4; ++i)
        out.data()[16 + i] = static_cast<uint8_t>(sequence >> (24 - 8 * i));
    return out;
}

const auto kTemplate = templateRecord(256, {{8, 4}, {12, 4}, {1, 4}, {2, 4}});
Octets data(size_t records)
{
    Octets out;
    for (size_t i = 0; i < records; ++i)
        out.ip("10.0.0.1").ip("10.0.0.2").u32(1000).u32(10);
    return set(256, out);
}
Octets v9(uint32_t sequence, size_t records, uint32_t uptime = 1'000'000, uint32_t seconds = kExportSeconds)
{
    return netflow9(set(0, kTemplate).add(data(records)), {.uptimeMs = uptime, .seconds = seconds, .sequence = sequence});
}
Octets ten(uint32_t sequence, size_t records, uint32_t seconds = kExportSeconds)
{
    return ipfix(set(2, kTemplate).add(data(records)), 7, seconds, sequence);
}

Octets sflowDatagram(uint32_t sequence, uint32_t uptime, const Octets& samples, uint32_t count, uint32_t subAgent = 3)
{
    return Octets().u32(5).u32(1).ip("198.51.100.1").u32(subAgent).u32(sequence).u32(uptime).u32(count).add(samples);
}
Octets sample(uint32_t sequence, uint32_t pool, uint32_t drops, uint32_t source = 5)
{
    const auto packet = rawHeader(1, 1000, ethernet(0x0800, ipv4(udp(1, 2, {}))));
    return tagged(1, Octets().u32(sequence).u32(source).u32(512).u32(pool).u32(drops).u32(5).u32(6).u32(1).add(packet));
}
Octets interfaceCounters(uint32_t ifIndex, uint64_t in, uint64_t out, uint32_t packets)
{
    const auto body = Octets().u32(ifIndex).u32(6).u64(10'000'000'000).u32(1).u32(3).u64(in).u32(packets).u32(0).u32(0).u32(0).u32(1).u32(0).u64(out).u32(packets).u32(0).u32(0).u32(2).u32(0).u32(0);
    return tagged(2, Octets().u32(1).u32(ifIndex).u32(1).add(tagged(1, body)));
}

} // namespace

class TestHealth : public QObject {
    Q_OBJECT

private slots:
    void version5CountsFlows()
    {
        Run run;
        run.send(v5(100, 3));
        run.send(v5(103, 2));
        run.send(v5(110, 4)); // 105 … 109 are missing
        run.send(v5(114, 1));
        const auto& stream = run.only();
        QCOMPARE(stream[HealthCount::Messages], 4);
        QCOMPARE(stream[HealthCount::Records], 10);
        QCOMPARE(stream[HealthCount::Units], 10);
        QCOMPARE(stream.lost(), 5);
        QCOMPARE(stream[HealthCount::OwnGaps], 1);
        QCOMPARE(stream.lostDatagrams(), 2); // at 2.5 a datagram
        QCOMPARE(unitName(stream.key.protocol, stream.rule()), std::string_view("flows"));
        QCOMPARE(stream.key.domain, 0x102U);
        QCOMPARE(stream.lostShare(), 2.0 / 6.0);
        const auto loss = stream.of(FactKind::Loss);
        QCOMPARE(std::ranges::count_if(loss, [](const auto& l) { return l.first.aux == 0 && l.second.value == 5; }), 1);
    }

    void version5EnginesCountApart()
    {
        Run run;
        for (uint32_t i = 0; i < 5; ++i) {
            run.send(v5(10 + i, 1, 1'000'000, kExportSeconds, 1));
            run.send(v5(7000 + 2 * i, 2, 1'000'000, kExportSeconds, 2));
        }
        run.only();
        QCOMPARE(run.report.streams.size(), 2U);
        QCOMPARE(run.report.lostDatagrams(), 0);
    }

    /// Two datagrams far apart are an excerpt; a gap among many is a loss.
    void gapsAmongFewMeanNothing()
    {
        Run few;
        few.send(v9(5, 1));
        few.send(v9(100'743, 1, 1'001'000));
        few.only();
        QVERIFY(!few.report.streams.begin()->second.lossIsSure());
        QCOMPARE(few.report.lostDatagrams(), 0);
        Run many;
        for (uint32_t i = 0; i < 20; ++i)
            many.send(v9(i < 10 ? i : i + 3, 1, 1'000'000 + i));
        many.only();
        QCOMPARE(many.report.lostDatagrams(), 3);
    }

    void numbersWrap()
    {
        Run run;
        run.send(v5(0xffff'fffe, 3));
        run.send(v5(1, 1));
        run.send(ten(0xffff'ffff, 2));
        run.send(ten(1, 2));
        run.only();
        for (const auto& [key, stream] : run.report.streams) {
            QCOMPARE(stream.lost(), 0);
            QCOMPARE(stream[HealthCount::OwnFollowed], 1);
        }
    }

    void whatComesLateIsNotLost()
    {
        Run run;
        run.send(v5(0, 10, 1000));
        run.send(v5(20, 10, 3000));
        run.send(v5(10, 10, 2000)); // was overtaken
        run.send(v5(40, 10, 5000)); // 30 … 39 never come
        run.send(v5(50, 10, 6000));
        const auto& stream = run.only();
        QCOMPARE(stream.lost(), 10);
        QCOMPARE(stream.reordered(), 1);
        QCOMPARE(stream.restarts(), 0);
        QCOMPARE(stream[HealthCount::OwnGaps], 2);
    }

    void lossIsTakenBackAcrossParts()
    {
        Run run;
        run.send(v9(1, 1));
        run.send(v9(3, 1));
        QCOMPARE(run.only().lost(), 1);
        run.send(v9(2, 1, 999'999));
        QCOMPARE(run.only().lost(), 0);
        QCOMPARE(run.only().reordered(), 1);
    }

    void duplicatesAreCountedApart()
    {
        Run run;
        for (uint32_t i = 0; i < 4; ++i) {
            run.send(v9(10 + i, 2));
            run.send(v9(10 + i, 2));
        }
        const auto& stream = run.only();
        QCOMPARE(stream[HealthCount::Duplicates], 4);
        QCOMPARE(stream.lost(), 0);
        QCOMPARE(stream.reordered(), 0);
        QCOMPARE(stream.restarts(), 0);
    }

    void version9CountsDatagrams()
    {
        Run run;
        run.send(v9(5, 10));
        run.send(v9(6, 3));
        run.send(v9(9, 7));
        const auto& stream = run.only();
        QCOMPARE(stream.lost(), 2);
        QCOMPARE(stream.lostDatagrams(), 2);
        QCOMPARE(unitName(stream.key.protocol, stream.rule()), std::string_view("datagrams"));
        QCOMPARE(stream[HealthCount::Records], 20);
    }

    void ipfixCountsRecords()
    {
        Run run;
        run.send(ten(0, 10));
        run.send(ten(10, 5));
        run.send(ten(20, 5)); // 15 … 19
        const auto& stream = run.only();
        QCOMPARE(stream.lost(), 5);
        QCOMPARE(stream.lostDatagrams(), 1);
        QCOMPARE(unitName(stream.key.protocol, stream.rule()), std::string_view("records"));
    }

    void recordsWithoutTemplateAreNoLoss()
    {
        Run run;
        const auto bare = [](uint32_t sequence, size_t records) { return ipfix(data(records), 7, kExportSeconds, sequence); };
        run.send(bare(0, 10)); // nobody can tell how many there are
        run.send(bare(10, 10));
        run.send(ten(20, 5));
        run.send(ten(25, 5));
        run.send(ten(35, 5));
        const auto& stream = run.only();
        QCOMPARE(stream.lost(), 5);
        QCOMPARE(stream[HealthCount::LateSets], 2);
        QCOMPARE(stream[HealthCount::UnknownSets], 0);
        QCOMPARE(stream.of(FactKind::UnknownSet).front().second.value, 0);
    }

    void unknownSetsAreNamed()
    {
        Run run;
        run.send(ipfix(set(300, Octets().zeros(32)).add(set(301, Octets().zeros(16)))));
        run.send(ipfix(set(300, Octets().zeros(32)), 7, kExportSeconds, 9));
        const auto& stream = run.only();
        QCOMPARE(stream[HealthCount::UnknownSets], 3);
        const auto sets = stream.of(FactKind::UnknownSet);
        QCOMPARE(sets.size(), 2U);
        QCOMPARE(sets[0].first.key, 300);
        QCOMPARE(sets[0].second.value, 2);
        QCOMPARE(sets[0].second.firstMs, kReceived);
    }

    void devicesThatCountTheOtherWay()
    {
        Run run;
        for (uint32_t i = 0; i < 20; ++i) {
            if (i != 12)
                run.send(ten(1000 + i, 7, kExportSeconds + i)); // datagrams, though it should be records
        }
        const auto& stream = run.only();
        QCOMPARE(stream.rule(), SequenceRule::Other);
        QCOMPARE(stream.lost(), 1);
        QCOMPARE(stream.lostDatagrams(), 1);
        QCOMPARE(stream.restarts(), 0);
        Run nine;
        for (uint32_t i = 0; i < 20; ++i)
            nine.send(v9(1000 + 7 * i, 7, 1'000'000 + i)); // records, though it should be datagrams
        QCOMPARE(nine.only().rule(), SequenceRule::Other);
        QCOMPARE(nine.only().lost(), 0);
        Run none;
        for (uint32_t i = 0; i < 20; ++i)
            none.send(v9(0, 7, 1'000'000 + i));
        QCOMPARE(none.only().rule(), SequenceRule::None);
        QCOMPARE(none.only().lost(), 0);
    }

    /// softflowd counts the records of the message itself, too, and leaves options out.
    void ipfixThatCountsItsOwnRecords()
    {
        Run run;
        uint32_t sent = 0;
        for (uint32_t i = 0; i < 20; ++i) {
            const size_t records = i % 4 == 3 ? 5 : 24;
            sent += static_cast<uint32_t>(records);
            run.send(ten(sent, records, kExportSeconds + i));
        }
        QCOMPARE(run.only().lost(), 0);
        QCOMPARE(run.only().restarts(), 0);
        QCOMPARE(run.only().reordered(), 0);
        sent += 24; // one is lost
        run.send(ten(sent += 24, 24, kExportSeconds + 20));
        QCOMPARE(run.only().lost(), 24);
        QCOMPARE(run.only()[HealthCount::OwnGaps], 1);
        Run right; // once it is known that numbers follow as they should, a gap of a message's size is a gap
        right.send(ten(0, 10, kExportSeconds));
        right.send(ten(10, 5, kExportSeconds + 1));
        right.send(ten(15, 5, kExportSeconds + 2));
        right.send(ten(27, 12, kExportSeconds + 3));
        QCOMPARE(right.only().lost(), 7);
    }

    void sflowWrapsRestartsAndComesLate()
    {
        Run run;
        const auto send = [&](uint32_t sequence, uint32_t uptime, uint32_t sampleNumber, uint64_t after) {
            run.send(sflowDatagram(sequence, uptime, sample(sampleNumber, sampleNumber * 512, 0), 1), kReceived + after);
        };
        send(0xffff'fffe, 100'000, 0xffff'fffe, 0);
        send(0xffff'ffff, 101'000, 0xffff'ffff, 1000);
        send(1, 103'000, 1, 3000); // 0 comes late
        send(0, 102'000, 0, 3100);
        send(2, 104'000, 2, 4000);
        QCOMPARE(run.only().lost(), 0);
        QCOMPARE(run.only().reordered(), 1);
        send(1, 1000, 1, 70'000); // the agent began anew
        send(2, 2000, 2, 71'000);
        QCOMPARE(run.only().lost(), 0);
        QCOMPARE(run.only().restarts(), 1);
    }

    void countsGoToTheStreamTheyAreOf()
    {
        Run run;
        for (uint32_t i = 0; i < 9; ++i) {
            run.send(v5(10 + 3 * i, 3, 1'000'000 + i));
            run.send(v9(i, 2, 1'000'000 + i));
        }
        run.only();
        QCOMPARE(run.report.streams.size(), 2U);
        for (const auto& [key, stream] : run.report.streams) {
            QCOMPARE(stream[HealthCount::Messages], 9);
            QCOMPARE(stream[HealthCount::Records], key.protocol == Protocol::NetFlow5 ? 27 : 18);
            QCOMPARE(stream[HealthCount::Flows], key.protocol == Protocol::NetFlow5 ? 27 : 18);
            QCOMPARE(stream[HealthCount::Templates], key.protocol == Protocol::NetFlow5 ? 0 : 9);
        }
    }

    void restartsAreNoLoss()
    {
        Run run;
        run.send(v9(5000, 1, 90'000'000, kExportSeconds));
        run.send(v9(5001, 1, 90'001'000, kExportSeconds + 1), kReceived + 1000);
        run.send(v9(0, 1, 20'000, kExportSeconds + 120), kReceived + 120'000);
        run.send(v9(1, 1, 21'000, kExportSeconds + 121), kReceived + 121'000);
        const auto& stream = run.only();
        QCOMPARE(stream.restarts(), 1);
        QCOMPARE(stream.lost(), 0);
        QCOMPARE(stream[HealthCount::OwnFollowed], 2);
        Run ipfix;
        ipfix.send(ten(900'000, 4, kExportSeconds));
        ipfix.send(ten(0, 4, kExportSeconds + 60));
        ipfix.send(ten(4, 4, kExportSeconds + 61));
        QCOMPARE(ipfix.only().restarts(), 1);
        QCOMPARE(ipfix.only().lost(), 0);
    }

    void uptimeWraps()
    {
        Run run;
        run.send(v9(10, 1, 0xffff'fc18, kExportSeconds));
        run.send(v9(11, 1, 0, kExportSeconds + 1), kReceived + 1000);
        run.send(v9(13, 1, 2000, kExportSeconds + 3), kReceived + 3000);
        QCOMPARE(run.only().restarts(), 0);
        QCOMPARE(run.only().lost(), 1);
    }

    void silenceIsTold()
    {
        Run run;
        run.send(v9(10, 1));
        run.send(v9(500, 1, 1'600'000, kExportSeconds + 600), kReceived + 600'000);
        QCOMPARE(run.only().lost(), 0);
        QCOMPARE(run.only().unseen(), 489);
    }

    void portsCountApart()
    {
        Run run;
        for (uint32_t i = 0; i < 6; ++i) {
            run.send(v9(100 + i, 1), kReceived, 4001);
            run.send(v9(900'000 + i, 1), kReceived, 4002);
        }
        QCOMPARE(run.only().lost(), 0);
        QCOMPARE(run.only().restarts(), 0);
        QCOMPARE(run.only().of(FactKind::Port).size(), 2U);
        Run shared; // one process, several sockets
        for (uint32_t i = 0; i < 12; ++i)
            shared.send(v9(100 + i, 1), kReceived, static_cast<uint16_t>(4000 + i % 3));
        QCOMPARE(shared.only().lost(), 0);
        QCOMPARE(shared.only().restarts(), 0);
    }

    void sflowCountsDatagramsAndSamples()
    {
        Run run;
        run.send(sflowDatagram(1, 1000, sample(1, 1000, 0), 1), kReceived);
        run.send(sflowDatagram(2, 2000, sample(2, 1600, 0), 1), kReceived + 1000);
        run.send(sflowDatagram(4, 4000, sample(5, 3600, 2), 1), kReceived + 3000);
        run.send(sflowDatagram(5, 5000, sample(9, 50, 0, 6), 1), kReceived + 4000);
        const auto& stream = run.only();
        QCOMPARE(stream.key.protocol, Protocol::Sflow);
        QCOMPARE(stream.key.domain, 3U);
        QCOMPARE(stream.lost(), 1);
        QCOMPARE(stream[HealthCount::SamplesLost], 2);
        QCOMPARE(stream[HealthCount::SamplePool], 2600);
        QCOMPARE(stream[HealthCount::SampleDrops], 2);
        const auto rates = stream.of(FactKind::Sampling);
        QCOMPARE(rates.size(), 1U);
        QCOMPARE(rates[0].first.key, 512);
        QCOMPARE(rates[0].first.aux, static_cast<int64_t>(SamplingSource::Sample));
        QCOMPARE(rates[0].second.value, 4);
        QCOMPARE(stream.of(FactKind::Agent).size(), 1U);
        QVERIFY(!stream.skewMs());
    }

    void interfaceCountersAreDifferences()
    {
        Run run;
        const uint64_t start = kReceived / kLossSlotMs * kLossSlotMs + 1000;
        run.send(sflowDatagram(1, 1000, interfaceCounters(7, 1'000'000, 5000, 0xffff'fff0), 1), start);
        run.send(sflowDatagram(2, 21'000, interfaceCounters(7, 3'000'000, 6000, 0x10), 1), start + 20'000);
        run.send(sflowDatagram(3, 41'000, interfaceCounters(7, 3'500'000, 7000, 0x20), 1), start + 40'000);
        run.send(sflowDatagram(4, 61'000, interfaceCounters(7, 100, 100, 1), 1), start + 60'000); // began anew
        run.send(sflowDatagram(5, 81'000, interfaceCounters(7, 300, 200, 3), 1), start + 80'000);
        run.only();
        QCOMPARE(run.report.counters.size(), 1U);
        const auto& [key, counters] = *run.report.counters.begin();
        QCOMPARE(key.ifIndex, 7U);
        QCOMPARE(key.slotMs, start - 1000);
        QCOMPARE(counters.inOctets, 2'500'200U);
        QCOMPARE(counters.outOctets, 2'100U);
        QCOMPARE(counters.inPackets, 0x32U);
        QCOMPARE(counters.readings, 3U);
        QCOMPARE(counters.speed, 10'000'000'000U);
        QCOMPARE(counters.fromMs, start);
        QCOMPARE(counters.toMs, start + 80'000);
        QCOMPARE(counters.status, 3U);
    }

    void templatesAndTheirChanges()
    {
        Run run;
        run.send(ipfix(set(2, kTemplate)));
        run.send(ipfix(set(2, kTemplate)));
        run.send(ipfix(set(2, templateRecord(256, {{8, 4}, {12, 4}}))));
        run.send(ipfix(set(3, optionsTemplateIpfix(257, {{144, 4}}, {{41, 8}}))));
        const auto& stream = run.only();
        QCOMPARE(stream.templates(), 2U);
        QCOMPARE(stream[HealthCount::TemplatesChanged], 1);
        const auto templates = stream.of(FactKind::Template);
        QCOMPARE(templates.size(), 3U); // 256 with 2 and with 4 fields, 257
        QCOMPARE(templates[1].second.value, 2);
        QCOMPARE(templates[2].first.aux, 65536 + 2);
    }

    void clocks()
    {
        Run run;
        for (uint32_t i = 0; i < 5; ++i)
            run.send(v9(i, 1, 1'000'000, kExportSeconds), kReceived + 120'000); // two minutes behind
        const auto skew = run.only().skewMs();
        QVERIFY(skew.has_value());
        QVERIFY2(*skew < -100'000 && *skew > -140'000, qPrintable(QString::number(*skew)));
        Run right;
        for (uint32_t i = 0; i < 5; ++i)
            right.send(v9(i, 1, 1'000'000, kExportSeconds), uint64_t {kExportSeconds} * 1000 + 500);
        QCOMPARE(right.only().skewMs(), 0);
    }

    void binsAreNarrowAndInverse()
    {
        int64_t last = -1;
        for (int64_t ms = 0; ms < 5'000'000; ms += 1 + ms / 50) {
            const auto bin = timeBin(ms);
            QVERIFY(bin >= last);
            last = bin;
            QVERIFY(std::abs(timeOfBin(bin) - ms) <= ms / 5);
            QCOMPARE(timeBin(-ms), -bin);
            QCOMPARE(timeOfBin(-bin), -timeOfBin(bin));
        }
        QVERIFY(timeBin(INT64_MAX) <= 160);
        QVERIFY(timeBin(INT64_MIN) >= -160);
    }

    void everythingIsBounded()
    {
        HealthAccounting accounting(nullptr, {.streams = 3, .facts = 4, .sources = 2, .sessions = 2, .interfaces = 1});
        Decoder decoder(Schema::builtin(), {.observer = &accounting});
        FlowBatch rows(Schema::builtin());
        for (uint32_t domain = 0; domain < 10; ++domain)
            decoder.decode(datagram(ipfix(set(2, kTemplate), domain)), rows);
        for (uint16_t id = 300; id < 320; ++id)
            decoder.decode(datagram(ipfix(set(id, Octets().zeros(16)), 0), static_cast<uint16_t>(id)), rows);
        const auto report = accounting.take();
        QCOMPARE(report.streams.size(), 3U);
        QCOMPARE(report.beyond, 7U);
        QCOMPARE(report.streams.begin()->second.of(FactKind::UnknownSet).size(), 4U);
        QVERIFY(accounting.take().empty());
    }

    void truncatedMessagesDoNotLoseWhatFollows()
    {
        Run run;
        auto cut = ten(0, 10);
        cut.data().resize(cut.size() - 20);
        run.send(cut);
        run.send(ten(10, 5));
        run.send(ten(15, 5));
        QCOMPARE(run.only().lost(), 0);
        QVERIFY(run.only()[HealthCount::Malformed] > 0);
    }
};

QTEST_APPLESS_MAIN(TestHealth)
#include "test_health.moc"
