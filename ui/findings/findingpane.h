// SPDX-License-Identifier: GPL-3.0-or-later
// FindingPane: one finding – evidence, cause, next step with lines of configuration to copy, and where to look further.
#pragma once

#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>

#include "ui/findings/findingsmodel.h"

namespace rivereto::ui {

class FindingPane : public QWidget {
    Q_OBJECT
public:
    explicit FindingPane(const Theme& theme, QWidget* parent = nullptr);
    /// Null: nothing is chosen.
    void show(const core::Finding* finding, const FindingsModel& model, const Clock& clock);
    [[nodiscard]] QComboBox& vendors() { return *m_vendors; }
    [[nodiscard]] QPushButton& copyButton() { return *m_copy; }
    [[nodiscard]] QPushButton& flowsButton() { return *m_flows; }
    [[nodiscard]] QPushButton& exporterButton() { return *m_exporter; }

signals:
    void flowsAsked(const std::string& condition);
    void exporterAsked(const rivereto::core::StreamKey& stream);

private:
    QWidget* buildHead();
    QWidget* buildBody();
    QLabel* addPart(QLayout& rows, const QString& title);
    void showLines();
    void syncLook();

    const Theme& m_theme;
    std::span<const core::FindingStep> m_steps;
    core::StreamKey m_stream;
    std::string m_condition;
    core::Severity m_severity = core::Severity::Note;
    bool m_shown = false;
    QLabel* m_mark;
    QLabel* m_title;
    QLabel* m_whose;
    QPushButton* m_flows = nullptr;
    QPushButton* m_exporter = nullptr;
    QLabel* m_evidence = nullptr;
    QLabel* m_cause = nullptr;
    QLabel* m_next = nullptr;
    QWidget* m_configuration = nullptr;
    QComboBox* m_vendors = nullptr;
    QPushButton* m_copy = nullptr;
    QPlainTextEdit* m_lines = nullptr;
};

} // namespace rivereto::ui
