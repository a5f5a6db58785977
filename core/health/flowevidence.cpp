// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/health/flowevidence.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <unordered_map>

#include "core/query/run.h"

namespace rivereto::core {

namespace {

constexpr uint64_t kTwiceMs = 1000; ///< by which the starts of one flow differ between two exporters at most
constexpr uint32_t kLargestPort = 0x3fff'ffff; ///< from here on sFlow has numbers that are no interfaces

using Take = std::function<void(const Series&)>;

class Asker {
public:
    Asker(FlowStore& store, const TimeRange& range, const Now& now, const Control& control)
        : m_store(store), m_range(range), m_now(now), m_control(control)
    {
    }
    /// Flows by dimensions. After an error nothing more is asked.
    void ask(std::vector<std::string> dimensions, std::string filter, const Take& take)
    {
        if (m_failed)
            return;
        const Query query {.range = m_range, .dimensions = std::move(dimensions), .filter = std::move(filter), .unit = Unit::Flows, .limit = 0};
        const auto result = runQuery(m_store, query, m_now, m_control);
        if (!result) {
            m_failed = result.error();
            return;
        }
        for (const auto& series : result->series) {
            if (!series.other)
                take(series);
        }
    }
    [[nodiscard]] const std::optional<Error>& failed() const { return m_failed; }

private:
    FlowStore& m_store;
    TimeRange m_range;
    Now m_now;
    const Control& m_control;
    std::optional<Error> m_failed;
};

uint64_t flowsOf(const Series& series) { return static_cast<uint64_t>(series.statistics.total); }

void askInterfaces(Asker& asker, FlowEvidence& out)
{
    std::map<std::pair<Ip, uint32_t>, bool> named;
    for (const auto* side : {"In", "Out"}) {
        asker.ask({"ExporterAddress", std::string(side) + "IfIndex", std::string(side) + "IfName"}, {}, [&](const Series& series) {
            const auto exporter = Ip::parse(series.key[0]);
            uint32_t index = 0;
            std::from_chars(series.key[1].data(), series.key[1].data() + series.key[1].size(), index);
            if (!exporter || index == 0 || index >= kLargestPort)
                return;
            auto& one = named[{*exporter, index}];
            one = one || !series.key[2].empty();
        });
    }
    for (const auto& [key, has] : named) {
        auto& interfaces = out.interfaces[key.first];
        if (has)
            ++interfaces.named;
        else
            interfaces.unnamed.push_back(key.second);
    }
}

/// A flow, without who tells of it.
struct FlowKey {
    Ip source;
    Ip destination;
    uint64_t ports = 0; ///< both and the protocol
    uint64_t bytes = 0;
    uint64_t packets = 0;
    bool operator==(const FlowKey&) const = default;
};
struct FlowKeyHash {
    size_t operator()(const FlowKey& key) const
    {
        return std::hash<Ip>()(key.source) ^ mix64(std::hash<Ip>()(key.destination) + key.ports) ^ mix64(key.bytes * 31 + key.packets);
    }
};
struct Told {
    Ip exporter;
    uint64_t startMs = 0;
};

/// Sampled flows of two exporters are alike only by chance, and tell nothing.
Result<void> askTwice(FlowStore& store, const TimeRange& range, const Now& now, const Control& control, FlowEvidence& out)
{
    const auto schema = store.schema();
    FlowsRequest request {.range = range};
    auto filter = bindFilter("SamplingRate <= 1 AND Bytes > 0", {.schema = *schema, .nowMs = now.ms, .utcOffsetMinutes = now.utcOffsetMinutes});
    if (!filter)
        return tl::unexpected(filter.error());
    request.filter = std::move(*filter);
    using enum ColumnId;
    request.columns = {TimeReceived, ExporterAddress, SrcAddr, DstAddr, SrcPort, DstPort, Proto, Bytes, Packets, TimeFlowStart};
    request.count = kTwiceSample;
    std::unordered_map<FlowKey, std::vector<Told>, FlowKeyHash> seen;
    std::map<Ip, uint64_t> looked;
    const auto asked = store.flows(request, control, [&](FlowBatch&& batch) {
        const auto exporters = batch.cells<Ip>(ExporterAddress);
        const auto sources = batch.cells<Ip>(SrcAddr), destinations = batch.cells<Ip>(DstAddr);
        const auto sourcePorts = batch.cells<uint16_t>(SrcPort), destinationPorts = batch.cells<uint16_t>(DstPort);
        const auto protocols = batch.cells<uint8_t>(Proto);
        const auto bytes = batch.cells<uint64_t>(Bytes), packets = batch.cells<uint64_t>(Packets), starts = batch.cells<uint64_t>(TimeFlowStart);
        for (size_t i = 0; i < batch.rows(); ++i) {
            if (starts[i] == 0)
                continue;
            ++looked[exporters[i]];
            const FlowKey key {sources[i], destinations[i], uint64_t {sourcePorts[i]} << 32 | uint64_t {destinationPorts[i]} << 8 | protocols[i], bytes[i], packets[i]};
            auto& told = seen[key];
            const auto same = std::ranges::find_if(told, [&](const Told& one) {
                return one.exporter != exporters[i] && std::max(one.startMs, starts[i]) - std::min(one.startMs, starts[i]) <= kTwiceMs;
            });
            if (same != told.end())
                ++out.twice[std::minmax(same->exporter, exporters[i])].flows;
            if (told.size() < 8)
                told.push_back({exporters[i], starts[i]});
        }
        return true;
    });
    if (!asked)
        return tl::unexpected(asked.error());
    for (auto& [pair, twice] : out.twice)
        twice.of = std::min(looked[pair.first], looked[pair.second]);
    return {};
}

} // namespace

Result<FlowEvidence> flowEvidence(FlowStore& store, const TimeRange& range, const Now& now, const Control& control)
{
    FlowEvidence out;
    if (range.length() == 0)
        return out;
    const auto into = [](std::map<Ip, uint64_t>& to) {
        return [&to](const Series& series) {
            if (const auto exporter = Ip::parse(series.key[0]))
                to[*exporter] += flowsOf(series);
        };
    };
    Asker asker(store, range, now, control);
    asker.ask({"ExporterAddress"}, "Bytes = 0 AND NATEvent = 0 AND FirewallEvent = 0", into(out.zeroBytes));
    asker.ask({"ExporterAddress"}, "InIfIndex = 0 AND OutIfIndex = 0", into(out.withoutInterface));
    asker.ask({"ExporterAddress", "ExporterName"}, {}, [&](const Series& series) {
        const auto exporter = Ip::parse(series.key[0]);
        if (!exporter)
            return;
        out.flows[*exporter] += flowsOf(series);
        if (!series.key[1].empty())
            out.addresses[series.key[1]].push_back(*exporter);
    });
    askInterfaces(asker, out);
    if (asker.failed())
        return tl::unexpected(*asker.failed());
    if (out.flows.size() > 1) {
        if (auto asked = askTwice(store, range, now, control, out); !asked)
            return tl::unexpected(asked.error());
    }
    const auto interruptions = store.interruptions(range);
    if (!interruptions)
        return tl::unexpected(interruptions.error());
    for (const auto& one : *interruptions) {
        if (one.kind == Interruption::Kind::NotListening)
            continue;
        (one.kind == Interruption::Kind::KernelLost ? out.kernelLost : out.dropped) += one.datagrams;
        out.lostHere.from = out.lostHere.from == 0 ? one.range.from : std::min(out.lostHere.from, one.range.from);
        out.lostHere.to = std::max(out.lostHere.to, one.range.to);
    }
    return out;
}

} // namespace rivereto::core
