// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/storewriter.h"

#include <algorithm>
#include <chrono>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rivereto::storage {

namespace {

/// Batches, or what is left of one, from this size on become a segment of their own; less goes to the tail.
constexpr size_t kOwnSegment = core::kSegmentRows / 2;
/// What may wait for the writer before append() blocks.
constexpr size_t kQueuedSegments = 8;
constexpr size_t kQueuedBatches = 512;
constexpr auto kCommitEvery = std::chrono::milliseconds(800);
/// A reader that has just read the directory still finds the blobs of a replaced segment for this many commits.
constexpr uint64_t kKeepSuperseded = 60;

/// Descriptor of the locked file beside the database.
core::Result<int> takeLock(const std::string& path)
{
    const auto name = path + "-lock";
    for (;;) {
        const int lock = ::open(name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
        if (lock < 0)
            return core::fail("{}: cannot be written: {}", path, std::strerror(errno));
        if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
            ::close(lock);
            return core::fail("{}: is being written by another process; it can be read meanwhile", path);
        }
        // A writer that ends removes the file: between open and flock it may have gone, and another may lock a new one.
        struct stat ours{};
        struct stat there{};
        if (::fstat(lock, &ours) == 0 && ::stat(name.c_str(), &there) == 0 && ours.st_ino == there.st_ino)
            return lock;
        ::close(lock);
    }
}

} // namespace

core::Result<std::unique_ptr<StoreWriter>> StoreWriter::start(const std::string& path, std::shared_ptr<const core::Schema> schema,
                                                              std::shared_ptr<StoreDictionary> texts)
{
    const auto lock = takeLock(path);
    if (!lock)
        return tl::unexpected(lock.error());
    auto database = openChecked(path, Database::Mode::Write);
    if (!database) {
        ::close(*lock);
        return tl::unexpected(database.error());
    }
    std::unique_ptr<StoreWriter> out(new StoreWriter(std::move(*database), std::move(schema), std::move(texts)));
    out->m_lock = *lock;
    if (auto ready = out->prepare(); !ready)
        return tl::unexpected(ready.error());
    out->m_thread = std::thread([writer = out.get()] { writer->run(); });
    return out;
}

StoreWriter::StoreWriter(Database database, std::shared_ptr<const core::Schema> schema, std::shared_ptr<StoreDictionary> texts)
    : m_database(std::move(database)), m_schema(std::move(schema)), m_texts(std::move(texts)), m_tail(m_schema)
{
}

StoreWriter::~StoreWriter()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_all();
    if (m_thread.joinable())
        m_thread.join();
    m_insertText.reset();
    m_insertSegment.reset();
    m_insertBlob.reset();
    m_deleteSegment.reset();
    m_deleteBlobs.reset();
    const auto path = m_database.path() + "-lock";
    m_database = Database();
    if (m_lock >= 0) {
        ::unlink(path.c_str());
        ::close(m_lock);
    }
}

core::Result<void> StoreWriter::prepare()
{
    auto schema = m_schema;
    auto columns = FileColumns::load(m_database, schema);
    if (!columns)
        return tl::unexpected(columns.error());
    m_columns = std::move(*columns);
    if (auto begun = m_database.execute("BEGIN IMMEDIATE"); !begun)
        return begun;
    if (auto stored = m_columns.store(m_database, *m_schema); !stored)
        return stored;
    // Blobs of segments that were replaced just before a crash.
    if (auto swept = m_database.execute(fmt::format(
            "DELETE FROM blobs WHERE id / {} NOT IN (SELECT id FROM segments); COMMIT", kFileColumns));
        !swept)
        return swept;
    const std::pair<std::optional<Statement>*, std::string> statements[] = {
        {&m_insertText, "INSERT INTO texts(id, bytes) VALUES(?, ?)"},
        {&m_insertSegment, "INSERT INTO segments(rows, time_min, time_max, directory) VALUES(?, ?, ?, ?)"},
        {&m_insertBlob, "INSERT INTO blobs(id, data) VALUES(?, ?)"},
        {&m_deleteSegment, "DELETE FROM segments WHERE id = ?"},
        {&m_deleteBlobs, "DELETE FROM blobs WHERE id >= ? AND id < ?"},
    };
    for (const auto& [statement, sql] : statements) {
        auto prepared = m_database.prepare(sql);
        if (!prepared)
            return tl::unexpected(prepared.error());
        *statement = std::move(*prepared);
    }
    return {};
}

core::Result<void> StoreWriter::append(core::FlowBatch&& batch)
{
    if (batch.empty())
        return {};
    std::vector<EncodedSegment> encoded;
    size_t first = 0;
    for (size_t left = batch.rows(); left >= kOwnSegment; left = batch.rows() - first) {
        const size_t count = std::min(core::kSegmentRows, left);
        encoded.push_back(encode(batch, first, count));
        first += count;
    }
    core::FlowBatch rest(m_schema);
    if (first == 0)
        rest = std::move(batch);
    else if (first < batch.rows())
        rest.append(batch, first, batch.rows() - first);
    std::unique_lock lock(m_mutex);
    m_room.wait(lock, [&] { return m_error || (m_segments.size() < kQueuedSegments && m_rows.size() < kQueuedBatches); });
    if (m_error)
        return tl::unexpected(*m_error);
    ++m_appended;
    std::ranges::move(encoded, std::back_inserter(m_segments));
    if (!rest.empty())
        m_rows.push_back(std::move(rest));
    m_wake.notify_one();
    return {};
}

core::Result<void> StoreWriter::flush()
{
    std::unique_lock lock(m_mutex);
    const auto target = m_appended;
    m_hurry = true;
    m_wake.notify_one();
    m_written.wait(lock, [&] { return m_error || m_committed >= target; });
    if (m_error)
        return tl::unexpected(*m_error);
    return {};
}

void StoreWriter::run()
{
    std::unique_lock lock(m_mutex);
    auto due = std::chrono::steady_clock::now() + kCommitEvery;
    for (;;) {
        m_wake.wait_until(lock, due, [&] { return m_stop || m_hurry || m_segments.size() >= kQueuedSegments / 2; });
        due = std::chrono::steady_clock::now() + kCommitEvery;
        m_hurry = false;
        const bool stop = m_stop;
        auto segments = std::exchange(m_segments, {});
        auto rows = std::exchange(m_rows, {});
        const auto appended = m_appended;
        lock.unlock();
        m_room.notify_all();
        auto done = segments.empty() && rows.empty() ? core::Result<void>() : commit(std::move(segments), std::move(rows));
        lock.lock();
        if (!done) {
            m_error = done.error();
            m_room.notify_all();
        }
        m_committed = appended;
        m_written.notify_all();
        if (m_error || (stop && m_segments.empty() && m_rows.empty()))
            break;
    }
    lock.unlock();
    if (!m_error)
        (void)removeBlobs(true);
}

core::Result<void> StoreWriter::commit(std::deque<EncodedSegment> segments, std::vector<core::FlowBatch> rows)
{
    ++m_commits;
    if (auto begun = m_database.execute("BEGIN IMMEDIATE"); !begun)
        return begun;
    const auto write = [&]() -> core::Result<void> {
        for (const auto& segment : segments) {
            if (auto done = writeSegment(segment); !done)
                return tl::unexpected(done.error());
        }
        for (const auto& batch : rows) {
            if (m_tail.rows() + batch.rows() > core::kSegmentRows) {
                if (auto done = writeTail(); !done)
                    return done;
                m_tail.clear();
                m_tailId = 0;
            }
            m_tail.append(batch);
        }
        if (!rows.empty()) {
            if (auto done = writeTail(); !done)
                return done;
        }
        if (auto removed = removeBlobs(false); !removed)
            return removed;
        return writeTexts();
    };
    if (auto done = write(); !done) {
        (void)m_database.execute("ROLLBACK");
        return done;
    }
    return m_database.execute("COMMIT");
}

/// Texts that anything encoded so far may name. They go into the same transaction as the segments, so that whoever sees
/// the segments sees them too.
core::Result<void> StoreWriter::writeTexts()
{
    const auto [first, end] = m_texts->takePending();
    for (auto id = first; id < end; ++id) {
        if (auto done = m_insertText->bind(0, id).bindBlob(1, m_texts->text(id)).run(); !done)
            return done;
    }
    return {};
}

core::Result<int64_t> StoreWriter::writeSegment(const EncodedSegment& segment)
{
    const auto directory = writeDirectory(segment, m_columns);
    m_insertSegment->bind(0, segment.rows).bind(1, static_cast<int64_t>(segment.timeMin));
    m_insertSegment->bind(2, static_cast<int64_t>(segment.timeMax)).bindBlob(3, directory);
    if (auto done = m_insertSegment->run(); !done)
        return tl::unexpected(done.error());
    const auto id = m_database.lastId();
    for (const auto& column : segment.columns) {
        if (auto done = m_insertBlob->bind(0, id * kFileColumns + m_columns.numberOf(column.id)).bindBlob(1, column.data).run(); !done)
            return tl::unexpected(done.error());
    }
    return id;
}

core::Result<void> StoreWriter::writeTail()
{
    if (m_tail.empty())
        return {};
    if (m_tailId != 0) {
        if (auto done = m_deleteSegment->bind(0, m_tailId).run(); !done)
            return done;
        m_superseded.push_back({m_tailId, m_commits});
    }
    const auto id = writeSegment(encode(m_tail, 0, m_tail.rows()));
    if (!id)
        return tl::unexpected(id.error());
    m_tailId = *id;
    return {};
}

core::Result<void> StoreWriter::removeBlobs(bool all)
{
    std::erase_if(m_superseded, [&](const Superseded& old) {
        if (!all && old.commit + kKeepSuperseded > m_commits)
            return false;
        return m_deleteBlobs->bind(0, old.segment * kFileColumns).bind(1, (old.segment + 1) * kFileColumns).run().has_value();
    });
    return {};
}

EncodedSegment StoreWriter::encode(const core::FlowBatch& batch, size_t first, size_t count)
{
    return encodeSegment(batch, first, count, [&](std::string_view text) { return m_texts->intern(text); });
}

} // namespace rivereto::storage
