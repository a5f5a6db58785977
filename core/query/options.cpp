// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/options.h"

#include <algorithm>
#include <charconv>

#include "core/text/time.h"

namespace rivereto::core {

namespace {

constexpr QueryOption kOptions[] = {
    {"kind"}, {"dimensions"}, {"filter"}, {"units"}, {"limit"}, {"limit-type"}, {"points"}, {"interval"}, {"bidirectional", true}, {"previous-period"},
    {"spread", true}, {"billing", true}, {"truncate-v4"}, {"truncate-v6"}, {"sort"}, {"count"},
};

template <class T>
Result<void> setNumber(T& out, std::string_view name, std::string_view text, uint64_t largest, uint64_t least = 0)
{
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = end == text.data() + text.size() && !text.empty();
    if (whole && error == std::errc() && number >= least && number <= largest) {
        out = static_cast<T>(number);
        return {};
    }
    if (whole && number < least)
        return fail("{} takes at least {}", name, least);
    if (whole && (error == std::errc() || error == std::errc::result_out_of_range))
        return fail("{} takes a number up to {}, not “{}”", name, largest, text);
    return fail("{} takes a whole number, not “{}”", name, text);
}

template <class T>
Result<void> setName(T& out, const Result<T>& parsed)
{
    if (!parsed)
        return tl::unexpected(parsed.error());
    out = *parsed;
    return {};
}

Result<void> setInterval(Query& query, std::string_view name, std::string_view text)
{
    const auto interval = parseInterval(text);
    if (!interval)
        return tl::unexpected(interval.error());
    if (*interval == 0)
        return fail("{} must be longer than 0", name);
    query.intervalMs = *interval;
    return {};
}

std::vector<std::string> splitNames(std::string_view text)
{
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto comma = text.find(',');
        auto part = text.substr(0, comma);
        while (part.starts_with(' '))
            part.remove_prefix(1);
        while (part.ends_with(' '))
            part.remove_suffix(1);
        if (!part.empty())
            out.emplace_back(part);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    return out;
}

std::string joinNames(const std::vector<std::string>& names)
{
    std::string out;
    for (const auto& name : names)
        out += (out.empty() ? "" : ",") + name;
    return out;
}

/// As setQueryOption() reads it; the default's text is that of a Query that nobody changed.
std::string optionText(const Query& query, std::string_view option)
{
    const auto flag = [](bool set) { return set ? std::string("yes") : std::string(); };
    if (option == "kind")
        return std::string(kQueryKindNames[static_cast<size_t>(query.kind)]);
    if (option == "dimensions")
        return joinNames(query.dimensions);
    if (option == "filter")
        return query.filter;
    if (option == "units")
        return unitName(query);
    if (option == "limit")
        return std::to_string(query.limit);
    if (option == "limit-type")
        return std::string(kLimitByNames[static_cast<size_t>(query.limitBy)]);
    if (option == "points")
        return std::to_string(query.points);
    if (option == "interval")
        return query.intervalMs ? std::to_string(*query.intervalMs) + "ms" : std::string();
    if (option == "bidirectional")
        return flag(query.bidirectional);
    if (option == "previous-period")
        return std::string(kPeriodNames[static_cast<size_t>(query.previous)]);
    if (option == "spread")
        return flag(query.spread);
    if (option == "billing")
        return flag(query.billing);
    if (option == "truncate-v4")
        return std::to_string(query.truncateV4);
    if (option == "truncate-v6")
        return std::to_string(query.truncateV6);
    if (option == "sort")
        return query.sort;
    return std::to_string(query.count);
}

} // namespace

std::span<const QueryOption> queryOptions() { return kOptions; }

Result<void> setQueryOption(Query& query, std::string_view name, std::string_view value)
{
    auto option = name;
    while (option.starts_with('-'))
        option.remove_prefix(1);
    if (option == "kind")
        return setName(query.kind, parseQueryKind(value));
    if (option == "limit-type")
        return setName(query.limitBy, parseLimitBy(value));
    if (option == "previous-period")
        return setName(query.previous, parsePeriod(value));
    if (option == "units")
        return setUnit(query, value);
    if (option == "limit")
        return setNumber(query.limit, name, value, UINT32_MAX);
    if (option == "points")
        return setNumber(query.points, name, value, UINT32_MAX, 1);
    if (option == "count")
        return setNumber(query.count, name, value, UINT64_MAX);
    if (option == "truncate-v4")
        return setNumber(query.truncateV4, name, value, 32);
    if (option == "truncate-v6")
        return setNumber(query.truncateV6, name, value, 128);
    if (option == "interval")
        return setInterval(query, name, value);
    if (option == "dimensions")
        query.dimensions = splitNames(value);
    else if (option == "filter")
        query.filter = value;
    else if (option == "sort")
        query.sort = value;
    else if (option == "bidirectional")
        query.bidirectional = true;
    else if (option == "spread")
        query.spread = true;
    else if (option == "billing")
        query.billing = true;
    else
        return fail("there is no option “{}” of a query", name);
    return {};
}

std::vector<std::pair<std::string_view, std::string>> optionsOf(const Query& query)
{
    std::vector<std::pair<std::string_view, std::string>> out;
    const Query plain;
    for (const auto& option : kOptions) {
        auto text = optionText(query, option.name);
        if (text != optionText(plain, option.name))
            out.emplace_back(option.name, std::move(text));
    }
    return out;
}

} // namespace rivereto::core
