// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/flows/flowcolumns.h"

#include <algorithm>

#include <QCoreApplication>

#include "core/text/names.h"
#include "core/text/number.h"
#include "core/text/value.h"

namespace rivereto::ui {

using core::ColumnId;
using Kind = FlowColumn::Kind;

namespace {

QString tr(const char* source) { return QCoreApplication::translate("flows", source); }

const QString kNone = QStringLiteral("–");

constexpr uint8_t kIcmp = 1, kIcmp6 = 58;

uint64_t number(FlowRows& rows, ColumnId id, size_t row) { return rows.segment.column(id).number(row); }
core::Ip address(FlowRows& rows, ColumnId id, size_t row) { return rows.segment.column(id).at<core::Ip>(row); }
QString string(FlowRows& rows, ColumnId id, size_t row) { return text(rows.segment.texts().text(rows.segment.column(id).at<uint32_t>(row))); }

QString exporter(FlowRows& rows, size_t row)
{
    const auto name = string(rows, ColumnId::ExporterName, row);
    return name.isEmpty() ? text(address(rows, ColumnId::ExporterAddress, row).toString()) : name;
}

QString interface(FlowRows& rows, ColumnId name, ColumnId index, size_t row)
{
    const auto known = string(rows, name, row);
    if (!known.isEmpty())
        return known;
    const auto n = number(rows, index, row);
    return n == 0 ? kNone : QString::number(n);
}

FlowCell endpoint(FlowRows& rows, size_t row, bool source, const FlowFormat& format)
{
    const auto ip = address(rows, source ? ColumnId::SrcAddr : ColumnId::DstAddr, row);
    const auto port = number(rows, source ? ColumnId::SrcPort : ColumnId::DstPort, row);
    const auto proto = number(rows, ColumnId::Proto, row);
    if (ip.isZero()) {
        // A frame without IP is between MACs.
        const auto column = source ? ColumnId::SrcMAC : ColumnId::DstMAC;
        return number(rows, column, row) == 0 ? FlowCell{kNone, {}, true} : FlowCell{text(FlowColumns::value(column, rows, row)), {}, false};
    }
    FlowCell out{text(ip.toString()), {}, false};
    if (port != 0 && proto != kIcmp && proto != kIcmp6)
        out.text = ip.isV4() ? QStringLiteral("%1:%2").arg(out.text).arg(port) : QStringLiteral("[%1]:%2").arg(out.text).arg(port);
    const auto as = static_cast<uint32_t>(number(rows, source ? ColumnId::SrcAS : ColumnId::DstAS, row));
    if (as != 0) {
        const auto name = format.asName ? format.asName(as) : QString();
        out.detail = name.isEmpty() ? QStringLiteral("AS%1").arg(as) : name;
    }
    return out;
}

FlowCell duration(FlowRows& rows, size_t row)
{
    const auto start = number(rows, ColumnId::TimeFlowStart, row);
    const auto end = number(rows, ColumnId::TimeFlowEnd, row);
    if (start == 0 || end < start)
        return {kNone, {}, true};
    return {durationText(end - start), {}, false};
}

FlowCell sampling(FlowRows& rows, size_t row)
{
    const auto rate = number(rows, ColumnId::SamplingRate, row);
    return rate == 0 ? FlowCell{kNone, {}, true} : FlowCell{QStringLiteral("1:%1").arg(text(core::formatCount(rate))), {}, false};
}

QString timeText(const FlowFormat& format, uint64_t ms)
{
    if (ms == 0)
        return {};
    const auto time = format.clock.time(ms, 1);
    return format.days ? QStringLiteral("%1 %2").arg(format.clock.day(ms), time) : time;
}

struct Short {
    ColumnId column;
    const char* label;
    Kind kind;
    int width;
};
/// Columns of the schema that this table calls or shows otherwise.
constexpr Short kShort[] = {{ColumnId::TimeReceived, QT_TRANSLATE_NOOP("flows", "Time"), Kind::Time, 104},
                            {ColumnId::Proto, QT_TRANSLATE_NOOP("flows", "Proto"), Kind::Proto, 52},
                            {ColumnId::TCPFlags, QT_TRANSLATE_NOOP("flows", "Flags"), Kind::Flags, 66},
                            {ColumnId::Bytes, QT_TRANSLATE_NOOP("flows", "Bytes"), Kind::Count, 74},
                            {ColumnId::Packets, QT_TRANSLATE_NOOP("flows", "Pkts"), Kind::Count, 54},
                            {ColumnId::SamplingRate, QT_TRANSLATE_NOOP("flows", "Sampling"), Kind::Sampling, 76}};

int widthOf(const core::Column& column)
{
    switch (column.type) {
    case core::Type::Time: return 104;
    case core::Type::Address: return 130;
    case core::Type::NetPrefix: return 140;
    case core::Type::Mac: return 130;
    case core::Type::String: return 120;
    case core::Type::AsPath:
    case core::Type::Communities:
    case core::Type::LargeCommunities:
    case core::Type::Elements: return 180;
    default: return 90;
    }
}

bool isFigure(core::Type type)
{
    using core::Type;
    return type == Type::UInt8 || type == Type::UInt16 || type == Type::UInt32 || type == Type::UInt64 || type == Type::Micros || type == Type::Asn || type == Type::Port;
}

} // namespace

QString durationText(uint64_t ms)
{
    if (ms < 1000)
        return tr("%1 ms").arg(ms);
    if (ms < 60'000)
        return tr("%1 s").arg(static_cast<double>(ms / 100) / 10, 0, 'f', 1);
    if (ms < 3'600'000)
        return tr("%1 min %2 s").arg(ms / 60'000).arg(ms / 1000 % 60);
    return tr("%1 h %2 min").arg(ms / 3'600'000).arg(ms / 60'000 % 60);
}

QString flagsText(uint64_t flags)
{
    constexpr char16_t letters[] = u"FSRPAU";
    QString out(6, u'.');
    for (int i = 0; i < 6; ++i) {
        if (flags >> i & 1)
            out[5 - i] = letters[i];
    }
    return flags > 0x3f ? out + u'+' : out;
}

FlowColumns::FlowColumns(std::shared_ptr<const core::Schema> schema) : m_schema(std::move(schema))
{
    addCombined();
    std::vector<const core::Column*> columns;
    for (const auto& column : m_schema->columns())
        columns.push_back(&column);
    std::ranges::stable_sort(columns, {}, [](const core::Column* column) { return column->group; });
    for (const auto* column : columns)
        addPlain(*column);
}

void FlowColumns::addCombined()
{
    using C = ColumnId;
    const auto group = tr("Together");
    m_all.push_back({.id = QStringLiteral("duration"), .kind = Kind::Duration, .label = tr("Duration"), .group = group, .about = tr("From the flow's first packet to its last."), .needs = {C::TimeFlowStart, C::TimeFlowEnd}, .width = 72, .right = true});
    m_all.push_back({.id = QStringLiteral("exporter"), .kind = Kind::Exporter, .label = tr("Exporter"), .group = group, .about = tr("Name of the exporter, else its address."), .needs = {C::ExporterName, C::ExporterAddress}, .parts = {C::ExporterName, C::ExporterAddress}, .sort = C::ExporterName, .width = 92});
    m_all.push_back({.id = QStringLiteral("interfaces"), .kind = Kind::Interfaces, .label = tr("In → Out interface"), .group = group, .about = tr("Names of the interfaces, else their numbers."), .needs = {C::InIfName, C::InIfIndex, C::OutIfName, C::OutIfIndex}, .parts = {C::InIfName, C::OutIfName, C::InIfIndex, C::OutIfIndex}, .sort = C::InIfName, .width = 148});
    m_all.push_back({.id = QStringLiteral("source"), .kind = Kind::Source, .label = tr("Source"), .group = group, .about = tr("Source address and port, and the AS."), .needs = {C::SrcAddr, C::SrcPort, C::SrcAS, C::Proto, C::SrcMAC}, .parts = {C::SrcAddr, C::SrcPort, C::SrcAS}, .sort = C::SrcAddr, .width = 210, .flexible = true});
    m_all.push_back({.id = QStringLiteral("destination"), .kind = Kind::Destination, .label = tr("Destination"), .group = group, .about = tr("Destination address and port, and the AS."), .needs = {C::DstAddr, C::DstPort, C::DstAS, C::Proto, C::DstMAC}, .parts = {C::DstAddr, C::DstPort, C::DstAS}, .sort = C::DstAddr, .width = 170, .flexible = true});
}

void FlowColumns::addPlain(const core::Column& column)
{
    FlowColumn out{.id = text(column.name), .label = columnLabel(column), .group = groupLabel(column.group), .about = text(column.doc), .parts = {column.id}, .width = widthOf(column), .right = isFigure(column.type)};
    if (column.stored()) {
        out.needs = {column.id};
        out.sort = column.id;
    } else {
        for (const auto base : column.bases) {
            if (base != ColumnId::kNone)
                out.needs.push_back(base);
        }
        // ICMP names are told by the protocol, too.
        out.needs.push_back(ColumnId::Proto);
    }
    const auto found = std::ranges::find(kShort, column.id, &Short::column);
    if (found != std::end(kShort)) {
        out.kind = found->kind;
        out.label = tr(found->label);
        out.width = found->width;
        out.right = found->kind == Kind::Count || found->kind == Kind::Sampling;
        if (found->kind == Kind::Proto)
            out.needs.push_back(ColumnId::EType);
    }
    if (!column.unit.empty())
        out.label = QStringLiteral("%1 [%2]").arg(out.label, text(column.unit));
    m_all.push_back(std::move(out));
}

const FlowColumn* FlowColumns::find(const QString& id) const
{
    const auto found = std::ranges::find(m_all, id, &FlowColumn::id);
    return found == m_all.end() ? nullptr : &*found;
}

QStringList FlowColumns::defaults() const { return presets().front().ids; }

std::vector<FlowColumns::Preset> FlowColumns::presets() const
{
    const auto list = [](const char* words) { return QString::fromLatin1(words).split(u' '); };
    std::vector<Preset> out{
        {tr("Default"), list("TimeReceived duration exporter interfaces source destination Proto TCPFlags Bytes Packets SamplingRate")},
        {tr("Addresses"), list("TimeReceived SrcAddr SrcPort SrcNetName SrcCountry DstAddr DstPort DstNetName DstCountry Proto Bytes Packets")},
        {tr("Interfaces"), list("TimeReceived exporter InIfIndex InIfName InIfDescription InIfBoundary OutIfIndex OutIfName OutIfDescription OutIfBoundary Bytes Packets")},
        {tr("Routing and AS"), list("TimeReceived source destination SrcAS DstAS SrcNetPrefix DstNetPrefix DstASPath DstCommunities NextHop Bytes")},
        {tr("Layer 2"), list("TimeReceived exporter interfaces SrcMAC DstMAC SrcVlan DstVlan EType VNI source destination Bytes Packets")},
        {tr("Times"), list("TimeReceived TimeFlowStart TimeFlowEnd TimeExported duration FlowEndReason source destination Bytes Packets")}};
    QStringList all;
    for (const auto& column : m_all) {
        if (column.kind == Kind::Plain || column.group != tr("Together"))
            all << column.id;
    }
    out.push_back({tr("All"), all});
    for (auto& preset : out)
        preset.ids.removeIf([this](const QString& id) { return !find(id); });
    return out;
}

std::string FlowColumns::value(ColumnId column, FlowRows& rows, size_t row)
{
    const auto& view = rows.segment.column(column);
    const size_t at = view.kind == core::ColumnView::Kind::Plain ? row : view.kind == core::ColumnView::Kind::Coded ? view.codes[row] : 0;
    return core::formatCell(rows.rows.schema()[column], static_cast<const uint8_t*>(view.cells) + at * core::cellSize(view.storage), rows.segment.texts());
}

QString FlowColumns::plain(const core::Column& column, FlowRows& rows, size_t row, const FlowFormat& format)
{
    if (column.type == core::Type::Time)
        return timeText(format, number(rows, column.id, row));
    const auto raw = text(value(column.id, rows, row));
    if (column.type == core::Type::UInt64 && !raw.isEmpty())
        return text(core::formatCount(number(rows, column.id, row)));
    return raw;
}

FlowCell FlowColumns::cell(const FlowColumn& column, FlowRows& rows, size_t row, const FlowFormat& format)
{
    switch (column.kind) {
    case Kind::Time: return {timeText(format, number(rows, ColumnId::TimeReceived, row)), {}, false};
    case Kind::Duration: return duration(rows, row);
    case Kind::Exporter: return {exporter(rows, row), {}, false};
    case Kind::Interfaces:
        return {QStringLiteral("%1 → %2").arg(interface(rows, ColumnId::InIfName, ColumnId::InIfIndex, row), interface(rows, ColumnId::OutIfName, ColumnId::OutIfIndex, row)), {}, false};
    case Kind::Source: return endpoint(rows, row, true, format);
    case Kind::Destination: return endpoint(rows, row, false, format);
    case Kind::Proto: {
        const auto etype = static_cast<uint16_t>(number(rows, ColumnId::EType, row));
        if (etype != 0 && etype != 0x0800 && etype != 0x86dd)
            return {text(FlowColumns::value(ColumnId::EType, rows, row)), {}, false};
        const auto name = core::protocolName(static_cast<uint8_t>(number(rows, ColumnId::Proto, row)));
        return {name.empty() ? QString::number(number(rows, ColumnId::Proto, row)) : text(name).toUpper(), {}, false};
    }
    case Kind::Flags: {
        const auto flags = number(rows, ColumnId::TCPFlags, row);
        return {flags == 0 ? QString() : flagsText(flags), {}, false};
    }
    case Kind::Count: return {text(core::formatCount(number(rows, column.parts[0], row))), {}, false};
    case Kind::Sampling: return sampling(rows, row);
    case Kind::Plain: break;
    }
    const auto& schema = rows.rows.schema()[column.parts[0]];
    FlowCell out{plain(schema, rows, row, format), {}, false};
    if (schema.type == core::Type::Asn && format.asName && !out.text.isEmpty())
        out.detail = format.asName(out.text.toUInt());
    return out;
}

} // namespace rivereto::ui
