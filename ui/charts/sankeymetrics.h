// SPDX-License-Identifier: GPL-3.0-or-later
// Sizes of a Sankey diagram in pixels. Internal to SankeyScene.
#pragma once

namespace rivereto::ui::sankey {

constexpr int kLabelFont = 12;
constexpr int kSmallFont = 11;
constexpr double kHeading = 30; ///< above each half: the columns' names
constexpr double kLeastHeading = 26; ///< of a name; less says nothing
constexpr double kBottom = 14;
constexpr double kBetween = 10;  ///< of two halves
constexpr double kHalfName = 18; ///< "Direct", written upwards
constexpr double kLeastHalf = 0.12;
constexpr double kSide = 14;
constexpr double kLabelGap = 10;
constexpr double kFigureGap = 8;
constexpr double kLeastMargin = 56;
constexpr double kMostMargin = 250;
constexpr double kMarginShare = 0.27;
constexpr double kNarrow = 480;
constexpr double kLineHeight = 15;
constexpr double kReach = 3; ///< how near the pointer must be
constexpr double kCardText = 260;
/// Of two lines when the node is as high as this.
constexpr double kTwoLines = 26;
/// A gap between columns narrower than this has no labels in it.
constexpr double kLeastLabel = 44;

} // namespace rivereto::ui::sankey
