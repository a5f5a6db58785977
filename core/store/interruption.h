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

/// How listening into a store stands. Losses count from `since`.
struct Listening {
    uint64_t since = 0; ///< ms, when it began
    uint64_t now = 0;   ///< ms, it still goes on
    uint64_t kernelLost = 0; ///< datagrams
    uint64_t dropped = 0;
};

/// What arrived on the way into a store.
struct Received {
    uint64_t records = 0; ///< on the wire
    uint64_t flows = 0;   ///< that they gave
    Received& operator+=(const Received& other)
    {
        records += other.records;
        flows += other.flows;
        return *this;
    }
    bool operator==(const Received&) const = default;
};

} // namespace rivereto::core
