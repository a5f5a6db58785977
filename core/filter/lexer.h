// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens of the filter language. Internal to core/filter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/filter/filter.h"

namespace rivereto::core {

struct FilterToken {
    enum class Kind : uint8_t {
        End,
        Word, ///< column, keyword, number, address … anything without quotes
        Text, ///< quoted
        Operator, ///< made of symbols
        Open,
        Close,
        Comma,
        Comment,
        BrokenText, ///< quote never closed on its line
        BrokenComment, ///< "/*" never closed
        Stray ///< a character that starts nothing
    };
    Kind kind = Kind::End;
    SourceSpan span;
    std::string_view raw; ///< as written
};

/// Never fails: broken pieces are tokens of their own. Comments are delivered.
class FilterLexer {
public:
    explicit FilterLexer(std::string_view text)
        : m_text(text)
    {
    }
    FilterToken next();

private:
    FilterToken take(FilterToken::Kind kind, size_t length);
    [[nodiscard]] size_t wordLength() const;
    FilterToken comment();
    FilterToken quoted();

    std::string_view m_text;
    size_t m_at = 0;
};

/// Contents of a Text or BrokenText token: \' \" and \\ are unescaped, any other backslash stays.
std::string unquote(std::string_view raw);
/// The reverse, in double quotes.
std::string quote(std::string_view text);

/// Operator for a Word or Operator token; keywords in any case.
std::optional<FilterOp> filterOpOf(std::string_view raw);

enum class FilterKeyword : uint8_t { None, And, Or, Not };
FilterKeyword filterKeywordOf(std::string_view raw);

} // namespace rivereto::core
