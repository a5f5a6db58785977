// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/nfcapd/nfcapdexporters.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/decode/bytes.h"

namespace rivereto::collectors::nfcapd {

namespace {

constexpr size_t kMostApplications = 65'536;

/// Versions before 1.7.8 keep two words in the host's order and the family behind them, IPv4 in the lower half of the second;
/// later ones the octets of an IPv4-mapped or IPv6 address and zero behind them.
core::Ip addressOf(const uint8_t* p, uint16_t family)
{
    constexpr uint16_t linuxIpv4 = 2;
    if (family == 0)
        return core::Ip::fromBytes(p);
    const core::Ip words {loadLe<uint64_t>(p), loadLe<uint64_t>(p + 8)};
    return family == linuxIpv4 ? core::Ip::v4(static_cast<uint32_t>(words.lo)) : words;
}

} // namespace

void Exporters::clear()
{
    m_exporters.clear();
    m_applications.clear();
}

bool Exporters::takeExporter(std::span<const uint8_t> record)
{
    // version 32, address 128, family 16, number 16, domain 32
    constexpr size_t size = 32;
    if (record.size() < size)
        return false;
    const uint8_t* p = record.data();
    m_exporters[loadLe<uint16_t>(p + 26)] = {addressOf(p + 8, loadLe<uint16_t>(p + 24)), loadLe<uint32_t>(p + 4), loadLe<uint32_t>(p + 28)};
    return true;
}

bool Exporters::takeApplications(std::span<const uint8_t> record)
{
    // elements 16, octets of each 16; then the lengths of identifier, name and description, which all elements share.
    constexpr size_t header = 14;
    if (record.size() < header)
        return false;
    const size_t count = loadLe<uint16_t>(record.data() + 4);
    const size_t width = loadLe<uint16_t>(record.data() + 6);
    const size_t id = loadLe<uint16_t>(record.data() + 8);
    const size_t name = loadLe<uint16_t>(record.data() + 10);
    // A width of zero is that of an early version, which wrote something else.
    if (width == 0)
        return true;
    if (id == 0 || id + name > width || record.size() - header < count * width)
        return false;
    const auto* p = reinterpret_cast<const char*>(record.data()) + header;
    for (size_t i = 0; i < count && m_applications.size() < kMostApplications; ++i, p += width) {
        std::string_view text(p + id, name);
        text = text.substr(0, text.find('\0'));
        if (!text.empty())
            m_applications[std::string(p, id)] = text;
    }
    return true;
}

std::string_view Exporters::application(std::span<const uint8_t> id)
{
    if (id.empty() || std::ranges::all_of(id, [](uint8_t octet) { return octet == 0; }))
        return {};
    m_text.assign(reinterpret_cast<const char*>(id.data()), id.size());
    if (const auto it = m_applications.find(m_text); it != m_applications.end())
        return it->second;
    m_text = fmt::format("{}:{}", id[0], core::loadBe(id.subspan(1)));
    return m_text;
}

} // namespace rivereto::collectors::nfcapd
