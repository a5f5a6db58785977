// SPDX-License-Identifier: GPL-3.0-or-later
// FlowsModel: raw flows as a table of any length; only pages that are looked at are read.
#pragma once

#include <QAbstractTableModel>

#include "ui/flows/flowpages.h"

namespace rivereto::ui {

class FlowsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    explicit FlowsModel(QObject* parent = nullptr);

    /// Columns in order; unknown ids are left out. What the pages lack is read again.
    void setColumns(std::shared_ptr<const FlowColumns> columns, const QStringList& ids);
    [[nodiscard]] const std::shared_ptr<const FlowColumns>& columns() const { return m_columns; }
    [[nodiscard]] const FlowColumn& column(int section) const { return m_shown[static_cast<size_t>(section)]; }
    [[nodiscard]] QStringList columnIds() const;
    /// The section that is sorted by; -1: none that is shown.
    [[nodiscard]] int sortSection() const;

    /// Lists anew; `around` is a row that will be looked at first. Sorting and columns are the model's own.
    void list(FlowsOrder order, uint64_t around);
    void setSort(core::ColumnId column, bool descending, uint64_t around);
    void close();
    [[nodiscard]] const FlowPages& pages() const { return m_pages; }
    [[nodiscard]] const FlowsOrder& wanted() const { return m_wanted; }
    /// Rows that match, also those beyond what a table can have.
    [[nodiscard]] uint64_t matched() const { return m_pages.listing().matched; }
    /// The rows that are on screen, and some around them.
    void prefetch(uint64_t firstRow, uint64_t lastRow);

    void setFormat(const FlowFormat& format);
    [[nodiscard]] const FlowFormat& format() const { return m_format; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// Nothing while its page is being read.
    [[nodiscard]] std::optional<FlowCell> cell(int row, int section) const;
    /// Where a row is among those that have been read; {nullptr, 0} when it is not.
    [[nodiscard]] std::pair<FlowRows*, size_t> at(int row) const;
    /// Tab-separated, with a header line; rows that are not there are left out.
    [[nodiscard]] QString copied(const std::vector<int>& rows) const;

signals:
    /// The listing that was asked for is there.
    void opened();
    void failed(const rivereto::core::Error& error);

private:
    void take();
    void takePage(quint64 number);
    void reopen(uint64_t around);
    [[nodiscard]] std::vector<core::ColumnId> needed() const;
    void prepare(const FlowsListing& next);

    mutable FlowPages m_pages; ///< asking for a cell may read a page
    std::shared_ptr<const FlowColumns> m_columns;
    std::vector<FlowColumn> m_shown;
    FlowsOrder m_wanted;
    FlowFormat m_format;
    int m_rows = 0;
    enum class Change : uint8_t { None, Reset, Insert, Remove };
    Change m_change = Change::None; ///< announced, and not done yet
    uint64_t m_around = 0; ///< last row that was looked at
};

} // namespace rivereto::ui
