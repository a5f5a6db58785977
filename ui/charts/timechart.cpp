// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/timechart.h"

#include <algorithm>
#include <cmath>

#include <QHelpEvent>
#include <QPaintEvent>
#include <QPainter>
#include <QToolTip>

namespace rivereto::ui {

namespace {

constexpr uint64_t kDay = 24ULL * 3600 * 1000;
/// Height of the time axis with its labels.
constexpr double kAxis = 30;

} // namespace

TimeChart::TimeChart(const Theme& theme, QWidget* parent) : ChartView(theme, parent), m_bar(new BrushBar(theme, this))
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 120);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Traffic over time"));
    setAccessibleDescription(
        tr("Left and right move the read-out, with Shift they mark a range; Enter zooms into it, Escape clears it or goes back. "
           "Plus and minus zoom, Ctrl with left and right moves through time."));
    const auto withBrush = [this](void (ChartView::*asked)(const core::TimeRange&)) {
        return [this, asked] {
            if (m_brush.range())
                emit (this->*asked)(*m_brush.range());
        };
    };
    connect(m_bar, &BrushBar::zoomAsked, this, withBrush(&ChartView::zoomAsked));
    connect(m_bar, &BrushBar::explainAsked, this, withBrush(&ChartView::explainAsked));
    connect(m_bar, &BrushBar::flowsAsked, this, withBrush(&ChartView::flowsAsked));
    connect(m_bar, &BrushBar::packetsAsked, this, withBrush(&ChartView::packetsAsked));
    connect(&m_drag, &RangeDrag::asked, this, &ChartView::rangeDragged);
    connect(&theme, &Theme::changed, this, &TimeChart::refresh);
}

void TimeChart::setAnswer(const AnswerPtr& answer)
{
    const auto before = std::exchange(m_answer, answer && answer->result ? answer : nullptr);
    setHover(std::nullopt);
    refresh();
    // The same question asked again, as flows arrive, takes no brush from under the hand.
    const bool same = before && m_answer && before->asked == m_answer->asked;
    if ((!same || !shownRange()) && (m_brush.range() || m_brush.pressed())) {
        m_brush.drop();
        emit brushChanged();
    }
    if (!shownRange())
        m_drag.reset();
    else if (m_drag.wanted())
        m_drag.arrived(m_data.result().range);
    m_scene.wanted = m_drag.wanted();
    placeBrushBar();
    if (m_pointer && shownRange())
        hoverAt(*m_pointer);
}

void TimeChart::setLook(const ChartLook& look)
{
    m_look = look;
    m_bar->setPacketsOffered(look.packets);
    refresh();
    placeBrushBar();
}

void TimeChart::refresh()
{
    m_data = ChartData(m_answer, m_look.hidden, theme());
    relayout();
}

void TimeChart::relayout()
{
    m_stale = true;
    m_seriesStale = true;
    m_frameStale = true;
    update();
}

void TimeChart::setHighlighted(int series)
{
    if (series == std::exchange(m_highlighted, series))
        return;
    m_frameStale = true;
    update();
}

void TimeChart::setBrush(std::optional<core::TimeRange> range)
{
    m_brush.set(range);
    brushTouched();
}

void TimeChart::touched()
{
    m_frameStale = true;
    placeBrushBar();
    update();
}

void TimeChart::brushTouched()
{
    touched();
    emit brushChanged();
}

std::optional<core::TimeRange> TimeChart::shownRange() const { return m_data.empty() ? std::nullopt : std::optional(m_data.range()); }

std::optional<ReadOut> TimeChart::readOut() const
{
    if (!m_hover || m_data.empty() || m_hover->point >= m_data.points())
        return std::nullopt;
    return readOutAt(m_data, m_look, m_hover->point, m_hover->number, m_hover->direction);
}

QString TimeChart::emptyWords() const
{
    return m_answer && !m_data.empty() && m_data.series().empty() ? tr("Every series is hidden") : QString();
}

const TimeChart::Scene& TimeChart::scene() const
{
    if (std::exchange(m_stale, false)) {
        m_scene.size = QSizeF(size());
        m_scene.plots.clear();
        m_scene.viewport = QRectF(rect());
        if (!m_data.empty())
            arrange(m_scene);
    }
    return m_scene;
}

/// Moved and stretched as the range that is waited for is to the one that is there.
TimeScale TimeChart::scaleOf(const Plot& plot, const Scene& scene) const
{
    auto out = plot.time;
    const auto& range = m_data.result().range;
    if (!scene.wanted || range.length() == 0)
        return out;
    const double factor = static_cast<double>(scene.wanted->length()) / static_cast<double>(range.length());
    const auto moved = [&](double ms) { return static_cast<double>(scene.wanted->from) + (ms - static_cast<double>(range.from)) * factor; };
    out.from = moved(plot.time.from);
    out.to = moved(plot.time.to);
    return out;
}

std::optional<size_t> TimeChart::plotAt(QPointF at) const
{
    if (!scene().viewport.contains(at))
        return std::nullopt;
    for (size_t i = 0; i < scene().plots.size(); ++i) {
        if (scene().plots[i].area.adjusted(-4, 0, 4, 1).contains(at))
            return i;
    }
    return std::nullopt;
}

void TimeChart::placeBrushBar()
{
    if (!m_brush.range() || m_brush.dragging() || m_data.empty() || scene().plots.empty()) {
        m_bar->hide();
        return;
    }
    const auto& range = *m_brush.range();
    const uint64_t step = range.length() < 10 * 60'000 ? 1000 : 60'000;
    const auto& clock = m_look.clock;
    const bool oneDay = clock.day(range.from) == clock.day(range.to) && range.length() < kDay;
    const auto words = oneDay ? QStringLiteral("%1 – %2").arg(clock.time(range.from, step), clock.time(range.to, step)) : clock.range(range);
    const auto& plot = scene().plots[std::min(m_pressedPlot, scene().plots.size() - 1)];
    const auto scale = scaleOf(plot, scene());
    const double middle = (std::max(scale.x(static_cast<double>(range.from)), scale.left)
                              + std::min(scale.x(static_cast<double>(range.to)), scale.right))
        / 2;
    m_bar->place(words, middle, 4, width() - 4, barTop());
}

void TimeChart::paintSeries(QPainter& painter, const Scene& scene, Layers& layers) const
{
    painter.save();
    painter.setClipRect(scene.viewport, Qt::IntersectClip);
    for (const auto& plot : scene.plots) {
        if (!plot.area.intersects(scene.viewport))
            continue;
        for (const auto direction : {Direction::Up, Direction::Down}) {
            auto& layer = layers[static_cast<size_t>(direction)];
            if (direction == Direction::Up || plot.bothDirections())
                layer.paint(painter, plot.half(direction), plot.shape, direction, plot.halfHeight(direction), theme(), scene.forFile);
        }
    }
    painter.restore();
}

void TimeChart::paintDraggedSeries(QPainter& painter) const
{
    painter.save();
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    for (const auto& plot : m_scene.plots) {
        const auto scale = scaleOf(plot, m_scene);
        const double from = scale.x(plot.time.from);
        const double to = scale.x(plot.time.to);
        painter.setClipRect(plot.area.adjusted(0, -2, 0, 1).intersected(m_scene.viewport));
        const auto ratio = m_series.devicePixelRatio();
        painter.drawPixmap(QRectF(from, plot.area.top(), to - from, plot.area.height()), m_series,
                           QRectF(plot.area.topLeft() * ratio, plot.area.size() * ratio));
    }
    painter.restore();
}

/// What is drawn out, and what is marked.
void TimeChart::paintSelection(QPainter& painter) const
{
    painter.save();
    painter.setClipRect(m_scene.viewport, Qt::IntersectClip);
    const bool several = m_scene.plots.size() > 1;
    const bool shown = std::ranges::any_of(m_data.series(), [this](const ChartSeries& one) { return one.number == m_highlighted; });
    for (const auto& plot : m_scene.plots) {
        const auto scale = scaleOf(plot, m_scene);
        std::optional<std::pair<double, double>> within;
        if (const auto& range = m_brush.range()) {
            within = {scale.x(static_cast<double>(range->from)), scale.x(static_cast<double>(range->to))};
            paintBrush(painter, theme(), plot, within->first, within->second, !several);
        }
        if (several && shown && plot.shape.find(m_highlighted) < 0)
            painter.fillRect(plot.area, theme()[Token::dim]);
        if (!m_scene.wanted)
            paintHighlight(painter, theme(), plot, m_data, plot.shape.find(m_highlighted), within);
    }
    painter.restore();
}

void TimeChart::compose()
{
    const auto ratio = devicePixelRatioF();
    const auto pixels = (QSizeF(size()) * ratio).toSize();
    const bool resized = m_frame.size() != pixels || m_frame.devicePixelRatio() != ratio;
    if (std::exchange(m_seriesStale, false) || resized) {
        m_series = QPixmap(pixels);
        m_series.setDevicePixelRatio(ratio);
        m_series.fill(Qt::transparent);
        QPainter painter(&m_series);
        paintSeries(painter, scene(), m_layers);
        m_frameStale = true;
    }
    if (!std::exchange(m_frameStale, false) && !resized)
        return;
    if (resized) {
        m_frame = QPixmap(pixels);
        m_frame.setDevicePixelRatio(ratio);
    }
    QPainter painter(&m_frame);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme()[Token::surface]);
    if (m_data.empty())
        return;
    paintUnder(painter, m_scene);
    if (m_scene.wanted)
        paintDraggedSeries(painter);
    else
        painter.drawPixmap(0, 0, m_series);
    paintPrevious(painter, m_scene);
    paintSelection(painter);
    paintOver(painter, m_scene);
    if (const auto words = emptyWords(); !words.isEmpty()) {
        painter.setPen(theme()[Token::secondary]);
        painter.setFont(theme().font(13));
        painter.drawText(QRectF(rect()), Qt::AlignCenter, words);
    }
}

void TimeChart::paintEvent(QPaintEvent*)
{
    compose();
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_frame);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_bar->isVisible()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0, 0, 0, theme().dark() ? 24 : 8));
        for (int i = 4; i > 0; --i)
            painter.drawRoundedRect(QRectF(m_bar->geometry()).adjusted(-i, -i + 2, i, i + 2), 4 + i, 4 + i);
    }
    if (m_hover && !m_data.empty() && m_hover->plot < m_scene.plots.size() && m_hover->point < m_data.points())
        paintHover(painter, *m_hover);
    if (hasFocus() && m_keyboard) {
        painter.setPen(QPen(theme()[Token::accent], 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void TimeChart::paintTo(QPainter& painter, QSizeF size) const
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(QRectF(QPointF(0, 0), size), theme()[Token::surface]);
    if (!m_data.empty()) {
        Scene scene{.size = size, .forFile = true, .plots = {}, .viewport = QRectF(QPointF(0, 0), size), .wanted = {}};
        arrange(scene);
        Layers layers;
        paintUnder(painter, scene);
        paintSeries(painter, scene, layers);
        paintPrevious(painter, scene);
        paintOver(painter, scene);
    }
    painter.restore();
}

void TimeChart::paintTimeLabel(QPainter& painter, size_t point, double x, double top) const
{
    const auto font = theme().font(11, QFont::DemiBold);
    const auto start = m_data.start(point);
    const auto label = m_data.interval() % kDay == 0 ? m_look.clock.day(start) : m_look.clock.time(start, m_data.interval());
    const double wide = QFontMetricsF(font).horizontalAdvance(label) + 12;
    const QRectF box(std::clamp(x - wide / 2, 0.0, std::max(0.0, width() - wide)), top, wide, 19);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme()[Token::text]);
    painter.drawRoundedRect(box, 3, 3);
    painter.setFont(font);
    painter.setPen(theme()[Token::surface]);
    painter.drawText(box, Qt::AlignCenter, label);
}

QString TimeChart::tipAt(QPointF at) const
{
    const auto font = theme().font(11);
    for (const auto& plot : scene().plots) {
        if (at.x() < plot.area.left() - 40 || at.x() > plot.area.right() + 40 || at.y() < height() - kAxis)
            continue;
        for (const auto& mark : namedMarks(m_look.marks, scaleOf(plot, scene()), font)) {
            if (std::abs(at.x() - mark.x) > QFontMetricsF(font).horizontalAdvance(mark.name) / 2 + 2)
                continue;
            QStringList lines;
            for (const auto& one : mark.marks)
                lines << QStringLiteral("%1: %2").arg(one.name, m_look.clock.range(one.range));
            return lines.join(QLatin1Char('\n'));
        }
    }
    return {};
}

bool TimeChart::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip || m_data.empty())
        return ChartView::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto tip = tipAt(help->pos()); !tip.isEmpty())
        QToolTip::showText(help->globalPos(), tip, this);
    else
        QToolTip::hideText();
    return true;
}

void TimeChart::resizeEvent(QResizeEvent* event)
{
    ChartView::resizeEvent(event);
    relayout();
    placeBrushBar();
}

} // namespace rivereto::ui
