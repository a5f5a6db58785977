// SPDX-License-Identifier: GPL-3.0-or-later
// sFlow version 5 as a tree: datagram and samples (sflow.org, sflow_version_5.txt; sflow_drops.txt).
#include <algorithm>

#include "core/decode/dissectsflow.h"

namespace rivereto::core {

namespace {

constexpr std::string_view kSamples[]
    = {"", "Flow sample", "Counter sample", "Expanded flow sample", "Expanded counter sample", "Discarded packet"};
constexpr std::string_view kSourceTypes[] = {"ifIndex", "smonVlanDataSource", "entPhysicalEntry"};
constexpr std::string_view kInterfaceFormats[] = {"one interface", "discarded", "several interfaces"};

std::string sampleName(uint32_t format)
{
    if (format > 0 && format < std::size(kSamples))
        return std::string(kSamples[format]);
    // Upper 20 bits: enterprise.
    return format >> 12 == 0 ? fmt::format("Sample {}", format) : fmt::format("Sample {}:{}", format >> 12, format & 0xfff);
}

/// The records of a sample, each {format, length, body}.
void records(TreeWriter& in, bool counters)
{
    const auto count = in.field({"records", 4});
    for (uint64_t i = 0; i < count && in.ok(); ++i) {
        if (in.left() < 8) {
            in.finish("rest", "The sample ends before its last record.");
            return;
        }
        const auto format = load32(in.rest().data());
        const auto length = load32(in.rest().data() + 4);
        const bool cut = length > in.left() - 8;
        auto& node = in.node(DissectKind::SampleRecord, sflowRecordName(format, counters), 8 + std::min(length, in.left() - 8));
        node.id = static_cast<uint16_t>(format);
        if (cut)
            node.note = "The record claims more than the sample holds.";
        TreeWriter inner(node, in.payload(), in.budget());
        inner.fields({{"format", 4}, {"length", 4}});
        sflowRecord(inner, format, counters);
    }
}

void interfaces(TreeWriter& in, bool expanded)
{
    if (expanded)
        in.fields({{"input format", 4, Show::Number, kInterfaceFormats}, {"input interface", 4},
            {"output format", 4, Show::Number, kInterfaceFormats}, {"output interface", 4}});
    else
        in.fields({{"input interface", 4, Show::Interface}, {"output interface", 4, Show::Interface}});
}

void source(TreeWriter& in, bool expanded)
{
    in.field({"sequence number", 4});
    if (expanded)
        in.fields({{"source type", 4, Show::Number, kSourceTypes}, {"source index", 4}});
    else
        in.field({"source", 4, Show::DataSource});
}

void sample(TreeWriter& in, uint32_t format)
{
    in.fields({{"format", 4}, {"length", 4}});
    const bool expanded = format == 3 || format == 4 || format == 5;
    switch (format) {
    case 1:
    case 3:
        source(in, expanded);
        in.fields({{"sampling rate", 4}, {"sample pool", 4}, {"drops", 4}});
        interfaces(in, expanded);
        records(in, false);
        break;
    case 2:
    case 4:
        source(in, expanded);
        records(in, true);
        break;
    case 5:
        source(in, expanded);
        in.fields({{"drops", 4}, {"input interface", 4}, {"output interface", 4}, {"reason", 4, Show::DropReason}});
        records(in, false);
        break;
    default:
        break;
    }
    if (in.left() > 0)
        in.finishPadding(
            format >= 1 && format <= 5 ? "There is more here than the sample's records." : "This kind of sample is not known.");
}

} // namespace

void dissectSflow(TreeWriter& in)
{
    in.field({"version", 4});
    sflowAddress(in, "agent");
    in.fields({{"sub-agent", 4}, {"sequence number", 4}, {"uptime", 4, Show::Uptime}});
    const auto count = in.field({"samples", 4});
    for (uint64_t i = 0; i < count && in.ok(); ++i) {
        if (in.left() < 8) {
            in.finish("rest", "The datagram ends before its last sample.");
            return;
        }
        const auto format = load32(in.rest().data());
        const auto length = load32(in.rest().data() + 4);
        const bool cut = length > in.left() - 8;
        auto& node = in.node(DissectKind::Sample, sampleName(format), 8 + std::min(length, in.left() - 8));
        node.id = static_cast<uint16_t>(format);
        if (cut)
            node.note = "The sample claims more than the datagram holds.";
        TreeWriter inner(node, in.payload(), in.budget());
        sample(inner, format);
        if (in.budget() == 0)
            in.finishShort();
    }
    if (in.left() > 0)
        in.finishPadding("There is more here than the samples that the header counts.");
}

} // namespace rivereto::core
