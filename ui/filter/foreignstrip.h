// SPDX-License-Identifier: GPL-3.0-or-later
// ForeignStrip: says below the filter that a text is another tool's, and offers what it means in ours.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>

#include "core/filter/translate.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class ForeignStrip : public QFrame {
    Q_OBJECT
public:
    ForeignStrip(const Theme& theme, QWidget* parent);

    /// Opens below and as wide as `box` at most.
    void offer(const core::ForeignFilter& found, const QWidget& box);
    /// In our language; empty when it cannot be said.
    [[nodiscard]] const QString& translation() const { return m_translation; }
    [[nodiscard]] QString words() const { return m_words->text(); }
    [[nodiscard]] QPushButton& useButton() { return *m_use; }
    [[nodiscard]] QPushButton& keepButton() { return *m_keep; }

signals:
    void used(const QString& translation);
    void kept();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    const Theme& m_theme;
    QLabel* m_icon;
    QLabel* m_words;
    QPushButton* m_use;
    QPushButton* m_keep;
    QString m_translation;
};

/// "BPF (tcpdump)", "nfdump", "Wireshark".
QString languageLabel(core::FilterLanguage language);

} // namespace rivereto::ui
