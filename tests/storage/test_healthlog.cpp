// SPDX-License-Identifier: GPL-3.0-or-later
// What is known of exporters, kept in a file: parts add up, limits hold, imports that are cut short leave nothing.
#include <QTemporaryDir>
#include <QTest>

#include "storage/sqlite/sqlitestore.h"

using namespace rivereto;

namespace {

constexpr core::TimeRange kAll {0, UINT64_MAX};

core::HealthReport part(uint64_t atMs, int64_t lost)
{
    core::HealthReport out;
    const core::StreamKey key {core::Ip::v4(0x0a000001), core::Protocol::NetFlow9, 7};
    auto& stream = out.streams[key];
    stream.key = key;
    stream.firstMs = atMs;
    stream.lastMs = atMs + 10;
    stream.add(core::HealthCount::Messages, 5);
    stream.add(core::HealthCount::OwnLost, lost);
    stream.add(core::HealthCount::OwnFollowed, 4);
    stream.facts[{core::FactKind::Sampling, 1000, 3}] = {atMs, atMs + 10, 5};
    stream.facts[{core::FactKind::Loss, static_cast<int64_t>(atMs), 0}] = {atMs, atMs, lost};
    stream.facts[{core::FactKind::UnknownSet, 300, 0}] = {0, 0, lost < 0 ? -1 : 1};
    out.counters[{core::Ip::v4(0x0a000001), 3, atMs}] = {.fromMs = atMs, .toMs = atMs + 9, .speed = 10, .status = 3, .readings = 1, .inOctets = 100, .outOctets = UINT64_MAX / 2};
    return out;
}

} // namespace

class TestHealthLog : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::string path(const char* name) { return m_folder.filePath(QString::fromLatin1(name)).toStdString(); }
    static std::unique_ptr<storage::SqliteStore> open(const std::string& path, storage::StoreOptions options)
    {
        auto store = storage::SqliteStore::open(path, core::Schema::builtin(), options);
        if (!store)
            qFatal("%s", store.error().message().c_str());
        return std::move(*store);
    }

private slots:
    void partsAddUp()
    {
        const auto file = path("parts.rivereto");
        {
            auto store = open(file, {.write = true});
            QVERIFY(store->health(kAll)->empty());
            store->health(part(1000, 3));
            store->health(part(2000, -1)); // found again
            QVERIFY(store->flush());
            QCOMPARE(store->health(kAll)->lostDatagrams(), 2);
        }
        {
            auto store = open(file, {.write = true});
            store->health(part(3000, 1));
        }
        auto store = open(file, {});
        const auto report = store->health(kAll);
        QVERIFY(report);
        auto expected = part(1000, 3);
        expected.merge(part(2000, -1));
        expected.merge(part(3000, 1));
        QCOMPARE(report->streams.size(), 1U);
        const auto& stream = report->streams.begin()->second;
        const auto& wanted = expected.streams.begin()->second;
        QVERIFY(stream.key == wanted.key);
        QCOMPARE(stream.firstMs, 1000U);
        QCOMPARE(stream.lastMs, 3010U);
        QVERIFY(stream.counts == wanted.counts);
        QVERIFY(stream.facts == wanted.facts);
        QVERIFY(report->counters == expected.counters);
        QCOMPARE(store->health({1500, 2500})->counters.size(), 1U);
    }

    void importsCutShortLeaveNothing()
    {
        const auto file = path("import.rivereto");
        {
            auto store = open(file, {.write = true, .import = "one"});
            store->health(part(1000, 3));
        }
        QVERIFY(open(file, {})->health(kAll)->empty());
        {
            auto store = open(file, {.write = true, .import = "one"});
            store->health(part(1000, 3));
            store->endImport();
        }
        QCOMPARE(open(file, {})->health(kAll)->streams.begin()->second.lostDatagrams(), 3);
    }

    void limitsHold()
    {
        const auto file = path("limits.rivereto");
        auto store = open(file, {.write = true});
        for (int round = 0; round < 3; ++round) {
            core::HealthReport many;
            const core::StreamKey key {core::Ip::v4(1), core::Protocol::Ipfix, 1};
            auto& stream = many.streams[key];
            stream.key = key;
            for (int i = 0; i < 1000; ++i)
                stream.facts[{core::FactKind::Template, round * 1000 + i, 4}].value = 1;
            many.beyond = 2;
            store->health(std::move(many));
            QVERIFY(store->flush());
        }
        const auto report = store->health(kAll);
        QCOMPARE(report->streams.begin()->second.facts.size(), 2048U);
        QCOMPARE(report->beyond, 6U);
    }
};

QTEST_GUILESS_MAIN(TestHealthLog)
#include "test_healthlog.moc"
