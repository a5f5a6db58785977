// SPDX-License-Identifier: GPL-3.0-or-later
// writeColumn: one member of a run of structs into one column.
#pragma once

#include <span>

#include "core/batch/flowbatch.h"

namespace rivereto::core {

/// Writes get(item) of each item into the rows from `first`; a column that no item has a value for is not touched.
/// With `onlyZero`, cells that have a value keep it.
template <class Cell, class Item, class Get>
void writeColumn(std::span<const Item> items, FlowBatch& batch, size_t first, bool onlyZero, ColumnId column, Get get)
{
    bool any = false;
    for (const auto& item : items)
        any |= get(item) != Cell {};
    if (!any)
        return;
    Cell* out = batch.cells<Cell>(column) + first;
    for (size_t i = 0; i < items.size(); ++i) {
        if (!onlyZero || out[i] == Cell {})
            out[i] = get(items[i]);
    }
}

} // namespace rivereto::core
