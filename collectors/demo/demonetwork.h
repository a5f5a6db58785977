// SPDX-License-Identifier: GPL-3.0-or-later
// DemoNetwork: an invented access network and the flows its routers would see. Read this first in collectors/demo.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/ip.h"
#include "core/decode/protocol.h"

namespace rivereto::collectors {

/// SplitMix64: the same numbers from the same seed on every machine.
class Random {
public:
    explicit Random(uint64_t seed) : m_state(seed) { }
    uint64_t next()
    {
        m_state += 0x9e37'79b9'7f4a'7c15ULL;
        uint64_t z = m_state;
        z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11ebULL;
        return z ^ (z >> 31);
    }
    /// 0 … n - 1.
    uint64_t below(uint64_t n) { return static_cast<uint64_t>((static_cast<Wide>(next()) * n) >> 64); }
    /// 0 ≤ u < 1.
    double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

private:
    __extension__ using Wide = unsigned __int128;
    uint64_t m_state;
};

struct DemoExporterSpec {
    std::string name;
    core::Ip address;
    core::Protocol protocol{};
    uint32_t samplingRate = 1;
    unsigned share = 1; ///< of the flows, in no unit
};

/// What can be set about the demo; the defaults are the bundled network.
struct DemoScenario {
    uint64_t startMs = 1'795'455'720'000; ///< 2026-11-23T17:42:00Z
    uint64_t durationMs = 6ULL * 3600 * 1000;
    uint64_t seed = 1;
    uint32_t clients = 65'536;
    double v6Share = 0.25;
    double spikeAt = 0.72;     ///< part of the duration at which the reflection attack starts; < 0: none
    double spikeLength = 0.08; ///< of the duration
    double spikeShare = 0.30;  ///< of the flows while it lasts
    std::vector<DemoExporterSpec> exporters = defaultExporters();
    static std::vector<DemoExporterSpec> defaultExporters();
};

struct DemoFlow {
    core::Ip src;
    core::Ip dst;
    core::Ip nextHop;
    uint64_t startMs = 0;
    uint64_t endMs = 0;
    uint32_t bytes = 0;
    uint32_t packets = 0;
    uint32_t srcAs = 0;
    uint32_t dstAs = 0;
    uint32_t inIf = 0;
    uint32_t outIf = 0;
    uint16_t srcPort = 0;
    uint16_t dstPort = 0;
    uint8_t proto = 0;
    uint8_t tcpFlags = 0;
    uint8_t tos = 0;
    uint8_t srcMask = 0;
    uint8_t dstMask = 0;
};

/// Deterministic by scenario and seed. One thread.
class DemoNetwork {
public:
    explicit DemoNetwork(const DemoScenario& scenario);
    /// Which exporter sees the next flow.
    size_t pickExporter();
    /// A flow that this exporter reports at `timeMs`. IPv4 only where the protocol knows nothing else.
    DemoFlow flow(size_t exporter, uint64_t timeMs);
    /// How busy the network is at a moment, against its mean: the day's curve.
    [[nodiscard]] double load(uint64_t timeMs) const;

private:
    struct Network {
        uint32_t as;
        core::Prefix v4;
        core::Prefix v6;
        bool hasV6;
        uint32_t hosts;
        uint64_t weightTo; ///< cumulative
    };
    const Network& pickNetwork();
    core::Ip host(const core::Prefix& block, uint64_t number) const;
    void attack(DemoFlow& flow);
    void measure(DemoFlow& flow, uint64_t timeMs, bool download);

    DemoScenario m_scenario;
    Random m_random;
    std::vector<Network> m_networks;
    std::vector<unsigned> m_exporterTo;
    double m_meanLoad = 1;
};

} // namespace rivereto::collectors
