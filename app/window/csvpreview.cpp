// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/csvpreview.h"

#include <QFileInfo>

#include "collectors/csv/csvlayout.h"
#include "collectors/csv/csvrecords.h"
#include "collectors/csv/csvvalue.h"
#include "collectors/files/filekinds.h"
#include "ui/models/texts.h"

namespace rivereto::app {

namespace {

using collectors::CsvField;
using collectors::CsvRecords;

constexpr qsizetype kSamples = 20;
/// A table of more is of no use, and a field costs a control.
constexpr size_t kMostFields = 256;
/// Longer texts are cut; a cell shows less.
constexpr size_t kMostLetters = 200;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string_view withoutMark(std::string_view text)
{
    if (text.starts_with(kByteOrderMark))
        text.remove_prefix(kByteOrderMark.size());
    return text;
}

QString shortened(std::string_view field)
{
    return ui::text(collectors::trimmed(field).substr(0, kMostLetters));
}

/// All that a file can fill, group by group.
QList<ui::CsvColumn> columnsToChoose(const core::Schema& schema)
{
    QList<ui::CsvColumn> out;
    for (auto group = core::Group::Flow; group <= core::Group::Other; group = static_cast<core::Group>(static_cast<uint8_t>(group) + 1)) {
        for (const auto& column : schema.columns()) {
            if (column.group == group && column.stored())
                out << ui::CsvColumn {.name = ui::text(column.name), .label = ui::columnLabel(column), .group = ui::groupLabel(group)};
        }
        if (group == core::Group::Time)
            out << ui::CsvColumn {.name = QStringLiteral("Duration"), .label = ui::Backend::tr("Duration in seconds"), .group = ui::groupLabel(group)};
    }
    return out;
}

/// What the names alone say of the fields, whether or not that is enough to read the file.
QList<ui::CsvPreviewField> fieldsOf(const std::vector<std::string>& header, const core::Schema& schema)
{
    QList<ui::CsvPreviewField> out;
    for (size_t i = 0; i < std::min(header.size(), kMostFields); ++i)
        out << ui::CsvPreviewField {.name = shortened(header[i]), .guess = {}};
    // With these the layout misses nothing, and so tells what it knows of the others.
    auto enough = header;
    enough.insert(enough.end(), {"Bytes", "TimeReceived"});
    const auto layout = collectors::csvLayout(enough, {}, schema);
    for (const auto& field : layout ? layout->fields : std::vector<CsvField>()) {
        if (field.field >= static_cast<size_t>(out.size()))
            continue;
        auto& told = out[static_cast<qsizetype>(field.field)];
        told.part = field.role == CsvField::Role::Label;
        told.guess = told.part ? QStringLiteral("MPLSLabels") : field.column ? ui::text(field.column->name) : QStringLiteral("Duration");
    }
    return out;
}

QList<QStringList> samplesOf(CsvRecords& records, char delimiter, qsizetype fields)
{
    QList<QStringList> out;
    for (auto next = records.next(); next != CsvRecords::Next::End; next = records.next()) {
        if (next == CsvRecords::Next::Broken || collectors::trimmed(records.text()).empty())
            continue;
        QStringList texts;
        for (const auto field : records.split(delimiter)) {
            if (texts.size() < fields)
                texts << shortened(field);
        }
        out << texts;
        if (out.size() == kSamples)
            break;
    }
    return out;
}

core::Result<std::unique_ptr<collectors::ByteStream>> openTable(const QString& path)
{
    const auto name = path.toStdString();
    // Whatever else there is may never end, or never begin.
    if (!QFileInfo(path).isFile())
        return core::fail("“{}” is no file", name);
    auto stream = collectors::ByteStream::open(name);
    if (!stream)
        return tl::unexpected(stream.error());
    const auto beginning = (*stream)->peek(collectors::kBeginning);
    if ((*stream)->error() != 0)
        return core::fail("cannot read “{}”: {}", name, (*stream)->errorText());
    const auto kinds = collectors::fileKinds();
    const auto kind = std::ranges::find_if(kinds, [&](const collectors::FileKind& one) { return one.recognise(beginning); });
    if (kind == kinds.end())
        return core::fail("“{}” is no table: its first line that is not empty has neither commas, semicolons, tabs nor bars", name);
    if (kind->name != "csv")
        return core::fail("“{}” is no table but {}; Open reads it", name, kind->what);
    return stream;
}

core::Result<void> look(ui::CsvPreview& out, const QString& words, const core::Schema& schema, std::stop_token stop)
{
    const auto mapping = collectors::CsvMapping::parse(words.toStdString());
    if (!mapping)
        return tl::unexpected(mapping.error());
    auto stream = openTable(out.path);
    if (!stream)
        return tl::unexpected(stream.error());
    (*stream)->setStop(std::move(stop));
    CsvRecords records(std::move(*stream));
    auto next = records.next();
    while (next == CsvRecords::Next::Record && collectors::trimmed(withoutMark(records.text())).empty())
        next = records.next();
    if (next != CsvRecords::Next::Record)
        return core::fail("“{}” has no header line that names its fields", out.path.toStdString());
    const auto line = collectors::trimmed(withoutMark(records.text()));
    out.headerLine = QByteArray(line.data(), static_cast<qsizetype>(line.size()));
    const char delimiter = mapping->delimiter != 0 ? mapping->delimiter : collectors::delimiterOf(line);
    out.delimiter = QLatin1Char(delimiter);
    std::vector<std::string> header;
    for (const auto name : records.split(delimiter))
        header.emplace_back(collectors::trimmed(header.empty() ? withoutMark(name) : name));
    out.fields = fieldsOf(header, schema);
    out.fieldsLeft = static_cast<int>(header.size()) - static_cast<int>(out.fields.size());
    out.samples = samplesOf(records, delimiter, out.fields.size());
    return {};
}

} // namespace

ui::CsvPreview csvPreview(const QString& path, const QString& mapping, const core::Schema& schema, std::stop_token stop)
{
    ui::CsvPreview out {.path = path, .mapping = mapping, .columns = columnsToChoose(schema)};
    if (const auto looked = look(out, mapping, schema, std::move(stop)); !looked)
        out.error = ui::errorText(looked.error());
    return out;
}

} // namespace rivereto::app
