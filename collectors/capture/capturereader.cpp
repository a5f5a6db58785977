// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/capture/capturereader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <pcap/pcap.h>

#include "collectors/capture/bytestream.h"
#include "collectors/capture/reassembly.h"
#include "core/decode/packet.h"
#include "core/decode/protocol.h"

namespace rivereto::collectors {

namespace {

using core::Bytes;
using core::PacketInfo;

constexpr uint8_t kUdp = 17;
constexpr int kPacketsPerRead = 16384; ///< a read() without any datagram returns after these
constexpr int kPacketsPerStopCheck = 256;
constexpr size_t kCookedHeader = 16; ///< Linux cooked v1: the EtherType is in its last two octets
constexpr size_t kCooked2Header = 20; ///< v2: in its first two
constexpr size_t kLoopbackHeader = 4; ///< an address family, which the IP version repeats
constexpr size_t kHdlcHeader = 4;

/// False when there is no IP in the packet.
bool parseLink(int linkType, Bytes bytes, PacketInfo& info)
{
    const auto behind = [&](size_t n) { return bytes.size() < n ? Bytes() : bytes.subspan(n); };
    switch (linkType) {
    case DLT_EN10MB:
        return core::parsePacket(bytes, core::PacketStart::Ethernet, info);
    case DLT_RAW:
    case 14: // DLT_RAW of OpenBSD
    case 101: // LINKTYPE_RAW
    case DLT_IPV4:
    case DLT_IPV6:
        return core::parsePacket(bytes, core::PacketStart::Ip, info);
    case DLT_NULL:
    case DLT_LOOP:
        return core::parsePacket(behind(kLoopbackHeader), core::PacketStart::Ip, info);
    case DLT_LINUX_SLL:
        return bytes.size() >= kCookedHeader
            && core::parseEtherType(behind(kCookedHeader), core::load16(bytes.data() + kCookedHeader - 2), info);
    case DLT_LINUX_SLL2:
        return bytes.size() >= kCooked2Header && core::parseEtherType(behind(kCooked2Header), core::load16(bytes.data()), info);
    case DLT_PPP:
    case DLT_PPP_SERIAL:
        return core::parsePacket(bytes, core::PacketStart::Ppp, info);
    case DLT_PPP_ETHER:
        return core::parsePacket(behind(6), core::PacketStart::Ppp, info);
    case DLT_C_HDLC:
        return bytes.size() >= kHdlcHeader && core::parseEtherType(behind(kHdlcHeader), core::load16(bytes.data() + 2), info);
    default:
        return false;
    }
}

} // namespace

struct CaptureReader::State {
    State(std::filesystem::path p, std::unique_ptr<ByteStream> s, CaptureOptions o)
        : path(std::move(p))
        , options(o)
        , stream(std::move(s))
        , reassembly(o.maxFragmentBytes, o.fragmentTimeoutMs)
    {
    }
    ~State()
    {
        if (pcap)
            pcap_close(pcap);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    core::Result<void> start()
    {
        file = stream->file();
        if (!file)
            return core::fail("cannot read “{}”: {}", path.string(), std::strerror(errno));
        char reason[PCAP_ERRBUF_SIZE] = "";
        pcap = pcap_fopen_offline(file, reason);
        if (pcap) {
            linkType = pcap_datalink(pcap);
            return {};
        }
        std::fclose(file);
        if (stream->error() != 0)
            return core::fail("cannot read “{}”: {}", path.string(), stream->errorText());
        return core::fail("“{}” is no capture that can be read (pcap or pcapng): {}", path.string(), reason);
    }

    void packet(const pcap_pkthdr& header, const u_char* data, core::DatagramBatch& out)
    {
        ++stats.packets;
        const Bytes bytes(data, header.caplen);
        const auto us = static_cast<uint64_t>(header.ts.tv_sec) * 1'000'000 + static_cast<uint64_t>(header.ts.tv_usec);
        const uint64_t ms = us / 1000;
        stats.firstMs = stats.packets == 1 ? ms : std::min(stats.firstMs, ms);
        stats.lastMs = std::max(stats.lastMs, ms);
        if (header.caplen < header.len)
            ++stats.cutPackets;
        PacketInfo info;
        if (parseLink(linkType, bytes, info) && info.proto == kUdp && udp(info, ms, out))
            return;
        if (info.proto == kUdp && (info.moreFragments || info.fragmentOffset != 0))
            return; // counted as fragment
        if (!info.ip && (info.etype == 0x0800 || info.etype == 0x86dd))
            ++stats.malformedPackets;
        ++stats.otherPackets;
        if (options.others)
            options.others->onPacket({linkType, us, header.len, bytes});
    }

    /// True when it was a datagram to hand out.
    bool udp(PacketInfo& info, uint64_t ms, core::DatagramBatch& out)
    {
        if (info.moreFragments || info.fragmentOffset != 0) {
            ++stats.fragments;
            const auto whole = reassembly.add(info, ms);
            stats.fragmentsLost = reassembly.lost();
            if (!whole)
                return false;
            ++stats.reassembled;
            core::parseTransport(*whole, kUdp, info);
        }
        if (!info.transport || (options.recogniseOnly && !core::recognise(info.payload)))
            return false;
        out.add({info.src, info.srcPort, options.input, ms}, info.payload);
        if (options.keepDestinations)
            destinations.push_back({info.dst, info.dstPort});
        ++stats.datagrams;
        return true;
    }

    /// No more packets; pcap's code says why.
    Status end(int code, const std::stop_token& stop)
    {
        if (stop.stop_requested())
            return Status::Stopped;
        if (code == PCAP_ERROR && !damage) {
            const auto at = ftello(file);
            const uint64_t offset = at < 0 ? stream->delivered() : static_cast<uint64_t>(at);
            const std::string reason = stream->error() != 0 ? stream->errorText() : pcap_geterr(pcap);
            damage = core::makeError(stream->compressed()
                    ? "“{}” breaks off at byte {} of the uncompressed data: {}. All packets before it were read."
                    : "“{}” breaks off at byte {}: {}. All packets before it were read.",
                path.string(), offset, reason);
        }
        reassembly.finish();
        stats.fragmentsLost = reassembly.lost();
        ended = true;
        return Status::End;
    }

    std::filesystem::path path;
    CaptureOptions options;
    std::unique_ptr<ByteStream> stream; ///< outlives `pcap`, which owns `file`
    Reassembly reassembly;
    std::FILE* file = nullptr;
    pcap_t* pcap = nullptr;
    int linkType = 0;
    CaptureStats stats;
    std::vector<CapturedDestination> destinations;
    std::optional<core::Error> damage;
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
    auto state = std::make_unique<State>(path, std::move(stream), options);
    if (auto started = state->start(); !started)
        return tl::unexpected(started.error());
    return std::unique_ptr<CaptureReader>(new CaptureReader(std::move(state)));
}

CaptureReader::Status CaptureReader::read(core::DatagramBatch& out, std::stop_token stop, size_t maxBytes)
{
    State& state = *m_state;
    state.destinations.clear();
    if (state.ended)
        return Status::End;
    state.stream->setStop(stop);
    for (int i = 0; i < kPacketsPerRead && out.bytes() < maxBytes; ++i) {
        if (i % kPacketsPerStopCheck == 0 && stop.stop_requested())
            return Status::Stopped;
        pcap_pkthdr* header = nullptr;
        const u_char* data = nullptr;
        const int code = pcap_next_ex(state.pcap, &header, &data);
        if (code != 1)
            return state.end(code, stop);
        state.packet(*header, data, out);
    }
    return Status::More;
}

std::span<const CapturedDestination> CaptureReader::destinations() const
{
    return m_state->destinations;
}
const std::optional<core::Error>& CaptureReader::damage() const
{
    return m_state->damage;
}
const CaptureStats& CaptureReader::stats() const
{
    return m_state->stats;
}
uint64_t CaptureReader::bytesRead() const
{
    return m_state->stream->position();
}
uint64_t CaptureReader::bytesTotal() const
{
    return m_state->stream->size();
}

} // namespace rivereto::collectors
