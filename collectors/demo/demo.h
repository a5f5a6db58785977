// SPDX-License-Identifier: GPL-3.0-or-later
// runDemo: the demo network's datagrams over a span of time.
#pragma once

#include <stop_token>

#include "collectors/demo/demoexporter.h"

namespace rivereto::collectors {

/// Spreads `flows` flows over the scenario's duration as the day's curve says and sends them in order of time.
/// Deterministic; the caller decides whether the times pass really. Returns the number of flows sent.
uint64_t runDemo(const DemoScenario& scenario, uint64_t flows, const DemoSender& send, std::stop_token stop = {});

} // namespace rivereto::collectors
