// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/sankeychart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPaintEngine>
#include <QPainter>

namespace rivereto::ui {

namespace {

/// How far the other links recede.
constexpr int kVeil = 84;

} // namespace

SankeyChart::SankeyChart(const Theme& theme, QWidget* parent) : ChartView(theme, parent), m_scene(theme)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 120);
    setAccessibleName(tr("Sankey diagram"));
    setAccessibleDescription(tr("Tab walks the columns, arrow keys the values; Enter filters for a value, Ctrl+Enter leaves it out."));
    connect(&theme, &Theme::changed, this, &SankeyChart::rebuild);
}

void SankeyChart::setAnswer(const AnswerPtr& answer)
{
    std::optional<SankeyNode> walked;
    const size_t half = m_walked.half;
    if (!m_walked.none())
        walked = m_scene.graph(half).nodes[static_cast<size_t>(m_walked.number)];
    m_answer = answer;
    m_pressed = {};
    m_walked = {};
    rebuild();
    // The same value, as flows arrive.
    if (walked && half < m_scene.halves()) {
        const int same = m_scene.graph(half).find(walked->column, walked->value, walked->other);
        if (same >= 0)
            m_walked = {.kind = SankeyTarget::Kind::Node, .half = half, .number = same};
    }
}

void SankeyChart::setLook(const ChartLook& look)
{
    m_look = look;
    m_pressed = {};
    m_walked = {};
    rebuild();
}

void SankeyChart::setHighlighted(int series)
{
    m_highlighted = series;
    update();
}

void SankeyChart::rebuild()
{
    m_scene.build(m_answer, m_look);
    m_scene.place(size());
    m_links = m_plain = m_strong = {};
    m_hover = {};
    if (m_pointer)
        hover(m_scene.at(*m_pointer));
    update();
}

void SankeyChart::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_scene.place(size());
    m_links = m_plain = m_strong = {};
    update();
}

SankeyTarget SankeyChart::lit() const { return !m_hover.none() ? m_hover : !m_walked.none() ? m_walked : m_scene.ofSeries(m_highlighted); }

/// Hovering costs no more than what is lit: all links stand in a picture.
void SankeyChart::paintEvent(QPaintEvent*)
{
    const auto begin = [](QPixmap& on) {
        auto painter = std::make_unique<QPainter>(&on);
        painter->setRenderHint(QPainter::Antialiasing);
        return painter;
    };
    if (m_links.isNull() && !m_scene.empty()) {
        m_links = QPixmap::fromImage(m_scene.links(devicePixelRatioF()));
    } else if (m_links.isNull()) {
        m_links = QPixmap(size() * devicePixelRatioF());
        m_links.setDevicePixelRatio(devicePixelRatioF());
        m_scene.paintGround(*begin(m_links));
    }
    const auto strong = m_scene.empty() ? SankeyTarget{} : lit();
    auto& shown = strong.none() ? m_plain : m_strong;
    if (shown.isNull() || (!strong.none() && strong != m_shown)) {
        shown = m_links;
        const auto painter = begin(shown);
        if (!strong.none()) {
            auto veil = theme()[Token::surface];
            veil.setAlpha(kVeil);
            painter->fillRect(rect(), veil);
            m_scene.paintLit(*painter, strong);
            m_shown = strong;
        }
        if (!m_scene.empty())
            m_scene.paintNodes(*painter, strong);
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, shown);
    if (m_scene.empty())
        return;
    painter.setRenderHint(QPainter::Antialiasing);
    if (hasFocus() && !m_walked.none()) {
        painter.setPen(QPen(theme()[Token::accent], 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(m_scene.box(m_walked.half, m_walked.number).adjusted(-3, -3, 3, 3), 3, 3);
    }
    if (!m_hover.none() && m_pointer)
        m_scene.card(m_hover).paint(painter, theme(), *m_pointer, size());
    else if (m_hover.none() && hasFocus() && !m_walked.none())
        m_scene.card(m_walked).paint(painter, theme(), m_scene.box(m_walked.half, m_walked.number).center(), size());
}

void SankeyChart::paintTo(QPainter& painter, QSizeF size) const
{
    auto scene = m_scene;
    scene.place(size);
    painter.setRenderHint(QPainter::Antialiasing);
    scene.paintGround(painter);
    if (scene.empty())
        return;
    // Pixels get the links without the steps of an eight-bit gradient; everything else gets curves.
    const auto& transform = painter.deviceTransform();
    if (painter.paintEngine()->type() == QPaintEngine::Raster && transform.type() <= QTransform::TxScale)
        painter.drawImage(QRectF(QPointF(0, 0), size), scene.links(transform.m11()));
    else
        scene.paintLinks(painter);
    scene.paintNodes(painter, {});
}

void SankeyChart::hover(const SankeyTarget& target)
{
    const int before = m_scene.seriesOf(m_hover);
    const bool moved = m_hover != target;
    m_hover = target;
    if (moved)
        setCursor(canChoose(target) ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (const int now = m_scene.seriesOf(target); now != before)
        emit seriesHovered(now);
    update(); // the card moves with the pointer
}

void SankeyChart::mouseMoveEvent(QMouseEvent* event)
{
    m_pointer = event->position();
    const auto target = m_scene.at(*m_pointer);
    if (!target.none() || !m_hover.none())
        hover(target);
}

void SankeyChart::leaveEvent(QEvent*)
{
    m_pointer.reset();
    if (!m_hover.none())
        hover({});
}

void SankeyChart::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::BackButton)
        emit backAsked();
    if (event->button() == Qt::LeftButton)
        m_pressed = m_scene.at(event->position());
}

void SankeyChart::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const auto pressed = std::exchange(m_pressed, {});
    if (m_scene.at(event->position()) != pressed)
        return;
    if (pressed.none())
        emit seriesClicked(-1, event->modifiers());
    else
        choose(pressed, event->modifiers().testFlag(Qt::ControlModifier));
}

void SankeyChart::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && m_scene.at(event->position()).none())
        emit backAsked();
}

void SankeyChart::contextMenuEvent(QContextMenuEvent* event)
{
    emit menuAsked(m_scene.seriesOf(m_scene.empty() ? SankeyTarget{} : m_scene.at(event->pos())), event->globalPos());
}

namespace {

/// Ends that a choice is about: a node itself, or both of a link.
std::vector<int> endsOf(const SankeyGraph& graph, const SankeyTarget& target)
{
    if (target.kind == SankeyTarget::Kind::Node)
        return {target.number};
    if (target.kind == SankeyTarget::Kind::Path && target.link >= 0)
        return {graph.links[static_cast<size_t>(target.link)].from, graph.links[static_cast<size_t>(target.link)].to};
    return {};
}

} // namespace

/// No filter says "all the others".
bool SankeyChart::canChoose(const SankeyTarget& target) const
{
    if (target.none())
        return false;
    const auto& graph = m_scene.graph(target.half);
    const auto ends = endsOf(graph, target);
    return !ends.empty() && std::ranges::none_of(ends, [&](int node) { return graph.nodes[static_cast<size_t>(node)].other; });
}

/// Of the reverse half, too, the dimensions are the result's: a filter is turned round for the opposite direction.
void SankeyChart::choose(const SankeyTarget& target, bool without)
{
    if (!canChoose(target))
        return;
    const auto& graph = m_scene.graph(target.half);
    std::vector<core::Dimension> dimensions;
    std::vector<std::string> values;
    for (const int end : endsOf(graph, target)) {
        const auto& node = graph.nodes[static_cast<size_t>(end)];
        dimensions.push_back(m_answer->result->dimensions[node.column]);
        values.push_back(node.value);
    }
    emit filterAsked(dimensions, values, without);
}

void SankeyChart::walkTo(const SankeyTarget& node)
{
    if (node.none())
        return;
    m_walked = node;
    setAccessibleDescription(m_scene.described(node));
    update();
}

SankeyTarget SankeyChart::nodeAt(size_t half, size_t column, double y) const
{
    SankeyTarget out;
    double nearest = std::numeric_limits<double>::infinity();
    for (const int node : m_scene.graph(half).columns[column]) {
        const double distance = std::abs(m_scene.box(half, node).center().y() - y);
        if (distance < nearest) {
            nearest = distance;
            out = {.kind = SankeyTarget::Kind::Node, .half = half, .number = node};
        }
    }
    return out;
}

void SankeyChart::walk(int key)
{
    if (m_walked.none())
        return walkTo(nodeAt(0, 0, 0));
    const auto& graph = m_scene.graph(m_walked.half);
    const size_t column = graph.nodes[static_cast<size_t>(m_walked.number)].column;
    const auto& nodes = graph.columns[column];
    const auto place = std::ranges::find(nodes, m_walked.number) - nodes.begin();
    const double y = m_scene.box(m_walked.half, m_walked.number).center().y();
    const auto within = [&](ptrdiff_t at) { return SankeyTarget{.kind = SankeyTarget::Kind::Node, .half = m_walked.half, .number = nodes[static_cast<size_t>(at)]}; };
    switch (key) {
    case Qt::Key_Left: return column > 0 ? walkTo(nodeAt(m_walked.half, column - 1, y)) : void();
    case Qt::Key_Right: return column + 1 < graph.columns.size() ? walkTo(nodeAt(m_walked.half, column + 1, y)) : void();
    case Qt::Key_Home: return walkTo(within(0));
    case Qt::Key_End: return walkTo(within(static_cast<ptrdiff_t>(nodes.size()) - 1));
    case Qt::Key_Up:
        if (place > 0)
            walkTo(within(place - 1));
        else if (m_walked.half > 0)
            walkTo(nodeAt(0, column, height()));
        return;
    default:
        if (place + 1 < static_cast<ptrdiff_t>(nodes.size()))
            walkTo(within(place + 1));
        else if (m_walked.half + 1 < m_scene.halves())
            walkTo(nodeAt(1, column, 0));
    }
}

void SankeyChart::keyPressEvent(QKeyEvent* event)
{
    if (m_scene.empty())
        return QWidget::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_Home:
    case Qt::Key_End: return walk(event->key());
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space: return choose(m_walked, event->modifiers().testFlag(Qt::ControlModifier));
    case Qt::Key_Escape:
        if (m_walked.none())
            return QWidget::keyPressEvent(event);
        m_walked = {};
        return update();
    default: QWidget::keyPressEvent(event);
    }
}

/// Tab goes from column to column and then on, so that it is never caught among hundreds of values.
bool SankeyChart::focusNextPrevChild(bool next)
{
    if (m_scene.empty() || m_walked.none())
        return QWidget::focusNextPrevChild(next);
    const auto& graph = m_scene.graph(m_walked.half);
    const size_t column = graph.nodes[static_cast<size_t>(m_walked.number)].column;
    if (next ? column + 1 >= graph.columns.size() : column == 0)
        return QWidget::focusNextPrevChild(next);
    walkTo(nodeAt(m_walked.half, next ? column + 1 : column - 1, 0));
    return true;
}

void SankeyChart::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    if (m_scene.empty())
        return;
    if (event->reason() == Qt::TabFocusReason)
        walkTo(nodeAt(0, 0, 0));
    else if (event->reason() == Qt::BacktabFocusReason)
        walkTo(nodeAt(0, m_scene.graph(0).columns.size() - 1, 0));
}

void SankeyChart::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    m_walked = {};
    update();
}

} // namespace rivereto::ui
