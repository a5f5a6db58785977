// SPDX-License-Identifier: GPL-3.0-or-later
// FindingsPage: what looks wrong, by severity, and the details of one finding.
#pragma once

#include <QElapsedTimer>
#include <QLabel>
#include <QStackedWidget>
#include <QTimer>

#include "ui/explore/explorer.h"
#include "ui/explore/listpage.h"
#include "ui/findings/findingpane.h"

namespace rivereto::ui {

class FindingsPage : public ListPage {
    Q_OBJECT
public:
    FindingsPage(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);

    [[nodiscard]] FindingsModel& model() { return m_model; }
    [[nodiscard]] FindingPane& details() { return *m_details; }
    /// What is shown in the place of a table that is empty; empty text while there is one.
    [[nodiscard]] QString words() const { return m_stack->currentIndex() == 0 ? QString() : m_state->text() + QLatin1Char(' ') + m_words->text(); }
    /// Serious findings and warnings.
    [[nodiscard]] size_t badge() const { return m_badge; }

public slots:
    /// Asks again, at most every ten seconds while the page is shown and every minute otherwise.
    void refresh();

signals:
    void badgeChanged(size_t count);
    void flowsAsked(const std::string& condition);
    void exporterAsked(const rivereto::core::StreamKey& stream);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void buildTable();
    QWidget* buildState();
    void syncStore();
    void ask();
    void take(const FindingsDataPtr& data);
    void say(const QString& title, const QString& words);
    void choose();
    void setBadge(size_t count);

    Backend& m_backend;
    Explorer& m_explorer;
    FindingsModel m_model;
    FindingsLoader m_loader;
    QTimer m_due;
    QElapsedTimer m_asked;
    std::optional<core::Finding> m_chosen;
    size_t m_badge = 0;
    QStackedWidget* m_stack = nullptr;
    QLabel* m_state = nullptr;
    QLabel* m_words = nullptr;
    FindingPane* m_details = nullptr;
};

} // namespace rivereto::ui
