// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/filterlist.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include "ui/filter/filtercolours.h"

namespace rivereto::ui {

namespace {

constexpr int kRow = 28;
constexpr int kTallRow = 42;
constexpr int kPad = 9;
enum Role { kFilterRole = Qt::UserRole, kNameRole, kAsideRole };

class EntryDelegate : public QStyledItemDelegate {
public:
    EntryDelegate(const Theme& theme, std::shared_ptr<const core::Schema> schema, QObject* parent)
        : QStyledItemDelegate(parent), m_theme(theme), m_schema(std::move(schema))
    {
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        painter->save();
        if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver)) {
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(Qt::NoPen);
            painter->setBrush(m_theme[option.state.testFlag(QStyle::State_Selected) ? Token::softAccent : Token::controlHover]);
            painter->drawRoundedRect(option.rect, 3, 3);
        }
        auto rect = option.rect.adjusted(kPad, 0, -kPad, 0);
        if (const auto aside = index.data(kAsideRole).toString(); !aside.isEmpty()) {
            const auto small = m_theme.font(11);
            painter->setFont(small);
            painter->setPen(m_theme[Token::secondary]);
            painter->drawText(rect, Qt::AlignRight | Qt::AlignVCenter, aside);
            rect.setRight(rect.right() - QFontMetrics(small).horizontalAdvance(aside) - 16);
        }
        if (const auto name = index.data(kNameRole).toString(); !name.isEmpty()) {
            const auto font = m_theme.font(13);
            painter->setFont(font);
            painter->setPen(m_theme[Token::text]);
            painter->drawText(QRect(rect.left(), rect.top() + 3, rect.width(), 19), Qt::AlignLeft | Qt::AlignVCenter,
                              QFontMetrics(font).elidedText(name, Qt::ElideRight, rect.width()));
            rect.setTop(rect.top() + 21);
            rect.setHeight(17);
        }
        paintFilter(*painter, rect, index.data(kFilterRole).toString(), *m_schema, m_theme, 12);
        painter->restore();
    }
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const override
    {
        return {100, index.data(kNameRole).toString().isEmpty() ? kRow : kTallRow};
    }

private:
    const Theme& m_theme;
    std::shared_ptr<const core::Schema> m_schema;
};

} // namespace

FilterList::FilterList(const Theme& theme, std::shared_ptr<const core::Schema> schema, QWidget* parent) : QListWidget(parent)
{
    setItemDelegate(new EntryDelegate(theme, std::move(schema), this));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setMouseTracking(true);
    connect(this, &QListWidget::itemClicked, this, [this](QListWidgetItem* item) { emit chosen(item->data(kFilterRole).toString()); });
}

void FilterList::fill(const QList<Entry>& entries)
{
    const auto row = currentRow();
    clear();
    for (const auto& entry : entries) {
        auto* item = new QListWidgetItem(entry.name.isEmpty() ? entry.filter : entry.name, this);
        item->setData(kFilterRole, entry.filter);
        item->setData(kNameRole, entry.name);
        item->setData(kAsideRole, entry.aside);
        item->setData(Qt::AccessibleDescriptionRole, entry.name.isEmpty() ? entry.aside : entry.filter);
        item->setToolTip(entry.detail.isEmpty() ? entry.filter : entry.filter + QLatin1Char('\n') + entry.detail);
    }
    setCurrentRow(qBound(count() > 0 ? 0 : -1, row, count() - 1));
}

QString FilterList::currentFilter() const { return currentItem() ? currentItem()->data(kFilterRole).toString() : QString(); }
QString FilterList::currentName() const { return currentItem() ? currentItem()->data(kNameRole).toString() : QString(); }

void FilterList::setCurrentName(const QString& name)
{
    for (int row = 0; row < count(); ++row) {
        if (item(row)->data(kNameRole).toString() == name)
            setCurrentRow(row);
    }
}

void FilterList::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (currentItem())
            emit chosen(currentFilter());
        break;
    case Qt::Key_Delete: emit deleteAsked(); break;
    case Qt::Key_F2: emit renameAsked(); break;
    default: QListWidget::keyPressEvent(event);
    }
}

} // namespace rivereto::ui
