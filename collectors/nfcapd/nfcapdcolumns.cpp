// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/nfcapd/nfcapdcolumns.h"

#include "core/decode/protocol.h"

namespace rivereto::collectors::nfcapd {

using core::ColumnId;
using core::Ip;

namespace {

constexpr uint8_t kIcmp = 1, kIcmp6 = 58;
constexpr uint16_t kIpv4 = 0x0800, kIpv6 = 0x86dd;

/// Places in the content of Generic.
namespace generic {
constexpr size_t kFirst = 0, kLast = 8, kReceived = 16, kPackets = 24, kBytes = 32, kSrcPort = 40, kDstPort = 42, kProtocol = 44,
                 kTcpFlags = 45, kForwarding = 46, kTos = 47;
} // namespace generic

/// Of Out.
constexpr size_t kOutFlows = 0, kOutPackets = 8, kOutBytes = 16;
/// Of Nsel: the event.
constexpr size_t kFirewallEvent = 14;

Ip ipv4(const uint8_t* p)
{
    return Ip::v4(loadLe<uint32_t>(p));
}

Ip ipv6(const uint8_t* p)
{
    return {loadLe<uint64_t>(p), loadLe<uint64_t>(p + 8)};
}

/// An address that is not known is zero in the file.
Ip known(Ip ip)
{
    return ip == Ip::v4(0) ? Ip {} : ip;
}

core::Protocol protocolOf(uint32_t version)
{
    switch (version) {
    case 1: return core::Protocol::NetFlow1;
    case 5: return core::Protocol::NetFlow5;
    case 7: return core::Protocol::NetFlow7;
    case 9: return core::Protocol::NetFlow9;
    case 10: return core::Protocol::Ipfix;
    case v3::kPackets: return core::Protocol::Packets;
    case v3::kSflowExporter: return core::Protocol::Sflow;
    default: return version <= 0xff && (version & v3::kSflow) != 0 ? core::Protocol::Sflow : core::Protocol::Unknown;
    }
}

} // namespace

template <class Cell, class Get>
void ColumnReader::fill(Element element, ColumnId column, Get get, bool onlyZero)
{
    if (!m_run->has(element))
        return;
    std::array<Cell, RecordRun::kMost> values;
    const size_t count = m_run->count();
    bool any = false;
    for (size_t i = 0; i < count; ++i) {
        const uint8_t* p = m_run->at(element, i);
        values[i] = p ? static_cast<Cell>(get(p)) : Cell {};
        any |= values[i] != Cell {};
    }
    if (!any)
        return;
    Cell* out = m_rows->cells<Cell>(column) + m_first;
    for (size_t i = 0; i < count; ++i) {
        if (values[i] != Cell {} && (!onlyZero || out[i] == Cell {}))
            out[i] = values[i];
    }
}

template <class Cell>
void ColumnReader::number(Element element, ColumnId column, size_t offset)
{
    fill<Cell>(element, column, [offset](const uint8_t* p) { return loadLe<Cell>(p + offset); });
}

void ColumnReader::generic()
{
    number<uint64_t>(Element::Generic, ColumnId::TimeFlowStart, generic::kFirst);
    number<uint64_t>(Element::Generic, ColumnId::TimeFlowEnd, generic::kLast);
    number<uint64_t>(Element::Generic, ColumnId::Packets, generic::kPackets);
    number<uint64_t>(Element::Generic, ColumnId::Bytes, generic::kBytes);
    number<uint16_t>(Element::Generic, ColumnId::SrcPort, generic::kSrcPort);
    number<uint16_t>(Element::Generic, ColumnId::DstPort, generic::kDstPort);
    number<uint8_t>(Element::Generic, ColumnId::Proto, generic::kProtocol);
    fill<uint16_t>(Element::Generic, ColumnId::TCPFlags, [](const uint8_t* p) { return p[generic::kTcpFlags]; });
    number<uint8_t>(Element::Generic, ColumnId::ForwardingStatus, generic::kForwarding);
    number<uint8_t>(Element::Generic, ColumnId::IPTos, generic::kTos);
}

/// Type × 256 + code stand in the destination port.
void ColumnReader::icmp()
{
    const auto part = [&](ColumnId column, uint8_t protocol, unsigned shift) {
        fill<uint8_t>(Element::Generic, column, [=](const uint8_t* p) {
            const bool is = p[generic::kProtocol] == protocol && loadLe<uint16_t>(p + generic::kSrcPort) == 0;
            return is ? loadLe<uint16_t>(p + generic::kDstPort) >> shift & 0xff : 0;
        });
    };
    part(ColumnId::ICMPv4Type, kIcmp, 8);
    part(ColumnId::ICMPv4Code, kIcmp, 0);
    part(ColumnId::ICMPv6Type, kIcmp6, 8);
    part(ColumnId::ICMPv6Code, kIcmp6, 0);
}

/// When it came in; of files that do not tell, when the flow ended. The export time is not kept in these files.
void ColumnReader::times()
{
    const bool start = m_time == core::TimeSource::FirstSwitched;
    fill<uint64_t>(Element::Generic, ColumnId::TimeReceived, [start](const uint8_t* p) {
        const auto first = loadLe<uint64_t>(p + generic::kFirst);
        if (start && first != 0)
            return first;
        if (const auto received = loadLe<uint64_t>(p + generic::kReceived); received != 0)
            return received;
        const auto last = loadLe<uint64_t>(p + generic::kLast);
        return last != 0 ? last : first;
    });
}

void ColumnReader::addresses()
{
    fill<Ip>(Element::Ipv4, ColumnId::SrcAddr, [](const uint8_t* p) { return ipv4(p); });
    fill<Ip>(Element::Ipv4, ColumnId::DstAddr, [](const uint8_t* p) { return ipv4(p + 4); });
    if (m_run->has(Element::Ipv6))
        addresses6();
    fill<uint16_t>(Element::Ipv4, ColumnId::EType, [](const uint8_t*) { return kIpv4; }, true);
    for (const auto element : {Element::NextHop4, Element::BgpNextHop4})
        fill<Ip>(element, ColumnId::NextHop, [](const uint8_t* p) { return known(ipv4(p)); }, true);
    for (const auto element : {Element::NextHop6, Element::BgpNextHop6})
        fill<Ip>(element, ColumnId::NextHop, [](const uint8_t* p) { return known(ipv6(p)); }, true);
}

/// Some records have the elements of both families; that which is no address is zero then, else IPv4 goes first.
void ColumnReader::addresses6()
{
    Ip* src = m_rows->cells<Ip>(ColumnId::SrcAddr) + m_first;
    Ip* dst = m_rows->cells<Ip>(ColumnId::DstAddr) + m_first;
    uint16_t* etype = m_rows->cells<uint16_t>(ColumnId::EType) + m_first;
    for (size_t i = 0; i < m_run->count(); ++i) {
        const uint8_t* p = m_run->at(Element::Ipv6, i);
        if (!p)
            continue;
        for (Ip* ip : {src + i, dst + i}) {
            const Ip other = ipv6(ip == src + i ? p : p + 16);
            if (known(*ip).isZero() && !other.isZero())
                *ip = other;
        }
        const bool none = known(src[i]).isZero() && known(dst[i]).isZero();
        const bool v4 = none ? m_run->at(Element::Ipv4, i) != nullptr : known(src[i]).isV4() || known(dst[i]).isV4();
        etype[i] = v4 ? kIpv4 : kIpv6;
    }
}

void ColumnReader::interfaces()
{
    number<uint32_t>(Element::Misc, ColumnId::InIfIndex, 0);
    number<uint32_t>(Element::Misc, ColumnId::OutIfIndex, 4);
    number<uint8_t>(Element::Misc, ColumnId::SrcNetMask, 8);
    number<uint8_t>(Element::Misc, ColumnId::DstNetMask, 9);
    // Zero is ingress, and arbitrary, and what stands there when the exporter said nothing: it tells nothing.
    fill<uint8_t>(Element::Misc, ColumnId::FlowDirection, [](const uint8_t* p) { return p[10] == 1 ? 2 : 0; });
    fill<uint8_t>(Element::Misc, ColumnId::BiflowDirection, [](const uint8_t* p) { return p[12] >= 1 && p[12] <= 3 ? p[12] + 1 : 0; });
    number<uint8_t>(Element::Misc, ColumnId::FlowEndReason, 13);
    fill<uint32_t>(Element::Layer2, ColumnId::InIfIndex, [](const uint8_t* p) { return loadLe<uint32_t>(p + 8); }, true);
    fill<uint32_t>(Element::Layer2, ColumnId::OutIfIndex, [](const uint8_t* p) { return loadLe<uint32_t>(p + 12); }, true);
}

void ColumnReader::network()
{
    number<uint32_t>(Element::As, ColumnId::SrcAS, 0);
    number<uint32_t>(Element::As, ColumnId::DstAS, 4);
    number<uint32_t>(Element::Vrf, ColumnId::EgressVRFID, 0);
    number<uint32_t>(Element::Vrf, ColumnId::IngressVRFID, 4);
    // Client and server side of the handshake, microseconds; together they are its whole round trip.
    fill<uint32_t>(Element::Latency, ColumnId::RoundTripTime, [](const uint8_t* p) {
        return std::min<uint64_t>(loadLe<uint64_t>(p) + loadLe<uint64_t>(p + 8), UINT32_MAX);
    });
    fill<uint8_t>(Element::IpInfo, ColumnId::IPTTL, [](const uint8_t* p) { return p[2] != 0 ? p[2] : p[3]; });
}

void ColumnReader::translation()
{
    fill<Ip>(Element::Nat4, ColumnId::SrcAddrNAT, [](const uint8_t* p) { return known(ipv4(p)); });
    fill<Ip>(Element::Nat4, ColumnId::DstAddrNAT, [](const uint8_t* p) { return known(ipv4(p + 4)); });
    fill<Ip>(Element::Nat6, ColumnId::SrcAddrNAT, [](const uint8_t* p) { return known(ipv6(p)); });
    fill<Ip>(Element::Nat6, ColumnId::DstAddrNAT, [](const uint8_t* p) { return known(ipv6(p + 16)); });
    number<uint16_t>(Element::NatPorts, ColumnId::SrcPortNAT, 0);
    number<uint16_t>(Element::NatPorts, ColumnId::DstPortNAT, 2);
    number<uint8_t>(Element::Nsel, ColumnId::FirewallEvent, kFirewallEvent);
    // Early versions had the VRFs before the pool: 24 octets, else 16.
    constexpr size_t early = 24;
    const auto isEarly = [](const uint8_t* p) { return RecordRun::length(p) == early; };
    fill<uint8_t>(Element::Nat, ColumnId::NATEvent, [&](const uint8_t* p) { return p[isEarly(p) ? 20 : 12]; });
    fill<uint32_t>(Element::Nat, ColumnId::EgressVRFID, [&](const uint8_t* p) { return isEarly(p) ? loadLe<uint32_t>(p + 8) : 0; }, true);
    fill<uint32_t>(Element::Nat, ColumnId::IngressVRFID, [&](const uint8_t* p) { return isEarly(p) ? loadLe<uint32_t>(p + 12) : 0; }, true);
}

void ColumnReader::layers()
{
    const auto vlan = [&](Element element, ColumnId column, size_t offset) {
        fill<uint16_t>(element, column, [offset](const uint8_t* p) { return loadLe<uint16_t>(p + offset); }, true);
    };
    vlan(Element::Vlan, ColumnId::SrcVlan, 0);
    vlan(Element::Vlan, ColumnId::DstVlan, 4);
    // Tag of the provider, else that of the customer, before and behind the device.
    vlan(Element::Layer2, ColumnId::SrcVlan, 0);
    vlan(Element::Layer2, ColumnId::SrcVlan, 2);
    vlan(Element::Layer2, ColumnId::DstVlan, 4);
    vlan(Element::Layer2, ColumnId::DstVlan, 6);
    fill<uint32_t>(Element::Layer2, ColumnId::VNI, [](const uint8_t* p) { return loadLe<uint64_t>(p + 16) & 0xffffff; });
    fill<uint16_t>(Element::Layer2, ColumnId::EType, [](const uint8_t* p) { return loadLe<uint16_t>(p + 24); }, true);
    // Source on the way in, destination on the way out, destination on the way in, source on the way out.
    const auto mac = [&](ColumnId column, size_t offset) {
        fill<uint64_t>(Element::Mac, column, [offset](const uint8_t* p) { return loadLe<uint64_t>(p + offset); }, true);
    };
    mac(ColumnId::SrcMAC, 0);
    mac(ColumnId::SrcMAC, 24);
    mac(ColumnId::DstMAC, 16);
    mac(ColumnId::DstMAC, 8);
}

/// Label × 16 with class and bottom of the stack; zero is an unused place.
void ColumnReader::labels()
{
    for (size_t i = 0; m_run->has(Element::Mpls) && i < m_run->count(); ++i) {
        const uint8_t* p = m_run->at(Element::Mpls, i);
        if (!p)
            continue;
        m_labels.clear();
        for (size_t n = 0; n < kMplsLabels; ++n) {
            if (const auto entry = loadLe<uint32_t>(p + 4 * n); entry != 0)
                m_labels.push_back(entry >> 4);
        }
        if (!m_labels.empty())
            m_rows->setText(ColumnId::MPLSLabels, m_first + i, core::listBytes(m_labels));
    }
}

void ColumnReader::texts()
{
    for (size_t i = 0; m_run->has(Element::User) && i < m_run->count(); ++i) {
        const uint8_t* p = m_run->at(Element::User, i);
        if (!p || p[0] == 0)
            continue;
        std::string_view name(reinterpret_cast<const char*>(p), kUserText);
        m_rows->setText(ColumnId::UserName, m_first + i, name.substr(0, name.find('\0')));
    }
    for (size_t i = 0; m_run->has(Element::Application) && i < m_run->count(); ++i) {
        const uint8_t* p = m_run->at(Element::Application, i);
        if (const auto name = p ? m_exporters->application({p, RecordRun::length(p)}) : std::string_view(); !name.empty())
            m_rows->setText(ColumnId::Application, m_first + i, name);
    }
}

/// What concerns the exporter: in elements, in the record's header, or in the record of the exporter that the header names.
void ColumnReader::headers()
{
    const size_t count = m_run->count();
    Ip* address = m_rows->cells<Ip>(ColumnId::ExporterAddress) + m_first;
    uint32_t* domain = m_rows->cells<uint32_t>(ColumnId::ObservationDomain) + m_first;
    uint8_t* protocol = m_rows->cells<uint8_t>(ColumnId::ExportProtocol) + m_first;
    for (size_t i = 0; i < count; ++i) {
        const uint8_t* header = m_run->header(i);
        const auto* exporter = m_exporters->find(loadLe<uint16_t>(header + v3::kExporter));
        if (const uint8_t* p = m_run->at(Element::Received4, i))
            address[i] = ipv4(p);
        else if (const uint8_t* q = m_run->at(Element::Received6, i))
            address[i] = ipv6(q);
        else if (exporter)
            address[i] = exporter->address;
        if (const uint8_t* p = m_run->at(Element::Observation, i))
            domain[i] = loadLe<uint32_t>(p + 8);
        if (domain[i] == 0)
            domain[i] = exporter ? exporter->domain : static_cast<uint32_t>(header[v3::kEngineType] << 8 | header[v3::kEngineId]);
        const uint32_t version = header[v3::kVersion] != 0 || !exporter ? header[v3::kVersion] : exporter->version;
        protocol[i] = static_cast<uint8_t>(protocolOf(version));
    }
    std::fill_n(m_rows->cells<uint64_t>(ColumnId::SamplingRate) + m_first, count, 1);
    std::fill_n(m_rows->cells<uint8_t>(ColumnId::SamplingSource) + m_first, count, static_cast<uint8_t>(core::SamplingSource::Unknown));
}

size_t ColumnReader::write(const RecordRun& run, Exporters& exporters, core::FlowBatch& rows, FlowStat& found)
{
    if (run.count() == 0)
        return 0;
    m_run = &run;
    m_exporters = &exporters;
    m_rows = &rows;
    m_first = rows.addRows(run.count());
    times();
    generic();
    icmp();
    addresses();
    interfaces();
    network();
    translation();
    layers();
    labels();
    texts();
    headers();
    count(found);
    return run.count() + directions();
}

void ColumnReader::count(FlowStat& found) const
{
    for (size_t i = 0; i < m_run->count(); ++i) {
        const uint8_t* p = m_run->at(Element::Generic, i);
        FlowStat::Counters counters {1, loadLe<uint64_t>(p + generic::kBytes), loadLe<uint64_t>(p + generic::kPackets)};
        if (const uint8_t* out = m_run->at(Element::Out, i)) {
            counters.flows = std::max<uint64_t>(loadLe<uint64_t>(out + kOutFlows), 1);
            counters.bytes += loadLe<uint64_t>(out + kOutBytes);
            counters.packets += loadLe<uint64_t>(out + kOutPackets);
        }
        found.add(p[generic::kProtocol], counters, loadLe<uint64_t>(p + generic::kFirst), loadLe<uint64_t>(p + generic::kLast));
    }
}

size_t ColumnReader::directions()
{
    if (!m_run->has(Element::Out))
        return 0;
    m_picked.clear();
    uint64_t* bytes = m_rows->cells<uint64_t>(ColumnId::Bytes) + m_first;
    uint64_t* packets = m_rows->cells<uint64_t>(ColumnId::Packets) + m_first;
    for (size_t i = 0; i < m_run->count(); ++i) {
        const uint8_t* out = m_run->at(Element::Out, i);
        const uint64_t outBytes = out ? loadLe<uint64_t>(out + kOutBytes) : 0;
        const uint64_t outPackets = out ? loadLe<uint64_t>(out + kOutPackets) : 0;
        if (outBytes == 0 && outPackets == 0)
            continue;
        if (bytes[i] != 0 || packets[i] != 0) {
            m_picked.push_back(static_cast<uint32_t>(i));
            continue;
        }
        bytes[i] = outBytes;
        packets[i] = outPackets;
        if (m_run->at(Element::Nsel, i))
            swapRow(m_first + i);
    }
    if (m_picked.empty())
        return 0;
    const size_t added = mirror();
    bytes = m_rows->cells<uint64_t>(ColumnId::Bytes) + added;
    packets = m_rows->cells<uint64_t>(ColumnId::Packets) + added;
    for (size_t i = 0; i < m_picked.size(); ++i) {
        const uint8_t* out = m_run->at(Element::Out, m_picked[i]);
        bytes[i] = loadLe<uint64_t>(out + kOutBytes);
        packets[i] = loadLe<uint64_t>(out + kOutPackets);
    }
    return m_picked.size();
}

/// Copies the picked rows to the end with source and destination exchanged, without counters and TCP flags.
size_t ColumnReader::mirror()
{
    const size_t added = m_rows->addRows(m_picked.size());
    for (const auto& column : m_rows->schema().columns()) {
        if (!column.stored() || column.id == ColumnId::Bytes || column.id == ColumnId::Packets || column.id == ColumnId::TCPFlags)
            continue;
        const ColumnId other = column.pair == ColumnId::kNone ? column.id : column.pair;
        if (!m_rows->has(other))
            continue;
        uint8_t* to = m_rows->raw(column.id);
        const uint8_t* from = m_rows->raw(other);
        core::withCellType(column.storage(), [&]<class Cell>(Cell) {
            auto* out = reinterpret_cast<Cell*>(to) + added;
            const auto* in = reinterpret_cast<const Cell*>(from) + m_first;
            for (size_t i = 0; i < m_picked.size(); ++i)
                out[i] = in[m_picked[i]];
        });
    }
    return added;
}

void ColumnReader::swapRow(size_t row)
{
    for (const auto& column : m_rows->schema().columns()) {
        if (!column.stored() || column.pair == ColumnId::kNone || column.pair < column.id
            || !(m_rows->has(column.id) || m_rows->has(column.pair)))
            continue;
        core::withCellType(column.storage(), [&]<class Cell>(Cell) {
            std::swap(m_rows->cells<Cell>(column.id)[row], m_rows->cells<Cell>(column.pair)[row]);
        });
    }
}

} // namespace rivereto::collectors::nfcapd
