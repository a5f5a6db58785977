// SPDX-License-Identifier: GPL-3.0-or-later
// FlowsPage: raw records of what Explore shows – the same filter and range – as a table with details. Read this first in ui/flows.
#pragma once

#include <QLabel>
#include <QStackedWidget>
#include <QTimer>

#include "ui/explore/emptystate.h"
#include "ui/flows/detailspane.h"
#include "ui/export/flowexports.h"
#include "ui/flows/flowsexport.h"
#include "ui/flows/flowsview.h"
#include "ui/window/partsbutton.h"

class QMenu;
class QSplitter;

namespace rivereto::ui {

class FlowsPage : public QWidget {
    Q_OBJECT
public:
    FlowsPage(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);

    [[nodiscard]] FlowsView& table() { return *m_view; }
    [[nodiscard]] FlowsModel& model() { return m_model; }
    [[nodiscard]] DetailsPane& details() { return *m_details; }
    [[nodiscard]] bool detailsShown() const;
    void setDetailsShown(bool shown);
    /// Chooses columns by their ids (FlowColumns) and remembers them.
    void setColumns(const QStringList& ids);
    /// True while no table is shown: no flow matches, or an error.
    [[nodiscard]] bool showsState() const;
    /// The line above the table, and the one below.
    [[nodiscard]] QString heading() const { return m_heading->text(); }
    [[nodiscard]] QString footing() const { return m_footing->text(); }

public slots:
    /// Asks again, as when flows have arrived. Waits until the page is shown.
    void refresh();

    /// Writes the listing's flows; `fields` empty: the columns shown.
    void exportTo(const QString& path, core::FlowForm form, std::vector<std::string> fields = {});

signals:
    /// What an export came to: plain text.
    void exported(const QString& words);
    void exportFailed(const QString& words);
    /// Explorer was told to group by this; the page for it should be shown.
    void exploreAsked();

protected:
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QWidget* buildTable();
    void sync();
    void syncAnswer();
    void syncSchema();
    void syncHeading();
    void syncFooting();
    void syncFormat();
    void syncWidgets();
    void take();
    void showEmpty();
    void showError(const core::Error& error);
    void sortBy(int section);
    void openChooser();
    void openExports();
    void syncExport();
    void showMenu(const QPoint& at);
    void addPackets(QMenu& menu);
    void addFilters(QMenu& menu, core::ColumnId column, const std::string& value);
    void loadDetails();
    void copyRows();
    void moved(int from, int to);
    [[nodiscard]] FlowsOrder order() const;

    Backend& m_backend;
    Explorer& m_explorer;
    const Theme& m_theme;
    std::shared_ptr<const FlowColumns> m_columns;
    FlowsModel m_model;
    DetailsLoader m_loader;
    std::optional<ViewState> m_asked; ///< that the listing was made of
    bool m_stale = true;              ///< to be asked when the page is shown
    QTimer m_detailsTimer;
    QSplitter* m_splitter = nullptr;
    QStackedWidget* m_stack = nullptr;
    QLabel* m_heading = nullptr;
    PartsButton* m_choose = nullptr;
    PartsButton* m_exportButton = nullptr;
    FlowsExport m_export;
    FlowExports* m_fileExports = nullptr;
    FlowsView* m_view = nullptr;
    QLabel* m_footing = nullptr;
    QLabel* m_cost = nullptr;
    EmptyState* m_state = nullptr;
    DetailsPane* m_details = nullptr;
};

} // namespace rivereto::ui
