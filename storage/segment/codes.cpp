// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/segment/codes.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/batch/columnview.h"
#include "storage/segment/bitpack.h"

namespace rivereto::storage {

using core::Ip;

namespace {

/// Values below this index a table.
constexpr uint64_t kTable = core::kSegmentRows;
/// More distinct values than this are sorted, not hashed: the hash table leaves the cache, and its values want sorting anyway.
constexpr size_t kHashed = 8192;
/// Rows that tell what the others will be like.
constexpr size_t kSample = 4096;
constexpr size_t kSampleHashed = kSample / 2;     ///< as many distinct ones as this: sort at once
constexpr size_t kSampleUnlike = kSample / 16 * 15; ///< or nearly all rows differ

constexpr unsigned kRowBits = 16;
constexpr unsigned kKeyBytes = 6; ///< of a value, beside the row, in a 64-bit key

uint64_t hashOf(uint64_t value) { return value * 0x9e37'79b9'7f4a'7c15ULL; }
uint64_t hashOf(const Ip& value) { return (value.lo ^ value.hi * 0xc2b2'ae3d'27d4'eb4fULL) * 0x9e37'79b9'7f4a'7c15ULL; }

/// The bytes of a value from `byte` on, the lowest first; as many as fit.
uint64_t bytesFrom(uint64_t value, unsigned byte) { return value >> (8 * byte); }
uint64_t bytesFrom(const Ip& value, unsigned byte)
{
    if (byte >= 8)
        return value.hi >> (8 * (byte - 8));
    return byte == 0 ? value.lo : value.lo >> (8 * byte) | value.hi << (64 - 8 * byte);
}
void addDifference(uint64_t& into, uint64_t a, uint64_t b) { into |= a ^ b; }
void addDifference(Ip& into, const Ip& a, const Ip& b)
{
    into.hi |= a.hi ^ b.hi;
    into.lo |= a.lo ^ b.lo;
}

template <class T>
auto& valuesOf(Codes& codes)
{
    if constexpr (std::is_same_v<T, Ip>)
        return codes.addresses;
    else
        return codes.numbers;
}

/// Memory that every call needs, kept by each thread.
struct Scratch {
    std::vector<uint64_t> keys;
    std::vector<uint64_t> other;
    std::vector<uint8_t> seen;
    std::vector<uint16_t> rank;
    std::vector<uint16_t> slots;
};
Scratch& scratch()
{
    static thread_local Scratch memory;
    return memory;
}

/// Numbers that index a table: no hashing, and the values come out sorted.
template <class T>
Codes tableCodes(std::span<const T> cells, size_t max, size_t most)
{
    auto& memory = scratch();
    memory.seen.assign(max + 1, 0);
    for (const T cell : cells)
        memory.seen[cell] = 1;
    size_t distinct = 0;
    for (size_t i = 0; i <= max; ++i)
        distinct += memory.seen[i];
    Codes out;
    if (distinct > most)
        return out;
    memory.rank.resize(max + 1);
    out.numbers.reserve(distinct);
    for (size_t i = 0; i <= max; ++i) {
        memory.rank[i] = static_cast<uint16_t>(out.numbers.size());
        if (memory.seen[i])
            out.numbers.push_back(i);
    }
    out.codes.resize(cells.size());
    const uint16_t* rank = memory.rank.data();
    std::ranges::transform(cells, out.codes.begin(), [rank](T cell) { return rank[cell]; });
    return out;
}

/// First come, first numbered; a table that grows with what is in it.
template <class T>
class Hashed {
public:
    explicit Hashed(std::vector<uint16_t>& slots) : m_slots(slots) { grow(1024); }

    uint16_t codeOf(const T& cell)
    {
        size_t slot = hashOf(cell) >> m_shift;
        for (; m_slots[slot] != 0; slot = (slot + 1) & m_mask) {
            if (m_found[m_slots[slot] - 1U] == cell)
                return static_cast<uint16_t>(m_slots[slot] - 1U);
        }
        m_found.push_back(cell);
        m_slots[slot] = static_cast<uint16_t>(m_found.size());
        if (m_found.size() * 2 > m_mask)
            grow((m_mask + 1) * 4);
        return static_cast<uint16_t>(m_found.size() - 1);
    }
    [[nodiscard]] const std::vector<T>& found() const { return m_found; }

private:
    void grow(size_t size)
    {
        m_slots.assign(size, 0);
        m_mask = size - 1;
        m_shift = 65 - bitWidth(size);
        for (size_t i = 0; i < m_found.size(); ++i) {
            size_t slot = hashOf(m_found[i]) >> m_shift;
            while (m_slots[slot] != 0)
                slot = (slot + 1) & m_mask;
            m_slots[slot] = static_cast<uint16_t>(i + 1);
        }
    }

    std::vector<uint16_t>& m_slots;
    std::vector<T> m_found;
    size_t m_mask = 0;
    unsigned m_shift = 0;
};

enum class Outcome : uint8_t { Made, Many, Unlike };

template <class T, class Cell>
Outcome hashedCodes(std::span<const Cell> cells, Codes& out)
{
    auto& memory = scratch();
    Hashed<T> table(memory.slots);
    out.codes.resize(cells.size());
    T before = cells[0];
    uint16_t code = table.codeOf(before);
    for (size_t row = 0; row < cells.size(); ++row) {
        const T cell = cells[row];
        if (!(cell == before)) {
            code = table.codeOf(cell);
            before = cell;
            if (table.found().size() > kHashed)
                return Outcome::Many;
        }
        out.codes[row] = code;
        if (row == kSample - 1 && cells.size() > kSample) {
            if (table.found().size() > kSampleUnlike)
                return Outcome::Unlike;
            if (table.found().size() > kSampleHashed)
                return Outcome::Many;
        }
    }
    const auto& found = table.found();
    std::vector<std::pair<T, uint16_t>> order(found.size());
    for (size_t i = 0; i < found.size(); ++i)
        order[i] = {found[i], static_cast<uint16_t>(i)};
    std::ranges::sort(order, {}, [](const auto& entry) { return entry.first; });
    memory.rank.resize(found.size());
    auto& values = valuesOf<T>(out);
    for (size_t i = 0; i < order.size(); ++i) {
        memory.rank[order[i].second] = static_cast<uint16_t>(i);
        values.push_back(order[i].first);
    }
    const uint16_t* rank = memory.rank.data();
    std::ranges::transform(out.codes, out.codes.begin(), [rank](uint16_t c) { return rank[c]; });
    return Outcome::Made;
}

using ByteCounts = std::array<std::array<uint32_t, 256>, kKeyBytes>;

/// Sorts keys by the bytes above the row that differ among them, the lowest first; equal ones stay in their order.
void radixSort(std::vector<uint64_t>& keys, std::vector<uint64_t>& other, const ByteCounts& counts)
{
    other.resize(keys.size());
    for (unsigned byte = 0; byte < kKeyBytes; ++byte) {
        const unsigned shift = kRowBits + 8 * byte;
        if (counts[byte][keys[0] >> shift & 0xff] == keys.size())
            continue;
        std::array<uint32_t, 256> next;
        uint32_t at = 0;
        for (size_t i = 0; i < 256; ++i) {
            next[i] = at;
            at += counts[byte][i];
        }
        for (const uint64_t key : keys)
            other[next[key >> shift & 0xff]++] = key;
        std::swap(keys, other);
    }
}

/// Rows in the order of their values.
template <class T, class Cell>
class Sorted {
public:
    /// `rows` of `cells`.
    Sorted(std::span<const Cell> cells, std::span<const uint16_t> rows) : m_cells(cells)
    {
        auto& keys = scratch().keys;
        keys.resize(rows.size());
        T differs{};
        const T first = cells[rows[0]];
        for (size_t i = 0; i < rows.size(); ++i) {
            addDifference(differs, cells[rows[i]], first);
            keys[i] = rows[i];
        }
        // Keys have room for a few bytes; of longer values the lowest are sorted by first.
        for (unsigned byte = 0; byte < sizeof(T); ++byte) {
            if ((bytesFrom(differs, byte) & 0xff) == 0)
                continue;
            sortBy(byte);
            m_exact = m_sorts++ == 0;
            byte += kKeyBytes - 1;
        }
    }

    /// Appends the values to `values` and gives their rows codes; false when there get more values than `most`.
    bool number(UnwrittenVector<uint16_t>& codes, std::vector<T>& values, size_t most) const
    {
        const auto& keys = scratch().keys;
        uint64_t before = 0;
        for (size_t i = 0; i < keys.size(); ++i) {
            const auto row = static_cast<uint16_t>(keys[i]);
            const uint64_t key = keys[i] >> kRowBits;
            // Only after one sort do equal keys mean equal values.
            if (i == 0 || key != before || (!m_exact && !(m_cells[row] == values.back()))) {
                if (values.size() == most)
                    return false;
                values.push_back(m_cells[row]);
            }
            before = key;
            codes[row] = static_cast<uint16_t>(values.size() - 1);
        }
        return true;
    }

private:
    void sortBy(unsigned byte)
    {
        auto& memory = scratch();
        constexpr uint64_t kMask = (1ULL << (8 * kKeyBytes)) - 1;
        ByteCounts counts{};
        for (uint64_t& key : memory.keys) {
            const auto row = static_cast<uint16_t>(key);
            const uint64_t bytes = bytesFrom(static_cast<T>(m_cells[row]), byte) & kMask;
            for (unsigned i = 0; i < kKeyBytes; ++i)
                ++counts[i][bytes >> (8 * i) & 0xff];
            key = bytes << kRowBits | row;
        }
        radixSort(memory.keys, memory.other, counts);
    }

    std::span<const Cell> m_cells;
    unsigned m_sorts = 0;
    bool m_exact = true;
};

/// Addresses: IPv4 and the others apart, so that the few bytes that differ among the former are all there is to sort by.
bool sortedCodes(std::span<const Ip> cells, size_t most, Codes& out)
{
    constexpr Ip kFirst = Ip::v4(0);
    static thread_local std::array<std::vector<uint16_t>, 3> kinds;
    for (auto& rows : kinds)
        rows.resize(cells.size());
    std::array<size_t, 3> counts{};
    for (size_t row = 0; row < cells.size(); ++row) {
        const size_t kind = cells[row].isV4() ? 1 : cells[row] < kFirst ? 0 : 2;
        kinds[kind][counts[kind]++] = static_cast<uint16_t>(row);
    }
    for (size_t kind = 0; kind < kinds.size(); ++kind) {
        const auto rows = std::span<const uint16_t>(kinds[kind]).first(counts[kind]);
        if (!rows.empty() && !Sorted<Ip, Ip>(cells, rows).number(out.codes, out.addresses, most))
            return false;
    }
    return true;
}

template <class T>
bool sortedCodes(std::span<const T> cells, size_t most, Codes& out)
{
    std::vector<uint16_t> rows(cells.size());
    std::iota(rows.begin(), rows.end(), uint16_t{0});
    return Sorted<uint64_t, T>(cells, rows).number(out.codes, out.numbers, most);
}

} // namespace

template <class T>
Codes makeCodes(std::span<const T> cells, size_t most)
{
    using Value = std::conditional_t<std::is_same_v<T, Ip>, Ip, uint64_t>;
    if (cells.empty() || most == 0)
        return {};
    if constexpr (std::is_integral_v<T>) {
        if (const auto max = boundsOf(cells).high; max < kTable)
            return tableCodes(cells, max, most);
    }
    Codes out;
    switch (hashedCodes<Value>(cells, out)) {
    case Outcome::Made:
        if (out.distinct() <= most)
            return out;
        break;
    case Outcome::Many:
        if (sortedCodes(cells, most, out))
            return out;
        break;
    case Outcome::Unlike: break;
    }
    return {};
}
template Codes makeCodes(std::span<const uint8_t>, size_t);
template Codes makeCodes(std::span<const uint16_t>, size_t);
template Codes makeCodes(std::span<const uint32_t>, size_t);
template Codes makeCodes(std::span<const uint64_t>, size_t);
template Codes makeCodes(std::span<const Ip>, size_t);

} // namespace rivereto::storage
