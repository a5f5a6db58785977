// SPDX-License-Identifier: GPL-3.0-or-later
// Templates kept in a file for the next run: the latest of each, bounded, and nothing believed that cannot be.
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

#include "storage/sqlite/sqlitestore.h"

using namespace rivereto;
using core::KnownTemplate;

namespace {

KnownTemplate known(uint32_t exporter, uint16_t id, uint64_t announcedMs)
{
    return {{core::Ip::v4(exporter), 7, id, core::Protocol::Ipfix}, false, announcedMs, {{0, 1, 4, false}, {9, 2000, 65535, false}}};
}

} // namespace

class TestTemplateLog : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::string path(const char* name) { return m_folder.filePath(QString::fromLatin1(name)).toStdString(); }
    static std::unique_ptr<storage::SqliteStore> open(const std::string& path, bool write)
    {
        auto store = storage::SqliteStore::open(path, core::Schema::builtin(), {.write = write});
        if (!store)
            qFatal("%s", store.error().message().c_str());
        return std::move(*store);
    }
    static std::vector<KnownTemplate> read(storage::SqliteStore& store)
    {
        auto out = store.templates();
        if (!out)
            qFatal("%s", out.error().message().c_str());
        return *out;
    }

private slots:
    void theLatestStay()
    {
        const auto file = path("latest.rivereto");
        auto options = known(3, 400, 3000);
        options.options = true;
        options.fields.insert(options.fields.begin(), {0, 10, 0, true});
        auto changed = known(1, 256, 4000);
        changed.fields.pop_back();
        {
            auto store = open(file, true);
            QVERIFY(read(*store).empty());
            store->templates({{}, {options, known(1, 256, 1000), known(2, 256, 2000)}});
            QVERIFY(store->flush());
            QCOMPARE(read(*store), (std::vector{known(1, 256, 1000), known(2, 256, 2000), options}));
            store->templates({{known(2, 256, 0), known(9, 300, 0), changed}, {changed}}); // gone first
        }
        {
            auto store = open(file, true);
            QCOMPARE(read(*store), (std::vector{options, changed}));
            store->templates({{}, {known(5, 256, 1)}});
            store->templates({{known(5, 256, 1)}, {}}); // before it was written
        }
        QCOMPARE(read(*open(file, false)), (std::vector{options, changed}));
    }

    void limitsHold()
    {
        const auto file = path("limits.rivereto");
        auto store = open(file, true);
        for (uint32_t round = 0; round < 3; ++round) {
            core::TemplateNews news;
            for (uint32_t i = 0; i < 30'000; ++i)
                news.defined.push_back(known(round * 30'000 + i, 256, round + 1));
            store->templates(std::move(news));
            QVERIFY(store->flush());
        }
        const auto all = read(*store);
        QCOMPARE(all.size(), 65'536U);
        QCOMPARE(all.front().announcedMs, 1U);
        QCOMPARE(std::ranges::count(all, 1U, &KnownTemplate::announcedMs), 5'536);
        // Of large ones as many as have that many fields in all.
        core::TemplateNews large;
        for (uint32_t i = 0; i < 200; ++i) {
            large.defined.push_back(known(i, 300, 10));
            large.defined.back().fields.assign(16'000, {0, 1, 1, false});
        }
        store->templates(std::move(large));
        QVERIFY(store->flush());
        size_t fields = 0;
        for (const auto& one : read(*store))
            fields += one.fields.size();
        QVERIFY2(fields <= 65'536U * 32 && fields > 65'536U * 31, qPrintable(QString::number(fields)));
    }

    void damagedRowsAreLeftOut_data()
    {
        QTest::addColumn<QString>("change");
        QTest::newRow("protocol") << "protocol = 77";
        QTest::newRow("fields") << "fields = zeroblob(9 * 60000)";
        QTest::newRow("odd fields") << "fields = x'0011'";
        QTest::newRow("text") << "fields = 'none'";
        QTest::newRow("a bit") << "fields = x'000000000200040000' || substr(fields, 10)";
        QTest::newRow("exporter") << "exporter = x'7f000001'";
        QTest::newRow("id") << "id = 70000";
        QTest::newRow("domain") << "domain = -1";
        QTest::newRow("time") << "announced = -5";
    }
    void damagedRowsAreLeftOut()
    {
        QFETCH(QString, change);
        const auto file = path(QTest::currentDataTag());
        open(file, true)->templates({{}, {known(1, 256, 1000), known(2, 256, 2000)}});
        {
            auto database = storage::Database::open(file, storage::Database::Mode::Write);
            QVERIFY(database);
            const auto changed = database->execute(QStringLiteral("UPDATE templates SET %1 WHERE announced = 1000").arg(change).toStdString());
            QVERIFY2(changed, changed ? "" : changed.error().message().c_str());
        }
        QCOMPARE(read(*open(file, false)), std::vector{known(2, 256, 2000)});
    }

    /// With a checksum that is right: somebody wrote it so.
    void hostileRowsAreLeftOut()
    {
        const auto file = path("hostile.rivereto");
        std::vector<KnownTemplate> hostile(6, known(1, 256, 1000));
        for (size_t i = 0; i < hostile.size(); ++i)
            hostile[i].domain = static_cast<uint32_t>(i);
        hostile[0].fields.assign(60'000, {0, 1, 4, false});
        hostile[1].protocol = core::Protocol::Sflow;
        hostile[2].protocol = static_cast<core::Protocol>(200);
        hostile[3].fields.clear();
        hostile[4].fields[0].length = 0;
        hostile[5].id = 3;
        hostile.push_back(known(2, 256, 2000));
        open(file, true)->templates({{}, hostile});
        QCOMPARE(read(*open(file, false)), std::vector{known(2, 256, 2000)});
    }

    void aTableOfSomebodyElse()
    {
        const auto file = path("other.rivereto");
        open(file, true);
        {
            auto database = storage::Database::open(file, storage::Database::Mode::Write);
            QVERIFY(database && database->execute("CREATE TABLE templates(x)"));
        }
        QVERIFY(!open(file, false)->templates());
    }
};

QTEST_GUILESS_MAIN(TestTemplateLog)
#include "test_templatelog.moc"
