// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/segment/gaps.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "storage/segment/bitpack.h"

namespace rivereto::storage {

namespace {

/// A quotient from here on is not written in unary: this many zeros, the gap's width and the gap.
constexpr unsigned kEscape = 12;
constexpr unsigned kEscapeWidth = 6;
/// Quotient and remainder always fit the 57 bits that one load gives at any bit.
constexpr unsigned kMaxRemainder = 40;
/// No block is longer.
constexpr size_t kMaxBlockBytes = kBlock * (kEscape + kEscapeWidth + 64) / 8;
constexpr size_t kBehind = 16;

class BitWriter {
public:
    /// `count` ≤ 64; higher bits are 0.
    void put(uint64_t bits, unsigned count)
    {
        m_filling |= bits << m_filled;
        m_filled += count;
        if (m_filled >= 64) {
            m_words[m_word++] = m_filling;
            m_filled -= 64;
            m_filling = m_filled == 0 ? 0 : bits >> (count - m_filled);
        }
    }
    std::string_view finish()
    {
        m_words[m_word] = m_filling;
        return {reinterpret_cast<const char*>(m_words.data()), m_word * 8 + (m_filled + 7) / 8};
    }

private:
    std::array<uint64_t, kMaxBlockBytes / 8 + 1> m_words;
    size_t m_word = 0;
    uint64_t m_filling = 0;
    unsigned m_filled = 0;
};

/// Bits of a block with `counts[w]` gaps of w bits, near enough.
size_t costOf(const std::array<uint16_t, 65>& counts, unsigned widest, unsigned remainder)
{
    // Twice the mean quotient of a gap this much wider than the remainder.
    constexpr std::array<size_t, 5> kQuotient{0, 2, 5, 11, 24};
    size_t twice = 0;
    for (unsigned width = 0; width <= widest; ++width) {
        const unsigned over = width > remainder ? width - remainder : 0;
        twice += counts[width] * (over < kQuotient.size() ? 2 * (remainder + 1) + kQuotient[over] : 2 * (kEscape + kEscapeWidth + width));
    }
    return twice;
}

unsigned bestRemainder(const uint64_t* gaps, size_t count)
{
    std::array<uint16_t, 65> counts{};
    for (size_t i = 0; i < count; ++i)
        ++counts[bitWidth(gaps[i])];
    unsigned median = 0;
    for (size_t below = counts[0]; below <= count / 2 && median < 64; below += counts[median])
        ++median;
    unsigned widest = 64;
    while (widest > 0 && counts[widest] == 0)
        --widest;
    unsigned best = 0;
    size_t bestCost = SIZE_MAX;
    for (unsigned remainder = median > 3 ? median - 3 : 0; remainder <= std::min(median + 2, kMaxRemainder); ++remainder) {
        if (const auto cost = costOf(counts, widest, remainder); cost < bestCost) {
            best = remainder;
            bestCost = cost;
        }
    }
    return best;
}

void putBlock(ByteWriter& out, const uint64_t* gaps, size_t count)
{
    const unsigned remainder = count == 0 ? 0 : bestRemainder(gaps, count);
    out.put(static_cast<uint8_t>(remainder));
    BitWriter bits;
    for (size_t i = 0; i < count; ++i) {
        const uint64_t quotient = gaps[i] >> remainder;
        if (quotient < kEscape) {
            const uint64_t low = gaps[i] & ((1ULL << remainder) - 1);
            bits.put((low << 1 | 1) << quotient, static_cast<unsigned>(quotient) + 1 + remainder);
        } else {
            const unsigned width = bitWidth(gaps[i]);
            bits.put(static_cast<uint64_t>(width - 1) << kEscape, kEscape + kEscapeWidth);
            bits.put(gaps[i], width);
        }
    }
    out.putBytes(bits.finish());
}

uint64_t bitsAt(const char* bytes, size_t bit)
{
    uint64_t word = 0;
    std::memcpy(&word, bytes + (bit >> 3), 8);
    return word >> (bit & 7);
}

uint64_t manyBitsAt(const char* bytes, size_t bit, unsigned count)
{
    uint64_t word = bitsAt(bytes, bit);
    if ((bit & 7) != 0)
        word |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[(bit >> 3) + 8])) << (64 - (bit & 7));
    return count == 64 ? word : word & ((1ULL << count) - 1);
}

/// Reads `count` gaps from `bytes`, of which kMaxBlockBytes + kBehind can be read; returns how many bytes they took.
template <class T>
size_t getBlock(const char* bytes, unsigned remainder, uint64_t& value, T* out, size_t count)
{
    const uint64_t mask = (1ULL << remainder) - 1;
    size_t bit = 0;
    for (size_t i = 0; i < count; ++i) {
        const uint64_t word = bitsAt(bytes, bit);
        const auto quotient = static_cast<unsigned>(__builtin_ctzll(word | 1ULL << kEscape));
        if (quotient < kEscape) {
            value += static_cast<uint64_t>(quotient) << remainder | (word >> (quotient + 1) & mask);
            bit += quotient + 1 + remainder;
        } else {
            const unsigned width = (word >> kEscape & ((1U << kEscapeWidth) - 1)) + 1;
            bit += kEscape + kEscapeWidth;
            value += manyBitsAt(bytes, bit, width);
            bit += width;
        }
        out[i] = static_cast<T>(value);
    }
    return (bit + 7) / 8;
}

} // namespace

void putGaps(ByteWriter& out, std::span<const uint64_t> ascending)
{
    out.putVarint(ascending.empty() ? 0 : ascending[0]);
    std::array<uint64_t, kBlock> gaps;
    for (size_t at = 0; at < ascending.size(); at += kBlock) {
        const size_t count = std::min(kBlock, ascending.size() - at);
        for (size_t i = 0; i < count; ++i)
            gaps[i] = at + i == 0 ? 0 : ascending[at + i] - ascending[at + i - 1];
        putBlock(out, gaps.data(), count);
    }
}

template <class T>
bool getGaps(ByteReader& in, std::span<T> out)
{
    uint64_t value = in.getVarint();
    for (size_t at = 0; at < out.size(); at += kBlock) {
        const size_t count = std::min(kBlock, out.size() - at);
        const auto remainder = in.get<uint8_t>();
        if (!in.ok() || remainder > kMaxRemainder)
            return false;
        const auto rest = in.rest();
        size_t used = 0;
        if (rest.size() >= kMaxBlockBytes + kBehind) {
            used = getBlock(rest.data(), remainder, value, out.data() + at, count);
        } else {
            // A copy with room behind it, so that whole words can be read at every bit.
            std::array<char, kMaxBlockBytes + kBehind> padded{};
            std::memcpy(padded.data(), rest.data(), rest.size());
            used = getBlock(padded.data(), remainder, value, out.data() + at, count);
        }
        (void)in.getBytes(used);
    }
    return in.ok();
}
template bool getGaps(ByteReader&, std::span<uint8_t>);
template bool getGaps(ByteReader&, std::span<uint16_t>);
template bool getGaps(ByteReader&, std::span<uint32_t>);
template bool getGaps(ByteReader&, std::span<uint64_t>);

} // namespace rivereto::storage
