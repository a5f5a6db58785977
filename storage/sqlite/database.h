// SPDX-License-Identifier: GPL-3.0-or-later
// Thin ownership over the SQLite C API: a connection and its prepared statements.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace rivereto::storage {

class Database;

/// A prepared statement. Parameters and columns count from 0. Used by the thread that uses its Database.
class Statement {
public:
    Statement() = default;
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    ~Statement();

    Statement& bind(int parameter, int64_t value);
    /// The bytes must stay until step() or reset().
    Statement& bindText(int parameter, std::string_view text);
    Statement& bindBlob(int parameter, std::string_view bytes);
    /// True: a row is there; false: done. A finished statement is reset.
    core::Result<bool> step();
    /// Steps once, expecting no row.
    core::Result<void> run();
    void reset();
    [[nodiscard]] int64_t number(int column) const;
    [[nodiscard]] bool isNull(int column) const;
    /// Valid until the next step or reset; text columns too.
    [[nodiscard]] std::string_view bytes(int column) const;

private:
    friend class Database;
    sqlite3_stmt* m_statement = nullptr;
};

/// One connection; not shared between threads at the same time.
class Database {
public:
    /// ReadSealed: nobody writes it as long as it is open, so no locks are taken and nothing is put beside it.
    enum class Mode : uint8_t { Read, ReadSealed, Write, Create };

    Database() = default;
    Database(Database&& other) noexcept;
    Database& operator=(Database&& other) noexcept;
    ~Database();

    /// Messages name the file and say what to do.
    static core::Result<Database> open(const std::string& path, Mode mode);
    /// Whether this process has the file open. Such a file must not be opened by other means: closing any descriptor of it
    /// gives up the locks that SQLite holds (POSIX.1-2017, fcntl).
    static bool isOpen(const std::string& path);
    /// Whether the file begins like a database; never opens one that this process has open.
    static bool looksLikeOne(const std::string& path);
    core::Result<Statement> prepare(std::string_view sql);
    /// One or more statements without results.
    core::Result<void> execute(const std::string& sql);
    /// First column of the first row; 0 when there is none.
    core::Result<int64_t> queryNumber(std::string_view sql);
    [[nodiscard]] int64_t lastId() const;
    [[nodiscard]] const std::string& path() const { return m_path; }

private:
    struct File {
        uint64_t device = 0;
        uint64_t inode = 0;
        bool operator==(const File&) const = default;
    };
    static std::optional<File> fileAt(const std::string& path);
    static std::vector<File>& openFiles();
    static std::mutex& openFilesMutex();

    sqlite3* m_handle = nullptr;
    std::optional<File> m_file; ///< in openFiles() as long as this lives
    std::string m_path;
};

/// The error says that bytes of the file cannot be read as what they should be: others may still be readable.
bool isDamage(const core::Error& error);

} // namespace rivereto::storage
