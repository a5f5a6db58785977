// SPDX-License-Identifier: GPL-3.0-or-later
// Toolbar: history, listening, opening, and the time range with its zone and refresh.
#pragma once

#include <QFrame>
#include <QTimer>

#include "ui/explore/explorer.h"
#include "ui/window/partsbutton.h"

namespace rivereto::ui {

class Toolbar : public QFrame {
    Q_OBJECT
public:
    Toolbar(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);
    /// The range belongs to pages that ask.
    void setTimeShown(bool shown);

signals:
    void openAsked();

private:
    QPushButton* arrow(const QString& icon, const QString& name, const char* segment);
    void syncInput();
    void syncTime();
    void syncHistory();
    void setRefresh(int seconds);
    void openTime();
    void openRefresh();

    Backend& m_backend;
    Explorer& m_explorer;
    const Theme& m_theme;
    QPushButton* m_back;
    QPushButton* m_forward;
    PartsButton* m_listen;
    PartsButton* m_open;
    QWidget* m_time;
    QPushButton* m_earlier;
    QPushButton* m_later;
    PartsButton* m_range;
    PartsButton* m_zone;
    PartsButton* m_refresh;
    QTimer m_timer;
    int m_seconds = 10;
};

} // namespace rivereto::ui
