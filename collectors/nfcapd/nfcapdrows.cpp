// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/nfcapd/nfcapdrows.h"

#include "core/decode/protocol.h"

namespace rivereto::collectors::nfcapd {

using core::ColumnId;
using core::Ip;

namespace {

constexpr std::array kNumbers {ColumnId::TimeReceived, ColumnId::TimeFlowStart, ColumnId::TimeFlowEnd, ColumnId::SamplingRate,
    ColumnId::ExportProtocol, ColumnId::ObservationDomain, ColumnId::SrcNetMask, ColumnId::DstNetMask, ColumnId::SrcAS, ColumnId::DstAS,
    ColumnId::InIfIndex, ColumnId::OutIfIndex, ColumnId::EType, ColumnId::Proto, ColumnId::SrcPort, ColumnId::DstPort, ColumnId::Bytes,
    ColumnId::Packets, ColumnId::ForwardingStatus, ColumnId::FlowDirection, ColumnId::FlowEndReason, ColumnId::BiflowDirection,
    ColumnId::SrcPortNAT, ColumnId::DstPortNAT, ColumnId::NATEvent, ColumnId::FirewallEvent, ColumnId::SrcVlan, ColumnId::DstVlan,
    ColumnId::SrcMAC, ColumnId::DstMAC, ColumnId::IPTos, ColumnId::TCPFlags, ColumnId::ICMPv4Type, ColumnId::ICMPv4Code,
    ColumnId::ICMPv6Type, ColumnId::ICMPv6Code, ColumnId::MPLSLabels, ColumnId::IngressVRFID, ColumnId::EgressVRFID, ColumnId::UserName,
    ColumnId::RoundTripTime};
constexpr std::array kAddresses {ColumnId::ExporterAddress, ColumnId::SrcAddr, ColumnId::DstAddr, ColumnId::NextHop, ColumnId::SrcAddrNAT,
    ColumnId::DstAddrNAT};

constexpr uint8_t kIcmp = 1, kIcmp6 = 58;
constexpr uint16_t kIpv4 = 0x0800, kIpv6 = 0x86dd;

void putIpv4(uint8_t* p, Ip ip)
{
    storeLe(p, ip.v4Value());
}

void putIpv6(uint8_t* p, Ip ip)
{
    storeLe(p, ip.hi);
    storeLe(p + 8, ip.lo);
}

/// IPv4 or none, so that four octets say it.
bool fitsIpv4(Ip ip)
{
    return ip.isV4() || ip.isZero();
}

uint64_t scaled(uint64_t count, uint64_t rate)
{
    uint64_t out = 0;
    return __builtin_mul_overflow(count, std::max<uint64_t>(rate, 1), &out) ? UINT64_MAX : out;
}

uint8_t versionOf(core::Protocol protocol)
{
    switch (protocol) {
    case core::Protocol::NetFlow1: return 1;
    case core::Protocol::NetFlow5: return 5;
    case core::Protocol::NetFlow7: return 7;
    case core::Protocol::NetFlow9: return 9;
    case core::Protocol::Ipfix: return 10;
    case core::Protocol::Sflow: return v3::kSflow | 5;
    case core::Protocol::Packets: return v3::kPackets;
    case core::Protocol::Unknown: break;
    }
    return 0;
}

} // namespace

void RowEncoder::begin(const core::FlowBatch& rows)
{
    m_rows = &rows;
    m_views.assign(static_cast<size_t>(ColumnId::kNone), {});
    for (const auto column : kNumbers)
        m_views[static_cast<size_t>(column)] = rows.view(column);
    for (const auto column : kAddresses)
        m_views[static_cast<size_t>(column)] = rows.view(column);
}

RowEncoder::Encoded RowEncoder::encode(size_t row)
{
    Encoded out;
    m_builder.begin();
    header(row);
    generic(row, out);
    addresses(row);
    misc(row);
    network(row);
    layers(row);
    events(row, out.firstMs);
    out.record = m_builder.finish();
    return out;
}

void RowEncoder::header(size_t row)
{
    uint8_t* p = m_builder.header();
    const uint64_t domain = number(ColumnId::ObservationDomain, row);
    p[v3::kEngineType] = static_cast<uint8_t>(domain >> 8);
    p[v3::kEngineId] = static_cast<uint8_t>(domain);
    p[v3::kVersion] = versionOf(static_cast<core::Protocol>(number(ColumnId::ExportProtocol, row)));
    if (number(ColumnId::SamplingRate, row) > 1)
        p[v3::kFlags] |= v3::kSampled;
}

void RowEncoder::generic(size_t row, Encoded& out)
{
    out.protocol = static_cast<uint8_t>(number(ColumnId::Proto, row));
    out.firstMs = number(ColumnId::TimeFlowStart, row);
    out.lastMs = number(ColumnId::TimeFlowEnd, row);
    if (out.firstMs == 0)
        out.firstMs = out.lastMs != 0 ? out.lastMs : received(row);
    if (out.lastMs == 0)
        out.lastMs = out.firstMs;
    const uint64_t rate = number(ColumnId::SamplingRate, row);
    out.counters = {1, scaled(number(ColumnId::Bytes, row), rate), scaled(number(ColumnId::Packets, row), rate)};
    uint16_t srcPort = static_cast<uint16_t>(number(ColumnId::SrcPort, row));
    uint16_t dstPort = static_cast<uint16_t>(number(ColumnId::DstPort, row));
    if (out.protocol == kIcmp || out.protocol == kIcmp6) {
        const auto type = out.protocol == kIcmp ? ColumnId::ICMPv4Type : ColumnId::ICMPv6Type;
        const auto code = out.protocol == kIcmp ? ColumnId::ICMPv4Code : ColumnId::ICMPv6Code;
        // Where nobody filled these columns the port may still tell.
        if (m_rows->has(type) || m_rows->has(code)) {
            srcPort = 0;
            dstPort = static_cast<uint16_t>(number(type, row) << 8 | number(code, row));
        }
    }
    uint8_t* p = m_builder.add(Element::Generic);
    storeLe(p, out.firstMs);
    storeLe(p + 8, out.lastMs);
    put<uint64_t>(p + 16, ColumnId::TimeReceived, row);
    storeLe(p + 24, out.counters.packets);
    storeLe(p + 32, out.counters.bytes);
    storeLe(p + 40, srcPort);
    storeLe(p + 42, dstPort);
    p[44] = out.protocol;
    put<uint8_t>(p + 45, ColumnId::TCPFlags, row);
    put<uint8_t>(p + 46, ColumnId::ForwardingStatus, row);
    put<uint8_t>(p + 47, ColumnId::IPTos, row);
}

void RowEncoder::addresses(size_t row)
{
    const Ip src = address(ColumnId::SrcAddr, row);
    const Ip dst = address(ColumnId::DstAddr, row);
    const uint64_t etype = number(ColumnId::EType, row);
    const bool none = src.isZero() && dst.isZero();
    if (none ? etype == kIpv4 : fitsIpv4(src) && fitsIpv4(dst)) {
        uint8_t* p = m_builder.add(Element::Ipv4);
        putIpv4(p, src);
        putIpv4(p + 4, dst);
    } else if (!none || etype == kIpv6) {
        uint8_t* p = m_builder.add(Element::Ipv6);
        putIpv6(p, src);
        putIpv6(p + 16, dst);
    }
    const auto single = [&](ColumnId column, Element v4, Element v6) {
        const Ip ip = address(column, row);
        if (ip.isV4())
            putIpv4(m_builder.add(v4), ip);
        else if (!ip.isZero())
            putIpv6(m_builder.add(v6), ip);
    };
    single(ColumnId::NextHop, Element::NextHop4, Element::NextHop6);
    single(ColumnId::ExporterAddress, Element::Received4, Element::Received6);
}

void RowEncoder::misc(size_t row)
{
    // In the file: ingress 0, egress 1; arbitrary 0, initiator 1, responder 2, perimeter 3.
    constexpr uint64_t egress = 2;
    const uint64_t biflow = number(ColumnId::BiflowDirection, row);
    std::array<uint8_t, contentSize(Element::Misc)> bytes {};
    uint8_t* p = bytes.data();
    put<uint32_t>(p, ColumnId::InIfIndex, row);
    put<uint32_t>(p + 4, ColumnId::OutIfIndex, row);
    put<uint8_t>(p + 8, ColumnId::SrcNetMask, row);
    put<uint8_t>(p + 9, ColumnId::DstNetMask, row);
    p[10] = number(ColumnId::FlowDirection, row) == egress ? 1 : 0;
    p[12] = static_cast<uint8_t>(biflow == 0 ? 0 : biflow - 1);
    put<uint8_t>(p + 13, ColumnId::FlowEndReason, row);
    if (std::ranges::any_of(bytes, [](uint8_t octet) { return octet != 0; }))
        std::ranges::copy(bytes, m_builder.add(Element::Misc));
}

void RowEncoder::network(size_t row)
{
    const auto pair = [&](Element element, ColumnId first, ColumnId second) {
        if (number(first, row) == 0 && number(second, row) == 0)
            return;
        uint8_t* p = m_builder.add(element);
        put<uint32_t>(p, first, row);
        put<uint32_t>(p + 4, second, row);
    };
    pair(Element::Vlan, ColumnId::SrcVlan, ColumnId::DstVlan);
    pair(Element::As, ColumnId::SrcAS, ColumnId::DstAS);
    pair(Element::Vrf, ColumnId::EgressVRFID, ColumnId::IngressVRFID);
    if (number(ColumnId::ObservationDomain, row) != 0)
        put<uint32_t>(m_builder.add(Element::Observation) + 8, ColumnId::ObservationDomain, row);
    if (number(ColumnId::RoundTripTime, row) != 0)
        put<uint64_t>(m_builder.add(Element::Latency), ColumnId::RoundTripTime, row);
}

void RowEncoder::layers(size_t row)
{
    if (number(ColumnId::SrcMAC, row) != 0 || number(ColumnId::DstMAC, row) != 0) {
        uint8_t* p = m_builder.add(Element::Mac);
        put<uint64_t>(p, ColumnId::SrcMAC, row);
        put<uint64_t>(p + 16, ColumnId::DstMAC, row);
    }
    if (number(ColumnId::MPLSLabels, row) != 0)
        labels(row);
}

void RowEncoder::labels(size_t row)
{
    const auto text = m_rows->dictionary().text(static_cast<uint32_t>(number(ColumnId::MPLSLabels, row)));
    const auto stack = core::listWords(text);
    const size_t count = std::min(stack.size(), kMplsLabels);
    uint8_t* p = m_builder.add(Element::Mpls);
    for (size_t i = 0; i < count; ++i)
        storeLe(p + 4 * i, stack[i] << 4 | (i + 1 == count ? 1U : 0U)); // the last one is the bottom of the stack
}

void RowEncoder::events(size_t row, uint64_t ms)
{
    const Ip src = address(ColumnId::SrcAddrNAT, row);
    const Ip dst = address(ColumnId::DstAddrNAT, row);
    if (!src.isZero() || !dst.isZero()) {
        const bool v4 = fitsIpv4(src) && fitsIpv4(dst);
        uint8_t* p = m_builder.add(v4 ? Element::Nat4 : Element::Nat6);
        v4 ? putIpv4(p, src) : putIpv6(p, src);
        v4 ? putIpv4(p + 4, dst) : putIpv6(p + 16, dst);
    }
    if (number(ColumnId::SrcPortNAT, row) != 0 || number(ColumnId::DstPortNAT, row) != 0) {
        uint8_t* p = m_builder.add(Element::NatPorts);
        put<uint16_t>(p, ColumnId::SrcPortNAT, row);
        put<uint16_t>(p + 2, ColumnId::DstPortNAT, row);
    }
    const auto event = [&](ColumnId column, Element element, size_t offset) {
        if (number(column, row) == 0)
            return;
        uint8_t* p = m_builder.add(element);
        storeLe(p, ms);
        put<uint8_t>(p + offset, column, row);
        m_builder.header()[v3::kFlags] |= v3::kEvent;
    };
    event(ColumnId::FirewallEvent, Element::Nsel, 14);
    event(ColumnId::NATEvent, Element::Nat, 12);
    auto name = m_rows->dictionary().text(static_cast<uint32_t>(number(ColumnId::UserName, row)));
    if (name.empty())
        return;
    size_t size = std::min(name.size(), kUserText);
    while (size < name.size() && size > 0 && (static_cast<uint8_t>(name[size]) & 0xc0) == 0x80)
        --size; // not within a character
    std::copy_n(name.data(), size, m_builder.add(Element::User));
}

} // namespace rivereto::collectors::nfcapd
