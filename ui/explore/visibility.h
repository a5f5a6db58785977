// SPDX-License-Identifier: GPL-3.0-or-later
// SeriesVisibility: which series the chart leaves out, kept by what they are called, so that it outlives the next answer.
#pragma once

#include <set>
#include <vector>

#include "core/query/result.h"

namespace rivereto::ui {

class SeriesVisibility {
public:
    /// Shows a series alone; all again when it was alone already.
    void showAlone(const core::QueryResult& result, int series)
    {
        const auto hidden = hiddenIn(result);
        const bool alone = !hidden.contains(series) && hidden.size() + 1 == result.series.size();
        m_hidden.clear();
        if (alone || result.series.size() < 2)
            return;
        for (size_t other = 0; other < result.series.size(); ++other) {
            if (static_cast<int>(other) != series)
                m_hidden.insert(keyOf(result.series[other]));
        }
    }
    void toggle(const core::QueryResult& result, int series)
    {
        const auto key = keyOf(result.series[static_cast<size_t>(series)]);
        if (m_hidden.erase(key) == 0)
            m_hidden.insert(key);
        // A chart without any series says nothing.
        if (hiddenIn(result).size() == result.series.size())
            m_hidden.clear();
    }
    void showAll() { m_hidden.clear(); }
    [[nodiscard]] std::set<int> hiddenIn(const core::QueryResult& result) const
    {
        std::set<int> out;
        for (size_t series = 0; !m_hidden.empty() && series < result.series.size(); ++series) {
            if (m_hidden.contains(keyOf(result.series[series])))
                out.insert(static_cast<int>(series));
        }
        // Other series than those that some were left out of.
        return out.size() == result.series.size() ? std::set<int>{} : out;
    }

private:
    using Key = std::pair<bool, std::vector<std::string>>;
    static Key keyOf(const core::Series& series) { return {series.other, series.key}; }
    std::set<Key> m_hidden;
};

} // namespace rivereto::ui
