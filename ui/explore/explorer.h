// SPDX-License-Identifier: GPL-3.0-or-later
// Explorer: what is asked and what was answered; every control of Explore reads and changes it. Read this first in ui/explore.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include "ui/models/queryrunner.h"
#include "ui/models/texts.h"
#include "ui/window/backend.h"

namespace rivereto::ui {

/// GUI thread.
class Explorer : public QObject {
    Q_OBJECT
public:
    explicit Explorer(Backend& backend, QObject* parent = nullptr);

    [[nodiscard]] const ViewState& state() const { return m_history.current(); }
    /// Puts a state on the history and asks.
    void go(const ViewState& state);
    void setDimensions(const std::vector<std::string>& names);
    void setFilter(const std::string& filter);
    void setUnit(core::Unit unit);
    void setLimit(unsigned limit, core::LimitBy by);
    void setChart(ChartKind kind);
    void setRange(const RangeChoice& range);
    /// One length of the shown range earlier (-1) or later (+1).
    void shift(int direction);

    void back();
    void forward();
    [[nodiscard]] bool canGoBack() const { return m_history.canGoBack(); }
    [[nodiscard]] bool canGoForward() const { return m_history.canGoForward(); }

    /// Asks again, as when flows have arrived.
    void refresh();
    void cancel();
    [[nodiscard]] bool running() const { return m_runner.running(); }
    /// The last answer, also while the next is on its way; null without a database.
    [[nodiscard]] const AnswerPtr& answer() const { return m_answer; }
    [[nodiscard]] std::shared_ptr<core::FlowStore> store() const { return m_backend.store(); }
    [[nodiscard]] std::shared_ptr<const core::Schema> schema() const;
    [[nodiscard]] const Clock& clock() const { return m_clock; }
    void setLocalTime(bool local);
    void setPoints(unsigned points);
    /// The range in force: that of the answer.
    [[nodiscard]] std::optional<core::TimeRange> shownRange() const;
    [[nodiscard]] core::Now now() const;
    [[nodiscard]] QString autonomousSystem(uint32_t number) const { return m_backend.autonomousSystem(number); }

signals:
    void stateChanged();
    void answerChanged();
    void runningChanged();
    void clockChanged();

private:
    void ask();
    void take(const AnswerPtr& answer);
    void restart();
    bool openByAddress(const Answer& answer);

    Backend& m_backend;
    StateHistory m_history;
    QueryRunner m_runner;
    AnswerPtr m_answer;
    Clock m_clock;
    unsigned m_points = 300;
    bool m_again = false; ///< flows arrived while a query ran
    bool m_fresh = true;  ///< nothing chosen yet since the database was opened
};

} // namespace rivereto::ui
