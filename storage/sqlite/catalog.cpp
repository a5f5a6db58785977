// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/catalog.h"

#include <algorithm>
#include <filesystem>
#include <functional>

#include <fcntl.h>
#include <unistd.h>

#include "storage/segment/bitpack.h"

namespace rivereto::storage {

using core::ColumnId;

namespace {

constexpr auto kTables = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE columns(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, type TEXT NOT NULL, label TEXT NOT NULL, doc TEXT NOT NULL);
CREATE TABLE texts(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE segments(id INTEGER PRIMARY KEY AUTOINCREMENT, rows INTEGER NOT NULL, time_min INTEGER NOT NULL,
                      time_max INTEGER NOT NULL, directory BLOB NOT NULL);
CREATE TABLE blobs(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
)";

/// NULL in rows from before.
constexpr auto kChecksums = R"(
ALTER TABLE columns ADD COLUMN checksum INTEGER;
ALTER TABLE texts ADD COLUMN checksum INTEGER;
ALTER TABLE segments ADD COLUMN checksum INTEGER;
DELETE FROM blobs WHERE id / 1024 NOT IN (SELECT id FROM segments);
)";

/// What turns a file of version n into one of version n + 1; a new file is version 0.
constexpr std::string_view kMigrations[] = {kTables, kChecksums};
static_assert(std::size(kMigrations) == kFormatVersion);

core::Result<void> migrate(Database& database, int64_t version)
{
    for (; version < kFormatVersion; ++version) {
        const auto step = fmt::format("BEGIN IMMEDIATE; {} PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT",
                                      kMigrations[version], kApplicationId, version + 1);
        if (auto done = database.execute(step); !done) {
            (void)database.execute("ROLLBACK");
            return done;
        }
    }
    return {};
}

/// Version of a file that is ours and not too new; 0 for an empty one.
core::Result<int64_t> knownVersion(Database& database)
{
    const auto application = database.queryNumber("PRAGMA application_id");
    if (!application)
        return tl::unexpected(application.error());
    const auto tables = database.queryNumber("SELECT count(*) FROM sqlite_schema");
    if (!tables)
        return tl::unexpected(tables.error());
    if (*application == 0 && *tables == 0)
        return 0;
    if (*application != kApplicationId)
        return core::fail("{}: is not a Rivereto database", database.path());
    const auto version = database.queryNumber("PRAGMA user_version");
    if (version && *version > kFormatVersion)
        return core::fail("{}: was written by a newer Rivereto (format {}, this one knows {}); please update", database.path(),
                          *version, kFormatVersion);
    return version;
}

/// A file that nobody writes, in a folder where SQLite may not put its own files beside it (a medium that is read-only).
bool isSealed(const std::string& path)
{
    std::error_code unknown;
    const auto folder = std::filesystem::absolute(path, unknown).parent_path();
    return ::access(path.c_str(), R_OK) == 0 && ::access(folder.c_str(), W_OK) != 0 && !std::filesystem::exists(path + "-wal", unknown);
}

/// What to select for the checksum of a row: files of version 1 have none.
core::Result<std::string_view> checksumColumn(Database& database)
{
    const auto version = database.queryNumber("PRAGMA user_version");
    if (!version)
        return tl::unexpected(version.error());
    return *version >= 2 ? "checksum" : "NULL";
}

/// Of a row in `columns`.
int64_t checksumOf(int64_t id, std::initializer_list<std::string_view> texts)
{
    ByteWriter bytes;
    bytes.put(id);
    for (const auto text : texts) {
        bytes.put(static_cast<uint64_t>(text.size()));
        bytes.putBytes(text);
    }
    return static_cast<int64_t>(checksum(bytes.take()));
}

void putZone(ByteWriter& out, const core::Ip& value)
{
    out.put(value.hi);
    out.put(value.lo);
}

core::Ip getZone(ByteReader& in)
{
    const auto hi = in.get<uint64_t>();
    return {hi, in.get<uint64_t>()};
}

} // namespace

const BlobInfo* SegmentInfo::find(ColumnId column) const
{
    const auto it = std::ranges::find(blobs, column, &BlobInfo::id);
    return it == blobs.end() ? nullptr : &*it;
}

std::optional<core::Zone> SegmentInfo::zone(ColumnId column) const
{
    if (!(*schema)[column].stored() || (*schema)[column].storage() == core::Storage::Dict)
        return std::nullopt;
    const auto* blob = find(column);
    return blob ? core::Zone{blob->min, blob->max} : core::Zone{};
}

ColumnId FileColumns::idOf(uint16_t number) const
{
    const auto it = m_ids.find(number);
    return it == m_ids.end() ? ColumnId::kNone : it->second;
}

core::Result<FileColumns> FileColumns::load(Database& database, std::shared_ptr<const core::Schema>& schema)
{
    const auto sum = checksumColumn(database);
    if (!sum)
        return tl::unexpected(sum.error());
    auto rows = database.prepare(fmt::format("SELECT id, name, type, label, doc, {} FROM columns ORDER BY id", *sum));
    if (!rows)
        return tl::unexpected(rows.error());
    FileColumns out;
    for (;;) {
        const auto more = rows->step();
        if (!more)
            return tl::unexpected(more.error());
        if (!*more)
            break;
        const std::string name(rows->bytes(1));
        const auto type = core::typeNamed(rows->bytes(2));
        const auto sums = checksumOf(rows->number(0), {rows->bytes(1), rows->bytes(2), rows->bytes(3), rows->bytes(4)});
        if (!rows->isNull(5) && rows->number(5) != sums) {
            out.m_lost.push_back(rows->number(0));
            continue;
        }
        if (!type)
            continue;
        if (schema->find(name) == ColumnId::kNone) {
            const std::string label(rows->bytes(3));
            const std::string doc(rows->bytes(4));
            const core::ColumnSpec spec{.name = name, .type = *type, .from = core::From::Dictionary, .label = label, .doc = doc};
            auto extended = schema->extended({&spec, 1});
            if (!extended)
                return tl::unexpected(extended.error());
            schema = *extended;
        }
        if ((*schema)[schema->find(name)].type == *type)
            out.m_ids.emplace(static_cast<uint16_t>(rows->number(0)), schema->find(name));
    }
    out.m_numbers.assign(schema->size(), kUnknown);
    for (const auto& [number, id] : out.m_ids)
        out.m_numbers[core::index(id)] = number;
    return out;
}

core::Result<void> FileColumns::store(Database& database, const core::Schema& schema)
{
    auto insert = database.prepare("INSERT INTO columns(id, name, type, label, doc, checksum) VALUES(?, ?, ?, ?, ?, ?)");
    if (!insert)
        return tl::unexpected(insert.error());
    const auto highest = database.queryNumber("SELECT max(id) FROM columns");
    if (!highest)
        return tl::unexpected(highest.error());
    int64_t number = *highest;
    m_numbers.resize(schema.size(), kUnknown);
    for (const auto& column : schema.columns()) {
        if (!column.stored() || m_numbers[core::index(column.id)] != kUnknown)
            continue;
        if (++number >= kFileColumns)
            return core::fail("{}: has too many columns", database.path());
        const auto type = core::typeInfo(column.type).name;
        insert->bind(0, number).bindText(1, column.name).bindText(2, type).bindText(3, column.label).bindText(4, column.doc);
        insert->bind(5, checksumOf(number, {column.name, type, column.label, column.doc}));
        if (auto done = insert->run(); !done)
            return done;
        m_numbers[core::index(column.id)] = static_cast<uint16_t>(number);
        m_ids.emplace(static_cast<uint16_t>(number), column.id);
    }
    return {};
}

core::Result<Database> openChecked(const std::string& path, Database::Mode mode)
{
    std::error_code unknown; // a folder that may not be looked into is told by whoever opens
    if (mode == Database::Mode::Create && !std::filesystem::exists(path, unknown)) {
        // Made here, so that nobody else can read it from its first byte on.
        const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
        if (fd < 0)
            return core::fail("{}: cannot be created: {}", path, std::strerror(errno));
        ::close(fd);
    }
    if (std::filesystem::is_directory(path, unknown))
        return core::fail("{}: is a folder, not a database", path);
    auto database = Database::open(path, mode == Database::Mode::Read && isSealed(path) ? Database::Mode::ReadSealed : mode);
    if (!database)
        return database;
    const auto version = knownVersion(*database);
    if (!version)
        return tl::unexpected(version.error());
    if (mode == Database::Mode::Read && *version < kReadableVersion)
        return core::fail("{}: is an empty database; “rivereto import” or “listen” puts flows into it", path);
    if (mode != Database::Mode::Read && *version < kFormatVersion) {
        if (*version == 0) {
            if (auto set = database->execute("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL"); !set)
                return tl::unexpected(set.error());
        }
        if (auto migrated = migrate(*database, *version); !migrated)
            return tl::unexpected(migrated.error());
    }
    if (auto set = database->execute("PRAGMA synchronous = NORMAL"); !set)
        return tl::unexpected(set.error());
    return database;
}

int64_t checksumOf(const SegmentRow& row)
{
    ByteWriter bytes;
    for (const int64_t number : {row.id, row.rows, row.timeMin, row.timeMax})
        bytes.put(number);
    bytes.putBytes(row.directory);
    return static_cast<int64_t>(checksum(bytes.take()));
}

std::string writeDirectory(const EncodedSegment& segment, const FileColumns& columns)
{
    ByteWriter out;
    out.putVarint(segment.columns.size());
    for (const auto& column : segment.columns) {
        out.put(columns.numberOf(column.id));
        out.put(column.parent == ColumnId::kNone ? uint16_t{0} : columns.numberOf(column.parent));
        out.put(checksum(column.data));
        putZone(out, column.min);
        putZone(out, column.max);
    }
    return out.take();
}

std::shared_ptr<const SegmentInfo> readDirectory(const SegmentRow& row, const FileColumns& columns, const core::Schema& schema)
{
    if (row.checksum && *row.checksum != checksumOf(row))
        return nullptr;
    ByteReader in(row.directory);
    auto out = std::make_shared<SegmentInfo>();
    out->id = row.id;
    out->rows = static_cast<uint32_t>(row.rows);
    out->time = {static_cast<uint64_t>(row.timeMin), static_cast<uint64_t>(row.timeMax) + 1};
    out->schema = &schema;
    const auto count = in.getVarint();
    for (uint64_t i = 0; i < count && in.ok(); ++i) {
        BlobInfo blob;
        blob.fileColumn = in.get<uint16_t>();
        blob.id = columns.idOf(blob.fileColumn);
        blob.parent = columns.idOf(in.get<uint16_t>());
        blob.checksum = in.get<uint64_t>();
        blob.min = getZone(in);
        blob.max = getZone(in);
        if (blob.id != ColumnId::kNone)
            out->blobs.push_back(blob);
        else
            out->whole = false;
    }
    const bool sane = in.ok() && row.rows > 0 && row.rows <= static_cast<int64_t>(core::kSegmentRows) && row.timeMin <= row.timeMax;
    return sane ? out : nullptr;
}

core::Result<int64_t> readSwept(Database& database)
{
    return database.queryNumber(fmt::format("SELECT value FROM meta WHERE key = '{}'", kSweptKey));
}

std::optional<int64_t> readCount(Database& database, std::string_view key)
{
    auto row = database.prepare("SELECT value FROM meta WHERE key = ?");
    if (!row)
        return std::nullopt;
    const auto found = row->bindText(0, key).step();
    return found && *found ? std::optional(row->number(0)) : std::nullopt;
}

core::Result<void> writeCount(Database& database, std::string_view key, int64_t count)
{
    auto row = database.prepare("INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value");
    if (!row)
        return tl::unexpected(row.error());
    return row->bindText(0, key).bind(1, count).run();
}

namespace {

/// How many ids are tried one by one behind a page that cannot be read.
constexpr int64_t kMostProbes = 1'000'000;

/// Calls `take` for each row of `statement` (first column: its id; parameter: only ids from here on; in order). Where a page
/// cannot be read it goes on behind it, and calls `lost` with the ids around the gap; `last` is the highest id there may be.
template <class Take, class Lost>
core::Result<void> readAround(Statement& statement, int64_t first, int64_t last, Take&& take, Lost&& lost)
{
    int64_t next = first;
    std::optional<int64_t> gap;
    for (int64_t probes = 0;;) {
        statement.bind(0, next);
        auto more = statement.step();
        for (; more && *more; more = statement.step()) {
            const auto id = statement.number(0);
            if (id < next || id > last)
                break; // a page with impossible ids
            if (gap)
                lost(*gap, id);
            gap.reset();
            take(id);
            next = id + 1;
        }
        const bool impossible = more && *more;
        statement.reset();
        if (more && !impossible) {
            if (gap)
                lost(*gap, INT64_MAX);
            return {};
        }
        if (!more && !isDamage(more.error()))
            return tl::unexpected(more.error());
        gap = gap.value_or(next);
        if (++next > last || ++probes > kMostProbes) {
            lost(*gap, INT64_MAX);
            return {};
        }
    }
}

/// Segments whose rows in the table cannot be read, from their blobs; ids in [from, to).
void findLost(Database& database, int64_t from, int64_t to, std::vector<core::DamagedPart>& out)
{
    auto blobs = database.prepare(fmt::format("SELECT DISTINCT id / {0} FROM blobs WHERE id >= ? AND id < ?", kFileColumns));
    if (!blobs)
        return;
    blobs->bind(0, from * kFileColumns).bind(1, to > INT64_MAX / kFileColumns ? INT64_MAX : to * kFileColumns);
    const auto before = out.size();
    for (auto more = blobs->step(); more && *more; more = blobs->step())
        out.push_back({.segment = blobs->number(0)});
    if (out.size() == before)
        out.push_back({.segment = from});
}

} // namespace

core::Result<Statement> selectSegment(Database& database)
{
    const auto sum = checksumColumn(database);
    if (!sum)
        return tl::unexpected(sum.error());
    return database.prepare(fmt::format("SELECT rows, time_min, time_max, directory, {} FROM segments WHERE id = ?", *sum));
}

std::shared_ptr<const SegmentInfo> loadSegment(Statement& select, int64_t id, const FileColumns& columns, const core::Schema& schema,
                                               core::DamagedPart& damage)
{
    damage = {.segment = id};
    const auto found = select.bind(0, id).step();
    if (!found || !*found)
        return nullptr;
    SegmentRow row{.id = id, .rows = select.number(0), .timeMin = select.number(1), .timeMax = select.number(2), .directory = select.bytes(3)};
    if (!select.isNull(4))
        row.checksum = select.number(4);
    auto out = readDirectory(row, columns, schema);
    // As good as it can be told: whoever reads it is told that it may be wrong.
    if (!out && row.rows > 0 && row.rows <= static_cast<int64_t>(core::kSegmentRows))
        damage.rows = static_cast<uint64_t>(row.rows);
    if (!out && row.timeMin > 0 && row.timeMin <= row.timeMax)
        damage.time = {static_cast<uint64_t>(row.timeMin), static_cast<uint64_t>(row.timeMax) + 1};
    select.reset();
    return out;
}

core::Result<std::shared_ptr<const Catalog>> loadCatalog(Database& database, const FileColumns& columns, const core::Schema& schema,
                                                         const Catalog* before, uint64_t generation)
{
    std::unordered_map<int64_t, std::shared_ptr<const SegmentInfo>> known;
    if (before) {
        for (const auto& segment : before->segments)
            known.emplace(segment->id, segment);
    }
    auto ids = database.prepare("SELECT id FROM segments WHERE id >= ? ORDER BY id");
    auto rows = selectSegment(database);
    if (!ids || !rows)
        return tl::unexpected((ids ? rows : ids).error());
    auto out = std::make_shared<Catalog>();
    out->generation = generation;
    out->swept = readSwept(database).value_or(0);
    out->range = {UINT64_MAX, 0};
    const auto take = [&](int64_t id) {
        auto& segment = known[id];
        core::DamagedPart damage;
        if (!segment)
            segment = loadSegment(*rows, id, columns, schema, damage);
        if (!segment) {
            out->damaged.push_back(damage);
            return;
        }
        out->rows += segment->rows;
        out->range.from = std::min(out->range.from, segment->time.from);
        out->range.to = std::max(out->range.to, segment->time.to);
        out->segments.push_back(segment);
    };
    const auto last = database.queryNumber("SELECT seq FROM sqlite_sequence WHERE name = 'segments'").value_or(kMostProbes);
    if (auto read = readAround(*ids, 1, last, take, [&](int64_t from, int64_t to) { findLost(database, from, to, out->damaged); }); !read)
        return tl::unexpected(read.error());
    if (out->segments.empty())
        out->range = {};
    if (!columns.lost().empty())
        out->damaged.push_back({});
    const auto count = readCount(database, kSegmentsKey);
    const auto found = out->segments.size() + static_cast<size_t>(std::ranges::count_if(out->damaged, [](const auto& part) { return part.segment != 0; }));
    if (count && static_cast<size_t>(*count) > found)
        out->damaged.push_back({.segment = kVanished});
    return out;
}

int64_t checksumOfText(int64_t id, std::string_view bytes)
{
    constexpr int64_t kBits = 0x7fff'ffff; // four bytes in the file
    return checksumOf(id, {bytes}) & kBits;
}

core::Result<void> loadTexts(Database& database, StoreDictionary& dictionary)
{
    const auto sum = checksumColumn(database);
    if (!sum)
        return tl::unexpected(sum.error());
    auto rows = database.prepare(fmt::format("SELECT id, bytes, {} FROM texts WHERE id >= ? ORDER BY id", *sum));
    if (!rows)
        return tl::unexpected(rows.error());
    const auto first = static_cast<int64_t>(dictionary.size());
    const auto take = [&](int64_t id) {
        const auto bytes = rows->bytes(1);
        if (!rows->isNull(2) && rows->number(2) != checksumOfText(id, bytes))
            dictionary.setLost();
        else
            dictionary.load(id, bytes);
    };
    const auto last = database.queryNumber("SELECT max(id) FROM texts").value_or(first + 10'000);
    if (auto done = readAround(*rows, first, last, take, [&](int64_t, int64_t) { dictionary.setLost(); }); !done)
        return done;
    const auto count = readCount(database, kTextsKey);
    if (count && *count > dictionary.known())
        dictionary.setLost();
    return {};
}

} // namespace rivereto::storage
