// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/exporters/exporterspage.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <QHeaderView>
#include <QShowEvent>

#include "core/text/number.h"

namespace rivereto::ui {

namespace {

constexpr int kEveryMs = 1000;
constexpr int kRoomForRates = 1180;
constexpr int kRoomForTemplates = 1040;

QString count(uint64_t n) { return text(core::formatCount(n)); }

} // namespace

ExportersPage::ExportersPage(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent)
    : ListPage(theme, tr("Exporters"), tr("Find a name or address"), parent), m_backend(backend), m_explorer(explorer)
{
    buildTable();
    m_details = new ExporterDetailsPane(theme);
    setDetails(m_details, {330, 460});
    m_due.setSingleShot(true);

    connect(&m_due, &QTimer::timeout, this, &ExportersPage::ask);
    connect(&m_loader, &ExportersLoader::loaded, this, &ExportersPage::take);
    connect(&m_loader, &ExportersLoader::detailsLoaded, m_details, &ExporterDetailsPane::showDetails);
    connect(m_details, &ExporterDetailsPane::trafficAsked, this, [this](const std::string& condition, bool flows) {
        if (flows) {
            emit flowsAsked(condition);
            return;
        }
        m_explorer.narrow(condition);
        emit exploreAsked();
    });
    connect(m_find, &QLineEdit::textChanged, this, [this](const QString& needle) {
        m_model.setNeedle(needle.trimmed());
        choose();
    });
    connect(&backend, &Backend::storeChanged, this, &ExportersPage::syncStore);
    connect(&backend, &Backend::dataChanged, this, &ExportersPage::refresh);
    connect(&explorer, &Explorer::answerChanged, this, &ExportersPage::refresh);
    connect(&explorer, &Explorer::clockChanged, this, &ExportersPage::refresh);
    syncStore();
}

void ExportersPage::buildTable()
{
    m_table->setModel(&m_model);
    m_table->setItemDelegate(new ExporterDelegate(m_theme, m_table));
    auto* header = m_table->horizontalHeader();
    const int widths[] = {40, 140, 140, 150, 72, 140, 150, 84, 96, 120, 90};
    for (int i = 0; i < ExportersModel::kColumns; ++i)
        m_table->setColumnWidth(i, widths[i]);
    header->setSectionResizeMode(ExportersModel::Name, QHeaderView::Stretch);
    header->setSectionResizeMode(ExportersModel::Address, QHeaderView::Stretch);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(ExportersModel::Name, Qt::AscendingOrder);
    m_body->addWidget(m_table, 1);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        const auto* one = m_model.row(now.row());
        if (!one || m_chosen == one->health.key)
            return;
        m_chosen = one->health.key;
        loadDetails();
    });
    connect(m_table, &QTableView::activated, this, [this] {
        if (chosen())
            emit m_details->trafficAsked("ExporterAddress = " + m_chosen->exporter.toString(), false);
    });
}

void ExportersPage::syncStore()
{
    m_loader.cancel();
    m_due.stop();
    m_chosen.reset();
    m_model.setData(nullptr, false, m_explorer.clock());
    m_details->show(nullptr, {}, m_explorer.clock());
    setWords({});
    m_asked.invalidate();
    refresh();
}

void ExportersPage::refresh()
{
    m_stale = true;
    if (!isVisible() || !m_backend.store() || m_due.isActive())
        return;
    const auto passed = m_asked.isValid() ? m_asked.elapsed() : kEveryMs;
    m_due.start(static_cast<int>(std::max<qint64>(0, kEveryMs - passed)));
}

void ExportersPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_stale)
        refresh();
}

/// Where there is little room, the figures stay and the pictures go.
void ExportersPage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_table->setColumnHidden(ExportersModel::Rates, width() < kRoomForRates);
    m_table->setColumnHidden(ExportersModel::Templates, width() < kRoomForTemplates);
}

void ExportersPage::ask()
{
    const auto store = m_backend.store();
    if (!store || !isVisible())
        return;
    if (m_loader.running()) { // a store that takes longer than a second is not asked again meanwhile
        m_due.start(kEveryMs);
        return;
    }
    m_stale = false;
    m_asked.start();
    m_loader.load(store, m_explorer.shownRange(), m_backend.input().listening ? nowMs() : 0, m_explorer.now());
}

void ExportersPage::take(const ExportersDataPtr& data)
{
    const bool live = m_backend.input().listening;
    m_model.setData(data, live, m_explorer.clock());
    std::set<core::Ip> known;
    std::set<core::Ip> silent;
    double rate = 0;
    for (const auto& row : data->rows) {
        const auto address = row.health.key.exporter;
        if (known.insert(address).second)
            rate += row.flowsPerSecond;
    }
    for (const auto address : known) {
        if (std::ranges::all_of(data->rows, [&](const auto& row) { return row.health.key.exporter != address || row.state == ExporterRow::State::Silent; }))
            silent.insert(address);
    }
    QStringList parts {tr("%1 known").arg(count(known.size())), tr("%1 sending").arg(count(known.size() - silent.size())), tr("%1 flows/s").arg(count(static_cast<uint64_t>(std::llround(rate))))};
    if (data->error)
        parts = {errorText(*data->error)};
    else if (known.empty())
        parts = {tr("Nothing is known of the exporters of this database: its flows came before this was kept, or from a file of flows.")};
    setWords(parts.join(QStringLiteral(" · ")));
    if (!m_chosen && m_model.row(0))
        m_chosen = m_model.row(0)->health.key;
    choose();
    loadDetails();
    if (live)
        refresh();
}

void ExportersPage::select(const core::StreamKey& stream)
{
    m_find->clear();
    m_chosen = stream;
    choose();
    loadDetails();
}

/// Rows are others after each answer; the chosen one stays.
void ExportersPage::choose()
{
    if (m_chosen && m_chosen->protocol == core::Protocol::Unknown && m_model.data()) {
        const auto& rows = m_model.data()->rows;
        const auto first = std::ranges::find_if(rows, [&](const auto& row) { return row.health.key.exporter == m_chosen->exporter; });
        if (first != rows.end())
            m_chosen = first->health.key;
    }
    const int row = m_chosen ? m_model.rowOf(*m_chosen) : -1;
    if (row >= 0)
        m_table->setCurrentIndex(m_model.index(row, ExportersModel::Name));
}

const ExporterRow* ExportersPage::chosen() const
{
    if (!m_chosen || !m_model.data())
        return nullptr;
    const auto& rows = m_model.data()->rows;
    const auto found = std::ranges::find_if(rows, [&](const auto& row) { return row.health.key == *m_chosen; });
    return found == rows.end() ? nullptr : &*found;
}

void ExportersPage::loadDetails()
{
    const auto* one = chosen();
    const auto range = m_model.data() ? m_model.data()->range : core::TimeRange {};
    m_details->show(one, range, m_explorer.clock());
    if (one && m_backend.store())
        m_loader.loadDetails(m_backend.store(), one->health.key.exporter, range, m_explorer.now());
}

} // namespace rivereto::ui
