// SPDX-License-Identifier: GPL-3.0-or-later
// zstd for blobs: what a sample says about bytes, and frames that suit them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rivereto::storage {

/// Blobs below this are not worth a compressor's header.
constexpr size_t kCompressFrom = 512;
/// Bytes that a judgement is made by.
constexpr size_t kSampleBytes = 4096;

struct Judgement {
    bool repeated = false; ///< runs, or hardly any information; otherwise only some bytes are more frequent than others
    size_t size = 0;       ///< what a frame is likely to take
};
/// Of `size` bytes, by at most kSampleBytes of them: pieces, each in order.
Judgement judge(std::span<const uint8_t> sample, size_t size);

/// Appends a zstd frame. What is not `repeated` is entropy coded only, which is faster than looking for matches, also to read.
void appendFrame(std::string& out, std::string_view bytes, bool repeated);
/// A zstd blob of the blob, or the blob itself when that saves less than one part in `gain`.
std::string compressed(std::string blob, size_t gain);
/// What is in the frames, which must be exactly out.size() bytes; false when it is not.
bool readFrames(std::string_view frames, std::span<char> out);

} // namespace rivereto::storage
