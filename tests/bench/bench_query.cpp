// SPDX-License-Identifier: GPL-3.0-or-later
// Times the queries of PRODUCT.md §8 on a database: first (decoding columns), then repeated (columns cached).
// bench_query X.rivereto [PART OF A NAME] → one JSON object a line: {"name", "first_ms", "median_ms", "cpu_ms", "rows", "host"};
// cpu_ms is what the repeated query takes of all processors.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "core/query/run.h"
#include "storage/sqlite/sqlitestore.h"

using namespace rivereto;

namespace {

constexpr int kRepeats = 9;

struct Case {
    const char* name;
    core::Query query;
};

std::vector<Case> cases(const std::string& host)
{
    using core::QueryKind;
    using core::Unit;
    return {
        {"stacked chart, 300 points, top 10 source AS", {.kind = QueryKind::TimeSeries, .dimensions = {"SrcAS"}, .points = 300}},
        {"top 10 source AS by bytes", {.dimensions = {"SrcAS"}, .unit = Unit::Bytes}},
        {"top 10 source addresses by bytes", {.dimensions = {"SrcAddr"}, .unit = Unit::Bytes}},
        {"port 443 and TCP, by destination AS", {.dimensions = {"DstAS"}, .filter = "DstPort = 443 AND Proto = 6", .unit = Unit::Bytes}},
        {"AS at both ends by bytes", {.dimensions = {"AS"}, .unit = Unit::Bytes}},
        {"everything about one host: chart of its conversations", {.kind = QueryKind::TimeSeries, .dimensions = {"Conversation"}, .filter = "Addr = " + host, .points = 300}},
        {"scanners: different destinations by source", {.dimensions = {"SrcAddr"}, .unit = Unit::Distinct, .distinct = "DstAddr"}},
        {"address pairs by bytes", {.dimensions = {"SrcAddr", "DstAddr"}, .unit = Unit::Bytes}},
    };
}

/// The 1000th largest source, or the last there is.
std::string someHost(core::FlowStore& store)
{
    const auto hosts = core::runQuery(store, {.dimensions = {"SrcAddr"}, .unit = core::Unit::Packets, .limit = 1000}, {}, {});
    if (!hosts || hosts->series.empty())
        return "192.0.2.1";
    const auto& last = hosts->series[hosts->series.size() - (hosts->series.back().other ? 2 : 1)];
    return last.key[0];
}

double timed(core::FlowStore& store, const core::Query& query, uint64_t& rows)
{
    const auto start = std::chrono::steady_clock::now();
    const auto result = core::runQuery(store, query, {}, {});
    const auto ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message().c_str());
        return -1;
    }
    rows = result->rowsMatched;
    return ms;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2 && argc != 3)
        return 2;
    std::string host;
    if (const auto store = storage::SqliteStore::open(argv[1], core::Schema::builtin(), {}))
        host = someHost(**store);
    for (const auto& [name, query] : cases(host)) {
        if (argc == 3 && std::string_view(name).find(argv[2]) == std::string_view::npos)
            continue;
        // A store of its own for each case: nothing decoded by another one.
        auto store = storage::SqliteStore::open(argv[1], core::Schema::builtin(), {});
        if (!store) {
            std::fprintf(stderr, "%s\n", store.error().message().c_str());
            return 1;
        }
        uint64_t rows = 0;
        const double first = timed(**store, query, rows);
        std::vector<double> times;
        const auto before = std::clock();
        for (int i = 0; i < kRepeats; ++i)
            times.push_back(timed(**store, query, rows));
        const auto cpu = static_cast<double>(std::clock() - before) * 1000 / CLOCKS_PER_SEC / kRepeats;
        std::ranges::sort(times);
        std::printf("{\"name\": \"%s\", \"first_ms\": %.1f, \"median_ms\": %.1f, \"cpu_ms\": %.1f, \"rows\": %llu, \"host\": \"%s\"}\n", name, first, times[kRepeats / 2], cpu, static_cast<unsigned long long>(rows), host.c_str());
        std::fflush(stdout);
    }
    return 0;
}
