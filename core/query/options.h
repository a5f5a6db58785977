// SPDX-License-Identifier: GPL-3.0-or-later
// Query options by name: one list for the command line and for links.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/query/query.h"

namespace rivereto::core {

/// An option of a query but its range: "limit", "bidirectional" …
struct QueryOption {
    std::string_view name;
    bool flag = false; ///< takes no value
};
std::span<const QueryOption> queryOptions();

/// Sets one option from its text; a flag's value is not looked at. `name` may have dashes before it, as on the command line;
/// errors repeat it as it was given.
Result<void> setQueryOption(Query& query, std::string_view name, std::string_view value);

/// The options that differ from a default-made Query, in the order of queryOptions(): setting them on one gives this query.
std::vector<std::pair<std::string_view, std::string>> optionsOf(const Query& query);

} // namespace rivereto::core
