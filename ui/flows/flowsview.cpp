// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/flows/flowsview.h"

#include <algorithm>

#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>

namespace rivereto::ui {

namespace {

constexpr int kHeaderHeight = 28;
constexpr int kPadding = 6;
constexpr int kEdge = 12; ///< before the first column
constexpr int kMark = 2;  ///< at the left of a selected row
constexpr int kLeastShare = 70; ///< per cent of its usual width that a flexible column keeps
/// Distances that are as good as infinite, and that rectangles can be joined over.
constexpr qint64 kFar = 500'000'000;

/// Right-aligned or left-aligned with each digit as wide as the widest, so that figures line up (Qt 6.4 cannot ask a font for that).
void figures(QPainter& painter, const QRect& rect, bool right, const QString& string)
{
    const QFontMetricsF metrics(painter.font());
    qreal digit = 0;
    for (char16_t c = u'0'; c <= u'9'; ++c)
        digit = std::max(digit, metrics.horizontalAdvance(QChar(c)));
    const auto widthOf = [&](QChar c) { return c.isDigit() ? digit : metrics.horizontalAdvance(c); };
    qreal x = rect.left();
    if (right) {
        qreal width = 0;
        for (const auto c : string)
            width += widthOf(c);
        x = std::max<qreal>(rect.right() + 1 - width, rect.left());
    }
    const qreal base = rect.center().y() + 1 + (metrics.ascent() - metrics.descent()) / 2;
    for (qsizetype i = 0; i < string.size() && x < rect.right() + 1; ++i) {
        const auto cell = widthOf(string[i]);
        painter.drawText(QPointF(x + (cell - metrics.horizontalAdvance(string[i])) / 2, base), string.mid(i, 1));
        x += cell;
    }
}

bool isFigures(const FlowColumn& column) { return column.right || column.kind == FlowColumn::Kind::Time; }

} // namespace

FlowsHeader::FlowsHeader(const Theme& theme, QWidget* parent) : QHeaderView(Qt::Horizontal, parent), m_theme(theme)
{
    setSectionsClickable(true);
    setSectionsMovable(true);
    setHighlightSections(false);
    setMinimumSectionSize(36);
    setAccessibleName(tr("Columns"));
}

QSize FlowsHeader::sizeHint() const { return {QHeaderView::sizeHint().width(), kHeaderHeight}; }

void FlowsHeader::paintSection(QPainter* painter, const QRect& rect, int section) const
{
    const auto* flows = static_cast<const FlowsModel*>(model());
    painter->save();
    painter->fillRect(rect, m_theme[Token::background]);
    painter->setPen(m_theme[Token::border]);
    painter->drawLine(rect.bottomLeft(), rect.bottomRight());
    const bool sorted = flows->sortSection() == section;
    const auto font = m_theme.font(12, sorted ? QFont::Bold : QFont::DemiBold);
    painter->setFont(font);
    painter->setPen(m_theme[sorted ? Token::text : Token::secondary]);
    const bool right = flows->column(section).right;
    auto inner = rect.adjusted(visualIndex(section) == 0 ? kEdge : kPadding, 0, -kPadding, -1);
    const auto title = flows->column(section).label;
    const int arrowWidth = sorted ? 14 : 0;
    const QFontMetrics metrics(font);
    const auto shown = metrics.elidedText(title, Qt::ElideRight, inner.width() - arrowWidth);
    const int width = metrics.horizontalAdvance(shown);
    if (right)
        inner.setLeft(std::max(inner.left(), inner.right() + 1 - width - arrowWidth));
    painter->drawText(inner, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, shown);
    if (sorted) {
        const auto arrow = flows->wanted().descending ? QStringLiteral("sort-down") : QStringLiteral("sort-up");
        painter->drawPixmap(inner.left() + width + 4, rect.center().y() - 5, m_theme.pixmap(arrow, Token::accent, 10, devicePixelRatioF()));
    }
    painter->restore();
}

FlowsView::FlowsView(FlowsModel& model, const Theme& theme, QWidget* parent)
    : QAbstractItemView(parent), m_model(model), m_theme(theme), m_header(new FlowsHeader(theme, this))
{
    setObjectName(QStringLiteral("flows"));
    setAccessibleName(tr("Flows"));
    setFrameShape(QFrame::NoFrame);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setHorizontalScrollMode(ScrollPerPixel);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    setModel(&model);
    m_header->setModel(&model);
    connect(m_header, &QHeaderView::sectionClicked, this, &FlowsView::sortAsked);
    connect(m_header, &QHeaderView::sectionResized, this, [this] {
        m_touched = m_touched || !m_layingOut;
        updateGeometries();
        viewport()->update();
    });
    connect(&model, &QAbstractItemModel::modelReset, this, [this] { m_told = {0, -1}; });
    connect(&theme, &Theme::changed, this, [this] {
        viewport()->update();
        m_header->viewport()->update();
    });
}

void FlowsView::reset()
{
    QAbstractItemView::reset();
    const auto ids = m_model.columnIds();
    if (ids != m_laidOut) {
        m_touched = m_measured = false;
        m_laidOut = ids;
    }
    layoutColumns();
    updateGeometries();
}

void FlowsView::fitColumns()
{
    m_touched = m_measured = false;
    layoutColumns();
    updateGeometries();
    viewport()->update();
}

std::pair<int, int> FlowsView::visibleRows() const
{
    const int first = firstRow();
    const int last = std::min(first + (viewport()->height() + kRow - 1) / kRow, m_model.rowCount()) - 1;
    return last < first ? std::pair{0, -1} : std::pair{first, last};
}

void FlowsView::setFirstRow(int row) { verticalScrollBar()->setValue(row); }

qint64 FlowsView::selectedCount() const
{
    qint64 out = 0;
    for (const auto& range : selectionModel()->selection())
        out += range.height();
    return out;
}

std::vector<int> FlowsView::selectedRows(size_t most) const
{
    auto ranges = selectionModel()->selection();
    std::ranges::sort(ranges, {}, [](const QItemSelectionRange& range) { return range.top(); });
    std::vector<int> out;
    for (const auto& range : ranges) {
        for (int row = range.top(); row <= range.bottom() && out.size() < most; ++row)
            out.push_back(row);
    }
    return out;
}

QRect FlowsView::visualRect(const QModelIndex& index) const
{
    if (!index.isValid())
        return {};
    const auto y = std::clamp<qint64>((static_cast<qint64>(index.row()) - firstRow()) * kRow, -kFar, kFar);
    return {m_header->sectionViewportPosition(index.column()), static_cast<int>(y), m_header->sectionSize(index.column()), kRow};
}

void FlowsView::scrollTo(const QModelIndex& index, ScrollHint hint)
{
    if (!index.isValid())
        return;
    const int row = index.row();
    const int fit = rowsThatFit();
    int first = firstRow();
    if (hint == PositionAtCenter)
        first = row - fit / 2;
    else if (hint == PositionAtTop || row < first)
        first = row;
    else if (hint == PositionAtBottom || row >= first + fit)
        first = row - fit + 1;
    verticalScrollBar()->setValue(first);
}

QModelIndex FlowsView::indexAt(const QPoint& point) const
{
    const int row = firstRow() + point.y() / kRow;
    int section = m_header->logicalIndexAt(point.x());
    if (point.y() < 0 || row >= m_model.rowCount())
        return {};
    // Behind the last column is still the row.
    if (section < 0 && m_header->count() > 0)
        section = m_header->logicalIndex(m_header->count() - 1);
    return m_model.index(row, section);
}

QModelIndex FlowsView::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers)
{
    const int rows = m_model.rowCount();
    if (rows == 0 || m_model.columnCount() == 0)
        return {};
    const auto current = currentIndex();
    int row = current.isValid() ? current.row() : firstRow();
    int section = current.isValid() ? current.column() : m_header->logicalIndex(0);
    const auto step = [&](int by) { section = m_header->logicalIndex(std::clamp(m_header->visualIndex(section) + by, 0, m_header->count() - 1)); };
    const bool whole = modifiers.testFlag(Qt::ControlModifier);
    switch (action) {
    case MoveUp: row = current.isValid() ? (whole ? 0 : row - 1) : row; break;
    case MoveDown: row = current.isValid() ? (whole ? rows - 1 : row + 1) : row; break;
    case MovePageUp: row -= rowsThatFit(); break;
    case MovePageDown: row = static_cast<int>(std::min<qint64>(static_cast<qint64>(row) + rowsThatFit(), rows - 1)); break;
    case MoveHome: row = 0; break;
    case MoveEnd: row = rows - 1; break;
    case MoveLeft:
    case MovePrevious: step(-1); break;
    case MoveRight:
    case MoveNext: step(1); break;
    }
    return m_model.index(std::clamp(row, 0, rows - 1), section);
}

int FlowsView::horizontalOffset() const { return m_header->offset(); }

void FlowsView::setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags command)
{
    const int columns = m_model.columnCount();
    if (m_model.rowCount() == 0 || columns == 0)
        return;
    const auto rowAt = [this](int y) {
        const qint64 row = firstRow() + static_cast<qint64>(y >= 0 ? y / kRow : (y - kRow + 1) / kRow);
        return static_cast<int>(std::clamp<qint64>(row, 0, m_model.rowCount() - 1));
    };
    const auto normal = rect.normalized();
    const QItemSelection selection(m_model.index(rowAt(normal.top()), 0), m_model.index(rowAt(normal.bottom()), columns - 1));
    selectionModel()->select(selection, command | QItemSelectionModel::Rows);
}

QRegion FlowsView::visualRegionForSelection(const QItemSelection&) const { return viewport()->rect(); }

void FlowsView::doItemsLayout()
{
    layoutColumns();
    QAbstractItemView::doItemsLayout();
}

void FlowsView::updateGeometries()
{
    setViewportMargins(0, kHeaderHeight, 0, 0);
    const auto around = viewport()->geometry();
    m_header->setGeometry(around.left(), around.top() - kHeaderHeight, around.width(), kHeaderHeight);
    auto* vertical = verticalScrollBar();
    vertical->setPageStep(rowsThatFit());
    vertical->setSingleStep(1);
    vertical->setRange(0, std::max(m_model.rowCount() - rowsThatFit(), 0));
    auto* horizontal = horizontalScrollBar();
    horizontal->setPageStep(viewport()->width());
    horizontal->setSingleStep(20);
    horizontal->setRange(0, std::max(m_header->length() - viewport()->width(), 0));
    m_header->setOffset(horizontal->value());
    QAbstractItemView::updateGeometries();
    tellViewed();
}

void FlowsView::tellViewed()
{
    const auto now = visibleRows();
    if (now == m_told)
        return;
    m_told = now;
    if (now.second >= now.first)
        m_model.prefetch(static_cast<uint64_t>(std::max(now.first - 64, 0)), static_cast<uint64_t>(now.second) + 64);
    emit viewed(now.first, now.second);
}

void FlowsView::scrollContentsBy(int dx, int)
{
    if (dx != 0)
        m_header->setOffset(horizontalScrollBar()->value());
    viewport()->update();
    tellViewed();
}

/// What a column needs for its heading and for rows that are there already.
int FlowsView::widthFor(int section) const
{
    constexpr int kSampled = 64;
    const auto& column = m_model.column(section);
    const QFontMetrics head(m_theme.font(12, QFont::Bold));
    const QFontMetrics metrics(column.kind == FlowColumn::Kind::Flags ? m_theme.fixedFont(11) : m_theme.font(12));
    int width = head.horizontalAdvance(column.label) + (m_model.sortSection() == section ? 14 : 0);
    const int first = firstRow() / static_cast<int>(FlowPages::kRows) * static_cast<int>(FlowPages::kRows);
    for (int row = first; row < std::min(first + static_cast<int>(FlowPages::kRows), m_model.rowCount()); row += static_cast<int>(FlowPages::kRows) / kSampled) {
        if (!m_model.at(row).first)
            break;
        const auto cell = m_model.cell(row, section);
        const int detail = cell && !cell->detail.isEmpty() && !column.flexible ? metrics.horizontalAdvance(cell->detail) + 6 : 0;
        width = std::max(width, cell ? metrics.horizontalAdvance(cell->text) + detail : 0);
    }
    constexpr int kWidest = 260;
    return std::min(width, kWidest) + 2 * kPadding + 4;
}

/// Columns get what they need; what is left over, or lacking, is shared by those that can be of any width.
void FlowsView::layoutColumns()
{
    const int columns = m_model.columnCount();
    if (m_touched || m_layingOut || columns == 0)
        return;
    m_layingOut = true;
    if (!m_measured) {
        m_widths.clear();
        for (int i = 0; i < columns; ++i)
            m_widths.push_back(widthFor(i));
        m_measured = m_model.at(firstRow()).first != nullptr;
    }
    int fixed = kEdge;
    int flexible = 0;
    int wanted = 0;
    for (int i = 0; i < columns; ++i) {
        const bool flexes = m_model.column(i).flexible;
        fixed += flexes ? 0 : m_widths[static_cast<size_t>(i)];
        flexible += flexes;
        wanted += flexes ? m_model.column(i).width : 0;
    }
    const int left = viewport()->width() - fixed;
    int given = 0;
    int seen = 0;
    for (int i = 0; i < columns; ++i) {
        int width = m_widths[static_cast<size_t>(i)] + (m_header->visualIndex(i) == 0 ? kEdge - kPadding : 0) + (m_header->visualIndex(i) == columns - 1 ? kPadding : 0);
        if (m_model.column(i).flexible) {
            ++seen;
            const int share = seen == flexible ? left - given : left * m_model.column(i).width / std::max(wanted, 1);
            width = std::max(share, m_model.column(i).width * kLeastShare / 100);
            given += width;
        }
        m_header->resizeSection(i, width);
    }
    m_layingOut = false;
}

void FlowsView::resizeEvent(QResizeEvent* event)
{
    layoutColumns();
    QAbstractItemView::resizeEvent(event);
}

void FlowsView::rowsInserted(const QModelIndex& parent, int first, int last)
{
    // What is looked at stays where it is, except at the top, where what is new shall be seen.
    const int at = firstRow();
    const bool follows = at == 0;
    QAbstractItemView::rowsInserted(parent, first, last);
    updateGeometries();
    if (!follows && first <= at)
        verticalScrollBar()->setValue(at + last - first + 1);
    viewport()->update();
}

void FlowsView::rowsAboutToBeRemoved(const QModelIndex& parent, int first, int last)
{
    const int at = firstRow();
    QAbstractItemView::rowsAboutToBeRemoved(parent, first, last);
    if (last < at)
        verticalScrollBar()->setValue(at - (last - first + 1));
    viewport()->update();
}

void FlowsView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        emit copyAsked();
        event->accept();
        return;
    }
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid()) {
        emit openAsked();
        event->accept();
        return;
    }
    // With Ctrl, Qt moves without selecting; what stands below and beside the list would tell of two flows.
    if (event->modifiers() == Qt::ControlModifier && (event->key() == Qt::Key_Home || event->key() == Qt::Key_End)) {
        selectionModel()->setCurrentIndex(moveCursor(event->key() == Qt::Key_Home ? MoveHome : MoveEnd, Qt::NoModifier),
            QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        event->accept();
        return;
    }
    QAbstractItemView::keyPressEvent(event);
}

void FlowsView::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), m_theme[Token::surface]);
    const auto [first, last] = visibleRows();
    for (int row = first; row <= last; ++row)
        paintRow(painter, row, (row - first) * kRow);
}

void FlowsView::paintRow(QPainter& painter, int row, int y) const
{
    const QRect whole(0, y, viewport()->width(), kRow);
    const bool selected = selectionModel()->isRowSelected(row);
    const bool current = hasFocus() && currentIndex().row() == row;
    if (selected) {
        painter.fillRect(whole, m_theme[Token::selectedRow]);
        painter.fillRect(QRect(0, y, kMark, kRow), m_theme[Token::accent]);
    } else {
        painter.setPen(m_theme[Token::softBorder]);
        painter.drawLine(whole.bottomLeft(), whole.bottomRight());
    }
    for (int i = 0; i < m_header->count(); ++i) {
        const int section = m_header->logicalIndex(i);
        const QRect rect(m_header->sectionViewportPosition(section), y, m_header->sectionSize(section), kRow);
        if (rect.right() < 0 || rect.left() > viewport()->width())
            continue;
        paintCell(painter, rect.adjusted(i == 0 ? kEdge : kPadding, 0, -kPadding, 0), row, section, selected);
        if (current && currentIndex().column() == section) {
            painter.setPen(m_theme[Token::accent]);
            painter.drawRect(rect.adjusted(i == 0 ? kMark + 2 : 0, 1, -1, -2));
        }
    }
}

void FlowsView::paintCell(QPainter& painter, const QRect& rect, int row, int section, bool selected) const
{
    const auto cell = m_model.cell(row, section);
    const auto& column = m_model.column(section);
    painter.setFont(column.kind == FlowColumn::Kind::Flags ? m_theme.fixedFont(11) : m_theme.font(12));
    if (!cell || cell->none) {
        painter.setPen(m_theme[Token::disabled]);
        painter.drawText(rect, (column.right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter, cell ? cell->text : QStringLiteral("…"));
        return;
    }
    painter.setPen(m_theme[Token::text]);
    if (isFigures(column)) {
        figures(painter, rect, column.right, cell->text);
        return;
    }
    const QFontMetrics metrics(painter.font());
    // A name begins in the middle of a wide column, so that names stand below each other.
    const int value = metrics.horizontalAdvance(cell->text);
    const int detailAt = std::max(value + 6, rect.width() * 11 / 20);
    const bool detail = !cell->detail.isEmpty() && rect.width() - detailAt > 30;
    painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, metrics.elidedText(cell->text, Qt::ElideMiddle, rect.width()));
    if (!detail)
        return;
    painter.setFont(m_theme.font(11));
    painter.setPen(m_theme[selected ? Token::text : Token::secondary]);
    const auto rest = rect.adjusted(detailAt, 0, 0, 0);
    painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, QFontMetrics(painter.font()).elidedText(cell->detail, Qt::ElideRight, rest.width()));
}

} // namespace rivereto::ui
