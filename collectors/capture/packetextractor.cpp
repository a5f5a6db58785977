// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/capture/packetextractor.h"

#include <algorithm>

#include "collectors/capture/linklayer.h"
#include "collectors/meter/fragmentports.h"
#include "core/decode/protocol.h"
#include "core/decode/tunnels.h"
#include "core/store/flowstore.h"

namespace rivereto::collectors {

namespace {

using core::ColumnId;
using core::PacketInfo;

constexpr uint8_t kIcmp = 1, kUdp = 17;
/// How long before the datagram was complete its fragments may have come.
constexpr uint64_t kFragmentsMs = 20;
constexpr uint64_t kPacketsPerStopCheck = 4096;

/// Columns of the rows, each cell as a number or address.
class Rows {
public:
    explicit Rows(const core::FlowBatch& batch)
        : m_batch(batch)
    {
    }
    [[nodiscard]] uint64_t number(ColumnId column, size_t row) const { return m_batch.has(column) ? m_batch.view(column).number(row) : 0; }
    [[nodiscard]] core::Ip ip(ColumnId column, size_t row) const { return m_batch.has(column) ? m_batch.view(column).at<core::Ip>(row) : core::Ip {}; }

    /// What keyOf() needs, as the flow's packets said it.
    [[nodiscard]] PacketInfo packet(size_t row) const
    {
        PacketInfo out;
        out.src = ip(ColumnId::SrcAddr, row);
        out.dst = ip(ColumnId::DstAddr, row);
        out.etype = static_cast<uint16_t>(number(ColumnId::EType, row));
        out.ip = !out.src.isZero() || !out.dst.isZero() || out.etype == 0x0800 || out.etype == 0x86dd;
        out.srcMac = number(ColumnId::SrcMAC, row);
        out.dstMac = number(ColumnId::DstMAC, row);
        out.proto = static_cast<uint8_t>(number(ColumnId::Proto, row));
        out.srcPort = static_cast<uint16_t>(number(ColumnId::SrcPort, row));
        out.dstPort = static_cast<uint16_t>(number(ColumnId::DstPort, row));
        out.vlan = static_cast<uint16_t>(number(ColumnId::SrcVlan, row));
        out.vni = static_cast<uint32_t>(number(ColumnId::VNI, row));
        const bool v4 = out.proto == kIcmp;
        out.icmpType = static_cast<uint8_t>(number(v4 ? ColumnId::ICMPv4Type : ColumnId::ICMPv6Type, row));
        out.icmpCode = static_cast<uint8_t>(number(v4 ? ColumnId::ICMPv4Code : ColumnId::ICMPv6Code, row));
        return out;
    }

private:
    const core::FlowBatch& m_batch;
};

/// Sorts, and joins what overlaps.
void tidy(std::vector<std::pair<uint64_t, uint64_t>>& times)
{
    std::ranges::sort(times);
    size_t kept = 0;
    for (size_t i = 1; i < times.size(); ++i) {
        if (times[i].first <= times[kept].second + 1)
            times[kept].second = std::max(times[kept].second, times[i].second);
        else
            times[++kept] = times[i];
    }
    times.resize(std::min(times.size(), kept + 1));
}

bool within(const std::vector<std::pair<uint64_t, uint64_t>>& times, uint64_t from, uint64_t to)
{
    // The first that ends at or after `from`.
    const auto it = std::ranges::lower_bound(times, from, {}, [](const auto& stretch) { return stretch.second; });
    return it != times.end() && it->first <= to;
}

} // namespace

PacketExtractor::PacketExtractor(ExtractOptions options)
    : m_options(std::move(options))
    , m_out(m_options.put)
{
}

core::Result<void> PacketExtractor::write(const core::FlowBatch& rows)
{
    const Rows from(rows);
    const auto add = [&](std::vector<Stretch>& times, Stretch stretch) {
        if (!times.empty() && times.back() == stretch)
            return;
        times.push_back(stretch);
        ++m_times;
    };
    for (size_t row = 0; row < rows.rows(); ++row) {
        if (from.number(ColumnId::ExportProtocol, row) == static_cast<uint64_t>(core::Protocol::Packets)) {
            FlowKey key;
            keyOf(from.packet(row), key);
            add(m_flows[key], {from.number(ColumnId::TimeFlowStart, row), from.number(ColumnId::TimeFlowEnd, row)});
        } else {
            const uint64_t received = from.number(ColumnId::TimeReceived, row);
            add(m_exports[from.ip(ColumnId::ExporterAddress, row)], {received, received});
        }
    }
    if (m_times > kMostTimes)
        return core::fail("more than {} flows match; packets can be looked for when a filter or a time range leaves fewer", kMostTimes);
    return {};
}

bool PacketExtractor::wanted(const PacketInfo& info, uint64_t ms) const
{
    FlowKey key;
    keyOf(info, key);
    if (const auto flow = m_flows.find(key); flow != m_flows.end() && within(flow->second, ms, ms))
        return true;
    const auto exported = info.proto == kUdp ? m_exports.find(info.src) : m_exports.end();
    if (exported == m_exports.end())
        return false;
    const bool fragment = info.moreFragments || info.fragmentOffset != 0;
    return within(exported->second, ms, fragment ? ms + kFragmentsMs : ms) && (fragment || core::recognise(info.payload));
}

core::Result<void> PacketExtractor::extract(const std::string& capture)
{
    auto stream = ByteStream::open(capture);
    if (!stream)
        return core::fail("{}; name the captures themselves with -r if they are elsewhere now", stream.error().message());
    auto file = PacketFile::open(std::move(*stream), capture);
    if (!file)
        return tl::unexpected(file.error());
    (*file)->stream().setStop(m_options.stop);
    FragmentPorts fragments;
    CapturedPacket packet;
    for (uint64_t i = 0; (*file)->next(packet); ++i) {
        if (i % kPacketsPerStopCheck == 0 && m_options.stop.stop_requested())
            break;
        PacketInfo info;
        parseLink(packet.linkType, packet.bytes, info);
        PacketInfo inner = info;
        core::decapsulate(inner, m_options.settings.decapsulation);
        if (inner.moreFragments || inner.fragmentOffset != 0)
            fragments.complete(inner, packet.timeNs);
        const uint64_t ms = packet.timeNs / 1'000'000;
        if (!wanted(inner, ms) && !(inner.inner && wanted(info, ms)))
            continue;
        if (auto done = m_out.write(packet, (*file)->interfaces()[packet.interface]); !done)
            return done;
    }
    return {};
}

core::Result<void> PacketExtractor::finish()
{
    if (m_options.captures.empty())
        return core::fail("there is no capture to take packets from: these flows were not read from packet captures that are still known");
    for (auto& [key, times] : m_flows)
        tidy(times);
    for (auto& [exporter, times] : m_exports)
        tidy(times);
    for (const auto& capture : m_options.captures) {
        if (auto done = extract(capture); !done)
            return done;
        if (m_options.stop.stop_requested())
            return core::fail(core::kCancelled);
    }
    if (m_out.packets() == 0)
        return core::fail("none of the packets behind these flows is in the captures ({} files)", m_options.captures.size());
    return m_out.finish();
}

} // namespace rivereto::collectors
