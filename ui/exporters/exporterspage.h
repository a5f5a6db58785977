// SPDX-License-Identifier: GPL-3.0-or-later
// ExportersPage: every exporter with its health, and the details of one.
#pragma once

#include <QElapsedTimer>
#include <QTimer>

#include "ui/explore/explorer.h"
#include "ui/explore/listpage.h"
#include "ui/exporters/exporterdetailspane.h"

namespace rivereto::ui {

class ExportersPage : public ListPage {
    Q_OBJECT
public:
    ExportersPage(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);

    [[nodiscard]] ExportersModel& model() { return m_model; }
    [[nodiscard]] ExporterDetailsPane& details() { return *m_details; }
    /// Chooses a row, now or when it is known; protocol Unknown: the first of the exporter.
    void select(const core::StreamKey& stream);

public slots:
    /// Asks again; waits until the page is shown, and at most once a second.
    void refresh();

signals:
    /// Explorer was told to filter; the page for it should be shown.
    void exploreAsked();
    /// The range in force and a condition.
    void flowsAsked(const std::string& condition);

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildTable();
    void syncStore();
    void ask();
    void take(const ExportersDataPtr& data);
    void choose();
    void loadDetails();
    [[nodiscard]] const ExporterRow* chosen() const;

    Backend& m_backend;
    Explorer& m_explorer;
    ExportersModel m_model;
    ExportersLoader m_loader;
    QTimer m_due; ///< a question is wanted, but one was asked a moment ago
    QElapsedTimer m_asked;
    bool m_stale = true;
    std::optional<core::StreamKey> m_chosen;
    ExporterDetailsPane* m_details = nullptr;
};

} // namespace rivereto::ui
