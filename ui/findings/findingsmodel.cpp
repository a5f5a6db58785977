// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/findings/findingsmodel.h"

#include <algorithm>

#include <QPainter>

#include "ui/exporters/exporterviews.h"

namespace rivereto::ui {

namespace {
constexpr int kPad = 8;
} // namespace

void FindingsModel::setData(FindingsDataPtr data, const Clock& clock)
{
    beginResetModel();
    m_data = std::move(data);
    m_clock = clock;
    arrange();
    endResetModel();
}

void FindingsModel::setNeedle(const QString& needle)
{
    beginResetModel();
    m_needle = needle;
    arrange();
    endResetModel();
}

void FindingsModel::sort(int column, Qt::SortOrder order)
{
    m_column = column;
    m_order = order;
    beginResetModel();
    arrange();
    endResetModel();
}

void FindingsModel::arrange()
{
    m_shown.clear();
    if (!m_data)
        return;
    const auto has = [&](const core::Finding& finding, int column) { return cell(finding, column).contains(m_needle, Qt::CaseInsensitive); };
    for (const auto& finding : m_data->findings) {
        if (m_needle.isEmpty() || has(finding, Title) || has(finding, Exporter) || has(finding, Evidence) || severityText(finding.severity).contains(m_needle, Qt::CaseInsensitive)
            || text(finding.stream.exporter.toString()).contains(m_needle, Qt::CaseInsensitive))
            m_shown.push_back(&finding);
    }
    const bool down = m_order == Qt::DescendingOrder;
    std::ranges::stable_sort(m_shown, [&](const auto* a, const auto* b) {
        const auto& left = down ? *b : *a;
        const auto& right = down ? *a : *b;
        switch (m_column) {
        case Mark: return left.severity < right.severity;
        case Last: return left.untilMs < right.untilMs;
        default: return cell(left, m_column).localeAwareCompare(cell(right, m_column)) < 0;
        }
    });
}

const core::Finding* FindingsModel::finding(int row) const
{
    return row >= 0 && row < static_cast<int>(m_shown.size()) ? m_shown[static_cast<size_t>(row)] : nullptr;
}

int FindingsModel::rowOf(const core::Finding& finding) const
{
    const auto found = std::ranges::find_if(m_shown, [&](const auto* one) { return one->kind == finding.kind && one->stream == finding.stream && one->evidence.text == finding.evidence.text; });
    return found == m_shown.end() ? -1 : static_cast<int>(found - m_shown.begin());
}

QString FindingsModel::exporterText(const core::Finding& finding) const
{
    if (finding.stream.exporter.isZero())
        return tr("This machine");
    const auto name = m_data->names.find(finding.stream.exporter);
    return name == m_data->names.end() ? text(finding.stream.exporter.toString()) : name->second;
}

QString FindingsModel::cell(const core::Finding& finding, int column) const
{
    switch (column) {
    case Title: return titleText(finding.kind);
    case Exporter: {
        const auto& stream = finding.stream;
        if (stream.protocol == core::Protocol::Unknown)
            return exporterText(finding);
        const auto whose = QStringLiteral("%1 · %2").arg(exporterText(finding), protocolText(stream.protocol));
        return stream.domain == 0 ? whose : QStringLiteral("%1 · %2").arg(whose).arg(stream.domain);
    }
    case Evidence: return sentenceText(finding.evidence);
    case Last: return finding.untilMs == 0 ? QStringLiteral("–") : QStringLiteral("%1 %2").arg(m_clock.day(finding.untilMs, true), m_clock.time(finding.untilMs));
    default: return {};
    }
}

int FindingsModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_shown.size()); }
int FindingsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QVariant FindingsModel::data(const QModelIndex& index, int role) const
{
    const auto* one = finding(index.row());
    if (!one)
        return {};
    switch (role) {
    case Qt::DisplayRole: return cell(*one, index.column());
    case Qt::AccessibleTextRole: return index.column() == Mark ? severityText(one->severity) : cell(*one, index.column());
    case Qt::ToolTipRole: return index.column() == Mark ? severityText(one->severity) : index.column() == Evidence ? cell(*one, Evidence) : QVariant();
    case SeverityRole: return static_cast<int>(one->severity);
    default: return {};
    }
}

QVariant FindingsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Title: return tr("Finding");
    case Exporter: return tr("Exporter");
    case Evidence: return tr("Evidence");
    case Last: return tr("Last seen");
    default: return {};
    }
}

void paintSeverity(QPainter& painter, const Theme& theme, QPointF centre, core::Severity severity)
{
    if (severity == core::Severity::Serious) {
        paintState(painter, theme, centre, ExporterRow::State::Silent);
    } else if (severity == core::Severity::Warning) {
        paintState(painter, theme, centre, ExporterRow::State::Warning);
    } else {
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(theme[Token::secondary], 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(centre, 4, 4);
        painter.restore();
    }
}

void FindingsDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    painter->save();
    const bool selected = option.state & QStyle::State_Selected;
    painter->fillRect(option.rect, m_theme[selected ? Token::selectedRow : Token::surface]);
    painter->setPen(m_theme[Token::softBorder]);
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    const auto severity = static_cast<core::Severity>(index.data(FindingsModel::SeverityRole).toInt());
    if (index.column() == FindingsModel::Mark) {
        if (selected)
            painter->fillRect(QRect(option.rect.left(), option.rect.top(), 2, option.rect.height()), m_theme[Token::accent]);
        paintSeverity(*painter, m_theme, QPointF(option.rect.center()) + QPointF(3, 0.5), severity);
    } else {
        const bool title = index.column() == FindingsModel::Title;
        painter->setFont(m_theme.font(12, title && severity != core::Severity::Note ? QFont::DemiBold : QFont::Normal));
        painter->setPen(m_theme[index.column() == FindingsModel::Evidence ? Token::secondary : Token::text]);
        const auto rect = option.rect.adjusted(kPad, 0, -kPad, 0);
        painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, QFontMetrics(painter->font()).elidedText(index.data().toString(), Qt::ElideRight, rect.width()));
    }
    painter->restore();
}

} // namespace rivereto::ui
