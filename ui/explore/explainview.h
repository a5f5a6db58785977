// SPDX-License-Identifier: GPL-3.0-or-later
// ExplainView: what changed in a marked range – dimensions, best explanation first, and the values that make the change.
#pragma once

#include <QButtonGroup>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include "ui/explore/explainmodel.h"
#include "ui/explore/explaintable.h"
#include "ui/explore/explorer.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

/// GUI thread.
class ExplainView : public QWidget {
    Q_OBJECT
public:
    ExplainView(Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);

    /// Explains a range of what Explorer shows, and explains it anew when the filter or the measure is another.
    void explain(const core::TimeRange& range);
    /// Ends what is going on; nothing is explained any more.
    void stop();
    [[nodiscard]] bool running() const { return m_runner.running(); }
    /// What is known so far; may be null.
    [[nodiscard]] const ExplanationPtr& explanation() const { return m_explanation; }
    [[nodiscard]] ExplainTable& dimensions() { return *m_dimensions; }
    [[nodiscard]] ExplainTable& values() { return *m_values; }
    [[nodiscard]] QString title() const { return m_title->text(); }
    [[nodiscard]] QString note() const { return m_note->text(); }

signals:
    void closeAsked();
    /// Raw flows of a range, narrowed by a condition.
    void flowsAsked(const core::TimeRange& range, const std::string& condition);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QWidget* buildHead();
    QWidget* buildTables();
    [[nodiscard]] core::ExplainQuery question() const;
    void ask();
    void follow();
    void take(const ExplanationPtr& explanation);
    void fail(const core::Error& error);
    void giveUp();
    void choose(int row);
    void showValues();
    void syncHead();
    void syncNote();
    void syncIcons();
    void groupBy(int row);
    void filterBy(int row, bool without);
    void showDimensionMenu(int row, const QPoint& at);
    void showValueMenu(int row, const QPoint& at);

    Explorer& m_explorer;
    const Theme& m_theme;
    ExplainRunner m_runner;
    std::optional<core::TimeRange> m_range; ///< what is explained; nothing: nothing is
    std::optional<core::TimeRange> m_shown; ///< what was shown when it was asked for
    core::ExplainQuery m_asked;
    ExplanationPtr m_explanation;
    std::optional<core::Error> m_error;
    std::string m_dimension; ///< chosen by hand; empty: the first
    bool m_stopped = false;  ///< by hand, before all was known
    bool m_filling = false;
    ExplainedDimensions m_dimensionModel;
    ExplainedValues m_valueModel;
    QLabel* m_title = nullptr;
    QLabel* m_note = nullptr;
    QProgressBar* m_progress = nullptr;
    QPushButton* m_cancel = nullptr;
    QPushButton* m_close = nullptr;
    QButtonGroup* m_baseline = nullptr;
    ExplainTable* m_dimensions = nullptr;
    ExplainTable* m_values = nullptr;
};

} // namespace rivereto::ui
