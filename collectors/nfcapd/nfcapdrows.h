// SPDX-License-Identifier: GPL-3.0-or-later
// RowEncoder: rows as V3 records, the elements that nfdump 1.7.1 knows.
#pragma once

#include <vector>

#include "collectors/nfcapd/nfcapdrecordbuilder.h"
#include "collectors/nfcapd/nfcapdstat.h"
#include "core/batch/flowbatch.h"

namespace rivereto::collectors::nfcapd {

class RowEncoder {
public:
    /// The rows that encode() is asked for next; they must not change meanwhile.
    void begin(const core::FlowBatch& rows);

    struct Encoded {
        std::span<const uint8_t> record; ///< valid until the next call
        uint8_t protocol = 0;
        FlowStat::Counters counters;
        uint64_t firstMs = 0;
        uint64_t lastMs = 0;
    };
    Encoded encode(size_t row);
    [[nodiscard]] uint64_t received(size_t row) const { return number(core::ColumnId::TimeReceived, row); }

private:
    [[nodiscard]] uint64_t number(core::ColumnId column, size_t row) const { return m_views[static_cast<size_t>(column)].number(row); }
    [[nodiscard]] core::Ip address(core::ColumnId column, size_t row) const { return m_views[static_cast<size_t>(column)].at<core::Ip>(row); }
    template <class T> void put(uint8_t* p, core::ColumnId column, size_t row) const { storeLe(p, static_cast<T>(number(column, row))); }
    void header(size_t row);
    void generic(size_t row, Encoded& out);
    void addresses(size_t row);
    void misc(size_t row);
    void network(size_t row);
    void layers(size_t row);
    void events(size_t row, uint64_t ms);
    void labels(size_t row);

    const core::FlowBatch* m_rows = nullptr;
    std::vector<core::ColumnView> m_views; ///< by ColumnId; only of the columns that are written
    RecordBuilder m_builder;
};

} // namespace rivereto::collectors::nfcapd
