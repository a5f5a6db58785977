// SPDX-License-Identifier: GPL-3.0-or-later
// FlowEvidence: what rules about exporters need beside their account, found in the stored flows when it is asked for.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/health/health.h"
#include "core/query/plan.h"
#include "core/store/flowstore.h"

namespace rivereto::core {

struct FlowEvidence {
    std::map<Ip, uint64_t> flows;
    std::map<Ip, uint64_t> zeroBytes; ///< flows that are no events of NAT or firewalls
    std::map<Ip, uint64_t> withoutInterface; ///< flows
    std::map<std::string, std::vector<Ip>> addresses; ///< by exporter name
    struct Interfaces {
        uint64_t named = 0;
        std::vector<uint32_t> unnamed; ///< ifIndex, in order
    };
    std::map<Ip, Interfaces> interfaces;
    /// Flows that two exporters both tell of, among the newest flows.
    struct Twice {
        uint64_t flows = 0; ///< that both tell of
        uint64_t of = 0; ///< flows looked at of the exporter that has fewer
    };
    std::map<std::pair<Ip, Ip>, Twice> twice;
    uint64_t kernelLost = 0; ///< datagrams
    uint64_t dropped = 0; ///< datagrams, by Rivereto
    TimeRange lostHere; ///< from the first to the last of these
};

/// How many of the newest flows are looked through for such that two exporters tell of.
inline constexpr uint64_t kTwiceSample = 100'000;

Result<FlowEvidence> flowEvidence(FlowStore& store, const TimeRange& range, const Now& now, const Control& control);

} // namespace rivereto::core
