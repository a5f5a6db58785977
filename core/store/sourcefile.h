// SPDX-License-Identifier: GPL-3.0-or-later
// SourceFile: a file whose flows a database holds, so that it is known when it comes again and where its packets are.
#pragma once

#include <cstdint>
#include <string>

namespace rivereto::core {

struct SourceFile {
    std::string path; ///< absolute
    std::string kind; ///< "capture", "nfcapd", …
    uint64_t bytes = 0;
    uint64_t changedMs = 0; ///< of its last change, ms since 1970 UTC
    /// Of its size and parts of its content: files with the same one are the same, whatever they are called. 0: it was no file.
    uint64_t fingerprint = 0;
    uint64_t readMs = 0; ///< when it was read
    uint64_t flows = 0; ///< that it gave
    bool operator==(const SourceFile&) const = default;
};

} // namespace rivereto::core
