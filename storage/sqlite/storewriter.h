// SPDX-License-Identifier: GPL-3.0-or-later
// StoreWriter: the one thread that writes a .rivereto file.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "core/batch/flowbatch.h"
#include "storage/sqlite/catalog.h"

namespace rivereto::storage {

/// Full batches are encoded by whoever appends them; small ones gather in a tail. Everything is committed within a second:
/// the tail's segment is replaced by a larger one until it is full, so that the file never holds many small segments.
class StoreWriter {
public:
    /// Takes the write lock of the file; an error when another process writes it.
    static core::Result<std::unique_ptr<StoreWriter>> start(const std::string& path, std::shared_ptr<const core::Schema> schema,
                                                            std::shared_ptr<StoreDictionary> texts);
    /// Commits what was appended, then closes.
    ~StoreWriter();
    StoreWriter(const StoreWriter&) = delete;
    StoreWriter& operator=(const StoreWriter&) = delete;

    /// Any thread; blocks while the queue is full. After an error nothing more is taken.
    core::Result<void> append(core::FlowBatch&& batch);
    core::Result<void> flush();

private:
    struct Superseded {
        int64_t segment;
        uint64_t commit;
    };
    StoreWriter(Database database, std::shared_ptr<const core::Schema> schema, std::shared_ptr<StoreDictionary> texts);
    core::Result<void> prepare();
    void run();
    core::Result<void> commit(std::deque<EncodedSegment> segments, std::vector<core::FlowBatch> rows);
    core::Result<void> writeTexts();
    core::Result<int64_t> writeSegment(const EncodedSegment& segment);
    core::Result<void> writeTail();
    core::Result<void> removeBlobs(bool all);
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

    core::FlowBatch m_tail;  ///< rows of the segment that may still grow
    int64_t m_tailId = 0;    ///< its segment, once written
    std::vector<Superseded> m_superseded;
    uint64_t m_commits = 0;

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::condition_variable m_room;
    std::condition_variable m_written;
    std::deque<EncodedSegment> m_segments; ///< guarded, as are all below
    std::vector<core::FlowBatch> m_rows;
    uint64_t m_appended = 0;
    uint64_t m_committed = 0;
    bool m_hurry = false;
    bool m_stop = false;
    std::optional<core::Error> m_error;
    std::thread m_thread;
};

} // namespace rivereto::storage
