// SPDX-License-Identifier: GPL-3.0-or-later
// Decoder: flow export datagrams in, rows of a FlowBatch out. Read this first in core/decode.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/batch/flowbatch.h"
#include "core/decode/datagrambatch.h"
#include "core/decode/decodestats.h"
#include "core/decode/knowntemplate.h"
#include "core/decode/protocol.h"
#include "core/decode/tunnels.h"
#include "core/schema/schema.h"

namespace rivereto::core {

/// What TimeReceived, the chart's time, is.
enum class TimeSource : uint8_t {
    Udp, ///< receive (capture) time
    Packet, ///< export time in the message's header; receive time where there is none
    FirstSwitched ///< the flow's start; receive time where it is not known
};

/// Header of one export message, for per-exporter accounting.
struct MessageInfo {
    DatagramOrigin origin;
    Ip exporter; ///< value of ExporterAddress
    Protocol protocol = Protocol::Unknown;
    uint32_t domain = 0; ///< value of ObservationDomain
    uint32_t sequence = 0; ///< as on the wire; each protocol counts its own way
    uint32_t units = 0; ///< what `sequence` counts and this message holds: records, messages (v9) or datagrams (sFlow)
    uint64_t exportedMs = 0; ///< 0: the header has no time (sFlow)
    uint32_t uptimeMs = 0; ///< 0: the header has none (IPFIX)
    uint32_t flows = 0; ///< rows added
    uint32_t lostSets = 0; ///< sets left for want of a template (they may still be decoded later)
    // The rest is there for observers, and only as long as they are told.
    std::span<const uint8_t> payload; ///< of this message
    Ip agent; ///< of an sFlow datagram
    const DecodeStats* totals = nullptr; ///< of the decoder, with what the message added: an observer knows what was before
    FlowBatch* batch = nullptr; ///< its rows are those from firstRow on
    size_t firstRow = 0;
};

/// Template records as they come.
struct TemplateSeen {
    uint16_t id = 0;
    bool options = false;
    bool changed = false; ///< other fields than before
    size_t fields = 0;
    size_t lateSets = 0; ///< data sets that waited for it
};

/// Head of an sFlow flow sample.
struct SampleSeen {
    uint32_t source = 0; ///< class in the upper 8 bits; of expanded samples the index alone
    uint32_t sequence = 0; ///< of this source
    uint32_t pool = 0; ///< packets that samples could have been taken of, modulo 2³²
    uint32_t drops = 0; ///< samples that the device dropped, modulo 2³²
};

/// "Generic interface counters" of an sFlow counter sample, as on the wire: totals since some time.
struct CountersSeen {
    uint32_t ifIndex = 0;
    uint32_t status = 0;
    uint64_t speed = 0; ///< bits/s
    uint64_t inOctets = 0;
    uint64_t outOctets = 0;
    std::array<uint32_t, 3> inPackets {}; ///< unicast, multicast, broadcast
    std::array<uint32_t, 3> outPackets {};
    uint32_t inErrors = 0;
    uint32_t outErrors = 0;
    uint32_t inDiscards = 0;
    uint32_t outDiscards = 0;
};

/// Is told of every message after it was decoded, and before that of things within it; on the decoder's thread.
class MessageObserver {
public:
    virtual ~MessageObserver() = default;
    virtual void onMessage(const MessageInfo& message) = 0;
    virtual void onTemplate(const TemplateSeen&) { }
    virtual void onUnknownSet(uint16_t) { } ///< the set's number
    virtual void onSample(const SampleSeen&) { }
    virtual void onCounters(const CountersSeen&) { }
};

struct DecoderOptions {
    TimeSource timeSource = TimeSource::Udp;
    /// ExporterAddress from the message (elements 130, 131; sFlow agent) instead of the datagram's source.
    bool exporterFromMessage = false;
    /// Fill OtherElements; see core/decode/otherelements.h.
    bool keepOtherElements = false;
    /// Take every datagram for this protocol; a datagram of another version is a loss.
    std::optional<Protocol> pinned;
    /// Of packets that a record carries (sFlow raw headers, elements 104 and 313 – 316): tunnels to open.
    Decapsulation decapsulation = Decapsulation::None;
    bool strict = false; ///< a packet without such a tunnel is dropped and counted, not kept and counted
    std::vector<Prefix> allow; ///< sources that are heard; empty: all
    std::optional<uint64_t> samplingOverride; ///< wins over what the exporter says
    std::optional<uint64_t> samplingDefault; ///< used when nothing says a rate
    size_t maxTemplates = 65536; ///< over all exporters; what is over goes out, the oldest first
    size_t maxTemplatesPerExporter = 8192; ///< of one source address
    size_t maxNames = 65536; ///< samplers, interface, VRF and application names, an exporter
    size_t maxPendingBytes = 16 << 20; ///< data sets that wait for their template
    uint64_t maxPendingAgeMs = 3'600'000; ///< in receive time
    MessageObserver* observer = nullptr; ///< not owned; outlives the decoder
};

/// A name learnt from options data.
struct LearntName {
    enum class Kind : uint8_t { Interface, Vrf };
    Kind kind = Kind::Interface;
    Ip exporter;
    uint32_t domain = 0;
    uint32_t id = 0; ///< ifIndex or VRF id
    std::string name;
    std::string description; ///< interfaces only
};

/// Decodes NetFlow v1, v5, v7, v9, IPFIX and sFlow v5. Owned and used by one thread; holds its template table, so all
/// datagrams of one exporter must go to the same decoder. Nothing in a datagram makes it fail, throw or take memory
/// beyond the limits: what cannot be used is counted.
class Decoder {
public:
    explicit Decoder(std::shared_ptr<const Schema> schema, DecoderOptions options = {});
    ~Decoder();
    Decoder(Decoder&&) noexcept;
    Decoder& operator=(Decoder&&) noexcept;

    /// Appends the datagram's flows to `out` (of the same schema), and those of earlier data sets whose template it brings.
    void decode(const Datagram& datagram, FlowBatch& out);
    /// End of input: data sets that still wait for their template are given up and counted.
    void finish();
    [[nodiscard]] const DecodeStats& stats() const;
    /// Interface and VRF names that are new or changed since the last call.
    [[nodiscard]] std::vector<LearntName> takeNames();
    /// Templates of an earlier run, the oldest first: they are used until the exporter announces or withdraws them, and what
    /// they decode is counted. Within the limits; those that cannot be are left out. To be called before decode().
    void restore(std::span<const KnownTemplate> known);
    /// What has changed since the last call, to be restored later; of new ones at most so many, the rest the next time. Costs
    /// nothing while nothing changes.
    [[nodiscard]] TemplateNews takeTemplates(size_t most);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace rivereto::core
