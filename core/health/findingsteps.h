// SPDX-License-Identifier: GPL-3.0-or-later
// What to configure on the devices of the common vendors, by what is wrong. Words in capitals are the reader's own.
#pragma once

#include "core/health/findings.h"

namespace rivereto::core {

extern const std::span<const FindingStep> kTemplateSteps; ///< templates sent every minute
extern const std::span<const FindingStep> kSamplingSteps; ///< the sampling rate told in options
extern const std::span<const FindingStep> kSampleDropSteps;
extern const std::span<const FindingStep> kClockSteps;
extern const std::span<const FindingStep> kTimeSteps; ///< the time of reception
extern const std::span<const FindingStep> kTimeoutSteps; ///< active 60 s, inactive 15 s
extern const std::span<const FindingStep> kDomainSteps;
extern const std::span<const FindingStep> kInterfaceSteps; ///< both interfaces in records
extern const std::span<const FindingStep> kNameSteps; ///< names of interfaces in options
extern const std::span<const FindingStep> kSourceSteps;
extern const std::span<const FindingStep> kCounterSteps; ///< the exporters' own counters of what they dropped
extern const std::span<const FindingStep> kBufferSteps; ///< on this machine

} // namespace rivereto::core
