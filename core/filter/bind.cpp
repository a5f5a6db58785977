// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <re2/re2.h>

#include "core/filter/filter.h"
#include "core/filter/literal.h"
#include "core/filter/predicate.h"
#include "core/text/names.h"

namespace rivereto::core {

namespace {

constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();

BoundNode test(ColumnId column, CellTest what)
{
    return {.kind = BoundNode::Kind::Test, .column = column, .test = std::move(what)};
}

BoundNode join(BoundNode::Kind kind, std::vector<BoundNode> children)
{
    if (children.size() == 1)
        return std::move(children[0]);
    return {.kind = kind, .children = std::move(children)};
}

BoundNode negate(BoundNode node)
{
    BoundNode out {.kind = BoundNode::Kind::Not};
    out.children.push_back(std::move(node));
    return out;
}

/// Sorted, with overlapping and adjoining ranges made one.
std::vector<NumberRange> merged(std::vector<NumberRange> ranges)
{
    std::ranges::sort(ranges, {}, &NumberRange::first);
    std::vector<NumberRange> out;
    for (const auto& range : ranges) {
        if (!out.empty() && (out.back().last == kMost || range.first <= out.back().last + 1))
            out.back().last = std::max(out.back().last, range.last);
        else
            out.push_back(range);
    }
    return out;
}

std::vector<AddressRange> merged(std::vector<AddressRange> ranges)
{
    std::ranges::sort(ranges, {}, &AddressRange::first);
    std::vector<AddressRange> out;
    for (const auto& range : ranges) {
        if (!out.empty() && range.first <= out.back().last)
            out.back().last = std::max(out.back().last, range.last);
        else
            out.push_back(range);
    }
    return out;
}

/// LIKE as RE2: % is any bytes, _ one character, a backslash takes the meaning of %, _ and \ away.
std::string likeExpression(std::string_view pattern)
{
    std::string out;
    for (size_t i = 0; i < pattern.size(); ++i) {
        const char following = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
        if (pattern[i] == '%') {
            out += "\\C*";
        } else if (pattern[i] == '_') {
            out += '.';
        } else {
            if (pattern[i] == '\\' && (following == '%' || following == '_' || following == '\\'))
                ++i;
            // A byte above 127 is part of a character; quoted alone it would be none.
            const bool ascii = static_cast<unsigned char>(pattern[i]) < 0x80;
            out += ascii ? re2::RE2::QuoteMeta(re2::StringPiece(&pattern[i], 1)) : std::string(1, pattern[i]);
        }
    }
    return out;
}

Result<PatternTest> patternTest(FilterOp op, const FilterValue& value)
{
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_dot_nl(op != FilterOp::Matches);
    options.set_case_sensitive(op != FilterOp::ILike);
    auto expression = std::make_shared<re2::RE2>(op == FilterOp::Matches ? value.text : likeExpression(value.text), options);
    if (!expression->ok() && expression->error_code() == re2::RE2::ErrorBadUTF8) {
        options.set_encoding(re2::RE2::Options::EncodingLatin1);
        expression = std::make_shared<re2::RE2>(expression->pattern(), options);
    }
    if (!expression->ok())
        return tl::unexpected(makeError("this pattern is not valid: {}", expression->error()).at(value.span));
    return PatternTest {op, value.text, std::move(expression)};
}

class Binder {
public:
    explicit Binder(const BindContext& context)
        : m_context(context)
        , m_schema(context.schema)
    {
    }

    Result<BoundNode> node(const FilterNode& in) const
    {
        if (in.kind == FilterNode::Kind::Condition)
            return condition(in);
        std::vector<BoundNode> children;
        for (const auto& child : in.children) {
            auto bound = node(child);
            if (!bound)
                return bound;
            children.push_back(std::move(*bound));
        }
        if (in.kind == FilterNode::Kind::Not)
            return negate(std::move(children[0]));
        return join(in.kind == FilterNode::Kind::And ? BoundNode::Kind::And : BoundNode::Kind::Or, std::move(children));
    }

private:
    /// An endpoint word holds when either end does; its negation when neither does.
    Result<BoundNode> condition(const FilterNode& in) const
    {
        std::vector<ColumnId> ids;
        if (const auto id = m_schema.find(in.column); id != ColumnId::kNone)
            ids = {id};
        else if (const auto* word = m_schema.findEndpoint(in.column))
            ids = {word->src, word->dst};
        else
            return tl::unexpected(unknownColumn(in));
        std::vector<BoundNode> either;
        for (const auto id : ids) {
            auto bound = positiveTest(m_schema[id], in);
            if (!bound)
                return bound;
            either.push_back(std::move(*bound));
        }
        auto bound = join(BoundNode::Kind::Or, std::move(either));
        return isNegated(in.op) ? negate(std::move(bound)) : std::move(bound);
    }

    [[nodiscard]] Error unknownColumn(const FilterNode& in) const
    {
        std::vector<std::string_view> names;
        for (const auto& column : m_schema.columns())
            names.push_back(column.name);
        for (const auto& word : m_schema.endpoints())
            names.push_back(word.name);
        const auto nearest = nearestName(in.column, names);
        if (nearest.empty())
            return makeError("there is no column {}", in.column).at(in.columnSpan);
        return makeError("there is no column {}; did you mean {}?", in.column, nearest).at(in.columnSpan);
    }

    [[nodiscard]] static Error wrongOperator(const Column& column, const FilterNode& in)
    {
        std::string list;
        for (const auto op : operatorsOf(column))
            list.append(list.empty() ? "" : ", ").append(filterOpText(op));
        if (list.empty())
            return makeError("{} cannot be filtered", column.name).at(in.columnSpan);
        return makeError("{} does not take {}; expected {}", column.name, filterOpText(in.op), list).at(in.opSpan);
    }

    /// The condition without its negation.
    Result<BoundNode> positiveTest(const Column& column, const FilterNode& in) const
    {
        if (!takes(column, in.op))
            return tl::unexpected(wrongOperator(column, in));
        if (column.type == Type::NetPrefix && column.bases[1] == ColumnId::kNone)
            return tl::unexpected(makeError("{} cannot be filtered", column.name).at(in.columnSpan));
        std::vector<Meaning> meanings;
        for (const auto& value : in.values) {
            auto meaning = meaningOf(column, in.op, value, m_schema, &m_context);
            if (!meaning)
                return tl::unexpected(meaning.error());
            meanings.push_back(std::move(*meaning));
        }
        if (isTextOp(in.op))
            return pattern(column, in);
        switch (meanings[0].kind) {
        case Meaning::Kind::OtherColumn:
            return comparison(column, positive(in.op), m_schema[meanings[0].column]);
        case Meaning::Kind::Words:
            return member(column, meanings[0]);
        case Meaning::Kind::Text:
            return texts(column, meanings);
        case Meaning::Kind::Block:
            return column.type == Type::NetPrefix ? prefixes(column, meanings) : addresses(column.id, meanings);
        case Meaning::Kind::Number:
            break;
        }
        if (in.op == FilterOp::Has)
            return test(column.id, BitsTest {meanings[0].number});
        return numbers(column, in, meanings);
    }

    static Result<BoundNode> numbers(const Column& column, const FilterNode& in, const std::vector<Meaning>& meanings)
    {
        const uint64_t value = meanings[0].number;
        std::vector<NumberRange> ranges;
        switch (in.op) {
        case FilterOp::Less:
            if (value > 0)
                ranges.push_back({0, value - 1});
            break;
        case FilterOp::LessEqual:
            ranges.push_back({0, value});
            break;
        case FilterOp::Greater:
            if (value < kMost)
                ranges.push_back({value + 1, kMost});
            break;
        case FilterOp::GreaterEqual:
            ranges.push_back({value, kMost});
            break;
        case FilterOp::Between:
            if (meanings[1].number < value)
                return tl::unexpected(
                    makeError("the lower bound {} is above the upper bound {}", in.values[0].text, in.values[1].text)
                        .at({in.values[0].span.begin, in.values[1].span.end}));
            ranges.push_back({value, meanings[1].number});
            break;
        default:
            for (const auto& meaning : meanings)
                ranges.push_back({meaning.number, meaning.number});
            break;
        }
        return test(column.id, NumberTest {merged(std::move(ranges))});
    }

    static BoundNode addresses(ColumnId column, const std::vector<Meaning>& meanings)
    {
        std::vector<AddressRange> ranges;
        for (const auto& meaning : meanings)
            ranges.push_back({meaning.block.first(), meaning.block.last()});
        return test(column, AddressTest {merged(std::move(ranges))});
    }

    /// Address inside and mask as written: what Akvorado asks, and what zone maps of the base columns can answer.
    static BoundNode prefixes(const Column& column, const std::vector<Meaning>& meanings)
    {
        std::vector<BoundNode> any;
        for (const auto& meaning : meanings) {
            std::vector<BoundNode> both;
            both.push_back(test(column.bases[1], NumberTest {{{meaning.block.length(), meaning.block.length()}}}));
            both.push_back(addresses(column.bases[0], {meaning}));
            any.push_back(join(BoundNode::Kind::And, std::move(both)));
        }
        return join(BoundNode::Kind::Or, std::move(any));
    }

    static BoundNode texts(const Column& column, const std::vector<Meaning>& meanings)
    {
        TextTest out;
        for (const auto& meaning : meanings)
            out.texts.push_back(meaning.text);
        std::ranges::sort(out.texts);
        out.texts.erase(std::unique(out.texts.begin(), out.texts.end()), out.texts.end());
        return test(column.id, std::move(out));
    }

    BoundNode member(const Column& column, const Meaning& meaning) const
    {
        const bool large = column.type == Type::Communities && meaning.words.size() == 3;
        return test(large ? m_schema.largeCommunitiesOf(column.id) : column.id, MemberTest {meaning.words});
    }

    static BoundNode comparison(const Column& left, FilterOp op, const Column& right)
    {
        ColumnTest out {.op = op, .other = right.id};
        // Cells of two ICMP columns are numbers of two registries; other columns of one type hold the same kind of number.
        const bool sameCells = left.type == right.type && left.derived == right.derived;
        const auto named = [](const Column& column) { return column.type == Type::Icmp || column.type == Type::SizeBucket; };
        if (!sameCells && (named(left) || named(right))) {
            out.byText = true;
            out.left.type = left.type;
            out.left.derived = left.derived;
            out.right.type = right.type;
            out.right.derived = right.derived;
        }
        return test(left.id, std::move(out));
    }

    Result<BoundNode> pattern(const Column& column, const FilterNode& in) const
    {
        auto found = patternTest(positive(in.op), in.values[0]);
        if (!found)
            return tl::unexpected(found.error());
        if (column.type == Type::String)
            return test(column.id, std::move(*found));
        // Names of numbers: the pattern picks the numbers, once.
        std::vector<NumberRange> ranges;
        for (const auto& cell : namedCells(column)) {
            if (holds(*found, cell.name))
                ranges.push_back({cell.number, cell.number});
        }
        return test(column.id, NumberTest {merged(std::move(ranges))});
    }

    const BindContext& m_context;
    const Schema& m_schema;
};

/// What evaluating costs, roughly: the cheap half of an AND may spare the dear one.
int cost(const BoundNode& node)
{
    if (node.kind != BoundNode::Kind::Test) {
        int sum = 0;
        for (const auto& child : node.children)
            sum = std::min(sum + cost(child), 1'000'000);
        return sum;
    }
    struct Cost {
        int operator()(const NumberTest& t) const { return t.ranges.size() > 4 ? 3 : 1; }
        int operator()(const AddressTest& t) const { return t.ranges.size() > 1 ? 6 : 2; }
        int operator()(const BitsTest&) const { return 1; }
        int operator()(const ColumnTest& t) const { return t.byText ? 100 : 4; }
        int operator()(const TextTest&) const { return 5; }
        int operator()(const MemberTest&) const { return 8; }
        int operator()(const PatternTest&) const { return 30; }
    };
    return std::visit(Cost {}, node.test);
}

void cheapFirst(BoundNode& node)
{
    for (auto& child : node.children)
        cheapFirst(child);
    if (node.kind == BoundNode::Kind::And || node.kind == BoundNode::Kind::Or)
        std::ranges::stable_sort(node.children, {}, cost);
}

void collect(const BoundNode& node, std::vector<ColumnId>& out)
{
    for (const auto& child : node.children)
        collect(child, out);
    if (node.kind != BoundNode::Kind::Test)
        return;
    out.push_back(node.column);
    if (const auto* comparison = std::get_if<ColumnTest>(&node.test))
        out.push_back(comparison->other);
}

} // namespace

bool holds(const PatternTest& test, std::string_view text)
{
    const re2::StringPiece piece(text.data(), text.size());
    return test.op == FilterOp::Matches ? re2::RE2::PartialMatch(piece, *test.expression)
                                        : re2::RE2::FullMatch(piece, *test.expression);
}

bool holds(const TextTest& test, std::string_view text)
{
    return test.texts.size() == 1 ? test.texts[0] == text : std::ranges::binary_search(test.texts, text);
}

bool holds(const MemberTest& test, std::string_view bytes)
{
    const size_t step = test.words.size() * sizeof(uint32_t);
    for (size_t at = 0; at + step <= bytes.size(); at += step) {
        if (std::memcmp(bytes.data() + at, test.words.data(), step) == 0)
            return true;
    }
    return false;
}

BoundFilter::BoundFilter(std::shared_ptr<const BoundNode> root)
    : m_root(std::move(root))
{
    if (m_root == nullptr)
        return;
    collect(*m_root, m_columns);
    std::ranges::sort(m_columns);
    m_columns.erase(std::unique(m_columns.begin(), m_columns.end()), m_columns.end());
}

Result<BoundFilter> bindFilter(const Filter& filter, const BindContext& context)
{
    if (filter.empty())
        return BoundFilter();
    auto root = Binder(context).node(*filter.root);
    if (!root)
        return tl::unexpected(root.error());
    cheapFirst(*root);
    return BoundFilter(std::make_shared<const BoundNode>(std::move(*root)));
}

Result<BoundFilter> bindFilter(std::string_view text, const BindContext& context)
{
    return parseFilter(text).and_then([&](const Filter& filter) { return bindFilter(filter, context); });
}

} // namespace rivereto::core
