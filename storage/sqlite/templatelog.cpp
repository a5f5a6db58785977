// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/templatelog.h"

#include <algorithm>
#include <array>

#include "storage/segment/bytes.h"
#include "storage/segment/segment.h"

namespace rivereto::storage {

namespace {

constexpr auto kTable = R"(
CREATE TABLE IF NOT EXISTS templates(exporter BLOB NOT NULL, protocol INTEGER NOT NULL, domain INTEGER NOT NULL, id INTEGER NOT NULL,
                                     options INTEGER NOT NULL, announced INTEGER NOT NULL, fields BLOB NOT NULL, checksum INTEGER NOT NULL,
                                     UNIQUE(exporter, protocol, domain, id));
)";
constexpr size_t kMostTemplates = 65'536;
constexpr size_t kMostFields = kMostTemplates * 32; ///< of all of them
constexpr size_t kFieldBytes = 9;

std::string bytesOf(core::Ip ip)
{
    std::array<uint8_t, 16> out{};
    ip.toBytes(out.data());
    return {out.begin(), out.end()};
}

std::string bytesOf(const std::vector<core::FieldSpec>& fields)
{
    ByteWriter out;
    out.reserve(fields.size() * kFieldBytes);
    for (const auto& field : fields) {
        out.put(field.enterprise);
        out.put(field.id);
        out.put(field.length);
        out.put(static_cast<uint8_t>(field.scope));
    }
    return out.take();
}

std::vector<core::FieldSpec> fieldsOf(std::string_view bytes)
{
    std::vector<core::FieldSpec> out;
    if (bytes.size() % kFieldBytes != 0 || bytes.size() / kFieldBytes > core::kMostTemplateFields)
        return out;
    out.reserve(bytes.size() / kFieldBytes);
    for (ByteReader in(bytes); !in.rest().empty();) {
        auto& field = out.emplace_back();
        field.enterprise = in.get<uint32_t>();
        field.id = in.get<uint16_t>();
        field.length = in.get<uint16_t>();
        field.scope = in.get<uint8_t>() != 0;
    }
    return out;
}

/// A row but for its checksum, as it is in the file.
struct Row {
    std::string_view exporter;
    std::array<int64_t, 5> numbers{}; ///< protocol, domain, id, options, announced
    std::string_view fields;
    [[nodiscard]] int64_t checksum() const
    {
        ByteWriter bytes;
        bytes.putBytes(exporter);
        for (const auto number : numbers)
            bytes.put(number);
        bytes.putBytes(fields);
        return static_cast<int64_t>(storage::checksum(bytes.take()));
    }
};

std::optional<core::KnownTemplate> templateOf(const Row& row)
{
    const auto [protocol, domain, id, options, announced] = row.numbers;
    if (row.exporter.size() != 16 || protocol < 0 || protocol > UINT8_MAX || domain < 0 || domain > UINT32_MAX || id < 0 || id > UINT16_MAX || announced < 0)
        return std::nullopt;
    core::KnownTemplate out;
    out.exporter = core::Ip::fromBytes(reinterpret_cast<const uint8_t*>(row.exporter.data()));
    out.protocol = static_cast<core::Protocol>(protocol);
    out.domain = static_cast<uint32_t>(domain);
    out.id = static_cast<uint16_t>(id);
    out.options = options != 0;
    out.announcedMs = static_cast<uint64_t>(announced);
    out.fields = fieldsOf(row.fields);
    return isPossible(out) ? std::optional(std::move(out)) : std::nullopt;
}

core::Result<void> trim(Database& database)
{
    auto size = database.prepare("SELECT count(*), total(length(fields)) FROM templates");
    const auto row = size ? size->step() : tl::unexpected(size.error());
    if (!row)
        return tl::unexpected(row.error());
    constexpr auto kMostBytes = static_cast<int64_t>(kMostFields * kFieldBytes);
    if (size->number(0) <= static_cast<int64_t>(kMostTemplates) && size->number(1) <= kMostBytes)
        return {};
    size->reset();
    return database.execute(fmt::format("DELETE FROM templates WHERE rowid IN (SELECT rowid FROM (SELECT rowid, row_number() OVER young AS rows, "
                                        "sum(length(fields)) OVER young AS bytes FROM templates WINDOW young AS (ORDER BY announced DESC, rowid DESC)) "
                                        "WHERE rows > {} OR bytes > {})", kMostTemplates, kMostBytes));
}

} // namespace

void TemplateNotes::add(core::TemplateNews&& news)
{
    for (const auto& id : news.gone)
        put(id, std::nullopt);
    for (auto& known : news.defined) {
        const core::TemplateId id = known;
        put(id, std::move(known));
    }
}

void TemplateNotes::put(const core::TemplateId& id, std::optional<core::KnownTemplate> known)
{
    const auto sizeOf = [](const std::optional<core::KnownTemplate>& one) { return one ? one->fields.size() : 0; };
    auto found = m_latest.find(id);
    const size_t before = found == m_latest.end() ? 0 : sizeOf(found->second);
    const size_t fields = m_fields - before + sizeOf(known);
    // One that changes and cannot be kept must not stay as it was.
    if (known && (fields > kMostFields || (found == m_latest.end() && m_latest.size() >= kMostTemplates)))
        return put(id, std::nullopt);
    if (found == m_latest.end() && m_latest.size() >= 2 * kMostTemplates)
        return;
    m_fields = fields;
    m_latest.insert_or_assign(id, std::move(known));
}

core::Result<void> writeTemplates(Database& database, const TemplateNotes& notes)
{
    if (auto made = database.execute(kTable); !made)
        return made;
    auto put = database.prepare("INSERT OR REPLACE INTO templates VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    auto drop = database.prepare("DELETE FROM templates WHERE exporter = ? AND protocol = ? AND domain = ? AND id = ?");
    if (!put || !drop)
        return tl::unexpected(put ? drop.error() : put.error());
    for (const auto& [id, known] : notes.latest()) {
        const auto exporter = bytesOf(id.exporter);
        Row row{.exporter = exporter, .numbers = {static_cast<int64_t>(id.protocol), id.domain, id.id}, .fields = {}};
        auto& statement = known ? *put : *drop;
        statement.bindBlob(0, row.exporter);
        for (int i = 0; i < 3; ++i)
            statement.bind(1 + i, row.numbers[static_cast<size_t>(i)]);
        std::string fields;
        if (known) {
            fields = bytesOf(known->fields);
            row.fields = fields;
            row.numbers[3] = known->options;
            row.numbers[4] = static_cast<int64_t>(known->announcedMs);
            statement.bind(4, row.numbers[3]).bind(5, row.numbers[4]).bindBlob(6, row.fields).bind(7, row.checksum());
        }
        if (auto done = statement.run(); !done)
            return done;
    }
    return trim(database);
}

core::Result<std::vector<core::KnownTemplate>> readTemplates(Database& database)
{
    std::vector<core::KnownTemplate> out;
    const auto kept = database.queryNumber("SELECT count(*) FROM sqlite_schema WHERE name = 'templates' AND type = 'table'");
    if (!kept)
        return tl::unexpected(kept.error());
    if (*kept == 0)
        return out;
    auto rows = database.prepare(fmt::format("SELECT exporter, protocol, domain, id, options, announced, fields, checksum FROM templates "
                                             "WHERE length(exporter) = 16 AND length(fields) <= {} ORDER BY announced DESC, rowid DESC LIMIT {}",
                                             core::kMostTemplateFields * kFieldBytes, kMostTemplates));
    if (!rows)
        return tl::unexpected(rows.error());
    size_t fields = 0;
    auto more = rows->step();
    for (; more && *more; more = rows->step()) {
        Row row{.exporter = rows->bytes(0), .numbers = {}, .fields = rows->bytes(6)};
        for (int i = 0; i < 5; ++i)
            row.numbers[static_cast<size_t>(i)] = rows->number(1 + i);
        auto known = rows->number(7) == row.checksum() ? templateOf(row) : std::nullopt;
        if (!known)
            continue;
        fields += known->fields.size();
        if (fields > kMostFields)
            break;
        out.push_back(std::move(*known));
    }
    if (!more)
        return tl::unexpected(more.error());
    std::ranges::reverse(out);
    return out;
}

} // namespace rivereto::storage
