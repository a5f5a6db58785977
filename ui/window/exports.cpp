// SPDX-License-Identifier: GPL-3.0-or-later
// What MainWindow exports of Explore: files of every format, and copies for other programs.
#include <algorithm>

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QPointer>
#include <QThreadPool>

#include "core/query/resulttable.h"
#include "ui/export/exporter.h"
#include "ui/window/mainwindow.h"

namespace rivereto::ui {

namespace {
constexpr int kScales[] = {1, 2, 4};
constexpr QSize kPicture(1280, 720);
} // namespace

void MainWindow::fillExports(QMenu& menu)
{
    for (const auto& info : exportFormats()) {
        if (info.format == ExportFormat::Csv || info.format == ExportFormat::Html)
            menu.addSeparator();
        if (info.format != ExportFormat::Png) {
            menu.addAction(exportLabel(info) + QStringLiteral("…"), this, [this, format = info.format] { exportAs(format, 1); });
            continue;
        }
        auto* scales = menu.addMenu(exportLabel(info));
        for (const int scale : kScales)
            scales->addAction(tr("%1 × %2 pixels…").arg(kPicture.width() * scale).arg(kPicture.height() * scale), this, [this, scale] { exportAs(ExportFormat::Png, scale); });
    }
    menu.addSeparator();
    menu.addAction(tr("Copy the chart"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_C), this, &MainWindow::copyChart);
    menu.addAction(tr("Copy the data as CSV"), this, [this] {
        if (const auto exhibit = this->exhibit())
            QGuiApplication::clipboard()->setText(QString::fromUtf8(exported(*exhibit, m_theme, ExportFormat::Csv)));
    });
    menu.addSeparator();
    auto* flows = menu.addMenu(tr("The flows"));
    connect(flows, &QMenu::aboutToShow, this, [this, flows] {
        flows->clear();
        m_flowExports->addFormats(*flows, m_explorer.state().query.filter, m_explorer.shownRange().value_or(core::TimeRange{}));
    });
}

/// What is shown, as long as it is an answer.
std::optional<Exhibit> MainWindow::exhibit()
{
    const auto& answer = m_explorer.answer();
    if (!answer || !answer->result || answer->result->rowsMatched == 0)
        return std::nullopt;
    return Exhibit{.answer = answer,
                   .schema = m_explorer.schema(),
                   .asNames = [this](uint32_t number) { return m_explorer.autonomousSystem(number); },
                   .clock = m_explorer.clock(),
                   .hidden = m_explore->result().look().hidden,
                   .capacity = m_explorer.extras().capacity,
                   .database = m_backend.databaseName()};
}

void MainWindow::copyChart()
{
    if (const auto exhibit = this->exhibit())
        QGuiApplication::clipboard()->setImage(Figure(*exhibit, m_theme).image(kPicture, 2));
}

void MainWindow::exportAs(ExportFormat format, int scale)
{
    const auto info = std::ranges::find(exportFormats(), format, &ExportFormatInfo::format);
    const auto suffix = QLatin1String(info->suffix);
    auto* dialog = new QFileDialog(this, exportLabel(*info), QString(), tr("%1 files (*.%2)").arg(QString(suffix).toUpper(), suffix));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    connect(dialog, &QFileDialog::fileSelected, this, [this, format, scale](const QString& path) { exportTo(path, format, scale); });
    dialog->open();
}

void MainWindow::exportTo(const QString& path, ExportFormat format, int scale)
{
    const auto exhibit = this->exhibit();
    if (!exhibit)
        return;
    // Reports are for paper; pictures look as they do here.
    const bool paper = format == ExportFormat::Html || format == ExportFormat::Pdf;
    const auto light = paper ? Theme::paper() : nullptr;
    const auto bytes = exported(*exhibit, light ? *light : m_theme, format, scale);
    QThreadPool::globalInstance()->start([window = QPointer(this), path, bytes] {
        const auto written = writeFile(path, bytes);
        QMetaObject::invokeMethod(qApp, [window, path, written] {
            if (window && written)
                window->m_banner->tell(tr("Written: %1").arg(path));
            else if (window)
                window->m_banner->say(errorText(written.error()));
        });
    });
}

} // namespace rivereto::ui
