// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/datagramlist.h"

#include <algorithm>

#include "core/text/number.h"

namespace rivereto::ui {

void DatagramList::clear()
{
    beginResetModel();
    m_rows.clear();
    m_shown.clear();
    m_exporters.clear();
    m_protocols.clear();
    m_kinds.clear();
    m_shapes.clear();
    m_kindMatches.clear();
    m_shapeMatches.clear();
    m_problems = 0;
    endResetModel();
}

void DatagramList::add(const IndexPart& part)
{
    m_exporters.insert(m_exporters.end(), part.exporters.begin(), part.exporters.end());
    m_kinds.insert(m_kinds.end(), part.kinds.begin(), part.kinds.end());
    m_shapes.insert(m_shapes.end(), part.shapes.begin(), part.shapes.end());
    syncMatches();
    std::vector<uint32_t> fresh;
    for (const auto& row : part.rows) {
        if (std::ranges::find(m_protocols, row.protocol) == m_protocols.end())
            m_protocols.push_back(row.protocol);
        m_problems += row.problems;
        if (isShown(row))
            fresh.push_back(static_cast<uint32_t>(m_rows.size()));
        m_rows.push_back(row);
    }
    if (fresh.empty())
        return;
    const auto first = static_cast<int>(m_shown.size());
    beginInsertRows({}, first, first + static_cast<int>(fresh.size()) - 1);
    m_shown.insert(m_shown.end(), fresh.begin(), fresh.end());
    endInsertRows();
}

/// Of kinds and shapes that are new.
void DatagramList::syncMatches()
{
    const auto what = m_narrowing.field.trimmed().toStdString();
    for (size_t i = m_kindMatches.size(); i < m_kinds.size(); ++i)
        m_kindMatches.push_back(core::fieldMatches(m_kinds[i].name, m_kinds[i].element, m_kinds[i].enterprise, what));
    for (size_t i = m_shapeMatches.size(); i < m_shapes.size(); ++i)
        m_shapeMatches.push_back(std::ranges::any_of(m_shapes[i], [this](uint32_t kind) { return kind < m_kindMatches.size() && m_kindMatches[kind]; }));
}

bool DatagramList::isShown(const DatagramRow& row) const
{
    if (m_narrowing.onlyProblems && row.problems == 0)
        return false;
    if (m_narrowing.protocol && row.protocol != *m_narrowing.protocol)
        return false;
    if (m_narrowing.exporter && m_exporters[row.exporter] != *m_narrowing.exporter)
        return false;
    // What is beyond the known shapes may have any field.
    return m_narrowing.field.trimmed().isEmpty() || row.shape >= m_shapeMatches.size() || m_shapeMatches[row.shape];
}

void DatagramList::refill()
{
    beginResetModel();
    m_shown.clear();
    for (size_t i = 0; i < m_rows.size(); ++i) {
        if (isShown(m_rows[i]))
            m_shown.push_back(static_cast<uint32_t>(i));
    }
    endResetModel();
}

void DatagramList::narrow(const Narrowing& narrowing)
{
    if (narrowing == m_narrowing)
        return;
    m_narrowing = narrowing;
    m_kindMatches.clear();
    m_shapeMatches.clear();
    syncMatches();
    refill();
}

void DatagramList::setClock(Clock clock)
{
    m_clock = clock;
    if (!m_shown.empty())
        emit dataChanged(index(0, Time), index(rowCount() - 1, Time));
}

int DatagramList::rowOf(uint64_t number) const
{
    const auto found = std::ranges::lower_bound(m_shown, number, {}, [](uint32_t shown) { return uint64_t{shown}; });
    return found != m_shown.end() && *found == number ? static_cast<int>(found - m_shown.begin()) : -1;
}

QVariant DatagramList::data(const QModelIndex& index, int role) const
{
    const auto& row = m_rows[numberAt(index.row())];
    const auto count = [](uint64_t n) { return text(core::formatCount(n)); };
    if (role == Qt::TextAlignmentRole) {
        const bool right = index.column() == Number || index.column() >= Domain;
        return static_cast<int>((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    if (role == Qt::ToolTipRole && index.column() == Time)
        return m_clock.day(row.timeMs, true);
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Number: return count(numberAt(index.row()) + 1);
    case Time: return m_clock.time(row.timeMs, 1);
    case Exporter: return text(m_exporters[row.exporter].toString());
    case Protocol: return row.protocol == core::Protocol::Unknown ? tr("unknown") : text(core::dissectName(row.protocol));
    case Domain: return row.hasDomain ? QString::number(row.domain) : QString();
    case Length: return count(row.length);
    case Sets: return row.sets > 0 ? count(row.sets) : QString();
    case Records: return count(row.records);
    case Problems: return row.problems > 0 ? count(row.problems) : QString();
    default: return {};
    }
}

QVariant DatagramList::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QString names[kColumns] = {tr("No."), tr("Time"), tr("Exporter"), tr("Protocol"), tr("Domain"), tr("Octets"), tr("Sets"), tr("Records"), tr("Problems")};
    return names[section];
}

} // namespace rivereto::ui
