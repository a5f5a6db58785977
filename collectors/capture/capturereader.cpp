// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/capture/capturereader.h"

#include <algorithm>

#include "collectors/capture/linklayer.h"
#include "collectors/capture/reassembly.h"
#include "core/decode/protocol.h"

namespace rivereto::collectors {

namespace {

using core::PacketInfo;

constexpr uint8_t kUdp = 17;
constexpr int kPacketsPerRead = 16384; ///< a read() without any datagram returns after these
constexpr int kPacketsPerStopCheck = 256;

} // namespace

struct CaptureReader::State {
    State(std::unique_ptr<PacketFile> f, CaptureOptions o)
        : options(o)
        , file(std::move(f))
        , reassembly(o.maxFragmentBytes, o.fragmentTimeoutMs)
    {
        if (options.others)
            file->onRefill([others = options.others] { others->beforeBytesGo(); });
        listenToStatistics();
    }

    void listenToStatistics()
    {
        file->onStatistics([this](const CaptureStatistics& said) { stats.live = said; });
    }

    void packet(const CapturedPacket& packet, core::DatagramBatch& out)
    {
        ++stats.packets;
        const uint64_t ms = packet.timeNs / 1'000'000;
        stats.firstMs = stats.packets == 1 ? ms : std::min(stats.firstMs, ms);
        stats.lastMs = std::max(stats.lastMs, ms);
        if (packet.bytes.size() < packet.originalLength)
            ++stats.cutPackets;
        PacketInfo info;
        const bool ip = parseLink(packet.linkType, packet.bytes, info);
        if (ip && info.proto == kUdp && udp(info, ms, out))
            return;
        if (!info.ip && (info.etype == 0x0800 || info.etype == 0x86dd))
            ++stats.malformedPackets;
        if (!ip && !knownLink(packet.linkType))
            ++stats.unknownLinks;
        // Of flow export, maybe: that is known with its last fragment.
        if (info.proto != kUdp || (!info.moreFragments && info.fragmentOffset == 0))
            ++stats.otherPackets;
        if (options.others)
            options.others->onPacket(packet, info);
    }

    /// True when it was a datagram to hand out.
    bool udp(const PacketInfo& info, uint64_t ms, core::DatagramBatch& out)
    {
        if (!info.moreFragments && info.fragmentOffset == 0)
            return datagram(info, ms, out);
        ++stats.fragments;
        const auto payload = reassembly.add(info, ms);
        stats.fragmentsLost = reassembly.lost();
        if (!payload)
            return false;
        ++stats.reassembled;
        PacketInfo whole = info;
        core::parseTransport(*payload, kUdp, whole);
        return datagram(whole, ms, out);
    }

    bool datagram(const PacketInfo& info, uint64_t ms, core::DatagramBatch& out)
    {
        if (!info.transport || (options.recogniseOnly && !core::recognise(info.payload)))
            return false;
        out.add({info.src, info.srcPort, options.input, ms}, info.payload);
        if (options.keepDestinations)
            destinations.push_back({info.dst, info.dstPort});
        ++stats.datagrams;
        return true;
    }

    /// No more packets.
    Status end(const std::stop_token& stop)
    {
        if (stop.stop_requested())
            return Status::Stopped;
        reassembly.finish();
        stats.fragmentsLost = reassembly.lost();
        ended = true;
        return Status::End;
    }

    CaptureOptions options;
    std::unique_ptr<PacketFile> file;
    Reassembly reassembly;
    CaptureStats stats;
    std::vector<CapturedDestination> destinations;
    bool ended = false;
};

CaptureReader::CaptureReader(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
CaptureReader::~CaptureReader() = default;

core::Result<std::unique_ptr<CaptureReader>> CaptureReader::open(const std::filesystem::path& path, CaptureOptions options)
{
    auto stream = ByteStream::open(path);
    if (!stream)
        return tl::unexpected(stream.error());
    return open(std::move(*stream), path, options);
}

core::Result<std::unique_ptr<CaptureReader>> CaptureReader::open(
    std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, CaptureOptions options)
{
    auto file = PacketFile::open(std::move(stream), path);
    if (!file)
        return tl::unexpected(file.error());
    return std::unique_ptr<CaptureReader>(new CaptureReader(std::make_unique<State>(std::move(*file), options)));
}

CaptureReader::Status CaptureReader::read(core::DatagramBatch& out, std::stop_token stop, size_t maxBytes)
{
    State& state = *m_state;
    state.destinations.clear();
    if (state.ended)
        return Status::End;
    state.file->stream().setStop(stop);
    CapturedPacket packet;
    for (int i = 0; i < kPacketsPerRead && out.bytes() < maxBytes; ++i) {
        if (i % kPacketsPerStopCheck == 0 && stop.stop_requested())
            return Status::Stopped;
        const auto step = state.file->step(packet);
        if (step == PacketFile::Step::End)
            return state.end(stop);
        // Time goes on, which somebody may wait for.
        if (step == PacketFile::Step::Statistics)
            break;
        state.packet(packet, out);
    }
    return Status::More;
}

std::span<const CapturedDestination> CaptureReader::destinations() const
{
    return m_state->destinations;
}
std::span<const CaptureInterface> CaptureReader::interfaces() const
{
    return m_state->file->interfaces();
}
const std::optional<core::Error>& CaptureReader::damage() const
{
    return m_state->file->damage();
}
const CaptureStats& CaptureReader::stats() const
{
    return m_state->stats;
}
uint64_t CaptureReader::bytesRead() const
{
    return m_state->file->stream().position();
}
uint64_t CaptureReader::bytesTotal() const
{
    return m_state->file->stream().size();
}

} // namespace rivereto::collectors
