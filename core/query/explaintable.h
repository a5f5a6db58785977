// SPDX-License-Identifier: GPL-3.0-or-later
// Explanations as CSV and JSON: for the command line, exports and the clipboard alike.
#pragma once

#include <string>

#include "core/query/explain.h"

namespace rivereto::core {

/// Header line, then a line a value that is told: rank, dimension, verdict, same-as, needed, values, covered, divergence, value,
/// before, during, change, share. Dimensions that cannot win have no rank; a dimension without values to tell has one line
/// without.
std::string explanationCsv(const Explanation& explanation);

/// {"unit", "from", "to", "baseline": {"kind", "ranges": [{"from", "to"}]}, "before", "during", "change", "mixed",
/// "flowsBefore", "flowsDuring", "dimensions": [{"rank", "dimension", "verdict", "sameAs", "needed", "values", "covered",
/// "divergence", "top": [{"value", "before", "during", "change", "share"}], "rest": {…} | null}], "withoutValues": [name]};
/// times are ISO 8601 at `utcOffsetMinutes` from UTC, a missing value is null.
std::string explanationJson(const Explanation& explanation, int utcOffsetMinutes);

} // namespace rivereto::core
