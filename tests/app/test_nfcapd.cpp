// SPDX-License-Identifier: GPL-3.0-or-later
// nfcapd files beside Debian's nfdump: what the program reads of its files, and what nfdump reads of ours.
#include "tests/app/program.h"
#include "tests/support/corpus.h"
#include "tests/support/nfcapdfiles.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::collectors;
using namespace rivereto::support;

namespace {

constexpr uint64_t kNow = 1'700'000'100'000;

struct Totals {
    quint64 flows = 0, packets = 0, bytes = 0;
    bool operator==(const Totals&) const = default;
};

Totals totalsOf(const FlowBatch& rows)
{
    Totals out {.flows = rows.rows()};
    const auto packets = rows.view(ColumnId::Packets), bytes = rows.view(ColumnId::Bytes);
    for (size_t row = 0; row < rows.rows(); ++row) {
        out.packets += packets.number(row);
        out.bytes += bytes.number(row);
    }
    return out;
}

} // namespace

class TestNfcapd : public QObject {
    Q_OBJECT
private slots:
    void initTestCase()
    {
        QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test");
        if (QStandardPaths::findExecutable("nfdump").isEmpty())
            QSKIP("nfdump is not installed");
        m_program.set("PYTHONDONTWRITEBYTECODE", "1");
    }

    /// What was made before with nfdump 1.7.8 of every file of the corpus that has records.
    void corpusBesideItsGoldens()
    {
        if (!corpus())
            QSKIP("no corpus");
        QStringList arguments;
        const QDir goldens(QString::fromStdString((*corpus() / "golden/nfcapd").string()));
        for (const auto& name : goldens.entryList({"*.json"}, QDir::Files))
            arguments << file(*corpus() / "nfcapd" / name.section('.', 0, 0).toStdString()) + "=" + goldens.filePath(name);
        compare(arguments, 2000);
    }

    /// The files that version 1.7.1 can read, but for long ones. Of records with addresses of both families it shows those that
    /// are zero.
    void corpusBesideNfdump()
    {
        if (!corpus())
            QSKIP("no corpus");
        QStringList arguments;
        for (const auto& entry : std::filesystem::directory_iterator(*corpus() / "nfcapd")) {
            const auto name = entry.path().filename().string();
            const auto is = [&](const char* part) { return name.find(part) != std::string::npos; };
            if (!is("zstd") && !is("large") && !is("overflowd") && !is("pmacct501"))
                arguments << file(entry.path());
        }
        compare(arguments, 4500);
    }

    /// Packets metered by softflowd, collected by nfcapd, and packed anew by nfdump in every way it knows.
    void filesOfNfdump()
    {
        const auto plain = made();
        QVERIFY2(!plain.isEmpty(), "nfcapd wrote no file");
        QStringList files {plain};
        for (const char* option : {"-z", "-y", "-j"}) {
            const auto name = path(QString("packed%1").arg(option));
            COMPARE_EXIT(nfdump({"-r", plain, "-w", name, option}), 0);
            files << name;
        }
        const auto whole = readFlows(plain.toStdString());
        QVERIFY(whole.rows.rows() > 100);
        for (const auto& name : files) {
            const auto read = readFlows(name.toStdString());
            QCOMPARE(read.damage, std::string());
            QCOMPARE(difference(whole.rows, 0, read.rows, 0, whole.rows.rows()), std::string());
            QVERIFY(totalsOf(read.rows) == summary(name));
        }
        compare(files, 400);
        // Aggregated records and those of both directions, whose flows and counters nfdump adds up.
        for (const char* option : {"-a", "-b"}) {
            const auto name = path(QString("aggregated%1").arg(option));
            COMPARE_EXIT(nfdump({"-r", plain, option, "-w", name}), 0);
            const auto read = readFlows(name.toStdString());
            QCOMPARE(read.damage, std::string());
            const auto all = totalsOf(read.rows), before = totalsOf(whole.rows);
            QVERIFY2(all.packets == before.packets && all.bytes == before.bytes, option);
        }
    }

    void ourFiles_data()
    {
        QTest::addColumn<int>("compression");
        for (const int compression : {0, 1, 2, 3}) // Zstandard is beyond 1.7.1
            QTest::newRow(std::string(compressionName(static_cast<NfcapdCompression>(compression))).c_str()) << compression;
    }
    void ourFiles()
    {
        QFETCH(int, compression);
        const auto name = path("ours");
        const auto rows = nfcapdRows(6000, kNow, 7);
        writeNfcapd(name.toStdString(), rows, {.compression = static_cast<NfcapdCompression>(compression), .ident = "edge-1"});
        const auto verified = nfdump({"-v", name});
        COMPARE_EXIT(verified, 0);
        QVERIFY2(verified.err.isEmpty(), verified.err.constData());
        QVERIFY2(verified.out.contains("Records       : 6002"), verified.out.constData()); // with name and statistics
        QVERIFY(totalsOf(rows) == summary(name));
        QVERIFY(nfdump({"-I", "-r", name}).out.contains("Ident: edge-1"));
        const auto quiet = nfdump({"-r", name, "-o", "null"});
        QVERIFY2(quiet.err.isEmpty(), quiet.err.constData()); // no word of unknown elements
        compare({name}, 6000);
    }

    /// From a capture into a file of ours: nfdump shows what the capture holds.
    void capturesWrittenByUs()
    {
        if (!corpus())
            QSKIP("no corpus");
        QStringList arguments;
        for (const char* capture : {"netflow/logstash-cisco-asr9k-260-v9.pcap", "netflow/graylog-netgraph-v5.pcap", "netflow/gen-pmacctd-v5-1kxun.pcap",
                 "netflow/logstash-cisco-asa-1-v9.pcap", "netflow/logstash-cisco-1941k9-v9.pcap"}) {
            const auto source = *corpus() / capture;
            const auto rows = decoded(source);
            QVERIFY2(rows.rows() > 0, capture);
            const auto name = path(QString::fromStdString(source.stem().string()));
            writeNfcapd(name.toStdString(), rows);
            arguments << file(source) + "=" + name;
        }
        compare(arguments, 400);
    }

    /// A folder, which nfdump reads whole.
    void ourFolder()
    {
        auto rows = nfcapdRows(5000, kNow);
        for (size_t row = 0; row < rows.rows(); ++row)
            rows.set<uint64_t>(ColumnId::TimeReceived, row, kNow + row * 500);
        writeNfcapd(path("folder/").toStdString(), rows);
        QCOMPARE(QDir(path("folder")).entryList(QDir::Files | QDir::Hidden).size(), 9);
        const auto all = nfdump({"-R", path("folder"), "-I"});
        COMPARE_EXIT(all, 0);
        QVERIFY2(all.out.contains("Flows: 5000"), all.out.constData());
    }

private:
    [[nodiscard]] QString path(const QString& name) const { return m_folder.filePath(name); }
    static QString file(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }
    Ran nfdump(const QStringList& arguments) const
    {
        const auto process = m_program.start(arguments, "nfdump");
        return Program::finish(*process, 60'000);
    }

    /// What nfdump -I says.
    Totals summary(const QString& name) const
    {
        const auto out = QString::fromUtf8(nfdump({"-I", "-r", name}).out);
        const auto number = [&](const char* what) { return QRegularExpression(QString("(?m)^%1: (\\d+)").arg(what)).match(out).captured(1).toULongLong(); };
        return {number("Flows"), number("Packets"), number("Bytes")};
    }

    static FlowBatch decoded(const std::filesystem::path& capture)
    {
        FlowBatch rows(Schema::builtin());
        auto opened = openFlowFile(capture, {.schema = Schema::builtin()});
        if (!opened)
            return rows;
        Decoder decoder(Schema::builtin(), {});
        DatagramBatch datagrams;
        auto status = FlowFile::Status::More;
        while (status == FlowFile::Status::More) {
            datagrams.clear();
            status = (*opened)->read(datagrams, rows, {});
            for (size_t i = 0; i < datagrams.size(); ++i)
                decoder.decode(datagrams[i], rows);
        }
        decoder.finish();
        return rows;
    }

    /// The file that nfcapd makes of what softflowd exports of some packets.
    QString made() const
    {
        const auto process = m_program.start({QStringLiteral(RIVERETO_SOURCE_DIR "/tests/support/comparenfcapd.py"), "--make", m_folder.path()}, "python3");
        if (Program::finish(*process, 60'000).exit != 0)
            return {};
        const auto names = QDir(path("nfcapd")).entryList({"nfcapd.2*"}, QDir::Files);
        return names.isEmpty() ? QString() : path("nfcapd/" + names.first());
    }

    /// No field may differ.
    void compare(const QStringList& arguments, int least) const
    {
        const auto process = m_program.start(QStringList {QStringLiteral(RIVERETO_SOURCE_DIR "/tests/support/comparenfcapd.py"), Program::path()} + arguments, "python3");
        const auto ran = Program::finish(*process, 280'000);
        COMPARE_EXIT(ran, 0);
        const auto lines = ran.lines();
        QVERIFY2(lines.size() == 1, ran.out.constData());
        const auto counted = QRegularExpression("(\\d+) records, (\\d+) fields compared").match(QString::fromUtf8(ran.out));
        QVERIFY2(counted.captured(1).toInt() >= least, ran.out.constData());
        qInfo("%s", lines.last().constData());
    }

    QTemporaryDir m_folder;
    Program m_program;
};

QTEST_GUILESS_MAIN(TestNfcapd)
#include "test_nfcapd.moc"
