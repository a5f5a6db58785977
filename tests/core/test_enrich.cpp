// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/enrich/asnames.h"
#include "core/enrich/metadata.h"
#include "core/enrich/networks.h"

using namespace rivereto;
using core::ColumnId;
using core::NetworkAttribute;

class TestEnrich : public QObject {
    Q_OBJECT
private slots:
    void attributesAreInherited();
    void mostSpecificSourceWins();
    void asPrecedence_data();
    void asPrecedence();
    void metadataNamesExportersAndInterfaces();
    void asNamesPreferTheUsers();
};

namespace {

core::NetworkEntry entry(const char* prefix, const char* name, const char* region, uint32_t asn)
{
    core::NetworkEntry out{.prefix = *core::Prefix::parse(prefix), .info = {}};
    out.info.text(NetworkAttribute::Name) = name;
    out.info.text(NetworkAttribute::Region) = region;
    out.info.asn = asn;
    return out;
}

core::Ip ip(const char* text) { return *core::Ip::parse(text); }

/// Knows one prefix.
class OnePrefix final : public core::AddressDatabase {
public:
    OnePrefix(const char* prefix, const char* country, const char* name, uint32_t asn) : m_prefix(*core::Prefix::parse(prefix)), m_country(country), m_name(name), m_asn(asn) { }
    unsigned lookUp(const core::Ip& address, core::NetworkInfo& info) const override
    {
        if (!m_prefix.contains(address))
            return 0;
        info.text(NetworkAttribute::Country) = m_country;
        info.text(NetworkAttribute::Name) = m_name;
        info.asn = m_asn;
        return m_prefix.bits;
    }

private:
    core::Prefix m_prefix;
    std::string m_country;
    std::string m_name;
    uint32_t m_asn;
};

core::FlowBatch oneFlow(const char* src, const char* dst, uint32_t srcAs, uint8_t srcMask)
{
    core::FlowBatch batch(core::Schema::builtin());
    batch.addRows(1);
    batch.set(ColumnId::SrcAddr, 0, ip(src));
    batch.set(ColumnId::DstAddr, 0, ip(dst));
    batch.set(ColumnId::SrcAS, 0, srcAs);
    batch.set(ColumnId::SrcNetMask, 0, srcMask);
    return batch;
}

std::string text(const core::FlowBatch& batch, ColumnId id, size_t row = 0)
{
    return std::string(batch.dictionary().text(batch.view(id).at<uint32_t>(row)));
}

} // namespace

void TestEnrich::attributesAreInherited()
{
    core::NetworkTable table;
    table.add(entry("10.0.0.0/8", "all", "eu", 64500));
    table.add(entry("10.1.0.0/16", "office", "", 0));
    table.add(entry("10.1.2.0/24", "", "us", 64502));
    table.add(entry("10.1.2.0/24", "later", "", 0));
    const auto found = table.lookUp(ip("10.1.2.3")).info;
    QCOMPARE(found.texts[0], std::string("later"));
    QCOMPARE(found.texts[3], std::string("us"));
    QCOMPARE(found.asn, 64502U);
    QCOMPARE(table.lookUp(ip("10.1.9.9")).info.texts[0], std::string("office"));
    QCOMPARE(table.lookUp(ip("10.1.9.9")).info.texts[3], std::string("eu"));
    QCOMPARE(table.lookUp(ip("11.0.0.1")).info, core::NetworkInfo());
    QCOMPARE(table.lookUp(ip("2001:db8::1")).info, core::NetworkInfo());
}

void TestEnrich::mostSpecificSourceWins()
{
    core::NetworkSources sources;
    sources.own.add(entry("10.0.0.0/16", "mine", "", 64501));
    sources.databases.push_back(std::make_shared<OnePrefix>("10.0.1.0/24", "DE", "db", 65000));
    sources.databases.push_back(std::make_shared<OnePrefix>("10.0.1.0/24", "FR", "late", 65001));
    auto found = sources.lookUp(ip("10.0.1.1"));
    QCOMPARE(found.texts[0], std::string("db"));
    QCOMPARE(found.asn, 65000U);
    QCOMPARE(found.texts[7], std::string("DE"));
    found = sources.lookUp(ip("10.0.2.1"));
    QCOMPARE(found.texts[0], std::string("mine"));
    core::NetworkSources equal;
    equal.own.add(entry("10.0.1.0/24", "mine", "", 0));
    equal.databases.push_back(std::make_shared<OnePrefix>("10.0.1.0/24", "DE", "db", 0));
    QCOMPARE(equal.lookUp(ip("10.0.1.1")).texts[0], std::string("mine"));
}

void TestEnrich::asPrecedence_data()
{
    QTest::addColumn<int>("first");
    QTest::addColumn<uint>("flowAs");
    QTest::addColumn<uint>("mask");
    QTest::addColumn<uint>("expected");
    const auto way = [](core::AsProvider p) { return static_cast<int>(p); };
    QTest::newRow("flow") << way(core::AsProvider::Flow) << 3320U << 16U << 3320U;
    QTest::newRow("flow is empty") << way(core::AsProvider::Flow) << 0U << 16U << 64501U;
    QTest::newRow("networks first") << way(core::AsProvider::Networks) << 3320U << 16U << 64501U;
    QTest::newRow("private") << way(core::AsProvider::FlowExceptPrivate) << 65010U << 16U << 64501U;
    QTest::newRow("not private") << way(core::AsProvider::FlowExceptPrivate) << 3320U << 16U << 3320U;
    QTest::newRow("default route") << way(core::AsProvider::FlowExceptDefaultRoute) << 3320U << 0U << 64501U;
}

void TestEnrich::asPrecedence()
{
    QFETCH(int, first);
    QFETCH(uint, flowAs);
    QFETCH(uint, mask);
    QFETCH(uint, expected);
    auto sources = std::make_shared<core::NetworkSources>();
    sources->own.add(entry("10.0.0.0/8", "mine", "eu", 64501));
    core::NetworksStep step(sources, {static_cast<core::AsProvider>(first), core::AsProvider::Networks});
    for (int round = 0; round < 2; ++round) {
        auto batch = oneFlow("10.1.1.1", "192.0.2.1", flowAs, static_cast<uint8_t>(mask));
        step.apply(batch);
        QCOMPARE(batch.view(ColumnId::SrcAS).number(0), uint64_t{expected});
        QCOMPARE(text(batch, ColumnId::SrcNetName), std::string("mine"));
        QCOMPARE(text(batch, ColumnId::DstNetName), std::string());
        QCOMPARE(batch.view(ColumnId::DstAS).number(0), uint64_t{0});
    }
}

void TestEnrich::metadataNamesExportersAndInterfaces()
{
    auto known = std::make_shared<core::StaticMetadata>();
    core::ExporterMetadata exporter{.name = "edge", .site = "Paris"};
    exporter.interfaces[7] = {.name = "et-7", .description = "up", .provider = "cogent", .speedMbps = 100, .boundary = 1};
    known->add(*core::Prefix::parse("192.0.2.0/24"), exporter);
    known->add(*core::Prefix::parse("192.0.2.9/32"), {.name = "special"});
    auto learnt = std::make_shared<core::LearntInterfaces>();
    learnt->interfaces[{ip("192.0.2.1"), 8}] = {.name = "ge-8", .description = "told"};
    learnt->interfaces[{ip("192.0.2.1"), 7}] = {.name = "not used"};
    core::MetadataStep step(known, [&] { return std::shared_ptr<const core::LearntInterfaces>(learnt); });
    core::FlowBatch batch(core::Schema::builtin());
    batch.addRows(3);
    const char* exporters[] = {"192.0.2.1", "192.0.2.9", "198.51.100.1"};
    for (size_t row = 0; row < 3; ++row) {
        batch.set(ColumnId::ExporterAddress, row, ip(exporters[row]));
        batch.set<uint32_t>(ColumnId::InIfIndex, row, 7);
        batch.set<uint32_t>(ColumnId::OutIfIndex, row, 8);
    }
    step.apply(batch);
    QCOMPARE(text(batch, ColumnId::ExporterName, 0), std::string("edge"));
    QCOMPARE(text(batch, ColumnId::ExporterName, 1), std::string("special"));
    QCOMPARE(text(batch, ColumnId::ExporterName, 2), std::string());
    QCOMPARE(text(batch, ColumnId::ExporterSite, 0), std::string("Paris"));
    QCOMPARE(text(batch, ColumnId::InIfName, 0), std::string("et-7"));
    QCOMPARE(text(batch, ColumnId::OutIfName, 0), std::string("ge-8"));
    QCOMPARE(text(batch, ColumnId::OutIfDescription, 0), std::string("told"));
    QCOMPARE(text(batch, ColumnId::InIfName, 1), std::string());
    QCOMPARE(batch.view(ColumnId::InIfSpeed).number(0), uint64_t{100});
    QCOMPARE(batch.view(ColumnId::InIfBoundary).number(0), uint64_t{1});
    QVERIFY(!batch.has(ColumnId::ExporterTenant));
}

void TestEnrich::asNamesPreferTheUsers()
{
    const core::AsNames names("1\tOne\n13335\tCloudflare\nbroken line\n", {{64501, "ACME"}, {1, "Mine"}});
    QCOMPARE(names.name(13335), std::string_view("Cloudflare"));
    QCOMPARE(names.name(64501), std::string_view("ACME"));
    QCOMPARE(names.name(1), std::string_view("Mine"));
    QCOMPARE(names.name(2), std::string_view());
}

QTEST_APPLESS_MAIN(TestEnrich)
#include "test_enrich.moc"
