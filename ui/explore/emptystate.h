// SPDX-License-Identifier: GPL-3.0-or-later
// EmptyState: why nothing is shown – stored, in this range, matching – and what would help; also errors.
#pragma once

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <QWidget>

#include "ui/explore/explorer.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

/// A step of the ladder.
struct Rung {
    QString name;
    uint64_t count = 0;
    QString note;
    bool culprit = false;
};

class Ladder : public QWidget {
    Q_OBJECT
public:
    explicit Ladder(const Theme& theme, QWidget* parent = nullptr);
    /// `conditions`: what each part of the filter leaves on its own; may be empty.
    void set(std::vector<Rung> rungs, const std::vector<Answer::Condition>& conditions, std::shared_ptr<const core::Schema> schema);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintRung(QPainter& painter, size_t number) const;
    void paintConditions(QPainter& painter, int top) const;
    const Theme& m_theme;
    std::vector<Rung> m_rungs;
    std::vector<Answer::Condition> m_conditions;
    std::shared_ptr<const core::Schema> m_schema;
};

class EmptyState : public QWidget {
    Q_OBJECT
public:
    EmptyState(Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);
    /// For an answer without flows.
    void showEmpty(const Answer& answer);
    void showError(const core::Error& error);
    void showWaiting(const QString& title, const QString& words);

private:
    [[nodiscard]] std::vector<Rung> rungsOf(const Answer& answer) const;
    void show(const QString& title, const QString& words, bool ladder);

    Explorer& m_explorer;
    const Theme& m_theme;
    QLabel* m_title;
    QLabel* m_words;
    QWidget* m_box;
    Ladder* m_ladder;
    QPushButton* m_widen;
    QPushButton* m_remove;
    QPushButton* m_retry;
    QLabel* m_widenNote;
    QLabel* m_removeNote;
};

} // namespace rivereto::ui
