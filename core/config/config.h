// SPDX-License-Identifier: GPL-3.0-or-later
// Config: the values of rivereto.toml. Read this first in core/config.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ip.h"
#include "core/base/result.h"
#include "core/decode/inputsettings.h"
#include "core/enrich/metadata.h"
#include "core/enrich/networks.h"
#include "core/schema/schema.h"

namespace rivereto::core {

/// One UDP listener.
struct InputConfig {
    std::string address; ///< empty: all addresses
    uint16_t port = 0;
    InputSettings settings;
};

/// An information element of an enterprise as a column of its own: [[schema.element]].
struct SchemaElement {
    std::string name;
    Type type = Type::UInt64;
    uint16_t id = 0;
    uint32_t enterprise = 0;
    std::string label; ///< empty: the name
    bool operator==(const SchemaElement&) const = default;
};

struct Config {
    std::vector<InputConfig> inputs;
    InputSettings captures; ///< how capture files are decoded: the [[input]] with kind = "capture"
    std::optional<uint64_t> samplingDefault;
    std::optional<uint64_t> samplingOverride;
    StaticMetadata metadata;
    std::vector<std::string> networkFiles;
    std::vector<NetworkEntry> networks;
    std::vector<std::string> mmdbFiles;
    std::vector<AsProvider> asPrecedence{AsProvider::Flow, AsProvider::Routing, AsProvider::Networks};
    std::map<uint32_t, std::string> asNames; ///< the user's own, over the shipped table
    std::vector<std::string> dropColumns;    ///< names of columns that are not stored
    std::vector<SchemaElement> elements;     ///< enterprise elements that become columns
    std::string theme = "system";            ///< system, light or dark
    /// Where each value that is no default came from: "section.key" → "rivereto.toml:12" or "RIVERETO_SECTION_KEY".
    std::map<std::string, std::string> origins;
};

/// The built-in columns and those that the configuration declares. Errors name the column that cannot be.
Result<std::shared_ptr<const Schema>> schemaOf(const Config& config);

/// The value of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// `text` is the file's content (empty: no file), `file` its name for messages. The environment wins over the file.
/// Unknown keys and wrong values are refused with file, line and what was expected.
Result<Config> parseConfig(std::string_view text, const std::string& file, const Environment& environment);

/// The configuration as TOML, defaults included, each line with where its value came from.
std::string dumpConfig(const Config& config);

/// Prefixes of a networks file: TOML tables ["192.0.2.0/24"] with name, role …, or CSV with a header line that names
/// "prefix" and any of the attributes. Told apart by content.
Result<std::vector<NetworkEntry>> parseNetworks(std::string_view text, const std::string& file);

} // namespace rivereto::core
