// SPDX-License-Identifier: GPL-3.0-or-later
// What the processor can do beyond the one we compile for; chosen at run time.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
/// A function compiled for AVX2 and BMI2; call it only when hasWide().
#define RIVERETO_WIDE __attribute__((target("avx2,bmi,bmi2,lzcnt")))
#endif

namespace rivereto::storage {

/// AVX2 and BMI2.
inline bool hasWide()
{
#if defined(__x86_64__)
    static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    return has;
#else
    return false;
#endif
}

} // namespace rivereto::storage
