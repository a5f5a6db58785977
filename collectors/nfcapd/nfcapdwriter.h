// SPDX-License-Identifier: GPL-3.0-or-later
// NfcapdWriter: writes flows as nfcapd files of layout 2, which nfdump 1.7 reads. Read this first in collectors/nfcapd to write.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "collectors/nfcapd/nfcapdcompression.h"
#include "core/store/flowwriter.h"

namespace rivereto::collectors {

struct NfcapdWriterOptions {
    NfcapdCompression compression = NfcapdCompression::Lz4;
    std::string ident = "rivereto"; ///< the name of the source in the files; at most 127 octets
    uint32_t rotateSeconds = 300; ///< seconds of TimeReceived in a file of a directory
};

/// Flows as nfcapd files. `output` is the name of one file, which is replaced, or a directory (one that exists, or a name with
/// a trailing “/”, which is made): then files nfcapd.YYYYMMDDhhmm of local time are written as nfcapd names them; rows must come
/// roughly in order of TimeReceived. Everything is written under temporary names beside the files and renamed by finish();
/// without it nothing is left.
core::Result<std::unique_ptr<core::FlowWriter>> makeNfcapdWriter(const std::filesystem::path& output, const NfcapdWriterOptions& options);

} // namespace rivereto::collectors
