// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto inspect, from outside: trees, templates with their history, what could not be decoded; the same counts as import.
#include <QElapsedTimer>

#include "tests/app/program.h"
#include "tests/support/corpusindex.h"
#include "tests/support/messages.h"
#include "tests/support/pcapwriter.h"

using namespace rivereto::support;

class TestCliInspect : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void textTree();
    void jsonTree();
    void unknownElementsAreShown();
    void countsAgreeWithImport_data();
    void countsAgreeWithImport();
    void choosesDatagrams();
    void templates();
    void errors();
    void damage();
    void wrongUsage_data();
    void wrongUsage();
    void closedPipe();
    void standardInput();
    void corpusAgreesWithImport();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QString write(const QString& name, const std::vector<Octets>& payloads) const
    {
        PcapWriter writer(PcapWriter::Format {.swapped = false});
        uint64_t us = 1'700'000'000'000'000;
        for (const auto& payload : payloads)
            writer.packet(us += 1'000'000, ethernet(0x0800, ipv4(udp(40000, 2055, payload), {}, "192.0.2.1", "192.0.2.254")));
        const auto& bytes = writer.bytes();
        writeAll(path(name), {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())});
        return path(name);
    }
    QTemporaryDir m_folder;
    Program m_program;
    QString m_demo;
};

namespace {

/// Counts the nodes of a kind.
int countKind(const QJsonObject& node, const QString& kind)
{
    int out = node["kind"].toString() == kind ? 1 : 0;
    for (const auto child : node["children"].toArray())
        out += countKind(child.toObject(), kind);
    return out;
}

/// Flow records and flow samples.
qint64 countRecords(const QJsonObject& node)
{
    qint64 out = node["kind"] == "record" || (node["kind"] == "sample" && (node["id"] == 1 || node["id"] == 3)) ? 1 : 0;
    for (const auto child : node["children"].toArray())
        out += countRecords(child.toObject());
    return out;
}

QJsonObject find(const QJsonObject& node, const QString& name)
{
    if (node["name"] == name)
        return node;
    for (const auto child : node["children"].toArray()) {
        if (const auto found = find(child.toObject(), name); !found.isEmpty())
            return found;
    }
    return {};
}

/// Whether children lie side by side and are all of their parent.
bool tiled(const QJsonObject& node)
{
    const auto children = node["children"].toArray();
    int at = node["offset"].toInt();
    for (const auto child : children) {
        if (child.toObject()["offset"].toInt() != at || !tiled(child.toObject()))
            return false;
        at += child.toObject()["length"].toInt();
    }
    return children.isEmpty() || at == node["offset"].toInt() + node["length"].toInt();
}

const Octets kTemplate = templateRecord(256, {{8, 4}, {12, 4}, {1, 4}, {2, 4}, {4711, 2}, {77, 3, 4242}});
const Octets kRecord = Octets().ip("10.0.0.1").ip("10.0.0.2").u32(1500).u32(3).u16(7).u24(9);

} // namespace

void TestCliInspect::initTestCase()
{
    QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test");
    m_demo = path("demo.pcap");
    COMPARE_EXIT(m_program.run({"demo", "--write", m_demo, "--flows", "3000", "--seed", "7"}), 0);
}

void TestCliInspect::textTree()
{
    const auto file = write("text.pcap", {ipfix(Octets().add(set(2, kTemplate)).add(set(256, kRecord)))});
    const auto ran = m_program.run({"inspect", file, "--hex"});
    COMPARE_EXIT(ran, 0);
    VERIFY_RAN(ran.out.startsWith("Datagram 1  2023-11-14T22:13:21.000Z  192.0.2.1:40000 → 192.0.2.254:2055  IPFIX  "), ran);
    for (const auto* part :
        {"Template set 2", "Template 256", "Data set 256", "8 sourceIPv4Address (ipv4Address): 10.0.0.1  [0a 00 00 01]",
            "1 octetDeltaCount (unsigned64): 1500  [00 00 05 dc]", "observation domain: 7", "\n0000  00 0a 00 "})
        VERIFY_RAN(ran.out.contains(part), ran);
    VERIFY_RAN(ran.err.contains("1 datagram, 1 record, 0 options records, 1 template"), ran);
    QVERIFY(m_program.run({"inspect", file, "--quiet"}).err.isEmpty());
}

void TestCliInspect::jsonTree()
{
    const auto ran = m_program.run({"inspect", m_demo, "--format", "json", "--count", "20"});
    COMPARE_EXIT(ran, 0);
    const auto all = ran.json().array();
    QCOMPARE(all.size(), 20);
    for (const auto one : all) {
        const auto tree = one.toObject()["tree"].toObject();
        QVERIFY(tiled(tree));
        QCOMPARE(tree["length"], one.toObject()["length"]);
        QCOMPARE(one.toObject()["problems"].toInt(), 0);
    }
    // A line a datagram says the same.
    const auto lines = m_program.run({"inspect", m_demo, "--format", "ndjson", "--count", "20"}).lines();
    QCOMPARE(lines.size(), 20);
    QCOMPARE(QJsonDocument::fromJson(lines[7]).object(), all[7].toObject());
    QCOMPARE(m_program.run({"inspect", m_demo, "--format", "json", "--exporter", "203.0.113.99"}).json().array().size(), 0);
}

void TestCliInspect::unknownElementsAreShown()
{
    const auto file = write("unknown.pcap", {ipfix(Octets().add(set(2, kTemplate)).add(set(256, kRecord)))});
    const auto ran = m_program.run({"inspect", file, "--format", "ndjson"});
    COMPARE_EXIT(ran, 0);
    const auto tree = ran.json().object()["tree"].toObject();
    const auto record = find(tree, "Record");
    const auto own = find(record, "element 4711");
    QCOMPARE(own["element"].toInt(), 4711);
    QCOMPARE(own["bytes"].toString(), "0007");
    const auto vendor = find(record, "4242:77");
    QCOMPARE(vendor["enterprise"].toInt(), 4242);
    QCOMPARE(vendor["bytes"].toString(), "000009");
}

void TestCliInspect::countsAgreeWithImport_data()
{
    QTest::addColumn<QString>("file");
    QTest::newRow("demo") << m_demo;
    QTest::newRow("v5") << write("v5.pcap", {netflow5(Octets().add(record5(1)).add(record5(2)), {.count = 2})});
    QTest::newRow("options") << write("options.pcap",
        {netflow9(Octets().add(set(1, optionsTemplate9(257, {{1, 4}}, {{34, 4}}))).add(set(257, Octets().u32(1).u32(100))))});
    QTest::newRow("unknown set") << write("gone.pcap", {ipfix(set(256, kRecord))});
}

void TestCliInspect::countsAgreeWithImport()
{
    QFETCH(QString, file);
    const auto import = m_program.run({"import", file, "--db", path("counts.rivereto"), "--format", "json"});
    QFile::remove(path("counts.rivereto"));
    const auto total = import.json().object()["total"].toObject();
    const auto ran = m_program.run({"inspect", file, "--format", "ndjson"});
    QCOMPARE(ran.exit, import.exit);
    qint64 records = 0;
    qint64 options = 0;
    for (const auto& line : ran.lines()) {
        const auto tree = QJsonDocument::fromJson(line).object()["tree"].toObject();
        records += countRecords(tree);
        options += countKind(tree, "options-record");
    }
    QCOMPARE(ran.lines().size(), total["datagrams"].toInteger());
    QCOMPARE(records, total["records"].toInteger());
    QCOMPARE(options, total["optionsRecords"].toInteger());
}

void TestCliInspect::choosesDatagrams()
{
    const auto third = m_program.run({"inspect", m_demo, "--datagram", "3", "--format", "ndjson"});
    COMPARE_EXIT(third, 0);
    QCOMPARE(third.lines().size(), 1);
    const auto object = third.json().object();
    QCOMPARE(object["datagram"].toInt(), 3);
    const auto own
        = m_program.run({"inspect", m_demo, "--exporter", object["source"].toString(), "--count", "5", "--format", "ndjson"});
    COMPARE_EXIT(own, 0);
    QCOMPARE(own.lines().size(), 5);
    for (const auto& line : own.lines())
        QCOMPARE(QJsonDocument::fromJson(line).object()["source"], object["source"]);
    // What lies before is still known: a late data set has its fields.
    const auto file = write("late.pcap", {ipfix(set(2, kTemplate)), ipfix(set(256, kRecord))});
    QCOMPARE(countRecords(
                 m_program.run({"inspect", file, "--datagram", "2", "--format", "ndjson"}).json().object()["tree"].toObject()),
        1);
    const auto range = m_program.run({"inspect", m_demo, "--datagram", "5-7", "--format", "ndjson"});
    COMPARE_EXIT(range, 0);
    QCOMPARE(range.lines().size(), 3);
    QCOMPARE(range.lines()[0], m_program.run({"inspect", m_demo, "--datagram", "5", "--format", "ndjson"}).lines()[0]);
    QCOMPARE(m_program.run({"inspect", file, "--datagram", "2-", "--format", "ndjson"}).lines().size(), 1);
    // By field: of two data sets only one has it.
    const auto some
        = write("some.pcap", {ipfix(set(2, kTemplate)), ipfix(set(2, templateRecord(257, {{56, 6}}))), ipfix(set(256, kRecord))});
    for (const auto* what : {"4242:77", "4711", "OCTETDELTA"})
        QCOMPARE(m_program.run({"inspect", some, "--field", what, "--format", "ndjson"}).lines().size(), 2);
    const auto beyond = m_program.run({"inspect", file, "--datagram", "9"});
    COMPARE_EXIT(beyond, 1);
    VERIFY_RAN(beyond.err.contains("there is no datagram 9"), beyond);
}

void TestCliInspect::templates()
{
    const auto other = templateRecord(256, {{8, 4}, {12, 4}});
    const auto file = write("templates.pcap",
        {ipfix(set(256, kRecord)), ipfix(set(2, kTemplate)), ipfix(set(2, kTemplate)), ipfix(set(256, kRecord)),
            ipfix(set(2, other)), ipfix(set(2, Octets().u16(256).u16(0))), ipfix(set(2, kTemplate), 8)});
    const auto ran = m_program.run({"inspect", file, "--templates", "--format", "json"});
    COMPARE_EXIT(ran, 3);
    const auto all = ran.json().array();
    QCOMPARE(all.size(), 2);
    const auto first = all[0].toObject();
    QCOMPARE(first["domain"].toInt(), 7);
    QCOMPARE(first["definitions"].toInt(), 3);
    QCOMPARE(first["refreshes"].toInt(), 1);
    QCOMPARE(first["records"].toInt(), 1);
    QCOMPARE(first["missingSets"].toInt(), 1);
    QCOMPARE(first["withdrawn"].toBool(), true);
    QStringList events;
    for (const auto event : first["events"].toArray())
        events << QStringLiteral("%1 %2").arg(event.toObject()["what"].toString()).arg(event.toObject()["datagram"].toInt());
    QCOMPARE(events, (QStringList {"missing 1", "defined 2", "changed 5", "withdrawn 6"}));
    QCOMPARE(first["events"].toArray()[1].toObject()["fields"].toArray().size(), 6);
    QCOMPARE(all[1].toObject()["domain"].toInt(), 8);
    const auto text = m_program.run({"inspect", file, "--templates"});
    COMPARE_EXIT(text, 3);
    for (const auto* part :
        {"192.0.2.1  IPFIX  domain 7", "Template 256  from port 40000: 2 fields, sent 3 times, 1 record, withdrawn",
            "changed in datagram 5", "refreshed 1 time, last in datagram 5", "withdrawn in datagram 6",
            "missing in datagram 1: data without it, 1 set in all", "4242:77  unknown  3 octets"})
        VERIFY_RAN(text.out.contains(part), text);
}

void TestCliInspect::errors()
{
    const auto file = write("errors.pcap",
        {ipfix(set(2, kTemplate)), ipfix(set(300, Octets().u32(1))),
            ipfix(Octets().add(set(256, kRecord)).u16(256).u16(400).u32(1))});
    const auto ran = m_program.run({"inspect", file, "--problems"});
    COMPARE_EXIT(ran, 3);
    VERIFY_RAN(!ran.out.contains("Datagram 1 "), ran);
    VERIFY_RAN(ran.out.contains("IPFIX › Data set 300: Its template has not come yet. (8 octets)"), ran);
    VERIFY_RAN(ran.out.contains("The set claims more than the message holds."), ran);
    const auto json = m_program.run({"inspect", file, "--problems", "--format", "json"});
    QCOMPARE(json.json().array().size(), 2);
    QCOMPARE(json.json().array()[0].toObject()["problems"].toArray()[0].toObject()["why"].toString(),
        "Its template has not come yet.");
    // A withdrawal is no fault.
    const auto fine = write("fine.pcap", {ipfix(set(2, kTemplate)), ipfix(set(2, Octets().u16(256).u16(0)))});
    const auto none = m_program.run({"inspect", fine, "--problems"});
    COMPARE_EXIT(none, 0);
    QVERIFY(none.out.isEmpty());
}

void TestCliInspect::damage()
{
    auto bytes = readAll(m_demo);
    bytes.chop(bytes.size() / 2 + 3);
    writeAll(path("cut.pcap"), bytes);
    const auto ran = m_program.run({"inspect", path("cut.pcap"), "--format", "ndjson"});
    COMPARE_EXIT(ran, 3);
    VERIFY_RAN(ran.lines().size() > 5, ran);
    VERIFY_RAN(ran.err.contains("breaks off"), ran);
    COMPARE_EXIT(m_program.run({"inspect", path("missing.pcap")}), 1);
    const auto both = m_program.run({"inspect", path("missing.pcap"), m_demo, "--count", "1"});
    COMPARE_EXIT(both, 3);
    VERIFY_RAN(both.out.contains(m_demo.toUtf8()), both);
}

void TestCliInspect::wrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("no file") << QStringList {};
    QTest::newRow("format") << QStringList {"x.pcap", "--format", "csv"};
    QTest::newRow("address") << QStringList {"x.pcap", "--exporter", "nobody"};
    QTest::newRow("number") << QStringList {"x.pcap", "--count", "many"};
    QTest::newRow("datagram 0") << QStringList {"x.pcap", "--datagram", "0"};
    QTest::newRow("range") << QStringList {"x.pcap", "--datagram", "7-3"};
    QTest::newRow("words") << QStringList {"x.pcap", "--datagram", "all"};
    QTest::newRow("both") << QStringList {"x.pcap", "--templates", "--problems"};
}

void TestCliInspect::wrongUsage()
{
    QFETCH(QStringList, arguments);
    const auto ran = m_program.run(QStringList {"inspect"} + arguments);
    COMPARE_EXIT(ran, 2);
    QVERIFY(ran.out.isEmpty());
    VERIFY_RAN(ran.err.contains("rivereto inspect --help"), ran);
}

void TestCliInspect::closedPipe()
{
    QElapsedTimer clock;
    clock.start();
    m_program.set("FILE", m_demo);
    const auto ran = m_program.shell("\"$RIVERETO_BINARY\" inspect \"$FILE\" | head -n 1; echo ${PIPESTATUS:-done} >&2");
    QCOMPARE(ran.lines().size(), 1);
    VERIFY_RAN(!ran.err.contains("rivereto:"), ran);
    m_program.unset("FILE");
}

void TestCliInspect::standardInput()
{
    const auto ran = m_program.run({"inspect", "-", "--count", "2", "--format", "ndjson"}, readAll(m_demo));
    COMPARE_EXIT(ran, 0);
    QCOMPARE(ran.lines().size(), 2);
}

void TestCliInspect::corpusAgreesWithImport()
{
    const auto files = exportCaptures();
    if (files.empty())
        QSKIP("no corpus; countsAgreeWithImport has the same on data of its own");
    int compared = 0;
    for (const auto& file : files) {
        const auto whole = QString::fromStdString((*corpus() / file.path).string());
        const auto import = m_program.run({"import", whole, "--input", "packets=leave", "--db", path("corpus.rivereto"), "--format", "json"});
        QFile::remove(path("corpus.rivereto"));
        const auto total = import.json().object()["total"].toObject();
        const auto ran = m_program.run({"inspect", whole, "--templates"});
        const auto text = QString::fromUtf8(ran.err);
        const QRegularExpression pattern("rivereto: ([^a-z]+) datagrams?, ([^a-z]+) records?, ([^a-z]+) options records?");
        const auto match = pattern.match(text);
        QVERIFY2(match.hasMatch(), qPrintable(text));
        const auto number = [&](int group) { return match.captured(group).remove(QRegularExpression("\\D")).toLongLong(); };
        QVERIFY2(number(1) == total["datagrams"].toInteger(), file.path.c_str());
        // Data before its template waits for it only where flows are stored.
        if (ran.out.contains(" missing in datagram")) {
            QVERIFY2(number(2) <= total["records"].toInteger(), file.path.c_str());
            continue;
        }
        QVERIFY2(number(2) == total["records"].toInteger(),
            qPrintable(QStringLiteral("%1: %2, import %3")
                           .arg(QString::fromStdString(file.path))
                           .arg(number(2))
                           .arg(total["records"].toInteger())));
        QVERIFY2(number(3) == total["optionsRecords"].toInteger(), file.path.c_str());
        ++compared;
    }
    QVERIFY(compared > 10);
    qInfo("%d of %zu captures with all templates in time", compared, files.size());
}

QTEST_GUILESS_MAIN(TestCliInspect)
#include "test_cli_inspect.moc"
