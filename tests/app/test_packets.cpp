// SPDX-License-Identifier: GPL-3.0-or-later
// Captures of packets from outside: folders in order of time, files that come again, and the packets behind a selection.
#include "tests/app/program.h"
#include "tests/support/corpus.h"
#include "tests/support/pcapwriter.h"

using namespace rivereto::support;

namespace {

/// An Ethernet frame with a UDP datagram.
std::vector<uint8_t> frame(uint8_t host, uint16_t port, size_t data = 100)
{
    std::vector<uint8_t> out {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0};
    const auto put = [&](uint64_t value, unsigned width) {
        for (unsigned i = width; i-- > 0;)
            out.push_back(static_cast<uint8_t>(value >> 8 * i));
    };
    put(28 + data, 2);
    put(0, 4);
    put(0x40110000, 4);
    put(0x0a000000U + host, 4);
    put(0xc6336401, 4);
    put(40'000, 2);
    put(port, 2);
    put(8 + data, 2);
    put(0, 2);
    out.resize(out.size() + data, 'x');
    return out;
}

constexpr uint64_t kStart = 1'700'000'000'000'000; // µs

} // namespace

class TestPackets : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test"); }
    void foldersInOrderOfTime();
    void filesByTime();
    void foldersAreFollowed();
    void theSameFileComesOnce();
    void packetsBehindAFilter();
    void packetsOfTheCorpus();
    void capturesThatAreGone();
    void exportThatIsNotMetered();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    void write(const QString& name, const PcapWriter& from) const
    {
        QVERIFY(QDir(m_folder.path()).mkpath(QFileInfo(name).path()));
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        auto bytes = const_cast<PcapWriter&>(from).bytes();
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
    }
    static PcapWriter some(uint64_t second, uint8_t host, int packets = 3)
    {
        PcapWriter out(PcapWriter::Format {});
        for (int i = 0; i < packets; ++i)
            out.packet(kStart + second * 1'000'000 + static_cast<uint64_t>(i) * 1000, frame(host, 53));
        return out;
    }
    /// What tshark sees of a file.
    static int packetsIn(const QString& file, const QString& filter = {})
    {
        Program program;
        const auto tshark = program.start(QStringList{"-r", file, "-T", "fields", "-e", "frame.time_epoch"} + (filter.isEmpty() ? QStringList() : QStringList{"-Y", filter}), "tshark");
        return static_cast<int>(Program::finish(*tshark, 60'000).lines().size());
    }
    QTemporaryDir m_folder;
    Program m_program;
};

void TestPackets::foldersInOrderOfTime()
{
    write("tree/a.pcap", some(200, 1));
    write("tree/deep/b.pcap", some(0, 2));
    write("tree/deep/c.pcap", some(100, 3));
    write("tree/.hidden.pcap", some(50, 4));
    QFile note(path("tree/note.txt"));
    QVERIFY(note.open(QIODevice::WriteOnly) && note.write("no traffic") > 0);
    note.close();
    const auto ran = m_program.run({"import", path("tree"), "--db", path("tree.rivereto"), "--format", "json"});
    COMPARE_EXIT(ran, 0);
    QStringList names;
    for (const auto file : ran.json()["files"].toArray())
        names << QFileInfo(file.toObject()["file"].toString()).fileName();
    QCOMPARE(names, QStringList({"b.pcap", "c.pcap", "a.pcap"}));
    QCOMPARE(ran.json()["total"]["flows"].toInt(), 3);
}

void TestPackets::filesByTime()
{
    // A file ends with its last change, which is now.
    write("times/early.pcap", some(0, 1));
    write("times/late.pcap", some(1000, 2));
    const auto until = m_program.run({"import", path("times"), "--to", "2023-11-14T22:20:00Z", "--db", path("times.rivereto"), "--format", "json"});
    COMPARE_EXIT(until, 0);
    QCOMPARE(until.json()["files"].toArray().size(), 1);
    const auto none = m_program.run({"import", path("times"), "--from", "2099-01-01", "--db", path("none.rivereto")});
    COMPARE_EXIT(none, 1);
    VERIFY_RAN(none.err.contains("of that time"), none);
    COMPARE_EXIT(m_program.run({"import", path("times"), "--from", "never", "--db", path("none.rivereto")}), 2);
}

void TestPackets::foldersAreFollowed()
{
    write("inbox/first.pcap", some(0, 1));
    const auto following = m_program.start({"import", path("inbox"), "--follow", "--for", "20s", "--db", path("inbox.rivereto"), "--format", "json"});
    const auto flows = [&] { return m_program.run({"query", "--db", path("inbox.rivereto"), "--units", "flows", "--format", "csv"}).lines().value(1).toInt(); };
    QTRY_COMPARE_WITH_TIMEOUT(flows(), 1, 10'000);
    write("inbox/second.pcap", some(100, 2));
    write("inbox/nfcapd.current.17", some(200, 3));
    QTRY_COMPARE_WITH_TIMEOUT(flows(), 2, 10'000);
    following->terminate();
    const auto ran = Program::finish(*following, 10'000);
    COMPARE_EXIT(ran, 0);
    QCOMPARE(ran.json()["files"].toArray().size(), 2);
    // The next time goes on where this one ended.
    const auto again = m_program.run({"import", path("inbox"), "--db", path("inbox.rivereto"), "--format", "json"});
    QCOMPARE(again.json()["total"]["flows"].toInt(), 1); // what was being written then
}

void TestPackets::theSameFileComesOnce()
{
    write("one.pcap", some(0, 1));
    QVERIFY(QFile::copy(path("one.pcap"), path("copy.pcap")));
    COMPARE_EXIT(m_program.run({"import", path("one.pcap"), "--db", path("once.rivereto")}), 0);
    const auto again = m_program.run({"import", path("copy.pcap"), "--db", path("once.rivereto"), "--format", "json"});
    COMPARE_EXIT(again, 0);
    VERIFY_RAN(again.err.contains("was read before as") && again.err.contains("one.pcap") && again.err.contains("--again"), again);
    QCOMPARE(again.json()["total"]["flows"].toInt(), 0);
    const auto forced = m_program.run({"import", path("copy.pcap"), "--again", "--db", path("once.rivereto"), "--format", "json"});
    COMPARE_EXIT(forced, 0);
    QCOMPARE(forced.json()["total"]["flows"].toInt(), 1);
    // Also within one job.
    const auto both = m_program.run({"import", path("one.pcap"), path("copy.pcap"), "--db", path("both.rivereto"), "--format", "json"});
    QCOMPARE(both.json()["total"]["flows"].toInt(), 1);
}

void TestPackets::packetsBehindAFilter()
{
    PcapWriter writer(PcapWriter::Format {.nanoseconds = true});
    for (uint64_t i = 0; i < 60; ++i)
        writer.packet(kStart + i * 1'000'000, frame(static_cast<uint8_t>(i % 3), i % 2 == 0 ? 53 : 443));
    write("mixed.pcap", writer);
    COMPARE_EXIT(m_program.run({"import", path("mixed.pcap"), "--db", path("mixed.rivereto")}), 0);
    const auto ran = m_program.run({"export", "--db", path("mixed.rivereto"), "--format", "pcap", "--output", path("out.pcapng"), "SrcAddr = 10.0.0.1 AND DstPort = 53"});
    COMPARE_EXIT(ran, 0);
    QCOMPARE(packetsIn(path("out.pcapng")), 10);
    QCOMPARE(packetsIn(path("out.pcapng"), "ip.src==10.0.0.1 && udp.dstport==53"), 10);
    // What was taken out reads as what was put in.
    const auto back = m_program.run({"query", "-r", path("out.pcapng"), "--kind", "flows", "--format", "json", "--fields", "SrcAddr,Packets,Bytes,TimeFlowStart,TimeFlowEnd"});
    const auto before = m_program.run({"query", "--db", path("mixed.rivereto"), "--kind", "flows", "--format", "json", "--fields", "SrcAddr,Packets,Bytes,TimeFlowStart,TimeFlowEnd", "SrcAddr = 10.0.0.1 AND DstPort = 53"});
    QCOMPARE(back.out, before.out);
    const auto none = m_program.run({"export", "--db", path("mixed.rivereto"), "--format", "pcap", "--output", path("none.pcapng"), "SrcAddr = 10.9.9.9"});
    COMPARE_EXIT(none, 1);
    VERIFY_RAN(none.err.contains("none of the packets") && !QFile::exists(path("none.pcapng")), none);
}

void TestPackets::packetsOfTheCorpus()
{
    if (!corpus())
        QSKIP("no corpus; made-up packets are selected above");
    const auto raw = QString::fromStdString((*corpus() / "raw").string());
    struct Case {
        QString file, ours, theirs;
    };
    for (const auto& [file, ours, theirs] : {Case {"ndpi-1kxun.pcap", "Port = 53", "udp.port==53 || tcp.port==53"}, Case {"pcpp-sll.pcap", "Proto = \"tcp\"", "tcp"},
             Case {"ndpi-sites.pcapng", "", ""}, Case {"pcpp-ip-frag.pcap", "", ""}, Case {"pcpp-many_interfaces-1.pcapng", "Proto = \"udp\"", "udp"}}) {
        const auto out = path(file + ".out.pcapng");
        const auto ran = m_program.run(QStringList{"export", "-r", raw + "/" + file, "--format", "pcap", "--output", out} + (ours.isEmpty() ? QStringList() : QStringList{ours}));
        COMPARE_EXIT(ran, 0);
        QCOMPARE(packetsIn(out), packetsIn(raw + "/" + file, theirs));
    }
}

void TestPackets::capturesThatAreGone()
{
    write("gone.pcap", some(0, 1));
    COMPARE_EXIT(m_program.run({"import", path("gone.pcap"), "--db", path("gone.rivereto")}), 0);
    QVERIFY(QFile::remove(path("gone.pcap")));
    const auto ran = m_program.run({"export", "--db", path("gone.rivereto"), "--format", "pcap", "--output", path("gone.pcapng")});
    COMPARE_EXIT(ran, 1);
    VERIFY_RAN(ran.err.contains("gone.pcap") && ran.err.contains("-r"), ran);
}

/// Datagrams are what is behind flows that came by export.
void TestPackets::exportThatIsNotMetered()
{
    COMPARE_EXIT(m_program.run({"demo", "--write", path("demo.pcap"), "--flows", "500", "--for", "10m", "--seed", "1"}), 0);
    COMPARE_EXIT(m_program.run({"import", path("demo.pcap"), "--db", path("demo.rivereto")}), 0);
    COMPARE_EXIT(m_program.run({"export", "--db", path("demo.rivereto"), "--format", "pcap", "--output", path("demo.out.pcapng")}), 0);
    // Those with templates only brought no flow.
    const int all = packetsIn(path("demo.pcap"));
    const int taken = packetsIn(path("demo.out.pcapng"));
    QVERIFY2(taken > 0 && taken <= all, qPrintable(QString::number(taken)));
    const auto back = m_program.run({"import", path("demo.out.pcapng"), "--db", path("back.rivereto"), "--format", "json"});
    QVERIFY(back.json()["total"]["flows"].toInt() > 0);
}

QTEST_GUILESS_MAIN(TestPackets)
#include "test_packets.moc"
