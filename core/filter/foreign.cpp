// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/filter/foreign.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text/names.h"

namespace rivereto::core::foreign {

namespace {

bool isAlnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool isWordByte(char c)
{
    return isAlnum(c) || c == '.' || c == ':' || c == '/' || c == '_' || c == '\\' || static_cast<unsigned char>(c) >= 0x80;
}

size_t wordLength(std::string_view rest)
{
    size_t end = 0;
    while (end < rest.size()) {
        const char following = end + 1 < rest.size() ? rest[end + 1] : '\0';
        const bool joins = rest[end] == '-' && end > 0 && isAlnum(following);
        if (!joins && (!isWordByte(rest[end]) || (rest[end] == '.' && following == '.')))
            break;
        ++end;
    }
    return end;
}

/// 0 when the quote is not closed on its line.
size_t textLength(std::string_view rest)
{
    for (size_t end = 1; end < rest.size() && rest[end] != '\n'; ++end) {
        if (rest[end] == rest[0])
            return end + 1;
        end += rest[end] == '\\' && end + 1 < rest.size() && rest[end + 1] != '\n' ? 1 : 0;
    }
    return 0;
}

constexpr auto kSymbols
    = std::to_array<std::string_view>({"===", "!==", "&&", "||", "==", "!=", "<=", ">=", "<<", ">>", "~=", ".."});

size_t symbolLength(std::string_view rest)
{
    const auto it = std::ranges::find_if(kSymbols, [&](auto symbol) { return rest.starts_with(symbol); });
    return it == kSymbols.end() ? 1 : it->size();
}

bool same(const FilterNode& a, const FilterNode& b)
{
    const auto sameValue = [](const FilterValue& x, const FilterValue& y) { return x.text == y.text && x.quoted == y.quoted; };
    return a.kind == b.kind && a.column == b.column && a.op == b.op && std::ranges::equal(a.values, b.values, sameValue)
        && std::ranges::equal(a.children, b.children, same);
}

void append(FilterNode& chain, FilterNode&& child)
{
    if (child.kind == chain.kind) {
        for (auto& one : child.children)
            append(chain, std::move(one));
        return;
    }
    const bool said = std::ranges::any_of(chain.children, [&](const auto& one) { return same(one, child); });
    if (!said)
        chain.children.push_back(std::move(child));
}

} // namespace

std::vector<Token> tokensOf(std::string_view text, bool hashComments)
{
    std::vector<Token> out;
    size_t at = 0;
    while (at < text.size()) {
        const auto rest = text.substr(at);
        size_t length = 1;
        auto kind = Token::Kind::Symbol;
        if (rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\n' || rest[0] == '\r') {
            ++at;
            continue;
        }
        if (hashComments && rest[0] == '#') {
            at += std::min(rest.find('\n'), rest.size());
            continue;
        }
        if (const size_t word = wordLength(rest); word > 0) {
            length = word;
            kind = Token::Kind::Word;
        } else if (const size_t quoted = rest[0] == '"' || rest[0] == '\'' ? textLength(rest) : 0; quoted > 0) {
            length = quoted;
            kind = Token::Kind::Text;
        } else {
            length = symbolLength(rest);
        }
        out.push_back({kind, {static_cast<uint32_t>(at), static_cast<uint32_t>(at + length)}, rest.substr(0, length)});
        at += length;
    }
    out.push_back({Token::Kind::End, {static_cast<uint32_t>(text.size()), static_cast<uint32_t>(text.size())}, {}});
    return out;
}

FilterValue bare(std::string text, SourceSpan span)
{
    return {std::move(text), false, span};
}

FilterValue quoted(std::string text, SourceSpan span)
{
    return {std::move(text), true, span};
}

FilterNode condition(std::string_view column, FilterOp op, std::vector<FilterValue> values, SourceSpan span)
{
    if (values.size() > 1)
        op = op == FilterOp::Equal ? FilterOp::In : op == FilterOp::NotEqual ? FilterOp::NotIn : op;
    return {
        .span = span, .column = std::string(column), .columnSpan = span, .op = op, .opSpan = span, .values = std::move(values)};
}

FilterNode condition(std::string_view column, FilterOp op, FilterValue value)
{
    const auto span = value.span;
    std::vector<FilterValue> values;
    values.push_back(std::move(value));
    return condition(column, op, std::move(values), span);
}

FilterNode onEnds(End end, std::string_view name, FilterOp op, const std::vector<FilterValue>& values, SourceSpan span)
{
    const auto on = [&](std::string_view prefix) { return condition(std::string(prefix).append(name), op, values, span); };
    switch (end) {
    case End::Src:
        return on("Src");
    case End::Dst:
        return on("Dst");
    case End::Both:
        return both(on("Src"), on("Dst"));
    case End::Either:
        break;
    }
    return on("");
}

FilterNode joined(FilterNode::Kind kind, FilterNode left, FilterNode right)
{
    FilterNode out {.kind = kind};
    const SourceSpan span {left.span.begin, right.span.end};
    if (left.kind == kind)
        out = std::move(left);
    else
        out.children.push_back(std::move(left));
    out.span = span;
    append(out, std::move(right));
    if (out.children.size() > 1)
        return out;
    auto only = std::move(out.children[0]);
    return only;
}

FilterNode both(FilterNode left, FilterNode right)
{
    return joined(FilterNode::Kind::And, std::move(left), std::move(right));
}

FilterNode either(FilterNode left, FilterNode right)
{
    return joined(FilterNode::Kind::Or, std::move(left), std::move(right));
}

FilterNode negation(FilterNode child)
{
    if (child.kind == FilterNode::Kind::Not) {
        auto inner = std::move(child.children[0]);
        return inner;
    }
    FilterNode out {.kind = FilterNode::Kind::Not, .span = child.span};
    out.children.push_back(std::move(child));
    return out;
}

FilterNode protocol(std::string_view name, SourceSpan span)
{
    return condition("Proto", FilterOp::Equal, quoted(std::string(name), span));
}

FilterNode etherType(std::string_view name, SourceSpan span)
{
    return condition("EType", FilterOp::Equal, bare(std::string(name), span));
}

FilterNode hasFlags(std::string_view letters, SourceSpan span)
{
    return condition("TCPFlags", FilterOp::Has, quoted(std::string(letters), span));
}

std::optional<uint64_t> plainNumber(std::string_view word)
{
    const bool hex = word.starts_with("0x") || word.starts_with("0X");
    if (!hex && word.size() > 1 && word[0] == '0')
        return std::nullopt; // octal for some, decimal for others
    const auto digits = hex ? word.substr(2) : word;
    uint64_t out = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, out, hex ? 16 : 10);
    return !digits.empty() && error == std::errc() && stop == end ? std::optional(out) : std::nullopt;
}

std::optional<Prefix> network(std::string_view word)
{
    if (word.find(':') != std::string_view::npos) {
        if (const auto ip = Ip::parse(word))
            return Prefix {*ip, 128};
        return Prefix::parse(word);
    }
    const auto slash = std::min(word.find('/'), word.size());
    auto dotted = std::string(word.substr(0, slash));
    const auto octets = static_cast<unsigned>(std::ranges::count(dotted, '.')) + 1;
    for (unsigned missing = octets; missing < 4; ++missing)
        dotted += ".0";
    if (slash < word.size())
        return Prefix::parse(dotted.append(word.substr(slash)));
    return Prefix::parse(dotted.append("/").append(std::to_string(octets * 8)));
}

std::optional<unsigned> maskLength(std::string_view word)
{
    const auto mask = Ip::parse(word);
    if (!mask || !mask->isV4())
        return std::nullopt;
    for (unsigned length = 0; length <= 32; ++length) {
        if (Ip::v4(0xffffffff).masked(96 + length).v4Value() == mask->v4Value())
            return length;
    }
    return std::nullopt;
}

Reader::Reader(std::string_view text, bool hashComments, bool anyCase)
    : m_tokens(tokensOf(text, hashComments))
    , m_anyCase(anyCase)
{
}

const Token& Reader::peek(size_t ahead) const
{
    return m_tokens[std::min(m_at + ahead, m_tokens.size() - 1)];
}

const Token& Reader::take()
{
    const auto& token = peek();
    m_at += m_at + 1 < m_tokens.size() ? 1 : 0;
    return token;
}

bool Reader::is(std::string_view word, size_t ahead) const
{
    const auto& token = peek(ahead);
    if (token.kind != Token::Kind::Word && token.kind != Token::Kind::Symbol)
        return false;
    return m_anyCase ? equalNoCase(token.raw, word) : token.raw == word;
}

bool Reader::isOneOf(std::initializer_list<std::string_view> words, size_t ahead) const
{
    return std::ranges::any_of(words, [&](auto word) { return is(word, ahead); });
}

bool Reader::skip(std::string_view word)
{
    const bool there = is(word);
    if (there)
        take();
    return there;
}

SourceSpan Reader::since(const Token& first) const
{
    return {first.span.begin, m_at > 0 ? m_tokens[m_at - 1].span.end : first.span.end};
}

tl::unexpected<Error> Reader::unexpected(std::string_view wanted) const
{
    const auto& token = peek();
    if (token.kind == Token::Kind::End)
        return tl::unexpected(makeError("expected {} at the end", wanted).at(token.span));
    return tl::unexpected(makeError("expected {}, got {}", wanted, token.raw).at(token.span));
}

tl::unexpected<Error> Reader::refuse(const Token& word)
{
    return refuse(makeError("flows have no counterpart of {}", word.raw).at(word.span));
}

tl::unexpected<Error> Reader::refuse(Error error)
{
    m_refused = true;
    return tl::unexpected(std::move(error));
}

Reader::Node Reader::understood(FilterNode node)
{
    ++m_understood;
    return node;
}

} // namespace rivereto::core::foreign
