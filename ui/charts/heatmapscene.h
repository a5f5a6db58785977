// SPDX-License-Identifier: GPL-3.0-or-later
// HeatmapScene: a heat map of an answer at one size – a row a series over time, or for the total alone a row a day over its hours.
#pragma once

#include "core/text/number.h"
#include "ui/charts/chartdata.h"
#include "ui/charts/heatscale.h"
#include "ui/charts/hovercard.h"
#include "ui/charts/timeaxis.h"

namespace rivereto::ui {

struct HeatRow {
    int number = 0; ///< of the series
    Direction direction = Direction::Up;
    QString label;
    QColor swatch;      ///< invalid for days
    double figure = 0;  ///< at the right edge: the average, or the sum of units that are totals
    Points values;      ///< one a column; NaN: nobody knows
    size_t begin = 0;   ///< columns within the range
    size_t end = 0;
    int64_t midnight = 0; ///< of days: ms on the wall
    double y = 0;       ///< from the top of the rows
};

struct HeatCell {
    size_t row = 0;
    size_t column = 0;
    bool operator==(const HeatCell&) const = default;
};

class HeatmapScene {
public:
    explicit HeatmapScene(const Theme& theme) : m_theme(theme) { }

    void build(const AnswerPtr& answer, const ChartLook& look);
    /// For a file all rows are made to fit; on the screen they may need to be scrolled.
    void place(QSizeF size, bool forFile);

    [[nodiscard]] bool empty() const { return m_rows.empty() || m_columns == 0; }
    [[nodiscard]] bool calendar() const { return m_stepMs > 0; }
    [[nodiscard]] const ChartData& data() const { return m_data; }
    [[nodiscard]] const std::vector<HeatRow>& rows() const { return m_rows; }
    [[nodiscard]] size_t columns() const { return m_columns; }
    [[nodiscard]] const HeatScale& scale() const { return m_scale; }
    /// Of time; for days there is none.
    [[nodiscard]] TimeScale timeScale() const;
    [[nodiscard]] core::TimeRange rangeOf(HeatCell cell) const;

    [[nodiscard]] QRectF body() const { return m_body; } ///< where rows are seen
    [[nodiscard]] double rowsHeight() const { return m_rowsHeight; }
    [[nodiscard]] double rowHeight() const { return m_rowHeight; }
    [[nodiscard]] QRectF cellBox(HeatCell cell, double scrolled) const;
    /// Row at a height, also beside the cells.
    [[nodiscard]] std::optional<size_t> rowAt(double y, double scrolled) const;
    [[nodiscard]] std::optional<size_t> columnAt(double x) const;
    [[nodiscard]] size_t firstRowOf(int series) const; ///< rows() when there is none

    /// All but what is below the pointer; `strong` is a series drawn out, or -1.
    void paint(QPainter& painter, double scrolled, int strong) const;
    /// Dims what is outside a range.
    void paintBrush(QPainter& painter, core::TimeRange range, double scrolled) const;
    /// Drawn out around a cell, and its row's label.
    void paintCell(QPainter& painter, HeatCell cell, double scrolled) const;
    /// Of days; series have their read-out.
    [[nodiscard]] HoverCard card(HeatCell cell) const;
    [[nodiscard]] QString described(HeatCell cell) const;

private:
    void addSeries(Direction direction);
    void addDays(Direction direction);
    [[nodiscard]] Points hoursOf(const Points& values, int64_t midnight, HeatRow& row) const;
    [[nodiscard]] double edge(size_t column) const;
    [[nodiscard]] QString figure(double value) const;
    [[nodiscard]] uint64_t utc(int64_t wall) const;
    [[nodiscard]] int64_t wall(uint64_t ms) const { return static_cast<int64_t>(ms) + m_look.clock.offsetMinutes(ms) * 60'000LL; }
    void paintRow(QPainter& painter, const HeatRow& row, double scrolled) const;
    void paintLabel(QPainter& painter, const HeatRow& row, double scrolled, bool strong) const;
    void paintMarks(QPainter& painter, double scrolled) const;
    void paintLegend(QPainter& painter) const;
    void paintHours(QPainter& painter) const;
    [[nodiscard]] QRectF box(const HeatRow& row, size_t from, size_t to, double scrolled) const;

    const Theme& m_theme;
    AnswerPtr m_answer;
    ChartLook m_look;
    ChartData m_data;
    HeatScale m_scale;
    core::Scale m_figures;
    std::vector<HeatRow> m_rows;
    size_t m_columns = 0;
    uint64_t m_stepMs = 0; ///< of a calendar's columns; 0: no calendar
    bool m_unknown = false; ///< some cell has no value
    QSizeF m_size;
    QRectF m_body;
    double m_rowHeight = 0;
    double m_rowsHeight = 0;
    size_t m_everyLabel = 1;
};

} // namespace rivereto::ui
