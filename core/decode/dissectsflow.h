// SPDX-License-Identifier: GPL-3.0-or-later
// The records of sFlow v5 samples as trees. Internal to the dissector.
#pragma once

#include "core/decode/dissecttree.h"

namespace rivereto::core {

/// An address with its kind before it.
void sflowAddress(TreeWriter& in, std::string_view name);
/// "Extended gateway"; "Flow record 4413:1" when it is not known.
std::string sflowRecordName(uint32_t format, bool counters);
/// What follows a record's format and length.
void sflowRecord(TreeWriter& in, uint32_t format, bool counters);

} // namespace rivereto::core
