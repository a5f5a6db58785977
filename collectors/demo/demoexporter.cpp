// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/demo/demoexporter.h"

#include <array>

namespace rivereto::collectors {

using core::Ip;
using core::Protocol;

namespace {

constexpr size_t kPayload = 1400; ///< leaves room for headers in an Ethernet MTU
constexpr uint16_t kTemplateV4 = 256;
constexpr uint16_t kTemplateV6 = 257;
constexpr uint16_t kOptionsTemplate = 258;
constexpr uint64_t kTemplatesEveryMs = 60'000;
constexpr uint64_t kHoldMs = 2000; ///< a datagram that does not fill up leaves after this
constexpr uint32_t kMaxV5Records = 30;
constexpr uint32_t kSampledHeader = 1;
constexpr uint32_t kDomainBase = 524288;

} // namespace

DemoExporter::DemoExporter(size_t number, const DemoExporterSpec& spec, uint64_t bootMs, DemoSender send)
    : m_number(number), m_spec(spec), m_bootMs(bootMs), m_send(std::move(send))
{
    m_bytes.reserve(2 * kPayload);
}

std::span<const DemoExporter::Field> DemoExporter::fields(Protocol protocol, bool v6)
{
    // protocol, ports, flags, interfaces, AS, masks, TOS, counters, then addresses and times by family and protocol
#define COMMON {4, 1}, {7, 2}, {11, 2}, {6, 1}, {10, 4}, {14, 4}, {16, 4}, {17, 4}, {5, 1}, {1, 4}, {2, 4}
    static constexpr auto v9v4 = std::to_array<Field>({COMMON, {8, 4}, {12, 4}, {15, 4}, {9, 1}, {13, 1}, {22, 4}, {21, 4}});
    static constexpr auto v9v6 = std::to_array<Field>({COMMON, {27, 16}, {28, 16}, {62, 16}, {29, 1}, {30, 1}, {22, 4}, {21, 4}});
    static constexpr auto ipfixV4 = std::to_array<Field>({COMMON, {8, 4}, {12, 4}, {15, 4}, {9, 1}, {13, 1}, {152, 8}, {153, 8}});
    static constexpr auto ipfixV6 = std::to_array<Field>({COMMON, {27, 16}, {28, 16}, {62, 16}, {29, 1}, {30, 1}, {152, 8}, {153, 8}});
#undef COMMON
    if (protocol == Protocol::NetFlow9)
        return v6 ? std::span<const Field>(v9v6) : std::span<const Field>(v9v4);
    return v6 ? std::span<const Field>(ipfixV6) : std::span<const Field>(ipfixV4);
}

void DemoExporter::put16(uint64_t value)
{
    put8(value >> 8);
    put8(value);
}

void DemoExporter::put32(uint64_t value)
{
    put16(value >> 16);
    put16(value);
}

void DemoExporter::put64(uint64_t value)
{
    put32(value >> 32);
    put32(value);
}

void DemoExporter::putIp(const Ip& ip, bool v6)
{
    if (!v6) {
        put32(ip.v4Value());
        return;
    }
    put64(ip.hi);
    put64(ip.lo);
}

void DemoExporter::patch16(size_t at, size_t value)
{
    m_bytes[at] = static_cast<uint8_t>(value >> 8);
    m_bytes[at + 1] = static_cast<uint8_t>(value);
}

void DemoExporter::patch32(size_t at, uint64_t value)
{
    patch16(at, value >> 16 & 0xffff);
    patch16(at + 2, value & 0xffff);
}

void DemoExporter::add(DemoFlow flow, uint64_t timeMs)
{
    if (m_records > 0 && timeMs >= m_timeMs + kHoldMs)
        flush();
    if (m_records == 0) {
        m_timeMs = timeMs;
        begin();
    }
    // The datagram carries the time it was begun; no flow in it ends later.
    const uint64_t late = flow.endMs > m_timeMs ? flow.endMs - m_timeMs : 0;
    flow.startMs -= late;
    flow.endMs -= late;
    switch (m_spec.protocol) {
    case Protocol::NetFlow5: putV5(flow); break;
    case Protocol::Sflow: putSample(flow); break;
    default: putRecord(flow, !flow.src.isV4()); break;
    }
    ++m_records;
    const bool full = m_spec.protocol == Protocol::NetFlow5 ? m_records == kMaxV5Records : m_bytes.size() > kPayload - 160;
    if (full)
        flush();
}

void DemoExporter::begin()
{
    m_bytes.clear();
    m_templates = 0;
    const auto seconds = m_timeMs / 1000;
    switch (m_spec.protocol) {
    case Protocol::NetFlow5:
        put16(5);
        put16(0);
        put32(uptime(m_timeMs));
        put32(seconds);
        put32(m_timeMs % 1000 * 1'000'000);
        put32(m_sequence);
        put16(m_number);
        put16(m_spec.samplingRate > 1 ? 1U << 14 | m_spec.samplingRate : 0);
        return;
    case Protocol::Sflow:
        put32(5);
        put32(1);
        putIp(m_spec.address, false);
        put32(0);
        put32(m_sequence);
        put32(uptime(m_timeMs));
        put32(0);
        return;
    case Protocol::NetFlow9:
        put16(9);
        put16(0);
        put32(uptime(m_timeMs));
        put32(seconds);
        put32(m_sequence);
        put32(kDomainBase + m_number);
        break;
    default:
        put16(10);
        put16(0);
        put32(seconds);
        put32(m_sequence);
        put32(kDomainBase + m_number);
        break;
    }
    if (m_templatesAt == 0 || m_timeMs >= m_templatesAt + kTemplatesEveryMs) {
        m_templatesAt = m_timeMs;
        putTemplates();
    }
}

void DemoExporter::putTemplate(uint16_t id, std::span<const Field> fields)
{
    put16(id);
    put16(fields.size());
    for (const auto& field : fields) {
        put16(field.id);
        put16(field.length);
    }
}

void DemoExporter::putTemplates()
{
    const size_t set = m_bytes.size();
    put16(m_spec.protocol == Protocol::NetFlow9 ? 0 : 2);
    put16(0);
    putTemplate(kTemplateV4, fields(m_spec.protocol, false));
    putTemplate(kTemplateV6, fields(m_spec.protocol, true));
    patch16(set + 2, m_bytes.size() - set);
    m_templates = 2;
    if (m_spec.samplingRate > 1)
        putSamplingOptions();
}

/// The whole exporter samples one packet in N at random: elements 34 and 35, scoped to the system (v9) or to the
/// observation domain (IPFIX).
void DemoExporter::putSamplingOptions()
{
    const bool v9 = m_spec.protocol == Protocol::NetFlow9;
    size_t set = m_bytes.size();
    put16(v9 ? 1 : 3);
    put16(0);
    put16(kOptionsTemplate);
    put16(v9 ? 4 : 3);
    put16(v9 ? 8 : 1);
    put16(v9 ? 1 : 149);
    put16(4);
    put16(34);
    put16(4);
    put16(35);
    put16(1);
    while (v9 && (m_bytes.size() - set) % 4 != 0)
        put8(0);
    patch16(set + 2, m_bytes.size() - set);
    set = m_bytes.size();
    put16(kOptionsTemplate);
    put16(0);
    put32(kDomainBase + m_number);
    put32(m_spec.samplingRate);
    put8(2);
    while ((m_bytes.size() - set) % 4 != 0)
        put8(0);
    patch16(set + 2, m_bytes.size() - set);
    if (v9)
        m_templates += 2; // the header counts templates and options records too (RFC 3954 §5.1)
    else
        ++m_records; // IPFIX counts every data record (RFC 7011 §3.1)
}

void DemoExporter::beginSet(bool v6)
{
    m_setAt = m_bytes.size();
    m_setV6 = v6;
    put16(v6 ? kTemplateV6 : kTemplateV4);
    put16(0);
}

void DemoExporter::endSet()
{
    if (m_setAt == 0)
        return;
    while ((m_bytes.size() - m_setAt) % 4 != 0)
        put8(0);
    patch16(m_setAt + 2, m_bytes.size() - m_setAt);
    m_setAt = 0;
}

void DemoExporter::putRecord(const DemoFlow& flow, bool v6)
{
    if (m_setAt == 0 || m_setV6 != v6) {
        endSet();
        beginSet(v6);
    }
    put8(flow.proto);
    put16(flow.srcPort);
    put16(flow.dstPort);
    put8(flow.tcpFlags);
    put32(flow.inIf);
    put32(flow.outIf);
    put32(flow.srcAs);
    put32(flow.dstAs);
    put8(flow.tos);
    put32(flow.bytes);
    put32(flow.packets);
    putIp(flow.src, v6);
    putIp(flow.dst, v6);
    putIp(flow.nextHop, v6);
    put8(flow.srcMask);
    put8(flow.dstMask);
    if (m_spec.protocol == Protocol::NetFlow9) {
        put32(uptime(flow.startMs));
        put32(uptime(flow.endMs));
    } else {
        put64(flow.startMs);
        put64(flow.endMs);
    }
}

void DemoExporter::putV5(const DemoFlow& flow)
{
    putIp(flow.src, false);
    putIp(flow.dst, false);
    putIp(flow.nextHop, false);
    put16(flow.inIf);
    put16(flow.outIf);
    put32(flow.packets);
    put32(flow.bytes);
    put32(uptime(flow.startMs));
    put32(uptime(flow.endMs));
    put16(flow.srcPort);
    put16(flow.dstPort);
    put8(0);
    put8(flow.tcpFlags);
    put8(flow.proto);
    put8(flow.tos);
    // 16 bits are all that version 5 has; AS_TRANS (RFC 6793) stands for the longer ones.
    put16(flow.srcAs > 0xffff ? 23456 : flow.srcAs);
    put16(flow.dstAs > 0xffff ? 23456 : flow.dstAs);
    put8(flow.srcMask);
    put8(flow.dstMask);
    put16(0);
}

/// One flow sample with the start of an Ethernet frame: what sFlow sees is a packet, not a flow.
void DemoExporter::putSample(const DemoFlow& flow)
{
    const bool v6 = !flow.src.isV4();
    const size_t length = std::max<size_t>(flow.bytes / flow.packets, v6 ? 60 : 40);
    put32(1); // flow sample
    const size_t sizeAt = m_bytes.size();
    put32(0);
    put32(++m_samples);
    put32(flow.inIf);
    put32(m_spec.samplingRate);
    put32(static_cast<uint64_t>(m_samples) * m_spec.samplingRate);
    put32(0);
    put32(flow.inIf);
    put32(flow.outIf);
    put32(1);
    put32(kSampledHeader);
    const size_t recordAt = m_bytes.size();
    put32(0);
    put32(1); // Ethernet
    put32(14 + length + 4);
    put32(4);
    const size_t headerAt = m_bytes.size();
    put32(0);
    put32(0x0242'0a00);
    put32(0x0001'0242);
    put32(0x0a00'0002);
    put16(v6 ? 0x86dd : 0x0800);
    if (v6) {
        put32(0x6000'0000U | static_cast<uint32_t>(flow.tos) << 20);
        put16(length - 40);
        put8(flow.proto);
        put8(57);
    } else {
        put8(0x45);
        put8(flow.tos);
        put16(length);
        put32(0x1234'4000);
        put8(57);
        put8(flow.proto);
        put16(0);
    }
    putIp(flow.src, v6);
    putIp(flow.dst, v6);
    put16(flow.proto == 1 || flow.proto == 58 ? flow.dstPort : flow.srcPort);
    put16(flow.proto == 1 || flow.proto == 58 ? 0 : flow.dstPort);
    put32(0);
    put32(0);
    put8(0x50);
    put8(flow.tcpFlags);
    put16(0);
    patch32(headerAt, m_bytes.size() - headerAt - 4);
    while ((m_bytes.size() - headerAt) % 4 != 0)
        put8(0);
    patch32(recordAt, m_bytes.size() - recordAt - 4);
    patch32(sizeAt, m_bytes.size() - sizeAt - 4);
}

void DemoExporter::flush()
{
    if (m_records == 0)
        return;
    endSet();
    switch (m_spec.protocol) {
    case Protocol::NetFlow5:
        patch16(2, m_records);
        m_sequence += m_records;
        break;
    case Protocol::Sflow:
        patch32(24, m_records);
        ++m_sequence;
        break;
    case Protocol::NetFlow9:
        patch16(2, m_records + m_templates);
        ++m_sequence;
        break;
    default:
        patch16(2, m_bytes.size());
        m_sequence += m_records;
        break;
    }
    m_send({.exporter = m_number, .timeMs = m_timeMs, .payload = m_bytes});
    m_records = 0;
}

} // namespace rivereto::collectors
