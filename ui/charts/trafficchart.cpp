// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/trafficchart.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QPushButton>

namespace rivereto::ui {

namespace {

constexpr int kLeft = 66;
constexpr int kRight = 24;
constexpr int kTop = 8;
constexpr int kBottom = 30;
constexpr unsigned kMostPoints = 300;
constexpr double kDragThreshold = 4;
/// How near the pointer must be to a line, in pixels.
constexpr double kReach = 12;

} // namespace

QColor seriesColour(const Theme& theme, const core::QueryResult& result, size_t series)
{
    return result.series[series].other ? theme[Token::other] : theme.series(series);
}

TrafficChart::TrafficChart(const Theme& theme, QWidget* parent) : ChartView(theme, parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 120);
    setAccessibleName(tr("Traffic over time"));
    setAccessibleDescription(tr("Left and right move the read-out, with Shift they mark a range; Enter zooms into it, Escape clears it."));

    m_bar = new QFrame(this);
    m_bar->setObjectName(QStringLiteral("popup"));
    m_bar->setAutoFillBackground(true);
    auto* row = new QHBoxLayout(m_bar);
    row->setContentsMargins(10, 2, 4, 2);
    m_barRange = new QLabel;
    m_barRange->setProperty("role", "small");
    auto* zoom = new QPushButton(tr("Zoom"));
    zoom->setObjectName(QStringLiteral("zoom"));
    auto* clear = new QPushButton(tr("Clear"));
    const auto icons = [this, zoom, clear] {
        zoom->setIcon(this->theme().icon(QStringLiteral("zoom"), Token::accent));
        clear->setIcon(this->theme().icon(QStringLiteral("close")));
        redraw();
    };
    for (auto* button : {zoom, clear})
        button->setFlat(true);
    row->addWidget(m_barRange);
    row->addWidget(zoom);
    row->addWidget(clear);
    m_bar->hide();
    connect(zoom, &QPushButton::clicked, this, [this] {
        if (m_brush)
            emit zoomAsked(*m_brush);
    });
    connect(clear, &QPushButton::clicked, this, [this] { setBrush(std::nullopt); });
    connect(&theme, &Theme::changed, this, icons);
    icons();
}

unsigned TrafficChart::pointsWanted() const
{
    return std::clamp(static_cast<unsigned>(std::max(width() - kLeft - kRight, 1)), 50U, kMostPoints);
}

void TrafficChart::setAnswer(const AnswerPtr& answer)
{
    const auto before = std::exchange(m_answer, answer && answer->result ? answer : nullptr);
    m_hoverPoint.reset();
    m_hoverSeries = -1;
    rebuild();
    // The same question asked again, as flows arrive, takes no brush from under the hand.
    const bool same = before && m_answer && before->asked == m_answer->asked;
    if (!same || !shownRange()) {
        m_pressX.reset();
        m_dragging = false;
        m_brush.reset();
    }
    placeBrushBar();
    if (m_pointer && shownRange())
        hover(*m_pointer);
}

void TrafficChart::setLook(const ChartLook& look)
{
    m_look = look;
    placeBrushBar();
    update();
}

void TrafficChart::setHighlighted(int series)
{
    m_highlighted = series;
    update();
}

void TrafficChart::setBrush(std::optional<core::TimeRange> range)
{
    m_brush = range;
    placeBrushBar();
    update();
}

std::optional<core::TimeRange> TrafficChart::shownRange() const
{
    if (!m_answer || m_layer.points() == 0)
        return std::nullopt;
    return core::TimeRange{pointStart(0), pointStart(m_layer.points())};
}

/// The first and last point may be cut by the range and would look like a fall; statistics leave them out as well.
void TrafficChart::rebuild()
{
    std::vector<ChartSeries> series;
    m_skipped = 0;
    if (m_answer && m_answer->result->intervalMs > 0) {
        const auto& result = *m_answer->result;
        const size_t all = result.total.points.size();
        size_t begin = result.firstPoint < result.range.from ? 1 : 0;
        size_t end = all > 0 && result.firstPoint + all * result.intervalMs > result.range.to ? all - 1 : all;
        if (end < begin + 2) {
            begin = 0;
            end = all;
        }
        m_skipped = begin;
        for (size_t s = 0; s < result.series.size(); ++s) {
            const auto& points = result.series[s].points;
            if (points.size() != all)
                continue;
            series.push_back({.number = static_cast<int>(s), .colour = {}, .values = {points.begin() + static_cast<ptrdiff_t>(begin), points.begin() + static_cast<ptrdiff_t>(end)}});
        }
    }
    m_layer.set(m_answer ? m_answer->asked.chart : ChartKind::Stacked, std::move(series));
    redraw();
}

void TrafficChart::redraw()
{
    const auto area = plot();
    auto coloured = m_layer.series();
    for (auto& one : coloured)
        one.colour = seriesColour(theme(), *m_answer->result, static_cast<size_t>(one.number));
    m_layer.set(m_layer.kind(), std::move(coloured));
    if (m_layer.kind() == ChartKind::Share)
        m_axis = {.top = 1.0, .ticks = {0, 0.25, 0.5, 0.75}};
    else
        m_axis = valueAxis(m_layer.maximum(), std::max(2, static_cast<int>(area.height() / 76)));
    m_picture = m_layer.picture(area.size().toSize(), devicePixelRatioF(), m_axis.top, theme());
    update();
}

QRectF TrafficChart::plot() const
{
    return {kLeft, kTop, static_cast<double>(std::max(width() - kLeft - kRight, 1)), static_cast<double>(std::max(height() - kTop - kBottom, 1))};
}

double TrafficChart::xOf(double point) const
{
    const auto points = m_layer.points();
    return plot().left() + point / (points > 1 ? static_cast<double>(points - 1) : 1) * plot().width();
}

uint64_t TrafficChart::pointStart(size_t point) const
{
    return m_answer->result->firstPoint + (m_skipped + point) * m_answer->result->intervalMs;
}

/// A point stands at the middle of its interval.
double TrafficChart::xOfTime(uint64_t ms) const
{
    const auto interval = static_cast<double>(m_answer->result->intervalMs);
    const double fromFirst = static_cast<double>(ms) - static_cast<double>(pointStart(0));
    return xOf(fromFirst / interval - (m_layer.points() > 1 ? 0.5 : 0));
}

uint64_t TrafficChart::timeAt(double x) const
{
    const auto range = *shownRange();
    const auto left = xOfTime(range.from);
    const auto share = (x - left) / (xOfTime(range.to) - left);
    return range.from + static_cast<uint64_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(range.length()));
}

double TrafficChart::yOf(double value) const { return plot().bottom() - value / m_axis.top * plot().height(); }

std::optional<size_t> TrafficChart::pointAt(double x) const
{
    const auto points = m_layer.points();
    if (points == 0 || x < plot().left() - 2 || x > plot().right() + 2)
        return std::nullopt;
    const double share = std::clamp((x - plot().left()) / plot().width(), 0.0, 1.0);
    return static_cast<size_t>(std::lround(share * static_cast<double>(points - 1)));
}

void TrafficChart::placeBrushBar()
{
    const bool shown = m_brush && !m_dragging && shownRange();
    m_bar->setVisible(shown);
    if (!shown)
        return;
    const uint64_t step = m_brush->length() < 10 * 60'000 ? 1000 : 60'000;
    m_barRange->setText(QStringLiteral("%1 – %2").arg(m_look.clock.time(m_brush->from, step), m_look.clock.time(m_brush->to, step)));
    m_bar->adjustSize();
    const double middle = (xOfTime(m_brush->from) + xOfTime(m_brush->to)) / 2;
    const int x = std::clamp(static_cast<int>(middle) - m_bar->width() / 2, kLeft, std::max(kLeft, width() - kRight - m_bar->width()));
    m_bar->move(x, kTop + 4);
    m_bar->raise();
}

void TrafficChart::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    redraw();
    placeBrushBar();
}

void TrafficChart::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && shownRange() && plot().adjusted(-4, 0, 4, 0).contains(event->position()))
        m_pressX = event->position().x();
    else if (event->button() == Qt::BackButton)
        emit backAsked();
}

void TrafficChart::mouseMoveEvent(QMouseEvent* event)
{
    const auto at = event->position();
    m_pointer = at;
    if (m_pressX && std::abs(at.x() - *m_pressX) > kDragThreshold)
        m_dragging = true;
    if (m_dragging) {
        const auto one = timeAt(*m_pressX);
        const auto two = timeAt(at.x());
        setBrush(core::TimeRange{std::min(one, two), std::max(one, two)});
    }
    hover(at);
}

void TrafficChart::hover(QPointF at)
{
    const auto point = plot().contains(at) || m_dragging ? pointAt(at.x()) : std::nullopt;
    const double value = (plot().bottom() - at.y()) / plot().height() * m_axis.top;
    const int series = point ? m_layer.seriesAt(*point, value, kReach / plot().height() * m_axis.top) : -1;
    if (point != m_hoverPoint || series != m_hoverSeries) {
        m_hoverPoint = point;
        m_hoverSeries = series;
        update();
    }
}

void TrafficChart::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_pressX)
        return;
    m_pressX.reset();
    if (std::exchange(m_dragging, false)) {
        setBrush(m_brush && m_brush->length() > 0 ? m_brush : std::nullopt);
        return;
    }
    setBrush(std::nullopt);
    emit seriesClicked(m_hoverSeries < 0 ? -1 : m_layer.series()[static_cast<size_t>(m_hoverSeries)].number, event->modifiers());
}

void TrafficChart::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        emit backAsked();
}

void TrafficChart::leaveEvent(QEvent*)
{
    m_pointer.reset();
    m_hoverPoint.reset();
    m_hoverSeries = -1;
    update();
}

void TrafficChart::focusInEvent(QFocusEvent* event)
{
    m_keyboard = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason || event->reason() == Qt::ShortcutFocusReason;
    QWidget::focusInEvent(event);
}

void TrafficChart::keyPressEvent(QKeyEvent* event)
{
    const auto points = m_layer.points();
    if (points == 0)
        return QWidget::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right: {
        const auto before = m_hoverPoint.value_or(points / 2);
        const auto after = event->key() == Qt::Key_Left ? before - std::min<size_t>(before, 1) : std::min(before + 1, points - 1);
        if (event->modifiers().testFlag(Qt::ShiftModifier)) {
            const auto here = pointStart(before);
            const auto anchor = m_brush ? (here == m_brush->from ? m_brush->to : m_brush->from) : here;
            const auto there = pointStart(after);
            setBrush(core::TimeRange{std::min(anchor, there), std::max(anchor, there)});
        }
        m_hoverPoint = after;
        update();
        return;
    }
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_brush && m_brush->length() > 0)
            emit zoomAsked(*m_brush);
        return;
    case Qt::Key_Escape: setBrush(std::nullopt); return;
    default: QWidget::keyPressEvent(event);
    }
}

} // namespace rivereto::ui
