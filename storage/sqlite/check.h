// SPDX-License-Identifier: GPL-3.0-or-later
// checkFile: reads every byte of a .rivereto file and says what is damaged; salvage: writes the rest into a new one.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/query/damage.h"
#include "core/schema/schema.h"

namespace rivereto::storage {

/// Something damaged: a column of a segment, a segment (no column), or the file (no segment).
struct Finding {
    core::DamagedPart part;
    std::string what;
};

struct CheckReport {
    int64_t format = 0;
    uint64_t bytes = 0;
    uint64_t segments = 0; ///< that can be listed
    uint64_t smallSegments = 0;
    uint64_t rows = 0;
    uint64_t blobs = 0;
    uint64_t texts = 0;
    uint64_t freePages = 0;
    core::TimeRange range;
    std::vector<Finding> damage;
    // No damage: room that nothing uses.
    uint64_t orphans = 0;      ///< blobs of no segment
    uint64_t unnamedTexts = 0; ///< texts that no segment names
    [[nodiscard]] bool sound() const { return damage.empty(); }
    /// Distinct segments in `damage`, with all their rows.
    [[nodiscard]] std::vector<core::DamagedPart> damagedSegments() const;
};

/// Called with 0 … 1.
using CheckProgress = std::function<void(double share)>;

/// Blocks; may run while another process writes the file: it looks at one moment of it. Errors: it cannot be read at all.
core::Result<CheckReport> checkFile(const std::string& path, std::stop_token stop, const CheckProgress& progress);

struct Salvaged {
    uint64_t segments = 0;
    uint64_t rows = 0;
    std::vector<core::DamagedPart> lost;     ///< segments of which nothing was saved
    std::vector<core::DamagedPart> columns;  ///< columns that are empty in the new file
};

/// Writes what can be read into `target`, which must not exist. A segment goes over without its damaged columns, unless
/// TimeReceived is among them: then it is lost. Errors: the source cannot be read at all, the target cannot be written.
core::Result<Salvaged> salvage(const std::string& path, const std::string& target, std::stop_token stop, const CheckProgress& progress);

} // namespace rivereto::storage
