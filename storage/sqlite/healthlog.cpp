// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/healthlog.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

namespace rivereto::storage {

namespace {

constexpr auto kTables = R"(
CREATE TABLE IF NOT EXISTS exporters(id INTEGER PRIMARY KEY, exporter BLOB NOT NULL, protocol INTEGER NOT NULL, domain INTEGER NOT NULL,
                                     first INTEGER NOT NULL, last INTEGER NOT NULL, UNIQUE(exporter, protocol, domain));
CREATE TABLE IF NOT EXISTS exportercounts(stream INTEGER NOT NULL, count TEXT NOT NULL, value INTEGER NOT NULL,
                                          PRIMARY KEY(stream, count)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS exporterfacts(stream INTEGER NOT NULL, kind INTEGER NOT NULL, key INTEGER NOT NULL, aux INTEGER NOT NULL,
                                         first INTEGER NOT NULL, last INTEGER NOT NULL, value INTEGER NOT NULL,
                                         PRIMARY KEY(stream, kind, key, aux)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counters(slot INTEGER NOT NULL, exporter BLOB NOT NULL, interface INTEGER NOT NULL, since INTEGER NOT NULL,
                                    until INTEGER NOT NULL, speed INTEGER NOT NULL, status INTEGER NOT NULL, readings INTEGER NOT NULL,
                                    in_octets INTEGER NOT NULL, out_octets INTEGER NOT NULL, in_packets INTEGER NOT NULL,
                                    out_packets INTEGER NOT NULL, in_errors INTEGER NOT NULL, out_errors INTEGER NOT NULL,
                                    in_discards INTEGER NOT NULL, out_discards INTEGER NOT NULL,
                                    PRIMARY KEY(slot, exporter, interface)) WITHOUT ROWID;
)";
constexpr int64_t kMostStreams = 65'536;
constexpr int64_t kMostFacts = 2048; ///< of one kind, a stream
constexpr int64_t kMostCounters = 1'000'000; ///< rows
constexpr std::string_view kBeyondKey = "beyond";

std::string bytesOf(core::Ip ip)
{
    std::array<uint8_t, 16> out {};
    ip.toBytes(out.data());
    return {out.begin(), out.end()};
}

std::optional<core::Ip> ipOf(std::string_view bytes)
{
    if (bytes.size() != 16)
        return std::nullopt;
    return core::Ip::fromBytes(reinterpret_cast<const uint8_t*>(bytes.data()));
}

int64_t number(uint64_t value) { return static_cast<int64_t>(value); }

/// Statements of one transaction, prepared once.
class Writer {
public:
    explicit Writer(Database& database) : m_database(database) { }

    core::Result<void> prepare()
    {
        if (auto made = m_database.execute(kTables); !made)
            return made;
        const std::pair<Statement*, std::string_view> all[] = {
            {&m_find, "SELECT id FROM exporters WHERE exporter = ? AND protocol = ? AND domain = ?"},
            {&m_insert, "INSERT INTO exporters(exporter, protocol, domain, first, last) SELECT ?1, ?2, ?3, ?4, ?5 WHERE (SELECT count(*) FROM exporters) < ?6"},
            {&m_update, "UPDATE exporters SET first = min(first, ?2), last = max(last, ?3) WHERE id = ?1"},
            {&m_count, "INSERT INTO exportercounts VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = value + excluded.value"},
            {&m_factKnown, "SELECT 1 FROM exporterfacts WHERE stream = ?1 AND kind = ?2 AND key = ?3 AND aux = ?4 UNION ALL "
                           "SELECT 1 WHERE (SELECT count(*) FROM exporterfacts WHERE stream = ?1 AND kind = ?2) < ?5 LIMIT 1"},
            {&m_fact, "INSERT INTO exporterfacts VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET value = value + excluded.value, "
                      "last = max(last, excluded.last), first = iif(first = 0, excluded.first, iif(excluded.first = 0, first, min(first, excluded.first)))"},
            {&m_oldestLoss, "DELETE FROM exporterfacts WHERE stream = ?1 AND kind = ?2 AND key < (SELECT key FROM exporterfacts WHERE stream = ?1 AND kind = ?2 "
                            "ORDER BY key DESC LIMIT 1 OFFSET ?3)"},
            {&m_counter, "INSERT INTO counters VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT DO UPDATE SET "
                         "since = min(since, excluded.since), until = max(until, excluded.until), speed = excluded.speed, status = excluded.status, "
                         "readings = readings + excluded.readings, in_octets = in_octets + excluded.in_octets, out_octets = out_octets + excluded.out_octets, "
                         "in_packets = in_packets + excluded.in_packets, out_packets = out_packets + excluded.out_packets, "
                         "in_errors = in_errors + excluded.in_errors, out_errors = out_errors + excluded.out_errors, "
                         "in_discards = in_discards + excluded.in_discards, out_discards = out_discards + excluded.out_discards"},
        };
        for (const auto& [statement, sql] : all) {
            auto prepared = m_database.prepare(sql);
            if (!prepared)
                return tl::unexpected(prepared.error());
            *statement = std::move(*prepared);
        }
        return {};
    }

    core::Result<void> add(const core::StreamHealth& stream)
    {
        const auto id = idOf(stream);
        if (!id)
            return tl::unexpected(id.error());
        if (*id == 0)
            return {};
        const auto names = core::healthCounts();
        for (size_t i = 0; i < names.size(); ++i) {
            if (stream.counts[i] == 0)
                continue;
            if (auto done = m_count.bind(0, *id).bindText(1, names[i].name).bind(2, stream.counts[i]).run(); !done)
                return done;
        }
        for (const auto& [key, fact] : stream.facts) {
            if (auto done = add(*id, key, fact); !done)
                return done;
        }
        return {};
    }

    core::Result<void> add(const core::CounterKey& key, const core::InterfaceCounters& counters)
    {
        const auto exporter = bytesOf(key.exporter);
        m_counter.bind(0, number(key.slotMs)).bindBlob(1, exporter).bind(2, key.ifIndex);
        int at = 3;
        for (const auto value : {counters.fromMs, counters.toMs, counters.speed, uint64_t {counters.status}, counters.readings, counters.inOctets, counters.outOctets,
                 counters.inPackets, counters.outPackets, counters.inErrors, counters.outErrors, counters.inDiscards, counters.outDiscards})
            m_counter.bind(at++, number(value));
        return m_counter.run();
    }

    core::Result<void> trimCounters()
    {
        const auto rows = m_database.queryNumber("SELECT count(*) FROM counters");
        if (!rows)
            return tl::unexpected(rows.error());
        if (*rows <= kMostCounters)
            return {};
        return m_database.execute(fmt::format("DELETE FROM counters WHERE slot <= (SELECT slot FROM counters ORDER BY slot LIMIT 1 OFFSET {})", *rows - kMostCounters));
    }

private:
    /// 0: there are too many.
    core::Result<int64_t> idOf(const core::StreamHealth& stream)
    {
        const auto exporter = bytesOf(stream.key.exporter);
        const auto protocol = static_cast<int64_t>(stream.key.protocol);
        const auto find = [&]() -> core::Result<int64_t> {
            const auto found = m_find.bindBlob(0, exporter).bind(1, protocol).bind(2, stream.key.domain).step();
            if (!found)
                return tl::unexpected(found.error());
            const int64_t id = *found ? m_find.number(0) : 0;
            m_find.reset();
            return id;
        };
        const auto known = find();
        if (!known)
            return known;
        if (*known == 0) {
            m_insert.bindBlob(0, exporter).bind(1, protocol).bind(2, stream.key.domain).bind(3, number(stream.firstMs)).bind(4, number(stream.lastMs)).bind(5, kMostStreams);
            if (auto done = m_insert.run(); !done)
                return tl::unexpected(done.error());
            return find();
        }
        if (auto done = m_update.bind(0, *known).bind(1, number(stream.firstMs)).bind(2, number(stream.lastMs)).run(); !done)
            return tl::unexpected(done.error());
        return known;
    }

    core::Result<void> add(int64_t stream, const core::FactKey& key, const core::Fact& fact)
    {
        const auto kind = static_cast<int64_t>(key.kind);
        const bool loss = key.kind == core::FactKind::Loss;
        if (!loss) {
            const auto room = m_factKnown.bind(0, stream).bind(1, kind).bind(2, key.key).bind(3, key.aux).bind(4, kMostFacts).step();
            if (!room)
                return tl::unexpected(room.error());
            const bool taken = *room;
            m_factKnown.reset();
            if (!taken)
                return {};
        }
        m_fact.bind(0, stream).bind(1, kind).bind(2, key.key).bind(3, key.aux).bind(4, number(fact.firstMs)).bind(5, number(fact.lastMs)).bind(6, fact.value);
        auto done = m_fact.run();
        if (done && loss)
            done = m_oldestLoss.bind(0, stream).bind(1, kind).bind(2, 4 * kMostFacts).run();
        return done;
    }

    Database& m_database;
    Statement m_find, m_insert, m_update, m_count, m_factKnown, m_fact, m_oldestLoss, m_counter;
};

/// Calls `take` for each row; the first error.
template <class Take>
core::Result<void> each(Database& database, std::string_view sql, const core::TimeRange* range, Take&& take)
{
    auto rows = database.prepare(sql);
    if (!rows)
        return tl::unexpected(rows.error());
    constexpr uint64_t kMost = INT64_MAX;
    if (range)
        rows->bind(0, number(std::min(range->from, kMost))).bind(1, number(std::min(range->to, kMost)));
    auto more = rows->step();
    for (; more && *more; more = rows->step())
        take(*rows);
    return more ? core::Result<void>() : tl::unexpected(more.error());
}

} // namespace

core::Result<void> addHealth(Database& database, const core::HealthReport& more)
{
    Writer writer(database);
    if (auto ready = writer.prepare(); !ready)
        return ready;
    for (const auto& [key, stream] : more.streams) {
        if (auto done = writer.add(stream); !done)
            return done;
    }
    for (const auto& [key, counters] : more.counters) {
        if (auto done = writer.add(key, counters); !done)
            return done;
    }
    if (more.beyond > 0) {
        if (auto done = database.execute(fmt::format("INSERT INTO meta(key, value) VALUES('{0}', {1}) ON CONFLICT(key) DO UPDATE SET value = value + {1}", kBeyondKey, more.beyond)); !done)
            return done;
    }
    return more.counters.empty() ? core::Result<void>() : writer.trimCounters();
}

core::Result<core::HealthReport> readHealth(Database& database, const core::TimeRange& range)
{
    core::HealthReport out;
    const auto kept = database.queryNumber("SELECT count(*) FROM sqlite_schema WHERE name IN ('exporters', 'exportercounts', 'exporterfacts', 'counters')");
    if (!kept)
        return tl::unexpected(kept.error());
    if (*kept < 4)
        return out;
    std::unordered_map<int64_t, core::StreamHealth*> streams;
    auto done = each(database, "SELECT id, exporter, protocol, domain, first, last FROM exporters", nullptr, [&](Statement& row) {
        const auto exporter = ipOf(row.bytes(1));
        const auto protocol = row.number(2);
        if (!exporter || protocol < 0 || protocol > static_cast<int64_t>(core::Protocol::Packets))
            return;
        const core::StreamKey key {*exporter, static_cast<core::Protocol>(protocol), static_cast<uint32_t>(row.number(3))};
        auto& stream = out.streams[key];
        stream.key = key;
        stream.firstMs = static_cast<uint64_t>(row.number(4));
        stream.lastMs = static_cast<uint64_t>(row.number(5));
        streams[row.number(0)] = &stream;
    });
    if (!done)
        return tl::unexpected(done.error());
    std::unordered_map<std::string_view, size_t> names;
    for (size_t i = 0; i < core::kHealthCounts; ++i)
        names[core::healthCounts()[i].name] = i;
    done = each(database, "SELECT stream, count, value FROM exportercounts", nullptr, [&](Statement& row) {
        const auto stream = streams.find(row.number(0));
        const auto name = names.find(row.bytes(1));
        if (stream != streams.end() && name != names.end()) // others are of a later version
            stream->second->counts[name->second] = row.number(2);
    });
    if (!done)
        return tl::unexpected(done.error());
    done = each(database, "SELECT stream, kind, key, aux, first, last, value FROM exporterfacts", nullptr, [&](Statement& row) {
        const auto stream = streams.find(row.number(0));
        const auto kind = row.number(1);
        if (stream == streams.end() || kind < 1 || kind >= static_cast<int64_t>(core::kFactKinds))
            return;
        stream->second->facts[{static_cast<core::FactKind>(kind), row.number(2), row.number(3)}]
            = {static_cast<uint64_t>(row.number(4)), static_cast<uint64_t>(row.number(5)), row.number(6)};
    });
    if (!done)
        return tl::unexpected(done.error());
    done = each(database, "SELECT * FROM counters WHERE slot >= ? AND slot < ?", &range, [&](Statement& row) {
        const auto exporter = ipOf(row.bytes(1));
        if (!exporter)
            return;
        auto& counters = out.counters[{*exporter, static_cast<uint32_t>(row.number(2)), static_cast<uint64_t>(row.number(0))}];
        counters.status = static_cast<uint32_t>(row.number(6));
        int at = 3;
        for (auto* value : {&counters.fromMs, &counters.toMs, &counters.speed, static_cast<uint64_t*>(nullptr), &counters.readings, &counters.inOctets, &counters.outOctets,
                 &counters.inPackets, &counters.outPackets, &counters.inErrors, &counters.outErrors, &counters.inDiscards, &counters.outDiscards}) {
            if (value)
                *value = static_cast<uint64_t>(row.number(at));
            ++at;
        }
    });
    if (!done)
        return tl::unexpected(done.error());
    const auto beyond = database.queryNumber(fmt::format("SELECT value FROM meta WHERE key = '{}'", kBeyondKey));
    out.beyond = beyond ? static_cast<uint64_t>(*beyond) : 0;
    return out;
}

} // namespace rivereto::storage
