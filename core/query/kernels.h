// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of Aggregator share: loops over number columns, and key columns as digits.
#pragma once

#include <vector>

#include "core/query/aggregate.h"

/// A loop that pays from vector instructions newer than the build's is compiled for them, too, and the processor's own chosen
/// when the program starts.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define RIVERETO_WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RIVERETO_WIDE
#endif

namespace rivereto::core {

/// Beyond this many (group, point) sums in one segment, rows are summed one by one.
constexpr uint64_t kDenseCells = 4 * kSegmentRows;
/// Rows whose keys are gathered at once.
constexpr size_t kBlock = 256;

/// Calls f(row → number) with the fastest accessor for a column of any unsigned width.
template <class F>
void withNumbers(const ColumnView& view, F&& f)
{
    withCellType(view.storage, [&](auto cell) {
        using T = decltype(cell);
        if constexpr (std::is_integral_v<T>) {
            const T* cells = view.as<T>();
            if (view.kind == ColumnView::Kind::Constant)
                f([value = static_cast<uint64_t>(cells[0])](size_t) { return value; });
            else if (view.kind == ColumnView::Kind::Plain)
                f([cells](size_t row) { return static_cast<uint64_t>(cells[row]); });
            else
                f([cells, codes = view.codes](size_t row) { return static_cast<uint64_t>(cells[codes[row]]); });
        }
    });
}

/// The same for columns of 64-bit numbers.
template <class F>
void withWide(const ColumnView& view, F&& f)
{
    const auto* cells = view.as<uint64_t>();
    if (view.kind == ColumnView::Kind::Constant)
        f([value = cells[0]](size_t) { return value; });
    else if (view.kind == ColumnView::Kind::Plain)
        f([cells](size_t row) { return cells[row]; });
    else
        f([cells, codes = view.codes](size_t row) { return cells[codes[row]]; });
}

/// One key column as small whole numbers, one a row.
struct Digit {
    const ColumnView* view;
    uint32_t radix; ///< 0: too many different values
};

struct Aggregator::Grouping {
    std::vector<Digit> digits;
    uint64_t groups = 1; ///< product of the radices; 0: rows are summed one by one
    std::vector<const ColumnView*> views;
};

} // namespace rivereto::core
