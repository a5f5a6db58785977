// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors/demo/demo.h"

#include <cmath>

namespace rivereto::collectors {

namespace {
/// sysUptime must reach back before the first flow; and 32 bits of milliseconds are 49 days.
constexpr uint64_t kUpMs = 11ULL * 24 * 3600 * 1000;
/// How often the day's curve is looked at.
constexpr uint64_t kCurveStep = 256;
}

uint64_t runDemo(const DemoScenario& scenario, uint64_t flows, const DemoSender& send, std::stop_token stop)
{
    DemoNetwork network(scenario);
    std::vector<DemoExporter> exporters;
    for (size_t i = 0; i < scenario.exporters.size(); ++i)
        exporters.emplace_back(i, scenario.exporters[i], scenario.startMs - kUpMs, send);
    const double meanGap = static_cast<double>(scenario.durationMs) / static_cast<double>(std::max<uint64_t>(flows, 1));
    double time = static_cast<double>(scenario.startMs);
    double gap = meanGap;
    uint64_t sent = 0;
    for (; sent < flows && !stop.stop_requested(); ++sent) {
        const auto now = static_cast<uint64_t>(time);
        if (sent % kCurveStep == 0)
            gap = meanGap / network.load(now);
        const auto exporter = network.pickExporter();
        exporters[exporter].add(network.flow(exporter, now), now);
        time += gap;
    }
    for (auto& exporter : exporters)
        exporter.flush();
    return sent;
}

} // namespace rivereto::collectors
