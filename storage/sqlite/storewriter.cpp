// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/healthlog.h"
#include "storage/sqlite/storewriter.h"

#include <algorithm>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/sqlite/sourcelog.h"
#include "storage/sqlite/wholesegment.h"

namespace rivereto::storage {

namespace {

/// Batches, or what is left of one, from this size on become a segment of their own; less goes to the tail.
constexpr size_t kOwnSegment = core::kSegmentRows / 2;
/// What may wait for the writer before append() blocks.
constexpr size_t kQueuedSegments = 8;
constexpr size_t kQueuedBatches = 512;
/// How often a time of listening without flows is kept.
constexpr auto kNoteEvery = std::chrono::seconds(5);
constexpr auto kCommitEvery = std::chrono::milliseconds(800);
/// How long joining small segments and giving back free pages may hold up whoever closes the file.
constexpr auto kTidyAtMost = std::chrono::seconds(2);
/// Pages given back at a time.
constexpr int64_t kVacuumPages = 2048;

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
                                                              std::shared_ptr<StoreDictionary> texts, const std::string& import)
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
    if (auto ready = out->prepare(import); !ready)
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
    m_countSweep.reset();
    m_selectSegment.reset();
    m_selectBlob.reset();
    const auto path = m_database.path() + "-lock";
    m_database = Database();
    if (m_lock >= 0) {
        ::unlink(path.c_str());
        ::close(m_lock);
    }
}

core::Result<void> StoreWriter::prepare(const std::string& import)
{
    auto schema = m_schema;
    auto columns = FileColumns::load(m_database, schema);
    if (!columns)
        return tl::unexpected(columns.error());
    m_columns = std::move(*columns);
    const auto stated = readCount(m_database, kSegmentsKey);
    const auto segments = m_database.queryNumber("SELECT count(*) FROM segments");
    if (!segments)
        return tl::unexpected(segments.error());
    if (!m_columns.lost().empty() || m_texts->lost() || (stated && *stated > *segments))
        return core::fail("{}: is damaged and takes no more flows; “rivereto check --salvage” puts what is sound into a new file", m_database.path());
    m_segmentCount = *segments;
    m_textCount = m_texts->known();
    const std::pair<std::optional<Statement>*, std::string> statements[] = {
        {&m_insertText, "INSERT INTO texts(id, bytes, checksum) VALUES(?, ?, ?)"},
        {&m_insertSegment, "INSERT INTO segments(id, rows, time_min, time_max, directory, checksum) VALUES(?, ?, ?, ?, ?, ?)"},
        {&m_insertBlob, "INSERT INTO blobs(id, data) VALUES(?, ?)"},
        {&m_deleteSegment, "DELETE FROM segments WHERE id = ?"},
        {&m_deleteBlobs, "DELETE FROM blobs WHERE id >= ? AND id < ?"},
        {&m_countSweep, fmt::format("INSERT INTO meta(key, value) VALUES('{}', 1) ON CONFLICT(key) DO UPDATE SET value = value + 1", kSweptKey)},
        {&m_selectBlob, "SELECT data FROM blobs WHERE id = ?"},
    };
    for (const auto& [statement, sql] : statements) {
        auto prepared = m_database.prepare(sql);
        if (!prepared)
            return tl::unexpected(prepared.error());
        *statement = std::move(*prepared);
    }
    auto select = selectSegment(m_database);
    if (!select)
        return tl::unexpected(select.error());
    m_selectSegment = std::move(*select);
    const auto last = m_database.queryNumber("SELECT seq FROM sqlite_sequence WHERE name = 'segments'");
    if (!last)
        return tl::unexpected(last.error());
    m_nextSegment = *last + 1;
    const auto begin = [&] {
        auto stored = m_columns.store(m_database, *m_schema);
        return stored ? beginImport(import) : stored;
    };
    if (auto begun = inTransaction(begin); !begun)
        return begun;
    if (auto limited = m_database.execute("PRAGMA journal_size_limit = 67108864"); !limited)
        return limited;
    // A file whose segments cannot be listed is not rearranged.
    if (!loadSmall())
        m_small.clear();
    return {};
}

/// Takes away what the same import stored before it was cut short, and notes that it begins again.
core::Result<void> StoreWriter::beginImport(const std::string& name)
{
    const auto from = readCount(m_database, kImportFromKey);
    if (from) {
        auto earlier = m_database.prepare("SELECT value, (SELECT total(rows) FROM segments WHERE id >= ?) FROM meta WHERE key = ?");
        const auto found = earlier ? earlier->bind(0, *from).bindText(1, kImportKey).step() : tl::unexpected(earlier.error());
        if (!found)
            return tl::unexpected(found.error());
        if (*found)
            m_unfinished = Unfinished{std::string(earlier->bytes(0)), static_cast<uint64_t>(earlier->number(1)), earlier->bytes(0) == name};
    }
    if (m_unfinished && m_unfinished->replaced) {
        auto segments = m_database.prepare("SELECT id FROM segments WHERE id >= ?");
        if (!segments)
            return tl::unexpected(segments.error());
        std::vector<int64_t> ids;
        segments->bind(0, *from);
        for (auto more = segments->step(); more && *more; more = segments->step())
            ids.push_back(segments->number(0));
        for (const auto id : ids) {
            if (auto done = removeSegment(id); !done)
                return done;
        }
        const auto removed = readCount(m_database, kRemovedKey).value_or(0) + static_cast<int64_t>(m_unfinished->rows);
        if (auto done = writeCount(m_database, kRemovedKey, removed); !done)
            return done;
    }
    m_importing = !name.empty();
    return markImport(name);
}

/// Empty: none goes on.
core::Result<void> StoreWriter::markImport(const std::string& name)
{
    if (name.empty())
        return m_database.execute(fmt::format("DELETE FROM meta WHERE key IN ('{}', '{}')", kImportKey, kImportFromKey));
    auto mark = m_database.prepare("INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)");
    if (!mark)
        return tl::unexpected(mark.error());
    if (auto done = mark->bindText(0, kImportKey).bindText(1, name).run(); !done)
        return done;
    return mark->bindText(0, kImportFromKey).bind(1, m_nextSegment).run();
}

void StoreWriter::endImport()
{
    const std::lock_guard lock(m_mutex);
    m_importEnded = true;
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

void StoreWriter::health(core::HealthReport&& more)
{
    if (more.empty())
        return;
    const std::scoped_lock lock(m_mutex);
    if (m_notes.health.empty())
        m_notes.health = std::move(more);
    else
        m_notes.health.merge(more);
    ++m_appended; // flush() waits for it
}

void StoreWriter::templates(core::TemplateNews&& news)
{
    const std::scoped_lock lock(m_mutex);
    m_notes.templates.add(std::move(news));
    ++m_appended; // flush() waits for it
}

void StoreWriter::source(core::SourceFile&& file)
{
    const std::scoped_lock lock(m_mutex);
    m_notes.sources.push_back(std::move(file));
    ++m_appended; // flush() waits for it
}

/// With the mutex held.
StoreWriter::Notes StoreWriter::takeNotes()
{
    Notes out = std::exchange(m_notes, {});
    if (m_importing && !m_importEnded) {
        std::swap(out.health, m_notes.health);
        std::swap(out.sources, m_notes.sources);
    }
    return out;
}

core::Result<void> StoreWriter::writeNotes(const Notes& notes)
{
    core::Result<void> done;
    if (notes.listening)
        done = m_log.write(m_database, *notes.listening);
    if (done && notes.received != core::Received{})
        done = writeReceived(notes.received);
    if (done && !notes.health.empty())
        done = addHealth(m_database, notes.health);
    if (done && !notes.templates.empty())
        done = writeTemplates(m_database, notes.templates);
    if (done && !notes.sources.empty())
        done = writeSources(m_database, notes.sources);
    return done;
}

core::Result<void> StoreWriter::writeReceived(const core::Received& more)
{
    auto done = writeCount(m_database, kRecordsKey, readCount(m_database, kRecordsKey).value_or(0) + static_cast<int64_t>(more.records));
    return done ? writeCount(m_database, kDecodedKey, readCount(m_database, kDecodedKey).value_or(0) + static_cast<int64_t>(more.flows)) : done;
}

void StoreWriter::run()
{
    std::unique_lock lock(m_mutex);
    m_merges = planMerges(m_small, core::kSegmentRows);
    auto due = std::chrono::steady_clock::now() + kCommitEvery;
    for (;;) {
        m_wake.wait_until(lock, due, [&] { return m_stop || m_hurry || m_segments.size() >= kQueuedSegments / 2; });
        due = std::chrono::steady_clock::now() + kCommitEvery;
        const bool hurry = std::exchange(m_hurry, false);
        const bool stop = m_stop;
        auto segments = std::exchange(m_segments, {});
        auto rows = std::exchange(m_rows, {});
        const auto appended = m_appended;
        // That nothing came, too, is kept now and then.
        const bool alone = segments.empty() && rows.empty();
        Notes notes;
        if (!alone || stop || hurry || due - m_noted > kNoteEvery) {
            notes = takeNotes();
            m_noted = due;
        }
        lock.unlock();
        m_room.notify_all();
        auto done = alone && notes.empty() ? core::Result<void>() : commit(std::move(segments), std::move(rows), notes);
        lock.lock();
        if (!done) {
            m_error = done.error();
            m_room.notify_all();
        }
        m_committed = appended;
        m_written.notify_all();
        if (m_error || (stop && m_segments.empty() && m_rows.empty()))
            break;
        bool more = !m_importing;
        while (more && !m_stop && !m_hurry && m_segments.empty() && m_rows.empty()) {
            lock.unlock();
            more = mergeOne();
            lock.lock();
        }
    }
    lock.unlock();
    if (!m_error)
        tidy();
}

core::Result<void> StoreWriter::inTransaction(const std::function<core::Result<void>()>& write)
{
    if (auto begun = m_database.execute("BEGIN IMMEDIATE"); !begun)
        return begun;
    m_removed = false;
    const auto counts = std::pair(m_segmentCount, m_textCount);
    auto done = write();
    if (done && m_removed)
        done = m_countSweep->run();
    if (done)
        done = writeCount(m_database, kSegmentsKey, m_segmentCount);
    if (done)
        done = writeCount(m_database, kTextsKey, m_textCount);
    if (done)
        done = m_database.execute("COMMIT");
    if (!done) {
        (void)m_database.execute("ROLLBACK");
        std::tie(m_segmentCount, m_textCount) = counts;
    }
    return done;
}

core::Result<void> StoreWriter::commit(std::deque<EncodedSegment> segments, std::vector<core::FlowBatch> rows, const Notes& notes)
{
    return inTransaction([&]() -> core::Result<void> {
        if (auto done = writeNotes(notes); !done)
            return done;
        for (const auto& segment : segments) {
            if (auto done = writeSegment(segment); !done)
                return tl::unexpected(done.error());
        }
        for (const auto& batch : rows) {
            if (m_tail.rows() + batch.rows() > core::kSegmentRows) {
                if (auto done = writeTail(true); !done)
                    return done;
                m_tail.clear();
                m_parts.clear();
            }
            m_tail.append(batch);
        }
        if (auto done = writeTail(false); !done)
            return done;
        return writeTexts();
    });
}

/// Texts that anything encoded so far may name. They go into the same transaction as the segments, so that whoever sees
/// the segments sees them too.
core::Result<void> StoreWriter::writeTexts()
{
    const auto [first, end] = m_texts->takePending();
    for (auto id = first; id < end; ++id) {
        const auto text = m_texts->text(id);
        ++m_textCount;
        if (auto done = m_insertText->bind(0, id).bindBlob(1, text).bind(2, checksumOfText(id, text)).run(); !done)
            return done;
    }
    return {};
}

core::Result<int64_t> StoreWriter::writeSegment(const EncodedSegment& segment)
{
    ++m_segmentCount;
    const auto directory = writeDirectory(segment, m_columns);
    const SegmentRow row{.id = m_nextSegment++, .rows = segment.rows, .timeMin = static_cast<int64_t>(segment.timeMin),
                         .timeMax = static_cast<int64_t>(segment.timeMax), .directory = directory};
    m_insertSegment->bind(0, row.id).bind(1, row.rows).bind(2, row.timeMin).bind(3, row.timeMax);
    if (auto done = m_insertSegment->bindBlob(4, directory).bind(5, checksumOf(row)).run(); !done)
        return tl::unexpected(done.error());
    for (const auto& column : segment.columns) {
        if (auto done = m_insertBlob->bind(0, row.id * kFileColumns + m_columns.numberOf(column.id)).bindBlob(1, column.data).run(); !done)
            return tl::unexpected(done.error());
    }
    if (!segment.hosts.empty()) {
        if (auto done = m_insertBlob->bind(0, row.id * kFileColumns + kHosts).bindBlob(1, segment.hosts).run(); !done)
            return tl::unexpected(done.error());
    }
    return row.id;
}

/// Writes rows that are in no segment yet, together with parts before them that are no larger; `whole`: with all.
core::Result<void> StoreWriter::writeTail(bool whole)
{
    const size_t written = m_parts.empty() ? 0 : m_parts.back().first + m_parts.back().rows;
    if (m_tail.rows() == written && (!whole || m_parts.size() < 2))
        return {};
    size_t first = written;
    while (!m_parts.empty() && (whole || m_parts.back().rows <= m_tail.rows() - first)) {
        if (auto done = removeSegment(m_parts.back().segment); !done)
            return done;
        first = m_parts.back().first;
        m_parts.pop_back();
    }
    const auto id = writeSegment(encode(m_tail, first, m_tail.rows() - first));
    if (!id)
        return tl::unexpected(id.error());
    m_parts.push_back({*id, first, m_tail.rows() - first});
    return {};
}

core::Result<void> StoreWriter::removeSegment(int64_t id)
{
    m_removed = true;
    --m_segmentCount;
    if (auto done = m_deleteSegment->bind(0, id).run(); !done)
        return done;
    return m_deleteBlobs->bind(0, id * kFileColumns).bind(1, (id + 1) * kFileColumns).run();
}

EncodedSegment StoreWriter::encode(const core::FlowBatch& batch, size_t first, size_t count)
{
    return encodeSegment(batch, first, count, [&](std::string_view text) { return m_texts->intern(text); });
}

core::Result<void> StoreWriter::loadSmall()
{
    auto rows = m_database.prepare("SELECT id, rows, time_min FROM segments WHERE rows < ?");
    if (!rows)
        return tl::unexpected(rows.error());
    rows->bind(0, static_cast<int64_t>(core::kSegmentRows / 2));
    for (;;) {
        const auto more = rows->step();
        if (!more)
            return tl::unexpected(more.error());
        if (!*more)
            return {};
        m_small.push_back({rows->number(0), static_cast<uint32_t>(rows->number(1)), static_cast<uint64_t>(rows->number(2))});
    }
}

/// Does one of m_merges; false when there is none left. Failing is no error: all is as it was.
bool StoreWriter::mergeOne()
{
    if (m_merges.empty()) {
        m_merges = planMerges(m_small, core::kSegmentRows);
        if (m_merges.empty())
            return false;
    }
    const auto segments = std::move(m_merges.back());
    m_merges.pop_back();
    const auto chosen = std::stable_partition(m_small.begin(), m_small.end(), [&](const SmallSegment& small) {
        return std::ranges::find(segments, small.id) == segments.end();
    });
    std::vector<SmallSegment> taken(chosen, m_small.end());
    m_small.erase(chosen, m_small.end());
    int64_t damaged = 0;
    if (!replaceByOne(segments, damaged) && damaged != 0) {
        // It stays as it is, for whoever repairs it; the others are joined without it.
        std::erase_if(taken, [&](const SmallSegment& small) { return small.id == damaged; });
        m_small.insert(m_small.end(), taken.begin(), taken.end());
    }
    returnPages(std::chrono::steady_clock::now());
    return true;
}

/// `damaged`: the segment that cannot be read, if that is why it failed.
core::Result<void> StoreWriter::replaceByOne(const std::vector<int64_t>& segments, int64_t& damaged)
{
    core::FlowBatch rows(m_schema);
    for (const auto id : segments) {
        core::DamagedPart damage;
        const auto info = loadSegment(*m_selectSegment, id, m_columns, *m_schema, damage);
        std::vector<core::ColumnId> columns;
        if (info && info->whole && rows.rows() + info->rows <= core::kSegmentRows)
            appendSegment(rows, *info, *m_selectBlob, *m_texts, columns);
        if (!info || !info->whole || !columns.empty()) {
            damaged = id;
            return core::fail("{}: segment {} is damaged", m_database.path(), id);
        }
    }
    sortByTime(rows);
    const auto encoded = encode(rows, 0, rows.rows());
    return inTransaction([&]() -> core::Result<void> {
        for (const auto id : segments) {
            if (auto done = removeSegment(id); !done)
                return done;
        }
        const auto id = writeSegment(encoded);
        if (!id)
            return tl::unexpected(id.error());
        if (encoded.rows < core::kSegmentRows / 2)
            m_small.push_back({*id, encoded.rows, encoded.timeMin});
        return writeTexts();
    });
}

/// Gives free pages back to the file system when there are many, or until the deadline.
void StoreWriter::returnPages(std::chrono::steady_clock::time_point deadline)
{
    const auto now = [] { return std::chrono::steady_clock::now(); };
    const bool closing = deadline > now();
    do {
        const auto free = m_database.queryNumber("PRAGMA freelist_count").value_or(0);
        if (free == 0 || (!closing && free < 2 * kVacuumPages))
            return;
        if (!m_database.execute(fmt::format("PRAGMA incremental_vacuum({})", kVacuumPages)))
            return;
        // Files from before version 2 cannot give any back.
        if (m_database.queryNumber("PRAGMA freelist_count").value_or(0) == free)
            return;
    } while (now() < deadline);
}

/// Drops texts that no segment names any more, when at least half as many flows were taken away as there are. Nothing may be
/// appended any more: what an encoder knows as a stored text would not be one. The highest id stays, so that none is given twice.
core::Result<void> StoreWriter::sweepTexts(std::chrono::steady_clock::time_point deadline)
{
    const auto rows = m_database.queryNumber("SELECT total(rows) FROM segments");
    if (m_importing || !rows || readCount(m_database, kRemovedKey).value_or(0) * 2 < std::max<int64_t>(*rows, 1))
        return {};
    std::vector<bool> named(m_texts->size());
    auto ids = m_database.prepare("SELECT id FROM segments");
    if (!ids)
        return tl::unexpected(ids.error());
    for (auto more = ids->step(); !more || *more; more = ids->step()) {
        core::DamagedPart damage;
        const auto info = more ? loadSegment(*m_selectSegment, ids->number(0), m_columns, *m_schema, damage) : nullptr;
        if (!info || !info->whole || !markTexts(*info, *m_selectBlob, *m_schema, named) || std::chrono::steady_clock::now() > deadline)
            return core::fail("{}: texts cannot be swept", m_database.path());
    }
    return inTransaction([&]() -> core::Result<void> {
        auto drop = m_database.prepare("DELETE FROM texts WHERE id = ? AND id < (SELECT max(id) FROM texts) RETURNING 1");
        if (!drop)
            return tl::unexpected(drop.error());
        for (size_t id = 1; id < named.size(); ++id) {
            if (named[id])
                continue;
            const auto dropped = drop->bind(0, static_cast<int64_t>(id)).step();
            drop->reset();
            if (!dropped)
                return tl::unexpected(dropped.error());
            m_textCount -= *dropped ? 1 : 0;
        }
        return writeCount(m_database, kRemovedKey, 0);
    });
}

/// Leaves the file compact. All rows are committed before, so nothing here can lose any.
void StoreWriter::tidy()
{
    const auto deadline = std::chrono::steady_clock::now() + kTidyAtMost;
    const auto finish = [&]() -> core::Result<void> {
        auto done = writeTail(true);
        return done && m_importing && m_importEnded ? markImport({}) : done;
    };
    const auto finished = inTransaction(finish);
    m_importing = m_importing && (!m_importEnded || !finished);
    if (finished && !m_parts.empty()) {
        const auto& tail = m_parts.front();
        m_small.push_back({tail.segment, static_cast<uint32_t>(tail.rows), m_tail.cells<uint64_t>(core::ColumnId::TimeReceived)[0]});
        m_merges.clear();
    }
    while (!m_importing && std::chrono::steady_clock::now() < deadline && mergeOne()) { }
    (void)sweepTexts(deadline);
    returnPages(deadline);
    // Readers elsewhere may keep the log from being emptied; the last to close does it.
    (void)m_database.execute("PRAGMA busy_timeout = 100; PRAGMA wal_checkpoint(TRUNCATE)");
}

} // namespace rivereto::storage
