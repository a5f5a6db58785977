// SPDX-License-Identifier: GPL-3.0-or-later
// Writes our filters in other languages. A condition is bound first, so that what is written is what is evaluated.
#include <algorithm>

#include "core/filter/foreignwriter.h"
#include "core/filter/predicate.h"
#include "core/filter/translate.h"

namespace rivereto::core {

namespace {

using foreign::Text;

class Translator {
public:
    Translator(const foreign::Writer& writer, const BindContext& context)
        : m_writer(writer)
        , m_context(context)
    {
    }

    Result<std::string> whole(const FilterNode& root) const
    {
        auto out = node(root, {});
        return out ? Result<std::string>(std::move(out->text)) : tl::unexpected(out.error());
    }

private:
    /// `protocol`: the transport protocol that an AND around this has settled; 0 when none has.
    [[nodiscard]] Result<Text> node(const FilterNode& in, uint8_t protocol) const
    {
        switch (in.kind) {
        case FilterNode::Kind::Condition:
            return condition(in, protocol);
        case FilterNode::Kind::Not: {
            const auto child = node(in.children[0], 0);
            return child ? Result<Text>(m_writer.negated(*child)) : child;
        }
        case FilterNode::Kind::And:
            return conjunction(in, protocol);
        case FilterNode::Kind::Or:
            break;
        }
        std::vector<Text> parts;
        for (const auto& child : in.children) {
            auto part = node(child, protocol);
            if (!part)
                return part;
            parts.push_back(std::move(*part));
        }
        return m_writer.joined(FilterNode::Kind::Or, parts);
    }

    [[nodiscard]] Result<Text> conjunction(const FilterNode& in, uint8_t protocol) const
    {
        const FilterNode* settles = nullptr;
        for (const auto& child : in.children) {
            const auto found = settled(child);
            if (found != 0 && m_writer.portsNeedProtocol()) {
                protocol = found;
                settles = &child;
            }
        }
        std::vector<Text> parts;
        bool said = false;
        for (const auto& child : in.children) {
            if (&child == settles)
                continue;
            auto part = node(child, protocol);
            if (!part)
                return part;
            said = said || part->saysProtocol;
            parts.push_back(std::move(*part));
        }
        if (settles != nullptr && !said) {
            auto part = node(*settles, 0);
            if (!part)
                return part;
            parts.insert(parts.begin(), std::move(*part));
        }
        return m_writer.joined(FilterNode::Kind::And, parts);
    }

    /// TCP, UDP or SCTP when that is what the condition asks for.
    [[nodiscard]] uint8_t settled(const FilterNode& in) const
    {
        if (in.kind != FilterNode::Kind::Condition || in.op != FilterOp::Equal)
            return 0;
        const auto bound = bindFilter(Filter {in}, m_context);
        if (!bound || bound->root()->kind != BoundNode::Kind::Test || bound->root()->column != ColumnId::Proto)
            return 0;
        const auto* numbers = std::get_if<NumberTest>(&bound->root()->test);
        if (numbers == nullptr || numbers->ranges.size() != 1 || numbers->ranges[0].first != numbers->ranges[0].last)
            return 0;
        const auto number = numbers->ranges[0].first;
        return number == 6 || number == 17 || number == 132 ? static_cast<uint8_t>(number) : uint8_t {0};
    }

    [[nodiscard]] Result<Text> condition(const FilterNode& in, uint8_t protocol) const
    {
        const auto bound = bindFilter(Filter {in}, m_context);
        if (!bound)
            return tl::unexpected(bound.error());
        auto out = boundNode(*bound->root(), protocol);
        if (out)
            return std::move(*out);
        return tl::unexpected(
            makeError("{} cannot say {}", foreign::languageName(m_writer.language()), toText(Filter {in}, m_context.schema))
                .at(in.span));
    }

    /// What one condition is bound to: tests, and AND, OR and NOT of prefixes, both ends and negative operators.
    [[nodiscard]] std::optional<Text> boundNode(const BoundNode& in, uint8_t protocol) const
    {
        if (in.kind == BoundNode::Kind::Test)
            return m_writer.test({m_context.schema[in.column], false, in.test, protocol});
        if (in.kind == BoundNode::Kind::Not) {
            const auto child = boundNode(in.children[0], 0);
            return child ? std::optional(m_writer.negated(*child)) : std::nullopt;
        }
        if (in.kind == BoundNode::Kind::Or) {
            if (auto out = bothEnds(in, protocol))
                return out;
        }
        std::vector<Text> parts;
        for (const auto& child : in.children) {
            auto part = boundNode(child, protocol);
            if (!part)
                return std::nullopt;
            parts.push_back(std::move(*part));
        }
        if (parts.empty())
            return std::nullopt;
        return m_writer.joined(in.kind == BoundNode::Kind::And ? FilterNode::Kind::And : FilterNode::Kind::Or, parts);
    }

    /// The same test of the two ends of a flow; languages have a shorter word for that.
    [[nodiscard]] std::optional<Text> bothEnds(const BoundNode& in, uint8_t protocol) const
    {
        if (in.children.size() != 2 || in.children[0].kind != BoundNode::Kind::Test
            || in.children[1].kind != BoundNode::Kind::Test)
            return std::nullopt;
        const auto& schema = m_context.schema;
        const auto& first = in.children[0];
        if (schema[first.column].pair != in.children[1].column || !schema[first.column].name.starts_with("Src"))
            return std::nullopt;
        return m_writer.test({schema[first.column], true, first.test, protocol});
    }

    const foreign::Writer& m_writer;
    const BindContext& m_context;
};

} // namespace

Result<std::string> translateFilter(const Filter& filter, FilterLanguage language, const BindContext& context)
{
    const auto& writer = foreign::writerOf(language);
    if (filter.empty())
        return std::string(writer.everything());
    return Translator(writer, context).whole(*filter.root);
}

Result<std::string> translateFilter(std::string_view text, FilterLanguage language, const BindContext& context)
{
    return parseFilter(text).and_then([&](const Filter& filter) { return translateFilter(filter, language, context); });
}

} // namespace rivereto::core
