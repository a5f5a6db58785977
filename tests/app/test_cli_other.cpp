// SPDX-License-Identifier: GPL-3.0-or-later
// rivereto schema, config, help and version, from outside.
#include "core/schema/schema.h"
#include "tests/app/program.h"

using namespace rivereto;
using namespace rivereto::support;

class TestCliOther : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { QVERIFY2(QFile::exists(Program::path()), "RIVERETO_BINARY names the program under test"); }
    void schemaAsMarkdown();
    void schemaAsJson();
    void configDump();
    void configCheck_data();
    void configCheck();
    void environmentOverFile();
    void userFile();
    void configurationIsUsed();
    void help();
    void version();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QTemporaryDir m_folder;
    Program m_program;
};

void TestCliOther::schemaAsMarkdown()
{
    const auto ran = m_program.run({"schema"});
    COMPARE_EXIT(ran, 0);
    QVERIFY(ran.err.isEmpty());
    QCOMPARE(m_program.run({"schema", "--format", "md"}).out, ran.out);
    const auto lines = ran.lines();
    QCOMPARE(lines.size(), 2 + static_cast<qsizetype>(core::Schema::builtin()->size()));
    for (const auto& line : lines)
        QCOMPARE(line.count('|'), lines[0].count('|')); // no cell breaks the table
    qsizetype at = 2;
    for (const auto& column : core::Schema::builtin()->columns())
        QVERIFY(lines[at++].startsWith("| `" + QByteArray(column.name.data(), static_cast<qsizetype>(column.name.size())) + "` |"));
}

void TestCliOther::schemaAsJson()
{
    const auto ran = m_program.run({"schema", "--format", "json"});
    COMPARE_EXIT(ran, 0);
    const auto rows = ran.json().array();
    const auto schema = core::Schema::builtin();
    QCOMPARE(static_cast<size_t>(rows.size()), schema->size());
    const auto text = [](std::string_view view) { return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size())); };
    for (const auto& column : schema->columns()) {
        const auto row = rows[static_cast<qsizetype>(core::index(column.id))].toObject();
        QCOMPARE(row["name"].toString(), text(column.name));
        QCOMPARE(row["type"].toString(), text(core::typeInfo(column.type).name));
        QCOMPARE(row["doc"].toString(), text(column.doc));
        QCOMPARE(row["label"].toString(), text(column.label));
        QCOMPARE(row["group"].toString(), text(core::groupName(column.group)));
        QCOMPARE(row["rollup"].toBool(), column.rollup);
        QCOMPARE(row["dimension"].toBool(), column.dimension);
        QCOMPARE(row["pair"].toString(), column.pair == core::ColumnId::kNone ? QString() : text((*schema)[column.pair].name));
        QVERIFY(!row["doc"].toString().isEmpty());
        QVERIFY(row["operators"].isString() && row["from"].isString() && row["elements"].isString());
    }
    COMPARE_EXIT(m_program.run({"schema", "--format", "xml"}), 2);
    COMPARE_EXIT(m_program.run({"schema", "extra"}), 2);
}

void TestCliOther::configDump()
{
    const auto ran = m_program.run({"config"});
    COMPARE_EXIT(ran, 0);
    QCOMPARE(m_program.run({"config", "--dump"}).out, ran.out);
    VERIFY_RAN(ran.out.contains("theme = \"system\"") && ran.out.contains("default"), ran);
    // A dump is a configuration.
    QVERIFY(writeAll(path("dump.toml"), ran.out));
    COMPARE_EXIT(m_program.run({"config", "--check", path("dump.toml")}), 0);
    // Whatever is written in it.
    QVERIFY(writeAll(path("odd.toml"), "[asn.names]\n64501 = \"a\\\"b\\\\c\\nd\\u0007\"\n[[metadata.exporter]]\naddress = \"192.0.2.0/24\"\nname = \"Zürich\"\n"));
    const auto odd = m_program.run({"config", "--config", path("odd.toml")});
    COMPARE_EXIT(odd, 0);
    QVERIFY(writeAll(path("odd2.toml"), odd.out));
    const auto again = m_program.run({"config", "--config", path("odd2.toml")});
    COMPARE_EXIT(again, 0);
    QVERIFY(again.out.contains("64501 = \"a\\\"b\\\\c\\u000ad\\u0007\""));
}

void TestCliOther::configCheck_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("message");
    QTest::newRow("syntax") << QByteArray("[ui]\n\ntheme = dark\n") << ":3: ";
    QTest::newRow("section") << QByteArray("[ui]\ntheme = \"dark\"\n\n[colours]\n") << ":4: there is no section [colours]";
    QTest::newRow("key") << QByteArray("[ui]\n# so\ncolour = \"red\"\n") << ":3: there is no key “colour” in [ui]";
    QTest::newRow("value") << QByteArray("\n\n[ui]\ntheme = \"pink\"\n") << ":4: expected system, light or dark, not “pink”";
    QTest::newRow("number") << QByteArray("[exporters]\ndefault-sampling = 0\n") << ":2: expected a whole number above 0";
    QTest::newRow("input") << QByteArray("[[input]]\nport = 2055\n[[input]]\nport = 99999\n") << ":4: ";
    QTest::newRow("decoder") << QByteArray("[[input]]\nport = 2055\ndecoder = \"netflow\"\n") << "“netflow” is no value of decoder";
    QTest::newRow("networks file") << QByteArray("[networks]\nfiles = [\"nowhere.csv\"]\n") << "nowhere.csv";
    QTest::newRow("mmdb file") << QByteArray("[mmdb]\nfiles = [\"nowhere.mmdb\"]\n") << "nowhere.mmdb";
}

void TestCliOther::configCheck()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, message);
    const auto file = path("wrong.toml");
    QVERIFY(writeAll(file, text));
    const auto ran = m_program.run({"config", "--check", file});
    COMPARE_EXIT(ran, 1);
    VERIFY_RAN(QString::fromUtf8(ran.err).contains(message) && ran.err.contains("wrong.toml"), ran);
    QVERIFY(ran.out.isEmpty());
    // No command goes on with it.
    for (const auto& arguments : {QStringList{"schema"}, QStringList{"import", "x", "--db", path("x.rivereto")}, QStringList{"query", "--db", path("x.rivereto")}, QStringList{"listen", "--db", path("x.rivereto")}})
        COMPARE_EXIT(m_program.run(arguments + QStringList{"--config", file}), 1);
    QVERIFY(!QFile::exists(path("x.rivereto")));
    COMPARE_EXIT(m_program.run({"config", "--check", path("nowhere.toml")}), 1);
    COMPARE_EXIT(m_program.run({"config", "--check", file, "--dump"}), 2);
}

void TestCliOther::environmentOverFile()
{
    const auto file = path("theme.toml");
    QVERIFY(writeAll(file, "[ui]\ntheme = \"dark\"\n"));
    QVERIFY(m_program.run({"config", "--config", file}).out.contains("theme = \"dark\""));
    QVERIFY(m_program.run({"config", "--config", file}).out.contains("theme.toml:2"));
    Program program;
    program.set("RIVERETO_UI_THEME", "light");
    program.set("RIVERETO_EXPORTERS_DEFAULT_SAMPLING", "77");
    const auto ran = program.run({"config", "--config", file});
    VERIFY_RAN(ran.out.contains("theme = \"light\"") && ran.out.contains("RIVERETO_UI_THEME") && ran.out.contains("default-sampling = 77"), ran);
    program.set("RIVERETO_UI_THEME", "pink");
    const auto wrong = program.run({"config", "--config", file});
    COMPARE_EXIT(wrong, 1);
    VERIFY_RAN(wrong.err.contains("RIVERETO_UI_THEME") && wrong.err.contains("pink"), wrong);
}

void TestCliOther::userFile()
{
    Program program;
    QVERIFY(QDir(program.home()).mkpath("rivereto"));
    QVERIFY(writeAll(program.home() + "/rivereto/rivereto.toml", "[ui]\ntheme = \"light\"\n"));
    QVERIFY(program.run({"config"}).out.contains("theme = \"light\""));
    // --config instead of it.
    QVERIFY(writeAll(path("none.toml"), ""));
    QVERIFY(program.run({"config", "--config", path("none.toml")}).out.contains("theme = \"system\""));
    COMPARE_EXIT(program.run({"config", "--config", path("nowhere.toml")}), 1);
}

/// What the configuration says arrives in the flows.
void TestCliOther::configurationIsUsed()
{
    QVERIFY(writeAll(path("nets.csv"), "prefix,name,country,asn\n198.18.0.0/15,customers,FR,64501\n"));
    QVERIFY(writeAll(path("all.toml"), "[networks]\nfiles = [\"nets.csv\"]\n[asn]\nprecedence = [\"networks\", \"flow\"]\n[exporters]\noverride-sampling = 3\n"
                                       "[[metadata.exporter]]\naddress = \"192.0.2.0/24\"\nname = \"edge\"\n[metadata.exporter.default]\nname = \"port\"\nboundary = \"external\"\n"));
    const auto capture = path("demo.pcap");
    COMPARE_EXIT(m_program.run({"demo", "--write", capture, "--flows", "2000"}), 0);
    const auto ask = [&](const QStringList& more) {
        return parseCsv(m_program.run(QStringList{"query", "-r", capture, "--config", path("all.toml"), "--units", "flows", "--format", "csv"} + more).out);
    };
    QCOMPARE(ask({"--dimensions", "ExporterName,InIfName,InIfBoundary"}), (QList<QStringList>{{"ExporterName", "InIfName", "InIfBoundary", "total"}, {"edge", "port", "external", "2000"}}));
    QCOMPARE(ask({"--dimensions", "SamplingRate"}), (QList<QStringList>{{"SamplingRate", "total"}, {"3", "2000"}}));
    QCOMPARE(ask({"SamplingRate = 3 AND SamplingSource = override"})[1][0], QStringLiteral("2000"));
    const auto names = ask({"--dimensions", "SrcNetName,SrcCountry,SrcAS", "SrcAddr << 198.18.0.0/15"});
    QCOMPARE(names.size(), 2);
    QCOMPARE(names[1].mid(0, 3), (QStringList{"customers", "FR", "64501"}));
    // The same through the database.
    COMPARE_EXIT(m_program.run({"import", capture, "--db", path("all.rivereto"), "--config", path("all.toml")}), 0);
    const auto stored = m_program.run({"query", "--db", path("all.rivereto"), "--dimensions", "SrcNetName", "--units", "flows", "--format", "csv", "SrcAddr << 198.18.0.0/15"});
    VERIFY_RAN(stored.out.contains("customers,"), stored);
}

void TestCliOther::help()
{
    for (const auto* command : {"import", "listen", "query", "schema", "config", "demo"}) {
        const auto ran = m_program.run({command, "--help"});
        COMPARE_EXIT(ran, 0);
        QVERIFY(ran.err.isEmpty());
        VERIFY_RAN(ran.out.contains(QByteArray("rivereto [options] ") + command) || ran.out.contains(command), ran);
        for (const auto* option : {"--help", "--version", "--config", "--threads", "--quiet", "--log-level"})
            VERIFY_RAN(ran.out.contains(option), ran);
        // Whatever else is there.
        COMPARE_EXIT(m_program.run({command, "--bogus", "--help"}), 0);
        COMPARE_EXIT(m_program.run({command, "--bogus"}), 2);
    }
    for (const auto* option : {"--from", "--to", "--dimensions", "--filter", "--units", "--limit", "--limit-type", "--kind", "--points", "--interval", "--fields", "--sort", "--count", "--format", "--local"})
        QVERIFY2(m_program.run({"query", "--help"}).out.contains(option), option);
    const auto all = m_program.run({"--help"});
    COMPARE_EXIT(all, 0);
    for (const auto* command : {"import", "listen", "query", "schema", "config", "demo"})
        VERIFY_RAN(all.out.contains(command), all);
    COMPARE_EXIT(m_program.run({"--bogus"}), 2);
}

void TestCliOther::version()
{
    const auto expected = m_program.run({"--version"});
    COMPARE_EXIT(expected, 0);
    QVERIFY(QRegularExpression("^rivereto \\d+\\.\\d+\\.\\d+\n$").match(QString::fromUtf8(expected.out)).hasMatch());
    for (const auto* command : {"import", "listen", "query", "schema", "config", "demo"})
        QCOMPARE(m_program.run({command, "--version"}).out, expected.out);
}

QTEST_GUILESS_MAIN(TestCliOther)
#include "test_cli_other.moc"
