// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/enrich/asnames.h"

#include <charconv>

namespace rivereto::core {

AsNames::AsNames(std::string table, std::map<uint32_t, std::string> own) : m_table(std::move(table)), m_own(std::move(own))
{
    std::string_view rest = m_table;
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        const auto tab = line.find('\t');
        uint32_t as = 0;
        if (tab != std::string_view::npos && std::from_chars(line.data(), line.data() + tab, as).ptr == line.data() + tab)
            m_entries.push_back({as, line.substr(tab + 1)});
    }
    std::ranges::stable_sort(m_entries, {}, &Entry::as);
}

std::string_view AsNames::name(uint32_t as) const
{
    if (const auto own = m_own.find(as); own != m_own.end())
        return own->second;
    const auto it = std::ranges::lower_bound(m_entries, as, {}, &Entry::as);
    return it != m_entries.end() && it->as == as ? it->name : std::string_view();
}

} // namespace rivereto::core
