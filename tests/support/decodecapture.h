// SPDX-License-Identifier: GPL-3.0-or-later
// Decodes a whole capture into one batch, for tests that compare with other programs.
#pragma once

#include <filesystem>
#include <optional>

#include "collectors/capture/capturereader.h"
#include "core/decode/decoder.h"

namespace rivereto::support {

struct DecodedCapture {
    core::FlowBatch flows {core::Schema::builtin()};
    core::DecodeStats stats;
    collectors::CaptureStats capture;
    std::optional<core::Error> error; ///< could not be opened, or broke off
};

inline DecodedCapture decodeCapture(const std::filesystem::path& path, core::DecoderOptions options = {})
{
    DecodedCapture out;
    auto reader = collectors::CaptureReader::open(path);
    if (!reader) {
        out.error = reader.error();
        return out;
    }
    core::Decoder decoder(core::Schema::builtin(), options);
    core::DatagramBatch batch;
    auto status = collectors::CaptureReader::Status::More;
    while (status == collectors::CaptureReader::Status::More) {
        batch.clear();
        status = (*reader)->read(batch);
        for (size_t i = 0; i < batch.size(); ++i)
            decoder.decode(batch[i], out.flows);
    }
    decoder.finish();
    out.stats = decoder.stats();
    out.capture = (*reader)->stats();
    out.error = (*reader)->damage();
    return out;
}

} // namespace rivereto::support
