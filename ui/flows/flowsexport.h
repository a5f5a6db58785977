// SPDX-License-Identifier: GPL-3.0-or-later
// FlowsExport: raw flows into a file, off the GUI thread, whole or not at all.
#pragma once

#include <stop_token>

#include <QObject>
#include <QThreadPool>

#include "core/query/flowlines.h"
#include "core/query/run.h"

namespace rivereto::ui {

struct FlowsExportOrder {
    std::shared_ptr<core::FlowStore> store;
    core::Query query;               ///< kind flows, with its range
    std::vector<std::string> fields; ///< columns
    core::FlowForm form = core::FlowForm::Csv;
    QString path;
    uint64_t expected = 0; ///< rows, for the progress
    core::Now now;
};

/// GUI thread. One at a time.
class FlowsExport : public QObject {
    Q_OBJECT
public:
    explicit FlowsExport(QObject* parent = nullptr);
    /// Cancels; what was written so far is thrown away.
    ~FlowsExport() override;
    void start(const FlowsExportOrder& order);
    void cancel();
    [[nodiscard]] bool running() const { return m_running; }

signals:
    void progressed(double share);
    void finished(const QString& path, quint64 rows);
    void failed(const rivereto::core::Error& error);
    void runningChanged();

private:
    void end();

    QThreadPool m_pool;
    std::stop_source m_stop;
    bool m_running = false;
};

} // namespace rivereto::ui
