// SPDX-License-Identifier: GPL-3.0-or-later
// KeyViews: the columns that rows are grouped by – stored ones, cut addresses, the smaller or larger address of a pair.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "core/batch/columnview.h"

namespace rivereto::core {

/// One column of a key.
struct GroupKey {
    enum class Take : uint8_t {
        Cell,    ///< the cell itself
        Smaller, ///< the smaller of the cells of `column` and `other`, both addresses …
        Larger   ///< … or the larger
    };
    ColumnId column = ColumnId::kNone;
    ColumnId other = ColumnId::kNone; ///< Cell: a row is in the group of this end, too, unless it is the same
    Take take = Take::Cell;
    bool uncut = false; ///< addresses stay whole, whatever the others are cut to
    bool operator==(const GroupKey&) const = default;
};

/// Makes views of one segment at a time.
class KeyViews {
public:
    /// `truncateV4`, `truncateV6`: bits that addresses are cut to.
    KeyViews(unsigned truncateV4, unsigned truncateV6) : m_truncateV4(truncateV4), m_truncateV6(truncateV6) { }
    /// Forgets the segment before.
    void start() { m_made.clear(); }
    /// The column of a key; with `otherEnd` that of the other end where there is one. Valid until start().
    /// `rows`: those that will be looked at, all when empty.
    const ColumnView& view(SegmentView& segment, const GroupKey& key, bool otherEnd, std::span<const uint16_t> rows);

private:
    struct Made {
        ColumnId column;
        ColumnId other;
        GroupKey::Take take;
        ColumnView view;
        std::vector<Ip> cells;
        std::vector<uint16_t> codes;
    };
    [[nodiscard]] Ip cut(const Ip& ip) const { return ip.masked(ip.isV4() ? 96 + std::min(m_truncateV4, 32U) : m_truncateV6); }
    void truncate(Made& out, const ColumnView& column, size_t rows) const;
    void pick(Made& out, const ColumnView& a, const ColumnView& b, size_t all, std::span<const uint16_t> rows) const;

    unsigned m_truncateV4;
    unsigned m_truncateV6;
    std::deque<Made> m_made;
};

} // namespace rivereto::core
