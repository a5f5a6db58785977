// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/capture/packetfile.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/decode/bytes.h"

namespace rivereto::collectors {

namespace {

constexpr size_t kBuffer = 1 << 20;
constexpr uint32_t kMostPacket = 16 << 20; ///< no packet and no block is longer
constexpr size_t kMostInterfaces = 65536;
constexpr size_t kFileHeader = 24;
constexpr uint32_t kSection = 0x0a0d0d0a, kInterface = 1, kOldPacket = 2, kSimplePacket = 3, kStatistics = 5, kEnhancedPacket = 6;
constexpr uint32_t kByteOrder = 0x1a2b3c4d;
constexpr uint16_t kIfName = 2, kIfResolution = 9, kIfOffset = 14;
constexpr uint16_t kReceived = 4, kDroppedByInterface = 5, kDroppedByKernel = 7;

uint64_t timeOf(const CaptureInterface& interface, uint64_t stamp)
{
    const uint64_t units = interface.unitsPerSecond;
    const uint64_t seconds = stamp / units + static_cast<uint64_t>(interface.offsetSeconds);
    const auto part = static_cast<uint64_t>(static_cast<unsigned __int128>(stamp % units) * 1'000'000'000U / units);
    // A stamp beyond the year 2554 is no time; it is kept at that, so that what depends on the order of times goes on.
    constexpr uint64_t kMostSeconds = std::numeric_limits<uint64_t>::max() / 1'000'000'000U - 1;
    return std::min(seconds, kMostSeconds) * 1'000'000'000U + part;
}

/// if_tsresol: a power of ten, or of two when the top bit is set.
uint64_t unitsOf(uint8_t resolution)
{
    const unsigned exponent = resolution & 0x7f;
    if (resolution & 0x80)
        return uint64_t {1} << std::min(exponent, 63U);
    uint64_t units = 1;
    for (unsigned i = 0; i < std::min(exponent, 19U); ++i)
        units *= 10;
    return units;
}

} // namespace

uint16_t PacketFile::u16(const uint8_t* p) const
{
    return m_swapped ? core::load16(p) : static_cast<uint16_t>(p[0] | p[1] << 8);
}

uint32_t PacketFile::u32(const uint8_t* p) const
{
    uint32_t value = 0;
    std::memcpy(&value, p, 4);
    return m_swapped ? core::load32(p) : value;
}

uint64_t PacketFile::u64(const uint8_t* p) const
{
    return m_swapped ? core::load64(p) : u32(p) | static_cast<uint64_t>(u32(p + 4)) << 32;
}

core::Result<std::unique_ptr<PacketFile>> PacketFile::open(std::unique_ptr<ByteStream> stream, const std::filesystem::path& path)
{
    std::unique_ptr<PacketFile> file(new PacketFile(std::move(stream), path));
    file->m_buffer.resize(kBuffer);
    if (file->begin())
        return file;
    if (file->m_stream->error() != 0)
        return core::fail("cannot read “{}”: {}", path.string(), file->m_stream->errorText());
    return core::fail("“{}” is no capture that can be read (pcap or pcapng)", path.string());
}

bool PacketFile::begin()
{
    const auto mark = m_stream->peek(4);
    if (mark.size() < 4)
        return false;
    const uint32_t magic = core::load32(mark.data());
    if (magic == kSection) {
        m_ng = true;
        return m_stream->peek(12).size() == 12;
    }
    constexpr uint32_t kMicros = 0xa1b2c3d4, kNanos = 0xa1b23c4d, kLong = 0xa1b2cd34;
    const uint32_t other = __builtin_bswap32(magic);
    m_swapped = magic == kMicros || magic == kNanos || magic == kLong;
    const uint32_t kind = m_swapped ? magic : other;
    if (kind != kMicros && kind != kNanos && kind != kLong)
        return false;
    const uint8_t* header = take(kFileHeader, false);
    if (!header)
        return false;
    m_header = kind == kLong ? 24 : 16;
    // The upper bits tell of frame check sequences.
    m_interfaces.push_back({.linkType = static_cast<int>(u32(header + 20) & 0xffff), .unitsPerSecond = kind == kNanos ? 1'000'000'000U : 1'000'000U});
    return true;
}

const uint8_t* PacketFile::take(size_t n, bool mayEnd)
{
    if (m_end - m_at < n) {
        if (m_buffer.size() - m_at < n)
            makeRoom(n);
        while (m_end < m_at + n) {
            const ssize_t got = m_stream->read(std::span(m_buffer).subspan(m_end));
            if (got <= 0)
                break;
            m_end += static_cast<size_t>(got);
        }
        if (m_end < m_at + n) {
            m_recordAt = m_taken + (m_end - m_at);
            if (m_stream->error() != 0 && m_stream->error() != ECANCELED)
                broken(m_stream->errorText());
            else if (m_end > m_at || !mayEnd)
                broken("the file ends within a packet");
            return nullptr;
        }
    }
    const uint8_t* at = m_buffer.data() + m_at;
    m_at += n;
    m_taken += n;
    return at;
}

void PacketFile::makeRoom(size_t n)
{
    if (m_beforeRefill)
        m_beforeRefill();
    std::memmove(m_buffer.data(), m_buffer.data() + m_at, m_end - m_at);
    m_end -= m_at;
    m_at = 0;
    if (n > m_buffer.size())
        m_buffer.resize(n);
}

bool PacketFile::broken(std::string_view why)
{
    m_damage = core::makeError(m_stream->compressed() ? "“{}” breaks off at byte {} of the uncompressed data: {}. All packets before it were read."
                                                      : "“{}” breaks off at byte {}: {}. All packets before it were read.",
        m_path.string(), m_recordAt, why);
    return false;
}

PacketFile::Step PacketFile::step(CapturedPacket& packet)
{
    if (m_ended)
        return Step::End;
    const auto step = m_ng ? nextBlock(packet) : nextRecord(packet) ? Step::Packet : Step::End;
    m_ended = step == Step::End;
    return step;
}

bool PacketFile::next(CapturedPacket& packet)
{
    auto step = Step::Statistics;
    while (step == Step::Statistics)
        step = this->step(packet);
    return step == Step::Packet;
}

bool PacketFile::nextRecord(CapturedPacket& packet)
{
    m_recordAt = m_taken;
    const uint8_t* header = take(m_header, true);
    if (!header)
        return false;
    const auto& interface = m_interfaces[0];
    const uint32_t captured = u32(header + 8);
    packet.linkType = interface.linkType;
    packet.interface = 0;
    packet.timeNs = timeOf(interface, u32(header) * interface.unitsPerSecond + u32(header + 4));
    packet.originalLength = u32(header + 12);
    if (captured > kMostPacket)
        return broken(fmt::format("no packet is {} bytes long", captured));
    const uint8_t* bytes = take(captured, false);
    if (!bytes)
        return false;
    packet.bytes = {bytes, captured};
    return true;
}

PacketFile::Step PacketFile::nextBlock(CapturedPacket& packet)
{
    const auto end = [&](std::string_view why) {
        broken(why);
        return Step::End;
    };
    for (;;) {
        m_recordAt = m_taken;
        const uint8_t* head = take(8, true);
        if (!head)
            return Step::End;
        const uint32_t type = u32(head);
        uint32_t length = u32(head + 4);
        size_t rest = 8; ///< taken
        if (type == kSection) {
            // The byte order comes before the length means anything.
            const uint8_t* order = take(4, false);
            if (!order)
                return Step::End;
            const uint32_t mark = core::load32(order);
            if (mark != kByteOrder && mark != __builtin_bswap32(kByteOrder))
                return end("a section says no byte order");
            if (m_swapped != (mark == kByteOrder))
                length = __builtin_bswap32(length);
            m_swapped = mark == kByteOrder;
            rest = 12;
        }
        if (length < rest + 4 || length % 4 != 0 || length > kMostPacket + 64)
            return end(fmt::format("no block is {} bytes long", length));
        const uint8_t* body = take(length - rest, false);
        if (!body)
            return Step::End;
        const std::span content(body, length - rest - 4);
        if (u32(content.data() + content.size()) != length)
            return end("a block says two lengths");
        if (type == kSection) {
            m_firstInterface = m_interfaces.size();
        } else if (type == kInterface) {
            interfaceBlock(content);
        } else if (type == kStatistics) {
            statisticsBlock(content);
            return Step::Statistics;
        } else if (type == kEnhancedPacket || type == kOldPacket || type == kSimplePacket) {
            if (blockPacket(type, content, packet))
                return Step::Packet;
            if (m_damage)
                return Step::End;
        }
    }
}

void PacketFile::interfaceBlock(std::span<const uint8_t> body)
{
    CaptureInterface out;
    if (body.size() >= 8 && m_interfaces.size() < kMostInterfaces) {
        out.linkType = u16(body.data());
        for (auto options = body.subspan(8); options.size() >= 4;) {
            const uint16_t code = u16(options.data());
            const size_t length = u16(options.data() + 2);
            options = options.subspan(4);
            if (code == 0 || length > options.size())
                break;
            if (code == kIfName)
                out.name.assign(reinterpret_cast<const char*>(options.data()), length);
            else if (code == kIfResolution && length >= 1)
                out.unitsPerSecond = unitsOf(options[0]);
            else if (code == kIfOffset && length >= 8)
                out.offsetSeconds = static_cast<int64_t>(u64(options.data()));
            options = options.subspan(std::min(options.size(), (length + 3) / 4 * 4));
        }
    }
    m_interfaces.push_back(std::move(out));
}

void PacketFile::statisticsBlock(std::span<const uint8_t> body)
{
    const size_t number = body.size() < 12 ? SIZE_MAX : u32(body.data());
    if (!m_statistics || number >= m_interfaces.size() - m_firstInterface)
        return;
    const auto& interface = m_interfaces[m_firstInterface + number];
    CaptureStatistics out {.timeNs = timeOf(interface, static_cast<uint64_t>(u32(body.data() + 4)) << 32 | u32(body.data() + 8))};
    for (auto options = body.subspan(12); options.size() >= 12;) {
        const uint16_t code = u16(options.data());
        const size_t length = u16(options.data() + 2);
        if (code == 0)
            break;
        const uint64_t value = length >= 8 ? u64(options.data() + 4) : 0;
        if (code == kReceived)
            out.received = value;
        else if (code == kDroppedByInterface)
            out.droppedByInterface = value;
        else if (code == kDroppedByKernel)
            out.droppedByKernel = value;
        options = options.subspan(std::min(options.size(), 4 + (length + 3) / 4 * 4));
    }
    m_statistics(out);
}

bool PacketFile::blockPacket(uint32_t type, std::span<const uint8_t> body, CapturedPacket& packet)
{
    const bool simple = type == kSimplePacket;
    const size_t header = simple ? 4 : 20;
    if (body.size() < header)
        return broken("a packet's block is too short");
    const uint8_t* p = body.data();
    const uint32_t number = simple ? 0 : type == kEnhancedPacket ? u32(p) : u16(p);
    if (m_interfaces.size() - m_firstInterface <= number)
        return broken(fmt::format("a packet is of interface {}, which was not described", number));
    const auto& interface = m_interfaces[m_firstInterface + number];
    const size_t room = body.size() - header;
    packet.linkType = interface.linkType;
    packet.interface = static_cast<uint32_t>(m_firstInterface + number);
    packet.originalLength = u32(p + header - 4);
    const size_t captured = simple ? std::min<size_t>(packet.originalLength, room) : u32(p + 12);
    if (captured > room)
        return broken("a packet is longer than its block");
    // A simple packet has no time: it has that of the packet before.
    if (!simple)
        packet.timeNs = timeOf(interface, static_cast<uint64_t>(u32(p + 4)) << 32 | u32(p + 8));
    packet.bytes = body.subspan(header, captured);
    return true;
}

} // namespace rivereto::collectors
