// SPDX-License-Identifier: GPL-3.0-or-later
// Figures: what some cells of an aggregate amount to in the query's unit. Shared by ranking and shaping.
#pragma once

#include <limits>
#include <vector>

#include "core/query/plan.h"

namespace rivereto::core {

/// A cell's parts: named key | extras | point.
class Cells {
public:
    Cells(const Plan& plan, const AggregateRequest& request, const Aggregate& sums)
        : m_sums(sums), m_named(request.namedWidth()), m_width(request.keyWidth()), m_points(sums.cells.keyWidth() > m_width)
    {
        for (const auto id : plan.extras)
            m_extraSizes.push_back(cellSize((*plan.schema)[id].storage()));
    }
    [[nodiscard]] size_t size() const { return m_sums.cells.size(); }
    [[nodiscard]] size_t namedWidth() const { return m_named; }
    [[nodiscard]] size_t keyWidth() const { return m_width; }
    [[nodiscard]] const uint8_t* key(size_t cell) const { return m_sums.cells.key(cell); }
    [[nodiscard]] uint64_t value(size_t cell) const { return m_sums.cells.value(cell); }
    [[nodiscard]] uint32_t point(size_t cell) const { return marked(cell) & ~kOthersBit; }
    [[nodiscard]] bool others(size_t cell) const { return (marked(cell) & kOthersBit) != 0; }
    /// Extra columns' cells, one after another.
    [[nodiscard]] const uint8_t* extras(size_t cell) const { return key(cell) + m_named; }
    [[nodiscard]] size_t extrasWidth() const { return m_width - m_named; }
    [[nodiscard]] size_t extraSize(size_t extra) const { return m_extraSizes[extra]; }

private:
    [[nodiscard]] uint32_t marked(size_t cell) const
    {
        uint32_t point = 0;
        if (m_points)
            std::memcpy(&point, key(cell) + m_width, sizeof point);
        return point;
    }
    const Aggregate& m_sums;
    size_t m_named;
    size_t m_width;
    bool m_points;
    std::vector<size_t> m_extraSizes;
};

/// A series in the making. Cells are added; then the figures are read.
class Figures {
public:
    explicit Figures(const Plan& plan);
    void add(const Cells& cells, size_t cell);
    /// Adds to a point without a cell behind it.
    void addWhole(size_t point, double value);
    /// One a point, in the query's unit; spent.
    std::vector<double> takePoints();
    /// Sum, or number of different values, over all points.
    [[nodiscard]] double total() const { return m_total; }

private:
    void addPercent(const Cells& cells, size_t cell);

    const Plan& m_plan;
    std::vector<double> m_points;
    double m_total = 0;
    // Of units that do not add up; a table for each of a million series would be large.
    std::optional<GroupTable> m_seen;   ///< distinct: values; percent: exporter and interface
    std::optional<GroupTable> m_seenAt; ///< distinct: values and points
    std::vector<uint8_t> m_key;
};

/// Whole sums in a point → rate in the query's unit.
double rateFactor(const Plan& plan);

/// Percent of an interface's speed that one cell stands for; nothing when nobody knows the speed.
std::optional<double> percentOf(const Plan& plan, const Cells& cells, size_t cell);

} // namespace rivereto::core
