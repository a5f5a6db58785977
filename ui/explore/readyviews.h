// SPDX-License-Identifier: GPL-3.0-or-later
// Ready-made views: conversations, endpoints and other questions that everybody asks.
#pragma once

#include <functional>
#include <vector>

#include <QString>

#include "ui/models/viewstate.h"

namespace rivereto::ui {

struct ReadyView {
    QString name;
    QString about;
    /// Sets chart, dimensions and options; range and filter stay.
    std::function<void(ViewState&)> apply;
};

/// In the order of the menu; an empty name separates.
std::vector<ReadyView> readyViews();

} // namespace rivereto::ui
