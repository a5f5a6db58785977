// SPDX-License-Identifier: GPL-3.0-or-later
// FlowSelector: which rows stand at given places of a sorted listing, found without sorting all of it.
#pragma once

#include "storage/sqlite/flowreader.h"
#include "storage/sqlite/storedsegment.h"

namespace rivereto::storage {

/// A matching row and what it is sorted by: a number as {0, n}, an address, or a text's place among all texts.
struct FlowEntry {
    core::Ip key;
    uint32_t segment; ///< place in FlowSource::segments
    uint32_t row;
    auto operator<=>(const FlowEntry&) const = default;
};

/// Rows of equal keys stand in order of segment and row, so that pages fit together; descending is ascending from behind.
///
/// Zones tell which segments lie wholly before or behind the places asked for; only the others are read. Where these are many
/// – segments that overlap in time, or another column than time – a sample of the keys tells which of them to look among.
class FlowSelector {
public:
    /// Segments in `damaged` are left out; those that turn out to be damaged are added.
    FlowSelector(const FlowSource& source, const core::FlowsRequest& request, const core::Control& control, std::vector<core::DamagedPart>& damaged);

    /// Counts what matches, to be called first. With `readKeys` every key is read already, so that damage shows before a row is
    /// handed out.
    core::Result<void> count(bool readKeys);
    [[nodiscard]] const core::FlowsSummary& summary() const { return m_summary; }
    /// Rows at the places [first, last) of the listing, in its order. When damage is found the result is worthless.
    core::Result<std::vector<FlowEntry>> at(uint64_t first, uint64_t last);

private:
    struct Part {
        uint32_t number = 0; ///< place in FlowSource::segments
        uint32_t matched = 0;
        bool inside = false; ///< of the time range
        bool all = false;    ///< every row matches
        core::Ip min;        ///< keys lie between these
        core::Ip max;
        std::vector<bool> mask; ///< once evaluated; empty: not yet, or all
    };
    /// Keys of one part's rows.
    struct Keys {
        const core::ColumnView* view;
        const std::vector<uint32_t>* ranks; ///< of texts; null for others
        [[nodiscard]] core::Ip at(size_t row) const;
    };
    core::Result<void> countSegment(uint32_t number, bool readKeys);
    void bound(Part& part, const SegmentInfo& info) const;
    core::Result<void> evaluate(Part& part, StoredSegment& segment, SegmentCount& count);
    core::Result<void> check(const StoredSegment& segment);
    core::Result<void> rankTexts();
    template <class F>
    core::Result<void> eachRow(std::vector<Part*>& parts, F&& f);
    using Entries = core::Result<std::vector<FlowEntry>>;
    Entries select(std::vector<Part*>& parts, uint64_t first, uint64_t last);
    template <class Less>
    Entries gather(std::vector<Part*>& parts, uint64_t first, uint64_t last);
    template <class Less>
    static std::vector<FlowEntry> sorted(std::vector<FlowEntry>& all, uint64_t first, uint64_t last);
    core::Result<std::vector<core::Ip>> sample(std::vector<Part*>& parts, uint64_t rows, core::Ip from, core::Ip to);
    Entries narrow(std::vector<Part*>& parts, uint64_t rows, uint64_t first, uint64_t last);
    struct Place {
        core::Ip key;
        uint64_t before = 0; ///< rows with smaller keys
    };
    core::Result<Place> keyAt(std::vector<Part*>& parts, uint64_t rank);
    Entries gatherTies(std::vector<Part*>& parts, const Place& from, const Place& to, uint64_t first, uint64_t last);

    const FlowSource& m_source;
    const core::FlowsRequest& m_request;
    const core::Control& m_control;
    std::vector<core::DamagedPart>& m_damaged;
    core::Storage m_storage;
    core::FlowsSummary m_summary;
    std::vector<Part> m_parts;
    std::vector<uint32_t> m_ranks; ///< place of each text among those in the column
    bool m_ranked = false;
};

} // namespace rivereto::storage
