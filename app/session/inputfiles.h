// SPDX-License-Identifier: GPL-3.0-or-later
// inputFiles: what is to be read when people name files and folders; fingerprintOf: by what a file is known again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rivereto::app {

/// Files as they are named, and those within folders that hold traffic (hidden ones are passed over), each once, by the time that their
/// traffic begins at; what says no time comes last, as it was named. "-" and pipes are not touched. Blocks: looks into each file.
std::vector<std::string> inputFiles(const std::vector<std::string>& paths);

/// Of size, beginning, middle and end; 0 for what is no regular file or cannot be read.
uint64_t fingerprintOf(const std::string& path);

} // namespace rivereto::app
