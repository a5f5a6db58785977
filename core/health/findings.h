// SPDX-License-Identifier: GPL-3.0-or-later
// Findings: what looks wrong in what exporters send, with evidence, cause and what to do about it.
#pragma once

#include <string>
#include <vector>

#include "core/health/health.h"
#include "core/query/plan.h"
#include "core/store/flowstore.h"

namespace rivereto::core {

enum class FindingKind : uint8_t {
#define RIVERETO_FINDING(id, name, title) id,
#include "core/health/findings.def"
#undef RIVERETO_FINDING
    kCount
};
/// Stable, lower case: "no-template".
std::string_view findingName(FindingKind kind);
/// English, to be translated: "Data without a template".
std::string_view findingTitle(FindingKind kind);

/// Lines of configuration for one vendor's devices; names in capitals are to be replaced.
struct FindingStep {
    std::string_view vendor;
    std::string_view lines;
};

struct Finding {
    FindingKind kind = FindingKind::NoTemplate;
    bool serious = false; ///< figures are wrong, or flows are missing
    StreamKey stream; ///< domain and protocol are 0 where it is about the whole exporter
    uint64_t sinceMs = 0; ///< 0: not known
    uint64_t count = 0; ///< of what the evidence tells
    std::string evidence; ///< with numbers
    std::string cause; ///< one sentence
    std::string next; ///< what to do, one sentence
    std::vector<FindingStep> steps;
};

/// What rules need beside the account of exporters, from the stored flows.
struct FlowEvidence {
    std::map<Ip, uint64_t> zeroBytes; ///< flows
    std::map<Ip, uint64_t> withoutInterface; ///< flows
    std::map<Ip, uint64_t> flows;
    std::map<std::string, std::vector<Ip>> addresses; ///< by exporter name
};
Result<FlowEvidence> flowEvidence(FlowStore& store, const TimeRange& range, const Now& now, const Control& control);

/// Serious ones first, then by exporter. `pointMs`: length of a chart's point that flows should not outlast.
std::vector<Finding> findingsOf(const HealthReport& report, const FlowEvidence& flows, uint64_t pointMs);

} // namespace rivereto::core
