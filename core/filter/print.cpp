// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/filter/filter.h"
#include "core/filter/lexer.h"
#include "core/filter/literal.h"

namespace rivereto::core {

namespace {

/// The column that a condition is typed by: the column itself, or one end of an endpoint word.
const Column* typingColumn(const Schema& schema, std::string_view name)
{
    if (const auto id = schema.find(name); id != ColumnId::kNone)
        return &schema[id];
    const auto* word = schema.findEndpoint(name);
    return word == nullptr ? nullptr : &schema[word->src];
}

std::string nameText(const Schema& schema, const std::string& name)
{
    if (const auto id = schema.find(name); id != ColumnId::kNone)
        return std::string(schema[id].name);
    const auto* word = schema.findEndpoint(name);
    return word == nullptr ? name : std::string(word->name);
}

/// A value that means nothing for its column is printed as written.
std::string valueText(const Schema& schema, const FilterNode& condition, const FilterValue& value)
{
    if (const auto* column = typingColumn(schema, condition.column)) {
        if (const auto meaning = meaningOf(*column, condition.op, value, schema, nullptr))
            return meaning->normal;
    }
    return value.quoted ? quote(value.text) : value.text;
}

std::string conditionText(const Schema& schema, const FilterNode& node)
{
    auto out = nameText(schema, node.column);
    out.append(" ").append(filterOpText(node.op)).append(" ");
    const bool list = node.op == FilterOp::In || node.op == FilterOp::NotIn;
    const std::string_view joint = list ? ", " : " AND ";
    if (list)
        out += '(';
    for (size_t i = 0; i < node.values.size(); ++i)
        out.append(i == 0 ? "" : joint).append(valueText(schema, node, node.values[i]));
    if (list)
        out += ')';
    return out;
}

int strength(FilterNode::Kind kind)
{
    return kind == FilterNode::Kind::Or ? 0 : kind == FilterNode::Kind::And ? 1 : kind == FilterNode::Kind::Not ? 2 : 3;
}

void print(std::string& out, const Schema& schema, const FilterNode& node)
{
    const auto child = [&](const FilterNode& inner) {
        const bool wrap = strength(inner.kind) < strength(node.kind);
        out += wrap ? "(" : "";
        print(out, schema, inner);
        out += wrap ? ")" : "";
    };
    switch (node.kind) {
    case FilterNode::Kind::Condition:
        out += conditionText(schema, node);
        break;
    case FilterNode::Kind::Not:
        out += "NOT ";
        child(node.children[0]);
        break;
    case FilterNode::Kind::And:
    case FilterNode::Kind::Or:
        for (size_t i = 0; i < node.children.size(); ++i) {
            if (i > 0)
                out += node.kind == FilterNode::Kind::And ? " AND " : " OR ";
            child(node.children[i]);
        }
        break;
    }
}

/// The other side's name, or the same.
std::string reversedName(const Schema& schema, const std::string& name)
{
    const auto id = schema.find(name);
    if (id == ColumnId::kNone || schema[id].pair == ColumnId::kNone)
        return name;
    return std::string(schema[schema[id].pair].name);
}

void reverse(FilterNode& node, const Schema& schema)
{
    for (auto& child : node.children)
        reverse(child, schema);
    if (node.kind != FilterNode::Kind::Condition)
        return;
    if (const auto* column = typingColumn(schema, node.column)) {
        for (auto& value : node.values) {
            const auto meaning = meaningOf(*column, node.op, value, schema, nullptr);
            if (meaning && meaning->kind == Meaning::Kind::OtherColumn)
                value.text = reversedName(schema, value.text);
        }
    }
    node.column = reversedName(schema, node.column);
}

} // namespace

std::string toText(const Filter& filter, const Schema& schema)
{
    std::string out;
    if (filter.root)
        print(out, schema, *filter.root);
    return out;
}

Filter reversed(const Filter& filter, const Schema& schema)
{
    Filter out = filter;
    if (out.root)
        reverse(*out.root, schema);
    return out;
}

} // namespace rivereto::core
