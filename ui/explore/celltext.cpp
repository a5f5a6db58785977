// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/celltext.h"

#include <algorithm>

namespace rivereto::ui {

void words(QPainter& painter, const QRect& rect, int alignment, const QFont& font, const QColor& colour, const QString& string)
{
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(rect, alignment | Qt::TextSingleLine, QFontMetrics(font).elidedText(string, Qt::ElideRight, rect.width()));
}

void figures(QPainter& painter, const QRect& rect, const QFont& font, const QColor& colour, const QString& string)
{
    const QFontMetricsF metrics(font);
    qreal digit = 0;
    for (char16_t c = u'0'; c <= u'9'; ++c)
        digit = std::max(digit, metrics.horizontalAdvance(QChar(c)));
    painter.setFont(font);
    painter.setPen(colour);
    const qreal base = rect.center().y() + 1 + (metrics.ascent() - metrics.descent()) / 2;
    qreal x = rect.right() + 1;
    for (qsizetype i = string.size(); i-- > 0;) {
        const auto own = metrics.horizontalAdvance(string[i]);
        const auto cell = string[i].isDigit() ? digit : own;
        x -= cell;
        if (x < rect.left() - cell)
            return;
        painter.drawText(QPointF(x + (cell - own) / 2, base), string.mid(i, 1));
    }
}

} // namespace rivereto::ui
