// SPDX-License-Identifier: GPL-3.0-or-later
// The demo's scenario file: TOML, every key optional.
#pragma once

#include <optional>
#include <string>

#include "collectors/demo/demonetwork.h"
#include "core/base/result.h"

namespace rivereto::app {

/// Without a file: the bundled network. Unknown keys and wrong values are refused with file and line.
core::Result<collectors::DemoScenario> loadScenario(const std::optional<std::string>& path);

} // namespace rivereto::app
