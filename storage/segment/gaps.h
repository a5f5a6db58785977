// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers that never fall, as a Golomb–Rice code of the gaps between them: what sorted distinct values need.
#pragma once

#include <cstdint>
#include <span>

#include "storage/segment/bytes.h"

namespace rivereto::storage {

void putGaps(ByteWriter& out, std::span<const uint64_t> ascending);
/// False when the bytes do not hold out.size() numbers. Values that do not fit T are cut. T: any unsigned integer.
template <class T>
bool getGaps(ByteReader& in, std::span<T> out);

} // namespace rivereto::storage
