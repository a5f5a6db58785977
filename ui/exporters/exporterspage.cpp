// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/exporters/exporterspage.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <QHBoxLayout>
#include <QHeaderView>
#include <QShowEvent>
#include <QVBoxLayout>

#include "core/text/number.h"
#include "ui/explore/dottedsplitter.h"

namespace rivereto::ui {

namespace {

constexpr int kHeadHeight = 40;
constexpr int kEveryMs = 1000;
constexpr int kRoomForRates = 1180;
constexpr int kRoomForTemplates = 1040;

QString count(uint64_t n) { return text(core::formatCount(n)); }

} // namespace

ExportersPage::ExportersPage(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent)
    : QWidget(parent), m_backend(backend), m_explorer(explorer), m_theme(theme)
{
    setObjectName(QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    auto* splitter = new DottedSplitter(theme, Qt::Vertical);
    splitter->setHandleWidth(9);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(buildTable());
    m_details = new ExporterDetailsPane(theme);
    splitter->addWidget(m_details);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({330, 460});
    rows->addWidget(splitter);
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
    connect(&theme, &Theme::changed, this, &ExportersPage::syncLook);
    syncLook();
    syncStore();
}

QWidget* ExportersPage::buildTable()
{
    auto* box = new QWidget;
    auto* rows = new QVBoxLayout(box);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    auto* head = new QFrame;
    head->setObjectName(QStringLiteral("exportersHead"));
    head->setFixedHeight(kHeadHeight);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(16, 0, 12, 0);
    m_heading = new QLabel;
    m_heading->setTextFormat(Qt::RichText);
    m_heading->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_find = new QLineEdit;
    m_find->setPlaceholderText(tr("Find a name or address"));
    m_find->setAccessibleName(tr("Find a name or address"));
    m_find->setClearButtonEnabled(true);
    m_find->setFixedWidth(240);
    row->addWidget(m_heading, 1);
    row->addWidget(m_find);
    m_table = new QTableView;
    m_table->setAccessibleName(tr("Exporters"));
    m_table->setModel(&m_model);
    m_table->setItemDelegate(new ExporterDelegate(m_theme, m_table));
    m_table->setShowGrid(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setTabKeyNavigation(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(28);
    auto* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setMinimumSectionSize(28);
    const int widths[] = {40, 140, 140, 150, 72, 140, 150, 84, 96, 120, 90};
    for (int i = 0; i < ExportersModel::kColumns; ++i)
        m_table->setColumnWidth(i, widths[i]);
    header->setSectionResizeMode(ExportersModel::Name, QHeaderView::Stretch);
    header->setSectionResizeMode(ExportersModel::Address, QHeaderView::Stretch);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(ExportersModel::Name, Qt::AscendingOrder);
    rows->addWidget(head);
    rows->addWidget(m_table, 1);
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
    return box;
}

void ExportersPage::syncLook()
{
    setStyleSheet(QStringLiteral("#exportersHead{background:%1;border-bottom:1px solid %2}"
                                 "QHeaderView::section{background:%3;color:%4;border:none;border-bottom:1px solid %2;padding:4px 8px;font-size:12px;font-weight:600}")
                      .arg(m_theme[Token::surface].name(), m_theme[Token::border].name(), m_theme[Token::background].name(), m_theme[Token::secondary].name()));
    m_table->viewport()->update();
}

void ExportersPage::syncStore()
{
    m_loader.cancel();
    m_due.stop();
    m_chosen.reset();
    m_model.setData(nullptr, false, m_explorer.clock());
    m_details->show(nullptr, {}, m_explorer.clock());
    m_heading->setText(QStringLiteral("<b>%1</b>").arg(tr("Exporters")));
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
    m_heading->setText(QStringLiteral("<b>%1</b>&nbsp; <span style='color:%2'>%3</span>").arg(tr("Exporters"), m_theme[Token::secondary].name(), parts.join(QStringLiteral(" · ")).toHtmlEscaped()));
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
