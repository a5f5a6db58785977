// SPDX-License-Identifier: GPL-3.0-or-later
// FlowWriter: writes flows into a file of another program's format.
#pragma once

#include "core/base/result.h"
#include "core/batch/flowbatch.h"

namespace rivereto::core {

/// Used by one thread. Errors are final and say which file, why, and what to do.
class FlowWriter {
public:
    virtual ~FlowWriter() = default;
    /// Rows in the order they shall stand in.
    virtual Result<void> write(const FlowBatch& rows) = 0;
    /// Completes the file; without it what was written may be unreadable.
    virtual Result<void> finish() = 0;
    /// Names of columns that had values for which the format has no place, in schema order.
    [[nodiscard]] virtual std::vector<std::string> leftOut() const { return {}; }
};

} // namespace rivereto::core
