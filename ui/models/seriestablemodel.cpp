// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/seriestablemodel.h"

#include <algorithm>
#include <numeric>

#include "ui/models/texts.h"

namespace rivereto::ui {

void SeriesTableModel::setAnswer(const AnswerPtr& answer, std::shared_ptr<const core::Schema> schema)
{
    beginResetModel();
    const auto columnsBefore = result() ? result()->dimensions : std::vector<core::Dimension>{};
    m_answer = answer;
    m_schema = std::move(schema);
    m_figures.clear();
    if (const auto* r = result()) {
        if (r->dimensions != columnsBefore)
            m_sortColumn = -1;
        if (!core::isTotal(r->query.unit))
            m_figures = {Figure::Min, Figure::Max, Figure::Last, Figure::Average, Figure::P95};
        m_figures.insert(m_figures.end(), {Figure::Share, Figure::Total});
        m_rate = core::scaleFor(r->total.statistics.max);
        m_sum = core::scaleFor(r->total.statistics.total);
    }
    order();
    endResetModel();
}

int SeriesTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_rows.size()); }

int SeriesTableModel::columnCount(const QModelIndex& parent) const
{
    if (parent.isValid() || !result())
        return 0;
    return static_cast<int>(std::max<size_t>(result()->dimensions.size(), 1) + m_figures.size());
}

SeriesTableModel::Figure SeriesTableModel::figure(int column) const
{
    const int at = column - (columnCount() - static_cast<int>(m_figures.size()));
    return at < 0 ? Figure::Key : m_figures[static_cast<size_t>(at)];
}

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

double SeriesTableModel::value(const core::Series& series, Figure wanted) const
{
    const auto& s = series.statistics;
    switch (wanted) {
    case Figure::Min: return s.min;
    case Figure::Max: return s.max;
    case Figure::Last: return s.last;
    case Figure::Average: return s.average;
    case Figure::P95: return s.p95;
    case Figure::Share: return result()->total.statistics.total > 0 ? s.total / result()->total.statistics.total : 0;
    case Figure::Total: return s.total;
    case Figure::Key: break;
    }
    return 0;
}

QString SeriesTableModel::figureText(const core::Series& series, Figure wanted) const
{
    const double v = value(series, wanted);
    if (wanted == Figure::Share)
        return text(core::formatPercent(v));
    const auto& scale = wanted == Figure::Total ? m_sum : m_rate;
    // The same number of decimals in a column, so that figures line up.
    if (scale.prefix.empty() && wanted == Figure::Total)
        return text(core::formatCount(static_cast<uint64_t>(v)));
    return text(core::formatFixed(v, scale, 2));
}

QString SeriesTableModel::asName(const core::Series& series, int dimension) const
{
    const auto at = static_cast<size_t>(dimension);
    if (!m_asNames || at >= series.key.size() || (*m_schema)[result()->dimensions[at].column].type != core::Type::Asn)
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
    switch (role) {
    case Qt::DisplayRole:
        if (wanted != Figure::Key)
            return figureText(series, wanted);
        return result()->dimensions.empty() ? seriesLabel(series) : keyText(series, static_cast<size_t>(index.column()));
    case Qt::TextAlignmentRole: return static_cast<int>((wanted == Figure::Key ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::ToolTipRole: return wanted == Figure::Key ? label(number) : QVariant();
    case kSeriesRole: return number;
    case kNumberRole: return value(series, wanted);
    case kOtherRole: return series.other;
    case kDetailRole:
        if (series.other)
            return index.column() == 0 ? tr("%1 more").arg(text(core::formatCount(result()->cutOff))) : QString();
        return wanted == Figure::Key ? asName(series, index.column()) : QString();
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
    if (role != Qt::DisplayRole)
        return {};
    if (wanted == Figure::Key)
        return column == 0 ? tr("Total") : QString();
    return figureText(result()->total, wanted);
}

QVariant SeriesTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || !result() || section >= columnCount())
        return {};
    const auto wanted = figure(section);
    if (role == kFigureRole)
        return static_cast<int>(wanted);
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((wanted == Figure::Key ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == kUnitRole) {
        if (wanted == Figure::Key || wanted == Figure::Share)
            return QString();
        const auto unit = result()->query.unit;
        return wanted == Figure::Total ? text(m_sum.prefix) + totalSuffix(unit) : text(m_rate.prefix) + unitSuffix(unit);
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (wanted) {
    case Figure::Key: return result()->dimensions.empty() ? tr("Series") : dimensionLabel(*m_schema, result()->dimensions[static_cast<size_t>(section)]);
    case Figure::Min: return tr("Min");
    case Figure::Max: return tr("Max");
    case Figure::Last: return tr("Last");
    case Figure::Average: return tr("Average");
    case Figure::P95: return tr("95th");
    case Figure::Share: return tr("Share");
    case Figure::Total: return tr("Total");
    }
    return {};
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
    const auto wanted = figure(m_sortColumn);
    std::ranges::stable_sort(m_rows, [&](int a, int b) {
        const auto& one = all[static_cast<size_t>(a)];
        const auto& two = all[static_cast<size_t>(b)];
        if (one.other != two.other)
            return two.other;
        const bool ascending = m_sortOrder == Qt::AscendingOrder;
        if (wanted != Figure::Key)
            return ascending ? value(one, wanted) < value(two, wanted) : value(two, wanted) < value(one, wanted);
        const auto first = keyText(one, static_cast<size_t>(m_sortColumn));
        const auto second = keyText(two, static_cast<size_t>(m_sortColumn));
        bool numeric = false;
        bool both = false;
        const auto n1 = first.toULongLong(&numeric);
        const auto n2 = second.toULongLong(&both);
        const int difference = numeric && both ? (n1 < n2 ? -1 : n1 > n2 ? 1 : 0) : QString::localeAwareCompare(first, second);
        return ascending ? difference < 0 : difference > 0;
    });
}

QString SeriesTableModel::label(int number) const
{
    const auto& series = result()->series[static_cast<size_t>(number)];
    if (series.other || series.key.empty())
        return seriesLabel(series);
    QStringList parts;
    for (size_t i = 0; i < series.key.size(); ++i) {
        const auto name = asName(series, static_cast<int>(i));
        parts << (name.isEmpty() ? keyText(series, i) : QStringLiteral("%1 %2").arg(keyText(series, i), name));
    }
    return parts.join(QStringLiteral(" · "));
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
