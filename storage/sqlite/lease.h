// SPDX-License-Identifier: GPL-3.0-or-later
// SqliteStore::Lease: a read connection for one thread, given back at the end.
#pragma once

#include "storage/sqlite/sqlitestore.h"

namespace rivereto::storage {

class SqliteStore::Lease {
public:
    static core::Result<Lease> make(SqliteStore& store, Database database)
    {
        Lease out(store, std::move(database));
        auto select = out.m_database.prepare("SELECT data FROM blobs WHERE id = ?");
        if (!select)
            return tl::unexpected(select.error());
        out.m_select = std::move(*select);
        return out;
    }
    Lease(Lease&& other) noexcept
        : m_store(std::exchange(other.m_store, nullptr)), m_database(std::move(other.m_database)), m_select(std::move(other.m_select))
    {
    }
    Lease& operator=(Lease&&) = delete;
    ~Lease()
    {
        if (!m_store)
            return;
        m_select = Statement();
        const std::lock_guard lock(m_store->m_mutex);
        m_store->m_idle.push_back(std::move(m_database));
    }
    /// Data of a blob by id.
    Statement& select() { return m_select; }

private:
    Lease(SqliteStore& store, Database database) : m_store(&store), m_database(std::move(database)) { }
    SqliteStore* m_store;
    Database m_database;
    Statement m_select;
};

} // namespace rivereto::storage
