// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/heatmapchart.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include "ui/charts/readout.h"

namespace rivereto::ui {

namespace {

constexpr double kDragThreshold = 4;
constexpr uint64_t kHour = 3'600'000;
constexpr unsigned kMostPoints = 300;
constexpr uint64_t kMostHours = 92 * 24;
constexpr int kScrollWidth = 10;

} // namespace

HeatmapChart::HeatmapChart(const Theme& theme, QWidget* parent) : ChartView(theme, parent), m_scene(theme), m_bar(new BrushBar(theme, this)), m_scroll(new QScrollBar(Qt::Vertical, this))
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 120);
    setAccessibleName(tr("Heat map of traffic over time"));
    setAccessibleDescription(tr("Arrow keys walk the cells, with Shift left and right mark a range; Enter zooms into it or chooses the row, Escape clears it or goes back."));
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->hide();
    const auto withBrush = [this](void (ChartView::*asked)(const core::TimeRange&)) {
        return [this, asked] {
            if (m_brush.range())
                emit (this->*asked)(*m_brush.range());
        };
    };
    connect(m_bar, &BrushBar::zoomAsked, this, withBrush(&ChartView::zoomAsked));
    connect(m_bar, &BrushBar::explainAsked, this, withBrush(&ChartView::explainAsked));
    connect(m_bar, &BrushBar::flowsAsked, this, withBrush(&ChartView::flowsAsked));
    connect(m_bar, &BrushBar::packetsAsked, this, withBrush(&ChartView::packetsAsked));
    connect(m_scroll, &QScrollBar::valueChanged, this, [this] {
        m_picture = {};
        if (m_pointer)
            hoverAt(*m_pointer);
        update();
    });
    connect(&theme, &Theme::changed, this, &HeatmapChart::rebuild);
}

unsigned HeatmapChart::pointsWanted() const
{
    if (m_scene.calendar())
        return static_cast<unsigned>(std::clamp<uint64_t>(m_scene.data().result().range.length() / kHour + 2, 50, kMostHours));
    return std::clamp(static_cast<unsigned>(std::max(m_scene.body().width() > 0 ? m_scene.body().width() : width(), 1.0) / 3), 50U, kMostPoints);
}

void HeatmapChart::setAnswer(const AnswerPtr& answer)
{
    const auto before = std::exchange(m_answer, answer && answer->result ? answer : nullptr);
    rebuild();
    // The same question asked again, as flows arrive, takes no brush from under the hand.
    const bool same = before && m_answer && before->asked == m_answer->asked && !m_scene.empty();
    if (!same && (m_brush.range() || m_brush.pressed() || m_pressed)) {
        m_brush.drop();
        m_pressed.reset();
        m_draggingDays = false;
        brushTouched();
    }
}

void HeatmapChart::setLook(const ChartLook& look)
{
    m_look = look;
    m_bar->setPacketsOffered(look.packets);
    rebuild();
}

void HeatmapChart::setHighlighted(int series)
{
    if (series == std::exchange(m_highlighted, series))
        return;
    m_picture = {};
    if (series >= 0 && !m_scene.empty() && !m_pointer && m_scene.firstRowOf(series) < m_scene.rows().size())
        showRow(m_scene.firstRowOf(series));
    update();
}

void HeatmapChart::setBrush(std::optional<core::TimeRange> range)
{
    m_brush.set(range);
    brushTouched();
}

void HeatmapChart::brushTouched()
{
    placeBrushBar();
    update();
    emit brushChanged();
}

void HeatmapChart::rebuild()
{
    m_scene.build(m_answer, m_look);
    setCell(std::nullopt, std::nullopt);
    relayout();
    if (m_pointer)
        hoverAt(*m_pointer);
}

void HeatmapChart::relayout()
{
    m_picture = {};
    m_scene.place(size(), false);
    const auto body = m_scene.body();
    const bool scrolls = !m_scene.empty() && m_scene.rowsHeight() > body.height();
    m_scroll->setVisible(scrolls);
    if (scrolls) {
        m_scroll->setRange(0, static_cast<int>(std::ceil(m_scene.rowsHeight() - body.height())));
        m_scroll->setPageStep(static_cast<int>(body.height()));
        m_scroll->setSingleStep(static_cast<int>(m_scene.rowHeight()));
        m_scroll->setGeometry(width() - kScrollWidth - 2, static_cast<int>(body.top()), kScrollWidth, static_cast<int>(body.height()));
    }
    placeBrushBar();
    update();
}

void HeatmapChart::resizeEvent(QResizeEvent* event)
{
    ChartView::resizeEvent(event);
    relayout();
}

void HeatmapChart::placeBrushBar()
{
    const auto& range = m_brush.range();
    if (!range || range->length() == 0 || m_brush.dragging() || m_draggingDays || m_scene.empty()) {
        m_bar->hide();
        return;
    }
    const auto body = m_scene.body();
    const auto scale = m_scene.timeScale();
    const auto x = [&](uint64_t ms) { return std::clamp(scale.x(static_cast<double>(ms)), body.left(), body.right()); };
    const double middle = m_scene.calendar() ? body.center().x() : (x(range->from) + x(range->to)) / 2;
    m_bar->place(m_look.clock.range(*range), middle, 4, width() - 4.0, body.top() + 6);
}

void HeatmapChart::paintEvent(QPaintEvent*)
{
    if (m_picture.isNull()) {
        m_picture = QPixmap(size() * devicePixelRatioF());
        m_picture.setDevicePixelRatio(devicePixelRatioF());
        QPainter painter(&m_picture);
        painter.setRenderHint(QPainter::Antialiasing);
        m_scene.paint(painter, scrolled(), m_highlighted);
    }
    QPainter painter(this);
    painter.drawPixmap(0, 0, m_picture);
    if (m_scene.empty())
        return;
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_brush.range())
        m_scene.paintBrush(painter, *m_brush.range(), scrolled());
    if (hasFocus() && m_keyboard) {
        painter.setPen(QPen(theme()[Token::accent], 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
    if (!m_cell)
        return;
    m_scene.paintCell(painter, *m_cell, scrolled());
    if (m_brush.dragging() || m_draggingDays)
        return;
    const auto& row = m_scene.rows()[m_cell->row];
    const auto box = cellBox(*m_cell);
    if (m_scene.calendar())
        m_scene.card(*m_cell).paint(painter, theme(), box.center(), size());
    else
        paintReadOut(painter, theme(), readOutAt(m_scene.data(), m_look, m_cell->column, row.number, row.direction), box.center().x(), box.bottom() + 10, QRectF(rect()));
}

void HeatmapChart::paintTo(QPainter& painter, QSizeF size) const
{
    auto scene = m_scene;
    scene.place(size, true);
    painter.setRenderHint(QPainter::Antialiasing);
    scene.paint(painter, 0, -1);
}

std::optional<HeatCell> HeatmapChart::cellAt(QPointF at) const
{
    if (m_scene.empty())
        return std::nullopt;
    const auto row = m_scene.rowAt(at.y(), scrolled());
    const auto column = m_scene.columnAt(at.x());
    if (!row || !column || *column < m_scene.rows()[*row].begin || *column >= m_scene.rows()[*row].end)
        return std::nullopt;
    return HeatCell{*row, *column};
}

/// In signals; days are of no series of their own, nor is an Other that only the reverse direction has.
int HeatmapChart::seriesOf(std::optional<size_t> row) const
{
    if (!row || m_scene.empty() || m_scene.calendar() || *row >= m_scene.rows().size())
        return -1;
    const int number = m_scene.rows()[*row].number;
    return static_cast<size_t>(number) < m_scene.data().result().series.size() ? number : -1;
}

void HeatmapChart::setCell(const std::optional<HeatCell>& cell, std::optional<size_t> row)
{
    if (cell == m_cell && row == m_row)
        return;
    const int before = seriesOf(m_row);
    m_cell = cell;
    m_row = row;
    update();
    if (const int now = seriesOf(row); now != before)
        emit seriesHovered(now);
}

void HeatmapChart::hoverAt(QPointF at)
{
    setCell(cellAt(at), m_scene.empty() ? std::nullopt : m_scene.rowAt(at.y(), scrolled()));
}

void HeatmapChart::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::BackButton)
        emit backAsked();
    if (event->button() != Qt::LeftButton || m_scene.empty())
        return;
    m_keyboard = false;
    m_pressedAt = event->position();
    if (m_scene.calendar())
        m_pressed = cellAt(event->position());
    else if (m_scene.columnAt(event->position().x()) && m_scene.rowAt(event->position().y(), scrolled()))
        m_brush.press(event->position().x(), m_scene.timeScale());
}

/// Of days: from one hour to another, all that lies between them.
bool HeatmapChart::dragTo(QPointF at)
{
    if (!m_scene.calendar())
        return m_brush.move(at.x(), m_scene.timeScale(), m_scene.data().range());
    if (!m_pressed)
        return false;
    if ((at - m_pressedAt).manhattanLength() > kDragThreshold)
        m_draggingDays = true;
    const auto to = cellAt(at);
    if (!m_draggingDays || !to)
        return false;
    const auto one = m_scene.rangeOf(*m_pressed);
    const auto two = m_scene.rangeOf(*to);
    m_brush.set(core::TimeRange{std::min(one.from, two.from), std::max(one.to, two.to)});
    return true;
}

void HeatmapChart::mouseMoveEvent(QMouseEvent* event)
{
    m_pointer = event->position();
    if (!m_scene.empty() && dragTo(*m_pointer))
        brushTouched();
    hoverAt(*m_pointer);
}

void HeatmapChart::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const bool pressed = m_brush.pressed();
    const bool dragged = m_brush.release() || std::exchange(m_draggingDays, false);
    m_pressed.reset();
    if (dragged)
        return brushTouched();
    // A click beside or on a brush takes it away, and nothing else.
    if (m_brush.range() && (pressed || m_scene.calendar()))
        return setBrush(std::nullopt);
    hoverAt(event->position());
    emit seriesClicked(seriesOf(m_row), event->modifiers());
}

void HeatmapChart::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        emit backAsked();
}

void HeatmapChart::wheelEvent(QWheelEvent* event)
{
    if (!m_scroll->isVisibleTo(this) || event->angleDelta().y() == 0)
        return event->ignore();
    m_scroll->setValue(m_scroll->value() - static_cast<int>(std::lround(event->angleDelta().y() / 120.0 * 3 * m_scene.rowHeight())));
    event->accept();
}

void HeatmapChart::contextMenuEvent(QContextMenuEvent* event)
{
    if (!m_scene.empty())
        emit menuAsked(seriesOf(m_row), event->globalPos());
}

void HeatmapChart::leaveEvent(QEvent*)
{
    m_pointer.reset();
    setCell(std::nullopt, std::nullopt);
}

void HeatmapChart::focusInEvent(QFocusEvent* event)
{
    m_keyboard = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason || event->reason() == Qt::ShortcutFocusReason;
    ChartView::focusInEvent(event);
}

void HeatmapChart::showRow(size_t row)
{
    if (!m_scroll->isVisibleTo(this))
        return;
    const double y = m_scene.rows()[row].y;
    if (y < m_scroll->value())
        m_scroll->setValue(static_cast<int>(std::floor(y)));
    else if (y + m_scene.rowHeight() > m_scroll->value() + m_scene.body().height())
        m_scroll->setValue(static_cast<int>(std::ceil(y + m_scene.rowHeight() - m_scene.body().height())));
}

void HeatmapChart::walk(int key, bool mark)
{
    const auto& rows = m_scene.rows();
    const auto before = m_cell.value_or(HeatCell{0, m_scene.columns() / 2});
    auto cell = before;
    switch (key) {
    case Qt::Key_Left: cell.column -= std::min<size_t>(cell.column, 1); break;
    case Qt::Key_Right: ++cell.column; break;
    case Qt::Key_Up: cell.row -= std::min<size_t>(cell.row, 1); break;
    case Qt::Key_Down: cell.row = std::min(cell.row + 1, rows.size() - 1); break;
    case Qt::Key_Home: cell.column = 0; break;
    default: cell.column = m_scene.columns();
    }
    const auto& row = rows[cell.row];
    cell.column = std::clamp(cell.column, row.begin, std::max(row.end, row.begin + 1) - 1);
    if (mark) {
        const auto here = m_scene.rangeOf(before).from;
        const auto there = m_scene.rangeOf(cell).from;
        const auto& range = m_brush.range();
        const auto anchor = range ? (here == range->from ? range->to : range->from) : here;
        setBrush(core::TimeRange{std::min(anchor, there), std::max(anchor, there)});
    }
    m_pointer.reset();
    showRow(cell.row);
    setCell(cell, cell.row);
    setAccessibleDescription(m_scene.described(cell));
}

void HeatmapChart::keyPressEvent(QKeyEvent* event)
{
    if (m_scene.empty())
        return ChartView::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right: return walk(event->key(), event->modifiers().testFlag(Qt::ShiftModifier));
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_Home:
    case Qt::Key_End: return walk(event->key(), false);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_brush.range() && m_brush.range()->length() > 0)
            emit zoomAsked(*m_brush.range());
        else if (m_row)
            emit seriesClicked(seriesOf(m_row), event->modifiers());
        return;
    case Qt::Key_Escape:
        if (m_brush.range())
            setBrush(std::nullopt);
        else
            emit backAsked();
        return;
    default: ChartView::keyPressEvent(event);
    }
}

} // namespace rivereto::ui
