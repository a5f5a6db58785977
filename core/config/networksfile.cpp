// SPDX-License-Identifier: GPL-3.0-or-later
// Files of the user's own prefixes: CSV and TOML.
#include <algorithm>
#include <charconv>

#include "core/config/config.h"
#include "core/config/tomltable.h"

namespace rivereto::core {

namespace {

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r");
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Fields of a CSV line as RFC 4180 has it, within one line.
std::vector<std::string> splitCsv(std::string_view line, char separator)
{
    std::vector<std::string> out(1);
    bool quoted = false;
    for (size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"')
            out.back() += line[++i];
        else if (c == '"')
            quoted = !quoted;
        else if (c == separator && !quoted)
            out.emplace_back();
        else
            out.back() += c;
    }
    for (auto& field : out)
        field = trimmed(field);
    return out;
}

Result<uint32_t> parseAs(std::string_view text)
{
    if (text.starts_with("AS") || text.starts_with("as"))
        text.remove_prefix(2);
    uint32_t as = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), as);
    if (error != std::errc() || end != text.data() + text.size())
        return fail("“{}” is no AS number", text);
    return as;
}

/// "asn" or one of kNetworkAttributes.
Result<void> setAttribute(NetworkInfo& info, std::string_view name, const std::string& value)
{
    if (name == "asn") {
        if (value.empty())
            return {};
        const auto as = parseAs(value);
        if (!as)
            return tl::unexpected(as.error());
        info.asn = *as;
        return {};
    }
    const auto* found = std::ranges::find(kNetworkAttributes, name);
    if (found == std::end(kNetworkAttributes))
        return fail("“{}” is no attribute of a network: name, role, site, region, tenant, city, state, country or asn", name);
    info.texts[static_cast<size_t>(found - kNetworkAttributes)] = value;
    return {};
}

Result<std::vector<NetworkEntry>> parseCsv(std::string_view text, const std::string& file)
{
    std::vector<NetworkEntry> out;
    std::vector<std::string> header;
    char separator = ',';
    size_t number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        if (line.empty() || line.front() == '#')
            continue;
        if (header.empty()) {
            separator = line.find(';') != std::string_view::npos ? ';' : line.find('\t') != std::string_view::npos ? '\t' : ',';
            header = splitCsv(line, separator);
            if (std::ranges::find(header, "prefix") == header.end())
                return fail("{}:{}: the first line names the columns; one of them is “prefix”", file, number);
            continue;
        }
        const auto fields = splitCsv(line, separator);
        NetworkEntry entry;
        for (size_t i = 0; i < std::min(fields.size(), header.size()); ++i) {
            if (header[i] == "prefix") {
                const auto prefix = Prefix::parse(fields[i]);
                if (!prefix)
                    return fail("{}:{}: “{}” is no prefix like 192.0.2.0/24", file, number, fields[i]);
                entry.prefix = *prefix;
            } else if (auto set = setAttribute(entry.info, header[i], fields[i]); !set) {
                return fail("{}:{}: {}", file, number, set.error().message());
            }
        }
        out.push_back(std::move(entry));
    }
    return out;
}

} // namespace

Result<NetworkEntry> readNetwork(const std::string& file, std::string_view prefix, const toml::node& node)
{
    const auto place = placeOf(file, node);
    const auto parsed = Prefix::parse(prefix);
    if (!parsed)
        return fail("{}: “{}” is no prefix like 192.0.2.0/24", place, prefix);
    const auto* table = node.as_table();
    if (!table)
        return fail("{}: a prefix is a table with name, role, site …", place);
    NetworkEntry out{.prefix = *parsed, .info = {}};
    for (const auto& [key, value] : *table) {
        const auto text = value.is_integer() ? fmt::format("{}", *value.value<int64_t>()) : value.value<std::string>().value_or("");
        if (auto set = setAttribute(out.info, key.str(), text); !set)
            return fail("{}: {}", placeOf(file, value), set.error().message());
    }
    return out;
}

Result<std::vector<NetworkEntry>> parseNetworks(std::string_view text, const std::string& file)
{
    // A TOML file has a table header before anything else; a CSV file has none.
    size_t at = 0;
    while (at < text.size() && (text[at] == '#' || text[at] == '\n' || text[at] == '\r' || text[at] == ' '))
        at = text[at] == '#' ? std::min(text.find('\n', at), text.size()) : at + 1;
    if (at >= text.size() || text[at] != '[')
        return parseCsv(text, file);
    const auto table = parseToml(text, file);
    if (!table)
        return tl::unexpected(table.error());
    std::vector<NetworkEntry> out;
    for (const auto& [prefix, node] : *table) {
        auto entry = readNetwork(file, prefix.str(), node);
        if (!entry)
            return tl::unexpected(entry.error());
        out.push_back(std::move(*entry));
    }
    return out;
}

} // namespace rivereto::core
