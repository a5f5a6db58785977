// SPDX-License-Identifier: GPL-3.0-or-later
// Pipeline: datagrams in, enriched flows into a sink, on worker threads. Read this first in collectors/pipeline.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "collectors/pipeline/boundedqueue.h"
#include "core/decode/decoder.h"
#include "core/enrich/enricher.h"
#include "core/store/flowstore.h"

namespace rivereto::collectors {

struct PipelineOptions {
    core::DecoderOptions decoder;
    core::EnricherFactory enricher; ///< empty: no enrichment
    unsigned workers = 0;           ///< 0: one a core, at most 4
    /// Rows wait at most this long for a batch to fill; 0: until it is full (replay).
    std::chrono::milliseconds hold{0};
    /// Told of names that options data brought, on a worker's thread; may be empty.
    std::function<void(std::vector<core::LearntName>)> onNames;
    /// Live input: the sink is told of templates, and those in `restore`, of an earlier run, decode what comes before an exporter
    /// announces its own. Without it neither is done: a capture is decoded by nothing but what is in it.
    bool keepTemplates = false;
    std::vector<core::KnownTemplate> restore; ///< the oldest first
};

/// All datagrams of one exporter address go to one worker, so that a template table has one owner and no lock. Full batches
/// are enriched and given to the sink by whichever worker is free, so that one exporter keeps all of them busy; batches of one
/// exporter may therefore reach the sink in another order than they were filled in. push() may be called by several inputs at once. finish() ends it; so does the destructor.
class Pipeline {
public:
    Pipeline(std::shared_ptr<const core::Schema> schema, core::FlowSink& sink, PipelineOptions options);
    ~Pipeline();
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    /// Replay: waits while the workers are behind, loses nothing. `batch` is empty afterwards.
    /// False when the sink has failed; see error().
    bool push(core::DatagramBatch& batch);
    /// Rows that are flows already: they are enriched and stored as they are. Waits and fails like the other. `rows` is empty afterwards.
    bool push(core::FlowBatch& rows);
    /// Live: what does not fit into the queues is dropped and counted. `batch` is empty afterwards.
    void offer(core::DatagramBatch& batch);
    /// Returns when the workers have decoded all that was pushed (rows may still wait for their batch to fill).
    void drain();
    /// Lets the workers drain, stores what they hold and commits. Nothing can be pushed afterwards.
    core::Result<void> finish();

    [[nodiscard]] core::DecodeStats stats() const;
    [[nodiscard]] uint64_t dropped() const { return m_dropped; }
    /// Fullest queue, 0 … 1.
    [[nodiscard]] double fill() const;
    [[nodiscard]] std::optional<core::Error> error() const;

private:
    struct Worker;
    [[nodiscard]] size_t workerOf(core::Ip exporter) const;
    void restoreTemplates();
    void tellTemplates(Worker& worker, size_t most);
    std::vector<core::DatagramBatch> split(core::DatagramBatch& batch);
    bool enqueue(Worker& worker, core::DatagramBatch&& batch, bool wait);
    void run(Worker& worker);
    void decode(Worker& worker, core::DatagramBatch batch);
    void finishDecoding(Worker& worker);
    void handOver(core::FlowBatch& rows);
    std::optional<core::FlowBatch> takeFull(size_t least);
    std::optional<core::FlowBatch> takeLastFull();
    core::FlowBatch popFull();
    void store(core::FlowBatch& rows, core::Enricher& enricher);
    void publish(Worker& worker);
    core::FlowBatch emptyBatch();

    std::shared_ptr<const core::Schema> m_schema;
    core::FlowSink& m_sink;
    PipelineOptions m_options;
    std::vector<std::unique_ptr<Worker>> m_workers;
    std::atomic<uint64_t> m_dropped{0};
    std::atomic<bool> m_failed{false};
    mutable std::mutex m_mutex;
    std::condition_variable m_drained;
    size_t m_inFlight = 0;              ///< guarded: batches given to workers and not decoded yet
    size_t m_decoding = 0;              ///< guarded: workers that may still bring rows
    std::condition_variable m_taken;    ///< for who waits with rows
    std::condition_variable m_shared;   ///< for workers with nothing more to decode
    std::deque<core::FlowBatch> m_full; ///< guarded: rows for any worker to store
    /// Guarded: memory that was used before, which is much cheaper than fresh pages.
    std::vector<core::FlowBatch> m_spareRows;
    std::vector<core::DatagramBatch> m_spareDatagrams;
    std::optional<core::Error> m_error; ///< guarded
    bool m_finished = false;
};

} // namespace rivereto::collectors
