// SPDX-License-Identifier: GPL-3.0-or-later
// ExplorePage: filter, query panel, chart and table around one Explorer.
#pragma once

#include <QStackedWidget>
#include <QTimer>

#include "ui/explore/emptystate.h"
#include "ui/explore/querypanel.h"
#include "ui/explore/resultview.h"

namespace rivereto::ui {

class ExplorePage : public QWidget {
    Q_OBJECT
public:
    ExplorePage(Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);

    [[nodiscard]] ChartView& chart() { return m_result->chart(); }
    [[nodiscard]] SeriesTable& table() { return m_result->table(); }
    [[nodiscard]] ResultView& result() { return *m_result; }
    [[nodiscard]] QueryPanel& panel() { return *m_panel; }
    /// True while the last answer had no flow, or was an error.
    [[nodiscard]] bool showsState() const;
    void setPanelShown(bool shown);

signals:
    void panelShown(bool shown);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void syncAnswer();
    void syncRunning();
    void placeHandle();

    Explorer& m_explorer;
    const Theme& m_theme;
    QueryPanel* m_panel = nullptr;
    QPushButton* m_handle = nullptr; ///< at the panel's edge: hides and shows it
    QStackedWidget* m_stack = nullptr;
    ResultView* m_result = nullptr;
    EmptyState* m_state = nullptr;
    QWidget* m_busy = nullptr; ///< over a result that is being replaced
    QTimer m_busyTimer;
    QTimer m_resizeTimer;
};

} // namespace rivereto::ui
