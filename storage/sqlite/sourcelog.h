// SPDX-License-Identifier: GPL-3.0-or-later
// SourceLog: which files were read into a .rivereto file.
#pragma once

#include <vector>

#include "core/store/sourcefile.h"
#include "storage/sqlite/database.h"

namespace rivereto::storage {

/// Within the writer's transaction.
core::Result<void> writeSources(Database& database, const std::vector<core::SourceFile>& sources);

/// In the order they were read in; none in a file that was only listened into. At most the last 100 000.
core::Result<std::vector<core::SourceFile>> readSources(Database& database);

} // namespace rivereto::storage
