// SPDX-License-Identifier: GPL-3.0-or-later
// Big-endian loads and a cursor that cannot leave its bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

namespace rivereto::core {

using Bytes = std::span<const uint8_t>;

inline uint16_t load16(const uint8_t* p)
{
    uint16_t v;
    std::memcpy(&v, p, 2);
    return __builtin_bswap16(v);
}
inline uint32_t load32(const uint8_t* p)
{
    uint32_t v;
    std::memcpy(&v, p, 4);
    return __builtin_bswap32(v);
}
inline uint64_t load64(const uint8_t* p)
{
    uint64_t v;
    std::memcpy(&v, p, 8);
    return __builtin_bswap64(v);
}
/// A number of `width` octets (0 … 8), known at compile time where speed matters.
template <unsigned Width> uint64_t loadBe(const uint8_t* p)
{
    if constexpr (Width == 0)
        return 0;
    else if constexpr (Width == 1)
        return *p;
    else if constexpr (Width == 2)
        return load16(p);
    else if constexpr (Width == 4)
        return load32(p);
    else if constexpr (Width == 8)
        return load64(p);
    else if constexpr (Width > 4)
        return uint64_t {load32(p)} << (8 * (Width - 4)) | loadBe<Width - 4>(p + 4);
    else
        return uint64_t {load16(p)} << (8 * (Width - 2)) | loadBe<Width - 2>(p + 2);
}
/// A number of any width; of more than 8 octets the last 8 count.
inline uint64_t loadBe(Bytes bytes)
{
    uint64_t v = 0;
    for (const uint8_t byte : bytes.size() > 8 ? bytes.last(8) : bytes)
        v = v << 8 | byte;
    return v;
}

/// Reads from the front. A read beyond the end gives zero and makes ok() false for good.
class Cursor {
public:
    explicit Cursor(Bytes bytes)
        : m_rest(bytes)
    {
    }
    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] size_t left() const { return m_rest.size(); }
    [[nodiscard]] Bytes rest() const { return m_rest; }
    uint8_t u8() { return need(1) ? *advance(1) : 0; }
    uint16_t u16() { return need(2) ? load16(advance(2)) : 0; }
    uint32_t u32() { return need(4) ? load32(advance(4)) : 0; }
    uint64_t u64() { return need(8) ? load64(advance(8)) : 0; }
    void skip(size_t n)
    {
        if (need(n))
            advance(n);
    }
    /// The next n bytes; empty and not ok when they are not there.
    Bytes take(size_t n) { return need(n) ? Bytes(advance(n), n) : Bytes(); }

private:
    bool need(size_t n)
    {
        if (n <= m_rest.size())
            return true;
        m_ok = false;
        m_rest = {};
        return false;
    }
    const uint8_t* advance(size_t n)
    {
        const uint8_t* at = m_rest.data();
        m_rest = m_rest.subspan(n);
        return at;
    }

    Bytes m_rest;
    bool m_ok = true;
};

} // namespace rivereto::core
