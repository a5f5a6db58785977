// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/capture/reassembly.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace rivereto::collectors {

namespace {
constexpr uint32_t kMaxPacket = 65535;
constexpr size_t kOverhead = 256; ///< of a waiting packet beside its bytes
} // namespace

void Reassembly::drop(Order::iterator it)
{
    m_bytes -= it->bytes.size() + kOverhead;
    m_packets.erase(it->key);
    m_order.erase(it);
}

void Reassembly::expire(uint64_t nowMs)
{
    while (!m_order.empty() && (m_bytes > m_maxBytes || m_order.front().firstMs + m_timeoutMs < nowMs)) {
        m_lost += m_order.front().fragments;
        drop(m_order.begin());
    }
}

/// Copies what is new of a fragment; octets that came before stay (an overlap cannot rewrite them).
void Reassembly::insert(Packet& packet, uint32_t begin, core::Bytes bytes)
{
    const uint32_t end = begin + static_cast<uint32_t>(bytes.size());
    if (packet.bytes.size() < end) {
        m_bytes += end - packet.bytes.size();
        packet.bytes.resize(end);
    }
    uint32_t at = begin;
    for (const auto& [from, to] : packet.parts) {
        if (to <= at)
            continue;
        if (from >= end)
            break;
        if (from > at)
            std::memcpy(packet.bytes.data() + at, bytes.data() + (at - begin), from - at);
        at = to;
    }
    if (at < end)
        std::memcpy(packet.bytes.data() + at, bytes.data() + (at - begin), end - at);
    packet.parts.emplace_back(begin, end);
    std::ranges::sort(packet.parts);
    size_t out = 0;
    for (size_t i = 1; i < packet.parts.size(); ++i) {
        if (packet.parts[i].first <= packet.parts[out].second)
            packet.parts[out].second = std::max(packet.parts[out].second, packet.parts[i].second);
        else
            packet.parts[++out] = packet.parts[i];
    }
    packet.parts.resize(out + 1);
}

std::optional<core::Bytes> Reassembly::add(const core::PacketInfo& info, uint64_t nowMs)
{
    expire(nowMs);
    const uint32_t begin = info.fragmentOffset * 8U;
    const size_t size = info.ipPayload.size();
    // All but the last fragment are multiples of eight octets; a cut one would leave a hole for ever.
    if (size == 0 || begin + size > kMaxPacket || (info.moreFragments && size % 8 != 0)) {
        ++m_lost;
        return std::nullopt;
    }
    const Key key {info.src, info.dst, info.fragmentId, info.proto};
    auto it = m_packets.find(key);
    if (it == m_packets.end()) {
        m_order.push_back({.key = key, .firstMs = nowMs});
        it = m_packets.emplace(key, std::prev(m_order.end())).first;
        m_bytes += kOverhead;
    }
    Packet& packet = *it->second;
    ++packet.fragments;
    if (!info.moreFragments)
        packet.length = begin + static_cast<uint32_t>(size);
    insert(packet, begin, info.ipPayload);
    const bool complete
        = packet.length != 0 && packet.parts.size() == 1 && packet.parts[0].first == 0 && packet.parts[0].second >= packet.length;
    if (!complete)
        return std::nullopt;
    const size_t length = packet.length;
    m_bytes -= packet.bytes.size() + kOverhead;
    m_done = std::move(packet.bytes);
    const auto order = it->second;
    m_packets.erase(it);
    m_order.erase(order);
    return core::Bytes(m_done).first(length);
}

void Reassembly::finish()
{
    for (const auto& packet : m_order)
        m_lost += packet.fragments;
    m_order.clear();
    m_packets.clear();
    m_bytes = 0;
}

} // namespace rivereto::collectors
