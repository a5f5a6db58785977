// SPDX-License-Identifier: GPL-3.0-or-later
// Protocol and SamplingSource: numbers of the ExportProtocol and SamplingSource columns, and recognising export by content.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rivereto::core {

/// Values of Type::Export, in the order of enumNames(Type::Export).
enum class Protocol : uint8_t { Unknown, NetFlow1, NetFlow5, NetFlow7, NetFlow9, Ipfix, Sflow, Packets };
std::string_view protocolName(Protocol protocol);

/// Values of Type::Sampling, in the order of enumNames(Type::Sampling).
enum class SamplingSource : uint8_t { Unknown, Record, Sampler, Exporter, Override, Default, Sample };

/// Which export protocol a UDP payload carries, judged by its content only, so that it works on any port.
/// Strict: version, times, counts and the chain of sets or samples must make sense together, so that DNS and other
/// traffic that happens to begin with a version number is not taken for flow export. Cut and damaged export passes as
/// long as its header is believable.
std::optional<Protocol> recognise(std::span<const uint8_t> payload);

} // namespace rivereto::core
