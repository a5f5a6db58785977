// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/demo/capturewriter.h"

#include <array>
#include <cerrno>
#include <cstring>

namespace rivereto::collectors {

namespace {

constexpr size_t kEthernet = 14;
constexpr size_t kIpv4 = 20;
constexpr size_t kUdp = 8;
constexpr size_t kHeaders = kEthernet + kIpv4 + kUdp;
constexpr size_t kStdioBuffer = 1 << 20;

template <size_t N>
void put(std::array<uint8_t, N>& bytes, size_t at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; ++i)
        bytes[at + i] = static_cast<uint8_t>(value >> (8 * (size - 1 - i)));
}

/// RFC 1071 over the IPv4 header.
uint16_t headerChecksum(const std::array<uint8_t, kHeaders>& bytes)
{
    uint32_t sum = 0;
    for (size_t i = kEthernet; i < kEthernet + kIpv4; i += 2)
        sum += static_cast<uint32_t>(bytes[i]) << 8 | bytes[i + 1];
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<uint16_t>(~sum);
}

} // namespace

core::Result<CaptureWriter> CaptureWriter::create(const std::string& path)
{
    CaptureWriter out;
    out.m_path = path;
    out.m_file.reset(std::fopen(path.c_str(), "wb"));
    if (!out.m_file)
        return core::fail("{}: cannot be written: {}", path, std::strerror(errno));
    std::setvbuf(out.m_file.get(), nullptr, _IOFBF, kStdioBuffer);
    const std::array<uint32_t, 6> header{0xa1b2c3d4, 2U | 4U << 16, 0, 0, 262144, 1};
    out.m_ok = std::fwrite(header.data(), sizeof header, 1, out.m_file.get()) == 1;
    return out;
}

void CaptureWriter::write(uint64_t timeMs, const core::Ip& source, uint16_t sourcePort, const core::Ip& target, uint16_t targetPort,
                          std::span<const uint8_t> payload)
{
    std::array<uint8_t, kHeaders> headers{};
    put(headers, 0, 0x0242'0000'0002ULL, 6);
    put(headers, 6, 0x0242'0000'0001ULL, 6);
    put(headers, 12, 0x0800, 2);
    put(headers, 14, 0x4500, 2);
    put(headers, 16, kIpv4 + kUdp + payload.size(), 2);
    put(headers, 22, 64, 1);
    put(headers, 23, 17, 1);
    put(headers, 26, source.v4Value(), 4);
    put(headers, 30, target.v4Value(), 4);
    put(headers, 24, headerChecksum(headers), 2);
    put(headers, 34, sourcePort, 2);
    put(headers, 36, targetPort, 2);
    put(headers, 38, kUdp + payload.size(), 2);
    const auto length = static_cast<uint32_t>(kHeaders + payload.size());
    const std::array<uint32_t, 4> record{static_cast<uint32_t>(timeMs / 1000), static_cast<uint32_t>(timeMs % 1000 * 1000), length, length};
    m_ok = m_ok && std::fwrite(record.data(), sizeof record, 1, m_file.get()) == 1
        && std::fwrite(headers.data(), headers.size(), 1, m_file.get()) == 1
        && (payload.empty() || std::fwrite(payload.data(), payload.size(), 1, m_file.get()) == 1);
}

core::Result<void> CaptureWriter::close()
{
    m_ok = std::fflush(m_file.get()) == 0 && m_ok;
    const auto reason = errno;
    m_file.reset();
    if (!m_ok)
        return core::fail("{}: could not be written whole: {}", m_path, std::strerror(reason));
    return {};
}

} // namespace rivereto::collectors
