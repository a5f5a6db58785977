// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/filter/completion.h"

#include <algorithm>
#include <array>

#include "core/filter/lexer.h"
#include "core/filter/literal.h"
#include "core/text/names.h"

namespace rivereto::core {

namespace {

using Kind = FilterToken::Kind;

/// What the grammar wants next. Follows any text, right or wrong, token by token.
enum class Want : uint8_t {
    Operand,
    Operator,
    NegatedOperator,
    Value,
    ListOpen,
    ListValue,
    ListJoint,
    LowBound,
    BoundJoint,
    Joint
};

/// The grammar as a state machine without a stack: enough to know what a token is for.
class Walker {
public:
    explicit Walker(const Schema& schema)
        : m_schema(schema)
    {
    }

    [[nodiscard]] Want want() const { return m_want; }
    [[nodiscard]] std::string_view column() const { return m_column; }
    [[nodiscard]] FilterOp op() const { return m_op; }
    [[nodiscard]] int depth() const { return m_depth; }

    /// Moves past a token and tells what it is.
    TokenClass step(const FilterToken& token)
    {
        switch (token.kind) {
        case Kind::Comment:
            return TokenClass::Comment;
        case Kind::Stray:
        case Kind::BrokenComment:
            return TokenClass::Error;
        default:
            break;
        }
        switch (m_want) {
        case Want::Operand:
            return operand(token);
        case Want::Operator:
        case Want::NegatedOperator:
            return comparison(token);
        case Want::ListOpen:
            return expect(token, Kind::Open, Want::ListValue);
        case Want::Value:
            return value(token, Want::Joint);
        case Want::ListValue:
            return value(token, Want::ListJoint);
        case Want::LowBound:
            return value(token, Want::BoundJoint);
        case Want::ListJoint:
            m_want = token.kind == Kind::Comma ? Want::ListValue : Want::Joint;
            return token.kind == Kind::Comma || token.kind == Kind::Close ? TokenClass::Punctuation : TokenClass::Error;
        case Want::BoundJoint:
            m_want = Want::Value;
            return filterKeywordOf(token.raw) == FilterKeyword::And ? TokenClass::Keyword : TokenClass::Error;
        case Want::Joint:
            return joint(token);
        }
        return TokenClass::Error;
    }

private:
    TokenClass expect(const FilterToken& token, Kind kind, Want then)
    {
        m_want = then;
        return token.kind == kind ? TokenClass::Punctuation : TokenClass::Error;
    }

    TokenClass operand(const FilterToken& token)
    {
        if (token.kind == Kind::Open) {
            ++m_depth;
            return TokenClass::Punctuation;
        }
        if (token.kind == Kind::Word && filterKeywordOf(token.raw) == FilterKeyword::Not)
            return TokenClass::Keyword;
        if (token.kind != Kind::Word)
            return TokenClass::Error;
        m_column = token.raw;
        m_want = Want::Operator;
        const bool known = m_schema.find(token.raw) != ColumnId::kNone || m_schema.findEndpoint(token.raw) != nullptr;
        return known ? TokenClass::Column : TokenClass::Error;
    }

    TokenClass comparison(const FilterToken& token)
    {
        if (m_want == Want::Operator && filterKeywordOf(token.raw) == FilterKeyword::Not) {
            m_want = Want::NegatedOperator;
            return TokenClass::Operator;
        }
        const auto op = token.kind == Kind::Word || token.kind == Kind::Operator ? filterOpOf(token.raw) : std::nullopt;
        if (!op)
            return TokenClass::Error;
        m_op = *op;
        m_want = *op == FilterOp::In || *op == FilterOp::NotIn ? Want::ListOpen
            : *op == FilterOp::Between                         ? Want::LowBound
                                                               : Want::Value;
        return TokenClass::Operator;
    }

    TokenClass value(const FilterToken& token, Want then)
    {
        if (token.kind == Kind::Close && then == Want::ListJoint) {
            m_want = Want::Joint;
            return TokenClass::Error;
        }
        m_want = then;
        if (token.kind == Kind::Text)
            return TokenClass::Text;
        if (token.kind != Kind::Word || filterKeywordOf(token.raw) != FilterKeyword::None)
            return TokenClass::Error;
        return m_schema.find(token.raw) != ColumnId::kNone ? TokenClass::Column : TokenClass::Value;
    }

    TokenClass joint(const FilterToken& token)
    {
        if (token.kind == Kind::Close) {
            const bool opened = m_depth > 0;
            m_depth -= opened ? 1 : 0;
            return opened ? TokenClass::Punctuation : TokenClass::Error;
        }
        const auto keyword = token.kind == Kind::Word ? filterKeywordOf(token.raw) : FilterKeyword::None;
        m_want = Want::Operand;
        return keyword == FilterKeyword::And || keyword == FilterKeyword::Or ? TokenClass::Keyword : TokenClass::Error;
    }

    const Schema& m_schema;
    Want m_want = Want::Operand;
    std::string_view m_column;
    FilterOp m_op = FilterOp::Equal;
    int m_depth = 0;
};

/// Tokens that grow while one types; "!" is stray until "=" comes.
bool canGrow(Kind kind)
{
    return kind == Kind::Word || kind == Kind::Text || kind == Kind::BrokenText || kind == Kind::Operator || kind == Kind::Stray;
}

bool containsNoCase(std::string_view text, std::string_view part)
{
    return toLower(text).find(toLower(part)) != std::string::npos;
}

bool startsNoCase(std::string_view text, std::string_view part)
{
    return text.size() >= part.size() && equalNoCase(text.substr(0, part.size()), part);
}

/// Adds what fits the prefix; those that start with it come first, otherwise in the order given.
class Candidates {
public:
    explicit Candidates(Completion& out)
        : m_out(out)
    {
    }

    void add(std::string_view shown, std::string text, std::string_view detail)
    {
        if (startsNoCase(shown, m_out.prefix))
            m_first.push_back({std::move(text), detail});
        else if (containsNoCase(shown, m_out.prefix))
            m_second.push_back({std::move(text), detail});
    }
    void add(std::string_view text, std::string_view detail = {}) { add(text, std::string(text), detail); }
    void addQuoted(std::string_view text, std::string_view detail = {}) { add(text, quote(text), detail); }

    ~Candidates()
    {
        std::ranges::move(m_first, std::back_inserter(m_out.candidates));
        std::ranges::move(m_second, std::back_inserter(m_out.candidates));
    }
    Candidates(const Candidates&) = delete;
    Candidates& operator=(const Candidates&) = delete;

private:
    Completion& m_out;
    std::vector<CompletionCandidate> m_first;
    std::vector<CompletionCandidate> m_second;
};

std::vector<ColumnId> columnsOf(const Schema& schema, std::string_view name)
{
    if (const auto id = schema.find(name); id != ColumnId::kNone)
        return {id};
    const auto* word = schema.findEndpoint(name);
    return word == nullptr ? std::vector<ColumnId>() : std::vector<ColumnId> {word->src, word->dst};
}

void offerColumns(Completion& out, const Schema& schema)
{
    out.kind = CompletionKind::Column;
    Candidates candidates(out);
    for (const auto& column : schema.columns()) {
        if (!operatorsOf(column).empty())
            candidates.add(column.name, column.label);
    }
    for (const auto& word : schema.endpoints())
        candidates.add(word.name, "either direction");
    candidates.add("NOT", "negation");
}

void offerOperators(Completion& out, const Schema& schema, std::string_view name, bool negated)
{
    out.kind = CompletionKind::Operator;
    const auto ids = columnsOf(schema, name);
    if (ids.empty())
        return;
    Candidates candidates(out);
    for (const auto op : operatorsOf(schema[ids[0]])) {
        if (negated && op != FilterOp::In && op != FilterOp::Like && op != FilterOp::ILike)
            continue;
        const bool list = op == FilterOp::In || op == FilterOp::NotIn;
        candidates.add(filterOpText(op), std::string(filterOpText(op)) + (list ? " (" : ""), {});
    }
}

/// Names that the language itself knows for a column's values.
void offerNames(Candidates& candidates, const Column& column)
{
    switch (typeInfo(column.type).literal) {
    case Literal::EType:
        candidates.add("IPv4");
        candidates.add("IPv6");
        break;
    case Literal::Proto:
        for (const auto name : {"tcp", "udp", "icmp", "ipv6-icmp", "gre", "esp", "sctp", "ospfigp", "pim", "vrrp", "igmp", "ah"})
            candidates.addQuoted(name);
        break;
    case Literal::Port:
        for (const auto name : serviceNames())
            candidates.addQuoted(name);
        break;
    case Literal::TcpFlags:
        for (const auto letters : {"S", "SA", "A", "R", "RA", "FA", "PA"})
            candidates.addQuoted(letters);
        break;
    case Literal::Icmp:
        for (const auto name : icmpNames(column.derived == Derived::IcmpV6))
            candidates.addQuoted(name);
        break;
    case Literal::SizeBucket:
        for (const auto name : sizeBucketNames())
            candidates.addQuoted(name);
        break;
    case Literal::Time:
        for (const auto words : {"1 hour ago", "6 hours ago", "today", "yesterday", "last monday", "the beginning of last month"})
            candidates.addQuoted(words);
        break;
    case Literal::Enum: {
        const auto names = column.type == Type::DropReason
            ? dropReasonNames()
            : std::vector<std::string_view>(enumNames(column.type).begin(), enumNames(column.type).end());
        for (const auto name : names) {
            if (!name.empty())
                candidates.add(name);
        }
        break;
    }
    default:
        break;
    }
}

/// Whether the store can tell which values it has, and how often: times and quantities are no dimensions.
bool hasSeenValues(const Column& column)
{
    return column.dimension && !isList(column.type) && typeInfo(column.type).literal != Literal::Time;
}

void offerValues(Completion& out, const Schema& schema, std::string_view name, FilterOp op)
{
    out.kind = CompletionKind::Value;
    const auto ids = columnsOf(schema, name);
    if (ids.empty())
        return;
    const auto& column = schema[ids[0]];
    out.quoted = typeInfo(column.type).literal == Literal::String || isTextOp(op);
    if (hasSeenValues(column))
        out.valuesOf = ids;
    Candidates candidates(out);
    offerNames(candidates, column);
    for (const auto& other : schema.columns()) {
        if (other.id != column.id && comparable(column, other, op) && !out.prefix.empty() && startsNoCase(other.name, out.prefix))
            candidates.add(other.name, other.label);
    }
}

void offerKeywords(Completion& out, const Walker& walker)
{
    out.kind = CompletionKind::Keyword;
    Candidates candidates(out);
    switch (walker.want()) {
    case Want::ListOpen:
        candidates.add("(");
        break;
    case Want::BoundJoint:
        candidates.add("AND", "upper bound");
        break;
    case Want::ListJoint:
        candidates.add(",");
        candidates.add(")");
        break;
    default:
        candidates.add("AND");
        candidates.add("OR");
        if (walker.depth() > 0)
            candidates.add(")");
        break;
    }
}

void offer(Completion& out, const Schema& schema, const Walker& walker)
{
    switch (walker.want()) {
    case Want::Operand:
        offerColumns(out, schema);
        break;
    case Want::Operator:
        offerOperators(out, schema, walker.column(), false);
        break;
    case Want::NegatedOperator:
        offerOperators(out, schema, walker.column(), true);
        break;
    case Want::Value:
    case Want::ListValue:
    case Want::LowBound:
        out.inList = walker.want() == Want::ListValue;
        offerValues(out, schema, walker.column(), walker.op());
        break;
    default:
        offerKeywords(out, walker);
        break;
    }
}

} // namespace

Completion complete(std::string_view text, size_t cursor, const Schema& schema)
{
    cursor = std::min(cursor, text.size());
    const auto at = static_cast<uint32_t>(cursor);
    Completion out;
    out.replace = {at, at};
    Walker walker(schema);
    FilterLexer lexer(text);
    for (auto token = lexer.next(); token.kind != Kind::End && token.span.begin < at; token = lexer.next()) {
        const bool inComment = token.kind == Kind::Comment && (token.span.end > at || token.raw.starts_with("--"));
        if ((inComment && token.span.end >= at) || token.kind == Kind::BrokenComment)
            return out;
        // A closed quote with the cursor behind it is finished; anything else that the cursor touches is being typed.
        const bool finished = token.span.end < at || (token.kind == Kind::Text && token.span.end == at) || !canGrow(token.kind);
        if (!finished) {
            out.replace = token.span;
            if (token.kind == Kind::BrokenText)
                out.replace.end = at;
            const auto typed = token.raw.substr(0, at - token.span.begin);
            out.prefix = token.kind == Kind::Text || token.kind == Kind::BrokenText ? unquote(typed) : std::string(typed);
            break;
        }
        walker.step(token);
    }
    offer(out, schema, walker);
    return out;
}

std::vector<ColouredToken> colourFilter(std::string_view text, const Schema& schema)
{
    std::vector<ColouredToken> out;
    Walker walker(schema);
    FilterLexer lexer(text);
    for (auto token = lexer.next(); token.kind != Kind::End; token = lexer.next())
        out.push_back({walker.step(token), token.span});
    return out;
}

} // namespace rivereto::core
