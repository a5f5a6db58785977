// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/ipfix/ipfixfile.h"

#include <algorithm>
#include <cerrno>

#include "core/decode/bytes.h"
#include "core/decode/protocol.h"

namespace rivereto::collectors {

namespace {

using core::load16;
using core::load32;

constexpr size_t kHeader = 16; ///< RFC 7011 §3.1
constexpr size_t kVersion = 10;
constexpr size_t kLargest = 65535;
/// Room for a message, the header of the next, and a search without moving bytes all the time.
constexpr size_t kBuffer = 4 * (kLargest + kHeader);
/// Of a message that may be one.
constexpr size_t kLookedAt = 512;
constexpr size_t kSetsLookedAt = 128;
/// Handed out by one call.
constexpr size_t kMessagesAtOnce = 64;
constexpr size_t kBytesAtOnce = 1 << 18;

bool isHeader(std::span<const uint8_t> bytes)
{
    return bytes.size() >= kHeader && load16(bytes.data()) == kVersion && load16(bytes.data() + 2) >= kHeader;
}

/// Whether sets end where the message does. A few tell enough: a file may be made of places that look like headers.
bool setsFill(std::span<const uint8_t> message)
{
    auto rest = message.subspan(kHeader);
    for (size_t i = 0; i < kSetsLookedAt && rest.size() >= 4; ++i) {
        const size_t length = load16(rest.data() + 2);
        if (length < 4 || length > rest.size())
            return false;
        rest = rest.subspan(length);
    }
    return rest.empty();
}

uint64_t exportMs(std::span<const uint8_t> header)
{
    return uint64_t {load32(header.data() + 4)} * 1000;
}

} // namespace

/// The header, and a first set that fits: templates, options templates or data. Some exporters fill a message up with zeros.
bool IpfixFile::recognise(std::span<const uint8_t> beginning)
{
    if (!isHeader(beginning))
        return false;
    const size_t length = load16(beginning.data() + 2);
    if (length < kHeader + 4 || beginning.size() < kHeader + 4)
        return length == kHeader;
    const auto set = load16(beginning.data() + kHeader);
    const size_t setLength = load16(beginning.data() + kHeader + 2);
    if (set == 0 && setLength == 0)
        return true;
    return (set == 2 || set == 3 || set >= 256) && setLength >= 4;
}

IpfixFile::IpfixFile(std::unique_ptr<ByteStream> stream, std::filesystem::path path, uint16_t input)
    : m_stream(std::move(stream))
    , m_path(std::move(path))
    , m_input(input)
    , m_buffer(kBuffer)
{
}

core::Result<std::unique_ptr<FlowFile>> IpfixFile::open(std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, const FileOptions& options)
{
    return std::unique_ptr<FlowFile>(new IpfixFile(std::move(stream), path, options.input));
}

uint64_t IpfixFile::beginsMs(std::unique_ptr<ByteStream> stream)
{
    const auto beginning = stream->peek(kHeader);
    return isHeader(beginning) ? exportMs(beginning) : 0;
}

bool IpfixFile::ahead(size_t bytes)
{
    if (m_end - m_begin >= bytes)
        return true;
    if (m_begin + bytes > m_buffer.size()) {
        std::copy(m_buffer.begin() + static_cast<ptrdiff_t>(m_begin), m_buffer.begin() + static_cast<ptrdiff_t>(m_end), m_buffer.begin());
        m_end -= std::exchange(m_begin, 0);
    }
    while (m_end - m_begin < bytes) {
        const auto got = m_stream->read(std::span(m_buffer).subspan(m_end));
        if (got <= 0)
            return false;
        m_end += static_cast<size_t>(got);
    }
    return true;
}

void IpfixFile::take(size_t bytes)
{
    m_begin += bytes;
    m_at += bytes;
}

void IpfixFile::handOut(core::DatagramBatch& out, size_t length)
{
    const auto message = bytes().first(length);
    core::DatagramOrigin origin;
    origin.input = m_input;
    origin.receivedMs = exportMs(message);
    out.add(origin, message);
    ++m_messages;
    take(length);
}

/// A header and sets that the decoder would take. They fill the message, or after it comes the end of the file or another header.
bool IpfixFile::believable(size_t at)
{
    if (!ahead(at + kHeader) || !isHeader(bytes().subspan(at)))
        return false;
    const size_t length = load16(bytes().data() + at + 2);
    if (!ahead(at + length))
        return false;
    const auto message = bytes().subspan(at, length);
    if (core::recognise(message.first(std::min(length, kLookedAt))) != core::Protocol::Ipfix)
        return false;
    return setsFill(message) || follows(at + length);
}

bool IpfixFile::follows(size_t at)
{
    return !ahead(at + 2) ? bytes().size() == at : load16(bytes().data() + at) == kVersion;
}

/// Where within [from, to) ahead a message begins; `to` when none does.
size_t IpfixFile::find(size_t from, size_t to)
{
    for (size_t at = from; at < to; ++at) {
        if (bytes()[at] == 0 && believable(at))
            return at;
    }
    return to;
}

void IpfixFile::note(std::string why)
{
    if (m_places++ > 0)
        return;
    m_firstPlace = m_at;
    m_firstWhy = std::move(why);
}

/// To the next message, or to the end.
void IpfixFile::skip()
{
    const auto step = [&](size_t bytes) {
        m_skipped += bytes;
        take(bytes);
    };
    step(1);
    while (ahead(kHeader)) {
        const size_t to = bytes().size() - kHeader + 1;
        const size_t at = find(0, to);
        step(at);
        if (at < to)
            return;
    }
    step(bytes().size());
}

/// A message that is followed by nothing that could follow it: its length is wrong, or the file goes wrong after it.
void IpfixFile::brokenOff(core::DatagramBatch& out, size_t length)
{
    const size_t there = std::min(length, bytes().size());
    const size_t good = find(kHeader, there);
    if (good < there)
        note(fmt::format("a message of {} bytes has another within it", length));
    else if (there < length)
        note(fmt::format("the file ends within a message of {} bytes, of which {} are there", length, there));
    handOut(out, good);
}

IpfixFile::Step IpfixFile::message(core::DatagramBatch& out)
{
    const bool some = ahead(1);
    const bool whole = some && ahead(kHeader);
    const size_t length = whole && isHeader(bytes()) ? load16(bytes().data() + 2) : 0;
    const bool follow = length > 0 && ahead(length) && follows(length);
    if (m_stream->error() == ECANCELED)
        return Step::Stopped;
    if (!some)
        return Step::End;
    if (follow)
        handOut(out, length);
    else if (length > 0)
        brokenOff(out, length);
    else {
        if (!whole)
            note(fmt::format("the file ends with {} bytes, which are no message", bytes().size()));
        else if (load16(bytes().data()) != kVersion)
            note(fmt::format("no message begins: its version is {}, not {}", load16(bytes().data()), kVersion));
        else
            note(fmt::format("a message claims to have {} bytes, which is less than its header", load16(bytes().data() + 2)));
        skip();
    }
    return m_stream->error() == ECANCELED ? Step::Stopped : Step::Good;
}

void IpfixFile::ended()
{
    if (m_stream->error() != 0) {
        m_damage = core::makeError("{}: cannot be read on at byte {}: {}", m_path.string(), m_at, m_stream->errorText());
        return;
    }
    if (m_places == 0)
        return;
    const auto more = m_places == 1 ? std::string() : fmt::format("; so are {} more places", m_places - 1);
    const auto skipped = m_skipped == 0 ? std::string() : fmt::format("; {} bytes were skipped", m_skipped);
    m_damage = core::makeError("{}: is broken at byte {}: {}{}{}", m_path.string(), m_firstPlace, m_firstWhy, more, skipped);
}

FlowFile::Status IpfixFile::read(core::DatagramBatch& datagrams, core::FlowBatch& /*rows*/, std::stop_token stop)
{
    m_stream->setStop(std::move(stop));
    const size_t bytesBefore = datagrams.bytes();
    for (size_t i = 0; i < kMessagesAtOnce && datagrams.bytes() - bytesBefore < kBytesAtOnce; ++i) {
        switch (message(datagrams)) {
        case Step::Good:
            break;
        case Step::Stopped:
            return Status::Stopped;
        case Step::End:
            ended();
            return Status::End;
        }
    }
    return Status::More;
}

std::vector<FileCount> IpfixFile::counts() const
{
    std::vector<FileCount> out {{"messages", m_messages}, {"skipped-bytes", m_skipped, true}};
    std::erase_if(out, [](const FileCount& count) { return count.count == 0; });
    return out;
}

} // namespace rivereto::collectors
