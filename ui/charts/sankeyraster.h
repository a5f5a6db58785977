// SPDX-License-Identifier: GPL-3.0-or-later
// RibbonRaster: the links of a Sankey diagram as pixels, column by column; QPainter takes seconds for ten thousand of them.
#pragma once

#include <vector>

#include <QColor>
#include <QImage>

namespace rivereto::ui {

/// A band between two upright edges, as high at both; its edges are the curves of a cubic with both handles half-way.
struct Ribbon {
    double fromX = 0;
    double toX = 0;
    double fromY = 0; ///< upper edge
    double toY = 0;
    double height = 0;
    QColor from; ///< with opacity; shades into `to`
    QColor to;
    /// Thinner than can be seen: higher, and weaker for it.
    [[nodiscard]] Ribbon visible() const;
};

/// How far down a ribbon's curve is at a share of its width: 0 … 1.
double ribbonDescent(double x);

class RibbonRaster {
public:
    /// Ribbons are in units of `ratio` pixels.
    RibbonRaster(QSize pixels, double ratio, const QColor& ground);
    void add(const Ribbon& ribbon);
    [[nodiscard]] QImage image() const;

private:
    /// Of ribbons between the same edges, at the edges of each pixel column.
    struct Gap {
        double from = 0;
        double to = 0;
        int first = 0;
        std::vector<float> descents;
    };
    const Gap& gapOf(double from, double to);
    void blend(int column, float upper, float slope, float height, const float (&colour)[3], float opacity);

    int m_width;
    int m_height;
    double m_ratio;
    std::vector<float> m_pixels; ///< red, green, blue, a column after the other
    std::vector<Gap> m_gaps;
};

} // namespace rivereto::ui
