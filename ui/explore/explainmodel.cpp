// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/explore/explainmodel.h"

#include <algorithm>
#include <cmath>

#include "ui/models/texts.h"

namespace rivereto::ui {

namespace {

using Figure = SeriesTableModel::Figure;

/// A share with a real minus.
QString percent(double share) { return (share < 0 ? QStringLiteral("−") : QString()) + text(core::formatPercent(std::abs(share))); }

QString labelOf(const core::Schema& schema, const std::string& name)
{
    const auto bound = core::bindDimensions(std::span(&name, 1), schema);
    return bound ? dimensionLabel(schema, bound->front()) : text(name);
}

QString count(size_t number) { return text(core::formatCount(number)); }

/// Header as SeriesHeader paints it: with a unit, in line with words or with figures.
QVariant header(const QString& title, const QString& unit, bool figures, int role)
{
    switch (role) {
    case Qt::DisplayRole: return title;
    case SeriesTableModel::kUnitRole: return unit;
    case SeriesTableModel::kFigureRole: return static_cast<int>(figures ? Figure::Max : Figure::Key);
    default: return {};
    }
}

} // namespace

QString signedQuantity(double value, const QString& suffix)
{
    const auto size = quantity(std::abs(value), suffix);
    return value < 0 ? QStringLiteral("−") + size : value > 0 ? QStringLiteral("+") + size : size;
}

QString relativeChange(double before, double change)
{
    if (before <= 0)
        return {};
    return (change < 0 ? QStringLiteral("−") : QStringLiteral("+")) + text(core::formatPercent(std::abs(change) / before));
}

void ExplainedDimensions::setExplanation(const ExplanationPtr& explanation, std::shared_ptr<const core::Schema> schema)
{
    beginResetModel();
    m_explanation = explanation;
    m_schema = std::move(schema);
    endResetModel();
}

const core::ExplainedDimension* ExplainedDimensions::at(int row) const
{
    return row >= 0 && row < rowCount() ? &m_explanation->dimensions[static_cast<size_t>(row)] : nullptr;
}

int ExplainedDimensions::rowOf(const std::string& name) const
{
    if (!m_explanation)
        return -1;
    const auto& all = m_explanation->dimensions;
    const auto found = std::ranges::find(all, name, [](const core::ExplainedDimension& one) { return one.dimension.name; });
    return found == all.end() ? -1 : static_cast<int>(found - all.begin());
}

int ExplainedDimensions::rowCount(const QModelIndex& parent) const { return parent.isValid() || !m_explanation ? 0 : static_cast<int>(m_explanation->dimensions.size()); }

QString ExplainedDimensions::told(const core::ExplainedDimension& dimension) const
{
    if (!dimension.sameAs.empty())
        return tr("the same split as %1").arg(labelOf(*m_schema, dimension.sameAs));
    switch (dimension.verdict) {
    case core::Verdict::Explains: break;
    case core::Verdict::InProportion: return tr("changed as everything did");
    case core::Verdict::Sparse: return tr("hardly any flow has a value");
    case core::Verdict::PerFlow: return tr("another value in nearly every flow");
    case core::Verdict::Constant: return tr("one value only");
    case core::Verdict::TooMany: return tr("too many values");
    }
    if (dimension.needed == 0)
        return tr("nothing changed");
    const auto covered = percent(dimension.covered);
    return dimension.needed == 1 ? tr("1 of %1 values makes %2").arg(count(dimension.values), covered)
                                 : tr("%1 of %2 values make %3").arg(count(dimension.needed), count(dimension.values), covered);
}

QString ExplainedDimensions::hint(const core::ExplainedDimension& dimension, int column) const
{
    switch (column) {
    case Name: return text(dimension.dimension.name);
    case Told:
        if (dimension.verdict == core::Verdict::InProportion)
            return tr("The values that make the change had about that share of the traffic before.");
        if (dimension.verdict == core::Verdict::Explains && dimension.needed > 0)
            return tr("The fewest values that make 80 % of the change; they make %1 of it.").arg(percent(dimension.covered));
        return {};
    case Difference: return tr("Jensen–Shannon divergence between the shares of the values before and during, in bits: 0 is the same, 1 is nothing in common.");
    case Group: return tr("Group the chart by this");
    default: return {};
    }
}

QVariant ExplainedDimensions::data(const QModelIndex& index, int role) const
{
    const auto* dimension = at(index.row());
    if (!dimension)
        return {};
    const bool explains = dimension->verdict == core::Verdict::Explains && dimension->needed > 0;
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Name: return dimensionLabel(*m_schema, dimension->dimension);
        case Told: return told(*dimension);
        case Difference: return dimension->divergence ? QString::number(*dimension->divergence, 'f', 2) : QStringLiteral("–");
        case Group: return tr("Group by");
        default: return {};
        }
    case Qt::AccessibleTextRole:
        return index.column() == Name ? tr("%1: %2").arg(dimensionLabel(*m_schema, dimension->dimension), told(*dimension)) : data(index, Qt::DisplayRole);
    case Qt::ToolTipRole: return hint(*dimension, index.column());
    case kBarRole: return index.column() == Difference && dimension->divergence ? QVariant(*dimension->divergence) : QVariant();
    case kQuietRole: return !explains || (index.column() == Told && !dimension->sameAs.empty());
    case kStrongRole: return index.column() == Name && explains && dimension->sameAs.empty();
    case kLinkRole: return index.column() == Group;
    default: return {};
    }
}

QVariant ExplainedDimensions::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    switch (section) {
    case Name: return header(tr("Dimension"), {}, false, role);
    case Told: return header(tr("Fewest values that make the change"), {}, false, role);
    case Difference: return header(tr("Difference"), tr("bits"), true, role);
    default: return header({}, {}, false, role);
    }
}

void ExplainedValues::setDimension(std::shared_ptr<const core::ExplainedDimension> dimension, const core::Query& query, std::shared_ptr<const core::Schema> schema)
{
    beginResetModel();
    m_dimension = std::move(dimension);
    m_query = query;
    m_schema = std::move(schema);
    m_most = 0;
    double largest = 0;
    for (int i = 0; i < rowCount(); ++i) {
        const auto& value = row(i);
        m_most = std::max(m_most, std::abs(value.change));
        // All others together would make each value look like nothing.
        if (at(i))
            largest = std::max({largest, value.before, value.during});
    }
    m_scale = core::scaleFor(largest);
    endResetModel();
}

const core::ValueChange& ExplainedValues::row(int row) const
{
    const auto i = static_cast<size_t>(row);
    return i < m_dimension->top.size() ? m_dimension->top[i] : *m_dimension->rest;
}

const core::ValueChange* ExplainedValues::at(int row) const
{
    return m_dimension && row >= 0 && static_cast<size_t>(row) < m_dimension->top.size() ? &m_dimension->top[static_cast<size_t>(row)] : nullptr;
}

int ExplainedValues::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_dimension ? 0 : static_cast<int>(m_dimension->top.size() + (m_dimension->rest ? 1 : 0));
}

QString ExplainedValues::label(int row) const
{
    const auto* value = at(row);
    if (!value)
        return tr("%1 others").arg(count(m_dimension->values - m_dimension->top.size()));
    if (value->text.empty())
        return tr("none");
    const bool number = m_asNames && (*m_schema)[m_dimension->dimension.column].type == core::Type::Asn;
    const auto name = number ? m_asNames(text(value->text).toUInt()) : QString();
    return name.isEmpty() ? text(value->text) : QStringLiteral("%1 %2").arg(text(value->text), name);
}

/// On the scale of the column; what is there is never shown as 0.
QString ExplainedValues::figure(double value, bool sign) const
{
    const double size = std::abs(value) / m_scale.divisor;
    const auto mark = !sign || value == 0 ? QString() : value < 0 ? QStringLiteral("−") : QStringLiteral("+");
    if (size == 0)
        return QStringLiteral("0");
    if (size < 0.005)
        return mark + QStringLiteral("<0.01");
    return mark + text(core::formatFixed(std::abs(value), m_scale, 2));
}

QString ExplainedValues::shown(int row, int column) const
{
    const auto& value = this->row(row);
    switch (column) {
    case Value: return label(row);
    case Before: return figure(value.before, false);
    case During: return figure(value.during, false);
    case Change: return figure(value.change, true);
    case Share: return percent(value.share);
    case Only: return at(row) ? QStringLiteral("=") : QString();
    case Without: return at(row) ? QStringLiteral("≠") : QString();
    default: return {};
    }
}

QString ExplainedValues::hint(int row, int column) const
{
    const auto& value = this->row(row);
    const auto suffix = unitSuffix(m_query.unit);
    switch (column) {
    case Value: return label(row);
    case Before: return quantity(value.before, suffix);
    case During: return quantity(value.during, suffix);
    case Change: {
        const auto relative = relativeChange(value.before, value.change);
        return value.before == 0 ? tr("%1, was not there before").arg(signedQuantity(value.change, suffix))
            : value.during == 0  ? tr("%1, is gone").arg(signedQuantity(value.change, suffix))
                                 : tr("%1, %2 of what it was").arg(signedQuantity(value.change, suffix), relative);
    }
    case Share: return tr("Share of the whole change");
    case Only: return at(row) ? tr("Filter for “%1”").arg(label(row)) : QString();
    case Without: return at(row) ? tr("Filter without “%1”").arg(label(row)) : QString();
    default: return {};
    }
}

QVariant ExplainedValues::data(const QModelIndex& index, int role) const
{
    if (index.row() < 0 || index.row() >= rowCount())
        return {};
    const auto* value = at(index.row());
    switch (role) {
    case Qt::DisplayRole: return shown(index.row(), index.column());
    case Qt::AccessibleTextRole:
        return index.column() == Only || index.column() == Without ? QVariant(hint(index.row(), index.column())) : QVariant(shown(index.row(), index.column()));
    case Qt::ToolTipRole: return hint(index.row(), index.column());
    case kBarRole: return index.column() == Change && m_most > 0 ? QVariant(row(index.row()).change / m_most) : QVariant();
    case kQuietRole: return !value || value->text.empty() || index.column() == Share;
    case kStrongRole: return index.column() == Change && value && static_cast<size_t>(index.row()) < m_dimension->needed;
    case kLinkRole: return value && (index.column() == Only || index.column() == Without);
    default: return {};
    }
}

QVariant ExplainedValues::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    const auto unit = m_dimension ? scaledUnit(m_scale.prefix, unitSuffix(m_query.unit)) : QString();
    switch (section) {
    case Value: return header(m_dimension && m_schema ? dimensionLabel(*m_schema, m_dimension->dimension) : tr("Value"), {}, false, role);
    case Before: return header(tr("Before"), unit, true, role);
    case During: return header(tr("During"), unit, true, role);
    case Change: return header(tr("Change"), unit, true, role);
    case Share: return header(tr("Share"), {}, true, role);
    default: return header({}, {}, false, role);
    }
}

QString ExplainedValues::copied() const
{
    QString out;
    for (int column = Value; column <= Share; ++column)
        out += headerData(column, Qt::Horizontal).toString() + (column == Share ? u'\n' : u'\t');
    for (int row = 0; row < rowCount(); ++row) {
        const auto& value = this->row(row);
        out += label(row);
        for (const auto figure : {value.before, value.during, value.change, value.share})
            out += u'\t' + QString::number(figure, 'g', 12);
        out += u'\n';
    }
    return out;
}

} // namespace rivereto::ui
