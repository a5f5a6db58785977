// SPDX-License-Identifier: GPL-3.0-or-later
// The smallest way to hold numbers in their order: packed, as differences, or as byte planes for a compressor.
#pragma once

#include <array>
#include <span>
#include <string>

#include "storage/segment/compress.h"
#include "storage/segment/segment.h"

namespace rivereto::storage {

/// Numbers wider than this many bits are never laid out in planes.
constexpr unsigned kWidestPlanes = 40;

// T is any of uint8_t, uint16_t, uint32_t, uint64_t.

/// How to hold some numbers, and what that will take; made without encoding them.
template <class T>
struct NumbersPlan {
    std::span<const T> values;
    T low{};
    T high{};
    Encoding encoding = Encoding::Packed; ///< or Delta, Planes
    size_t size = 0;                      ///< estimated
    size_t packed = 0;                    ///< as Packed, exactly
    std::array<Judgement, kWidestPlanes / 8> planes; ///< for Planes
};

/// `values` is not empty and stays where it is until the plan has been carried out.
template <class T>
NumbersPlan<T> planNumbers(std::span<const T> values);
/// Also considers differences: for numbers that come nearly in order.
NumbersPlan<uint64_t> planTimes(std::span<const uint64_t> values);
template <class T>
std::string numbersBlob(const NumbersPlan<T>& plan);

} // namespace rivereto::storage
