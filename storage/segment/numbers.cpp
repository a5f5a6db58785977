// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/segment/numbers.h"

#include <algorithm>
#include <vector>

#include "storage/segment/bitpack.h"
#include "storage/segment/cpu.h"

namespace rivereto::storage {

namespace {

/// A sample is this many runs of rows, spread over all of them.
constexpr size_t kPieces = 16;
constexpr size_t kPieceRows = kSampleBytes / kPieces;
/// Planes cost more to read than packed bits and must save one part in this many.
constexpr size_t kPlanesGain = 32;

template <class T>
void planeOf(std::span<const T> values, T low, unsigned shift, uint8_t* out)
{
    for (size_t i = 0; i < values.size(); ++i)
        out[i] = static_cast<uint8_t>(static_cast<T>(values[i] - low) >> shift);
}

#ifdef RIVERETO_WIDE
template <class T>
RIVERETO_WIDE void planeWide(const T* values, size_t count, T low, unsigned shift, uint8_t* out)
{
    for (size_t i = 0; i < count; ++i)
        out[i] = static_cast<uint8_t>(static_cast<T>(values[i] - low) >> shift);
}
#endif

template <class T>
void plane(std::span<const T> values, T low, unsigned shift, uint8_t* out)
{
#ifdef RIVERETO_WIDE
    if (hasWide())
        return planeWide(values.data(), values.size(), low, shift, out);
#endif
    planeOf(values, low, shift, out);
}

/// Calls `f` with each piece of the sample.
template <class T, class F>
void eachPiece(std::span<const T> values, F&& f)
{
    if (values.size() <= kSampleBytes)
        return f(values);
    for (size_t i = 0; i < kPieces; ++i)
        f(values.subspan((values.size() - kPieceRows) * i / (kPieces - 1), kPieceRows));
}

template <class T>
Judgement judgePlane(std::span<const T> values, T low, unsigned shift)
{
    std::array<uint8_t, kSampleBytes> sample;
    size_t size = 0;
    eachPiece(values, [&](std::span<const T> piece) {
        plane(piece, low, shift, sample.data() + size);
        size += piece.size();
    });
    return judge(std::span(sample).first(size), values.size());
}

unsigned planesOf(uint64_t range) { return (bitWidth(range) + 7) / 8; }

template <class T>
void considerPlanes(NumbersPlan<T>& plan)
{
    const unsigned planes = planesOf(static_cast<T>(plan.high - plan.low));
    if (plan.values.size() < kCompressFrom || planes > plan.planes.size() || planes == 0)
        return;
    size_t size = 0;
    for (unsigned i = 0; i < planes; ++i) {
        plan.planes[i] = judgePlane(plan.values, plan.low, 8 * i);
        size += plan.planes[i].size;
    }
    if (size + size / kPlanesGain < plan.size) {
        plan.encoding = Encoding::Planes;
        plan.size = size;
    }
}

/// True when most of the sample's values repeat the one before.
template <class T>
bool repeats(std::span<const T> values)
{
    size_t seen = 0;
    size_t same = 0;
    eachPiece(values, [&](std::span<const T> piece) {
        for (size_t i = 1; i < piece.size(); ++i)
            same += piece[i] == piece[i - 1];
        seen += piece.size();
    });
    return same > seen / 2;
}

/// Each plane is a frame of its own, so that an entropy code suits it.
template <class T>
std::string planesBlob(const NumbersPlan<T>& plan)
{
    const size_t rows = plan.values.size();
    const unsigned planes = planesOf(static_cast<T>(plan.high - plan.low));
    ByteWriter head;
    head.put(Encoding::Planes);
    head.putVarint(plan.low);
    head.put(static_cast<uint8_t>(planes));
    static thread_local std::string bytes;
    bytes = head.take();
    ByteWriter wrapper;
    wrapper.put(Encoding::Zstd);
    wrapper.putVarint(bytes.size() + planes * rows);
    auto out = wrapper.take();
    for (unsigned i = 0; i < planes; ++i) {
        const size_t before = i == 0 ? bytes.size() : 0;
        bytes.resize(before + rows);
        plane(plan.values, plan.low, 8 * i, reinterpret_cast<uint8_t*>(bytes.data()) + before);
        appendFrame(out, bytes, plan.planes[i].repeated);
    }
    return out;
}

} // namespace

template <class T>
NumbersPlan<T> planNumbers(std::span<const T> values)
{
    const auto [low, high] = boundsOf(values);
    NumbersPlan<T> plan{.values = values, .low = low, .high = high};
    plan.size = plan.packed = packedSize(values);
    considerPlanes(plan);
    return plan;
}

NumbersPlan<uint64_t> planTimes(std::span<const uint64_t> values)
{
    const auto [low, high] = boundsOf(values);
    NumbersPlan<uint64_t> plan{.values = values, .low = low, .high = high};
    plan.size = plan.packed = packedSize(values);
    if (const auto deltas = packedDeltaSize(values); deltas < plan.size) {
        plan.encoding = Encoding::Delta;
        plan.size = deltas;
    }
    considerPlanes(plan);
    return plan;
}

template <class T>
std::string numbersBlob(const NumbersPlan<T>& plan)
{
    auto encoding = plan.encoding;
    if (encoding == Encoding::Planes) {
        if (auto planes = planesBlob(plan); planes.size() <= plan.packed)
            return planes;
        encoding = Encoding::Packed; // the sample was wrong
    }
    ByteWriter out;
    out.reserve(plan.packed + 16);
    out.put(encoding);
    if constexpr (std::is_same_v<T, uint64_t>) {
        if (encoding == Encoding::Delta) {
            packDeltas(out, plan.values);
            return compressed(out.take(), 8);
        }
    }
    packNumbers(out, plan.values);
    return repeats(plan.values) ? compressed(out.take(), 8) : out.take();
}

#define RIVERETO_NUMBERS(T) \
    template NumbersPlan<T> planNumbers(std::span<const T>); \
    template std::string numbersBlob(const NumbersPlan<T>&);
RIVERETO_NUMBERS(uint8_t)
RIVERETO_NUMBERS(uint16_t)
RIVERETO_NUMBERS(uint32_t)
RIVERETO_NUMBERS(uint64_t)
#undef RIVERETO_NUMBERS

} // namespace rivereto::storage
