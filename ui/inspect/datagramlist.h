// SPDX-License-Identifier: GPL-3.0-or-later
// DatagramList: the datagrams of the open captures, a line each, narrowed by exporter, protocol, faults, fields and words.
#pragma once

#include <QAbstractTableModel>

#include "ui/inspect/datagramindexer.h"
#include "ui/models/texts.h"
#include "ui/theme/theme.h"

namespace rivereto::ui {

class DatagramList : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column : int { Number, Time, Exporter, Protocol, Domain, Length, Sets, Templates, Records, Problems, kColumns };
    struct Narrowing {
        std::optional<core::Ip> exporter;
        std::optional<core::Protocol> protocol;
        bool onlyProblems = false;
        QString words; ///< part of a field's name, its number, or a part of the exporter, the protocol or a problem; empty: any
        bool operator==(const Narrowing&) const = default;
    };

    explicit DatagramList(QObject* parent = nullptr)
        : QAbstractTableModel(parent)
    {
    }
    void clear();
    void add(const IndexPart& part);
    void narrow(const Narrowing& narrowing);
    void setClock(Clock clock);
    /// For colours and marks; must live as long.
    void setTheme(const Theme& theme) { m_theme = &theme; }
    [[nodiscard]] const Narrowing& narrowing() const { return m_narrowing; }
    /// Of all, shown or not.
    [[nodiscard]] size_t total() const { return m_rows.size(); }
    [[nodiscard]] uint64_t problems() const { return m_problems; }
    [[nodiscard]] const std::vector<core::Ip>& exporters() const { return m_exporters; }
    /// Those that came.
    [[nodiscard]] const std::vector<core::Protocol>& protocols() const { return m_protocols; }
    /// Which datagram a row shows, counted from 0, and the row that shows it, -1 when none does.
    [[nodiscard]] uint64_t numberAt(int row) const { return m_shown[static_cast<size_t>(row)]; }
    [[nodiscard]] int rowOf(uint64_t number) const;
    /// A datagram's number by what is told of it; from `first` on.
    struct Marks {
        core::Ip exporter;
        uint64_t timeMs = 0;
        uint32_t sequence = 0;
        uint16_t length = 0;
    };
    [[nodiscard]] std::optional<uint64_t> find(const Marks& marks, size_t first) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
    }
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : kColumns; }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] bool isShown(const DatagramRow& row) const;
    void syncMatches();
    [[nodiscard]] static int alignment(int column);
    [[nodiscard]] QString problemText(const DatagramRow& row) const;
    void refill();

    std::vector<DatagramRow> m_rows;
    std::vector<uint32_t> m_shown;
    std::vector<core::Ip> m_exporters;
    std::vector<core::Protocol> m_protocols;
    std::vector<FieldKind> m_kinds;
    std::vector<std::vector<uint32_t>> m_shapes;
    std::vector<std::string> m_problemWords;
    std::vector<bool> m_kindMatches;
    std::vector<bool> m_exporterMatches;
    std::vector<bool> m_problemMatches;
    std::vector<bool> m_shapeMatches; ///< has a field that is searched for
    Narrowing m_narrowing;
    Clock m_clock;
    const Theme* m_theme = nullptr;
    uint64_t m_problems = 0;
};

} // namespace rivereto::ui
