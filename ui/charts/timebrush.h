// SPDX-License-Identifier: GPL-3.0-or-later
// TimeBrush: a range of time being marked, moved and stretched by hand. RangeDrag: a view being moved and zoomed.
#pragma once

#include <QObject>
#include <QTimer>

#include "ui/charts/timeaxis.h"

namespace rivereto::ui {

class TimeBrush {
public:
    enum class Grip : uint8_t { None, New, From, To, Whole };

    [[nodiscard]] const std::optional<core::TimeRange>& range() const { return m_range; }
    void set(std::optional<core::TimeRange> range) { m_range = range; }

    /// What a press at x would take hold of.
    [[nodiscard]] Grip gripAt(double x, const TimeScale& scale) const;
    void press(double x, const TimeScale& scale);
    /// Within `limits`, whose ends the ends of the scale stand for. True when the range changed.
    bool move(double x, const TimeScale& scale, core::TimeRange limits);
    /// True after a drag, false after a mere click. An empty range is none.
    bool release();
    void drop();
    [[nodiscard]] bool pressed() const { return m_grip != Grip::None; }
    [[nodiscard]] bool dragging() const { return m_dragging; }

private:
    std::optional<core::TimeRange> m_range;
    Grip m_grip = Grip::None;
    bool m_dragging = false;
    double m_pressX = 0;
    core::TimeRange m_before; ///< when it was taken hold of
};

/// GUI thread. Another range asked for again and again: the chart shows it at once, answers are asked for at most every 100 ms.
class RangeDrag : public QObject {
    Q_OBJECT
public:
    explicit RangeDrag(QObject* parent = nullptr);

    void drag(core::TimeRange wanted);
    /// An answer for `range` is there: the one that is waited for, one before, or another one, which ends the drag.
    void arrived(core::TimeRange range);
    void reset();
    [[nodiscard]] const std::optional<core::TimeRange>& wanted() const { return m_wanted; }

signals:
    void asked(const core::TimeRange& range);

private:
    void ask();

    std::optional<core::TimeRange> m_wanted;
    std::vector<core::TimeRange> m_asked; ///< whose answers may still come
    QTimer m_timer;
    bool m_pending = false;
};

/// `range` moved by a part of its length, or stretched by `factor` about a time that stands still; never before 1970, shorter than
/// 100 ms or longer than 50 years.
core::TimeRange panned(core::TimeRange range, double part);
core::TimeRange zoomed(core::TimeRange range, double factor, double about);

} // namespace rivereto::ui
