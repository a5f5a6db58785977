// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/flowexports.h"

#include <algorithm>

#include <QFileDialog>

namespace rivereto::ui {

namespace {
const QString kPackets = QStringLiteral("pcap");
} // namespace

void FlowExports::ask(const FlowFileFormat& format, const std::string& filter, const core::TimeRange& range)
{
    const auto title = format.name == kPackets ? tr("Save packets") : tr("Export flows");
    auto* dialog = new QFileDialog(m_window, title, QString(), tr("%1 (*%2)").arg(format.what, format.ending));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(format.ending.mid(1));
    connect(dialog, &QFileDialog::fileSelected, this, [this, name = format.name, filter, range](const QString& path) {
        m_backend.exportFlows({.format = name, .path = path, .filter = filter, .range = range});
    });
    dialog->open();
}

void FlowExports::addFormats(QMenu& menu, const std::string& filter, const core::TimeRange& range)
{
    for (const auto& format : m_backend.flowFormats()) {
        if (format.name != kPackets)
            menu.addAction(QStringLiteral("%1 – %2…").arg(format.name, format.what), this, [this, format, filter, range] { ask(format, filter, range); });
    }
    if (m_backend.knowsPackets())
        menu.addSeparator();
    addPackets(menu, filter, range);
}

void FlowExports::addPackets(QMenu& menu, const std::string& filter, const core::TimeRange& range)
{
    const auto formats = m_backend.flowFormats();
    const auto packets = std::ranges::find(formats, kPackets, &FlowFileFormat::name);
    if (packets == formats.end() || !m_backend.knowsPackets())
        return;
    menu.addAction(tr("Save the packets…"), this, [this, format = *packets, filter, range] { ask(format, filter, range); });
    menu.addAction(tr("Open the packets in Wireshark"), this, [this, filter, range] { m_backend.exportFlows({.format = kPackets, .path = {}, .filter = filter, .range = range, .openIt = true}); });
}

} // namespace rivereto::ui
