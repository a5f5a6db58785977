// SPDX-License-Identifier: GPL-3.0-or-later
// ReadOut: what a point of a chart says, in words, and the card that shows it.
#pragma once

#include <QPainter>

#include "ui/charts/chartdata.h"

namespace rivereto::ui {

struct ReadOut {
    struct Line {
        QString left;
        QString right;
        bool strong = true;
    };
    QString time; ///< "22:10 – 22:11"
    QString day;  ///< "Mon 23 Nov, CET"
    QColor colour; ///< of the series; invalid without one
    QString name;  ///< its first dimension
    QString value;
    QString detail; ///< its further dimensions
    QString share;  ///< "25.5 % of total"
    QString samples; ///< "41 000 samples in the range, ±1.0 %"
    std::vector<Line> totals; ///< one a direction
    Line difference; ///< to the earlier period; empty without one
};

/// `number` < 0: no series, only the totals.
ReadOut readOutAt(const ChartData& data, const ChartLook& look, size_t point, int number, Direction direction);

/// What a series is called; Other where only the opposite direction has it.
QString seriesName(const ChartData& data, const ChartLook& look, int number);

/// Beside x, at its left where there is room; within `bounds` whatever happens.
void paintReadOut(QPainter& painter, const Theme& theme, const ReadOut& readOut, double x, double top, const QRectF& bounds);
QSizeF readOutSize(const Theme& theme, const ReadOut& readOut);

} // namespace rivereto::ui
