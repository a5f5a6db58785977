// SPDX-License-Identifier: GPL-3.0-or-later
// Reports: title, query in words, chart and table on a page of HTML or on paper.
#include <QBuffer>
#include <QCoreApplication>
#include <QDateTime>
#include <QPainter>
#include <QPdfWriter>

#include "ui/export/exporter.h"

namespace rivereto::ui {

namespace {

constexpr QSize kChart(1160, 480);
// Paper in points of 1/96 inch, as on the screen.
constexpr int kResolution = 96;
constexpr qreal kRow = 20;
constexpr qreal kFootHeight = 24;

QString tr(const char* words) { return QCoreApplication::translate("Report", words); }

/// What the table says, row by row: series, then the total.
struct Cells {
    QStringList header;
    QList<bool> right;
    QList<QStringList> rows;
};

Cells cellsOf(const SeriesTableModel& table)
{
    Cells out;
    using Figure = SeriesTableModel::Figure;
    for (int column = 0; column < table.columnCount(); ++column) {
        const auto unit = table.headerData(column, Qt::Horizontal, SeriesTableModel::kUnitRole).toString();
        const auto name = table.headerData(column, Qt::Horizontal).toString();
        out.header << (unit.isEmpty() ? name : QStringLiteral("%1 [%2]").arg(name, unit));
        out.right << (table.figure(column) != Figure::Key);
    }
    for (int row = 0; row < table.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < table.columnCount(); ++column) {
            const auto index = table.index(row, column);
            const auto detail = table.figure(column) == Figure::Key ? index.data(SeriesTableModel::kDetailRole).toString() : QString();
            cells << (detail.isEmpty() ? index.data().toString() : QStringLiteral("%1 %2").arg(index.data().toString(), detail));
        }
        out.rows << cells;
    }
    QStringList total;
    for (int column = 0; column < table.columnCount(); ++column)
        total << table.totalData(column).toString();
    out.rows << total;
    return out;
}

/// Colours of the rows; the total has none.
QColor swatch(const SeriesTableModel& table, const Theme& theme, qsizetype row)
{
    const int series = table.seriesOf(static_cast<int>(row));
    return series < 0 ? QColor() : seriesColour(theme, *table.result(), static_cast<size_t>(series));
}

QString matchedWords(const core::QueryResult& result)
{
    return tr("%1 of %2 flows in this range match.").arg(text(core::formatCount(result.rowsMatched)), text(core::formatCount(result.rowsInRange)));
}

QString damageWords(const Exhibit& exhibit)
{
    const auto& result = *exhibit.answer->result;
    return text(core::damageText(result.damaged, exhibit.clock.offsetMinutes(result.range.from)));
}

/// The table with sides that are not shown by the model: direct, then reverse.
void eachSide(const Figure& figure, const Exhibit& exhibit, const std::function<void(const QString& heading, const SeriesTableModel& table)>& show)
{
    if (!exhibit.answer->result->reverse)
        return show({}, figure.table());
    for (const auto side : {SeriesTableModel::Side::Direct, SeriesTableModel::Side::Reverse}) {
        SeriesTableModel table;
        table.setAsNames(exhibit.asNames);
        table.setAnswer(exhibit.answer, exhibit.schema);
        table.setSide(side);
        show(side == SeriesTableModel::Side::Direct ? tr("Direct") : tr("Reverse"), table);
    }
}

QString htmlTable(const SeriesTableModel& table, const Theme& theme)
{
    const auto cells = cellsOf(table);
    QString out = QStringLiteral("<table><thead><tr>");
    for (qsizetype i = 0; i < cells.header.size(); ++i)
        out += QStringLiteral("<th%1>%2</th>").arg(cells.right[i] ? QStringLiteral(" class=\"n\"") : QString(), cells.header[i].toHtmlEscaped());
    out += QStringLiteral("</tr></thead>\n<tbody>\n");
    for (qsizetype row = 0; row < cells.rows.size(); ++row) {
        out += row + 1 == cells.rows.size() ? QStringLiteral("<tr class=\"t\">") : QStringLiteral("<tr>");
        for (qsizetype i = 0; i < cells.header.size(); ++i) {
            const auto colour = i == 0 ? swatch(table, theme, row) : QColor();
            const auto mark = colour.isValid() ? QStringLiteral("<i style=\"background:%1\"></i>").arg(colour.name()) : QString();
            out += QStringLiteral("<td%1>%2%3</td>").arg(cells.right[i] ? QStringLiteral(" class=\"n\"") : QString(), mark, cells.rows[row][i].toHtmlEscaped());
        }
        out += QStringLiteral("</tr>\n");
    }
    return out + QStringLiteral("</tbody></table>\n");
}

/// Lays a report out on sheets.
class Sheets {
public:
    Sheets(QPdfWriter& writer, const Theme& theme) : m_writer(writer), m_theme(theme), m_painter(&writer)
    {
        m_painter.setRenderHint(QPainter::Antialiasing);
    }
    [[nodiscard]] qreal width() const { return m_writer.width(); }
    [[nodiscard]] qreal left() const { return m_writer.height() - kFootHeight - m_y; }
    QPainter& painter() { return m_painter; }

    void words(const QString& string, const QFont& font, Token colour, qreal height)
    {
        m_painter.setFont(font);
        m_painter.setPen(m_theme[colour]);
        m_painter.drawText(QRectF(0, m_y, width(), height), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, QFontMetricsF(font, &m_writer).elidedText(string, Qt::ElideRight, width()));
        m_y += height;
    }
    /// Text that may need several lines.
    void paragraph(const QString& string, const QFont& font, Token colour)
    {
        m_painter.setFont(font);
        m_painter.setPen(m_theme[colour]);
        QRectF used;
        m_painter.drawText(QRectF(0, m_y, width(), left()), Qt::AlignLeft | Qt::AlignTop | Qt::TextWrapAnywhere, string, &used);
        m_y += used.height() + 4;
    }
    void skip(qreal height) { m_y += height; }
    [[nodiscard]] qreal y() const { return m_y; }
    void foot(const QString& string)
    {
        m_foot = string;
        drawFoot();
    }
    void next()
    {
        m_writer.newPage();
        m_y = 0;
        ++m_page;
        drawFoot();
    }

private:
    void drawFoot()
    {
        m_painter.setFont(m_theme.font(10));
        m_painter.setPen(m_theme[Token::secondary]);
        const QRectF box(0, m_writer.height() - kFootHeight, width(), kFootHeight);
        m_painter.drawText(box, Qt::AlignLeft | Qt::AlignBottom | Qt::TextSingleLine, m_foot);
        m_painter.drawText(box, Qt::AlignRight | Qt::AlignBottom | Qt::TextSingleLine, QString::number(m_page));
    }
    QPdfWriter& m_writer;
    const Theme& m_theme;
    QPainter m_painter;
    qreal m_y = 0;
    int m_page = 1;
    QString m_foot;
};

void paperRow(Sheets& sheets, const Theme& theme, const QStringList& cells, const QList<bool>& right, const QColor& colour, bool strong)
{
    auto& painter = sheets.painter();
    const auto keys = std::max<qsizetype>(right.count(false), 1);
    const qreal figure = std::min<qreal>(86, sheets.width() * 0.6 / std::max<qsizetype>(right.count(true), 1));
    const qreal key = (sheets.width() - figure * right.count(true)) / keys;
    const auto font = theme.font(11, strong ? QFont::DemiBold : QFont::Normal);
    qreal x = 0;
    for (qsizetype i = 0; i < cells.size(); ++i) {
        const qreal width = right[i] ? figure : key;
        QRectF box(x, sheets.y(), width - 6, kRow);
        if (i == 0 && colour.isValid()) {
            painter.fillRect(QRectF(x, sheets.y() + kRow / 2 - 4, 8, 8), colour);
        }
        if (i == 0)
            box.setLeft(x + 14);
        painter.setFont(font);
        painter.setPen(theme[Token::text]);
        painter.drawText(box, (right[i] ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter | Qt::TextSingleLine, QFontMetricsF(font, painter.device()).elidedText(cells[i], Qt::ElideRight, box.width()));
        x += width;
    }
    sheets.skip(kRow);
    painter.setPen(QPen(theme[strong ? Token::border : Token::softBorder], 0.7));
    painter.drawLine(QPointF(0, sheets.y()), QPointF(sheets.width(), sheets.y()));
}

void paperTable(Sheets& sheets, const Theme& theme, const SeriesTableModel& table)
{
    const auto cells = cellsOf(table);
    if (sheets.left() < 3 * kRow)
        sheets.next();
    paperRow(sheets, theme, cells.header, cells.right, {}, true);
    for (qsizetype row = 0; row < cells.rows.size(); ++row) {
        if (sheets.left() < kRow) {
            sheets.next();
            paperRow(sheets, theme, cells.header, cells.right, {}, true);
        }
        paperRow(sheets, theme, cells.rows[row], cells.right, swatch(table, theme, row), row + 1 == cells.rows.size());
    }
}

} // namespace

QByteArray reportHtml(const Figure& figure, const Exhibit& exhibit, const Theme& theme)
{
    const auto& result = *exhibit.answer->result;

    auto svg = QString::fromUtf8(figure.svg({kChart.width(), kChart.height() + 120}));
    svg = svg.mid(svg.indexOf(QStringLiteral("<svg")));
    QString body;
    body += QStringLiteral("<h1>%1</h1>\n<p>%2</p>\n<p>%3</p>\n").arg(figure.title().toHtmlEscaped(), figure.subtitle().toHtmlEscaped(), queryWords(result, *exhibit.schema).toHtmlEscaped());
    if (!result.query.filter.empty())
        body += QStringLiteral("<pre>%1</pre>\n").arg(text(result.query.filter).toHtmlEscaped());
    if (const auto damage = damageWords(exhibit); !damage.isEmpty())
        body += QStringLiteral("<p class=\"w\">%1</p>\n").arg(damage.toHtmlEscaped());
    body += QStringLiteral("<figure>%1</figure>\n").arg(svg);
    eachSide(figure, exhibit, [&](const QString& heading, const SeriesTableModel& table) {
        if (!heading.isEmpty())
            body += QStringLiteral("<h2>%1</h2>\n").arg(heading.toHtmlEscaped());
        body += htmlTable(table, theme);
    });
    body += QStringLiteral("<p class=\"s\">%1 %2</p>\n")
                .arg(matchedWords(result).toHtmlEscaped(), tr("Made by Rivereto on %1.").arg(QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyy-MM-dd HH:mm 'UTC'"))).toHtmlEscaped());
    const auto style = QStringLiteral("body{font:14px Inter,system-ui,sans-serif;color:%1;max-width:1200px;margin:24px auto;padding:0 20px}h1{font-size:22px;margin:0 0 8px}h2{font-size:16px}"
                                      "p{margin:4px 0;color:%2}p.w{color:%3}p.s{font-size:12px;margin-top:16px}pre{font:13px 'JetBrains Mono',monospace;white-space:pre-wrap;background:%4;padding:8px}"
                                      "figure{margin:16px 0}figure svg{width:100%;height:auto}table{border-collapse:collapse;width:100%;font-size:13px}"
                                      "th,td{text-align:left;padding:4px 8px;border-bottom:1px solid %5}.n{text-align:right;font-variant-numeric:tabular-nums}"
                                      "tr.t td{font-weight:600}td i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:8px}")
                           .arg(theme[Token::text].name(), theme[Token::secondary].name(), theme[Token::warning].name(), theme[Token::background].name(), theme[Token::border].name());
    return QStringLiteral("<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>%1</title><style>%2</style></head>\n<body>\n%3</body></html>\n")
        .arg(figure.title().toHtmlEscaped(), style, body)
        .toUtf8();
}

QByteArray reportPdf(const Figure& figure, const Exhibit& exhibit, const Theme& theme)
{
    const auto& result = *exhibit.answer->result;
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setResolution(kResolution);
        writer.setPageLayout(QPageLayout(QPageSize(QPageSize::A4), QPageLayout::Landscape, QMarginsF(12, 12, 12, 10), QPageLayout::Millimeter));
        writer.setTitle(figure.title());
        writer.setCreator(QStringLiteral("Rivereto"));
        Sheets sheets(writer, theme);
        sheets.foot(tr("Made by Rivereto on %1.").arg(QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyy-MM-dd HH:mm 'UTC'"))));
        sheets.words(figure.title(), theme.font(18, QFont::DemiBold), Token::text, 28);
        sheets.words(figure.subtitle(), theme.font(12), Token::secondary, 18);
        sheets.words(queryWords(result, *exhibit.schema), theme.font(12), Token::secondary, 18);
        if (!result.query.filter.empty())
            sheets.paragraph(text(result.query.filter), theme.fixedFont(11), Token::text);
        sheets.words(matchedWords(result), theme.font(12), Token::secondary, 18);
        if (const auto damage = damageWords(exhibit); !damage.isEmpty())
            sheets.paragraph(damage, theme.font(12), Token::warning);
        sheets.skip(8);
        const qreal below = figure.legend(nullptr, {}, sheets.width());
        const qreal height = std::clamp<qreal>(sheets.left() - below - 12, 160, kChart.height());
        sheets.painter().save();
        sheets.painter().translate(0, sheets.y());
        figure.paintChart(sheets.painter(), QSizeF(sheets.width(), height));
        sheets.painter().restore();
        sheets.skip(height + 6);
        figure.legend(&sheets.painter(), {0, sheets.y()}, sheets.width());
        sheets.next();
        eachSide(figure, exhibit, [&](const QString& heading, const SeriesTableModel& table) {
            if (!heading.isEmpty())
                sheets.words(heading, theme.font(14, QFont::DemiBold), Token::text, 28);
            paperTable(sheets, theme, table);
            sheets.skip(12);
        });
    }
    return buffer.data();
}

} // namespace rivereto::ui
