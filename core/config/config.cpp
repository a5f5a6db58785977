// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/config.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "core/config/tomltable.h"
#include "core/text/names.h"
#include "core/text/value.h"

namespace rivereto::core {

namespace {

/// A value on its way into the configuration, whoever gave it.
struct Given {
    std::vector<std::string> texts; ///< one, or the members of a list
    std::string place;              ///< for messages and origins
    [[nodiscard]] const std::string& text() const { return texts.front(); }
};

using Setter = Result<void> (*)(Config&, const Given&);

/// A key with one value or a list of them. Sections with tables of their own ([[input]], metadata, networks.prefix,
/// asn.names) are read apart.
struct Key {
    std::string_view section;
    std::string_view name;
    bool list;
    std::string_view doc;
    Setter set;
    std::string (*dump)(const Config&); ///< TOML value
};

Result<uint64_t> positive(const Given& given)
{
    const auto number = parseNumber(given.text());
    if (!number || *number == 0)
        return fail("{}: expected a whole number above 0, not “{}”", given.place, given.text());
    return *number;
}

std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (code < 0x20 || code == 0x7f) {
            out += fmt::format("\\u{:04x}", code);
            continue;
        }
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

std::string quotedList(const std::vector<std::string>& texts)
{
    std::string out = "[";
    for (const auto& text : texts)
        out += (out.size() > 1 ? ", " : "") + quoted(text);
    return out + "]";
}

std::string optionalNumber(const std::optional<uint64_t>& number) { return number ? fmt::format("{}", *number) : std::string(); }

Result<void> setPrecedence(Config& config, const Given& given)
{
    config.asPrecedence.clear();
    for (const auto& text : given.texts) {
        const auto* found = std::ranges::find(kAsProviderNames, text);
        if (found == std::end(kAsProviderNames))
            return fail("{}: “{}” is no way to an AS number: flow, flow-except-private, flow-except-default-route, routing, routing-except-private or networks", given.place, text);
        config.asPrecedence.push_back(static_cast<AsProvider>(found - kAsProviderNames));
    }
    return {};
}

Result<void> setTheme(Config& config, const Given& given)
{
    if (given.text() != "system" && given.text() != "light" && given.text() != "dark")
        return fail("{}: expected system, light or dark, not “{}”", given.place, given.text());
    config.theme = given.text();
    return {};
}

/// Without these there would be nothing to draw.
constexpr ColumnId kNeeded[] = {ColumnId::TimeReceived, ColumnId::Bytes, ColumnId::Packets, ColumnId::SamplingRate};

Result<void> setDropped(Config& config, const Given& given)
{
    const auto schema = Schema::builtin();
    for (const auto& name : given.texts) {
        const auto id = schema->find(name);
        if (id == ColumnId::kNone)
            return fail("{}: there is no column “{}”; “rivereto schema” lists them", given.place, name);
        if (std::ranges::find(kNeeded, id) != std::end(kNeeded))
            return fail("{}: {} cannot be dropped: every chart needs it", given.place, name);
    }
    config.dropColumns = given.texts;
    return {};
}

Result<void> setSampling(std::optional<uint64_t>& target, const Given& given)
{
    const auto rate = positive(given);
    if (!rate)
        return tl::unexpected(rate.error());
    target = *rate;
    return {};
}

constexpr Key kKeys[] = {
    {"exporters", "default-sampling", false, "sampling rate of exporters that tell none",
     [](Config& config, const Given& given) { return setSampling(config.samplingDefault, given); },
     [](const Config& config) { return optionalNumber(config.samplingDefault); }},
    {"exporters", "override-sampling", false, "sampling rate whatever an exporter says",
     [](Config& config, const Given& given) { return setSampling(config.samplingOverride, given); },
     [](const Config& config) { return optionalNumber(config.samplingOverride); }},
    {"networks", "files", true, "CSV or TOML files with your own prefixes",
     [](Config& config, const Given& given) { config.networkFiles = given.texts; return Result<void>(); },
     [](const Config& config) { return quotedList(config.networkFiles); }},
    {"asn", "precedence", true, "ways to an AS number, first one first", setPrecedence,
     [](const Config& config) {
         std::vector<std::string> names;
         for (const auto provider : config.asPrecedence)
             names.emplace_back(kAsProviderNames[static_cast<size_t>(provider)]);
         return quotedList(names);
     }},
    {"mmdb", "files", true, "MMDB databases of countries, cities and AS numbers",
     [](Config& config, const Given& given) { config.mmdbFiles = given.texts; return Result<void>(); },
     [](const Config& config) { return quotedList(config.mmdbFiles); }},
    {"schema", "drop", true, "columns that are not stored",
     [](Config& config, const Given& given) { return setDropped(config, given); },
     [](const Config& config) { return quotedList(config.dropColumns); }},
    {"ui", "theme", false, "system, light or dark", setTheme, [](const Config& config) { return quoted(config.theme); }},
};

constexpr std::string_view kSections[] = {"input", "exporters", "metadata", "networks", "asn", "mmdb", "schema", "ui"};

std::string listOf(std::string_view section)
{
    std::string out;
    for (const auto& key : kKeys) {
        if (key.section == section)
            out += fmt::format("{}{}", out.empty() ? "" : ", ", key.name);
    }
    if (section == "networks")
        out += ", [networks.prefix]";
    if (section == "asn")
        out += ", [asn.names]";
    if (section == "schema")
        out += ", [[schema.element]]";
    return out;
}

/// A scalar or an array of scalars as texts.
std::optional<std::vector<std::string>> textsOf(const toml::node& node)
{
    const auto scalar = [](const toml::node& value) -> std::optional<std::string> {
        if (const auto text = value.value<std::string>())
            return text;
        if (value.is_integer())
            return fmt::format("{}", *value.value<int64_t>());
        return std::nullopt;
    };
    if (const auto* array = node.as_array()) {
        std::vector<std::string> out;
        for (const auto& member : *array) {
            const auto text = scalar(member);
            if (!text)
                return std::nullopt;
            out.push_back(*text);
        }
        return out;
    }
    if (const auto text = scalar(node))
        return std::vector{*text};
    return std::nullopt;
}

std::vector<std::string> splitList(const std::string& text)
{
    std::vector<std::string> out;
    for (size_t at = 0; at <= text.size();) {
        const auto comma = std::min(text.find(',', at), text.size());
        if (comma > at)
            out.push_back(text.substr(at, comma - at));
        at = comma + 1;
    }
    return out;
}

/// RIVERETO_SECTION_KEY.
std::string environmentName(std::string_view section, std::string_view name)
{
    std::string out = "RIVERETO_";
    for (const char c : fmt::format("{}_{}", section, name))
        out += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

/// Reads the file's tables into a Config; every function reports the place of what it refuses.
class FileReader {
public:
    FileReader(const std::string& file, Config& config) : m_file(file), m_config(config) { }

    Result<void> read(const toml::table& table)
    {
        for (const auto& [name, node] : table) {
            const std::string section(name.str());
            if (std::ranges::find(kSections, section) == std::end(kSections))
                return fail("{}: there is no section [{}]; there are input, exporters, metadata, networks, asn, mmdb, schema, ui", placeOf(m_file, node), section);
            auto done = section == "input" ? readInputs(node) : section == "metadata" ? readMetadata(node) : readSection(section, node);
            if (!done)
                return done;
        }
        return {};
    }

private:
    Result<void> readSection(const std::string& section, const toml::node& node)
    {
        const auto* table = node.as_table();
        if (!table)
            return fail("{}: [{}] is a table", placeOf(m_file, node), section);
        for (const auto& [name, value] : *table) {
            const std::string key(name.str());
            if (section == "networks" && key == "prefix") {
                if (auto done = readPrefixes(value); !done)
                    return done;
                continue;
            }
            if (section == "asn" && key == "names") {
                if (auto done = readAsNames(value); !done)
                    return done;
                continue;
            }
            if (section == "schema" && key == "element") {
                if (auto done = readElements(value); !done)
                    return done;
                continue;
            }
            if (auto done = readKey(section, key, value); !done)
                return done;
        }
        return {};
    }

    Result<void> readElements(const toml::node& node)
    {
        const auto* array = node.as_array();
        if (!array)
            return fail("{}: elements are written [[schema.element]]", placeOf(m_file, node));
        for (const auto& member : *array) {
            const auto* table = member.as_table();
            if (!table)
                return fail("{}: an element is a table", placeOf(m_file, member));
            SchemaElement element;
            for (const auto& [name, value] : *table) {
                const auto text = value.value<std::string>();
                const auto number = value.is_integer() ? *value.value<int64_t>() : -1;
                const auto type = text ? typeNamed(*text) : std::nullopt;
                if (name == "name" && text)
                    element.name = *text;
                else if (name == "label" && text)
                    element.label = *text;
                else if (name == "type" && type)
                    element.type = *type;
                else if (name == "id" && number > 0 && number < 0x8000)
                    element.id = static_cast<uint16_t>(number);
                else if (name == "enterprise" && number >= 0 && number <= UINT32_MAX)
                    element.enterprise = static_cast<uint32_t>(number);
                else
                    return fail("{}: “{}” is no key of an element, or has a wrong value; there are name, type (see “rivereto schema”), id, enterprise, label", placeOf(m_file, value), std::string(name.str()));
            }
            if (element.name.empty() || element.id == 0)
                return fail("{}: an element needs name, type and id", placeOf(m_file, member));
            m_config.elements.push_back(std::move(element));
        }
        return {};
    }

    Result<void> readKey(const std::string& section, const std::string& name, const toml::node& value)
    {
        const auto place = placeOf(m_file, value);
        const auto* key = std::ranges::find_if(kKeys, [&](const Key& k) { return k.section == section && k.name == name; });
        if (key == std::end(kKeys))
            return fail("{}: there is no key “{}” in [{}]; there are {}", place, name, section, listOf(section));
        const auto texts = textsOf(value);
        if (!texts || (!key->list && (value.is_array() || texts->size() != 1)))
            return fail("{}: {} takes {}", place, name, key->list ? "a list of texts" : "one value");
        m_config.origins[section + "." + name] = place;
        return key->set(m_config, {.texts = *texts, .place = place});
    }

    Result<void> readInputs(const toml::node& node)
    {
        const auto* array = node.as_array();
        if (!array)
            return fail("{}: inputs are written [[input]]", placeOf(m_file, node));
        for (const auto& member : *array) {
            const auto* table = member.as_table();
            if (!table)
                return fail("{}: an input is a table", placeOf(m_file, member));
            if (auto done = readInput(*table); !done)
                return done;
            m_config.origins["input"] = placeOf(m_file, node);
        }
        return {};
    }

    Result<void> readInput(const toml::table& table)
    {
        InputConfig input;
        std::string kind = "udp";
        for (const auto& [name, value] : table) {
            const auto place = placeOf(m_file, value);
            const auto text = value.value<std::string>();
            const auto number = value.is_integer() ? value.value<int64_t>() : std::nullopt;
            if (name == "port" && number && *number > 0 && *number <= 65535)
                input.port = static_cast<uint16_t>(*number);
            else if (name == "port")
                return fail("{}: a port is a number from 1 to 65535", place);
            else if (name == "address" && text)
                input.address = *text;
            else if (name == "kind" && text && (*text == "udp" || *text == "capture"))
                kind = *text;
            else if (name == "kind")
                return fail("{}: the kind of an input is “udp” or “capture”", place);
            else if (std::ranges::find(inputSettingKeys(), name.str()) == inputSettingKeys().end())
                return fail("{}: “{}” is no key of an input; there are address, port, kind, {}", place, std::string(name.str()), fmt::format("{}", fmt::join(inputSettingKeys(), ", ")));
            else if (auto done = readInputSetting(input.settings, std::string(name.str()), value); !done)
                return fail("{}: {}", place, done.error().message());
        }
        if (kind == "capture" && (input.port != 0 || !input.address.empty()))
            return fail("{}: an input of captures has neither address nor port", placeOf(m_file, table));
        if (kind == "capture") {
            m_config.captures = std::move(input.settings);
            return {};
        }
        if (input.port == 0)
            return fail("{}: an input needs a port", placeOf(m_file, table));
        m_config.inputs.push_back(std::move(input));
        return {};
    }

    /// Switches may be written as booleans, and prefixes as a list.
    static Result<void> readInputSetting(InputSettings& settings, const std::string& key, const toml::node& value)
    {
        std::string words;
        if (const auto* list = value.as_array()) {
            for (const auto& member : *list)
                words += (words.empty() ? "" : "+") + member.value_or(std::string("?"));
        } else if (value.is_boolean()) {
            words = *value.value<bool>() ? "yes" : "no";
        } else {
            words = value.value_or(std::string("?"));
        }
        return changeInput(settings, key, words);
    }

    Result<void> readPrefixes(const toml::node& node)
    {
        const auto* table = node.as_table();
        if (!table)
            return fail("{}: prefixes are written [networks.prefix.\"192.0.2.0/24\"]", placeOf(m_file, node));
        for (const auto& [prefix, value] : *table) {
            auto entry = readNetwork(m_file, prefix.str(), value);
            if (!entry)
                return tl::unexpected(entry.error());
            m_config.networks.push_back(std::move(*entry));
        }
        return {};
    }

    Result<void> readAsNames(const toml::node& node)
    {
        const auto* table = node.as_table();
        if (!table)
            return fail("{}: [asn.names] has lines like 64501 = \"ACME\"", placeOf(m_file, node));
        for (const auto& [number, value] : *table) {
            const auto as = parseAsn(number.str());
            const auto name = value.value<std::string>();
            if (!as || !name)
                return fail("{}: [asn.names] has lines like 64501 = \"ACME\"", placeOf(m_file, value));
            m_config.asNames[*as] = *name;
        }
        return {};
    }

    Result<void> readMetadata(const toml::node& node)
    {
        const auto* table = node.as_table();
        const auto* exporters = table ? table->get_as<toml::array>("exporter") : nullptr;
        if (!exporters || table->size() != 1)
            return fail("{}: metadata is written [[metadata.exporter]]", placeOf(m_file, node));
        for (const auto& member : *exporters) {
            if (auto done = readExporter(member); !done)
                return done;
        }
        return {};
    }

    Result<void> readExporter(const toml::node& node)
    {
        constexpr std::pair<std::string_view, std::string ExporterMetadata::*> kTexts[] = {
            {"name", &ExporterMetadata::name}, {"group", &ExporterMetadata::group}, {"role", &ExporterMetadata::role},
            {"site", &ExporterMetadata::site}, {"region", &ExporterMetadata::region}, {"tenant", &ExporterMetadata::tenant}};
        const auto* table = node.as_table();
        if (!table)
            return fail("{}: an exporter is a table", placeOf(m_file, node));
        ExporterMetadata exporter;
        std::optional<Prefix> prefix;
        for (const auto& [name, value] : *table) {
            const auto place = placeOf(m_file, value);
            const auto text = value.value<std::string>();
            const auto* known = std::ranges::find(kTexts, name.str(), &std::pair<std::string_view, std::string ExporterMetadata::*>::first);
            if (known != std::end(kTexts) && text) {
                exporter.*known->second = *text;
            } else if (name == "address" && text) {
                prefix = Prefix::parse(text->find('/') == std::string::npos ? *text + (text->find(':') == std::string::npos ? "/32" : "/128") : *text);
                if (!prefix)
                    return fail("{}: “{}” is no address or subnet", place, *text);
            } else if (name == "default" && value.is_table()) {
                auto read = readInterface(value, nullptr);
                if (!read)
                    return tl::unexpected(read.error());
                exporter.otherInterfaces = std::move(*read);
            } else if (name == "interface" && value.is_array()) {
                for (const auto& member : *value.as_array()) {
                    uint32_t index = 0;
                    auto read = readInterface(member, &index);
                    if (!read)
                        return tl::unexpected(read.error());
                    exporter.interfaces[index] = std::move(*read);
                }
            } else {
                return fail("{}: “{}” is no key of an exporter, or has a wrong value; there are address, name, group, role, site, region, tenant, default, [[interface]]", place, std::string(name.str()));
            }
        }
        if (!prefix)
            return fail("{}: an exporter needs an address or subnet", placeOf(m_file, node));
        m_config.metadata.add(*prefix, std::move(exporter));
        return {};
    }

    /// `index` null: the default interface, which has none.
    Result<InterfaceMetadata> readInterface(const toml::node& node, uint32_t* index)
    {
        constexpr std::pair<std::string_view, std::string InterfaceMetadata::*> kTexts[] = {
            {"name", &InterfaceMetadata::name}, {"description", &InterfaceMetadata::description},
            {"provider", &InterfaceMetadata::provider}, {"connectivity", &InterfaceMetadata::connectivity}};
        const auto* table = node.as_table();
        if (!table)
            return fail("{}: an interface is a table", placeOf(m_file, node));
        InterfaceMetadata out;
        bool indexed = index == nullptr;
        for (const auto& [name, value] : *table) {
            const auto place = placeOf(m_file, value);
            const auto text = value.value<std::string>();
            const auto number = value.is_integer() ? *value.value<int64_t>() : -1;
            const bool fits = number >= 0 && number <= UINT32_MAX;
            const auto* known = std::ranges::find(kTexts, name.str(), &std::pair<std::string_view, std::string InterfaceMetadata::*>::first);
            const auto names = enumNames(Type::Boundary);
            const auto boundary = text ? std::ranges::find(names, *text) : names.end();
            if (known != std::end(kTexts) && text) {
                out.*known->second = *text;
            } else if (name == "speed" && fits) {
                out.speedMbps = static_cast<uint32_t>(number);
            } else if (name == "index" && index && fits) {
                *index = static_cast<uint32_t>(number);
                indexed = true;
            } else if (name == "boundary" && boundary != names.end()) {
                out.boundary = static_cast<uint8_t>(boundary - names.begin());
            } else {
                return fail("{}: “{}” is no key of an interface, or has a wrong value; there are index, name, description, speed (Mb/s), provider, connectivity, boundary (external, internal, undefined)", place, std::string(name.str()));
            }
        }
        if (!indexed)
            return fail("{}: an interface needs its index", placeOf(m_file, node));
        return out;
    }

    const std::string& m_file;
    Config& m_config;
};

} // namespace

std::string placeOf(const std::string& file, const toml::node& node) { return fmt::format("{}:{}", file, node.source().begin.line); }

Result<toml::table> parseToml(std::string_view text, const std::string& file)
{
    try {
        return toml::parse(text, file);
    } catch (const toml::parse_error& error) {
        return fail("{}:{}: {}", file, error.source().begin.line, error.description());
    }
}

Result<std::shared_ptr<const Schema>> schemaOf(const Config& config)
{
    std::vector<ColumnSpec> specs;
    for (const auto& element : config.elements) {
        ColumnSpec spec{.name = element.name, .type = element.type, .label = element.label.empty() ? element.name : element.label, .doc = "Element declared in the configuration."};
        spec.elements[0] = {.id = element.id, .enterprise = element.enterprise};
        specs.push_back(spec);
    }
    return specs.empty() ? Result<std::shared_ptr<const Schema>>(Schema::builtin()) : Schema::builtin()->extended(specs);
}

Result<Config> parseConfig(std::string_view text, const std::string& file, const Environment& environment)
{
    Config out;
    const auto table = parseToml(text, file);
    if (!table)
        return tl::unexpected(table.error());
    if (auto read = FileReader(file, out).read(*table); !read)
        return tl::unexpected(read.error());
    if (const auto schema = schemaOf(out); !schema)
        return fail("{}: {}", file, schema.error().message());
    for (const auto& key : kKeys) {
        const auto name = environmentName(key.section, key.name);
        const auto value = environment ? environment(name) : std::nullopt;
        if (!value)
            continue;
        const Given given{.texts = key.list ? splitList(*value) : std::vector{*value}, .place = name};
        if (auto set = key.set(out, given); !set)
            return tl::unexpected(set.error());
        out.origins[fmt::format("{}.{}", key.section, key.name)] = name;
    }
    return out;
}

namespace {

void dumpLine(std::string& out, std::string_view name, const std::string& value)
{
    if (!value.empty() && value != "\"\"" && value != "0")
        fmt::format_to(std::back_inserter(out), "{} = {}\n", name, value);
}

void dumpInterface(std::string& out, const InterfaceMetadata& interface)
{
    dumpLine(out, "name", quoted(interface.name));
    dumpLine(out, "description", quoted(interface.description));
    dumpLine(out, "speed", fmt::format("{}", interface.speedMbps));
    dumpLine(out, "provider", quoted(interface.provider));
    dumpLine(out, "connectivity", quoted(interface.connectivity));
    if (interface.boundary != 0)
        dumpLine(out, "boundary", quoted(enumNames(Type::Boundary)[interface.boundary]));
}

void dumpTables(std::string& out, const Config& config)
{
    const auto dumpSettings = [&](const InputSettings& settings) {
        for (const auto key : inputSettingKeys())
            out += fmt::format("{} = {}\n", key, quoted(inputWords(settings, key)));
    };
    for (const auto& input : config.inputs) {
        out += fmt::format("\n[[input]]\naddress = {}\nport = {}\n", quoted(input.address), input.port);
        dumpSettings(input.settings);
    }
    out += "\n[[input]]\nkind = \"capture\"\n";
    dumpSettings(config.captures);
    for (const auto& [prefix, exporter] : config.metadata.exporters()) {
        out += fmt::format("\n[[metadata.exporter]]\naddress = {}\n", quoted(prefix.toString()));
        dumpLine(out, "name", quoted(exporter.name));
        dumpLine(out, "group", quoted(exporter.group));
        dumpLine(out, "role", quoted(exporter.role));
        dumpLine(out, "site", quoted(exporter.site));
        dumpLine(out, "region", quoted(exporter.region));
        dumpLine(out, "tenant", quoted(exporter.tenant));
        if (exporter.otherInterfaces) {
            out += "[metadata.exporter.default]\n";
            dumpInterface(out, *exporter.otherInterfaces);
        }
        for (const auto& [index, interface] : exporter.interfaces) {
            out += fmt::format("[[metadata.exporter.interface]]\nindex = {}\n", index);
            dumpInterface(out, interface);
        }
    }
    for (const auto& element : config.elements)
        out += fmt::format("\n[[schema.element]]\nname = {}\ntype = {}\nid = {}\nenterprise = {}\nlabel = {}\n", quoted(element.name), quoted(typeInfo(element.type).name), element.id, element.enterprise, quoted(element.label));
    for (const auto& [prefix, info] : config.networks) {
        out += fmt::format("\n[networks.prefix.{}]\n", quoted(prefix.toString()));
        for (size_t i = 0; i < kNetworkAttributeCount; ++i)
            dumpLine(out, kNetworkAttributes[i], quoted(info.texts[i]));
        dumpLine(out, "asn", fmt::format("{}", info.asn));
    }
    if (!config.asNames.empty())
        out += "\n[asn.names]\n";
    for (const auto& [as, name] : config.asNames)
        out += fmt::format("{} = {}\n", as, quoted(name));
}

} // namespace

std::string dumpConfig(const Config& config)
{
    std::string out;
    std::string_view section;
    for (const auto& key : kKeys) {
        if (key.section != section)
            out += fmt::format("{}[{}]\n", section.empty() ? "" : "\n", key.section);
        section = key.section;
        const auto value = key.dump(config);
        const auto origin = config.origins.find(fmt::format("{}.{}", key.section, key.name));
        out += fmt::format("{}{} = {}  # {}; {}\n", value.empty() ? "# " : "", key.name, value, key.doc, origin == config.origins.end() ? "default" : origin->second);
    }
    dumpTables(out, config);
    return out;
}

} // namespace rivereto::core
