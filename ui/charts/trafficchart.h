// SPDX-License-Identifier: GPL-3.0-or-later
// TrafficChart: a query's series over time – stacked, as lines, as parts of 100 % – in one plot. Read this first in ui/charts.
#pragma once

#include "ui/charts/timechart.h"

namespace rivereto::ui {

class TrafficChart : public TimeChart {
    Q_OBJECT
public:
    using TimeChart::TimeChart;
    /// At most 300.
    [[nodiscard]] unsigned pointsWanted() const override;
    /// The value axis as it is drawn; without an answer an empty one.
    [[nodiscard]] ValueAxis axis() const;

protected:
    void arrange(Scene& scene) const override;
    void paintUnder(QPainter& painter, const Scene& scene) const override;
    void paintPrevious(QPainter& painter, const Scene& scene) const override;
    void paintOver(QPainter& painter, const Scene& scene) const override;
    void paintHover(QPainter& painter, const Hover& hover) const override;
    [[nodiscard]] double barTop() const override;

private:
    [[nodiscard]] Points previous(Direction direction) const;
    [[nodiscard]] ValueAxis axisFor(const SeriesShape& shape, double height) const;
    void paintCaptions(QPainter& painter, const Plot& plot) const;
};

} // namespace rivereto::ui
