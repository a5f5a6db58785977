// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chartlook.h"

namespace rivereto::ui {

ChartLook lookOf(const Answer& answer, const SeriesTableModel& table, const Clock& clock, const std::set<int>& hidden, std::optional<double> capacity)
{
    ChartLook out{.clock = clock, .logarithmic = answer.asked.logarithmic, .hidden = hidden, .capacity = capacity};
    for (const auto& interruption : answer.result->interruptions)
        out.marks.push_back({interruption.range, interruptionName(interruption)});
    out.label = [&table](int series) { return table.label(series); };
    out.valueLabel = [&table](size_t dimension, const std::string& value) { return table.valueLabel(dimension, value); };
    out.dimensionLabel = [&table](const core::Dimension& dimension) { return dimensionLabel(table.schema(), dimension); };
    return out;
}

} // namespace rivereto::ui
