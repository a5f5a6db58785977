// SPDX-License-Identifier: GPL-3.0-or-later
// Meter: packets in, flows out. Read this first in collectors/meter.
#pragma once

#include <memory>
#include <string>

#include "collectors/capture/packetfile.h"
#include "collectors/meter/flowtable.h"
#include "collectors/meter/fragmentports.h"
#include "core/batch/flowbatch.h"
#include "core/decode/decodestats.h"
#include "core/decode/inputsettings.h"

namespace rivereto::collectors {

struct MeterOptions {
    core::InputSettings settings; ///< timeouts, decapsulation, which time is the chart's
    std::string name; ///< ExporterName of the flows
    size_t maxFlows = 400'000; ///< open at a time; beyond that those that are due next end early
};

/// A flow is the packets of one 5-tuple and VLAN in one direction; both directions live in one entry, so that who began, the round-trip
/// time of the handshake and retransmissions are known of both rows. It ends by the active timeout (the row is a part then), after
/// the inactive one, or by TCP's FIN or RST. Packets without IP are flows between MACs. All decisions follow from the packets' own times,
/// so that a capture always gives the same flows. Used by one thread; memory is bounded by `maxFlows`.
class Meter {
public:
    Meter(std::shared_ptr<const core::Schema> schema, MeterOptions options);

    /// `info` is what parseLink() made of the packet, whose bytes must stay until flush().
    void add(const CapturedPacket& packet, const core::PacketInfo& info);
    /// Nothing of the packets' bytes is needed any more.
    void flush();
    /// Time has come this far, also without packets.
    void advance(uint64_t nowNs);
    /// Nothing more comes: all flows end.
    void finish();

    /// Appends rows of ended flows until `rows` holds `most`. True when there are more.
    bool take(core::FlowBatch& rows, size_t most);
    /// Names of interfaces, for InIfName: index = CapturedPacket::interface.
    void setInterfaces(std::span<const CaptureInterface> interfaces);

    /// Records and flows of the rows taken, and what decapsulation did.
    [[nodiscard]] const core::DecodeStats& stats() const { return m_stats; }
    [[nodiscard]] uint64_t packets() const { return m_packets; }
    /// Flows that had to end early for want of memory.
    [[nodiscard]] uint64_t evicted() const { return m_evicted; }
    [[nodiscard]] size_t open() const { return m_table.open(); }

private:
    static constexpr size_t kPending = 16;
    /// A packet whose entry is on its way from memory.
    struct Pending {
        core::PacketInfo info;
        FlowKey key;
        uint64_t timeNs = 0;
        uint32_t hash = 0;
        uint32_t bytes = 0;
        uint32_t interface = 0;
        unsigned from = 0;
    };
    void meter(const Pending& packet);
    uint32_t entryOf(const Pending& packet);
    void tick(uint64_t nowNs);
    void schedule(uint32_t number);
    void due(uint32_t number, uint8_t slot, uint64_t now);
    void end(uint32_t number, EndReason reason);
    void endPart(uint32_t number);
    void evict();
    void searchName(FlowEntry& entry, const core::PacketInfo& info);
    FlowExtra& extraOf(FlowEntry& entry);
    void dropExtra(FlowEntry& entry);
    [[nodiscard]] uint64_t dueNs(const FlowEntry& entry) const;

    std::shared_ptr<const core::Schema> m_schema;
    MeterOptions m_options;
    uint64_t m_activeNs;
    uint64_t m_inactiveNs;
    uint64_t m_now = 0; ///< latest time seen
    std::array<Pending, kPending> m_pending;
    size_t m_waiting = 0;
    FlowTable m_table;
    Wheel m_wheel;
    FragmentPorts m_fragments;
    std::vector<uint32_t> m_ended; ///< entries to be taken
    size_t m_endedTaken = 0;
    std::vector<std::unique_ptr<FlowExtra>> m_extras;
    std::vector<uint32_t> m_freeExtras;
    size_t m_searching = 0; ///< extras with a `beginning`
    std::vector<std::string> m_interfaces;
    core::DecodeStats m_stats;
    uint64_t m_packets = 0;
    uint64_t m_evicted = 0;
};

} // namespace rivereto::collectors
