// SPDX-License-Identifier: GPL-3.0-or-later
// ChartData: the points of an answer that a chart over time draws, without how.
#pragma once

#include <limits>

#include "ui/charts/chartview.h"

namespace rivereto::ui {

/// Up is the direction asked for, Down the opposite one.
enum class Direction : uint8_t { Up, Down };

/// One value a point, in the query's unit; NaN: nobody knows. Empty: nothing was asked.
using Points = std::vector<double>;

struct ChartSeries {
    int number = 0; ///< position in the result; one past its series: an Other that only the opposite direction has
    QColor colour;
    Points values;
    Points reverse;
    [[nodiscard]] const Points& of(Direction direction) const { return direction == Direction::Up ? values : reverse; }
};

class ChartData {
public:
    ChartData() = default;
    /// Series that `hidden` names are left out, of the totals as well where these are sums.
    ChartData(AnswerPtr answer, const std::set<int>& hidden, const Theme& theme);

    [[nodiscard]] bool empty() const { return m_points == 0; }
    [[nodiscard]] const core::QueryResult& result() const { return *m_answer->result; }
    [[nodiscard]] size_t points() const { return m_points; }
    [[nodiscard]] uint64_t interval() const { return result().intervalMs; }
    [[nodiscard]] uint64_t start(size_t point) const { return result().firstPoint + (m_skipped + point) * interval(); }
    [[nodiscard]] core::TimeRange range() const { return {start(0), start(m_points)}; }
    [[nodiscard]] bool bothDirections() const { return result().reverse != nullptr; }

    /// As ranked, without the hidden ones.
    [[nodiscard]] const std::vector<ChartSeries>& series() const { return m_series; }
    [[nodiscard]] bool someHidden() const { return m_someHidden; }
    [[nodiscard]] const Points& total(Direction direction) const { return direction == Direction::Up ? m_total.values : m_total.reverse; }
    /// Of the earlier period, point by point; empty without one.
    [[nodiscard]] const Points& previousTotal(Direction direction) const { return direction == Direction::Up ? m_previous.values : m_previous.reverse; }
    [[nodiscard]] Points previousOf(int number, Direction direction) const;
    /// Stacked and 100 % of what does not add up are lines.
    [[nodiscard]] ChartKind kind() const;
    /// The series of the result; its total when there is none of that number.
    [[nodiscard]] const core::Series& of(int number, Direction direction) const;

private:
    [[nodiscard]] Points drawn(const Points& all) const;
    void addUp(const core::QueryResult& from, const std::set<int>& hidden, Points& out) const;

    AnswerPtr m_answer;
    size_t m_skipped = 0; ///< points of the result before the first drawn one
    size_t m_points = 0;
    bool m_someHidden = false;
    std::vector<ChartSeries> m_series;
    ChartSeries m_total;
    ChartSeries m_previous;
};

} // namespace rivereto::ui
