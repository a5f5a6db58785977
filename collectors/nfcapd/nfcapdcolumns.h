// SPDX-License-Identifier: GPL-3.0-or-later
// ColumnReader: V3 records into rows, column by column.
#pragma once

#include "collectors/nfcapd/nfcapdexporters.h"
#include "collectors/nfcapd/nfcapdrun.h"
#include "collectors/nfcapd/nfcapdstat.h"
#include "core/batch/flowbatch.h"
#include "core/decode/decoder.h"

namespace rivereto::collectors::nfcapd {

/// nfdump multiplies counters by the sampling rate when it collects, so that the rate of every row is 1. Counters of the other
/// direction (“out”) become a row of their own with source and destination exchanged, unless there is no traffic in the first:
/// then an event of a firewall is turned round, and any other record keeps its ends and takes these counters.
class ColumnReader {
public:
    explicit ColumnReader(core::TimeSource time)
        : m_time(time)
    {
    }
    /// Appends up to two rows a record. What the records claim is added to `found`. Returns the rows.
    size_t write(const RecordRun& run, Exporters& exporters, core::FlowBatch& rows, FlowStat& found);

private:
    template <class Cell, class Get> void fill(Element element, core::ColumnId column, Get get, bool onlyZero = false);
    template <class Cell> void number(Element element, core::ColumnId column, size_t offset);
    void generic();
    void icmp();
    void times();
    void addresses();
    void addresses6();
    void interfaces();
    void network();
    void translation();
    void layers();
    void labels();
    void texts();
    void headers();
    size_t directions();
    size_t mirror();
    void swapRow(size_t row);
    void count(FlowStat& found) const;

    core::TimeSource m_time;
    const RecordRun* m_run = nullptr;
    Exporters* m_exporters = nullptr;
    core::FlowBatch* m_rows = nullptr;
    size_t m_first = 0;
    std::vector<uint32_t> m_picked;
    std::vector<uint32_t> m_labels;
};

} // namespace rivereto::collectors::nfcapd
