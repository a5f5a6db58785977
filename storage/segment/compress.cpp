// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/segment/compress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#define ZSTD_STATIC_LINKING_ONLY // for the one parameter below
#include <zstd.h>

#include "storage/segment/bytes.h"
#include "storage/segment/segment.h"

namespace rivereto::storage {

namespace {

/// Bits a match costs beside the bytes it saves.
constexpr double kMatchBits = 10;
/// A Huffman code has no less for a byte; a match finder may find more.
constexpr double kLeastBits = 1;
constexpr size_t kFrameBytes = 80; ///< headers and the code's table

struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
using Compressor = std::unique_ptr<ZSTD_CCtx, Free>;

Compressor makeCompressor(bool repeated)
{
    Compressor out(ZSTD_createCCtx());
    // A level so fast that no matches are looked for – but with the entropy coder that such levels leave out. Where the
    // library does not know the parameter, its fastest level with that coder.
    const bool fast = !repeated && !ZSTD_isError(ZSTD_CCtx_setParameter(out.get(), ZSTD_c_literalCompressionMode, ZSTD_ps_enable));
    ZSTD_CCtx_setParameter(out.get(), ZSTD_c_compressionLevel, fast ? -1000 : 1);
    if (fast)
        ZSTD_CCtx_setParameter(out.get(), ZSTD_c_hashLog, ZSTD_HASHLOG_MIN); // cleared for every frame
    return out;
}

ZSTD_CCtx* compressor(bool repeated)
{
    static thread_local const std::array<Compressor, 2> contexts{makeCompressor(false), makeCompressor(true)};
    return contexts[repeated].get();
}

/// n × log2(n) for the counts of a sample.
double timesLog(size_t n)
{
    static const auto table = [] {
        std::array<float, kSampleBytes + 1> out{};
        for (size_t i = 2; i < out.size(); ++i)
            out[i] = static_cast<float>(static_cast<double>(i) * std::log2(static_cast<double>(i)));
        return out;
    }();
    return table[n];
}

} // namespace

Judgement judge(std::span<const uint8_t> sample, size_t size)
{
    if (sample.empty())
        return {};
    std::array<uint16_t, 256> counts{};
    size_t same = 0;
    uint8_t before = sample[0];
    for (const uint8_t byte : sample) {
        ++counts[byte];
        same += byte == before;
        before = byte;
    }
    const auto total = static_cast<double>(sample.size());
    double bits = timesLog(sample.size());
    for (const auto count : counts)
        bits -= timesLog(count);
    bits /= total;
    const double matched = (1 - static_cast<double>(same) / total) * (bits + kMatchBits);
    const bool repeated = bits < kLeastBits || matched < bits;
    const double coded = std::min(8.0, repeated ? std::min(bits, matched) : bits);
    return {repeated, static_cast<size_t>(coded * static_cast<double>(size) / 8) + kFrameBytes};
}

void appendFrame(std::string& out, std::string_view bytes, bool repeated)
{
    static thread_local std::string frame;
    frame.resize(std::max(frame.size(), ZSTD_compressBound(bytes.size())));
    auto* context = compressor(repeated);
    size_t size = ZSTD_compress2(context, frame.data(), frame.size(), bytes.data(), bytes.size());
    if (ZSTD_isError(size)) // only without memory
        throw std::bad_alloc();
    out.append(frame, 0, size);
}

std::string compressed(std::string blob, size_t gain)
{
    if (blob.size() < kCompressFrom)
        return blob;
    ByteWriter head;
    head.put(Encoding::Zstd);
    head.putVarint(blob.size());
    auto out = head.take();
    appendFrame(out, blob, true);
    return out.size() + blob.size() / gain > blob.size() ? blob : out;
}

bool readFrames(std::string_view frames, std::span<char> out)
{
    static thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
    const auto size = ZSTD_decompressDCtx(context.get(), out.data(), out.size(), frames.data(), frames.size());
    return !ZSTD_isError(size) && size == out.size();
}

} // namespace rivereto::storage
