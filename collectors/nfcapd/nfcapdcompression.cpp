// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/nfcapd/nfcapdcompression.h"

#include <algorithm>

#include <bzlib.h>
#include <lz4.h>
#include <lzo/lzo1x.h>
#include <zstd.h>

namespace rivereto::collectors {

namespace {

bool lzoReady()
{
    static const bool ready = lzo_init() == LZO_E_OK;
    return ready;
}

std::optional<size_t> unpackLzo(std::span<const uint8_t> block, std::span<uint8_t> out)
{
    lzo_uint size = out.size();
    if (!lzoReady() || lzo1x_decompress_safe(block.data(), block.size(), out.data(), &size, nullptr) != LZO_E_OK)
        return std::nullopt;
    return size;
}

std::optional<size_t> unpackBz2(std::span<const uint8_t> block, std::span<uint8_t> out)
{
    auto size = static_cast<unsigned>(out.size());
    // bzlib only reads from its source, but does not say so.
    auto* source = reinterpret_cast<char*>(const_cast<uint8_t*>(block.data()));
    if (BZ2_bzBuffToBuffDecompress(reinterpret_cast<char*>(out.data()), &size, source, static_cast<unsigned>(block.size()), 0, 0) != BZ_OK)
        return std::nullopt;
    return size;
}

std::optional<size_t> unpackLz4(std::span<const uint8_t> block, std::span<uint8_t> out)
{
    const int size = LZ4_decompress_safe(reinterpret_cast<const char*>(block.data()), reinterpret_cast<char*>(out.data()),
        static_cast<int>(block.size()), static_cast<int>(out.size()));
    if (size < 0)
        return std::nullopt;
    return static_cast<size_t>(size);
}

std::optional<size_t> unpackZstd(std::span<const uint8_t> block, std::span<uint8_t> out)
{
    const size_t size = ZSTD_decompress(out.data(), out.size(), block.data(), block.size());
    if (ZSTD_isError(size) != 0)
        return std::nullopt;
    return size;
}

bool packLzo(std::span<const uint8_t> block, std::vector<uint8_t>& out)
{
    const size_t before = out.size();
    // The library's own bound for data that cannot be made smaller.
    out.resize(before + block.size() + block.size() / 16 + 64 + 3);
    std::vector<uint8_t> memory(LZO1X_1_MEM_COMPRESS);
    lzo_uint size = 0;
    const bool ok = lzoReady() && lzo1x_1_compress(block.data(), block.size(), out.data() + before, &size, memory.data()) == LZO_E_OK;
    out.resize(before + size);
    return ok;
}

bool packBz2(std::span<const uint8_t> block, std::vector<uint8_t>& out)
{
    const size_t before = out.size();
    out.resize(before + block.size() + block.size() / 100 + 601);
    auto size = static_cast<unsigned>(out.size() - before);
    auto* source = reinterpret_cast<char*>(const_cast<uint8_t*>(block.data()));
    const int done = BZ2_bzBuffToBuffCompress(
        reinterpret_cast<char*>(out.data() + before), &size, source, static_cast<unsigned>(block.size()), 9, 0, 0);
    out.resize(before + size);
    return done == BZ_OK;
}

bool packLz4(std::span<const uint8_t> block, std::vector<uint8_t>& out)
{
    const size_t before = out.size();
    out.resize(before + static_cast<size_t>(LZ4_compressBound(static_cast<int>(block.size()))));
    const int size = LZ4_compress_default(reinterpret_cast<const char*>(block.data()), reinterpret_cast<char*>(out.data() + before),
        static_cast<int>(block.size()), static_cast<int>(out.size() - before));
    out.resize(before + static_cast<size_t>(std::max(size, 0)));
    return size > 0;
}

bool packZstd(std::span<const uint8_t> block, std::vector<uint8_t>& out)
{
    const size_t before = out.size();
    out.resize(before + ZSTD_compressBound(block.size()));
    const size_t size = ZSTD_compress(out.data() + before, out.size() - before, block.data(), block.size(), ZSTD_CLEVEL_DEFAULT);
    const bool ok = ZSTD_isError(size) == 0;
    out.resize(before + (ok ? size : 0));
    return ok;
}

} // namespace

std::string_view compressionName(NfcapdCompression compression)
{
    switch (compression) {
    case NfcapdCompression::Lzo: return "LZO";
    case NfcapdCompression::Bz2: return "bzip2";
    case NfcapdCompression::Lz4: return "LZ4";
    case NfcapdCompression::Zstd: return "Zstandard";
    case NfcapdCompression::None: break;
    }
    return "none";
}

std::optional<size_t> unpackBlock(NfcapdCompression compression, std::span<const uint8_t> block, std::span<uint8_t> out)
{
    switch (compression) {
    case NfcapdCompression::Lzo: return unpackLzo(block, out);
    case NfcapdCompression::Bz2: return unpackBz2(block, out);
    case NfcapdCompression::Lz4: return unpackLz4(block, out);
    case NfcapdCompression::Zstd: return unpackZstd(block, out);
    case NfcapdCompression::None: break;
    }
    return std::nullopt;
}

bool packBlock(NfcapdCompression compression, std::span<const uint8_t> block, std::vector<uint8_t>& out)
{
    switch (compression) {
    case NfcapdCompression::Lzo: return packLzo(block, out);
    case NfcapdCompression::Bz2: return packBz2(block, out);
    case NfcapdCompression::Lz4: return packLz4(block, out);
    case NfcapdCompression::Zstd: return packZstd(block, out);
    case NfcapdCompression::None: break;
    }
    return false;
}

} // namespace rivereto::collectors
