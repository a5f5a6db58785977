// SPDX-License-Identifier: GPL-3.0-or-later
// What a .rivereto file holds besides blobs: its tables, columns and the directory of its segments.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "core/filter/filter.h"
#include "core/query/query.h"
#include "core/query/damage.h"
#include "core/schema/schema.h"
#include "storage/segment/segment.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/storedictionary.h"

namespace rivereto::storage {

/// "RVTO"; PRAGMA application_id of our files.
constexpr int64_t kApplicationId = 0x5256544f;
/// PRAGMA user_version of files this program writes; older ones are migrated, newer ones refused.
constexpr int64_t kFormatVersion = 2;
/// Files from this version on can be read without being migrated.
constexpr int64_t kReadableVersion = 1;
/// Columns a file can have: a blob's id is segment × this + column.
constexpr int64_t kFileColumns = 1024;
/// In place of a column: which hosts a segment may have (storage/segment/hosts.h). Not every segment has it.
constexpr int64_t kHosts = 0;

/// Where one column of a segment lies.
struct BlobInfo {
    core::ColumnId id = core::ColumnId::kNone;
    core::ColumnId parent = core::ColumnId::kNone;
    uint16_t fileColumn = 0;
    uint64_t checksum = 0;
    core::Ip min;
    core::Ip max;
};

struct SegmentInfo final : core::ZoneLookup {
    int64_t id = 0;
    uint32_t rows = 0;
    core::TimeRange time; ///< of TimeReceived; `to` is one past the last
    std::vector<BlobInfo> blobs;
    bool whole = true;    ///< false: it has columns that this program does not know; they are not among `blobs`

    /// nullptr: zero in every row.
    [[nodiscard]] const BlobInfo* find(core::ColumnId column) const;
    [[nodiscard]] std::optional<core::Zone> zone(core::ColumnId column) const override;
    const core::Schema* schema = nullptr;
};

/// Immutable state of a file at one moment.
struct Catalog {
    std::vector<std::shared_ptr<const SegmentInfo>> segments; ///< in the order they were written
    std::vector<core::DamagedPart> damaged;                   ///< segments that cannot be read; one without an id: names of columns
    uint64_t rows = 0;                                        ///< of `segments`
    core::TimeRange range;
    uint64_t generation = 0;
    int64_t swept = 0; ///< as kSweptKey; when it is the same in a later snapshot, all blobs named here are there
};

/// Numbers that a file gives to column names.
class FileColumns {
public:
    /// Reads the file's columns; extends `schema` by those it does not know.
    static core::Result<FileColumns> load(Database& database, std::shared_ptr<const core::Schema>& schema);
    /// Adds the columns of `schema` that the file does not have yet. Within the caller's transaction.
    core::Result<void> store(Database& database, const core::Schema& schema);

    [[nodiscard]] uint16_t numberOf(core::ColumnId id) const { return m_numbers[core::index(id)]; }
    [[nodiscard]] core::ColumnId idOf(uint16_t number) const;
    /// Numbers whose names are damaged: what segments hold of them cannot be read.
    [[nodiscard]] const std::vector<int64_t>& lost() const { return m_lost; }

private:
    static constexpr uint16_t kUnknown = 0xffff;
    std::vector<int64_t> m_lost;
    std::vector<uint16_t> m_numbers; ///< by ColumnId
    std::unordered_map<uint16_t, core::ColumnId> m_ids;
};

/// Opens a file for reading or writing after checking that it is ours and of a version we know; Create makes the tables.
core::Result<Database> openChecked(const std::string& path, Database::Mode mode);

/// A row of the table `segments`.
struct SegmentRow {
    int64_t id = 0;
    int64_t rows = 0;
    int64_t timeMin = 0;
    int64_t timeMax = 0;
    std::string_view directory;
    std::optional<int64_t> checksum; ///< as checksumOf; none in rows from before version 2
};
int64_t checksumOf(const SegmentRow& row);

std::string writeDirectory(const EncodedSegment& segment, const FileColumns& columns);
/// nullptr when the row is damaged. Columns that the file's table does not name are skipped.
std::shared_ptr<const SegmentInfo> readDirectory(const SegmentRow& row, const FileColumns& columns, const core::Schema& schema);

/// In table `meta`: counts the commits that took blobs away. A connection that reads the same number as the catalogue's finds
/// every blob of the catalogue as long as its read transaction lasts.
constexpr std::string_view kSweptKey = "swept";
core::Result<int64_t> readSwept(Database& database);
/// In table `meta`: how many rows the tables have, so that rows that vanish with a damaged page are missed.
constexpr std::string_view kSegmentsKey = "segments";
constexpr std::string_view kRecordsKey = "records"; ///< as core::Received
constexpr std::string_view kDecodedKey = "decoded";
constexpr std::string_view kTextsKey = "texts";
/// In table `meta` as long as an import goes on: its name, and the first segment that is its own.
constexpr std::string_view kImportKey = "import";
constexpr std::string_view kImportFromKey = "import_from";
/// In table `meta`: flows taken away without others in their place since texts were swept.
constexpr std::string_view kRemovedKey = "removed";
/// Number under a key of `meta`; nothing when there is none.
std::optional<int64_t> readCount(Database& database, std::string_view key);
core::Result<void> writeCount(Database& database, std::string_view key, int64_t count);

/// For loadSegment.
core::Result<Statement> selectSegment(Database& database);
/// One segment; nullptr when there is none or it is damaged: then `damage` says what is known of it.
std::shared_ptr<const SegmentInfo> loadSegment(Statement& select, int64_t id, const FileColumns& columns, const core::Schema& schema,
                                               core::DamagedPart& damage);

/// Stands for segments that nothing but their number is known of.
constexpr int64_t kVanished = -1;

/// The file's current segments, taking over what `before` has already; nullptr stands for nothing read yet. What is damaged
/// is left out and named; an error means that nothing can be read. Within the caller's transaction.
core::Result<std::shared_ptr<const Catalog>> loadCatalog(Database& database, const FileColumns& columns, const core::Schema& schema,
                                                         const Catalog* before, uint64_t generation);
/// Of a row in `texts`.
int64_t checksumOfText(int64_t id, std::string_view bytes);
/// Texts from id dictionary.size() on. Those that cannot be read are empty, and dictionary.lost() tells.
core::Result<void> loadTexts(Database& database, StoreDictionary& dictionary);

} // namespace rivereto::storage
