// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/filtercolours.h"

#include <QTextLayout>

#include "core/filter/completion.h"

namespace rivereto::ui {

namespace {

Token colourOf(core::TokenClass kind)
{
    switch (kind) {
    case core::TokenClass::Column: return Token::filterColumn;
    case core::TokenClass::Operator:
    case core::TokenClass::Keyword: return Token::filterOperator;
    case core::TokenClass::Value:
    case core::TokenClass::Text: return Token::filterValue;
    case core::TokenClass::Comment: return Token::disabled;
    case core::TokenClass::Error: return Token::error;
    case core::TokenClass::Punctuation: break;
    }
    return Token::text;
}

} // namespace

int toPosition(const QString& text, size_t byteOffset)
{
    return static_cast<int>(QString::fromUtf8(text.toUtf8().left(static_cast<qsizetype>(byteOffset))).size());
}

size_t toByteOffset(const QString& text, int position) { return static_cast<size_t>(text.left(position).toUtf8().size()); }

std::vector<ColouredPart> colouredParts(const QString& filter, const core::Schema& schema)
{
    const auto bytes = filter.toStdString();
    // Positions advance with the bytes: one pass for all tokens.
    std::vector<int> positions(bytes.size() + 1);
    int position = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
        positions[i] = position;
        const auto byte = static_cast<unsigned char>(bytes[i]);
        const bool last = i + 1 == bytes.size() || (static_cast<unsigned char>(bytes[i + 1]) & 0xc0) != 0x80;
        const bool wide = byte >= 0xf0; // counted at its first byte: two units of UTF-16
        position += (last ? 1 : 0) + (wide ? 1 : 0);
    }
    positions[bytes.size()] = static_cast<int>(filter.size());
    std::vector<ColouredPart> out;
    for (const auto& token : core::colourFilter(bytes, schema)) {
        const int begin = positions[token.span.begin];
        out.push_back({begin, positions[token.span.end] - begin, colourOf(token.kind)});
    }
    return out;
}

void paintFilter(QPainter& painter, const QRect& rect, const QString& filter, const core::Schema& schema, const Theme& theme, int pixels)
{
    const auto font = theme.fixedFont(pixels);
    // Line breaks count as blanks; lengths stay.
    auto line = filter;
    line.replace(QLatin1Char('\n'), QLatin1Char(' '));
    const auto shown = QFontMetrics(font).elidedText(line, Qt::ElideRight, rect.width());
    QList<QTextLayout::FormatRange> formats;
    const int end = static_cast<int>(shown == line ? shown.size() : shown.size() - 1);
    for (const auto& part : colouredParts(filter, schema)) {
        if (part.begin >= end)
            break;
        QTextLayout::FormatRange range{.start = part.begin, .length = std::min(part.length, end - part.begin), .format = {}};
        range.format.setForeground(theme[part.colour]);
        formats.append(range);
    }
    QTextLayout layout(shown, font);
    QTextOption option;
    option.setWrapMode(QTextOption::NoWrap);
    layout.setTextOption(option);
    layout.setFormats(formats);
    layout.beginLayout();
    auto row = layout.createLine();
    row.setLineWidth(rect.width() + 100);
    layout.endLayout();
    painter.save();
    painter.setClipRect(rect, Qt::IntersectClip);
    painter.setPen(theme[Token::text]);
    layout.draw(&painter, QPointF(rect.left(), rect.top() + (rect.height() - row.height()) / 2));
    painter.restore();
}

} // namespace rivereto::ui
