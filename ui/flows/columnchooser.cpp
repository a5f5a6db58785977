// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/flows/columnchooser.h"

#include <QGridLayout>
#include <QKeyEvent>
#include <QPushButton>
#include <QVBoxLayout>

namespace rivereto::ui {

namespace {
constexpr int kPresetsInARow = 4;
constexpr int kIdRole = Qt::UserRole;
} // namespace

ColumnChooser::ColumnChooser(std::shared_ptr<const FlowColumns> columns, const QStringList& chosen, QWidget* parent)
    : QFrame(parent, Qt::Popup), m_columns(std::move(columns)), m_chosen(chosen), m_presets(new QWidget), m_search(new QLineEdit), m_list(new QListWidget), m_count(new QLabel)
{
    setObjectName(QStringLiteral("popup"));
    setAttribute(Qt::WA_DeleteOnClose);
    setFixedSize(400, 460);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(8, 8, 8, 8);
    rows->setSpacing(6);
    auto* grid = new QGridLayout(m_presets);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(4);
    int at = 0;
    for (const auto& preset : m_columns->presets()) {
        auto* button = new QPushButton(preset.name);
        button->setFlat(true);
        button->setCheckable(true);
        button->setProperty("ids", preset.ids);
        connect(button, &QPushButton::clicked, this, [this, ids = preset.ids] { choose(ids); });
        grid->addWidget(button, at / kPresetsInARow, at % kPresetsInARow);
        ++at;
    }
    m_search->setPlaceholderText(tr("Search columns"));
    m_search->setAccessibleName(m_search->placeholderText());
    m_search->installEventFilter(this);
    m_list->setAccessibleName(tr("Columns"));
    m_list->setUniformItemSizes(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_count->setProperty("role", "small");
    rows->addWidget(m_presets);
    rows->addWidget(m_search);
    rows->addWidget(m_list, 1);
    rows->addWidget(m_count);
    connect(m_search, &QLineEdit::textChanged, this, &ColumnChooser::fill);
    connect(m_list, &QListWidget::itemChanged, this, &ColumnChooser::toggle);
    connect(m_list, &QListWidget::itemActivated, this, [](QListWidgetItem* item) { item->setCheckState(item->checkState() == Qt::Checked ? Qt::Unchecked : Qt::Checked); });
    fill();
    syncPresets();
    m_search->setFocus();
}

void ColumnChooser::fill()
{
    const QSignalBlocker quiet(m_list);
    m_list->clear();
    const auto search = m_search->text().trimmed();
    QString group;
    for (const auto& column : m_columns->all()) {
        const bool found = search.isEmpty() || column.label.contains(search, Qt::CaseInsensitive) || column.id.contains(search, Qt::CaseInsensitive) || column.group.contains(search, Qt::CaseInsensitive);
        if (!found)
            continue;
        if (column.group != group) {
            group = column.group;
            auto* heading = new QListWidgetItem(group, m_list);
            auto font = m_list->font();
            font.setPixelSize(11);
            font.setWeight(QFont::DemiBold);
            heading->setFont(font);
            heading->setFlags(Qt::NoItemFlags);
        }
        auto* item = new QListWidgetItem(column.label, m_list);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(m_chosen.contains(column.id) ? Qt::Checked : Qt::Unchecked);
        item->setData(kIdRole, column.id);
        item->setToolTip(QStringLiteral("%1: %2").arg(column.id, column.about));
    }
    if (m_list->count() == 0) {
        auto* nothing = new QListWidgetItem(tr("No column has this in its name"), m_list);
        nothing->setFlags(Qt::NoItemFlags);
    }
    m_count->setText(tr("%1 of %2 shown; drag the headings of the table to order them").arg(m_chosen.size()).arg(m_columns->all().size()));
}

void ColumnChooser::toggle(QListWidgetItem* item)
{
    const auto id = item->data(kIdRole).toString();
    if (id.isEmpty())
        return;
    if (item->checkState() == Qt::Checked && !m_chosen.contains(id))
        m_chosen << id;
    else if (item->checkState() == Qt::Unchecked)
        m_chosen.removeAll(id);
    // A table without columns would be no table.
    if (m_chosen.isEmpty())
        m_chosen << m_columns->defaults().value(0);
    choose(m_chosen);
}

void ColumnChooser::choose(const QStringList& ids)
{
    m_chosen = ids;
    const int at = m_list->currentRow();
    const int scrolled = m_list->verticalScrollBar()->value();
    fill();
    m_list->setCurrentRow(at);
    m_list->verticalScrollBar()->setValue(scrolled);
    syncPresets();
    emit changed(m_chosen);
}

void ColumnChooser::syncPresets()
{
    for (auto* button : m_presets->findChildren<QPushButton*>())
        button->setChecked(button->property("ids").toStringList() == m_chosen);
}

bool ColumnChooser::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::KeyPress) {
        auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Down || key->key() == Qt::Key_Up || key->key() == Qt::Key_PageDown || key->key() == Qt::Key_PageUp) {
            QCoreApplication::sendEvent(m_list, event);
            return true;
        }
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            if (auto* item = m_list->currentItem(); item && !item->data(kIdRole).toString().isEmpty())
                item->setCheckState(item->checkState() == Qt::Checked ? Qt::Unchecked : Qt::Checked);
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace rivereto::ui
