// SPDX-License-Identifier: GPL-3.0-or-later
// Findings: what looks wrong in what exporters send, with evidence, cause and what to do about it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/health/flowevidence.h"

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

enum class Severity : uint8_t {
    Serious, ///< figures are wrong, or flows are missing
    Warning, ///< something is not as it should be
    Note ///< may well be meant, but figures have to be read with it in mind
};
/// "serious", "warning", "note".
std::string_view severityName(Severity severity);

/// For a person: an English template with {} placeholders and its arguments, kept apart so that the window can translate it.
struct Sentence {
    std::string_view text; ///< a string literal; translated in context "findings"
    std::vector<std::string> args;
    [[nodiscard]] std::string english() const;
};

/// Lines of configuration for one vendor's devices; words in capitals are to be replaced.
struct FindingStep {
    std::string_view vendor;
    std::string_view lines;
};

struct Finding {
    FindingKind kind = FindingKind::NoTemplate;
    Severity severity = Severity::Warning;
    StreamKey stream {}; ///< protocol Unknown: it is about the whole exporter; exporter zero: about this machine
    uint64_t sinceMs = 0; ///< 0: not known
    uint64_t untilMs = 0; ///< when it was last seen; 0: not known
    uint64_t count = 0; ///< of what the evidence tells
    Sentence evidence; ///< with numbers
    Sentence cause;
    Sentence next;
    std::span<const FindingStep> steps {};
    std::string condition {}; ///< filter for the flows concerned; empty: there are none to show
};

/// Serious ones first, then by exporter. `pointMs`: length of a chart's point that flows should not outlast.
std::vector<Finding> findingsOf(const HealthReport& report, const FlowEvidence& flows, uint64_t pointMs);

} // namespace rivereto::core
