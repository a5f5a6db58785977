// SPDX-License-Identifier: GPL-3.0-or-later
// RIVERETO_TEXT: marks an English text of the core that the window translates; translations/README.md says how lupdate finds it.
#pragma once

/// The text itself. `context` is what the window looks it up in.
#define RIVERETO_TEXT(context, text) text
