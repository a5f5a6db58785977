// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/corpus.h"

namespace rivereto::support {

std::optional<std::filesystem::path> corpus()
{
    const auto folder = std::filesystem::path(RIVERETO_SOURCE_DIR).parent_path() / "shared" / "corpus";
    if (std::filesystem::exists(folder / "INDEX.tsv"))
        return folder;
    return std::nullopt;
}

std::filesystem::path data(const std::filesystem::path& relative)
{
    return std::filesystem::path(RIVERETO_SOURCE_DIR) / "tests" / "data" / relative;
}

} // namespace rivereto::support
