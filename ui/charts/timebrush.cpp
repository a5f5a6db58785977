// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/timebrush.h"

#include <algorithm>
#include <cmath>

namespace rivereto::ui {

namespace {

constexpr double kDragThreshold = 4;
constexpr double kEdgeReach = 5;
constexpr int kAskEveryMs = 100;
constexpr double kShortest = 100;
constexpr double kLongest = 50.0 * 366 * 24 * 3600 * 1000;

uint64_t timeAt(double x, const TimeScale& scale, core::TimeRange limits)
{
    if (x <= scale.left)
        return limits.from;
    if (x >= scale.right)
        return limits.to;
    return static_cast<uint64_t>(std::clamp(scale.ms(x), static_cast<double>(limits.from), static_cast<double>(limits.to)));
}

core::TimeRange rangeOf(double from, double length)
{
    from = std::max(from, 0.0);
    return {static_cast<uint64_t>(std::llround(from)), static_cast<uint64_t>(std::llround(from + length))};
}

} // namespace

TimeBrush::Grip TimeBrush::gripAt(double x, const TimeScale& scale) const
{
    if (!m_range)
        return Grip::New;
    const double from = std::max(scale.x(static_cast<double>(m_range->from)), scale.left);
    const double to = std::min(scale.x(static_cast<double>(m_range->to)), scale.right);
    if (std::min(std::abs(x - from), std::abs(x - to)) <= kEdgeReach)
        return std::abs(x - from) < std::abs(x - to) ? Grip::From : Grip::To;
    return x > from && x < to ? Grip::Whole : Grip::New;
}

void TimeBrush::press(double x, const TimeScale& scale)
{
    m_grip = gripAt(x, scale);
    m_dragging = false;
    m_pressX = x;
    m_before = m_range.value_or(core::TimeRange{});
}

bool TimeBrush::move(double x, const TimeScale& scale, core::TimeRange limits)
{
    if (!pressed())
        return false;
    if (std::abs(x - m_pressX) > kDragThreshold)
        m_dragging = true;
    if (!m_dragging)
        return false;
    const auto before = m_range;
    if (m_grip == Grip::Whole) {
        const double length = static_cast<double>(m_before.length());
        const double from = static_cast<double>(m_before.from) + scale.ms(x) - scale.ms(m_pressX);
        const double latest = static_cast<double>(limits.to) - length;
        m_range = rangeOf(std::clamp(from, static_cast<double>(limits.from), std::max(latest, static_cast<double>(limits.from))), length);
    } else {
        const auto fixed = m_grip == Grip::New ? timeAt(m_pressX, scale, limits) : m_grip == Grip::From ? m_before.to : m_before.from;
        const auto free = timeAt(x, scale, limits);
        m_range = core::TimeRange{std::min(fixed, free), std::max(fixed, free)};
    }
    return m_range != before;
}

bool TimeBrush::release()
{
    const bool dragged = m_dragging;
    if (m_range && m_range->length() == 0)
        m_range.reset();
    m_grip = Grip::None;
    m_dragging = false;
    return dragged;
}

void TimeBrush::drop()
{
    m_grip = Grip::None;
    m_dragging = false;
    m_range.reset();
}

RangeDrag::RangeDrag(QObject* parent) : QObject(parent)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(kAskEveryMs);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (m_pending)
            ask();
    });
}

void RangeDrag::drag(core::TimeRange wanted)
{
    m_wanted = wanted;
    m_pending = true;
    if (!m_timer.isActive())
        ask();
}

void RangeDrag::ask()
{
    m_pending = false;
    m_asked.push_back(*m_wanted);
    m_timer.start();
    emit asked(*m_wanted);
}

void RangeDrag::arrived(core::TimeRange range)
{
    const auto found = std::ranges::find(m_asked, range);
    if (found == m_asked.end() || (range == *m_wanted && !m_pending))
        reset();
    else
        m_asked.erase(m_asked.begin(), found + 1);
}

void RangeDrag::reset()
{
    m_wanted.reset();
    m_asked.clear();
    m_pending = false;
}

core::TimeRange panned(core::TimeRange range, double part)
{
    const auto length = static_cast<double>(range.length());
    return rangeOf(static_cast<double>(range.from) + part * length, length);
}

core::TimeRange zoomed(core::TimeRange range, double factor, double about)
{
    const auto length = static_cast<double>(range.length());
    const double wanted = std::clamp(length * factor, kShortest, kLongest);
    const double share = length > 0 ? (about - static_cast<double>(range.from)) / length : 0.5;
    return rangeOf(about - share * wanted, wanted);
}

} // namespace rivereto::ui
