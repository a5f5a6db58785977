// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/config/config.h"

using namespace rivereto;

class TestConfig : public QObject {
    Q_OBJECT
private slots:
    void readsEverySection();
    void environmentWins();
    void refusesWithPlace_data();
    void refusesWithPlace();
    void dumpReadsBack();
    void networksFromCsvAndToml();
};

namespace {

constexpr auto kFull = R"([[input]]
port = 2055
time = "packet"
decapsulation = "vxlan"
strict = true
allow = ["192.0.2.0/24", "2001:db8::1"]
[[input]]
kind = "capture"
elements = true
[exporters]
default-sampling = 1000
[[metadata.exporter]]
address = "192.0.2.0/24"
name = "edge"
role = "router"
[metadata.exporter.default]
name = "other"
boundary = "internal"
[[metadata.exporter.interface]]
index = 7
name = "et-0/0/7"
speed = 100000
provider = "cogent"
connectivity = "transit"
boundary = "external"
[networks]
files = ["a.csv"]
[networks.prefix."198.51.100.0/24"]
name = "office"
asn = "AS64501"
[asn]
precedence = ["networks", "flow-except-private"]
[asn.names]
64501 = "ACME"
[mmdb]
files = ["x.mmdb", "y.mmdb"]
[ui]
theme = "dark"
)";

core::Result<core::Config> parse(std::string_view text, std::map<std::string, std::string> environment = {})
{
    return core::parseConfig(text, "rivereto.toml", [environment](const std::string& name) -> std::optional<std::string> {
        const auto it = environment.find(name);
        return it == environment.end() ? std::nullopt : std::optional(it->second);
    });
}

} // namespace

void TestConfig::readsEverySection()
{
    const auto config = parse(kFull);
    QVERIFY2(config, config ? "" : config.error().message().c_str());
    QCOMPARE(config->inputs.size(), size_t{1});
    QCOMPARE(config->inputs[0].settings.time, core::TimeSource::Packet);
    QCOMPARE(config->inputs[0].settings.decapsulation, core::Decapsulation::Vxlan);
    QVERIFY(config->inputs[0].settings.strict);
    QCOMPARE(config->inputs[0].settings.allow.size(), size_t{2});
    QVERIFY(config->captures.elements);
    QVERIFY(!config->captures.strict);
    QCOMPARE(config->samplingDefault, std::optional<uint64_t>(1000));
    const auto* exporter = config->metadata.find(*core::Ip::parse("192.0.2.9"));
    QVERIFY(exporter);
    QCOMPARE(exporter->interfaces.at(7).speedMbps, 100000U);
    QCOMPARE(exporter->interfaces.at(7).boundary, uint8_t{1});
    QCOMPARE(exporter->otherInterfaces->name, std::string("other"));
    QVERIFY(!config->metadata.find(*core::Ip::parse("192.0.3.9")));
    QCOMPARE(config->networks.at(0).info.asn, 64501U);
    QCOMPARE(config->asPrecedence, (std::vector{core::AsProvider::Networks, core::AsProvider::FlowExceptPrivate}));
    QCOMPARE(config->asNames.at(64501), std::string("ACME"));
    QCOMPARE(config->mmdbFiles.size(), size_t{2});
    QCOMPARE(config->theme, std::string("dark"));
    QCOMPARE(config->origins.at("ui.theme"), std::string("rivereto.toml:38"));
}

void TestConfig::environmentWins()
{
    const auto config = parse(kFull, {{"RIVERETO_UI_THEME", "light"}, {"RIVERETO_MMDB_FILES", "z.mmdb"}, {"RIVERETO_EXPORTERS_OVERRIDE_SAMPLING", "7"}});
    QVERIFY(config);
    QCOMPARE(config->theme, std::string("light"));
    QCOMPARE(config->mmdbFiles, std::vector<std::string>{"z.mmdb"});
    QCOMPARE(config->samplingOverride, std::optional<uint64_t>(7));
    QCOMPARE(config->origins.at("ui.theme"), std::string("RIVERETO_UI_THEME"));
    const auto wrong = parse("", {{"RIVERETO_UI_THEME", "pink"}});
    QVERIFY(!wrong);
    QVERIFY(wrong.error().message().find("RIVERETO_UI_THEME") == 0);
}

void TestConfig::refusesWithPlace_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("message");
    QTest::newRow("syntax") << "[ui]\ntheme = \n" << "rivereto.toml:2";
    QTest::newRow("section") << "\n[uii]\n" << "rivereto.toml:2: there is no section [uii]";
    QTest::newRow("key") << "[ui]\n\ncolour = 1" << "rivereto.toml:3: there is no key “colour” in [ui]; there are theme";
    QTest::newRow("value") << "[ui]\ntheme = \"pink\"" << "expected system, light or dark, not “pink”";
    QTest::newRow("type") << "[mmdb]\nfiles = [1.5]" << "files takes a list of texts";
    QTest::newRow("precedence") << "[asn]\nprecedence = [\"guess\"]" << "“guess” is no way to an AS number";
    QTest::newRow("input without port") << "[[input]]\naddress = \"::1\"" << "an input needs a port";
    QTest::newRow("port") << "[[input]]\nport = 70000" << "a port is a number from 1 to 65535";
    QTest::newRow("input key") << "[[input]]\nprot = 2055" << "“prot” is no key of an input; there are address, port, kind, decoder, time";
    QTest::newRow("input setting") << "[[input]]\nport = 2055\nallow = [\"10.0.0.0/8\", \"x\"]" << "rivereto.toml:3: “x” is no address or prefix";
    QTest::newRow("capture with a port") << "[[input]]\nkind = \"capture\"\nport = 2055" << "has neither address nor port";
    QTest::newRow("exporter address") << "[[metadata.exporter]]\naddress = \"nowhere\"" << "“nowhere” is no address or subnet";
    QTest::newRow("interface") << "[[metadata.exporter]]\naddress = \"::1\"\n[[metadata.exporter.interface]]\nname = \"x\"" << "an interface needs its index";
    QTest::newRow("prefix") << "[networks.prefix.\"1.2.3.4\"]\nname = \"x\"" << "is no prefix like 192.0.2.0/24";
    QTest::newRow("attribute") << "[networks.prefix.\"1.2.3.0/24\"]\nnam = \"x\"" << "is no attribute of a network";
    QTest::newRow("sampling") << "[exporters]\ndefault-sampling = 0" << "expected a whole number above 0";
}

void TestConfig::refusesWithPlace()
{
    QFETCH(QString, text);
    QFETCH(QString, message);
    const auto config = parse(text.toStdString());
    QVERIFY(!config);
    QVERIFY2(QString::fromStdString(config.error().message()).contains(message), config.error().message().c_str());
}

void TestConfig::dumpReadsBack()
{
    const auto config = parse(kFull);
    const auto again = parse(core::dumpConfig(*config));
    QVERIFY2(again, again ? "" : again.error().message().c_str());
    QCOMPARE(core::dumpConfig(*again).size() > 0, true);
    QCOMPARE(again->inputs.size(), size_t{1});
    QVERIFY(again->inputs[0].settings == config->inputs[0].settings);
    QVERIFY(again->captures == config->captures);
    QCOMPARE(again->theme, std::string("dark"));
    QCOMPARE(again->asPrecedence, config->asPrecedence);
    QCOMPARE(again->metadata.exporters().at(0).second.interfaces, config->metadata.exporters().at(0).second.interfaces);
    QCOMPARE(again->networks.at(0).info, config->networks.at(0).info);
    QVERIFY(parse(core::dumpConfig(core::Config())));
}

void TestConfig::networksFromCsvAndToml()
{
    const auto csv = core::parseNetworks("# mine\nprefix;name;asn;country\n192.0.2.0/24;\"a; b\";64501;FR\n2001:db8::/32;v6;AS64502;\n", "n.csv");
    QVERIFY2(csv, csv ? "" : csv.error().message().c_str());
    QCOMPARE(csv->size(), size_t{2});
    QCOMPARE(csv->at(0).info.texts[0], std::string("a; b"));
    QCOMPARE(csv->at(1).info.asn, 64502U);
    const auto toml = core::parseNetworks("# mine\n[\"192.0.2.0/24\"]\nname = \"a\"\nregion = \"eu\"\n", "n.toml");
    QVERIFY2(toml, toml ? "" : toml.error().message().c_str());
    QCOMPARE(toml->at(0).info.texts[0], std::string("a"));
    QCOMPARE(toml->at(0).info.texts[3], std::string("eu"));
    const auto wrong = core::parseNetworks("prefix,name\n192.0.2.0/24,a\n192.0.2.0/99,b\n", "n.csv");
    QVERIFY(!wrong);
    QCOMPARE(QString::fromStdString(wrong.error().message()), QStringLiteral("n.csv:3: “192.0.2.0/99” is no prefix like 192.0.2.0/24"));
}

QTEST_APPLESS_MAIN(TestConfig)
#include "test_config.moc"
