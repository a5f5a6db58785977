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
    struct Choice {
        QString label;
        QString name;
        QString about;
    };
    std::vector<std::pair<QString, std::vector<Choice>>> groups;
    const auto offer = [&](const QString& group, Choice choice) {
        const bool taken = std::ranges::find(m_taken, choice.name.toStdString()) != m_taken.end();
        const bool found = std::ranges::all_of(search.split(QLatin1Char(' '), Qt::SkipEmptyParts), [&](const QString& word) {
            return choice.label.contains(word, Qt::CaseInsensitive) || choice.name.contains(word, Qt::CaseInsensitive)
                || group.contains(word, Qt::CaseInsensitive);
        });
        if (taken || !found)
            return;
        auto there = std::ranges::find(groups, group, &std::pair<QString, std::vector<Choice>>::first);
        if (there == groups.end())
            there = groups.insert(groups.end(), {group, {}});
        there->second.push_back(std::move(choice));
    };
    std::map<core::Group, std::vector<const core::Column*>> columns;
    for (const auto& column : m_schema->columns()) {
        if (column.dimension)
            columns[column.group].push_back(&column);
    }
    for (const auto& [group, members] : columns) {
        for (const auto* column : members)
            offer(groupLabel(group), {columnLabel(*column), text(column->name), text(column->doc)});
    }
    const std::string conversation(core::kConversation);
    offer(tr("Both ends"), {dimensionLabel(*m_schema, {.name = conversation}), text(conversation), tr("The pair of addresses, whichever of them sends.")});
    for (const auto& word : m_schema->endpoints()) {
        const core::Dimension dimension{.name = std::string(word.name), .column = word.src, .otherEnd = word.dst};
        offer(tr("Both ends"), {dimensionLabel(*m_schema, dimension), text(word.name), tr("A flow counts at its source and at its destination.")});
    }
    for (const auto& [group, choices] : groups) {
        auto* heading = new QListWidgetItem(group, m_list);
        auto font = m_list->font();
        font.setPixelSize(11);
        font.setWeight(QFont::DemiBold);
        heading->setFont(font);
        heading->setFlags(Qt::NoItemFlags);
        for (const auto& choice : choices) {
            auto* item = new QListWidgetItem(choice.label, m_list);
            item->setData(Qt::UserRole, choice.name);
            item->setToolTip(QStringLiteral("%1: %2").arg(choice.name, choice.about));
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
