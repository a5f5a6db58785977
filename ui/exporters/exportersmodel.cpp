// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/exporters/exportersmodel.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/text/number.h"

namespace rivereto::ui {

namespace {

const QString kNone = QStringLiteral("–");

QString count(int64_t n) { return text(core::formatCount(static_cast<uint64_t>(std::max<int64_t>(n, 0)))); }

/// What a column is sorted by.
double weight(const ExporterRow& row, int column)
{
    switch (column) {
    case ExportersModel::Mark: return static_cast<double>(row.state);
    case ExportersModel::FlowRate:
    case ExportersModel::Rates: return row.flowsPerSecond;
    case ExportersModel::LastDatagram: return static_cast<double>(row.health.lastMs);
    case ExportersModel::Templates: return static_cast<double>(row.health.templates());
    case ExportersModel::Lost: return static_cast<double>(row.health.lostDatagrams());
    case ExportersModel::Skew: return std::abs(static_cast<double>(row.health.skewMs().value_or(0)));
    default: return 0;
    }
}

} // namespace

QString samplingText(const core::StreamHealth& health)
{
    QStringList out;
    for (const auto& [key, fact] : health.of(core::FactKind::Sampling)) {
        const bool known = key.aux != static_cast<int64_t>(core::SamplingSource::Unknown);
        const auto one = known ? QStringLiteral("1:%1").arg(count(key.key)) : ExportersModel::tr("unknown");
        if (!out.contains(one))
            out << one;
    }
    return out.size() > 3 ? ExportersModel::tr("%1 rates").arg(out.size()) : out.join(QStringLiteral(", "));
}

QString agoText(uint64_t ms)
{
    return ms < 10'000 ? ExportersModel::tr("%1 s ago").arg(QString::number(static_cast<double>(ms) / 1000, 'f', 1)) : ExportersModel::tr("%1 ago").arg(lengthText(ms));
}

QString protocolText(core::Protocol protocol)
{
    switch (protocol) {
    case core::Protocol::NetFlow1: return QStringLiteral("NetFlow v1");
    case core::Protocol::NetFlow5: return QStringLiteral("NetFlow v5");
    case core::Protocol::NetFlow7: return QStringLiteral("NetFlow v7");
    case core::Protocol::NetFlow9: return QStringLiteral("NetFlow v9");
    case core::Protocol::Ipfix: return QStringLiteral("IPFIX");
    case core::Protocol::Sflow: return QStringLiteral("sFlow v5");
    default: return kNone;
    }
}

void ExportersModel::setData(ExportersDataPtr data, bool live, const Clock& clock)
{
    beginResetModel();
    m_data = std::move(data);
    m_live = live;
    m_clock = clock;
    arrange();
    endResetModel();
}

void ExportersModel::setNeedle(const QString& needle)
{
    beginResetModel();
    m_needle = needle;
    arrange();
    endResetModel();
}

void ExportersModel::arrange()
{
    m_shown.clear();
    if (!m_data)
        return;
    for (const auto& row : m_data->rows) {
        if (m_needle.isEmpty() || row.name.contains(m_needle, Qt::CaseInsensitive) || cell(row, Address).contains(m_needle, Qt::CaseInsensitive))
            m_shown.push_back(&row);
    }
    const bool down = m_order == Qt::DescendingOrder;
    std::ranges::stable_sort(m_shown, [&](const ExporterRow* a, const ExporterRow* b) {
        const auto* left = down ? b : a;
        const auto* right = down ? a : b;
        switch (m_column) {
        case Name:
        case Protocol:
        case Sampling: return cell(*left, m_column).localeAwareCompare(cell(*right, m_column)) < 0;
        case Address: return left->health.key < right->health.key;
        default: return weight(*left, m_column) < weight(*right, m_column);
        }
    });
}

void ExportersModel::sort(int column, Qt::SortOrder order)
{
    m_column = column;
    m_order = order;
    beginResetModel();
    arrange();
    endResetModel();
}

const ExporterRow* ExportersModel::row(int row) const
{
    return row >= 0 && row < static_cast<int>(m_shown.size()) ? m_shown[static_cast<size_t>(row)] : nullptr;
}

int ExportersModel::rowOf(const core::StreamKey& key) const
{
    const auto found = std::ranges::find_if(m_shown, [&](const auto* row) { return row->health.key == key; });
    return found == m_shown.end() ? -1 : static_cast<int>(found - m_shown.begin());
}

int ExportersModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_shown.size()); }
int ExportersModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QString ExportersModel::cell(const ExporterRow& row, int column) const
{
    const auto& health = row.health;
    const auto address = text(health.key.exporter.toString());
    switch (column) {
    case Name: return row.name.isEmpty() ? address : row.name;
    case Address: return address;
    case Protocol: {
        const auto name = protocolText(health.key.protocol);
        return health.key.domain == 0 ? name : QStringLiteral("%1 · %2").arg(name).arg(health.key.domain);
    }
    case FlowRate:
        if (row.flowsPerSecond > 0 && row.flowsPerSecond < 9.95)
            return row.flowsPerSecond < 0.05 ? QStringLiteral("<0.1") : QString::number(row.flowsPerSecond, 'f', 1);
        return text(core::formatCount(static_cast<uint64_t>(std::llround(row.flowsPerSecond))));
    case LastDatagram: return m_live || row.state == ExporterRow::State::Silent ? agoText(std::max(m_data->newestMs, m_live ? nowMs() : 0) - health.lastMs) : QStringLiteral("%1 %2").arg(m_clock.day(health.lastMs), m_clock.time(health.lastMs, 1000));
    case Templates: {
        const auto templates = health.templates();
        return templates == 0 ? kNone : count(static_cast<int64_t>(templates));
    }
    case Sampling: {
        const auto rates = samplingText(health);
        return rates.isEmpty() ? kNone : rates;
    }
    case Lost: return health.rule() == core::SequenceRule::None ? kNone : count(health.lostDatagrams());
    case Skew: {
        const auto skew = health.skewMs();
        if (skew && std::abs(*skew) >= 120'000)
            return (*skew < 0 ? QStringLiteral("−") : QStringLiteral("+")) + lengthText(static_cast<uint64_t>(std::abs(*skew)));
        return skew ? QStringLiteral("%1%2 s").arg(*skew < 0 ? QStringLiteral("−") : QStringLiteral("+"), QString::number(std::abs(static_cast<double>(*skew)) / 1000, 'f', std::abs(*skew) < 10'000 ? 2 : 0)) : kNone;
    }
    default: return {};
    }
}

ExportersModel::Tone ExportersModel::tone(const ExporterRow& row, int column) const
{
    const auto& health = row.health;
    const bool silent = row.state == ExporterRow::State::Silent;
    switch (column) {
    case Address: return Secondary;
    case FlowRate:
    case LastDatagram: return silent ? Error : Plain;
    case Templates: return health.templates() == 0 ? Secondary : Plain;
    case Sampling: return samplingText(health).contains(tr("unknown")) ? Warning : Plain;
    case Lost: return health.lost() > 0 && health.lossIsSure() ? Warning : Secondary;
    case Skew: return health.skewMs() && std::abs(*health.skewMs()) > 60'000 ? Warning : health.skewMs() ? Plain : Secondary;
    default: return Plain;
    }
}

QVariant ExportersModel::data(const QModelIndex& index, int role) const
{
    const auto* one = row(index.row());
    if (!one)
        return {};
    switch (role) {
    case Qt::DisplayRole: return index.column() == Mark || index.column() == Rates ? QString() : cell(*one, index.column());
    case Qt::AccessibleTextRole: return index.column() == Mark ? (one->why.isEmpty() ? tr("good") : one->why) : cell(*one, index.column());
    case Qt::ToolTipRole: return index.column() == Mark || !one->why.isEmpty() ? (one->why.isEmpty() ? tr("Nothing is wrong with it") : one->why) : QVariant();
    case RowRole: return QVariant::fromValue(static_cast<void*>(const_cast<ExporterRow*>(one)));
    case ToneRole: return tone(*one, index.column());
    case QuietRole:
        if (index.column() == Lost && one->health.lost() > 0)
            return text(core::formatPercent(one->health.lostShare()));
        return {};
    default: return {};
    }
}

QVariant ExportersModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return QVariant::fromValue((isRightAligned(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Exporter");
    case Address: return tr("Address");
    case Protocol: return tr("Protocol");
    case FlowRate: return tr("Flows/s");
    case Rates: return m_data && m_data->range.length() > 0 ? lengthText(m_data->range.length()) : QString();
    case LastDatagram: return tr("Last datagram");
    case Templates: return tr("Templates");
    case Sampling: return tr("Sampling");
    case Lost: return tr("Lost (sequence)");
    case Skew: return tr("Clock skew");
    default: return {};
    }
}

} // namespace rivereto::ui
