// SPDX-License-Identifier: GPL-3.0-or-later
// Interfaces of exporters: what flows say went over them, beside what their own counters say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/health/health.h"
#include "core/query/plan.h"
#include "core/store/flowstore.h"

namespace rivereto::core {

/// Bytes and packets by flows, times their sampling rates.
struct InterfaceFlows {
    double bytes = 0;
    double packets = 0;
    /// As counters have it: with 18 octets of Ethernet header and check sequence a packet.
    [[nodiscard]] double octets() const { return bytes + 18 * packets; }
};

struct InterfaceHealth {
    Ip exporter;
    uint32_t ifIndex = 0;
    std::string exporterName; ///< empty: not known
    std::string name;
    std::string description;
    uint64_t speed = 0; ///< bits/s; 0: not known
    InterfaceFlows in;
    InterfaceFlows out;
    std::optional<InterfaceCounters> counters; ///< of the whole range
    /// Octets by flows over octets by counters; nothing where counters do not cover the range or nothing went over it.
    [[nodiscard]] std::optional<double> inShare() const;
    [[nodiscard]] std::optional<double> outShare() const;
    bool comparable = false; ///< counters cover nine tenths of the range
};

/// The time that counters and flows can be compared over: that of the counters. Empty without any.
TimeRange counterRange(const HealthReport& report);

/// By exporter and ifIndex; flows of the range that match `filter` (in the filter language; empty: all), counters of `report`.
/// A flow counts at both of its interfaces. Interface 0 is none.
Result<std::vector<InterfaceHealth>> interfacesOf(FlowStore& store, const HealthReport& report, const TimeRange& range, const std::string& filter,
    const Now& now, const Control& control);

} // namespace rivereto::core
