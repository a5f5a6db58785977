// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "collectors/mmdb/mmdbdatabase.h"
#include "tests/support/corpus.h"

using namespace rivereto;
using core::NetworkAttribute;

/// The databases are other people's test data: without the corpus only the refusals can be tested.
class TestMmdb : public QObject {
    Q_OBJECT
private slots:
    void readsEveryLayout_data();
    void readsEveryLayout();
    void brokenDatabasesAnswerNothing();
    void refusesOtherFiles();
};

void TestMmdb::readsEveryLayout_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("address");
    QTest::addColumn<QString>("country");
    QTest::addColumn<QString>("city");
    QTest::addColumn<QString>("state");
    QTest::addColumn<uint>("asn");
    QTest::addColumn<uint>("bits");
    QTest::newRow("city") << "GeoLite2-City-Test.mmdb" << "81.2.69.142" << "GB" << "London" << "ENG" << 0U << 127U;
    QTest::newRow("country, IPv6") << "GeoLite2-Country-Test.mmdb" << "2001:218::1" << "JP" << "" << "" << 0U << 32U;
    QTest::newRow("asn") << "GeoLite2-ASN-Test.mmdb" << "1.128.0.7" << "" << "" << "" << 1221U << 107U;
    QTest::newRow("ipinfo") << "ipinfo-country-asn-sample.mmdb" << "2.19.4.138" << "SG" << "" << "" << 32787U << 126U;
    QTest::newRow("unknown") << "GeoLite2-ASN-Test.mmdb" << "192.0.2.1" << "" << "" << "" << 0U << 0U;
}

void TestMmdb::readsEveryLayout()
{
    QFETCH(QString, file);
    QFETCH(QString, address);
    QFETCH(QString, country);
    QFETCH(QString, city);
    QFETCH(QString, state);
    QFETCH(uint, asn);
    QFETCH(uint, bits);
    const auto corpus = support::corpus();
    if (!corpus)
        QSKIP("the shared corpus is not beside the checkout");
    const auto database = collectors::MmdbDatabase::open((*corpus / "mmdb" / file.toStdString()).string());
    QVERIFY2(database, database ? "" : database.error().message().c_str());
    core::NetworkInfo info;
    const auto length = (*database)->lookUp(*core::Ip::parse(address.toStdString()), info);
    QCOMPARE(QString::fromStdString(info.text(NetworkAttribute::Country)), country);
    QCOMPARE(QString::fromStdString(info.text(NetworkAttribute::City)), city);
    QCOMPARE(QString::fromStdString(info.text(NetworkAttribute::State)), state);
    QCOMPARE(info.asn, asn);
    QCOMPARE(length, bits);
}

void TestMmdb::brokenDatabasesAnswerNothing()
{
    const auto corpus = support::corpus();
    if (!corpus)
        QSKIP("the shared corpus is not beside the checkout");
    for (const auto* file : {"MaxMind-DB-test-broken-pointers-24.mmdb", "MaxMind-DB-test-broken-search-tree-24.mmdb", "MaxMind-DB-test-decoder.mmdb", "MaxMind-DB-no-ipv4-search-tree.mmdb"}) {
        const auto database = collectors::MmdbDatabase::open((*corpus / "mmdb" / file).string());
        for (uint32_t i = 0; database && i < 4096; ++i) {
            core::NetworkInfo info;
            (*database)->lookUp(core::Ip::v4(i << 20), info);
            (*database)->lookUp(core::Ip{static_cast<uint64_t>(i) << 52, i}, info);
            QCOMPARE(info.asn, 0U);
        }
    }
}

void TestMmdb::refusesOtherFiles()
{
    QTemporaryDir folder;
    const auto path = folder.filePath(QStringLiteral("x.mmdb"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("not a database at all");
    file.close();
    const auto database = collectors::MmdbDatabase::open(path.toStdString());
    QVERIFY(!database);
    QVERIFY(database.error().message().find("x.mmdb: cannot be read as an MMDB database") != std::string::npos);
    QVERIFY(!collectors::MmdbDatabase::open(folder.filePath(QStringLiteral("missing")).toStdString()));
}

QTEST_APPLESS_MAIN(TestMmdb)
#include "test_mmdb.moc"
