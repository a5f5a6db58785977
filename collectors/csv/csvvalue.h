// SPDX-License-Identifier: GPL-3.0-or-later
// Values of CSV files: one text into one cell, as Rivereto and others write them.
#pragma once

#include <optional>
#include <string_view>

#include "collectors/csv/csvmapping.h"
#include "core/batch/flowbatch.h"

namespace rivereto::collectors {

std::string_view trimmed(std::string_view text);

/// Milliseconds since 1970 UTC; 0 for an empty text; nothing for one that is no time.
std::optional<uint64_t> csvTime(std::string_view text, const CsvMapping& mapping);
/// Milliseconds from seconds with a fraction, or "1 day 02:03:04.567", "02:03:04".
std::optional<uint64_t> csvDuration(std::string_view text);
/// The upper part of "12345-0-1" or of a plain number: a label; 0 for none.
std::optional<uint32_t> csvLabel(std::string_view text);

/// Fills a cell of a stored column; false when the text is no value of it. An empty text is no value, and changes nothing.
bool setCell(core::FlowBatch& batch, const core::Column& column, size_t row, std::string_view text, const CsvMapping& mapping);

} // namespace rivereto::collectors
