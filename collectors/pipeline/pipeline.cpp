// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/pipeline/pipeline.h"

#include <algorithm>
#include <utility>

#include "core/health/accounting.h"

namespace rivereto::collectors {

namespace {

constexpr size_t kQueuedBatches = 64;
constexpr size_t kSpareDatagrams = 32;
/// A worker hands over this many rows at once, leaving room for one more datagram within a segment. (What a larger one
/// brings beyond that, the store puts into the next segment.)
constexpr size_t kFullBatch = core::kSegmentRows - 128;
/// How often an idle worker looks up.
constexpr std::chrono::milliseconds kTick{200};
/// How often the sink is told what has become known of exporters.
constexpr std::chrono::milliseconds kTellHealth{1000};
/// Templates told at a time: no flood of them keeps the sink busy.
constexpr size_t kTellTemplates = 4096;
constexpr unsigned kMaxWorkers = 4;

} // namespace

struct Pipeline::Worker {
    Worker(const std::shared_ptr<const core::Schema>& schema, const PipelineOptions& options)
        : queue(kQueuedBatches), health(options.decoder.observer), decoder(schema, watched(options.decoder)),
          enricher(options.enricher ? options.enricher() : core::Enricher()), rows(schema)
    {
    }
    core::DecoderOptions watched(core::DecoderOptions options)
    {
        options.observer = &health;
        return options;
    }
    BoundedQueue<core::DatagramBatch> queue;
    std::atomic<bool> idle{false}; ///< waits at its queue
    core::HealthAccounting health; ///< outlives the decoder; its thread only
    std::chrono::steady_clock::time_point healthTold;
    core::Decoder decoder;
    core::Enricher enricher;
    core::FlowBatch rows; ///< this and the next: the worker's thread only
    std::chrono::steady_clock::time_point firstRow;
    mutable std::mutex mutex;
    core::DecodeStats stats; ///< guarded: copy for other threads
    std::thread thread;
};

Pipeline::Pipeline(std::shared_ptr<const core::Schema> schema, core::FlowSink& sink, PipelineOptions options)
    : m_schema(std::move(schema)), m_sink(sink), m_options(std::move(options))
{
    const auto count = m_options.workers > 0 ? m_options.workers : std::clamp(std::thread::hardware_concurrency(), 1U, kMaxWorkers);
    for (unsigned i = 0; i < count; ++i)
        m_workers.push_back(std::make_unique<Worker>(m_schema, m_options));
    m_decoding = count;
    restoreTemplates();
    for (auto& worker : m_workers)
        worker->thread = std::thread([this, &worker = *worker] { run(worker); });
}

Pipeline::~Pipeline()
{
    if (!m_finished)
        (void)finish();
}

size_t Pipeline::workerOf(core::Ip exporter) const { return std::hash<core::Ip>()(exporter) % m_workers.size(); }

void Pipeline::restoreTemplates()
{
    std::vector<std::vector<core::KnownTemplate>> parts(m_workers.size());
    for (auto& known : std::exchange(m_options.restore, {})) {
        if (m_options.keepTemplates)
            parts[workerOf(known.exporter)].push_back(std::move(known));
    }
    for (size_t i = 0; i < parts.size(); ++i)
        m_workers[i]->decoder.restore(parts[i]);
}

void Pipeline::tellTemplates(Worker& worker, size_t most)
{
    if (!m_options.keepTemplates)
        return;
    if (auto news = worker.decoder.takeTemplates(most); !news.empty())
        m_sink.templates(std::move(news));
}

std::vector<core::DatagramBatch> Pipeline::split(core::DatagramBatch& batch)
{
    std::vector<core::DatagramBatch> parts(m_workers.size());
    {
        const std::lock_guard lock(m_mutex);
        for (auto& part : parts) {
            if (m_spareDatagrams.empty())
                break;
            part = std::move(m_spareDatagrams.back());
            m_spareDatagrams.pop_back();
        }
    }
    if (parts.size() == 1) {
        std::swap(parts[0], batch);
    } else {
        for (size_t i = 0; i < batch.size(); ++i) {
            const auto datagram = batch[i];
            parts[workerOf(datagram.source)].add(datagram, datagram.payload);
        }
    }
    batch.clear();
    return parts;
}

bool Pipeline::push(core::DatagramBatch& batch)
{
    auto parts = split(batch);
    for (size_t i = 0; i < parts.size(); ++i) {
        if (!parts[i].empty() && (m_failed || !enqueue(*m_workers[i], std::move(parts[i]), true)))
            return false;
    }
    return !m_failed;
}

bool Pipeline::push(core::FlowBatch& rows)
{
    if (rows.empty())
        return !m_failed;
    {
        std::unique_lock lock(m_mutex);
        m_taken.wait(lock, [&] { return m_full.size() <= m_workers.size() || m_failed; });
    }
    handOver(rows);
    return !m_failed;
}

void Pipeline::offer(core::DatagramBatch& batch)
{
    auto parts = split(batch);
    for (size_t i = 0; i < parts.size(); ++i) {
        const auto size = parts[i].size();
        if (size > 0 && !enqueue(*m_workers[i], std::move(parts[i]), false))
            m_dropped += size;
    }
}

bool Pipeline::enqueue(Worker& worker, core::DatagramBatch&& batch, bool wait)
{
    {
        const std::lock_guard lock(m_mutex);
        ++m_inFlight;
    }
    const bool taken = wait ? worker.queue.push(std::move(batch)) : worker.queue.tryPush(std::move(batch));
    if (!taken) {
        const std::lock_guard lock(m_mutex);
        --m_inFlight;
        m_drained.notify_all();
    }
    return taken;
}

void Pipeline::drain()
{
    std::unique_lock lock(m_mutex);
    m_drained.wait(lock, [&] { return m_inFlight == 0; });
}

core::Result<void> Pipeline::finish()
{
    m_finished = true;
    for (auto& worker : m_workers)
        worker->queue.close();
    for (auto& worker : m_workers) {
        if (worker->thread.joinable())
            worker->thread.join();
    }
    if (const auto failed = error())
        return tl::unexpected(*failed);
    return m_sink.flush();
}

core::DecodeStats Pipeline::stats() const
{
    core::DecodeStats sum;
    for (const auto& worker : m_workers) {
        const std::lock_guard lock(worker->mutex);
        sum += worker->stats;
    }
    return sum;
}

double Pipeline::fill() const
{
    double fill = 0;
    for (const auto& worker : m_workers)
        fill = std::max(fill, worker->queue.fill());
    return fill;
}

std::optional<core::Error> Pipeline::error() const
{
    const std::lock_guard lock(m_mutex);
    return m_error;
}

void Pipeline::run(Worker& worker)
{
    // So that rows never wait much longer than they may.
    const auto tick = m_options.hold.count() > 0 ? std::clamp(m_options.hold / 2, std::chrono::milliseconds(1), kTick) : kTick;
    while (!worker.queue.done()) {
        worker.idle = true; // before it looks, so that no batch is missed
        // Who has datagrams leaves a full batch or two to those who have none.
        if (auto full = takeFull(worker.queue.fill() > 0 ? m_workers.size() : 1)) {
            worker.idle = false;
            store(*full, worker.enricher);
            continue;
        }
        auto batch = worker.queue.pop(tick);
        worker.idle = false;
        const auto now = std::chrono::steady_clock::now();
        if (worker.rows.empty())
            worker.firstRow = now;
        if (batch)
            decode(worker, std::move(*batch));
        if (m_options.hold.count() > 0 && !worker.rows.empty() && now - worker.firstRow >= m_options.hold)
            store(worker.rows, worker.enricher);
        publish(worker);
        if (now - worker.healthTold >= kTellHealth) {
            worker.healthTold = now;
            m_sink.health(worker.health.take());
            tellTemplates(worker, kTellTemplates);
        }
    }
    finishDecoding(worker);
    while (auto full = takeLastFull())
        store(*full, worker.enricher);
}

void Pipeline::decode(Worker& worker, core::DatagramBatch batch)
{
    for (size_t i = 0; i < batch.size(); ++i) {
        worker.decoder.decode(batch[i], worker.rows);
        if (worker.rows.rows() >= kFullBatch)
            handOver(worker.rows);
    }
    if (m_options.onNames) {
        if (auto names = worker.decoder.takeNames(); !names.empty())
            m_options.onNames(std::move(names));
    }
    publish(worker);
    batch.clear();
    const std::lock_guard lock(m_mutex);
    if (m_spareDatagrams.size() < kSpareDatagrams)
        m_spareDatagrams.push_back(std::move(batch));
    --m_inFlight;
    m_drained.notify_all();
}

void Pipeline::finishDecoding(Worker& worker)
{
    worker.decoder.finish();
    publish(worker);
    store(worker.rows, worker.enricher);
    m_sink.health(worker.health.take());
    tellTemplates(worker, SIZE_MAX);
    const std::lock_guard lock(m_mutex);
    --m_decoding;
    m_shared.notify_all();
}

void Pipeline::publish(Worker& worker)
{
    const std::lock_guard lock(worker.mutex);
    worker.stats = worker.decoder.stats();
}

/// Leaves `rows` empty. Some worker comes for them: one that waits, else this one.
void Pipeline::handOver(core::FlowBatch& rows)
{
    auto full = std::exchange(rows, emptyBatch());
    {
        const std::lock_guard lock(m_mutex);
        m_full.push_back(std::move(full));
        m_shared.notify_one();
    }
    const auto idle = std::ranges::find_if(m_workers, [](const auto& worker) { return worker->idle.exchange(false); });
    if (idle != m_workers.end())
        (*idle)->queue.nudge();
}

/// Nothing while fewer than `least` batches are full.
std::optional<core::FlowBatch> Pipeline::takeFull(size_t least)
{
    const std::lock_guard lock(m_mutex);
    return m_full.size() < least ? std::nullopt : std::optional(popFull());
}

/// Waits; nothing when there will never be any again.
std::optional<core::FlowBatch> Pipeline::takeLastFull()
{
    std::unique_lock lock(m_mutex);
    m_shared.wait(lock, [&] { return m_decoding == 0 || !m_full.empty(); });
    return m_full.empty() ? std::nullopt : std::optional(popFull());
}

/// With the mutex held.
core::FlowBatch Pipeline::popFull()
{
    auto full = std::move(m_full.front());
    m_full.pop_front();
    m_taken.notify_all();
    return full;
}

core::FlowBatch Pipeline::emptyBatch()
{
    {
        const std::lock_guard lock(m_mutex);
        if (!m_spareRows.empty()) {
            auto spare = std::move(m_spareRows.back());
            m_spareRows.pop_back();
            return spare;
        }
    }
    return core::FlowBatch(m_schema);
}

/// Leaves `rows` empty. After a failure rows are thrown away: the sink takes no more.
void Pipeline::store(core::FlowBatch& rows, core::Enricher& enricher)
{
    if (rows.empty())
        return;
    enricher.run(rows);
    auto full = std::exchange(rows, emptyBatch());
    if (m_failed)
        return;
    auto stored = m_sink.append(std::move(full));
    const std::lock_guard lock(m_mutex);
    if (!stored) {
        m_error = stored.error();
        m_failed = true;
        m_taken.notify_all();
    }
    // A sink that has encoded the rows leaves them where they were.
    if (full.sharedSchema() && m_spareRows.size() <= m_workers.size()) {
        full.clear();
        m_spareRows.push_back(std::move(full));
    }
}

} // namespace rivereto::collectors
