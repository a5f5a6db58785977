// SPDX-License-Identifier: GPL-3.0-or-later
// HealthLog: what is known of exporters beside their flows, kept in the file. Its tables are made when there is first something.
#pragma once

#include "core/health/health.h"
#include "core/query/query.h"
#include "storage/sqlite/database.h"

namespace rivereto::storage {

/// Adds a part to what the file has; within the writer's transaction. What is beyond the limits (of streams, of facts of one
/// kind) is left out; of interface counters the oldest go.
core::Result<void> addHealth(Database& database, const core::HealthReport& more);

/// All that the file has; of interface counters those whose five minutes begin within `counters`. Empty when nothing was kept.
core::Result<core::HealthReport> readHealth(Database& database, const core::TimeRange& counters);

} // namespace rivereto::storage
