// SPDX-License-Identifier: GPL-3.0-or-later
// ExplainRunner: explains a range off the GUI thread; what is known so far comes as it is found.
#pragma once

#include <memory>
#include <stop_token>

#include <QObject>
#include <QThreadPool>

#include "core/query/explain.h"

namespace rivereto::ui {

using ExplanationPtr = std::shared_ptr<const core::Explanation>;

/// GUI thread.
class ExplainRunner : public QObject {
    Q_OBJECT
public:
    explicit ExplainRunner(QObject* parent = nullptr);
    ~ExplainRunner() override;
    /// Ends the run before.
    void run(std::shared_ptr<core::FlowStore> store, const core::ExplainQuery& query, const core::Now& now);
    /// Nothing more comes.
    void cancel();
    [[nodiscard]] bool running() const { return m_running; }

signals:
    void found(const rivereto::ui::ExplanationPtr& explanation);
    void failed(const rivereto::core::Error& error);
    void runningChanged();

private:
    void setRunning(bool running);

    QThreadPool m_pool;
    std::stop_source m_stop;
    quint64 m_generation = 0;
    bool m_running = false;
};

} // namespace rivereto::ui
