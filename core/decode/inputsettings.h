// SPDX-License-Identifier: GPL-3.0-or-later
// InputSettings: how what comes in on one input is decoded, and the words for it in files and on the command line.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/decode/decoder.h"

namespace rivereto::core {

/// What becomes of captured packets that are no flow export.
enum class PacketUse : uint8_t {
    Auto, ///< metered in captures that begin without flow export
    Meter,
    Leave
};

struct InputSettings {
    std::optional<Protocol> decoder; ///< nothing: by content
    TimeSource time = TimeSource::Udp;
    bool exporterFromMessage = false;
    Decapsulation decapsulation = Decapsulation::None;
    bool strict = false; ///< packets without such a tunnel are dropped
    bool elements = false; ///< keep elements without a column of their own
    std::vector<Prefix> allow; ///< sources that are heard; none: all
    PacketUse packets = PacketUse::Auto;
    uint32_t activeSeconds = 60; ///< a metered flow that lasts longer is told in parts
    uint32_t inactiveSeconds = 15; ///< a metered flow that was silent for so long has ended
    std::optional<std::string> csv; ///< which field of a CSV file is which column, in words without commas
    bool operator==(const InputSettings&) const = default;

    void applyTo(DecoderOptions& options) const;
};

/// Keys of the settings, in the order they are written in.
std::span<const std::string_view> inputSettingKeys();
/// One setting from its words; several prefixes of `allow` are separated by "+". Errors say what was expected.
Result<void> changeInput(InputSettings& settings, std::string_view key, std::string_view words);
/// "key=words,key=words"
Result<void> changeInputs(InputSettings& settings, std::string_view list);
/// The words that changeInput understands. Precondition: one of inputSettingKeys().
std::string inputWords(const InputSettings& settings, std::string_view key);

} // namespace rivereto::core
