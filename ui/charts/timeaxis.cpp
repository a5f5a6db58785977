// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/timeaxis.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include "ui/charts/hovercard.h"

namespace rivereto::ui {

namespace {

constexpr uint64_t kDay = 24ULL * 3600 * 1000;
constexpr uint64_t kMonth = 28 * kDay;
constexpr uint64_t kFewMonths = 5;
/// Pixels between labels, before their width is known.
constexpr double kLabelEach = 90;
constexpr double kMonthEach = 62;
constexpr double kBetweenLabels = 30;
constexpr double kLabelTop = 8;
constexpr double kLabelHeight = 16;
constexpr double kBetweenNames = 8;
constexpr double kTriangle = 4.5;

QDateTime onTheWall(const Clock& clock, uint64_t ms)
{
    return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(ms) + clock.offsetMinutes(ms) * 60'000LL, Qt::UTC);
}

QString formatted(const QDateTime& time, const QString& format)
{
    const auto locale = QLocale().language() == QLocale::C ? QLocale(QLocale::English) : QLocale();
    return locale.toString(time.date(), format);
}

/// As many labels as fit, by the width that they turn out to have.
TimeTicks fittingTicks(const TimeScale& scale, const Clock& clock, const QFontMetricsF& metrics)
{
    const double width = scale.right - scale.left;
    const auto range = scale.range();
    const OffsetAt offsetAt = [&clock](uint64_t ms) { return clock.offsetMinutes(ms); };
    // Months are short, and every one of them is worth its name.
    const bool months = range.length() / kMonth > kFewMonths;
    double each = months ? kMonthEach : kLabelEach;
    for (int attempt = 0;; ++attempt) {
        auto ticks = timeTicks(range, std::max(1, static_cast<int>(width / each)), offsetAt);
        double widest = 0;
        for (const auto tick : ticks.major)
            widest = std::max(widest, metrics.horizontalAdvance(timeLabel(clock, tick, ticks.stepMs)));
        const double apart = scale.x(scale.from + static_cast<double>(ticks.stepMs)) - scale.left;
        if (attempt >= 4 || widest + kBetweenLabels / 2 <= apart)
            return ticks;
        each = std::max(each * 1.3, widest + kBetweenLabels);
    }
}

} // namespace

core::TimeRange TimeScale::range() const
{
    const auto whole = [](double ms) { return static_cast<uint64_t>(std::max(ms, 0.0)); };
    return {whole(std::ceil(from)), whole(to)};
}

QString timeLabel(const Clock& clock, uint64_t ms, uint64_t stepMs)
{
    const auto time = onTheWall(clock, ms);
    if (stepMs >= kMonth)
        return formatted(time, time.date().month() == 1 || stepMs >= 365 * kDay ? QStringLiteral("yyyy") : QStringLiteral("MMM"));
    if (stepMs >= 7 * kDay)
        return formatted(time, QStringLiteral("d MMM"));
    return time.time().msecsSinceStartOfDay() == 0 ? clock.day(ms) : clock.time(ms, stepMs);
}

std::vector<NamedMark> namedMarks(const std::vector<ChartMark>& marks, const TimeScale& scale, const QFont& font)
{
    struct Group {
        double left, right, x;
        std::vector<ChartMark> marks;
    };
    const QFontMetricsF metrics(font);
    std::vector<Group> groups;
    auto sorted = marks;
    std::ranges::sort(sorted, {}, [](const ChartMark& mark) { return mark.range.from; });
    const auto words = [](const std::vector<ChartMark>& of) {
        return of.size() == 1 ? of.front().name : QCoreApplication::translate("charts", "%1 gaps").arg(of.size());
    };
    for (const auto& mark : sorted) {
        const double from = scale.x(static_cast<double>(mark.range.from));
        const double to = std::max(scale.x(static_cast<double>(mark.range.to)), from);
        if (to < scale.left || from > scale.right)
            continue;
        const double x = (std::max(from, scale.left) + std::min(to, scale.right)) / 2;
        const double half = metrics.horizontalAdvance(mark.name) / 2;
        if (groups.empty() || x - half > groups.back().right + kBetweenNames) {
            groups.push_back({x - half, x + half, x, {mark}});
            continue;
        }
        auto& group = groups.back();
        group.marks.push_back(mark);
        group.x = (group.x + x) / 2;
        group.right = std::max(group.right, x + metrics.horizontalAdvance(words(group.marks)) / 2);
    }
    std::vector<NamedMark> out;
    for (auto& group : groups) {
        auto name = words(group.marks);
        out.push_back({group.x, std::move(name), std::move(group.marks)});
    }
    return out;
}

void paintTimeAxis(QPainter& painter, const Theme& theme, const ChartLook& look, const TimeScale& scale, const TimeAxisLook& where)
{
    const auto font = theme.font(11);
    const QFontMetricsF metrics(font);
    const double base = std::floor(where.base) + 0.5;
    painter.setPen(QPen(theme[Token::disabled], 1));
    painter.drawLine(QPointF(scale.left, base), QPointF(scale.right, base));
    const auto inside = [&](double x) { return x >= scale.left - 1 && x <= scale.right + 1; };
    const auto ticks = fittingTicks(scale, look.clock, metrics);
    for (const auto tick : ticks.minor) {
        const double x = std::floor(scale.x(static_cast<double>(tick))) + 0.5;
        if (inside(x))
            painter.drawLine(QPointF(x, base), QPointF(x, base + 3));
    }
    std::vector<QRectF> taken;
    const auto boxAt = [&](double x, double width) {
        return QRectF(std::clamp(x - width / 2, where.leftEdge, std::max(where.leftEdge, where.rightEdge - width)),
            base + kLabelTop, width, kLabelHeight);
    };
    if (where.zone) {
        const auto zone = look.clock.zone(scale.range().to);
        const double width = metrics.horizontalAdvance(zone) + 2;
        taken.push_back({scale.right - width, base + kLabelTop, width, kLabelHeight});
        paintText(painter, taken.back(), Qt::AlignRight | Qt::AlignVCenter, font, theme[Token::secondary], zone);
    }
    if (where.marks) {
        for (const auto& mark : namedMarks(look.marks, scale, font)) {
            const auto box = boxAt(mark.x, metrics.horizontalAdvance(mark.name) + 2);
            paintText(painter, box, Qt::AlignCenter, font, theme[Token::warning], mark.name);
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme[Token::warningMark]);
            painter.drawPolygon(QPolygonF({{mark.x, base + 1}, {mark.x - kTriangle, base + 7}, {mark.x + kTriangle, base + 7}}));
            taken.push_back(box);
        }
    }
    for (const auto tick : ticks.major) {
        const double x = std::floor(scale.x(static_cast<double>(tick))) + 0.5;
        if (!inside(x))
            continue;
        painter.setPen(QPen(theme[Token::disabled], 1));
        painter.drawLine(QPointF(x, base), QPointF(x, base + 5));
        const auto label = timeLabel(look.clock, tick, ticks.stepMs);
        const double width = metrics.horizontalAdvance(label) + 2;
        const QRectF box(x - width / 2, base + kLabelTop, width, kLabelHeight);
        const bool free = std::ranges::none_of(
            taken, [&](const QRectF& other) { return other.adjusted(-kBetweenNames, 0, kBetweenNames, 0).intersects(box); });
        if (!free || box.left() < where.leftEdge || box.right() > where.rightEdge)
            continue;
        paintText(painter, box, Qt::AlignCenter, font, theme[Token::secondary], label);
        taken.push_back(box);
    }
}

} // namespace rivereto::ui
