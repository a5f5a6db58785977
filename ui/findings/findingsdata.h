// SPDX-License-Identifier: GPL-3.0-or-later
// FindingsData and its loader: what the Findings page shows, asked of the store off the GUI thread. Read this first in ui/findings.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include <QMetaType>
#include <QObject>
#include <QString>
#include <QThreadPool>

#include "core/health/findings.h"

namespace rivereto::ui {

struct FindingsData {
    std::vector<core::Finding> findings; ///< serious ones first
    std::map<core::Ip, QString> names; ///< of exporters that have one
    size_t exporters = 0; ///< that were looked at
    size_t streams = 0; ///< of them
    uint64_t flows = 0; ///< that were looked at
    std::optional<core::Error> error;

    [[nodiscard]] size_t count(core::Severity severity) const;
};
using FindingsDataPtr = std::shared_ptr<const FindingsData>;

/// Asks now; any thread. `pointMs`: length of a chart's point that flows should not outlast.
FindingsDataPtr findingsIn(core::FlowStore& store, uint64_t pointMs, const core::Now& now, std::stop_token stop);

/// In the language of the window.
QString sentenceText(const core::Sentence& sentence);
QString titleText(core::FindingKind kind);
QString severityText(core::Severity severity);

/// GUI thread. One question at a time; a newer one replaces it.
class FindingsLoader : public QObject {
    Q_OBJECT
public:
    explicit FindingsLoader(QObject* parent = nullptr);
    ~FindingsLoader() override;
    void load(std::shared_ptr<core::FlowStore> store, uint64_t pointMs, const core::Now& now);
    /// Ends what is asked; no answer comes.
    void cancel();
    [[nodiscard]] bool running() const { return m_running; }

signals:
    void loaded(const rivereto::ui::FindingsDataPtr& data);

private:
    QThreadPool m_pool;
    std::stop_source m_stop;
    quint64 m_generation = 0;
    bool m_running = false;
};

} // namespace rivereto::ui
