// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/exporter.h"

#include <algorithm>

#include <QBuffer>
#include <QCoreApplication>
#include <QFileInfo>
#include <QSaveFile>

#include "core/query/resulttable.h"

namespace rivereto::ui {

namespace {

constexpr ExportFormatInfo kFormats[] = {
    {ExportFormat::Png, "png", QT_TRANSLATE_NOOP("Export", "Chart as PNG")},   {ExportFormat::Svg, "svg", QT_TRANSLATE_NOOP("Export", "Chart as SVG")},
    {ExportFormat::Csv, "csv", QT_TRANSLATE_NOOP("Export", "Data as CSV")},    {ExportFormat::Json, "json", QT_TRANSLATE_NOOP("Export", "Data as JSON")},
    {ExportFormat::Html, "html", QT_TRANSLATE_NOOP("Export", "Report as HTML")}, {ExportFormat::Pdf, "pdf", QT_TRANSLATE_NOOP("Export", "Report as PDF")},
};
constexpr QSize kPicture(1280, 720);

QByteArray png(const QImage& image)
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return buffer.data();
}

} // namespace

std::span<const ExportFormatInfo> exportFormats() { return kFormats; }

QString exportLabel(const ExportFormatInfo& info) { return QCoreApplication::translate("Export", info.label); }

core::Result<ExportFormat> exportFormatOf(const QString& path)
{
    const auto suffix = QFileInfo(path).suffix().toLower();
    std::string all;
    for (const auto& info : kFormats) {
        if (suffix == QLatin1String(info.suffix))
            return info.format;
        all += fmt::format("{}.{}", all.empty() ? "" : ", ", info.suffix);
    }
    return core::fail("{}: the name's end says what to write; there are {}", path.toStdString(), all);
}

QByteArray exported(const Exhibit& exhibit, const Theme& theme, ExportFormat format, qreal scale)
{
    const auto& result = *exhibit.answer->result;
    const int offset = exhibit.clock.offsetMinutes(result.range.from);
    const auto bytes = [](const std::string& text) { return QByteArray::fromStdString(text); };
    switch (format) {
    case ExportFormat::Csv: return bytes(core::resultCsv(result, offset));
    case ExportFormat::Json: return bytes(core::resultJson(result, offset, false));
    default: break;
    }
    const Figure figure(exhibit, theme);
    switch (format) {
    case ExportFormat::Png: return png(figure.image(kPicture, scale));
    case ExportFormat::Svg: return figure.svg(kPicture);
    case ExportFormat::Html: return reportHtml(figure, exhibit, theme);
    default: return reportPdf(figure, exhibit, theme);
    }
}

core::Result<void> writeFile(const QString& path, const QByteArray& bytes)
{
    QSaveFile file(path);
    // Where no other file can be put beside it, as in a pipe or a folder of others, it is written in place.
    file.setDirectWriteFallback(true);
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit())
        return {};
    return core::fail("{}: cannot be written: {}", path.toStdString(), file.errorString().toStdString());
}

} // namespace rivereto::ui
