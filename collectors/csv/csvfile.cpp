// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/csv/csvfile.h"

#include <algorithm>
#include <cerrno>

#include "collectors/csv/csvvalue.h"

namespace rivereto::collectors {

namespace {

using core::ColumnId;
using core::DecodeCount;

/// Looked at by one call.
constexpr size_t kLinesAtOnce = 4096;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string_view withoutMark(std::string_view text)
{
    if (text.starts_with(kByteOrderMark))
        text.remove_prefix(kByteOrderMark.size());
    return text;
}

uint64_t timeOf(const core::FlowBatch& rows, ColumnId column, size_t row)
{
    return rows.has(column) ? rows.view(column).number(row) : 0;
}

bool isMissing(const core::FlowBatch& rows, const core::Column& column, size_t row)
{
    const auto view = rows.view(column.id);
    return column.storage() == core::Storage::Ip ? view.at<core::Ip>(row).isZero() : view.number(row) == 0;
}

/// Whether a record that is no flow ends nfdump's list: its totals come after it.
bool isSummary(std::string_view text)
{
    return trimmed(text).starts_with("Summary");
}

} // namespace

bool CsvFile::recognise(std::span<const uint8_t> beginning)
{
    auto text = withoutMark({reinterpret_cast<const char*>(beginning.data()), beginning.size()});
    const auto isControl = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n'; };
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    // Data in braces and markup have commas, too.
    if (text.empty() || std::string_view("{[<").find(text.front()) != std::string_view::npos || std::ranges::any_of(text, isControl))
        return false;
    return delimiterOf(text.substr(0, text.find('\n'))) != 0;
}

CsvFile::CsvFile(std::unique_ptr<ByteStream> stream, std::filesystem::path path, const FileOptions& options, CsvMapping mapping)
    : m_records(std::move(stream))
    , m_path(std::move(path))
    , m_schema(options.schema)
    , m_time(options.settings.time)
    , m_mapping(std::move(mapping))
{
}

core::Result<std::unique_ptr<FlowFile>> CsvFile::open(std::unique_ptr<ByteStream> stream, const std::filesystem::path& path, const FileOptions& options)
{
    auto mapping = CsvMapping::parse(options.settings.csv.value_or(std::string()));
    if (!mapping)
        return tl::unexpected(mapping.error());
    std::unique_ptr<CsvFile> file(new CsvFile(std::move(stream), path, options, std::move(*mapping)));
    if (auto begun = file->readHeader(); !begun)
        return core::fail("“{}” is read as CSV: {}", path.string(), begun.error().message());
    return file;
}

core::Result<void> CsvFile::readHeader()
{
    auto next = CsvRecords::Next::Record;
    std::string_view line;
    while (next == CsvRecords::Next::Record && line.empty()) {
        next = m_records.next();
        if (next == CsvRecords::Next::Record)
            line = trimmed(withoutMark(m_records.text()));
    }
    if (next != CsvRecords::Next::Record)
        return core::fail("it has no header line that names its fields");
    m_delimiter = m_mapping.delimiter != 0 ? m_mapping.delimiter : delimiterOf(line);
    std::vector<std::string> header;
    for (const auto name : m_records.split(m_delimiter))
        header.emplace_back(trimmed(header.empty() ? withoutMark(name) : name));
    auto layout = csvLayout(header, m_mapping, *m_schema);
    if (!layout)
        return tl::unexpected(layout.error());
    m_layout = std::move(*layout);
    m_icmpInPort = !m_layout.own && m_layout.has(ColumnId::Proto) && m_layout.has(ColumnId::DstPort) && !m_layout.has(ColumnId::ICMPv4Type)
        && !m_layout.has(ColumnId::ICMPv6Type);
    return {};
}

FlowFile::Status CsvFile::read(core::DatagramBatch& /*datagrams*/, core::FlowBatch& rows, std::stop_token stop)
{
    m_records.stream().setStop(stop);
    for (size_t line = 0; line < kLinesAtOnce && rows.rows() < kRowsWanted; ++line) {
        const auto next = m_records.next();
        if (m_records.stream().error() == ECANCELED || stop.stop_requested())
            return Status::Stopped;
        if (next == CsvRecords::Next::Broken)
            unreadable("quotes that do not end, or a line that is too long");
        else if (next == CsvRecords::Next::End || !takeRecord(rows)) {
            ended();
            return Status::End;
        }
    }
    return Status::More;
}

/// False where the data ends.
bool CsvFile::takeRecord(core::FlowBatch& rows)
{
    const auto text = m_records.text();
    if (trimmed(text).empty())
        return true;
    const bool summary = isSummary(text);
    m_fields = &m_records.split(m_delimiter);
    if (m_fields->size() != m_layout.width) {
        if (summary || (m_fields->size() == 1 && trimmed(m_fields->front()) == "No matching flows"))
            return !summary;
        unreadable(fmt::format("{} fields, where the header has {}", m_fields->size(), m_layout.width));
        return true;
    }
    m_decoded.add(DecodeCount::Records);
    const size_t row = rows.addRows(1);
    auto wrong = fill(rows, row);
    if (wrong.empty()) {
        m_decoded.add(DecodeCount::Flows);
        return true;
    }
    rows.dropRows(1);
    unreadable(std::move(wrong));
    return true;
}

/// What is wrong; empty when nothing is.
std::string CsvFile::fill(core::FlowBatch& rows, size_t row)
{
    m_duration = 0;
    m_labels.clear();
    ColumnId last = ColumnId::kNone;
    bool filled = false;
    for (const auto& field : m_layout.fields) {
        const auto id = field.column ? field.column->id : ColumnId::kNone;
        filled = filled && id == last && id != ColumnId::kNone;
        last = id;
        if (filled)
            continue;
        if (auto wrong = fillField(rows, row, field); !wrong.empty())
            return wrong;
        // A less telling field speaks only where this one is silent.
        filled = field.column && rows.has(id) && !isMissing(rows, *field.column, row);
    }
    if (!m_labels.empty())
        rows.setText(ColumnId::MPLSLabels, row, core::listBytes(m_labels));
    return complete(rows, row) ? std::string() : "no time is told";
}

std::string CsvFile::fillField(core::FlowBatch& rows, size_t row, const CsvField& field)
{
    const auto text = (*m_fields)[field.field];
    const auto wrong = [&](std::string_view what) { return fmt::format("“{}” is no {}", text.substr(0, 60), what); };
    switch (field.role) {
    case CsvField::Role::Column:
        return setCell(rows, *field.column, row, text, m_mapping) ? std::string() : wrong(field.column->name);
    case CsvField::Role::Duration: {
        const auto ms = csvDuration(text);
        m_duration = ms.value_or(0);
        return ms ? std::string() : wrong("duration");
    }
    case CsvField::Role::Label: {
        const auto label = csvLabel(text);
        if (label && *label != 0)
            m_labels.push_back(*label);
        return label ? std::string() : wrong("MPLS label");
    }
    }
    return {};
}

/// What follows from the fields; false when there is no time.
bool CsvFile::complete(core::FlowBatch& rows, size_t row) const
{
    uint64_t start = timeOf(rows, ColumnId::TimeFlowStart, row);
    uint64_t end = timeOf(rows, ColumnId::TimeFlowEnd, row);
    if (m_duration != 0 && start != 0 && !m_layout.has(ColumnId::TimeFlowEnd))
        rows.set(ColumnId::TimeFlowEnd, row, end = start + m_duration);
    else if (m_duration != 0 && end > m_duration && !m_layout.has(ColumnId::TimeFlowStart))
        rows.set(ColumnId::TimeFlowStart, row, start = end - m_duration);
    else if (!m_layout.own && m_duration == 0 && start != 0 && end == 0 && !m_layout.has(ColumnId::TimeFlowEnd))
        rows.set(ColumnId::TimeFlowEnd, row, end = start);
    uint64_t received = timeOf(rows, ColumnId::TimeReceived, row);
    if (received == 0 || (m_time == core::TimeSource::FirstSwitched && start != 0))
        received = m_time == core::TimeSource::FirstSwitched && start != 0 ? start : end != 0 ? end : start;
    if (received == 0)
        return false;
    rows.set(ColumnId::TimeReceived, row, received);
    if (!m_layout.has(ColumnId::EType) && (rows.has(ColumnId::SrcAddr) || rows.has(ColumnId::DstAddr))) {
        const auto src = rows.view(ColumnId::SrcAddr).at<core::Ip>(row);
        const auto ip = src.isZero() ? rows.view(ColumnId::DstAddr).at<core::Ip>(row) : src;
        if (!ip.isZero())
            rows.set<uint16_t>(ColumnId::EType, row, ip.isV4() ? 0x0800 : 0x86dd);
    }
    if (m_icmpInPort)
        completeIcmp(rows, row);
    return true;
}

/// As exporters do, so do tools: type × 256 + code stand in the destination port.
void CsvFile::completeIcmp(core::FlowBatch& rows, size_t row) const
{
    constexpr uint64_t icmp = 1, icmp6 = 58;
    if (!rows.has(ColumnId::Proto) || !rows.has(ColumnId::DstPort))
        return;
    const auto proto = rows.view(ColumnId::Proto).number(row);
    const auto port = rows.view(ColumnId::DstPort).number(row);
    if ((proto != icmp && proto != icmp6) || port == 0 || (rows.has(ColumnId::SrcPort) && rows.view(ColumnId::SrcPort).number(row) != 0))
        return;
    rows.set(proto == icmp ? ColumnId::ICMPv4Type : ColumnId::ICMPv6Type, row, static_cast<uint8_t>(port >> 8));
    rows.set(proto == icmp ? ColumnId::ICMPv4Code : ColumnId::ICMPv6Code, row, static_cast<uint8_t>(port));
}

void CsvFile::unreadable(std::string why)
{
    if (m_lost++ > 0)
        return;
    m_firstLost = m_records.line();
    m_firstWhy = std::move(why);
}

void CsvFile::ended()
{
    const auto& stream = m_records.stream();
    if (stream.error() != 0)
        m_damage = core::makeError("{}: cannot be read on after line {}: {}", m_path.string(), m_records.line() - 1, stream.errorText());
    else if (m_lost == 1)
        m_damage = core::makeError("{}: line {} cannot be read and was left out: {}", m_path.string(), m_firstLost, m_firstWhy);
    else if (m_lost > 1)
        m_damage = core::makeError("{}: {} lines cannot be read and were left out; the first is line {}: {}", m_path.string(), m_lost, m_firstLost, m_firstWhy);
}

std::vector<FileCount> CsvFile::counts() const
{
    return m_lost == 0 ? std::vector<FileCount>() : std::vector<FileCount> {{"unreadable-lines", m_lost, true}};
}

} // namespace rivereto::collectors
