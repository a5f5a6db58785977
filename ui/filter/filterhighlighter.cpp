// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/filterhighlighter.h"

#include <algorithm>

#include <QTextDocument>

namespace rivereto::ui {

void FilterHighlighter::show(const QString& text, const core::Schema& schema, std::optional<core::SourceSpan> error, int typing)
{
    m_parts = colouredParts(text, schema);
    for (auto& part : m_parts) {
        if (part.colour == Token::error && part.begin + part.length == typing)
            part.colour = text[part.begin] == QLatin1Char('"') || text[part.begin] == QLatin1Char('\'') ? Token::filterValue : Token::text;
    }
    m_error.reset();
    if (error) {
        // An error behind the last letter marks that letter.
        const int length = static_cast<int>(text.size());
        const int begin = std::clamp(toPosition(text, error->begin), 0, std::max(0, length - 1));
        const int end = std::clamp(toPosition(text, error->end), std::min(begin + 1, length), length);
        m_error = core::SourceSpan{static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
    }
    rehighlight();
}

void FilterHighlighter::highlightBlock(const QString& line)
{
    const int from = currentBlock().position();
    const int to = from + static_cast<int>(line.size());
    for (const auto& part : m_parts) {
        const int begin = std::max(part.begin, from);
        const int end = std::min(part.begin + part.length, to);
        if (begin < end)
            setFormat(begin - from, end - begin, m_theme[part.colour]);
    }
    if (!m_error)
        return;
    for (int i = std::max(static_cast<int>(m_error->begin), from); i < std::min(static_cast<int>(m_error->end), to); ++i) {
        auto marked = format(i - from);
        marked.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        marked.setUnderlineColor(m_theme[Token::error]);
        setFormat(i - from, 1, marked);
    }
}

} // namespace rivereto::ui
