// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/resultview.h"

#include <cmath>

#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

#include "core/text/time.h"
#include "ui/charts/chartlook.h"
#include "ui/explore/dottedsplitter.h"

namespace rivereto::ui {

namespace {

/// As the chart draws the previous period.
class DashedLine : public QWidget {
public:
    explicit DashedLine(const Theme& theme) : m_theme(theme) { setFixedSize(26, 16); }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setPen(QPen(m_theme[Token::text], 1.6, Qt::DashLine));
        painter.drawLine(QPointF(0, 8), QPointF(width(), 8));
    }

private:
    const Theme& m_theme;
};

} // namespace

ResultView::ResultView(Explorer& explorer, const Theme& theme, QWidget* parent) : QWidget(parent), m_explorer(explorer), m_theme(theme)
{
    auto* top = new QWidget;
    top->setObjectName(QStringLiteral("chart"));
    top->setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(top);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildHeading());
    m_charts = new QStackedWidget;
    column->addWidget(m_charts, 1);
    m_table = new SeriesTable(theme);
    m_table->model().setAsNames([this](uint32_t number) { return m_explorer.autonomousSystem(number); });
    auto* splitter = new DottedSplitter(theme, Qt::Vertical);
    splitter->setHandleWidth(9);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(top);
    m_explain = new ExplainView(explorer, theme);
    m_below = new QStackedWidget;
    m_below->addWidget(m_table);
    m_below->addWidget(m_explain);
    splitter->addWidget(m_below);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 0);
    splitter->setSizes({426, 320});
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(splitter);
    m_chart = chartFor(ChartKind::Stacked);
    connectTable();
    connect(&explorer, &Explorer::clockChanged, this, [this] {
        syncHeading();
        syncLook();
    });
    connect(&explorer, &Explorer::extrasChanged, this, &ResultView::syncLook);
}

QWidget* ResultView::buildHeading()
{
    auto* out = new QWidget;
    auto* row = new QHBoxLayout(out);
    row->setContentsMargins(16, 8, 24, 6);
    row->setSpacing(8);
    m_title = new QLabel;
    m_title->setProperty("role", "title");
    m_title->setMinimumWidth(40);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_beforeLine = new DashedLine(m_theme);
    m_before = new QLabel;
    m_points = new QLabel;
    for (auto* label : {m_before, m_points})
        label->setProperty("role", "small");
    row->addWidget(m_title, 1);
    row->addWidget(m_beforeLine);
    row->addWidget(m_before);
    row->addSpacing(8);
    row->addWidget(m_points);
    return out;
}

/// Made when it is first wanted.
ChartView* ResultView::chartFor(ChartKind kind)
{
    auto*& chart = m_made[chartKind(kind).make];
    if (!chart) {
        chart = chartKind(kind).make(m_theme);
        m_charts->addWidget(chart);
        connectChart(chart);
    }
    return chart;
}

void ResultView::connectChart(ChartView* chart)
{
    connect(chart, &ChartView::zoomAsked, &m_explorer, [this](const core::TimeRange& range) { m_explorer.setRange(RangeChoice::between(range)); });
    connect(chart, &ChartView::rangeDragged, &m_explorer, &Explorer::dragRange);
    connect(chart, &ChartView::backAsked, &m_explorer, &Explorer::back);
    connect(chart, &ChartView::brushChanged, this, [this] { emit brushChanged(m_chart->brush().has_value()); });
    connect(chart, &ChartView::explainAsked, this, &ResultView::explain);
    connect(chart, &ChartView::flowsAsked, this, [this](const core::TimeRange& range) { emit flowsAsked(range, {}); });
    connect(chart, &ChartView::packetsAsked, this, &ResultView::packetsAsked);
    connect(chart, &ChartView::seriesHovered, m_table, &SeriesTable::setHovered);
    connect(chart, &ChartView::seriesClicked, this, &ResultView::clicked);
    connect(chart, &ChartView::filterAsked, this, &ResultView::narrow);
    connect(chart, &ChartView::menuAsked, this, [this](int series, const QPoint& at) { m_table->showMenu(series, -1, at); });
}

void ResultView::connectTable()
{
    // Charts made before the table need it, too.
    for (const auto& [make, chart] : m_made)
        connect(chart, &ChartView::seriesHovered, m_table, &SeriesTable::setHovered);
    connect(m_explain, &ExplainView::closeAsked, this, &ResultView::closeExplain);
    connect(m_explain, &ExplainView::flowsAsked, this, &ResultView::flowsAsked);
    connect(m_table, &SeriesTable::hovered, this, &ResultView::highlight);
    connect(m_table, &SeriesTable::clicked, this, &ResultView::clicked);
    connect(m_table, &SeriesTable::filterAsked, this, &ResultView::narrow);
    connect(m_table, &SeriesTable::onlyAsked, this, [this](const core::Dimension& dimension) { m_explorer.setDimensions({dimension.name}); });
    connect(m_table, &SeriesTable::flowsAsked, this, [this](const std::vector<core::Dimension>& dimensions, const std::vector<std::string>& values) {
        const auto condition = conditionFor(*m_explorer.schema(), dimensions, values);
        if (const auto range = m_explorer.shownRange(); range && condition)
            emit flowsAsked(*range, *condition);
    });
    connect(m_table, &SeriesTable::menuOpened, this, [this](QMenu& menu, const std::vector<core::Dimension>& dimensions, const std::vector<std::string>& values) {
        const auto condition = conditionFor(*m_explorer.schema(), dimensions, values);
        if (const auto range = m_explorer.shownRange(); range && condition)
            emit menuOpened(menu, *range, *condition);
    });
}

void ResultView::setAnswer(const AnswerPtr& answer)
{
    m_answer = answer;
    m_chart = chartFor(answer->asked.chart);
    m_charts->setCurrentWidget(m_chart);
    // The table first: it knows what series are called.
    m_table->setAnswer(answer, m_explorer.schema());
    m_chart->setHighlighted(-1);
    syncLook();
    m_chart->setAnswer(answer);
    emit brushChanged(m_chart->brush().has_value());
    syncHeading();
}

void ResultView::explain(const core::TimeRange& range)
{
    m_below->setCurrentWidget(m_explain);
    m_explain->explain(range);
    m_explain->dimensions().setFocus();
}

void ResultView::closeExplain()
{
    const bool focused = m_explain->isAncestorOf(focusWidget());
    m_explain->stop();
    m_below->setCurrentWidget(m_table);
    if (focused)
        m_table->view().setFocus();
}

void ResultView::clear()
{
    closeExplain();
    m_answer.reset();
    m_visibility.showAll();
    for (const auto& [make, chart] : m_made)
        chart->setAnswer(nullptr);
    m_table->setAnswer(nullptr, m_explorer.schema());
}

void ResultView::syncHeading()
{
    if (!m_answer)
        return;
    const auto& result = *m_answer->result;
    m_title->setText(chartTitle(*m_explorer.schema(), m_answer->asked.query));
    m_title->setToolTip(m_title->text());
    const bool before = result.previous != nullptr;
    m_beforeLine->setVisible(before);
    m_before->setVisible(before);
    if (before)
        m_before->setText(result.previous->rowsMatched > 0 ? previousName(result, m_explorer.clock())
                                                           : tr("%1: no flows").arg(previousName(result, m_explorer.clock())));
    const bool speedless = core::isPercent(result.query.unit) && !std::isfinite(result.total.statistics.average);
    const auto value = quantity(result.total.statistics.average, unitSuffix(result.query.unit));
    if (speedless)
        m_points->setText(tr("No speed is known for these interfaces"));
    else if (result.intervalMs > 0)
        m_points->setText(tr("%1 points of %2").arg(QString::number(result.total.points.size()), text(core::formatInterval(result.intervalMs))));
    else if (core::isTotal(result.query.unit))
        m_points->setText(tr("%1 in %2").arg(value, lengthText(result.range.length())));
    else
        m_points->setText(tr("average of %1, %2").arg(lengthText(result.range.length()), value));
}

ChartLook ResultView::look()
{
    if (!m_answer)
        return {.clock = m_explorer.clock()};
    return lookOf(*m_answer, m_table->model(), m_explorer.clock(), m_visibility.hiddenIn(*m_answer->result), m_explorer.extras().capacity);
}

void ResultView::setPacketsOffered(bool offered)
{
    m_packetsOffered = offered;
    if (m_answer)
        syncLook();
}

void ResultView::syncLook()
{
    auto look = this->look();
    look.packets = m_packetsOffered;
    m_table->setHidden(look.hidden);
    m_chart->setLook(look);
}

void ResultView::highlight(int series) { m_chart->setHighlighted(series); }

void ResultView::clicked(int series, Qt::KeyboardModifiers modifiers)
{
    if (!m_answer)
        return;
    if (series < 0)
        m_visibility.showAll();
    else if (modifiers.testFlag(Qt::ControlModifier))
        m_visibility.toggle(*m_answer->result, series);
    else
        m_visibility.showAlone(*m_answer->result, series);
    m_table->select(m_visibility.hiddenIn(*m_answer->result).empty() || modifiers.testFlag(Qt::ControlModifier) ? -1 : series);
    syncLook();
}

void ResultView::narrow(const std::vector<core::Dimension>& dimensions, const std::vector<std::string>& values, bool without)
{
    const auto condition = conditionFor(*m_explorer.schema(), dimensions, values);
    if (condition)
        m_explorer.narrow(without ? "NOT (" + *condition + ")" : *condition);
}

} // namespace rivereto::ui
