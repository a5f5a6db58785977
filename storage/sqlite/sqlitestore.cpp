// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/sqlitestore.h"

#include <algorithm>
#include <thread>

#include "storage/sqlite/flowreader.h"
#include "storage/sqlite/lease.h"
#include "storage/sqlite/storedsegment.h"

namespace rivereto::storage {

core::Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, std::shared_ptr<const core::Schema> schema,
                                                             StoreOptions options)
{
    auto watch = openChecked(path, options.write ? Database::Mode::Create : Database::Mode::Read);
    if (!watch)
        return tl::unexpected(watch.error());
    std::unique_ptr<SqliteStore> out(new SqliteStore);
    out->m_path = path;
    out->m_options = options;
    out->m_watch = std::move(*watch);
    out->m_texts = std::make_shared<StoreDictionary>();
    out->m_cache = std::make_unique<ColumnCache>(options.cacheBytes);
    auto columns = FileColumns::load(out->m_watch, schema);
    if (!columns)
        return tl::unexpected(columns.error());
    out->m_columns = std::move(*columns);
    out->m_schema = schema;
    if (auto texts = loadTexts(out->m_watch, *out->m_texts); !texts)
        return tl::unexpected(texts.error());
    if (options.write) {
        auto writer = StoreWriter::start(path, schema, out->m_texts);
        if (!writer)
            return tl::unexpected(writer.error());
        out->m_writer = std::move(*writer);
        // The writer may have given numbers to columns that the file lacked.
        columns = FileColumns::load(out->m_watch, schema);
        if (!columns)
            return tl::unexpected(columns.error());
        out->m_columns = std::move(*columns);
    }
    if (auto catalog = out->catalog(); !catalog)
        return tl::unexpected(catalog.error());
    return out;
}

SqliteStore::~SqliteStore() = default;

core::Result<void> SqliteStore::append(core::FlowBatch&& batch)
{
    return m_writer ? m_writer->append(std::move(batch)) : core::fail("{}: was opened for reading only", m_path);
}

core::Result<void> SqliteStore::flush()
{
    return m_writer ? m_writer->flush() : core::fail("{}: was opened for reading only", m_path);
}

/// Rereads only when another connection has committed since.
core::Result<std::shared_ptr<const Catalog>> SqliteStore::catalog()
{
    const std::lock_guard lock(m_mutex);
    const auto version = m_watch.queryNumber("PRAGMA data_version");
    if (!version)
        return tl::unexpected(version.error());
    if (m_catalog && *version == m_dataVersion)
        return m_catalog;
    // In one transaction, so that the texts are those that the segments name.
    if (auto begun = m_watch.execute("BEGIN"); !begun)
        return tl::unexpected(begun.error());
    auto fresh = loadCatalog(m_watch, m_columns, *m_schema, m_catalog.get(), m_catalog ? m_catalog->generation + 1 : 1);
    auto texts = m_writer ? core::Result<void>() : loadTexts(m_watch, *m_texts);
    (void)m_watch.execute("COMMIT");
    if (!fresh)
        return fresh;
    if (!texts)
        return tl::unexpected(texts.error());
    m_catalog = *fresh;
    m_dataVersion = *version;
    return m_catalog;
}

core::Result<core::StoreStatus> SqliteStore::status()
{
    const auto current = catalog();
    if (!current)
        return tl::unexpected(current.error());
    const std::lock_guard lock(m_mutex);
    const auto bytes = m_watch.queryNumber("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    if (!bytes)
        return tl::unexpected(bytes.error());
    const auto& now = **current;
    return core::StoreStatus{.rows = now.rows, .range = now.range, .bytes = static_cast<uint64_t>(*bytes), .generation = now.generation};
}

core::Result<SqliteStore::Lease> SqliteStore::lease()
{
    {
        const std::lock_guard lock(m_mutex);
        if (!m_idle.empty()) {
            auto database = std::move(m_idle.back());
            m_idle.pop_back();
            return Lease::make(*this, std::move(database));
        }
    }
    auto database = openChecked(m_path, Database::Mode::Read);
    if (!database)
        return tl::unexpected(database.error());
    return Lease::make(*this, std::move(*database));
}

core::Result<core::Aggregate> SqliteStore::aggregate(const core::AggregateRequest& request, const core::Control& control)
{
    const auto current = catalog();
    if (!current)
        return tl::unexpected(current.error());
    const auto& segments = (*current)->segments;
    const auto cores = m_options.threads > 0 ? m_options.threads : std::max(1U, std::thread::hardware_concurrency());
    const auto threads = std::clamp<size_t>(segments.size(), 1, cores);

    std::atomic<size_t> next{0};
    std::atomic<bool> failed{false};
    struct Worker {
        explicit Worker(const core::AggregateRequest& request) : sums(request) { }
        core::Aggregator sums;
        uint64_t skipped = 0; ///< rows of segments that need not be read
        uint64_t skippedInRange = 0;
        std::optional<core::Error> error;
    };
    std::vector<Worker> workers;
    workers.reserve(threads);
    for (size_t i = 0; i < threads; ++i)
        workers.emplace_back(request);
    const auto work = [&](Worker& worker) {
        auto connection = lease();
        if (!connection)
            worker.error = connection.error();
        for (size_t i = next++; i < segments.size() && !worker.error && !failed && !control.stop.stop_requested(); i = next++) {
            const auto& info = *segments[i];
            const bool outside = info.time.to <= request.range.from || info.time.from >= request.range.to;
            const bool inside = info.time.from >= request.range.from && info.time.to <= request.range.to;
            const auto verdict = request.filter.judge(info);
            if (outside || (inside && verdict == core::BoundFilter::Verdict::None)) {
                worker.skipped += info.rows;
                worker.skippedInRange += outside ? 0 : info.rows;
                continue;
            }
            StoredSegment segment(*m_schema, info, connection->select(), *m_cache, *m_texts);
            worker.sums.consume(segment, inside, verdict == core::BoundFilter::Verdict::All);
            worker.error = segment.error();
            if (worker.sums.overflow())
                failed = true;
            if (control.progress)
                control.progress(static_cast<double>(i + 1) / static_cast<double>(segments.size()));
        }
        if (worker.error)
            failed = true;
    };
    {
        std::vector<std::jthread> others;
        for (size_t i = 1; i < threads; ++i)
            others.emplace_back([&, i] { work(workers[i]); });
        work(workers[0]);
    }
    if (control.stop.stop_requested())
        return core::fail(core::kCancelled);
    uint64_t skipped = 0;
    uint64_t skippedInRange = 0;
    for (auto& worker : workers) {
        if (worker.error)
            return tl::unexpected(*worker.error);
        skipped += worker.skipped;
        skippedInRange += worker.skippedInRange;
        if (&worker != &workers[0])
            workers[0].sums.merge(worker.sums);
    }
    auto out = workers[0].sums.finish();
    out.rowsStored += skipped;
    out.rowsInRange += skippedInRange;
    out.texts = m_texts;
    return out;
}

core::Result<core::FlowsSummary> SqliteStore::flows(const core::FlowsRequest& request, const core::Control& control,
                                                    const std::function<bool(core::FlowBatch&&)>& sink)
{
    const auto current = catalog();
    if (!current)
        return tl::unexpected(current.error());
    auto connection = lease();
    if (!connection)
        return tl::unexpected(connection.error());
    return readFlows({.schema = m_schema, .segments = (*current)->segments, .select = connection->select(), .cache = *m_cache,
                      .texts = *m_texts},
                     request, control, sink);
}

} // namespace rivereto::storage
