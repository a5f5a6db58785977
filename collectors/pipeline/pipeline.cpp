// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/pipeline/pipeline.h"

#include <algorithm>

namespace rivereto::collectors {

namespace {

constexpr size_t kQueuedBatches = 64;
/// A worker hands over this many rows at once, leaving room for one more datagram within a segment. (What a larger one
/// brings beyond that, the store puts into the next segment.)
constexpr size_t kFullBatch = core::kSegmentRows - 128;
/// How often an idle worker looks up.
constexpr std::chrono::milliseconds kTick{200};
constexpr unsigned kMaxWorkers = 4;

} // namespace

struct Pipeline::Worker {
    Worker(const std::shared_ptr<const core::Schema>& schema, const PipelineOptions& options)
        : queue(kQueuedBatches), decoder(schema, options.decoder), enricher(options.enricher ? options.enricher() : core::Enricher())
    {
    }
    BoundedQueue<core::DatagramBatch> queue;
    core::Decoder decoder;
    core::Enricher enricher;
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
    for (auto& worker : m_workers)
        worker->thread = std::thread([this, &worker = *worker] { run(worker); });
}

Pipeline::~Pipeline()
{
    if (!m_finished)
        (void)finish();
}

std::vector<core::DatagramBatch> Pipeline::split(core::DatagramBatch& batch)
{
    std::vector<core::DatagramBatch> parts(m_workers.size());
    if (parts.size() == 1) {
        std::swap(parts[0], batch);
    } else {
        for (size_t i = 0; i < batch.size(); ++i) {
            const auto datagram = batch[i];
            parts[std::hash<core::Ip>()(datagram.source) % parts.size()].add(datagram, datagram.payload);
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
    core::FlowBatch rows(m_schema);
    auto firstRow = std::chrono::steady_clock::now();
    const auto publish = [&] {
        const std::lock_guard lock(worker.mutex);
        worker.stats = worker.decoder.stats();
    };
    const auto done = [&] {
        const std::lock_guard lock(m_mutex);
        --m_inFlight;
        m_drained.notify_all();
    };
    // So that rows never wait much longer than they may.
    const auto tick = m_options.hold.count() > 0 ? std::clamp(m_options.hold / 2, std::chrono::milliseconds(1), kTick) : kTick;
    while (!worker.queue.done()) {
        auto batch = worker.queue.pop(tick);
        const auto now = std::chrono::steady_clock::now();
        if (rows.empty())
            firstRow = now;
        for (size_t i = 0; batch && i < batch->size(); ++i) {
            worker.decoder.decode((*batch)[i], rows);
            if (rows.rows() >= kFullBatch)
                store(rows, worker.enricher);
        }
        if (m_options.onNames) {
            if (auto names = worker.decoder.takeNames(); !names.empty())
                m_options.onNames(std::move(names));
        }
        if (m_options.hold.count() > 0 && !rows.empty() && now - firstRow >= m_options.hold)
            store(rows, worker.enricher);
        publish();
        if (batch)
            done();
    }
    worker.decoder.finish();
    store(rows, worker.enricher);
    publish();
}

/// Leaves `rows` empty. After a failure rows are thrown away: the sink takes no more.
bool Pipeline::store(core::FlowBatch& rows, core::Enricher& enricher)
{
    if (rows.empty())
        return true;
    enricher.run(rows);
    core::FlowBatch full(m_schema);
    std::swap(full, rows);
    if (m_failed)
        return false;
    if (auto stored = m_sink.append(std::move(full)); !stored) {
        const std::lock_guard lock(m_mutex);
        m_error = stored.error();
        m_failed = true;
        return false;
    }
    return true;
}

} // namespace rivereto::collectors
