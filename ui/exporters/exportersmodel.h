// SPDX-License-Identifier: GPL-3.0-or-later
// ExportersModel: the rows of the Exporters page for a table view, sorted and narrowed.
#pragma once

#include <QAbstractTableModel>

#include "ui/exporters/exportersdata.h"
#include "ui/models/texts.h"
#include "ui/models/viewstate.h"

namespace rivereto::ui {

class ExportersModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Mark, Name, Address, Protocol, FlowRate, Rates, LastDatagram, Templates, Sampling, Lost, Skew, kColumns };
    enum Role {
        RowRole = Qt::UserRole, ///< const ExporterRow*, as void*
        ToneRole, ///< Tone: in which colour
        QuietRole ///< second part of a cell, in secondary colour
    };
    enum Tone { Plain, Secondary, Warning, Error };

    using QAbstractTableModel::QAbstractTableModel;
    /// Whether a column holds figures.
    static bool isRightAligned(int column) { return column == FlowRate || column >= Templates; }

    void setData(ExportersDataPtr data, bool live, const Clock& clock);
    void setNeedle(const QString& needle);
    [[nodiscard]] const ExporterRow* row(int row) const;
    /// -1: not shown.
    [[nodiscard]] int rowOf(const core::StreamKey& key) const;
    [[nodiscard]] const ExportersDataPtr& data() const { return m_data; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

private:
    void arrange();
    [[nodiscard]] QString cell(const ExporterRow& row, int column) const;
    [[nodiscard]] Tone tone(const ExporterRow& row, int column) const;

    ExportersDataPtr m_data;
    std::vector<const ExporterRow*> m_shown; ///< of m_data
    QString m_needle;
    Clock m_clock;
    bool m_live = false;
    int m_column = Name;
    Qt::SortOrder m_order = Qt::AscendingOrder;
};

/// "1:1 000"; "unknown"; several joined by commas; empty before any flow.
QString samplingText(const core::StreamHealth& health);
/// "0.6 s ago", "43 min ago".
QString agoText(uint64_t ms);
QString protocolText(core::Protocol protocol);

} // namespace rivereto::ui
