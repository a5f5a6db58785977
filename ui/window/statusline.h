// SPDX-License-Identifier: GPL-3.0-or-later
// StatusLine: what arrives, what is stored, and what the last question cost.
#pragma once

#include <QFrame>
#include <QLabel>

#include "ui/explore/explorer.h"

namespace rivereto::ui {

class StatusLine : public QFrame {
    Q_OBJECT
public:
    StatusLine(Backend& backend, Explorer& explorer, QWidget* parent = nullptr);

private:
    void sync();

    Backend& m_backend;
    Explorer& m_explorer;
    QLabel* m_left;
    QLabel* m_right;
};

} // namespace rivereto::ui
