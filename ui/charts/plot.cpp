// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/plot.h"

#include <algorithm>
#include <cmath>

#include "core/text/number.h"
#include "ui/charts/hovercard.h"

namespace rivereto::ui {

namespace {

constexpr double kHatchApart = 5;
/// A band that is narrower could not be seen.
constexpr double kLeastBand = 5;
constexpr double kSmall = 150;
constexpr Direction kDirections[] = {Direction::Up, Direction::Down};

double crisp(double y) { return std::floor(y) + 0.5; }

QString withUnit(const QString& figure, const QString& unit) { return unit.isEmpty() ? figure : figure + QStringLiteral("\u00a0") + unit; }

/// Diagonal lines, cut at the rectangle by computing so that files without clipping show the same.
void hatch(QPainter& painter, const QRectF& box, const QColor& colour)
{
    painter.setPen(QPen(colour, 1.4));
    for (double sum = std::ceil((box.left() + box.top()) / kHatchApart) * kHatchApart; sum < box.right() + box.bottom(); sum += kHatchApart) {
        const double x1 = std::max(box.left(), sum - box.bottom());
        const double x2 = std::min(box.right(), sum - box.top());
        painter.drawLine(QPointF(x1, sum - x1), QPointF(x2, sum - x2));
    }
}

QList<QPolygonF> runsOf(const Plot& plot, const TimeScale& scale, const ChartData& data, Direction direction,
    const std::function<double(size_t)>& heightOf)
{
    QList<QPolygonF> out;
    QPolygonF run;
    const double half = (scale.right - scale.left) / 2;
    for (size_t i = 0; i < data.points(); ++i) {
        const double height = heightOf(i);
        if (!std::isfinite(height)) {
            if (!run.isEmpty())
                out << std::exchange(run, {});
            continue;
        }
        run << QPointF(xOfPoint(scale, data, i), plot.y(height, direction));
    }
    if (data.points() == 1 && !run.isEmpty())
        run = QPolygonF({run[0] - QPointF(half, 0), run[0] + QPointF(half, 0)});
    if (!run.isEmpty())
        out << run;
    return out;
}

} // namespace

QRectF Plot::half(Direction direction) const
{
    return direction == Direction::Up ? QRectF(area.topLeft(), QPointF(area.right(), zero()))
                                      : QRectF(QPointF(area.left(), zero()), area.bottomRight());
}

TimeScale timeScale(const ChartData& data, const QRectF& area)
{
    TimeScale out{.left = area.left(), .right = area.right()};
    const auto interval = static_cast<double>(data.interval());
    const auto range = data.range();
    const double cut = data.points() > 1 ? interval / 2 : 0;
    out.from = static_cast<double>(range.from) + cut;
    out.to = static_cast<double>(range.to) - cut;
    return out;
}

double xOfPoint(const TimeScale& scale, const ChartData& data, size_t point)
{
    return scale.x(static_cast<double>(data.start(point)) + static_cast<double>(data.interval()) / 2);
}

std::optional<size_t> pointAt(const TimeScale& scale, const ChartData& data, double x)
{
    const double point = (scale.ms(x) - static_cast<double>(data.start(0))) / static_cast<double>(data.interval());
    // Half a pixel beyond the outer points is still theirs.
    const double slack = (scale.to - scale.from) / (scale.right - scale.left) / static_cast<double>(data.interval()) * 2;
    if (data.empty() || !(point > -slack) || point >= static_cast<double>(data.points()) + slack)
        return std::nullopt;
    return std::min(static_cast<size_t>(std::max(point, 0.0)), data.points() - 1);
}

QString roundQuantity(double value, const QString& suffix)
{
    const auto scale = core::scaleFor(value);
    return withUnit(QString::number(value / scale.divisor, 'g', 4), scaledUnit(scale.prefix, suffix));
}

ValueLabels::ValueLabels(const ValueAxis& axis, const QString& suffix, bool share)
    : m_suffix(suffix)
    , m_each(axis.logarithmic())
    , m_share(share)
{
    const auto last = [](const std::vector<double>& ticks) { return ticks.empty() ? 0 : ticks.back(); };
    const auto scale = core::scaleFor(std::max(last(axis.ticks), last(axis.ticksDown)));
    if (!m_each && !m_share) {
        m_divisor = scale.divisor;
        m_suffix = scaledUnit(scale.prefix, suffix);
    }
}

QString ValueLabels::operator()(double tick) const
{
    if (m_share)
        return QStringLiteral("%1\u00a0%").arg(tick * 100);
    if (tick == 0)
        return QStringLiteral("0");
    return m_each ? roundQuantity(tick, m_suffix) : withUnit(QString::number(tick / m_divisor, 'g', 4), m_suffix);
}

void paintValueAxis(QPainter& painter, const Theme& theme, const Plot& plot, const ValueLabels& labels, double labelWidth)
{
    const auto& area = plot.area;
    for (const auto direction : kDirections) {
        for (const double tick : direction == Direction::Up ? plot.axis.ticks : plot.axis.ticksDown) {
            const double y = crisp(plot.y(plot.axis.height(tick), direction));
            painter.setPen(QPen(theme[Token::grid], 1));
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
            if (labelWidth > 0)
                paintText(painter, {area.left() - labelWidth, y - 8.5, labelWidth - 8, 16}, Qt::AlignRight | Qt::AlignVCenter,
                    theme.font(11), theme[Token::secondary], labels(tick));
        }
    }
}

void paintMarks(QPainter& painter, const Theme& theme, const Plot& plot, const TimeScale& scale, const std::vector<ChartMark>& marks)
{
    double covered = -1;
    for (const auto& mark : marks) {
        double from = scale.x(static_cast<double>(mark.range.from));
        double to = scale.x(static_cast<double>(mark.range.to));
        if (to < scale.left || from > scale.right)
            continue;
        if (to - from < kLeastBand) {
            const double middle = (from + to) / 2;
            from = middle - kLeastBand / 2;
            to = middle + kLeastBand / 2;
        }
        const QRectF band(QPointF(std::max(from, scale.left), plot.area.top()), QPointF(std::min(to, scale.right), plot.area.bottom()));
        // Many in one place are one band.
        if (band.right() <= covered + 1 || band.width() <= 0)
            continue;
        covered = band.right();
        auto ground = theme[Token::surface];
        ground.setAlphaF(0.72F);
        painter.fillRect(band, ground);
        auto lines = theme[Token::warningMark];
        lines.setAlphaF(0.75F);
        hatch(painter, band, lines);
    }
}

void paintCapacity(QPainter& painter, const Theme& theme, const Plot& plot, double capacity, const QString& name)
{
    const auto font = theme.font(11);
    bool named = false;
    for (const auto direction : kDirections) {
        if (direction == Direction::Down && !plot.bothDirections())
            continue;
        const double height = plot.axis.height(capacity);
        const bool within = height <= plot.halfHeight(direction);
        if (within) {
            const double y = crisp(plot.y(height, direction));
            painter.setPen(QPen(theme[Token::error], 1.3, Qt::CustomDashLine));
            auto pen = painter.pen();
            pen.setDashPattern({6, 4});
            painter.setPen(pen);
            painter.drawLine(QPointF(plot.area.left(), y), QPointF(plot.area.right(), y));
        }
        if (named || name.isEmpty())
            continue;
        named = true;
        const double below = within ? plot.y(height, direction) + 4 : plot.area.top() + 2;
        paintText(painter, {plot.area.left() + 8, below, plot.area.width() - 16, 16}, Qt::AlignLeft | Qt::AlignVCenter, font,
            theme[Token::error], within ? name : QStringLiteral("↑ ") + name);
    }
}

void paintDashes(QPainter& painter, const Theme& theme, const Plot& plot, const TimeScale& scale, const ChartData& data,
    const Points& values, Direction direction)
{
    if (values.empty())
        return;
    const auto runs = runsOf(plot, scale, data, direction, [&](size_t i) { return plot.axis.height(values[i]); });
    auto casing = theme[Token::surface];
    casing.setAlphaF(0.55F);
    // Thinner in small plots.
    const double thick = plot.area.height() < kSmall ? 1.1 : 1.4;
    QPen dashes(theme[Token::text], thick, Qt::CustomDashLine, Qt::FlatCap, Qt::RoundJoin);
    dashes.setDashPattern({3.6, 2.6});
    for (const auto& pen : {QPen(casing, thick + 1.6, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin), dashes}) {
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        for (const auto& run : runs)
            painter.drawPolyline(run);
    }
}

namespace {

/// Everything but the band of a stacked series: above it, below it, and below that of the other direction.
void veilOthers(QPainter& painter, const Theme& theme, const Plot& plot, const ChartData& data, size_t s)
{
    const auto& area = plot.area;
    const auto edge = [&](Direction direction, bool upper) {
        const auto runs = runsOf(plot, plot.time, data, direction,
            [&](size_t i) { return upper ? plot.shape.upper(s, i, direction) : plot.shape.lower(s, i, direction); });
        return runs.isEmpty() ? QPolygonF({{area.left(), plot.zero()}, {area.right(), plot.zero()}}) : runs.front();
    };
    const auto between = [&](const QPolygonF& one, QPolygonF two) {
        std::ranges::reverse(two);
        painter.drawPolygon(one + two);
    };
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme[Token::dim]);
    between({{area.left(), area.top() - 2}, {area.right(), area.top() - 2}}, edge(Direction::Up, true));
    if (!plot.bothDirections()) {
        between(edge(Direction::Up, false), {{area.left(), area.bottom()}, {area.right(), area.bottom()}});
        return;
    }
    between(edge(Direction::Up, false), edge(Direction::Down, false));
    between(edge(Direction::Down, true), {{area.left(), area.bottom()}, {area.right(), area.bottom()}});
}

} // namespace

void paintHighlight(QPainter& painter, const Theme& theme, const Plot& plot, const ChartData& data, int at,
    std::optional<std::pair<double, double>> within)
{
    if (at < 0 || plot.shape.size() < 2)
        return;
    const auto s = static_cast<size_t>(at);
    const auto& shape = plot.shape;
    const auto clip = plot.area.adjusted(0, -2, 0, 1);
    painter.save();
    painter.setClipRect(clip, Qt::IntersectClip);
    // A brush dims what is outside it; one veil is enough.
    if (within)
        painter.setClipRect(QRectF(within->first, clip.top(), within->second - within->first, clip.height()), Qt::IntersectClip);
    else if (shape.stacked())
        veilOthers(painter, theme, plot, data, s);
    else
        painter.fillRect(clip, theme[Token::dim]);
    const auto colour = shape.stacked() ? theme[Token::text] : shape.series()[s].colour;
    painter.setPen(QPen(colour, shape.stacked() ? 2 : 2.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    for (const auto direction : kDirections) {
        if (!shape.has(direction))
            continue;
        // Piece by piece: a long flat path takes the rasteriser much longer.
        QList<QLineF> pieces;
        for (const auto& run : runsOf(plot, plot.time, data, direction, [&](size_t i) { return shape.upper(s, i, direction); })) {
            for (qsizetype i = 1; i < run.size(); ++i)
                pieces << QLineF(run[i - 1], run[i]);
        }
        painter.drawLines(pieces);
    }
    painter.restore();
}

void paintBrush(QPainter& painter, const Theme& theme, const Plot& plot, double from, double to, bool handles)
{
    const auto& area = plot.area;
    from = std::clamp(from, area.left(), area.right());
    to = std::clamp(to, area.left(), area.right());
    painter.fillRect(QRectF(area.left(), area.top(), from - area.left(), area.height()), theme[Token::dim]);
    painter.fillRect(QRectF(to, area.top(), area.right() - to, area.height()), theme[Token::dim]);
    for (const double x : {from, to}) {
        painter.setPen(QPen(theme[Token::accent], 1));
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
        if (!handles)
            continue;
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme[Token::accent]);
        painter.drawRoundedRect(QRectF(x - 2.5, area.center().y() - 11, 5, 22), 2, 2);
    }
}

} // namespace rivereto::ui
