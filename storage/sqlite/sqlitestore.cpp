// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/sqlitestore.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <thread>
#include <unordered_set>

#include <unistd.h>

#include "storage/sqlite/flowreader.h"
#include "storage/sqlite/healthlog.h"
#include "storage/sqlite/lease.h"
#include "storage/sqlite/storedsegment.h"
#include "storage/sqlite/sourcelog.h"
#include "storage/sqlite/templatelog.h"

namespace rivereto::storage {

namespace {

size_t usualCache()
{
    constexpr size_t kMega = 1U << 20;
    const auto pages = ::sysconf(_SC_PHYS_PAGES);
    const auto size = ::sysconf(_SC_PAGESIZE);
    return std::clamp(pages > 0 && size > 0 ? static_cast<size_t>(pages) * static_cast<size_t>(size) / 16 : 0, 64 * kMega, 512 * kMega);
}

} // namespace

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
    out->m_cache = std::make_unique<ColumnCache>(options.cacheBytes > 0 ? options.cacheBytes : usualCache());
    auto columns = FileColumns::load(out->m_watch, schema);
    if (!columns)
        return tl::unexpected(columns.error());
    out->m_columns = std::move(*columns);
    out->m_schema = schema;
    if (auto texts = loadTexts(out->m_watch, *out->m_texts); !texts)
        return tl::unexpected(texts.error());
    if (options.write) {
        auto writer = StoreWriter::start(path, schema, out->m_texts, options.import);
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

core::Result<std::vector<core::Interruption>> SqliteStore::interruptions(const core::TimeRange& range)
{
    const std::scoped_lock lock(m_mutex);
    return readInterruptions(m_watch, range);
}

core::Result<core::HealthReport> SqliteStore::health(const core::TimeRange& range)
{
    const std::scoped_lock lock(m_mutex);
    return readHealth(m_watch, range);
}

core::Result<std::vector<core::KnownTemplate>> SqliteStore::templates()
{
    const std::scoped_lock lock(m_mutex);
    return readTemplates(m_watch);
}

core::Result<std::vector<core::SourceFile>> SqliteStore::sources()
{
    const std::scoped_lock lock(m_mutex);
    return readSources(m_watch);
}

void SqliteStore::source(core::SourceFile&& file)
{
    if (m_writer)
        m_writer->source(std::move(file));
}

void SqliteStore::templates(core::TemplateNews&& news)
{
    if (m_writer)
        m_writer->templates(std::move(news));
}

void SqliteStore::health(core::HealthReport&& more)
{
    if (m_writer)
        m_writer->health(std::move(more));
}

void SqliteStore::listening(const core::Listening& listening)
{
    if (m_writer)
        m_writer->listening(listening);
}

void SqliteStore::received(const core::Received& more)
{
    if (m_writer)
        m_writer->received(more);
}

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
    core::StoreStatus out{.rows = now.rows, .range = now.range, .bytes = static_cast<uint64_t>(*bytes), .generation = now.generation, .received = {}};
    const core::Received received{static_cast<uint64_t>(readCount(m_watch, kRecordsKey).value_or(0)), static_cast<uint64_t>(readCount(m_watch, kDecodedKey).value_or(0))};
    // A file from before, or whose import was cut short, holds more than was counted.
    if (received.flows >= out.rows && received.flows > 0)
        out.received = received;
    return out;
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

core::Result<SqliteStore::Snapshot> SqliteStore::snapshot(size_t most)
{
    m_cache->startQuery();
    // A commit that takes blobs away between reading the catalogue and the last BEGIN is rare, and two in a row more so.
    constexpr int kAttempts = 100;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        auto current = catalog();
        if (!current)
            return tl::unexpected(current.error());
        Snapshot out{.catalog = *current, .leases = {}};
        const auto wanted = std::clamp<size_t>(out.catalog->segments.size(), 1, std::max<size_t>(most, 1));
        bool same = true;
        while (same && out.leases.size() < wanted) {
            auto connection = lease();
            if (!connection)
                return tl::unexpected(connection.error());
            same = connection->swept() == out.catalog->swept;
            out.leases.push_back(std::move(*connection));
        }
        if (same)
            return out;
    }
    return core::fail("{}: changes too fast to be read", m_path);
}

namespace {

/// Runs f(thread) on so many threads, the caller's among them.
void onThreads(size_t threads, const std::function<void(size_t)>& f)
{
    std::vector<std::jthread> others;
    for (size_t i = 1; i < threads; ++i)
        others.emplace_back([&f, i] { f(i); });
    f(0);
}

class SharedBudget final : public core::EntryBudget {
public:
    explicit SharedBudget(size_t most) : m_most(most) { }
    void take(size_t entries) override { m_used.fetch_add(entries, std::memory_order_relaxed); }
    void give(size_t entries) override { m_used.fetch_sub(entries, std::memory_order_relaxed); }
    [[nodiscard]] bool exceeded() const override { return m_used.load(std::memory_order_relaxed) > m_most; }

private:
    std::atomic<size_t> m_used{0};
    size_t m_most;
};

/// Whether a segment's rows may, or do all, lie in what is asked for.
struct Overlap {
    bool some;
    bool whole;
};

Overlap overlapOf(const core::AggregateRequest& request, const SegmentInfo& info)
{
    const auto& range = request.range;
    const bool outside = info.time.to <= range.from || info.time.from >= range.to;
    if (!request.spread)
        return {!outside, info.time.from >= range.from && info.time.to <= range.to};
    if (request.keepEnds)
        return {true, true};
    const auto start = info.zone(core::ColumnId::TimeFlowStart);
    const auto end = info.zone(core::ColumnId::TimeFlowEnd);
    return {!outside || !start || !end || (end->max.lo > range.from && start->min.lo < range.to), false};
}

} // namespace

std::vector<core::DamagedPart> SqliteStore::knownDamage(const Catalog& catalog) const
{
    auto out = catalog.damaged;
    if (m_texts->lost() && std::ranges::find(out, 0, &core::DamagedPart::segment) == out.end())
        out.emplace_back();
    return out;
}

core::Result<core::Aggregate> SqliteStore::aggregate(const core::AggregateRequest& request, const core::Control& control)
{
    auto current = snapshot(m_options.threads > 0 ? m_options.threads : std::thread::hardware_concurrency());
    if (!current)
        return tl::unexpected(current.error());
    auto damaged = knownDamage(*current->catalog);
    for (;;) {
        const auto known = damaged.size();
        auto out = sumSegments(request, control, *current, damaged);
        if (out && damaged.size() > known)
            continue;
        if (out)
            out->damaged = std::move(damaged);
        return out;
    }
}

core::Result<core::Aggregate> SqliteStore::sumSegments(const core::AggregateRequest& request, const core::Control& control, Snapshot& from,
                                                       std::vector<core::DamagedPart>& damaged)
{
    const auto& segments = from.catalog->segments;
    const auto threads = from.leases.size();
    std::unordered_set<int64_t> leftOut;
    for (const auto& part : damaged)
        leftOut.insert(part.segment);
    // Equal keys are summed when memory for twice the cells is in use.
    SharedBudget budget(2 * std::max<size_t>(request.maxCells, core::kSegmentRows));
    std::deque<core::Aggregator> sums;
    for (size_t i = 0; i < threads; ++i)
        sums.emplace_back(request, budget);
    std::vector<std::optional<core::Error>> errors(threads);
    std::vector<std::vector<core::DamagedPart>> found(threads);
    std::atomic<size_t> next{0};
    std::atomic<bool> failed{false};
    onThreads(threads, [&](size_t thread) {
        for (size_t i = next++; i < segments.size() && !failed && !control.stop.stop_requested(); i = next++) {
            const auto& info = *segments[i];
            if (leftOut.contains(info.id))
                continue;
            const auto overlap = overlapOf(request, info);
            if (!overlap.some) {
                sums[thread].skip(info.rows, false);
                continue;
            }
            const auto verdict = request.filter.judge(SegmentZones(info, from.leases[thread].select()));
            if (overlap.whole && verdict == core::BoundFilter::Verdict::None) {
                sums[thread].skip(info.rows, true);
                continue;
            }
            StoredSegment segment(*m_schema, info, from.leases[thread].select(), *m_cache, *m_texts);
            sums[thread].consume(segment, overlap.whole, verdict == core::BoundFilter::Verdict::All);
            errors[thread] = segment.error();
            if (segment.damage())
                found[thread].push_back(*segment.damage());
            if (sums[thread].overflow() || errors[thread])
                failed = true;
            if (control.progress)
                control.progress(static_cast<double>(i + 1) / static_cast<double>(segments.size()));
        }
    });
    for (auto& error : errors) {
        if (error)
            return tl::unexpected(std::move(*error));
    }
    for (auto& parts : found)
        std::ranges::move(parts, std::back_inserter(damaged));
    if (std::ranges::any_of(found, [](const auto& parts) { return !parts.empty(); }))
        return core::Aggregate();
    std::vector<core::Aggregator*> all;
    for (auto& one : sums)
        all.push_back(&one);
    auto out = core::joinAggregators(request, all, m_texts, [&](size_t count, const std::function<void(size_t)>& f) {
        std::atomic<size_t> nextPart{0};
        onThreads(std::min(threads, count), [&](size_t) {
            for (size_t part = nextPart++; part < count && !control.stop.stop_requested(); part = nextPart++)
                f(part);
        });
    });
    if (control.stop.stop_requested())
        return core::fail(core::kCancelled);
    return out;
}

core::Result<core::FlowsSummary> SqliteStore::flows(const core::FlowsRequest& request, const core::Control& control,
                                                    const std::function<bool(core::FlowBatch&&)>& sink)
{
    auto current = snapshot(1);
    if (!current)
        return tl::unexpected(current.error());
    auto out = readFlows({.schema = m_schema, .segments = current->catalog->segments, .select = current->leases[0].select(), .cache = *m_cache,
                          .texts = *m_texts, .counts = m_counts, .damaged = knownDamage(*current->catalog)},
                         request, control, sink);
    if (out)
        out->generation = current->catalog->generation;
    return out;
}

} // namespace rivereto::storage
