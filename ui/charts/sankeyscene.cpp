// SPDX-License-Identifier: GPL-3.0-or-later
// Where things are and what they are called; sankeypaint.cpp paints them.
#include "ui/charts/sankeyscene.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QFontMetricsF>

#include "core/text/number.h"
#include "ui/charts/sankeymetrics.h"

namespace rivereto::ui {

using namespace sankey;

namespace {

QString tr(const char* source) { return QCoreApplication::translate("Sankey", source); }

using PathKey = std::vector<std::pair<bool, std::string>>;
PathKey keyOf(const SankeyGraph& graph, const SankeyPath& path)
{
    PathKey out;
    for (const int node : path.nodes)
        out.emplace_back(graph.nodes[static_cast<size_t>(node)].other, graph.nodes[static_cast<size_t>(node)].value);
    return out;
}

} // namespace

void SankeyScene::build(const AnswerPtr& answer, const ChartLook& look)
{
    m_answer = answer && answer->result ? answer : nullptr;
    m_look = look;
    m_halves.clear();
    m_pathOf.clear();
    if (!m_answer)
        return;
    const auto& result = *m_answer->result;
    m_halves.push_back({.graph = buildSankey(result, look.hidden), .result = &result});
    if (result.reverse && core::isAdditive(result.query.unit))
        m_halves.push_back({.graph = buildSankey(*result.reverse, {}, &m_halves[0].graph), .result = result.reverse.get()});
    // What is hidden keeps its colour, and so do all others; what only the reverse half has comes behind.
    m_ranks = sankeyRanks(result);
    if (m_halves.size() > 1) {
        for (const auto& [value, rank] : sankeyRanks(*result.reverse))
            m_ranks.emplace(value, m_ranks.size());
    }
    for (size_t i = 0; i < m_halves[0].graph.paths.size(); ++i)
        m_pathOf[m_halves[0].graph.paths[i].series] = static_cast<int>(i);
    double largest = 0;
    for (const auto& half : m_halves) {
        for (const auto& node : half.graph.nodes)
            largest = std::max(largest, node.amount);
    }
    m_scale = core::scaleFor(largest);
    if (m_halves.size() < 2)
        return;
    for (const size_t h : {size_t{0}, size_t{1}}) {
        std::map<PathKey, int> others;
        const auto& other = m_halves[1 - h].graph;
        for (size_t i = 0; i < other.paths.size(); ++i)
            others[keyOf(other, other.paths[i])] = static_cast<int>(i);
        for (const auto& path : m_halves[h].graph.paths) {
            const auto found = others.find(keyOf(m_halves[h].graph, path));
            m_halves[h].twins.push_back(found == others.end() ? -1 : found->second);
        }
    }
}

QStringList SankeyScene::words() const
{
    if (!m_answer)
        return {};
    const auto& result = *m_answer->result;
    if (!core::isAdditive(result.query.unit)) {
        const auto why = core::isPercent(result.query.unit)
            ? tr("Percent of an interface’s speed cannot be added up over its flows: two interfaces at 50 % are not one at 100 %.")
            : tr("Different values cannot be added up: the same one may be behind several flows, and would count each time.");
        return {tr("A Sankey diagram needs a unit that adds up"), why, tr("Choose bits, packets or flows, or look at this unit as lines or as a grid.")};
    }
    if (result.dimensions.size() < 2)
        return {tr("A Sankey diagram needs two dimensions"), tr("Add one more: traffic is drawn as it goes from the values of one to those of the next.")};
    return {tr("No traffic to draw"), tr("All that matches is zero in this unit, or is hidden.")};
}

double SankeyScene::columnX(size_t column) const
{
    const auto gaps = static_cast<double>(m_halves[0].graph.columns.size() - 1);
    return std::round(m_left + static_cast<double>(column) * (m_right - m_left - m_nodeWidth) / gaps);
}

QRectF SankeyScene::box(size_t half, int number) const
{
    const auto& node = m_halves[half].graph.nodes[static_cast<size_t>(number)];
    return {columnX(node.column), node.y, m_nodeWidth, node.height};
}

/// Labels stand beside the first and the last column, as wide as they need within reason.
void SankeyScene::measureMargins()
{
    const QFontMetricsF metrics(m_theme.font(kLabelFont, QFont::DemiBold));
    double widest[2] = {0, 0};
    for (const auto& half : m_halves) {
        for (const bool last : {false, true}) {
            for (const int number : last ? half.graph.columns.back() : half.graph.columns.front()) {
                const auto& node = half.graph.nodes[static_cast<size_t>(number)];
                const double width = metrics.horizontalAdvance(shortName(half, node)) + kFigureGap + metrics.horizontalAdvance(figure(node.amount));
                widest[last] = std::max(widest[last], width);
            }
        }
    }
    const double most = std::min(kMostMargin, m_size.width() * kMarginShare);
    const double names = m_halves.size() > 1 ? kHalfName : 0;
    m_left = std::clamp(widest[0] + kLabelGap + kSide, std::min(kLeastMargin, most), most) + names;
    m_right = m_size.width() - std::clamp(widest[1] + kLabelGap + kSide, std::min(kLeastMargin, most), most);
    m_nodeWidth = m_size.width() < kNarrow ? 8 : 12;
}

void SankeyScene::place(QSizeF size)
{
    m_size = size;
    if (empty())
        return;
    measureMargins();
    const auto count = static_cast<double>(m_halves.size());
    const double height = std::max(20.0, size.height() - kBottom - kHeading * count - kBetween * (count - 1));
    double all = 0;
    for (const auto& half : m_halves)
        all += half.graph.amount;
    std::vector<std::pair<const SankeyGraph*, SankeySpacing>> parts;
    for (const auto& half : m_halves)
        parts.emplace_back(&half.graph, sankeySpacing(half.graph, height * std::max(half.graph.amount / all, count > 1 ? kLeastHalf : 1.0)));
    const double least = count > 1 ? kLeastHalf * height : 0;
    double scale = sankeyScale(parts, height);
    // A half that is almost empty keeps room for its labels.
    const double smaller = count > 1 ? std::min(sankeyHeight(*parts[0].first, scale, parts[0].second), sankeyHeight(*parts[1].first, scale, parts[1].second)) : least;
    if (smaller < least)
        scale = sankeyScale(parts, height - (least - smaller));
    double top = kHeading;
    for (size_t h = 0; h < m_halves.size(); ++h) {
        const double own = count > 1 ? std::max(least, sankeyHeight(*parts[h].first, scale, parts[h].second)) : height;
        m_halves[h].body = QRectF(m_left, top, m_right - m_left, own);
        placeSankey(m_halves[h].graph, top, own, scale, parts[h].second);
        top += own + kBetween + kHeading;
    }
}

QPointF SankeyScene::middle(const SankeyTarget& target) const
{
    const auto& graph = m_halves[target.half].graph;
    const auto& path = graph.paths[static_cast<size_t>(target.number)];
    const size_t gap = target.link < 0 ? 0 : graph.nodes[static_cast<size_t>(graph.links[static_cast<size_t>(target.link)].from)].column;
    const auto& link = graph.links[static_cast<size_t>(path.links[gap])];
    const double inside = (path.above[gap] + path.amount / 2) * graph.scale;
    return {(columnX(gap) + m_nodeWidth + columnX(gap + 1)) / 2, (link.fromY + link.toY) / 2 + inside};
}

SankeyTarget SankeyScene::at(QPointF place) const
{
    if (empty())
        return {};
    for (size_t h = 0; h < m_halves.size(); ++h) {
        const auto& graph = m_halves[h].graph;
        if (place.y() < m_halves[h].body.top() - kReach || place.y() > m_halves[h].body.bottom() + kReach)
            continue;
        for (size_t c = 0; c < graph.columns.size(); ++c) {
            if (place.x() < columnX(c) - kReach || place.x() > columnX(c) + m_nodeWidth + kReach)
                continue;
            for (const double reach : {0.0, kReach}) {
                for (const int number : graph.columns[c]) {
                    if (box(h, number).adjusted(-kReach, -reach, kReach, reach).contains(place))
                        return {.kind = SankeyTarget::Kind::Node, .half = h, .number = number};
                }
            }
        }
        const auto labelled = labels(h, {});
        for (const auto& label : labelled) {
            if (label.box.contains(place) && (graph.nodes[static_cast<size_t>(label.node)].column + 1 == graph.columns.size() || graph.nodes[static_cast<size_t>(label.node)].column == 0))
                return {.kind = SankeyTarget::Kind::Node, .half = h, .number = label.node};
        }
        for (size_t gap = 0; gap + 1 < graph.columns.size(); ++gap) {
            const double from = columnX(gap) + m_nodeWidth;
            const double to = columnX(gap + 1);
            if (place.x() < from || place.x() > to)
                continue;
            const double down = ribbonDescent((place.x() - from) / (to - from));
            // Thin links lie on thick ones: the thinnest that the place is on, else the nearest.
            int best = -1;
            double least = kReach;
            double thinnest = std::numeric_limits<double>::infinity();
            for (const int node : graph.columns[gap]) {
                for (const int number : graph.nodes[static_cast<size_t>(node)].out) {
                    const auto& link = graph.links[static_cast<size_t>(number)];
                    const double y = link.fromY + (link.toY - link.fromY) * down;
                    const double beside = std::max({y - place.y(), place.y() - y - link.height, 0.0});
                    const bool nearer = beside < least || (beside == least && beside < kReach && link.height < thinnest);
                    if (!nearer)
                        continue;
                    best = number;
                    least = beside;
                    thinnest = link.height;
                }
            }
            if (best < 0)
                return {};
            const auto& link = graph.links[static_cast<size_t>(best)];
            const double inside = (place.y() - link.fromY - (link.toY - link.fromY) * down) / graph.scale;
            int path = link.paths.front();
            for (const int one : link.paths) {
                if (graph.paths[static_cast<size_t>(one)].above[gap] > inside)
                    break;
                path = one;
            }
            return {.kind = SankeyTarget::Kind::Path, .half = h, .number = path, .link = best};
        }
    }
    return {};
}

SankeyTarget SankeyScene::ofSeries(int series) const
{
    const auto found = m_pathOf.find(series);
    return found == m_pathOf.end() ? SankeyTarget{} : SankeyTarget{.kind = SankeyTarget::Kind::Path, .half = 0, .number = found->second};
}

int SankeyScene::seriesOf(const SankeyTarget& target) const
{
    if (target.kind != SankeyTarget::Kind::Path)
        return -1;
    const int path = target.half == 0 ? target.number : m_halves[1].twins[static_cast<size_t>(target.number)];
    return path < 0 ? -1 : m_halves[0].graph.paths[static_cast<size_t>(path)].series;
}

QString SankeyScene::nameOf(const SankeyNode& node) const
{
    if (node.other)
        return tr("Other");
    if (m_look.valueLabel)
        return m_look.valueLabel(node.column, node.value);
    return node.value.empty() ? tr("none") : text(node.value);
}

/// Without the number that has a name: "Netflix" for "2906 Netflix".
QString SankeyScene::shortName(const Half&, const SankeyNode& node) const
{
    const auto name = nameOf(node);
    const auto number = text(node.value) + u' ';
    return !node.other && !node.value.empty() && name.size() > number.size() && name.startsWith(number) ? name.mid(number.size()) : name;
}

QString SankeyScene::heading(const Half& half, size_t column) const
{
    const auto& dimension = half.result->dimensions[column];
    return m_look.dimensionLabel ? m_look.dimensionLabel(dimension) : text(dimension.name);
}

QString SankeyScene::amount(double value) const { return quantity(value, unitSuffix(m_answer->result->query.unit)); }

/// On the scale of all, whose unit stands in the heading.
QString SankeyScene::figure(double value) const
{
    if (m_scale.prefix.empty())
        return text(core::formatOnScale(value, m_scale));
    return value / m_scale.divisor < 0.005 ? QStringLiteral("<0.01") : text(core::formatFixed(value, m_scale, 2));
}

std::vector<HoverCard::Line> SankeyScene::figures(double value, double total, uint64_t samples) const
{
    const auto unit = m_answer->result->query.unit;
    std::vector<HoverCard::Line> out;
    out.push_back({.left = core::isTotal(unit) ? tr("Total") : tr("Average"), .right = amount(value), .strong = true});
    QString sure = core::isTotal(unit) ? QString() : tr("Total");
    if (samples > 0) {
        const double percent = 196.0 / std::sqrt(static_cast<double>(samples));
        sure = tr("≈ %1 samples, ±%2 %").arg(text(core::formatScaled(static_cast<double>(samples), "")).trimmed(), percent < 0.05 ? QStringLiteral("0.1") : QString::number(percent, 'f', percent < 10 ? 1 : 0));
    }
    const auto sum = core::isTotal(unit) ? QString() : quantity(total, totalSuffix(unit));
    if (!sure.isEmpty() || !sum.isEmpty())
        out.push_back({.left = sure, .right = sum});
    return out;
}

HoverCard SankeyScene::card(const SankeyTarget& target) const
{
    HoverCard card;
    if (target.none())
        return card;
    const auto& half = m_halves[target.half];
    const auto& graph = half.graph;
    const auto share = [](double part, double whole) { return text(core::formatPercent(whole > 0 ? part / whole : 0)); };
    if (m_halves.size() > 1)
        card.aside = target.half == 0 ? tr("Direct") : tr("Reverse");
    if (target.kind == SankeyTarget::Kind::Node) {
        const auto& node = graph.nodes[static_cast<size_t>(target.number)];
        card.swatch = colourOf(node);
        card.title = nameOf(node);
        card.under << heading(half, node.column);
        card.lines = figures(node.amount, node.total, node.samples);
        const auto links = node.in.size() + node.out.size();
        card.lines.push_back({.left = links == 1 ? tr("1 link") : tr("%1 links").arg(links), .right = tr("%1 of total").arg(share(node.amount, graph.amount))});
        return card;
    }
    const auto& path = graph.paths[static_cast<size_t>(target.number)];
    const auto& series = half.result->series[static_cast<size_t>(path.series)];
    const auto& first = graph.nodes[graph.firstOf(path)];
    card.swatch = colourOf(first);
    card.title = nameOf(first);
    QString line;
    const QFontMetricsF metrics(m_theme.font(12));
    for (size_t c = 1; c < path.nodes.size(); ++c) {
        const auto step = QStringLiteral("→ %1").arg(nameOf(graph.nodes[static_cast<size_t>(path.nodes[c])]));
        if (!line.isEmpty() && metrics.horizontalAdvance(line + u' ' + step) > kCardText) {
            card.under << line;
            line.clear();
        }
        line += (line.isEmpty() ? QString() : QStringLiteral(" ")) + step;
    }
    card.under << line;
    card.lines = figures(path.amount, series.statistics.total, series.statistics.samples.value_or(0));
    card.lines.push_back({.left = tr("%1 of %2").arg(share(path.amount, first.amount), shortName(half, first)), .right = tr("%1 of total").arg(share(path.amount, graph.amount))});
    return card;
}

QString SankeyScene::described(const SankeyTarget& target) const
{
    if (target.none())
        return {};
    const auto card = this->card(target);
    QStringList parts{card.aside, card.title};
    parts += card.under;
    for (const auto& line : card.lines)
        parts << line.left << line.right;
    parts.removeAll(QString());
    return parts.join(QStringLiteral(", "));
}

} // namespace rivereto::ui
