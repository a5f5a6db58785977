// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/filterhighlighter.h"

#include <algorithm>

#include "core/filter/completion.h"
#include "ui/filter/filterbox.h"

namespace rivereto::ui {

void FilterHighlighter::highlightBlock(const QString& line)
{
    const auto bytes = line.toStdString();
    for (const auto& token : core::colourFilter(bytes, *m_schema)) {
        auto colour = Token::text;
        switch (token.kind) {
        case core::TokenClass::Column: colour = Token::filterColumn; break;
        case core::TokenClass::Operator:
        case core::TokenClass::Keyword: colour = Token::filterOperator; break;
        case core::TokenClass::Value:
        case core::TokenClass::Text: colour = Token::filterValue; break;
        case core::TokenClass::Comment: colour = Token::disabled; break;
        case core::TokenClass::Error: colour = Token::error; break;
        case core::TokenClass::Punctuation: break;
        }
        const int begin = toPosition(line, token.span.begin);
        setFormat(begin, toPosition(line, token.span.end) - begin, m_theme[colour]);
    }
    if (!m_error)
        return;
    // An error behind the last letter marks that letter.
    const int length = static_cast<int>(line.size());
    const int begin = std::clamp(toPosition(line, m_error->begin), 0, std::max(0, length - 1));
    const int end = std::clamp(toPosition(line, m_error->end), std::min(begin + 1, length), length);
    for (int i = begin; i < end; ++i) {
        auto marked = format(i);
        marked.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        marked.setUnderlineColor(m_theme[Token::error]);
        setFormat(i, 1, marked);
    }
}

} // namespace rivereto::ui
