// SPDX-License-Identifier: GPL-3.0-or-later
// How SankeyScene paints.
#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainterPath>

#include "core/text/number.h"
#include "ui/charts/sankeymetrics.h"
#include "ui/charts/sankeyscene.h"

namespace rivereto::ui {

using namespace sankey;

namespace {

constexpr double kLinkOpacity = 0.38;
constexpr double kLitOpacity = 0.86;
constexpr double kHalo = 3;

QString tr(const char* source) { return QCoreApplication::translate("Sankey", source); }

QPainterPath outline(const Ribbon& ribbon)
{
    const double middle = (ribbon.fromX + ribbon.toX) / 2;
    const double fromBelow = ribbon.fromY + ribbon.height;
    const double toBelow = ribbon.toY + ribbon.height;
    QPainterPath out;
    out.moveTo(ribbon.fromX, ribbon.fromY);
    out.cubicTo(middle, ribbon.fromY, middle, ribbon.toY, ribbon.toX, ribbon.toY);
    out.lineTo(ribbon.toX, toBelow);
    out.cubicTo(middle, toBelow, middle, fromBelow, ribbon.fromX, fromBelow);
    out.closeSubpath();
    return out;
}

void paintRibbon(QPainter& painter, const Ribbon& ribbon)
{
    const auto shown = ribbon.visible();
    QLinearGradient gradient(shown.fromX, 0, shown.toX, 0);
    gradient.setColorAt(0, shown.from);
    gradient.setColorAt(1, shown.to);
    painter.setPen(Qt::NoPen);
    painter.setBrush(gradient);
    painter.drawPath(outline(shown));
}

QColor faded(QColor colour, double opacity)
{
    colour.setAlphaF(static_cast<float>(opacity));
    return colour;
}

/// Readable on any link: the ground's colour around the letters.
void haloedText(QPainter& painter, const QRectF& box, const QFont& font, const QColor& colour, const QColor& ground, const QString& words)
{
    const QFontMetricsF metrics(font);
    const auto shown = metrics.elidedText(words, Qt::ElideRight, box.width() + 0.5);
    const QPointF base(box.left(), box.center().y() + (metrics.ascent() - metrics.descent()) / 2);
    QPainterPath letters;
    letters.addText(base, font, shown);
    painter.strokePath(letters, QPen(faded(ground, 0.85), kHalo, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(base, shown);
}

} // namespace

/// Of the first column a series' colour, the same in both halves; slate of the others.
QColor SankeyScene::colourOf(const SankeyNode& node) const
{
    if (node.other)
        return m_theme[Token::other];
    if (node.column > 0)
        return m_theme[Token::node];
    const auto found = m_ranks.find(node.value);
    return m_theme.series(found == m_ranks.end() ? 0 : found->second);
}

bool SankeyScene::isLit(const SankeyTarget& lit, size_t half, int node) const
{
    if (lit.none())
        return false;
    if (lit.kind == SankeyTarget::Kind::Node)
        return lit.half == half && lit.number == node;
    const int path = lit.half == half ? lit.number : m_halves.size() > 1 ? m_halves[lit.half].twins[static_cast<size_t>(lit.number)] : -1;
    return path >= 0 && std::ranges::count(m_halves[half].graph.paths[static_cast<size_t>(path)].nodes, node) > 0;
}

void SankeyScene::paintGround(QPainter& painter) const
{
    painter.fillRect(QRectF(QPointF(0, 0), m_size), m_theme[Token::surface]);
    if (empty()) {
        const auto lines = words();
        double y = std::max(8.0, m_size.height() / 2 - 50);
        for (qsizetype i = 0; i < lines.size(); ++i) {
            const auto font = i == 0 ? m_theme.font(16, QFont::DemiBold) : m_theme.font(13);
            const double width = std::min(460.0, m_size.width() - 24);
            const QRectF box((m_size.width() - width) / 2, y, width, 200);
            painter.setFont(font);
            painter.setPen(m_theme[i == 0 ? Token::text : Token::secondary]);
            QRectF used;
            painter.drawText(box, Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, lines[i], &used);
            y = used.bottom() + 8;
        }
    }
}

void SankeyScene::paintHeadings(QPainter& painter, size_t number) const
{
    const auto& half = m_halves[number];
    const size_t columns = half.graph.columns.size();
    const auto font = m_theme.font(kSmallFont, QFont::DemiBold);
    const QFontMetricsF metrics(font);
    const double step = (m_right - m_left - m_nodeWidth) / static_cast<double>(columns - 1);
    const auto unit = scaledUnit(m_scale.prefix, unitSuffix(m_answer->result->query.unit));
    const auto small = m_theme.font(kSmallFont);
    double end = m_size.width() - 4;
    for (size_t c = columns; c-- > 0;) {
        const double x = columnX(c);
        const auto words = heading(half, c);
        // The outer columns' figures have their unit here.
        const bool outer = c == 0 || c + 1 == columns;
        const double unitWidth = outer && !unit.isEmpty() ? QFontMetricsF(small).horizontalAdvance(unit) + 6 : 0;
        const double wanted = metrics.horizontalAdvance(words) + unitWidth + 1;
        double left = x;
        if (c == 0)
            left = std::max(4.0, x + m_nodeWidth - wanted);
        else if (outer)
            left = std::max(x + m_nodeWidth - wanted, x - step / 2 + 8);
        const double width = std::min(wanted, end - left);
        end = left - 10;
        if (width - unitWidth < kLeastHeading)
            continue;
        const QRectF box(left, half.body.top() - kHeading + 6, width - unitWidth, 18);
        paintText(painter, box, Qt::AlignLeft | Qt::AlignVCenter, font, m_theme[Token::secondary], words);
        if (unitWidth > 0)
            paintText(painter, QRectF(box.right(), box.top(), unitWidth, 18), Qt::AlignRight | Qt::AlignVCenter, small, m_theme[Token::secondary], unit);
    }
    if (m_halves.size() < 2)
        return;
    painter.save();
    painter.translate(4, half.body.bottom());
    painter.rotate(-90);
    paintText(painter, QRectF(0, 0, half.body.height(), kHalfName), Qt::AlignCenter, m_theme.font(kLabelFont, QFont::DemiBold), m_theme[Token::text],
              number == 0 ? tr("Direct") : tr("Reverse"));
    painter.restore();
    if (number > 0) {
        const double y = std::floor(half.body.top() - kHeading - kBetween / 2) + 0.5;
        painter.setPen(QPen(m_theme[Token::softBorder], 1));
        painter.drawLine(QPointF(0, y), QPointF(m_size.width(), y));
    }
    if (half.graph.empty())
        paintText(painter, half.body, Qt::AlignCenter, m_theme.font(kLabelFont), m_theme[Token::secondary], tr("No traffic in this direction"));
}

std::vector<Ribbon> SankeyScene::ribbons() const
{
    std::vector<Ribbon> out;
    for (const auto& half : m_halves) {
        const auto& graph = half.graph;
        for (const auto& link : graph.links) {
            const auto& source = graph.nodes[static_cast<size_t>(link.from)];
            out.push_back({.fromX = columnX(source.column) + m_nodeWidth, .toX = columnX(source.column + 1), .fromY = link.fromY, .toY = link.toY, .height = link.height,
                           .from = faded(colourOf(source), kLinkOpacity), .to = faded(m_theme[Token::node], kLinkOpacity)});
        }
    }
    // Thin ones on top, where they can be seen and hit.
    std::ranges::stable_sort(out, std::greater(), &Ribbon::height);
    return out;
}

void SankeyScene::paintLinks(QPainter& painter) const
{
    for (const auto& ribbon : ribbons())
        paintRibbon(painter, ribbon);
}

QImage SankeyScene::links(double ratio) const
{
    RibbonRaster raster((m_size * ratio).toSize(), ratio, m_theme[Token::surface]);
    for (const auto& ribbon : ribbons())
        raster.add(ribbon);
    auto out = raster.image();
    out.setDevicePixelRatio(ratio);
    return out;
}

void SankeyScene::paintPart(QPainter& painter, const Half& half, int number, double above, double amount, const QColor& colour) const
{
    const auto& link = half.graph.links[static_cast<size_t>(number)];
    const size_t column = half.graph.nodes[static_cast<size_t>(link.from)].column;
    const double offset = above * half.graph.scale;
    const auto steps = static_cast<double>(half.graph.columns.size() - 1);
    const auto lit = [&](size_t at) { return faded(colour, kLitOpacity - 0.14 * static_cast<double>(at) / steps); };
    paintRibbon(painter, {.fromX = columnX(column) + m_nodeWidth, .toX = columnX(column + 1), .fromY = link.fromY + offset, .toY = link.toY + offset,
                          .height = std::max(amount * half.graph.scale, 1.0), .from = lit(column), .to = lit(column + 1)});
}

void SankeyScene::paintLit(QPainter& painter, const SankeyTarget& lit) const
{
    for (size_t h = 0; h < m_halves.size(); ++h) {
        const auto& half = m_halves[h];
        const auto& graph = half.graph;
        const auto isLit = [&](int path) {
            if (lit.kind == SankeyTarget::Kind::Path)
                return path == (lit.half == h ? lit.number : m_halves[lit.half].twins[static_cast<size_t>(lit.number)]);
            if (lit.half != h)
                return false;
            const size_t column = graph.nodes[static_cast<size_t>(lit.number)].column;
            return graph.paths[static_cast<size_t>(path)].nodes[column] == lit.number;
        };
        for (size_t i = 0; i < graph.links.size(); ++i) {
            const auto& link = graph.links[i];
            const size_t gap = graph.nodes[static_cast<size_t>(link.from)].column;
            // Neighbours of one colour are one ribbon.
            for (size_t p = 0; p < link.paths.size();) {
                const auto& path = graph.paths[static_cast<size_t>(link.paths[p])];
                if (!isLit(link.paths[p++]))
                    continue;
                double amount = path.amount;
                while (p < link.paths.size() && isLit(link.paths[p]) && graph.paths[static_cast<size_t>(link.paths[p])].nodes[0] == path.nodes[0])
                    amount += graph.paths[static_cast<size_t>(link.paths[p++])].amount;
                paintPart(painter, half, static_cast<int>(i), path.above[gap], amount, colourOf(graph.nodes[graph.firstOf(path)]));
            }
        }
    }
}

void SankeyScene::paintNodes(QPainter& painter, const SankeyTarget& lit) const
{
    for (size_t h = 0; h < m_halves.size(); ++h) {
        const auto& half = m_halves[h];
        paintHeadings(painter, h);
        painter.setPen(Qt::NoPen);
        for (size_t i = 0; i < half.graph.nodes.size(); ++i) {
            const auto& node = half.graph.nodes[i];
            const bool strong = node.column > 0 && isLit(lit, h, static_cast<int>(i));
            painter.setBrush(strong ? m_theme[Token::nodeStrong] : colourOf(node));
            const double radius = std::min(2.0, node.height / 2);
            painter.drawRoundedRect(box(h, static_cast<int>(i)), radius, radius);
        }
        for (const auto& label : labels(h, lit))
            paintLabel(painter, h, label, isLit(lit, h, label.node));
    }
}

QRectF SankeyScene::labelBox(const Half& half, const SankeyNode& node, bool twoLines) const
{
    const double x = columnX(node.column);
    const double middle = node.y + node.height / 2;
    const double height = twoLines ? 2 * kLineHeight : kLineHeight - 1;
    double y = std::min(middle - height / 2, half.body.bottom() + kBottom - height);
    y = std::max(y, half.body.top() - 6);
    const double names = m_halves.size() > 1 ? kHalfName : 0;
    if (node.column == 0)
        return {4 + names, y, x - kLabelGap - 4 - names, height};
    const double left = x + m_nodeWidth + kLabelGap;
    const bool last = node.column + 1 == half.graph.columns.size();
    const double right = last ? m_size.width() - 4 : columnX(node.column + 1) - kLabelGap;
    return {left, y, std::max(right - left, 0.0), height};
}

/// What is lit first, then by size; what would overlap is left out.
std::vector<SankeyScene::Label> SankeyScene::labels(size_t number, const SankeyTarget& lit) const
{
    std::vector<Label> out;
    const auto& half = m_halves[number];
    for (size_t c = 0; c < half.graph.columns.size(); ++c) {
        auto order = half.graph.columns[c];
        const auto isLitHere = [&](int node) { return isLit(lit, number, node); };
        std::ranges::stable_sort(order, [&](int a, int b) {
            const bool one = isLitHere(a);
            const bool two = isLitHere(b);
            return one != two ? one : half.graph.nodes[static_cast<size_t>(a)].amount > half.graph.nodes[static_cast<size_t>(b)].amount;
        });
        std::vector<QRectF> taken;
        const bool outer = c == 0 || c + 1 == half.graph.columns.size();
        for (const int node : order) {
            const auto& one = half.graph.nodes[static_cast<size_t>(node)];
            const bool two = !outer && one.height >= kTwoLines;
            const auto box = labelBox(half, one, two);
            if (box.width() < kLeastLabel && !isLitHere(node))
                continue;
            if (std::ranges::any_of(taken, [&](const QRectF& other) { return box.top() < other.bottom() && other.top() < box.bottom(); }))
                continue;
            taken.push_back(box);
            out.push_back({.node = node, .box = box, .twoLines = two});
        }
    }
    return out;
}

void SankeyScene::paintLabel(QPainter& painter, size_t number, const Label& label, bool lit) const
{
    const auto& half = m_halves[number];
    const auto& node = half.graph.nodes[static_cast<size_t>(label.node)];
    const auto weight = lit ? QFont::DemiBold : QFont::Normal;
    const auto font = m_theme.font(kLabelFont, weight);
    const auto name = shortName(half, node);
    const QFontMetricsF metrics(font);
    const bool first = node.column == 0;
    if (first || node.column + 1 == half.graph.columns.size()) {
        const auto colour = m_theme[lit ? Token::text : Token::secondary];
        const auto value = figure(node.amount);
        const double valueWidth = metrics.horizontalAdvance(value);
        const double room = label.box.width() - valueWidth - kFigureGap;
        const auto shown = metrics.elidedText(name, Qt::ElideRight, std::max(room, 0.0));
        const double nameWidth = metrics.horizontalAdvance(shown) + 1;
        const double left = first ? label.box.right() - valueWidth - kFigureGap - nameWidth : label.box.left();
        paintText(painter, QRectF(left, label.box.top(), nameWidth, label.box.height()), Qt::AlignLeft | Qt::AlignVCenter, font, colour, shown);
        paintText(painter, QRectF(left + nameWidth + kFigureGap - 1, label.box.top(), valueWidth + 1, label.box.height()), Qt::AlignLeft | Qt::AlignVCenter, font, colour, value);
        return;
    }
    const auto ground = m_theme[Token::surface];
    const auto share = text(core::formatPercent(node.amount / half.graph.amount));
    const auto small = m_theme.font(kSmallFont);
    QRectF line(label.box.left(), label.box.top(), label.box.width(), kLineHeight);
    haloedText(painter, line, font, m_theme[Token::text], ground, name);
    if (label.twoLines) {
        haloedText(painter, line.translated(0, kLineHeight), small, m_theme[Token::secondary], ground, QStringLiteral("%1, %2").arg(amount(node.amount), share));
        return;
    }
    line.setLeft(line.left() + metrics.horizontalAdvance(name) + kFigureGap);
    if (QFontMetricsF(small).horizontalAdvance(share) <= line.width())
        haloedText(painter, line, small, m_theme[Token::secondary], ground, share);
}

} // namespace rivereto::ui
