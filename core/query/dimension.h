// SPDX-License-Identifier: GPL-3.0-or-later
// Dimension: what a query groups by, found in the schema.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/query/keyviews.h"
#include "core/schema/schema.h"

namespace rivereto::core {

/// The unordered pair of a flow's addresses, as a dimension.
inline constexpr std::string_view kConversation = "Conversation";

struct Dimension {
    std::string name;                     ///< as the schema spells it: "SrcAS", "AS", "Conversation"
    ColumnId column = ColumnId::kNone;    ///< what its values are formatted as
    ColumnId otherEnd = ColumnId::kNone;  ///< words for both ends and Conversation: the destination's column
    bool operator==(const Dimension&) const = default;
    [[nodiscard]] bool isConversation() const { return name == kConversation; }
};

/// Case-insensitive; what is no column, no word, or given twice is refused.
Result<std::vector<Dimension>> bindDimensions(std::span<const std::string> names, const Schema& schema);

/// One key a dimension, two for Conversation.
std::vector<GroupKey> keysOf(std::span<const Dimension> dimensions);

/// The dimension's name for the opposite direction; what has no counterpart stays itself.
std::string reversedName(const std::string& name, const Schema& schema);

} // namespace rivereto::core
