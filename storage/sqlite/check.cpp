// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/check.h"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "core/store/flowstore.h"
#include "storage/sqlite/sqlitestore.h"
#include "storage/sqlite/wholesegment.h"
#include "storage/segment/hosts.h"

namespace rivereto::storage {

using core::ColumnId;

namespace {

constexpr int kMostPageFindings = 100;

/// A file opened for checking: everything of one moment.
struct Source {
    Database database;
    std::shared_ptr<const core::Schema> schema = core::Schema::builtin();
    FileColumns columns;
    StoreDictionary texts;
    std::shared_ptr<const Catalog> catalog;

    static core::Result<std::unique_ptr<Source>> open(const std::string& path)
    {
        auto out = std::make_unique<Source>();
        auto database = openChecked(path, Database::Mode::Read);
        if (!database)
            return tl::unexpected(database.error());
        out->database = std::move(*database);
        if (auto begun = out->database.execute("BEGIN"); !begun)
            return tl::unexpected(begun.error());
        auto columns = FileColumns::load(out->database, out->schema);
        if (!columns)
            return tl::unexpected(columns.error());
        out->columns = std::move(*columns);
        auto catalog = loadCatalog(out->database, out->columns, *out->schema, nullptr, 1);
        if (!catalog)
            return tl::unexpected(catalog.error());
        out->catalog = *catalog;
        if (auto texts = loadTexts(out->database, out->texts); !texts)
            return tl::unexpected(texts.error());
        return out;
    }
};

class Checker {
public:
    Checker(Source& source, CheckReport& report) : m_source(source), m_report(report), m_named(source.texts.size()) { }

    core::Result<void> run(const std::stop_token& stop, const CheckProgress& progress)
    {
        numbers();
        pages();
        tables();
        auto select = m_source.database.prepare("SELECT data FROM blobs WHERE id = ?");
        if (!select)
            return tl::unexpected(select.error());
        const auto& segments = m_source.catalog->segments;
        for (size_t i = 0; i < segments.size(); ++i) {
            if (stop.stop_requested())
                return core::fail(core::kCancelled);
            segment(*segments[i], *select);
            if (progress)
                progress(static_cast<double>(i + 1) / static_cast<double>(segments.size()));
        }
        orphans();
        // Where segments could not be read nobody knows what they name.
        if (m_report.sound()) {
            for (size_t id = 1; id < m_named.size(); ++id)
                m_report.unnamedTexts += !m_named[id] && !m_source.texts.text(static_cast<uint32_t>(id)).empty() ? 1 : 0;
        }
        return {};
    }

private:
    void find(core::DamagedPart part, std::string what) { m_report.damage.push_back({std::move(part), std::move(what)}); }

    void numbers()
    {
        const auto number = [&](std::string_view sql) { return m_source.database.queryNumber(sql).value_or(0); };
        const auto& catalog = *m_source.catalog;
        m_report.format = number("PRAGMA user_version");
        m_report.bytes = static_cast<uint64_t>(number("PRAGMA page_count") * number("PRAGMA page_size"));
        m_report.freePages = static_cast<uint64_t>(number("PRAGMA freelist_count"));
        m_report.texts = static_cast<uint64_t>(number("SELECT count(*) FROM texts"));
        m_report.segments = catalog.segments.size();
        m_report.rows = catalog.rows;
        m_report.range = catalog.range;
        for (const auto& segment : catalog.segments)
            m_report.smallSegments += segment->rows < core::kSegmentRows / 2 ? 1 : 0;
    }

    /// SQLite's own structures: every page is read.
    void pages()
    {
        auto rows = m_source.database.prepare(fmt::format("PRAGMA integrity_check({})", kMostPageFindings));
        if (!rows) {
            find({}, rows.error().message());
            return;
        }
        for (;;) {
            const auto more = rows->step();
            if (!more)
                find({}, more.error().message());
            if (!more || !*more)
                return;
            if (rows->bytes(0) == "ok")
                continue;
            std::string text(rows->bytes(0));
            std::ranges::replace(text, '\n', ' ');
            find({}, std::move(text));
        }
    }

    void tables()
    {
        for (const auto number : m_source.columns.lost())
            find({}, fmt::format("the name of column {} is damaged: what segments hold of it cannot be told", number));
        if (m_source.texts.lost())
            find({}, "some texts cannot be read; they appear empty");
        for (const auto& part : m_source.catalog->damaged) {
            if (part.segment == kVanished)
                find({}, "segments that the file should have are missing");
            else if (part.segment != 0)
                find(part, "its directory is damaged");
        }
    }

    void segment(const SegmentInfo& info, Statement& select)
    {
        const auto columns = decodeAll(info, select, *m_source.schema);
        m_report.blobs += columns.size();
        hosts(info, columns, select);
        for (size_t i = 0; i < columns.size(); ++i) {
            const auto what = columns[i] ? contents(info, info.blobs[i], *columns[i]) : unreadable(info, info.blobs[i], select);
            if (!what.empty())
                find({.segment = info.id, .column = std::string((*m_source.schema)[info.blobs[i].id].name), .time = info.time, .rows = info.rows}, what);
        }
    }

    /// A segment's index of hosts must know every address there is, or questions about one would not find it.
    void hosts(const SegmentInfo& info, const std::vector<std::shared_ptr<const DecodedColumn>>& columns, Statement& select)
    {
        const auto row = select.bind(0, info.id * kFileColumns + kHosts).step();
        if (row && *row) {
            const std::string blob(select.bytes(0));
            bool sound = isHostsBlob(blob);
            for (size_t i = 0; sound && i < columns.size(); ++i) {
                const auto id = info.blobs[i].id;
                if (!columns[i] || (id != ColumnId::SrcAddr && id != ColumnId::DstAddr))
                    continue;
                const auto view = columns[i]->view();
                const std::span addresses(view.as<core::Ip>(), view.kind == core::ColumnView::Kind::Constant ? 1 : view.distinct);
                sound = std::ranges::all_of(addresses, [&](const core::Ip& address) { return mayHaveHost(blob, address); });
            }
            if (!sound)
                find({.segment = info.id, .column = {}, .time = info.time, .rows = 0}, "its index of hosts is damaged; its flows are not");
        }
        select.reset();
    }

    std::string unreadable(const SegmentInfo& info, const BlobInfo& blob, Statement& select)
    {
        const auto row = select.bind(0, info.id * kFileColumns + blob.fileColumn).step();
        std::string out = "its pages cannot be read";
        if (row && !*row)
            out = "it is missing";
        else if (row && checksum(select.bytes(0)) != blob.checksum)
            out = "its checksum differs";
        else if (row && blob.parent != ColumnId::kNone)
            out = fmt::format("it cannot be decoded, or {}, which it is stored against, cannot be read", (*m_source.schema)[blob.parent].name);
        else if (row)
            out = "it cannot be decoded";
        select.reset();
        return out;
    }

    /// What is wrong with a column that could be decoded; empty when nothing is.
    std::string contents(const SegmentInfo& info, const BlobInfo& blob, const DecodedColumn& column)
    {
        const auto view = column.view();
        const size_t cells = view.kind == core::ColumnView::Kind::Constant ? 1 : view.distinct;
        if (column.storage == core::Storage::Dict)
            return texts({view.as<uint32_t>(), cells});
        bool inside = true;
        core::withCellType(column.storage, [&](auto cell) {
            using T = decltype(cell);
            for (size_t i = 0; i < cells; ++i) {
                core::Ip value;
                if constexpr (std::is_same_v<T, core::Ip>)
                    value = view.as<T>()[i];
                else if constexpr (std::is_integral_v<T>)
                    value = {0, view.as<T>()[i]};
                inside = inside && !(value < blob.min) && !(blob.max < value);
            }
        });
        if (!inside)
            return "it has values outside of what its directory says";
        if (blob.id == ColumnId::TimeReceived && (blob.min.lo != info.time.from || blob.max.lo != info.time.to - 1))
            return "its times are not those of the segment";
        return {};
    }

    std::string texts(std::span<const uint32_t> ids)
    {
        size_t missing = 0;
        for (const auto id : ids) {
            if (id < m_named.size())
                m_named[id] = true;
            missing += id != 0 && (id >= m_named.size() || m_source.texts.text(id).empty()) ? 1 : 0;
        }
        return missing > 0 ? fmt::format("it names {} texts that cannot be read; they appear empty", missing) : std::string();
    }

    void orphans()
    {
        std::unordered_set<int64_t> ids;
        for (const auto& segment : m_source.catalog->segments)
            ids.insert(segment->id);
        for (const auto& part : m_source.catalog->damaged)
            ids.insert(part.segment);
        auto rows = m_source.database.prepare(fmt::format("SELECT id / {} FROM blobs", kFileColumns));
        if (!rows)
            return;
        for (auto more = rows->step(); more && *more; more = rows->step())
            m_report.orphans += ids.contains(rows->number(0)) ? 0 : 1;
    }

    Source& m_source;
    CheckReport& m_report;
    std::vector<bool> m_named;
};

} // namespace

std::vector<core::DamagedPart> CheckReport::damagedSegments() const
{
    std::vector<core::DamagedPart> out;
    for (const auto& finding : damage) {
        const bool known = std::ranges::any_of(out, [&](const auto& part) { return part.segment == finding.part.segment; });
        if (finding.part.segment != 0 && !known)
            out.push_back(finding.part);
    }
    return out;
}

core::Result<CheckReport> checkFile(const std::string& path, std::stop_token stop, const CheckProgress& progress)
{
    auto source = Source::open(path);
    if (!source)
        return tl::unexpected(source.error());
    CheckReport out;
    if (auto done = Checker(**source, out).run(stop, progress); !done)
        return tl::unexpected(done.error());
    return out;
}

core::Result<Salvaged> salvage(const std::string& path, const std::string& target, std::stop_token stop, const CheckProgress& progress)
{
    std::error_code unknown;
    if (std::filesystem::exists(target, unknown))
        return core::fail("{}: exists already; name a new file", target);
    auto opened = Source::open(path);
    if (!opened)
        return tl::unexpected(opened.error());
    auto& source = **opened;
    auto select = source.database.prepare("SELECT data FROM blobs WHERE id = ?");
    if (!select)
        return tl::unexpected(select.error());
    auto store = SqliteStore::open(target, source.schema, {.write = true});
    if (!store)
        return tl::unexpected(store.error());
    Salvaged out;
    std::ranges::copy_if(source.catalog->damaged, std::back_inserter(out.lost), [](const auto& part) { return part.segment != 0; });
    const auto& segments = source.catalog->segments;
    for (size_t i = 0; i < segments.size(); ++i) {
        if (stop.stop_requested())
            return core::fail(core::kCancelled);
        const auto& info = *segments[i];
        core::FlowBatch rows((*store)->schema());
        std::vector<ColumnId> damaged;
        appendSegment(rows, info, *select, source.texts, damaged);
        core::DamagedPart part{.segment = info.id, .time = info.time, .rows = info.rows};
        if (std::ranges::find(damaged, ColumnId::TimeReceived) != damaged.end()) {
            part.column = "TimeReceived";
            out.lost.push_back(part);
            continue;
        }
        for (const auto id : damaged) {
            part.column = (*source.schema)[id].name;
            out.columns.push_back(part);
        }
        ++out.segments;
        out.rows += info.rows;
        if (auto stored = (*store)->append(std::move(rows)); !stored)
            return tl::unexpected(stored.error());
        if (progress)
            progress(static_cast<double>(i + 1) / static_cast<double>(segments.size()));
    }
    if (auto flushed = (*store)->flush(); !flushed)
        return tl::unexpected(flushed.error());
    return out;
}

} // namespace rivereto::storage
