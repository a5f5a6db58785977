// SPDX-License-Identifier: GPL-3.0-or-later
// What the text forms of answers share: aligned columns, units, names behind numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/enrich/asnames.h"
#include "core/query/query.h"
#include "core/schema/schema.h"

namespace rivereto::app {

using TextRows = std::vector<std::vector<std::string>>;

/// Appends rows in columns as wide as their widest cell; `right`: which columns end in line, one a column.
void align(std::string& out, const TextRows& rows, const std::vector<bool>& right);

/// "b/s", "p/s" …; empty for totals.
std::string_view unitText(core::Unit unit);

/// "15169 Google" where an AS's name is known; `asNames` may be null.
std::string withName(std::string value, const core::Column& column, const core::AsNames* asNames);

} // namespace rivereto::app
