// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/sankeyraster.h"

#include <algorithm>
#include <cmath>

namespace rivereto::ui {

namespace {

constexpr double kThinnest = 0.8;
/// Of its strength a ribbon keeps at least this, however thin.
constexpr double kWeakest = 0.25;

} // namespace

Ribbon Ribbon::visible() const
{
    auto out = *this;
    if (height >= kThinnest)
        return out;
    const double rise = (kThinnest - height) / 2;
    out.fromY -= rise;
    out.toY -= rise;
    out.height = kThinnest;
    const auto strength = static_cast<float>(std::max(height / kThinnest, kWeakest));
    out.from.setAlphaF(from.alphaF() * strength);
    out.to.setAlphaF(to.alphaF() * strength);
    return out;
}

double ribbonDescent(double x)
{
    // x(t) of the cubic, inverted by halving.
    double low = 0;
    double high = 1;
    for (int i = 0; i < 24; ++i) {
        const double t = (low + high) / 2;
        const double at = 1.5 * t * (1 - t) * (1 - t) + 1.5 * t * t * (1 - t) + t * t * t;
        (at < x ? low : high) = t;
    }
    return low * low * (3 - 2 * low);
}

RibbonRaster::RibbonRaster(QSize pixels, double ratio, const QColor& ground) : m_width(std::max(pixels.width(), 1)), m_height(std::max(pixels.height(), 1)), m_ratio(ratio)
{
    m_pixels.resize(static_cast<size_t>(m_width) * static_cast<size_t>(m_height) * 3);
    const float colour[3] = {static_cast<float>(ground.redF()), static_cast<float>(ground.greenF()), static_cast<float>(ground.blueF())};
    for (size_t i = 0; i < m_pixels.size(); ++i)
        m_pixels[i] = colour[i % 3];
}

const RibbonRaster::Gap& RibbonRaster::gapOf(double from, double to)
{
    for (const auto& gap : m_gaps) {
        if (gap.from == from && gap.to == to)
            return gap;
    }
    const int first = std::clamp(static_cast<int>(std::floor(from)), 0, m_width);
    const int last = std::clamp(static_cast<int>(std::ceil(to)), first, m_width);
    Gap gap{.from = from, .to = to, .first = first};
    for (int x = first; x <= last; ++x)
        gap.descents.push_back(static_cast<float>(ribbonDescent(std::clamp((x - from) / (to - from), 0.0, 1.0))));
    return m_gaps.emplace_back(std::move(gap));
}

void RibbonRaster::add(const Ribbon& ribbon)
{
    const auto shown = ribbon.visible();
    const auto& gap = gapOf(shown.fromX * m_ratio, shown.toX * m_ratio);
    const auto top = static_cast<float>(shown.fromY * m_ratio);
    const auto fall = static_cast<float>((shown.toY - shown.fromY) * m_ratio);
    const auto height = static_cast<float>(shown.height * m_ratio);
    const float from[4] = {static_cast<float>(shown.from.redF()), static_cast<float>(shown.from.greenF()), static_cast<float>(shown.from.blueF()), static_cast<float>(shown.from.alphaF())};
    const float to[4] = {static_cast<float>(shown.to.redF()), static_cast<float>(shown.to.greenF()), static_cast<float>(shown.to.blueF()), static_cast<float>(shown.to.alphaF())};
    const auto columns = static_cast<float>(gap.descents.size());
    for (size_t i = 0; i + 1 < gap.descents.size(); ++i) {
        const float share = (static_cast<float>(i) + 0.5F) / columns;
        float colour[3];
        for (size_t c = 0; c < 3; ++c)
            colour[c] = from[c] + (to[c] - from[c]) * share;
        const float left = top + fall * gap.descents[i];
        const float right = top + fall * gap.descents[i + 1];
        blend(gap.first + static_cast<int>(i), (left + right) / 2, right - left, height, colour, from[3] + (to[3] - from[3]) * share);
    }
}

/// Where an edge is steep it crosses several pixels of the column, and covers each in part.
void RibbonRaster::blend(int column, float upper, float slope, float height, const float (&colour)[3], float opacity)
{
    const float soft = std::sqrt(1 + slope * slope);
    const int first = std::max(0, static_cast<int>(std::floor(upper - soft / 2 - 0.5F)));
    const int last = std::min(m_height - 1, static_cast<int>(std::ceil(upper + height + soft / 2)));
    float* pixel = m_pixels.data() + (static_cast<size_t>(column) * static_cast<size_t>(m_height) + static_cast<size_t>(first)) * 3;
    const float perPixel = 1 / soft;
    float below = (static_cast<float>(first) + 0.5F - upper) * perPixel + 0.5F;
    const float thickness = height * perPixel;
    for (int y = first; y <= last; ++y, pixel += 3, below += perPixel) {
        const float covered = (std::clamp(below, 0.0F, 1.0F) - std::clamp(below - thickness, 0.0F, 1.0F)) * opacity;
        for (int c = 0; c < 3; ++c)
            pixel[c] += (colour[c] - pixel[c]) * covered;
    }
}

QImage RibbonRaster::image() const
{
    QImage out(m_width, m_height, QImage::Format_RGB32);
    // Soft shades over a wide screen would show as steps without some dither.
    constexpr float kDither[4][4] = {{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
    for (int y = 0; y < m_height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(out.scanLine(y));
        for (int x = 0; x < m_width; ++x) {
            const float* pixel = m_pixels.data() + (static_cast<size_t>(x) * static_cast<size_t>(m_height) + static_cast<size_t>(y)) * 3;
            const float lift = (kDither[y % 4][x % 4] + 0.5F) / 16;
            const auto whole = [&](float part) { return static_cast<int>(part * 255 + lift); };
            line[x] = qRgb(whole(pixel[0]), whole(pixel[1]), whole(pixel[2]));
        }
    }
    return out;
}

} // namespace rivereto::ui
