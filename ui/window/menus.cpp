// SPDX-License-Identifier: GPL-3.0-or-later
// The menus of MainWindow, and the list of keys.
#include <QActionGroup>
#include <QApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QMenuBar>
#include <QMessageBox>

#include "ui/explore/readyviews.h"
#include "ui/window/capturedialog.h"
#include "ui/window/csvdialog.h"
#include "ui/window/mainwindow.h"

namespace rivereto::ui {

void MainWindow::buildMenus()
{
    buildFileMenu();
    buildEditMenu();
    buildViewMenu();
    buildViewsMenu();
    buildGoMenu();
    buildCaptureMenu();
    buildHelpMenu();
}

void MainWindow::buildFileMenu()
{
    auto* menu = m_menus->addMenu(tr("&File"));
    menu->addAction(tr("&Open…"), QKeySequence(Qt::CTRL | Qt::Key_O), this, &MainWindow::open);
    m_recentMenu = menu->addMenu(tr("Open &recent"));
    connect(m_recentMenu, &QMenu::aboutToShow, this, [this] {
        m_recentMenu->clear();
        for (const auto& file : m_backend.recentFiles())
            m_recentMenu->addAction(file.path, this, [this, path = file.path] { openPaths({path}); });
        if (m_recentMenu->isEmpty())
            m_recentMenu->addAction(tr("Nothing yet"))->setEnabled(false);
    });
    const auto choose = [this](const QString& path) {
        auto* dialog = new CsvDialog(m_backend, m_theme, path, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &CsvDialog::openAsked, this, [this](const QString& table, const QString& mapping) {
            if (mayClose())
                m_backend.openCsv(table, mapping);
        });
        dialog->open();
    };
    menu->addAction(tr("Open a &table…"), this, [this, choose] {
        auto* dialog = new QFileDialog(this, tr("Open a table of flows"), QString(), tr("Tables (*.csv *.tsv *.txt *.csv.gz *.csv.zst);;All files (*)"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        connect(dialog, &QFileDialog::fileSelected, this, choose);
        dialog->open();
    });
    connect(&m_backend, &Backend::csvUnclear, this, choose);
    menu->addAction(tr("&New window"), QKeySequence(Qt::CTRL | Qt::Key_N), this, &MainWindow::openAnother);
    menu->addSeparator();
    m_saveAction = menu->addAction(tr("&Save a copy as…"), QKeySequence(Qt::CTRL | Qt::Key_S), this, &MainWindow::saveAs);
    auto* exports = menu->addMenu(tr("&Export"));
    fillExports(*exports);
    connect(this, &MainWindow::storeOpened, exports, &QMenu::setEnabled);
    menu->addSeparator();
    menu->addAction(tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), this, &QWidget::close);
}

void MainWindow::buildEditMenu()
{
    auto* menu = m_menus->addMenu(tr("&Edit"));
    menu->addAction(tr("&Filter"), QKeySequence(Qt::CTRL | Qt::Key_F), this, [this] {
        if (page() == Page::Inspect) {
            m_inspect->search().setFocus();
            m_inspect->search().selectAll();
            return;
        }
        if (page() != Page::Explore && page() != Page::Flows)
            showPage(Page::Explore);
        filter().editor().setFocus();
    });
    menu->addAction(tr("&Remove the filter"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F), this, [this] { m_explorer.setFilter({}); });
    menu->addSeparator();
    menu->addAction(tr("Copy &link to this view"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), this, &MainWindow::copyLink);
    menu->addAction(tr("&Open a link…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), this, &MainWindow::askForLink);
    menu->addSeparator();
    menu->addAction(tr("Add a &dimension…"), QKeySequence(Qt::CTRL | Qt::Key_G), this, [this] {
        showPage(Page::Explore);
        if (m_backend.store())
            m_explore->panel().addDimension();
    });
}

void MainWindow::buildViewMenu()
{
    auto* menu = m_menus->addMenu(tr("&View"));
    auto* themes = menu->addMenu(tr("&Theme"));
    auto* group = new QActionGroup(this);
    const std::tuple<QString, ThemeChoice, QString> choices[] = {{tr("&System"), ThemeChoice::System, QStringLiteral("system")},
                                                                 {tr("&Light"), ThemeChoice::Light, QStringLiteral("light")},
                                                                 {tr("&Dark"), ThemeChoice::Dark, QStringLiteral("dark")}};
    for (const auto& [label, choice, name] : choices) {
        auto* action = themes->addAction(label, this, [this, choice = choice, name = name] {
            m_theme.choose(choice);
            m_backend.setPreference(QStringLiteral("theme"), name);
        });
        action->setCheckable(true);
        action->setChecked(m_theme.choice() == choice);
        group->addAction(action);
    }
    auto* panel = menu->addAction(tr("&Query panel"), QKeySequence(Qt::CTRL | Qt::Key_B), this, [] { });
    panel->setCheckable(true);
    panel->setChecked(true);
    connect(panel, &QAction::toggled, m_explore, &ExplorePage::setPanelShown);
    connect(m_explore, &ExplorePage::panelShown, panel, &QAction::setChecked);
    auto* local = menu->addAction(tr("&Local time"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_T), this, [] { });
    local->setCheckable(true);
    local->setChecked(m_explorer.clock().local);
    connect(local, &QAction::toggled, &m_explorer, &Explorer::setLocalTime);
    connect(&m_explorer, &Explorer::clockChanged, local, [this, local] { local->setChecked(m_explorer.clock().local); });
    auto* restore = menu->addAction(tr("Re&open the last database at start"), this, [] { });
    restore->setCheckable(true);
    restore->setChecked(restoresSession());
    connect(restore, &QAction::toggled, this, &MainWindow::setRestoresSession);
    menu->addSeparator();
    menu->addAction(tr("&Refresh"), QKeySequence(Qt::Key_F5), &m_explorer, &Explorer::refresh);
}

void MainWindow::buildGoMenu()
{
    auto* menu = m_menus->addMenu(tr("&Go"));
    menu->addAction(tr("&Back"), QKeySequence(Qt::ALT | Qt::Key_Left), &m_explorer, &Explorer::back);
    menu->addAction(tr("&Forward"), QKeySequence(Qt::ALT | Qt::Key_Right), &m_explorer, &Explorer::forward);
    menu->addSeparator();
    menu->addAction(tr("&Home"), QKeySequence(Qt::CTRL | Qt::Key_1), this, [this] { showPage(Page::Home); });
    m_exploreAction = menu->addAction(tr("&Explore"), QKeySequence(Qt::CTRL | Qt::Key_2), this, [this] { showPage(Page::Explore); });
    m_flowsAction = menu->addAction(tr("&Flows"), QKeySequence(Qt::CTRL | Qt::Key_3), this, [this] { showPage(Page::Flows); });
    m_exportersAction = menu->addAction(tr("E&xporters"), QKeySequence(Qt::CTRL | Qt::Key_4), this, [this] { showPage(Page::Exporters); });
    m_findingsAction = menu->addAction(tr("Fin&dings"), QKeySequence(Qt::CTRL | Qt::Key_6), this, [this] { showPage(Page::Findings); });
    m_inspectAction = menu->addAction(tr("&Inspect"), QKeySequence(Qt::CTRL | Qt::Key_7), this, [this] { showPage(Page::Inspect); });
    menu->addSeparator();
    menu->addAction(tr("Exp&lain the marked range"), QKeySequence(Qt::CTRL | Qt::Key_E), this, &MainWindow::explainBrush);
    menu->addSeparator();
    menu->addAction(tr("&Previous period"), QKeySequence(Qt::CTRL | Qt::Key_Comma), this, [this] { m_explorer.shift(-1); });
    menu->addAction(tr("&Next period"), QKeySequence(Qt::CTRL | Qt::Key_Period), this, [this] { m_explorer.shift(1); });
    menu->addAction(tr("&Zoom out"), QKeySequence(Qt::CTRL | Qt::Key_Minus), this, [this] { m_explorer.zoomOut(); });
    menu->addAction(tr("&All of the capture"), QKeySequence(Qt::CTRL | Qt::Key_0), this, [this] { m_explorer.setRange({}); });
}

/// What everybody asks, a click away.
void MainWindow::buildViewsMenu()
{
    auto* menu = m_menus->addMenu(tr("&Views"));
    menu->setToolTipsVisible(true);
    for (const auto& view : readyViews()) {
        if (view.name.isEmpty()) {
            menu->addSeparator();
            continue;
        }
        auto* action = menu->addAction(view.name, this, [this, apply = view.apply] {
            m_explorer.change(apply);
            showPage(Page::Explore);
        });
        action->setToolTip(view.about);
        connect(this, &MainWindow::storeOpened, action, &QAction::setEnabled);
    }
    menu->addSeparator();
    auto* save = menu->addAction(tr("&Save this view…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S), m_views, &SavedViews::askToSave);
    connect(this, &MainWindow::storeOpened, save, &QAction::setEnabled);
    auto* saved = menu->addMenu(tr("Sa&ved views"));
    connect(this, &MainWindow::storeOpened, saved, &QMenu::setEnabled);
    connect(saved, &QMenu::aboutToShow, this, [this, saved] {
        saved->clear();
        for (const auto& view : m_profile.views())
            saved->addAction(view.name, this, [this, name = view.name] { m_views->open(name); });
        if (saved->isEmpty())
            saved->addAction(tr("None yet"))->setEnabled(false);
    });
}

void MainWindow::buildCaptureMenu()
{
    auto* menu = m_menus->addMenu(tr("&Capture"));
    m_listenAction = menu->addAction(tr("&Listen"), QKeySequence(Qt::CTRL | Qt::Key_L), this, [this] { m_backend.setListening(!m_backend.input().listening); });
    menu->addAction(tr("From an &interface…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L), this, [this] {
        auto* dialog = new CaptureDialog(m_backend, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    });
    menu->addAction(tr("&Follow a folder…"), this, [this] {
        auto* dialog = new QFileDialog(this, tr("Follow a folder that captures or flow files are written to"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::Directory);
        connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) { m_backend.followFolder(path); });
        dialog->open();
    });
    auto* meter = menu->addAction(tr("&Meter packets beside flow export"), this, [] { });
    meter->setToolTip(tr("In captures that hold both: packets that are no flow export become flows, too."));
    meter->setCheckable(true);
    meter->setChecked(m_backend.preference(QStringLiteral("meterPackets")) == QStringLiteral("yes"));
    connect(meter, &QAction::toggled, this, [this](bool on) { m_backend.setPreference(QStringLiteral("meterPackets"), on ? QStringLiteral("yes") : QString()); });
    menu->addSeparator();
    menu->addAction(tr("&Demo network"), QKeySequence(Qt::CTRL | Qt::Key_D), this, &MainWindow::startDemo);
    menu->addSeparator();
    m_cancelAction = menu->addAction(tr("&Cancel reading"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Period), this, [this] { m_backend.cancelJob(); });
    m_cancelAction->setEnabled(false);
}

void MainWindow::buildHelpMenu()
{
    auto* menu = m_menus->addMenu(tr("&Help"));
    menu->addAction(tr("&Keys"), this, &MainWindow::showKeys)->setShortcuts({QKeySequence(Qt::Key_F1), QKeySequence(Qt::Key_Question)});
    menu->addAction(tr("&About Rivereto"), this, &MainWindow::showAbout);
}

/// Made from the menus, so that it is never behind them.
void MainWindow::showKeys()
{
    auto* dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Keys"));
    auto* rows = new QVBoxLayout(dialog);
    rows->setContentsMargins(24, 20, 24, 16);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(32);
    grid->setVerticalSpacing(6);
    std::vector<std::pair<QString, QString>> list;
    const auto add = [&](const QString& what, const QString& keys) { list.emplace_back(what, keys); };
    for (const auto* menu : m_menus->actions()) {
        for (const auto* action : menu->menu()->actions()) {
            if (!action->shortcut().isEmpty())
                add(action->text().remove(u'&').remove(u'…'), action->shortcut().toString(QKeySequence::NativeText));
        }
    }
    add(tr("In the filter: apply"), tr("Enter"));
    add(tr("In the filter: complete"), tr("Tab, Ctrl+Space"));
    add(tr("In the chart: move the read-out, mark a range"), tr("Left, Right, with Shift"));
    add(tr("In the chart: move and stretch the range"), tr("Ctrl+Left, Ctrl+Right, +, −, wheel"));
    add(tr("In the chart: zoom into the marked range"), tr("Enter"));
    add(tr("In the table: show alone, hide, show all"), tr("Space, Ctrl+Space, Escape"));
    add(tr("On a dimension: move, remove"), tr("Alt+Up, Alt+Down, Delete"));
    // Side by side, or they would not fit on a small screen.
    const int half = static_cast<int>(list.size() + 1) / 2;
    for (int i = 0; i < static_cast<int>(list.size()); ++i) {
        auto* key = new QLabel(list[static_cast<size_t>(i)].second);
        key->setObjectName(QStringLiteral("key"));
        grid->addWidget(new QLabel(list[static_cast<size_t>(i)].first), i % half, i < half ? 0 : 2);
        grid->addWidget(key, i % half, i < half ? 1 : 3, Qt::AlignLeft);
    }
    rows->addLayout(grid);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::close);
    rows->addSpacing(8);
    rows->addWidget(buttons);
    dialog->show();
}

void MainWindow::showAbout()
{
    QMessageBox::about(this, tr("About Rivereto"),
                       tr("<b>Rivereto %1</b><p>A desktop analyzer for network flows.</p><p>GNU General Public License, version 3 or later.</p>").arg(QApplication::applicationVersion()));
}

} // namespace rivereto::ui
