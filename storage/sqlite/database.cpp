// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/database.h"

#include <utility>

#include <sqlite3.h>
#include <unistd.h>

namespace rivereto::storage {

namespace {

constexpr int kBusyMs = 10'000;

/// What to tell a person; SQLite's own words for the rest.
tl::unexpected<core::Error> explain(sqlite3* handle, int code, const std::string& path)
{
    switch (code & 0xff) {
    case SQLITE_FULL: return core::fail("{}: the disk is full; free some room, nothing already stored is lost", path);
    case SQLITE_READONLY: return core::fail("{}: the file is read-only", path);
    case SQLITE_CANTOPEN: return core::fail("{}: cannot be opened; is the path right, and may you read it?", path);
    case SQLITE_PERM: return core::fail("{}: no permission", path);
    case SQLITE_NOTADB: return core::fail("{}: is not a Rivereto database", path);
    case SQLITE_CORRUPT: return core::fail("{}: is damaged ({})", path, sqlite3_errmsg(handle));
    case SQLITE_BUSY: return core::fail("{}: is in use by another process", path);
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC)
            return core::fail("{}: cannot be written ({}): a limit on the size of files, or a disk that fails; nothing already stored is lost",
                              path, sqlite3_errmsg(handle));
        [[fallthrough]];
    default: return core::fail("{}: {}", path, sqlite3_errmsg(handle));
    }
}

/// As sqlite.org/uri.html has it.
std::string sealedUri(const std::string& path)
{
    std::string out = "file:";
    for (const char c : path) {
        if (c == '%' || c == '?' || c == '#')
            out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out + "?immutable=1";
}

} // namespace

Statement::Statement(Statement&& other) noexcept : m_statement(std::exchange(other.m_statement, nullptr)) { }

Statement& Statement::operator=(Statement&& other) noexcept
{
    std::swap(m_statement, other.m_statement);
    return *this;
}

Statement::~Statement() { sqlite3_finalize(m_statement); }

Statement& Statement::bind(int parameter, int64_t value)
{
    sqlite3_bind_int64(m_statement, parameter + 1, value);
    return *this;
}

Statement& Statement::bindText(int parameter, std::string_view text)
{
    sqlite3_bind_text64(m_statement, parameter + 1, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bindBlob(int parameter, std::string_view bytes)
{
    sqlite3_bind_blob64(m_statement, parameter + 1, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
    return *this;
}

core::Result<bool> Statement::step()
{
    const int code = sqlite3_step(m_statement);
    if (code == SQLITE_ROW)
        return true;
    auto* handle = sqlite3_db_handle(m_statement);
    if (code == SQLITE_DONE) {
        sqlite3_reset(m_statement);
        return false;
    }
    const char* path = sqlite3_db_filename(handle, "main");
    auto error = explain(handle, code, path ? path : "");
    sqlite3_reset(m_statement);
    return error;
}

core::Result<void> Statement::run()
{
    const auto row = step();
    reset();
    if (!row)
        return tl::unexpected(row.error());
    return {};
}

void Statement::reset() { sqlite3_reset(m_statement); }

int64_t Statement::number(int column) const { return sqlite3_column_int64(m_statement, column); }

std::string_view Statement::bytes(int column) const
{
    const auto* data = static_cast<const char*>(sqlite3_column_blob(m_statement, column));
    return {data ? data : "", static_cast<size_t>(sqlite3_column_bytes(m_statement, column))};
}

Database::Database(Database&& other) noexcept
    : m_handle(std::exchange(other.m_handle, nullptr)), m_path(std::move(other.m_path))
{
}

Database& Database::operator=(Database&& other) noexcept
{
    std::swap(m_handle, other.m_handle);
    std::swap(m_path, other.m_path);
    return *this;
}

Database::~Database() { sqlite3_close_v2(m_handle); }

core::Result<Database> Database::open(const std::string& path, Mode mode)
{
    Database out;
    out.m_path = path;
    const bool read = mode == Mode::Read || mode == Mode::ReadSealed;
    const bool sealed = mode == Mode::ReadSealed;
    // Who may write opens for writing even to read: the last one to close then takes away SQLite's files beside ours.
    const bool tidy = mode == Mode::Read && ::access(path.c_str(), W_OK) == 0;
    const int flags = SQLITE_OPEN_NOMUTEX | (sealed ? SQLITE_OPEN_URI : 0)
        | (read && !tidy ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | (mode == Mode::Create ? SQLITE_OPEN_CREATE : 0));
    const auto name = sealed ? sealedUri(path) : path;
    if (const int code = sqlite3_open_v2(name.c_str(), &out.m_handle, flags, nullptr); code != SQLITE_OK)
        return explain(out.m_handle, code, path);
    sqlite3_busy_timeout(out.m_handle, kBusyMs);
    sqlite3_extended_result_codes(out.m_handle, 1);
    if (tidy)
        sqlite3_exec(out.m_handle, "PRAGMA query_only = 1", nullptr, nullptr, nullptr);
    return out;
}

core::Result<Statement> Database::prepare(std::string_view sql)
{
    Statement out;
    const int code = sqlite3_prepare_v2(m_handle, sql.data(), static_cast<int>(sql.size()), &out.m_statement, nullptr);
    if (code != SQLITE_OK)
        return explain(m_handle, code, m_path);
    return out;
}

core::Result<void> Database::execute(const std::string& sql)
{
    if (const int code = sqlite3_exec(m_handle, sql.c_str(), nullptr, nullptr, nullptr); code != SQLITE_OK)
        return explain(m_handle, code, m_path);
    return {};
}

core::Result<int64_t> Database::queryNumber(std::string_view sql)
{
    auto statement = prepare(sql);
    if (!statement)
        return tl::unexpected(statement.error());
    const auto row = statement->step();
    if (!row)
        return tl::unexpected(row.error());
    return *row ? statement->number(0) : 0;
}

int64_t Database::lastId() const { return sqlite3_last_insert_rowid(m_handle); }

} // namespace rivereto::storage
