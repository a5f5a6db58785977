// SPDX-License-Identifier: GPL-3.0-or-later
// The distinct values of a column, sorted, and each row's index into them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/ip.h"
#include "storage/segment/unwritten.h"

namespace rivereto::storage {

struct Codes {
    UnwrittenVector<uint16_t> codes;
    std::vector<uint64_t> numbers;    ///< distinct values of a column of numbers
    std::vector<core::Ip> addresses;  ///< or of addresses
    [[nodiscard]] size_t distinct() const { return numbers.size() + addresses.size(); }
    [[nodiscard]] bool made() const { return !codes.empty(); }
};

/// Codes of at most `most` distinct values; not made when there are more (or, of many rows, when so many of the first differ
/// that there would be). T: uint8_t, uint16_t, uint32_t, uint64_t or Ip. At most kSegmentRows cells.
template <class T>
Codes makeCodes(std::span<const T> cells, size_t most);

} // namespace rivereto::storage
