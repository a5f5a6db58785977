// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/database.h"

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rivereto::storage {

namespace {

constexpr int kBusyMs = 10'000;
constexpr std::string_view kDamagedText = "{}: is damaged ({}); “rivereto check” says what, and can save the rest";

/// What to tell a person; SQLite's own words for the rest.
tl::unexpected<core::Error> explain(sqlite3* handle, int code, const std::string& path)
{
    switch (code & 0xff) {
    case SQLITE_FULL: return core::fail("{}: the disk is full; free some room, nothing already stored is lost", path);
    case SQLITE_READONLY: return core::fail("{}: the file is read-only", path);
    case SQLITE_CANTOPEN: return core::fail("{}: cannot be opened; is the path right, and may you read it?", path);
    case SQLITE_PERM: return core::fail("{}: no permission", path);
    case SQLITE_NOTADB: return core::fail("{}: is not a Rivereto database", path);
    case SQLITE_CORRUPT: return core::fail(kDamagedText, path, sqlite3_errmsg(handle));
    case SQLITE_BUSY: return core::fail("{}: is in use by another process", path);
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC)
            return core::fail("{}: cannot be written ({}): a limit on the size of files, or a disk that fails; nothing already stored is lost",
                              path, sqlite3_errmsg(handle));
        if (code == SQLITE_IOERR_READ || code == SQLITE_IOERR_SHORT_READ)
            return core::fail(kDamagedText, path, sqlite3_errmsg(handle));
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

bool Statement::isNull(int column) const { return sqlite3_column_type(m_statement, column) == SQLITE_NULL; }

std::string_view Statement::bytes(int column) const
{
    const auto* data = static_cast<const char*>(sqlite3_column_blob(m_statement, column));
    return {data ? data : "", static_cast<size_t>(sqlite3_column_bytes(m_statement, column))};
}

Database::Database(Database&& other) noexcept
    : m_handle(std::exchange(other.m_handle, nullptr)), m_file(std::exchange(other.m_file, std::nullopt)), m_path(std::move(other.m_path))
{
}

Database& Database::operator=(Database&& other) noexcept
{
    std::swap(m_handle, other.m_handle);
    std::swap(m_file, other.m_file);
    std::swap(m_path, other.m_path);
    return *this;
}

Database::~Database()
{
    sqlite3_close_v2(m_handle);
    if (!m_file)
        return;
    const std::lock_guard lock(openFilesMutex());
    auto& files = openFiles();
    files.erase(std::ranges::find(files, *m_file));
}

std::vector<Database::File>& Database::openFiles()
{
    static std::vector<File> files;
    return files;
}

std::mutex& Database::openFilesMutex()
{
    static std::mutex mutex;
    return mutex;
}

std::optional<Database::File> Database::fileAt(const std::string& path)
{
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0)
        return std::nullopt;
    return File{info.st_dev, info.st_ino};
}

bool Database::isOpen(const std::string& path)
{
    const auto file = fileAt(path);
    const std::lock_guard lock(openFilesMutex());
    return file && std::ranges::find(openFiles(), *file) != openFiles().end();
}

bool Database::looksLikeOne(const std::string& path)
{
    constexpr std::string_view kMagic("SQLite format 3", 16);
    const auto file = fileAt(path);
    if (!file)
        return false;
    // Held while the file is open here, so that nobody opens it as a database meanwhile.
    const std::lock_guard lock(openFilesMutex());
    if (std::ranges::find(openFiles(), *file) != openFiles().end())
        return true;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    char begin[kMagic.size()] = {};
    const auto got = ::read(fd, begin, sizeof begin);
    ::close(fd);
    return got == static_cast<ssize_t>(sizeof begin) && std::string_view(begin, sizeof begin) == kMagic;
}

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
    const std::lock_guard lock(openFilesMutex());
    if (const int code = sqlite3_open_v2(name.c_str(), &out.m_handle, flags, nullptr); code != SQLITE_OK)
        return explain(out.m_handle, code, path);
    out.m_file = fileAt(path);
    if (out.m_file)
        openFiles().push_back(*out.m_file);
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

bool isDamage(const core::Error& error) { return error.text == kDamagedText; }

} // namespace rivereto::storage
