// SPDX-License-Identifier: GPL-3.0-or-later
// SqliteStore::Lease: a read connection for one thread, in a read transaction until it is given back.
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
        // Only the first read fixes what a transaction sees.
        if (auto begun = out.m_database.execute("BEGIN"); !begun)
            return tl::unexpected(begun.error());
        const auto swept = readSwept(out.m_database);
        if (!swept)
            return tl::unexpected(swept.error());
        out.m_swept = *swept;
        return out;
    }
    Lease(Lease&& other) noexcept
        : m_store(std::exchange(other.m_store, nullptr)), m_database(std::move(other.m_database)), m_select(std::move(other.m_select)),
          m_swept(other.m_swept)
    {
    }
    Lease& operator=(Lease&&) = delete;
    ~Lease()
    {
        if (!m_store)
            return;
        m_select = Statement();
        if (!m_database.execute("COMMIT"))
            return;
        const std::lock_guard lock(m_store->m_mutex);
        m_store->m_idle.push_back(std::move(m_database));
    }
    /// Data of a blob by id.
    Statement& select() { return m_select; }
    /// As kSweptKey, in what this connection sees.
    [[nodiscard]] int64_t swept() const { return m_swept; }

private:
    Lease(SqliteStore& store, Database database) : m_store(&store), m_database(std::move(database)) { }
    SqliteStore* m_store;
    Database m_database;
    Statement m_select;
    int64_t m_swept = 0;
};

struct SqliteStore::Snapshot {
    std::shared_ptr<const Catalog> catalog;
    std::vector<Lease> leases;
};

} // namespace rivereto::storage
