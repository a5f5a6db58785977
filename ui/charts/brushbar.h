// SPDX-License-Identifier: GPL-3.0-or-later
// BrushBar: what a marked range of time offers – the range in words, Zoom, Explain, Show flows, Packets.
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>

#include "ui/charts/chartview.h"

namespace rivereto::ui {

class BrushBar : public QFrame {
    Q_OBJECT
public:
    BrushBar(const Theme& theme, QWidget* parent);

    /// Around `middle`, between two x, at `top`.
    /// Whether the packets of the range can be had.
    void setPacketsOffered(bool offered) { m_packets->setVisible(offered); m_packetsLine->setVisible(offered); }
    void place(const QString& range, double middle, double left, double right, double top);

signals:
    void zoomAsked();
    void explainAsked();
    void flowsAsked();
    void packetsAsked();

private:
    void colour();

    const Theme& m_theme;
    QLabel* m_range = nullptr;
    QPushButton* m_zoom = nullptr;
    QPushButton* m_explain = nullptr;
    QPushButton* m_flows = nullptr;
    QPushButton* m_packets = nullptr;
    QWidget* m_packetsLine = nullptr;
};

} // namespace rivereto::ui
