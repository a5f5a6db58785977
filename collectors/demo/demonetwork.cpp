// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/demo/demonetwork.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace rivereto::collectors {

using core::Ip;
using core::Prefix;
using core::Protocol;

namespace {

constexpr uint32_t kOwnAs = 64500;
constexpr uint8_t kTcp = 6;
constexpr uint8_t kUdp = 17;
constexpr uint8_t kIcmp = 1;
constexpr uint8_t kIcmp6 = 58;
/// Interfaces of every exporter: the way out to the world, to the largest neighbour, to an exchange; 100 and 101 lead to
/// the customers.
constexpr uint32_t kTransit = 1;
constexpr uint32_t kPrivatePeer = 2;
constexpr uint32_t kExchange = 3;
constexpr uint32_t kPeerAs = 2906;
constexpr uint32_t kFirstDownlink = 100;
constexpr uint64_t kActiveTimeoutMs = 60'000;
constexpr uint64_t kDayMs = 24ULL * 3600 * 1000;

struct Service {
    uint8_t proto;
    uint16_t port;
    unsigned share;
};
constexpr auto kServices = std::to_array<Service>({{kTcp, 443, 520}, {kUdp, 443, 290}, {kTcp, 80, 60}, {kUdp, 53, 45}, {kUdp, 123, 8},
                                                   {kTcp, 22, 6}, {kTcp, 993, 9}, {kTcp, 25, 5}, {kUdp, 3478, 14}, {kTcp, 8080, 8},
                                                   {kTcp, 1935, 7}, {kUdp, 4500, 9}, {kTcp, 5228, 10}, {kIcmp, 0, 9}});

const Service& pickService(Random& random)
{
    static const unsigned total = [] {
        unsigned sum = 0;
        for (const auto& service : kServices)
            sum += service.share;
        return sum;
    }();
    auto at = static_cast<unsigned>(random.below(total));
    for (const auto& service : kServices) {
        if (at < service.share)
            return service;
        at -= service.share;
    }
    return kServices[0];
}

uint32_t uplinkTo(uint32_t as, size_t exporter)
{
    if (as == kPeerAs)
        return kPrivatePeer;
    return core::mix64(as * 7 + exporter / 3) % 3 == 0 ? kTransit : kExchange;
}

Prefix ownBlock(bool v6) { return *Prefix::parse(v6 ? "2001:db8::/32" : "198.18.0.0/15"); }

} // namespace

std::vector<DemoExporterSpec> DemoScenario::defaultExporters()
{
    const auto at = [](unsigned last) { return Ip::v4(0xc000'0200U + last); };
    return {{"th2-edge1", at(11), Protocol::Ipfix, 1000, 30}, {"th2-edge2", at(12), Protocol::Sflow, 4096, 14},
            {"th2-edge3", at(13), Protocol::NetFlow9, 1000, 22}, {"fra-edge1", at(21), Protocol::Ipfix, 2000, 14},
            {"fra-edge2", at(22), Protocol::NetFlow9, 1000, 10}, {"lyo-agg1", at(31), Protocol::NetFlow5, 500, 8},
            {"lab-fw1", at(41), Protocol::NetFlow9, 1, 2}};
}

DemoNetwork::DemoNetwork(const DemoScenario& scenario) : m_scenario(scenario), m_random(scenario.seed)
{
    uint64_t weight = 0;
    const auto add = [&](uint32_t as, unsigned share, std::string_view v4, std::string_view v6, uint32_t hosts) {
        weight += share;
        m_networks.push_back({as, *Prefix::parse(v4), v6.empty() ? Prefix{} : *Prefix::parse(v6), !v6.empty(), hosts, weight});
    };
#define RIVERETO_DEMO_NETWORK(as, share, v4, v6, hosts) add(as, share, v4, v6, hosts);
#include "resources/data/demonetworks.def"
#undef RIVERETO_DEMO_NETWORK
    unsigned share = 0;
    for (const auto& exporter : m_scenario.exporters)
        m_exporterTo.push_back(share += exporter.share);
    double sum = 0;
    constexpr int kSamples = 256;
    for (int i = 0; i < kSamples; ++i)
        sum += load(m_scenario.startMs + m_scenario.durationMs * static_cast<uint64_t>(i) / kSamples);
    m_meanLoad = sum / kSamples;
}

size_t DemoNetwork::pickExporter()
{
    const auto at = m_random.below(m_exporterTo.back());
    return static_cast<size_t>(std::ranges::upper_bound(m_exporterTo, at) - m_exporterTo.begin());
}

/// Quiet at five in the morning, busiest at nine in the evening, with a little ripple.
double DemoNetwork::load(uint64_t timeMs) const
{
    constexpr double kTurn = 2 * 3.14159265358979323846;
    const double day = static_cast<double>(timeMs % kDayMs) / static_cast<double>(kDayMs);
    const double curve = 1 + 0.45 * std::cos(kTurn * (day - 21.0 / 24)) + 0.04 * std::sin(kTurn * day * 96) + 0.02 * std::sin(kTurn * day * 411);
    return curve / m_meanLoad;
}

const DemoNetwork::Network& DemoNetwork::pickNetwork()
{
    const auto at = m_random.below(m_networks.back().weightTo);
    return *std::ranges::upper_bound(m_networks, at, {}, &Network::weightTo);
}

/// The same number always gives the same address of the block.
Ip DemoNetwork::host(const Prefix& block, uint64_t number) const
{
    const uint64_t spread = core::mix64(number * 0x9e37'79b9'7f4a'7c15ULL + block.bits);
    Ip ip = block.first();
    if (block.isV4()) {
        const unsigned bits = 128U - block.bits;
        ip.lo |= spread & ((1ULL << bits) - 1);
    } else {
        ip.hi |= (spread >> 48) & ((1ULL << (64 - std::min<unsigned>(block.bits, 63))) - 1);
        ip.lo = number < 0x10000 ? number + 1 : spread;
    }
    return ip;
}

DemoFlow DemoNetwork::flow(size_t exporter, uint64_t timeMs)
{
    const auto& spec = m_scenario.exporters[exporter];
    const auto& network = pickNetwork();
    const bool v6 = spec.protocol != Protocol::NetFlow5 && network.hasV6 && m_random.unit() < m_scenario.v6Share;
    const auto& service = pickService(m_random);
    // A few servers answer most of the users: rank ~ hosts^u.
    const auto rank = static_cast<uint64_t>(std::exp2(m_random.unit() * std::log2(static_cast<double>(network.hosts))));
    const auto& block = v6 ? network.v6 : network.v4;
    const Ip server = host(block, rank);
    const auto own = ownBlock(v6);
    const Ip client = host(own, m_random.below(m_scenario.clients));
    const auto clientPort = static_cast<uint16_t>(32768 + m_random.below(28232));
    const auto serverMask = static_cast<uint8_t>(std::max<unsigned>(block.length(), v6 ? 32 : 16));
    const auto ownMask = static_cast<uint8_t>(own.length());
    const auto uplink = uplinkTo(network.as, exporter);
    const auto downlink = kFirstDownlink + static_cast<uint32_t>(client.lo & 1);
    const bool download = m_random.unit() < 0.62;

    DemoFlow flow{.proto = service.proto};
    flow.src = download ? server : client;
    flow.dst = download ? client : server;
    flow.srcAs = download ? network.as : kOwnAs;
    flow.dstAs = download ? kOwnAs : network.as;
    flow.srcMask = download ? serverMask : ownMask;
    flow.dstMask = download ? ownMask : serverMask;
    flow.inIf = download ? uplink : downlink;
    flow.outIf = download ? downlink : uplink;
    flow.nextHop = v6 ? *Ip::parse(download ? "2001:db8:ffff::1" : "2001:db8:fffe::1") : Ip::v4(download ? 0xc612'0001 : 0xc000'0200U + 200 + uplink);
    flow.srcPort = download ? service.port : clientPort;
    flow.dstPort = download ? clientPort : service.port;
    if (service.proto == kIcmp) {
        flow.proto = v6 ? kIcmp6 : kIcmp;
        flow.srcPort = 0;
        flow.dstPort = static_cast<uint16_t>(v6 ? (download ? 129 : 128) << 8 : (download ? 0 : 8) << 8);
    }
    measure(flow, timeMs, download);
    const double when = m_scenario.durationMs == 0 ? -1 : (static_cast<double>(timeMs) - static_cast<double>(m_scenario.startMs)) / static_cast<double>(m_scenario.durationMs);
    const bool underAttack = m_scenario.spikeAt >= 0 && when >= m_scenario.spikeAt && when < m_scenario.spikeAt + m_scenario.spikeLength;
    if (underAttack && !v6 && m_random.unit() < m_scenario.spikeShare)
        attack(flow);
    return flow;
}

void DemoNetwork::measure(DemoFlow& flow, uint64_t timeMs, bool download)
{
    const double u = m_random.unit();
    // Most flows are a packet or two once sampled; a few are long.
    flow.packets = 1 + static_cast<uint32_t>(-2.2 * std::log2(1 - u) * (m_random.below(16) == 0 ? 9 : 1) * 0.5);
    const bool bulk = flow.dstPort != 53 && flow.srcPort != 53 && flow.proto != kIcmp && flow.proto != kIcmp6;
    const auto mean = static_cast<uint32_t>(bulk && download ? 1100 + m_random.below(401) : bulk ? 52 + m_random.below(240) : 72 + m_random.below(90));
    flow.bytes = flow.packets * mean;
    const uint64_t length = flow.packets == 1 ? 0 : m_random.below(m_random.below(4) == 0 ? kActiveTimeoutMs : 4000);
    flow.endMs = timeMs - m_random.below(900);
    flow.startMs = flow.endMs - length;
    if (flow.proto == kTcp) {
        constexpr auto kFlags = std::to_array<uint8_t>({0x18, 0x10, 0x18, 0x1b, 0x18, 0x12, 0x19, 0x02});
        flow.tcpFlags = kFlags[m_random.below(kFlags.size())];
    }
    flow.tos = m_random.below(20) == 0 ? 0x28 : 0;
}

/// Reflected DNS answers from everywhere to one customer.
void DemoNetwork::attack(DemoFlow& flow)
{
    const auto& network = pickNetwork();
    flow.src = host(network.v4, 100'000 + m_random.below(4000));
    flow.srcAs = network.as;
    flow.srcMask = static_cast<uint8_t>(std::max<unsigned>(network.v4.length(), 16));
    flow.dst = host(ownBlock(false), 4711);
    flow.dstAs = kOwnAs;
    flow.dstMask = static_cast<uint8_t>(ownBlock(false).length());
    flow.inIf = kTransit;
    flow.outIf = kFirstDownlink + static_cast<uint32_t>(flow.dst.lo & 1);
    flow.proto = kUdp;
    flow.tcpFlags = 0;
    flow.srcPort = 53;
    flow.dstPort = static_cast<uint16_t>(1024 + m_random.below(60000));
    flow.packets = 4 + static_cast<uint32_t>(m_random.below(12));
    flow.bytes = flow.packets * static_cast<uint32_t>(1380 + m_random.below(120));
}

} // namespace rivereto::collectors
