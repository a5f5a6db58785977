// SPDX-License-Identifier: GPL-3.0-or-later
// PacketFile: the packets of a pcap or pcapng file, one after another.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collectors/capture/bytestream.h"

namespace rivereto::collectors {

/// One packet as captured. The bytes are valid until the next packet is read, and beyond that until PacketFile::onRefill() is called.
struct CapturedPacket {
    int linkType = 0; ///< LINKTYPE_… number
    uint32_t interface = 0; ///< index into PacketFile::interfaces()
    uint64_t timeNs = 0; ///< capture time, nanoseconds since 1970 UTC
    uint32_t originalLength = 0; ///< octets on the wire
    std::span<const uint8_t> bytes; ///< as far as it was captured
};

/// What packets were captured on.
struct CaptureInterface {
    std::string name; ///< as pcapng tells it; may be empty
    int linkType = 0;
    uint64_t unitsPerSecond = 1'000'000; ///< of time stamps
    int64_t offsetSeconds = 0; ///< to add to time stamps
};

/// What whoever captures says of an interface: totals.
struct CaptureStatistics {
    uint64_t timeNs = 0;
    uint64_t received = 0; ///< packets
    uint64_t droppedByKernel = 0; ///< its buffer was full
    uint64_t droppedByInterface = 0;
};

/// Reads pcap (µs and ns, both byte orders, and the variant with longer packet headers) and pcapng with any number of sections and
/// interfaces, each with a link type of its own (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng). libpcap reads no pcapng with
/// several link types, and takes longer for a packet than metering it does. Takes constant memory. Used by one thread.
class PacketFile {
public:
    /// Takes a stream of which nothing was read yet; `path` is for messages. Fails when it does not begin as a capture does.
    static core::Result<std::unique_ptr<PacketFile>> open(std::unique_ptr<ByteStream> stream, const std::filesystem::path& path);

    enum class Step : uint8_t { Packet, Statistics, End };
    /// Reads on to the next packet or statistics block. At the End see damage().
    Step step(CapturedPacket& packet);
    /// To the next packet; false at the end.
    bool next(CapturedPacket& packet);

    /// To be called each time before the bytes of packets read so far go, by next().
    void onRefill(std::function<void()> call) { m_beforeRefill = std::move(call); }

    /// To be called for each interface statistics block, by step(). Live captures bring one a second, so that time goes on.
    void onStatistics(std::function<void(const CaptureStatistics&)> call) { m_statistics = std::move(call); }

    /// Set at the end of a capture that broke off: what is wrong, and at which byte.
    [[nodiscard]] const std::optional<core::Error>& damage() const { return m_damage; }
    /// Grows while a pcapng file is read; of several sections one after another.
    [[nodiscard]] std::span<const CaptureInterface> interfaces() const { return m_interfaces; }
    [[nodiscard]] ByteStream& stream() { return *m_stream; }
    [[nodiscard]] const ByteStream& stream() const { return *m_stream; }

private:
    PacketFile(std::unique_ptr<ByteStream> stream, std::filesystem::path path)
        : m_stream(std::move(stream))
        , m_path(std::move(path))
    {
    }
    bool begin();
    bool nextRecord(CapturedPacket& packet);
    Step nextBlock(CapturedPacket& packet);
    bool blockPacket(uint32_t type, std::span<const uint8_t> body, CapturedPacket& packet);
    bool section(std::span<const uint8_t> body);
    void interfaceBlock(std::span<const uint8_t> body);
    void statisticsBlock(std::span<const uint8_t> body);
    [[nodiscard]] uint64_t u64(const uint8_t* p) const;
    /// The next `n` bytes; empty when there are not so many, which is damage unless the file ends before the first.
    const uint8_t* take(size_t n, bool mayEnd);
    void makeRoom(size_t n);
    bool broken(std::string_view why);
    [[nodiscard]] uint16_t u16(const uint8_t* p) const;
    [[nodiscard]] uint32_t u32(const uint8_t* p) const;

    std::unique_ptr<ByteStream> m_stream;
    std::filesystem::path m_path;
    std::vector<uint8_t> m_buffer;
    std::function<void()> m_beforeRefill;
    std::function<void(const CaptureStatistics&)> m_statistics;
    size_t m_at = 0;
    size_t m_end = 0;
    uint64_t m_taken = 0; ///< bytes of the file before m_at
    uint64_t m_recordAt = 0; ///< where the record being read begins, or the file ends within it
    bool m_ng = false;
    bool m_swapped = false; ///< numbers are big-endian
    uint32_t m_header = 16; ///< octets of a pcap packet header
    size_t m_firstInterface = 0; ///< of this section
    std::vector<CaptureInterface> m_interfaces;
    std::optional<core::Error> m_damage;
    bool m_ended = false;
};

} // namespace rivereto::collectors
