// SPDX-License-Identifier: GPL-3.0-or-later
// Looking into the trees that the dissector makes.
#pragma once

#include <string_view>

#include "core/decode/dissect.h"

namespace rivereto::support {

/// Whether children lie side by side and are all of their parent.
inline bool tiled(const core::DissectNode& node)
{
    uint32_t at = node.offset;
    for (const auto& child : node.children) {
        if (child.offset != at || !tiled(child))
            return false;
        at += child.length;
    }
    return node.children.empty() || at == node.offset + node.length;
}

/// The first of that name, from the root down; null when there is none.
inline const core::DissectNode* named(const core::DissectNode& node, std::string_view name)
{
    if (node.name == name)
        return &node;
    for (const auto& child : node.children) {
        if (const auto* found = named(child, name))
            return found;
    }
    return nullptr;
}

} // namespace rivereto::support
