// SPDX-License-Identifier: GPL-3.0-or-later
// Random queries of a real file against the oracle: coded and dependent columns, several segments, several threads, one pass
// and two.
#include <QTemporaryDir>
#include <QTest>

#include <random>

#include "core/query/run.h"
#include "storage/sqlite/sqlitestore.h"
#include "tests/support/memorystore.h"
#include "tests/support/randomflows.h"

using namespace rivereto;
using namespace rivereto::core;

class TestQueryRandom : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void tables();
    void flows();

private:
    QTemporaryDir m_folder;
    std::unique_ptr<storage::SqliteStore> m_store;
    std::unique_ptr<support::MemoryStore> m_oracle;
    std::vector<std::string> m_dimensions;
};

namespace {

constexpr uint64_t kStart = 1'700'000'000'000;
const char* const kFilters[] = {"", "Proto = 6", "DstPort = 443 OR SrcAS > 64510", "SrcAddr << 10.0.0.0/25", "Addr = 2001:db8::/64", "InIfName LIKE \"name 1%\" AND NOT Proto = 17",
                                "AS = 64501", "SrcAS = 1", "Bytes BETWEEN 1000 AND 50k AND Packets < 10", "TCPFlags HAS \"S\"", "SrcNetName MATCHES \"net [1-5]$\"", "DstASPath = 7 OR MPLSLabels = 3"};

std::string keyOf(const QueryResult& result)
{
    std::string out = fmt::format("{} {} {} {} {}|", result.rowsMatched, result.rowsInRange, result.cutOff, result.intervalMs, result.firstPoint);
    const auto add = [&](const Series& series) {
        for (const auto& text : series.key)
            out += text + "/";
        const auto& s = series.statistics;
        fmt::format_to(std::back_inserter(out), "{} {} {} {} {} {} {}", series.other, s.min, s.max, s.last, s.average, s.p95, s.total);
        for (const auto point : series.points)
            fmt::format_to(std::back_inserter(out), " {}", point);
        out += "|";
    };
    for (const auto& series : result.series)
        add(series);
    add(result.total);
    return out;
}

} // namespace

void TestQueryRandom::initTestCase()
{
    auto store = storage::SqliteStore::open(m_folder.filePath("x.rivereto").toStdString(), Schema::builtin(), {.write = true, .threads = 3});
    QVERIFY(store);
    m_store = std::move(*store);
    FlowBatch all(Schema::builtin());
    uint64_t time = kStart;
    uint32_t seed = 21;
    for (const size_t rows : {33'000, 50, 900, 34'000, 3}) {
        auto batch = support::randomFlows(Schema::builtin(), rows, time, seed++);
        time += rows;
        all.append(batch);
        QVERIFY(m_store->append(std::move(batch)));
        QVERIFY(m_store->flush());
    }
    m_oracle = std::make_unique<support::MemoryStore>(std::move(all));
    for (const auto& column : Schema::builtin()->columns()) {
        if (column.dimension)
            m_dimensions.emplace_back(column.name);
    }
}

void TestQueryRandom::tables()
{
    std::mt19937 random(5);
    for (int i = 0; i < 60; ++i) {
        Query query{.kind = random() % 2 == 0 ? QueryKind::Table : QueryKind::TimeSeries, .filter = kFilters[random() % std::size(kFilters)],
                    .unit = static_cast<Unit>(random() % 7), .limit = static_cast<unsigned>(random() % 12), .limitBy = static_cast<LimitBy>(random() % 3),
                    .points = 1 + static_cast<unsigned>(random() % 60)};
        for (size_t n = random() % 4; n > 0; --n) {
            const auto& name = m_dimensions[random() % m_dimensions.size()];
            if (std::ranges::find(query.dimensions, name) == query.dimensions.end())
                query.dimensions.push_back(name);
        }
        if (random() % 3 == 0) {
            query.truncateV4 = static_cast<unsigned>(random() % 33);
            query.truncateV6 = static_cast<unsigned>(random() % 129);
            if (query.dimensions.empty())
                query.dimensions = {"SrcAddr", "DstAddr"};
        }
        if (random() % 3 == 0)
            query.range = TimeRange{kStart + random() % 30'000, kStart + 30'000 + random() % 40'000};
        const auto described = fmt::format("{}: {} by {}, filter {}, limit {} by {}", i, static_cast<int>(query.kind), fmt::join(query.dimensions, ","), query.filter, query.limit, static_cast<int>(query.limitBy));
        const auto expected = runQuery(*m_oracle, query, {}, {});
        QVERIFY2(expected, described.c_str());
        for (const auto& limits : {QueryLimits{}, QueryLimits{.firstTry = 20}}) {
            const auto got = runQuery(*m_store, query, {}, {}, limits);
            QVERIFY2(got, got ? "" : (described + got.error().message()).c_str());
            QVERIFY2(keyOf(*got) == keyOf(*expected), described.c_str());
        }
    }
}

void TestQueryRandom::flows()
{
    std::mt19937 random(6);
    for (int i = 0; i < 25; ++i) {
        const auto& sort = m_dimensions[random() % m_dimensions.size()];
        const auto id = Schema::builtin()->find(sort);
        if (!(*Schema::builtin())[id].stored())
            continue;
        Query query{.kind = QueryKind::Flows, .filter = kFilters[random() % std::size(kFilters)], .sort = (random() % 2 == 0 ? "-" : "") + sort, .offset = random() % 50, .count = 1 + random() % 300};
        const auto sorted = [&](FlowStore& store) {
            std::string out;
            const auto summary = runFlows(store, query, {}, {}, {}, [&](FlowBatch&& batch) {
                // Rows that sort alike come in no given order; what they are sorted by must agree.
                const auto view = batch.view(id);
                for (size_t row = 0; row < batch.rows(); ++row) {
                    if (view.storage == Storage::Dict)
                        out += std::string(batch.dictionary().text(view.at<uint32_t>(row)));
                    else if (view.storage == Storage::Ip)
                        out += view.at<Ip>(row).toString();
                    else
                        out += std::to_string(view.number(row));
                    out += "|";
                }
                return true;
            });
            return summary ? fmt::format("{} {} {}", summary->matched, summary->inRange, out) : summary.error().message();
        };
        QVERIFY2(sorted(*m_store) == sorted(*m_oracle), (query.sort + " where " + query.filter).c_str());
    }
}

QTEST_GUILESS_MAIN(TestQueryRandom)
#include "test_query_random.moc"
