// SPDX-License-Identifier: GPL-3.0-or-later
// How TrafficChart paints what is not a series.
#include <algorithm>
#include <cmath>

#include <QPainter>

#include "ui/charts/hovercard.h"
#include "ui/charts/trafficchart.h"

namespace rivereto::ui {

namespace {

constexpr double kLabelWidth = 66;

} // namespace

void TrafficChart::paintUnder(QPainter& painter, const Scene& scene) const
{
    const auto& plot = scene.plots.front();
    const ValueLabels labels(plot.axis, unitSuffix(data().result().query.unit), plot.shape.kind() == ChartKind::Share);
    paintValueAxis(painter, theme(), plot, labels, kLabelWidth);
}

void TrafficChart::paintPrevious(QPainter& painter, const Scene& scene) const
{
    const auto& plot = scene.plots.front();
    const auto scale = scaleOf(plot, scene);
    painter.save();
    painter.setClipRect(plot.area.adjusted(0, -2, 0, 1), Qt::IntersectClip);
    for (const auto direction : {Direction::Up, Direction::Down}) {
        const auto values = previous(direction);
        const bool fits = std::ranges::all_of(
            values, [&](double value) { return !(value > (direction == Direction::Up ? plot.axis.top : plot.axis.depth)); });
        if (fits && (direction == Direction::Up || plot.bothDirections()))
            paintDashes(painter, theme(), plot, scale, data(), values, direction);
    }
    painter.restore();
}

void TrafficChart::paintOver(QPainter& painter, const Scene& scene) const
{
    const auto& plot = scene.plots.front();
    const auto scale = scaleOf(plot, scene);
    paintMarks(painter, theme(), plot, scale, look().marks);
    if (look().capacity && *look().capacity > 0 && plot.shape.kind() != ChartKind::Share)
        paintCapacity(painter, theme(), plot, *look().capacity,
            tr("capacity %1").arg(roundQuantity(*look().capacity, unitSuffix(data().result().query.unit))));
    if (plot.bothDirections()) {
        painter.setPen(QPen(theme()[Token::disabled], 1));
        const double y = std::floor(plot.zero()) + 0.5;
        painter.drawLine(QPointF(plot.area.left(), y), QPointF(plot.area.right(), y));
    }
    paintTimeAxis(painter, theme(), look(), scale,
                  {.base = plot.area.bottom(), .leftEdge = plot.area.left() - 20, .rightEdge = plot.area.right()});
    paintCaptions(painter, plot);
}

/// What the axis itself does not say.
void TrafficChart::paintCaptions(QPainter& painter, const Plot& plot) const
{
    const auto font = theme().font(11);
    const auto say = [&](double y, const QString& words) {
        const double width = std::min(QFontMetricsF(font).horizontalAdvance(words) + 8, plot.area.width() - 4);
        const QRectF box(plot.area.right() - width - 4, y, width, 16);
        auto ground = theme()[Token::surface];
        ground.setAlphaF(0.75F);
        painter.setPen(Qt::NoPen);
        painter.setBrush(ground);
        painter.drawRoundedRect(box, 3, 3);
        paintText(painter, box.adjusted(4, 0, -4, 0), Qt::AlignRight | Qt::AlignVCenter, font, theme()[Token::secondary], words);
    };
    QStringList above;
    if (plot.bothDirections())
        above << tr("direct ↑");
    if (plot.axis.logarithmic())
        above << (plot.shape.stacked() ? tr("logarithmic: height is the total, its parts are shares") : tr("logarithmic"));
    if (!above.isEmpty())
        say(plot.area.top() + 2, above.join(QStringLiteral(" · ")));
    if (plot.bothDirections())
        say(plot.area.bottom() - 19, tr("reverse ↓"));
}

void TrafficChart::paintHover(QPainter& painter, const Hover& hover) const
{
    const auto& plot = scene().plots[hover.plot];
    const auto scale = scaleOf(plot, scene());
    const double x = std::floor(xOfPoint(scale, data(), hover.point)) + 0.5;
    if (x < plot.area.left() - 1 || x > plot.area.right() + 1)
        return;
    painter.setPen(QPen(theme()[Token::text], 1));
    painter.drawLine(QPointF(x, plot.area.top()), QPointF(x, plot.area.bottom()));
    if (const int at = plot.shape.find(hover.number); at >= 0) {
        const double height = plot.shape.upper(static_cast<size_t>(at), hover.point, hover.direction);
        if (std::isfinite(height)) {
            painter.setPen(QPen(theme()[theme().dark() ? Token::text : Token::surface], 1.5));
            painter.setBrush(plot.shape.series()[static_cast<size_t>(at)].colour);
            painter.drawEllipse(QPointF(x, plot.y(height, hover.direction)), 4.5, 4.5);
        }
    }
    paintTimeLabel(painter, hover.point, x, plot.area.bottom() + 4);
    if (const auto words = readOut())
        paintReadOut(painter, theme(), *words, x, std::max(plot.area.top() + plot.area.height() * 0.18, barTop() + 42), QRectF(rect()));
}

} // namespace rivereto::ui
