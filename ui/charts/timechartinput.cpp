// SPDX-License-Identifier: GPL-3.0-or-later
// How a TimeChart is worked: pointer, wheel and keys.
#include <algorithm>
#include <cmath>

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include "ui/charts/timechart.h"

namespace rivereto::ui {

namespace {

/// How near the pointer must be to a line, in pixels.
constexpr double kReach = 12;
constexpr double kWheelStep = 120;
constexpr double kWheelZoom = 0.8;
constexpr double kKeyZoom = 0.5;
constexpr double kWheelPan = 0.1;
constexpr double kKeyPan = 0.25;

} // namespace

int TimeChart::numberOf(const std::optional<Hover>& hover) const
{
    return hover && hover->number >= 0 && static_cast<size_t>(hover->number) < m_data.result().series.size() ? hover->number : -1;
}

void TimeChart::setHover(const std::optional<Hover>& hover)
{
    if (hover == m_hover)
        return;
    const int before = m_data.empty() ? -1 : numberOf(m_hover);
    m_hover = hover;
    update();
    if (const int now = m_data.empty() ? -1 : numberOf(m_hover); now != before)
        emit seriesHovered(now);
}

void TimeChart::hoverAt(QPointF at)
{
    if (m_data.empty())
        return setHover(std::nullopt);
    const auto plot = m_brush.dragging() ? std::optional(m_pressedPlot) : plotAt(at);
    if (!plot || *plot >= scene().plots.size())
        return setHover(std::nullopt);
    const auto& over = scene().plots[*plot];
    const auto scale = scaleOf(over, scene());
    const auto point = pointAt(scale, m_data, std::clamp(at.x(), scale.left, scale.right));
    if (!point)
        return setHover(std::nullopt);
    Hover hover{.plot = *plot, .point = *point, .direction = at.y() <= over.zero() ? Direction::Up : Direction::Down};
    const double height = std::abs(at.y() - over.zero()) / over.pixelsPerHeight();
    const int series = over.shape.seriesAt(*point, height, hover.direction, kReach / over.pixelsPerHeight());
    if (series >= 0)
        hover.number = over.shape.series()[static_cast<size_t>(series)].number;
    else if (scene().plots.size() > 1 && !over.shape.series().empty())
        hover.number = over.shape.series().front().number;
    setHover(hover);
}

void TimeChart::showGrip(QPointF at)
{
    const auto plot = plotAt(at);
    auto shape = Qt::ArrowCursor;
    if (plot && m_brush.range()) {
        const auto grip = m_brush.gripAt(at.x(), scaleOf(scene().plots[*plot], scene()));
        shape = grip == TimeBrush::Grip::From || grip == TimeBrush::Grip::To ? Qt::SplitHCursor
            : grip == TimeBrush::Grip::Whole                                 ? Qt::SizeHorCursor
                                                                             : Qt::ArrowCursor;
    }
    if (cursor().shape() != shape)
        setCursor(shape);
}

void TimeChart::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::BackButton) {
        emit backAsked();
        return;
    }
    if (event->button() != Qt::LeftButton || m_data.empty())
        return;
    m_keyboard = false;
    if (const auto plot = plotAt(event->position())) {
        m_pressedPlot = *plot;
        m_brush.press(event->position().x(), scaleOf(scene().plots[*plot], scene()));
    }
}

void TimeChart::mouseMoveEvent(QMouseEvent* event)
{
    const auto at = event->position();
    m_pointer = at;
    if (m_brush.pressed() && m_pressedPlot < scene().plots.size()
        && m_brush.move(at.x(), scaleOf(scene().plots[m_pressedPlot], scene()), m_data.range()))
        brushTouched();
    else if (!m_brush.pressed())
        showGrip(at);
    hoverAt(at);
}

void TimeChart::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_brush.pressed())
        return;
    const bool had = m_brush.range().has_value();
    if (m_brush.release()) {
        brushTouched();
        return;
    }
    // A click beside or on a brush takes it away, and nothing else.
    if (had)
        return setBrush(std::nullopt);
    hoverAt(event->position());
    emit seriesClicked(numberOf(m_hover), event->modifiers());
}

void TimeChart::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        emit backAsked();
}

void TimeChart::contextMenuEvent(QContextMenuEvent* event)
{
    if (!m_data.empty())
        emit menuAsked(numberOf(m_hover), event->globalPos());
}

void TimeChart::leaveEvent(QEvent*)
{
    m_pointer.reset();
    setHover(std::nullopt);
}

void TimeChart::focusInEvent(QFocusEvent* event)
{
    m_keyboard = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason
        || event->reason() == Qt::ShortcutFocusReason;
    ChartView::focusInEvent(event);
}

void TimeChart::zoomBy(double factor, std::optional<double> x)
{
    if (m_data.empty() || scene().plots.empty())
        return;
    const auto& plot = scene().plots[std::min(m_hover ? m_hover->plot : 0, scene().plots.size() - 1)];
    const auto scale = scaleOf(plot, scene());
    const double at = x ? std::clamp(*x, scale.left, scale.right)
        : m_hover       ? xOfPoint(scale, m_data, m_hover->point)
                        : (scale.left + scale.right) / 2;
    m_drag.drag(zoomed(m_drag.wanted().value_or(m_data.result().range), factor, scale.ms(at)));
    m_scene.wanted = m_drag.wanted();
    touched();
    if (m_pointer)
        hoverAt(*m_pointer);
}

void TimeChart::panBy(double part)
{
    if (m_data.empty())
        return;
    m_drag.drag(panned(m_drag.wanted().value_or(m_data.result().range), part));
    m_scene.wanted = m_drag.wanted();
    touched();
    if (m_pointer)
        hoverAt(*m_pointer);
}

void TimeChart::wheelEvent(QWheelEvent* event)
{
    if (m_data.empty() || m_brush.pressed())
        return event->ignore();
    const auto turned = event->angleDelta();
    const bool sideways = std::abs(turned.x()) > std::abs(turned.y());
    // Free-running wheels and touchpads come in parts of a step; each moves by its part.
    const double steps = (sideways ? turned.x() : turned.y()) / kWheelStep;
    if (sideways || event->modifiers().testFlag(Qt::ShiftModifier))
        panBy(-steps * kWheelPan);
    else if (steps != 0)
        zoomBy(std::pow(kWheelZoom, steps), event->position().x());
    event->accept();
}

/// The read-out, one point on; `mark` stretches the brush with it.
void TimeChart::step(int by, bool mark)
{
    const auto points = m_data.points();
    auto hover = m_hover.value_or(Hover{.point = points / 2});
    const auto before = hover.point;
    hover.point = by < 0 ? before - std::min<size_t>(before, 1) : std::min(before + 1, points - 1);
    if (mark) {
        const auto here = m_data.start(before);
        const auto there = m_data.start(hover.point);
        const auto& range = m_brush.range();
        const auto anchor = range ? (here == range->from ? range->to : range->from) : here;
        setBrush(core::TimeRange{std::min(anchor, there), std::max(anchor, there)});
    }
    setHover(hover);
}

void TimeChart::keyPressEvent(QKeyEvent* event)
{
    if (m_data.empty())
        return ChartView::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right: {
        const int by = event->key() == Qt::Key_Left ? -1 : 1;
        if (event->modifiers().testFlag(Qt::ControlModifier))
            panBy(by * kKeyPan);
        else
            step(by, event->modifiers().testFlag(Qt::ShiftModifier));
        return;
    }
    case Qt::Key_Plus:
    case Qt::Key_Equal: zoomBy(kKeyZoom, std::nullopt); return;
    case Qt::Key_Minus: zoomBy(1 / kKeyZoom, std::nullopt); return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_brush.range() && m_brush.range()->length() > 0)
            emit zoomAsked(*m_brush.range());
        return;
    case Qt::Key_Escape:
        if (m_brush.range())
            setBrush(std::nullopt);
        else
            emit backAsked();
        return;
    default: ChartView::keyPressEvent(event);
    }
}

} // namespace rivereto::ui
