// SPDX-License-Identifier: GPL-3.0-or-later
// StoredSegment: one segment of a file as the executor sees it; columns are read and decoded when asked for.
#pragma once

#include "core/query/segment.h"
#include "storage/sqlite/catalog.h"
#include "storage/sqlite/columncache.h"

namespace rivereto::storage {

/// What is known of a segment without reading its columns. Used by the thread that has `select`, as below.
class SegmentZones final : public core::ZoneLookup {
public:
    SegmentZones(const SegmentInfo& info, Statement& select) : m_info(info), m_select(select) { }
    [[nodiscard]] std::optional<core::Zone> zone(core::ColumnId id) const override { return m_info.zone(id); }
    [[nodiscard]] bool mayHave(core::ColumnId id, const core::Ip& address) const override;

private:
    const SegmentInfo& m_info;
    Statement& m_select;
    mutable std::optional<std::string> m_hosts; ///< read when first asked for
};

class StoredSegment final : public core::BaseSegment {
public:
    /// `select` is "SELECT data FROM blobs WHERE id = ?" on a connection that this thread has for itself.
    StoredSegment(const core::Schema& schema, const SegmentInfo& info, Statement& select, ColumnCache& cache,
                  const StoreDictionary& texts)
        : BaseSegment(schema, info.rows), m_schema(schema), m_info(info), m_select(select), m_cache(cache), m_texts(texts)
    {
    }
    [[nodiscard]] const core::DictionaryView& texts() const override { return m_texts; }
    /// A column was damaged: it reads as zero, so that what was made of the segment must be thrown away.
    [[nodiscard]] const std::optional<core::DamagedPart>& damage() const { return m_damage; }
    /// Reading failed for another reason; as above.
    [[nodiscard]] const std::optional<core::Error>& error() const { return m_error; }

protected:
    core::ColumnView load(core::ColumnId id) override;

private:
    std::shared_ptr<const DecodedColumn> decoded(const BlobInfo& blob, int depth);

    const core::Schema& m_schema;
    const SegmentInfo& m_info;
    Statement& m_select;
    ColumnCache& m_cache;
    const StoreDictionary& m_texts;
    std::vector<std::shared_ptr<const DecodedColumn>> m_held;
    std::vector<std::pair<core::ColumnId, std::shared_ptr<const DecodedColumn>>> m_parents;
    std::optional<core::DamagedPart> m_damage;
    std::optional<core::Error> m_error;
};

} // namespace rivereto::storage
