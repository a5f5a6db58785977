// SPDX-License-Identifier: GPL-3.0-or-later
// ListeningLog: when flows were received into a file and what got lost, so that gaps are known later.
#pragma once

#include <vector>

#include "core/store/interruption.h"
#include "storage/sqlite/database.h"

namespace rivereto::storage {

/// Write side; used within the writer's transactions. Its tables are made when there is first something to note.
class ListeningLog {
public:
    core::Result<void> write(Database& database, const core::Listening& listening);

private:
    core::Result<void> writeLoss(Database& database, core::Interruption::Kind kind, uint64_t datagrams, uint64_t now);
    core::Listening m_last; ///< as written
};

/// What is missing within a range, by start: times between two times of listening, and losses. None in a file that nobody
/// listened into.
core::Result<std::vector<core::Interruption>> readInterruptions(Database& database, const core::TimeRange& range);

} // namespace rivereto::storage
