// SPDX-License-Identifier: GPL-3.0-or-later
// Random but reproducible batches for tests of store and query.
#pragma once

#include <random>

#include "core/batch/flowbatch.h"

namespace rivereto::support {

/// `rows` flows from `timeMs` on, one a millisecond, with few different addresses, networks that follow them, and every
/// stored column of the schema touched by at least some rows.
core::FlowBatch randomFlows(const std::shared_ptr<const core::Schema>& schema, size_t rows, uint64_t timeMs, uint32_t seed);

} // namespace rivereto::support
