// SPDX-License-Identifier: GPL-3.0-or-later
// How HeatmapScene paints.
#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QFontMetricsF>

#include "core/text/number.h"
#include "ui/charts/heatmapscene.h"

namespace rivereto::ui {

namespace {

constexpr double kSide = 16;
constexpr double kLegendWidth = 150;
constexpr double kLegendHeight = 10;
constexpr double kHatch = 6;
constexpr double kSwatch = 18;
constexpr double kLeastCellGap = 9;
constexpr double kHourLabel = 46;

QString tr(const char* source) { return QCoreApplication::translate("Heatmap", source); }

/// Diagonal lines that go on from one box to the next.
void hatch(QPainter& painter, const QRectF& box, const QColor& colour)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, 1));
    const double last = box.right() + box.bottom();
    for (double sum = std::ceil((box.left() + box.top()) / kHatch) * kHatch; sum < last; sum += kHatch) {
        const double x1 = std::max(box.left(), sum - box.bottom());
        const double x2 = std::min(box.right(), sum - box.top());
        if (x2 > x1)
            painter.drawLine(QPointF(x1, sum - x1), QPointF(x2, sum - x2));
    }
    painter.restore();
}

} // namespace

void HeatmapScene::paint(QPainter& painter, double scrolled, int strong) const
{
    painter.fillRect(QRectF(QPointF(0, 0), m_size), m_theme[Token::surface]);
    if (empty())
        return;
    painter.save();
    // Labels may be higher than rows; only what scrolls is cut.
    const double beyond = m_rowsHeight > m_body.height() + 0.5 ? 0 : 6;
    painter.setClipRect(QRectF(0, m_body.top() - beyond, m_size.width(), m_body.height() + 2 * beyond));
    const HeatRow* before = nullptr;
    const bool someStrong = strong >= 0 && firstRowOf(strong) < m_rows.size();
    for (size_t i = 0; i < m_rows.size(); ++i) {
        const auto& row = m_rows[i];
        if (m_data.bothDirections() && (!before || before->direction != row.direction)) {
            const QRectF line(kSide, m_body.top() + row.y - scrolled - 20, m_body.left(), 18);
            paintText(painter, line, Qt::AlignLeft | Qt::AlignVCenter, m_theme.font(11, QFont::DemiBold), m_theme[Token::secondary], row.direction == Direction::Up ? tr("Direct") : tr("Reverse"));
        }
        before = &row;
        const auto line = box(row, 0, m_columns, scrolled);
        if (line.bottom() < m_body.top() || line.top() > m_body.bottom())
            continue;
        paintRow(painter, row, scrolled);
        if (someStrong && row.number != strong)
            painter.fillRect(line, m_theme[Token::dim]);
        if (i % m_everyLabel == 0)
            paintLabel(painter, row, scrolled, someStrong && row.number == strong);
    }
    paintMarks(painter, scrolled);
    painter.restore();
    paintLegend(painter);
    if (calendar())
        paintHours(painter);
    else
        paintTimeAxis(painter, m_theme, m_look, timeScale(), {.base = m_body.bottom() + 1, .leftEdge = 4, .rightEdge = m_size.width() - 4});
}

/// Neighbours of one colour are one box; what nobody knows is hatched, and never the colour of nothing.
void HeatmapScene::paintRow(QPainter& painter, const HeatRow& row, double scrolled) const
{
    painter.setRenderHint(QPainter::Antialiasing, false);
    const double gap = m_body.width() / static_cast<double>(m_columns) >= kLeastCellGap ? 1 : 0;
    for (size_t c = row.begin; c < row.end;) {
        const size_t from = c;
        const double value = row.values[c];
        if (std::isnan(value)) {
            while (c < row.end && std::isnan(row.values[c]))
                ++c;
            hatch(painter, box(row, from, c, scrolled), m_theme[Token::disabled]);
            continue;
        }
        const auto colour = m_scale.colour(value);
        do
            ++c;
        while (gap == 0 && c < row.end && !std::isnan(row.values[c]) && m_scale.colour(row.values[c]) == colour);
        painter.fillRect(box(row, from, c, scrolled).adjusted(0, 0, -gap, 0), colour);
    }
    painter.setRenderHint(QPainter::Antialiasing);
}

void HeatmapScene::paintLabel(QPainter& painter, const HeatRow& row, double scrolled, bool strong) const
{
    const auto line = box(row, 0, m_columns, scrolled);
    const double height = std::max(line.height(), 14.0);
    QRectF label(kSide, line.center().y() - height / 2, m_body.left() - kSide - 10, height);
    const int size = m_rowHeight < 16 ? 11 : 12;
    const auto font = m_theme.font(size, strong ? QFont::DemiBold : QFont::Normal);
    if (row.swatch.isValid()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(row.swatch);
        painter.drawRoundedRect(QRectF(label.left(), label.center().y() - 5, 10, 10), 2, 2);
        label.setLeft(label.left() + kSwatch);
    }
    paintText(painter, label, Qt::AlignLeft | Qt::AlignVCenter, font, m_theme[Token::text], row.label);
    if (m_size.width() - m_body.right() > 2 * kSide)
        paintText(painter, QRectF(m_body.right() + 4, label.top(), m_size.width() - m_body.right() - 4 - kSide, height), Qt::AlignRight | Qt::AlignVCenter, font,
                  m_theme[strong ? Token::text : Token::secondary], figure(row.figure));
}

void HeatmapScene::paintMarks(QPainter& painter, double scrolled) const
{
    auto ground = m_theme[Token::surface];
    ground.setAlphaF(0.72F);
    auto lines = m_theme[Token::warningMark];
    lines.setAlphaF(0.75F);
    const auto band = [&](const QRectF& area) {
        painter.fillRect(area, ground);
        hatch(painter, area, lines);
    };
    for (const auto& mark : m_look.marks) {
        if (!calendar()) {
            const auto scale = timeScale();
            const double from = std::max(scale.x(static_cast<double>(mark.range.from)), m_body.left());
            const double to = std::min(std::max(scale.x(static_cast<double>(mark.range.to)), from + 2), m_body.right());
            if (to > from)
                band(QRectF(QPointF(from, m_body.top()), QPointF(to, m_body.bottom())));
            continue;
        }
        for (size_t r = 0; r < m_rows.size(); ++r) {
            for (size_t c = m_rows[r].begin; c < m_rows[r].end; ++c) {
                const auto range = rangeOf({r, c});
                if (mark.range.from < range.to && mark.range.to > range.from)
                    band(cellBox({r, c}, scrolled));
            }
        }
    }
}

/// Above the cells, at the right: the colours, from nothing to the largest value; and what stands at the right edge.
void HeatmapScene::paintLegend(QPainter& painter) const
{
    const auto font = m_theme.font(11);
    const QFontMetricsF metrics(font);
    const auto suffix = unitSuffix(m_data.result().query.unit);
    const auto colour = m_theme[Token::secondary];
    const auto words = [&](const QRectF& box, int align, const QString& label) { paintText(painter, box, align | Qt::AlignVCenter, font, colour, label); };
    if (m_size.width() - m_body.right() > 2 * kSide) {
        const auto unit = text(m_figures.prefix) + suffix;
        const auto heading = (core::isTotal(m_data.result().query.unit) ? tr("Total %1") : tr("Avg. %1")).arg(unit);
        words(QRectF(m_body.right() - 30, 8, m_size.width() - m_body.right() + 30 - kSide, 16), Qt::AlignRight, heading);
    }
    const double figures = m_size.width() - m_body.right() > 2 * kSide ? 44 : 0;
    const auto largest = quantity(m_scale.largest(), suffix);
    const auto least = m_scale.logarithmic() ? quantity(m_scale.least(), suffix) : QStringLiteral("0");
    double right = m_body.right() - figures;
    const double wide = metrics.horizontalAdvance(largest) + 1;
    words(QRectF(right - wide, 8, wide, 16), Qt::AlignRight, largest);
    const double bar = std::min(kLegendWidth, std::max(m_body.width() / 3, 40.0));
    const QRectF area(right - wide - 8 - bar, 11, bar, kLegendHeight);
    QLinearGradient gradient(area.left(), 0, area.right(), 0);
    for (int i = 0; i <= 16; ++i)
        gradient.setColorAt(i / 16.0, m_scale.at(i / 16.0));
    painter.setPen(Qt::NoPen);
    painter.setBrush(gradient);
    painter.drawRoundedRect(area, 2, 2);
    double left = area.left() - 8;
    const double leastWidth = metrics.horizontalAdvance(least) + 1;
    words(QRectF(left - leastWidth, 8, leastWidth, 16), Qt::AlignRight, least);
    left -= leastWidth + 18;
    const auto note = [&](const QString& label) {
        const double width = metrics.horizontalAdvance(label) + 1;
        if (left - width < kSide)
            return false;
        words(QRectF(left - width, 8, width, 16), Qt::AlignRight, label);
        left -= width;
        return true;
    };
    if (m_scale.logarithmic() && note(tr("logarithmic")))
        left -= 18;
    if (m_unknown && note(tr("unknown"))) {
        hatch(painter, QRectF(left - 24, 11, 18, kLegendHeight), m_theme[Token::disabled]);
        painter.setPen(QPen(m_theme[Token::border], 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(left - 24, 11, 18, kLegendHeight));
    }
}

/// "00:00 03:00 …" below the hours of a day.
void HeatmapScene::paintHours(QPainter& painter) const
{
    const auto font = m_theme.font(11);
    const double base = std::floor(m_body.bottom()) + 1.5;
    const auto zone = m_look.clock.zone(m_data.range().from);
    const double zoneWidth = QFontMetricsF(font).horizontalAdvance(zone) + 2;
    const QRectF zoneBox(m_body.right() - zoneWidth, base + 8, zoneWidth, 16);
    paintText(painter, zoneBox, Qt::AlignRight | Qt::AlignVCenter, font, m_theme[Token::secondary], zone);
    painter.setPen(QPen(m_theme[Token::disabled], 1));
    painter.drawLine(QPointF(m_body.left(), base), QPointF(m_body.right(), base));
    const double hour = m_body.width() / 24;
    int step = 1;
    for (const int one : {1, 2, 3, 4, 6, 12}) {
        step = one;
        if (one * hour >= kHourLabel)
            break;
    }
    for (int h = 0; h < 24; h += step) {
        const double x = std::floor(m_body.left() + h * hour) + 0.5;
        painter.setPen(QPen(m_theme[Token::disabled], 1));
        painter.drawLine(QPointF(x, base), QPointF(x, base + 4));
        const QRectF label(x - kHourLabel / 2, base + 8, kHourLabel, 16);
        if (label.right() < zoneBox.left())
            paintText(painter, label, Qt::AlignCenter, font, m_theme[Token::secondary], QStringLiteral("%1:00").arg(h, 2, 10, QLatin1Char('0')));
    }
}

void HeatmapScene::paintBrush(QPainter& painter, core::TimeRange range, double scrolled) const
{
    if (!calendar()) {
        const auto scale = timeScale();
        const double from = std::clamp(scale.x(static_cast<double>(range.from)), m_body.left(), m_body.right());
        const double to = std::clamp(scale.x(static_cast<double>(range.to)), m_body.left(), m_body.right());
        painter.fillRect(QRectF(QPointF(m_body.left(), m_body.top()), QPointF(from, m_body.bottom())), m_theme[Token::dim]);
        painter.fillRect(QRectF(QPointF(to, m_body.top()), QPointF(m_body.right(), m_body.bottom())), m_theme[Token::dim]);
        painter.setPen(QPen(m_theme[Token::accent], 1));
        for (const double x : {from, to})
            painter.drawLine(QPointF(x, m_body.top()), QPointF(x, m_body.bottom()));
        return;
    }
    painter.save();
    painter.setClipRect(m_body);
    for (size_t r = 0; r < m_rows.size(); ++r) {
        size_t from = m_rows[r].end;
        size_t to = from;
        for (size_t c = m_rows[r].begin; c < m_rows[r].end; ++c) {
            const auto cell = rangeOf({r, c});
            const bool inside = cell.from < range.to && cell.to > range.from;
            if (!inside) {
                painter.fillRect(cellBox({r, c}, scrolled), m_theme[Token::dim]);
                continue;
            }
            from = std::min(from, c);
            to = c + 1;
        }
        if (from < to) {
            painter.setPen(QPen(m_theme[Token::accent], 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(box(m_rows[r], from, to, scrolled).adjusted(0.5, 0.5, -0.5, -0.5));
        }
    }
    painter.restore();
}

void HeatmapScene::paintCell(QPainter& painter, HeatCell cell, double scrolled) const
{
    const auto& row = m_rows[cell.row];
    painter.save();
    painter.setClipRect(QRectF(0, m_body.top() - 2, m_size.width(), m_body.height() + 4));
    const auto line = box(row, 0, m_columns, scrolled);
    painter.fillRect(QRectF(kSide - 4, line.top(), m_body.left() - kSide + 2, line.height()), m_theme[Token::surface]);
    painter.fillRect(QRectF(m_body.right() + 2, line.top(), m_size.width() - m_body.right() - 2, line.height()), m_theme[Token::surface]);
    paintLabel(painter, row, scrolled, true);
    // Seen on any colour: dark within light.
    const auto area = cellBox(cell, scrolled);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(m_theme[Token::surface], 1));
    painter.drawRect(area.adjusted(-1.5, -1.5, 1.5, 1.5));
    painter.setPen(QPen(m_theme[Token::text], 1.5));
    painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5));
    painter.restore();
}

} // namespace rivereto::ui
