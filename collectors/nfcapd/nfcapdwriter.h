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
    bool replace = false; ///< files that are in the directory already; a single file is always replaced
};

/// Flows as nfcapd files of little-endian machines. `output` is the name of one file, which is replaced, or a directory (one
/// that exists, or a name with a trailing “/”, which is made): then files nfcapd.YYYYMMDDhhmm of local time are written, as
/// nfcapd names them. Everything is written under temporary names beside the files and renamed by finish(); without it, and
/// after an error, nothing is left.
///
/// Bytes and packets are multiplied by the sampling rate, as nfcapd does when it collects; flows without times of their own
/// get that of their reception. Left out, because nfdump 1.7.1 has no place for them: export time, TTL, fragments, flow label,
/// VNI, names (of exporters, networks, applications), routing beyond AS numbers and next hop, other elements.
core::Result<std::unique_ptr<core::FlowWriter>> makeNfcapdWriter(const std::filesystem::path& output, const NfcapdWriterOptions& options);

} // namespace rivereto::collectors
