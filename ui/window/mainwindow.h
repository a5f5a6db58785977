// SPDX-License-Identifier: GPL-3.0-or-later
// MainWindow: menus, rail, toolbar and pages around one Backend. Read this first in ui/window.
#pragma once

#include <QButtonGroup>
#include <QLabel>
#include <QMainWindow>
#include <QStackedWidget>

#include "ui/explore/explorepage.h"
#include "ui/explore/savedviews.h"
#include "ui/exporters/exporterspage.h"
#include "ui/export/exporter.h"
#include "ui/export/flowexports.h"
#include "ui/findings/findingspage.h"
#include "ui/flows/flowspage.h"
#include "ui/inspect/inspectpage.h"
#include "ui/window/backend.h"
#include "ui/home/homepage.h"
#include "ui/window/jobstrip.h"
#include "ui/window/queryrow.h"
#include "ui/window/statusline.h"
#include "ui/window/toolbar.h"

namespace rivereto::ui {

enum class Page : uint8_t { Home, Explore, Flows, Exporters, Findings, Inspect };

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(Backend& backend, QWidget* parent = nullptr);

    void showPage(Page page);
    [[nodiscard]] Page page() const { return static_cast<Page>(m_pages->currentIndex()); }
    [[nodiscard]] Explorer& explorer() { return m_explorer; }
    [[nodiscard]] QueryRow& queryRow() { return *m_query; }
    [[nodiscard]] FilterBox& filter() { return m_query->box(); }
    [[nodiscard]] ExplorePage& explorePage() { return *m_explore; }
    [[nodiscard]] FlowsPage& flowsPage() { return *m_flows; }
    [[nodiscard]] ExportersPage& exportersPage() { return *m_exporters; }
    [[nodiscard]] FindingsPage& findingsPage() { return *m_findings; }
    [[nodiscard]] InspectPage& inspectPage() { return *m_inspect; }
    /// Shows the state of a link, in the open database or in the next one.
    void openLink(const QString& link);
    /// Writes what Explore shows; the banner tells how it went. `scale`: of pictures.
    void exportTo(const QString& path, ExportFormat format, int scale = 1);
    /// Opens what was open when the program was last left.
    void restoreSession();
    [[nodiscard]] Banner& banner() { return *m_banner; }
    [[nodiscard]] Theme& theme() { return m_theme; }

signals:
    /// Whether a database is open, now that this has changed.
    void storeOpened(bool open);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

private:
    QWidget* buildRail();
    void buildMenus();
    void buildFileMenu();
    void buildEditMenu();
    void buildViewMenu();
    void buildViewsMenu();
    void buildGoMenu();
    void buildCaptureMenu();
    void buildHelpMenu();
    void buildMenuRow();
    void open();
    void saveAs();
    void showKeys();
    void showAbout();
    void syncStore();
    void syncName();
    [[nodiscard]] bool mayClose();
    void openPaths(const QStringList& paths);
    void startDemo();
    void syncIcons();
    void setBadge(size_t count);
    void sayDamage();
    void copyLink();
    void askForLink();
    void openAnother();
    [[nodiscard]] bool isLastWindow() const;
    [[nodiscard]] bool restoresSession() const;
    void setRestoresSession(bool restores);
    void saveSession();
    void syncPage();
    void explainBrush();
    void showFlows(const core::TimeRange& range, const std::string& condition);
    void fillExports(QMenu& menu);
    std::optional<Exhibit> exhibit();
    void exportAs(ExportFormat format, int scale);
    void copyChart();

    void savePackets(const core::TimeRange& range);

    Backend& m_backend;
    Theme m_theme;
    Explorer m_explorer;
    Profile m_profile;
    QMenuBar* m_menus = nullptr;
    QButtonGroup* m_rail = nullptr;
    QStackedWidget* m_pages = nullptr;
    Toolbar* m_toolbar = nullptr;
    JobStrip* m_job = nullptr;
    Banner* m_banner = nullptr;
    QueryRow* m_query = nullptr;
    HomePage* m_home = nullptr;
    ExplorePage* m_explore = nullptr;
    FlowsPage* m_flows = nullptr;
    ExportersPage* m_exporters = nullptr;
    FindingsPage* m_findings = nullptr;
    QLabel* m_badge = nullptr; ///< of the findings, in the rail
    InspectPage* m_inspect = nullptr;
    SavedViews* m_views = nullptr;
    FlowExports* m_flowExports = nullptr;
    QString m_saidDamage;
    QLabel* m_databaseIcon = nullptr;
    QLabel* m_databaseName = nullptr;
    QWidget* m_dropVeil = nullptr;
    QAction* m_saveAction = nullptr;
    QAction* m_exploreAction = nullptr;
    QAction* m_flowsAction = nullptr;
    QAction* m_exportersAction = nullptr;
    QAction* m_findingsAction = nullptr;
    QAction* m_inspectAction = nullptr;
    QAction* m_listenAction = nullptr;
    QAction* m_cancelAction = nullptr;
    QMenu* m_recentMenu = nullptr;
};

} // namespace rivereto::ui
