// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/sourcelog.h"

#include <algorithm>

namespace rivereto::storage {

namespace {

constexpr auto kTable = R"(
CREATE TABLE IF NOT EXISTS sources(id INTEGER PRIMARY KEY, path TEXT NOT NULL, kind TEXT NOT NULL, bytes INTEGER NOT NULL, changed INTEGER NOT NULL,
                                   fingerprint INTEGER NOT NULL, read INTEGER NOT NULL, flows INTEGER NOT NULL);
)";
constexpr int kMost = 100'000;

} // namespace

core::Result<void> writeSources(Database& database, const std::vector<core::SourceFile>& sources)
{
    if (auto made = database.execute(kTable); !made)
        return made;
    auto put = database.prepare("INSERT INTO sources(path, kind, bytes, changed, fingerprint, read, flows) VALUES(?, ?, ?, ?, ?, ?, ?)");
    if (!put)
        return tl::unexpected(put.error());
    for (const auto& source : sources) {
        put->bindText(0, source.path).bindText(1, source.kind);
        int at = 2;
        for (const auto number : {source.bytes, source.changedMs, source.fingerprint, source.readMs, source.flows})
            put->bind(at++, static_cast<int64_t>(number));
        if (auto done = put->run(); !done)
            return done;
    }
    return {};
}

core::Result<std::vector<core::SourceFile>> readSources(Database& database)
{
    std::vector<core::SourceFile> out;
    const auto kept = database.queryNumber("SELECT count(*) FROM sqlite_schema WHERE name = 'sources' AND type = 'table'");
    if (!kept)
        return tl::unexpected(kept.error());
    if (*kept == 0)
        return out;
    auto rows = database.prepare(fmt::format("SELECT path, kind, bytes, changed, fingerprint, read, flows FROM sources ORDER BY id DESC LIMIT {}", kMost));
    if (!rows)
        return tl::unexpected(rows.error());
    auto more = rows->step();
    for (; more && *more; more = rows->step()) {
        const auto number = [&](int column) { return static_cast<uint64_t>(rows->number(column)); };
        out.push_back({.path = std::string(rows->bytes(0)), .kind = std::string(rows->bytes(1)), .bytes = number(2), .changedMs = number(3), .fingerprint = number(4), .readMs = number(5), .flows = number(6)});
    }
    if (!more)
        return tl::unexpected(more.error());
    std::ranges::reverse(out);
    return out;
}

} // namespace rivereto::storage
