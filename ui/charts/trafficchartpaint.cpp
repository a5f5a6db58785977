// SPDX-License-Identifier: GPL-3.0-or-later
// How TrafficChart paints: the series' picture, and what changes with the pointer above it.
#include <algorithm>
#include <cmath>

#include <QPainter>
#include <QPainterPath>

#include "core/text/number.h"
#include "ui/charts/trafficchart.h"

namespace rivereto::ui {

namespace {

constexpr int kTimeLabelWidth = 100;
constexpr int kCardWidth = 272;
constexpr int kCardGap = 12;

void textAt(QPainter& painter, const QRectF& box, int flags, const QFont& font, const QColor& colour, const QString& words)
{
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(box, flags | Qt::TextSingleLine, QFontMetricsF(font).elidedText(words, Qt::ElideRight, box.width()));
}

} // namespace

/// As on the screen, in another size.
void TrafficChart::paintTo(QPainter& painter, QSizeF size) const
{
    painter.scale(size.width() / width(), size.height() / height());
    painter.fillRect(rect(), theme()[Token::surface]);
    if (!m_answer || m_layer.points() == 0)
        return;
    paintGrid(painter);
    painter.drawPixmap(plot().topLeft(), m_picture);
    paintTimes(painter);
}

void TrafficChart::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme()[Token::surface]);
    if (!m_answer || m_layer.points() == 0)
        return;
    paintGrid(painter);
    painter.drawPixmap(plot().topLeft(), m_picture);
    paintTimes(painter);
    paintBrush(painter);
    paintHighlight(painter);
    paintReadOut(painter);
    if (hasFocus() && m_keyboard) {
        painter.setPen(QPen(theme()[Token::accent], 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void TrafficChart::paintGrid(QPainter& painter) const
{
    const auto area = plot();
    const auto scale = core::scaleFor(m_axis.ticks.back());
    const auto unit = text(scale.prefix) + unitSuffix(m_answer->result->query.unit);
    for (const double tick : m_axis.ticks) {
        const double y = std::floor(yOf(tick)) + 0.5;
        painter.setPen(QPen(theme()[Token::grid], 1));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        QString label = QStringLiteral("0");
        if (m_layer.kind() == ChartKind::Share)
            label = QStringLiteral("%1\u00a0%").arg(tick * 100);
        else if (tick > 0)
            label = QStringLiteral("%1\u00a0%2").arg(QString::number(tick / scale.divisor, 'g', 4), unit);
        textAt(painter, {0, y - 8, area.left() - 8, 16}, Qt::AlignRight | Qt::AlignVCenter, theme().font(11), theme()[Token::secondary], label);
    }
}

void TrafficChart::paintTimes(QPainter& painter) const
{
    const auto area = plot();
    const double base = std::floor(area.bottom()) + 0.5;
    painter.setPen(QPen(theme()[Token::disabled], 1));
    painter.drawLine(QPointF(area.left(), base), QPointF(area.right(), base));
    const auto range = *shownRange();
    const int offset = m_look.clock.offsetMinutes(range.from);
    const auto ticks = timeTicks(range, std::max(2, static_cast<int>(area.width() / kTimeLabelWidth)), offset);
    const auto inside = [&](double x) { return x >= area.left() - 0.5 && x <= area.right() + 0.5; };
    for (const auto tick : ticks.minor) {
        const double x = std::floor(xOfTime(tick)) + 0.5;
        if (inside(x))
            painter.drawLine(QPointF(x, base), QPointF(x, base + 3));
    }
    // The zone stands at the right edge; labels keep clear of it and of the left edge.
    const auto font = theme().font(11);
    const auto zone = m_look.clock.zone(range.from);
    const QFontMetricsF metrics(font);
    const double zoneLeft = area.right() - metrics.horizontalAdvance(zone);
    textAt(painter, {zoneLeft - 1, base + 8, area.right() - zoneLeft + 2, 16}, Qt::AlignRight | Qt::AlignVCenter, font, theme()[Token::secondary], zone);
    const uint64_t day = 24ULL * 3600 * 1000;
    for (const auto tick : ticks.major) {
        const double x = std::floor(xOfTime(tick)) + 0.5;
        const bool midnight = (tick + static_cast<uint64_t>(offset) * 60'000) % day == 0;
        const auto label = midnight ? m_look.clock.day(tick) : m_look.clock.time(tick, ticks.stepMs);
        const double half = metrics.horizontalAdvance(label) / 2 + 1;
        if (!inside(x))
            continue;
        painter.setPen(QPen(theme()[Token::disabled], 1));
        painter.drawLine(QPointF(x, base), QPointF(x, base + 5));
        if (x - half < area.left() - 20 || x + half > zoneLeft - 8)
            continue;
        textAt(painter, {x - half, base + 8, 2 * half + 2, 16}, Qt::AlignCenter, font, theme()[Token::secondary], label);
    }
}

/// The upper edge drawn strong; in a stack the other areas recede.
void TrafficChart::paintHighlight(QPainter& painter) const
{
    const int at = m_layer.find(m_highlighted);
    if (at < 0)
        return;
    QPolygonF edge;
    for (size_t i = 0; i < m_layer.points(); ++i)
        edge << QPointF(xOf(static_cast<double>(i)), yOf(m_layer.upper(at, i)));
    if (m_layer.points() == 1)
        edge << QPointF(plot().right(), edge[0].y());
    painter.save();
    painter.setClipRect(plot().adjusted(0, -2, 0, 1));
    // A brush dims what is outside it; one veil is enough.
    if (m_brush)
        painter.setClipRect(QRectF(xOfTime(m_brush->from), 0, xOfTime(m_brush->to) - xOfTime(m_brush->from), height()), Qt::IntersectClip);
    if (m_layer.kind() != ChartKind::Lines && !m_brush) {
        QPainterPath around;
        QPolygonF body = edge;
        for (size_t i = m_layer.points(); i-- > 0;)
            body << QPointF(xOf(static_cast<double>(i)), yOf(m_layer.lower(at, i)));
        around.addRect(plot().adjusted(0, -2, 0, 0));
        QPainterPath own;
        own.addPolygon(body);
        painter.fillPath(around.subtracted(own), theme()[Token::dim]);
    }
    painter.setPen(QPen(theme()[Token::text], 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(edge);
    painter.restore();
}

void TrafficChart::paintBrush(QPainter& painter) const
{
    if (!m_brush)
        return;
    const auto area = plot();
    const double from = std::clamp(xOfTime(m_brush->from), area.left(), area.right());
    const double to = std::clamp(xOfTime(m_brush->to), area.left(), area.right());
    painter.fillRect(QRectF(area.left(), area.top(), from - area.left(), area.height()), theme()[Token::dim]);
    painter.fillRect(QRectF(to, area.top(), area.right() - to, area.height()), theme()[Token::dim]);
    for (const double x : {from, to}) {
        painter.setPen(QPen(theme()[Token::accent], 1));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme()[Token::accent]);
        painter.drawRoundedRect(QRectF(x - 2.5, area.center().y() - 11, 5, 22), 2, 2);
    }
}

void TrafficChart::paintReadOut(QPainter& painter) const
{
    if (!m_hoverPoint || *m_hoverPoint >= m_layer.points())
        return;
    const auto area = plot();
    const double x = std::floor(xOf(static_cast<double>(*m_hoverPoint))) + 0.5;
    painter.setPen(QPen(theme()[Token::text], 1));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    if (m_hoverSeries >= 0) {
        painter.setPen(QPen(theme()[Token::surface], 1.5));
        painter.setBrush(m_layer.series()[static_cast<size_t>(m_hoverSeries)].colour);
        painter.drawEllipse(QPointF(x, yOf(m_layer.upper(m_hoverSeries, *m_hoverPoint))), 4.5, 4.5);
    }
    const auto font = theme().font(11, QFont::DemiBold);
    const auto label = m_look.clock.time(pointStart(*m_hoverPoint), m_answer->result->intervalMs);
    const double width = QFontMetricsF(font).horizontalAdvance(label) + 12;
    const QRectF box(std::clamp(x - width / 2, 0.0, this->width() - width), area.bottom() + 4, width, 19);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme()[Token::text]);
    painter.drawRoundedRect(box, 3, 3);
    textAt(painter, box, Qt::AlignCenter, font, theme()[Token::surface], label);
    if (!m_dragging)
        paintCard(painter, *m_hoverPoint);
}

void TrafficChart::paintCard(QPainter& painter, size_t point) const
{
    const auto& result = *m_answer->result;
    const auto start = pointStart(point);
    const double total = result.total.points[m_skipped + point];
    const bool one = m_hoverSeries >= 0;
    const double height = one ? 124 : 74;
    const double x = xOf(static_cast<double>(point));
    const bool left = x - kCardGap - kCardWidth >= 4;
    const QRectF card(left ? x - kCardGap - kCardWidth : std::min(x + kCardGap, width() - kCardWidth - 4.0),
                      std::clamp(plot().top() + plot().height() * 0.18, 4.0, std::max(4.0, this->height() - height - 4)), kCardWidth, height);
    for (int i = 4; i > 0; --i) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0, 0, 0, theme().dark() ? 24 : 8));
        painter.drawRoundedRect(card.adjusted(-i, -i + 2, i, i + 2), 4 + i, 4 + i);
    }
    painter.setPen(QPen(theme()[Token::popupBorder], 1));
    painter.setBrush(theme()[Token::popup]);
    painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);

    const auto inner = card.adjusted(13, 10, -13, -10);
    const auto line = [&](double y) { return QRectF(inner.left(), inner.top() + y, inner.width(), 18); };
    const auto strong = theme().font(13, QFont::DemiBold);
    const auto small = theme().font(12);
    const auto right = Qt::AlignRight | Qt::AlignVCenter;
    const auto start2 = Qt::AlignLeft | Qt::AlignVCenter;
    textAt(painter, line(0), start2, strong, theme()[Token::text],
           QStringLiteral("%1 – %2").arg(m_look.clock.time(start, result.intervalMs), m_look.clock.time(start + result.intervalMs, result.intervalMs)));
    textAt(painter, line(0), right, small, theme()[Token::secondary], QStringLiteral("%1, %2").arg(m_look.clock.day(start), m_look.clock.zone(start)));
    double y = 28;
    if (one) {
        const auto& chosen = m_layer.series()[static_cast<size_t>(m_hoverSeries)];
        const auto& series = result.series[static_cast<size_t>(chosen.number)];
        const double value = chosen.values[point];
        const auto figure = quantity(value, unitSuffix(result.query.unit));
        const double figureWidth = QFontMetricsF(strong).horizontalAdvance(figure);
        painter.setPen(Qt::NoPen);
        painter.setBrush(chosen.colour);
        painter.drawRoundedRect(QRectF(inner.left(), inner.top() + y + 4, 10, 10), 2, 2);
        textAt(painter, line(y).adjusted(18, 0, -figureWidth - 8, 0), start2, theme().font(13), theme()[Token::text], m_look.label ? m_look.label(chosen.number) : seriesLabel(series));
        textAt(painter, line(y), right, strong, theme()[Token::text], figure);
        if (total > 0)
            textAt(painter, line(y + 18), right, small, theme()[Token::secondary], tr("%1 of total").arg(text(core::formatPercent(value / total))));
        painter.setPen(QPen(theme()[Token::border], 1));
        painter.drawLine(QPointF(inner.left(), inner.top() + y + 43.5), QPointF(inner.right(), inner.top() + y + 43.5));
        y += 52;
    }
    textAt(painter, line(y), start2, theme().font(13), theme()[Token::text], tr("Total"));
    textAt(painter, line(y), right, strong, theme()[Token::text], quantity(total, unitSuffix(result.query.unit)));
}

} // namespace rivereto::ui
