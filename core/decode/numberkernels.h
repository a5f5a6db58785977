// SPDX-License-Identifier: GPL-3.0-or-later
// The tight loops: one big-endian field of records that lie one after another into one column of cells.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/ip.h"
#include "core/decode/bytes.h"
#include "core/schema/schema.h"

namespace rivereto::core {

template <unsigned Width, class Cell> inline void loadColumn(const uint8_t* from, size_t stride, size_t count, Cell* out)
{
    for (size_t i = 0; i < count; ++i, from += stride)
        out[i] = static_cast<Cell>(loadBe<Width>(from));
}

/// Width 4 or 16.
template <unsigned Width> inline Ip loadIp(const uint8_t* from)
{
    if constexpr (Width == 4)
        return Ip::v4(load32(from));
    else
        return {load64(from), load64(from + 8)};
}

/// The unspecified address, of either family, is "none".
constexpr bool isUnspecified(Ip ip)
{
    return ip.isZero() || ip == Ip::v4(0);
}

/// Fills `count` cells from a field of records that lie one after another.
using FieldKernel = void (*)(const uint8_t* from, size_t stride, size_t count, uint8_t* out);

template <unsigned Width, class Cell> void numberKernel(const uint8_t* from, size_t stride, size_t count, uint8_t* out)
{
    loadColumn<Width>(from, stride, count, reinterpret_cast<Cell*>(out));
}

template <unsigned Width, bool Keep> void addressKernel(const uint8_t* from, size_t stride, size_t count, uint8_t* out)
{
    auto* cells = reinterpret_cast<Ip*>(out);
    for (size_t i = 0; i < count; ++i, from += stride) {
        const Ip ip = loadIp<Width>(from);
        cells[i] = !Keep && isUnspecified(ip) ? Ip() : ip;
    }
}

template <unsigned Width> FieldKernel numberKernel(Storage storage)
{
    switch (storage) {
    case Storage::U8:
        return numberKernel<Width, uint8_t>;
    case Storage::U16:
        return numberKernel<Width, uint16_t>;
    case Storage::U32:
        return numberKernel<Width, uint32_t>;
    case Storage::U64:
        return numberKernel<Width, uint64_t>;
    default:
        return nullptr;
    }
}

/// For numbers of the usual widths; nullptr for others.
inline FieldKernel numberKernel(Storage storage, size_t width)
{
    switch (width) {
    case 1:
        return numberKernel<1>(storage);
    case 2:
        return numberKernel<2>(storage);
    case 4:
        return numberKernel<4>(storage);
    case 8:
        return numberKernel<8>(storage);
    default:
        return nullptr;
    }
}

/// With `keep` the unspecified address is an address like any other.
inline FieldKernel addressKernel(size_t width, bool keep)
{
    if (width == 4)
        return keep ? addressKernel<4, true> : addressKernel<4, false>;
    if (width == 16)
        return keep ? addressKernel<16, true> : addressKernel<16, false>;
    return nullptr;
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
