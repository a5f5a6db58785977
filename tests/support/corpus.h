// SPDX-License-Identifier: GPL-3.0-or-later
// Where tests find captures: the shared corpus when it lies beside the checkout, tests/data always.
#pragma once

#include <filesystem>
#include <optional>

namespace rivereto::support {

/// Folder of the shared corpus, if present.
std::optional<std::filesystem::path> corpus();
/// A file or folder below tests/data.
std::filesystem::path data(const std::filesystem::path& relative = {});

} // namespace rivereto::support
