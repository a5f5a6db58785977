// SPDX-License-Identifier: GPL-3.0-or-later
// What the cells are and where; heatmappaint.cpp paints them.
#include "ui/charts/heatmapscene.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <QCoreApplication>
#include <QFontMetricsF>

#include "core/text/number.h"
#include "ui/charts/readout.h"

namespace rivereto::ui {

namespace {

constexpr int64_t kHour = 3'600'000;
constexpr int64_t kDay = 24 * kHour;
/// From so many days on the hours of the day show a pattern.
constexpr int64_t kCalendarDays = 3;
/// Longer points tell nothing of the hours.
constexpr uint64_t kLongestStep = 6 * kHour;

constexpr double kTop = 34; ///< the legend
constexpr double kAxis = 30;
constexpr double kSide = 16;
constexpr double kSwatch = 18;
constexpr double kLabelGap = 10;
constexpr double kMostLabel = 240;
constexpr double kLabelShare = 0.3;
constexpr double kFigures = 62;
constexpr double kNarrow = 420; ///< without figures
constexpr double kLeastRow = 14;
constexpr double kMostRow = 48;
constexpr double kLabelHeight = 13;
constexpr double kBlock = 22; ///< "Direct" and "Reverse" above their rows

QString tr(const char* source) { return QCoreApplication::translate("Heatmap", source); }

double meanOf(const Points& values, bool sum)
{
    double out = 0;
    size_t known = 0;
    for (const double v : values) {
        if (!std::isfinite(v))
            continue;
        out += v;
        ++known;
    }
    return known == 0 ? std::numeric_limits<double>::quiet_NaN() : sum ? out : out / static_cast<double>(known);
}

} // namespace

void HeatmapScene::build(const AnswerPtr& answer, const ChartLook& look)
{
    m_answer = answer && answer->result ? answer : nullptr;
    m_look = look;
    m_data = ChartData(m_answer, look.hidden, m_theme);
    m_rows.clear();
    m_columns = 0;
    m_stepMs = 0;
    m_unknown = false;
    if (m_data.empty())
        return;
    const auto interval = m_data.interval();
    const bool days = m_data.result().dimensions.empty() && m_data.result().range.length() >= kCalendarDays * kDay && interval <= kLongestStep && kDay % interval == 0;
    m_stepMs = days ? std::max<uint64_t>(interval, kHour) : 0;
    m_columns = days ? static_cast<size_t>(kDay) / m_stepMs : m_data.points();
    for (const auto direction : {Direction::Up, Direction::Down}) {
        if (direction == Direction::Down && !m_data.bothDirections())
            continue;
        if (days)
            addDays(direction);
        else
            addSeries(direction);
    }
    double largest = 0;
    double least = std::numeric_limits<double>::infinity();
    double figures = 0;
    for (const auto& row : m_rows) {
        figures = std::max(figures, row.figure);
        for (size_t c = row.begin; c < row.end; ++c) {
            const double v = row.values[c];
            m_unknown |= std::isnan(v);
            largest = std::isfinite(v) ? std::max(largest, v) : largest;
            least = v > 0 ? std::min(least, v) : least;
        }
    }
    m_scale = HeatScale(m_theme, std::isfinite(least) ? least : 0, largest, look.logarithmic);
    m_figures = core::scaleFor(figures);
}

void HeatmapScene::addSeries(Direction direction)
{
    const bool total = core::isTotal(m_data.result().query.unit);
    for (const auto& series : m_data.series()) {
        const auto& values = series.of(direction);
        const auto& statistics = m_data.of(series.number, direction).statistics;
        m_rows.push_back({.number = series.number, .direction = direction, .label = seriesName(m_data, m_look, series.number), .swatch = series.colour,
                          .figure = total ? statistics.total : statistics.average, .values = values, .begin = 0, .end = values.size()});
    }
}

void HeatmapScene::addDays(Direction direction)
{
    const auto range = m_data.range();
    const int64_t first = wall(range.from) / kDay * kDay;
    const int64_t last = (wall(range.to - 1)) / kDay * kDay;
    const bool total = core::isTotal(m_data.result().query.unit);
    for (int64_t midnight = first; midnight <= last; midnight += kDay) {
        HeatRow row{.number = 0, .direction = direction, .label = m_look.clock.day(utc(midnight)), .midnight = midnight};
        row.values = hoursOf(m_data.total(direction), midnight, row);
        row.figure = meanOf(row.values, total);
        m_rows.push_back(std::move(row));
    }
}

/// A cell is the mean of the points that begin in it, or their sum where the unit is one.
Points HeatmapScene::hoursOf(const Points& values, int64_t midnight, HeatRow& row) const
{
    std::vector<Points> cells(m_columns);
    const auto interval = m_data.interval();
    const auto begin = utc(midnight) > m_data.range().from ? (utc(midnight) - m_data.start(0)) / interval : 0;
    row.begin = m_columns;
    for (size_t i = begin; i < values.size(); ++i) {
        const int64_t at = wall(m_data.start(i)) - midnight;
        if (at < 0)
            continue;
        if (at >= kDay)
            break;
        const auto column = static_cast<size_t>(at) / m_stepMs;
        row.begin = std::min(row.begin, column);
        row.end = column + 1;
        cells[column].push_back(values[i]);
    }
    Points out;
    for (const auto& cell : cells)
        out.push_back(meanOf(cell, core::isTotal(m_data.result().query.unit)));
    return out;
}

/// The offset just before a change of the clocks is taken where a time on the wall has none, or two.
uint64_t HeatmapScene::utc(int64_t wallMs) const
{
    const auto guess = static_cast<uint64_t>(std::max<int64_t>(wallMs - m_look.clock.offsetMinutes(static_cast<uint64_t>(std::max<int64_t>(wallMs, 0))) * 60'000LL, 0));
    return static_cast<uint64_t>(std::max<int64_t>(wallMs - m_look.clock.offsetMinutes(guess) * 60'000LL, 0));
}

void HeatmapScene::place(QSizeF size, bool forFile)
{
    m_size = size;
    if (empty())
        return;
    const QFontMetricsF metrics(m_theme.font(12, QFont::DemiBold));
    double widest = 40;
    for (const auto& row : m_rows)
        widest = std::max(widest, metrics.horizontalAdvance(row.label) + (row.swatch.isValid() ? kSwatch : 0));
    const double left = kSide + std::min({widest, kMostLabel, size.width() * kLabelShare}) + kLabelGap;
    const double right = size.width() - (size.width() < kNarrow ? kSide : kFigures + kSide);
    const double height = std::max(size.height() - kTop - kAxis, kLeastRow);
    const double headings = m_data.bothDirections() ? 2 * kBlock : 0;
    const double wanted = (height - headings) / static_cast<double>(m_rows.size());
    m_rowHeight = std::clamp(wanted, forFile ? 1.0 : kLeastRow, kMostRow);
    // Whole pixels, so that all rows look the same.
    if (m_rowHeight >= kLeastRow)
        m_rowHeight = std::floor(m_rowHeight);
    m_everyLabel = static_cast<size_t>(std::ceil(kLabelHeight / m_rowHeight));
    double y = 0;
    const HeatRow* before = nullptr;
    for (auto& row : m_rows) {
        if (headings > 0 && (!before || before->direction != row.direction))
            y += kBlock;
        row.y = y;
        y += m_rowHeight;
        before = &row;
    }
    m_rowsHeight = y;
    // No half row at the lower edge of what scrolls.
    const double seen = y > height && headings == 0 ? std::max(std::floor(height / m_rowHeight), 1.0) * m_rowHeight : height;
    m_body = QRectF(std::floor(left), kTop, std::max(std::floor(right) - std::floor(left), 8.0), std::min(seen, y));
}

TimeScale HeatmapScene::timeScale() const
{
    return {.left = m_body.left(), .right = m_body.right(), .from = static_cast<double>(m_data.range().from), .to = static_cast<double>(m_data.range().to)};
}

core::TimeRange HeatmapScene::rangeOf(HeatCell cell) const
{
    if (!calendar())
        return {m_data.start(cell.column), m_data.start(cell.column + 1)};
    const int64_t from = m_rows[cell.row].midnight + static_cast<int64_t>(cell.column * m_stepMs);
    return {utc(from), utc(from + static_cast<int64_t>(m_stepMs))};
}

double HeatmapScene::edge(size_t column) const { return std::round(m_body.left() + static_cast<double>(column) * m_body.width() / static_cast<double>(m_columns)); }

QRectF HeatmapScene::box(const HeatRow& row, size_t from, size_t to, double scrolled) const
{
    const double gap = m_rowHeight >= 6 ? 1 : 0;
    return {edge(from), m_body.top() + row.y - scrolled, edge(to) - edge(from), m_rowHeight - gap};
}

QRectF HeatmapScene::cellBox(HeatCell cell, double scrolled) const { return box(m_rows[cell.row], cell.column, cell.column + 1, scrolled); }

std::optional<size_t> HeatmapScene::rowAt(double y, double scrolled) const
{
    if (y < m_body.top() || y >= m_body.bottom())
        return std::nullopt;
    const double at = y - m_body.top() + scrolled;
    for (size_t i = 0; i < m_rows.size(); ++i) {
        if (at >= m_rows[i].y && at < m_rows[i].y + m_rowHeight)
            return i;
    }
    return std::nullopt;
}

std::optional<size_t> HeatmapScene::columnAt(double x) const
{
    if (x < m_body.left() || x >= m_body.right())
        return std::nullopt;
    auto column = std::min(static_cast<size_t>((x - m_body.left()) / m_body.width() * static_cast<double>(m_columns)), m_columns - 1);
    // Edges are rounded to whole pixels.
    while (column + 1 < m_columns && x >= edge(column + 1))
        ++column;
    while (column > 0 && x < edge(column))
        --column;
    return column;
}

size_t HeatmapScene::firstRowOf(int series) const
{
    return static_cast<size_t>(std::ranges::find(m_rows, series, &HeatRow::number) - m_rows.begin());
}

QString HeatmapScene::figure(double value) const
{
    if (!std::isfinite(value))
        return QStringLiteral("–");
    return text(m_figures.prefix.empty() ? core::formatOnScale(value, m_figures) : core::formatFixed(value, m_figures, 2));
}

HoverCard HeatmapScene::card(HeatCell cell) const
{
    const auto& row = m_rows[cell.row];
    const auto range = rangeOf(cell);
    const auto unit = m_data.result().query.unit;
    const double value = row.values[cell.column];
    HoverCard card{.swatch = {}, .title = QStringLiteral("%1 – %2").arg(m_look.clock.time(range.from), m_look.clock.time(range.to)),
                   .aside = QStringLiteral("%1, %2").arg(m_look.clock.day(range.from), m_look.clock.zone(range.from)), .under = {}, .lines = {}};
    if (m_data.bothDirections())
        card.under << (row.direction == Direction::Up ? tr("Direct") : tr("Reverse"));
    const auto figureOf = [&](double v) { return std::isfinite(v) ? quantity(v, unitSuffix(unit)) : tr("unknown"); };
    card.lines.push_back({.left = core::isTotal(unit) ? tr("Total") : tr("Average"), .right = figureOf(value), .strong = true});
    Points same;
    for (const auto& other : m_rows) {
        if (other.direction == row.direction && std::isfinite(other.values[cell.column]))
            same.push_back(other.values[cell.column]);
    }
    if (!same.empty()) {
        std::ranges::nth_element(same, same.begin() + static_cast<ptrdiff_t>(same.size() / 2));
        card.lines.push_back({.left = tr("median of this hour"), .right = figureOf(same[same.size() / 2])});
    }
    card.lines.push_back({.left = core::isTotal(unit) ? tr("sum of the day") : tr("average of the day"), .right = figureOf(row.figure)});
    return card;
}

QString HeatmapScene::described(HeatCell cell) const
{
    const auto& row = m_rows[cell.row];
    const auto range = rangeOf(cell);
    const double value = row.values[cell.column];
    QStringList parts{calendar() ? QString() : row.label, m_data.bothDirections() ? (row.direction == Direction::Up ? tr("Direct") : tr("Reverse")) : QString(),
                      m_look.clock.range(range), std::isfinite(value) ? quantity(value, unitSuffix(m_data.result().query.unit)) : tr("unknown")};
    parts.removeAll(QString());
    return parts.join(QStringLiteral(", "));
}

} // namespace rivereto::ui
