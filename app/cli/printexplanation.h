// SPDX-License-Identifier: GPL-3.0-or-later
// Explanations for people; CSV and JSON are in core/query/explaintable.h.
#pragma once

#include "core/enrich/asnames.h"
#include "core/query/explaintable.h"

namespace rivereto::app {

/// `asNames` may be null.
std::string explanationText(const core::Explanation& explanation, const core::Schema& schema, int utcOffsetMinutes, const core::AsNames* asNames);

} // namespace rivereto::app
