// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/dimensionpicker.h"

#include <algorithm>
#include <map>

#include <QKeyEvent>
#include <QVBoxLayout>

#include "ui/models/texts.h"

namespace rivereto::ui {

DimensionPicker::DimensionPicker(std::shared_ptr<const core::Schema> schema, const std::vector<std::string>& taken, QWidget* parent)
    : QFrame(parent, Qt::Popup), m_schema(std::move(schema)), m_taken(taken), m_search(new QLineEdit), m_list(new QListWidget)
{
    setObjectName(QStringLiteral("popup"));
    setAttribute(Qt::WA_DeleteOnClose);
    setFixedSize(300, 400);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->setSpacing(6);
    m_search->setPlaceholderText(tr("Search dimensions"));
    m_search->setAccessibleName(m_search->placeholderText());
    m_search->installEventFilter(this);
    m_list->setAccessibleName(tr("Dimensions"));
    m_list->setUniformItemSizes(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    column->addWidget(m_search);
    column->addWidget(m_list);
    connect(m_search, &QLineEdit::textChanged, this, &DimensionPicker::fill);
    connect(m_list, &QListWidget::itemClicked, this, &DimensionPicker::choose);
    connect(m_list, &QListWidget::itemActivated, this, &DimensionPicker::choose);
    fill({});
    m_search->setFocus();
}

void DimensionPicker::fill(const QString& search)
{
    m_list->clear();
    std::map<core::Group, std::vector<const core::Column*>> groups;
    for (const auto& column : m_schema->columns()) {
        const bool taken = std::ranges::find(m_taken, column.name) != m_taken.end();
        const bool found = search.isEmpty() || columnLabel(column).contains(search, Qt::CaseInsensitive)
            || text(column.name).contains(search, Qt::CaseInsensitive) || groupLabel(column.group).contains(search, Qt::CaseInsensitive);
        if (column.dimension && !taken && found)
            groups[column.group].push_back(&column);
    }
    for (const auto& [group, columns] : groups) {
        auto* heading = new QListWidgetItem(groupLabel(group), m_list);
        auto font = m_list->font();
        font.setPixelSize(11);
        font.setWeight(QFont::DemiBold);
        heading->setFont(font);
        heading->setFlags(Qt::NoItemFlags);
        for (const auto* column : columns) {
            auto* item = new QListWidgetItem(columnLabel(*column), m_list);
            item->setData(Qt::UserRole, text(column->name));
            item->setToolTip(QStringLiteral("%1: %2").arg(text(column->name), text(column->doc)));
        }
    }
    if (groups.empty()) {
        auto* nothing = new QListWidgetItem(tr("No dimension has this in its name"), m_list);
        nothing->setFlags(Qt::NoItemFlags);
    } else {
        m_list->setCurrentRow(1);
    }
}

void DimensionPicker::choose(QListWidgetItem* item)
{
    const auto name = item ? item->data(Qt::UserRole).toString() : QString();
    if (name.isEmpty())
        return;
    emit picked(name.toStdString());
    close();
}

bool DimensionPicker::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::KeyPress) {
        auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Down || key->key() == Qt::Key_Up || key->key() == Qt::Key_PageDown || key->key() == Qt::Key_PageUp) {
            QCoreApplication::sendEvent(m_list, event);
            return true;
        }
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            choose(m_list->currentItem());
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace rivereto::ui
