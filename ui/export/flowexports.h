// SPDX-License-Identifier: GPL-3.0-or-later
// FlowExports: menu lines that write flows, or the packets behind them, into files of other programs.
#pragma once

#include <QMenu>
#include <QObject>

#include "ui/window/backend.h"

namespace rivereto::ui {

/// GUI thread. The program does the writing; its signals tell how it went.
class FlowExports : public QObject {
    Q_OBJECT
public:
    /// Dialogs belong to `window`.
    FlowExports(Backend& backend, QWidget* window) : QObject(window), m_backend(backend), m_window(window) { }

    /// A line for each format; packets only where they are known.
    void addFormats(QMenu& menu, const std::string& filter, const core::TimeRange& range);
    /// Save and open; nothing where no packets are known.
    void addPackets(QMenu& menu, const std::string& filter, const core::TimeRange& range);

private:
    void ask(const FlowFileFormat& format, const std::string& filter, const core::TimeRange& range);

    Backend& m_backend;
    QWidget* m_window;
};

} // namespace rivereto::ui
