// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/inspect/datagramlist.h"

#include <algorithm>

#include "core/text/number.h"

namespace rivereto::ui {

namespace {

/// "1" is an element.
bool isNumber(const QString& words)
{
    return std::ranges::all_of(words, [](QChar c) { return c.isDigit(); });
}
bool looksLikeAddress(const QString& words)
{
    return words.contains(u'.') || words.count(u':') > 1;
}

} // namespace

void DatagramList::clear()
{
    beginResetModel();
    m_rows.clear();
    m_shown.clear();
    m_exporters.clear();
    m_protocols.clear();
    m_kinds.clear();
    m_shapes.clear();
    m_problemWords.clear();
    m_kindMatches.clear();
    m_shapeMatches.clear();
    m_exporterMatches.clear();
    m_problemMatches.clear();
    m_problems = 0;
    endResetModel();
}

void DatagramList::add(const IndexPart& part)
{
    m_exporters.insert(m_exporters.end(), part.exporters.begin(), part.exporters.end());
    m_kinds.insert(m_kinds.end(), part.kinds.begin(), part.kinds.end());
    m_shapes.insert(m_shapes.end(), part.shapes.begin(), part.shapes.end());
    m_problemWords.insert(m_problemWords.end(), part.problems.begin(), part.problems.end());
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

/// Of kinds, shapes, exporters and problems that are new.
void DatagramList::syncMatches()
{
    const auto words = m_narrowing.words.trimmed();
    const auto what = words.toStdString();
    for (size_t i = m_exporterMatches.size(); i < m_exporters.size(); ++i)
        m_exporterMatches.push_back(
            looksLikeAddress(words) && text(m_exporters[i].toString()).contains(words, Qt::CaseInsensitive));
    for (size_t i = m_problemMatches.size(); i < m_problemWords.size(); ++i)
        m_problemMatches.push_back(text(m_problemWords[i]).contains(words, Qt::CaseInsensitive) && !isNumber(words));
    for (size_t i = m_kindMatches.size(); i < m_kinds.size(); ++i)
        m_kindMatches.push_back(core::fieldMatches(m_kinds[i].name, m_kinds[i].element, m_kinds[i].enterprise, what));
    for (size_t i = m_shapeMatches.size(); i < m_shapes.size(); ++i)
        m_shapeMatches.push_back(std::ranges::any_of(
            m_shapes[i], [this](uint32_t kind) { return kind < m_kindMatches.size() && m_kindMatches[kind]; }));
}

bool DatagramList::isShown(const DatagramRow& row) const
{
    if (m_narrowing.onlyProblems && row.problems == 0)
        return false;
    if (m_narrowing.protocol && row.protocol != *m_narrowing.protocol)
        return false;
    if (m_narrowing.exporter && m_exporters[row.exporter] != *m_narrowing.exporter)
        return false;
    if (m_narrowing.words.trimmed().isEmpty() || m_exporterMatches[row.exporter]
        || (row.problems > 0 && m_problemMatches[row.problem]))
        return true;
    if (text(core::dissectName(row.protocol)).startsWith(m_narrowing.words.trimmed(), Qt::CaseInsensitive))
        return true;
    // What is beyond the known shapes may have any field.
    return row.shape >= m_shapeMatches.size() || m_shapeMatches[row.shape];
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
    for (auto* matches : {&m_kindMatches, &m_shapeMatches, &m_exporterMatches, &m_problemMatches})
        matches->clear();
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
    const auto found = std::ranges::lower_bound(m_shown, number, {}, [](uint32_t shown) { return uint64_t {shown}; });
    return found != m_shown.end() && *found == number ? static_cast<int>(found - m_shown.begin()) : -1;
}

std::optional<uint64_t> DatagramList::find(const Marks& marks, size_t first) const
{
    for (size_t i = first; i < m_rows.size(); ++i) {
        const auto& row = m_rows[i];
        if (row.timeMs == marks.timeMs && row.sequence == marks.sequence && row.length == marks.length
            && m_exporters[row.exporter] == marks.exporter)
            return i;
    }
    return std::nullopt;
}

int DatagramList::alignment(int column)
{
    const bool right = column == Number || (column >= Domain && column < Problems);
    return static_cast<int>((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
}

QString DatagramList::problemText(const DatagramRow& row) const
{
    if (row.problems == 0)
        return {};
    const auto first = text(m_problemWords[row.problem]);
    return row.problems == 1 ? first : tr("%1 – and %2 more").arg(first, text(core::formatCount(row.problems - 1U)));
}

QVariant DatagramList::data(const QModelIndex& index, int role) const
{
    const auto& row = m_rows[numberAt(index.row())];
    const auto count = [](uint64_t n) { return text(core::formatCount(n)); };
    if (role == Qt::TextAlignmentRole)
        return alignment(index.column());
    if (index.column() == Problems && row.problems > 0) {
        if (role == Qt::ToolTipRole)
            return problemText(row);
        if (role == Qt::DecorationRole && m_theme)
            return m_theme->icon(QStringLiteral("warning"), Token::warningMark, 14);
        if (role == Qt::ForegroundRole && m_theme)
            return (*m_theme)[Token::warning];
    }
    if (role == Qt::ToolTipRole && index.column() == Exporter)
        return text(m_exporters[row.exporter].toString());
    if (role == Qt::ToolTipRole && index.column() == Time)
        return m_clock.day(row.timeMs, true);
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Number:
        return count(numberAt(index.row()) + 1);
    case Time:
        return m_clock.time(row.timeMs, 1);
    case Exporter:
        return text(m_exporters[row.exporter].toString());
    case Protocol:
        return row.protocol == core::Protocol::Unknown ? tr("unknown") : text(core::dissectName(row.protocol));
    case Domain:
        return row.hasDomain ? QString::number(row.domain) : QString();
    case Length:
        return count(row.length);
    case Sets:
        return row.sets > 0 ? count(row.sets) : QString();
    case Records:
        return count(row.records);
    case Templates:
        return row.templates > 0 ? count(row.templates) : QString();
    case Problems:
        return problemText(row);
    default:
        return {};
    }
}

QVariant DatagramList::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return alignment(section);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QString names[kColumns] = {tr("No."), tr("Time"), tr("Exporter"), tr("Protocol"), tr("Domain"), tr("Octets"),
        tr("Sets"), tr("Templates"), tr("Records"), tr("Problems")};
    return names[section];
}

} // namespace rivereto::ui
