// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/sflow.h"

#include <algorithm>
#include <bit>

#include "core/decode/columnwriter.h"
#include "core/text/names.h"

namespace rivereto::core {

namespace {

// Sample and record formats of enterprise 0.
constexpr uint32_t kFlowSample = 1, kCounterSample = 2, kExpandedFlow = 3, kExpandedCounter = 4, kDiscarded = 5;
constexpr uint32_t kRawHeader = 1, kEthernet = 2, kIpv4 = 3, kIpv6 = 4, kSwitch = 1001, kRouter = 1002, kGateway = 1003,
                   kUser = 1004, kMpls = 1006, kNat = 1007, kNatPort = 1020;
constexpr uint32_t kInterfaceCounters = 1; ///< format of a counter record
// Header protocols of a raw header.
constexpr uint32_t kHeaderEthernet = 1, kHeaderPpp = 7, kHeaderIpv4 = 11, kHeaderIpv6 = 12, kHeaderMpls = 13;
// Interfaces: the upper two bits are a format.
constexpr uint32_t kSingle = 0, kDiscardFormat = 1, kInternal = 0x3fffffff;
constexpr uint8_t kDropped = 0x80; ///< ForwardingStatus "dropped, unknown reason" (element 89)
constexpr size_t kEthernetHeader = 14;

struct Interface {
    uint32_t format = 0;
    uint32_t value = 0;
    /// 0 for what is no interface: internal, discarded, several at once.
    [[nodiscard]] uint32_t index() const { return format == kSingle && value != kInternal ? value : 0; }
};

Interface readInterface(Cursor& in, bool expanded)
{
    if (expanded) {
        const uint32_t format = in.u32();
        return {format, in.u32()};
    }
    const uint32_t packed = in.u32();
    return {packed >> 30, packed & kInternal};
}

/// An address with its kind before it; zero for kinds that are neither IPv4 nor IPv6.
Ip readAddress(Cursor& in)
{
    switch (in.u32()) {
    case 1: {
        const uint32_t v4 = in.u32();
        return v4 == 0 ? Ip() : Ip::v4(v4);
    }
    case 2: {
        const Bytes octets = in.take(16);
        return octets.empty() ? Ip() : Ip::fromBytes(octets.data());
    }
    default:
        return {};
    }
}

/// A length in bits; some agents write the mask itself.
uint8_t maskLength(uint32_t mask)
{
    return static_cast<uint8_t>(mask <= 128 ? mask : std::popcount(mask));
}

/// XDR opaque or string: length, octets, padding to four.
Bytes readOpaque(Cursor& in)
{
    const size_t length = in.u32();
    const Bytes octets = in.take(length);
    if (in.ok())
        in.skip(std::min<size_t>(in.left(), (4 - length % 4) % 4));
    return octets;
}

/// Appends a counted list of words; false when it is longer than what is there.
bool readWords(Cursor& in, std::vector<uint32_t>& words)
{
    const size_t count = in.u32();
    if (count > in.left() / 4)
        return false;
    for (size_t i = 0; i < count; ++i)
        words.push_back(in.u32());
    return true;
}

} // namespace

void SflowDecoder::decode(Bytes payload, MessageContext& message, MessageInfo& info, FlowBatch& out)
{
    Cursor in(payload);
    in.skip(4);
    const Ip agent = readAddress(in);
    info.agent = agent;
    message.domain = in.u32();
    info.sequence = in.u32();
    info.units = 1;
    message.uptimeMs = in.u32();
    const uint32_t count = in.u32();
    if (!in.ok()) {
        m_stats.add(DecodeCount::Truncated);
        return;
    }
    m_out = &out;
    m_samples.clear();
    m_packets.clear();
    for (uint32_t i = 0; i < count; ++i) {
        if (in.left() < 8) {
            m_stats.add(DecodeCount::Truncated);
            break;
        }
        const uint32_t format = in.u32();
        const size_t length = in.u32();
        if (length > in.left())
            m_stats.add(DecodeCount::Truncated);
        sample(format, in.take(std::min(length, in.left())));
    }
    if (m_options.exporterFromMessage && !agent.isZero())
        info.exporter = agent;
    if (m_samples.empty())
        return;
    const size_t first = out.addRows(m_samples.size());
    writeRows(out, first);
    m_writer.writeHeader(message, info.exporter, out, first, m_samples.size());
    info.flows = static_cast<uint32_t>(m_samples.size());
    m_stats.add(DecodeCount::Flows, m_samples.size());
}

void SflowDecoder::sample(uint32_t format, Bytes body)
{
    switch (format) {
    case kFlowSample:
    case kExpandedFlow:
        flowSample(body, format == kExpandedFlow);
        break;
    case kCounterSample:
    case kExpandedCounter:
        m_stats.add(DecodeCount::CounterSamples);
        if (m_options.observer)
            counterSample(body, format == kExpandedCounter);
        break;
    case kDiscarded:
        m_stats.add(DecodeCount::DiscardedPackets);
        break;
    default:
        m_stats.add(DecodeCount::UnknownSamples);
        break;
    }
}

void SflowDecoder::flowSample(Bytes body, bool expanded)
{
    m_stats.add(DecodeCount::Records);
    Cursor in(body);
    SampleSeen seen;
    seen.sequence = in.u32();
    if (expanded)
        in.skip(4); // the source's class
    seen.source = in.u32();
    Sample sample;
    setRate(sample, in.u32());
    seen.pool = in.u32();
    seen.drops = in.u32();
    sample.in = readInterface(in, expanded).index();
    const Interface out = readInterface(in, expanded);
    sample.out = out.index();
    if (out.format == kDiscardFormat)
        sample.discard = storedDropReason(out.value);
    const uint32_t records = in.u32();
    if (!in.ok()) {
        m_stats.add(DecodeCount::MalformedRecords);
        return;
    }
    if (m_options.observer)
        m_options.observer->onSample(seen);
    PacketInfo packet;
    for (uint32_t i = 0; in.ok() && i < records; ++i) {
        const uint32_t format = in.u32();
        const Bytes octets = in.take(in.u32());
        if (!in.ok() || !record(format, octets, sample, packet)) {
            m_stats.add(DecodeCount::MalformedRecords);
            break;
        }
    }
    if (sample.noTunnel) {
        m_stats.add(m_options.strict ? DecodeCount::TunnelMissing : DecodeCount::WithoutTunnel);
        if (m_options.strict)
            return;
    }
    m_samples.push_back(sample);
    m_packets.push_back(packet);
}


/// Of counters only those of interfaces are told; what is cut short tells nothing.
void SflowDecoder::counterSample(Bytes body, bool expanded)
{
    Cursor in(body);
    in.skip(expanded ? 12 : 8); // sequence number, source
    const uint32_t records = in.u32();
    for (uint32_t i = 0; in.ok() && i < records; ++i) {
        const uint32_t format = in.u32();
        const Bytes octets = in.take(in.u32());
        if (!in.ok() || format != kInterfaceCounters)
            continue;
        Cursor record(octets);
        CountersSeen seen;
        seen.ifIndex = record.u32();
        record.skip(4); // type
        seen.speed = record.u64();
        record.skip(4); // direction
        seen.status = record.u32();
        seen.inOctets = record.u64();
        for (auto& packets : seen.inPackets)
            packets = record.u32();
        seen.inDiscards = record.u32();
        seen.inErrors = record.u32();
        record.skip(4); // unknown protocols
        seen.outOctets = record.u64();
        for (auto& packets : seen.outPackets)
            packets = record.u32();
        seen.outDiscards = record.u32();
        seen.outErrors = record.u32();
        if (record.ok())
            m_options.observer->onCounters(seen);
    }
}

void SflowDecoder::setRate(Sample& sample, uint32_t rate) const
{
    if (m_options.samplingOverride) {
        sample.rate = *m_options.samplingOverride;
        sample.source = SamplingSource::Override;
    } else if (rate != 0) {
        sample.rate = rate;
        sample.source = SamplingSource::Sample;
    } else if (m_options.samplingDefault) {
        sample.rate = *m_options.samplingDefault;
        sample.source = SamplingSource::Default;
    }
}

/// False when a record that is understood does not hold what it should.
bool SflowDecoder::record(uint32_t format, Bytes body, Sample& sample, PacketInfo& packet)
{
    Cursor in(body);
    switch (format) {
    case kRawHeader:
        return rawHeader(body, sample, packet);
    case kEthernet:
        return ethernet(in, sample, packet);
    case kIpv4:
        return ipRecord(in, sample, packet, 4);
    case kIpv6:
        return ipRecord(in, sample, packet, 16);
    case kRouter:
        return router(in, sample);
    case kGateway:
        return gateway(in, sample);
    case kUser:
        return user(in, sample);
    case kMpls:
        return mpls(in, sample, packet);
    case kSwitch:
        sample.srcVlan = static_cast<uint16_t>(in.u32());
        in.skip(4);
        sample.dstVlan = static_cast<uint16_t>(in.u32());
        return in.ok();
    case kNat:
        sample.srcNat = readAddress(in);
        sample.dstNat = readAddress(in);
        return in.ok();
    case kNatPort:
        sample.srcPortNat = static_cast<uint16_t>(in.u32());
        sample.dstPortNat = static_cast<uint16_t>(in.u32());
        return in.ok();
    default:
        return true;
    }
}

bool SflowDecoder::rawHeader(Bytes body, Sample& sample, PacketInfo& packet)
{
    Cursor in(body);
    const uint32_t protocol = in.u32();
    const uint32_t frame = in.u32();
    const uint32_t stripped = in.u32();
    const size_t length = in.u32();
    if (!in.ok())
        return false;
    const Bytes header = in.take(std::min(length, in.left()));
    PacketStart start = PacketStart::Ethernet;
    switch (protocol) {
    case kHeaderEthernet:
        break;
    case kHeaderPpp:
        start = PacketStart::Ppp;
        break;
    case kHeaderIpv4:
    case kHeaderIpv6:
        start = PacketStart::Ip;
        break;
    case kHeaderMpls:
        start = PacketStart::Mpls;
        break;
    default:
        return true; // a link layer that is not understood: the sample's other records may tell
    }
    packet = {};
    const bool ip = parsePacket(header, start, packet);
    const uint64_t link = ip ? packet.linkLength : start == PacketStart::Ethernet ? kEthernetHeader : 0;
    const uint64_t around = link + stripped;
    if (m_options.decapsulation != Decapsulation::None) {
        sample.noTunnel = !decapsulate(packet, m_options.decapsulation);
        if (!sample.noTunnel)
            m_stats.add(DecodeCount::Decapsulated);
    }
    sample.bytes = packet.ipLength != 0 ? packet.ipLength : frame > around ? frame - around : 0;
    sample.packet = true;
    return true;
}

bool SflowDecoder::ethernet(Cursor in, Sample& sample, PacketInfo& packet)
{
    const uint32_t length = in.u32();
    const Bytes src = in.take(8); // six octets, padded
    const Bytes dst = in.take(8);
    const uint32_t type = in.u32();
    if (!in.ok())
        return false;
    if (packet.srcMac == 0 && packet.dstMac == 0) {
        packet.srcMac = loadBe<6>(src.data());
        packet.dstMac = loadBe<6>(dst.data());
    }
    if (packet.etype == 0)
        packet.etype = static_cast<uint16_t>(type);
    if (!sample.packet)
        sample.bytes = length > kEthernetHeader ? length - kEthernetHeader : 0;
    sample.packet = true;
    return true;
}

bool SflowDecoder::ipRecord(Cursor in, Sample& sample, PacketInfo& packet, size_t addressLength)
{
    const uint32_t length = in.u32();
    const uint32_t proto = in.u32();
    const Bytes src = in.take(addressLength);
    const Bytes dst = in.take(addressLength);
    const uint32_t srcPort = in.u32();
    const uint32_t dstPort = in.u32();
    const uint32_t flags = in.u32();
    const uint32_t tos = in.u32();
    if (!in.ok())
        return false;
    if (packet.ip) // a raw header said it already
        return true;
    const bool v4 = addressLength == 4;
    packet.ip = true;
    packet.etype = v4 ? 0x0800 : 0x86dd;
    packet.src = v4 ? Ip::v4(load32(src.data())) : Ip::fromBytes(src.data());
    packet.dst = v4 ? Ip::v4(load32(dst.data())) : Ip::fromBytes(dst.data());
    packet.proto = static_cast<uint8_t>(proto);
    packet.srcPort = static_cast<uint16_t>(srcPort);
    packet.dstPort = static_cast<uint16_t>(dstPort);
    packet.tcpFlags = static_cast<uint16_t>(flags & 0x1ff);
    packet.tos = static_cast<uint8_t>(tos);
    sample.bytes = length;
    sample.packet = true;
    return true;
}

bool SflowDecoder::router(Cursor in, Sample& sample)
{
    sample.nextHop = readAddress(in);
    sample.srcMask = maskLength(in.u32());
    sample.dstMask = maskLength(in.u32());
    return in.ok();
}

bool SflowDecoder::gateway(Cursor in, Sample& sample)
{
    sample.bgpNextHop = readAddress(in);
    const uint32_t own = in.u32();
    sample.srcAs = in.u32();
    in.skip(4); // the source's neighbour
    const uint32_t segments = in.u32();
    m_words.clear();
    for (uint32_t i = 0; in.ok() && i < segments; ++i) {
        in.skip(4); // set or sequence
        if (!readWords(in, m_words))
            return false;
    }
    if (!in.ok())
        return false;
    // No source AS and an empty path mean the router's own AS.
    sample.srcAs = sample.srcAs == 0 ? own : sample.srcAs;
    sample.dstAs = m_words.empty() ? own : m_words.back();
    sample.path = m_out->dictionary().intern(listBytes(m_words));
    m_words.clear();
    if (!readWords(in, m_words))
        return false;
    sample.communities = m_out->dictionary().intern(listBytes(m_words));
    return in.ok();
}

bool SflowDecoder::mpls(Cursor in, Sample& sample, PacketInfo& packet)
{
    const Ip nextHop = readAddress(in);
    if (sample.nextHop.isZero())
        sample.nextHop = nextHop;
    const size_t count = in.u32();
    if (count > in.left() / 4)
        return false;
    const bool fresh = packet.labels == 0;
    for (size_t i = 0; i < count; ++i) {
        const uint32_t entry = in.u32();
        if (fresh && packet.labels < packet.label.size())
            packet.label[packet.labels++] = entry >> 12;
    }
    return in.ok();
}

bool SflowDecoder::user(Cursor in, Sample& sample)
{
    const auto intern = [&](Bytes name) {
        return m_out->dictionary().intern({reinterpret_cast<const char*>(name.data()), name.size()});
    };
    in.skip(4); // character set
    const Bytes src = readOpaque(in);
    in.skip(4);
    const Bytes dst = readOpaque(in);
    sample.user = intern(src.empty() ? dst : src);
    return in.ok();
}

void SflowDecoder::writeRows(FlowBatch& out, size_t first) const
{
    const std::span<const PacketInfo> packets(m_packets);
    const std::span<const Sample> samples(m_samples);
    writePackets(packets, out, first, false);
    using S = const Sample&;
    const auto write
        = [&]<class Cell>(ColumnId column, auto get, Cell) { writeColumn<Cell>(samples, out, first, false, column, get); };
    write(
        ColumnId::SamplingRate, [](S s) { return s.rate; }, uint64_t {});
    write(
        ColumnId::SamplingSource, [](S s) { return static_cast<uint8_t>(s.source); }, uint8_t {});
    write(
        ColumnId::Bytes, [](S s) { return s.bytes; }, uint64_t {});
    write(
        ColumnId::Packets, [](S) { return uint64_t {1}; }, uint64_t {});
    write(
        ColumnId::InIfIndex, [](S s) { return s.in; }, uint32_t {});
    write(
        ColumnId::OutIfIndex, [](S s) { return s.out; }, uint32_t {});
    write(
        ColumnId::ForwardingStatus, [](S s) { return s.discard != 0 ? kDropped : uint8_t {}; }, uint8_t {});
    write(
        ColumnId::DropReason, [](S s) { return s.discard; }, uint16_t {});
    write(
        ColumnId::SrcAS, [](S s) { return s.srcAs; }, uint32_t {});
    write(
        ColumnId::DstAS, [](S s) { return s.dstAs; }, uint32_t {});
    write(
        ColumnId::DstASPath, [](S s) { return s.path; }, uint32_t {});
    write(
        ColumnId::DstCommunities, [](S s) { return s.communities; }, uint32_t {});
    write(
        ColumnId::NextHop, [](S s) { return s.nextHop.isZero() ? s.bgpNextHop : s.nextHop; }, Ip {});
    write(
        ColumnId::SrcNetMask, [](S s) { return s.srcMask; }, uint8_t {});
    write(
        ColumnId::DstNetMask, [](S s) { return s.dstMask; }, uint8_t {});
    write(
        ColumnId::SrcAddrNAT, [](S s) { return s.srcNat; }, Ip {});
    write(
        ColumnId::DstAddrNAT, [](S s) { return s.dstNat; }, Ip {});
    write(
        ColumnId::SrcPortNAT, [](S s) { return s.srcPortNat; }, uint16_t {});
    write(
        ColumnId::DstPortNAT, [](S s) { return s.dstPortNat; }, uint16_t {});
    write(
        ColumnId::DstVlan, [](S s) { return s.dstVlan; }, uint16_t {});
    write(
        ColumnId::UserName, [](S s) { return s.user; }, uint32_t {});
    // The switch knows the VLAN of untagged frames too; a tag in the frame is the fallback.
    if (std::ranges::any_of(samples, [](S s) { return s.srcVlan != 0; })) {
        uint16_t* vlans = out.cells<uint16_t>(ColumnId::SrcVlan) + first;
        for (size_t i = 0; i < samples.size(); ++i)
            vlans[i] = samples[i].srcVlan != 0 ? samples[i].srcVlan : vlans[i];
    }
}

} // namespace rivereto::core
