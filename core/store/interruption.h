// SPDX-License-Identifier: GPL-3.0-or-later
// Interruption: a time of which a database knows that flows are missing.
#pragma once

#include "core/query/query.h"

namespace rivereto::core {

struct Interruption {
    enum class Kind : uint8_t {
        NotListening, ///< between two times of listening into the same database
        KernelLost,   ///< datagrams that the kernel dropped, the receive buffer being full
        Dropped       ///< datagrams that Rivereto dropped, its queue being full
    };
    TimeRange range;
    Kind kind = Kind::NotListening;
    uint64_t datagrams = 0; ///< 0: unknown
    bool operator==(const Interruption&) const = default;
};

} // namespace rivereto::core
