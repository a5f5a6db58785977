// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/outputfile.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/store/flowstore.h"

namespace rivereto::app {

namespace {

namespace fs = std::filesystem;

constexpr size_t kBuffer = 1 << 16;
constexpr int kWaitMs = 100;
/// What SQLite and a writer of ours put beside a database.
constexpr std::string_view kBeside[] = {"-wal", "-shm", "-journal", "-lock"};

fs::path beside(const fs::path& path, std::string_view ending)
{
    auto out = path;
    return out += ending;
}

bool isStandardOutput(const fs::path& output) { return output == "-"; }

/// There, but neither a regular file nor a folder: written in place.
bool isDevice(const fs::path& output)
{
    std::error_code ignored;
    const auto status = fs::status(output, ignored);
    return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// Whether something waits beside the file to be written into it: it would spoil another file of the same name.
bool isUnsettled(const fs::path& output)
{
    std::error_code missing;
    for (const auto ending : {"-wal", "-journal"}) {
        if (const auto size = fs::file_size(beside(output, ending), missing); !missing && size > 0)
            return true;
    }
    return false;
}

tl::unexpected<core::Error> alreadyThere(const fs::path& output)
{
    return core::fail("“{}” is there already; choose another name, or replace it with --force", output.string());
}

} // namespace

OutputFile::OutputFile(fs::path output, Overwrite overwrite) : m_output(std::move(output)), m_target(m_output), m_path(m_output), m_overwrite(overwrite) { }

core::Result<void> OutputFile::check(const fs::path& output, Overwrite overwrite)
{
    if (isStandardOutput(output) || isDevice(output))
        return {};
    std::error_code ignored;
    if (fs::is_directory(output, ignored))
        return core::fail("“{}” is a folder; name a file in it", output.string());
    if (!fs::exists(output, ignored))
        return {};
    if (overwrite == Overwrite::No)
        return alreadyThere(output);
    if (isUnsettled(output))
        return core::fail("“{}” is a database in use, or one that was not closed; choose another name", output.string());
    return {};
}

core::Result<std::unique_ptr<OutputFile>> OutputFile::reserve(const fs::path& output, Overwrite overwrite)
{
    if (auto right = check(output, overwrite); !right)
        return tl::unexpected(right.error());
    std::unique_ptr<OutputFile> out(new OutputFile(output, overwrite));
    if (isStandardOutput(output) || isDevice(output))
        return core::fail("“{}” is no regular file, and this format needs one", output.string());
    // Through a link the file that it leads to is replaced, not the link.
    std::error_code missing;
    if (auto target = fs::canonical(output, missing); !missing)
        out->m_target = std::move(target);
    out->m_path = out->m_target.parent_path() / fmt::format(".{}.{}.part", out->m_target.filename().string(), ::getpid());
    out->m_temporary = true;
    fs::remove(out->m_path, missing);
    const auto folder = out->m_path.parent_path();
    if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0)
        return out->failed(errno);
    return out;
}

core::Result<std::unique_ptr<OutputFile>> OutputFile::open(const fs::path& output, Overwrite overwrite, std::stop_token stop)
{
    const bool inPlace = isStandardOutput(output) || isDevice(output);
    auto out = inPlace ? core::Result<std::unique_ptr<OutputFile>>(std::unique_ptr<OutputFile>(new OutputFile(output, overwrite))) : reserve(output, overwrite);
    if (!out)
        return out;
    auto& file = **out;
    file.m_stop = std::move(stop);
    const auto fd = file.openFile(inPlace);
    if (!fd)
        return tl::unexpected(fd.error());
    file.m_fd = *fd;
    struct stat info {};
    file.m_waits = ::fstat(*fd, &info) == 0 && !S_ISREG(info.st_mode);
    return out;
}

core::Result<int> OutputFile::openFile(bool inPlace) const
{
    if (isStandardOutput(m_output)) {
        const int fd = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        return fd < 0 ? core::Result<int>(failed(errno)) : fd;
    }
    for (;;) {
        // A FIFO that nobody reads yet would be waited for, whatever else is asked of the program.
        const int fd = ::open(m_path.c_str(), O_WRONLY | O_CLOEXEC | (inPlace ? O_NONBLOCK : O_CREAT | O_EXCL), 0666);
        if (fd >= 0) {
            if (inPlace)
                (void)::fcntl(fd, F_SETFL, 0);
            return fd;
        }
        if (errno != ENXIO && errno != EINTR)
            return failed(errno);
        if (m_stop.stop_requested())
            return core::fail(core::kCancelled);
        std::this_thread::sleep_for(std::chrono::milliseconds(kWaitMs));
    }
}

OutputFile::~OutputFile()
{
    if (m_fd >= 0)
        ::close(m_fd);
    if (!m_temporary)
        return;
    std::error_code ignored;
    fs::remove(m_path, ignored);
    for (const auto ending : kBeside)
        fs::remove(beside(m_path, ending), ignored);
}

tl::unexpected<core::Error> OutputFile::failed(int error) const
{
    const auto name = isStandardOutput(m_output) ? std::string("standard output") : m_output.string();
    if (error == ENOSPC || error == EDQUOT)
        return core::fail("“{}” cannot be written: {}; make room, or choose another disk", name, std::strerror(error));
    if (error == ENOENT)
        return core::fail("“{}” cannot be written: its folder is not there; make it, or choose another", name);
    if (error == EACCES || error == EPERM || error == EROFS)
        return core::fail("“{}” cannot be written: {}; choose a folder that you may write to", name, std::strerror(error));
    return core::fail("“{}” cannot be written: {}", name, std::strerror(error));
}

core::Result<void> OutputFile::write(std::string_view bytes)
{
    m_buffer += bytes;
    return m_buffer.size() >= kBuffer ? flush() : core::Result<void>();
}

core::Result<void> OutputFile::waitForRoom() const
{
    pollfd asked {.fd = m_fd, .events = POLLOUT, .revents = 0};
    while (::poll(&asked, 1, kWaitMs) == 0) {
        if (m_stop.stop_requested())
            return core::fail(core::kCancelled);
    }
    return {};
}

core::Result<void> OutputFile::flush()
{
    std::string_view rest = m_buffer;
    while (!rest.empty()) {
        if (auto room = m_waits ? waitForRoom() : core::Result<void>(); !room)
            return room;
        // A pipe with room takes so much without waiting.
        const auto written = ::write(m_fd, rest.data(), m_waits ? std::min<size_t>(rest.size(), PIPE_BUF) : rest.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            m_closed = errno == EPIPE;
            return failed(errno);
        }
        rest.remove_prefix(static_cast<size_t>(written));
        m_bytes += static_cast<size_t>(written);
    }
    m_buffer.clear();
    return {};
}

core::Result<void> OutputFile::commit()
{
    if (auto flushed = flush(); !flushed)
        return flushed;
    if (!m_temporary)
        return {};
    // A name must not come before the bytes when the machine goes down.
    const int fd = m_fd >= 0 ? m_fd : ::open(m_path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool there = fd >= 0 && ::fsync(fd) == 0;
    const int error = errno;
    struct stat info {};
    if (there && ::fstat(fd, &info) == 0)
        m_bytes = static_cast<uint64_t>(info.st_size);
    if (fd >= 0)
        ::close(fd);
    m_fd = -1;
    return there ? rename() : failed(error);
}

core::Result<void> OutputFile::rename()
{
    // Somebody else may have made the file meanwhile.
    if (auto right = check(m_output, m_overwrite); !right)
        return right;
    if (isUnsettled(m_path))
        return failed(ENOSPC);
    if (m_overwrite == Overwrite::No && ::link(m_path.c_str(), m_target.c_str()) == 0)
        return {}; // the temporary name goes at the end
    if (m_overwrite == Overwrite::No && errno == EEXIST)
        return alreadyThere(m_output);
    // Other file systems know no links.
    if (::rename(m_path.c_str(), m_target.c_str()) != 0)
        return failed(errno);
    m_temporary = false;
    return {};
}

} // namespace rivereto::app
