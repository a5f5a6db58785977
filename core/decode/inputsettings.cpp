// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/inputsettings.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/ranges.h>

namespace rivereto::core {

namespace {

constexpr std::array<std::string_view, 3> kTimeNames {"udp", "packet", "first-switched"};
constexpr std::array<std::string_view, 2> kExporterNames {"packet", "message"};
constexpr std::array<std::string_view, 3> kPacketNames {"auto", "meter", "leave"};
constexpr std::array<std::string_view, 2> kSwitchNames {"no", "yes"};

/// Position of the words among `names`, or an error that lists them.
template <size_t Count>
Result<size_t> choice(std::string_view key, std::string_view words, const std::array<std::string_view, Count>& names)
{
    const auto it = std::ranges::find(names, words);
    if (it == names.end())
        return fail("“{}” is no value of {}: {}", words, key, fmt::format("{}", fmt::join(names, ", ")));
    return static_cast<size_t>(it - names.begin());
}

/// "auto", then the protocols that a decoder can be pinned to.
const auto& decoderNames()
{
    static const auto names = [] {
        std::array<std::string_view, static_cast<size_t>(Protocol::Sflow) + 1> out {"auto"};
        for (size_t i = 1; i < out.size(); ++i)
            out[i] = protocolName(static_cast<Protocol>(i));
        return out;
    }();
    return names;
}

Result<std::vector<Prefix>> prefixes(std::string_view words)
{
    std::vector<Prefix> out;
    while (!words.empty()) {
        const auto plus = words.find('+');
        const auto one = words.substr(0, plus);
        const auto ip = Ip::parse(one);
        const auto prefix = ip ? std::optional(Prefix {*ip, 128}) : Prefix::parse(one);
        if (!prefix)
            return fail("“{}” is no address or prefix; allow takes them separated by “+”", one);
        out.push_back(*prefix);
        words = plus == std::string_view::npos ? std::string_view() : words.substr(plus + 1);
    }
    return out;
}

/// "60" or "60s": 1 … 86400.
Result<void> seconds(std::string_view key, std::string_view words, uint32_t& out)
{
    const auto digits = words.ends_with('s') ? words.substr(0, words.size() - 1) : words;
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || value == 0 || value > 86'400)
        return fail("“{}” is no value of {}: seconds, 1 to 86400", words, key);
    out = value;
    return {};
}

/// How one setting is read and written.
struct Setting {
    std::string_view key;
    Result<void> (*change)(InputSettings&, std::string_view);
    std::string (*words)(const InputSettings&);
};

/// A setting whose value is the position in a list of names.
template <class Set, class Count>
Result<void> choose(std::string_view key, std::string_view words, const Count& names, Set set)
{
    const auto chosen = choice(key, words, names);
    if (!chosen)
        return tl::unexpected(chosen.error());
    set(*chosen);
    return {};
}

constexpr std::array kSettings {
    Setting {"decoder",
        [](InputSettings& s, std::string_view words) {
            return choose("decoder", words, decoderNames(),
                [&](size_t i) { s.decoder = i == 0 ? std::nullopt : std::optional(static_cast<Protocol>(i)); });
        },
        [](const InputSettings& s) { return std::string(decoderNames()[s.decoder ? static_cast<size_t>(*s.decoder) : 0]); }},
    Setting {"time",
        [](InputSettings& s, std::string_view words) {
            return choose("time", words, kTimeNames, [&](size_t i) { s.time = static_cast<TimeSource>(i); });
        },
        [](const InputSettings& s) { return std::string(kTimeNames[static_cast<size_t>(s.time)]); }},
    Setting {"exporter",
        [](InputSettings& s, std::string_view words) {
            return choose("exporter", words, kExporterNames, [&](size_t i) { s.exporterFromMessage = i == 1; });
        },
        [](const InputSettings& s) { return std::string(kExporterNames[s.exporterFromMessage]); }},
    Setting {"decapsulation",
        [](InputSettings& s, std::string_view words) {
            return choose("decapsulation", words, kDecapsulationNames,
                [&](size_t i) { s.decapsulation = static_cast<Decapsulation>(i); });
        },
        [](const InputSettings& s) { return std::string(kDecapsulationNames[static_cast<size_t>(s.decapsulation)]); }},
    Setting {"strict",
        [](InputSettings& s, std::string_view words) {
            return choose("strict", words, kSwitchNames, [&](size_t i) { s.strict = i == 1; });
        },
        [](const InputSettings& s) { return std::string(kSwitchNames[s.strict]); }},
    Setting {"elements",
        [](InputSettings& s, std::string_view words) {
            return choose("elements", words, kSwitchNames, [&](size_t i) { s.elements = i == 1; });
        },
        [](const InputSettings& s) { return std::string(kSwitchNames[s.elements]); }},
    Setting {"allow",
        [](InputSettings& s, std::string_view words) -> Result<void> {
            auto parsed = prefixes(words);
            if (!parsed)
                return tl::unexpected(parsed.error());
            s.allow = std::move(*parsed);
            return {};
        },
        [](const InputSettings& s) {
            std::string out;
            for (const auto& prefix : s.allow) {
                if (!out.empty())
                    out += '+';
                out += prefix.toString();
            }
            return out;
        }},
    Setting {"packets",
        [](InputSettings& s, std::string_view words) {
            return choose("packets", words, kPacketNames, [&](size_t i) { s.packets = static_cast<PacketUse>(i); });
        },
        [](const InputSettings& s) { return std::string(kPacketNames[static_cast<size_t>(s.packets)]); }},
    Setting {"active", [](InputSettings& s, std::string_view words) { return seconds("active", words, s.activeSeconds); },
        [](const InputSettings& s) { return fmt::format("{}s", s.activeSeconds); }},
    Setting {"inactive", [](InputSettings& s, std::string_view words) { return seconds("inactive", words, s.inactiveSeconds); },
        [](const InputSettings& s) { return fmt::format("{}s", s.inactiveSeconds); }},
    Setting {"csv",
        [](InputSettings& s, std::string_view words) -> Result<void> {
            s.csv = words.empty() ? std::nullopt : std::optional(std::string(words));
            return {};
        },
        [](const InputSettings& s) { return s.csv.value_or(std::string()); }},
};

constexpr auto kKeys = [] {
    std::array<std::string_view, kSettings.size()> out;
    std::ranges::transform(kSettings, out.begin(), &Setting::key);
    return out;
}();

} // namespace

void InputSettings::applyTo(DecoderOptions& options) const
{
    options.pinned = decoder;
    options.timeSource = time;
    options.exporterFromMessage = exporterFromMessage;
    options.decapsulation = decapsulation;
    options.strict = strict;
    options.keepOtherElements = elements;
    options.allow = allow;
}

std::span<const std::string_view> inputSettingKeys()
{
    return kKeys;
}

Result<void> changeInput(InputSettings& settings, std::string_view key, std::string_view words)
{
    const auto it = std::ranges::find(kSettings, key, &Setting::key);
    if (it == kSettings.end())
        return fail("“{}” is no setting of an input; there are {}", key, fmt::format("{}", fmt::join(kKeys, ", ")));
    return it->change(settings, words);
}

Result<void> changeInputs(InputSettings& settings, std::string_view list)
{
    for (;;) {
        const auto comma = list.find(',');
        const auto one = list.substr(0, comma);
        const auto equals = one.find('=');
        if (equals == std::string_view::npos)
            return fail("“{}” is no setting of an input; they look like decoder=ipfix", one);
        if (auto done = changeInput(settings, one.substr(0, equals), one.substr(equals + 1)); !done)
            return done;
        if (comma == std::string_view::npos)
            return {};
        list = list.substr(comma + 1);
    }
}

std::string inputWords(const InputSettings& settings, std::string_view key)
{
    const auto it = std::ranges::find(kSettings, key, &Setting::key);
    return it == kSettings.end() ? std::string() : it->words(settings);
}

} // namespace rivereto::core
