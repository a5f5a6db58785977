// SPDX-License-Identifier: GPL-3.0-or-later
// TimeAxis: which time lies where, and how the axis below a chart is labelled.
#pragma once

#include <QPainter>

#include "ui/charts/axis.h"
#include "ui/charts/chartview.h"

namespace rivereto::ui {

/// Straight from times to pixels and back, also beyond its ends.
struct TimeScale {
    double left = 0; ///< pixels
    double right = 1;
    double from = 0; ///< ms at `left`
    double to = 1;
    [[nodiscard]] double x(double ms) const { return left + (ms - from) / (to - from) * (right - left); }
    [[nodiscard]] double ms(double x) const { return from + (x - left) / (right - left) * (to - from); }
    /// The earliest and latest time on it.
    [[nodiscard]] core::TimeRange range() const;
};

/// "22:10"; a change of date "Mon 23 Nov"; for longer steps "Nov", "2026".
QString timeLabel(const Clock& clock, uint64_t ms, uint64_t stepMs);

/// Marks as they are named: those whose names would lie upon each other are one, "3 gaps".
struct NamedMark {
    double x = 0; ///< middle of the band that the name stands below
    QString name;
    std::vector<ChartMark> marks;
};
std::vector<NamedMark> namedMarks(const std::vector<ChartMark>& marks, const TimeScale& scale, const QFont& font);

struct TimeAxisLook {
    bool zone = true;       ///< at the right end
    bool marks = true;      ///< with their names
    double base = 0;        ///< y of the axis
    double leftEdge = 0;    ///< labels stay between these
    double rightEdge = 0;
};
void paintTimeAxis(QPainter& painter, const Theme& theme, const ChartLook& look, const TimeScale& scale, const TimeAxisLook& where);

} // namespace rivereto::ui
