// SPDX-License-Identifier: GPL-3.0-or-later
// The tight loops: one big-endian field of records that lie one after another into one column of cells.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/decode/bytes.h"

namespace rivereto::core {

template <unsigned Width, class Cell> inline void loadColumn(const uint8_t* from, size_t stride, size_t count, Cell* out)
{
    for (size_t i = 0; i < count; ++i, from += stride)
        out[i] = static_cast<Cell>(loadBe<Width>(from));
}

/// Width 1 … 8; anything else gives zeros.
template <class Cell> void loadColumn(const uint8_t* from, size_t stride, size_t width, size_t count, Cell* out)
{
    switch (width) {
    case 1:
        return loadColumn<1>(from, stride, count, out);
    case 2:
        return loadColumn<2>(from, stride, count, out);
    case 3:
        return loadColumn<3>(from, stride, count, out);
    case 4:
        return loadColumn<4>(from, stride, count, out);
    case 5:
        return loadColumn<5>(from, stride, count, out);
    case 6:
        return loadColumn<6>(from, stride, count, out);
    case 7:
        return loadColumn<7>(from, stride, count, out);
    case 8:
        return loadColumn<8>(from, stride, count, out);
    default:
        return loadColumn<0>(from, stride, count, out);
    }
}

} // namespace rivereto::core
