// SPDX-License-Identifier: GPL-3.0-or-later
// ExplainedDimensions, ExplainedValues: an explanation as two tables – dimensions, best first, and the values of one of them.
#pragma once

#include <QAbstractTableModel>

#include "core/text/number.h"
#include "ui/explore/explainrunner.h"
#include "ui/models/seriestablemodel.h"

namespace rivereto::ui {

/// Of both tables, beside SeriesTableModel's roles for headers.
enum ExplainRole {
    kBarRole = Qt::UserRole + 100, ///< length of a bar: 0 … 1; of a change -1 … 1
    kQuietRole,                    ///< tells little
    kStrongRole,                   ///< tells most
    kLinkRole,                     ///< can be clicked on
};

class ExplainedDimensions : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Told, Difference, Group, kColumns };
    using QAbstractTableModel::QAbstractTableModel;
    /// Null empties it.
    void setExplanation(const ExplanationPtr& explanation, std::shared_ptr<const core::Schema> schema);
    /// Nothing for a row that is none.
    [[nodiscard]] const core::ExplainedDimension* at(int row) const;
    /// -1 when it is not there.
    [[nodiscard]] int rowOf(const std::string& name) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex&) const override { return kColumns; }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] QString told(const core::ExplainedDimension& dimension) const;
    [[nodiscard]] QString hint(const core::ExplainedDimension& dimension, int column) const;

    ExplanationPtr m_explanation;
    std::shared_ptr<const core::Schema> m_schema;
};

class ExplainedValues : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Value, Before, During, Change, Share, Only, Without, kColumns };
    using QAbstractTableModel::QAbstractTableModel;
    void setAsNames(AsNames names) { m_asNames = std::move(names); }
    /// Shares its life with the explanation it is part of; null empties it.
    void setDimension(std::shared_ptr<const core::ExplainedDimension> dimension, const core::Query& query, std::shared_ptr<const core::Schema> schema);
    /// The value of a row; nothing for the row of all others.
    [[nodiscard]] const core::ValueChange* at(int row) const;
    /// "15169 Google", "none".
    [[nodiscard]] QString label(int row) const;
    /// Tab-separated, with a header line.
    [[nodiscard]] QString copied() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex&) const override { return kColumns; }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] const core::ValueChange& row(int row) const;
    [[nodiscard]] QString figure(double value, bool sign) const;
    [[nodiscard]] QString shown(int row, int column) const;
    [[nodiscard]] QString hint(int row, int column) const;

    std::shared_ptr<const core::ExplainedDimension> m_dimension;
    std::shared_ptr<const core::Schema> m_schema;
    core::Query m_query;
    core::Scale m_scale;   ///< of before, during and change
    double m_most = 0;     ///< largest change
    AsNames m_asNames;
};

/// "+4.3 Gb/s", with a real minus.
QString signedQuantity(double value, const QString& suffix);
/// "+16 %" of what it was before; empty when that was nothing.
QString relativeChange(double before, double change);

} // namespace rivereto::ui
