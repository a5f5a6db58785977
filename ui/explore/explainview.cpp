// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/explainview.h"

#include <algorithm>
#include <cmath>

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QSplitter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include "core/text/number.h"

namespace rivereto::ui {

namespace {

constexpr int kRow = 24;
constexpr int kHead = 40;
enum DimensionColumn { kName, kVerdict, kDivergence, kGroup };
enum ValueColumn { kValue, kBefore, kDuring, kChange, kOnly, kWithout };
/// −1 … 1 of a change, 0 … 1 of a divergence.
constexpr int kBarRole = Qt::UserRole;
constexpr int kSignedRole = Qt::UserRole + 1;

/// Rows with bars: of a change to the left and right of a middle line, so that not only colour tells its sign.
class BarDelegate : public QStyledItemDelegate {
public:
    BarDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), m_theme(theme) { }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const bool chosen = option.state.testFlag(QStyle::State_Selected);
        painter->fillRect(option.rect, m_theme[chosen ? Token::selectedRow : Token::surface]);
        painter->setPen(m_theme[Token::softBorder]);
        painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
        const auto bar = index.data(kBarRole);
        auto words = option.rect.adjusted(8, 0, -8, 0);
        if (bar.isValid()) {
            const bool both = index.data(kSignedRole).toBool();
            const double room = both ? option.rect.width() * 0.15 : option.rect.width() * 0.45;
            const double zero = option.rect.left() + 8 + (both ? room : 0);
            const double width = std::clamp(bar.toDouble(), -1.0, 1.0) * room;
            painter->setPen(Qt::NoPen);
            painter->setBrush(m_theme[width < 0 ? Token::series2 : both ? Token::series1 : Token::shareBar]);
            painter->drawRect(QRectF(std::min(zero, zero + width), option.rect.center().y() - 5, std::abs(width), 11));
            if (both) {
                painter->setPen(m_theme[Token::secondary]);
                painter->drawLine(QPointF(zero, option.rect.top() + 4), QPointF(zero, option.rect.bottom() - 4));
            }
        }
        const bool link = index.data(Qt::UserRole + 2).toBool();
        const auto colour = index.data(Qt::ForegroundRole);
        painter->setFont(m_theme.font(12, index.data(Qt::UserRole + 3).toBool() ? QFont::DemiBold : QFont::Normal));
        painter->setPen(link ? m_theme[Token::accent] : colour.isValid() ? colour.value<QColor>() : m_theme[Token::text]);
        const auto alignment = static_cast<Qt::Alignment>(index.data(Qt::TextAlignmentRole).toInt());
        painter->drawText(words, static_cast<int>(alignment) | Qt::TextSingleLine, QFontMetrics(painter->font()).elidedText(index.data().toString(), Qt::ElideRight, words.width()));
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            painter->setPen(m_theme[Token::accent]);
            painter->setBrush(Qt::NoBrush);
            painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
        }
        painter->restore();
    }

private:
    const Theme& m_theme;
};

QTableWidgetItem* cell(const QString& words, Qt::Alignment alignment = Qt::AlignLeft)
{
    auto* out = new QTableWidgetItem(words);
    out->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
    out->setTextAlignment(alignment | Qt::AlignVCenter);
    return out;
}

QTableWidgetItem* link(const QString& words, const QString& help)
{
    auto* out = cell(words, Qt::AlignRight);
    out->setData(Qt::UserRole + 2, true);
    out->setToolTip(help);
    return out;
}

QString signedQuantity(double value, const QString& suffix)
{
    return (value < 0 ? QStringLiteral("−") : QStringLiteral("+")) + quantity(std::abs(value), suffix);
}

QTableWidget* table(const QStringList& header, const Theme& theme, const QString& name)
{
    auto* out = new QTableWidget(0, static_cast<int>(header.size()));
    out->setHorizontalHeaderLabels(header);
    out->setAccessibleName(name);
    out->verticalHeader()->hide();
    out->verticalHeader()->setDefaultSectionSize(kRow);
    out->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    out->setShowGrid(false);
    out->setSelectionBehavior(QAbstractItemView::SelectRows);
    out->setSelectionMode(QAbstractItemView::SingleSelection);
    out->setEditTriggers(QAbstractItemView::NoEditTriggers);
    out->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    out->setTabKeyNavigation(false);
    out->setItemDelegate(new BarDelegate(theme, out));
    out->horizontalHeader()->setHighlightSections(false);
    out->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    out->horizontalHeader()->setObjectName(QStringLiteral("explainHeader"));
    return out;
}

} // namespace

ExplainView::ExplainView(Explorer& explorer, const Theme& theme, QWidget* parent) : QWidget(parent), m_explorer(explorer), m_theme(theme)
{
    setObjectName(QStringLiteral("chart"));
    setAttribute(Qt::WA_StyledBackground);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildHead());
    buildTables();
    auto* splitter = new QSplitter;
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_dimensions);
    splitter->addWidget(m_values);
    splitter->setSizes({560, 560});
    column->addWidget(splitter, 1);
    connect(&m_runner, &ExplainRunner::found, this, &ExplainView::take);
    connect(&m_runner, &ExplainRunner::failed, this, [this](const core::Error& error) { m_state->setText(errorText(error)); });
    connect(&m_runner, &ExplainRunner::runningChanged, this, &ExplainView::syncHead);
    connect(&explorer, &Explorer::clockChanged, this, &ExplainView::syncHead);
    connect(&theme, &Theme::changed, this, &ExplainView::restyle);
    restyle();
}

QWidget* ExplainView::buildHead()
{
    auto* head = new QFrame;
    head->setFixedHeight(kHead);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(8);
    m_title = new QLabel;
    m_title->setProperty("role", "title");
    m_title->setMinimumWidth(40);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_state = new QLabel;
    m_state->setProperty("role", "small");
    m_cancel = new QPushButton(tr("Cancel"));
    m_close = new QPushButton;
    m_close->setProperty("icon", true);
    m_close->setFlat(true);
    m_close->setAccessibleName(tr("Back to the table (Escape)"));
    m_close->setToolTip(m_close->accessibleName());
    row->addWidget(m_title, 1);
    row->addWidget(m_state);
    row->addWidget(m_cancel);
    row->addWidget(new QLabel(tr("against")));
    auto* choices = new QHBoxLayout;
    choices->setSpacing(0);
    m_baseline = new QButtonGroup(this);
    const std::tuple<core::Baseline, QString, const char*> baselines[] = {{core::Baseline::Around, tr("the rest shown"), "first"}, {core::Baseline::Before, tr("the time before"), "last"}};
    for (const auto& [baseline, name, segment] : baselines) {
        auto* button = new QPushButton(name);
        button->setCheckable(true);
        button->setProperty("segment", segment);
        m_baseline->addButton(button, static_cast<int>(baseline));
        choices->addWidget(button);
    }
    m_baseline->button(static_cast<int>(core::Baseline::Around))->setChecked(true);
    row->addLayout(choices);
    row->addWidget(m_close);
    connect(m_cancel, &QPushButton::clicked, this, [this] { m_runner.cancel(); });
    connect(m_close, &QPushButton::clicked, this, &ExplainView::closeAsked);
    connect(m_baseline, &QButtonGroup::idClicked, this, &ExplainView::ask);
    return head;
}

void ExplainView::buildTables()
{
    m_dimensions = table({tr("Dimension"), tr("Values that make the change"), tr("Difference"), QString()}, m_theme, tr("Dimensions, best explanation first"));
    m_dimensions->setAccessibleDescription(tr("Enter groups by the dimension."));
    m_values = table({tr("Value"), tr("Before"), tr("During"), tr("Change"), QString(), QString()}, m_theme, tr("Values that make the change"));
    m_values->setAccessibleDescription(tr("Enter filters for the value, Delete leaves it out."));
    auto* left = m_dimensions->horizontalHeader();
    left->setSectionResizeMode(kVerdict, QHeaderView::Stretch);
    for (const auto& [column, width] : {std::pair(kName, 150), {kDivergence, 84}, {kGroup, 76}})
        m_dimensions->setColumnWidth(column, width);
    auto* right = m_values->horizontalHeader();
    right->setSectionResizeMode(kValue, QHeaderView::Stretch);
    for (const auto& [column, width] : {std::pair(kBefore, 78), {kDuring, 78}, {kChange, 196}, {kOnly, 50}, {kWithout, 66}})
        m_values->setColumnWidth(column, width);
    m_values->setContextMenuPolicy(Qt::CustomContextMenu);
    m_dimensions->setContextMenuPolicy(Qt::NoContextMenu);
    connect(m_dimensions, &QTableWidget::currentCellChanged, this, [this](int row) {
        if (m_filling || !m_explanation || row < 0 || row >= static_cast<int>(m_explanation->dimensions.size()))
            return;
        m_dimension = m_explanation->dimensions[static_cast<size_t>(row)].dimension.name;
        fillValues();
    });
    connect(m_dimensions, &QTableWidget::cellClicked, this, [this](int row, int column) {
        if (column == kGroup)
            groupBy(row);
    });
    connect(m_dimensions, &QTableWidget::cellActivated, this, &ExplainView::groupBy);
    connect(m_values, &QTableWidget::cellClicked, this, [this](int row, int column) {
        if (column == kOnly || column == kWithout)
            filterBy(row, column == kWithout);
    });
    connect(m_values, &QTableWidget::cellActivated, this, [this](int row) { filterBy(row, false); });
    connect(m_values, &QWidget::customContextMenuRequested, this, &ExplainView::showMenu);
}

void ExplainView::restyle()
{
    m_close->setIcon(m_theme.icon(QStringLiteral("close"), Token::secondary));
    if (m_explanation)
        fillDimensions();
}

void ExplainView::explain(const core::TimeRange& range)
{
    m_range = range;
    ask();
}

void ExplainView::ask()
{
    const auto store = m_explorer.store();
    if (!store)
        return;
    m_explanation.reset();
    m_dimension.clear();
    m_dimensions->setRowCount(0);
    m_values->setRowCount(0);
    m_state->clear();
    core::ExplainQuery query{.query = m_explorer.state().query, .range = m_range, .baseline = static_cast<core::Baseline>(m_baseline->checkedId())};
    query.query.dimensions.clear();
    query.query.bidirectional = false;
    query.query.previous = core::Period::None;
    query.query.range = m_explorer.shownRange();
    m_runner.run(store, query, m_explorer.now());
}

void ExplainView::take(const ExplanationPtr& explanation)
{
    m_explanation = explanation;
    fillDimensions();
    syncHead();
}

void ExplainView::syncHead()
{
    const auto& clock = m_explorer.clock();
    const uint64_t step = m_range.length() < 10 * 60'000 ? 1000 : 60'000;
    auto title = tr("What changed %1 – %2").arg(clock.time(m_range.from, step), clock.time(m_range.to, step));
    m_cancel->setVisible(m_runner.running());
    if (m_explanation) {
        const auto suffix = unitSuffix(m_explanation->query.unit);
        title += QStringLiteral(": %1").arg(signedQuantity(m_explanation->change(), suffix));
        if (m_explanation->before > 0)
            title += QStringLiteral(" (%1%2)").arg(m_explanation->change() < 0 ? QStringLiteral("−") : QStringLiteral("+"), text(core::formatPercent(std::abs(m_explanation->change()) / m_explanation->before)));
        if (m_runner.running())
            m_state->setText(tr("%1 of %2 dimensions").arg(m_explanation->done).arg(m_explanation->asked));
        else if (m_explanation->against.empty())
            m_state->setText(tr("the database holds nothing to compare with"));
        else
            m_state->setText(m_explanation->mixed ? tr("hardly any change in all; what one gained another lost") : QString());
    } else if (m_runner.running()) {
        m_state->setText(tr("Looking…"));
    }
    m_title->setText(title);
    m_title->setToolTip(title);
}

QString ExplainView::verdictText(const core::ExplainedDimension& dimension) const
{
    const auto covered = text(core::formatPercent(dimension.covered));
    if (!dimension.sameAs.empty()) {
        const auto bound = core::bindDimensions(std::span(&dimension.sameAs, 1), *m_explorer.schema());
        return tr("the same as %1").arg(bound ? dimensionLabel(*m_explorer.schema(), bound->front()) : text(dimension.sameAs));
    }
    switch (dimension.verdict) {
    case core::Verdict::Explains:
        return dimension.needed == 0 ? tr("nothing changed") : tr("%1 of %2 values make %3").arg(text(core::formatCount(dimension.needed)), text(core::formatCount(dimension.values)), covered);
    case core::Verdict::InProportion: return tr("grew or fell in proportion");
    case core::Verdict::Sparse: return tr("hardly any traffic has a value");
    case core::Verdict::PerFlow: return tr("another value in every flow");
    case core::Verdict::Constant: return tr("one value only");
    case core::Verdict::TooMany: return tr("too many values");
    }
    return {};
}

QString ExplainView::valueText(const core::ExplainedDimension& dimension, const std::string& value) const
{
    if (value.empty())
        return tr("none");
    const bool number = (*m_explorer.schema())[dimension.dimension.column].type == core::Type::Asn;
    const auto name = number ? m_explorer.autonomousSystem(text(value).toUInt()) : QString();
    return name.isEmpty() ? text(value) : QStringLiteral("%1 %2").arg(text(value), name);
}

const core::ExplainedDimension* ExplainView::chosen() const
{
    if (!m_explanation || m_explanation->dimensions.empty())
        return nullptr;
    const auto found = std::ranges::find(m_explanation->dimensions, m_dimension, [](const auto& one) { return one.dimension.name; });
    return found == m_explanation->dimensions.end() ? &m_explanation->dimensions.front() : &*found;
}

void ExplainView::fillDimensions()
{
    m_filling = true;
    const auto& all = m_explanation->dimensions;
    m_dimensions->setRowCount(static_cast<int>(all.size()));
    const auto* current = chosen();
    for (size_t i = 0; i < all.size(); ++i) {
        const int row = static_cast<int>(i);
        const auto& one = all[i];
        const bool explains = one.verdict == core::Verdict::Explains && one.sameAs.empty() && one.needed > 0;
        auto* name = cell(dimensionLabel(*m_explorer.schema(), one.dimension));
        name->setData(Qt::UserRole + 3, explains);
        auto* verdict = cell(verdictText(one));
        verdict->setForeground(m_theme[explains ? Token::text : Token::secondary]);
        auto* divergence = cell(one.divergence ? QString::number(*one.divergence, 'f', 2) : QStringLiteral("–"), Qt::AlignRight);
        divergence->setForeground(m_theme[Token::secondary]);
        divergence->setToolTip(tr("Jensen–Shannon divergence of the shares, in bits: 0 is the same, 1 is nothing in common"));
        if (one.divergence)
            divergence->setData(kBarRole, *one.divergence);
        m_dimensions->setItem(row, kName, name);
        m_dimensions->setItem(row, kVerdict, verdict);
        m_dimensions->setItem(row, kDivergence, divergence);
        m_dimensions->setItem(row, kGroup, link(tr("Group by"), tr("Group the chart by this")));
        if (&one == current)
            m_dimensions->setCurrentCell(row, kName);
    }
    m_filling = false;
    fillValues();
}

void ExplainView::fillValues()
{
    const auto* dimension = chosen();
    m_values->setRowCount(0);
    if (!dimension)
        return;
    auto rows = dimension->top;
    const bool rest = dimension->rest.has_value();
    if (rest)
        rows.push_back(*dimension->rest);
    double most = 0;
    for (const auto& row : rows)
        most = std::max(most, std::abs(row.change));
    const auto suffix = unitSuffix(m_explanation->query.unit);
    m_values->setRowCount(static_cast<int>(rows.size()));
    for (size_t i = 0; i < rows.size(); ++i) {
        const int row = static_cast<int>(i);
        const bool others = rest && i + 1 == rows.size();
        auto* value = cell(others ? tr("all others") : valueText(*dimension, rows[i].text));
        if (others)
            value->setForeground(m_theme[Token::secondary]);
        auto* change = cell(QStringLiteral("%1, %2").arg(signedQuantity(rows[i].change, suffix), text(core::formatPercent(std::abs(rows[i].share)))), Qt::AlignRight);
        change->setData(kBarRole, most > 0 ? rows[i].change / most : 0);
        change->setData(kSignedRole, true);
        m_values->setItem(row, kValue, value);
        m_values->setItem(row, kBefore, cell(quantity(rows[i].before, suffix), Qt::AlignRight));
        m_values->setItem(row, kDuring, cell(quantity(rows[i].during, suffix), Qt::AlignRight));
        m_values->setItem(row, kChange, change);
        m_values->setItem(row, kOnly, others ? cell({}) : link(tr("Filter"), tr("Show only this value")));
        m_values->setItem(row, kWithout, others ? cell({}) : link(tr("Without"), tr("Leave this value out")));
    }
}

void ExplainView::groupBy(int row)
{
    if (m_explanation && row >= 0 && row < static_cast<int>(m_explanation->dimensions.size()))
        m_explorer.setDimensions({m_explanation->dimensions[static_cast<size_t>(row)].dimension.name});
}

void ExplainView::filterBy(int row, bool without)
{
    const auto* dimension = chosen();
    if (!dimension || row < 0 || row >= static_cast<int>(dimension->top.size()))
        return;
    const auto condition = conditionFor(*m_explorer.schema(), dimension->dimension, dimension->top[static_cast<size_t>(row)].text);
    if (condition)
        m_explorer.narrow(without ? "NOT (" + *condition + ")" : *condition);
}

void ExplainView::showMenu(const QPoint& at)
{
    const auto* item = m_values->itemAt(at);
    const auto* dimension = chosen();
    if (!item || !dimension || item->row() >= static_cast<int>(dimension->top.size()))
        return;
    const int row = item->row();
    const auto name = fontMetrics().elidedText(valueText(*dimension, dimension->top[static_cast<size_t>(row)].text), Qt::ElideRight, 260);
    QMenu menu(this);
    menu.addAction(tr("Filter for “%1”").arg(name), this, [this, row] { filterBy(row, false); });
    menu.addAction(tr("Filter without “%1”").arg(name), this, [this, row] { filterBy(row, true); });
    menu.exec(m_values->viewport()->mapToGlobal(at));
}

void ExplainView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        emit closeAsked();
    else if (event->key() == Qt::Key_Delete && m_values->hasFocus())
        filterBy(m_values->currentRow(), true);
    else
        QWidget::keyPressEvent(event);
}

} // namespace rivereto::ui
