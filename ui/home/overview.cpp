// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/home/overview.h"

#include <algorithm>

#include <QGridLayout>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>

#include "core/query/run.h"
#include "core/text/number.h"

namespace rivereto::ui {

namespace {

constexpr int kRow = 26;
constexpr unsigned kLeaders = 6;
constexpr uint64_t kDay = 24ULL * 3600 * 1000;
/// While flows arrive.
constexpr int kRefreshMs = 10'000;

struct ListKind {
    const char* dimension;
    const char* title;
};
constexpr ListKind kLists[] = {{"SrcAS", QT_TRANSLATE_NOOP("Overview", "Source AS")},
                               {"DstPort", QT_TRANSLATE_NOOP("Overview", "Destination port")},
                               {"Proto", QT_TRANSLATE_NOOP("Overview", "Protocol")},
                               {"SrcCountry", QT_TRANSLATE_NOOP("Overview", "Source country")}};

/// One leader: name, bar and figure.
class LeaderRow : public QPushButton {
public:
    LeaderRow(const Theme& theme, QString name, QString figure, double share) : m_theme(theme), m_name(std::move(name)), m_figure(std::move(figure)), m_share(share)
    {
        setFixedHeight(kRow);
        setFlat(true);
        setCursor(Qt::PointingHandCursor);
        setAccessibleName(QStringLiteral("%1: %2").arg(m_name, m_figure));
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        if (underMouse() || hasFocus())
            painter.fillRect(rect(), m_theme[Token::controlHover]);
        constexpr int figureWidth = 84;
        constexpr int barWidth = 60;
        const QRect names(8, 0, width() - figureWidth - barWidth - 24, height());
        const QRectF bar(names.right() + 8, height() / 2.0 - 6, barWidth * std::clamp(m_share, 0.0, 1.0), 12);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme[Token::shareBar]);
        painter.drawRoundedRect(bar, 2, 2);
        const auto font = m_theme.font(12);
        painter.setFont(font);
        painter.setPen(m_theme[Token::text]);
        painter.drawText(names, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, QFontMetrics(font).elidedText(m_name, Qt::ElideRight, names.width()));
        painter.setPen(m_theme[Token::secondary]);
        painter.drawText(rect().adjusted(0, 0, -8, 0), Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, m_figure);
    }

private:
    const Theme& m_theme;
    QString m_name;
    QString m_figure;
    double m_share;
};

} // namespace

TopList::TopList(const QString& title, const Theme& theme, QWidget* parent) : QFrame(parent), m_theme(theme), m_rows(new QVBoxLayout)
{
    setObjectName(QStringLiteral("box"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->setSpacing(4);
    auto* heading = new QPushButton(title);
    heading->setProperty("link", true);
    heading->setStyleSheet(QStringLiteral("text-align:left;padding-left:8px;font-weight:600"));
    heading->setToolTip(tr("Explore traffic by this"));
    column->addWidget(heading);
    m_rows->setSpacing(0);
    column->addLayout(m_rows);
    column->addStretch(1);
    setMinimumHeight(static_cast<int>(kLeaders) * kRow + 44);
    connect(heading, &QPushButton::clicked, this, &TopList::titleClicked);
}

void TopList::set(const core::QueryResult* result, const std::function<QString(const std::string&)>& label)
{
    while (auto* item = m_rows->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    if (!result)
        return;
    const double all = result->total.statistics.total;
    if (result->series.size() == 1 && result->series.front().key.front().empty()) {
        auto* nothing = new QLabel(tr("not known of these flows"));
        nothing->setProperty("role", "small");
        nothing->setContentsMargins(8, 4, 8, 4);
        m_rows->addWidget(nothing);
        return;
    }
    for (const auto& series : result->series) {
        if (series.other)
            continue;
        const auto& value = series.key.front();
        auto* row = new LeaderRow(m_theme, value.empty() ? tr("none") : label(value), quantity(series.statistics.average, unitSuffix(result->query.unit)),
                                  all > 0 ? series.statistics.total / all : 0);
        connect(row, &QPushButton::clicked, this, [this, value] { emit valueClicked(value); });
        m_rows->addWidget(row);
    }
}

/// What the background found.
struct Overview::Facts {
    core::StoreStatus status;
    AnswerPtr day; ///< the graph
    std::vector<std::optional<core::QueryResult>> lists;
    uint64_t exporters = 0;
};

Overview::Overview(Backend& backend, Explorer& explorer, const Theme& theme, QWidget* parent)
    : QWidget(parent), m_backend(backend), m_explorer(explorer), m_theme(theme)
{
    setObjectName(QStringLiteral("home"));
    setAttribute(Qt::WA_StyledBackground);
    m_pool.setMaxThreadCount(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(12);
    column->addWidget(buildTiles());
    auto* graph = new QFrame;
    graph->setObjectName(QStringLiteral("box"));
    auto* inside = new QVBoxLayout(graph);
    inside->setContentsMargins(1, 8, 1, 1);
    m_day = new QLabel;
    m_day->setProperty("role", "title");
    m_day->setContentsMargins(15, 0, 0, 0);
    m_chart = new TrafficChart(theme);
    inside->addWidget(m_day);
    inside->addWidget(m_chart, 1);
    column->addWidget(graph, 3);
    auto* grid = new QHBoxLayout;
    grid->setSpacing(12);
    for (const auto& kind : kLists) {
        auto* list = new TopList(tr(kind.title), theme);
        const std::string dimension = kind.dimension;
        connect(list, &TopList::titleClicked, this, [this, dimension] { explore({dimension}, std::nullopt); });
        connect(list, &TopList::valueClicked, this, [this, dimension](const std::string& value) {
            const auto schema = m_explorer.schema();
            const auto bound = core::bindDimensions(std::span(&dimension, 1), *schema);
            explore({dimension == "SrcAS" ? "DstAS" : "SrcAS"}, bound ? conditionFor(*schema, bound->front(), value) : std::nullopt);
        });
        grid->addWidget(list, 1);
        m_lists.push_back(list);
    }
    column->addLayout(grid, 2);
    connect(m_chart, &ChartView::zoomAsked, this, [this](const core::TimeRange& range) {
        m_explorer.setRange(RangeChoice::between(range));
        emit exploreAsked();
    });
    m_timer.setInterval(kRefreshMs);
    connect(&m_timer, &QTimer::timeout, this, &Overview::refresh);
    connect(&backend, &Backend::storeChanged, this, &Overview::refresh);
    connect(&backend, &Backend::inputChanged, this, &Overview::syncInput);
    syncInput();
}

Overview::~Overview()
{
    m_stop.request_stop();
    m_pool.waitForDone();
}

QLabel* Overview::tile(QHBoxLayout& row, const QString& name)
{
    auto* box = new QFrame;
    box->setObjectName(QStringLiteral("box"));
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(16, 10, 16, 10);
    column->setSpacing(2);
    auto* caption = new QLabel(name);
    caption->setProperty("role", "caption");
    auto* value = new QLabel(QStringLiteral("–"));
    value->setProperty("role", "state");
    column->addWidget(caption);
    column->addWidget(value);
    row.addWidget(box, 1);
    return value;
}

QWidget* Overview::buildTiles()
{
    auto* out = new QWidget;
    auto* row = new QHBoxLayout(out);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(12);
    m_rate = tile(*row, tr("Flow rate"));
    m_exporters = tile(*row, tr("Exporters"));
    m_last = tile(*row, tr("Last flow"));
    m_stored = tile(*row, tr("Stored flows"));
    return out;
}

void Overview::syncInput()
{
    const auto input = m_backend.input();
    m_rate->setText(input.listening ? tr("%1 flows/s").arg(text(core::formatCount(static_cast<uint64_t>(input.flowsPerSecond)))) : tr("not listening"));
    if (input.listening && isVisible())
        m_timer.start();
    else
        m_timer.stop();
}

void Overview::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    syncInput();
    refresh();
}

void Overview::refresh()
{
    m_stop.request_stop();
    const auto store = m_backend.store();
    const auto generation = ++m_generation;
    if (!store || !isVisible())
        return;
    m_stop = std::stop_source();
    const bool live = m_backend.input().listening;
    m_pool.start([this, store, live, generation, now = m_explorer.now(), stop = m_stop.get_token()] {
        auto facts = std::make_shared<Facts>();
        if (const auto status = store->status())
            facts->status = *status;
        QueryOrder order{.store = store, .state = {}, .live = live, .now = now};
        order.state.query.dimensions.clear();
        // A day, or all when that is less.
        const auto end = std::max<uint64_t>(live ? now.ms : facts->status.range.to, 1);
        const core::TimeRange range{std::clamp<uint64_t>(facts->status.range.from, end > kDay ? end - kDay : 0, end - 1), end};
        order.state.range = RangeChoice::between(range);
        facts->day = answerOf(order, stop);
        const core::Control control{.stop = stop, .progress = {}};
        core::Query query{.kind = core::QueryKind::Table, .range = range, .limit = kLeaders};
        for (const auto& kind : kLists) {
            query.dimensions = {kind.dimension};
            auto result = core::runQuery(*store, query, now, control);
            facts->lists.push_back(result ? std::optional(std::move(*result)) : std::nullopt);
        }
        query.dimensions = {"ExporterAddress"};
        query.unit = core::Unit::Flows;
        if (const auto result = core::runQuery(*store, query, now, control))
            facts->exporters = result->series.size() + result->cutOff - (result->cutOff > 0 ? 1 : 0);
        if (!stop.stop_requested())
            QMetaObject::invokeMethod(this, [this, generation, facts] { take(generation, facts); }, Qt::QueuedConnection);
    });
}

void Overview::take(quint64 generation, const std::shared_ptr<const Facts>& facts)
{
    if (generation != m_generation)
        return;
    const auto& clock = m_explorer.clock();
    const auto& status = facts->status;
    m_exporters->setText(text(core::formatCount(facts->exporters)));
    m_stored->setText(text(core::formatCount(status.rows)));
    m_last->setText(status.rows > 0 ? QStringLiteral("%1, %2").arg(clock.day(status.range.to - 1), clock.time(status.range.to - 1, 1000)) : QStringLiteral("–"));
    const bool some = facts->day && facts->day->result && facts->day->result->rowsMatched > 0;
    m_day->setText(some ? tr("All traffic, %1").arg(clock.range(facts->day->result->range)) : tr("All traffic"));
    m_chart->setLook({.clock = clock});
    m_chart->setAnswer(some ? facts->day : nullptr);
    for (size_t i = 0; i < m_lists.size(); ++i) {
        const bool numbers = std::string_view(kLists[i].dimension) == "SrcAS";
        m_lists[i]->set(facts->lists[i] ? &*facts->lists[i] : nullptr, [&](const std::string& value) {
            const auto name = numbers ? m_explorer.autonomousSystem(text(value).toUInt()) : QString();
            return name.isEmpty() ? text(value) : QStringLiteral("%1 %2").arg(text(value), name);
        });
    }
    m_loaded = true;
}

void Overview::explore(const std::vector<std::string>& dimensions, const std::optional<std::string>& condition)
{
    m_explorer.change([&](ViewState& next) {
        next.page = StatePage::Explore;
        next.query.dimensions = dimensions;
        next.query.filter = condition.value_or(std::string());
        next.range = m_backend.input().listening ? RangeChoice::last(kDay) : RangeChoice{};
    });
    emit exploreAsked();
}

} // namespace rivereto::ui
