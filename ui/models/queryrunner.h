// SPDX-License-Identifier: GPL-3.0-or-later
// QueryRunner: runs queries off the GUI thread; a new one ends the one before, and stale answers are dropped.
#pragma once

#include <memory>
#include <stop_token>

#include <QObject>
#include <QThreadPool>

#include "core/query/run.h"
#include "ui/models/extras.h"
#include "ui/models/viewstate.h"

namespace rivereto::ui {

/// What came of one query. Shared by chart, table and status line; never changed.
struct Answer {
    ViewState asked;
    core::StoreStatus status; ///< before the query
    std::shared_ptr<const core::QueryResult> result; ///< null when it failed
    std::optional<core::Error> error;
    double milliseconds = 0;
    // Asked only when nothing matches:
    std::optional<uint64_t> matchedAnywhere; ///< rows outside the range, too
    std::optional<uint64_t> latestMatch;     ///< ms, of these
    struct Condition {
        std::string filter;
        uint64_t rows = 0; ///< that it leaves of the range on its own
    };
    std::vector<Condition> conditions; ///< of a filter that joins several by AND
};
using AnswerPtr = std::shared_ptr<const Answer>;

struct QueryOrder {
    std::shared_ptr<core::FlowStore> store;
    ViewState state;
    bool live = false;
    core::Now now;
};

/// Asks now. Blocks; any thread.
AnswerPtr answerOf(const QueryOrder& order, std::stop_token stop);

/// GUI thread.
class QueryRunner : public QObject {
    Q_OBJECT
public:
    explicit QueryRunner(QObject* parent = nullptr);
    ~QueryRunner() override;

    void run(const QueryOrder& order);
    /// Ends the running query; no answer comes.
    void cancel();
    [[nodiscard]] bool running() const { return m_running; }

signals:
    void runningChanged();
    void finished(const rivereto::ui::AnswerPtr& answer);
    /// After finished(), of the same answer; unless another query has begun.
    void extrasFound(const rivereto::ui::AnswerExtras& extras);

private:
    void take(quint64 generation, const AnswerPtr& answer);

    QThreadPool m_pool;
    std::stop_source m_stop;
    quint64 m_generation = 0;
    bool m_running = false;
};

} // namespace rivereto::ui
