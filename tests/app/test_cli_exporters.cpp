// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto exporters, from outside: health of exporters of captures and databases, counters beside flows.
#include <filesystem>

#include "tests/app/program.h"
#include "tests/support/corpus.h"
#include "tests/support/messages.h"
#include "tests/support/pcapwriter.h"

using namespace rivereto;
using namespace rivereto::support;

namespace {

constexpr uint64_t kStartUs = uint64_t {kExportSeconds} * 1'000'000 + 500'000;

Octets inFrame(const Octets& payload, std::string_view source, uint16_t port)
{
    return ethernet(0x0800, ipv4(udp(50'000, port, payload), {}, source, "10.9.9.9"));
}

Octets interfaceCounters(uint32_t ifIndex, uint64_t in, uint64_t out)
{
    const auto body = Octets().u32(ifIndex).u32(6).u64(1'000'000'000).u32(1).u32(3).u64(in).u32(0).u32(0).u32(0).u32(0).u32(0).u32(0).u64(out).u32(0).u32(0).u32(0).u32(0).u32(0);
    return tagged(2, Octets().u32(1).u32(ifIndex).u32(1).add(tagged(1, body)));
}

Octets sflowOf(uint32_t sequence, const Octets& samples, uint32_t count)
{
    return Octets().u32(5).u32(1).ip("10.0.0.2").u32(0).u32(sequence).u32(sequence * 1000).u32(count).add(samples);
}

} // namespace

class TestCliExporters : public QObject {
    Q_OBJECT

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QTemporaryDir m_folder;
    Program m_program;
    QString m_capture;

    static QMap<QString, QString> row(const QList<QStringList>& rows, const QString& column, const QString& value)
    {
        const auto at = rows[0].indexOf(column);
        for (const auto& one : rows.mid(1)) {
            if (one[at] != value)
                continue;
            QMap<QString, QString> out;
            for (qsizetype i = 0; i < one.size(); ++i)
                out[rows[0][i]] = one[i];
            return out;
        }
        return {};
    }

private slots:
    /// The set makes it a damaged input: programs that read it end with 3.
    /// A v9 exporter that loses two of its datagrams and a set, and an sFlow one whose interface 5 carries twice of what its samples say.
    void initTestCase()
    {
        QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test");
        PcapWriter writer(PcapWriter::Format {});
        const auto layout = set(0, templateRecord(256, {{8, 4}, {12, 4}, {1, 4}, {2, 4}}));
        const auto data = set(256, Octets().ip("10.0.0.1").ip("10.0.0.2").u32(1000).u32(10));
        for (const uint32_t sequence : {1U, 2U, 5U, 6U, 7U, 8U, 9U, 10U}) {
            auto sets = Octets().add(layout).add(data);
            if (sequence == 6)
                sets.add(set(999, Octets().zeros(20)));
            writer.packet(kStartUs + sequence * 1'000'000, inFrame(netflow9(sets, {.uptimeMs = sequence * 1000, .seconds = kExportSeconds + sequence, .sequence = sequence}), "10.0.0.1", 2055));
        }
        for (uint32_t i = 0; i <= 10; ++i) {
            const auto packet = rawHeader(1, 1018, ethernet(0x0800, ipv4(udp(1, 2, {}), {.totalLength = 1000})));
            const auto sample = tagged(1, Octets().u32(i).u32(5).u32(100).u32(i * 100).u32(0).u32(5).u32(6).u32(1).add(packet));
            // Each sample stands for 100 packets of 1018 octets.
            writer.packet(kStartUs + i * 2'000'000, inFrame(sflowOf(i, interfaceCounters(5, 2 * 101'800 * i, 0).add(sample), 2), "10.0.0.2", 6343));
        }
        m_capture = path("two.pcap");
        QVERIFY(writeAll(m_capture, QByteArray(reinterpret_cast<const char*>(writer.bytes().data()), static_cast<qsizetype>(writer.bytes().size()))));
    }

    void healthOfCaptures()
    {
        const auto ran = m_program.run({"exporters", "-r", m_capture, "--format", "csv"});
        COMPARE_EXIT(ran, 3);
        const auto rows = parseCsv(ran.out);
        QCOMPARE(rows.size(), 3);
        const auto nine = row(rows, "exporter", "10.0.0.1");
        QCOMPARE(nine["protocol"], "netflow9");
        QCOMPARE(nine["domain"], "7");
        QCOMPARE(nine["datagrams"], "8");
        QCOMPARE(nine["flows"], "8");
        QCOMPARE(nine["lost"], "2");
        QCOMPARE(nine["lostUnit"], "datagrams");
        QCOMPARE(nine["templates"], "1");
        QCOMPARE(nine["unknownSets"], "1");
        QCOMPARE(nine["unknownSetIds"], "999");
        QCOMPARE(nine["sampling"], "unknown");
        QCOMPARE(nine["clockSkew"], "0");
        const auto sflow = row(rows, "exporter", "10.0.0.2");
        QCOMPARE(sflow["protocol"], "sflow");
        QCOMPARE(sflow["lost"], "0");
        QCOMPARE(sflow["counterSamples"], "11");
        QCOMPARE(sflow["sampling"], "100");
        QCOMPARE(sflow["clockSkew"], "");
    }

    void databasesKeepIt()
    {
        const auto database = path("kept.rivereto");
        COMPARE_EXIT(m_program.run({"import", m_capture, "--db", database, "--quiet"}), 3);
        const auto ran = m_program.run({"exporters", "--db", database, "--format", "json"});
        COMPARE_EXIT(ran, 0);
        const auto rows = ran.json().array();
        QCOMPARE(rows.size(), 2);
        QCOMPARE(rows[0].toObject()["lost"].toInt(), 2);
        QVERIFY(rows[1].toObject()["clockSkew"].isNull());
        // Another import adds.
        COMPARE_EXIT(m_program.run({"import", m_capture, "--again", "--db", database, "--quiet"}), 3);
        QCOMPARE(m_program.run({"exporters", "--db", database, "--format", "json"}).json().array()[0].toObject()["lost"].toInt(), 4);
        QCOMPARE(m_program.run({"check", database}).exit, 0);
    }

    void countersBesideFlows()
    {
        const auto ran = m_program.run({"exporters", "-r", m_capture, "--interfaces", "--format", "csv"});
        COMPARE_EXIT(ran, 3);
        const auto five = row(parseCsv(ran.out), "interface", "5");
        QCOMPARE(five["exporter"], "10.0.0.2");
        QCOMPARE(five["speed"], "1000000000");
        QCOMPARE(five["inBytesCounters"], "2036000");
        // The range is that of the counters: its end, with the last sample, is not in it.
        QCOMPARE(five["inBytesFlows"], "1018000");
        QCOMPARE(five["inShare"], "0.5");
        const auto six = row(parseCsv(ran.out), "interface", "6");
        QCOMPARE(six["inBytesCounters"], "");
        QCOMPARE(six["outBytesFlows"], "1018000");
    }

    void textIsAligned()
    {
        const auto ran = m_program.run({"exporters", "-r", m_capture});
        COMPARE_EXIT(ran, 3);
        QCOMPARE(ran.lines().size(), 3);
        QVERIFY(ran.lines()[0].startsWith("exporter"));
        COMPARE_EXIT(m_program.run({"exporters", "-r", m_capture, "--interfaces"}), 3);
    }

    void findings()
    {
        const auto ran = m_program.run({"findings", "-r", m_capture, "--format", "json"});
        COMPARE_EXIT(ran, 3);
        QStringList nine;
        for (const auto& one : ran.json().array()) {
            if (one.toObject()["exporter"].toString() == QStringLiteral("10.0.0.1"))
                nine << one.toObject()["finding"].toString();
            QVERIFY(!one.toObject()["evidence"].toString().isEmpty());
        }
        QVERIFY(nine.contains("no-template"));
        QVERIFY(nine.contains("sequence-loss"));
        QVERIFY(nine.contains("sampling-unknown"));
        QVERIFY(nine.contains("without-interface"));
        const auto text = m_program.run({"findings", "-r", m_capture});
        COMPARE_EXIT(text, 3);
        QVERIFY(text.out.contains("template data timeout 60"));
        QCOMPARE(ran.json().array()[0].toObject()["severity"].toString(), QStringLiteral("serious"));
        COMPARE_EXIT(m_program.run({"findings", "-r", m_capture, "--interval", "x"}), 2);
    }

    void wrongUsage()
    {
        COMPARE_EXIT(m_program.run({"exporters"}), 2);
        COMPARE_EXIT(m_program.run({"exporters", "-r"}), 2);
        COMPARE_EXIT(m_program.run({"exporters", "-r", m_capture, "--db", "x"}), 2);
        COMPARE_EXIT(m_program.run({"exporters", "-r", m_capture, "--format", "ndjson"}), 2);
        COMPARE_EXIT(m_program.run({"exporters", "--db", path("none.rivereto")}), 1);
        COMPARE_EXIT(m_program.run({"exporters", "--help"}), 0);
    }

    /// Captures of one exporter without loss: what other programs count is what is counted here.
    void corpus()
    {
        const auto folder = support::corpus();
        if (!folder)
            QSKIP("no corpus; healthOfCaptures tests the same on our own data");
        const auto file = QString::fromStdString((*folder / "netflow/logstash-softflowd-v5.pcap").string());
        const auto ran = m_program.run({"exporters", "-r", file, "--format", "json"});
        COMPARE_EXIT(ran, 0);
        qint64 datagrams = 0;
        for (const auto& one : ran.json().array()) {
            datagrams += one.toObject()["datagrams"].toInt();
            QCOMPARE(one.toObject()["lost"].toInt(), 0);
            QCOMPARE(one.toObject()["malformed"].toInt(), 0);
        }
        QCOMPARE(datagrams, 12);
    }
};

QTEST_GUILESS_MAIN(TestCliExporters)
#include "test_cli_exporters.moc"
