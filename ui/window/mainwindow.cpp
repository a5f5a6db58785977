// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/mainwindow.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QToolButton>

namespace rivereto::ui {

namespace {

constexpr int kRailWidth = 64;
constexpr int kMenuHeight = 32;
constexpr auto kThemePreference = "theme";
constexpr auto kGeometryPreference = "geometry";

ThemeChoice preferredTheme(const Backend& backend)
{
    const auto name = backend.preference(QLatin1String(kThemePreference));
    return name == QStringLiteral("light") ? ThemeChoice::Light : name == QStringLiteral("dark") ? ThemeChoice::Dark : ThemeChoice::System;
}

QStringList localPaths(const QMimeData& data)
{
    QStringList out;
    for (const auto& url : data.urls()) {
        if (url.isLocalFile())
            out << url.toLocalFile();
    }
    return out;
}

} // namespace

MainWindow::MainWindow(Backend& backend, QWidget* parent)
    : QMainWindow(parent), m_backend(backend), m_theme(preferredTheme(backend)), m_explorer(backend), m_profile(backend)
{
    setMinimumSize(960, 640);
    resize(1440, 900);
    setAcceptDrops(true);
    setWindowIcon(QIcon(QStringLiteral(":/icons/rivereto.svg")));
    auto* central = new QWidget;
    auto* rows = new QVBoxLayout(central);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    auto* body = new QHBoxLayout;
    body->setSpacing(0);
    body->addWidget(buildRail());
    auto* right = new QVBoxLayout;
    right->setSpacing(0);
    m_toolbar = new Toolbar(backend, m_explorer, m_theme);
    m_banner = new Banner(m_theme);
    m_home = new HomePage(backend, m_explorer, m_theme);
    m_explore = new ExplorePage(m_explorer, m_theme);
    m_views = new SavedViews(m_explorer, m_profile, m_theme);
    m_explore->panel().addBelow(m_views);
    m_pages = new QStackedWidget;
    m_pages->addWidget(m_home);
    m_pages->addWidget(m_explore);
    m_flows = new FlowsPage(backend, m_explorer, m_theme);
    m_pages->addWidget(m_flows);
    m_exporters = new ExportersPage(backend, m_explorer, m_theme);
    m_pages->addWidget(m_exporters);
    m_findings = new FindingsPage(backend, m_explorer, m_theme);
    m_pages->addWidget(m_findings);
    m_inspect = new InspectPage(backend, m_explorer, m_theme);
    m_pages->addWidget(m_inspect);
    right->addWidget(m_toolbar);
    m_job = new JobStrip(backend, central);
    right->addWidget(m_job);
    right->addWidget(m_banner);
    m_query = new QueryRow(m_explorer, m_profile, m_theme);
    right->addWidget(m_query);
    right->addWidget(m_pages, 1);
    body->addLayout(right, 1);
    rows->addLayout(body, 1);
    auto* status = new StatusLine(backend, m_explorer);
    rows->addWidget(status);
    setCentralWidget(central);
    buildMenuRow();
    buildMenus();

    m_dropVeil = new QLabel(tr("Drop to open"), this);
    static_cast<QLabel*>(m_dropVeil)->setAlignment(Qt::AlignCenter);
    m_dropVeil->setObjectName(QStringLiteral("dropVeil"));
    m_dropVeil->hide();

    connect(m_toolbar, &Toolbar::openAsked, this, &MainWindow::open);
    connect(m_home, &HomePage::openAsked, this, &MainWindow::open);
    m_flowExports = new FlowExports(backend, this);
    fillExports(m_query->exportMenu());
    connect(&m_explorer, &Explorer::stateChanged, this, &MainWindow::syncPage);
    connect(m_query, &QueryRow::explainAsked, this, &MainWindow::explainBrush);
    connect(&m_explore->result(), &ResultView::flowsAsked, this, &MainWindow::showFlows);
    connect(&m_explore->result(), &ResultView::packetsAsked, this, &MainWindow::savePackets);
    connect(&m_explore->result(), &ResultView::menuOpened, this, [this](QMenu& menu, const core::TimeRange& range, const std::string& condition) {
        m_flowExports->addPackets(menu, narrowed(m_explorer.state().query.filter, condition, *m_explorer.schema()), range);
    });
    connect(&m_explore->result(), &ResultView::brushChanged, this, [this](bool marked) { m_query->setExplainEnabled(marked); });
    connect(m_flows, &FlowsPage::exported, m_banner, &Banner::tell);
    connect(m_flows, &FlowsPage::exportFailed, m_banner, &Banner::say);
    connect(m_flows, &FlowsPage::exploreAsked, this, [this] { showPage(Page::Explore); });
    connect(m_exporters, &ExportersPage::exploreAsked, this, [this] { showPage(Page::Explore); });
    connect(m_exporters, &ExportersPage::flowsAsked, this, [this](const std::string& condition) {
        m_explorer.narrow(condition);
        showPage(Page::Flows);
    });
    connect(&m_flows->details(), &DetailsPane::inspectAsked, this, [this](const core::KeptDatagram& datagram, quint64 record) {
        showPage(Page::Inspect);
        m_inspect->showDatagram(datagram, record);
    });
    connect(m_findings, &FindingsPage::badgeChanged, this, &MainWindow::setBadge);
    connect(m_findings, &FindingsPage::flowsAsked, this, [this](const std::string& condition) {
        m_explorer.change([&](ViewState& next) {
            next.page = StatePage::Flows;
            next.query.filter = condition; // what was asked before has nothing to do with it
            next.range = {};
        });
        showPage(Page::Flows);
    });
    connect(m_findings, &FindingsPage::exporterAsked, this, [this](const core::StreamKey& stream) {
        showPage(Page::Exporters);
        m_exporters->select(stream);
    });
    connect(status, &StatusLine::exportersAsked, this, [this] { showPage(Page::Exporters); });
    connect(m_home, &HomePage::exploreAsked, this, [this] { showPage(Page::Explore); });
    connect(m_home, &HomePage::demoAsked, this, &MainWindow::startDemo);
    connect(m_home, &HomePage::recentAsked, this, [this](const QString& path) { openPaths({path}); });
    connect(&backend, &Backend::storeChanged, this, &MainWindow::syncStore);
    connect(&backend, &Backend::databaseRenamed, this, &MainWindow::syncName);
    connect(&backend, &Backend::failed, this, [this](const QString& what) { m_banner->say(what); });
    connect(&backend, &Backend::succeeded, this, [this](const QString& what) { m_banner->tell(what); });
    connect(&m_explorer, &Explorer::answerChanged, this, &MainWindow::sayDamage);
    connect(&backend, &Backend::jobChanged, this, [this] { m_cancelAction->setEnabled(m_backend.job().running); });
    connect(&backend, &Backend::inputChanged, this, [this] {
        m_listenAction->setText(m_backend.input().listening ? tr("Stop &listening") : tr("&Listen"));
    });
    connect(&m_theme, &Theme::changed, this, &MainWindow::syncIcons);
    restoreGeometry(QByteArray::fromBase64(backend.preference(QLatin1String(kGeometryPreference)).toLatin1()));
    syncStore();
    syncIcons();
}

QWidget* MainWindow::buildRail()
{
    auto* rail = new QFrame;
    rail->setObjectName(QStringLiteral("rail"));
    rail->setFixedWidth(kRailWidth);
    auto* column = new QVBoxLayout(rail);
    column->setContentsMargins(4, 8, 4, 8);
    column->setSpacing(4);
    m_rail = new QButtonGroup(this);
    const auto add = [&](const QString& name, const QString& icon) {
        auto* button = new QToolButton;
        button->setText(name);
        button->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
        button->setIconSize({20, 20});
        button->setFixedSize(kRailWidth - 9, 52);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setAccessibleName(name);
        button->setProperty("glyph", icon);
        column->addWidget(button);
        return button;
    };
    int id = 0;
    for (const auto& [name, icon] : {std::pair{tr("Home"), QStringLiteral("home")}, std::pair{tr("Explore"), QStringLiteral("explore")}, std::pair{tr("Flows"), QStringLiteral("flows")}, std::pair{tr("Exporters"), QStringLiteral("exporters")}, std::pair{tr("Findings"), QStringLiteral("warning")}, std::pair{tr("Inspect"), QStringLiteral("inspect")}}) {
        auto* button = add(name, icon);
        button->setCheckable(true);
        m_rail->addButton(button, id++);
    }
    m_badge = new QLabel(m_rail->button(static_cast<int>(Page::Findings)));
    m_badge->setObjectName(QStringLiteral("railBadge"));
    m_badge->setAlignment(Qt::AlignCenter);
    m_badge->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_badge->hide();
    column->addStretch(1);
    connect(add(tr("Help"), QStringLiteral("help")), &QToolButton::clicked, this, &MainWindow::showKeys);
    connect(m_rail, &QButtonGroup::idClicked, this, [this](int page) { showPage(static_cast<Page>(page)); });
    return rail;
}

void MainWindow::setBadge(size_t count)
{
    m_badge->setText(count > 99 ? QStringLiteral("99+") : QString::number(count));
    m_badge->setVisible(count > 0);
    m_badge->adjustSize();
    m_badge->resize(std::max(m_badge->width(), m_badge->height()), m_badge->height());
    auto* button = m_rail->button(static_cast<int>(Page::Findings));
    m_badge->move(button->width() / 2 + 3, 2);
    button->setAccessibleName(count > 0 ? tr("Findings, %1 to look at").arg(count) : tr("Findings"));
}

/// A row of its own, because a menu bar's corner does not grow with what it shows.
void MainWindow::buildMenuRow()
{
    auto* frame = new QFrame;
    frame->setObjectName(QStringLiteral("menuRow"));
    frame->setFixedHeight(kMenuHeight);
    auto* row = new QHBoxLayout(frame);
    row->setContentsMargins(8, 0, 12, 0);
    row->setSpacing(8);
    m_menus = new QMenuBar;
    m_databaseIcon = new QLabel;
    m_databaseName = new QLabel;
    row->addWidget(m_menus, 1, Qt::AlignVCenter);
    row->addWidget(m_databaseIcon);
    row->addWidget(m_databaseName);
    setMenuWidget(frame);
}

void MainWindow::syncIcons()
{
    for (auto* button : findChildren<QToolButton*>()) {
        const auto glyph = button->property("glyph").toString();
        if (glyph.isEmpty())
            continue;
        auto icon = m_theme.icon(glyph, Token::secondary, 20);
        for (const qreal ratio : {1.0, 2.0})
            icon.addPixmap(m_theme.pixmap(glyph, Token::accent, 20, ratio), QIcon::Normal, QIcon::On);
        button->setIcon(icon);
    }
    m_databaseIcon->setPixmap(m_theme.pixmap(QStringLiteral("database"), Token::secondary, 14, devicePixelRatioF()));
    m_badge->setStyleSheet(QStringLiteral("#railBadge{background:%1;color:%2;border-radius:7px;font-size:10px;font-weight:600;padding:0 3px;min-height:14px;max-height:14px}")
                               .arg(m_theme[Token::warningMark].name(), m_theme.dark() ? m_theme[Token::onAccent].name() : QStringLiteral("#1B2128")));
    m_dropVeil->setStyleSheet(QStringLiteral("#dropVeil{background:%1;border:2px solid %2;color:%2;font-size:20px;font-weight:600}")
                                  .arg(m_theme[Token::softAccent].name(), m_theme[Token::accent].name()));
}

void MainWindow::syncName()
{
    const auto name = m_backend.databaseName();
    const bool opened = m_backend.store() != nullptr;
    setWindowTitle(opened ? tr("%1 – Rivereto").arg(name) : tr("Rivereto"));
    m_databaseIcon->setVisible(opened);
    m_databaseName->setText(QFontMetrics(m_databaseName->font()).elidedText(opened ? name : tr("No database open"), Qt::ElideMiddle, 400));
    m_databaseName->setProperty("role", opened ? "title" : "secondary");
    m_databaseName->setStyleSheet(opened ? QStringLiteral("font-weight:600") : QString());
}

/// Flows that are missing from an answer are told once, not with every answer.
void MainWindow::sayDamage()
{
    const auto& answer = m_explorer.answer();
    if (!answer || !answer->result)
        return;
    const auto& result = *answer->result;
    const auto damage = text(core::damageText(result.damaged, m_explorer.clock().offsetMinutes(result.range.from)));
    if (damage != m_saidDamage && !damage.isEmpty())
        m_banner->say(tr("%1. They are missing from what is shown; “rivereto check” on the file tells more and saves what is sound.").arg(damage));
    m_saidDamage = damage;
}

void MainWindow::syncStore()
{
    syncName();
    m_saidDamage.clear();
    const bool opened = m_backend.store() != nullptr;
    m_saveAction->setEnabled(opened);
    m_exploreAction->setEnabled(opened);
    m_flowsAction->setEnabled(opened);
    m_exportersAction->setEnabled(opened);
    m_findingsAction->setEnabled(opened);
    m_inspectAction->setEnabled(opened);
    for (const auto page : {Page::Explore, Page::Flows, Page::Exporters, Page::Findings, Page::Inspect})
        m_rail->button(static_cast<int>(page))->setEnabled(opened);
    m_banner->hide();
    m_explore->result().setPacketsOffered(m_backend.knowsPackets());
    emit storeOpened(opened);
    showPage(!opened ? Page::Home : m_explorer.state().page == StatePage::Flows ? Page::Flows : Page::Explore);
}

void MainWindow::showPage(Page page)
{
    if (page != Page::Home && !m_backend.store())
        return;
    m_pages->setCurrentIndex(static_cast<int>(page));
    m_rail->button(static_cast<int>(page))->setChecked(true);
    m_toolbar->setTimeShown(page != Page::Home && page != Page::Inspect); // it shows all datagrams
    const bool asks = page == Page::Explore || page == Page::Flows;
    m_query->setVisible(asks);
    m_query->setExportShown(page == Page::Explore);
    // A state says where it is looked at; pages that ask nothing are no state.
    if (asks)
        m_explorer.change([page](ViewState& next) { next.page = page == Page::Flows ? StatePage::Flows : StatePage::Explore; });
    if (page == Page::Explore)
        m_explore->chart().setFocus(Qt::OtherFocusReason);
    else if (page == Page::Flows)
        m_flows->table().setFocus(Qt::OtherFocusReason);
    else if (page == Page::Exporters)
        m_exporters->table().setFocus(Qt::OtherFocusReason);
    else if (page == Page::Findings)
        m_findings->table().setFocus(Qt::OtherFocusReason);
    else if (page == Page::Inspect)
        m_inspect->table().setFocus(Qt::OtherFocusReason);
    else
        m_home->setFocus(Qt::OtherFocusReason);
}

/// Back and Forward change the page, too.
void MainWindow::syncPage()
{
    const auto wanted = m_explorer.state().page == StatePage::Flows ? Page::Flows : Page::Explore;
    if ((page() == Page::Explore || page() == Page::Flows) && page() != wanted)
        showPage(wanted);
}

void MainWindow::explainBrush()
{
    if (const auto brush = m_explore->chart().brush())
        m_explore->result().explain(*brush);
}

/// Of all that Explore shows within a marked range.
void MainWindow::savePackets(const core::TimeRange& range)
{
    QMenu menu(this);
    m_flowExports->addPackets(menu, m_explorer.state().query.filter, range);
    menu.exec(QCursor::pos());
}

void MainWindow::showFlows(const core::TimeRange& range, const std::string& condition)
{
    m_explorer.change([&](ViewState& next) {
        next.page = StatePage::Flows;
        if (range != m_explorer.shownRange())
            next.range = RangeChoice::between(range);
        if (!condition.empty())
            next.query.filter = narrowed(next.query.filter, condition, *m_explorer.schema());
    });
}

void MainWindow::open()
{
    auto* dialog = new QFileDialog(this, tr("Open captures or a database"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& paths) { openPaths(paths); });
    dialog->open();
}

void MainWindow::saveAs()
{
    auto* dialog = new QFileDialog(this, tr("Save a copy of the database"), QString(), tr("Rivereto database (*.rivereto)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("rivereto"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) { m_backend.saveAs(path); });
    dialog->open();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (localPaths(*event->mimeData()).isEmpty())
        return;
    event->acceptProposedAction();
    m_dropVeil->setGeometry(rect().adjusted(8, 8, -8, -8));
    m_dropVeil->show();
    m_dropVeil->raise();
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) { m_dropVeil->hide(); }

void MainWindow::dropEvent(QDropEvent* event)
{
    m_dropVeil->hide();
    const auto paths = localPaths(*event->mimeData());
    if (paths.isEmpty())
        return;
    event->acceptProposedAction();
    openPaths(paths);
}

/// What was received cannot be read again from anywhere.
bool MainWindow::mayClose()
{
    if (!m_backend.unsaved())
        return true;
    const auto answer = QMessageBox::question(this, tr("Received flows"), tr("The flows received are in no file yet. Go on and lose them?"),
                                              QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Save);
    if (answer == QMessageBox::Save)
        saveAs();
    return answer == QMessageBox::Discard;
}

void MainWindow::openPaths(const QStringList& paths)
{
    if (mayClose())
        m_backend.openPaths(paths);
}

void MainWindow::startDemo()
{
    if (mayClose())
        m_backend.startDemo();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (isLastWindow() && !mayClose()) {
        event->ignore();
        return;
    }
    m_backend.setPreference(QLatin1String(kGeometryPreference), QString::fromLatin1(saveGeometry().toBase64()));
    if (isLastWindow())
        saveSession();
    QMainWindow::closeEvent(event);
}

} // namespace rivereto::ui
