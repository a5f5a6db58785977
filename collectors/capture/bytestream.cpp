// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/capture/bytestream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <lz4frame.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

namespace rivereto::collectors {

namespace {

constexpr size_t kBuffer = 1 << 20;
constexpr size_t kPeek = 16;
constexpr int kWaitMs = 100;

/// Compressed bytes waiting to be decoded.
class Input {
public:
    explicit Input(FileBytes& from)
        : m_from(from)
        , m_buffer(kBuffer / 4)
    {
    }
    std::span<uint8_t> rest() { return std::span(m_buffer).subspan(m_begin, m_end - m_begin); }
    void used(size_t n) { m_begin += n; }
    /// 1 = there are bytes, 0 = end, -1 = error.
    int fill()
    {
        if (m_begin < m_end)
            return 1;
        const ssize_t n = m_from.read(m_buffer);
        m_begin = 0;
        m_end = n > 0 ? static_cast<size_t>(n) : 0;
        return n > 0 ? 1 : static_cast<int>(n);
    }

private:
    FileBytes& m_from;
    std::vector<uint8_t> m_buffer;
    size_t m_begin = 0;
    size_t m_end = 0;
};

ssize_t damaged()
{
    errno = EILSEQ;
    return -1;
}

/// gzip, also several members one after another (RFC 1952 §2.2).
class GzipDecoding final : public Decoding {
public:
    explicit GzipDecoding(FileBytes& from)
        : m_in(from)
    {
        constexpr int gzipOnly = 16 + MAX_WBITS;
        m_ready = inflateInit2(&m_stream, gzipOnly) == Z_OK;
    }
    ~GzipDecoding() override { inflateEnd(&m_stream); }

    ssize_t read(std::span<uint8_t> to) override
    {
        if (!m_ready)
            return damaged();
        m_stream.next_out = to.data();
        m_stream.avail_out = static_cast<uInt>(to.size());
        while (m_stream.avail_out == to.size()) {
            const int more = m_in.fill();
            if (more < 0)
                return -1;
            if (more == 0)
                return m_inMember ? damaged() : 0;
            if (const ssize_t result = step(); result < 0)
                return result;
        }
        return static_cast<ssize_t>(to.size() - m_stream.avail_out);
    }

private:
    ssize_t step()
    {
        const auto rest = m_in.rest();
        m_stream.next_in = rest.data();
        m_stream.avail_in = static_cast<uInt>(rest.size());
        m_inMember = true;
        const int code = inflate(&m_stream, Z_NO_FLUSH);
        m_in.used(rest.size() - m_stream.avail_in);
        if (code == Z_STREAM_END) {
            m_inMember = false;
            return inflateReset(&m_stream) == Z_OK ? 0 : damaged();
        }
        return code == Z_OK ? 0 : damaged();
    }

    Input m_in;
    z_stream m_stream {};
    bool m_ready = false;
    bool m_inMember = false;
};

class ZstdDecoding final : public Decoding {
public:
    explicit ZstdDecoding(FileBytes& from)
        : m_in(from)
        , m_stream(ZSTD_createDStream())
    {
    }
    ~ZstdDecoding() override { ZSTD_freeDStream(m_stream); }

    ssize_t read(std::span<uint8_t> to) override
    {
        if (!m_stream)
            return damaged();
        ZSTD_outBuffer out {to.data(), to.size(), 0};
        while (out.pos == 0) {
            const int more = m_in.fill();
            if (more < 0)
                return -1;
            if (more == 0 && !m_inFrame)
                return 0;
            const auto rest = m_in.rest();
            ZSTD_inBuffer in {rest.data(), rest.size(), 0};
            const size_t code = ZSTD_decompressStream(m_stream, &out, &in);
            m_in.used(in.pos);
            if (ZSTD_isError(code) || (more == 0 && out.pos == 0))
                return damaged();
            m_inFrame = code != 0;
        }
        return static_cast<ssize_t>(out.pos);
    }

private:
    Input m_in;
    ZSTD_DStream* m_stream;
    bool m_inFrame = false;
};

class Lz4Decoding final : public Decoding {
public:
    explicit Lz4Decoding(FileBytes& from)
        : m_in(from)
    {
        if (LZ4F_isError(LZ4F_createDecompressionContext(&m_stream, LZ4F_VERSION)))
            m_stream = nullptr;
    }
    ~Lz4Decoding() override { LZ4F_freeDecompressionContext(m_stream); }

    ssize_t read(std::span<uint8_t> to) override
    {
        if (!m_stream)
            return damaged();
        size_t written = 0;
        while (written == 0) {
            const int more = m_in.fill();
            if (more < 0)
                return -1;
            if (more == 0 && !m_inFrame)
                return 0;
            const auto rest = m_in.rest();
            size_t taken = rest.size();
            written = to.size();
            const size_t code = LZ4F_decompress(m_stream, to.data(), &written, rest.data(), &taken, nullptr);
            m_in.used(taken);
            if (LZ4F_isError(code) || (more == 0 && written == 0))
                return damaged();
            m_inFrame = code != 0;
        }
        return static_cast<ssize_t>(written);
    }

private:
    Input m_in;
    LZ4F_dctx* m_stream = nullptr;
    bool m_inFrame = false;
};

bool startsWith(std::span<const uint8_t> bytes, std::initializer_list<uint8_t> magic)
{
    return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

} // namespace

FileBytes::FileBytes(int fd)
    : m_fd(fd)
{
    struct stat info { };
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        m_size = static_cast<uint64_t>(info.st_size);
    else
        m_waits = true;
}

FileBytes::~FileBytes()
{
    if (m_fd != STDIN_FILENO)
        ::close(m_fd);
}

ssize_t FileBytes::readFd(std::span<uint8_t> to)
{
    while (!m_stop.stop_requested()) {
        pollfd wait {m_fd, POLLIN, 0};
        if (m_waits && ::poll(&wait, 1, kWaitMs) == 0)
            continue;
        const ssize_t n = ::read(m_fd, to.data(), to.size());
        if (n < 0 && errno == EINTR)
            continue;
        m_position += n > 0 ? static_cast<uint64_t>(n) : 0;
        return n;
    }
    errno = ECANCELED;
    return -1;
}

ssize_t FileBytes::read(std::span<uint8_t> to)
{
    if (m_peekedUsed == m_peeked.size())
        return readFd(to);
    const size_t n = std::min(to.size(), m_peeked.size() - m_peekedUsed);
    std::memcpy(to.data(), m_peeked.data() + m_peekedUsed, n);
    m_peekedUsed += n;
    return static_cast<ssize_t>(n);
}

std::span<const uint8_t> FileBytes::peek()
{
    uint8_t bytes[kPeek];
    while (m_peeked.size() < kPeek) {
        const ssize_t n = readFd({bytes, kPeek - m_peeked.size()});
        if (n <= 0)
            break;
        m_peeked.insert(m_peeked.end(), bytes, bytes + n);
    }
    return m_peeked;
}

core::Result<std::unique_ptr<ByteStream>> ByteStream::open(const std::filesystem::path& path)
{
    const int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return core::fail("cannot open “{}”: {}", path.string(), std::strerror(errno));
    return of(fd, path.string());
}

core::Result<std::unique_ptr<ByteStream>> ByteStream::of(int fd, const std::string& name)
{
    std::unique_ptr<ByteStream> stream(new ByteStream(fd));
    errno = 0;
    const auto magic = stream->m_raw.peek();
    if (magic.empty() && errno != 0)
        return core::fail("cannot read “{}”: {}", name, std::strerror(errno));
    if (startsWith(magic, {0x1f, 0x8b}))
        stream->m_decoding = std::make_unique<GzipDecoding>(stream->m_raw);
    else if (startsWith(magic, {0x28, 0xb5, 0x2f, 0xfd}))
        stream->m_decoding = std::make_unique<ZstdDecoding>(stream->m_raw);
    else if (startsWith(magic, {0x04, 0x22, 0x4d, 0x18}))
        stream->m_decoding = std::make_unique<Lz4Decoding>(stream->m_raw);
    return stream;
}

ByteStream::~ByteStream() = default;

ssize_t ByteStream::readDecoded(std::span<uint8_t> to)
{
    const ssize_t n = m_decoding ? m_decoding->read(to) : m_raw.read(to);
    if (n < 0)
        m_error = errno;
    return n;
}

ssize_t ByteStream::read(std::span<uint8_t> to)
{
    ssize_t n = 0;
    if (m_ahead.empty()) {
        n = readDecoded(to);
    } else {
        n = static_cast<ssize_t>(std::min(to.size(), m_ahead.size()));
        std::memcpy(to.data(), m_ahead.data(), static_cast<size_t>(n));
        m_ahead.erase(m_ahead.begin(), m_ahead.begin() + n);
    }
    m_delivered += n > 0 ? static_cast<uint64_t>(n) : 0;
    return n;
}

size_t ByteStream::readFully(std::span<uint8_t> to)
{
    size_t done = 0;
    while (done < to.size()) {
        const ssize_t n = read(to.subspan(done));
        if (n <= 0)
            break;
        done += static_cast<size_t>(n);
    }
    return done;
}

std::span<const uint8_t> ByteStream::peek(size_t n)
{
    while (m_ahead.size() < n && m_error == 0) {
        const size_t had = m_ahead.size();
        m_ahead.resize(n);
        const ssize_t got = readDecoded(std::span(m_ahead).subspan(had));
        m_ahead.resize(had + (got > 0 ? static_cast<size_t>(got) : 0));
        if (got <= 0)
            break;
    }
    return std::span(m_ahead).first(std::min(n, m_ahead.size()));
}

std::string ByteStream::errorText() const
{
    return m_error == EILSEQ ? "the compressed data is damaged or incomplete" : std::strerror(m_error);
}

std::FILE* ByteStream::file()
{
    cookie_io_functions_t functions {};
    functions.read = [](void* cookie, char* to, size_t size) -> ssize_t {
        return static_cast<ByteStream*>(cookie)->read({reinterpret_cast<uint8_t*>(to), size});
    };
    // Only to be asked where it is.
    functions.seek = [](void* cookie, off64_t* offset, int whence) -> int {
        if (whence != SEEK_CUR || *offset != 0)
            return -1;
        *offset = static_cast<off64_t>(static_cast<ByteStream*>(cookie)->m_delivered);
        return 0;
    };
    std::FILE* file = fopencookie(this, "r", functions);
    if (file)
        std::setvbuf(file, nullptr, _IOFBF, kBuffer);
    return file;
}

} // namespace rivereto::collectors
