// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/figure.h"

#include <algorithm>

#include <QBuffer>
#include <QCoreApplication>
#include <QPainter>
#include <QSvgGenerator>

#include "ui/charts/chartlook.h"

namespace rivereto::ui {

namespace {

constexpr qreal kMargin = 20;
constexpr qreal kTitleHeight = 22;
constexpr qreal kLineHeight = 18;
constexpr qreal kLegendRow = 20;
constexpr qreal kLegendColumn = 300;
constexpr qreal kSwatch = 10;

QString tr(const char* words) { return QCoreApplication::translate("Figure", words); }

void line(QPainter& painter, const QRectF& box, int flags, const QFont& font, const QColor& colour, const QString& words)
{
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(box, flags | Qt::AlignVCenter | Qt::TextSingleLine, QFontMetricsF(font).elidedText(words, Qt::ElideRight, box.width()));
}

} // namespace

QString queryWords(const core::QueryResult& result, const core::Schema& schema)
{
    const auto& query = result.query;
    QStringList out;
    QStringList dimensions;
    for (const auto& dimension : result.dimensions)
        dimensions << dimensionLabel(schema, dimension);
    out << (dimensions.isEmpty() ? unitLabel(query, schema) : tr("%1 by %2").arg(unitLabel(query, schema), dimensions.join(QStringLiteral(", "))));
    if (!dimensions.isEmpty() && query.limit > 0) {
        const auto by = query.limitBy == core::LimitBy::Max ? tr("maximum") : query.limitBy == core::LimitBy::Last ? tr("last value") : tr("average");
        out << (core::isTotal(query.unit) ? tr("top %1").arg(query.limit) : tr("top %1 by %2").arg(QString::number(query.limit), by));
    }
    if (query.truncateV4 < 32 || query.truncateV6 < 128)
        out << tr("addresses cut to /%1 and /%2").arg(query.truncateV4).arg(query.truncateV6);
    if (query.bidirectional)
        out << tr("both directions");
    if (query.previous != core::Period::None)
        out << tr("compared with %1").arg(periodWords(query.previous));
    if (query.spread)
        out << tr("spread over the flows' duration");
    return out.join(QStringLiteral(", "));
}

Figure::Figure(const Exhibit& exhibit, const Theme& theme)
    : m_exhibit(exhibit), m_theme(theme), m_table(std::make_unique<SeriesTableModel>()), m_chart(chartKind(exhibit.answer->asked.chart).make(theme))
{
    m_table->setAsNames(exhibit.asNames);
    m_table->setAnswer(exhibit.answer, exhibit.schema);
    m_chart->setLook(lookOf(*exhibit.answer, *m_table, exhibit.clock, exhibit.hidden, exhibit.capacity));
    m_chart->setAnswer(exhibit.answer);
}

Figure::~Figure() = default;

QString Figure::title() const { return chartTitle(*m_exhibit.schema, m_exhibit.answer->asked.query); }

QString Figure::subtitle() const
{
    const auto& range = m_exhibit.answer->result->range;
    auto out = QStringLiteral("%1 %2").arg(m_exhibit.clock.range(range), m_exhibit.clock.zone(range.from));
    if (!m_exhibit.database.isEmpty())
        out += QStringLiteral(" · ") + m_exhibit.database;
    return out;
}

void Figure::paintChart(QPainter& painter, QSizeF size) const
{
    painter.save();
    m_chart->paintTo(painter, size);
    painter.restore();
}

qreal Figure::legend(QPainter* painter, QPointF at, qreal width) const
{
    const auto& result = *m_exhibit.answer->result;
    // A Sankey diagram names what it shows.
    if (result.dimensions.empty() || result.query.kind == core::QueryKind::Sankey)
        return 0;
    const auto columns = std::max(1, static_cast<int>(width / kLegendColumn));
    const qreal column = width / columns;
    int shown = 0;
    for (size_t series = 0; series < result.series.size(); ++series) {
        if (m_exhibit.hidden.contains(static_cast<int>(series)))
            continue;
        const QRectF cell(at.x() + column * (shown % columns), at.y() + kLegendRow * (shown / columns), column - 16, kLegendRow);
        ++shown;
        if (!painter)
            continue;
        painter->setPen(Qt::NoPen);
        painter->setBrush(seriesColour(m_theme, result, series));
        painter->drawRoundedRect(QRectF(cell.left(), cell.center().y() - kSwatch / 2, kSwatch, kSwatch), 2, 2);
        const auto& figures = result.series[series].statistics;
        const bool total = core::isTotal(result.query.unit);
        const auto value = quantity(total ? figures.total : figures.average, total ? totalSuffix(result.query.unit) : unitSuffix(result.query.unit));
        const auto font = m_theme.font(12);
        const qreal valueWidth = QFontMetricsF(font).horizontalAdvance(value) + 4;
        line(*painter, cell.adjusted(kSwatch + 8, 0, -valueWidth - 8, 0), Qt::AlignLeft, font, m_theme[Token::text], m_table->label(static_cast<int>(series)));
        line(*painter, cell, Qt::AlignRight, font, m_theme[Token::secondary], value);
    }
    return kLegendRow * ((shown + columns - 1) / columns);
}

void Figure::paint(QPainter& painter, QSizeF size) const
{
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(QRectF(QPointF(0, 0), size), m_theme[Token::surface]);
    const qreal width = size.width() - 2 * kMargin;
    const auto& result = *m_exhibit.answer->result;
    qreal y = kMargin - 4;
    line(painter, {kMargin, y, width, kTitleHeight}, Qt::AlignLeft, m_theme.font(16, QFont::DemiBold), m_theme[Token::text], title());
    y += kTitleHeight;
    line(painter, {kMargin, y, width, kLineHeight}, Qt::AlignLeft, m_theme.font(12), m_theme[Token::secondary], subtitle());
    y += kLineHeight;
    line(painter, {kMargin, y, width, kLineHeight}, Qt::AlignLeft, m_theme.font(12), m_theme[Token::secondary], queryWords(result, *m_exhibit.schema));
    y += kLineHeight;
    if (!result.query.filter.empty()) {
        line(painter, {kMargin, y, width, kLineHeight}, Qt::AlignLeft, m_theme.fixedFont(12), m_theme[Token::text], text(result.query.filter).simplified());
        y += kLineHeight;
    }
    y += 8;
    const qreal below = legend(nullptr, {}, width);
    const QSizeF chart(size.width(), std::max<qreal>(size.height() - y - below - kMargin, 80));
    painter.save();
    painter.translate(0, y);
    paintChart(painter, chart);
    painter.restore();
    legend(&painter, {kMargin, size.height() - below - kMargin / 2}, width);
}

QImage Figure::image(QSize size, qreal scale) const
{
    QImage out(size * scale, QImage::Format_RGB32);
    out.setDevicePixelRatio(scale);
    out.fill(m_theme[Token::surface]);
    QPainter painter(&out);
    paint(painter, size);
    return out;
}

QByteArray Figure::svg(QSize size) const
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    // Qt counts in points of 90 to the inch here; then a unit is a pixel.
    constexpr int kResolution = 90;
    generator.setResolution(kResolution);
    generator.setOutputDevice(&buffer);
    generator.setSize(size);
    generator.setViewBox(QRect(QPoint(0, 0), size));
    generator.setTitle(title());
    generator.setDescription(subtitle());
    QPainter painter(&generator);
    paint(painter, size);
    painter.end();
    return buffer.data();
}

} // namespace rivereto::ui
