// SPDX-License-Identifier: GPL-3.0-or-later
// JobStrip and Banner: a running task with Cancel, and what went wrong; both below the toolbar.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QProgressBar>

#include "ui/theme/theme.h"
#include "ui/window/backend.h"

namespace rivereto::ui {

class JobStrip : public QFrame {
    Q_OBJECT
public:
    explicit JobStrip(Backend& backend, QWidget* parent = nullptr);

private:
    void sync();
    Backend& m_backend;
    QLabel* m_title;
    QLabel* m_figures;
    QProgressBar* m_bar;
};

class Banner : public QFrame {
    Q_OBJECT
public:
    explicit Banner(const Theme& theme, QWidget* parent = nullptr);
    void say(const QString& what);
    [[nodiscard]] QString words() const { return m_words->text(); }

private:
    QLabel* m_words;
};

} // namespace rivereto::ui
