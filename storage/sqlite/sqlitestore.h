// SPDX-License-Identifier: GPL-3.0-or-later
// SqliteStore: a .rivereto file as FlowStore and FlowSink. Read this first in storage/sqlite.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "core/store/flowstore.h"
#include "storage/sqlite/catalog.h"
#include "storage/sqlite/columncache.h"
#include "storage/sqlite/flowcounts.h"
#include "storage/sqlite/storewriter.h"

namespace rivereto::storage {

struct StoreOptions {
    bool write = false;          ///< create when missing, take the write lock
    unsigned threads = 0;        ///< for one query; 0: one a core
    std::string import;          ///< with `write`: all that is appended is an import of this name, until endImport()
    size_t cacheBytes = 0; ///< decoded columns kept; 0: a sixteenth of the machine's memory, between 64 and 512 MB
};

/// Readers may be many, also in other processes; one process writes.
class SqliteStore final : public core::FlowStore, public core::FlowSink {
public:
    /// `schema` is what a new file gets; an existing one may extend it.
    static core::Result<std::unique_ptr<SqliteStore>> open(const std::string& path, std::shared_ptr<const core::Schema> schema,
                                                           StoreOptions options);
    ~SqliteStore() override;

    [[nodiscard]] std::shared_ptr<const core::Schema> schema() const override { return m_schema; }
    [[nodiscard]] const std::string& path() const { return m_path; }
    core::Result<core::StoreStatus> status() override;
    core::Result<core::Aggregate> aggregate(const core::AggregateRequest& request, const core::Control& control) override;
    core::Result<core::FlowsSummary> flows(const core::FlowsRequest& request, const core::Control& control,
                                           const std::function<bool(core::FlowBatch&&)>& sink) override;

    core::Result<std::vector<core::Interruption>> interruptions(const core::TimeRange& range) override;
    core::Result<core::HealthReport> health(const core::TimeRange& range) override;
    core::Result<std::vector<core::KnownTemplate>> templates() override;
    core::Result<std::vector<core::SourceFile>> sources() override;

    core::Result<void> append(core::FlowBatch&& batch) override;
    core::Result<void> flush() override;
    void listening(const core::Listening& listening) override;
    void received(const core::Received& more) override;
    void health(core::HealthReport&& more) override;
    void templates(core::TemplateNews&& news) override;
    void source(core::SourceFile&& file) override;
    /// With StoreOptions::import: what an import before left unfinished; its flows are gone when it was the same one.
    [[nodiscard]] std::optional<StoreWriter::Unfinished> unfinishedImport() const { return m_writer ? m_writer->unfinished() : std::nullopt; }
    /// The import came to its end: it will not be replaced when it is started again.
    void endImport()
    {
        if (m_writer)
            m_writer->endImport();
    }

private:
    class Lease;
    struct Snapshot;
    SqliteStore() = default;
    core::Result<std::shared_ptr<const Catalog>> catalog();
    core::Result<Lease> lease();
    /// A catalogue and 1 … `most` connections (no more than it has segments) that find all its blobs as long as they are held,
    /// whatever the writer takes away meanwhile.
    core::Result<Snapshot> snapshot(size_t most);
    /// What is known to be damaged before anything is read. Of any time: that is as unsure as the rest of a damaged directory.
    [[nodiscard]] std::vector<core::DamagedPart> knownDamage(const Catalog& catalog) const;
    /// Sums all segments but those in `damaged`. When others turn out to be damaged they are added to it, and the result is worthless.
    core::Result<core::Aggregate> sumSegments(const core::AggregateRequest& request, const core::Control& control, Snapshot& from,
                                              std::vector<core::DamagedPart>& damaged);

    std::string m_path;
    StoreOptions m_options;
    std::shared_ptr<const core::Schema> m_schema;
    std::shared_ptr<StoreDictionary> m_texts;
    FileColumns m_columns;
    std::unique_ptr<StoreWriter> m_writer;
    std::unique_ptr<ColumnCache> m_cache;
    FlowCounts m_counts;

    std::mutex m_mutex;
    Database m_watch;                         ///< guarded: reads the catalogue
    int64_t m_dataVersion = -1;               ///< guarded
    std::shared_ptr<const Catalog> m_catalog; ///< guarded
    std::vector<Database> m_idle;             ///< guarded: read connections
};

} // namespace rivereto::storage
