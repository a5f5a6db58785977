// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include <QtTest>

#include "core/decode/decoder.h"
#include "tests/support/messages.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

class RecogniseTest : public QObject {
    Q_OBJECT
private slots:
    void exportProtocols()
    {
        QCOMPARE(recognise(netflow5(record5())), Protocol::NetFlow5);
        QCOMPARE(recognise(Octets().u16(1).u16(1).u32(5).u32(kExportSeconds).u32(0).zeros(48)), Protocol::NetFlow1);
        QCOMPARE(recognise(Octets().u16(7).u16(1).u32(5).u32(kExportSeconds).u32(0).zeros(8 + 52)), Protocol::NetFlow7);
        QCOMPARE(recognise(netflow9(set(0, templateRecord(256, {{8, 4}})))), Protocol::NetFlow9);
        QCOMPARE(recognise(ipfix(set(2, templateRecord(256, {{8, 4}})))), Protocol::Ipfix);
        QCOMPARE(recognise(ipfix({})), Protocol::Ipfix);
        QCOMPARE(recognise(sflow(1, flowSample(1, rawHeader(1, 64, ethernet(0x0800, {}))))), Protocol::Sflow);
    }

    void exporterWithoutClockCounts()
    {
        QCOMPARE(recognise(netflow9(set(0, templateRecord(256, {{8, 4}})), {.seconds = 100})), Protocol::NetFlow9);
    }

    void cutExportIsStillExport()
    {
        Octets whole = netflow5(Octets().add(record5()).add(record5(1)), {.count = 2});
        whole.data().resize(24 + 48 + 10);
        QCOMPARE(recognise(whole), Protocol::NetFlow5);
        Octets nine = netflow9(set(256, Octets().zeros(100)));
        nine.data().resize(60);
        QCOMPARE(recognise(nine), Protocol::NetFlow9);
        Octets ten = ipfix(set(256, Octets().zeros(100)));
        ten.data().resize(60);
        QCOMPARE(recognise(ten), Protocol::Ipfix);
    }

    /// DNS messages whose random id happens to be a version number, queries and answers.
    void dnsIsNotExport_data()
    {
        QTest::addColumn<int>("id");
        for (const int id : {0, 1, 5, 7, 9, 10})
            QTest::newRow(qPrintable(QString::number(id))) << id;
    }
    void dnsIsNotExport()
    {
        QFETCH(int, id);
        const Octets name = Octets().u8(7).text("example").u8(3).text("com").u8(0).u16(1).u16(1);
        for (const uint16_t flags : {0x0100, 0x8180, 0x0000, 0x8580}) {
            for (const int answers : {0, 1, 8}) {
                Octets dns = Octets()
                                 .u16(static_cast<uint16_t>(id))
                                 .u16(flags)
                                 .u16(1)
                                 .u16(static_cast<uint16_t>(answers))
                                 .u16(0)
                                 .u16(1)
                                 .add(name);
                for (int i = 0; i < answers; ++i)
                    dns.u16(0xc00c).u16(1).u16(1).u32(300).u16(4).u32(0x5db8d822);
                QVERIFY(!recognise(dns));
            }
        }
    }

    void shortAndEmpty()
    {
        for (size_t n = 0; n < 24; ++n) {
            QVERIFY(!recognise(Octets().u16(5).zeros(n)));
            QVERIFY(!recognise(Octets().zeros(n)));
        }
    }

    void wrongVersionOfPinnedInputIsCounted()
    {
        Decoder decoder(Schema::builtin(), {.pinned = Protocol::NetFlow9});
        FlowBatch batch(Schema::builtin());
        const Octets five = netflow5(record5());
        decoder.decode(datagram(five), batch);
        decoder.decode(datagram({}), batch);
        QCOMPARE(decoder.stats()[DecodeCount::UnsupportedVersion], 2U);
        QCOMPARE(batch.rows(), 0U);
    }

    void otherTrafficIsCounted()
    {
        Decoder decoder(Schema::builtin());
        FlowBatch batch(Schema::builtin());
        decoder.decode(datagram(Octets().text("GET / HTTP/1.1\r\n\r\n")), batch);
        QCOMPARE(decoder.stats()[DecodeCount::NotFlowExport], 1U);
        QCOMPARE(decoder.stats().losses(), 1U);
        QCOMPARE(decoder.stats().datagrams(), 1U);
    }

    void statsAddUp()
    {
        DecodeStats a;
        DecodeStats b;
        a.add(DecodeCount::Flows, 2);
        b.add(DecodeCount::Flows, 3);
        b.add(DecodeCount::UnknownSets);
        a += b;
        QCOMPARE(a.flows(), 5U);
        QCOMPARE(a.losses(), 1U);
        std::set<std::string_view> names;
        for (const auto& info : DecodeStats::table())
            QVERIFY(names.insert(info.name).second);
    }
};

QTEST_APPLESS_MAIN(RecogniseTest)
#include "test_decode_recognise.moc"
