// SPDX-License-Identifier: GPL-3.0-or-later
// CaptureReader: flow export datagrams out of a capture file. Read this first in collectors/capture.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>

#include "collectors/capture/packetfile.h"
#include "core/decode/datagrambatch.h"
#include "core/decode/packet.h"

namespace rivereto::collectors {

/// Takes the packets that are no flow export, on the reader's thread.
class PacketSink {
public:
    virtual ~PacketSink() = default;
    /// `info` is what parseLink() made of it; info.ip is false when there is no IP in it. 
    virtual void onPacket(const CapturedPacket& packet, const core::PacketInfo& info) = 0;
    /// The bytes of the packets before, which have stayed until now, go.
    virtual void beforeBytesGo() { }
};

struct CaptureOptions {
    uint16_t input = 0; ///< DatagramOrigin::input of every datagram
    bool recogniseOnly = true; ///< leave UDP payloads that do not look like flow export (core::recognise)
    size_t maxFragmentBytes = 32 << 20; ///< memory for packets that wait for their fragments
    uint64_t fragmentTimeoutMs = 30'000; ///< in capture time
    PacketSink* others = nullptr; ///< not owned; outlives the reader. 
    bool keepDestinations = false; ///< for destinations()
};

/// Where a datagram was sent to.
struct CapturedDestination {
    core::Ip address;
    uint16_t port = 0;
};

struct CaptureStats {
    uint64_t packets = 0; ///< packets read
    uint64_t datagrams = 0; ///< handed out
    uint64_t otherPackets = 0; ///< no flow export
    uint64_t unknownLinks = 0; ///< packets of a link type that is not known; also counted as other packets
    uint64_t cutPackets = 0; ///< captured shorter than they were (snap length)
    uint64_t malformedPackets = 0; ///< headers that cannot be; also counted as other packets
    uint64_t fragments = 0; ///< IP fragments read
    uint64_t reassembled = 0; ///< packets put together from fragments
    uint64_t fragmentsLost = 0; ///< fragments given up: the rest never came, or too many were waiting
    CaptureStatistics live; ///< the last that whoever captured said; its time is 0 when he said nothing
    uint64_t firstMs = 0; ///< earliest capture time
    uint64_t lastMs = 0; ///< latest capture time
};

/// Reads pcap and pcapng (see PacketFile), plain or compressed with gzip, zstd or lz4, of any link type that parseLink() knows.
/// IPv4 and IPv6 fragments are put together again.
/// Used by one thread; no Qt event loop needed.
class CaptureReader {
public:
    /// "-" is standard input. Fails when the file cannot be opened or is no capture.
    static core::Result<std::unique_ptr<CaptureReader>> open(const std::filesystem::path& path, CaptureOptions options = {});
    /// Takes a stream of which nothing was read yet; `path` is for messages.
    static core::Result<std::unique_ptr<CaptureReader>> open(
        std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, CaptureOptions options = {});
    ~CaptureReader();

    enum class Status : uint8_t {
        More, ///< call again
        End, ///< nothing is left; see damage()
        Stopped ///< `stop` was requested
    };
    /// Appends datagrams to `out` until it holds about `maxBytes` of payload, or a while has passed without any; live captures say once
    /// a second that it has.
    /// The caller clears `out`.
    Status read(core::DatagramBatch& out, std::stop_token stop = {}, size_t maxBytes = 256 * 1024);

    /// With CaptureOptions::keepDestinations: of the datagrams that the last read() appended, in their order.
    [[nodiscard]] std::span<const CapturedDestination> destinations() const;

    /// What packets were captured on, as far as it is known yet.
    [[nodiscard]] std::span<const CaptureInterface> interfaces() const;
    /// Set at the End of a capture that broke off: what is wrong, and at which byte. What came before was handed out.
    [[nodiscard]] const std::optional<core::Error>& damage() const;
    [[nodiscard]] const CaptureStats& stats() const;
    /// Bytes of the file read so far, and its size (0: unknown).
    [[nodiscard]] uint64_t bytesRead() const;
    [[nodiscard]] uint64_t bytesTotal() const;

private:
    struct State;
    explicit CaptureReader(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace rivereto::collectors
