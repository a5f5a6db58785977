// SPDX-License-Identifier: GPL-3.0-or-later
// GridChart.
#pragma once

#include "ui/charts/chartview.h"

namespace rivereto::ui {

class GridChart : public ChartView {
    Q_OBJECT
public:
    using ChartView::ChartView;
    void setAnswer(const AnswerPtr&) override { }
    void setLook(const ChartLook&) override { }
    void setHighlighted(int) override { }
    void paintTo(QPainter&, QSizeF) const override { }
};

} // namespace rivereto::ui
