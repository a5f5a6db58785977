// SPDX-License-Identifier: GPL-3.0-or-later
// Colours of the filter language's parts, for the editor and for lists that show filters.
#pragma once

#include <vector>

#include <QPainter>

#include "core/schema/schema.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

struct ColouredPart {
    int begin = 0; ///< position in the QString
    int length = 0;
    Token colour = Token::text;
};

/// Every token and comment of a filter, right or wrong.
std::vector<ColouredPart> colouredParts(const QString& filter, const core::Schema& schema);

/// Byte offset in UTF-8 → position in a QString, and back.
int toPosition(const QString& text, size_t byteOffset);
size_t toByteOffset(const QString& text, int position);

/// A filter on one line, shortened at its end.
void paintFilter(QPainter& painter, const QRect& rect, const QString& filter, const core::Schema& schema, const Theme& theme, int pixels = 12);

} // namespace rivereto::ui
