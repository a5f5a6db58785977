// SPDX-License-Identifier: GPL-3.0-or-later
// SeriesTableModel: one row a series with its statistics; Other stays last, the total is apart for a pinned row.
#pragma once

#include <QAbstractTableModel>

#include "core/text/number.h"
#include "ui/models/queryrunner.h"

namespace rivereto::ui {

/// Name of an AS, empty when unknown. Set by whoever has a table of names.
using AsNames = std::function<QString(uint32_t)>;

class SeriesTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum class Figure : uint8_t { Key, Min, Max, Last, Average, P95, Billing, Before, Change, Share, Total };
    /// Of an answer in both directions: one of them, or both on one row.
    enum class Side : uint8_t { Direct, Reverse, Both };
    enum Role {
        kUnitRole = Qt::UserRole, ///< header: unit of the column's figures
        kFigureRole,              ///< header: int(Figure)
        kSeriesRole,              ///< position in the result, or -1
        kNumberRole,              ///< raw value; share as 0 … 1
        kDetailRole,              ///< secondary text behind the value: "318 more", an AS name
        kOtherRole,               ///< the row, or the value of this dimension, is Other
        kReverseRole,             ///< header: the column is about the reverse direction, beside one that is not
    };

    using QAbstractTableModel::QAbstractTableModel;
    void setAnswer(const AnswerPtr& answer, std::shared_ptr<const core::Schema> schema);
    void setAsNames(AsNames names) { m_asNames = std::move(names); }
    /// Takes effect when the answer has both directions.
    void setSide(Side side);
    [[nodiscard]] Side side() const { return hasReverse() ? m_side : Side::Direct; }
    [[nodiscard]] bool hasReverse() const { return m_answer && m_answer->result && m_answer->result->reverse; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

    /// The same for the pinned row of the total.
    [[nodiscard]] QVariant totalData(int column, int role = Qt::DisplayRole) const;
    [[nodiscard]] Figure figure(int column) const;
    [[nodiscard]] int columnOf(Figure figure) const;
    /// Position in the result of a row; -1 without one.
    [[nodiscard]] int seriesOf(int row) const;
    [[nodiscard]] int rowOf(int series) const;
    [[nodiscard]] const core::Schema& schema() const { return *m_schema; }
    /// Of the side that is shown; of the direct one when both are.
    [[nodiscard]] const core::QueryResult* result() const;
    /// All dimensions, AS numbers with their names.
    [[nodiscard]] QString label(int series) const;
    /// What a value of a dimension is called: AS numbers with their names.
    [[nodiscard]] QString valueLabel(size_t dimension, const std::string& value) const;
    /// Tab-separated, with a header line.
    [[nodiscard]] QString copied(const QList<int>& rows) const;

private:
    struct Measured {
        Figure figure;
        bool reverse = false;
    };
    void layout();
    [[nodiscard]] const core::QueryResult* reverse() const { return m_answer->result->reverse.get(); }
    /// The series of a number, or the total, in the direction of a column; null where that direction has none.
    [[nodiscard]] const core::Series* seriesIn(int column, int number) const;
    [[nodiscard]] const core::Series* before(int number) const;
    [[nodiscard]] Measured measured(int column) const;
    [[nodiscard]] double value(int column, int number) const;
    [[nodiscard]] double change(int number) const;
    [[nodiscard]] double share(int number) const;
    [[nodiscard]] QString figureText(int column, int number) const;
    [[nodiscard]] QString samplesText(int column, int number) const;
    [[nodiscard]] QString asName(const core::Series& series, int dimension) const;
    [[nodiscard]] bool lessKey(int column, const core::Series& one, const core::Series& two) const;
    void order();

    AnswerPtr m_answer;
    std::shared_ptr<const core::Schema> m_schema;
    AsNames m_asNames;
    std::vector<Measured> m_figures; ///< behind the dimensions
    Side m_side = Side::Direct;
    std::vector<int> m_rows;       ///< row → series
    core::Scale m_rate;
    core::Scale m_sum;
    int m_sortColumn = -1; ///< as ranked
    Qt::SortOrder m_sortOrder = Qt::DescendingOrder;
};

} // namespace rivereto::ui
