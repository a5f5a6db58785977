// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/catalog.h"

#include <algorithm>
#include <filesystem>

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

/// What turns a file of version n into one of version n + 1; a new file is version 0.
constexpr std::string_view kMigrations[] = {kTables};
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
    auto rows = database.prepare("SELECT id, name, type, label, doc FROM columns ORDER BY id");
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
    auto insert = database.prepare("INSERT INTO columns(name, type, label, doc) VALUES(?, ?, ?, ?)");
    if (!insert)
        return tl::unexpected(insert.error());
    m_numbers.resize(schema.size(), kUnknown);
    for (const auto& column : schema.columns()) {
        if (!column.stored() || m_numbers[core::index(column.id)] != kUnknown)
            continue;
        insert->bindText(0, column.name).bindText(1, core::typeInfo(column.type).name).bindText(2, column.label).bindText(3, column.doc);
        if (auto done = insert->run(); !done)
            return done;
        const auto number = static_cast<uint16_t>(database.lastId());
        if (number >= kFileColumns)
            return core::fail("{}: has too many columns", database.path());
        m_numbers[core::index(column.id)] = number;
        m_ids.emplace(number, column.id);
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
    if (*version < kFormatVersion) {
        if (mode == Database::Mode::Read)
            return core::fail("{}: is empty or of an older format ({}); open it once for writing, with “rivereto import” or “listen”", path, *version);
        if (*version == 0) {
            if (auto set = database->execute("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL"); !set)
                return tl::unexpected(set.error());
        }
        if (auto migrated = migrate(*database, *version); !migrated)
            return tl::unexpected(migrated.error());
    }
    if (auto set = database->execute("PRAGMA mmap_size = 1099511627776; PRAGMA synchronous = NORMAL"); !set)
        return tl::unexpected(set.error());
    return database;
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

std::shared_ptr<const SegmentInfo> readDirectory(int64_t id, uint32_t rows, core::TimeRange time, std::string_view bytes,
                                                 const FileColumns& columns, const core::Schema& schema)
{
    ByteReader in(bytes);
    auto out = std::make_shared<SegmentInfo>();
    out->id = id;
    out->rows = rows;
    out->time = time;
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
    }
    const bool sane = in.ok() && rows > 0 && rows <= core::kSegmentRows;
    return sane ? out : nullptr;
}

core::Result<std::shared_ptr<const Catalog>> loadCatalog(Database& database, const FileColumns& columns, const core::Schema& schema,
                                                         const Catalog* before, uint64_t generation)
{
    std::unordered_map<int64_t, std::shared_ptr<const SegmentInfo>> known;
    if (before) {
        for (const auto& segment : before->segments)
            known.emplace(segment->id, segment);
    }
    auto ids = database.prepare("SELECT id FROM segments ORDER BY id");
    auto rows = database.prepare("SELECT rows, time_min, time_max, directory FROM segments WHERE id = ?");
    if (!ids || !rows)
        return tl::unexpected((ids ? rows : ids).error());
    auto out = std::make_shared<Catalog>();
    out->generation = generation;
    out->range = {UINT64_MAX, 0};
    for (;;) {
        const auto more = ids->step();
        if (!more)
            return tl::unexpected(more.error());
        if (!*more)
            break;
        const auto id = ids->number(0);
        auto& segment = known[id];
        if (!segment) {
            const auto found = rows->bind(0, id).step();
            if (!found)
                return tl::unexpected(found.error());
            if (*found)
                segment = readDirectory(id, static_cast<uint32_t>(rows->number(0)),
                                        {static_cast<uint64_t>(rows->number(1)), static_cast<uint64_t>(rows->number(2)) + 1},
                                        rows->bytes(3), columns, schema);
            rows->reset();
        }
        if (!segment)
            return core::fail("{}: segment {} is damaged; run “rivereto check”", database.path(), id);
        out->rows += segment->rows;
        out->range.from = std::min(out->range.from, segment->time.from);
        out->range.to = std::max(out->range.to, segment->time.to);
        out->segments.push_back(segment);
    }
    if (out->segments.empty())
        out->range = {};
    return out;
}

core::Result<void> loadTexts(Database& database, StoreDictionary& dictionary)
{
    auto rows = database.prepare("SELECT id, bytes FROM texts WHERE id >= ? ORDER BY id");
    if (!rows)
        return tl::unexpected(rows.error());
    rows->bind(0, static_cast<int64_t>(dictionary.size()));
    for (;;) {
        const auto more = rows->step();
        if (!more)
            return tl::unexpected(more.error());
        if (!*more)
            return {};
        dictionary.load(static_cast<uint32_t>(rows->number(0)), rows->bytes(1));
    }
}

} // namespace rivereto::storage
