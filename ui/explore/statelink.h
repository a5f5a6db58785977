// SPDX-License-Identifier: GPL-3.0-or-later
// Links: a state as a short text that can be copied, sent, pasted and given on the command line.
#pragma once

#include <QString>

#include "ui/models/viewstate.h"

namespace rivereto::ui {

inline constexpr auto kLinkScheme = "rivereto:";

/// "rivereto:explore?chart=lines&last=6h&dimensions=SrcAS,InIfName&filter=…": what differs from a fresh state, under the
/// names of the command line's options, percent-encoded. A fixed range is ISO 8601 UTC.
QString linkOf(const ViewState& state);

/// The state of a link. Errors say which part is wrong; what a link does not name is as in a fresh state.
core::Result<ViewState> stateOf(const QString& link);

/// Whether a text wants to be a link.
bool looksLikeLink(const QString& text);

} // namespace rivereto::ui
