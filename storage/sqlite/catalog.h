// SPDX-License-Identifier: GPL-3.0-or-later
// What a .rivereto file holds besides blobs: its tables, columns and the directory of its segments.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "core/filter/filter.h"
#include "core/query/query.h"
#include "core/schema/schema.h"
#include "storage/segment/segment.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/storedictionary.h"

namespace rivereto::storage {

/// "RVTO"; PRAGMA application_id of our files.
constexpr int64_t kApplicationId = 0x5256544f;
/// PRAGMA user_version of files this program writes; older ones are migrated, newer ones refused.
constexpr int64_t kFormatVersion = 1;
/// Columns a file can have: a blob's id is segment × this + column.
constexpr int64_t kFileColumns = 1024;

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

    /// nullptr: zero in every row.
    [[nodiscard]] const BlobInfo* find(core::ColumnId column) const;
    [[nodiscard]] std::optional<core::Zone> zone(core::ColumnId column) const override;
    const core::Schema* schema = nullptr;
};

/// Immutable state of a file at one moment.
struct Catalog {
    std::vector<std::shared_ptr<const SegmentInfo>> segments; ///< in the order they were written
    uint64_t rows = 0;
    core::TimeRange range;
    uint64_t generation = 0;
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

private:
    static constexpr uint16_t kUnknown = 0xffff;
    std::vector<uint16_t> m_numbers; ///< by ColumnId
    std::unordered_map<uint16_t, core::ColumnId> m_ids;
};

/// Opens a file for reading or writing after checking that it is ours and of a version we know; Create makes the tables.
core::Result<Database> openChecked(const std::string& path, Database::Mode mode);

std::string writeDirectory(const EncodedSegment& segment, const FileColumns& columns);
/// nullptr when the bytes are damaged. Columns that the file's table does not name are skipped.
std::shared_ptr<const SegmentInfo> readDirectory(int64_t id, uint32_t rows, core::TimeRange time, std::string_view bytes,
                                                 const FileColumns& columns, const core::Schema& schema);

/// The file's current segments, taking over what `before` has already; nullptr stands for nothing read yet.
core::Result<std::shared_ptr<const Catalog>> loadCatalog(Database& database, const FileColumns& columns, const core::Schema& schema,
                                                         const Catalog* before, uint64_t generation);
/// Texts from id dictionary.size() on.
core::Result<void> loadTexts(Database& database, StoreDictionary& dictionary);

} // namespace rivereto::storage
