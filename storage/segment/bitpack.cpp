// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/segment/bitpack.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "storage/segment/cpu.h"

namespace rivereto::storage {

namespace {

/// A block's bits, as whole words.
using Words = std::array<uint64_t, kBlock + 1>;

size_t varintSize(uint64_t value) { return value == 0 ? 1 : (bitWidth(value) + 6) / 7; }

uint64_t zigzag(uint64_t delta) { return delta << 1 ^ (0 - (delta >> 63)); }
uint64_t unzigzag(uint64_t code) { return code >> 1 ^ (0 - (code & 1)); }

template <class T>
[[gnu::always_inline]] inline Bounds<T> boundsIn(const T* values, size_t count)
{
    T low = values[0];
    T high = values[0];
    for (size_t i = 0; i < count; ++i) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    return {low, high};
}

template <class T>
void packPlain(const T* values, size_t count, T base, unsigned width, Words& words)
{
    size_t word = 0;
    uint64_t filling = 0;
    unsigned filled = 0;
    for (size_t i = 0; i < count; ++i) {
        const uint64_t rest = static_cast<T>(values[i] - base);
        filling |= rest << filled;
        filled += width;
        if (filled >= 64) {
            words[word++] = filling;
            filled -= 64;
            filling = filled == 0 ? 0 : rest >> (width - filled);
        }
    }
    words[word] = filling;
}

/// `bits` must have 8 readable bytes behind the values.
template <class T>
void unpackPlain(const char* bits, unsigned width, uint64_t base, T* out, size_t count)
{
    const uint64_t mask = width == 64 ? ~0ULL : (1ULL << width) - 1;
    for (size_t i = 0; i < count; ++i) {
        const size_t bit = i * width;
        uint64_t word = 0;
        std::memcpy(&word, bits + (bit >> 3), 8);
        word >>= bit & 7;
        if (width > 56 && (bit & 7) != 0)
            word |= static_cast<uint64_t>(static_cast<uint8_t>(bits[(bit >> 3) + 8])) << (64 - (bit & 7));
        out[i] = static_cast<T>(base + (word & mask));
    }
}

#ifdef RIVERETO_WIDE

// Several values travel in the lanes of one 64-bit word: pext takes the low bits of each lane together, pdep puts them back.

template <class Lane>
constexpr uint64_t laneMask(unsigned width)
{
    return ((1ULL << width) - 1) * (~0ULL / static_cast<Lane>(~Lane{}));
}

template <class T>
RIVERETO_WIDE Bounds<T> boundsWide(const T* values, size_t count)
{
    return boundsIn(values, count);
}

template <class Lane, class T>
RIVERETO_WIDE void packWide(const T* values, size_t count, T base, unsigned width, Words& words)
{
    constexpr size_t kLanes = 8 / sizeof(Lane);
    alignas(32) std::array<Lane, kBlock> lanes;
    for (size_t i = 0; i < count; ++i)
        lanes[i] = static_cast<Lane>(values[i] - base);
    for (size_t i = count; i % kLanes != 0; ++i)
        lanes[i] = 0;
    const uint64_t mask = width == 8 * sizeof(Lane) ? ~0ULL : laneMask<Lane>(width);
    const unsigned step = static_cast<unsigned>(kLanes) * width;
    size_t word = 0;
    uint64_t filling = 0;
    unsigned filled = 0;
    for (size_t i = 0; i < count; i += kLanes) {
        uint64_t rest = 0;
        std::memcpy(&rest, lanes.data() + i, 8);
        rest = _pext_u64(rest, mask);
        filling |= rest << filled;
        filled += step;
        if (filled >= 64) {
            words[word++] = filling;
            filled -= 64;
            filling = filled == 0 ? 0 : rest >> (step - filled);
        }
    }
    words[word] = filling;
}

/// Not for a width of 31: the bits of two would lie in nine bytes. `bits` must have 8 readable bytes behind the values.
template <class Lane, class T>
RIVERETO_WIDE void unpackWide(const char* bits, unsigned width, T base, T* out, size_t count)
{
    constexpr size_t kLanes = 8 / sizeof(Lane);
    const uint64_t mask = width == 8 * sizeof(Lane) ? ~0ULL : laneMask<Lane>(width);
    const size_t step = kLanes * width;
    alignas(32) std::array<Lane, kBlock> lanes;
    size_t bit = 0;
    for (size_t i = 0; i < count; i += kLanes, bit += step) {
        uint64_t word = 0;
        std::memcpy(&word, bits + (bit >> 3), 8);
        word = _pdep_u64(word >> (bit & 7), mask);
        std::memcpy(lanes.data() + i, &word, 8);
    }
    for (size_t i = 0; i < count; ++i)
        out[i] = static_cast<T>(base + lanes[i]);
}

#endif

template <class T>
Bounds<T> boundsAny(const T* values, size_t count)
{
#ifdef RIVERETO_WIDE
    if (hasWide())
        return boundsWide(values, count);
#endif
    return boundsIn(values, count);
}

template <class T>
void packBits(const T* values, size_t count, T base, unsigned width, Words& words)
{
#ifdef RIVERETO_WIDE
    if (hasWide() && width <= 8)
        return packWide<uint8_t>(values, count, base, width, words);
    if (hasWide() && width <= 16)
        return packWide<uint16_t>(values, count, base, width, words);
    if (hasWide() && width <= 32)
        return packWide<uint32_t>(values, count, base, width, words);
#endif
    packPlain(values, count, base, width, words);
}

template <class T>
void unpackBits(const char* bits, unsigned width, uint64_t base, T* out, size_t count)
{
#ifdef RIVERETO_WIDE
    if (hasWide() && width <= 8)
        return unpackWide<uint8_t>(bits, width, static_cast<T>(base), out, count);
    if (hasWide() && width <= 16)
        return unpackWide<uint16_t>(bits, width, static_cast<T>(base), out, count);
    if (hasWide() && width <= 32 && width != 31)
        return unpackWide<uint32_t>(bits, width, static_cast<T>(base), out, count);
#endif
    unpackPlain(bits, width, base, out, count);
}

template <class T>
void packBlock(ByteWriter& out, const T* values, size_t count)
{
    const auto [low, high] = boundsAny(values, count);
    const unsigned width = bitWidth(static_cast<T>(high - low));
    out.put(static_cast<uint8_t>(width));
    out.putVarint(low);
    if (width == 0)
        return;
    Words words;
    packBits(values, count, low, width, words);
    out.putBytes({reinterpret_cast<const char*>(words.data()), bitBytes(count, width)});
}

template <class T>
size_t blockSize(const T* values, size_t count)
{
    const auto [low, high] = boundsAny(values, count);
    return 1 + varintSize(low) + bitBytes(count, bitWidth(static_cast<T>(high - low)));
}

template <class T>
bool unpackBlock(ByteReader& in, T* out, size_t count)
{
    constexpr size_t kBehind = 9;
    const auto width = in.get<uint8_t>();
    const auto base = in.getVarint();
    if (width > 64)
        return false;
    const auto after = in.rest();
    const auto bits = in.getBytes(bitBytes(count, width));
    if (!in.ok())
        return false;
    if (width == 0) {
        std::fill_n(out, count, static_cast<T>(base));
        return true;
    }
    if (after.size() >= bits.size() + kBehind) {
        unpackBits(bits.data(), width, base, out, count);
        return true;
    }
    // A copy with room behind it, so that whole words can be read at every bit.
    std::array<char, kBlock * 8 + kBehind> padded;
    std::memcpy(padded.data(), bits.data(), bits.size());
    std::memset(padded.data() + bits.size(), 0, kBehind);
    unpackBits(padded.data(), width, base, out, count);
    return true;
}

/// Calls `f` with each block's first index and its number of values.
template <class F>
void eachBlock(size_t count, F&& f)
{
    for (size_t at = 0; at < count; at += kBlock)
        f(at, std::min(kBlock, count - at));
}

/// Calls `f` with each block of differences. The first difference is the value itself; it is stored apart, so that it does
/// not widen the first block, where the second stands for it.
template <class F>
void eachDeltaBlock(std::span<const uint64_t> values, F&& f)
{
    std::array<uint64_t, kBlock> deltas;
    eachBlock(values.size(), [&](size_t at, size_t count) {
        for (size_t i = at == 0 ? 1 : 0; i < count; ++i)
            deltas[i] = zigzag(values[at + i] - values[at + i - 1]);
        if (at == 0)
            deltas[0] = count > 1 ? deltas[1] : 0;
        f(deltas.data(), count);
    });
}

} // namespace

template <class T>
Bounds<T> boundsOf(std::span<const T> values)
{
    return boundsAny(values.data(), values.size());
}

template <class T>
void packNumbers(ByteWriter& out, std::span<const T> values)
{
    eachBlock(values.size(), [&](size_t at, size_t count) { packBlock(out, values.data() + at, count); });
}

void packDeltas(ByteWriter& out, std::span<const uint64_t> values)
{
    out.putVarint(values.empty() ? 0 : zigzag(values[0]));
    eachDeltaBlock(values, [&](const uint64_t* deltas, size_t count) { packBlock(out, deltas, count); });
}

template <class T>
size_t packedSize(std::span<const T> values)
{
    size_t size = 0;
    eachBlock(values.size(), [&](size_t at, size_t count) { size += blockSize(values.data() + at, count); });
    return size;
}

size_t packedDeltaSize(std::span<const uint64_t> values)
{
    size_t size = varintSize(values.empty() ? 0 : zigzag(values[0]));
    eachDeltaBlock(values, [&](const uint64_t* deltas, size_t count) { size += blockSize(deltas, count); });
    return size;
}

template <class T>
bool unpackNumbers(ByteReader& in, std::span<T> out)
{
    for (size_t at = 0; at < out.size(); at += kBlock) {
        if (!unpackBlock(in, out.data() + at, std::min(kBlock, out.size() - at)))
            return false;
    }
    return true;
}

namespace {

/// Numbers that `step` adds one to the other, from blocks of codes.
template <class T, class Step>
bool unpackSteps(ByteReader& in, std::span<T> out, uint64_t value, Step&& step)
{
    std::array<uint64_t, kBlock> codes;
    for (size_t at = 0; at < out.size(); at += kBlock) {
        const size_t count = std::min(kBlock, out.size() - at);
        if (!unpackBlock(in, codes.data(), count))
            return false;
        if (at == 0)
            codes[0] = 0;
        for (size_t i = 0; i < count; ++i)
            out[at + i] = static_cast<T>(value += step(codes[i]));
    }
    return in.ok();
}

} // namespace

template <class T>
bool unpackDeltas(ByteReader& in, std::span<T> out)
{
    return unpackSteps(in, out, unzigzag(in.getVarint()), unzigzag);
}

template <class T>
bool unpackAscending(ByteReader& in, std::span<T> out)
{
    return unpackSteps(in, out, in.getVarint(), [](uint64_t code) { return code; });
}

#define RIVERETO_NUMBERS(T) \
    template Bounds<T> boundsOf(std::span<const T>); \
    template void packNumbers(ByteWriter&, std::span<const T>); \
    template size_t packedSize(std::span<const T>); \
    template bool unpackNumbers(ByteReader&, std::span<T>); \
    template bool unpackDeltas(ByteReader&, std::span<T>); \
    template bool unpackAscending(ByteReader&, std::span<T>);
RIVERETO_NUMBERS(uint8_t)
RIVERETO_NUMBERS(uint16_t)
RIVERETO_NUMBERS(uint32_t)
RIVERETO_NUMBERS(uint64_t)
#undef RIVERETO_NUMBERS

} // namespace rivereto::storage
