// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/meter/meter.h"

#include <algorithm>

#include "collectors/meter/meterrows.h"
#include "collectors/meter/tcp.h"
#include "core/decode/payloadnames.h"
#include "core/decode/tunnels.h"

namespace rivereto::collectors {

namespace {

using core::PacketInfo;

constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint8_t kTcp = 6, kUdp = 17;
/// How long a closed TCP conversation waits for its last acknowledgements.
constexpr uint64_t kLingerNs = kSecond;
constexpr uint8_t kSearchedPackets = 6;
constexpr size_t kMostBeginning = 8192;
constexpr size_t kMostSearching = 4096; ///< streams that wait for the rest of a name
constexpr size_t kTaken = 512; ///< rows written at a time

/// Octets of the IP packet on the wire; an offloaded segment does not say its length.
uint32_t bytesOf(const CapturedPacket& packet, const PacketInfo& info)
{
    if (info.ipLength != 0)
        return info.ipLength;
    return packet.originalLength - std::min(packet.originalLength, info.linkLength);
}

uint32_t segmentLength(const PacketInfo& info, uint32_t bytes)
{
    constexpr size_t kDataOffset = 12;
    const uint32_t header = info.innermost.size() > kDataOffset ? (info.innermost[kDataOffset] >> 4) * 4U : 20;
    return bytes - std::min(bytes, info.ipHeader + header);
}

void startSide(FlowSide& side, const PacketInfo& info, uint64_t now)
{
    side.firstNs = side.lastNs = now;
    side.srcMac = info.srcMac;
    side.dstMac = info.dstMac;
    side.fragmentId = info.moreFragments || info.fragmentOffset != 0 ? info.fragmentId : 0;
    side.flowLabel = info.flowLabel;
    side.tos = info.tos;
    side.ttl = info.ttl;
    side.icmpType = info.icmpType;
    side.icmpCode = info.icmpCode;
}

/// What was counted goes; what is known of the conversation stays.
void startPart(FlowEntry& entry, uint64_t now)
{
    entry.startNs = now;
    for (auto& side : entry.side) {
        side.bytes = 0;
        side.packets = 0;
        side.retransmissions = 0;
        side.tcpFlags = 0;
    }
}

} // namespace

Meter::Meter(std::shared_ptr<const core::Schema> schema, MeterOptions options)
    : m_schema(std::move(schema))
    , m_options(std::move(options))
    , m_activeNs(m_options.settings.activeSeconds * kSecond)
    , m_inactiveNs(m_options.settings.inactiveSeconds * kSecond)
{
}

void Meter::add(const CapturedPacket& packet, const PacketInfo& info)
{
    ++m_packets;
    const auto& settings = m_options.settings;
    auto& pending = m_pending[m_waiting];
    pending.info = info;
    if (settings.decapsulation != core::Decapsulation::None) {
        if (core::decapsulate(pending.info, settings.decapsulation)) {
            m_stats.add(core::DecodeCount::Decapsulated);
        } else if (settings.strict) {
            m_stats.add(core::DecodeCount::TunnelMissing);
            return;
        } else {
            m_stats.add(core::DecodeCount::WithoutTunnel);
        }
    }
    if (pending.info.moreFragments || pending.info.fragmentOffset != 0)
        m_fragments.complete(pending.info, packet.timeNs);
    pending.from = keyOf(pending.info, pending.key) ? 0 : 1;
    pending.hash = static_cast<uint32_t>(pending.key.hash());
    pending.timeNs = packet.timeNs;
    pending.bytes = bytesOf(packet, pending.info);
    pending.interface = packet.interface;
    m_table.prefetchSlot(pending.hash);
    if (++m_waiting == kPending)
        flush();
}

void Meter::flush()
{
    const auto waiting = std::span(m_pending).first(std::exchange(m_waiting, 0));
    for (const auto& packet : waiting)
        m_table.prefetchEntry(packet.hash);
    for (const auto& packet : waiting)
        meter(packet);
}

void Meter::meter(const Pending& packet)
{
    const uint64_t now = packet.timeNs;
    const auto& info = packet.info;
    tick(now);
    const uint32_t number = entryOf(packet);
    auto& entry = m_table[number];
    auto& side = entry.side[packet.from];
    if (side.packets++ == 0)
        startSide(side, info, now);
    side.bytes += packet.bytes;
    side.lastNs = std::max(side.lastNs, now);
    side.firstNs = std::min(side.firstNs, now);
    side.tcpFlags |= info.tcpFlags;
    entry.lastNs = std::max(entry.lastNs, now);
    entry.startNs = std::min(entry.startNs, now);
    if (entry.slot == FlowEntry::kNoSlot) {
        entry.interface = packet.interface;
        if (info.proto != kTcp)
            entry.began = static_cast<uint8_t>(packet.from);
        if (info.labels > 0) {
            auto& extra = extraOf(entry);
            extra.label = info.label;
            extra.labels = info.labels;
        }
        schedule(number);
    }
    if (info.proto == kTcp)
        followTcp(entry, packet.from, info, segmentLength(info, packet.bytes), now);
    if (!info.payload.empty() && entry.searched < kSearchedPackets && (info.proto == kTcp || info.proto == kUdp))
        searchName(entry, info);
}

/// The entry that the packet belongs to, older parts or conversations of the same key ended.
uint32_t Meter::entryOf(const Pending& packet)
{
    const uint64_t now = packet.timeNs;
    uint32_t number = m_table.find(packet.key, packet.hash);
    if (number != FlowTable::kNone) {
        auto& entry = m_table[number];
        const bool again = entry.closed && (packet.info.tcpFlags & (tcp::kSyn | tcp::kAck)) == tcp::kSyn;
        if (again || (now > entry.lastNs && now - entry.lastNs >= m_inactiveNs)) {
            end(number, entry.closed ? EndReason::End : EndReason::Idle);
        } else {
            if (now > entry.startNs && now - entry.startNs >= m_activeNs) {
                endPart(number);
                startPart(m_table[number], now);
            }
            return number;
        }
    }
    if (m_table.open() >= m_options.maxFlows)
        evict();
    number = m_table.insert(packet.key, packet.hash);
    auto& entry = m_table[number];
    entry.startNs = entry.lastNs = now;
    return number;
}

uint64_t Meter::dueNs(const FlowEntry& entry) const
{
    if (entry.closed)
        return entry.lastNs + kLingerNs;
    return std::min(entry.lastNs + m_inactiveNs, entry.startNs + m_activeNs);
}

void Meter::schedule(uint32_t number)
{
    auto& entry = m_table[number];
    entry.slot = m_wheel.add(number, dueNs(entry) / kSecond + 1);
}

void Meter::advance(uint64_t nowNs)
{
    flush();
    tick(nowNs);
}

void Meter::tick(uint64_t nowNs)
{
    if (nowNs / kSecond <= m_now / kSecond)
        return;
    m_now = nowNs;
    m_wheel.advance(nowNs / kSecond, [&](uint32_t number, uint8_t slot) { due(number, slot, nowNs); });
}

void Meter::due(uint32_t number, uint8_t slot, uint64_t now)
{
    auto& entry = m_table[number];
    // Entries that ended otherwise, and were used again maybe, stay in the wheel.
    if (entry.slot != slot)
        return;
    const bool idle = now >= entry.lastNs + m_inactiveNs;
    if (idle || (entry.closed && now >= entry.lastNs + kLingerNs)) {
        end(number, entry.closed ? EndReason::End : EndReason::Idle);
        return;
    }
    if (now >= entry.startNs + m_activeNs) {
        endPart(number);
        startPart(m_table[number], now);
    }
    schedule(number);
}

void Meter::end(uint32_t number, EndReason reason)
{
    m_table.unlink(number);
    auto& entry = m_table[number];
    entry.reason = reason;
    entry.slot = FlowEntry::kNoSlot;
    m_ended.push_back(number);
}

/// A copy goes out; the entry lives on.
void Meter::endPart(uint32_t number)
{
    const auto& open = m_table[number];
    if (open.side[0].packets == 0 && open.side[1].packets == 0)
        return;
    const uint32_t part = m_table.copy(number);
    auto& entry = m_table[part];
    entry.reason = EndReason::Active;
    entry.slot = FlowEntry::kNoSlot;
    if (entry.extra != 0) {
        const FlowExtra known = *m_extras[entry.extra - 1];
        entry.extra = 0;
        auto& extra = extraOf(entry);
        extra.names = known.names;
        extra.label = known.label;
        extra.labels = known.labels;
    }
    m_ended.push_back(part);
}

void Meter::evict()
{
    const size_t before = m_table.open();
    while (m_table.open() == before) {
        const bool any = m_wheel.next([&](uint32_t number, uint8_t slot) {
            if (m_table[number].slot == slot) {
                ++m_evicted;
                end(number, EndReason::Resources);
            }
        });
        if (!any)
            return;
    }
}

void Meter::finish()
{
    flush();
    while (m_wheel.next([&](uint32_t number, uint8_t slot) {
        if (m_table[number].slot == slot)
            end(number, m_table[number].closed ? EndReason::End : EndReason::Forced);
    })) { }
}

FlowExtra& Meter::extraOf(FlowEntry& entry)
{
    if (entry.extra == 0) {
        if (m_freeExtras.empty()) {
            m_extras.push_back(nullptr);
            m_freeExtras.push_back(static_cast<uint32_t>(m_extras.size()));
        }
        entry.extra = m_freeExtras.back();
        m_freeExtras.pop_back();
        m_extras[entry.extra - 1] = std::make_unique<FlowExtra>();
    }
    return *m_extras[entry.extra - 1];
}

void Meter::dropExtra(FlowEntry& entry)
{
    if (entry.extra == 0)
        return;
    m_searching -= m_extras[entry.extra - 1]->beginning.empty() ? 0 : 1;
    m_extras[entry.extra - 1] = nullptr;
    m_freeExtras.push_back(entry.extra);
    entry.extra = 0;
}

void Meter::searchName(FlowEntry& entry, const PacketInfo& info)
{
    ++entry.searched;
    core::PayloadName found;
    const bool tcp = info.proto == kTcp;
    FlowExtra* extra = entry.extra == 0 ? nullptr : m_extras[entry.extra - 1].get();
    core::Bytes payload = info.payload;
    if (extra && !extra->beginning.empty()) {
        extra->beginning.insert(extra->beginning.end(), payload.begin(), payload.end());
        payload = extra->beginning;
    }
    const auto search = core::findName(payload, tcp, info.srcPort, info.dstPort, found);
    if (search == core::NameSearch::Incomplete && tcp && payload.size() < kMostBeginning && m_searching < kMostSearching) {
        auto& waiting = extraOf(entry).beginning;
        if (waiting.empty()) {
            waiting.assign(payload.begin(), payload.end());
            ++m_searching;
        }
        return;
    }
    if (extra && !extra->beginning.empty()) {
        extra->beginning = {};
        --m_searching;
    }
    if (search == core::NameSearch::Found) {
        extraOf(entry).names[static_cast<size_t>(found.column) - static_cast<size_t>(core::ColumnId::ServerName)] = std::move(found.name);
        entry.searched = kSearchedPackets;
    }
}

void Meter::setInterfaces(std::span<const CaptureInterface> interfaces)
{
    for (size_t i = m_interfaces.size(); i < interfaces.size(); ++i)
        m_interfaces.push_back(interfaces[i].name);
}

bool Meter::take(core::FlowBatch& rows, size_t most)
{
    std::vector<MeteredRow> out;
    while (m_endedTaken < m_ended.size() && rows.rows() < most) {
        out.clear();
        const size_t room = std::min(kTaken, most - rows.rows());
        const size_t from = m_endedTaken;
        while (m_endedTaken < m_ended.size() && out.size() < room) {
            const auto& entry = m_table[m_ended[m_endedTaken++]];
            const auto* extra = entry.extra == 0 ? nullptr : m_extras[entry.extra - 1].get();
            appendRows(entry, extra, entry.interface < m_interfaces.size() ? std::string_view(m_interfaces[entry.interface]) : std::string_view(), out);
        }
        writeRows(out, m_options, rows);
        for (size_t i = from; i < m_endedTaken; ++i) {
            dropExtra(m_table[m_ended[i]]);
            m_table.release(m_ended[i]);
        }
        m_stats.add(core::DecodeCount::Records, out.size());
        m_stats.add(core::DecodeCount::Flows, out.size());
    }
    if (m_endedTaken < m_ended.size())
        return true;
    m_ended.clear();
    m_endedTaken = 0;
    return false;
}

} // namespace rivereto::collectors
