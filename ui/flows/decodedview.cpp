// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/flows/decodedview.h"

#include <algorithm>
#include <functional>

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>

namespace rivereto::ui {

namespace {

constexpr int kLine = 20;
constexpr int kSection = 23;
constexpr int kLineRole = Qt::UserRole;
constexpr int kNumberWidth = 36; ///< element numbers end here
constexpr int kStep = 14;        ///< for each level
constexpr int kNameShare = 55;   ///< per cent of the width before values begin, …
constexpr int kNameWidest = 300; ///< … and no further

DetailLine lineAt(const QModelIndex& index) { return index.data(kLineRole).value<DetailLine>(); }

int depthOf(QModelIndex index)
{
    int depth = 0;
    for (index = index.parent(); index.isValid(); index = index.parent())
        ++depth;
    return depth;
}

/// Badges of one origin have one colour; the word tells it without.
Token colourOf(Origin origin)
{
    switch (origin) {
    case Origin::Wire: return Token::accent;
    case Origin::Options:
    case Origin::Configuration: return Token::warning;
    case Origin::Metadata: return Token::good;
    case Origin::Networks: return Token::filterOperator;
    case Origin::Routing: return Token::series10;
    case Origin::Dictionary: return Token::filterValue;
    default: return Token::secondary;
    }
}

} // namespace

QSize DecodedDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const { return {100, lineAt(index).section ? kSection : kLine}; }

int DecodedDelegate::paintBadge(QPainter& painter, const QRect& rect, Origin origin) const
{
    if (origin == Origin::None)
        return rect.right();
    const auto font = m_theme.font(10, QFont::Medium);
    const auto name = originName(origin);
    const int width = QFontMetrics(font).horizontalAdvance(name) + 10;
    const QRectF badge(rect.right() - width + 0.5, rect.center().y() - 6.5, width - 1, 14);
    auto colour = m_theme[colourOf(origin)];
    auto ground = colour;
    auto edge = colour;
    ground.setAlpha(m_theme.dark() ? 36 : 22);
    edge.setAlpha(110);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(edge);
    painter.setBrush(ground);
    painter.drawRoundedRect(badge, 3, 3);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(badge, Qt::AlignCenter, name);
    return static_cast<int>(badge.left());
}

void DecodedDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const auto line = lineAt(index);
    const auto rect = option.rect;
    painter->save();
    const bool chosen = option.state.testFlag(QStyle::State_Selected);
    painter->fillRect(rect, m_theme[chosen ? Token::selectedRow : line.section ? Token::background : Token::surface]);
    const int depth = depthOf(index);
    const bool opens = index.model()->hasChildren(index);
    int x = rect.left() + 12 + (line.section ? 0 : (depth - 1) * kStep);
    if (line.section) {
        painter->setPen(m_theme[Token::border]);
        painter->drawLine(rect.bottomLeft(), rect.bottomRight());
        if (index.row() > 0)
            painter->drawLine(rect.topLeft(), rect.topRight());
    } else if (!line.number.isEmpty()) {
        painter->setFont(m_theme.font(11));
        painter->setPen(m_theme[Token::secondary]);
        painter->drawText(QRect(x - 12, rect.top(), kNumberWidth - 4, rect.height()), Qt::AlignRight | Qt::AlignVCenter, line.number);
    }
    if (opens) {
        const auto icon = m_theme.pixmap(m_view.isExpanded(index) ? QStringLiteral("down") : QStringLiteral("right"), Token::secondary, 10, option.widget ? option.widget->devicePixelRatioF() : 1);
        painter->drawPixmap(line.section ? x : x + 14, rect.center().y() - 4, icon);
    }
    x += line.section ? 18 : kNumberWidth - 4;
    const int end = paintBadge(*painter, rect.adjusted(0, 0, -12, 0), line.origin) - 8;
    const auto nameFont = m_theme.font(12, line.section ? QFont::DemiBold : QFont::Normal);
    const QFontMetrics names(nameFont);
    const int values = line.section || line.value.isEmpty() ? end : std::clamp(rect.left() + rect.width() * kNameShare / 100, x + 60, std::max(x + 60, rect.left() + kNameWidest));
    const auto name = names.elidedText(line.name, Qt::ElideRight, std::max(values - x - 6, 20));
    painter->setFont(nameFont);
    painter->setPen(m_theme[opens && !line.section ? Token::secondary : Token::text]);
    painter->drawText(QRect(x, rect.top(), values - x, rect.height()), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, name);
    int at = line.section || line.value.isEmpty() ? x + names.horizontalAdvance(name) + 8 : values;
    const auto font = m_theme.font(12);
    const QFontMetrics metrics(font);
    painter->setFont(font);
    const auto part = [&](const QString& string, Token colour) {
        if (string.isEmpty() || end - at < 12)
            return;
        painter->setPen(m_theme[colour]);
        const auto shown = metrics.elidedText(string, Qt::ElideRight, end - at);
        painter->drawText(QRect(at, rect.top(), end - at, rect.height()), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, shown);
        at += metrics.horizontalAdvance(shown) + 5;
    };
    part(line.value, Token::text);
    part(line.meaning, Token::secondary);
    part(line.note, Token::warning);
    if (chosen && option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(m_theme[Token::accent]);
        painter->drawRect(rect.adjusted(0, 0, -1, -1));
    }
    painter->restore();
}

DecodedView::DecodedView(const Theme& theme, QWidget* parent) : QTreeView(parent)
{
    setFrameShape(QFrame::NoFrame);
    setHeaderHidden(true);
    setIndentation(0);
    setRootIsDecorated(false);
    setExpandsOnDoubleClick(false);
    setEditTriggers(NoEditTriggers);
    setAccessibleName(tr("Elements of the flow"));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setItemDelegate(new DecodedDelegate(theme, *this));
    itemDelegate()->setParent(this);
    setModel(&m_model);
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) {
        if (now.isValid() && !m_quiet)
            emit lineChosen(lineAt(now));
    });
    connect(&theme, &Theme::changed, viewport(), qOverload<>(&QWidget::update));
}

void DecodedView::add(QStandardItem& parent, const std::vector<DetailLine>& lines)
{
    for (const auto& line : lines) {
        auto* item = new QStandardItem(QStringList{line.name, line.value, line.meaning}.join(u' ').simplified());
        auto own = line;
        own.children.clear();
        item->setData(QVariant::fromValue(own), kLineRole);
        const auto value = QStringList{line.value, line.meaning}.join(u' ').simplified();
        item->setToolTip(QStringList{line.name, value, line.note, originMeaning(line.origin)}.filter(QRegularExpression(QStringLiteral("."))).join(u'\n'));
        parent.appendRow(item);
        add(*item, line.children);
    }
}

void DecodedView::openLines(const QModelIndex& parent)
{
    for (int row = 0; row < m_model.rowCount(parent); ++row) {
        const auto index = m_model.index(row, 0, parent);
        setExpanded(index, lineAt(index).open);
        openLines(index);
    }
}

void DecodedView::setLines(const std::vector<DetailLine>& lines)
{
    m_quiet = true;
    const int scrolled = verticalScrollBar()->value();
    m_model.clear();
    add(*m_model.invisibleRootItem(), lines);
    openLines({});
    verticalScrollBar()->setValue(scrolled);
    m_quiet = false;
}

void DecodedView::choose(ByteRange bytes)
{
    QModelIndex best;
    uint32_t length = UINT32_MAX;
    const std::function<void(const QModelIndex&)> look = [&](const QModelIndex& parent) {
        for (int row = 0; row < m_model.rowCount(parent); ++row) {
            const auto index = m_model.index(row, 0, parent);
            const auto own = lineAt(index).bytes;
            const auto size = own.end - own.begin;
            if (!own.empty() && own.begin <= bytes.begin && own.end >= bytes.end && size <= length) {
                best = index;
                length = size;
            }
            look(index);
        }
    };
    look({});
    m_quiet = true;
    setCurrentIndex(best);
    if (best.isValid())
        scrollTo(best);
    m_quiet = false;
}

DetailLine DecodedView::chosen() const { return currentIndex().isValid() ? lineAt(currentIndex()) : DetailLine(); }

void DecodedView::mousePressEvent(QMouseEvent* event)
{
    const auto index = indexAt(event->pos());
    QTreeView::mousePressEvent(event);
    if (index.isValid() && event->button() == Qt::LeftButton && m_model.hasChildren(index))
        setExpanded(index, !isExpanded(index));
}

void DecodedView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        emit copyAsked();
        return;
    }
    if (event->key() == Qt::Key_Space || event->key() == Qt::Key_Return) {
        if (const auto index = currentIndex(); m_model.hasChildren(index))
            setExpanded(index, !isExpanded(index));
        return;
    }
    QTreeView::keyPressEvent(event);
}

} // namespace rivereto::ui
