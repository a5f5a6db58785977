// SPDX-License-Identifier: GPL-3.0-or-later
// HomePage: where the flows come from – a capture, a port, the demo – and what was opened before; with a database, its overview.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/home/overview.h"
#include "ui/theme/theme.h"
#include "ui/window/backend.h"

namespace rivereto::ui {

/// A large button.
class Card : public QFrame {
    Q_OBJECT
public:
    Card(const Theme& theme, const QString& icon, const QString& title, const QString& words, const QString& note, const QString& keys);

signals:
    void clicked();

protected:
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
};

class HomePage : public QWidget {
    Q_OBJECT
public:
    HomePage(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);

signals:
    void openAsked();
    void demoAsked();
    void recentAsked(const QString& path);
    void exploreAsked();

private:
    QWidget* buildStart();
    QWidget* buildCards();
    QWidget* buildRecent();
    void syncRecent();

    Backend& m_backend;
    const Theme& m_theme;
    QStackedWidget* m_stack = nullptr; ///< first start, or the overview of what is open
    Overview* m_overview = nullptr;
    QWidget* m_recent = nullptr;
    QVBoxLayout* m_rows = nullptr;
};

} // namespace rivereto::ui
