// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/explainview.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMenu>
#include <QSplitter>
#include <QStyle>
#include <QVBoxLayout>

namespace rivereto::ui {

namespace {

constexpr int kHead = 40;
/// Values that are told of each dimension.
constexpr size_t kValues = 50;
constexpr uint64_t kMinute = 60'000;
constexpr int kMenuWords = 260; ///< pixels of a value in a menu

/// Percent of interfaces and numbers of different values do not add up: what stands behind them does.
core::Unit explainedUnit(core::Unit unit)
{
    if (core::isExplainable(unit))
        return unit;
    return core::isPercent(unit) ? core::Unit::L2Bps : core::Unit::Fps;
}

} // namespace

ExplainView::ExplainView(Explorer& explorer, const Theme& theme, QWidget* parent) : QWidget(parent), m_explorer(explorer), m_theme(theme)
{
    setObjectName(QStringLiteral("chart"));
    setAttribute(Qt::WA_StyledBackground);
    m_valueModel.setAsNames([this](uint32_t number) { return m_explorer.autonomousSystem(number); });
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildHead());
    column->addWidget(buildTables(), 1);
    connect(&m_runner, &ExplainRunner::found, this, &ExplainView::take);
    connect(&m_runner, &ExplainRunner::failed, this, &ExplainView::fail);
    connect(&m_runner, &ExplainRunner::runningChanged, this, &ExplainView::syncNote);
    connect(&explorer, &Explorer::clockChanged, this, &ExplainView::syncHead);
    connect(&explorer, &Explorer::stateChanged, this, &ExplainView::follow);
    connect(&theme, &Theme::changed, this, &ExplainView::syncIcons);
    syncIcons();
}

QWidget* ExplainView::buildHead()
{
    auto* head = new QFrame;
    head->setFixedHeight(kHead);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(12, 0, 8, 0);
    row->setSpacing(8);
    m_title = new QLabel;
    m_title->setProperty("role", "title");
    m_title->setTextFormat(Qt::PlainText);
    m_title->setMinimumWidth(40);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_note = new QLabel;
    m_note->setProperty("role", "small");
    m_progress = new QProgressBar;
    m_progress->setFixedWidth(80);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("Dimensions looked at"));
    m_cancel = new QPushButton(tr("Cancel"));
    m_close = new QPushButton;
    m_close->setProperty("icon", true);
    m_close->setFlat(true);
    m_close->setAccessibleName(tr("Back to the table (Escape)"));
    m_close->setToolTip(m_close->accessibleName());
    auto* choices = new QHBoxLayout;
    choices->setSpacing(0);
    m_baseline = new QButtonGroup(this);
    const std::tuple<core::Baseline, QString, QString, const char*> baselines[] = {
        {core::Baseline::Around, tr("Rest of the range"), tr("Against what is shown before and after it"), "first"},
        {core::Baseline::Before, tr("Period before"), tr("Against the time of the same length that ends where it starts"), "last"}};
    for (const auto& [baseline, name, help, segment] : baselines) {
        auto* button = new QPushButton(name);
        button->setCheckable(true);
        button->setToolTip(help);
        button->setProperty("segment", segment);
        m_baseline->addButton(button, static_cast<int>(baseline));
        choices->addWidget(button);
    }
    m_baseline->button(static_cast<int>(core::Baseline::Around))->setChecked(true);
    row->addWidget(m_title, 1);
    row->addWidget(m_note);
    row->addWidget(m_progress);
    row->addWidget(m_cancel);
    row->addLayout(choices);
    row->addWidget(m_close);
    connect(m_cancel, &QPushButton::clicked, this, &ExplainView::giveUp);
    connect(m_close, &QPushButton::clicked, this, &ExplainView::closeAsked);
    connect(m_baseline, &QButtonGroup::idClicked, this, &ExplainView::ask);
    return head;
}

QWidget* ExplainView::buildTables()
{
    m_dimensions = new ExplainTable(m_dimensionModel, m_theme, tr("Dimensions, best explanation first"));
    m_dimensions->setAccessibleDescription(tr("Enter groups by the dimension, Tab goes to its values."));
    m_dimensions->setWidths(ExplainedDimensions::Told, {{ExplainedDimensions::Name, 148}, {ExplainedDimensions::Difference, 100}, {ExplainedDimensions::Group, 66}});
    m_values = new ExplainTable(m_valueModel, m_theme, tr("Values that make the change"));
    m_values->setAccessibleDescription(tr("Enter filters for the value, Delete filters without it."));
    m_values->setWidths(ExplainedValues::Value, {{ExplainedValues::Before, 86}, {ExplainedValues::During, 86}, {ExplainedValues::Change, 140}, {ExplainedValues::Share, 60},
                                                 {ExplainedValues::Only, 28}, {ExplainedValues::Without, 28}});
    auto* splitter = new QSplitter;
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(9);
    splitter->addWidget(m_dimensions);
    splitter->addWidget(m_values);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({540, 570});
    connect(m_dimensions->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) { choose(now.row()); });
    connect(m_dimensions, &ExplainTable::linkClicked, this, &ExplainView::groupBy);
    connect(m_dimensions, &ExplainTable::menuAsked, this, &ExplainView::showDimensionMenu);
    connect(m_values, &ExplainTable::linkClicked, this, [this](int row, int column) { filterBy(row, column == ExplainedValues::Without); });
    connect(m_values, &ExplainTable::deletePressed, this, [this](int row) { filterBy(row, true); });
    connect(m_values, &ExplainTable::menuAsked, this, &ExplainView::showValueMenu);
    for (auto* table : {m_dimensions, m_values})
        connect(table, &ExplainTable::copyAsked, this, [this] { QApplication::clipboard()->setText(m_valueModel.copied()); });
    return splitter;
}

void ExplainView::syncIcons() { m_close->setIcon(m_theme.icon(QStringLiteral("close"), Token::secondary)); }

void ExplainView::explain(const core::TimeRange& range)
{
    m_range = range;
    m_shown = m_explorer.shownRange();
    m_dimension.clear();
    ask();
}

void ExplainView::stop()
{
    m_range.reset();
    m_runner.cancel();
}

core::ExplainQuery ExplainView::question() const
{
    const auto& state = m_explorer.state().query;
    core::ExplainQuery out{.query = {.range = m_shown, .filter = state.filter, .unit = explainedUnit(state.unit), .truncateV4 = state.truncateV4, .truncateV6 = state.truncateV6},
                           .range = m_range.value_or(core::TimeRange{}),
                           .baseline = static_cast<core::Baseline>(m_baseline->checkedId()),
                           .values = kValues};
    // Rows have no length to be spread over.
    out.query.spread = state.spread && out.query.unit != core::Unit::Fps && out.query.unit != core::Unit::Flows;
    return out;
}

void ExplainView::ask()
{
    const auto store = m_explorer.store();
    if (!store || !m_range)
        return;
    m_asked = question();
    m_error.reset();
    m_stopped = false;
    m_explanation.reset();
    m_filling = true;
    m_dimensionModel.setExplanation(nullptr, store->schema());
    m_filling = false;
    m_valueModel.setDimension(nullptr, m_asked.query, store->schema());
    m_runner.run(store, m_asked, m_explorer.now());
    syncHead();
}

/// Grouping leaves an explanation as it is; another filter or measure does not.
void ExplainView::follow()
{
    if (m_range && question().query != m_asked.query)
        ask();
}

void ExplainView::take(const ExplanationPtr& explanation)
{
    m_explanation = explanation;
    m_filling = true;
    m_dimensionModel.setExplanation(explanation, m_explorer.schema());
    // While the ranking grows the best one is shown, unless another was chosen.
    const int row = m_dimension.empty() ? 0 : m_dimensionModel.rowOf(m_dimension);
    m_dimensions->setCurrentIndex(m_dimensionModel.index(std::max(row, 0), 0));
    m_filling = false;
    showValues();
    syncHead();
}

void ExplainView::fail(const core::Error& error)
{
    m_error = error;
    syncNote();
}

void ExplainView::giveUp()
{
    m_stopped = true;
    m_runner.cancel();
}

void ExplainView::choose(int row)
{
    const auto* dimension = m_dimensionModel.at(row);
    if (m_filling || !dimension)
        return;
    m_dimension = dimension->dimension.name;
    showValues();
}

void ExplainView::showValues()
{
    const auto* dimension = m_dimensionModel.at(m_dimensions->currentIndex().row());
    const int row = m_values->currentIndex().row();
    m_valueModel.setDimension(std::shared_ptr<const core::ExplainedDimension>(m_explanation, dimension), m_asked.query, m_explorer.schema());
    if (m_valueModel.rowCount() > 0)
        m_values->setCurrentIndex(m_valueModel.index(m_values->hasFocus() ? std::clamp(row, 0, m_valueModel.rowCount() - 1) : 0, 0));
}

void ExplainView::syncHead()
{
    if (!m_range)
        return;
    const auto& clock = m_explorer.clock();
    const uint64_t step = m_range->length() < 10 * kMinute ? 1000 : kMinute;
    const auto from = clock.time(m_range->from, step);
    const auto to = clock.time(m_range->to, step);
    const bool around = m_asked.baseline == core::Baseline::Around;
    auto title = around ? tr("What changed %1 – %2 against the rest of the range").arg(from, to) : tr("What changed %1 – %2 against the period before").arg(from, to);
    if (m_explanation) {
        const auto relative = relativeChange(m_explanation->before, m_explanation->change());
        const auto change = signedQuantity(m_explanation->change(), unitSuffix(m_asked.query.unit));
        title = relative.isEmpty() ? tr("%1: %2").arg(title, change) : tr("%1: %2 (%3)").arg(title, change, relative);
    }
    m_title->setText(title);
    m_title->setToolTip(title);
    syncNote();
}

/// What is to be known beside the figures, or how far it is.
void ExplainView::syncNote()
{
    const bool running = m_runner.running();
    m_cancel->setVisible(running);
    m_progress->setVisible(running);
    m_progress->setRange(0, m_explanation ? static_cast<int>(m_explanation->asked) : 1);
    m_progress->setValue(m_explanation ? static_cast<int>(m_explanation->done) : 0);
    m_note->setProperty("role", m_error ? "error" : "small");
    m_note->style()->polish(m_note); // the role is looked at anew
    QString note;
    if (m_error)
        note = errorText(*m_error);
    else if (m_stopped && m_explanation)
        note = tr("Stopped after %1 of %2 dimensions").arg(m_explanation->done).arg(m_explanation->asked);
    else if (m_stopped)
        note = tr("Stopped");
    else if (running)
        note = tr("Looking at every dimension…");
    else if (m_explanation && m_explanation->rowsBefore + m_explanation->rowsDuring == 0)
        note = tr("No flows match");
    else if (m_explanation && m_explanation->against.empty())
        note = tr("The database holds nothing of that time");
    else if (m_explanation && !m_explanation->damaged.empty())
        note = tr("Some flows could not be read");
    else if (m_explanation && m_explanation->mixed)
        note = tr("Hardly a change in all: shares are of what rose and fell");
    m_note->setText(note);
}

void ExplainView::groupBy(int row)
{
    if (const auto* dimension = m_dimensionModel.at(row))
        m_explorer.setDimensions({dimension->dimension.name});
}

void ExplainView::filterBy(int row, bool without)
{
    const auto* dimension = m_dimensionModel.at(m_dimensions->currentIndex().row());
    const auto* value = m_valueModel.at(row);
    if (!dimension || !value)
        return;
    const auto condition = conditionFor(*m_explorer.schema(), dimension->dimension, value->text);
    if (condition)
        m_explorer.narrow(without ? "NOT (" + *condition + ")" : *condition);
}

void ExplainView::showDimensionMenu(int row, const QPoint& at)
{
    const auto* dimension = m_dimensionModel.at(row);
    if (!dimension)
        return;
    // By name: the ranking may grow while the menu is open.
    const auto name = dimension->dimension.name;
    QMenu menu(this);
    menu.addAction(tr("Group by it"), this, [this, name] { m_explorer.setDimensions({name}); });
    menu.addAction(tr("Group by it, too"), this, [this, name] {
        auto names = m_explorer.state().query.dimensions;
        if (std::ranges::find(names, name) == names.end())
            names.push_back(name);
        m_explorer.setDimensions(names);
    });
    menu.exec(at);
}

void ExplainView::showValueMenu(int row, const QPoint& at)
{
    const auto* dimension = m_dimensionModel.at(m_dimensions->currentIndex().row());
    const auto* value = m_valueModel.at(row);
    QMenu menu(this);
    if (dimension && value) {
        const auto label = m_valueModel.label(row);
        const auto shown = fontMetrics().elidedText(label, Qt::ElideRight, kMenuWords);
        if (const auto condition = conditionFor(*m_explorer.schema(), dimension->dimension, value->text)) {
            menu.addAction(tr("Filter for “%1”").arg(shown), this, [this, condition] { m_explorer.narrow(*condition); });
            menu.addAction(tr("Filter without “%1”").arg(shown), this, [this, condition] { m_explorer.narrow("NOT (" + *condition + ")"); });
            menu.addAction(tr("Show its flows"), this, [this, condition] { emit flowsAsked(m_asked.range, *condition); });
            menu.addSeparator();
        }
        menu.addAction(tr("Copy “%1”").arg(shown), this, [label] { QApplication::clipboard()->setText(label); });
    }
    menu.addAction(tr("Copy the table"), QKeySequence::Copy, this, [this] { QApplication::clipboard()->setText(m_valueModel.copied()); });
    menu.exec(at);
}

void ExplainView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        emit closeAsked();
    else
        QWidget::keyPressEvent(event);
}

} // namespace rivereto::ui
