// SPDX-License-Identifier: GPL-3.0-or-later
// ByteStream: a file, FIFO or standard input as a stdio stream, with gzip, zstd and lz4 taken off on the way.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace rivereto::collectors {

/// Reads a file descriptor; a pipe that has nothing is waited for in short steps, so that `stop` can end it.
class FileBytes {
public:
    explicit FileBytes(int fd);
    ~FileBytes();
    FileBytes(const FileBytes&) = delete;
    FileBytes& operator=(const FileBytes&) = delete;

    /// Bytes read; 0 at the end; -1 with errno set (ECANCELED when stopped).
    ssize_t read(std::span<uint8_t> to);
    /// Looks at the first bytes (at most 16) without taking them.
    std::span<const uint8_t> peek();
    [[nodiscard]] uint64_t position() const { return m_position; }
    /// 0 when it is no regular file.
    [[nodiscard]] uint64_t size() const { return m_size; }
    void setStop(std::stop_token stop) { m_stop = std::move(stop); }

private:
    ssize_t readFd(std::span<uint8_t> to);

    int m_fd;
    uint64_t m_position = 0;
    uint64_t m_size = 0;
    bool m_waits = false;
    std::vector<uint8_t> m_peeked;
    size_t m_peekedUsed = 0;
    std::stop_token m_stop;
};

/// One decompressor.
class Decoding {
public:
    virtual ~Decoding() = default;
    /// As FileBytes::read(); damaged data is -1 with errno EILSEQ.
    virtual ssize_t read(std::span<uint8_t> to) = 0;
};

class ByteStream {
public:
    /// "-" is standard input.
    static core::Result<std::unique_ptr<ByteStream>> open(const std::filesystem::path& path);
    /// Of a descriptor that the stream owns from now on.
    static core::Result<std::unique_ptr<ByteStream>> of(int fd, const std::string& name);
    ~ByteStream();
    ByteStream(const ByteStream&) = delete;
    ByteStream& operator=(const ByteStream&) = delete;

    /// As FileBytes::read(), after decompression; fewer bytes than asked for are no end.
    ssize_t read(std::span<uint8_t> to);
    /// Reads until `to` is full or nothing more comes; the bytes read.
    size_t readFully(std::span<uint8_t> to);
    /// The next bytes, at most `n`, without taking them; fewer when nothing more comes. Valid until the next call.
    std::span<const uint8_t> peek(size_t n);
    /// A new stdio stream over this object, for one owner; it must be closed before the object goes.
    std::FILE* file();
    [[nodiscard]] uint64_t position() const { return m_raw.position(); }
    [[nodiscard]] uint64_t size() const { return m_raw.size(); }
    /// Bytes handed out, after decompression.
    [[nodiscard]] uint64_t delivered() const { return m_delivered; }
    [[nodiscard]] bool compressed() const { return m_decoding != nullptr; }
    /// errno of the last failed read; 0 = none.
    [[nodiscard]] int error() const { return m_error; }
    /// The same in words.
    [[nodiscard]] std::string errorText() const;
    void setStop(std::stop_token stop) { m_raw.setStop(std::move(stop)); }

private:
    explicit ByteStream(int fd)
        : m_raw(fd)
    {
    }
    ssize_t readDecoded(std::span<uint8_t> to);

    FileBytes m_raw;
    std::unique_ptr<Decoding> m_decoding;
    std::vector<uint8_t> m_ahead; ///< peeked and not taken yet
    uint64_t m_delivered = 0;
    int m_error = 0;
};

} // namespace rivereto::collectors
