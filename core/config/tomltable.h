// SPDX-License-Identifier: GPL-3.0-or-later
// toml++ behind Result, and the place of a key for messages.
#pragma once

#include <string>
#include <string_view>

#include <toml++/toml.h>

#include "core/base/result.h"
#include "core/enrich/networks.h"

namespace rivereto::core {

/// Errors name file and line.
Result<toml::table> parseToml(std::string_view text, const std::string& file);
/// "rivereto.toml:12".
std::string placeOf(const std::string& file, const toml::node& node);
/// One prefix of a networks table.
Result<NetworkEntry> readNetwork(const std::string& file, std::string_view prefix, const toml::node& node);

} // namespace rivereto::core
