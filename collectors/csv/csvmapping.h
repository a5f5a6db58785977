// SPDX-License-Identifier: GPL-3.0-or-later
// CsvMapping: which field of a CSV file fills which column, where the header does not say it well enough.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace rivereto::collectors {

/// What numbers and dates in columns of type time mean. Auto: numbers by their size, dates as ISO 8601 or with slashes
/// year first, day first when the first number is beyond 12, else month first.
enum class CsvTime : uint8_t { Auto, Seconds, Milliseconds, Microseconds, Nanoseconds, DayFirst, MonthFirst };

/// In words "SrcAddr=src_ip+Bytes=#7+delimiter=tab+time=ms+zone=120": parts separated by "+", for commas separate the settings of
/// an input. A header is written as its name – case, spaces and punctuation do not count – or, where it has no letters or another
/// has the same, as "#" and the field's number from 1. Keys beside names of columns: Duration (seconds, from start to end), delimiter (comma, semicolon, tab, pipe), time
/// (auto, s, ms, us, ns, dmy, mdy), zone (minutes that times without a zone are ahead of UTC).
struct CsvMapping {
    struct Entry {
        std::string column; ///< of the schema, or "Duration"
        std::string header; ///< name, or "#7"
        bool operator==(const Entry&) const = default;
    };
    std::vector<Entry> columns; ///< headers of other columns are guessed
    char delimiter = 0; ///< 0: as the header line shows
    CsvTime time = CsvTime::Auto;
    int zoneMinutes = 0;

    bool operator==(const CsvMapping&) const = default;
    /// Errors say what was expected. Whether there are such columns and headers shows when a file is opened.
    static core::Result<CsvMapping> parse(std::string_view words);
    /// What parse() understands; empty for a mapping that says nothing.
    [[nodiscard]] std::string print() const;
};

/// Lower-case letters and digits of a header's name; all that counts when it is compared. Other than ASCII stays.
std::string plainName(std::string_view header);

} // namespace rivereto::collectors
