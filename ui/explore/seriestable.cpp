// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/seriestable.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/charts/chartview.h"
#include "ui/explore/celltext.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

using Figure = SeriesTableModel::Figure;

namespace {

constexpr int kRow = 24;
constexpr int kHeaderHeight = 27;
constexpr int kTotalHeight = 28;
constexpr int kPadding = 12;
constexpr int kSwatch = 10;
constexpr int kWideExtra = 24;
constexpr int kKeyWidth = 180; ///< wanted
constexpr int kLeastKeyWidth = 110;
constexpr int kLeastFigureWidth = 64;
constexpr double kHiddenOpacity = 0.45;
constexpr int kAsWidth = 46; ///< numbers of AS are right-aligned before their names

/// Whose name is longer than the others'.
bool isWide(Figure figure) { return figure == Figure::Average || figure == Figure::Billing || figure == Figure::Before; }

bool isAs(const SeriesTableModel& model, int column)
{
    const auto& result = *model.result();
    return static_cast<size_t>(column) < result.dimensions.size() && model.schema()[result.dimensions[static_cast<size_t>(column)].column].type == core::Type::Asn;
}

} // namespace

SeriesHeader::SeriesHeader(const Theme& theme, QWidget* parent) : QHeaderView(Qt::Horizontal, parent), m_theme(theme)
{
    setSectionsClickable(true);
    setHighlightSections(false);
    setFixedHeight(kHeaderHeight);
    setMinimumSectionSize(44);
}

void SeriesHeader::paintSection(QPainter* painter, const QRect& rect, int section) const
{
    painter->save();
    painter->fillRect(rect, m_theme[Token::background]);
    painter->setPen(m_theme[Token::border]);
    painter->drawLine(rect.bottomLeft(), rect.bottomRight());
    const auto figure = static_cast<Figure>(model()->headerData(section, Qt::Horizontal, SeriesTableModel::kFigureRole).toInt());
    const auto title = model()->headerData(section, Qt::Horizontal).toString();
    const auto unit = model()->headerData(section, Qt::Horizontal, SeriesTableModel::kUnitRole).toString();
    const bool sorted = isSortIndicatorShown() && sortIndicatorSection() == section;
    const auto titleFont = m_theme.font(12, sorted ? QFont::Bold : QFont::DemiBold);
    const auto unitFont = m_theme.font(12);
    const auto titleColour = m_theme[sorted ? Token::text : Token::secondary];
    const auto arrow = m_theme.pixmap(sortIndicatorOrder() == Qt::AscendingOrder ? QStringLiteral("sort-up") : QStringLiteral("sort-down"), Token::accent, 10, devicePixelRatioF());
    const auto inner = rect.adjusted(kPadding, 0, -kPadding, -1);
    const int top = rect.center().y() - 5;
    if (figure == Figure::Key) {
        words(*painter, inner, Qt::AlignLeft | Qt::AlignVCenter, titleFont, titleColour, title);
        if (sorted)
            painter->drawPixmap(inner.left() + QFontMetrics(titleFont).horizontalAdvance(title) + 6, top, arrow);
    } else {
        const int titleWidth = QFontMetrics(titleFont).horizontalAdvance(title);
        int unitWidth = unit.isEmpty() ? 0 : QFontMetrics(unitFont).horizontalAdvance(unit) + 4;
        // In a narrow column the figure's name goes before the unit, which its neighbours have as well.
        const int arrowWidth = sorted ? 14 : 0;
        if (titleWidth + arrowWidth + unitWidth > rect.width() - kPadding)
            unitWidth = 0;
        else
            words(*painter, inner, Qt::AlignRight | Qt::AlignVCenter, unitFont, m_theme[Token::secondary], unit);
        words(*painter, inner.adjusted(-kPadding, 0, -unitWidth, 0), Qt::AlignRight | Qt::AlignVCenter, titleFont, titleColour, title);
        if (sorted)
            painter->drawPixmap(inner.right() - unitWidth - titleWidth - 14, top, arrow);
    }
    painter->restore();
}

void SeriesDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    painter->save();
    const bool chosen = option.state.testFlag(QStyle::State_Selected);
    const int series = index.data(SeriesTableModel::kSeriesRole).toInt();
    painter->fillRect(option.rect, m_theme[chosen ? Token::selectedRow : series == m_hovered ? Token::controlHover : Token::surface]);
    // The chart leaves it out; its figures still stand.
    if (m_hidden.contains(series))
        painter->setOpacity(kHiddenOpacity);
    if (!chosen) {
        painter->setPen(m_theme[Token::softBorder]);
        painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    }
    const auto* model = static_cast<const SeriesTableModel*>(index.model());
    if (model->figure(index.column()) == Figure::Key)
        paintKey(*painter, option.rect, index);
    else
        paintFigure(*painter, option, index);
    painter->restore();
}

void SeriesDelegate::paintKey(QPainter& painter, const QRect& rect, const QModelIndex& index) const
{
    const auto* model = static_cast<const SeriesTableModel*>(index.model());
    auto inner = rect.adjusted(kPadding, 0, -4, 0);
    if (index.column() == 0) {
        const int series = index.data(SeriesTableModel::kSeriesRole).toInt();
        const auto colour = seriesColour(m_theme, *model->result(), static_cast<size_t>(series));
        const QRectF swatch(inner.left(), rect.center().y() - kSwatch / 2.0 + 1, kSwatch, kSwatch);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(m_hidden.contains(series) ? QPen(colour, 1.5) : QPen(Qt::NoPen));
        painter.setBrush(m_hidden.contains(series) ? QBrush() : QBrush(colour));
        painter.drawRoundedRect(m_hidden.contains(series) ? swatch.adjusted(0.75, 0.75, -0.75, -0.75) : swatch, 2, 2);
        inner.setLeft(inner.left() + kSwatch + 10);
    }
    const auto detail = index.data(SeriesTableModel::kDetailRole).toString();
    const auto value = index.data().toString();
    const bool other = index.data(SeriesTableModel::kOtherRole).toBool();
    const auto& result = *model->result();
    const bool numbered = isAs(*model, index.column());
    auto colour = Token::text;
    if (!result.dimensions.empty() && !other && static_cast<size_t>(index.column()) < result.dimensions.size()
        && result.series[static_cast<size_t>(index.data(SeriesTableModel::kSeriesRole).toInt())].key[static_cast<size_t>(index.column())].empty())
        colour = Token::disabled;
    if (numbered) {
        // Numbers end where names begin, and what is no number stands with the names.
        auto number = inner;
        number.setWidth(kAsWidth);
        inner.setLeft(inner.left() + kAsWidth + 8);
        if (!other && colour == Token::text) {
            figures(painter, number, m_theme.font(12), m_theme[Token::secondary], value);
            words(painter, inner, Qt::AlignLeft | Qt::AlignVCenter, m_theme.font(12), m_theme[Token::text], detail);
            return;
        }
    }
    words(painter, inner, Qt::AlignLeft | Qt::AlignVCenter, m_theme.font(12), m_theme[colour], value);
    const int used = QFontMetrics(m_theme.font(12)).horizontalAdvance(value) + 8;
    if (!detail.isEmpty() && inner.width() > used)
        words(painter, inner.adjusted(used, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, m_theme.font(12), m_theme[Token::secondary], detail);
}

void SeriesDelegate::paintFigure(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const auto* model = static_cast<const SeriesTableModel*>(index.model());
    const auto figure = model->figure(index.column());
    const auto inner = option.rect.adjusted(4, 0, -kPadding, 0);
    if (figure == Figure::Share) {
        const bool chosen = option.state.testFlag(QStyle::State_Selected);
        const bool other = index.data(SeriesTableModel::kOtherRole).toBool();
        const double share = std::clamp(index.data(SeriesTableModel::kNumberRole).toDouble(), 0.0, 1.0);
        const QRectF full(option.rect.left() + 4, option.rect.center().y() - 6, option.rect.width() - 8, 13);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme[other ? Token::softBorder : chosen ? Token::shareBarSelected : Token::shareBar]);
        painter.drawRoundedRect(QRectF(full.left(), full.top(), full.width() * share, full.height()), 2, 2);
        figures(painter, inner, m_theme.font(12), m_theme[Token::secondary], index.data().toString());
        return;
    }
    figures(painter, inner, m_theme.font(12, figure == Figure::Average ? QFont::DemiBold : QFont::Normal), m_theme[Token::text], index.data().toString());
}

SeriesTable::SeriesTable(const Theme& theme, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_sides(buildSides()), m_view(new QTableView), m_delegate(new SeriesDelegate(theme, m_view)), m_total(new QWidget)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_sides);
    column->addWidget(m_view, 1);
    column->addWidget(m_total);
    m_view->setObjectName(QStringLiteral("series"));
    m_view->setAccessibleName(tr("Statistics of each series"));
    m_view->setAccessibleDescription(tr("Space shows a series alone, Ctrl+Space hides it, the menu key filters by it."));
    m_view->setHorizontalHeader(new SeriesHeader(theme, m_view));
    m_view->setModel(&m_model);
    m_view->setItemDelegate(m_delegate);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_view->verticalHeader()->setDefaultSectionSize(kRow);
    m_view->setShowGrid(false);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_view->setTabKeyNavigation(false);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->setMouseTracking(true);
    m_view->viewport()->setMouseTracking(true);
    m_view->installEventFilter(this);
    m_view->viewport()->installEventFilter(this);
    m_total->setFixedHeight(kTotalHeight);
    m_total->installEventFilter(this);
    m_total->setAccessibleName(tr("Total"));
    connect(m_view->horizontalHeader(), &QHeaderView::sectionClicked, this, &SeriesTable::sortBy);
    connect(m_view, &QWidget::customContextMenuRequested, this, [this](const QPoint& at) {
        const auto index = m_view->indexAt(at);
        showMenu(index.isValid() ? m_model.seriesOf(index.row()) : -1, index.column(), m_view->viewport()->mapToGlobal(at));
    });
    connect(&theme, &Theme::changed, this, [this] {
        m_view->viewport()->update();
        m_total->update();
    });
}

QWidget* SeriesTable::buildSides()
{
    auto* out = new QFrame;
    out->setObjectName(QStringLiteral("sides"));
    auto* row = new QHBoxLayout(out);
    row->setContentsMargins(kPadding, 6, kPadding, 6);
    row->setSpacing(0);
    m_sideButtons = new QButtonGroup(this);
    using Side = SeriesTableModel::Side;
    const std::tuple<Side, QString, const char*> sides[] = {{Side::Direct, tr("Direct"), "first"}, {Side::Reverse, tr("Reverse"), "middle"}, {Side::Both, tr("Both"), "last"}};
    for (const auto& [side, name, segment] : sides) {
        auto* button = new QPushButton(name);
        button->setCheckable(true);
        button->setProperty("segment", segment);
        button->setMinimumWidth(80);
        m_sideButtons->addButton(button, static_cast<int>(side));
        row->addWidget(button);
    }
    row->addStretch(1);
    connect(m_sideButtons, &QButtonGroup::idClicked, this, [this](int side) {
        m_model.setSide(static_cast<Side>(side));
        showRanking();
        layoutColumns();
        m_total->update();
    });
    out->hide();
    return out;
}

void SeriesTable::sortBy(int section)
{
    auto* header = m_view->horizontalHeader();
    const bool key = m_model.figure(section) == Figure::Key;
    const auto first = key ? Qt::AscendingOrder : Qt::DescendingOrder;
    const bool again = header->isSortIndicatorShown() && header->property("sorted").toInt() == section + 1;
    const auto order = again && header->property("order").toInt() == static_cast<int>(first) ? (key ? Qt::DescendingOrder : Qt::AscendingOrder) : first;
    header->setProperty("sorted", section + 1);
    header->setProperty("order", static_cast<int>(order));
    header->setSortIndicatorShown(true);
    header->setSortIndicator(section, order);
    m_model.sort(section, order);
}

/// The order of an answer is its ranking.
void SeriesTable::showRanking()
{
    const auto* result = m_model.result();
    if (!result)
        return;
    const auto by = result->query.limitBy == core::LimitBy::Max ? Figure::Max : result->query.limitBy == core::LimitBy::Last ? Figure::Last : Figure::Average;
    const int wanted = m_model.columnOf(core::isTotal(result->query.unit) ? Figure::Total : by);
    const int section = wanted >= 0 ? wanted : m_model.columnOf(Figure::Average);
    auto* header = m_view->horizontalHeader();
    header->setSortIndicatorShown(section >= 0);
    header->setSortIndicator(section, Qt::DescendingOrder);
    header->setProperty("sorted", section + 1);
    header->setProperty("order", static_cast<int>(Qt::DescendingOrder));
}

void SeriesTable::setAnswer(const AnswerPtr& answer, const std::shared_ptr<const core::Schema>& schema)
{
    const auto before = m_model.result() ? m_model.result()->dimensions : std::vector<core::Dimension>{};
    const int columns = m_model.columnCount();
    const bool hadReverse = m_model.hasReverse();
    // Asking again as flows arrive keeps the chosen rows.
    std::set<QString> chosen;
    for (const auto& index : m_view->selectionModel()->selectedRows())
        chosen.insert(m_model.label(m_model.seriesOf(index.row())));
    m_model.setAnswer(answer, schema);
    const auto* result = m_model.result();
    if (m_model.hasReverse() && !hadReverse) {
        // A conversation is read on one row.
        const bool paired = std::ranges::any_of(result->dimensions, &core::Dimension::isConversation);
        m_model.setSide(paired ? SeriesTableModel::Side::Both : SeriesTableModel::Side::Direct);
    }
    m_sides->setVisible(m_model.hasReverse());
    m_sideButtons->button(static_cast<int>(m_model.side()))->setChecked(true);
    if (result && (result->dimensions != before || columns != m_model.columnCount() || !m_view->horizontalHeader()->isSortIndicatorShown()))
        showRanking();
    for (int row = 0; row < m_model.rowCount() && !chosen.empty(); ++row) {
        if (chosen.erase(m_model.label(m_model.seriesOf(row))) > 0)
            m_view->selectionModel()->select(m_model.index(row, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    }
    layoutColumns();
    m_total->update();
}

void SeriesTable::select(int series)
{
    const int row = m_model.rowOf(series);
    if (row < 0)
        m_view->clearSelection();
    else
        m_view->selectRow(row);
}

void SeriesTable::setHidden(const std::set<int>& hidden)
{
    m_delegate->setHidden(hidden);
    m_view->viewport()->update();
}

void SeriesTable::setHovered(int series)
{
    if (series == m_delegate->hovered())
        return;
    m_delegate->setHovered(series);
    m_view->viewport()->update();
}

void SeriesTable::hover(int series)
{
    if (series == m_delegate->hovered())
        return;
    setHovered(series);
    emit hovered(series);
}

/// What a row is called matters more than each of its figures: where there is no room those go that say least, but for
/// the one that the rows are sorted by.
void SeriesTable::dropFigures(int width)
{
    int needed = 0;
    for (int i = 0; i < m_model.columnCount(); ++i) {
        m_view->setColumnHidden(i, false);
        needed += m_model.figure(i) == Figure::Key ? kLeastKeyWidth : kLeastFigureWidth + (isWide(m_model.figure(i)) ? kWideExtra : 0);
    }
    for (const auto figure : {Figure::Last, Figure::Min, Figure::P95}) {
        const int column = m_model.columnOf(figure);
        if (needed <= width || column < 0 || column == m_view->horizontalHeader()->sortIndicatorSection())
            continue;
        m_view->setColumnHidden(column, true);
        needed -= kLeastFigureWidth;
    }
}

/// Figures get what they need, dimensions share the rest.
void SeriesTable::layoutColumns()
{
    const int columns = m_model.columnCount();
    if (columns == 0)
        return;
    const int width = m_view->viewport()->width();
    dropFigures(width);
    int figures = 0;
    int wide = 0;
    int hidden = 0;
    for (int i = 0; i < columns; ++i) {
        if (m_view->isColumnHidden(i)) {
            ++hidden;
            continue;
        }
        figures += m_model.figure(i) != Figure::Key;
        wide += isWide(m_model.figure(i));
    }
    const int keys = columns - figures - hidden;
    const int figureWidth = std::clamp((width - keys * kKeyWidth - wide * kWideExtra) / std::max(figures, 1), kLeastFigureWidth, 94);
    const int keyWidth = std::max((width - figures * figureWidth - wide * kWideExtra) / std::max(keys, 1), 60);
    int left = width;
    for (int i = 0; i < columns; ++i) {
        if (m_view->isColumnHidden(i))
            continue;
        const bool key = m_model.figure(i) == Figure::Key;
        const int size = i + 1 == columns ? std::max(left, 44) : key ? keyWidth : figureWidth + (isWide(m_model.figure(i)) ? kWideExtra : 0);
        m_view->setColumnWidth(i, size);
        left -= size;
    }
}

bool SeriesTable::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_total && event->type() == QEvent::Paint) {
        QPainter painter(m_total);
        paintTotal(painter);
        return true;
    }
    if (watched == m_total && event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        m_total->setToolTip(m_model.totalData(m_view->columnAt(help->pos().x()), Qt::ToolTipRole).toString());
    }
    const bool used = watched == m_view->viewport() ? viewportEvent(event) : watched == m_view && viewEvent(event);
    return used || QWidget::eventFilter(watched, event);
}

bool SeriesTable::viewportEvent(QEvent* event)
{
    switch (event->type()) {
    case QEvent::Resize: layoutColumns(); return false;
    case QEvent::Leave: hover(-1); return false;
    case QEvent::MouseMove: {
        const auto index = m_view->indexAt(static_cast<QMouseEvent*>(event)->pos());
        hover(index.isValid() ? m_model.seriesOf(index.row()) : -1);
        return false;
    }
    case QEvent::MouseButtonPress: {
        // Ctrl hides instead of choosing; Shift chooses rows to copy.
        auto* mouse = static_cast<QMouseEvent*>(event);
        return mouse->button() == Qt::LeftButton && mouse->modifiers().testFlag(Qt::ControlModifier);
    }
    case QEvent::MouseButtonRelease: {
        auto* mouse = static_cast<QMouseEvent*>(event);
        const auto index = m_view->indexAt(mouse->pos());
        if (mouse->button() == Qt::LeftButton && !mouse->modifiers().testFlag(Qt::ShiftModifier))
            emit clicked(index.isValid() ? m_model.seriesOf(index.row()) : -1, mouse->modifiers());
        return false;
    }
    default: return false;
    }
}

bool SeriesTable::viewEvent(QEvent* event)
{
    if (event->type() != QEvent::KeyPress)
        return false;
    auto* key = static_cast<QKeyEvent*>(event);
    const auto current = m_view->currentIndex();
    if (key->matches(QKeySequence::Copy)) {
        copy();
    } else if (key->key() == Qt::Key_Escape) {
        m_view->clearSelection();
        emit clicked(-1, {});
    } else if (key->key() == Qt::Key_Space && current.isValid()) {
        emit clicked(m_model.seriesOf(current.row()), key->modifiers());
    } else if (key->key() == Qt::Key_Menu && current.isValid()) {
        const auto place = m_view->visualRect(current).center();
        showMenu(m_model.seriesOf(current.row()), current.column(), m_view->viewport()->mapToGlobal(place));
    } else {
        return false;
    }
    return true;
}

void SeriesTable::paintTotal(QPainter& painter)
{
    painter.fillRect(m_total->rect(), m_theme[Token::background]);
    painter.setPen(m_theme[Token::border]);
    painter.drawLine(0, 0, m_total->width(), 0);
    for (int column = 0; column < m_model.columnCount(); ++column) {
        const int x = m_view->columnViewportPosition(column);
        const QRect rect(x, 0, m_view->columnWidth(column), m_total->height());
        const auto figure = m_model.figure(column);
        const bool key = figure == Figure::Key;
        const auto inner = key ? rect.adjusted(kPadding + kSwatch + 10, 0, -4, 0) : rect.adjusted(2, 0, -kPadding, 0);
        const auto colour = m_theme[figure == Figure::Share ? Token::secondary : Token::text];
        const auto font = m_theme.font(12, figure == Figure::Share ? QFont::Normal : QFont::DemiBold);
        if (key)
            words(painter, column == 0 && isAs(m_model, 0) ? inner.adjusted(kAsWidth + 8, 0, 0, 0) : inner, Qt::AlignLeft | Qt::AlignVCenter, font, colour, m_model.totalData(column).toString());
        else
            figures(painter, inner, font, colour, m_model.totalData(column).toString());
    }
}

void SeriesTable::copy()
{
    QList<int> rows;
    for (const auto& index : m_view->selectionModel()->selectedRows())
        rows << index.row();
    if (rows.isEmpty()) {
        for (int row = 0; row < m_model.rowCount(); ++row)
            rows << row;
    }
    std::ranges::sort(rows);
    QApplication::clipboard()->setText(m_model.copied(rows));
}

void SeriesTable::showMenu(int series, int column, const QPoint& globalPosition)
{
    QMenu menu(this);
    const auto* result = m_model.result();
    if (result && series >= 0 && !result->series[static_cast<size_t>(series)].other && !result->dimensions.empty()) {
        const auto& chosen = result->series[static_cast<size_t>(series)];
        const auto at = static_cast<size_t>(column);
        const bool key = column >= 0 && m_model.figure(column) == Figure::Key;
        // What stands for all values that were not named is no value to filter by.
        std::vector<core::Dimension> dimensions;
        std::vector<std::string> values;
        for (size_t i = 0; i < result->dimensions.size(); ++i) {
            if ((!key || i == at) && !isOther(chosen, i)) {
                dimensions.push_back(result->dimensions[i]);
                values.push_back(chosen.key[i]);
            }
        }
        const auto label = key ? m_model.valueLabel(at, chosen.key[at]) : m_model.label(series);
        const auto shown = QFontMetrics(font()).elidedText(label, Qt::ElideRight, 260);
        if (!dimensions.empty()) {
            menu.addAction(tr("Filter for “%1”").arg(shown), this, [this, dimensions, values] { emit filterAsked(dimensions, values, false); });
            menu.addAction(tr("Filter without “%1”").arg(shown), this, [this, dimensions, values] { emit filterAsked(dimensions, values, true); });
        }
        if (key && result->dimensions.size() > 1) {
            const auto dimension = result->dimensions[at];
            menu.addAction(tr("Only by %1").arg(dimensionLabel(m_model.schema(), dimension)), this, [this, dimension] { emit onlyAsked(dimension); });
        }
        if (!dimensions.empty()) {
            menu.addAction(tr("Show its flows"), this, [this, dimensions, values] { emit flowsAsked(dimensions, values); });
            emit menuOpened(menu, dimensions, values);
        }
        menu.addSeparator();
        menu.addAction(tr("Show it alone"), this, [this, series] { emit clicked(series, {}); });
        menu.addAction(tr("Hide or show it"), this, [this, series] { emit clicked(series, Qt::ControlModifier); });
        menu.addSeparator();
        menu.addAction(tr("Copy “%1”").arg(shown), this, [label] { QApplication::clipboard()->setText(label); });
    }
    menu.addAction(m_view->selectionModel()->hasSelection() ? tr("Copy the selected rows") : tr("Copy the table"), QKeySequence::Copy, this, &SeriesTable::copy);
    menu.exec(globalPosition);
}

} // namespace rivereto::ui
