// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/dimension.h"

#include <algorithm>

#include "core/text/names.h"

namespace rivereto::core {

namespace {

Result<Dimension> bindDimension(const std::string& name, const Schema& schema)
{
    if (equalNoCase(name, kConversation))
        return Dimension{.name = std::string(kConversation), .column = ColumnId::SrcAddr, .otherEnd = ColumnId::DstAddr};
    if (const auto id = schema.find(name); id != ColumnId::kNone) {
        if (schema[id].type == Type::Elements)
            return fail("{} cannot be grouped by", schema[id].name);
        return Dimension{.name = std::string(schema[id].name), .column = id};
    }
    if (const auto* word = schema.findEndpoint(name))
        return Dimension{.name = std::string(word->name), .column = word->src, .otherEnd = word->dst};
    std::vector<std::string_view> known{kConversation};
    for (const auto& column : schema.columns())
        known.push_back(column.name);
    for (const auto& word : schema.endpoints())
        known.push_back(word.name);
    const auto nearest = nearestName(name, known);
    if (!nearest.empty())
        return fail("there is no column “{}” to group by; is “{}” meant?", name, nearest);
    return fail("there is no column “{}” to group by; “rivereto schema” lists them", name);
}

} // namespace

Result<std::vector<Dimension>> bindDimensions(std::span<const std::string> names, const Schema& schema)
{
    std::vector<Dimension> out;
    for (const auto& name : names) {
        auto dimension = bindDimension(name, schema);
        if (!dimension)
            return tl::unexpected(dimension.error());
        if (std::ranges::find(out, *dimension) != out.end())
            return fail("{} is given twice as dimension", dimension->name);
        out.push_back(std::move(*dimension));
    }
    return out;
}

std::vector<GroupKey> keysOf(std::span<const Dimension> dimensions)
{
    std::vector<GroupKey> out;
    for (const auto& dimension : dimensions) {
        if (dimension.isConversation()) {
            out.push_back({dimension.column, dimension.otherEnd, GroupKey::Take::Smaller});
            out.push_back({dimension.column, dimension.otherEnd, GroupKey::Take::Larger});
        } else {
            out.push_back({.column = dimension.column, .other = dimension.otherEnd});
        }
    }
    return out;
}

std::string reversedName(const std::string& name, const Schema& schema)
{
    const auto id = schema.find(name);
    return id == ColumnId::kNone || schema[id].pair == ColumnId::kNone ? name : std::string(schema[schema[id].pair].name);
}

} // namespace rivereto::core
