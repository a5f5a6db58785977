// SPDX-License-Identifier: GPL-3.0-or-later
// Ranking of groups by their figures.
#include <algorithm>
#include <numeric>

#include "core/query/figures.h"
#include "core/query/keyorder.h"
#include "core/query/shape.h"

namespace rivereto::core {

namespace {

/// A group and what it is ranked by; the key is one of the cells'.
struct Scored {
    const uint8_t* key;
    double score;
};

/// Gives each cell's figure to score(group, figure): as often as there are points, or once a group.
class Scorer {
public:
    Scorer(const Plan& plan, const Cells& cells) : m_plan(plan), m_cells(cells), m_groups(cells.namedWidth()), m_perPoint(cells.namedWidth() + sizeof(uint32_t)),
        m_members(cells.keyWidth())
    {
        m_by = plan.intervalMs == 0 ? LimitBy::Avg : plan.query.limitBy;
        m_complete = completePoints(plan);
        m_last = static_cast<size_t>(std::find(m_complete.rbegin(), m_complete.rend(), true).base() - m_complete.begin()) - 1;
    }

    std::vector<Scored> scores(const std::stop_token& stop)
    {
        for (size_t cell = 0; cell < m_cells.size() && !stops(stop, cell); ++cell) {
            const size_t group = m_groups.entryOf(m_cells.key(cell));
            if (group == m_out.size())
                m_out.push_back({m_cells.key(cell), 0});
            if (isAdditive(m_plan.query.unit))
                addFigure(group, cell, static_cast<double>(m_cells.value(cell)));
            else if (m_plan.query.unit == Unit::Distinct)
                addDistinct(group, cell);
            else
                addPercent(group, cell);
        }
        // Sums of rounded figures in any order: what differs less than a float can tell is a tie, so that every store ranks alike.
        for (size_t group = 0; group < m_interfaces.size(); ++group)
            m_out[group].score = static_cast<float>(m_out[group].score / std::max(m_interfaces[group], 1.0));
        return std::move(m_out);
    }

private:
    /// Additive in a point.
    void addFigure(size_t group, size_t cell, double figure)
    {
        auto& score = m_out[group].score;
        switch (m_by) {
        case LimitBy::Avg: score += figure; break;
        case LimitBy::Last: score += m_cells.point(cell) == m_last ? figure : 0; break;
        case LimitBy::Max: // of complete points, as in Statistics
            if (m_complete[m_cells.point(cell)])
                score = std::max(score, inPoint(cell, figure));
            break;
        }
    }
    /// What the group has in the cell's point so far.
    double inPoint(size_t cell, double figure)
    {
        if (m_cells.extrasWidth() == 0)
            return figure; // the group's only cell there
        std::vector<uint8_t> key(m_cells.key(cell), m_cells.key(cell) + m_cells.namedWidth());
        const uint32_t point = m_cells.point(cell);
        key.insert(key.end(), reinterpret_cast<const uint8_t*>(&point), reinterpret_cast<const uint8_t*>(&point + 1));
        const size_t entry = m_perPoint.entryOf(key.data());
        m_pointFigures.resize(m_perPoint.size());
        return m_pointFigures[entry] += figure;
    }
    void addDistinct(size_t group, size_t cell)
    {
        if (m_by != LimitBy::Avg)
            return addFigure(group, cell, 1);
        if (m_plan.points <= 1) {
            m_out[group].score += 1; // cells of a group are its values
            return;
        }
        // A value counts once, in however many points.
        const size_t before = m_members.size();
        m_members.entryOf(m_cells.key(cell));
        m_out[group].score += static_cast<double>(m_members.size() - before);
    }
    void addPercent(size_t group, size_t cell)
    {
        const auto percent = percentOf(m_plan, m_cells, cell);
        m_interfaces.resize(m_out.size());
        if (!percent)
            return;
        std::vector<uint8_t> key(m_cells.key(cell), m_cells.key(cell) + m_cells.keyWidth());
        std::fill(key.end() - static_cast<ptrdiff_t>(m_cells.extraSize(2)), key.end(), 0); // whatever the speed was
        const size_t before = m_members.size();
        m_members.entryOf(key.data());
        m_interfaces[group] += static_cast<double>(m_members.size() - before);
        addFigure(group, cell, *percent);
    }

    const Plan& m_plan;
    const Cells& m_cells;
    LimitBy m_by{};
    std::vector<bool> m_complete;
    size_t m_last = 0; ///< complete point
    std::vector<Scored> m_out;
    GroupTable m_groups;
    GroupTable m_perPoint;
    std::vector<double> m_pointFigures;
    GroupTable m_members; ///< named key and extras
    std::vector<double> m_interfaces; ///< percent: a group's interfaces of known speed
};

} // namespace

Ranking rankGroups(const Plan& plan, const Aggregate& sums, const std::stop_token& stop)
{
    const auto request = requestFor(plan, 0);
    const Cells cells(plan, request, sums);
    std::vector<Scored> scores;
    const bool oneCellAGroup = plan.extras.empty() && plan.points <= 1;
    if (oneCellAGroup) {
        scores.reserve(cells.size());
        for (size_t cell = 0; cell < cells.size(); ++cell)
            scores.push_back({cells.key(cell), static_cast<double>(cells.value(cell))});
    } else {
        scores = Scorer(plan, cells).scores(stop);
    }
    const KeyOrder before(request, *sums.texts);
    const auto better = [&](const Scored& a, const Scored& b) { return a.score != b.score ? a.score > b.score : before(a.key, b.key); };
    const size_t named = std::min(seriesAsked(plan.query), scores.size());
    if (stop.stop_requested())
        return {};
    if (named < scores.size() / 4)
        std::partial_sort(scores.begin(), scores.begin() + static_cast<ptrdiff_t>(named), scores.end(), better);
    else
        std::ranges::sort(scores, better);
    Ranking out{.groups = oneCellAGroup ? sums.groups : scores.size()};
    for (size_t i = 0; i < named; ++i)
        out.keys.insert(out.keys.end(), scores[i].key, scores[i].key + cells.namedWidth());
    return out;
}

} // namespace rivereto::core
