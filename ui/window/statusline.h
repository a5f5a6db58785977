// SPDX-License-Identifier: GPL-3.0-or-later
// StatusLine: what arrives, what is stored, and what the last question cost.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>

#include "ui/explore/explorer.h"

namespace rivereto::ui {

class StatusLine : public QFrame {
    Q_OBJECT
public:
    StatusLine(Backend& backend, Explorer& explorer, QWidget* parent = nullptr);

signals:
    /// Datagrams were lost on the way; the page that tells of which exporters should be shown.
    void exportersAsked();

private:
    void sync();

    Backend& m_backend;
    Explorer& m_explorer;
    QLabel* m_left;
    QPushButton* m_lost; ///< hidden while nothing is
    QLabel* m_right;
};

} // namespace rivereto::ui
