// SPDX-License-Identifier: GPL-3.0-or-later
// What MainWindow keeps of itself: links, further windows, and the session that the next start goes on with.
#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QFileInfo>
#include <QInputDialog>

#include "ui/explore/statelink.h"
#include "ui/window/mainwindow.h"

namespace rivereto::ui {

namespace {

constexpr auto kSessionFile = "session/file";
constexpr auto kSessionView = "session/view";
constexpr auto kSessionRestore = "session/restore";

} // namespace

void MainWindow::openLink(const QString& link)
{
    const auto state = stateOf(link);
    if (!state) {
        m_banner->say(errorText(state.error()));
        return;
    }
    if (m_backend.store())
        m_explorer.go(*state);
    else
        m_explorer.openWith(*state);
}

void MainWindow::copyLink()
{
    QApplication::clipboard()->setText(linkOf(m_explorer.state()));
}

void MainWindow::askForLink()
{
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Open a link"));
    dialog->setLabelText(tr("Link to a view, as “Copy link to this view” gives it:"));
    dialog->setMinimumWidth(560);
    const auto copied = QApplication::clipboard()->text();
    dialog->setTextValue(looksLikeLink(copied) ? copied : QString());
    connect(dialog, &QInputDialog::textValueSelected, this, &MainWindow::openLink);
    dialog->open();
}

/// Another window on the same database, showing the same.
void MainWindow::openAnother()
{
    auto* window = new MainWindow(m_backend);
    window->setAttribute(Qt::WA_DeleteOnClose);
    window->m_explorer.go(m_explorer.state());
    constexpr int kStep = 32;
    window->resize(size());
    window->move(pos() + QPoint(kStep, kStep));
    window->show();
}

bool MainWindow::isLastWindow() const
{
    const auto windows = QApplication::topLevelWidgets();
    return std::ranges::none_of(windows, [this](const QWidget* one) { return one != this && one->isVisible() && qobject_cast<const MainWindow*>(one); });
}

bool MainWindow::restoresSession() const { return m_backend.preference(QLatin1String(kSessionRestore)) != QStringLiteral("no"); }

void MainWindow::setRestoresSession(bool restores)
{
    m_backend.setPreference(QLatin1String(kSessionRestore), restores ? QString() : QStringLiteral("no"));
}

void MainWindow::saveSession()
{
    m_backend.setPreference(QLatin1String(kSessionFile), m_backend.databasePath());
    m_backend.setPreference(QLatin1String(kSessionView), m_backend.store() ? linkOf(m_explorer.state()) : QString());
}

void MainWindow::restoreSession()
{
    const auto file = m_backend.preference(QLatin1String(kSessionFile));
    if (!restoresSession() || file.isEmpty() || !QFileInfo::exists(file))
        return;
    // A view of another version may name what is no more.
    if (const auto state = stateOf(m_backend.preference(QLatin1String(kSessionView))); state && !m_explorer.opensWith())
        m_explorer.openWith(*state);
    m_backend.openPaths({file});
}

} // namespace rivereto::ui
