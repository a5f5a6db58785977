// SPDX-License-Identifier: GPL-3.0-or-later
// NfcapdCompression: how the blocks of nfcapd files are packed, and packing and unpacking one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace rivereto::collectors {

/// The numbers are those of the header of layout 2.
enum class NfcapdCompression : uint8_t {
    None = 0,
    Lzo = 1,
    Bz2 = 2,
    Lz4 = 3,
    Zstd = 4 ///< nfdump reads it from version 1.7.3 on
};

std::string_view compressionName(NfcapdCompression compression);

/// Octets written to `out`; nothing when the block is damaged or holds more than `out` takes. Not for None.
std::optional<size_t> unpackBlock(NfcapdCompression compression, std::span<const uint8_t> block, std::span<uint8_t> out);
/// Appends the packed block; false when the library refuses (no memory). Not for None.
bool packBlock(NfcapdCompression compression, std::span<const uint8_t> block, std::vector<uint8_t>& out);

} // namespace rivereto::collectors
