// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/savedviews.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QInputDialog>
#include <QLabel>
#include <QMenu>
#include <QPushButton>

#include "ui/explore/statelink.h"
#include "ui/models/texts.h"

namespace rivereto::ui {

SavedViews::SavedViews(Explorer& explorer, Profile& profile, const Theme& theme, QWidget* parent)
    : QWidget(parent), m_explorer(explorer), m_profile(profile), m_theme(theme), m_rows(new QVBoxLayout)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* heading = new QHBoxLayout;
    auto* caption = new QLabel(tr("Saved views"));
    caption->setProperty("role", "caption");
    auto* save = new QPushButton(tr("Save…"));
    save->setProperty("link", true);
    save->setAccessibleName(tr("Save this view"));
    save->setToolTip(tr("Keep chart, dimensions, filter and range under a name (Ctrl+Shift+S)"));
    heading->addWidget(caption, 1);
    heading->addWidget(save);
    column->addLayout(heading);
    m_rows->setSpacing(0);
    column->addLayout(m_rows);
    connect(save, &QPushButton::clicked, this, &SavedViews::askToSave);
    connect(&profile, &Profile::changed, this, &SavedViews::sync);
    connect(&explorer, &Explorer::stateChanged, this, &SavedViews::sync);
    connect(&theme, &Theme::changed, this, &SavedViews::sync);
    sync();
}

void SavedViews::sync()
{
    while (auto* item = m_rows->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    const auto shown = linkOf(m_explorer.state());
    for (const auto& view : m_profile.views()) {
        const bool current = view.link == shown;
        auto* button = new QPushButton(fontMetrics().elidedText(view.name, Qt::ElideRight, 180));
        button->setFlat(true);
        button->setStyleSheet(QStringLiteral("QPushButton{text-align:left;padding:0 4px}"));
        button->setIcon(m_theme.icon(current ? QStringLiteral("star-full") : QStringLiteral("star"), current ? Token::accent : Token::secondary, 14));
        button->setAccessibleName(tr("Open the view “%1”").arg(view.name));
        button->setToolTip(view.name);
        button->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(button, &QPushButton::clicked, this, [this, name = view.name] { open(name); });
        connect(button, &QWidget::customContextMenuRequested, this, [this, button, name = view.name](const QPoint& at) { showMenu(name, button->mapToGlobal(at)); });
        m_rows->addWidget(button);
    }
}

void SavedViews::open(const QString& name)
{
    const auto found = std::ranges::find(m_profile.views(), name, &SavedView::name);
    if (found == m_profile.views().end())
        return;
    if (const auto state = stateOf(found->link))
        m_explorer.go(*state);
}

void SavedViews::askForName(const QString& title, const QString& proposed, const std::function<void(const QString&)>& take)
{
    auto* dialog = new QInputDialog(window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->setLabelText(tr("Name:"));
    dialog->setTextValue(proposed);
    dialog->setMinimumWidth(360);
    connect(dialog, &QInputDialog::textValueSelected, this, [take](const QString& name) {
        if (const auto trimmed = name.trimmed(); !trimmed.isEmpty())
            take(trimmed);
    });
    dialog->open();
}

void SavedViews::askToSave()
{
    const auto proposed = chartTitle(*m_explorer.schema(), m_explorer.state().query);
    askForName(tr("Save this view"), proposed, [this](const QString& name) { m_profile.saveView(name, linkOf(m_explorer.state())); });
}

void SavedViews::showMenu(const QString& name, const QPoint& globalPosition)
{
    QMenu menu(this);
    menu.addAction(tr("Open"), this, [this, name] { open(name); });
    menu.addAction(tr("Replace by what is shown"), this, [this, name] { m_profile.saveView(name, linkOf(m_explorer.state())); });
    menu.addAction(tr("Rename…"), this, [this, name] { askForName(tr("Rename the view"), name, [this, name](const QString& to) { m_profile.renameView(name, to); }); });
    menu.addAction(tr("Delete"), this, [this, name] { m_profile.removeView(name); });
    menu.exec(globalPosition);
}

} // namespace rivereto::ui
