// SPDX-License-Identifier: GPL-3.0-or-later
// A column that one line declares, all the way: datagram, decoder, pipeline, file, reader that does not know it, query, output.
#include "app/cli/printresult.h"
#include "app/session/importjob.h"
#include "app/session/opendatabase.h"
#include "core/query/run.h"
#include "tests/app/program.h"
#include "tests/support/messages.h"
#include "tests/support/pcapwriter.h"

using namespace rivereto;
using namespace rivereto::app;
using namespace rivereto::support;

class NewColumnTest : public QObject {
    Q_OBJECT
private slots:
    void everyTypeGoesAllTheWay_data();
    void everyTypeGoesAllTheWay();
    void throughTheProgram();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    void writeCapture(const QString& name, const Octets& message) const
    {
        PcapWriter writer(PcapWriter::Format{});
        writer.packet(1'700'000'000'000'000, ethernet(0x0800, ipv4(udp(4000, 4739, message))));
        writeAll(path(name), {reinterpret_cast<const char*>(writer.bytes().data()), static_cast<qsizetype>(writer.bytes().size())});
    }
    QTemporaryDir m_folder;
};

namespace {
constexpr uint32_t kEnterprise = 64'500;
}

void NewColumnTest::everyTypeGoesAllTheWay_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<QByteArray>("octets");
    QTest::addColumn<QString>("printed");
    QTest::addColumn<QString>("filter");
    QTest::newRow("uint8") << "uint8" << QByteArray("\x07", 1) << "7" << "Extra = 7";
    QTest::newRow("uint16") << "uint16" << QByteArray("\x01\x02", 2) << "258" << "Extra BETWEEN 200 AND 300";
    QTest::newRow("uint32") << "uint32" << QByteArray("\x00\x01\x00\x00", 4) << "65536" << "Extra > 65535";
    QTest::newRow("uint64") << "uint64" << QByteArray("\x00\x00\x00\x01\x00\x00\x00\x00", 8) << "4294967296" << "Extra IN (4294967296)";
    QTest::newRow("uint64 shortened") << "uint64" << QByteArray("\x02\x00\x00", 3) << "131072" << "Extra = 128Ki";
    QTest::newRow("ip") << "ip" << QByteArray("\xc0\x00\x02\x09", 4) << "192.0.2.9" << "Extra << 192.0.2.0/24";
    QTest::newRow("ipv6") << "ip" << QByteArray("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16) << "2001:db8::1" << "Extra = 2001:db8::/32";
    QTest::newRow("mac") << "mac" << QByteArray("\x00\x11\x22\x33\x44\x55", 6) << "00:11:22:33:44:55" << "Extra = 0011.2233.4455";
    QTest::newRow("asn") << "asn" << QByteArray("\x00\x00\xfc\x01", 4) << "64513" << "Extra = AS64513";
    QTest::newRow("port") << "port" << QByteArray("\x01\xbb", 2) << "443" << "Extra = \"https\"";
    QTest::newRow("proto") << "proto" << QByteArray("\x11", 1) << "udp" << "Extra = \"udp\"";
    QTest::newRow("string") << "string" << QByteArray("gold medal") << "gold medal" << "Extra ILIKE \"GOLD%\"";
    QTest::newRow("time") << "time" << QByteArray("\x00\x00\x01\x8b\xcf\xe5\x68\x00", 8) << "2023-11-14T22:13:20.000Z" << "Extra >= \"2023-11-14T22:13:20\"";
    QTest::newRow("boundary") << "boundary" << QByteArray("\x02", 1) << "internal" << "Extra = internal";
    QTest::newRow("tcpflags") << "tcpflags" << QByteArray("\x12", 1) << "SA" << "Extra HAS \"S\"";
}

void NewColumnTest::everyTypeGoesAllTheWay()
{
    QFETCH(QString, type);
    QFETCH(QByteArray, octets);
    QFETCH(QString, printed);
    QFETCH(QString, filter);
    const auto typeId = core::typeNamed(type.toStdString());
    QVERIFY(typeId);
    // The line.
    const core::ColumnSpec line{.name = "Extra", .type = *typeId, .elements = {{99, core::Conv::Default, kEnterprise}}, .label = "Extra", .doc = "Of ours."};
    const auto schema = core::Schema::builtin()->extended({&line, 1});
    QVERIFY(schema);

    const auto record = [&](uint32_t bytes, const QByteArray& extra) { return Octets().u32(bytes).text({extra.constData(), static_cast<size_t>(extra.size())}); };
    const auto width = static_cast<uint16_t>(octets.size());
    writeCapture("extra.pcap", ipfix(Octets()
                                         .add(set(2, templateRecord(256, {{1, 4}, {99, width, kEnterprise}})))
                                         .add(set(256, Octets().add(record(1000, octets)).add(record(30, QByteArray(octets.size(), '\0')))))));
    const auto file = path(QStringLiteral("%1.rivereto").arg(QTest::currentDataTag())).toStdString();
    {
        auto database = openDatabase(file, *schema, {.write = true});
        QVERIFY2(database, database ? "" : database.error().message().c_str());
        const auto summary = importFiles({path("extra.pcap").toStdString()}, database->store->schema(), *database->store, {.pipeline = {.workers = 1}}, {});
        QVERIFY(summary && summary->total.flows() == 2 && summary->total.losses() == 0);
    }
    // A reader that was not told of the column learns it from the file.
    auto reader = openDatabase(file, core::Schema::builtin(), {});
    QVERIFY(reader);
    auto& store = *reader->store;
    QVERIFY(store.schema()->find("Extra") != core::ColumnId::kNone);
    const auto found = core::runQuery(store, {.dimensions = {"Extra"}, .filter = filter.toStdString(), .unit = core::Unit::Bytes}, {}, {});
    QVERIFY2(found, found ? "" : found.error().message().c_str());
    QCOMPARE(found->rowsMatched, uint64_t{1});
    QCOMPARE(found->series[0].statistics.total, 1000.0);
    const auto csv = ResultPrinter(Format::Csv, 0).print(*found, *store.schema());
    QCOMPARE(QString::fromStdString(csv), QStringLiteral("Extra,total\n%1,1000\n").arg(printed));
    const auto rest = core::runQuery(store, {.filter = "NOT (" + filter.toStdString() + ")", .unit = core::Unit::Bytes}, {}, {});
    QCOMPARE(rest->series[0].statistics.total, 30.0);
}

/// The same as a user does it.
void NewColumnTest::throughTheProgram()
{
    const Program program;
    writeCapture("user.pcap", ipfix(Octets()
                                        .add(set(2, templateRecord(256, {{1, 4}, {99, 65535, kEnterprise}, {98, 2, kEnterprise}})))
                                        .add(set(256, Octets().u32(10).u8(4).text("gold").u16(7).u32(20).u8(6).text("silver").u16(9)))));
    QVERIFY(writeAll(path("user.toml"), "[[schema.element]]\nname = \"Class\"\ntype = \"string\"\nid = 99\nenterprise = 64500\n"
                                        "[[schema.element]]\nname = \"Queue\"\ntype = \"uint16\"\nid = 98\nenterprise = 64500\nlabel = \"Queue number\"\n"));
    const auto config = path("user.toml");
    const auto listed = program.run({"schema", "--config", config});
    VERIFY_RAN(listed.out.contains("| `Class` | string |") && listed.out.contains("64500/99"), listed);
    COMPARE_EXIT(program.run({"import", path("user.pcap"), "--db", path("user.rivereto"), "--config", config}), 0);
    // The configuration is not needed any more.
    const auto asked = program.run({"query", "--db", path("user.rivereto"), "--dimensions", "Class", "--units", "bytes", "--format", "csv", "Queue > 8"});
    COMPARE_EXIT(asked, 0);
    QCOMPARE(asked.out, QByteArray("Class,total\nsilver,20\n"));
    const auto flows = program.run({"query", "-r", path("user.pcap"), "--config", config, "--kind", "flows", "--fields", "Class,Queue", "--sort", "-Queue", "--format", "ndjson"});
    QCOMPARE(flows.out, QByteArray("{\"Class\": \"silver\", \"Queue\": 9}\n{\"Class\": \"gold\", \"Queue\": 7}\n"));
    // More flows into a database with columns of its own, by a program that does not know them.
    COMPARE_EXIT(program.run({"import", path("user.pcap"), "--again", "--db", path("user.rivereto")}), 0);
    const auto again = program.run({"query", "--db", path("user.rivereto"), "--dimensions", "Class", "--units", "flows", "--limit", "0", "--format", "csv"});
    QCOMPARE(again.lines().size(), 4); // gold, silver, and two without
    QVERIFY(writeAll(path("wrong.toml"), "[[schema.element]]\nname = \"SrcAddr\"\ntype = \"ip\"\nid = 99\nenterprise = 64500\n"));
    const auto wrong = program.run({"config", "--check", path("wrong.toml")});
    COMPARE_EXIT(wrong, 1);
    VERIFY_RAN(wrong.err.contains("SrcAddr") && wrong.err.contains("wrong.toml"), wrong);
}

QTEST_GUILESS_MAIN(NewColumnTest)
#include "test_newcolumn.moc"
