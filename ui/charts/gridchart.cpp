// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/gridchart.h"

#include <algorithm>
#include <cmath>

#include <QPainter>
#include <QSignalBlocker>
#include <QWheelEvent>

#include "core/text/number.h"
#include "ui/charts/hovercard.h"

namespace rivereto::ui {

namespace {

constexpr double kLeft = 66;
constexpr double kRight = 24;
constexpr double kTop = 4;
constexpr double kBottom = 30;
constexpr double kBetween = 22;
constexpr double kTitle = 24;
constexpr double kLeastWidth = 220;
constexpr double kLeastHeight = 110;
/// Cells that are wider than this times their height waste it.
constexpr double kWidest = 3.2;
constexpr double kTickApart = 44;
constexpr double kScrollBar = 12;
constexpr unsigned kLeastPoints = 50;
constexpr unsigned kMostPoints = 300;

} // namespace

GridChart::GridChart(const Theme& theme, QWidget* parent) : TimeChart(theme, parent), m_scroll(new QScrollBar(Qt::Vertical, this))
{
    m_scroll->setAccessibleName(tr("Further series"));
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setCursor(Qt::ArrowCursor);
    m_scroll->hide();
    connect(m_scroll, &QScrollBar::valueChanged, this, [this] { relayout(); });
}

unsigned GridChart::pointsWanted() const
{
    const int count = std::max<int>(static_cast<int>(data().empty() ? 10 : data().series().size()), 1);
    return std::clamp(static_cast<unsigned>(cellsFor(QSizeF(size()), count, false).width), kLeastPoints, kMostPoints);
}

/// As few columns as leave no cell too wide, and no more than fit.
GridChart::Cells GridChart::cellsFor(QSizeF size, int count, bool forFile) const
{
    const double width = std::max(size.width() - kLeft - kRight, 1.0);
    const double height = std::max(size.height() - kTop - kBottom, 1.0);
    const int most = std::clamp(static_cast<int>((width + kBetween) / (kLeastWidth + kBetween)), 1, std::max(count, 1));
    Cells out;
    for (int columns = 1; columns <= most; ++columns) {
        out.columns = columns;
        out.rows = (count + columns - 1) / columns;
        out.width = (width - (columns - 1) * kBetween) / columns;
        out.height = height / out.rows;
        if (out.height >= kLeastHeight && out.width <= kWidest * out.height)
            break;
    }
    out.scrolls = !forFile && out.height < kLeastHeight;
    if (out.scrolls) {
        out.height = kLeastHeight;
        out.width -= kScrollBar / out.columns;
    }
    return out;
}

ValueAxis GridChart::sharedAxis(double height) const
{
    SeriesShape all;
    all.set(ChartKind::Lines, data().series());
    const bool down = data().bothDirections();
    const int wanted = std::max(2, static_cast<int>(height / kTickApart));
    const double up = all.most(Direction::Up);
    const double below = down ? std::max(all.most(Direction::Down), std::max(up, 1.0) * 1e-9) : 0;
    return look().logarithmic ? logAxis(all.least(), up, below, wanted) : valueAxis(up, below, wanted);
}

void GridChart::arrange(Scene& scene) const
{
    const int count = static_cast<int>(data().series().size());
    if (count == 0)
        return;
    const auto cells = cellsFor(scene.size, count, scene.forFile);
    const double bottom = scene.size.height() - kBottom;
    scene.viewport = QRectF(0, 0, scene.size.width(), bottom + 1);
    if (!scene.forFile) {
        const QSignalBlocker quiet(m_scroll);
        const int hidden = cells.scrolls ? static_cast<int>(std::ceil(kTop + cells.rows * cells.height - bottom)) : 0;
        m_scroll->setRange(0, std::max(hidden, 0));
        m_scroll->setPageStep(static_cast<int>(bottom));
        m_scroll->setSingleStep(static_cast<int>(kLeastHeight / 3));
        m_scroll->setGeometry(width() - static_cast<int>(kScrollBar), 0, static_cast<int>(kScrollBar), static_cast<int>(bottom));
        m_scroll->setVisible(hidden > 0);
    }
    const double scrolled = scene.forFile ? 0 : m_scroll->value();
    const auto axis = sharedAxis(cells.height - kTitle);
    const auto kind = core::isAdditive(data().result().query.unit) ? ChartKind::Stacked : ChartKind::Lines;
    for (int i = 0; i < count; ++i) {
        Plot plot;
        const double left = kLeft + (i % cells.columns) * (cells.width + kBetween);
        const double top = kTop + std::floor((i / cells.columns) * cells.height) - scrolled;
        plot.area = QRectF(left, top + kTitle, cells.width, std::max(std::floor(cells.height) - kTitle - 2, 1.0));
        plot.time = timeScale(data(), plot.area);
        plot.axis = axis;
        plot.shape.set(kind, {data().series()[static_cast<size_t>(i)]});
        plot.shape.scale(axis);
        scene.plots.push_back(std::move(plot));
    }
}

bool GridChart::visible(const Plot& plot, const Scene& scene) const
{
    return plot.area.adjusted(0, -kTitle, 0, 2).intersects(scene.viewport);
}

void GridChart::paintUnder(QPainter& painter, const Scene& scene) const
{
    painter.save();
    painter.setClipRect(scene.viewport);
    for (const auto& plot : scene.plots) {
        if (!visible(plot, scene))
            continue;
        const ValueLabels labels(plot.axis, unitSuffix(data().result().query.unit), false);
        paintValueAxis(painter, theme(), plot, labels, plot.area.left() <= kLeft ? kLeft : 0);
    }
    painter.restore();
}

void GridChart::paintPrevious(QPainter& painter, const Scene& scene) const
{
    for (const auto& plot : scene.plots) {
        if (!visible(plot, scene))
            continue;
        painter.save();
        painter.setClipRect(plot.area.adjusted(0, -2, 0, 1).intersected(scene.viewport));
        const int number = plot.shape.series().front().number;
        for (const auto direction : {Direction::Up, Direction::Down}) {
            if (direction == Direction::Up || plot.bothDirections())
                paintDashes(painter, theme(), plot, scaleOf(plot, scene), data(), data().previousOf(number, direction), direction);
        }
        painter.restore();
    }
}

void GridChart::paintOver(QPainter& painter, const Scene& scene) const
{
    painter.save();
    painter.setClipRect(scene.viewport);
    for (const auto& plot : scene.plots) {
        if (!visible(plot, scene))
            continue;
        paintMarks(painter, theme(), plot, scaleOf(plot, scene), look().marks);
        painter.setPen(QPen(theme()[Token::disabled], 1));
        const double zero = std::floor(plot.zero()) + 0.5;
        painter.drawLine(QPointF(plot.area.left(), zero), QPointF(plot.area.right(), zero));
        paintTitle(painter, plot, std::nullopt);
    }
    painter.restore();
    // One time axis a column, which stays in view.
    const auto columns = static_cast<size_t>(
        std::ranges::count_if(scene.plots, [&](const Plot& plot) { return plot.area.top() == scene.plots.front().area.top(); }));
    for (size_t column = 0; column < columns; ++column) {
        const auto& plot = scene.plots[column];
        const double lowest = scene.plots.back().area.bottom();
        paintTimeAxis(painter, theme(), look(), scaleOf(plot, scene),
            {.zone = column + 1 == columns,
                .marks = column == 0,
                .base = std::min(lowest + 2, scene.size.height() - kBottom),
                .leftEdge = plot.area.left() - 16,
                .rightEdge = plot.area.right() + 16});
    }
}

/// Swatch, name, and at the right the average or the value at a point.
void GridChart::paintTitle(QPainter& painter, const Plot& plot, std::optional<size_t> point) const
{
    const auto& series = plot.shape.series().front();
    const auto suffix = unitSuffix(data().result().query.unit);
    const auto figureOf = [&](Direction direction) {
        return point ? series.of(direction)[*point] : data().of(series.number, direction).statistics.average;
    };
    auto figure = quantity(figureOf(Direction::Up), suffix);
    if (plot.bothDirections()) {
        const double up = figureOf(Direction::Up);
        const double down = figureOf(Direction::Down);
        const auto scale = core::scaleFor(std::max(up, down));
        figure
            = QStringLiteral("↑ %1  ↓ %2\u00a0%3%4")
                  .arg(text(core::formatOnScale(up, scale)), text(core::formatOnScale(down, scale)), text(scale.prefix), suffix);
    } else if (!point) {
        figure = tr("avg %1").arg(figure);
    }
    const QRectF row(plot.area.left(), plot.area.top() - kTitle, plot.area.width(), kTitle - 4);
    const auto font = theme().font(12);
    const auto strong = theme().font(12, QFont::DemiBold);
    const auto& figureFont = point ? strong : font;
    const double wide = QFontMetricsF(figureFont).horizontalAdvance(figure) + 10;
    if (point)
        painter.fillRect(row, theme()[Token::surface]);
    painter.setPen(Qt::NoPen);
    painter.setBrush(series.colour);
    painter.drawRoundedRect(QRectF(row.left(), row.center().y() - 5, 10, 10), 2, 2);
    paintText(painter, row.adjusted(16, 0, -wide, 0), Qt::AlignLeft | Qt::AlignVCenter, strong, theme()[Token::text],
        seriesName(data(), look(), series.number));
    paintText(painter, row, Qt::AlignRight | Qt::AlignVCenter, figureFont, theme()[point ? Token::text : Token::secondary], figure);
}

void GridChart::paintHover(QPainter& painter, const Hover& hover) const
{
    painter.save();
    painter.setClipRect(scene().viewport);
    for (const auto& plot : scene().plots) {
        if (!visible(plot, scene()))
            continue;
        const double x = std::floor(xOfPoint(scaleOf(plot, scene()), data(), hover.point)) + 0.5;
        if (x < plot.area.left() - 1 || x > plot.area.right() + 1)
            continue;
        paintTitle(painter, plot, hover.point);
        painter.setPen(QPen(theme()[Token::text], 1));
        painter.drawLine(QPointF(x, plot.area.top()), QPointF(x, plot.area.bottom()));
        for (const auto direction : {Direction::Up, Direction::Down}) {
            if (!plot.shape.has(direction))
                continue;
            const double height = plot.shape.upper(0, hover.point, direction);
            if (!std::isfinite(height))
                continue;
            painter.setPen(QPen(theme()[theme().dark() ? Token::text : Token::surface], 1.5));
            painter.setBrush(plot.shape.series().front().colour);
            painter.drawEllipse(QPointF(x, plot.y(height, direction)), 3.5, 3.5);
        }
    }
    painter.restore();
    const auto& plot = scene().plots[hover.plot];
    const double x = xOfPoint(scaleOf(plot, scene()), data(), hover.point);
    const double base = std::min(scene().plots.back().area.bottom() + 2, scene().size.height() - kBottom);
    paintTimeLabel(painter, hover.point, x, base + 4);
}

double GridChart::barTop() const { return kTop + kTitle; }

/// The whole name of a series whose title is cut.
QString GridChart::tipAt(QPointF at) const
{
    const auto found = std::ranges::find_if(scene().plots, [&](const Plot& plot) {
        return QRectF(plot.area.left(), plot.area.top() - kTitle, plot.area.width(), kTitle).contains(at) && scene().viewport.contains(at);
    });
    return found == scene().plots.end() ? TimeChart::tipAt(at) : seriesName(data(), look(), found->shape.series().front().number);
}

/// With more series than fit, the wheel scrolls, and zooms with Ctrl.
void GridChart::wheelEvent(QWheelEvent* event)
{
    const auto turned = event->angleDelta();
    const bool plain = !(event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier)) && std::abs(turned.y()) >= std::abs(turned.x());
    if (!m_scroll->isVisible() || !plain)
        return TimeChart::wheelEvent(event);
    m_scroll->setValue(m_scroll->value() - turned.y());
    event->accept();
}

} // namespace rivereto::ui
