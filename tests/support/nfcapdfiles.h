// SPDX-License-Identifier: GPL-3.0-or-later
// Rows that an nfcapd file can hold, writing them and reading files back, for tests.
#pragma once

#include <filesystem>
#include <fstream>
#include <random>

#include <QtTest>

#include "collectors/files/filekinds.h"
#include "collectors/nfcapd/nfcapdwriter.h"
#include "core/decode/protocol.h"

namespace rivereto::support {

/// Columns that come back from a file exactly as they were written.
inline constexpr std::array kNfcapdColumns {core::ColumnId::TimeReceived, core::ColumnId::TimeFlowStart, core::ColumnId::TimeFlowEnd,
    core::ColumnId::SamplingRate, core::ColumnId::ExporterAddress, core::ColumnId::ExportProtocol, core::ColumnId::ObservationDomain,
    core::ColumnId::SrcAddr, core::ColumnId::DstAddr, core::ColumnId::SrcNetMask, core::ColumnId::DstNetMask, core::ColumnId::SrcAS,
    core::ColumnId::DstAS, core::ColumnId::NextHop, core::ColumnId::InIfIndex, core::ColumnId::OutIfIndex, core::ColumnId::EType,
    core::ColumnId::Proto, core::ColumnId::SrcPort, core::ColumnId::DstPort, core::ColumnId::Bytes, core::ColumnId::Packets,
    core::ColumnId::ForwardingStatus, core::ColumnId::FlowDirection, core::ColumnId::FlowEndReason, core::ColumnId::BiflowDirection,
    core::ColumnId::SrcAddrNAT, core::ColumnId::DstAddrNAT, core::ColumnId::SrcPortNAT, core::ColumnId::DstPortNAT,
    core::ColumnId::NATEvent, core::ColumnId::FirewallEvent, core::ColumnId::SrcVlan, core::ColumnId::DstVlan, core::ColumnId::SrcMAC,
    core::ColumnId::DstMAC, core::ColumnId::IPTos, core::ColumnId::TCPFlags, core::ColumnId::ICMPv4Type, core::ColumnId::ICMPv4Code,
    core::ColumnId::ICMPv6Type, core::ColumnId::ICMPv6Code, core::ColumnId::MPLSLabels, core::ColumnId::IngressVRFID,
    core::ColumnId::EgressVRFID, core::ColumnId::UserName, core::ColumnId::RoundTripTime};

/// Rows with something in each of these columns, one a millisecond from `timeMs` on; reproducible.
inline core::FlowBatch nfcapdRows(size_t count, uint64_t timeMs, uint32_t seed = 1)
{
    using core::ColumnId;
    using core::Ip;
    core::FlowBatch rows(core::Schema::builtin());
    rows.addRows(count);
    std::mt19937 random(seed);
    const auto number = [&]<class Cell>(ColumnId column, size_t row, Cell below) {
        if (random() % 3 != 0)
            rows.set<Cell>(column, row, static_cast<Cell>(random() % below));
    };
    const auto ip = [&](bool v4) { return v4 ? Ip::v4(0x0a000000 + random() % 1000) : Ip {0x20010db800000000 + random() % 4, random()}; };
    for (size_t row = 0; row < count; ++row) {
        const bool v4 = random() % 3 != 0;
        const uint8_t protocol = std::array<uint8_t, 4> {6, 17, static_cast<uint8_t>(v4 ? 1 : 58), 47}[random() % 4];
        const auto first = timeMs + row - random() % 60'000;
        rows.set<uint64_t>(ColumnId::TimeReceived, row, timeMs + row);
        rows.set<uint64_t>(ColumnId::TimeFlowStart, row, first);
        rows.set<uint64_t>(ColumnId::TimeFlowEnd, row, first + random() % 1000);
        rows.set<uint64_t>(ColumnId::SamplingRate, row, 1);
        rows.set<Ip>(ColumnId::ExporterAddress, row, ip(random() % 2 == 0));
        number(ColumnId::ExportProtocol, row, uint8_t {8});
        number(ColumnId::ObservationDomain, row, uint32_t {1'000'000});
        rows.set<Ip>(ColumnId::SrcAddr, row, ip(v4));
        rows.set<Ip>(ColumnId::DstAddr, row, ip(v4));
        rows.set<uint16_t>(ColumnId::EType, row, v4 ? 0x0800 : 0x86dd);
        rows.set<uint8_t>(ColumnId::Proto, row, protocol);
        if (protocol == 6 || protocol == 17) {
            rows.set<uint16_t>(ColumnId::SrcPort, row, static_cast<uint16_t>(random()));
            rows.set<uint16_t>(ColumnId::DstPort, row, static_cast<uint16_t>(random()));
        } else if (protocol != 47) {
            const auto type = static_cast<uint8_t>(1 + random() % 255), code = static_cast<uint8_t>(random() % 20);
            rows.set<uint16_t>(ColumnId::DstPort, row, static_cast<uint16_t>(type << 8 | code));
            rows.set<uint8_t>(v4 ? ColumnId::ICMPv4Type : ColumnId::ICMPv6Type, row, type);
            rows.set<uint8_t>(v4 ? ColumnId::ICMPv4Code : ColumnId::ICMPv6Code, row, code);
        }
        rows.set<uint64_t>(ColumnId::Packets, row, 1 + random() % 100);
        rows.set<uint64_t>(ColumnId::Bytes, row, (1 + random() % 1000) << (random() % 30));
        rows.set<uint16_t>(ColumnId::TCPFlags, row, static_cast<uint16_t>(protocol == 6 ? random() % 256 : 0));
        for (const auto column : {ColumnId::SrcNetMask, ColumnId::DstNetMask})
            number(column, row, uint8_t {33});
        for (const auto column : {ColumnId::SrcAS, ColumnId::DstAS, ColumnId::InIfIndex, ColumnId::OutIfIndex, ColumnId::IngressVRFID,
                 ColumnId::EgressVRFID, ColumnId::RoundTripTime})
            number(column, row, uint32_t {4'000'000'000});
        for (const auto column : {ColumnId::SrcVlan, ColumnId::DstVlan})
            number(column, row, uint16_t {4095});
        number(ColumnId::ForwardingStatus, row, uint8_t {255});
        number(ColumnId::IPTos, row, uint8_t {255});
        number(ColumnId::FlowEndReason, row, uint8_t {6});
        rows.set<uint8_t>(ColumnId::FlowDirection, row, random() % 2 == 0 ? 2 : 0);
        rows.set<uint8_t>(ColumnId::BiflowDirection, row, static_cast<uint8_t>(random() % 3 == 0 ? 2 + random() % 3 : 0));
        if (random() % 2 == 0)
            rows.set<Ip>(ColumnId::NextHop, row, ip(random() % 2 == 0));
        if (random() % 4 == 0) {
            rows.set<Ip>(ColumnId::SrcAddrNAT, row, ip(v4));
            rows.set<Ip>(ColumnId::DstAddrNAT, row, ip(v4));
            number(ColumnId::SrcPortNAT, row, uint16_t {65535});
            number(ColumnId::DstPortNAT, row, uint16_t {65535});
            number(random() % 2 == 0 ? ColumnId::NATEvent : ColumnId::FirewallEvent, row, uint8_t {6});
        }
        rows.set<uint64_t>(ColumnId::SrcMAC, row, random() % 2 == 0 ? random() : 0);
        rows.set<uint64_t>(ColumnId::DstMAC, row, random() % 2 == 0 ? uint64_t {random()} << 16 : 0);
        if (random() % 4 == 0) {
            std::vector<uint32_t> labels(1 + random() % 10);
            std::ranges::generate(labels, [&] { return 1 + random() % 1'048'575; });
            rows.setText(ColumnId::MPLSLabels, row, core::listBytes(labels));
        }
        if (random() % 4 == 0)
            rows.setText(ColumnId::UserName, row, "user" + std::to_string(random() % 50));
    }
    return rows;
}

inline void writeNfcapd(const std::filesystem::path& path, const core::FlowBatch& rows, const collectors::NfcapdWriterOptions& options = {})
{
    auto writer = collectors::makeNfcapdWriter(path, options);
    if (!writer)
        qFatal("%s", writer.error().message().c_str());
    if (auto written = (*writer)->write(rows); !written)
        qFatal("%s", written.error().message().c_str());
    if (auto finished = (*writer)->finish(); !finished)
        qFatal("%s", finished.error().message().c_str());
}

struct ReadFlows {
    core::FlowBatch rows {core::Schema::builtin()};
    core::DecodeStats decoded;
    std::vector<collectors::FileCount> counts;
    std::string error; ///< of opening
    std::string damage;
    [[nodiscard]] uint64_t count(std::string_view name) const
    {
        const auto it = std::ranges::find(counts, name, &collectors::FileCount::name);
        return it == counts.end() ? 0 : it->count;
    }
};

inline ReadFlows readFlows(const std::filesystem::path& path, const core::InputSettings& settings = {})
{
    ReadFlows out;
    auto file = collectors::openFlowFile(path, {.schema = core::Schema::builtin(), .settings = settings});
    if (!file) {
        out.error = file.error().message();
        return out;
    }
    core::DatagramBatch datagrams;
    core::FlowBatch some(core::Schema::builtin());
    auto status = collectors::FlowFile::Status::More;
    while (status == collectors::FlowFile::Status::More) {
        status = (*file)->read(datagrams, some, {});
        if (some.rows() >= collectors::FlowFile::kRowsWanted || status != collectors::FlowFile::Status::More) {
            if (some.rows() > core::kSegmentRows)
                qFatal("more rows than a segment takes");
            out.rows.append(some);
            some.clear();
        }
    }
    out.decoded = (*file)->decoded();
    out.counts = (*file)->counts();
    if ((*file)->damage())
        out.damage = (*file)->damage()->message();
    return out;
}

/// "" when these rows of both are alike in these columns, else where they are not.
inline std::string difference(const core::FlowBatch& a, size_t firstA, const core::FlowBatch& b, size_t firstB, size_t count,
    std::span<const core::ColumnId> columns = kNfcapdColumns)
{
    for (const auto id : columns) {
        const auto& column = core::Schema::builtin()->columns()[static_cast<size_t>(id)];
        const auto x = a.view(id), y = b.view(id);
        for (size_t i = 0; i < count; ++i) {
            const size_t p = firstA + i, q = firstB + i;
            bool same = false;
            if (column.storage() == core::Storage::Ip)
                same = x.at<core::Ip>(p) == y.at<core::Ip>(q);
            else if (column.storage() == core::Storage::Dict)
                same = a.dictionary().text(static_cast<uint32_t>(x.number(p))) == b.dictionary().text(static_cast<uint32_t>(y.number(q)));
            else
                same = x.number(p) == y.number(q);
            if (!same)
                return fmt::format("{} of row {} and {}", column.name, p, q);
        }
    }
    return {};
}

inline std::vector<uint8_t> octetsOf(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void writeOctets(const std::filesystem::path& path, std::span<const uint8_t> octets)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc).write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
}

} // namespace rivereto::support
