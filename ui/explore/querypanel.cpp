// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/querypanel.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>

#include "ui/charts/chartkinds.h"
#include "ui/explore/dimensionchip.h"
#include "ui/explore/dimensionpicker.h"

namespace rivereto::ui {

namespace {

constexpr int kWidth = 256;
constexpr int kMargin = 16;
constexpr int kFieldWidth = 136;
constexpr int kWideFieldWidth = 184;
constexpr int kPrefixWidths[] = {82, 92};
constexpr core::Unit kUnits[] = {core::Unit::L3Bps,       core::Unit::L2Bps, core::Unit::Pps,     core::Unit::Fps,   core::Unit::InL2Percent,
                                 core::Unit::OutL2Percent, core::Unit::Bytes, core::Unit::Packets, core::Unit::Flows, core::Unit::Distinct};
constexpr unsigned kLimits[] = {5, 10, 15, 20, 30, 50};
constexpr core::Period kPeriods[] = {core::Period::Hour, core::Period::Day, core::Period::Week, core::Period::FourWeeks, core::Period::Year};

QString periodName(core::Period period)
{
    switch (period) {
    case core::Period::Hour: return QueryPanel::tr("hour");
    case core::Period::Day: return QueryPanel::tr("day");
    case core::Period::Week: return QueryPanel::tr("week");
    case core::Period::FourWeeks: return QueryPanel::tr("4 weeks");
    case core::Period::Year: return QueryPanel::tr("year");
    case core::Period::None: break;
    }
    return {};
}

/// Sets a number's entry, adding one for a number that a link brought along.
void choose(QComboBox& box, unsigned value, const QString& words)
{
    if (box.findData(value) < 0)
        box.addItem(words, value);
    box.setCurrentIndex(box.findData(value));
}

QLabel* caption(const QString& words)
{
    auto* label = new QLabel(words);
    label->setProperty("role", "caption");
    return label;
}

} // namespace

QueryPanel::QueryPanel(Explorer& explorer, const Theme& theme, QWidget* parent) : QFrame(parent), m_explorer(explorer), m_theme(theme)
{
    setObjectName(QStringLiteral("panel"));
    setFixedWidth(kWidth);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    outer->addWidget(scroll);
    auto* inside = new QWidget;
    inside->setObjectName(QStringLiteral("panelInside"));
    scroll->setWidget(inside);
    m_rows = new QVBoxLayout(inside);
    m_rows->setContentsMargins(kMargin, 12, kMargin, 16);
    m_rows->setSpacing(8);
    buildChart();
    buildGroups();
    buildMeasure();
    buildPrefixes();
    buildOptions();
    m_rows->addStretch(1);
    connect(&explorer, &Explorer::stateChanged, this, &QueryPanel::sync);
    connect(&theme, &Theme::changed, this, [this] { m_add->setIcon(m_theme.icon(QStringLiteral("plus"))); });
    sync();
}

void QueryPanel::buildChart()
{
    m_rows->addWidget(caption(tr("Chart")));
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    m_charts = new QButtonGroup(this);
    constexpr int kInRow = 3;
    const char* const segments[] = {"first", "middle", "last"};
    int place = 0;
    for (const auto& info : chartKinds()) {
        auto* button = new QPushButton(chartKindLabel(info));
        button->setCheckable(true);
        button->setProperty("segment", segments[place % kInRow]);
        button->setStyleSheet(QStringLiteral("padding:0"));
        m_charts->addButton(button, static_cast<int>(info.kind));
        row->addWidget(button, 1);
        if (++place % kInRow != 0)
            continue;
        m_rows->addLayout(row);
        row = new QHBoxLayout;
        row->setSpacing(0);
    }
    m_rows->addLayout(row);
    m_rows->addSpacing(8);
    connect(m_charts, &QButtonGroup::idClicked, this, [this](int id) { m_explorer.setChart(static_cast<ChartKind>(id)); });
}

void QueryPanel::buildGroups()
{
    m_rows->addWidget(caption(tr("Group by")));
    m_chips = new QVBoxLayout;
    m_chips->setSpacing(4);
    m_rows->addLayout(m_chips);
    m_add = new QPushButton(tr("Add a dimension…"));
    m_add->setObjectName(QStringLiteral("addDimension"));
    m_add->setProperty("dashed", true);
    m_add->setIcon(m_theme.icon(QStringLiteral("plus")));
    m_rows->addWidget(m_add);
    m_rows->addSpacing(8);
    connect(m_add, &QPushButton::clicked, this, &QueryPanel::addDimension);
}

void QueryPanel::buildMeasure()
{
    m_rows->addWidget(caption(tr("Measure")));
    m_units = new QComboBox;
    m_units->setObjectName(QStringLiteral("units"));
    m_units->setAccessibleName(tr("Units"));
    for (const auto unit : kUnits)
        m_units->addItem(unitLabel(unit), static_cast<int>(unit));
    auto* units = new QHBoxLayout;
    units->addWidget(new QLabel(tr("Units")), 1);
    m_units->setFixedWidth(kFieldWidth);
    units->addWidget(m_units);
    m_rows->addLayout(units);

    m_limit = new QComboBox;
    m_limit->setAccessibleName(tr("Number of series"));
    for (const auto limit : kLimits)
        m_limit->addItem(QString::number(limit), limit);
    m_limitBy = new QComboBox;
    m_limitBy->setAccessibleName(tr("Ranked by"));
    for (const auto& name : {tr("average"), tr("maximum"), tr("last")})
        m_limitBy->addItem(name);
    auto* top = new QHBoxLayout;
    top->setSpacing(6);
    top->addWidget(new QLabel(tr("Top")), 1);
    m_limit->setFixedWidth(60);
    m_limitBy->setFixedWidth(98);
    top->addWidget(m_limit);
    top->addWidget(new QLabel(tr("by")));
    top->addWidget(m_limitBy);
    m_rows->addLayout(top);

    connect(m_units, &QComboBox::activated, this, [this] {
        const auto unit = static_cast<core::Unit>(m_units->currentData().toInt());
        // Later, or the key that chose the unit chooses in the list of columns, too.
        if (unit == core::Unit::Distinct) {
            QMetaObject::invokeMethod(this, &QueryPanel::pickDistinct, Qt::QueuedConnection);
            return;
        }
        m_explorer.change([unit](ViewState& next) {
            next.query.unit = unit;
            next.query.distinct.clear();
        });
    });
    const auto limits = [this] {
        m_explorer.change([this](ViewState& next) {
            next.query.limit = m_limit->currentData().toUInt();
            next.query.limitBy = static_cast<core::LimitBy>(m_limitBy->currentIndex());
        });
    };
    connect(m_limit, &QComboBox::activated, this, limits);
    connect(m_limitBy, &QComboBox::activated, this, limits);
}

QComboBox* QueryPanel::prefixBox(const QString& family, std::initializer_list<unsigned> lengths, unsigned core::Query::* option)
{
    auto* box = new QComboBox;
    box->setProperty("compact", true);
    box->setAccessibleName(tr("Prefix length of %1 addresses").arg(family));
    for (const auto length : lengths)
        box->addItem(QStringLiteral("%1 /%2").arg(family).arg(length), length);
    connect(box, &QComboBox::activated, this, [this, box, option] {
        m_explorer.change([&](ViewState& next) { next.query.*option = box->currentData().toUInt(); });
    });
    return box;
}

void QueryPanel::buildPrefixes()
{
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    m_prefix = new QLabel(tr("Prefix"));
    m_prefix->setFixedWidth(kWidth - 2 * kMargin - kPrefixWidths[0] - kPrefixWidths[1] - 2 * 4);
    m_prefixV4 = prefixBox(QStringLiteral("IPv4"), {32, 28, 24, 22, 20, 16, 12, 8}, &core::Query::truncateV4);
    m_prefixV6 = prefixBox(QStringLiteral("IPv6"), {128, 64, 56, 48, 40, 32, 29}, &core::Query::truncateV6);
    m_prefixV4->setFixedWidth(kPrefixWidths[0]);
    m_prefixV6->setFixedWidth(kPrefixWidths[1]);
    m_prefixNote = new QLabel(tr("needs an address dimension"));
    m_prefixNote->setProperty("role", "hint");
    m_prefixNote->setAlignment(Qt::AlignRight);
    row->addWidget(m_prefix);
    row->addWidget(m_prefixV4);
    row->addWidget(m_prefixV6);
    m_rows->addLayout(row);
    m_rows->addWidget(m_prefixNote);
    m_rows->addSpacing(8);
}

QCheckBox* QueryPanel::optionBox(const QString& name, const QString& help, const std::function<void(ViewState&, bool)>& set)
{
    auto* box = new QCheckBox(name);
    box->setToolTip(help);
    connect(box, &QCheckBox::clicked, this, [this, set](bool on) { m_explorer.change([&](ViewState& next) { set(next, on); }); });
    return box;
}

void QueryPanel::buildOptions()
{
    m_rows->addWidget(caption(tr("Options")));
    m_bidirectional = optionBox(tr("Both directions"), tr("The opposite direction, too: below the axis, and in the table"),
                                [](ViewState& next, bool on) { next.query.bidirectional = on; });
    m_previous = optionBox(tr("Previous period"), tr("Compare with the same range that much earlier"), [this](ViewState& next, bool on) {
        next.query.previous = on ? static_cast<core::Period>(m_period->currentData().toInt()) : core::Period::None;
    });
    m_period = new QComboBox;
    m_period->setAccessibleName(tr("Previous period: how much earlier"));
    for (const auto period : kPeriods)
        m_period->addItem(periodName(period), static_cast<int>(period));
    m_period->setCurrentIndex(m_period->findData(static_cast<int>(core::Period::Day)));
    m_period->setFixedWidth(76);
    connect(m_period, &QComboBox::activated, this, [this] {
        m_explorer.change([this](ViewState& next) { next.query.previous = static_cast<core::Period>(m_period->currentData().toInt()); });
    });
    m_spread = optionBox(tr("Spread over flow duration"), tr("Bytes and packets are laid over the time that a flow lasted, not put at the time it was exported"),
                         [](ViewState& next, bool on) { next.query.spread = on; });
    m_billing = optionBox(tr("95th percentile of 5 minutes"), tr("Adds the figure that transit is billed by: the 95th percentile of 5-minute averages, by nearest rank"),
                          [](ViewState& next, bool on) { next.query.billing = on; });
    m_logarithmic = optionBox(tr("Logarithmic axis"), tr("Small series beside large ones"), [](ViewState& next, bool on) { next.logarithmic = on; });
    auto* previous = new QHBoxLayout;
    previous->addWidget(m_previous, 1);
    previous->addWidget(m_period);
    m_rows->addWidget(m_bidirectional);
    m_rows->addLayout(previous);
    for (auto* box : {m_spread, m_billing, m_logarithmic})
        m_rows->addWidget(box);
    m_rows->addSpacing(8);
}

bool QueryPanel::groupsByAddress() const
{
    const auto schema = m_explorer.schema();
    const auto bound = core::bindDimensions(m_explorer.state().query.dimensions, *schema);
    return bound && std::ranges::any_of(*bound, [&](const core::Dimension& one) { return (*schema)[one.column].type == core::Type::Address; });
}

void QueryPanel::sync()
{
    const auto& state = m_explorer.state();
    const auto& query = state.query;
    m_charts->button(static_cast<int>(state.chart))->setChecked(true);
    syncUnits();
    choose(*m_limit, query.limit, query.limit == 0 ? tr("all") : QString::number(query.limit));
    m_limitBy->setCurrentIndex(static_cast<int>(query.limitBy));
    // Totals are ranked by the total, whatever is chosen.
    m_limitBy->setEnabled(!core::isTotal(query.unit));
    choose(*m_prefixV4, query.truncateV4, QStringLiteral("IPv4 /%1").arg(query.truncateV4));
    choose(*m_prefixV6, query.truncateV6, QStringLiteral("IPv6 /%1").arg(query.truncateV6));
    const bool addresses = groupsByAddress();
    for (auto* widget : std::initializer_list<QWidget*>{m_prefix, m_prefixV4, m_prefixV6})
        widget->setEnabled(addresses);
    m_prefixNote->setVisible(!addresses);

    const bool overTime = queryKind(state.chart) == core::QueryKind::TimeSeries;
    m_bidirectional->setChecked(query.bidirectional);
    m_previous->setChecked(query.previous != core::Period::None);
    if (query.previous != core::Period::None)
        m_period->setCurrentIndex(m_period->findData(static_cast<int>(query.previous)));
    m_period->setEnabled(query.previous != core::Period::None);
    m_spread->setChecked(query.spread);
    m_billing->setChecked(query.billing);
    m_billing->setEnabled(overTime && !core::isTotal(query.unit));
    m_logarithmic->setChecked(state.logarithmic);
    m_logarithmic->setEnabled(overTime && state.chart != ChartKind::Share);
    if (m_shown != query.dimensions)
        syncChips();
}

/// "Different source addresses": the entry of a unit that needs a column names it.
void QueryPanel::syncUnits()
{
    const auto& query = m_explorer.state().query;
    const int distinct = m_units->findData(static_cast<int>(core::Unit::Distinct));
    m_units->setItemText(distinct, query.unit == core::Unit::Distinct ? unitLabel(query, *m_explorer.schema()) : tr("Different…"));
    m_units->setCurrentIndex(m_units->findData(static_cast<int>(query.unit)));
    m_units->setFixedWidth(query.unit == core::Unit::Distinct ? kWideFieldWidth : kFieldWidth);
    m_units->setToolTip(m_units->currentText());
}

void QueryPanel::pickDistinct()
{
    // Until a column is chosen the unit in force stays.
    syncUnits();
    auto* picker = new DimensionPicker(m_explorer.schema(), {}, this);
    connect(picker, &DimensionPicker::picked, this, [this](const std::string& name) {
        m_explorer.change([&](ViewState& next) {
            next.query.unit = core::Unit::Distinct;
            next.query.distinct = name;
        });
    });
    picker->move(m_units->mapToGlobal(QPoint(0, m_units->height() + 4)));
    picker->show();
}

void QueryPanel::syncChips()
{
    m_shown = m_explorer.state().query.dimensions;
    while (auto* item = m_chips->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    const auto schema = m_explorer.schema();
    for (size_t i = 0; i < m_shown.size(); ++i) {
        const auto dimension = core::bindDimensions(std::span(&m_shown[i], 1), *schema);
        auto* chip = new DimensionChip(dimension ? dimensionLabel(*schema, dimension->front()) : text(m_shown[i]), m_theme);
        connect(chip, &DimensionChip::removed, this, [this, i] { remove(i); });
        connect(chip, &DimensionChip::moved, this, [this, i](int by) {
            const auto last = static_cast<int>(m_shown.size()) - 1;
            move(i, static_cast<size_t>(std::clamp(static_cast<int>(i) + by, 0, last)));
        });
        m_chips->addWidget(chip);
    }
}

void QueryPanel::remove(size_t at)
{
    auto names = m_shown;
    names.erase(names.begin() + static_cast<ptrdiff_t>(at));
    m_explorer.setDimensions(names);
}

void QueryPanel::move(size_t from, size_t to)
{
    auto names = m_shown;
    const auto name = names[from];
    names.erase(names.begin() + static_cast<ptrdiff_t>(from));
    names.insert(names.begin() + static_cast<ptrdiff_t>(to), name);
    m_explorer.setDimensions(names);
    if (auto* item = m_chips->itemAt(static_cast<int>(to)))
        item->widget()->setFocus();
}

void QueryPanel::addDimension()
{
    auto* picker = new DimensionPicker(m_explorer.schema(), m_shown, this);
    connect(picker, &DimensionPicker::picked, this, [this](const std::string& name) {
        auto names = m_shown;
        names.push_back(name);
        m_explorer.setDimensions(names);
    });
    picker->move(m_add->mapToGlobal(QPoint(0, m_add->height() + 4)));
    picker->show();
}

} // namespace rivereto::ui
