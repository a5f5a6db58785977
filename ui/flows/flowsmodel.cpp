// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/flows/flowsmodel.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace rivereto::ui {

namespace {

using core::ColumnId;

/// Needed whatever is shown: sums of a selection, and where the datagram may be.
constexpr ColumnId kAlways[] = {ColumnId::TimeReceived, ColumnId::Bytes, ColumnId::Packets, ColumnId::SamplingRate, ColumnId::ExporterAddress};
constexpr uint64_t kMostRows = std::numeric_limits<int>::max() - 1;

int clampedRows(uint64_t matched) { return static_cast<int>(std::min(matched, kMostRows)); }

} // namespace

FlowsModel::FlowsModel(QObject* parent) : QAbstractTableModel(parent)
{
    connect(&m_pages, &FlowPages::opened, this, &FlowsModel::take);
    connect(&m_pages, &FlowPages::pageLoaded, this, &FlowsModel::takePage);
    connect(&m_pages, &FlowPages::stale, this, [this] { reopen(m_around); });
    connect(&m_pages, &FlowPages::aboutToOpen, this, &FlowsModel::prepare);
    connect(&m_pages, &FlowPages::failed, this, [this](const core::Error& error) {
        if (std::exchange(m_change, Change::None) != Change::Reset)
            beginResetModel();
        m_rows = 0;
        endResetModel();
        emit failed(error);
    });
}

std::vector<ColumnId> FlowsModel::needed() const
{
    std::set<ColumnId> ids(std::begin(kAlways), std::end(kAlways));
    for (const auto& column : m_shown)
        ids.insert(column.needs.begin(), column.needs.end());
    return {ids.begin(), ids.end()};
}

void FlowsModel::setColumns(std::shared_ptr<const FlowColumns> columns, const QStringList& ids)
{
    beginResetModel();
    m_columns = std::move(columns);
    m_shown.clear();
    for (const auto& id : ids) {
        const auto* column = m_columns->find(id);
        const auto there = std::ranges::find(m_shown, id, &FlowColumn::id);
        if (column && there == m_shown.end())
            m_shown.push_back(*column);
    }
    endResetModel();
    const auto have = m_pages.order().columns;
    const auto want = needed();
    if (m_wanted.store && !std::ranges::includes(have, want))
        reopen(m_around);
}

QStringList FlowsModel::columnIds() const
{
    QStringList out;
    for (const auto& column : m_shown)
        out << column.id;
    return out;
}

int FlowsModel::sortSection() const
{
    for (size_t i = 0; i < m_shown.size(); ++i) {
        if (m_shown[i].sort == m_wanted.sort)
            return static_cast<int>(i);
    }
    return -1;
}

void FlowsModel::list(FlowsOrder order, uint64_t around)
{
    order.sort = m_wanted.sort;
    order.descending = m_wanted.descending;
    m_wanted = std::move(order);
    reopen(around);
}

void FlowsModel::setSort(ColumnId column, bool descending, uint64_t around)
{
    m_wanted.sort = column;
    m_wanted.descending = descending;
    emit headerDataChanged(Qt::Horizontal, 0, std::max(columnCount() - 1, 0));
    if (m_wanted.store)
        reopen(around);
}

void FlowsModel::reopen(uint64_t around)
{
    m_wanted.columns = needed();
    m_pages.open(m_wanted, around);
}

void FlowsModel::prefetch(uint64_t firstRow, uint64_t lastRow)
{
    m_around = firstRow;
    m_pages.prefetch(firstRow / FlowPages::kRows, lastRow / FlowPages::kRows);
}

void FlowsModel::close()
{
    beginResetModel();
    m_pages.close();
    m_rows = 0;
    m_wanted.store.reset();
    endResetModel();
}

/// Rows that come or go in front of the old ones are announced while these are still there.
void FlowsModel::prepare(const FlowsListing& next)
{
    const auto before = static_cast<int64_t>(m_rows);
    const auto shift = next.shift.value_or(0);
    const auto moved = before + shift; // rows up to the last of the old ones
    const bool newestFirst = m_wanted.descending;
    const bool fits = newestFirst ? moved >= static_cast<int64_t>(next.matched) : moved <= static_cast<int64_t>(next.matched);
    if (!next.shift || before == 0 || moved < 0 || !fits || next.matched > kMostRows || moved > static_cast<int64_t>(kMostRows)) {
        m_change = Change::Reset;
        beginResetModel();
    } else if (shift > 0) {
        m_change = Change::Insert;
        beginInsertRows({}, 0, static_cast<int>(shift) - 1);
    } else if (shift < 0) {
        m_change = Change::Remove;
        beginRemoveRows({}, 0, static_cast<int>(-shift) - 1);
    } else {
        m_change = Change::None;
    }
}

void FlowsModel::take()
{
    const auto& listing = m_pages.listing();
    const auto rows = clampedRows(listing.matched);
    const auto change = std::exchange(m_change, Change::None);
    if (change == Change::Reset) {
        m_rows = rows;
        endResetModel();
        emit opened();
        return;
    }
    m_rows += static_cast<int>(*listing.shift);
    if (change == Change::Insert)
        endInsertRows();
    else if (change == Change::Remove)
        endRemoveRows();
    // What has come or gone behind them.
    if (rows > m_rows) {
        beginInsertRows({}, m_rows, rows - 1);
        m_rows = rows;
        endInsertRows();
    } else if (rows < m_rows) {
        beginRemoveRows({}, rows, m_rows - 1);
        m_rows = rows;
        endRemoveRows();
    }
    if (m_rows > 0)
        emit dataChanged(index(0, 0), index(m_rows - 1, std::max(columnCount() - 1, 0)));
    emit opened();
}

void FlowsModel::takePage(quint64 number)
{
    const uint64_t first = number * FlowPages::kRows;
    if (first >= static_cast<uint64_t>(m_rows) || m_shown.empty())
        return;
    const auto last = std::min(first + FlowPages::kRows, static_cast<uint64_t>(m_rows)) - 1;
    emit dataChanged(index(static_cast<int>(first), 0), index(static_cast<int>(last), columnCount() - 1));
}

void FlowsModel::setFormat(const FlowFormat& format)
{
    m_format = format;
    if (m_rows > 0 && !m_shown.empty())
        emit dataChanged(index(0, 0), index(m_rows - 1, columnCount() - 1));
}

int FlowsModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : m_rows; }
int FlowsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_shown.size()); }

std::pair<FlowRows*, size_t> FlowsModel::at(int row) const
{
    if (row < 0 || row >= m_rows)
        return {nullptr, 0};
    auto* rows = m_pages.loaded(static_cast<uint64_t>(row) / FlowPages::kRows);
    const auto place = static_cast<size_t>(row) % FlowPages::kRows;
    return rows && place < rows->rows.rows() ? std::pair{rows, place} : std::pair<FlowRows*, size_t>{nullptr, 0};
}

std::optional<FlowCell> FlowsModel::cell(int row, int section) const
{
    if (row < 0 || row >= m_rows || section < 0 || section >= columnCount())
        return std::nullopt;
    auto* rows = m_pages.page(static_cast<uint64_t>(row) / FlowPages::kRows);
    const auto place = static_cast<size_t>(row) % FlowPages::kRows;
    const auto& shown = m_shown[static_cast<size_t>(section)];
    const auto& read = m_pages.order().columns;
    if (!rows || !std::ranges::all_of(shown.needs, [&](ColumnId id) { return std::ranges::binary_search(read, id); }))
        return std::nullopt;
    if (place >= rows->rows.rows())
        return FlowCell();
    return FlowColumns::cell(shown, *rows, place, m_format);
}

QVariant FlowsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((column(index.column()).right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole)
        return {};
    const auto shown = cell(index.row(), index.column());
    if (!shown)
        return role == Qt::ToolTipRole ? QVariant() : QStringLiteral("…");
    if (role == Qt::ToolTipRole)
        return shown->detail.isEmpty() ? shown->text : QStringLiteral("%1 %2").arg(shown->text, shown->detail);
    return shown->text;
}

QVariant FlowsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::DisplayRole)
        return column(section).label;
    if (role == Qt::ToolTipRole)
        return column(section).about;
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((column(section).right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return {};
}

QString FlowsModel::copied(const std::vector<int>& rows) const
{
    QStringList lines;
    QStringList cells;
    for (const auto& column : m_shown)
        cells << column.label;
    lines << cells.join(u'\t');
    for (const int row : rows) {
        const auto [batch, place] = at(row);
        if (!batch)
            continue;
        cells.clear();
        for (const auto& column : m_shown)
            cells << FlowColumns::cell(column, *batch, place, m_format).text;
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n') + u'\n';
}

} // namespace rivereto::ui
