// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/figures.h"

namespace rivereto::core {

namespace {

/// A point's length; of one for everything that of the range.
double secondsOf(const Plan& plan)
{
    const auto ms = plan.intervalMs > 0 ? plan.intervalMs : plan.range.length();
    return static_cast<double>(ms > 0 ? ms : 1) / 1000.0;
}

} // namespace

double rateFactor(const Plan& plan)
{
    if (isTotal(plan.query.unit) || isPercent(plan.query.unit) || (plan.intervalMs == 0 && plan.query.kind != QueryKind::Sankey))
        return 1;
    return perUnit(plan.query.unit) / secondsOf(plan);
}

std::optional<double> percentOf(const Plan& plan, const Cells& cells, size_t cell)
{
    // Extras are exporter, interface, speed in Mbit/s.
    uint64_t speed = 0;
    std::memcpy(&speed, cells.extras(cell) + cells.extraSize(0) + cells.extraSize(1), cells.extraSize(2));
    if (speed == 0)
        return std::nullopt;
    return static_cast<double>(cells.value(cell)) * 8 * 100 / (static_cast<double>(speed) * 1e6) / secondsOf(plan);
}

Figures::Figures(const Plan& plan) : m_plan(plan), m_points(plan.points, 0.0)
{
    if (isAdditive(plan.query.unit))
        return;
    size_t width = 0;
    for (size_t i = 0; i < plan.extras.size() - (isPercent(plan.query.unit) ? 1 : 0); ++i)
        width += cellSize((*plan.schema)[plan.extras[i]].storage());
    m_seen.emplace(width);
    m_seenAt.emplace(width + sizeof(uint32_t));
    m_key.resize(width + sizeof(uint32_t));
}

void Figures::addWhole(size_t point, double value)
{
    m_points[point] += value;
    m_total += value;
}

void Figures::add(const Cells& cells, size_t cell)
{
    const auto point = cells.point(cell);
    if (isPercent(m_plan.query.unit)) {
        addPercent(cells, cell);
    } else if (m_plan.query.unit == Unit::Distinct) {
        const size_t before = m_seen->size();
        m_seen->entryOf(cells.extras(cell));
        const auto fresh = static_cast<double>(m_seen->size() - before);
        m_total += fresh;
        if (m_points.size() == 1) {
            m_points[0] += fresh;
            return;
        }
        std::memcpy(m_key.data(), cells.extras(cell), cells.extrasWidth());
        std::memcpy(m_key.data() + cells.extrasWidth(), &point, sizeof point);
        const size_t beforeAt = m_seenAt->size();
        m_seenAt->entryOf(m_key.data());
        m_points[point] += static_cast<double>(m_seenAt->size() - beforeAt);
    } else {
        addWhole(point, static_cast<double>(cells.value(cell)));
    }
}

void Figures::addPercent(const Cells& cells, size_t cell)
{
    m_total += static_cast<double>(cells.value(cell));
    const auto percent = percentOf(m_plan, cells, cell);
    if (!percent)
        return;
    m_seen->entryOf(cells.extras(cell));
    m_points[cells.point(cell)] += *percent;
}

std::vector<double> Figures::takePoints()
{
    const bool percent = isPercent(m_plan.query.unit);
    const double factor = !percent ? rateFactor(m_plan) : m_seen->size() > 0 ? 1.0 / static_cast<double>(m_seen->size()) : std::numeric_limits<double>::quiet_NaN();
    for (auto& point : m_points)
        point *= factor;
    return std::move(m_points);
}

} // namespace rivereto::core
