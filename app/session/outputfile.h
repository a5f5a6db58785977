// SPDX-License-Identifier: GPL-3.0-or-later
// OutputFile: a file that is there under its name only when it is complete; or standard output.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace rivereto::app {

enum class Overwrite : bool { No, Yes };

/// Written under a temporary name in the same folder. Without commit() nothing is left. What is no regular file (a FIFO,
/// /dev/null) is written in place. Used by one thread.
class OutputFile {
public:
    /// An error when the output must not be written: it is there already, or is no place for a file. "-" is standard output.
    static core::Result<void> check(const std::filesystem::path& output, Overwrite overwrite);
    /// For write(). `stop` ends waiting for whoever reads a pipe, with core::kCancelled.
    static core::Result<std::unique_ptr<OutputFile>> open(const std::filesystem::path& output, Overwrite overwrite, std::stop_token stop);
    /// For somebody who writes the file path() himself; nothing is there yet.
    static core::Result<std::unique_ptr<OutputFile>> reserve(const std::filesystem::path& output, Overwrite overwrite);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    core::Result<void> write(std::string_view bytes);
    /// All that was written is on the disk, and the file has its name.
    core::Result<void> commit();

    [[nodiscard]] const std::filesystem::path& path() const { return m_path; } ///< where the bytes go for now
    [[nodiscard]] uint64_t bytes() const { return m_bytes; }
    /// Whoever read the pipe wants no more; write() failed for that.
    [[nodiscard]] bool closed() const { return m_closed; }

private:
    OutputFile(std::filesystem::path output, Overwrite overwrite);
    [[nodiscard]] tl::unexpected<core::Error> failed(int error) const;
    [[nodiscard]] core::Result<int> openFile(bool inPlace) const;
    core::Result<void> waitForRoom() const;
    core::Result<void> flush();
    core::Result<void> rename();

    std::filesystem::path m_output; ///< as the user named it
    std::filesystem::path m_target; ///< links followed
    std::filesystem::path m_path;
    Overwrite m_overwrite;
    int m_fd = -1;
    bool m_temporary = false;
    bool m_waits = false; ///< a pipe or the like
    bool m_closed = false;
    std::stop_token m_stop;
    std::string m_buffer;
    uint64_t m_bytes = 0;
};

} // namespace rivereto::app
