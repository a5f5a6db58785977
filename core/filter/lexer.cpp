// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/filter/lexer.h"

#include <algorithm>
#include <array>

#include "core/text/names.h"

namespace rivereto::core {

namespace {

struct OperatorName {
    std::string_view text;
    FilterOp op;
};
/// Symbols: a longer one before its own beginning.
constexpr auto kOperators = std::to_array<OperatorName>({
    {"!<<", FilterOp::NotInside},
    {"<<", FilterOp::Inside},
    {"<=", FilterOp::LessEqual},
    {">=", FilterOp::GreaterEqual},
    {"!=", FilterOp::NotEqual},
    {"<", FilterOp::Less},
    {">", FilterOp::Greater},
    {"=", FilterOp::Equal},
    {"IN", FilterOp::In},
    {"NOTIN", FilterOp::NotIn},
    {"LIKE", FilterOp::Like},
    {"UNLIKE", FilterOp::Unlike},
    {"ILIKE", FilterOp::ILike},
    {"IUNLIKE", FilterOp::IUnlike},
    {"MATCHES", FilterOp::Matches},
    {"BETWEEN", FilterOp::Between},
    {"HAS", FilterOp::Has},
});

bool isAlnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isWordByte(char c)
{
    return isAlnum(c) || c == '_' || c == '.' || c == ':' || c == '/' || static_cast<unsigned char>(c) >= 0x80;
}

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

} // namespace

std::string_view filterOpText(FilterOp op)
{
    const auto it = std::ranges::find(kOperators, op, &OperatorName::op);
    return it == kOperators.end() ? std::string_view() : it->text;
}

std::optional<FilterOp> filterOpOf(std::string_view raw)
{
    const auto it = std::ranges::find_if(kOperators, [&](const auto& entry) { return equalNoCase(entry.text, raw); });
    return it == kOperators.end() ? std::nullopt : std::optional(it->op);
}

FilterKeyword filterKeywordOf(std::string_view raw)
{
    return equalNoCase(raw, "AND") ? FilterKeyword::And
        : equalNoCase(raw, "OR")   ? FilterKeyword::Or
        : equalNoCase(raw, "NOT")  ? FilterKeyword::Not
                                   : FilterKeyword::None;
}

FilterToken FilterLexer::take(FilterToken::Kind kind, size_t length)
{
    const FilterToken token {
        kind, {static_cast<uint32_t>(m_at), static_cast<uint32_t>(m_at + length)}, m_text.substr(m_at, length)};
    m_at += length;
    return token;
}

FilterToken FilterLexer::next()
{
    while (m_at < m_text.size() && isBlank(m_text[m_at]))
        ++m_at;
    if (m_at >= m_text.size())
        return take(FilterToken::Kind::End, 0);
    const auto rest = m_text.substr(m_at);
    if (rest.starts_with("--") || rest.starts_with("/*"))
        return comment();
    switch (rest[0]) {
    case '(':
        return take(FilterToken::Kind::Open, 1);
    case ')':
        return take(FilterToken::Kind::Close, 1);
    case ',':
        return take(FilterToken::Kind::Comma, 1);
    case '\'':
    case '"':
        return quoted();
    default:
        break;
    }
    for (const auto& entry : kOperators) {
        if (!isAlnum(entry.text[0]) && rest.starts_with(entry.text))
            return take(FilterToken::Kind::Operator, entry.text.size());
    }
    const size_t length = wordLength();
    return length > 0 ? take(FilterToken::Kind::Word, length) : take(FilterToken::Kind::Stray, 1);
}

/// A hyphen belongs to a word between two of its letters or digits (exhausted-pool, 2026-11-23), and a slash unless it
/// opens a comment.
size_t FilterLexer::wordLength() const
{
    const auto rest = m_text.substr(m_at);
    size_t end = 0;
    while (end < rest.size()) {
        const char following = end + 1 < rest.size() ? rest[end + 1] : '\0';
        const bool joins = rest[end] == '-' && end > 0 && isAlnum(following);
        if (!joins && (!isWordByte(rest[end]) || (rest[end] == '/' && following == '*')))
            break;
        ++end;
    }
    return end;
}

FilterToken FilterLexer::comment()
{
    const auto rest = m_text.substr(m_at);
    if (rest[0] == '-')
        return take(FilterToken::Kind::Comment, std::min(rest.find('\n'), rest.size()));
    const size_t end = rest.find("*/", 2);
    return end == std::string_view::npos ? take(FilterToken::Kind::BrokenComment, rest.size())
                                         : take(FilterToken::Kind::Comment, end + 2);
}

FilterToken FilterLexer::quoted()
{
    const auto rest = m_text.substr(m_at);
    for (size_t end = 1; end < rest.size(); ++end) {
        if (rest[end] == '\n')
            return take(FilterToken::Kind::BrokenText, end);
        if (rest[end] == rest[0])
            return take(FilterToken::Kind::Text, end + 1);
        if (rest[end] == '\\' && end + 1 < rest.size()
            && (rest[end + 1] == '\\' || rest[end + 1] == '"' || rest[end + 1] == '\''))
            ++end;
    }
    return take(FilterToken::Kind::BrokenText, rest.size());
}

std::string unquote(std::string_view raw)
{
    std::string out;
    if (raw.empty())
        return out;
    const bool closed = raw.size() > 1 && raw.back() == raw[0];
    const auto inner = raw.substr(1, raw.size() - (closed ? 2 : 1));
    for (size_t i = 0; i < inner.size(); ++i) {
        const char following = i + 1 < inner.size() ? inner[i + 1] : '\0';
        if (inner[i] == '\\' && (following == '\\' || following == '"' || following == '\''))
            ++i;
        out += inner[i];
    }
    return out;
}

std::string quote(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out += '"';
}

} // namespace rivereto::core
