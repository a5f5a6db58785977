// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/keyviews.h"

#include <algorithm>

namespace rivereto::core {

const ColumnView& KeyViews::view(SegmentView& segment, const GroupKey& key, bool otherEnd, std::span<const uint16_t> rows)
{
    const bool pair = key.take != GroupKey::Take::Cell;
    const auto id = !pair && otherEnd && key.other != ColumnId::kNone ? key.other : key.column;
    const auto& column = segment.column(id);
    const bool whole = key.uncut || column.storage != Storage::Ip || (m_truncateV4 >= 32 && m_truncateV6 >= 128);
    if (!pair && whole)
        return column;
    for (const auto& made : m_made) {
        if (made.column == id && made.take == key.take && (!pair || made.other == key.other))
            return made.view;
    }
    auto& out = m_made.emplace_back(Made{.column = id, .other = key.other, .take = key.take, .view = column, .cells = {}, .codes = {}});
    if (pair)
        pick(out, column, segment.column(key.other), segment.rows(), rows);
    else
        truncate(out, column, segment.rows());
    out.view.cells = out.cells.data();
    out.view.distinct = static_cast<uint32_t>(out.cells.size());
    if (!out.codes.empty())
        out.view.codes = out.codes.data();
    return out.view;
}

/// Cells of a dictionary are sorted, so those that have become equal are neighbours and share a code.
void KeyViews::truncate(Made& out, const ColumnView& column, size_t rows) const
{
    std::vector<uint16_t> codeOf(column.kind == ColumnView::Kind::Coded ? column.distinct : 0);
    for (size_t i = 0; i < column.distinct; ++i) {
        const Ip ip = cut(column.as<Ip>()[i]);
        if (codeOf.empty() || out.cells.empty() || out.cells.back() != ip)
            out.cells.push_back(ip);
        if (!codeOf.empty())
            codeOf[i] = static_cast<uint16_t>(out.cells.size() - 1);
    }
    if (!codeOf.empty()) {
        out.codes.resize(rows);
        std::transform(column.codes, column.codes + rows, out.codes.begin(), [&](uint16_t code) { return codeOf[code]; });
    }
}

void KeyViews::pick(Made& out, const ColumnView& a, const ColumnView& b, size_t all, std::span<const uint16_t> rows) const
{
    const bool smaller = out.take == GroupKey::Take::Smaller;
    const auto ofRow = [&](size_t row) {
        const Ip x = cut(a.at<Ip>(row));
        const Ip y = cut(b.at<Ip>(row));
        return (x < y) == smaller ? x : y;
    };
    if (rows.empty()) {
        out.view.kind = ColumnView::Kind::Plain;
        out.view.codes = nullptr;
        out.cells.resize(all);
        for (size_t row = 0; row < all; ++row)
            out.cells[row] = ofRow(row);
        return;
    }
    // A cell for each row that is looked at; the others have any code.
    out.view.kind = ColumnView::Kind::Coded;
    out.codes.resize(all);
    for (const auto row : rows) {
        out.codes[row] = static_cast<uint16_t>(out.cells.size());
        out.cells.push_back(ofRow(row));
    }
}

} // namespace rivereto::core
