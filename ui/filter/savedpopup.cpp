// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/filter/savedpopup.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/filter/filtercolours.h"

namespace rivereto::ui {

namespace {

constexpr int kWidth = 460;
constexpr int kRow = 42;
constexpr int kRowsShown = 6;

/// The filter that would be saved, in its colours.
class FilterLine : public QWidget {
public:
    FilterLine(QString filter, const Theme& theme, std::shared_ptr<const core::Schema> schema) : m_filter(std::move(filter)), m_theme(theme), m_schema(std::move(schema))
    {
        setFixedHeight(20);
        setToolTip(m_filter);
        setAccessibleName(m_filter);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        paintFilter(painter, rect(), m_filter, *m_schema, m_theme, 12);
    }

private:
    QString m_filter;
    const Theme& m_theme;
    std::shared_ptr<const core::Schema> m_schema;
};

} // namespace

SavedPopup::SavedPopup(Profile& profile, const QString& current, const QString& savedAs, const Theme& theme, std::shared_ptr<const core::Schema> schema, QWidget* parent)
    : QFrame(parent, Qt::Popup), m_profile(profile), m_current(current), m_name(new QLineEdit), m_save(new QPushButton(tr("Save"))), m_caption(new QLabel),
      m_listCaption(new QLabel(tr("Saved filters"))), m_list(new FilterList(theme, schema)), m_rename(new QPushButton(tr("Rename"))), m_delete(new QPushButton(tr("Delete")))
{
    setObjectName(QStringLiteral("popup"));
    setAttribute(Qt::WA_DeleteOnClose);
    setFixedWidth(kWidth);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 10, 12, 10);
    column->setSpacing(6);
    buildEntry(*column, theme, schema);
    buildList(*column, theme);
    m_name->setText(savedAs);
    connect(&profile, &Profile::changed, this, &SavedPopup::fill);
    fill();
    if (!savedAs.isEmpty())
        m_list->setCurrentName(savedAs);
    if (m_current.isEmpty() || !savedAs.isEmpty())
        m_list->setFocus();
    else
        m_name->setFocus();
}

void SavedPopup::buildEntry(QVBoxLayout& column, const Theme& theme, const std::shared_ptr<const core::Schema>& schema)
{
    m_caption->setProperty("role", "caption");
    m_caption->setText(m_current.isEmpty() ? tr("Apply a filter to save it.") : tr("Save this filter"));
    m_name->setPlaceholderText(tr("Name"));
    m_name->setAccessibleName(tr("Name of the filter"));
    m_save->setProperty("primary", true);
    column.addWidget(m_caption);
    if (!m_current.isEmpty())
        column.addWidget(new FilterLine(m_current, theme, schema));
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    row->addWidget(m_name, 1);
    row->addWidget(m_save);
    column.addLayout(row);
    m_name->setVisible(!m_current.isEmpty());
    m_save->setVisible(!m_current.isEmpty());
    m_save->setEnabled(false);
    connect(m_name, &QLineEdit::textChanged, this, [this](const QString& name) { m_save->setEnabled(!name.trimmed().isEmpty()); });
    connect(m_name, &QLineEdit::returnPressed, this, &SavedPopup::save);
    connect(m_save, &QPushButton::clicked, this, &SavedPopup::save);
}

void SavedPopup::buildList(QVBoxLayout& column, const Theme& theme)
{
    column.addSpacing(4);
    m_listCaption->setProperty("role", "caption");
    column.addWidget(m_listCaption);
    m_list->setAccessibleName(tr("Saved filters"));
    column.addWidget(m_list);
    auto* foot = new QHBoxLayout;
    foot->setSpacing(12);
    auto* keys = new QLabel(tr("Enter applies · F2 renames · Del deletes"));
    keys->setProperty("role", "secondary");
    keys->setFont(theme.font(11));
    foot->addWidget(keys, 1);
    for (auto* button : {m_rename, m_delete}) {
        button->setProperty("link", true);
        foot->addWidget(button);
        connect(m_list, &QListWidget::currentRowChanged, button, [this, button] { button->setEnabled(m_list->currentItem() != nullptr); });
    }
    column.addLayout(foot);
    connect(m_list, &FilterList::chosen, this, [this](const QString& filter) {
        emit chosen(filter);
        close();
    });
    connect(m_list, &FilterList::renameAsked, this, &SavedPopup::beginRename);
    connect(m_rename, &QPushButton::clicked, this, &SavedPopup::beginRename);
    const auto remove = [this] {
        if (!m_list->currentName().isEmpty())
            m_profile.removeFilter(m_list->currentName());
    };
    connect(m_list, &FilterList::deleteAsked, this, remove);
    connect(m_delete, &QPushButton::clicked, this, remove);
}

void SavedPopup::fill()
{
    QList<FilterList::Entry> entries;
    for (const auto& saved : m_profile.filters())
        entries.append({.filter = saved.filter, .name = saved.name, .aside = {}, .detail = {}});
    m_list->fill(entries);
    m_list->setFixedHeight(std::clamp(static_cast<int>(entries.size()), 1, kRowsShown) * kRow);
    m_list->setVisible(!entries.isEmpty());
    m_listCaption->setText(entries.isEmpty() ? tr("No filter is saved yet.") : tr("Saved filters"));
    for (auto* button : {m_rename, m_delete})
        button->setVisible(!entries.isEmpty());
    adjustSize();
}

void SavedPopup::save()
{
    const auto name = m_name->text().trimmed();
    if (name.isEmpty())
        return;
    if (!m_renaming.isEmpty()) {
        if (!m_profile.renameFilter(m_renaming, name)) {
            m_caption->setText(tr("There is a filter of that name already."));
            return;
        }
        m_renaming.clear();
        m_caption->setText(m_current.isEmpty() ? tr("Apply a filter to save it.") : tr("Save this filter"));
        m_save->setText(tr("Save"));
        m_name->setVisible(!m_current.isEmpty());
        m_save->setVisible(!m_current.isEmpty());
        m_list->setCurrentName(name);
        m_list->setFocus();
        return;
    }
    m_profile.saveFilter(name, m_current);
    close();
}

void SavedPopup::beginRename()
{
    m_renaming = m_list->currentName();
    if (m_renaming.isEmpty())
        return;
    m_caption->setText(tr("New name of “%1”").arg(m_renaming));
    m_save->setText(tr("Rename"));
    m_name->setVisible(true);
    m_save->setVisible(true);
    m_name->setText(m_renaming);
    m_name->selectAll();
    m_name->setFocus();
    adjustSize();
}

} // namespace rivereto::ui
