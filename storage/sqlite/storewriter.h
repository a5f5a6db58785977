// SPDX-License-Identifier: GPL-3.0-or-later
// StoreWriter: the one thread that writes a .rivereto file.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "core/batch/flowbatch.h"
#include "core/health/health.h"
#include "core/store/sourcefile.h"
#include "storage/sqlite/catalog.h"
#include "storage/sqlite/listeninglog.h"
#include "storage/sqlite/mergeplan.h"
#include "storage/sqlite/templatelog.h"

namespace rivereto::storage {

/// Full batches are encoded by whoever appends them; small ones gather in a tail. Everything is committed within a second, the
/// tail as parts of which each is at least as large as all behind it: new rows are written with those parts that are no larger,
/// so that a row is written a few times and not at every commit. A full tail, and that of a writer that ends, is one segment.
/// Small segments that earlier writers left are joined when there is nothing else to do.
class StoreWriter {
public:
    /// Takes the write lock of the file; an error when another process writes it.
    /// `import`: everything appended belongs to an import of this name, until endImport().
    static core::Result<std::unique_ptr<StoreWriter>> start(const std::string& path, std::shared_ptr<const core::Schema> schema,
                                                            std::shared_ptr<StoreDictionary> texts, const std::string& import);
    /// Commits what was appended, then closes.
    ~StoreWriter();
    StoreWriter(const StoreWriter&) = delete;
    StoreWriter& operator=(const StoreWriter&) = delete;

    /// Any thread; blocks while the queue is full. After an error nothing more is taken.
    core::Result<void> append(core::FlowBatch&& batch);
    core::Result<void> flush();
    /// Any thread. Kept with the next commit, or after a while; at the end in any case.
    void listening(const core::Listening& listening)
    {
        const std::scoped_lock lock(m_mutex);
        m_notes.listening = listening;
    }
    void received(const core::Received& more)
    {
        const std::scoped_lock lock(m_mutex);
        m_notes.received += more;
    }
    /// Of an import: kept when it ends, for one that is cut short comes again.
    void health(core::HealthReport&& more);
    void templates(core::TemplateNews&& news);
    /// Of an import: kept when it ends, as health is.
    void source(core::SourceFile&& file);

    /// An earlier import that did not come to its end (killed, cancelled, no room), found at the start.
    struct Unfinished {
        std::string name;
        uint64_t rows = 0;     ///< that it had stored
        bool replaced = false; ///< it was the same one: they are gone, for they come again. Otherwise they stay.
    };
    [[nodiscard]] const std::optional<Unfinished>& unfinished() const { return m_unfinished; }
    /// All of the import was appended.
    void endImport();

private:
    /// Rows of the tail that are a segment of their own.
    struct Part {
        int64_t segment = 0;
        size_t first = 0;
        size_t rows = 0;
    };
    StoreWriter(Database database, std::shared_ptr<const core::Schema> schema, std::shared_ptr<StoreDictionary> texts);
    core::Result<void> prepare(const std::string& import);
    core::Result<void> beginImport(const std::string& name);
    core::Result<void> markImport(const std::string& name);
    void run();
    /// What is kept beside the flows.
    struct Notes {
        std::optional<core::Listening> listening;
        core::Received received;
        core::HealthReport health;
        TemplateNotes templates;
        std::vector<core::SourceFile> sources;
        [[nodiscard]] bool empty() const { return !listening && received == core::Received{} && health.empty() && templates.empty() && sources.empty(); }
    };
    Notes takeNotes();
    core::Result<void> writeNotes(const Notes& notes);
    core::Result<void> commit(std::deque<EncodedSegment> segments, std::vector<core::FlowBatch> rows, const Notes& notes);
    core::Result<void> writeReceived(const core::Received& more);
    core::Result<void> writeTexts();
    core::Result<int64_t> writeSegment(const EncodedSegment& segment);
    core::Result<void> writeTail(bool whole);
    core::Result<void> removeSegment(int64_t id);
    core::Result<void> inTransaction(const std::function<core::Result<void>()>& write);
    core::Result<void> loadSmall();
    bool mergeOne();
    core::Result<void> replaceByOne(const std::vector<int64_t>& segments, int64_t& damaged);
    void tidy();
    core::Result<void> sweepTexts(std::chrono::steady_clock::time_point deadline);
    void returnPages(std::chrono::steady_clock::time_point deadline);
    EncodedSegment encode(const core::FlowBatch& batch, size_t first, size_t count);

    Database m_database;
    int m_lock = -1;
    std::shared_ptr<const core::Schema> m_schema;
    std::shared_ptr<StoreDictionary> m_texts;
    FileColumns m_columns;
    std::optional<Statement> m_insertText;
    std::optional<Statement> m_insertSegment;
    std::optional<Statement> m_insertBlob;
    std::optional<Statement> m_deleteSegment;
    std::optional<Statement> m_deleteBlobs;
    std::optional<Statement> m_countSweep;
    std::optional<Statement> m_selectSegment;
    std::optional<Statement> m_selectBlob;
    int64_t m_nextSegment = 1;
    std::optional<Unfinished> m_unfinished;
    bool m_importing = false; ///< segments from its first on are the import's alone, so that they can be taken away together
    bool m_removed = false; ///< the transaction took segments away
    int64_t m_segmentCount = 0;
    int64_t m_textCount = 0;

    ListeningLog m_log;
    core::FlowBatch m_tail; ///< rows of segments that are still joined
    std::vector<Part> m_parts;
    std::vector<SmallSegment> m_small; ///< none of the tail's
    std::vector<std::vector<int64_t>> m_merges; ///< to be done

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::condition_variable m_room;
    std::condition_variable m_written;
    std::deque<EncodedSegment> m_segments; ///< guarded, as are all below
    std::vector<core::FlowBatch> m_rows;
    Notes m_notes; ///< not yet written
    std::chrono::steady_clock::time_point m_noted; ///< when it was last
    uint64_t m_appended = 0;
    uint64_t m_committed = 0;
    bool m_hurry = false;
    bool m_stop = false;
    bool m_importEnded = false;
    std::optional<core::Error> m_error;
    std::thread m_thread;
};

} // namespace rivereto::storage
