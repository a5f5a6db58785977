// SPDX-License-Identifier: GPL-3.0-or-later
// SeriesLayer: draws a SeriesShape by Qt Charts, whose objects are kept from one picture to the next.
//
// Areas are drawn down to the zero line, the largest first, so that each has one edge to compute, and in coordinates from 0 to 1,
// so that no axis ever changes. Hairlines between them are painted on top by QPainter: Qt Charts spends most of its time on outlines
// of lines that nobody clicks on. Twenty series of 300 points, in one run: a new chart each time 32 ms; the chart kept, areas of two
// edges and charted hairlines 23 ms; one edge 16 ms; as it is 11 ms with everything else of a new answer, 7 ms of it here (QPainter
// alone: 4 ms). tests/bench/bench_chart.cpp measures it.
#pragma once

#include <memory>

#include <QGraphicsScene>

#include "ui/charts/seriesshape.h"

class QChart;
class QAreaSeries;
class QLineSeries;
class QValueAxis;

namespace rivereto::ui {

/// GUI thread.
class SeriesLayer {
public:
    SeriesLayer();
    ~SeriesLayer();
    SeriesLayer(const SeriesLayer&) = delete;
    SeriesLayer& operator=(const SeriesLayer&) = delete;

    /// One direction into `area`, whose zero line is its lower edge for Up and its upper edge for Down, and which is `whole` high.
    /// On screens areas reach a little beyond the sides, where the clip takes their edge off; for files they end there.
    void paint(QPainter& painter, const QRectF& area, const SeriesShape& shape, Direction direction, double whole,
        const Theme& theme, bool forFile = false);

private:
    void resize(QSizeF size);
    QAreaSeries& areaAt(size_t at);
    QLineSeries& lineAt(size_t at);
    void fillAreas(const SeriesShape& shape, Direction direction, double whole, const Theme& theme, bool forFile);
    void paintEdges(QPainter& painter, const SeriesShape& shape, Direction direction, double whole, const Theme& theme) const;
    /// How many lines it took: one for each run without a gap.
    size_t fillLines(const SeriesShape& shape, Direction direction, double whole, bool forFile);

    QGraphicsScene m_scene;
    QChart* m_chart;
    QValueAxis* m_x;
    QValueAxis* m_y;
    QSizeF m_size;
    std::vector<QAreaSeries*> m_areas;
    std::vector<QLineSeries*> m_lines;
};

} // namespace rivereto::ui
