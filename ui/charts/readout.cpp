// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/readout.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>

#include "core/text/number.h"
#include "ui/charts/hovercard.h"

namespace rivereto::ui {

namespace {

constexpr double kWidth = 272;
constexpr double kMostWidth = 360;
constexpr double kGap = 12;
constexpr double kSide = 13;
constexpr double kEdge = 10;
constexpr double kRow = 18;
constexpr double kHeading = 28;
constexpr double kRule = 15;
constexpr double kSwatch = 18;

QString tr(const char* source) { return QCoreApplication::translate("charts", source); }

QString difference(double now, double before, const QString& suffix)
{
    const double change = now - before;
    return (change < 0 ? QStringLiteral("−") : QStringLiteral("+")) + quantity(std::abs(change), suffix);
}

QString percentDifference(double now, double before)
{
    if (!(before > 0))
        return {};
    const double percent = (now - before) / before * 100;
    const auto figure = QString::number(std::abs(percent), 'f', std::abs(percent) < 9.95 && std::abs(percent) >= 0.05 ? 1 : 0);
    return QStringLiteral("%1%2\u00a0%").arg(percent < 0 ? QStringLiteral("−") : QStringLiteral("+"), figure);
}

void fillSeries(ReadOut& out, const ChartData& data, const ChartLook& look, size_t point, int number, Direction direction)
{
    const auto found = std::ranges::find(data.series(), number, &ChartSeries::number);
    if (found == data.series().end())
        return;
    const auto& series = data.of(number, direction);
    const double value = found->of(direction)[point];
    out.colour = found->colour;
    out.value = quantity(value, unitSuffix(data.result().query.unit));
    const auto name = seriesName(data, look, number);
    const auto between = QStringLiteral(" · ");
    out.name = name.section(between, 0, 0);
    out.detail = name.section(between, 1);
    if (const double total = data.total(direction)[point]; core::isAdditive(data.result().query.unit) && total > 0)
        out.share = tr("%1 of total").arg(text(core::formatPercent(value / total)));
    if (const auto& statistics = series.statistics; statistics.samples) {
        out.samples = tr("%1 samples in the range").arg(text(core::formatCount(*statistics.samples)));
        if (const auto half = statistics.uncertainty())
            out.samples += QStringLiteral(", ±%1\u00a0%").arg(*half, 0, 'f', *half < 10 ? 1 : 0);
    }
}

/// "Sunday" of "Sunday 22 Nov"; as it is when it names no day.
QString shortPrevious(const QString& label)
{
    return label.contains(QLatin1Char(' ')) && label[0].isUpper() ? label.section(QLatin1Char(' '), 0, 0) : label;
}

} // namespace

QString seriesName(const ChartData& data, const ChartLook& look, int number)
{
    if (number < 0)
        return tr("Total");
    if (static_cast<size_t>(number) >= data.result().series.size())
        return tr("Other");
    if (look.label)
        return look.label(number);
    const auto& series = data.result().series[static_cast<size_t>(number)];
    if (!look.valueLabel || series.other || series.key.empty())
        return seriesLabel(series);
    QStringList parts;
    for (size_t i = 0; i < series.key.size(); ++i)
        parts << look.valueLabel(i, series.key[i]);
    return parts.join(QStringLiteral(" · "));
}

ReadOut readOutAt(const ChartData& data, const ChartLook& look, size_t point, int number, Direction direction)
{
    ReadOut out;
    const auto& result = data.result();
    const auto suffix = unitSuffix(result.query.unit);
    const auto start = data.start(point);
    const auto step = data.interval();
    constexpr uint64_t kDay = 24ULL * 3600 * 1000;
    const auto end = start + step;
    if (step % kDay == 0)
        out.time = step == kDay ? look.clock.day(start, true) : QStringLiteral("%1 – %2").arg(look.clock.day(start), look.clock.day(end));
    else
        out.time = QStringLiteral("%1 – %2").arg(look.clock.time(start, step), look.clock.time(end, step));
    out.day = step % kDay == 0 ? look.clock.zone(start) : QStringLiteral("%1, %2").arg(look.clock.day(start), look.clock.zone(start));
    if (number >= 0)
        fillSeries(out, data, look, point, number, direction);
    const auto total = !core::isAdditive(result.query.unit) ? tr("All traffic") : data.someHidden() ? tr("Total shown") : tr("Total");
    if (data.bothDirections()) {
        if (number >= 0)
            out.detail += (out.detail.isEmpty() ? QString() : QStringLiteral(" · "))
                + (direction == Direction::Up ? tr("direct") : tr("reverse"));
        out.totals.push_back({tr("%1, direct").arg(total), quantity(data.total(Direction::Up)[point], suffix), direction == Direction::Up});
        out.totals.push_back(
            {tr("%1, reverse").arg(total), quantity(data.total(Direction::Down)[point], suffix), direction == Direction::Down});
    } else {
        out.totals.push_back({total, quantity(data.total(Direction::Up)[point], suffix)});
    }
    if (const auto& previous = data.previousTotal(direction); !previous.empty()) {
        const double now = data.total(direction)[point];
        const double before = previous[point];
        const auto label = shortPrevious(previousName(result, look.clock));
        if (std::isfinite(now) && std::isfinite(before)) {
            const bool named = label[0].isUpper();
            out.difference.left = (named ? tr("total %1 against %2") : tr("total %1, %2"))
                                      .arg(difference(now, before, suffix), named ? label : tr("compared with %1").arg(label));
            out.difference.right = percentDifference(now, before);
        } else {
            out.difference.left = tr("no figure for %1").arg(label);
        }
    }
    return out;
}

QSizeF readOutSize(const Theme& theme, const ReadOut& readOut)
{
    const QFontMetricsF strong(theme.font(13, QFont::DemiBold));
    const QFontMetricsF small(theme.font(12));
    double width = strong.horizontalAdvance(readOut.time) + small.horizontalAdvance(readOut.day) + 16;
    width = std::max(width,
        kSwatch + QFontMetricsF(theme.font(13)).horizontalAdvance(readOut.name) + strong.horizontalAdvance(readOut.value) + 12);
    width = std::max(width, kSwatch + small.horizontalAdvance(readOut.detail) + small.horizontalAdvance(readOut.share) + 12);
    width = std::max(width, small.horizontalAdvance(readOut.difference.left) + small.horizontalAdvance(readOut.difference.right) + 14);
    double height = 2 * kEdge + kHeading + kRow * static_cast<double>(readOut.totals.size()) + (readOut.difference.left.isEmpty() ? 0 : kRow);
    if (readOut.colour.isValid()) {
        height += kRow + kRule;
        height += readOut.detail.isEmpty() && readOut.share.isEmpty() ? 0 : kRow - 1;
        height += readOut.samples.isEmpty() ? 0 : kRow - 1;
    }
    return {std::clamp(std::ceil(width + 2 * kSide), kWidth, kMostWidth), height};
}

void paintReadOut(QPainter& painter, const Theme& theme, const ReadOut& readOut, double x, double top, const QRectF& bounds)
{
    auto size = readOutSize(theme, readOut);
    size.setWidth(std::min(size.width(), std::max(bounds.width() - 8, 40.0)));
    const bool left = x - kGap - size.width() >= bounds.left() + 4;
    QRectF card(QPointF(left ? x - kGap - size.width() : x + kGap, top), size);
    card.moveLeft(std::clamp(card.left(), bounds.left() + 4, std::max(bounds.left() + 4, bounds.right() - size.width() - 4)));
    card.moveTop(std::clamp(card.top(), bounds.top() + 4, std::max(bounds.top() + 4, bounds.bottom() - size.height() - 6)));
    for (int i = 4; i > 0; --i) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0, 0, 0, theme.dark() ? 24 : 8));
        painter.drawRoundedRect(card.adjusted(-i, -i + 2, i, i + 2), 4 + i, 4 + i);
    }
    painter.setPen(QPen(theme[Token::popupBorder], 1));
    painter.setBrush(theme[Token::popup]);
    painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);

    QRectF row(card.left() + kSide, card.top() + kEdge, card.width() - 2 * kSide, kRow);
    const auto strong = theme.font(13, QFont::DemiBold);
    const auto body = theme.font(13);
    const auto small = theme.font(12);
    /// Both ends of a row; what stands at the right is never cut.
    const auto both = [&](const QString& words, const QFont& font, const QColor& colour, const QString& figure,
                          const QFont& figureFont, const QColor& figureColour, double indent = 0) {
        const double width = figure.isEmpty() ? 0 : QFontMetricsF(figureFont).horizontalAdvance(figure) + 8;
        paintText(painter, row.adjusted(indent, 0, -width, 0), Qt::AlignLeft | Qt::AlignVCenter, font, colour, words);
        paintText(painter, row, Qt::AlignRight | Qt::AlignVCenter, figureFont, figureColour, figure);
    };
    const auto ink = theme[Token::text];
    const auto second = theme[Token::secondary];
    both(readOut.time, strong, ink, readOut.day, small, second);
    row.translate(0, kHeading);
    if (readOut.colour.isValid()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(readOut.colour);
        painter.drawRoundedRect(QRectF(row.left(), row.top() + 4, 10, 10), 2, 2);
        both(readOut.name, body, ink, readOut.value, strong, ink, kSwatch);
        row.translate(0, kRow);
        if (!readOut.detail.isEmpty() || !readOut.share.isEmpty()) {
            both(readOut.detail, small, second, readOut.share, small, second, kSwatch);
            row.translate(0, kRow - 1);
        }
        if (!readOut.samples.isEmpty()) {
            both(readOut.samples, small, second, {}, small, second, kSwatch);
            row.translate(0, kRow - 1);
        }
        painter.setPen(QPen(theme[Token::border], 1));
        const double y = std::floor(row.top() + kRule / 2) + 0.5;
        painter.drawLine(QPointF(row.left(), y), QPointF(row.right(), y));
        row.translate(0, kRule);
    }
    for (const auto& total : readOut.totals) {
        both(total.left, body, total.strong ? ink : second, total.right, total.strong ? strong : body, total.strong ? ink : second);
        row.translate(0, kRow);
    }
    if (!readOut.difference.left.isEmpty())
        both(readOut.difference.left, small, theme[Token::accent], readOut.difference.right, small, theme[Token::accent]);
}

} // namespace rivereto::ui
