// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/capture/pcapngwriter.h"

#include <algorithm>

namespace rivereto::collectors {

namespace {

constexpr size_t kHandedOver = 256 * 1024;
constexpr uint16_t kUserApplication = 4, kIfName = 2, kIfResolution = 9;
constexpr std::string_view kProgram = "Rivereto";

size_t roundUp(size_t n)
{
    return (n + 3) / 4 * 4;
}

} // namespace

void PcapngWriter::number(uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; ++i)
        m_buffer.push_back(static_cast<char>(value >> 8 * i));
}

void PcapngWriter::padded(std::string_view bytes)
{
    m_buffer.append(bytes);
    m_buffer.append(roundUp(bytes.size()) - bytes.size(), '\0');
}

void PcapngWriter::section()
{
    const size_t length = 28 + 4 + roundUp(kProgram.size()) + 4;
    number(0x0a0d0d0a, 4);
    number(length, 4);
    number(0x1a2b3c4d, 4);
    number(1, 2); // version 1.0
    number(0, 2);
    number(~uint64_t {0}, 8); // length of the section: not told
    number(kUserApplication, 2);
    number(kProgram.size(), 2);
    padded(kProgram);
    number(0, 4); // end of options
    number(length, 4);
}

uint32_t PcapngWriter::interfaceOf(const CaptureInterface& from, int linkType)
{
    const auto known = std::ranges::find_if(m_interfaces, [&](const auto& one) { return one.linkType == linkType && one.name == from.name; });
    if (known != m_interfaces.end())
        return static_cast<uint32_t>(known - m_interfaces.begin());
    if (m_interfaces.empty())
        section();
    m_interfaces.push_back({.name = from.name, .linkType = linkType});
    const std::string_view name = std::string_view(from.name).substr(0, 1024);
    const size_t length = 20 + (name.empty() ? 0 : 4 + roundUp(name.size())) + 8 + 4;
    number(1, 4);
    number(length, 4);
    number(static_cast<uint64_t>(linkType), 2);
    number(0, 2);
    number(0, 4); // snap length: not told
    if (!name.empty()) {
        number(kIfName, 2);
        number(name.size(), 2);
        padded(name);
    }
    number(kIfResolution, 2);
    number(1, 2);
    number(9, 4); // nanoseconds, and padding
    number(0, 4);
    number(length, 4);
    return static_cast<uint32_t>(m_interfaces.size() - 1);
}

core::Result<void> PcapngWriter::write(const CapturedPacket& packet, const CaptureInterface& from)
{
    const uint32_t interface = interfaceOf(from, packet.linkType);
    const size_t length = 32 + roundUp(packet.bytes.size());
    number(6, 4);
    number(length, 4);
    number(interface, 4);
    number(packet.timeNs >> 32, 4);
    number(packet.timeNs & 0xffffffff, 4);
    number(packet.bytes.size(), 4);
    number(packet.originalLength, 4);
    padded({reinterpret_cast<const char*>(packet.bytes.data()), packet.bytes.size()});
    number(length, 4);
    ++m_packets;
    return m_buffer.size() < kHandedOver ? core::Result<void>() : finish();
}

core::Result<void> PcapngWriter::statistics(const CaptureInterface& from, const CaptureStatistics& statistics)
{
    constexpr uint16_t kReceived = 4, kDroppedByInterface = 5, kDroppedByKernel = 7;
    const uint32_t interface = interfaceOf(from, from.linkType);
    constexpr size_t kLength = 20 + 3 * 12 + 4 + 4;
    number(5, 4);
    number(kLength, 4);
    number(interface, 4);
    number(statistics.timeNs >> 32, 4);
    number(statistics.timeNs & 0xffffffff, 4);
    for (const auto& [code, value] : {std::pair {kReceived, statistics.received}, {kDroppedByInterface, statistics.droppedByInterface}, {kDroppedByKernel, statistics.droppedByKernel}}) {
        number(code, 2);
        number(8, 2);
        number(value, 8);
    }
    number(0, 4);
    number(kLength, 4);
    return finish();
}

core::Result<void> PcapngWriter::finish()
{
    auto done = m_put(m_buffer);
    m_buffer.clear();
    return done;
}

} // namespace rivereto::collectors
