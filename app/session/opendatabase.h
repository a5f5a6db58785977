// SPDX-License-Identifier: GPL-3.0-or-later
// Opening what --db names, and databases that live only as long as they are looked at.
#pragma once

#include <memory>
#include <string>

#include <QTemporaryDir>

#include "storage/sqlite/sqlitestore.h"

namespace rivereto::app {

/// A database and, for a temporary one, the folder that goes with it.
struct OpenDatabase {
    std::unique_ptr<QTemporaryDir> folder; ///< declared first: removed after the store is closed
    std::shared_ptr<storage::SqliteStore> store;
};

/// A .rivereto file. Other kinds of address are refused with a message.
core::Result<OpenDatabase> openDatabase(const std::string& address, const std::shared_ptr<const core::Schema>& schema,
                                        storage::StoreOptions options);
/// A new, unnamed one, open for writing.
core::Result<OpenDatabase> openTemporary(const std::shared_ptr<const core::Schema>& schema, unsigned threads);

} // namespace rivereto::app
