// SPDX-License-Identifier: GPL-3.0-or-later
// How an import is summed up, in words and as JSON.
#pragma once

#include <string>

#include "app/session/importjob.h"

namespace rivereto::app {

/// "edge.pcap  42 %  1 204 300 flows  2.1 M flows/s".
std::string progressText(const ImportProgress& progress);
/// Counts a line; every kind of loss that happened by name.
std::string summaryText(const ImportSummary& summary);
/// PRODUCT.md §7: {"files": [{"file", "datagrams", …, "losses", "damaged"}], "total", "seconds"}.
std::string summaryJson(const ImportSummary& summary);
/// Says on stderr which input was damaged; returns the Exit that this makes.
int sayDamage(const ImportSummary& summary);

} // namespace rivereto::app
