// SPDX-License-Identifier: GPL-3.0-or-later
// Explorer: what is asked and what was answered; every control of Explore reads and changes it. Read this first in ui/explore.
#pragma once

#include <functional>

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
    /// The state that the next database opens with, instead of a fresh one.
    void openWith(const ViewState& state) { m_first = state; }
    [[nodiscard]] const std::optional<ViewState>& opensWith() const { return m_first; }
    /// Puts a state on the history and asks. One that only looks otherwise is answered at once.
    void go(const ViewState& state);
    /// go() to the state in force as `edit` changes it.
    void change(const std::function<void(ViewState&)>& edit);
    void setFilter(const std::string& filter);
    void setDimensions(const std::vector<std::string>& names);
    /// A Sankey of fewer than two dimensions gets the one that goes best with what is there.
    void setChart(ChartKind kind);
    void setRange(const RangeChoice& range);
    /// As setRange(); ranges that follow one another quickly, as while the wheel turns, are one step of the history.
    void dragRange(const core::TimeRange& range);
    /// One length of the shown range earlier (-1) or later (+1).
    void shift(int direction);
    /// Three times the shown range around its middle.
    void zoomOut();
    /// And also this condition of the filter language.
    void narrow(const std::string& condition);

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
    /// What belongs beside the last answer; comes a moment later.
    [[nodiscard]] const AnswerExtras& extras() const { return m_extras; }
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
    void extrasChanged();
    void runningChanged();
    void clockChanged();

private:
    void ask();
    void reuse();
    void take(const AnswerPtr& answer);
    void takeExtras(const AnswerExtras& extras);
    void restart();
    bool openByAddress(const Answer& answer);

    Backend& m_backend;
    StateHistory m_history;
    QueryRunner m_runner;
    AnswerPtr m_answer;
    AnswerExtras m_extras;
    QElapsedTimer m_sinceDrag;
    Clock m_clock;
    unsigned m_points = 300;
    std::optional<ViewState> m_first;
    bool m_again = false; ///< flows arrived while a query ran
    bool m_fresh = true;  ///< nothing chosen yet since the database was opened
};

} // namespace rivereto::ui
