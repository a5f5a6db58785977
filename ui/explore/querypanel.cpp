// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/querypanel.h"

#include <QHBoxLayout>
#include <QLabel>

#include "ui/charts/chartkinds.h"
#include "ui/explore/dimensionchip.h"
#include "ui/explore/dimensionpicker.h"

namespace rivereto::ui {

namespace {

constexpr int kWidth = 256;
constexpr core::Unit kUnits[] = {core::Unit::L3Bps, core::Unit::L2Bps, core::Unit::Pps, core::Unit::Fps, core::Unit::Bytes, core::Unit::Packets, core::Unit::Flows};
constexpr unsigned kLimits[] = {5, 10, 15, 20, 30, 50};

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
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 16);
    column->setSpacing(8);
    buildChart(*column);
    buildGroups(*column);
    buildMeasure(*column);
    column->addStretch(1);
    connect(&explorer, &Explorer::stateChanged, this, &QueryPanel::sync);
    connect(&theme, &Theme::changed, this, [this] { m_add->setIcon(m_theme.icon(QStringLiteral("plus"))); });
    sync();
}

void QueryPanel::buildChart(QVBoxLayout& column)
{
    column.addWidget(caption(tr("Chart")));
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
        column.addLayout(row);
        row = new QHBoxLayout;
        row->setSpacing(0);
    }
    column.addLayout(row);
    column.addSpacing(8);
    connect(m_charts, &QButtonGroup::idClicked, this, [this](int id) { m_explorer.setChart(static_cast<ChartKind>(id)); });
}

void QueryPanel::buildGroups(QVBoxLayout& column)
{
    column.addWidget(caption(tr("Group by")));
    m_chips = new QVBoxLayout;
    m_chips->setSpacing(4);
    column.addLayout(m_chips);
    m_add = new QPushButton(tr("Add a dimension…"));
    m_add->setObjectName(QStringLiteral("addDimension"));
    m_add->setProperty("dashed", true);
    m_add->setIcon(m_theme.icon(QStringLiteral("plus")));
    column.addWidget(m_add);
    column.addSpacing(8);
    connect(m_add, &QPushButton::clicked, this, &QueryPanel::addDimension);
}

void QueryPanel::buildMeasure(QVBoxLayout& column)
{
    column.addWidget(caption(tr("Measure")));
    m_units = new QComboBox;
    m_units->setObjectName(QStringLiteral("units"));
    m_units->setAccessibleName(tr("Units"));
    for (const auto unit : kUnits)
        m_units->addItem(unitLabel(unit), static_cast<int>(unit));
    auto* units = new QHBoxLayout;
    units->addWidget(new QLabel(tr("Units")), 1);
    m_units->setFixedWidth(136);
    units->addWidget(m_units);
    column.addLayout(units);

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
    column.addLayout(top);

    connect(m_units, &QComboBox::activated, this, [this] { m_explorer.setUnit(static_cast<core::Unit>(m_units->currentData().toInt())); });
    const auto limits = [this] { m_explorer.setLimit(m_limit->currentData().toUInt(), static_cast<core::LimitBy>(m_limitBy->currentIndex())); };
    connect(m_limit, &QComboBox::activated, this, limits);
    connect(m_limitBy, &QComboBox::activated, this, limits);
}

void QueryPanel::sync()
{
    const auto& state = m_explorer.state();
    m_charts->button(static_cast<int>(state.chart))->setChecked(true);
    m_units->setCurrentIndex(m_units->findData(static_cast<int>(state.query.unit)));
    if (m_limit->findData(state.query.limit) < 0)
        m_limit->addItem(QString::number(state.query.limit), state.query.limit);
    m_limit->setCurrentIndex(m_limit->findData(state.query.limit));
    m_limitBy->setCurrentIndex(static_cast<int>(state.query.limitBy));
    // Totals are ranked by the total, whatever is chosen.
    m_limitBy->setEnabled(!core::isTotal(state.query.unit));
    if (m_shown != state.query.dimensions)
        syncChips();
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
