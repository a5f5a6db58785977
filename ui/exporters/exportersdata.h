// SPDX-License-Identifier: GPL-3.0-or-later
// ExportersData and its loader: what the Exporters page shows, asked of the store off the GUI thread. Read this first in ui/exporters.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include <QCoreApplication>
#include <QMetaType>
#include <QObject>
#include <QString>
#include <QThreadPool>

#include "core/health/interfaces.h"

namespace rivereto::ui {

/// One row of the table: an exporter's engine, source id, observation domain or sub-agent.
struct ExporterRow {
    enum class State : uint8_t { Good, Warning, Silent };
    core::StreamHealth health;
    QString name; ///< empty: not known
    std::vector<double> rates; ///< flows/s a point of the range
    double flowsPerSecond = 0; ///< at the end of the range
    State state = State::Good;
    QString why; ///< in one line; empty when good
};

struct ExportersData {
    std::vector<ExporterRow> rows; ///< by name, then address
    int64_t lostDatagrams = 0; ///< by sequence, of all
    uint64_t newestMs = 0; ///< receive time of the latest datagram
    core::TimeRange range; ///< of the rates
    std::optional<core::Error> error;
};
using ExportersDataPtr = std::shared_ptr<const ExportersData>;

/// What the details of one exporter show.
struct ExporterDetails {
    core::Ip exporter;
    core::TimeRange range; ///< over which flows and counters are compared
    bool counted = false; ///< there are counters
    std::vector<core::InterfaceHealth> interfaces;
    std::optional<core::Error> error;
};
using ExporterDetailsPtr = std::shared_ptr<const ExporterDetails>;

/// Asks now; any thread. `nowMs`: what a silence ends at, 0: at the latest datagram.
ExportersDataPtr exportersOf(core::FlowStore& store, const std::optional<core::TimeRange>& range, uint64_t nowMs, const core::Now& now, std::stop_token stop);
ExporterDetailsPtr detailsOf(core::FlowStore& store, core::Ip exporter, const core::TimeRange& range, const core::Now& now, std::stop_token stop);

/// GUI thread. One question of each kind at a time; a newer one replaces it.
class ExportersLoader : public QObject {
    Q_OBJECT
public:
    explicit ExportersLoader(QObject* parent = nullptr);
    ~ExportersLoader() override;
    void load(std::shared_ptr<core::FlowStore> store, const std::optional<core::TimeRange>& range, uint64_t nowMs, const core::Now& now);
    void loadDetails(std::shared_ptr<core::FlowStore> store, core::Ip exporter, const core::TimeRange& range, const core::Now& now);
    /// Ends what is asked; no answer comes.
    void cancel();
    [[nodiscard]] bool running() const { return m_running; }

signals:
    void loaded(const rivereto::ui::ExportersDataPtr& data);
    void detailsLoaded(const rivereto::ui::ExporterDetailsPtr& details);

private:
    QThreadPool m_pool;
    std::stop_source m_stop;
    std::stop_source m_detailsStop;
    quint64 m_generation = 0;
    quint64 m_detailsGeneration = 0;
    bool m_running = false;
};

} // namespace rivereto::ui
