// SPDX-License-Identifier: GPL-3.0-or-later
// lookOf: how an answer is shown, in the window and in exports alike.
#pragma once

#include "ui/charts/chartview.h"
#include "ui/models/seriestablemodel.h"

namespace rivereto::ui {

/// `table` has the answer and outlives the look: it knows what series and values are called.
ChartLook lookOf(const Answer& answer, const SeriesTableModel& table, const Clock& clock, const std::set<int>& hidden, std::optional<double> capacity);

} // namespace rivereto::ui
