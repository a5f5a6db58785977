// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/nfcapd/nfcapdoutput.h"

#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace rivereto::collectors::nfcapd {

namespace {

/// nfdump's own size of a block before it is packed.
constexpr size_t kBlockSize = 1 << 20;
/// What layout this is: that of nfdump 1.7.1.
constexpr uint32_t kProgramVersion = 0x01070100;
constexpr size_t kMostIdent = header1::kIdentSize - 1;

std::string reason(int error)
{
    return std::generic_category().message(error);
}

void appendRecord(std::vector<uint8_t>& out, Record type, std::span<const uint8_t> content)
{
    const size_t at = out.size();
    out.resize(at + kRecordHeader);
    storeLe(out.data() + at, static_cast<uint16_t>(type));
    storeLe(out.data() + at + 2, static_cast<uint16_t>(kRecordHeader + content.size()));
    out.insert(out.end(), content.begin(), content.end());
}

} // namespace

NfcapdOutput::NfcapdOutput(std::filesystem::path path, NfcapdCompression compression, std::string ident)
    : m_path(std::move(path))
    , m_compression(compression)
    , m_ident(ident.empty() ? "none" : ident.substr(0, kMostIdent))
{
}

NfcapdOutput::~NfcapdOutput()
{
    if (m_fd >= 0)
        ::close(m_fd);
    if (!m_temporary.empty())
        ::unlink(m_temporary.c_str());
}

tl::unexpected<core::Error> NfcapdOutput::failed() const
{
    return core::fail("cannot write “{}”: {}", m_path.string(), reason(errno));
}

core::Result<void> NfcapdOutput::create()
{
    constexpr mode_t mode = 0666; // less what the user's mask takes
    for (unsigned n = 0; m_fd < 0; ++n) {
        const auto name = fmt::format(".{}.{}-{}.part", m_path.filename().string(), ::getpid(), n);
        const auto temporary = m_path.parent_path() / name;
        m_fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (m_fd < 0 && errno != EEXIST)
            return failed();
        if (m_fd >= 0)
            m_temporary = temporary;
    }
    return writeHeader();
}

core::Result<void> NfcapdOutput::reopen()
{
    m_fd = ::open(m_temporary.c_str(), O_WRONLY | O_CLOEXEC);
    if (m_fd < 0 || ::lseek(m_fd, static_cast<off_t>(m_size), SEEK_SET) < 0)
        return failed();
    return {};
}

core::Result<void> NfcapdOutput::add(std::span<const uint8_t> record)
{
    if (!isOpen()) {
        if (auto done = reopen(); !done)
            return done;
    }
    if (m_records.size() + record.size() > kBlockSize) {
        if (auto done = flush(); !done)
            return done;
    }
    m_records.insert(m_records.end(), record.begin(), record.end());
    ++m_count;
    return {};
}

core::Result<void> NfcapdOutput::flush()
{
    if (m_count == 0)
        return {};
    auto done = writeBlock(m_records, m_count);
    m_records.clear();
    m_count = 0;
    ++m_blocks;
    return done;
}

core::Result<void> NfcapdOutput::writeBlock(std::span<const uint8_t> records, uint32_t count)
{
    m_packed.assign(block::kHeader, 0);
    if (m_compression == NfcapdCompression::None)
        m_packed.insert(m_packed.end(), records.begin(), records.end());
    else if (!packBlock(m_compression, records, m_packed))
        return core::fail("cannot write “{}”: {} failed to pack a block", m_path.string(), compressionName(m_compression));
    storeLe(m_packed.data() + block::kRecords, count);
    storeLe(m_packed.data() + block::kSize, static_cast<uint32_t>(m_packed.size() - block::kHeader));
    storeLe(m_packed.data() + block::kType, block::kTypeOf2);
    return writeAll(m_packed);
}

core::Result<void> NfcapdOutput::writeAll(std::span<const uint8_t> bytes)
{
    while (!bytes.empty()) {
        const auto done = ::write(m_fd, bytes.data(), bytes.size());
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return failed();
        bytes = bytes.subspan(static_cast<size_t>(done));
        m_size += static_cast<uint64_t>(done);
    }
    return {};
}

core::Result<void> NfcapdOutput::writeHeader()
{
    std::array<uint8_t, header2::kSize> header {};
    uint8_t* p = header.data();
    storeLe(p, kMagic);
    storeLe(p + header2::kVersion, uint16_t {2});
    storeLe(p + header2::kProgram, kProgramVersion);
    storeLe(p + header2::kCreated, static_cast<uint64_t>(std::time(nullptr)));
    p[header2::kCompression] = static_cast<uint8_t>(m_compression);
    storeLe(p + header2::kAppendixBlocks, static_cast<uint16_t>(m_appendix != 0 ? 1 : 0));
    storeLe(p + header2::kAppendix, m_appendix);
    storeLe(p + header2::kBlocks, m_blocks);
    return writeAll(header);
}

core::Result<void> NfcapdOutput::suspend()
{
    if (!isOpen())
        return {};
    if (auto done = flush(); !done)
        return done;
    m_records = {};
    m_packed = {};
    return close();
}

core::Result<void> NfcapdOutput::close()
{
    const int fd = std::exchange(m_fd, -1);
    if (::close(fd) != 0 && errno != EINTR)
        return failed();
    return {};
}

core::Result<void> NfcapdOutput::complete()
{
    if (!isOpen()) {
        if (auto done = reopen(); !done)
            return done;
    }
    if (auto done = flush(); !done)
        return done;
    m_appendix = m_size;
    std::vector<uint8_t> records;
    // The text ends with a zero.
    appendRecord(records, Record::Ident, {reinterpret_cast<const uint8_t*>(m_ident.c_str()), m_ident.size() + 1});
    std::array<uint8_t, FlowStat::kSize2> stat {};
    m_stat.store2(stat.data());
    appendRecord(records, Record::Stat, stat);
    if (auto done = writeBlock(records, 2); !done)
        return done;
    if (::lseek(m_fd, 0, SEEK_SET) != 0)
        return failed();
    if (auto done = writeHeader(); !done)
        return done;
    return suspend();
}

core::Result<void> NfcapdOutput::commit()
{
    if (::rename(m_temporary.c_str(), m_path.c_str()) != 0)
        return failed();
    m_temporary.clear();
    return {};
}

} // namespace rivereto::collectors::nfcapd
