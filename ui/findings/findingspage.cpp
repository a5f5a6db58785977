// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/findings/findingspage.h"

#include <algorithm>

#include <QHeaderView>
#include <QShowEvent>

#include "core/text/number.h"

namespace rivereto::ui {

namespace {

constexpr qint64 kShownMs = 10'000;
constexpr qint64 kHiddenMs = 60'000;
constexpr int kSoonMs = 50; ///< several reasons to ask at once are one
constexpr uint64_t kShortestPointMs = 60'000; ///< of the charts that flows are measured by

QString count(uint64_t n) { return text(core::formatCount(n)); }

} // namespace

FindingsPage::FindingsPage(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent)
    : ListPage(theme, tr("Findings"), tr("Find an exporter or a word"), parent), m_backend(backend), m_explorer(explorer)
{
    buildTable();
    m_details = new FindingPane(theme);
    setDetails(m_details, {360, 430});
    m_due.setSingleShot(true);

    connect(&m_due, &QTimer::timeout, this, &FindingsPage::ask);
    connect(&m_loader, &FindingsLoader::loaded, this, &FindingsPage::take);
    connect(m_details, &FindingPane::flowsAsked, this, &FindingsPage::flowsAsked);
    connect(m_details, &FindingPane::exporterAsked, this, &FindingsPage::exporterAsked);
    connect(m_find, &QLineEdit::textChanged, this, [this](const QString& needle) {
        m_model.setNeedle(needle.trimmed());
        choose();
    });
    connect(&backend, &Backend::storeChanged, this, &FindingsPage::syncStore);
    connect(&backend, &Backend::dataChanged, this, &FindingsPage::refresh);
    connect(&explorer, &Explorer::clockChanged, this, [this] {
        if (m_model.data())
            take(m_model.data());
    });
    syncStore();
}

void FindingsPage::buildTable()
{
    m_table->setModel(&m_model);
    m_table->setItemDelegate(new FindingsDelegate(m_theme, m_table));
    auto* header = m_table->horizontalHeader();
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    const int widths[] = {40, 240, 210, 300, 170};
    for (int i = 0; i < FindingsModel::kColumns; ++i)
        m_table->setColumnWidth(i, widths[i]);
    header->setSectionResizeMode(FindingsModel::Evidence, QHeaderView::Stretch);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(FindingsModel::Mark, Qt::AscendingOrder);
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_table);
    m_stack->addWidget(buildState());
    m_body->addWidget(m_stack, 1);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        if (const auto* one = m_model.finding(now.row())) {
            m_chosen = *one;
            m_details->show(one, m_model, m_explorer.clock());
        }
    });
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex& index) {
        if (const auto* one = m_model.finding(index.row()); one && !one->condition.empty())
            emit flowsAsked(one->condition);
        else if (one && !one->stream.exporter.isZero())
            emit exporterAsked(one->stream);
    });
}

QWidget* FindingsPage::buildState()
{
    auto* box = new QWidget;
    box->setObjectName(QStringLiteral("listState"));
    box->setAttribute(Qt::WA_StyledBackground);
    auto* rows = new QVBoxLayout(box);
    rows->setContentsMargins(40, 32, 40, 32);
    m_state = new QLabel;
    m_state->setProperty("role", "state");
    m_words = new QLabel;
    m_words->setProperty("role", "secondary");
    m_words->setWordWrap(true);
    m_words->setMaximumWidth(720);
    rows->addWidget(m_state);
    rows->addWidget(m_words);
    rows->addStretch(1);
    return box;
}

void FindingsPage::setBadge(size_t count)
{
    if (count == m_badge)
        return;
    m_badge = count;
    emit badgeChanged(count);
}

void FindingsPage::say(const QString& title, const QString& words)
{
    m_state->setText(title);
    m_words->setText(words);
    m_stack->setCurrentIndex(1);
    m_details->hide();
}

void FindingsPage::syncStore()
{
    m_loader.cancel();
    m_due.stop();
    m_chosen.reset();
    m_model.setData(nullptr, m_explorer.clock());
    m_details->show(nullptr, m_model, m_explorer.clock());
    setWords({});
    m_asked.invalidate();
    setBadge(0);
    say(tr("Looking …"), QString());
    refresh();
}

void FindingsPage::refresh()
{
    if (!m_backend.store() || (m_due.isActive() && !isVisible()))
        return;
    const auto every = isVisible() ? kShownMs : kHiddenMs;
    const auto passed = m_asked.isValid() ? m_asked.elapsed() : every;
    m_due.start(static_cast<int>(std::max<qint64>(kSoonMs, every - passed)));
}

void FindingsPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_due.isActive())
        refresh();
}

void FindingsPage::ask()
{
    const auto store = m_backend.store();
    if (!store)
        return;
    if (m_loader.running()) {
        m_due.start(static_cast<int>(kShownMs));
        return;
    }
    m_asked.start();
    const auto& answer = m_explorer.answer();
    const auto point = answer && answer->result ? answer->result->intervalMs : 0;
    m_loader.load(store, std::max(point, kShortestPointMs), m_explorer.now());
}

void FindingsPage::take(const FindingsDataPtr& data)
{
    m_model.setData(data, m_explorer.clock());
    const auto serious = data->count(core::Severity::Serious), warnings = data->count(core::Severity::Warning), notes = data->count(core::Severity::Note);
    setBadge(serious + warnings);
    const auto checked = tr("Looked at %1 exporters and %2 flows").arg(count(data->exporters), count(data->flows));
    QStringList parts;
    if (!data->findings.empty())
        parts << tr("%1 serious").arg(count(serious)) << tr("%1 warnings").arg(count(warnings)) << tr("%1 notes").arg(count(notes));
    if (!data->error)
        parts << checked;
    setWords(parts.join(QStringLiteral(" · ")));
    if (data->error) {
        say(tr("This could not be found out"), errorText(*data->error));
        return;
    }
    if (data->findings.empty()) {
        if (data->streams == 0)
            say(tr("Nothing is known of the exporters"), tr("The flows of this database came before an account of exporters was kept, or from a file of flows. The flows themselves show nothing wrong."));
        else
            say(tr("Nothing wrong found"),
                tr("Looked for: data without templates, lost datagrams, parts that cannot be decoded, sampling rates that are unknown or contradict each other, wrong clocks, late and long flows, changing "
                   "templates, missing and unnamed interfaces, devices under several addresses, flows told by two exporters, flows without bytes."));
        return;
    }
    m_details->setVisible(true);
    m_stack->setCurrentIndex(0);
    choose();
}

/// Rows are others after each answer; the chosen finding stays, else the first is chosen.
void FindingsPage::choose()
{
    const int row = m_chosen ? m_model.rowOf(*m_chosen) : -1;
    if (m_model.rowCount() > 0) {
        m_table->setCurrentIndex(m_model.index(std::max(0, row), FindingsModel::Title));
        return;
    }
    m_details->show(nullptr, m_model, m_explorer.clock());
}

} // namespace rivereto::ui
