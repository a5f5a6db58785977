// SPDX-License-Identifier: GPL-3.0-or-later
// Builders of export messages for tests: octets, sets, templates, NetFlow, IPFIX and sFlow datagrams, and packets.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/ip.h"
#include "core/decode/datagrambatch.h"

namespace rivereto::support {

/// Octets in network order, appended piece by piece.
class Octets {
public:
    Octets& number(uint64_t value, unsigned width)
    {
        for (unsigned i = width; i-- > 0;)
            m_bytes.push_back(i < 8 ? static_cast<uint8_t>(value >> (8 * i)) : uint8_t {0});
        return *this;
    }
    Octets& u8(uint64_t v) { return number(v, 1); }
    Octets& u16(uint64_t v) { return number(v, 2); }
    Octets& u24(uint64_t v) { return number(v, 3); }
    Octets& u32(uint64_t v) { return number(v, 4); }
    Octets& u64(uint64_t v) { return number(v, 8); }
    Octets& zeros(size_t n)
    {
        m_bytes.resize(m_bytes.size() + n);
        return *this;
    }
    Octets& text(std::string_view text, size_t width = 0)
    {
        m_bytes.insert(m_bytes.end(), text.begin(), text.end());
        return width > text.size() ? zeros(width - text.size()) : *this;
    }
    Octets& bytes(std::span<const uint8_t> bytes)
    {
        m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
        return *this;
    }
    Octets& add(const Octets& other) { return bytes(other.m_bytes); }
    /// An IPv4 or IPv6 address, 4 or 16 octets.
    Octets& ip(std::string_view text)
    {
        const auto address = core::Ip::parse(text).value();
        if (address.isV4())
            return u32(address.v4Value());
        return u64(address.hi).u64(address.lo);
    }
    [[nodiscard]] size_t size() const { return m_bytes.size(); }
    [[nodiscard]] std::vector<uint8_t>& data() { return m_bytes; }
    operator std::span<const uint8_t>() const { return m_bytes; } // NOLINT: builders pass as bytes

private:
    std::vector<uint8_t> m_bytes;
};

struct TemplateField {
    uint16_t id;
    uint16_t length;
    uint32_t enterprise = 0;
};

/// {id, length, body}
inline Octets set(uint16_t id, const Octets& body)
{
    return Octets().u16(id).u16(body.size() + 4).add(body);
}

inline Octets fieldSpecs(std::initializer_list<TemplateField> fields)
{
    Octets out;
    for (const auto& field : fields) {
        out.u16(field.enterprise ? field.id | 0x8000 : field.id).u16(field.length);
        if (field.enterprise)
            out.u32(field.enterprise);
    }
    return out;
}

/// A template record; the same in v9 and IPFIX.
inline Octets templateRecord(uint16_t id, std::initializer_list<TemplateField> fields)
{
    return Octets().u16(id).u16(fields.size()).add(fieldSpecs(fields));
}
inline Octets optionsTemplate9(
    uint16_t id, std::initializer_list<TemplateField> scopes, std::initializer_list<TemplateField> fields)
{
    return Octets().u16(id).u16(scopes.size() * 4).u16(fields.size() * 4).add(fieldSpecs(scopes)).add(fieldSpecs(fields));
}
inline Octets optionsTemplateIpfix(
    uint16_t id, std::initializer_list<TemplateField> scopes, std::initializer_list<TemplateField> fields)
{
    return Octets().u16(id).u16(scopes.size() + fields.size()).u16(scopes.size()).add(fieldSpecs(scopes)).add(fieldSpecs(fields));
}

constexpr uint32_t kExportSeconds = 1'700'000'000;

struct Header9 {
    uint16_t count = 1;
    uint32_t uptimeMs = 1'000'000;
    uint32_t seconds = kExportSeconds;
    uint32_t sequence = 1;
    uint32_t source = 7;
};
inline Octets netflow9(const Octets& sets, Header9 h = {})
{
    return Octets().u16(9).u16(h.count).u32(h.uptimeMs).u32(h.seconds).u32(h.sequence).u32(h.source).add(sets);
}
inline Octets ipfix(const Octets& sets, uint32_t domain = 7, uint32_t seconds = kExportSeconds, uint32_t sequence = 1)
{
    return Octets().u16(10).u16(16 + sets.size()).u32(seconds).u32(sequence).u32(domain).add(sets);
}

/// A v5 record with distinct values; `n` varies the ports and addresses.
inline Octets record5(uint16_t n = 0, uint8_t proto = 6, uint16_t dstPort = 443)
{
    return Octets()
        .ip("10.0.0.1")
        .u32(0xc0000200u + n)
        .ip("192.0.2.254")
        .u16(11)
        .u16(12)
        .u32(5)
        .u32(1500 + n)
        .u32(900'000)
        .u32(990'000)
        .u16(proto == 6 ? 50000 + n : 0)
        .u16(dstPort)
        .u8(0)
        .u8(0x1b)
        .u8(proto)
        .u8(0x20)
        .u16(64500)
        .u16(64501)
        .u8(24)
        .u8(16)
        .u16(0);
}
struct Header5 {
    uint16_t count = 1;
    uint16_t sampling = 0;
    uint32_t uptimeMs = 1'000'000;
    uint32_t seconds = kExportSeconds;
    uint8_t engineType = 1;
    uint8_t engineId = 2;
};
inline Octets netflow5(const Octets& records, Header5 h = {})
{
    return Octets()
        .u16(5)
        .u16(h.count)
        .u32(h.uptimeMs)
        .u32(h.seconds)
        .u32(500'000'000)
        .u32(42)
        .u8(h.engineType)
        .u8(h.engineId)
        .u16(h.sampling)
        .add(records);
}

/// An sFlow v5 datagram of these samples (each with its format and length before it).
inline Octets sflow(uint32_t count, const Octets& samples, std::string_view agent = "198.51.100.1")
{
    return Octets().u32(5).u32(1).ip(agent).u32(3).u32(99).u32(123456).u32(count).add(samples);
}
inline Octets tagged(uint32_t format, const Octets& body)
{
    return Octets().u32(format).u32(body.size()).add(body);
}
struct SampleHead {
    uint32_t rate = 512;
    uint32_t in = 5;
    uint32_t out = 6;
};
inline Octets flowSample(uint32_t records, const Octets& body, SampleHead h = {})
{
    return tagged(1, Octets().u32(1).u32(5).u32(h.rate).u32(1000).u32(0).u32(h.in).u32(h.out).u32(records).add(body));
}
inline Octets rawHeader(uint32_t protocol, uint32_t frameLength, const Octets& header)
{
    return tagged(
        1, Octets().u32(protocol).u32(frameLength).u32(4).u32(header.size()).add(header).zeros((4 - header.size() % 4) % 4));
}

/// Packets.
inline Octets ethernet(uint16_t type, const Octets& payload)
{
    return Octets().u16(0x0011).u32(0x22334455).u16(0x0066).u32(0x778899aa).u16(type).add(payload);
}
struct Ipv4Head {
    uint8_t proto = 17;
    uint16_t id = 77;
    uint16_t fragment = 0; ///< flags and offset as in the header
    uint16_t totalLength = 0; ///< 0 = right
};
inline Octets ipv4(const Octets& payload, Ipv4Head h = {}, std::string_view src = "10.0.0.1", std::string_view dst = "10.0.0.2")
{
    return Octets()
        .u8(0x45)
        .u8(0x28)
        .u16(h.totalLength ? h.totalLength : 20 + payload.size())
        .u16(h.id)
        .u16(h.fragment)
        .u8(61)
        .u8(h.proto)
        .u16(0)
        .ip(src)
        .ip(dst)
        .add(payload);
}
inline Octets ipv6(
    uint8_t next, const Octets& payload, std::string_view src = "2001:db8::1", std::string_view dst = "2001:db8::2")
{
    return Octets().u32(0x62012345).u16(payload.size()).u8(next).u8(62).ip(src).ip(dst).add(payload);
}
inline Octets udp(uint16_t src, uint16_t dst, const Octets& payload)
{
    return Octets().u16(src).u16(dst).u16(8 + payload.size()).u16(0).add(payload);
}
inline Octets tcp(uint16_t src, uint16_t dst, uint16_t flags)
{
    return Octets().u16(src).u16(dst).u32(1).u32(2).u16(0x5000 | flags).u16(1024).u16(0).u16(0);
}

/// As received from 192.0.2.1 port 2055 on input 0.
inline core::Datagram datagram(
    std::span<const uint8_t> payload, uint16_t port = 2055, uint64_t receivedMs = 1'700'000'001'234, uint16_t input = 0)
{
    return {{core::Ip::v4(0xc0000201), port, input, receivedMs}, payload};
}

} // namespace rivereto::support
