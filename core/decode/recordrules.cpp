// SPDX-License-Identifier: GPL-3.0-or-later
// RecordWriter, second half: what follows from several fields of a record, and records that hold two directions.
#include <algorithm>
#include <bit>

#include "core/decode/otherelements.h"
#include "core/decode/recordwriter.h"

namespace rivereto::core {

namespace {

constexpr uint8_t kIcmp = 1, kIcmp6 = 58;

PacketStart sectionStart(uint16_t id)
{
    switch (id) {
    case element::kIpHeaderSection:
        return PacketStart::Ip;
    case element::kMplsSection:
        return PacketStart::Mpls;
    default:
        return PacketStart::Ethernet;
    }
}

/// Element 408 (RFC 7133 §4.1.1): 1 is Ethernet; exporters that do not say mean that, too.
bool isEthernet(uint64_t frameType)
{
    return frameType <= 1;
}

} // namespace

uint64_t RecordWriter::number(const RecordSpan& records, size_t i, Extra extra) const
{
    const uint16_t field = records.layout->program.extra(extra);
    return field == kNoField ? 0 : loadBe(records.field(i, field));
}

void RecordWriter::labels(const RecordSpan& records, size_t first)
{
    const FieldProgram& program = records.layout->program;
    std::vector<uint32_t> stack;
    for (size_t i = 0; i < records.count; ++i) {
        stack.clear();
        for (const uint16_t field : program.mplsFields) {
            const Bytes octets = records.field(i, field);
            if (octets.size() < 3)
                continue;
            const uint32_t entry = uint32_t {octets[0]} << 16 | load16(octets.data() + 1);
            if (entry != 0) // an unused place of the stack
                stack.push_back(entry >> 4);
        }
        if (!stack.empty())
            m_batch->setText(program.mplsColumn, first + i, listBytes(stack));
    }
}

/// Records that carry the beginning of a packet (RFC 7133, PSAMP).
void RecordWriter::parseSections(const RecordSpan& records)
{
    const Template& layout = *records.layout;
    const uint16_t field = layout.program.extra(Extra::Section);
    const uint16_t id = layout.fields[field].id;
    const uint16_t type = layout.program.extra(Extra::FrameType);
    const auto protocol = std::ranges::find_if(
        layout.fields, [](const FieldSpec& f) { return f.enterprise == 0 && f.id == element::kProtocol; });
    m_packets.assign(records.count, {});
    for (size_t i = 0; i < records.count; ++i) {
        PacketInfo& packet = m_packets[i];
        if (id == element::kIpPayloadSection) {
            if (protocol != layout.fields.end())
                packet.proto
                    = static_cast<uint8_t>(loadBe(records.field(i, static_cast<uint16_t>(protocol - layout.fields.begin()))));
            parseTransport(records.field(i, field), packet.proto, packet);
        } else if (id != element::kFrameSection || type == kNoField || isEthernet(loadBe(records.field(i, type)))) {
            parsePacket(records.field(i, field), sectionStart(id), packet);
        }
    }
}

/// Opens the packets' tunnels; with a strict input, only records with one are left in `records`.
void RecordWriter::openTunnels(RecordSpan& records)
{
    const size_t width = records.fields ? records.layout->fields.size() : records.layout->minLength;
    size_t found = 0;
    m_keptFields.clear();
    m_keptBytes.clear();
    for (size_t i = 0; i < records.count; ++i) {
        if (!decapsulate(m_packets[i], m_options.decapsulation))
            continue;
        if (m_options.strict) {
            m_packets[found] = m_packets[i];
            if (records.fields)
                m_keptFields.insert(m_keptFields.end(), records.fields + i * width, records.fields + (i + 1) * width);
            else
                m_keptBytes.insert(m_keptBytes.end(), records.base + i * width, records.base + (i + 1) * width);
        }
        ++found;
    }
    m_stats.add(DecodeCount::Decapsulated, found);
    m_stats.add(m_options.strict ? DecodeCount::TunnelMissing : DecodeCount::WithoutTunnel, records.count - found);
    if (!m_options.strict)
        return;
    m_packets.resize(found);
    records.count = found;
    records.base = m_keptBytes.data();
    records.fields = records.fields ? m_keptFields.data() : nullptr;
}

/// The headers fill what no element gave; those of a packet in a tunnel come before the elements, which tell of the outer one.
void RecordWriter::writeSections(size_t first)
{
    const size_t count = m_packets.size();
    if (m_options.decapsulation == Decapsulation::None) {
        writePackets(m_packets, *m_batch, first, true);
    } else {
        for (size_t i = 0; i < count; ++i)
            writePackets(std::span(m_packets).subspan(i, 1), *m_batch, first + i, !m_packets[i].inner);
    }
    uint64_t* packets = m_batch->cells<uint64_t>(ColumnId::Packets) + first;
    uint64_t* bytes = m_batch->cells<uint64_t>(ColumnId::Bytes) + first;
    for (size_t i = 0; i < count; ++i) {
        packets[i] = packets[i] == 0 ? 1 : packets[i];
        bytes[i] = bytes[i] == 0 || (m_packets[i].inner && packets[i] == 1) ? m_packets[i].ipLength : bytes[i];
    }
}

void RecordWriter::exporterAddress(const RecordSpan& records, size_t first)
{
    const FieldProgram& program = records.layout->program;
    for (const auto extra : {Extra::ExporterV6, Extra::ExporterV4}) {
        const uint16_t field = program.extra(extra);
        if (field == kNoField)
            continue;
        Ip* out = m_batch->cells<Ip>(ColumnId::ExporterAddress) + first;
        for (size_t i = 0; i < records.count; ++i) {
            const Bytes octets = records.field(i, field);
            if (octets.size() == 4 && load32(octets.data()) != 0)
                out[i] = Ip::v4(load32(octets.data()));
            else if (octets.size() == 16 && !Ip::fromBytes(octets.data()).isZero())
                out[i] = Ip::fromBytes(octets.data());
        }
    }
}

void RecordWriter::collectionTime(const RecordSpan& records, size_t first)
{
    if (records.layout->program.extra(Extra::CollectionTime) == kNoField)
        return;
    uint64_t* received = m_batch->cells<uint64_t>(ColumnId::TimeReceived) + first;
    for (size_t i = 0; i < records.count; ++i) {
        const uint64_t told = number(records, i, Extra::CollectionTime);
        received[i] = told != 0 ? told : received[i];
    }
}

/// The addresses' family. An element (256, 60) tells only where there are none: some exporters fill it with junk, and
/// for a tagged or labelled frame it may name the outer protocol.
void RecordWriter::etype(const RecordSpan& records, size_t first)
{
    constexpr uint16_t ipv4 = 0x0800, ipv6 = 0x86dd;
    uint16_t* out = m_batch->cells<uint16_t>(ColumnId::EType) + first;
    if (const uint16_t all = records.layout->program.etype; all != 0) {
        std::fill_n(out, records.count, all);
        return;
    }
    for (const auto column : {ColumnId::DstAddr, ColumnId::SrcAddr}) {
        if (!m_batch->has(column))
            continue;
        const Ip* ips = m_batch->cells<Ip>(column) + first;
        for (size_t i = 0; i < records.count; ++i) {
            const bool unspecified = ips[i].isZero() || ips[i] == Ip::v4(0);
            if (!unspecified || (out[i] == 0 && !ips[i].isZero()))
                out[i] = ips[i].isV4() ? ipv4 : ipv6;
        }
    }
}

/// Exporters without an ICMP element put type × 256 + code into the destination port.
void RecordWriter::icmp(const RecordSpan& records, size_t first)
{
    const uint8_t* proto = m_batch->cells<uint8_t>(ColumnId::Proto) + first;
    const auto isIcmp = [](uint8_t p) { return p == kIcmp || p == kIcmp6; };
    if (std::none_of(proto, proto + records.count, isIcmp))
        return;
    const uint16_t* src = m_batch->cells<uint16_t>(ColumnId::SrcPort) + first;
    const uint16_t* dst = m_batch->cells<uint16_t>(ColumnId::DstPort) + first;
    for (size_t i = 0; i < records.count; ++i) {
        if (!isIcmp(proto[i]) || src[i] != 0 || dst[i] == 0)
            continue;
        const bool v4 = proto[i] == kIcmp;
        m_batch->set(v4 ? ColumnId::ICMPv4Type : ColumnId::ICMPv6Type, first + i, static_cast<uint8_t>(dst[i] >> 8));
        m_batch->set(v4 ? ColumnId::ICMPv4Code : ColumnId::ICMPv6Code, first + i, static_cast<uint8_t>(dst[i]));
    }
}

void RecordWriter::others(const RecordSpan& records, size_t first)
{
    const Template& layout = *records.layout;
    std::string entry;
    for (size_t i = 0; i < records.count; ++i) {
        entry.clear();
        for (const uint16_t field : layout.program.otherFields) {
            const Bytes octets = records.field(i, field);
            appendOtherElement(entry,
                {layout.fields[field].enterprise, layout.fields[field].id,
                    {reinterpret_cast<const char*>(octets.data()), octets.size()}});
        }
        m_batch->setText(ColumnId::OtherElements, first + i, entry);
    }
}

RecordWriter::Rate RecordWriter::fallbackRate() const
{
    if (m_options.samplingOverride)
        return {*m_options.samplingOverride, SamplingSource::Override};
    if (m_message->samplingRate != 0)
        return {m_message->samplingRate, SamplingSource::Exporter};
    if (m_exporter->rate != 0)
        return {m_exporter->rate, SamplingSource::Exporter};
    if (const uint64_t rate = m_exporters.systemRate(m_message->origin.source); rate != 0)
        return {rate, SamplingSource::Exporter};
    if (m_options.samplingDefault)
        return {*m_options.samplingDefault, SamplingSource::Default};
    return {1, SamplingSource::Unknown};
}

/// A rate in the record itself; 0 = none.
uint64_t RecordWriter::recordRate(const RecordSpan& records, size_t i) const
{
    SamplingValues values;
    values.interval = number(records, i, Extra::SamplingInterval);
    values.packets = number(records, i, Extra::SamplingPackets);
    values.space = number(records, i, Extra::SamplingSpace);
    values.size = number(records, i, Extra::SamplingSize);
    values.population = number(records, i, Extra::SamplingPopulation);
    if (const uint64_t bits = number(records, i, Extra::SamplingProbability); bits != 0)
        values.probability = std::bit_cast<double>(bits);
    return values.rate();
}

void RecordWriter::sampling(const RecordSpan& records, size_t first)
{
    const FieldProgram& program = records.layout->program;
    const Rate all = fallbackRate();
    writeSampling(*m_batch, first, records.count, all.rate, all.source);
    if (all.source == SamplingSource::Override)
        return;
    const auto put = [&](size_t i, uint64_t rate, SamplingSource source) {
        m_batch->cells<uint64_t>(ColumnId::SamplingRate)[first + i] = rate;
        m_batch->cells<uint8_t>(ColumnId::SamplingSource)[first + i] = static_cast<uint8_t>(source);
    };
    // From the weakest to the strongest.
    if (!m_exporter->interfaces.empty())
        interfaceSampling(first, records.count);
    if (program.extra(Extra::SamplerId) != kNoField && !m_exporter->samplers.empty()) {
        m_numbers.resize(records.count);
        loadNumbers(records, program.extra(Extra::SamplerId), m_numbers);
        auto known = m_exporter->samplers.end();
        for (size_t i = 0; i < records.count; ++i) {
            if (i == 0 || m_numbers[i] != m_numbers[i - 1])
                known = m_exporter->samplers.find(m_numbers[i]);
            if (known != m_exporter->samplers.end())
                put(i, known->second, SamplingSource::Sampler);
        }
    }
    for (size_t i = 0; program.samplingInRecord && i < records.count; ++i) {
        if (const uint64_t rate = recordRate(records, i); rate != 0)
            put(i, rate, SamplingSource::Record);
    }
}

/// Rates that options data gave by interface: that of the input, else of the output.
void RecordWriter::interfaceSampling(size_t first, size_t count)
{
    for (const auto column : {ColumnId::OutIfIndex, ColumnId::InIfIndex}) {
        if (!m_batch->has(column))
            continue;
        const uint32_t* indexes = m_batch->cells<uint32_t>(column) + first;
        for (size_t i = 0; i < count; ++i) {
            const auto it = m_exporter->interfaces.find(indexes[i]);
            if (it != m_exporter->interfaces.end())
                writeSampling(*m_batch, first + i, 1, it->second, SamplingSource::Exporter);
        }
    }
}

size_t RecordWriter::directions(const RecordSpan& records, size_t first)
{
    const FieldProgram& program = records.layout->program;
    if (program.extra(Extra::ReverseOctets) != kNoField || program.extra(Extra::ReversePackets) != kNoField)
        return reverse(records, first);
    if (program.extra(Extra::ResponderOctets) != kNoField || program.extra(Extra::ResponderPackets) != kNoField)
        return respond(records, first);
    return 0;
}

/// Copies the rows first + m_picked[…] to the end with source and destination exchanged, without counters and TCP flags.
size_t RecordWriter::mirror(size_t first)
{
    const size_t count = m_picked.size();
    const size_t added = m_batch->addRows(count);
    for (const auto& column : m_batch->schema().columns()) {
        if (!column.stored() || column.id == ColumnId::Bytes || column.id == ColumnId::Packets || column.id == ColumnId::TCPFlags)
            continue;
        const ColumnId other = column.pair == ColumnId::kNone ? column.id : column.pair;
        if (!m_batch->has(other))
            continue;
        uint8_t* to = m_batch->raw(column.id);
        const uint8_t* from = m_batch->raw(other);
        withCellType(column.storage(), [&]<class Cell>(Cell) {
            auto* out = reinterpret_cast<Cell*>(to) + added;
            const auto* in = reinterpret_cast<const Cell*>(from) + first;
            for (size_t i = 0; i < count; ++i)
                out[i] = in[m_picked[i]];
        });
    }
    return added;
}

void RecordWriter::swapRow(size_t row)
{
    for (const auto& column : m_batch->schema().columns()) {
        if (!column.stored() || column.pair == ColumnId::kNone || column.pair < column.id
            || !(m_batch->has(column.id) || m_batch->has(column.pair)))
            continue;
        withCellType(column.storage(),
            [&]<class Cell>(Cell) { std::swap(m_batch->cells<Cell>(column.id)[row], m_batch->cells<Cell>(column.pair)[row]); });
    }
}

/// RFC 5103: the reverse elements describe a second flow; one without traffic is none.
size_t RecordWriter::reverse(const RecordSpan& records, size_t first)
{
    m_picked.clear();
    for (size_t i = 0; i < records.count; ++i) {
        if (number(records, i, Extra::ReverseOctets) != 0 || number(records, i, Extra::ReversePackets) != 0)
            m_picked.push_back(static_cast<uint32_t>(i));
    }
    if (m_picked.empty())
        return 0;
    const size_t added = mirror(first);
    RecordSpan picked = records;
    picked.count = m_picked.size();
    picked.pick = m_picked.data();
    for (const auto& op : records.layout->program.reverseOps)
        run(op, picked, added);
    if (m_options.timeSource == TimeSource::FirstSwitched && m_batch->has(ColumnId::TimeFlowStart)) {
        const uint64_t* start = m_batch->cells<uint64_t>(ColumnId::TimeFlowStart) + added;
        uint64_t* received = m_batch->cells<uint64_t>(ColumnId::TimeReceived) + added;
        for (size_t i = 0; i < picked.count; ++i)
            received[i] = start[i] != 0 ? start[i] : received[i];
    }
    return picked.count;
}

/// NSEL (elements 231, 232, 298, 299): one row for each direction with traffic; a record without any stays one row.
size_t RecordWriter::respond(const RecordSpan& records, size_t first)
{
    m_picked.clear();
    uint64_t* bytes = m_batch->cells<uint64_t>(ColumnId::Bytes);
    uint64_t* packets = m_batch->cells<uint64_t>(ColumnId::Packets);
    for (size_t i = 0; i < records.count; ++i) {
        const uint64_t octets = number(records, i, Extra::ResponderOctets);
        const uint64_t count = number(records, i, Extra::ResponderPackets);
        const size_t row = first + i;
        if (octets == 0 && count == 0)
            continue;
        if (bytes[row] != 0 || packets[row] != 0) {
            m_picked.push_back(static_cast<uint32_t>(i));
            continue;
        }
        swapRow(row);
        bytes[row] = octets;
        packets[row] = count;
    }
    if (m_picked.empty())
        return 0;
    const size_t added = mirror(first);
    for (size_t i = 0; i < m_picked.size(); ++i) {
        m_batch->cells<uint64_t>(ColumnId::Bytes)[added + i] = number(records, m_picked[i], Extra::ResponderOctets);
        m_batch->cells<uint64_t>(ColumnId::Packets)[added + i] = number(records, m_picked[i], Extra::ResponderPackets);
    }
    return m_picked.size();
}

} // namespace rivereto::core
