// SPDX-License-Identifier: GPL-3.0-or-later
// How the tables of Explore write into their cells.
#pragma once

#include <QFont>
#include <QPainter>

namespace rivereto::ui {

/// On one line, cut with "…" where there is no room.
void words(QPainter& painter, const QRect& rect, int alignment, const QFont& font, const QColor& colour, const QString& string);

/// Right-aligned, each digit as wide as the widest, so that figures line up (Qt 6.4 cannot ask a font for that).
void figures(QPainter& painter, const QRect& rect, const QFont& font, const QColor& colour, const QString& string);

} // namespace rivereto::ui
