// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/flows/detaillines.h"

#include <algorithm>

#include <QCoreApplication>

#include "core/decode/otherelements.h"
#include "core/decode/registry.h"
#include "core/text/names.h"
#include "core/text/number.h"

namespace rivereto::ui {

namespace {

using core::ColumnId;
using core::DissectKind;
using core::DissectNode;
using core::From;
using core::SamplingSource;

QString tr(const char* source) { return QCoreApplication::translate("details", source); }

bool isDigits(const QString& value)
{
    return !value.isEmpty() && std::ranges::all_of(value, [](QChar c) { return c >= u'0' && c <= u'9'; });
}

/// Counts are grouped; numbers that name something are not.
QString shownValue(const DissectNode& node)
{
    const auto value = text(node.value);
    const bool counts = node.name.ends_with("Count") || node.name.ends_with("Octets") || node.name.ends_with("Packets") || node.name.ends_with("octets") || node.name == "sequence number"
        || node.name == "flow sequence" || node.name == "uptime" || node.name.starts_with("if");
    return counts && isDigits(value) ? text(core::formatCount(value.toULongLong())) : value;
}

QString flagsMeaning(const DissectNode& node)
{
    const bool flags = node.element == uint16_t{6} && node.enterprise == 0;
    return flags ? flagsText(text(node.value).toULongLong(nullptr, 0)) : text(node.meaning);
}

DetailLine lineOf(const DissectNode& node, bool wire)
{
    DetailLine out{.number = node.element ? QString::number(*node.element) : QString(), .name = text(node.name), .value = shownValue(node), .meaning = flagsMeaning(node), .note = text(node.note),
                   .bytes = {node.offset, node.offset + node.length}};
    if (node.reverse)
        out.name = tr("%1 (reverse)").arg(out.name);
    if (wire && node.children.empty() && node.kind == DissectKind::Field)
        out.origin = Origin::Wire;
    for (const auto& child : node.children)
        out.children.push_back(lineOf(child, wire));
    // Long packets and lists are opened on request.
    out.open = node.kind != DissectKind::Set && node.kind != DissectKind::Group;
    return out;
}

const DissectNode* messageOf(const DissectNode& tree, const DissectNode& record)
{
    for (const auto& message : tree.children) {
        if (record.offset >= message.offset && record.offset < message.offset + message.length)
            return &message;
    }
    return nullptr;
}

QString fieldValue(const DissectNode& node, std::string_view name)
{
    const auto found = std::ranges::find(node.children, name, &DissectNode::name);
    return found == node.children.end() ? QString() : text(found->value);
}

/// "sequence 418 220 117, domain 524288".
QString summary(const DissectNode& message)
{
    QStringList parts;
    for (const auto* name : {"sequence number", "flow sequence"}) {
        if (const auto value = fieldValue(message, name); isDigits(value))
            parts << tr("sequence %1").arg(text(core::formatCount(value.toULongLong())));
    }
    for (const auto& [name, words] : {std::pair{"observation domain", tr("domain %1")}, std::pair{"source id", tr("source %1")}, std::pair{"sub-agent", tr("sub-agent %1")}}) {
        if (const auto value = fieldValue(message, name); !value.isEmpty())
            parts << words.arg(value);
    }
    parts.prepend(text(message.name));
    return parts.join(QStringLiteral(", "));
}

DetailLine messageSection(const DissectNode& message)
{
    DetailLine out{.name = tr("Message"), .meaning = summary(message), .note = text(message.note), .bytes = {message.offset, message.offset + message.length}, .section = true, .open = false};
    for (const auto& child : message.children) {
        if (child.kind == DissectKind::Field)
            out.children.push_back(lineOf(child, true));
    }
    return out;
}

DetailLine recordSection(const DissectNode& record, size_t number, size_t count)
{
    DetailLine out{.name = tr("Record %1 of %2").arg(number + 1).arg(count), .bytes = {record.offset, record.offset + record.length}, .section = true};
    for (const auto& child : record.children)
        out.children.push_back(lineOf(child, true));
    if (record.kind == DissectKind::Sample)
        out.meaning = tr("%1, %2 records").arg(text(record.name)).arg(std::ranges::count(record.children, DissectKind::SampleRecord, &DissectNode::kind));
    else if (record.id >= 256)
        out.meaning = tr("template %1, %2 elements").arg(record.id).arg(record.children.size());
    else
        out.meaning = tr("%1 elements").arg(std::ranges::count_if(record.children, [](const DissectNode& child) { return child.element.has_value(); }));
    return out;
}

/// What is stored of one flow, and whatever is known of where it came from.
class StoredLines {
public:
    StoredLines(const FlowDetails& details, const FlowFormat& format) : m_details(details), m_rows(*details.row), m_format(format) { }

    /// With a datagram, what does not stand in it already.
    DetailLine section()
    {
        const bool added = m_details.datagram != nullptr;
        DetailLine out{.name = added ? tr("Added by Rivereto") : tr("Stored"), .section = true};
        for (const auto& column : m_rows.rows.schema().columns()) {
            if (column.id == ColumnId::OtherElements || (added && onWire(column)))
                continue;
            auto line = lineFor(column);
            if (line.value.isEmpty())
                continue;
            out.children.push_back(std::move(line));
        }
        if (!added)
            out.meaning = tr("%1 columns").arg(out.children.size());
        return out;
    }

    /// Elements that no column has, where they were kept.
    DetailLine others()
    {
        DetailLine out{.name = tr("Other elements"), .section = true};
        const auto& view = m_rows.segment.column(ColumnId::OtherElements);
        for (const auto& element : core::otherElements(m_rows.segment.texts().text(view.at<uint32_t>(0)))) {
            const auto* info = core::findElement(element.enterprise, element.id);
            const auto shown = core::formatElement(info, {reinterpret_cast<const uint8_t*>(element.octets.data()), element.octets.size()});
            const auto enterprise = element.enterprise == 0 ? QString() : QString::number(element.enterprise) + u':';
            out.children.push_back({.number = QString::number(element.id), .name = info ? text(info->name) : tr("element %1%2").arg(enterprise).arg(element.id), .value = text(shown.value),
                                    .meaning = text(shown.meaning), .origin = Origin::Wire});
        }
        return out;
    }

private:
    [[nodiscard]] std::string value(ColumnId id) { return FlowColumns::value(id, m_rows, 0); }

    /// The decoder alone makes the same of the record.
    [[nodiscard]] bool decodedAlike(const core::Column& column) const
    {
        const auto& decoded = m_details.datagram->decoded;
        if (!column.stored() || !decoded.has(column.id))
            return false;
        const auto there = decoded.view(column.id);
        const auto& here = m_rows.segment.column(column.id);
        if (there.storage == core::Storage::Ip)
            return there.at<core::Ip>(0) == here.at<core::Ip>(0);
        if (there.storage == core::Storage::Dict)
            return decoded.dictionary().text(there.at<uint32_t>(0)) == m_rows.segment.texts().text(here.at<uint32_t>(0));
        return there.number(0) == here.number(0);
    }

    [[nodiscard]] bool onWire(const core::Column& column)
    {
        if (!column.stored() || column.id == ColumnId::SamplingRate || column.id == ColumnId::SamplingSource || column.from == From::Collector)
            return false;
        return decodedAlike(column);
    }

    DetailLine lineFor(const core::Column& column)
    {
        DetailLine out{.name = text(column.name), .value = FlowColumns::plain(column, m_rows, 0, m_format), .origin = originOf(column)};
        const bool numeric = column.storage() != core::Storage::Ip && column.storage() != core::Storage::Prefix;
        const auto number = numeric ? m_rows.segment.column(column.id).number(0) : 0;
        // Nobody wrote it: 0 is the missing value of every type.
        if (numeric && number == 0)
            out.value.clear();
        if (out.value.isEmpty())
            return out;
        switch (column.type) {
        case core::Type::Asn: out.meaning = m_format.asName ? m_format.asName(static_cast<uint32_t>(number)) : QString(); break;
        case core::Type::Port: out.meaning = text(core::serviceName(static_cast<uint16_t>(number))); break;
        default: break;
        }
        if (column.id == ColumnId::SamplingRate)
            out.value = QStringLiteral("1 : %1").arg(out.value);
        else if (!column.unit.empty())
            out.value = QStringLiteral("%1 %2").arg(text(core::formatCount(number)), text(column.unit));
        else if (column.type == core::Type::Micros)
            out.meaning = QStringLiteral("µs");
        return out;
    }

    [[nodiscard]] Origin samplingOrigin()
    {
        switch (static_cast<SamplingSource>(m_rows.segment.column(ColumnId::SamplingSource).number(0))) {
        case SamplingSource::Record:
        case SamplingSource::Sample: return Origin::Wire;
        case SamplingSource::Sampler:
        case SamplingSource::Exporter: return Origin::Options;
        case SamplingSource::Override:
        case SamplingSource::Default: return Origin::Configuration;
        case SamplingSource::Unknown: break;
        }
        return Origin::Stored;
    }

    /// Whether the exporter itself told this name of an interface.
    [[nodiscard]] bool learnt(const core::Column& column)
    {
        if (!m_details.datagram || column.storage() != core::Storage::Dict)
            return false;
        const bool in = column.id == ColumnId::InIfName || column.id == ColumnId::InIfDescription;
        const bool out = column.id == ColumnId::OutIfName || column.id == ColumnId::OutIfDescription;
        if (!in && !out)
            return false;
        const auto index = m_rows.segment.column(in ? ColumnId::InIfIndex : ColumnId::OutIfIndex).number(0);
        const auto stored = value(column.id);
        return std::ranges::any_of(m_details.datagram->names, [&](const core::LearntName& name) {
            return name.kind == core::LearntName::Kind::Interface && name.id == index && (name.name == stored || name.description == stored);
        });
    }

    [[nodiscard]] Origin originOf(const core::Column& column)
    {
        if (!column.stored())
            return Origin::Computed;
        if (column.id == ColumnId::SamplingRate || column.id == ColumnId::SamplingSource)
            return samplingOrigin();
        switch (column.from) {
        case From::Collector: return Origin::Collector;
        case From::Metadata: return learnt(column) ? Origin::Options : Origin::Metadata;
        case From::Networks: return Origin::Networks;
        case From::Routing: return Origin::Routing;
        case From::Meter: return Origin::Meter;
        case From::Dictionary: return Origin::Dictionary;
        case From::Wire:
        case From::Header: break;
        }
        return Origin::Stored;
    }

    const FlowDetails& m_details;
    FlowRows& m_rows;
    const FlowFormat& m_format;
};

void addText(QString& out, const std::vector<DetailLine>& lines, int depth)
{
    for (const auto& line : lines) {
        QStringList words{line.number, line.name, line.value, line.meaning, line.origin == Origin::None ? QString() : QStringLiteral("[%1]").arg(originName(line.origin)), line.note};
        words.removeAll(QString());
        out += QString(depth * 2, u' ') + words.join(u' ') + u'\n';
        addText(out, line.children, depth + 1);
    }
}

} // namespace

QString originName(Origin origin)
{
    switch (origin) {
    case Origin::None: return {};
    case Origin::Wire: return tr("wire");
    case Origin::Options: return tr("options");
    case Origin::Configuration: return tr("config");
    case Origin::Metadata: return tr("metadata");
    case Origin::Networks: return tr("networks");
    case Origin::Routing: return tr("routing");
    case Origin::Meter: return tr("meter");
    case Origin::Dictionary: return tr("dictionary");
    case Origin::Collector: return tr("clock");
    case Origin::Computed: return tr("computed");
    case Origin::Stored: return tr("stored");
    }
    return {};
}

QString originMeaning(Origin origin)
{
    switch (origin) {
    case Origin::None: return {};
    case Origin::Wire: return tr("The exporter sent it with this flow.");
    case Origin::Options: return tr("The exporter told it in options data.");
    case Origin::Configuration: return tr("The configuration says so.");
    case Origin::Metadata: return tr("From what is known of the exporter and its interfaces: files, SNMP, rules.");
    case Origin::Networks: return tr("From the networks of the configuration, or from an MMDB database.");
    case Origin::Routing: return tr("From routing data.");
    case Origin::Meter: return tr("Measured on the packets.");
    case Origin::Dictionary: return tr("From a dictionary of the configuration.");
    case Origin::Collector: return tr("When the datagram was received, or as the input's time source says.");
    case Origin::Computed: return tr("Computed from other columns when it is shown.");
    case Origin::Stored: return tr("Stored; where it came from is not known.");
    }
    return {};
}

std::vector<DetailLine> detailLines(const FlowDetails& details, const FlowFormat& format)
{
    std::vector<DetailLine> out;
    if (details.datagram) {
        const auto records = core::recordsOf(details.datagram->tree);
        const auto& record = *records[details.datagram->record];
        if (const auto* message = messageOf(details.datagram->tree, record))
            out.push_back(messageSection(*message));
        out.push_back(recordSection(record, details.datagram->record, records.size()));
        if (details.datagram->reverse)
            out.back().note = tr("This flow is one of several that the record made, one for each direction.");
    }
    StoredLines stored(details, format);
    out.push_back(stored.section());
    if (!details.datagram) {
        if (auto others = stored.others(); !others.children.empty())
            out.push_back(std::move(others));
    }
    return out;
}

QString detailText(const std::vector<DetailLine>& lines)
{
    QString out;
    addText(out, lines, 0);
    return out;
}

} // namespace rivereto::ui
