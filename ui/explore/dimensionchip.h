// SPDX-License-Identifier: GPL-3.0-or-later
// DimensionChip: one chosen dimension; dragged or moved by keys, removed by its cross.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>

#include "ui/theme/theme.h"

namespace rivereto::ui {

class DimensionChip : public QFrame {
    Q_OBJECT
public:
    DimensionChip(const QString& label, const Theme& theme, QWidget* parent = nullptr);

signals:
    void removed();
    /// By so many places.
    void moved(int by);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    void restyle();
    const Theme& m_theme;
    QLabel* m_grip;
    QPushButton* m_close;
    int m_pressY = 0;
};

} // namespace rivereto::ui
