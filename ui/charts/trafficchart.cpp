// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/trafficchart.h"

#include <algorithm>
#include <cmath>

#include "ui/charts/hovercard.h"

namespace rivereto::ui {

namespace {

constexpr double kLeft = 66;
constexpr double kRight = 24;
constexpr double kTop = 8;
constexpr double kBottom = 30;
constexpr unsigned kLeastPoints = 50;
constexpr unsigned kMostPoints = 300;
constexpr double kTickApart = 76;
/// The axis reaches up to a capacity or an earlier total that is at most this many times the largest value.
constexpr double kReachUpTo = 3;
/// Of a direction without traffic, which still has its half of the plot.
constexpr double kNothing = 1e-9;

double largest(const Points& points)
{
    double out = 0;
    for (const double value : points)
        out = std::isfinite(value) ? std::max(out, value) : out;
    return out;
}

} // namespace

unsigned TrafficChart::pointsWanted() const
{
    return std::clamp(static_cast<unsigned>(std::max(width() - kLeft - kRight, 1.0)), kLeastPoints, kMostPoints);
}

ValueAxis TrafficChart::axis() const { return scene().plots.empty() ? ValueAxis{} : scene().plots.front().axis; }

/// Of lines each is compared with its own, so only one at a time; parts of 100 % cannot be compared.
Points TrafficChart::previous(Direction direction) const
{
    const auto kind = data().kind();
    if (kind == ChartKind::Share)
        return {};
    if (kind != ChartKind::Lines)
        return data().previousTotal(direction);
    const bool shown = std::ranges::any_of(data().series(), [this](const auto& one) { return one.number == highlighted(); });
    if (shown)
        return data().previousOf(highlighted(), direction);
    return data().series().size() == 1 ? data().previousOf(data().series().front().number, direction) : data().previousTotal(direction);
}

ValueAxis TrafficChart::axisFor(const SeriesShape& shape, double height) const
{
    const bool down = data().bothDirections();
    if (shape.kind() == ChartKind::Share)
        return shareAxis(down);
    double up = shape.most(Direction::Up);
    double below = down ? shape.most(Direction::Down) : 0;
    const double most = std::max(up, below);
    const auto reach = [](double& edge, double wanted) {
        if (wanted <= edge * kReachUpTo)
            edge = std::max(edge, wanted);
    };
    // The earlier period's total, whatever is highlighted: the axis stays where it is. Lines would be pressed down by a much larger one.
    const auto reachPrevious = [&](double& edge, Direction direction) {
        const double wanted = largest(data().previousTotal(direction));
        if (shape.stacked())
            edge = std::max(edge, wanted);
        else
            reach(edge, wanted);
    };
    reachPrevious(up, Direction::Up);
    if (down)
        reachPrevious(below, Direction::Down);
    if (look().capacity && *look().capacity > 0) {
        reach(up, *look().capacity);
        if (down)
            reach(below, *look().capacity);
    }
    if (down && below == 0)
        below = std::max(most, 1.0) * kNothing;
    const int wanted = std::max(2, static_cast<int>(height / kTickApart));
    return look().logarithmic ? logAxis(shape.least(), up, below, wanted) : valueAxis(up, below, wanted);
}

void TrafficChart::arrange(Scene& scene) const
{
    Plot plot;
    plot.area = {kLeft, kTop, std::max(scene.size.width() - kLeft - kRight, 1.0), std::max(scene.size.height() - kTop - kBottom, 1.0)};
    plot.time = timeScale(data(), plot.area);
    plot.shape.set(data().kind(), data().series());
    plot.axis = axisFor(plot.shape, plot.area.height());
    plot.shape.scale(plot.axis);
    scene.plots.push_back(std::move(plot));
}

double TrafficChart::barTop() const { return kTop + 24; }

} // namespace rivereto::ui
