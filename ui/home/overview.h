// SPDX-License-Identifier: GPL-3.0-or-later
// Overview: what an open database holds at a glance – rate, exporters, last flow, a day's graph, and who leads in what.
#pragma once

#include <QLabel>
#include <QThreadPool>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/charts/trafficchart.h"
#include "ui/explore/explorer.h"

namespace rivereto::ui {

/// The leaders of one dimension, as bars that can be clicked.
class TopList : public QFrame {
    Q_OBJECT
public:
    TopList(const QString& title, const Theme& theme, QWidget* parent = nullptr);
    /// `label` names a value; null while nothing is known.
    void set(const core::QueryResult* result, const std::function<QString(const std::string& value)>& label);

signals:
    /// The title: group by this.
    void titleClicked();
    /// A row: its value.
    void valueClicked(const std::string& value);

private:
    const Theme& m_theme;
    QVBoxLayout* m_rows;
};

class Overview : public QWidget {
    Q_OBJECT
public:
    Overview(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent = nullptr);
    ~Overview() override;
    /// Figures are there; for tests.
    [[nodiscard]] bool loaded() const { return m_loaded; }

signals:
    /// Explorer was told what to show.
    void exploreAsked();

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Facts;
    QWidget* buildTiles();
    QLabel* tile(QHBoxLayout& row, const QString& name);
    void refresh();
    void take(quint64 generation, const std::shared_ptr<const Facts>& facts);
    void syncInput();
    void explore(const std::vector<std::string>& dimensions, const std::optional<std::string>& condition);

    Backend& m_backend;
    Explorer& m_explorer;
    const Theme& m_theme;
    QLabel* m_rate = nullptr;
    QLabel* m_exporters = nullptr;
    QLabel* m_last = nullptr;
    QLabel* m_stored = nullptr;
    QLabel* m_day = nullptr; ///< names the graph's range
    TrafficChart* m_chart = nullptr;
    std::vector<TopList*> m_lists;
    QTimer m_timer;
    QThreadPool m_pool;
    std::stop_source m_stop;
    quint64 m_generation = 0;
    bool m_loaded = false;
};

} // namespace rivereto::ui
