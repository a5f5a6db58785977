// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/explaintable.h"

#include <algorithm>

#include <QHeaderView>
#include <QKeyEvent>
#include <QMouseEvent>

#include "ui/explore/celltext.h"
#include "ui/explore/explainmodel.h"
#include "ui/explore/seriestable.h"

namespace rivereto::ui {

namespace {

constexpr int kRow = 24;
constexpr int kPadding = 12;
constexpr int kBarHeight = 11;
/// Part of a cell that a bar may take: figures stand to its right.
constexpr double kBarPart = 0.5;

bool isFigure(const QModelIndex& index)
{
    const auto figure = index.model()->headerData(index.column(), Qt::Horizontal, SeriesTableModel::kFigureRole).toInt();
    return static_cast<SeriesTableModel::Figure>(figure) != SeriesTableModel::Figure::Key;
}

} // namespace

void ExplainDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    painter->save();
    const bool chosen = option.state.testFlag(QStyle::State_Selected);
    const bool hovered = option.state.testFlag(QStyle::State_MouseOver);
    const bool link = index.data(kLinkRole).toBool();
    painter->fillRect(option.rect, m_theme[chosen ? Token::selectedRow : Token::surface]);
    painter->setPen(m_theme[Token::softBorder]);
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    if (link && hovered) {
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(m_theme[Token::softAccent]);
        painter->drawRoundedRect(option.rect.adjusted(2, 2, -2, -3), 3, 3);
    }
    if (index.data(kBarRole).isValid())
        paintBar(*painter, option.rect, index, chosen);
    const auto colour = m_theme[link ? Token::accent : index.data(kQuietRole).toBool() ? Token::secondary : Token::text];
    const auto font = m_theme.font(link && !isFigure(index) && index.data().toString().size() == 1 ? 14 : 12, index.data(kStrongRole).toBool() ? QFont::DemiBold : QFont::Normal);
    if (isFigure(index))
        figures(*painter, option.rect.adjusted(4, 0, -kPadding, 0), font, colour, index.data().toString());
    else if (link)
        words(*painter, option.rect, Qt::AlignCenter, font, colour, index.data().toString());
    else
        words(*painter, option.rect.adjusted(kPadding, 0, -4, 0), Qt::AlignLeft | Qt::AlignVCenter, font, colour, index.data().toString());
    // Which row has the keyboard.
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setRenderHint(QPainter::Antialiasing, false);
        painter->fillRect(QRect(option.rect.left(), option.rect.top(), 3, option.rect.height() - 1), m_theme[Token::accent]);
    }
    painter->restore();
}

void ExplainDelegate::paintBar(QPainter& painter, const QRect& rect, const QModelIndex& index, bool chosen) const
{
    const double length = std::clamp(index.data(kBarRole).toDouble(), -1.0, 1.0);
    const bool change = index.column() == ExplainedValues::Change && qobject_cast<const ExplainedValues*>(index.model());
    const double room = (rect.width() - 2 * kPadding) * kBarPart;
    const double zero = rect.left() + kPadding + (change ? room / 2 : 0);
    const double width = length * (change ? room / 2 : room);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme[!change ? (chosen ? Token::shareBarSelected : Token::shareBar) : width < 0 ? Token::series2 : Token::series1]);
    painter.drawRoundedRect(QRectF(std::min(zero, zero + width), rect.center().y() - kBarHeight / 2, std::abs(width), kBarHeight), 2, 2);
    if (change) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(m_theme[Token::disabled]);
        painter.drawLine(QPointF(zero, rect.top() + 4), QPointF(zero, rect.bottom() - 4));
    }
}

ExplainTable::ExplainTable(QAbstractItemModel& model, const Theme& theme, const QString& name, QWidget* parent) : QTableView(parent)
{
    setAccessibleName(name);
    setHorizontalHeader(new SeriesHeader(theme, this));
    horizontalHeader()->setSectionsClickable(false);
    horizontalHeader()->setMinimumSectionSize(24);
    setModel(&model);
    setItemDelegate(new ExplainDelegate(theme, this));
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(kRow);
    setShowGrid(false);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTabKeyNavigation(false);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_Hover);
    connect(this, &QTableView::clicked, this, [this](const QModelIndex& index) {
        if (index.data(kLinkRole).toBool())
            emit linkClicked(index.row(), index.column());
    });
    connect(this, &QWidget::customContextMenuRequested, this, [this](const QPoint& at) {
        if (const auto index = indexAt(at); index.isValid())
            emit menuAsked(index.row(), viewport()->mapToGlobal(at));
    });
    connect(&theme, &Theme::changed, this, [this] { viewport()->update(); });
}

void ExplainTable::setWidths(int stretched, const std::map<int, int>& widths)
{
    horizontalHeader()->setSectionResizeMode(stretched, QHeaderView::Stretch);
    for (const auto& [column, width] : widths) {
        horizontalHeader()->setSectionResizeMode(column, QHeaderView::Interactive);
        setColumnWidth(column, width);
    }
}

void ExplainTable::keyPressEvent(QKeyEvent* event)
{
    const auto current = currentIndex();
    if (event->matches(QKeySequence::Copy))
        emit copyAsked();
    else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && current.isValid())
        emit linkClicked(current.row(), -1);
    else if (event->key() == Qt::Key_Delete && current.isValid())
        emit deletePressed(current.row());
    else if (event->key() == Qt::Key_Menu && current.isValid())
        emit menuAsked(current.row(), viewport()->mapToGlobal(visualRect(current).center()));
    else if (event->key() == Qt::Key_Escape)
        event->ignore(); // whoever shows the table closes it
    else
        QTableView::keyPressEvent(event);
}

void ExplainTable::mouseMoveEvent(QMouseEvent* event)
{
    viewport()->setCursor(indexAt(event->pos()).data(kLinkRole).toBool() ? Qt::PointingHandCursor : Qt::ArrowCursor);
    QTableView::mouseMoveEvent(event);
}

} // namespace rivereto::ui
