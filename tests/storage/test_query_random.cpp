// SPDX-License-Identifier: GPL-3.0-or-later
// Random queries of random data: a file (coded and dependent columns, several segments and threads, one pass and two) and
// segments in memory against the oracle; the oracle, which shares the shaping, against an evaluator that shares nothing.
// RIVERETO_PROPERTY_CASES says how many cases are tried, RIVERETO_PROPERTY_SEED where they begin.
#include <QTemporaryDir>
#include <QTest>

#include <iostream>

#include "core/query/run.h"
#include "storage/sqlite/sqlitestore.h"
#include "tests/support/chunkstore.h"
#include "tests/support/naivequery.h"
#include "tests/support/querycase.h"
#include "tests/support/randomflows.h"

using namespace rivereto;
using namespace rivereto::core;
using namespace rivereto::support;

class TestQueryRandom : public QObject {
    Q_OBJECT
private slots:
    void queries();
    void shrinks();
    void flows();
};

namespace {

uint64_t setting(const char* name, uint64_t usual)
{
    bool ok = false;
    const auto value = qEnvironmentVariable(name).toULongLong(&ok);
    return ok ? value : usual;
}

std::string compared(FlowStore& store, const FlowBatch& flows, const QueryCase& one, const Result<QueryResult>& expected, const QueryLimits& limits)
{
    const auto got = runQuery(store, one.asked(flows.schema()), {}, {}, limits);
    if (!got || !expected)
        return got.has_value() == expected.has_value() ? "" : got ? "no error: " + expected.error().message() : got.error().message();
    return difference(*got, *expected, true);
}

Result<QueryResult> oracleAnswer(const FlowBatch& flows, const QueryCase& one)
{
    MemoryStore oracle(ChunkStore::copy(flows));
    return runQuery(oracle, one.asked(flows.schema()), {}, {});
}

std::string naiveFails(const FlowBatch& flows, const QueryCase& one)
{
    const auto got = oracleAnswer(flows, one);
    return got ? difference(*got, naiveQuery(flows, one.query, one.filter), false) : "";
}

std::string chunkFails(const FlowBatch& flows, const QueryCase& one)
{
    ChunkStore store(flows, flows.rows() / 3 + 1);
    const auto expected = oracleAnswer(flows, one);
    auto text = compared(store, flows, one, expected, {});
    return text.empty() ? compared(store, flows, one, expected, {.firstTry = one.firstTry}) : text;
}

class File {
public:
    /// In parts that are flushed on their own or together; opened again for reading when `again`.
    File(const FlowBatch& flows, size_t part, bool flushEach, unsigned threads, bool again)
    {
        const auto path = m_folder.filePath("x.rivereto").toStdString();
        auto store = storage::SqliteStore::open(path, flows.sharedSchema(), {.write = true, .threads = threads});
        m_store = std::move(*store);
        for (size_t first = 0; first < flows.rows(); first += part) {
            FlowBatch batch(flows.sharedSchema());
            batch.append(flows, first, std::min(part, flows.rows() - first));
            (void)m_store->append(std::move(batch));
            if (flushEach)
                (void)m_store->flush();
        }
        (void)m_store->flush();
        if (again) {
            m_store.reset();
            m_store = std::move(*storage::SqliteStore::open(path, flows.sharedSchema(), {.threads = threads}));
        }
    }
    storage::SqliteStore& store() { return *m_store; }

private:
    QTemporaryDir m_folder;
    std::unique_ptr<storage::SqliteStore> m_store;
};

std::string fileFails(const FlowBatch& flows, const QueryCase& one)
{
    File file(flows, flows.rows() / 3 + 1, true, 2, false);
    const auto expected = oracleAnswer(flows, one);
    auto text = compared(file.store(), flows, one, expected, {});
    return text.empty() ? compared(file.store(), flows, one, expected, {.firstTry = one.firstTry}) : text;
}

/// How many rows the next data has: mostly few, now and then more than a segment.
size_t rowsOf(Random& random, bool large)
{
    constexpr size_t sizes[] = {1, 3, 20, 200, 1000, 3000};
    return large ? 65'000 + random() % 6'000 : 1 + random() % sizes[random() % std::size(sizes)];
}

} // namespace

void TestQueryRandom::queries()
{
    const auto cases = setting("RIVERETO_PROPERTY_CASES", 300);
    const auto seed = setting("RIVERETO_PROPERTY_SEED", 1);
    size_t failures = 0;
    for (uint64_t done = 0, data = 0; done < cases; ++data) {
        Random random(seed * 1'000'003 + data);
        const bool large = data % 25 == 7;
        const size_t rows = rowsOf(random, large);
        auto schema = Schema::builtin();
        FlowMaker maker(schema, random(), rows);
        const auto flows = maker.make(rows);
        const size_t part = 1 + random() % (rows / (1 + random() % 4) + 1);
        File file(flows, std::max(part, rows / 12 + 1), random() % 3 > 0, static_cast<unsigned>(1 + random() % 4), random() % 3 == 0);
        ChunkStore chunks(flows, std::min<size_t>(1 + random() % (rows + 10), 60'000) + rows / 20);
        MemoryStore oracle(ChunkStore::copy(flows));
        for (uint64_t i = 0; i < (large ? 4 : 12) && done < cases; ++i, ++done) {
            const auto one = randomCase(random, flows);
            const auto where = fmt::format("seed {}, data {}, case {}, {} rows", seed, data, i, rows);
            const auto report = [&](const char* what, const std::string& why, const Fails& fails) {
                ++failures;
                std::cerr << "FAIL " << what << " (" << where << "): " << why << "\n" << queryAsCode(one.asked(*schema)) << "\n"
                          << (fails(flows, one).empty() ? "not when asked again of a file made anew" : shrunk(flows, one, fails)) << std::endl;
            };
            const auto expected = runQuery(oracle, one.asked(*schema), {}, {});
            if (!expected) {
                report("refused", expected.error().message(), [](const auto& f, const auto& c) { const auto r = oracleAnswer(f, c); return r ? std::string() : r.error().message(); });
                continue;
            }
            for (const auto& limits : {QueryLimits{}, QueryLimits{.firstTry = one.firstTry}}) {
                if (const auto text = compared(file.store(), flows, one, expected, limits); !text.empty())
                    report("file", text, fileFails);
                if (const auto text = compared(chunks, flows, one, expected, limits); !text.empty())
                    report("segments", text, chunkFails);
            }
            if (const auto text = naiveFails(flows, one); !text.empty())
                report("naive", text, naiveFails);
        }
    }
    QVERIFY2(failures == 0, (std::to_string(failures) + " of " + std::to_string(cases) + " cases failed; see above").c_str());
}

/// A failing case becomes the smallest one that still fails, and what is printed can be read again.
void TestQueryRandom::shrinks()
{
    Random random(3);
    FlowMaker maker(Schema::builtin(), 3, 500);
    auto flows = maker.make(500);
    flows.cells<uint16_t>(ColumnId::DstPort)[321] = 4711;
    QueryCase one{.query = {.kind = QueryKind::TimeSeries, .dimensions = {"SrcAS", "DstPort"}, .bidirectional = true}, .filter = randomFilter(random, flows)};
    const auto text = shrunk(flows, one, [](const FlowBatch& some, const QueryCase&) {
        for (size_t row = 0; row < some.rows(); ++row) {
            if (some.view(ColumnId::DstPort).number(row) == 4711)
                return std::string("4711");
        }
        return std::string();
    });
    QVERIFY2(text.starts_with("4711\nfirstTry 500000, query {.kind = QueryKind::Table, .unit = Unit::Flows"), text.c_str());
    const auto csv = text.substr(text.find("TimeReceived;"));
    QCOMPARE(std::ranges::count(csv, '\n'), ptrdiff_t{2});
    QCOMPARE(flowsAsCsv(flowsFromCsv(Schema::builtin(), csv)), csv);
    QCOMPARE(flowsAsCsv(flowsFromCsv(Schema::builtin(), flowsAsCsv(flows))), flowsAsCsv(flows));
}

namespace {

constexpr uint64_t kStart = 1'700'000'000'000;
const char* const kFilters[] = {"", "Proto = 6", "DstPort = 443 OR SrcAS > 64510", "SrcAddr << 10.0.0.0/25", "Addr = 2001:db8::/64", "InIfName LIKE \"name 1%\" AND NOT Proto = 17",
                                "AS = 64501", "SrcAS = 1", "Bytes BETWEEN 1000 AND 50k AND Packets < 10", "TCPFlags HAS \"S\"", "SrcNetName MATCHES \"net [1-5]$\"", "DstASPath = 7 OR MPLSLabels = 3"};

} // namespace

void TestQueryRandom::flows()
{
    FlowBatch all(Schema::builtin());
    uint64_t time = kStart;
    uint32_t seed = 21;
    for (const size_t rows : {33'000, 50, 900, 34'000, 3}) {
        all.append(randomFlows(Schema::builtin(), rows, time, seed++));
        time += rows;
    }
    File file(all, 33'000, true, 3, false);
    MemoryStore oracle(ChunkStore::copy(all));
    std::vector<std::string> dimensions;
    for (const auto& column : Schema::builtin()->columns()) {
        if (column.dimension)
            dimensions.emplace_back(column.name);
    }
    std::mt19937 random(6);
    for (int i = 0; i < 25; ++i) {
        const auto& sort = dimensions[random() % dimensions.size()];
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
        QVERIFY2(sorted(file.store()) == sorted(oracle), (query.sort + " where " + query.filter).c_str());
    }
}

QTEST_GUILESS_MAIN(TestQueryRandom)
#include "test_query_random.moc"
