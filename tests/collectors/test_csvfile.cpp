// SPDX-License-Identifier: GPL-3.0-or-later
// CSV files: whose headers are known, values in their forms, what a mapping says, and lines that cannot be read.
#include <QtTest>

#include "collectors/csv/csvlayout.h"
#include "collectors/csv/csvmapping.h"
#include "collectors/csv/csvvalue.h"
#include "core/query/flowlines.h"
#include "tests/support/flowfiles.h"
#include "tests/support/flowmaker.h"
#include "tests/support/rows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::collectors;
using namespace rivereto::support;

namespace {

ReadFile readCsv(std::string_view bytes, const std::string& mapping = {})
{
    InputSettings settings;
    if (!mapping.empty())
        settings.csv = mapping;
    return readFlowBytes(bytes, settings);
}

std::string cell(const ReadFile& file, std::string_view column, size_t row = 0)
{
    const auto& schema = file.flows.schema();
    return cellText(file.flows, schema[schema.find(column)], row);
}

std::string ownCsv(const FlowBatch& flows)
{
    std::vector<std::string> fields;
    for (const auto& column : flows.schema().columns()) {
        if (column.stored())
            fields.emplace_back(column.name);
    }
    FlowLines lines(flows.schema(), fields, FlowForm::Csv, 0);
    auto out = lines.header();
    lines.append(out, flows, 0, flows.rows());
    return out;
}

#define VERIFY_READ(file) QVERIFY2((file).refused.empty() && !(file).damage, ((file).refused + (file).damageText()).c_str())

} // namespace

class TestCsvFile : public QObject {
    Q_OBJECT
private slots:
    void ownFilesComeBack_data();
    void ownFilesComeBack();
    void nfdump16();
    void nfdump173();
    void usualNames_data();
    void usualNames();
    void delimiters_data();
    void delimiters();
    void quotingAndLineEnds();
    void fallbacks();
    void times_data();
    void times();
    void durations_data();
    void durations();
    void values_data();
    void values();
    void mapping();
    void mappingInWords_data();
    void mappingInWords();
    void wrongMappings_data();
    void wrongMappings();
    void unknownHeadersAreListed();
    void otherTextsAreNoCsv_data();
    void otherTextsAreNoCsv();
    void badLinesAreCounted();
    void strayQuotes();
    void cutAnywhere();
    void longLines();
};

void TestCsvFile::ownFilesComeBack_data()
{
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 8; ++seed)
        QTest::addRow("%d", seed) << seed;
}

/// Every column of random flows, as a query writes them.
void TestCsvFile::ownFilesComeBack()
{
    QFETCH(int, seed);
    FlowMaker maker(Schema::builtin(), static_cast<uint64_t>(seed), 500);
    const auto flows = maker.make(500);
    const auto read = readCsv(ownCsv(flows));
    VERIFY_READ(read);
    const auto wrong = difference(read.flows, flows);
    QVERIFY2(wrong.empty(), wrong.c_str());
    QCOMPARE(read.stats[DecodeCount::Records], uint64_t(500));
    QCOMPARE(read.stats.flows(), uint64_t(500));
}

void TestCsvFile::nfdump16()
{
    const auto read = readCsv("ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt,in,out,sas,das,smk,dmk,dtos,dir,nh,nhb,svln,dvln,ismc,odmc,idmc,osmc,mpls1,mpls2,mpls3,mpls4,mpls5,mpls6,mpls7,mpls8,mpls9,mpls10,cl,sl,al,ra,eng,exid,tr\n"
                              "2016-08-02 02:20:19,2016-08-02 02:20:20,0.256,31.13.87.1,192.168.5.16,443,53578,TCP,...AP...,64,8,5,936,0,0,3,4,32934,65000,24,16,0,1,10.0.0.1,10.0.0.2,100,200,00:11:22:33:44:55,00:00:00:00:00:00,66:77:88:99:aa:bb,00:00:00:00:00:00,1000-0-0,1001-0-1,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,    0.000,    0.000,    0.000,203.0.113.1,17/1,0,2016-08-02 02:21:16.236\n"
                              "2015-01-03 13:04:47,2015-01-03 13:04:47,0.000,10.0.0.1,1.2.3.4,0,2048,ICMP,........,0,0,0,0,1,60,0,0,0,0,0,0,0,0,0.0.0.0,0.0.0.0,0,0,00:00:00:00:00:00,00:00:00:00:00:00,00:00:00:00:00:00,00:00:00:00:00:00,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,0-0-0,    0.000,    0.000,    0.000,0.0.0.0,17/1,0,1970-01-01 00:00:00.000\n"
                              "Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n2,120,2,343,0,60\n");
    VERIFY_READ(read);
    QCOMPARE(read.flows.rows(), size_t(2));
    const std::map<std::string_view, std::string> wanted {{"TimeReceived", "2016-08-02T02:21:16.236Z"}, {"TimeFlowStart", "2016-08-02T02:20:19.000Z"},
        {"TimeFlowEnd", "2016-08-02T02:20:20.000Z"}, {"SrcAddr", "31.13.87.1"}, {"DstAddr", "192.168.5.16"}, {"SrcPort", "443"}, {"DstPort", "53578"},
        {"Proto", "tcp"}, {"TCPFlags", "PA"}, {"ForwardingStatus", "64"}, {"IPTos", "8"}, {"Packets", "5"}, {"Bytes", "936"}, {"InIfIndex", "3"},
        {"OutIfIndex", "4"}, {"SrcAS", "32934"}, {"DstAS", "65000"}, {"SrcNetMask", "24"}, {"DstNetMask", "16"}, {"FlowDirection", "egress"},
        {"NextHop", "10.0.0.1"}, {"SrcVlan", "100"}, {"DstVlan", "200"}, {"SrcMAC", "00:11:22:33:44:55"}, {"DstMAC", "66:77:88:99:aa:bb"},
        {"MPLSLabels", "1000 1001"}, {"ExporterAddress", "203.0.113.1"}, {"EType", "IPv4"}};
    for (const auto& [column, text] : wanted)
        QVERIFY2(cell(read, column) == text, fmt::format("{}: {}, not {}", column, cell(read, column), text).c_str());
    // ICMP in the port, counters of the output where the input has none, and what is none.
    QCOMPARE(number(read.flows, "ICMPv4Type", 1), uint64_t(8));
    QCOMPARE(cell(read, "Bytes", 1), std::string("60"));
    QCOMPARE(cell(read, "NextHop", 1), std::string());
    QCOMPARE(cell(read, "MPLSLabels", 1), std::string());
    QCOMPARE(cell(read, "ExporterAddress", 1), std::string());
    QCOMPARE(cell(read, "TimeReceived", 1), std::string("2015-01-03T13:04:47.000Z"));
}

void TestCsvFile::nfdump173()
{
    auto read = readCsv("firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n"
                        "2024-01-12 14:40:31.577,1.250,UDP,2001:db8::1,53,2001:db8::2,4000,3,300,1\n"
                        "2024-01-12 14:40:32.000,00:01:00.500,ICMP6,2001:db8::1,0,2001:db8::2,128.0,1,64,1\n");
    VERIFY_READ(read);
    QCOMPARE(cell(read, "TimeFlowStart"), std::string("2024-01-12T14:40:31.577Z"));
    QCOMPARE(cell(read, "TimeFlowEnd"), std::string("2024-01-12T14:40:32.827Z"));
    QCOMPARE(cell(read, "TimeReceived"), std::string("2024-01-12T14:40:32.827Z"));
    QCOMPARE(cell(read, "EType"), std::string("IPv6"));
    QCOMPARE(cell(read, "TimeFlowEnd", 1), std::string("2024-01-12T14:41:32.500Z"));
    QCOMPARE(cell(read, "Proto", 1), std::string("ipv6-icmp"));
    QCOMPARE(number(read.flows, "ICMPv6Type", 1), uint64_t(128));
    read = readCsv("cnt,af,firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort,srcAS,dstAS,input,output,flags,srcTos,packets,bytes\n"
                   "1,2,1705070431577,1705070432577,6,192.0.2.1,1,192.0.2.2,2,3,4,5,6,27,8,9,10\n");
    VERIFY_READ(read);
    QCOMPARE(cell(read, "TimeReceived"), std::string("2024-01-12T14:40:32.577Z"));
    QCOMPARE(cell(read, "TCPFlags"), std::string("FSPA"));
    QCOMPARE(cell(read, "OutIfIndex"), std::string("6"));
}

void TestCsvFile::usualNames_data()
{
    QTest::addColumn<QString>("header");
    QTest::newRow("snake") << "start_time,src_ip,dst_ip,src_port,dst_port,protocol,bytes,packets";
    QTest::newRow("words") << "Start Time,Source IP,Destination IP,Source Port,Destination Port,Protocol,Total Bytes,Total Packets";
    QTest::newRow("ipfix") << "flowStartMilliseconds,sourceIPv4Address,destinationIPv4Address,sourceTransportPort,destinationTransportPort,protocolIdentifier,octetDeltaCount,packetDeltaCount";
    QTest::newRow("netflow") << "FIRST_SWITCHED,IPV4_SRC_ADDR,IPV4_DST_ADDR,L4_SRC_PORT,L4_DST_PORT,PROTOCOL,IN_BYTES,IN_PKTS";
    QTest::newRow("argus") << "StartTime,SrcAddr,DstAddr,Sport,Dport,Proto,TotBytes,TotPkts";
    QTest::newRow("flow-tools") << "first,srcaddr,dstaddr,srcport,dstport,prot,doctets,dpkts";
    QTest::newRow("quoted") << "\"ts\",\"src ip\",\"dst-ip\",\"src.port\",\"dst.port\",\"ip proto\",\"octets\",\"pkts\"";
}

void TestCsvFile::usualNames()
{
    QFETCH(QString, header);
    const auto read = readCsv(header.toStdString() + "\n1700000000,192.0.2.1,192.0.2.2,1000,443,tcp,1500,3\n");
    VERIFY_READ(read);
    const std::map<std::string_view, std::string> wanted {{"TimeFlowStart", "2023-11-14T22:13:20.000Z"}, {"SrcAddr", "192.0.2.1"}, {"DstAddr", "192.0.2.2"},
        {"SrcPort", "1000"}, {"DstPort", "443"}, {"Proto", "tcp"}, {"Bytes", "1500"}, {"Packets", "3"}};
    for (const auto& [column, text] : wanted)
        QVERIFY2(cell(read, column) == text, fmt::format("{}: {}, not {}", column, cell(read, column), text).c_str());
}

void TestCsvFile::delimiters_data()
{
    QTest::addColumn<QString>("mark");
    for (const auto* mark : {",", ";", "\t", "|"})
        QTest::newRow(mark) << mark;
}

void TestCsvFile::delimiters()
{
    QFETCH(QString, mark);
    QString text = "end~src_ip~bytes~note, a\n1700000000~192.0.2.1~5~x\n";
    if (mark == ",")
        text = "end~src_ip~bytes~note; a\n1700000000~192.0.2.1~5~x\n";
    const auto read = readCsv(text.replace('~', mark).toStdString());
    VERIFY_READ(read);
    QCOMPARE(cell(read, "Bytes"), std::string("5"));
}

void TestCsvFile::quotingAndLineEnds()
{
    const auto read = readCsv("\xef\xbb\xbf\r\n\"TimeReceived\",\"SrcAddr\",\"HTTPHost\",\"Bytes\"\r\n"
                              "2023-11-14T22:13:20Z,192.0.2.1,\"a,b \"\"c\"\"\nd\",\" 7\"\r\n"
                              "\r\n"
                              "2023-11-14T22:13:21Z,192.0.2.2,5\" pipe,8\r\n"
                              "2023-11-14T22:13:22Z,192.0.2.3,,9");
    VERIFY_READ(read);
    QCOMPARE(read.flows.rows(), size_t(3));
    QCOMPARE(cell(read, "HTTPHost", 0), std::string("a,b \"c\"\nd"));
    QCOMPARE(cell(read, "Bytes", 0), std::string("7"));
    QCOMPARE(cell(read, "HTTPHost", 1), std::string("5\" pipe"));
    QCOMPARE(cell(read, "Bytes", 2), std::string("9"));
}

void TestCsvFile::fallbacks()
{
    // A start and an end, an end and a duration, an end alone.
    auto read = readCsv("start,end,bytes\n1700000000,1700000010,1\n1700000000,,2\n");
    VERIFY_READ(read);
    QCOMPARE(cell(read, "TimeReceived", 0), std::string("2023-11-14T22:13:30.000Z"));
    QCOMPARE(cell(read, "TimeReceived", 1), std::string("2023-11-14T22:13:20.000Z"));
    read = readCsv("end,duration,bytes\n1700000010,10,1\n");
    QCOMPARE(cell(read, "TimeFlowStart"), std::string("2023-11-14T22:13:20.000Z"));
    InputSettings settings;
    settings.time = TimeSource::FirstSwitched;
    read = readFlowBytes("start,end,bytes\n1700000000,1700000010,1\n", settings);
    QCOMPARE(cell(read, "TimeReceived"), std::string("2023-11-14T22:13:20.000Z"));
}

void TestCsvFile::times_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("mapping");
    QTest::addColumn<qint64>("ms"); // -1: no time
    const auto row = [](const char* text, qint64 ms, const char* mapping = "") { QTest::addRow("%s %s", text, mapping) << text << mapping << ms; };
    row("2023-11-14T22:13:20.123Z", 1'700'000'000'123);
    row("2023-11-14 22:13:20,5", 1'700'000'000'500);
    row("2023-11-14 22:13:20.123456789", 1'700'000'000'123);
    row("2023-11-14T23:13:20.000+01:00", 1'700'000'000'000);
    row("2023-11-14T17:13:20-0500", 1'700'000'000'000);
    row("2023-11-14 22:13:20 UTC", 1'700'000'000'000);
    row("2023/11/14 22:13", 1'699'999'980'000);
    row("2023-11-14", 1'699'920'000'000);
    row("14/11/2023 22:13:20", 1'700'000'000'000);
    row("11/14/2023 22:13:20", 1'700'000'000'000);
    row("14.11.2023 22:13:20", 1'700'000'000'000);
    row("05/11/2023", 1'683'763'200'000);
    row("05/11/2023", 1'699'142'400'000, "time=dmy");
    row("1700000000", 1'700'000'000'000);
    row("1700000000.25", 1'700'000'000'250);
    row("1700000000123", 1'700'000'000'123);
    row("1700000000123456", 1'700'000'000'123);
    row("1700000000123456789", 1'700'000'000'123);
    row("5000", 5, "time=us");
    row("5000", 5'000'000);
    row("2023-11-14 22:13:20", 1'699'996'400'000, "zone=60");
    row("2023-11-14T22:13:20Z", 1'700'000'000'000, "zone=60");
    row("", 0);
    for (const auto* wrong : {"yesterday", "2023-13-14", "2023-02-30", "2023-11-14 25:00", "2023-11-14 22:61", "22:13:20", "2023-11-14X", "2023-11-14T22:13:20+25:00", "1.7e9", "99999999999999999999", "999999999999999999999999", "12345678901.x", "1969-12-31"})
        row(wrong, -1);
}

void TestCsvFile::times()
{
    QFETCH(QString, text);
    QFETCH(QString, mapping);
    QFETCH(qint64, ms);
    const auto time = csvTime(text.toStdString(), CsvMapping::parse(mapping.toStdString()).value());
    QCOMPARE(time ? static_cast<qint64>(*time) : -1, ms);
}

void TestCsvFile::durations_data()
{
    QTest::addColumn<qint64>("ms");
    QTest::newRow("0.256") << qint64(256);
    QTest::newRow("12") << qint64(12'000);
    QTest::newRow("00:01:02.500") << qint64(62'500);
    QTest::newRow("1 day 00:00:01") << qint64(86'401'000);
    QTest::newRow("2 days") << qint64(172'800'000);
    for (const auto* wrong : {"-1", "x", "1e300", "nan", "1:2:3:4", "99999 days"})
        QTest::newRow(wrong) << qint64(-1);
}

void TestCsvFile::durations()
{
    const auto ms = csvDuration(QTest::currentDataTag());
    QTEST(ms ? static_cast<qint64>(*ms) : -1, "ms");
}

void TestCsvFile::values_data()
{
    QTest::addColumn<QString>("column");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("reads"); // as it is written again; "!": refused
    const auto row = [](const char* column, const char* text, const char* reads) { QTest::addRow("%s %s", column, text) << column << text << reads; };
    row("Proto", "6", "tcp");
    row("Proto", " UDP ", "udp");
    row("Proto", "256", "!");
    row("Proto", "nonsense", "!");
    row("SrcPort", "https", "443");
    row("SrcPort", "65536", "!");
    row("SrcPort", "-1", "!");
    row("Bytes", "1.5M", "1500000");
    row("Bytes", "18446744073709551615", "18446744073709551615");
    row("Bytes", "18446744073709551616", "!");
    row("Bytes", "0x10", "16");
    row("TCPFlags", "...AP.SF", "FSPA");
    row("TCPFlags", "0x12", "SA");
    row("TCPFlags", "SA+0x200", "SA+0x200");
    row("TCPFlags", "XYZ", "!");
    row("SrcAS", "AS65000", "65000");
    row("SrcAddr", "0.0.0.0", "0.0.0.0");
    row("NextHop", "0.0.0.0", "");
    row("NextHop", "::", "");
    row("SrcAddr", "192.0.2.1/24", "!");
    row("FlowDirection", "0", "ingress");
    row("FlowDirection", "E", "egress");
    row("FlowDirection", "Egress", "egress");
    row("EType", "6", "IPv6");
    row("EType", "0x0806", "ARP");
    row("SrcMAC", "0011.2233.4455", "00:11:22:33:44:55");
    row("DstASPath", "65000 AS65001", "65000 65001");
    row("DstCommunities", "65000:1 65000:2", "65000:1 65000:2");
    row("DstCommunities", "65000", "!");
    row("DstLargeCommunities", "1:2:3 4:5:6", "1:2:3 4:5:6");
    row("MPLSLabels", "16 17", "16 17");
    row("OtherElements", "461=0a0b 8057:808=6578", "461=0a0b 8057:808=6578");
    row("OtherElements", "461=0a0", "!");
    row("OtherElements", "461=", "461=");
    row("RoundTripTime", "20ms", "20000");
    row("DropReason", "ttl_exceeded", "ttl_exceeded");
    row("InIfBoundary", "external", "external");
    row("HTTPHost", " x ", " x ");
}

void TestCsvFile::values()
{
    QFETCH(QString, column);
    QFETCH(QString, text);
    QFETCH(QString, reads);
    FlowBatch batch(Schema::builtin());
    batch.addRows(1);
    const auto& schema = batch.schema();
    const auto& asked = schema[schema.find(column.toStdString())];
    const bool taken = setCell(batch, asked, 0, text.toStdString(), {});
    QCOMPARE(taken ? QString::fromStdString(cellText(batch, asked, 0)) : "!", reads);
}

void TestCsvFile::mapping()
{
    auto read = readCsv("when;from;to;volume;x\n05/11/2023 01:00;192.0.2.1;192.0.2.2;7;9\n", "SrcAddr=from+DstAddr=#3+Bytes=Volume+TimeReceived=#1+time=dmy+zone=60");
    VERIFY_READ(read);
    QCOMPARE(cell(read, "TimeReceived"), std::string("2023-11-05T00:00:00.000Z"));
    QCOMPARE(cell(read, "DstAddr"), std::string("192.0.2.2"));
    QCOMPARE(cell(read, "Bytes"), std::string("7"));
    // What is mapped goes before what is guessed; the rest is guessed still.
    read = readCsv("end,bytes,wirebytes,packets\n1700000000,1,2,3\n", "Bytes=wire bytes");
    QCOMPARE(cell(read, "Bytes"), std::string("2"));
    QCOMPARE(cell(read, "Packets"), std::string("3"));
    read = readCsv("end,len,bytes\n1700000000,5,2\n", "Duration=len");
    QCOMPARE(cell(read, "TimeFlowStart"), std::string("2023-11-14T22:13:15.000Z"));
    read = readCsv("end|a,b|bytes\n1700000000|x,y,z,u,v,w|2\n", "delimiter=pipe");
    QCOMPARE(cell(read, "Bytes"), std::string("2"));
}

void TestCsvFile::mappingInWords_data()
{
    QTest::addColumn<QString>("words");
    for (const auto* words : {"SrcAddr=src_ip+DstAddr=#4+Bytes=Bytes Out", "Duration=d+delimiter=tab+time=dmy+zone=-300", "delimiter=semicolon", ""})
        QTest::newRow(words) << words;
}

void TestCsvFile::mappingInWords()
{
    QFETCH(QString, words);
    const auto mapping = CsvMapping::parse(words.toStdString());
    QVERIFY(mapping);
    QCOMPARE(QString::fromStdString(mapping->print()), words);
    // Marks that separate the words do not count in a name.
    CsvMapping odd;
    odd.columns.push_back({"Bytes", "Bytes, in + out = all"});
    QCOMPARE(odd.print(), std::string("Bytes=bytesinoutall"));
    // As a setting of an input.
    InputSettings settings;
    QVERIFY(changeInputs(settings, "time=packet,csv=" + words.toStdString()));
    QCOMPARE(settings.csv.value_or(""), words.toStdString());
    QCOMPARE(inputWords(settings, "csv"), words.toStdString());
}

void TestCsvFile::wrongMappings_data()
{
    QTest::addColumn<QString>("said");
    QTest::newRow("SrcAddr") << "says no field";
    QTest::newRow("=x") << "says no field";
    QTest::newRow("Bytes=+SrcAddr=end") << "says no field";
    QTest::newRow("Bytes=%,") << "says no field";
    QTest::newRow("delimiter=x") << "comma, semicolon, tab, pipe";
    QTest::newRow("time=noon") << "dmy";
    QTest::newRow("zone=2000") << "minutes";
    QTest::newRow("Nothing=bytes") << "is no column";
    QTest::newRow("SrcNetPrefix=bytes") << "is no column";
    QTest::newRow("Bytes=missing") << "“end”, “bytes”";
    QTest::newRow("Bytes=#3") << "no field is called “#3”";
    QTest::newRow("Bytes=#0") << "no field";
}

void TestCsvFile::wrongMappings()
{
    QFETCH(QString, said);
    const auto read = readCsv("end,bytes\n1700000000,1\n", QTest::currentDataTag());
    QVERIFY2(read.refused.find(said.toStdString()) != std::string::npos, read.refused.c_str());
}

void TestCsvFile::unknownHeadersAreListed()
{
    auto read = readCsv("name,colour\nx,red\n");
    QVERIFY2(read.refused.find("“name”, “colour”") != std::string::npos && read.refused.find("--input csv=") != std::string::npos, read.refused.c_str());
    read = readCsv("src_ip,bytes\n192.0.2.1,5\n");
    QVERIFY2(read.refused.find("as a time") != std::string::npos, read.refused.c_str());
}

void TestCsvFile::otherTextsAreNoCsv_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("json") << QByteArray("{\"a\": 1, \"b\": 2}\n");
    QTest::newRow("array") << QByteArray("[1, 2]\n");
    QTest::newRow("xml") << QByteArray("<a b=\"1,2\"/>\n");
    QTest::newRow("prose") << QByteArray("Words without any mark\nand, later, some\n");
    QTest::newRow("octets") << QByteArray("a,b\0c,d\n", 8);
    QTest::newRow("spaces") << QByteArray("  \n \n");
}

void TestCsvFile::otherTextsAreNoCsv()
{
    QFETCH(QByteArray, bytes);
    const auto read = readCsv({bytes.data(), static_cast<size_t>(bytes.size())});
    QVERIFY2(read.refused.find("holds no traffic") != std::string::npos, read.refused.c_str());
}

void TestCsvFile::badLinesAreCounted()
{
    auto read = readCsv("end,src_ip,bytes\n1700000000,192.0.2.1,1\n1700000000,192.0.2.1,many\n1700000000,192.0.2.1\n,192.0.2.1,1\n1700000000,192.0.2.1,2\n");
    QCOMPARE(read.flows.rows(), size_t(2));
    QCOMPARE(read.count("unreadable-lines"), uint64_t(3));
    QVERIFY2(read.damageText().find("3 lines cannot be read") != std::string::npos && read.damageText().find("line 3: “many” is no Bytes") != std::string::npos, read.damageText().c_str());
    read = readCsv("end,src_ip,bytes\n1700000000,192.0.2.1\n");
    QVERIFY2(read.damageText().find("line 2 cannot be read") != std::string::npos && read.damageText().find("2 fields, where the header has 3") != std::string::npos, read.damageText().c_str());
    // Texts of a line that was left out, and its values, are gone.
    read = readCsv("end,HTTPHost,SrcAS,bytes\n1700000000,a,5,x\n1700000000,,,1\n");
    QCOMPARE(cell(read, "HTTPHost"), std::string());
    QCOMPARE(cell(read, "SrcAS"), std::string());
    QCOMPARE(readCsv("firstSeen,duration,proto,bytes\nNo matching flows\n").damageText(), std::string());
}

/// Quotes that do not end cost their own line alone.
void TestCsvFile::strayQuotes()
{
    std::string text = "end,HTTPHost,bytes\n1700000000,\"a,1\n";
    for (int i = 0; i < 100; ++i)
        text += "1700000000,b,2\n";
    const auto read = readCsv(text);
    QCOMPARE(read.flows.rows(), size_t(100));
    QCOMPARE(read.count("unreadable-lines"), uint64_t(1));
    QVERIFY2(read.damageText().find("line 2") != std::string::npos, read.damageText().c_str());
}

void TestCsvFile::cutAnywhere()
{
    const std::string whole = "end,src_ip,HTTPHost,bytes\n1700000000,192.0.2.1,\"a\"\"b\",100\n1700000001,192.0.2.2,\"c\nd\",200\n";
    for (size_t size = 0; size <= whole.size(); ++size) {
        const auto read = readCsv(whole.substr(0, size));
        QVERIFY(read.flows.rows() <= 2);
        if (size >= 58)
            QVERIFY(read.flows.rows() >= 1);
    }
    QCOMPARE(readCsv(whole).flows.rows(), size_t(2));
}

void TestCsvFile::longLines()
{
    const std::string head = "end,HTTPHost,bytes\n";
    const std::string good = "1700000000,x,1\n";
    auto read = readCsv(head + "1700000000," + std::string(60'000, 'a') + ",1\n" + good);
    VERIFY_READ(read);
    QCOMPARE(read.flows.rows(), size_t(2));
    read = readCsv(head + "1700000000," + std::string(5'000'000, 'a') + ",1\n" + good);
    QCOMPARE(read.flows.rows(), size_t(1));
    QCOMPARE(read.count("unreadable-lines"), uint64_t(1));
    read = readCsv(std::string(100'000, ',') + "\n");
    QVERIFY(!read.refused.empty());
}

QTEST_GUILESS_MAIN(TestCsvFile)
#include "test_csvfile.moc"
