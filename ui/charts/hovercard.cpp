// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/hovercard.h"

#include <algorithm>

#include <QFontMetricsF>

namespace rivereto::ui {

namespace {

constexpr double kLeastWidth = 210;
constexpr double kMostWidth = 320;
constexpr double kSide = 13;
constexpr double kEdge = 10;
constexpr double kTitle = 20;
constexpr double kUnder = 17;
constexpr double kRule = 15;
constexpr double kLine = 17;
constexpr double kStrong = 19;
constexpr double kSwatch = 18;
constexpr double kFromPointer = 16;

} // namespace

void paintText(QPainter& painter, const QRectF& box, int alignment, const QFont& font, const QColor& colour, const QString& words)
{
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(box, alignment | Qt::TextSingleLine, QFontMetricsF(font).elidedText(words, Qt::ElideRight, box.width() + 0.5));
}

QSizeF HoverCard::size(const Theme& theme) const
{
    const QFontMetricsF strong(theme.font(13, QFont::DemiBold));
    const QFontMetricsF small(theme.font(12));
    double width = strong.horizontalAdvance(title) + (swatch.isValid() ? kSwatch : 0) + (aside.isEmpty() ? 0 : small.horizontalAdvance(aside) + 14);
    double height = 2 * kEdge + kTitle;
    for (const auto& words : under) {
        width = std::max(width, small.horizontalAdvance(words) + (swatch.isValid() ? kSwatch : 0));
        height += kUnder;
    }
    if (!lines.empty())
        height += kRule;
    for (const auto& line : lines) {
        width = std::max(width, strong.horizontalAdvance(line.left) + strong.horizontalAdvance(line.right) + 24);
        height += line.strong ? kStrong : kLine;
    }
    return {std::clamp(width + 2 * kSide + 2, kLeastWidth, kMostWidth), height};
}

void HoverCard::paint(QPainter& painter, const Theme& theme, QPointF pointer, QSizeF area) const
{
    auto wanted = size(theme);
    wanted.setWidth(std::min(wanted.width(), std::max(area.width() - 8, 40.0)));
    QRectF card(pointer + QPointF(kFromPointer, kFromPointer), wanted);
    if (card.right() > area.width() - 4)
        card.moveRight(pointer.x() - kFromPointer);
    if (card.bottom() > area.height() - 4)
        card.moveBottom(pointer.y() - kFromPointer);
    card.moveLeft(std::clamp(card.left(), 4.0, std::max(4.0, area.width() - card.width() - 4)));
    card.moveTop(std::clamp(card.top(), 4.0, std::max(4.0, area.height() - card.height() - 4)));

    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    for (int i = 4; i > 0; --i) {
        painter.setBrush(QColor(0, 0, 0, theme.dark() ? 24 : 8));
        painter.drawRoundedRect(card.adjusted(-i, -i + 2, i, i + 2), 4 + i, 4 + i);
    }
    painter.setPen(QPen(theme[Token::popupBorder], 1));
    painter.setBrush(theme[Token::popup]);
    painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);

    const auto left = Qt::AlignLeft | Qt::AlignVCenter;
    const auto right = Qt::AlignRight | Qt::AlignVCenter;
    const auto strong = theme.font(13, QFont::DemiBold);
    const auto small = theme.font(12);
    QRectF row(card.left() + kSide, card.top() + kEdge, card.width() - 2 * kSide, kTitle);
    if (swatch.isValid()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(swatch);
        painter.drawRoundedRect(QRectF(row.left(), row.center().y() - 5, 10, 10), 2, 2);
    }
    const double indent = swatch.isValid() ? kSwatch : 0;
    const double asideWidth = aside.isEmpty() ? 0 : QFontMetricsF(small).horizontalAdvance(aside) + 10;
    paintText(painter, row.adjusted(indent, 0, -asideWidth, 0), left, strong, theme[Token::text], title);
    paintText(painter, row, right, small, theme[Token::secondary], aside);
    row.translate(0, kTitle);
    row.setHeight(kUnder);
    for (const auto& words : under) {
        paintText(painter, row.adjusted(indent, 0, 0, 0), left, small, theme[Token::secondary], words);
        row.translate(0, kUnder);
    }
    if (!lines.empty()) {
        painter.setPen(QPen(theme[Token::border], 1));
        const double y = std::floor(row.top() + kRule / 2) + 0.5;
        painter.drawLine(QPointF(row.left(), y), QPointF(row.right(), y));
        row.translate(0, kRule);
    }
    for (const auto& line : lines) {
        row.setHeight(line.strong ? kStrong : kLine);
        const auto font = line.strong ? strong : small;
        const double rightWidth = line.right.isEmpty() ? 0 : QFontMetricsF(font).horizontalAdvance(line.right) + 10;
        paintText(painter, row, right, font, theme[line.strong ? Token::text : Token::secondary], line.right);
        paintText(painter, row.adjusted(0, 0, -rightWidth, 0), left, line.strong ? theme.font(13) : small,
                  theme[line.strong ? Token::text : Token::secondary], line.left);
        row.translate(0, row.height());
    }
    painter.restore();
}

} // namespace rivereto::ui
