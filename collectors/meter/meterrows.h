// SPDX-License-Identifier: GPL-3.0-or-later
// MeteredRow: one direction of an ended flow on its way into columns.
#pragma once

#include <string_view>
#include <vector>

#include "collectors/meter/flowentry.h"
#include "core/batch/flowbatch.h"

namespace rivereto::collectors {

struct MeterOptions;

struct MeteredRow {
    const FlowEntry* entry = nullptr;
    const FlowExtra* extra = nullptr; ///< may be null
    std::string_view interface;
    unsigned from = 0; ///< side
};

/// Adds one row for each direction that has packets, that of who began first.
void appendRows(const FlowEntry& entry, const FlowExtra* extra, std::string_view interface, std::vector<MeteredRow>& out);
/// Writes them behind the rows that are there.
void writeRows(const std::vector<MeteredRow>& in, const MeterOptions& options, core::FlowBatch& rows);

} // namespace rivereto::collectors
