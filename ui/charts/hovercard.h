// SPDX-License-Identifier: GPL-3.0-or-later
// HoverCard: the small pop-up beside the pointer that says what is below it.
#pragma once

#include <vector>

#include <QColor>
#include <QPainter>
#include <QStringList>

#include "ui/theme/theme.h"

namespace rivereto::ui {

struct HoverCard {
    struct Line {
        QString left;
        QString right;
        bool strong = false;
    };
    QColor swatch; ///< before the title; none when invalid
    QString title;
    QString aside;     ///< at the title's right
    QStringList under; ///< small, below the title
    std::vector<Line> lines;

    [[nodiscard]] bool empty() const { return title.isEmpty(); }
    [[nodiscard]] QSizeF size(const Theme& theme) const;
    /// Beside `pointer`, within (0, 0, area); on the other side where it would be cut.
    void paint(QPainter& painter, const Theme& theme, QPointF pointer, QSizeF area) const;
};

/// One line of text, elided at its end to fit the box.
void paintText(QPainter& painter, const QRectF& box, int alignment, const QFont& font, const QColor& colour, const QString& words);

} // namespace rivereto::ui
