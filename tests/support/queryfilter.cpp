// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/queryfilter.h"

#include <algorithm>

#include "tests/support/naivequery.h"

namespace rivereto::support {

using core::ColumnId;

namespace {

using Column = core::Column;

bool isNumber(const Column& column)
{
    return column.storage() != core::Storage::Ip && column.storage() != core::Storage::Dict && column.storage() != core::Storage::Prefix;
}

/// Both columns of a word, or the column itself.
std::vector<std::string> columnsOf(const std::string& name, const core::Schema& schema)
{
    if (const auto* word = schema.findEndpoint(name))
        return {std::string(schema[word->src].name), std::string(schema[word->dst].name)};
    return {name};
}

bool inside(core::Ip ip, const std::string& value)
{
    const auto slash = value.find('/');
    const auto base = *core::Ip::parse(value.substr(0, slash));
    if (slash == std::string::npos)
        return ip == base;
    if (ip.isV4() != base.isV4())
        return false;
    const auto bits = static_cast<unsigned>(std::stoul(value.substr(slash + 1))) + (base.isV4() ? 96 : 0);
    return ip.masked(bits) == base.masked(bits);
}

/// One column against the condition, without its negation.
bool holds(const FilterTree& leaf, const std::string& op, const std::string& name, const NaiveFlows& flows, size_t row)
{
    const auto& column = flows.schema()[flows.schema().find(name)];
    const auto any = [&](auto&& f) { return std::ranges::any_of(leaf.values, f); };
    if (column.storage() == core::Storage::Ip) {
        const auto ip = flows.address(name, row);
        return any([&](const auto& value) { return inside(ip, value); });
    }
    if (core::isList(column.type)) {
        const auto list = flows.list(name, row);
        return std::ranges::find(list, static_cast<uint32_t>(std::stoul(leaf.values[0]))) != list.end();
    }
    if (column.storage() == core::Storage::Dict) {
        const auto text = flows.bytes(name, row);
        if (op == "LIKE") // always of the form x%
            return text.starts_with(leaf.values[0].substr(0, leaf.values[0].size() - 1));
        return any([&](const auto& value) { return text == value; });
    }
    const auto number = flows.number(name, row);
    const auto value = [&](size_t i) { return std::stoull(leaf.values[i]); };
    if (op == "<")
        return number < value(0);
    if (op == ">=")
        return number >= value(0);
    if (op == "BETWEEN")
        return number >= value(0) && number <= value(1);
    return any([&](const auto& text) { return number == std::stoull(text); });
}

std::string quoted(const std::string& text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

} // namespace

std::string oppositeName(const std::string& name, const core::Schema& schema)
{
    for (const auto& [from, to] : {std::pair("Src", "Dst"), {"Dst", "Src"}, {"In", "Out"}, {"Out", "In"}}) {
        const std::string other = to + name.substr(std::min(name.size(), std::string(from).size()));
        if (name.starts_with(from) && schema.find(other) != ColumnId::kNone)
            return other;
    }
    // VRFs are named after the other words for in and out.
    return name == "IngressVRFID" ? "EgressVRFID" : name == "EgressVRFID" ? "IngressVRFID" : name;
}

std::string FilterTree::text(const core::Schema& schema) const
{
    switch (kind) {
    case Kind::All: return "";
    case Kind::Not: return "NOT (" + children[0].text(schema) + ")";
    case Kind::And:
    case Kind::Or: {
        std::string out;
        for (const auto& child : children)
            out += (out.empty() ? "(" : kind == Kind::And ? ") AND (" : ") OR (") + child.text(schema);
        return out + ")";
    }
    case Kind::Leaf: break;
    }
    const auto& first = schema[schema.find(columnsOf(column, schema)[0])];
    const bool isText = first.storage() == core::Storage::Dict && !core::isList(first.type);
    const auto written = [&](size_t i) { return isText ? quoted(values[i]) : values[i]; };
    if (op == "BETWEEN")
        return fmt::format("{} BETWEEN {} AND {}", column, written(0), written(1));
    if (op != "IN" && op != "NOTIN")
        return column + " " + op + " " + written(0);
    std::string out = column + " " + op + " (";
    for (size_t i = 0; i < values.size(); ++i)
        out += (i > 0 ? ", " : "") + written(i);
    return out + ")";
}

bool FilterTree::matches(const NaiveFlows& flows, size_t row) const
{
    const auto child = [&](const FilterTree& tree) { return tree.matches(flows, row); };
    switch (kind) {
    case Kind::All: return true;
    case Kind::Not: return !child(children[0]);
    case Kind::And: return std::ranges::all_of(children, child);
    case Kind::Or: return std::ranges::any_of(children, child);
    case Kind::Leaf: break;
    }
    // "AS != x" means NOT (AS = x).
    const bool negated = op == "!=" || op == "NOTIN";
    const auto columns = columnsOf(column, flows.schema());
    const bool any = std::ranges::any_of(columns, [&](const auto& name) { return holds(*this, op == "!=" ? "=" : op == "NOTIN" ? "IN" : op, name, flows, row); });
    return any != negated;
}

FilterTree FilterTree::reversed(const core::Schema& schema) const
{
    auto out = *this;
    for (auto& child : out.children)
        child = child.reversed(schema);
    out.column = oppositeName(column, schema);
    return out;
}

std::vector<FilterTree> FilterTree::simpler() const
{
    std::vector<FilterTree> out;
    if (kind == Kind::All)
        return out;
    out.emplace_back();
    out.insert(out.end(), children.begin(), children.end());
    for (size_t i = 0; i < children.size(); ++i) {
        for (auto& less : children[i].simpler()) {
            if (less.kind == Kind::All)
                continue;
            out.push_back(*this);
            out.back().children[i] = std::move(less);
        }
    }
    for (size_t i = 0; values.size() > 1 && op != "BETWEEN" && i < values.size(); ++i) {
        out.push_back(*this);
        out.back().values = {values[i]};
    }
    return out;
}

namespace {

FilterTree randomLeaf(Random& random, const core::FlowBatch& batch)
{
    const NaiveFlows flows(batch);
    const auto& schema = batch.schema();
    const auto pick = [&](size_t many) { return static_cast<size_t>(random() % many); };
    FilterTree leaf{.kind = FilterTree::Kind::Leaf, .children = {}, .column = {}, .op = {}, .values = {}};
    const Column* column = nullptr;
    if (pick(4) == 0) {
        const auto& word = schema.endpoints()[pick(schema.endpoints().size())];
        leaf.column = word.name;
        column = &schema[word.src];
    } else {
        // Mostly columns with values.
        do {
            column = &schema.columns()[pick(schema.size())];
        } while (column->type == core::Type::Elements || column->type == core::Type::LargeCommunities || (!batch.has(column->id) && column->stored() && pick(10) > 0));
        leaf.column = column->name;
    }
    const std::string name(column->name);
    const auto row = [&] { return pick(batch.rows()); };
    const auto oneOf = [&](std::initializer_list<const char*> ops) { return std::string(ops.begin()[pick(ops.size())]); };
    const auto type = core::typeInfo(column->type);
    if (column->storage() == core::Storage::Ip) {
        leaf.op = oneOf({"=", "!=", "IN", "NOTIN", "<<"});
        for (size_t n = leaf.op.ends_with("IN") ? 1 + pick(3) : 1; n > 0; --n) {
            auto ip = flows.address(name, row());
            if (ip.isZero())
                ip = core::Ip::v4(0x0a000000);
            const bool subnet = leaf.op == "<<" || pick(2) == 0;
            leaf.values.push_back(ip.toString() + (subnet ? "/" + std::to_string(1 + pick(ip.isV4() ? 32 : 128)) : ""));
        }
    } else if (core::isList(column->type)) {
        const auto words = flows.list(name, row());
        leaf.op = oneOf({"=", "!="});
        leaf.values = {std::to_string(words.empty() ? 7 : words[pick(words.size())])};
        // Communities are written as pairs: left to the filter's own tests.
        if (column->type == core::Type::Communities || column->type == core::Type::LargeCommunities)
            leaf.column = "DstASPath";
    } else if (column->storage() == core::Storage::Dict) {
        leaf.op = oneOf({"=", "!=", "IN", "NOTIN", "LIKE"});
        for (size_t n = leaf.op.ends_with("IN") ? 1 + pick(3) : 1; n > 0; --n)
            leaf.values.push_back(leaf.op == "LIKE" ? "name " + std::to_string(pick(9)) + "%" : flows.bytes(name, row()));
    } else if (isNumber(*column) && type.literal != core::Literal::Mac && type.literal != core::Literal::EType && type.literal != core::Literal::Icmp
               && type.literal != core::Literal::SizeBucket && type.literal != core::Literal::Enum && type.literal != core::Literal::Prefix) {
        const bool ordered = type.operators == core::Operators::Ordered || type.operators == core::Operators::Flags;
        leaf.op = ordered ? oneOf({"=", "!=", "<", ">=", "IN", "NOTIN", "BETWEEN"}) : oneOf({"=", "!="});
        for (size_t n = leaf.op.ends_with("IN") ? 1 + pick(3) : leaf.op == "BETWEEN" ? 2 : 1; n > 0; --n)
            leaf.values.push_back(std::to_string(flows.number(name, row())));
        if (leaf.op == "BETWEEN" && std::stoull(leaf.values[0]) > std::stoull(leaf.values[1]))
            std::swap(leaf.values[0], leaf.values[1]);
    } else {
        leaf.column = "Proto";
        leaf.op = "=";
        leaf.values = {"6"};
    }
    return leaf;
}

} // namespace

FilterTree randomFilter(Random& random, const core::FlowBatch& flows, int depth)
{
    const auto what = random() % 6;
    if (depth == 0 || what < 3)
        return randomLeaf(random, flows);
    FilterTree out{.kind = what == 3 ? FilterTree::Kind::And : what == 4 ? FilterTree::Kind::Or : FilterTree::Kind::Not, .children = {}, .column = {}, .op = {}, .values = {}};
    for (uint64_t n = what == 5 ? 1 : 2 + random() % 2; n > 0; --n)
        out.children.push_back(randomFilter(random, flows, depth - 1));
    return out;
}

} // namespace rivereto::support
