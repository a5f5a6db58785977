// SPDX-License-Identifier: GPL-3.0-or-later
// ExporterDetailsPane: one exporter – its interfaces, what it sent, whether its flows add up, what was lost when.
#pragma once

#include <QGridLayout>
#include <QLabel>
#include <QTableWidget>

#include "ui/exporters/exporterviews.h"

class QPushButton;

namespace rivereto::ui {

class ExporterDetailsPane : public QWidget {
    Q_OBJECT
public:
    explicit ExporterDetailsPane(const Theme& theme, QWidget* parent = nullptr);
    /// `row` null: nothing is chosen.
    void show(const ExporterRow* row, const core::TimeRange& range, const Clock& clock);
    void showDetails(const ExporterDetailsPtr& details);
    [[nodiscard]] QTableWidget& interfaces() { return *m_interfaces; }
    [[nodiscard]] AddUpView& addUp() { return *m_addUp; }
    [[nodiscard]] LossView& loss() { return *m_loss; }

signals:
    /// A condition of the filter language, and whether raw flows are wanted.
    void trafficAsked(const std::string& condition, bool flows);

private:
    QWidget* buildHead();
    QWidget* buildInterfaces();
    QWidget* buildRight();
    void fillAbout(const core::StreamHealth& health, const Clock& clock);
    void syncLook();

    const Theme& m_theme;
    core::StreamKey m_key;
    QLabel* m_mark;
    QLabel* m_name;
    QLabel* m_about;
    QPushButton* m_explore = nullptr;
    QPushButton* m_flows = nullptr;
    QTableWidget* m_interfaces = nullptr;
    QLabel* m_interfacesNote = nullptr;
    QGridLayout* m_facts = nullptr;
    QLabel* m_addUpNote = nullptr;
    AddUpView* m_addUp = nullptr;
    QLabel* m_warning = nullptr;
    QLabel* m_lossNote = nullptr;
    LossView* m_loss = nullptr;
};

} // namespace rivereto::ui
