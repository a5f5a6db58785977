// SPDX-License-Identifier: GPL-3.0-or-later
// ResultView: an answer as chart and table that highlight one another.
#pragma once

#include <map>

#include <QLabel>
#include <QStackedWidget>

#include "ui/charts/chartkinds.h"
#include "ui/explore/explainview.h"
#include "ui/explore/explorer.h"
#include "ui/explore/seriestable.h"
#include "ui/explore/visibility.h"

namespace rivereto::ui {

class ResultView : public QWidget {
    Q_OBJECT
public:
    ResultView(Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);

    /// An answer with a result.
    void setAnswer(const AnswerPtr& answer);
    void clear();
    /// The chart of the answer's kind.
    [[nodiscard]] ChartView& chart() { return *m_chart; }
    [[nodiscard]] SeriesTable& table() { return *m_table; }
    [[nodiscard]] ExplainView& explainView() { return *m_explain; }
    /// Puts what changed in a range in the place of the table.
    void explain(const core::TimeRange& range);
    void closeExplain();
    /// Of the answer's kind, drawn like the chart; for export.
    [[nodiscard]] ChartLook look();
    [[nodiscard]] QString title() const { return m_title->text(); }
    /// Whether the packets behind the flows can be had.
    void setPacketsOffered(bool offered);

signals:
    /// Whether a range is marked in the chart.
    void brushChanged(bool marked);
    /// Raw flows of a range, narrowed by a condition that may be empty.
    void flowsAsked(const core::TimeRange& range, const std::string& condition);
    /// Packets of a marked range are asked for, at a place of the screen.
    void packetsAsked(const core::TimeRange& range);
    /// A menu of a row opens, which stands for this condition; others may add to it.
    void menuOpened(QMenu& menu, const core::TimeRange& range, const std::string& condition);

private:
    QWidget* buildHeading();
    ChartView* chartFor(ChartKind kind);
    void connectChart(ChartView* chart);
    void connectTable();
    void syncHeading();
    void syncLook();
    void highlight(int series);
    void clicked(int series, Qt::KeyboardModifiers modifiers);
    void narrow(const std::vector<core::Dimension>& dimensions, const std::vector<std::string>& values, bool without);

    Explorer& m_explorer;
    const Theme& m_theme;
    QLabel* m_title = nullptr;
    QLabel* m_before = nullptr;     ///< names the dashed line
    QWidget* m_beforeLine = nullptr;
    QLabel* m_points = nullptr;
    QStackedWidget* m_charts = nullptr;
    std::map<ChartView* (*)(const Theme&), ChartView*> m_made;
    ChartView* m_chart = nullptr;
    bool m_packetsOffered = false;
    QStackedWidget* m_below = nullptr; ///< the table, or what explains a range
    SeriesTable* m_table = nullptr;
    ExplainView* m_explain = nullptr;
    AnswerPtr m_answer;
    SeriesVisibility m_visibility;
};

} // namespace rivereto::ui
