// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chartdata.h"

#include <algorithm>
#include <cmath>

#include "ui/charts/sankeylayout.h"

namespace rivereto::ui {

QColor seriesColour(const Theme& theme, const core::QueryResult& result, size_t series)
{
    if (series >= result.series.size() || result.series[series].other)
        return theme[Token::other];
    if (result.query.kind != core::QueryKind::Sankey)
        return theme.series(series);
    const auto ranks = sankeyRanks(result);
    const auto& key = result.series[series].key;
    const auto& otherAt = result.series[series].otherAt;
    const auto found = key.empty() || (!otherAt.empty() && otherAt[0]) ? ranks.end() : ranks.find(key[0]);
    return found == ranks.end() ? theme[Token::other] : theme.series(found->second);
}

/// The first and last point may be cut by the range and would look like a fall; statistics leave them out as well.
ChartData::ChartData(AnswerPtr answer, const std::set<int>& hidden, const Theme& theme) : m_answer(std::move(answer))
{
    if (!m_answer || !m_answer->result || m_answer->result->intervalMs == 0)
        return;
    const auto& r = result();
    const size_t all = r.total.points.size();
    size_t end = all > 0 && r.firstPoint + all * r.intervalMs > r.range.to ? all - 1 : all;
    m_skipped = r.firstPoint < r.range.from ? 1 : 0;
    if (end < m_skipped + 2) {
        m_skipped = 0;
        end = all;
    }
    m_points = end - m_skipped;
    const auto* reverse = r.reverse.get();
    const size_t count = std::max(r.series.size(), reverse ? reverse->series.size() : 0);
    for (size_t s = 0; s < count; ++s) {
        const bool left = hidden.contains(static_cast<int>(s));
        m_someHidden |= left;
        if (left)
            continue;
        ChartSeries one{.number = static_cast<int>(s), .colour = seriesColour(theme, r, s)};
        one.values = s < r.series.size() ? drawn(r.series[s].points) : Points(m_points, 0.0);
        if (reverse)
            one.reverse = s < reverse->series.size() ? drawn(reverse->series[s].points) : Points(m_points, 0.0);
        m_series.push_back(std::move(one));
    }
    addUp(r, hidden, m_total.values);
    if (reverse)
        addUp(*reverse, hidden, m_total.reverse);
    if (r.previous) {
        addUp(*r.previous, hidden, m_previous.values);
        if (r.previous->reverse)
            addUp(*r.previous->reverse, hidden, m_previous.reverse);
    }
}

Points ChartData::drawn(const Points& all) const
{
    Points out(m_points, std::numeric_limits<double>::quiet_NaN());
    for (size_t i = 0; i < m_points && m_skipped + i < all.size(); ++i)
        out[i] = all[m_skipped + i];
    return out;
}

void ChartData::addUp(const core::QueryResult& from, const std::set<int>& hidden, Points& out) const
{
    out = drawn(from.total.points);
    if (!core::isAdditive(from.query.unit))
        return;
    for (const int number : hidden) {
        if (number < 0 || static_cast<size_t>(number) >= from.series.size())
            continue;
        const auto without = drawn(from.series[static_cast<size_t>(number)].points);
        for (size_t i = 0; i < out.size(); ++i)
            out[i] = std::max(out[i] - (std::isnan(without[i]) ? 0 : without[i]), 0.0);
    }
}

Points ChartData::previousOf(int number, Direction direction) const
{
    const auto* previous = result().previous.get();
    if (previous && direction == Direction::Down)
        previous = previous->reverse.get();
    if (!previous || number < 0 || static_cast<size_t>(number) >= previous->series.size())
        return {};
    return drawn(previous->series[static_cast<size_t>(number)].points);
}

ChartKind ChartData::kind() const
{
    const auto asked = m_answer->asked.chart;
    return core::isAdditive(result().query.unit) || (asked != ChartKind::Stacked && asked != ChartKind::Share) ? asked : ChartKind::Lines;
}

const core::Series& ChartData::of(int number, Direction direction) const
{
    const auto& from = direction == Direction::Down && result().reverse ? *result().reverse : result();
    return number >= 0 && static_cast<size_t>(number) < from.series.size() ? from.series[static_cast<size_t>(number)] : from.total;
}

} // namespace rivereto::ui
