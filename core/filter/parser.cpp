// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/filter/filter.h"
#include "core/filter/lexer.h"
#include "core/text/names.h"

namespace rivereto::core {

namespace {

using Kind = FilterToken::Kind;

constexpr int kDeepest = 200; ///< nested parentheses and NOTs; keeps hostile input off the end of the stack

class Parser {
public:
    explicit Parser(std::string_view text)
        : m_lexer(text)
    {
        advance();
    }

    Result<Filter> parse()
    {
        if (m_token.kind == Kind::End)
            return Filter {};
        auto root = orExpression();
        if (!root)
            return tl::unexpected(root.error());
        if (m_token.kind != Kind::End)
            return expected("AND, OR or the end");
        return Filter {std::move(*root)};
    }

private:
    void advance()
    {
        m_previousEnd = m_token.span.end;
        do
            m_token = m_lexer.next();
        while (m_token.kind == Kind::Comment);
    }

    [[nodiscard]] tl::unexpected<Error> expected(std::string_view what) const
    {
        switch (m_token.kind) {
        case Kind::BrokenText:
            return tl::unexpected(makeError("this quote is not closed on its line").at(m_token.span));
        case Kind::BrokenComment:
            return tl::unexpected(makeError("this comment is not closed by */").at(m_token.span));
        case Kind::End:
            return tl::unexpected(makeError("expected {} at the end", what).at(m_token.span));
        default:
            return tl::unexpected(makeError("expected {}, got {}", what, m_token.raw).at(m_token.span));
        }
    }

    [[nodiscard]] FilterKeyword keyword() const
    {
        return m_token.kind == Kind::Word ? filterKeywordOf(m_token.raw) : FilterKeyword::None;
    }

    /// Operands joined by one keyword; operands that are such a chain themselves (in parentheses) are taken apart.
    template <class Operand> Result<FilterNode> chain(FilterKeyword joint, FilterNode::Kind kind, Operand operand)
    {
        auto first = (this->*operand)();
        if (!first || keyword() != joint)
            return first;
        FilterNode node {.kind = kind, .span = first->span};
        append(node, std::move(*first));
        while (keyword() == joint) {
            advance();
            auto next = (this->*operand)();
            if (!next)
                return next;
            append(node, std::move(*next));
        }
        node.span.end = m_previousEnd;
        return node;
    }

    static void append(FilterNode& node, FilterNode&& child)
    {
        if (child.kind == node.kind)
            std::ranges::move(child.children, std::back_inserter(node.children));
        else
            node.children.push_back(std::move(child));
    }

    Result<FilterNode> orExpression() { return chain(FilterKeyword::Or, FilterNode::Kind::Or, &Parser::andExpression); }
    Result<FilterNode> andExpression() { return chain(FilterKeyword::And, FilterNode::Kind::And, &Parser::unit); }

    Result<FilterNode> unit()
    {
        if (m_depth >= kDeepest)
            return tl::unexpected(makeError("parentheses and NOT are nested too deeply").at(m_token.span));
        ++m_depth;
        auto node = m_token.kind == Kind::Open ? parenthesised() : keyword() == FilterKeyword::Not ? negation() : condition();
        --m_depth;
        return node;
    }

    Result<FilterNode> parenthesised()
    {
        const auto begin = m_token.span.begin;
        advance();
        auto node = orExpression();
        if (!node)
            return node;
        if (m_token.kind != Kind::Close)
            return expected("AND, OR or )");
        advance();
        node->span = {begin, m_previousEnd};
        return node;
    }

    Result<FilterNode> negation()
    {
        FilterNode node {.kind = FilterNode::Kind::Not, .span = m_token.span};
        advance();
        auto child = unit();
        if (!child)
            return child;
        node.children.push_back(std::move(*child));
        node.span.end = m_previousEnd;
        return node;
    }

    Result<FilterNode> condition()
    {
        if (m_token.kind != Kind::Word || keyword() != FilterKeyword::None || filterOpOf(m_token.raw) || !isName(m_token.raw))
            return expected("a column name");
        FilterNode node {.span = m_token.span, .column = std::string(m_token.raw), .columnSpan = m_token.span};
        advance();
        if (const auto op = comparison(node); !op)
            return tl::unexpected(op.error());
        const auto values = takesList(node.op) ? list(node) : node.op == FilterOp::Between ? bounds(node) : value(node);
        if (!values)
            return tl::unexpected(values.error());
        node.span.end = m_previousEnd;
        return node;
    }

    static bool isName(std::string_view word)
    {
        const auto plain
            = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
        return (word[0] < '0' || word[0] > '9') && std::ranges::all_of(word, plain);
    }
    static bool takesList(FilterOp op) { return op == FilterOp::In || op == FilterOp::NotIn; }

    Result<void> comparison(FilterNode& node)
    {
        node.opSpan = m_token.span;
        // SQL's two words for NOTIN, UNLIKE and IUNLIKE.
        const bool negated = keyword() == FilterKeyword::Not;
        if (negated)
            advance();
        auto op = m_token.kind == Kind::Operator || m_token.kind == Kind::Word ? filterOpOf(m_token.raw) : std::nullopt;
        if (negated && op)
            op = *op == FilterOp::In     ? std::optional(FilterOp::NotIn)
                : *op == FilterOp::Like  ? std::optional(FilterOp::Unlike)
                : *op == FilterOp::ILike ? std::optional(FilterOp::IUnlike)
                                         : std::nullopt;
        if (!op)
            return expected(negated ? "IN, LIKE or ILIKE" : "an operator such as = or IN");
        node.op = *op;
        node.opSpan.end = m_token.span.end;
        advance();
        return {};
    }

    Result<void> value(FilterNode& node)
    {
        const bool text = m_token.kind == Kind::Text;
        if (!text && (m_token.kind != Kind::Word || keyword() != FilterKeyword::None))
            return expected("a value");
        node.values.push_back({text ? unquote(m_token.raw) : std::string(m_token.raw), text, m_token.span});
        advance();
        return {};
    }

    Result<void> list(FilterNode& node)
    {
        if (m_token.kind != Kind::Open)
            return expected("( and a list of values");
        do {
            advance();
            if (auto one = value(node); !one)
                return one;
        } while (m_token.kind == Kind::Comma);
        if (m_token.kind != Kind::Close)
            return expected(", or )");
        advance();
        return {};
    }

    Result<void> bounds(FilterNode& node)
    {
        if (auto low = value(node); !low)
            return low;
        if (keyword() != FilterKeyword::And)
            return expected("AND and the upper bound");
        advance();
        return value(node);
    }

    FilterLexer m_lexer;
    FilterToken m_token;
    uint32_t m_previousEnd = 0;
    int m_depth = 0;
};

} // namespace

Result<Filter> parseFilter(std::string_view text)
{
    constexpr size_t kLongest = 16 << 20; // spans are 32 bits, and nobody types more
    if (text.size() > kLongest)
        return fail("the filter is longer than {} bytes", kLongest);
    return Parser(text).parse();
}

} // namespace rivereto::core
