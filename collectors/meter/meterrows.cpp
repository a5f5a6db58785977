// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/meter/meterrows.h"

#include "collectors/meter/meter.h"
#include "core/decode/columnwriter.h"
#include "core/decode/protocol.h"

namespace rivereto::collectors {

namespace {

using core::ColumnId;
using core::PacketInfo;

constexpr uint64_t kNsInMs = 1'000'000;
constexpr uint8_t kIcmp = 1, kIcmp6 = 58;
/// Values of Type::BiflowDirection.
constexpr uint8_t kArbitrary = 1, kInitiator = 2, kResponder = 3;

/// What the packets of the row have in common, as one packet says it.
PacketInfo commonOf(const MeteredRow& row)
{
    const auto& key = row.entry->key;
    const auto& side = row.entry->side[row.from];
    const bool forward = row.from == 0;
    PacketInfo out;
    out.etype = key.etype();
    out.vlan = key.vlan();
    out.vni = key.vni();
    out.proto = key.proto();
    out.srcMac = side.srcMac;
    out.dstMac = side.dstMac;
    out.fragmentId = side.fragmentId;
    out.flowLabel = side.flowLabel;
    out.tos = side.tos;
    out.ttl = side.ttl;
    out.tcpFlags = side.tcpFlags;
    if (key.ip()) {
        out.src = forward ? key.a : key.b;
        out.dst = forward ? key.b : key.a;
    }
    if (key.proto() == kIcmp || key.proto() == kIcmp6) {
        out.icmpType = side.icmpType;
        out.icmpCode = side.icmpCode;
    } else {
        out.srcPort = forward ? key.portA() : key.portB();
        out.dstPort = forward ? key.portB() : key.portA();
    }
    if (row.extra) {
        out.label = row.extra->label;
        out.labels = row.extra->labels;
    }
    return out;
}

uint8_t directionOf(const MeteredRow& row)
{
    if (row.entry->began == FlowEntry::kUnknown)
        return kArbitrary;
    return row.entry->began == row.from ? kInitiator : kResponder;
}

void writeTimes(std::span<const MeteredRow> in, core::TimeSource source, core::FlowBatch& rows, size_t first)
{
    auto* start = rows.cells<uint64_t>(ColumnId::TimeFlowStart) + first;
    auto* end = rows.cells<uint64_t>(ColumnId::TimeFlowEnd) + first;
    auto* received = rows.cells<uint64_t>(ColumnId::TimeReceived) + first;
    for (size_t i = 0; i < in.size(); ++i) {
        const auto& side = in[i].entry->side[in[i].from];
        start[i] = side.firstNs / kNsInMs;
        end[i] = side.lastNs / kNsInMs;
        received[i] = source == core::TimeSource::FirstSwitched ? start[i] : end[i];
    }
}

void writeTexts(std::span<const MeteredRow> in, core::FlowBatch& rows, size_t first)
{
    constexpr std::array kNames {ColumnId::ServerName, ColumnId::HTTPHost, ColumnId::DNSName};
    for (size_t i = 0; i < in.size(); ++i) {
        if (!in[i].interface.empty())
            rows.setText(ColumnId::InIfName, first + i, in[i].interface);
        for (size_t n = 0; in[i].extra && n < kNames.size(); ++n) {
            if (!in[i].extra->names[n].empty())
                rows.setText(kNames[n], first + i, in[i].extra->names[n]);
        }
    }
}

} // namespace

void appendRows(const FlowEntry& entry, const FlowExtra* extra, std::string_view interface, std::vector<MeteredRow>& out)
{
    const unsigned begins = entry.began == 1 ? 1 : 0;
    for (const unsigned from : {begins, 1 - begins}) {
        if (entry.side[from].packets > 0)
            out.push_back({.entry = &entry, .extra = extra, .interface = interface, .from = from});
    }
}

void writeRows(const std::vector<MeteredRow>& in, const MeterOptions& options, core::FlowBatch& rows)
{
    const size_t first = rows.addRows(in.size());
    std::vector<PacketInfo> packets(in.size());
    std::ranges::transform(in, packets.begin(), commonOf);
    core::writePackets(packets, rows, first, false);
    using Row = const MeteredRow&;
    const auto write = [&]<class Cell>(ColumnId column, auto get, Cell) { core::writeColumn<Cell, MeteredRow>(in, rows, first, false, column, get); };
    const auto side = [](Row row) -> const FlowSide& { return row.entry->side[row.from]; };
    write(ColumnId::Bytes, [&](Row row) { return side(row).bytes; }, uint64_t {});
    write(ColumnId::Packets, [&](Row row) { return uint64_t {side(row).packets}; }, uint64_t {});
    write(ColumnId::Retransmissions, [&](Row row) { return side(row).retransmissions; }, uint32_t {});
    write(ColumnId::RoundTripTime, [](Row row) { return row.entry->rttUs; }, uint32_t {});
    write(ColumnId::FlowEndReason, [](Row row) { return static_cast<uint8_t>(row.entry->reason); }, uint8_t {});
    write(ColumnId::BiflowDirection, directionOf, uint8_t {});
    write(ColumnId::SamplingRate, [](Row) { return uint64_t {1}; }, uint64_t {});
    write(ColumnId::SamplingSource, [](Row) { return static_cast<uint8_t>(core::SamplingSource::Record); }, uint8_t {});
    write(ColumnId::ExportProtocol, [](Row) { return static_cast<uint8_t>(core::Protocol::Packets); }, uint8_t {});
    writeTimes(in, options.settings.time, rows, first);
    writeTexts(in, rows, first);
    if (!options.name.empty() && !in.empty()) {
        const uint32_t name = rows.dictionary().intern(options.name);
        std::fill_n(rows.cells<uint32_t>(ColumnId::ExporterName) + first, in.size(), name);
    }
}

} // namespace rivereto::collectors
