// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/flows/flowspage.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMenu>
#include <QSplitter>
#include <QVBoxLayout>

#include "core/text/number.h"
#include "ui/explore/dottedsplitter.h"
#include "ui/flows/columnchooser.h"

namespace rivereto::ui {

namespace {

constexpr auto kColumnsPreference = "flows/columns";
constexpr auto kDetailsPreference = "flows/details";
/// While keys are held down, flows that are only passed are not looked up.
constexpr int kDetailsDelayMs = 60;
/// So many rows of a selection are summed and copied.
constexpr size_t kMostSummed = 100'000;
constexpr int kDetailsWidth = 386;
constexpr uint64_t kDay = 86'400'000;

QString count(uint64_t n) { return text(core::formatCount(n)); }

} // namespace

FlowsPage::FlowsPage(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent)
    : QWidget(parent), m_backend(backend), m_explorer(explorer), m_theme(theme)
{
    setObjectName(QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    m_state = new EmptyState(explorer, theme);
    m_stack = new QStackedWidget;
    m_stack->addWidget(buildTable());
    m_stack->addWidget(m_state);
    m_details = new DetailsPane(theme);
    m_splitter = new DottedSplitter(theme, Qt::Horizontal);
    m_splitter->setHandleWidth(9);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_stack);
    m_splitter->addWidget(m_details);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 0);
    m_splitter->setSizes({1000, kDetailsWidth});
    rows->addWidget(m_splitter, 1);
    m_details->setVisible(backend.preference(QLatin1String(kDetailsPreference)) != QStringLiteral("hidden"));
    m_detailsTimer.setSingleShot(true);
    m_detailsTimer.setInterval(kDetailsDelayMs);

    connect(&m_detailsTimer, &QTimer::timeout, this, &FlowsPage::loadDetails);
    connect(m_details, &DetailsPane::closeAsked, this, [this] {
        setDetailsShown(false);
        m_view->setFocus();
    });
    connect(&m_loader, &DetailsLoader::loaded, this, [this](const FlowDetails& details, bool complete) { m_details->show(details, complete, m_model.format()); });
    connect(&m_loader, &DetailsLoader::failed, m_details, &DetailsPane::showError);
    connect(&m_model, &FlowsModel::opened, this, &FlowsPage::take);
    connect(&m_model, &FlowsModel::failed, this, &FlowsPage::showError);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, &FlowsPage::syncFooting);
    connect(&explorer, &Explorer::stateChanged, this, &FlowsPage::sync);
    connect(&explorer, &Explorer::answerChanged, this, &FlowsPage::syncAnswer);
    connect(&explorer, &Explorer::clockChanged, this, &FlowsPage::syncFormat);
    connect(&theme, &Theme::changed, this, &FlowsPage::syncWidgets);
    syncSchema();
    syncWidgets();
    sync();
}

QWidget* FlowsPage::buildTable()
{
    auto* box = new QWidget;
    auto* rows = new QVBoxLayout(box);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    auto* head = new QFrame;
    head->setObjectName(QStringLiteral("flowsHead"));
    head->setFixedHeight(40);
    auto* heading = new QHBoxLayout(head);
    heading->setContentsMargins(12, 0, 12, 0);
    m_heading = new QLabel;
    m_heading->setTextFormat(Qt::RichText);
    m_heading->setMinimumWidth(40);
    m_heading->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_choose = new PartsButton(m_theme);
    heading->addWidget(m_heading, 1);
    heading->addWidget(m_choose);
    m_exportButton = new PartsButton(m_theme);
    m_exportButton->setObjectName(QStringLiteral("flowsExport"));
    heading->addWidget(m_exportButton);
    syncExport();
    m_view = new FlowsView(m_model, m_theme);
    auto* foot = new QFrame;
    foot->setObjectName(QStringLiteral("flowsFoot"));
    foot->setFixedHeight(26);
    auto* footing = new QHBoxLayout(foot);
    footing->setContentsMargins(12, 0, 12, 0);
    m_footing = new QLabel;
    m_footing->setTextFormat(Qt::RichText);
    m_footing->setMinimumWidth(40);
    m_footing->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_cost = new QLabel;
    for (auto* label : {m_footing, m_cost})
        label->setProperty("role", "small");
    footing->addWidget(m_footing, 1);
    footing->addWidget(m_cost);
    rows->addWidget(head);
    rows->addWidget(m_view, 1);
    rows->addWidget(foot);

    connect(m_choose, &QPushButton::clicked, this, &FlowsPage::openChooser);
    connect(m_exportButton, &QPushButton::clicked, this, &FlowsPage::openExports);
    m_fileExports = new FlowExports(m_backend, this);
    connect(&m_export, &FlowsExport::runningChanged, this, &FlowsPage::syncExport);
    connect(&m_export, &FlowsExport::progressed, this, [this](double share) { m_exportButton->setParts(QStringLiteral("stop"), Token::text, tr("Cancel export"), text(core::formatPercent(share)), false); });
    connect(&m_export, &FlowsExport::finished, this, [this](const QString& path, quint64 written) { emit exported(tr("%1 flows written: %2").arg(text(core::formatCount(written)), path)); });
    connect(&m_export, &FlowsExport::failed, this, [this](const core::Error& error) { emit exportFailed(errorText(error)); });
    connect(m_view, &FlowsView::viewed, this, &FlowsPage::syncHeading);
    connect(m_view, &FlowsView::sortAsked, this, &FlowsPage::sortBy);
    connect(m_view, &FlowsView::copyAsked, this, &FlowsPage::copyRows);
    connect(m_view, &FlowsView::openAsked, this, [this] {
        setDetailsShown(true);
        m_details->decoded().setFocus();
    });
    connect(m_view, &QAbstractItemView::doubleClicked, this, [this] { setDetailsShown(true); });
    connect(m_view, &QWidget::customContextMenuRequested, this, &FlowsPage::showMenu);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, &FlowsPage::syncFooting);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        m_loader.cancel();
        if (now.isValid())
            m_detailsTimer.start();
    });
    connect(&m_view->header(), &QHeaderView::sectionMoved, this, [this](int, int from, int to) { moved(from, to); });
    return box;
}

void FlowsPage::syncWidgets()
{
    const auto line = m_theme[Token::border].name();
    const auto ground = m_theme[Token::background].name();
    const auto surface = m_theme[Token::surface].name();
    setStyleSheet(QStringLiteral("#flowsHead{background:%2;border-bottom:1px solid %1}"
                                 "#flowsFoot{background:%2;border-top:1px solid %1}"
                                 "#details{background:%3}"
                                 "#detailsHead{background:%3;border-bottom:1px solid %1}"
                                 "#detailsBar{background:%3;border-bottom:1px solid %1}"
                                 "#detailsFoot{background:%2;border-top:1px solid %1}"
                                 "QAbstractScrollArea::corner{background:%3;border:none}"
                                 "#wireBadge{color:%6;border:1px solid %6;border-radius:3px;font-size:10px;padding:0 4px}"
                                 "#detailsWords{background:%2;border-bottom:1px solid %1;color:%4}"
                                 "QPushButton[tab=\"true\"]{background:transparent;border:none;border-bottom:2px solid transparent;border-radius:0;color:%4;min-height:36px;max-height:36px;padding:0 8px}"
                                 "QPushButton[tab=\"true\"]:checked{color:%5;border-bottom-color:%6;font-weight:600}"
                                 "QPushButton[tab=\"true\"]:disabled{color:%7}"
                                 "QPushButton[tab=\"true\"]:focus{color:%6}")
                      .arg(line, ground, surface, m_theme[Token::secondary].name(), m_theme[Token::text].name(), m_theme[Token::accent].name(), m_theme[Token::disabled].name()));
    syncHeading();
    syncFooting();
}

bool FlowsPage::detailsShown() const { return m_details->isVisibleTo(this); }

void FlowsPage::setDetailsShown(bool shown)
{
    if (shown == detailsShown())
        return;
    m_details->setVisible(shown);
    m_backend.setPreference(QLatin1String(kDetailsPreference), shown ? QStringLiteral("shown") : QStringLiteral("hidden"));
    if (shown)
        loadDetails();
    else
        m_loader.cancel();
}

bool FlowsPage::showsState() const { return m_stack->currentWidget() == m_state; }

/// Another schema has other columns.
void FlowsPage::syncSchema()
{
    const auto schema = m_explorer.schema();
    if (m_columns && &m_columns->schema() == schema.get())
        return;
    m_columns = std::make_shared<FlowColumns>(schema);
    auto ids = m_backend.preference(QLatin1String(kColumnsPreference)).split(u' ', Qt::SkipEmptyParts);
    ids.removeIf([this](const QString& id) { return !m_columns->find(id); });
    m_model.setColumns(m_columns, ids.isEmpty() ? m_columns->defaults() : ids);
    syncFormat();
}

void FlowsPage::setColumns(const QStringList& ids)
{
    const int first = m_view->firstRow();
    m_model.setColumns(m_columns, ids);
    m_view->setFirstRow(first);
    m_backend.setPreference(QLatin1String(kColumnsPreference), m_model.columnIds() == m_columns->defaults() ? QString() : m_model.columnIds().join(u' '));
    syncHeading();
}

void FlowsPage::moved(int from, int to)
{
    auto ids = m_model.columnIds();
    ids.move(from, to);
    // The model takes the order over; the header forgets its own.
    QMetaObject::invokeMethod(this, [this, ids] {
        const QSignalBlocker quiet(m_view->header());
        setColumns(ids);
        for (int i = 0; i < m_view->header().count(); ++i)
            m_view->header().moveSection(m_view->header().visualIndex(i), i);
        m_view->doItemsLayout();
    }, Qt::QueuedConnection);
}

FlowsOrder FlowsPage::order() const
{
    const auto& state = m_explorer.state();
    return {.store = m_explorer.store(), .filter = state.query.filter, .range = state.range, .live = m_backend.input().listening, .now = m_explorer.now()};
}

void FlowsPage::sync()
{
    const auto& state = m_explorer.state();
    const bool same = m_asked && m_asked->query.filter == state.query.filter && m_asked->range == state.range && m_model.wanted().store == m_explorer.store();
    if (!same)
        refresh();
}

/// The window asks again when flows have arrived; so does the listing, unless it has seen them already.
void FlowsPage::syncAnswer()
{
    const auto& answer = m_explorer.answer();
    if (!answer || (m_model.wanted().store == m_explorer.store() && answer->status.generation == m_model.pages().listing().status.generation && !m_model.pages().opening()))
        return;
    refresh();
}

void FlowsPage::refresh()
{
    m_stale = true;
    if (!isVisible())
        return;
    m_stale = false;
    if (!m_explorer.store()) {
        m_asked.reset();
        m_model.close();
        m_loader.cancel();
        m_details->clear();
        m_state->showWaiting(tr("Nothing to show yet"), tr("Open a capture or a database, or listen on a port."));
        m_stack->setCurrentWidget(m_state);
        return;
    }
    syncSchema();
    const bool another = m_model.wanted().store != m_explorer.store();
    const auto& state = m_explorer.state();
    const bool same = !another && m_asked && m_asked->query.filter == state.query.filter && m_asked->range == state.range;
    m_asked = state;
    if (another) {
        m_model.close();
        m_details->clear();
    }
    m_model.list(order(), same ? static_cast<uint64_t>(m_view->firstRow()) : 0);
    syncHeading();
}

void FlowsPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_stale)
        refresh();
}

void FlowsPage::take()
{
    syncFormat();
    if (m_model.matched() == 0) {
        showEmpty();
    } else {
        m_stack->setCurrentIndex(0);
        m_view->doItemsLayout();
        // Something to look at, when nothing else was chosen.
        if (!m_view->selectionModel()->hasSelection())
            m_view->setCurrentIndex(m_model.index(m_view->firstRow(), m_view->header().logicalIndex(0)));
    }
    syncHeading();
    syncFooting();
}

void FlowsPage::showEmpty()
{
    m_loader.cancel();
    m_details->clear();
    const auto& answer = m_explorer.answer();
    if (answer && answer->result && answer->result->rowsMatched == 0)
        m_state->showEmpty(*answer);
    else
        m_state->showWaiting(tr("No flow matches"), tr("Nothing in this range has what the filter asks for."));
    m_stack->setCurrentWidget(m_state);
}

void FlowsPage::showError(const core::Error& error)
{
    m_loader.cancel();
    m_details->clear();
    m_state->showError(error);
    m_stack->setCurrentWidget(m_state);
}

void FlowsPage::syncFormat()
{
    const auto& range = m_model.pages().listing().range;
    const auto day = [&](uint64_t ms) { return (ms + static_cast<uint64_t>(m_explorer.clock().offsetMinutes(ms) + 1440) * 60'000) / kDay; };
    const bool days = range.length() > 0 && day(range.from) != day(range.to - 1);
    const bool other = days != m_model.format().days;
    m_model.setFormat({.clock = m_explorer.clock(), .days = days, .asName = [this](uint32_t number) { return m_explorer.autonomousSystem(number); }});
    m_details->setFormat(m_model.format());
    if (other)
        m_view->fitColumns();
}

void FlowsPage::syncHeading()
{
    const auto matched = m_model.matched();
    const auto [first, last] = m_view->visibleRows();
    const auto secondary = m_theme[Token::secondary].name();
    auto words = matched == 1 ? tr("<b>1</b> flow matches") : tr("<b>%1</b> flows match").arg(count(matched));
    QString quiet;
    if (m_model.pages().opening() && m_model.rowCount() == 0)
        words = tr("Asking the database…");
    else if (last >= first && matched > 0)
        quiet = tr("showing %1–%2").arg(count(static_cast<uint64_t>(first) + 1), count(static_cast<uint64_t>(last) + 1));
    if (static_cast<uint64_t>(m_model.rowCount()) < matched && m_model.rowCount() > 0)
        quiet += tr(", no further than %1").arg(count(static_cast<uint64_t>(m_model.rowCount())));
    m_heading->setText(quiet.isEmpty() ? words : QStringLiteral("%1 <span style='color:%2'>&nbsp;· %3</span>").arg(words, secondary, quiet));
    m_choose->setParts(QStringLiteral("columns"), Token::secondary, tr("Columns"), tr("%1 of %2").arg(m_model.columnCount()).arg(m_columns ? m_columns->all().size() : 0), true);
    const auto ms = m_model.pages().listing().milliseconds;
    m_cost->setText(m_model.rowCount() == 0 ? QString() : tr("rows read in %1 ms").arg(ms < 10 ? QString::number(ms, 'f', 1) : QString::number(ms, 'f', 0)));
}

/// What is chosen, as exported and as it stands for.
void FlowsPage::syncFooting()
{
    const auto chosen = static_cast<uint64_t>(m_view->selectedCount());
    if (chosen == 0) {
        m_footing->setText(m_model.rowCount() > 0 ? tr("No flow selected") : QString());
        return;
    }
    uint64_t bytes = 0;
    uint64_t packets = 0;
    double allBytes = 0;
    double allPackets = 0;
    uint64_t summed = 0;
    std::optional<uint64_t> rate;
    bool oneRate = true;
    for (const int row : m_view->selectedRows(kMostSummed)) {
        const auto [rows, place] = m_model.at(row);
        if (!rows)
            continue;
        const auto number = [&, rows = rows, place = place](core::ColumnId id) { return rows->segment.column(id).number(place); };
        const auto own = std::max<uint64_t>(number(core::ColumnId::SamplingRate), 1);
        bytes += number(core::ColumnId::Bytes);
        packets += number(core::ColumnId::Packets);
        allBytes += static_cast<double>(number(core::ColumnId::Bytes)) * static_cast<double>(own);
        allPackets += static_cast<double>(number(core::ColumnId::Packets)) * static_cast<double>(own);
        oneRate = oneRate && rate.value_or(own) == own;
        rate = own;
        ++summed;
    }
    QStringList parts{chosen == 1 ? tr("1 flow selected") : tr("%1 flows selected").arg(count(chosen))};
    parts << (packets == 1 ? tr("%1 bytes, 1 packet as exported").arg(count(bytes)) : tr("%1 bytes, %2 packets as exported").arg(count(bytes), count(packets)));
    if (rate && (!oneRate || *rate > 1)) {
        const auto sum = QStringLiteral("<span style='color:%1'>%2</span>").arg(m_theme[Token::text].name(), tr("≈ %1, %2 packets").arg(text(core::formatBytes(allBytes)), count(static_cast<uint64_t>(allPackets))));
        parts << (oneRate ? tr("%1 at 1:%2").arg(sum, count(*rate)) : tr("%1 with sampling").arg(sum));
    }
    if (summed < chosen)
        parts << tr("sums of the %1 that are loaded").arg(count(summed));
    m_footing->setText(parts.join(QStringLiteral(" · ")));
}

void FlowsPage::sortBy(int section)
{
    const auto column = m_model.column(section).sort;
    if (column == core::ColumnId::kNone)
        return;
    const bool same = m_model.wanted().sort == column;
    // Times and figures: the latest and the largest first.
    const auto type = m_columns->schema()[column].type;
    const bool largest = type == core::Type::Time || type == core::Type::UInt64 || type == core::Type::UInt32;
    m_model.setSort(column, same ? !m_model.wanted().descending : largest, 0);
    m_view->setFirstRow(0);
}

void FlowsPage::openChooser()
{
    auto* popup = new ColumnChooser(m_columns, m_model.columnIds(), this);
    connect(popup, &ColumnChooser::changed, this, &FlowsPage::setColumns);
    const auto corner = m_choose->mapToGlobal(QPoint(m_choose->width(), m_choose->height() + 4));
    popup->move(corner - QPoint(popup->width(), 0));
    popup->show();
}

void FlowsPage::loadDetails()
{
    m_detailsTimer.stop();
    const auto current = m_view->currentIndex();
    if (!detailsShown() || !current.isValid() || m_model.pages().opening())
        return;
    m_loader.load(m_model.pages().order(), m_model.pages().listing(), static_cast<uint64_t>(current.row()), m_backend.datagrams());
}

void FlowsPage::copyRows()
{
    auto rows = m_view->selectedRows(kMostSummed);
    if (rows.empty() && m_view->currentIndex().isValid())
        rows = {m_view->currentIndex().row()};
    if (!rows.empty())
        QApplication::clipboard()->setText(m_model.copied(rows));
}

void FlowsPage::addFilters(QMenu& menu, core::ColumnId column, const std::string& value)
{
    const auto& schema = m_columns->schema();
    const auto& about = schema[column];
    const core::Dimension dimension{.name = std::string(about.name), .column = column};
    const auto condition = conditionFor(schema, dimension, value);
    const auto shown = QFontMetrics(font()).elidedText(value.empty() ? tr("none") : text(value), Qt::ElideRight, 220);
    if (condition) {
        const auto without = "NOT (" + *condition + ")";
        menu.addAction(tr("Filter for “%1”").arg(shown), this, [this, condition] { m_explorer.setFilter(narrowed(m_explorer.state().query.filter, *condition, *m_explorer.schema())); });
        menu.addAction(tr("Filter without “%1”").arg(shown), this, [this, without] { m_explorer.setFilter(narrowed(m_explorer.state().query.filter, without, *m_explorer.schema())); });
        menu.addAction(tr("Only “%1”").arg(shown), this, [this, condition] { m_explorer.setFilter(*condition); });
    }
    if (about.dimension) {
        menu.addAction(tr("Explore by %1").arg(columnLabel(about)), this, [this, dimension] {
            m_explorer.setDimensions({dimension.name});
            emit exploreAsked();
        });
    }
}

/// Of the selected flows, as far as their number allows a condition for each.
void FlowsPage::addPackets(QMenu& menu)
{
    constexpr size_t kMost = 50;
    constexpr std::array kColumns{core::ColumnId::SrcAddr, core::ColumnId::DstAddr, core::ColumnId::Proto, core::ColumnId::SrcPort, core::ColumnId::DstPort};
    const auto& schema = m_columns->schema();
    std::string filter;
    core::TimeRange range{UINT64_MAX, 0};
    for (const int number : m_view->selectedRows(kMost)) {
        const auto [rows, place] = m_model.at(number);
        if (!rows)
            return;
        std::string one;
        for (const auto column : kColumns) {
            const auto condition = conditionFor(schema, {.name = std::string(schema[column].name), .column = column}, FlowColumns::value(column, *rows, place));
            if (condition)
                one += (one.empty() ? "" : " AND ") + *condition;
        }
        filter += (filter.empty() ? "(" : " OR (") + one + ")";
        const auto at = rows->rows.view(core::ColumnId::TimeReceived).number(place);
        range.from = std::min(range.from, at);
        range.to = std::max(range.to, at + 1);
    }
    if (!filter.empty())
        m_fileExports->addPackets(menu, filter, range);
}

void FlowsPage::showMenu(const QPoint& at)
{
    const auto index = m_view->indexAt(at);
    if (!index.isValid())
        return;
    QMenu menu(this);
    const auto [rows, place] = m_model.at(index.row());
    if (rows) {
        const auto& column = m_model.column(index.column());
        for (size_t i = 0; i < column.parts.size(); ++i) {
            const auto part = column.parts[i];
            const auto value = FlowColumns::value(part, *rows, place);
            if (value.empty() && column.parts.size() > 1)
                continue;
            if (menu.isEmpty())
                addFilters(menu, part, value);
            else
                addFilters(*menu.addMenu(QStringLiteral("%1: %2").arg(columnLabel(m_columns->schema()[part]), text(value))), part, value);
        }
        if (!menu.isEmpty())
            menu.addSeparator();
        const auto cell = m_model.index(index.row(), index.column()).data().toString();
        menu.addAction(tr("Copy “%1”").arg(QFontMetrics(font()).elidedText(cell, Qt::ElideRight, 220)), this, [cell] { QApplication::clipboard()->setText(cell); });
    }
    menu.addAction(m_view->selectedCount() > 1 ? tr("Copy the selected rows") : tr("Copy the row"), QKeySequence::Copy, this, &FlowsPage::copyRows);
    addPackets(menu);
    menu.addSeparator();
    menu.addAction(tr("Show details"), QKeySequence(Qt::Key_Return), this, [this, index] {
        m_view->setCurrentIndex(index);
        setDetailsShown(true);
    });
    menu.exec(m_view->viewport()->mapToGlobal(at));
}

void FlowsPage::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape && detailsShown()) {
        setDetailsShown(false);
        m_view->setFocus();
        return;
    }
    QWidget::keyPressEvent(event);
}

} // namespace rivereto::ui
