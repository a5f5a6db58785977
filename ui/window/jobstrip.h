// SPDX-License-Identifier: GPL-3.0-or-later
// JobStrip and Banner: a running task with Cancel, and what went wrong; both below the toolbar.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QProgressBar>

#include "ui/theme/theme.h"
#include "ui/window/jobfiles.h"
#include "ui/window/backend.h"

namespace rivereto::ui {

class JobStrip : public QFrame {
    Q_OBJECT
public:
    explicit JobStrip(Backend& backend, QWidget* parent = nullptr);

private:
    void sync();
    void syncFiles(const JobStatus& job);
    void showFiles();
    Backend& m_backend;
    QLabel* m_title;
    QLabel* m_figures;
    QProgressBar* m_bar;
    QPushButton* m_list;
    QPushButton* m_pause;
    JobFiles* m_files = nullptr;
};

class Banner : public QFrame {
    Q_OBJECT
public:
    explicit Banner(const Theme& theme, QWidget* parent = nullptr);
    /// What went wrong.
    void say(const QString& what) { show(what, false); }
    /// What went well.
    void tell(const QString& what) { show(what, true); }
    [[nodiscard]] QString words() const { return m_words->text(); }

private:
    void show(const QString& what, bool good);
    void restyle();
    const Theme& m_theme;
    bool m_good = false;
    QLabel* m_mark;
    QLabel* m_words;
    QPushButton* m_close;
};

} // namespace rivereto::ui
