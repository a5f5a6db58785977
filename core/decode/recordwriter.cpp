// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/recordwriter.h"

#include <algorithm>

#include "core/decode/numberkernels.h"

namespace rivereto::core {

namespace {

constexpr uint64_t kNtpToUnix = 2'208'988'800; ///< seconds from 1900 to 1970

bool isPlainNumber(const FieldOp& op)
{
    return op.conv == Conv::Default;
}

/// RFC 7011 §6.1.9: seconds since 1900 and a fraction. Some exporters write plain micro- or nanoseconds since 1970
/// instead; read as NTP those lie before 1970.
uint64_t ntpToMs(uint64_t value)
{
    const uint64_t seconds = value >> 32;
    if (seconds >= kNtpToUnix)
        return (seconds - kNtpToUnix) * 1000 + ((value & 0xffffffff) * 1000 >> 32);
    return value >= 100'000'000'000'000'000 ? value / 1'000'000 : value / 1000;
}

/// How far after the export time a flow may lie: clocks that are read one after the other.
constexpr uint32_t kFutureMs = 3'600'000;

/// Milliseconds since boot as a time: how long before `now` the 32-bit uptime, which wraps every 49.7 days, had this
/// value.
uint64_t bootToMs(uint64_t value, uint64_t nowMs, uint32_t uptimeMs)
{
    if (nowMs == 0)
        return 0;
    const uint32_t ago = uptimeMs - static_cast<uint32_t>(value);
    const uint32_t ahead = 0 - ago;
    return ago != 0 && ahead <= kFutureMs ? nowMs + ahead : nowMs - std::min<uint64_t>(ago, nowMs);
}

/// The same from element 160. An export time before the boot is wrong, so that no wrap can be seen.
uint64_t initToMs(uint64_t value, uint64_t nowMs, uint64_t initMs)
{
    if (initMs == 0)
        return 0;
    return nowMs + kFutureMs < initMs ? initMs + value : bootToMs(value, nowMs, static_cast<uint32_t>(nowMs - initMs));
}

} // namespace

void RecordWriter::loadNumbers(const RecordSpan& records, uint16_t field, std::span<uint64_t> out) const
{
    const Template& layout = *records.layout;
    if (!records.fields && !records.pick && layout.fields[field].length <= 8)
        return loadColumn(
            records.base + layout.offsets[field], layout.minLength, layout.fields[field].length, records.count, out.data());
    for (size_t i = 0; i < records.count; ++i)
        out[i] = loadBe(records.field(i, field));
}

void RecordWriter::convert(const FieldOp& op, const RecordSpan& records, std::span<uint64_t> values) const
{
    const auto each = [&](auto change) {
        for (auto& v : values)
            v = change(v);
    };
    switch (op.conv) {
    case Conv::Seconds:
        return each([](uint64_t v) { return v * 1000; });
    case Conv::NtpTime:
        return each([](uint64_t v) { return v == 0 ? 0 : ntpToMs(v); });
    case Conv::DeltaMicros:
        return each([now = m_message->exportedMs](uint64_t v) { return now == 0 ? 0 : now - v / 1000; });
    case Conv::HighByte:
        return each([](uint64_t v) { return v >> 8 & 0xff; });
    case Conv::LowByte:
        return each([](uint64_t v) { return v & 0xff; });
    case Conv::PlusOne:
        return each([](uint64_t v) { return v + 1; });
    case Conv::IpVersion:
        return each([](uint64_t v) -> uint64_t { return v == 4 ? 0x0800 : v == 6 ? 0x86dd : 0; });
    case Conv::SegmentId:
        return each([](uint64_t v) { return v & 0xffffff; });
    case Conv::SysUptime:
        return convertUptimes(op, records, values);
    default:
        return;
    }
}

void RecordWriter::convertUptimes(const FieldOp& op, const RecordSpan& records, std::span<uint64_t> values) const
{
    const uint64_t now = m_message->exportedMs;
    for (size_t i = 0; i < values.size(); ++i) {
        // Both the first and the last packet at boot: the exporter does not know.
        if (values[i] == 0 && (op.companion == kNoField || loadBe(records.field(i, op.companion)) == 0))
            continue;
        if (m_message->hasUptime)
            values[i] = bootToMs(values[i], now, m_message->uptimeMs);
        else
            values[i] = initToMs(values[i], now, m_inits.empty() ? m_init : m_inits[records.pick ? records.pick[i] : i]);
    }
}

template <class Cell> void RecordWriter::runNumbers(const FieldOp& op, const RecordSpan& records, size_t first)
{
    const Template& layout = *records.layout;
    Cell* out = m_batch->cells<Cell>(op.column) + first;
    if (!op.ifZero && isPlainNumber(op) && !records.fields && !records.pick)
        return loadColumn(
            records.base + layout.offsets[op.field], layout.minLength, layout.fields[op.field].length, records.count, out);
    m_numbers.resize(records.count);
    loadNumbers(records, op.field, m_numbers);
    convert(op, records, m_numbers);
    // An element that is there but does not say (60 = 0, uptime without a boot time) must not hide a less preferred one.
    for (size_t i = 0; i < records.count; ++i) {
        if (!op.ifZero || out[i] == 0)
            out[i] = static_cast<Cell>(m_numbers[i]);
    }
}

void RecordWriter::runAddress(const FieldOp& op, const RecordSpan& records, size_t first)
{
    Ip* out = m_batch->cells<Ip>(op.column) + first;
    const bool keep = keepsUnspecified(op.column);
    for (size_t i = 0; i < records.count; ++i) {
        const Bytes octets = records.field(i, op.field);
        Ip ip;
        if (octets.size() == 4)
            ip = Ip::v4(load32(octets.data()));
        else if (octets.size() == 16)
            ip = {load64(octets.data()), load64(octets.data() + 8)};
        if (isUnspecified(ip) && (!keep || op.ifZero))
            continue;
        if (!op.ifZero || isUnspecified(out[i]))
            out[i] = ip;
    }
}

std::string_view RecordWriter::application(Bytes id)
{
    if (id.empty() || std::ranges::all_of(id, [](uint8_t b) { return b == 0; }))
        return {};
    m_text.assign(reinterpret_cast<const char*>(id.data()), id.size());
    if (const auto it = m_exporter->applications.find(m_text); it != m_exporter->applications.end())
        return it->second;
    // RFC 6759 §4.1: engine 20 has the vendor's enterprise number before the selector.
    constexpr uint8_t vendorEngine = 20;
    if (id[0] == vendorEngine && id.size() > 5)
        m_text = fmt::format("{}:{}:{}", id[0], load32(id.data() + 1), loadBe(id.subspan(5)));
    else
        m_text = fmt::format("{}:{}", id[0], loadBe(id.subspan(1)));
    return m_text;
}

void RecordWriter::runText(const FieldOp& op, const RecordSpan& records, size_t first)
{
    uint32_t* out = m_batch->cells<uint32_t>(op.column) + first;
    Bytes last;
    uint32_t lastId = 0;
    for (size_t i = 0; i < records.count; ++i) {
        if (op.ifZero && out[i] != 0)
            continue;
        const Bytes octets = records.field(i, op.field);
        if (i == 0 || !std::ranges::equal(octets, last)) {
            std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
            if (op.conv == Conv::ApplicationId)
                text = application(octets);
            else
                text = text.substr(0, text.find('\0')); // fixed-length text is padded with zeros
            lastId = m_batch->dictionary().intern(text);
            last = octets;
        }
        out[i] = lastId;
    }
}

/// The usual case of Conv::SysUptime, without detours; false when it is another.
bool RecordWriter::runUptimes(const FieldOp& op, const RecordSpan& records, size_t first)
{
    constexpr uint16_t width = 4;
    const Template& layout = *records.layout;
    if (op.conv != Conv::SysUptime || op.ifZero || op.companion == kNoField || !m_message->hasUptime || records.fields
        || records.pick || layout.fields[op.field].length != width || layout.fields[op.companion].length != width)
        return false;
    uint64_t* out = m_batch->cells<uint64_t>(op.column) + first;
    const uint8_t* from = records.base + layout.offsets[op.field];
    const uint8_t* companion = records.base + layout.offsets[op.companion];
    const uint64_t now = m_message->exportedMs;
    const uint32_t uptime = m_message->uptimeMs;
    for (size_t i = 0; i < records.count; ++i, from += layout.minLength, companion += layout.minLength) {
        const uint32_t value = load32(from);
        out[i] = (value | load32(companion)) == 0 ? 0 : bootToMs(value, now, uptime);
    }
    return true;
}

void RecordWriter::run(const FieldOp& op, const RecordSpan& records, size_t first)
{
    if (runUptimes(op, records, first))
        return;
    switch (op.storage) {
    case Storage::U8:
        return runNumbers<uint8_t>(op, records, first);
    case Storage::U16:
        return runNumbers<uint16_t>(op, records, first);
    case Storage::U32:
        return runNumbers<uint32_t>(op, records, first);
    case Storage::U64:
        return runNumbers<uint64_t>(op, records, first);
    case Storage::Ip:
        return runAddress(op, records, first);
    case Storage::Dict:
        if (op.type == Type::String)
            runText(op, records, first);
        return;
    case Storage::Prefix:
        return;
    }
}

void RecordWriter::prepare(const RecordSpan& records, const MessageContext& message, FlowBatch& batch)
{
    m_batch = &batch;
    m_message = &message;
    m_exporter = &m_exporters.find(message.origin.source, message.domain);
    m_inits.clear();
    m_init = m_exporter->initMs;
    const uint16_t init = records.layout->program.extra(Extra::SystemInit);
    if (records.layout->program.uptime && !message.hasUptime && init != kNoField) {
        m_inits.resize(records.count);
        loadNumbers(records, init, m_inits);
    }
}

size_t RecordWriter::write(RecordSpan records, const MessageContext& message, FlowBatch& batch)
{
    const FieldProgram& program = records.layout->program;
    const bool section = program.extra(Extra::Section) != kNoField;
    if (section) {
        parseSections(records);
        if (m_options.decapsulation != Decapsulation::None)
            openTunnels(records);
    }
    if (records.count == 0)
        return 0;
    prepare(records, message, batch);
    const size_t first = batch.addRows(records.count);
    for (const auto& op : program.ops) {
        if (op.kernel && !records.fields)
            op.kernel(records.base + records.layout->offsets[op.field], records.layout->minLength, records.count,
                batch.raw(op.column) + first * cellSize(op.storage));
        else
            run(op, records, first);
    }
    if (!program.mplsFields.empty())
        labels(records, first);
    if (section)
        writeSections(first);
    etype(records, first);
    if (program.icmpInPort)
        icmp(records, first);
    if (m_options.keepOtherElements && !program.otherFields.empty())
        others(records, first);
    sampling(records, first);
    writeHeader(message,
        m_options.exporterFromMessage && !m_exporter->address.isZero() ? m_exporter->address : message.origin.source, batch,
        first, records.count);
    // A message of a file has no sender and came in at no time of its own: what it tells is all that is known.
    const bool ofFile = message.origin.source.isZero();
    if (m_options.exporterFromMessage || ofFile)
        exporterAddress(records, first);
    if (m_options.timeSource == TimeSource::Udp && ofFile)
        collectionTime(records, first);
    return records.count + directions(records, first);
}

void RecordWriter::writeHeader(const MessageContext& message, Ip exporter, FlowBatch& batch, size_t first, size_t count) const
{
    const auto fill
        = [&]<class Cell>(ColumnId column, Cell value) { std::fill_n(batch.cells<Cell>(column) + first, count, value); };
    uint64_t received = message.origin.receivedMs;
    if (m_options.timeSource == TimeSource::Packet && message.exportedMs != 0)
        received = message.exportedMs;
    fill(ColumnId::TimeReceived, received);
    if (m_options.timeSource == TimeSource::FirstSwitched && batch.has(ColumnId::TimeFlowStart)) {
        const uint64_t* start = batch.cells<uint64_t>(ColumnId::TimeFlowStart) + first;
        uint64_t* out = batch.cells<uint64_t>(ColumnId::TimeReceived) + first;
        for (size_t i = 0; i < count; ++i)
            out[i] = start[i] != 0 ? start[i] : out[i];
    }
    if (message.exportedMs != 0)
        fill(ColumnId::TimeExported, message.exportedMs);
    fill(ColumnId::ExporterAddress, exporter);
    fill(ColumnId::ExportProtocol, static_cast<uint8_t>(message.protocol));
    if (message.domain != 0)
        fill(ColumnId::ObservationDomain, message.domain);
}

void RecordWriter::writeSampling(FlowBatch& batch, size_t first, size_t count, uint64_t rate, SamplingSource source)
{
    std::fill_n(batch.cells<uint64_t>(ColumnId::SamplingRate) + first, count, rate);
    std::fill_n(batch.cells<uint8_t>(ColumnId::SamplingSource) + first, count, static_cast<uint8_t>(source));
}

} // namespace rivereto::core
