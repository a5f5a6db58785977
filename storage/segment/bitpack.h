// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers in as few bits as they need: blocks of 256, each with its own base and width.
#pragma once

#include <cstdint>
#include <span>

#include "storage/segment/bytes.h"

namespace rivereto::storage {

/// Numbers to a block.
constexpr size_t kBlock = 256;

// T is any of uint8_t, uint16_t, uint32_t, uint64_t.

template <class T>
struct Bounds {
    T low;
    T high;
};
/// Smallest and largest; `values` is not empty.
template <class T>
Bounds<T> boundsOf(std::span<const T> values);

/// Frame of reference in blocks of 256.
template <class T>
void packNumbers(ByteWriter& out, std::span<const T> values);
/// Differences between neighbours (zigzag), packed as above.
void packDeltas(ByteWriter& out, std::span<const uint64_t> values);
/// Bytes that packNumbers / packDeltas would write.
template <class T>
size_t packedSize(std::span<const T> values);
size_t packedDeltaSize(std::span<const uint64_t> values);

/// The reverse, for exactly out.size() values; false when the bytes do not hold them. Values that do not fit T are cut.
template <class T>
bool unpackNumbers(ByteReader& in, std::span<T> out);
template <class T>
bool unpackDeltas(ByteReader& in, std::span<T> out);
/// Only read: older files have numbers that rise as packed steps.
template <class T>
bool unpackAscending(ByteReader& in, std::span<T> out);

} // namespace rivereto::storage
