// SPDX-License-Identifier: GPL-3.0-or-later
// The one table of chart kinds: what each is called and drawn by.
#pragma once

#include <span>

#include "ui/charts/chartview.h"

namespace rivereto::ui {

struct ChartKindInfo {
    ChartKind kind;
    const char* name; ///< in links and on the command line: "stacked100"
    const char* label; ///< untranslated; chartKindLabel() translates
    unsigned leastDimensions;
    /// Kinds that share a widget have the same `make`.
    ChartView* (*make)(const Theme& theme);
};

/// In the order of the panel.
std::span<const ChartKindInfo> chartKinds();
const ChartKindInfo& chartKind(ChartKind kind);
/// Nothing when there is no such kind.
std::optional<ChartKind> chartKindOf(std::string_view name);
QString chartKindLabel(const ChartKindInfo& info);

} // namespace rivereto::ui
