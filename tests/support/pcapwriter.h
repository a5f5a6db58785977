// SPDX-License-Identifier: GPL-3.0-or-later
// Writes small pcap and pcapng files for tests, byte by byte, so that libpcap is not tested with itself.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace rivereto::support {

class PcapWriter {
public:
    struct Format {
        bool swapped = false; ///< not this machine's byte order
        bool nanoseconds = false;
        uint32_t linkType = 1;
    };
    explicit PcapWriter(Format format)
        : m_format(format)
    {
        number(format.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 4);
        number(2, 2);
        number(4, 2);
        number(0, 8);
        number(65535, 4);
        number(format.linkType, 4);
    }
    void packet(uint64_t us, std::span<const uint8_t> bytes, uint32_t originalLength = 0)
    {
        number(us / 1'000'000, 4);
        number(us % 1'000'000 * (m_format.nanoseconds ? 1000 : 1), 4);
        number(bytes.size(), 4);
        number(originalLength != 0 ? originalLength : bytes.size(), 4);
        m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    }
    [[nodiscard]] std::vector<uint8_t>& bytes() { return m_bytes; }

protected:
    PcapWriter() = default;
    void number(uint64_t value, unsigned width)
    {
        for (unsigned i = 0; i < width; ++i)
            m_bytes.push_back(static_cast<uint8_t>(value >> 8 * (m_format.swapped ? width - 1 - i : i)));
    }

    Format m_format;
    std::vector<uint8_t> m_bytes;
};

/// One section, one interface with microseconds, enhanced packet blocks.
class PcapngWriter : private PcapWriter {
public:
    explicit PcapngWriter(uint16_t linkType = 1)
    {
        number(0x0a0d0d0a, 4);
        number(28, 4);
        number(0x1a2b3c4d, 4);
        number(1, 2);
        number(0, 2);
        number(~uint64_t {0}, 8);
        number(28, 4);
        number(1, 4);
        number(20, 4);
        number(linkType, 2);
        number(0, 2);
        number(0, 4);
        number(20, 4);
    }
    void packet(uint64_t us, std::span<const uint8_t> bytes)
    {
        const size_t padding = (4 - bytes.size() % 4) % 4;
        const size_t length = 32 + bytes.size() + padding;
        number(6, 4);
        number(length, 4);
        number(0, 4);
        number(us >> 32, 4);
        number(us, 4);
        number(bytes.size(), 4);
        number(bytes.size(), 4);
        m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
        number(0, static_cast<unsigned>(padding));
        number(length, 4);
    }
    using PcapWriter::bytes;
};

} // namespace rivereto::support
