// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/listeninglog.h"

#include <algorithm>

namespace rivereto::storage {

namespace {

using core::Interruption;

constexpr auto kTables = R"(
CREATE TABLE IF NOT EXISTS listening(since INTEGER PRIMARY KEY, until INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS losses(since INTEGER NOT NULL, kind INTEGER NOT NULL, until INTEGER NOT NULL, datagrams INTEGER NOT NULL,
                                  PRIMARY KEY(since, kind)) WITHOUT ROWID;
)";
/// A pause that is no longer is that of a restart: nothing to speak of.
constexpr uint64_t kShortestGap = 2000;
/// Losses that follow one another within this time are one.
constexpr uint64_t kOneLoss = 10'000;

core::Result<void> run(Database& database, std::string_view sql, std::initializer_list<uint64_t> values)
{
    auto statement = database.prepare(sql);
    if (!statement)
        return tl::unexpected(statement.error());
    int at = 0;
    for (const auto value : values)
        statement->bind(at++, static_cast<int64_t>(value));
    return statement->run();
}

} // namespace

core::Result<void> ListeningLog::write(Database& database, const core::Listening& listening)
{
    if (listening.since != m_last.since) {
        if (auto made = database.execute(kTables); !made)
            return made;
        m_last = {.since = listening.since, .now = listening.since};
    }
    auto done = run(database, "INSERT INTO listening VALUES(?1, ?2) ON CONFLICT(since) DO UPDATE SET until = max(until, ?2)", {listening.since, std::max(listening.now, listening.since)});
    if (done && listening.kernelLost > m_last.kernelLost)
        done = writeLoss(database, Interruption::Kind::KernelLost, listening.kernelLost - m_last.kernelLost, listening.now);
    if (done && listening.dropped > m_last.dropped)
        done = writeLoss(database, Interruption::Kind::Dropped, listening.dropped - m_last.dropped, listening.now);
    if (done)
        m_last = listening;
    return done;
}

/// Lost at some time since the last note.
core::Result<void> ListeningLog::writeLoss(Database& database, Interruption::Kind kind, uint64_t datagrams, uint64_t now)
{
    const auto number = static_cast<uint64_t>(kind);
    auto latest = database.prepare("SELECT since FROM losses WHERE kind = ? AND since <= ? AND until >= ? ORDER BY since DESC LIMIT 1");
    if (!latest)
        return tl::unexpected(latest.error());
    latest->bind(0, static_cast<int64_t>(number)).bind(1, static_cast<int64_t>(now)).bind(2, static_cast<int64_t>(m_last.now - std::min(m_last.now, kOneLoss)));
    const auto found = latest->step();
    if (!found)
        return tl::unexpected(found.error());
    if (*found)
        return run(database, "UPDATE losses SET until = ?1, datagrams = datagrams + ?2 WHERE since = ?3 AND kind = ?4",
                   {now, datagrams, static_cast<uint64_t>(latest->number(0)), number});
    return run(database, "INSERT OR REPLACE INTO losses VALUES(?1, ?2, ?3, ?4)", {m_last.now, number, now, datagrams});
}

core::Result<std::vector<Interruption>> readInterruptions(Database& database, const core::TimeRange& range)
{
    std::vector<Interruption> out;
    const auto kept = database.queryNumber("SELECT count(*) FROM sqlite_schema WHERE name IN ('listening', 'losses')");
    if (!kept)
        return tl::unexpected(kept.error());
    if (*kept < 2)
        return out;
    auto times = database.prepare("SELECT since, until FROM listening ORDER BY since");
    auto losses = database.prepare("SELECT since, until, kind, datagrams FROM losses WHERE since < ? AND until > ? ORDER BY since");
    if (!times || !losses)
        return tl::unexpected(times ? losses.error() : times.error());
    uint64_t heard = 0;
    for (auto more = times->step();; more = times->step()) {
        if (!more)
            return tl::unexpected(more.error());
        if (!*more)
            break;
        const auto since = static_cast<uint64_t>(times->number(0));
        if (heard > 0 && since > heard + kShortestGap && heard < range.to && since > range.from)
            out.push_back({{heard, since}, Interruption::Kind::NotListening});
        heard = std::max(heard, static_cast<uint64_t>(times->number(1)));
    }
    losses->bind(0, static_cast<int64_t>(range.to)).bind(1, static_cast<int64_t>(range.from));
    for (auto more = losses->step();; more = losses->step()) {
        if (!more)
            return tl::unexpected(more.error());
        if (!*more)
            break;
        const auto kind = losses->number(2);
        if (kind != static_cast<int64_t>(Interruption::Kind::KernelLost) && kind != static_cast<int64_t>(Interruption::Kind::Dropped))
            continue; // of a later version
        out.push_back({{static_cast<uint64_t>(losses->number(0)), static_cast<uint64_t>(losses->number(1))}, static_cast<Interruption::Kind>(kind),
                       static_cast<uint64_t>(losses->number(3))});
    }
    std::ranges::sort(out, {}, [](const Interruption& one) { return std::pair(one.range.from, one.range.to); });
    return out;
}

} // namespace rivereto::storage
