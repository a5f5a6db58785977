// SPDX-License-Identifier: GPL-3.0-or-later
// InspectPage: every datagram of the open captures, one of them as a tree with its bytes, and all templates. Read this first in
// ui/inspect.
#pragma once

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QTimer>

#include "ui/explore/explorer.h"
#include "ui/inspect/datagramlist.h"
#include "ui/inspect/datagramview.h"
#include "ui/inspect/templatesview.h"
#include "ui/window/backend.h"

namespace rivereto::ui {

class InspectPage : public QWidget {
    Q_OBJECT
public:
    InspectPage(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);

    enum class Tab : uint8_t { Datagrams, Templates };
    void setTab(Tab tab);
    [[nodiscard]] QTableView& table() { return *m_table; }
    [[nodiscard]] DatagramView& datagram() { return *m_view; }
    [[nodiscard]] TemplatesView& templates() { return *m_templates; }
    [[nodiscard]] const DatagramList& list() const { return m_list; }
    [[nodiscard]] const DatagramIndexer& indexer() const { return m_indexer; }
    [[nodiscard]] QString heading() const { return m_heading->text(); }
    [[nodiscard]] QLineEdit& search() { return *m_search; }
    /// Why there is nothing to show; empty when there is.
    [[nodiscard]] QString stateWords() const;
    /// Chooses a datagram, counted from 0; narrowing that hides it is removed.
    void showDatagram(quint64 number);
    /// The same, by its bytes, as soon as it is in the list; its record `record`, counted from 0, is chosen.
    void showDatagram(const core::KeptDatagram& datagram, quint64 record);

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* buildHead();
    QWidget* buildDatagrams();
    QWidget* buildState();
    QPushButton* addTab(QHBoxLayout& row, const QString& name, Tab tab);
    void reset();
    void begin();
    void take(const IndexPart& part);
    void finish(std::shared_ptr<const core::TemplateHistory> templates, quint64 datagrams, bool whole);
    void narrow();
    void syncChoices();
    void syncHeading();
    void syncState();
    void restyle();
    void load();
    void loaded(quint64 number, const std::shared_ptr<const LoadedDatagram>& datagram);
    void findNext();
    void seek();

    Backend& m_backend;
    Explorer& m_explorer;
    const Theme& m_theme;
    DatagramIndexer m_indexer;
    DatagramLoader m_loader;
    DatagramList m_list;
    std::shared_ptr<core::DatagramSource> m_source;
    /// A datagram that is asked for and was not read yet.
    struct Wanted {
        DatagramList::Marks marks;
        quint64 record = 0;
        size_t searched = 0; ///< of the list
    };
    std::optional<Wanted> m_wanted;
    std::optional<std::pair<quint64, quint64>> m_wantedRecord; ///< of a datagram that is being loaded
    bool m_stale = true; ///< the source is to be gone through when the page is looked at
    bool m_whole = false;
    quint64 m_datagrams = 0; ///< read, listed or not
    double m_share = 0;
    QTimer m_loadTimer;
    QTimer m_slowTimer; ///< it takes so long that it is said

    QLabel* m_heading;
    QPushButton* m_tabs[2] = {};
    QComboBox* m_exporter;
    QComboBox* m_protocol;
    QPushButton* m_problems;
    QLineEdit* m_search;
    QPushButton* m_cancel;
    QProgressBar* m_progress;
    QStackedWidget* m_stack;
    QTableView* m_table;
    DatagramView* m_view;
    TemplatesView* m_templates;
    QLabel* m_stateTitle;
    QLabel* m_stateWords;
};

} // namespace rivereto::ui
