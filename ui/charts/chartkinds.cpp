// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chartkinds.h"

#include <algorithm>

#include <QCoreApplication>

#include "ui/charts/gridchart.h"
#include "ui/charts/heatmapchart.h"
#include "ui/charts/sankeychart.h"
#include "ui/charts/trafficchart.h"

namespace rivereto::ui {

namespace {

template <class Chart>
ChartView* make(const Theme& theme)
{
    return new Chart(theme);
}

constexpr ChartKindInfo kKinds[] = {
    {ChartKind::Stacked, "stacked", QT_TRANSLATE_NOOP("ChartKind", "Stacked"), 0, make<TrafficChart>},
    {ChartKind::Lines, "lines", QT_TRANSLATE_NOOP("ChartKind", "Lines"), 0, make<TrafficChart>},
    {ChartKind::Grid, "grid", QT_TRANSLATE_NOOP("ChartKind", "Grid"), 0, make<GridChart>},
    {ChartKind::Share, "stacked100", QT_TRANSLATE_NOOP("ChartKind", "100 %"), 0, make<TrafficChart>},
    {ChartKind::Heatmap, "heatmap", QT_TRANSLATE_NOOP("ChartKind", "Heatmap"), 0, make<HeatmapChart>},
    {ChartKind::Sankey, "sankey", QT_TRANSLATE_NOOP("ChartKind", "Sankey"), 2, make<SankeyChart>},
};

} // namespace

std::span<const ChartKindInfo> chartKinds() { return kKinds; }

const ChartKindInfo& chartKind(ChartKind kind) { return *std::ranges::find(kKinds, kind, &ChartKindInfo::kind); }

std::optional<ChartKind> chartKindOf(std::string_view name)
{
    const auto* found = std::ranges::find_if(kKinds, [&](const auto& info) { return name == info.name; });
    return found == std::end(kKinds) ? std::nullopt : std::optional(found->kind);
}

QString chartKindLabel(const ChartKindInfo& info) { return QCoreApplication::translate("ChartKind", info.label); }

} // namespace rivereto::ui
