// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/segment/bitpack.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace rivereto::storage {

namespace {

constexpr size_t kBlock = 256;

struct BlockShape {
    uint64_t base;
    unsigned width;
};

BlockShape shapeOf(std::span<const uint64_t> block)
{
    // The highest bit that differs from the smallest value bounds the width; min and or vectorise where minmax does not.
    uint64_t low = block[0];
    for (const uint64_t value : block)
        low = value < low ? value : low;
    uint64_t bits = 0;
    for (const uint64_t value : block)
        bits |= value - low;
    return {low, bitWidth(bits)};
}

size_t varintSize(uint64_t value)
{
    size_t size = 1;
    for (; value >= 0x80; value >>= 7)
        ++size;
    return size;
}

size_t bitBytes(size_t count, unsigned width) { return (count * width + 7) / 8; }

uint64_t zigzag(uint64_t delta) { return delta << 1 ^ (0 - (delta >> 63)); }
uint64_t unzigzag(uint64_t code) { return code >> 1 ^ (0 - (code & 1)); }

void packBlock(ByteWriter& out, std::span<const uint64_t> block)
{
    const auto [base, width] = shapeOf(block);
    out.put(static_cast<uint8_t>(width));
    out.putVarint(base);
    if (width == 0)
        return;
    std::array<uint64_t, kBlock + 1> words;
    size_t word = 0;
    uint64_t filling = 0;
    unsigned filled = 0;
    for (const uint64_t value : block) {
        const uint64_t rest = value - base;
        filling |= rest << filled;
        filled += width;
        if (filled >= 64) {
            words[word++] = filling;
            filled -= 64;
            filling = filled == 0 ? 0 : rest >> (width - filled);
        }
    }
    words[word] = filling;
    out.putBytes({reinterpret_cast<const char*>(words.data()), bitBytes(block.size(), width)});
}

template <class T>
void unpackBlock(std::string_view bits, unsigned width, uint64_t base, T* out, size_t count)
{
    if (width == 0) {
        std::fill_n(out, count, static_cast<T>(base));
        return;
    }
    // A copy with room behind it, so that whole words can be read at every bit.
    std::array<char, kBlock * 8 + 16> padded;
    std::memcpy(padded.data(), bits.data(), bits.size());
    std::memset(padded.data() + bits.size(), 0, 16);
    const uint64_t mask = width == 64 ? ~0ULL : (1ULL << width) - 1;
    for (size_t i = 0; i < count; ++i) {
        const size_t bit = i * width;
        uint64_t word = 0;
        std::memcpy(&word, padded.data() + (bit >> 3), 8);
        word >>= bit & 7;
        if (width > 56 && (bit & 7) != 0)
            word |= static_cast<uint64_t>(static_cast<uint8_t>(padded[(bit >> 3) + 8])) << (64 - (bit & 7));
        out[i] = static_cast<T>(base + (word & mask));
    }
}

} // namespace

void ByteWriter::putVarint(uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        m_bytes += static_cast<char>(value | 0x80);
    m_bytes += static_cast<char>(value);
}

uint64_t ByteReader::getVarint()
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = get<uint8_t>();
        value |= static_cast<uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    m_ok = false;
    return 0;
}

std::string_view ByteReader::getBytes(size_t count)
{
    if (count > m_bytes.size() - m_at) {
        m_ok = false;
        m_at = m_bytes.size();
        return {};
    }
    const auto bytes = m_bytes.substr(m_at, count);
    m_at += count;
    return bytes;
}

void packNumbers(ByteWriter& out, std::span<const uint64_t> values)
{
    for (size_t at = 0; at < values.size(); at += kBlock)
        packBlock(out, values.subspan(at, std::min(kBlock, values.size() - at)));
}

namespace {
std::vector<uint64_t> deltasOf(std::span<const uint64_t> values)
{
    std::vector<uint64_t> deltas(values.size());
    uint64_t before = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        deltas[i] = zigzag(values[i] - before);
        before = values[i];
    }
    return deltas;
}
} // namespace

void packDeltas(ByteWriter& out, std::span<const uint64_t> values)
{
    auto deltas = deltasOf(values);
    // The first difference is the value itself; apart, so that it does not widen the first block.
    out.putVarint(deltas.empty() ? 0 : std::exchange(deltas[0], deltas.size() > 1 ? deltas[1] : 0));
    packNumbers(out, deltas);
}

void packAscending(ByteWriter& out, std::span<const uint64_t> values)
{
    std::vector<uint64_t> steps(values.size());
    for (size_t i = 1; i < values.size(); ++i)
        steps[i] = values[i] - values[i - 1];
    out.putVarint(values.empty() ? 0 : values[0]);
    packNumbers(out, steps);
}

void putSteps(ByteWriter& out, std::span<const uint64_t> values)
{
    uint64_t before = 0;
    for (const uint64_t value : values)
        out.putVarint(value - std::exchange(before, value));
}

size_t packedSize(std::span<const uint64_t> values)
{
    size_t size = 0;
    for (size_t at = 0; at < values.size(); at += kBlock) {
        const auto block = values.subspan(at, std::min(kBlock, values.size() - at));
        const auto shape = shapeOf(block);
        size += 1 + varintSize(shape.base) + bitBytes(block.size(), shape.width);
    }
    return size;
}

size_t packedDeltaSize(std::span<const uint64_t> values)
{
    auto deltas = deltasOf(values);
    if (deltas.empty())
        return 1;
    const size_t first = varintSize(deltas[0]);
    deltas[0] = deltas.size() > 1 ? deltas[1] : 0;
    return first + packedSize(deltas);
}

template <class T>
bool unpackNumbersAs(ByteReader& in, std::span<T> out)
{
    for (size_t at = 0; at < out.size(); at += kBlock) {
        const size_t count = std::min(kBlock, out.size() - at);
        const auto width = in.get<uint8_t>();
        const auto base = in.getVarint();
        if (width > 64)
            return false;
        const auto bits = in.getBytes(bitBytes(count, width));
        if (!in.ok())
            return false;
        unpackBlock(bits, width, base, out.data() + at, count);
    }
    return true;
}
template bool unpackNumbersAs(ByteReader&, std::span<uint8_t>);
template bool unpackNumbersAs(ByteReader&, std::span<uint16_t>);
template bool unpackNumbersAs(ByteReader&, std::span<uint32_t>);
template bool unpackNumbersAs(ByteReader&, std::span<uint64_t>);

bool unpackNumbers(ByteReader& in, std::span<uint64_t> out) { return unpackNumbersAs(in, out); }

bool unpackDeltas(ByteReader& in, std::span<uint64_t> out)
{
    const auto first = in.getVarint();
    if (!unpackNumbersAs(in, out))
        return false;
    if (out.empty())
        return in.ok();
    out[0] = unzigzag(first);
    for (size_t i = 1; i < out.size(); ++i)
        out[i] = out[i - 1] + unzigzag(out[i]);
    return true;
}

bool unpackAscending(ByteReader& in, std::span<uint64_t> out)
{
    const auto first = in.getVarint();
    if (!unpackNumbersAs(in, out))
        return false;
    if (out.empty())
        return in.ok();
    out[0] = first;
    for (size_t i = 1; i < out.size(); ++i)
        out[i] += out[i - 1];
    return true;
}

bool getSteps(ByteReader& in, std::span<uint64_t> out)
{
    uint64_t before = 0;
    for (auto& value : out)
        value = before += in.getVarint();
    return in.ok();
}

} // namespace rivereto::storage
