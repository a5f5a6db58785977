// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory>

#include "core/filter/filter.h"
#include "core/filter/predicate.h"
#include "core/text/value.h"

namespace rivereto::core {

namespace {

using Mask = std::span<uint8_t>;

bool anySet(Mask mask)
{
    return !mask.empty() && std::memchr(mask.data(), 1, mask.size()) != nullptr;
}
bool allSet(Mask mask)
{
    return mask.empty() || std::memchr(mask.data(), 0, mask.size()) == nullptr;
}
void fill(Mask mask, bool value)
{
    std::ranges::fill(mask, static_cast<uint8_t>(value));
}

/// Rows of a coded column from what its distinct cells gave. Matching codes that adjoin (one value, a range of a sorted
/// dictionary) become a comparison, which vectorises; others a look-up a row.
void spread(const uint16_t* codes, std::span<const uint8_t> byCode, Mask mask)
{
    const auto first = std::ranges::find(byCode, 1);
    if (first == byCode.end()) {
        fill(mask, false);
        return;
    }
    const auto end = std::find(first, byCode.end(), 0);
    if (std::find(end, byCode.end(), 1) != byCode.end()) {
        for (size_t i = 0; i < mask.size(); ++i)
            mask[i] = byCode[codes[i]];
        return;
    }
    const auto low = static_cast<uint16_t>(first - byCode.begin());
    const auto width = static_cast<uint16_t>(end - first - 1);
    for (size_t i = 0; i < mask.size(); ++i)
        mask[i] = static_cast<uint16_t>(codes[i] - low) <= width;
}

/// Evaluates `holds(cell)` once a distinct cell.
template <class T, class Holds> void apply(const ColumnView& view, Mask mask, Holds holds)
{
    const T* cells = view.as<T>();
    switch (view.kind) {
    case ColumnView::Kind::Constant:
        fill(mask, holds(cells[0]));
        break;
    case ColumnView::Kind::Plain:
        for (size_t i = 0; i < mask.size(); ++i)
            mask[i] = static_cast<uint8_t>(holds(cells[i]));
        break;
    case ColumnView::Kind::Coded: {
        std::vector<uint8_t> byCode(view.distinct);
        for (size_t i = 0; i < byCode.size(); ++i)
            byCode[i] = static_cast<uint8_t>(holds(cells[i]));
        spread(view.codes, byCode, mask);
        break;
    }
    }
}

template <class T> void applyRange(const ColumnView& view, Mask mask, T first, T last)
{
    const T width = static_cast<T>(last - first);
    apply<T>(view, mask, [=](T cell) { return static_cast<T>(cell - first) <= width; });
}

/// Narrow cells with several ranges: a look-up table of every value.
template <class T> void applyTable(const ColumnView& view, Mask mask, const std::vector<NumberRange>& ranges)
{
    constexpr size_t size = size_t {std::numeric_limits<T>::max()} + 1;
    std::vector<uint8_t> table(size);
    for (const auto& range : ranges) {
        for (uint64_t value = range.first; value <= range.last && value < size; ++value)
            table[value] = 1;
    }
    const uint8_t* lookup = table.data();
    apply<T>(view, mask, [lookup](T cell) { return lookup[cell] != 0; });
}

template <class T, class Range> bool withinAny(const std::vector<Range>& ranges, const T& cell)
{
    const auto after = std::ranges::upper_bound(ranges, cell, {}, &Range::first);
    return after != ranges.begin() && cell <= std::prev(after)->last;
}

template <class T> void numbersOf(const ColumnView& view, Mask mask, const std::vector<NumberRange>& ranges)
{
    constexpr uint64_t most = std::numeric_limits<T>::max();
    if (ranges.empty() || ranges[0].first > most) {
        fill(mask, false);
    } else if (ranges.size() == 1) {
        applyRange<T>(view, mask, static_cast<T>(ranges[0].first), static_cast<T>(std::min(ranges[0].last, most)));
    } else if constexpr (sizeof(T) <= 2) {
        applyTable<T>(view, mask, ranges);
    } else {
        apply<T>(view, mask, [&](T cell) { return withinAny<uint64_t>(ranges, cell); });
    }
}

/// Results by dictionary id for the rows of a plain text column: each text is looked at once.
class IdMemo {
public:
    explicit IdMemo(size_t rows)
    {
        size_t size = 64;
        while (size < rows * 2)
            size *= 2;
        m_slots.resize(size);
    }

    template <class Holds> bool look(uint32_t id, Holds&& holds)
    {
        const size_t mask = m_slots.size() - 1;
        for (size_t at = mix64(id) & mask;; at = (at + 1) & mask) {
            auto& slot = m_slots[at];
            if (!slot.used)
                slot = {id, true, holds(id)};
            if (slot.id == id)
                return slot.result;
        }
    }

private:
    struct Slot {
        uint32_t id = 0;
        bool used = false;
        bool result = false;
    };
    std::vector<Slot> m_slots;
};

template <class Test> void textsOf(SegmentView& segment, const ColumnView& view, Mask mask, const Test& test)
{
    const auto& texts = segment.texts();
    const auto byId = [&](uint32_t id) { return holds(test, texts.text(id)); };
    if (view.kind != ColumnView::Kind::Plain) {
        apply<uint32_t>(view, mask, byId);
        return;
    }
    IdMemo memo(mask.size());
    apply<uint32_t>(view, mask, [&](uint32_t id) { return memo.look(id, byId); });
}

/// Cells one a row, widened to T.
template <class T> class RowCells {
public:
    RowCells(const ColumnView& view, size_t rows)
    {
        if constexpr (!std::is_same_v<T, uint64_t>) {
            if (view.kind == ColumnView::Kind::Plain) {
                m_cells = view.as<T>();
                return;
            }
        }
        m_own.resize(rows);
        for (size_t i = 0; i < rows; ++i) {
            if constexpr (std::is_same_v<T, uint64_t>)
                m_own[i] = view.number(i);
            else
                m_own[i] = view.at<T>(i);
        }
        m_cells = m_own.data();
    }
    const T& operator[](size_t row) const { return m_cells[row]; }

private:
    std::vector<T> m_own;
    const T* m_cells = nullptr;
};

template <class Left, class Compare> void compareRows(const Left& left, const Left& right, Mask mask, Compare compare)
{
    for (size_t i = 0; i < mask.size(); ++i)
        mask[i] = static_cast<uint8_t>(compare(left[i], right[i]));
}

void compareNumbers(const ColumnView& a, const ColumnView& b, FilterOp op, Mask mask)
{
    const RowCells<uint64_t> left(a, mask.size());
    const RowCells<uint64_t> right(b, mask.size());
    switch (op) {
    case FilterOp::Less:
        compareRows(left, right, mask, std::less<>());
        break;
    case FilterOp::LessEqual:
        compareRows(left, right, mask, std::less_equal<>());
        break;
    case FilterOp::Greater:
        compareRows(left, right, mask, std::greater<>());
        break;
    case FilterOp::GreaterEqual:
        compareRows(left, right, mask, std::greater_equal<>());
        break;
    default:
        compareRows(left, right, mask, std::equal_to<>());
        break;
    }
}

const void* cellAt(const ColumnView& view, size_t row)
{
    const size_t index = view.kind == ColumnView::Kind::Plain ? row : view.kind == ColumnView::Kind::Coded ? view.codes[row] : 0;
    return static_cast<const uint8_t*>(view.cells) + index * cellSize(view.storage);
}

void compareTexts(SegmentView& segment, const ColumnView& a, const ColumnView& b, const ColumnTest& test, Mask mask)
{
    const auto& texts = segment.texts();
    std::string left;
    std::string right;
    for (size_t i = 0; i < mask.size(); ++i) {
        left.clear();
        right.clear();
        appendCell(left, test.left, cellAt(a, i), texts);
        appendCell(right, test.right, cellAt(b, i), texts);
        mask[i] = left == right;
    }
}

class Evaluator {
public:
    explicit Evaluator(SegmentView& segment)
        : m_segment(segment)
    {
    }

    void node(const BoundNode& in, Mask mask)
    {
        switch (in.kind) {
        case BoundNode::Kind::Test:
            std::visit([&](const auto& test) { leaf(in.column, test, mask); }, in.test);
            break;
        case BoundNode::Kind::Not:
            node(in.children[0], mask);
            for (auto& bit : mask)
                bit ^= 1;
            break;
        case BoundNode::Kind::And:
            chain(in, mask, true);
            break;
        case BoundNode::Kind::Or:
            chain(in, mask, false);
            break;
        }
    }

private:
    /// Stops as soon as no row (And) or every row (Or) is decided.
    void chain(const BoundNode& in, Mask mask, bool isAnd)
    {
        if (in.children.empty()) {
            fill(mask, isAnd);
            return;
        }
        node(in.children[0], mask);
        std::vector<uint8_t> scratch;
        for (size_t i = 1; i < in.children.size() && (isAnd ? anySet(mask) : !allSet(mask)); ++i) {
            scratch.resize(mask.size());
            node(in.children[i], scratch);
            const uint8_t* other = scratch.data();
            if (isAnd) {
                for (size_t row = 0; row < mask.size(); ++row)
                    mask[row] &= other[row];
            } else {
                for (size_t row = 0; row < mask.size(); ++row)
                    mask[row] |= other[row];
            }
        }
    }

    void leaf(ColumnId id, const NumberTest& test, Mask mask)
    {
        const auto& view = m_segment.column(id);
        withCellType(view.storage, [&](auto zero) {
            using T = decltype(zero);
            if constexpr (std::is_integral_v<T>)
                numbersOf<T>(view, mask, test.ranges);
            else
                fill(mask, false);
        });
    }

    void leaf(ColumnId id, const AddressTest& test, Mask mask)
    {
        const auto& view = m_segment.column(id);
        if (test.ranges.size() != 1) {
            apply<Ip>(view, mask, [&](const Ip& ip) { return withinAny<Ip>(test.ranges, ip); });
            return;
        }
        const Ip first = test.ranges[0].first;
        const Ip last = test.ranges[0].last;
        if (first.hi == last.hi) {
            const uint64_t width = last.lo - first.lo;
            apply<Ip>(view, mask, [=](const Ip& ip) { return (ip.hi == first.hi) & (ip.lo - first.lo <= width); });
        } else {
            apply<Ip>(view, mask, [=](const Ip& ip) { return first <= ip && ip <= last; });
        }
    }

    void leaf(ColumnId id, const TextTest& test, Mask mask) { textsOf(m_segment, m_segment.column(id), mask, test); }
    void leaf(ColumnId id, const PatternTest& test, Mask mask) { textsOf(m_segment, m_segment.column(id), mask, test); }
    void leaf(ColumnId id, const MemberTest& test, Mask mask) { textsOf(m_segment, m_segment.column(id), mask, test); }

    void leaf(ColumnId id, const BitsTest& test, Mask mask)
    {
        const auto& view = m_segment.column(id);
        withCellType(view.storage, [&](auto zero) {
            using T = decltype(zero);
            if constexpr (std::is_integral_v<T>)
                apply<T>(view, mask, [bits = test.bits](T cell) { return (cell & bits) == bits; });
            else
                fill(mask, false);
        });
    }

    void leaf(ColumnId id, const ColumnTest& test, Mask mask)
    {
        const auto& left = m_segment.column(id);
        const auto& right = m_segment.column(test.other);
        if (test.byText)
            compareTexts(m_segment, left, right, test, mask);
        else if (left.storage == Storage::Ip)
            compareRows(RowCells<Ip>(left, mask.size()), RowCells<Ip>(right, mask.size()), mask, std::equal_to<>());
        else if (left.storage == Storage::Prefix)
            compareRows(
                RowCells<PrefixCell>(left, mask.size()), RowCells<PrefixCell>(right, mask.size()), mask, std::equal_to<>());
        else
            compareNumbers(left, right, test.op, mask);
    }

    SegmentView& m_segment;
};

} // namespace

void BoundFilter::evaluate(SegmentView& segment, std::span<uint8_t> mask) const
{
    if (m_root == nullptr)
        fill(mask, true);
    else
        Evaluator(segment).node(*m_root, mask);
}

} // namespace rivereto::core
