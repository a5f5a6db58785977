// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/exporters/exporterviews.h"

#include <algorithm>

#include <QPainter>
#include <QPainterPath>

#include "core/text/number.h"

namespace rivereto::ui {

namespace {

constexpr int kRow = 28;
constexpr int kPad = 8;
constexpr int kInterfaceRow = 30;
constexpr size_t kMostInterfaces = 8;
constexpr double kEnough = 0.9; ///< of the counters' octets that flows should tell of
constexpr int kDay = 86'400'000;

Token tokenOf(int tone)
{
    switch (tone) {
    case ExportersModel::Secondary: return Token::secondary;
    case ExportersModel::Warning: return Token::warning;
    case ExportersModel::Error: return Token::error;
    default: return Token::text;
    }
}

} // namespace

void paintState(QPainter& painter, const Theme& theme, QPointF centre, ExporterRow::State state)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    switch (state) {
    case ExporterRow::State::Good:
        painter.setBrush(theme[Token::good]);
        painter.drawEllipse(centre, 4.5, 4.5);
        break;
    case ExporterRow::State::Warning: {
        painter.setBrush(theme[Token::warningMark]);
        QPainterPath path(centre + QPointF(0, -5));
        path.lineTo(centre + QPointF(5.5, 4.5));
        path.lineTo(centre + QPointF(-5.5, 4.5));
        path.closeSubpath();
        painter.drawPath(path);
        break;
    }
    case ExporterRow::State::Silent:
        painter.setBrush(theme[Token::error]);
        painter.drawRoundedRect(QRectF(centre.x() - 4.5, centre.y() - 4.5, 9, 9), 1.5, 1.5);
        painter.setPen(QPen(theme[Token::surface], 1.4));
        painter.drawLine(centre + QPointF(-2, -2), centre + QPointF(2, 2));
        painter.drawLine(centre + QPointF(-2, 2), centre + QPointF(2, -2));
        break;
    }
    painter.restore();
}

QSize ExporterDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const { return {80, kRow}; }

void ExporterDelegate::rates(QPainter& painter, const QRect& rect, const ExporterRow& row) const
{
    const double most = row.rates.empty() ? 0 : *std::ranges::max_element(row.rates);
    if (most <= 0 || row.rates.size() < 2)
        return;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_theme[row.state == ExporterRow::State::Silent ? Token::error : Token::accent], 1.2));
    QPolygonF line;
    for (size_t i = 0; i < row.rates.size(); ++i)
        line << QPointF(rect.left() + static_cast<double>(i) * rect.width() / static_cast<double>(row.rates.size() - 1), rect.bottom() - row.rates[i] / most * rect.height());
    painter.drawPolyline(line);
}

void ExporterDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    painter->save();
    const bool selected = option.state & QStyle::State_Selected;
    painter->fillRect(option.rect, m_theme[selected ? Token::selectedRow : Token::surface]);
    painter->setPen(m_theme[Token::softBorder]);
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    const auto* row = static_cast<const ExporterRow*>(index.data(ExportersModel::RowRole).value<void*>());
    if (!row) {
        painter->restore();
        return;
    }
    if (index.column() == ExportersModel::Mark) {
        if (selected)
            painter->fillRect(QRect(option.rect.left(), option.rect.top(), 2, option.rect.height()), m_theme[Token::accent]);
        paintState(*painter, m_theme, QPointF(option.rect.center()) + QPointF(3, 0.5), row->state);
    } else if (index.column() == ExportersModel::Rates) {
        rates(*painter, option.rect.adjusted(kPad, 8, -kPad, -8), *row);
    } else {
        auto rect = option.rect.adjusted(kPad, 0, -kPad, 0);
        const bool strong = (selected && index.column() == ExportersModel::Name) || (index.column() == ExportersModel::Lost && row->health.lost() > 0);
        const auto quiet = index.data(ExportersModel::QuietRole).toString();
        if (!quiet.isEmpty()) {
            painter->setFont(m_theme.font(12));
            painter->setPen(m_theme[Token::secondary]);
            painter->drawText(rect, Qt::AlignRight | Qt::AlignVCenter, quiet);
            rect.setRight(rect.right() - QFontMetrics(painter->font()).horizontalAdvance(quiet) - kPad);
        }
        painter->setFont(m_theme.font(12, strong ? QFont::DemiBold : QFont::Normal));
        painter->setPen(m_theme[tokenOf(index.data(ExportersModel::ToneRole).toInt())]);
        const auto words = QFontMetrics(painter->font()).elidedText(index.data().toString(), Qt::ElideMiddle, rect.width());
        painter->drawText(rect, (ExportersModel::isRightAligned(index.column()) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter, words);
    }
    painter->restore();
}

AddUpView::AddUpView(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme)
{
    setAccessibleName(tr("Do the flows add up?"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize AddUpView::sizeHint() const { return {400, std::max(1, static_cast<int>(m_shown.size())) * kInterfaceRow + 16}; }

void AddUpView::show(const ExporterDetailsPtr& details)
{
    m_shown.clear();
    m_seconds = details ? static_cast<double>(details->range.length()) / 1000 : 0;
    if (details) {
        for (const auto& one : details->interfaces) {
            if (one.inShare())
                m_shown.push_back(one);
        }
        std::ranges::sort(m_shown, std::greater {}, [](const auto& one) { return one.counters->inOctets; });
        m_shown.resize(std::min(m_shown.size(), kMostInterfaces));
    }
    updateGeometry();
    update();
}

void AddUpView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(m_theme.font(12));
    if (m_shown.empty()) {
        painter.setPen(m_theme[Token::secondary]);
        painter.drawText(rect().adjusted(16, 0, -16, 0), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, tr("No interface counters to compare with."));
        return;
    }
    const auto most = static_cast<double>(m_shown.front().counters->inOctets);
    constexpr int kName = 84, kRate = 120, kShare = 62;
    int y = 8;
    for (const auto& one : m_shown) {
        const QRect line(16, y, width() - 32, kInterfaceRow);
        const auto name = one.name.empty() ? QString::number(one.ifIndex) : text(one.name);
        painter.setFont(m_theme.font(12));
        painter.setPen(m_theme[Token::text]);
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, QFontMetrics(painter.font()).elidedText(name, Qt::ElideMiddle, kName - 8));
        const int room = std::max(20, line.width() - kName - kRate - kShare);
        const double octets[] = {static_cast<double>(one.counters->inOctets), one.in.octets()};
        const bool right = *one.inShare() >= kEnough && *one.inShare() <= 2 - kEnough;
        painter.setPen(Qt::NoPen);
        for (int i = 0; i < 2; ++i) {
            painter.setBrush(m_theme[i == 0 ? Token::outline : right ? Token::series1 : Token::warningMark]);
            painter.drawRoundedRect(QRectF(line.left() + kName, y + 8 + i * 7, std::min(1.0, octets[i] / most) * room, 5), 2, 2);
        }
        painter.setPen(m_theme[Token::secondary]);
        const auto rate = [&](double value) { return text(core::formatScaled(m_seconds > 0 ? value * 8 / m_seconds : 0, "b/s")); };
        painter.drawText(line.adjusted(0, 0, -kShare, 0), Qt::AlignRight | Qt::AlignVCenter, tr("%1 of %2").arg(rate(octets[1]), rate(octets[0])));
        painter.setFont(m_theme.font(12, QFont::DemiBold));
        painter.setPen(m_theme[right ? Token::text : Token::warning]);
        painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, text(core::formatPercent(*one.inShare())));
        y += kInterfaceRow;
    }
}

LossView::LossView(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme)
{
    setAccessibleName(tr("Sequence loss"));
    setMinimumHeight(120);
}

void LossView::show(const core::StreamHealth& health, const core::TimeRange& range, const Clock& clock)
{
    m_bars.clear();
    m_range = range;
    m_clock = clock;
    const int64_t aux = health.rule() == core::SequenceRule::Other ? 1 : 0;
    for (const auto& [key, fact] : health.of(core::FactKind::Loss)) {
        const auto at = static_cast<uint64_t>(key.key);
        if (key.aux == aux && fact.value > 0 && at + core::kLossSlotMs > range.from && at < range.to)
            m_bars.push_back({at, fact.value});
    }
    update();
}

void LossView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(m_theme.font(11));
    const QRect area = rect().adjusted(44, 16, -16, -24);
    if (m_bars.empty() || m_range.length() == 0) {
        painter.setPen(m_theme[Token::secondary]);
        painter.drawText(rect().adjusted(16, 12, -16, 0), Qt::AlignLeft | Qt::AlignTop, tr("Nothing was lost in this range."));
        return;
    }
    const auto most = std::ranges::max(m_bars, {}, &Bar::lost).lost;
    painter.setPen(m_theme[Token::grid]);
    for (const double part : {0.0, 0.5, 1.0})
        painter.drawLine(area.left(), area.bottom() - static_cast<int>(part * area.height()), area.right(), area.bottom() - static_cast<int>(part * area.height()));
    painter.setPen(m_theme[Token::secondary]);
    painter.drawText(QRect(0, area.top() - 8, 38, 16), Qt::AlignRight | Qt::AlignVCenter, text(core::formatCount(static_cast<uint64_t>(most))));
    painter.drawText(QRect(0, area.bottom() - 8, 38, 16), Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("0"));
    const double scale = static_cast<double>(area.width()) / static_cast<double>(m_range.length());
    const double width = std::clamp(static_cast<double>(core::kLossSlotMs) * scale - 1, 3.0, 12.0);
    for (const auto& bar : m_bars) {
        const double x = area.left() + (static_cast<double>(bar.atMs) - static_cast<double>(m_range.from)) * scale;
        const double height = std::max(2.0, static_cast<double>(bar.lost) / static_cast<double>(most) * area.height());
        painter.fillRect(QRectF(std::clamp(x, static_cast<double>(area.left()), area.right() - width), area.bottom() - height, width, height), m_theme[Token::warningMark]);
        if (m_bars.size() <= 12) {
            painter.setPen(m_theme[Token::text]);
            painter.drawText(QRectF(x - 30, area.bottom() - height - 15, 60 + width, 14), Qt::AlignCenter, text(core::formatCount(static_cast<uint64_t>(bar.lost))));
        }
    }
    painter.setPen(m_theme[Token::secondary]);
    const bool days = m_range.length() > kDay;
    const auto label = [&](uint64_t ms) { return days ? m_clock.day(ms) : m_clock.time(ms); };
    const QRect axis(area.left(), area.bottom() + 4, area.width(), 18);
    painter.drawText(axis, Qt::AlignLeft, label(m_range.from));
    painter.drawText(axis, Qt::AlignHCenter, label(m_range.from + m_range.length() / 2));
    painter.drawText(axis, Qt::AlignRight, label(m_range.to));
}

} // namespace rivereto::ui
