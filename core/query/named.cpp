// SPDX-License-Identifier: GPL-3.0-or-later
// Aggregator's way to sum a few groups that are known beforehand, whatever number of others there is: no row's key is made.
#include <algorithm>
#include <bit>
#include <type_traits>

#include "core/query/kernels.h"

namespace rivereto::core {

namespace {

/// One bit a group in a 64-bit word.
constexpr size_t kMostNamed = 64;

/// For each cell of a view the groups whose key has it at `offset`; `keys` are `stride` bytes each.
template <class T>
std::vector<uint64_t> groupsOfCells(const ColumnView& view, const std::vector<uint8_t>& keys, size_t stride, size_t offset)
{
    const std::span cells(view.as<T>(), view.distinct);
    std::vector<uint64_t> out(cells.size(), 0);
    const auto keyOf = [&](size_t at) {
        T cell;
        std::memcpy(&cell, keys.data() + at * stride + offset, sizeof cell);
        return cell;
    };
    const auto less = [](const T& a, const T& b) {
        if constexpr (std::is_same_v<T, PrefixCell>)
            return a.address != b.address ? a.address < b.address : a.bits < b.bits;
        else
            return a < b;
    };
    const bool sorted = view.kind == ColumnView::Kind::Coded && std::is_sorted(cells.begin(), cells.end(), less);
    for (size_t group = 0; group < keys.size() / stride; ++group) {
        const T wanted = keyOf(group);
        auto it = sorted ? std::lower_bound(cells.begin(), cells.end(), wanted, less) : std::find(cells.begin(), cells.end(), wanted);
        // A dependent column may have a value twice.
        for (; it != cells.end() && (!sorted || *it == wanted); it = sorted ? it + 1 : std::find(it + 1, cells.end(), wanted))
            out[static_cast<size_t>(it - cells.begin())] |= uint64_t{1} << group;
    }
    return out;
}

} // namespace

/// False when that is not what was asked for.
bool Aggregator::sumNamed(const std::vector<const ColumnView*>& views)
{
    if (!m_only || m_request.spread || m_request.named < m_request.keys.size() || m_only->size() > kMostNamed || m_only->size() == 0)
        return false;
    // Finding the named values among a view's must cost less than looking at the rows one by one.
    const auto isPlain = [](const ColumnView* view) { return view->kind == ColumnView::Kind::Plain; };
    if (std::ranges::any_of(views, isPlain) && m_items < kMostNamed * 4)
        return false;
    placeNamed(views);
    const size_t groups = m_only->size() + 1;
    sumPlaced(groups);
    const size_t stride = m_sums.stride();
    m_block.assign(kBlock * stride, 0);
    for (size_t cell = 0; cell < m_touched.size(); ++cell) {
        if (!m_touched[cell])
            continue;
        const size_t group = cell % groups;
        auto* key = reinterpret_cast<uint8_t*>(m_block.data());
        std::fill_n(key, m_keyWidth, uint8_t{0});
        if (group < m_only->size())
            std::copy_n(m_only->key(group), m_namedWidth, key);
        auto point = static_cast<uint32_t>(m_firstPoint + cell / groups);
        point |= group < m_only->size() ? 0 : kOthersBit;
        std::memcpy(key + m_keyWidth, &point, sizeof point);
        m_block[stride - 1] = m_cells[cell];
        addEntries(1);
    }
    return true;
}

/// m_at becomes the number of the named group, or one past them.
void Aggregator::placeNamed(const std::vector<const ColumnView*>& views)
{
    std::vector<uint8_t> keys;
    for (size_t group = 0; group < m_only->size(); ++group)
        keys.insert(keys.end(), m_only->key(group), m_only->key(group) + m_namedWidth);
    std::vector<uint64_t> masks(m_items, ~uint64_t{0});
    size_t offset = 0;
    for (const auto* view : views) {
        withCellType(view->storage, [&](auto cell) {
            using T = decltype(cell);
            const auto groups = groupsOfCells<T>(*view, keys, m_namedWidth, offset);
            switch (view->kind) {
            case ColumnView::Kind::Constant: eachItem(0, m_items, [&](size_t item, size_t) { masks[item] &= groups[0]; }); break;
            case ColumnView::Kind::Plain: eachItem(0, m_items, [&](size_t item, size_t row) { masks[item] &= groups[row]; }); break;
            case ColumnView::Kind::Coded:
                eachItem(0, m_items, [&, codes = view->codes](size_t item, size_t row) { masks[item] &= groups[codes[row]]; });
                break;
            }
            offset += sizeof(T);
        });
    }
    const auto others = static_cast<uint32_t>(m_only->size());
    m_at.resize(m_items);
    for (size_t item = 0; item < m_items; ++item)
        m_at[item] = masks[item] == 0 ? others : static_cast<uint32_t>(std::countr_zero(masks[item]));
}

} // namespace rivereto::core
