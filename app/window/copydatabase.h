// SPDX-License-Identifier: GPL-3.0-or-later
// Files of the window: what is a database, and a copy of an open one.
#pragma once

#include <QString>

#include "storage/sqlite/sqlitestore.h"

namespace rivereto::app {

/// By content. Blocks.
bool isDatabase(const QString& path);
/// Commits what waits, then writes a consistent copy; readers and the writer go on meanwhile. An existing file is replaced
/// only when the copy is whole. Blocks. Errors name the file.
core::Result<void> copyDatabase(storage::SqliteStore& store, const QString& path);

} // namespace rivereto::app
