// SPDX-License-Identifier: GPL-3.0-or-later
// ExplainView: what changed in a marked range – dimensions, best explanation first, and the values that make the change.
#pragma once

#include <QButtonGroup>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>

#include "ui/explore/explainrunner.h"
#include "ui/explore/explorer.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

/// GUI thread.
class ExplainView : public QWidget {
    Q_OBJECT
public:
    ExplainView(Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);

    /// Explains a range of what Explorer shows.
    void explain(const core::TimeRange& range);
    /// Ends what is going on.
    void stop() { m_runner.cancel(); }
    [[nodiscard]] bool running() const { return m_runner.running(); }
    /// What is known so far; may be null.
    [[nodiscard]] const ExplanationPtr& explanation() const { return m_explanation; }
    [[nodiscard]] QTableWidget& dimensions() { return *m_dimensions; }
    [[nodiscard]] QTableWidget& values() { return *m_values; }

signals:
    void closeAsked();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QWidget* buildHead();
    void buildTables();
    void ask();
    void take(const ExplanationPtr& explanation);
    void syncHead();
    void fillDimensions();
    void fillValues();
    void restyle();
    [[nodiscard]] const core::ExplainedDimension* chosen() const;
    [[nodiscard]] QString verdictText(const core::ExplainedDimension& dimension) const;
    [[nodiscard]] QString valueText(const core::ExplainedDimension& dimension, const std::string& value) const;
    void groupBy(int row);
    void filterBy(int row, bool without);
    void showMenu(const QPoint& at);

    Explorer& m_explorer;
    const Theme& m_theme;
    ExplainRunner m_runner;
    core::TimeRange m_range;
    ExplanationPtr m_explanation;
    std::string m_dimension; ///< chosen; empty: the first
    QLabel* m_title = nullptr;
    QLabel* m_state = nullptr;
    QPushButton* m_cancel = nullptr;
    QPushButton* m_close = nullptr;
    QButtonGroup* m_baseline = nullptr;
    QTableWidget* m_dimensions = nullptr;
    QTableWidget* m_values = nullptr;
    bool m_filling = false;
};

} // namespace rivereto::ui
