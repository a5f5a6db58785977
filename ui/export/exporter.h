// SPDX-License-Identifier: GPL-3.0-or-later
// Exports of an answer: pictures, data and reports. One list of formats, for the window's menu and the command line.
#pragma once

#include <span>

#include "ui/export/figure.h"

namespace rivereto::ui {

enum class ExportFormat : uint8_t { Png, Svg, Pdf, Html, Csv, Json };

struct ExportFormatInfo {
    ExportFormat format;
    const char* suffix; ///< of a file's name
    const char* label;  ///< untranslated; exportLabel() translates
};
std::span<const ExportFormatInfo> exportFormats();
QString exportLabel(const ExportFormatInfo& info);
/// By the suffix of a file's name; the error lists what there is.
core::Result<ExportFormat> exportFormatOf(const QString& path);

/// The bytes of an export. `scale`: pixels per pixel of a PNG, 1 … 4. GUI thread, as it paints.
QByteArray exported(const Exhibit& exhibit, const Theme& theme, ExportFormat format, qreal scale = 1);

/// Writes a file whole or not at all. Any thread; blocks. Errors name the file.
core::Result<void> writeFile(const QString& path, const QByteArray& bytes);

// Parts of exported():
QByteArray reportHtml(const Figure& figure, const Exhibit& exhibit, const Theme& theme);
QByteArray reportPdf(const Figure& figure, const Exhibit& exhibit, const Theme& theme);

} // namespace rivereto::ui
