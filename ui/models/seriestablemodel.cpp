// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/seriestablemodel.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {

QString figureName(SeriesTableModel::Figure figure)
{
    using Figure = SeriesTableModel::Figure;
    switch (figure) {
    case Figure::Min: return SeriesTableModel::tr("Min");
    case Figure::Max: return SeriesTableModel::tr("Max");
    case Figure::Last: return SeriesTableModel::tr("Last");
    case Figure::Average: return SeriesTableModel::tr("Average");
    case Figure::P95: return SeriesTableModel::tr("95th");
    case Figure::Billing: return SeriesTableModel::tr("95th of 5 min");
    case Figure::Before: return SeriesTableModel::tr("Before");
    case Figure::Change: return SeriesTableModel::tr("Change");
    case Figure::Share: return SeriesTableModel::tr("Share");
    case Figure::Total: return SeriesTableModel::tr("Total");
    case Figure::Key: break;
    }
    return {};
}

/// The series that stands for everything.
constexpr int kTotal = -1;
const double kNone = std::numeric_limits<double>::quiet_NaN();

} // namespace

const core::QueryResult* SeriesTableModel::result() const
{
    if (!m_answer || !m_answer->result)
        return nullptr;
    return side() == Side::Reverse ? reverse() : m_answer->result.get();
}

void SeriesTableModel::setAnswer(const AnswerPtr& answer, std::shared_ptr<const core::Schema> schema)
{
    beginResetModel();
    const auto columnsBefore = result() ? result()->dimensions : std::vector<core::Dimension>{};
    m_answer = answer;
    m_schema = std::move(schema);
    if (result() && result()->dimensions != columnsBefore)
        m_sortColumn = -1;
    layout();
    endResetModel();
}

void SeriesTableModel::setSide(Side side)
{
    if (side == m_side)
        return;
    beginResetModel();
    m_side = side;
    m_sortColumn = -1;
    layout();
    endResetModel();
}

/// Which figures there are. Shares and totals belong to what adds up.
void SeriesTableModel::layout()
{
    m_figures.clear();
    const auto* shown = result();
    if (shown) {
        const auto unit = shown->query.unit;
        const bool both = side() == Side::Both;
        const auto add = [&](Figure figure) {
            m_figures.push_back({figure});
            if (both)
                m_figures.push_back({figure, true});
        };
        if (!core::isTotal(unit)) {
            if (both)
                for (const auto figure : {Figure::Average, Figure::Max})
                    add(figure);
            else if (shown->query.kind == core::QueryKind::Sankey)
                add(Figure::Average);
            else
                for (const auto figure : {Figure::Min, Figure::Max, Figure::Last, Figure::Average, Figure::P95})
                    add(figure);
            if (shown->total.statistics.p95of5m)
                add(Figure::Billing);
        }
        if (m_answer->result->previous && !both)
            m_figures.insert(m_figures.end(), {{Figure::Before}, {Figure::Change}});
        if (core::isAdditive(unit))
            m_figures.push_back({Figure::Share});
        if (!core::isPercent(unit))
            add(Figure::Total);
        m_rate = core::scaleFor(both ? std::max(shown->total.statistics.max, reverse()->total.statistics.max) : shown->query.kind == core::QueryKind::Sankey ? shown->total.statistics.average : shown->total.statistics.max);
        m_sum = core::scaleFor(both ? std::max(shown->total.statistics.total, reverse()->total.statistics.total) : shown->total.statistics.total);
    }
    order();
}

int SeriesTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_rows.size()); }

int SeriesTableModel::columnCount(const QModelIndex& parent) const
{
    if (parent.isValid() || !result())
        return 0;
    return static_cast<int>(std::max<size_t>(result()->dimensions.size(), 1) + m_figures.size());
}

SeriesTableModel::Measured SeriesTableModel::measured(int column) const
{
    const int at = column - (columnCount() - static_cast<int>(m_figures.size()));
    return at < 0 ? Measured{Figure::Key} : m_figures[static_cast<size_t>(at)];
}

SeriesTableModel::Figure SeriesTableModel::figure(int column) const { return measured(column).figure; }

int SeriesTableModel::columnOf(Figure wanted) const
{
    for (int column = 0; column < columnCount(); ++column) {
        if (figure(column) == wanted)
            return column;
    }
    return -1;
}

int SeriesTableModel::seriesOf(int row) const { return row >= 0 && row < rowCount() ? m_rows[static_cast<size_t>(row)] : -1; }

int SeriesTableModel::rowOf(int series) const
{
    const auto found = std::ranges::find(m_rows, series);
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

const core::Series* SeriesTableModel::seriesIn(int column, int number) const
{
    const auto& shown = measured(column).reverse ? *reverse() : *result();
    if (number == kTotal)
        return &shown.total;
    return static_cast<size_t>(number) < shown.series.size() ? &shown.series[static_cast<size_t>(number)] : nullptr;
}

/// The same series in the earlier period.
const core::Series* SeriesTableModel::before(int number) const
{
    const auto* earlier = m_answer->result->previous.get();
    if (earlier && side() == Side::Reverse)
        earlier = earlier->reverse.get();
    if (!earlier)
        return nullptr;
    if (number == kTotal)
        return &earlier->total;
    return static_cast<size_t>(number) < earlier->series.size() ? &earlier->series[static_cast<size_t>(number)] : nullptr;
}

/// Of what the answer is ranked by: the average, or the total. 0 … : 0.16 is 16 % more.
double SeriesTableModel::change(int number) const
{
    const auto* earlier = before(number);
    if (!earlier)
        return kNone;
    const bool totals = core::isTotal(result()->query.unit);
    const auto& now = (number == kTotal ? result()->total : result()->series[static_cast<size_t>(number)]).statistics;
    const double then = totals ? earlier->statistics.total : earlier->statistics.average;
    return then > 0 ? (totals ? now.total : now.average) / then - 1 : kNone;
}

double SeriesTableModel::share(int number) const
{
    const auto sum = [&](const core::QueryResult& result) {
        if (number == kTotal)
            return result.total.statistics.total;
        return static_cast<size_t>(number) < result.series.size() ? result.series[static_cast<size_t>(number)].statistics.total : 0.0;
    };
    double part = sum(*result());
    double whole = result()->total.statistics.total;
    if (side() == Side::Both) {
        part += sum(*reverse());
        whole += reverse()->total.statistics.total;
    }
    return whole > 0 ? part / whole : 0;
}

double SeriesTableModel::value(int column, int number) const
{
    const auto wanted = measured(column).figure;
    if (wanted == Figure::Share)
        return share(number);
    if (wanted == Figure::Change)
        return change(number);
    const auto* series = wanted == Figure::Before ? before(number) : seriesIn(column, number);
    if (!series)
        return kNone;
    const auto& s = series->statistics;
    switch (wanted) {
    case Figure::Min: return s.min;
    case Figure::Max: return s.max;
    case Figure::Last: return s.last;
    case Figure::Average: return s.average;
    case Figure::P95: return s.p95;
    case Figure::Billing: return s.p95of5m.value_or(kNone);
    case Figure::Before: return core::isTotal(result()->query.unit) ? s.total : s.average;
    case Figure::Total: return s.total;
    default: return kNone;
    }
}

QString SeriesTableModel::figureText(int column, int number) const
{
    const auto wanted = measured(column).figure;
    const double v = value(column, number);
    if (std::isnan(v))
        return QStringLiteral("–");
    if (wanted == Figure::Share)
        return text(core::formatPercent(v));
    if (wanted == Figure::Change)
        return (v < 0 ? QStringLiteral("−") : QStringLiteral("+")) + text(core::formatPercent(std::abs(v)));
    const bool sum = wanted == Figure::Total || (wanted == Figure::Before && core::isTotal(result()->query.unit));
    const auto& scale = sum ? m_sum : m_rate;
    // The same number of decimals in a column, so that figures line up.
    if (scale.prefix.empty() && sum)
        return text(core::formatCount(static_cast<uint64_t>(v)));
    return text(core::formatFixed(v, scale, 2));
}

/// How sure a sampled figure is; empty where nothing was sampled.
QString SeriesTableModel::samplesText(int column, int number) const
{
    const auto* series = seriesIn(column, number);
    if (!series || !series->statistics.samples || !series->statistics.uncertainty())
        return {};
    return tr("%1 samples, ±%2 of the value").arg(text(core::formatCount(*series->statistics.samples)), text(core::formatPercent(*series->statistics.uncertainty() / 100)));
}

QString SeriesTableModel::asName(const core::Series& series, int dimension) const
{
    const auto at = static_cast<size_t>(dimension);
    if (!m_asNames || at >= series.key.size() || isOther(series, at) || (*m_schema)[result()->dimensions[at].column].type != core::Type::Asn)
        return {};
    return m_asNames(text(series.key[at]).toUInt());
}

QVariant SeriesTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !result())
        return {};
    const int number = seriesOf(index.row());
    const auto& series = result()->series[static_cast<size_t>(number)];
    const auto wanted = figure(index.column());
    const bool key = wanted == Figure::Key;
    switch (role) {
    case Qt::DisplayRole:
        if (!key)
            return figureText(index.column(), number);
        return result()->dimensions.empty() ? seriesLabel(series) : keyText(series, static_cast<size_t>(index.column()));
    case Qt::TextAlignmentRole: return static_cast<int>((key ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::ToolTipRole: return key ? label(number) : samplesText(index.column(), number);
    case kSeriesRole: return number;
    case kNumberRole: return value(index.column(), number);
    case kOtherRole: return isOther(series, key ? static_cast<size_t>(index.column()) : 0);
    case kDetailRole:
        if (series.other)
            return index.column() == 0 ? tr("%1 more").arg(text(core::formatCount(result()->cutOff))) : QString();
        return key ? asName(series, index.column()) : QString();
    default: return {};
    }
}

QVariant SeriesTableModel::totalData(int column, int role) const
{
    if (!result())
        return {};
    const auto wanted = figure(column);
    if (role == kFigureRole)
        return static_cast<int>(wanted);
    if (role == Qt::ToolTipRole)
        return wanted == Figure::Key ? QString() : samplesText(column, kTotal);
    if (role != Qt::DisplayRole)
        return {};
    if (wanted == Figure::Key)
        return column == 0 ? tr("Total") : QString();
    return figureText(column, kTotal);
}

QVariant SeriesTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || !result() || section >= columnCount())
        return {};
    const auto wanted = figure(section);
    const auto unit = result()->query.unit;
    switch (role) {
    case kFigureRole: return static_cast<int>(wanted);
    case kReverseRole: return measured(section).reverse;
    case Qt::TextAlignmentRole: return static_cast<int>((wanted == Figure::Key ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case kUnitRole:
        if (wanted == Figure::Key || wanted == Figure::Share || wanted == Figure::Change)
            return QString();
        if (wanted == Figure::Total || (wanted == Figure::Before && core::isTotal(unit)))
            return scaledUnit(m_sum.prefix, totalSuffix(unit));
        return scaledUnit(m_rate.prefix, unitSuffix(unit));
    case Qt::DisplayRole: {
        const auto name = wanted == Figure::Key ? QString() : figureName(wanted);
        if (wanted == Figure::Key)
            return result()->dimensions.empty() ? tr("Series") : dimensionLabel(*m_schema, result()->dimensions[static_cast<size_t>(section)]);
        if (side() != Side::Both || wanted == Figure::Share)
            return name;
        return (measured(section).reverse ? QStringLiteral("← %1") : QStringLiteral("→ %1")).arg(name);
    }
    default: return {};
    }
}

void SeriesTableModel::sort(int column, Qt::SortOrder sortOrder)
{
    emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const auto persistent = persistentIndexList();
    std::vector<int> series;
    for (const auto& index : persistent)
        series.push_back(seriesOf(index.row()));
    m_sortColumn = column;
    m_sortOrder = sortOrder;
    order();
    QModelIndexList moved;
    for (qsizetype i = 0; i < persistent.size(); ++i)
        moved << this->index(rowOf(series[static_cast<size_t>(i)]), persistent[i].column());
    changePersistentIndexList(persistent, moved);
    emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void SeriesTableModel::order()
{
    m_rows.clear();
    if (!result())
        return;
    const auto& all = result()->series;
    m_rows.resize(all.size());
    std::iota(m_rows.begin(), m_rows.end(), 0);
    if (m_sortColumn < 0 || m_sortColumn >= columnCount())
        return;
    const bool key = figure(m_sortColumn) == Figure::Key;
    const bool ascending = m_sortOrder == Qt::AscendingOrder;
    std::ranges::stable_sort(m_rows, [&](int a, int b) {
        const auto& one = all[static_cast<size_t>(a)];
        const auto& two = all[static_cast<size_t>(b)];
        if (one.other != two.other)
            return two.other;
        if (key)
            return ascending ? lessKey(m_sortColumn, one, two) : lessKey(m_sortColumn, two, one);
        const double first = value(m_sortColumn, a);
        const double second = value(m_sortColumn, b);
        // No value is below every value.
        if (std::isnan(first) || std::isnan(second))
            return ascending ? std::isnan(first) && !std::isnan(second) : !std::isnan(first) && std::isnan(second);
        return ascending ? first < second : second < first;
    });
}

/// Numbers as numbers.
bool SeriesTableModel::lessKey(int column, const core::Series& one, const core::Series& two) const
{
    const auto first = keyText(one, static_cast<size_t>(column));
    const auto second = keyText(two, static_cast<size_t>(column));
    bool numeric = false;
    bool both = false;
    const auto n1 = first.toULongLong(&numeric);
    const auto n2 = second.toULongLong(&both);
    return numeric && both ? n1 < n2 : QString::localeAwareCompare(first, second) < 0;
}

QString SeriesTableModel::label(int number) const
{
    const auto& series = result()->series[static_cast<size_t>(number)];
    if (series.other || series.key.empty())
        return seriesLabel(series);
    QStringList parts;
    for (size_t i = 0; i < series.key.size(); ++i)
        parts << (isOther(series, i) ? tr("Other") : valueLabel(i, series.key[i]));
    return parts.join(QStringLiteral(" · "));
}

QString SeriesTableModel::valueLabel(size_t dimension, const std::string& value) const
{
    if (value.empty())
        return tr("none");
    const bool number = m_asNames && dimension < result()->dimensions.size() && (*m_schema)[result()->dimensions[dimension].column].type == core::Type::Asn;
    const auto name = number ? m_asNames(text(value).toUInt()) : QString();
    return name.isEmpty() ? text(value) : QStringLiteral("%1 %2").arg(text(value), name);
}

QString SeriesTableModel::copied(const QList<int>& rows) const
{
    QStringList lines;
    QStringList cells;
    for (int column = 0; column < columnCount(); ++column) {
        const auto unit = headerData(column, Qt::Horizontal, kUnitRole).toString();
        cells << headerData(column, Qt::Horizontal).toString() + (unit.isEmpty() ? QString() : QStringLiteral(" [%1]").arg(unit));
    }
    lines << cells.join(u'\t');
    for (const int row : rows) {
        cells.clear();
        for (int column = 0; column < columnCount(); ++column)
            cells << index(row, column).data().toString();
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n') + u'\n';
}

} // namespace rivereto::ui
