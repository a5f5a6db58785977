// SPDX-License-Identifier: GPL-3.0-or-later
// AsNames: names of autonomous systems.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rivereto::core {

/// The shipped table under the user's own names. Immutable once made; any thread.
class AsNames {
public:
    AsNames() = default;
    /// `table`: "number<TAB>name" lines, ascending; it is kept. Lines that are something else are skipped.
    AsNames(std::string table, std::map<uint32_t, std::string> own);
    AsNames(const AsNames&) = delete;
    AsNames& operator=(const AsNames&) = delete;

    /// Empty when there is no name.
    [[nodiscard]] std::string_view name(uint32_t as) const;

private:
    struct Entry {
        uint32_t as;
        std::string_view name;
    };
    std::string m_table;
    std::vector<Entry> m_entries;
    std::map<uint32_t, std::string> m_own;
};

} // namespace rivereto::core
