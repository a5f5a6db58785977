// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "storage/segment/bitpack.h"
#include "storage/segment/codes.h"
#include "storage/segment/gaps.h"
#include "storage/segment/numbers.h"
#include "storage/segment/hosts.h"
#include "storage/segment/segment.h"

namespace rivereto::storage {

using core::ColumnId;
using core::Ip;
using core::Storage;

namespace {

constexpr ColumnId kNone = ColumnId::kNone;
/// A dependent blob of at most one byte for this many rows needs no other to be tried.
constexpr size_t kSurelyDependent = 64;
/// Rows that show most columns to be no function of another one.
constexpr size_t kFunctionSample = 1024;

/// A column of the batch on its way into a blob.
struct Source {
    const core::Column* column = nullptr;
    const void* cells = nullptr;
    std::vector<uint32_t> ids; ///< texts: what `cells` points to
    Ip min;                    ///< numbers as {0, n}
    Ip max;
    [[nodiscard]] bool constant() const { return min == max; }
};

/// A column that others may be a function of.
struct Parent {
    ColumnId id = kNone;
    Codes codes;
    bool used = false;
};

/// Calls `f` with the column's cells as a span.
template <class F>
void withCells(const Source& source, size_t rows, F&& f)
{
    core::withCellType(source.column->storage(), [&](auto cell) {
        using T = decltype(cell);
        if constexpr (!std::is_same_v<T, core::PrefixCell>)
            f(std::span(static_cast<const T*>(source.cells), rows));
    });
}

/// Smallest and largest, without a branch for each.
std::pair<Ip, Ip> addressBounds(std::span<const Ip> cells)
{
    __extension__ using Wide = unsigned __int128;
    const auto wide = [](const Ip& ip) { return static_cast<Wide>(ip.hi) << 64 | ip.lo; };
    const auto narrow = [](Wide n) { return Ip{static_cast<uint64_t>(n >> 64), static_cast<uint64_t>(n)}; };
    Wide low = wide(cells[0]);
    Wide high = low;
    for (const Ip& ip : cells) {
        low = std::min(low, wide(ip));
        high = std::max(high, wide(ip));
    }
    return {narrow(low), narrow(high)};
}

Source sourceOf(const core::FlowBatch& batch, const core::Column& column, size_t first, size_t rows, const TextMapper& textId)
{
    Source out{.column = &column};
    out.cells = static_cast<const uint8_t*>(batch.view(column.id).cells) + first * core::cellSize(column.storage());
    if (column.storage() == Storage::Dict) {
        std::vector<uint32_t> known(batch.dictionary().size(), UINT32_MAX);
        const auto* cells = static_cast<const uint32_t*>(out.cells);
        out.ids.reserve(rows);
        for (size_t row = 0; row < rows; ++row) {
            auto& id = known[cells[row]];
            if (id == UINT32_MAX)
                id = textId(batch.dictionary().text(cells[row]));
            out.ids.push_back(id);
        }
        out.cells = out.ids.data();
    }
    withCells(out, rows, [&]<class T>(std::span<const T> cells) {
        if constexpr (std::is_same_v<T, Ip>) {
            std::tie(out.min, out.max) = addressBounds(cells);
        } else {
            const auto [low, high] = boundsOf(cells);
            out.min = {0, low};
            out.max = {0, high};
        }
    });
    return out;
}

/// A run of numbers with how they are packed before it.
void putRun(ByteWriter& out, std::span<const uint64_t> numbers)
{
    if (std::ranges::is_sorted(numbers)) {
        out.put(kGaps);
        putGaps(out, numbers);
    } else if (packedDeltaSize(numbers) < packedSize(numbers)) {
        out.put(kDeltas);
        packDeltas(out, numbers);
    } else {
        out.put(kNumbers);
        packNumbers(out, numbers);
    }
}

/// Addresses that are sorted (a dictionary) or in any order. Sorted IPv4 comes first and is a rising run of its own.
void putAddresses(ByteWriter& out, std::span<const Ip> values)
{
    const auto first = static_cast<size_t>(std::ranges::find_if(values, [](const Ip& ip) { return ip.hi != 0; }) - values.begin());
    std::vector<uint64_t> half(values.size());
    const auto put = [&](size_t from, size_t to, uint64_t Ip::* member) {
        for (size_t i = from; i < to; ++i)
            half[i] = values[i].*member;
        putRun(out, std::span(half).subspan(from, to - from));
    };
    out.putVarint(first);
    put(0, first, &Ip::lo);
    put(first, values.size(), &Ip::hi);
    put(first, values.size(), &Ip::lo);
}

std::string valuesBlob(const Codes& codes)
{
    ByteWriter out;
    out.put(Encoding::Wide);
    if (codes.addresses.empty())
        putRun(out, codes.numbers);
    else
        putAddresses(out, codes.addresses);
    return out.take();
}

std::string dictionaryBlob(const Codes& codes, std::string_view values, const NumbersPlan<uint16_t>& plan)
{
    ByteWriter out;
    out.reserve(plan.size + values.size() + 32);
    out.put(Encoding::Dictionary);
    out.putVarint(codes.distinct());
    out.putVarint(values.size());
    out.putBytes(values);
    out.putBytes(numbersBlob(plan));
    return out.take();
}

std::string dictionaryBlob(const Codes& codes)
{
    return dictionaryBlob(codes, valuesBlob(codes), planNumbers(std::span<const uint16_t>(codes.codes)));
}

std::string addressesBlob(std::span<const Ip> cells)
{
    if (const auto codes = makeCodes(cells, core::kSegmentRows); codes.made())
        return dictionaryBlob(codes);
    ByteWriter out;
    out.put(Encoding::Wide);
    putAddresses(out, cells);
    return out.take();
}

/// Distinct values of numbers that are worth codes.
constexpr size_t mostCodes(size_t rows) { return rows / 4; }

/// The smallest way to hold a column on its own; `known` are its codes, if they have been made.
template <class T>
std::string plainBlob(std::span<const T> cells, const core::Column& column, const Codes* known = nullptr)
{
    if (std::ranges::all_of(cells, [first = cells[0]](const T& cell) { return cell == first; })) {
        ByteWriter out;
        out.put(Encoding::Constant);
        out.put(cells[0]);
        return out.take();
    }
    if constexpr (std::is_same_v<T, Ip>) {
        return addressesBlob(cells);
    } else {
        if constexpr (std::is_same_v<T, uint64_t>) {
            if (column.type == core::Type::Time)
                return numbersBlob(planTimes(cells));
        }
        const auto plan = planNumbers(cells);
        // Codes are worth a little room, because the executor is fastest on them – where it groups by them.
        Codes made;
        if (!known && column.dimension)
            made = makeCodes(cells, mostCodes(cells.size()));
        if (const auto& codes = known ? *known : made; codes.made()) {
            const auto coded = planNumbers(std::span<const uint16_t>(codes.codes));
            const auto values = valuesBlob(codes);
            if (values.size() + coded.size <= plan.size + plan.size / 16)
                return dictionaryBlob(codes, values, coded);
        }
        return numbersBlob(plan);
    }
}

/// Value of the column for each code of the parent; nothing when it is no function of it.
template <class T>
std::optional<std::vector<T>> functionOf(std::span<const T> cells, const Codes& parent)
{
    std::vector<T> values(parent.distinct());
    const uint16_t* codes = parent.codes.data();
    const auto holds = [&](size_t rows) {
        for (size_t row = 0; row < rows; ++row)
            values[codes[row]] = cells[row];
        bool same = true;
        for (size_t row = 0; row < rows; ++row)
            same &= values[codes[row]] == cells[row];
        return same;
    };
    if (!holds(std::min(cells.size(), kFunctionSample)) || !holds(cells.size()))
        return std::nullopt;
    return values;
}

template <class T>
std::string dependentBlob(std::span<const T> values, const core::Column& column)
{
    ByteWriter out;
    out.put(Encoding::Dependent);
    out.putBytes(plainBlob(values, column));
    return out.take();
}

/// Codes of the difference to the parent: 0 for 0 – a missing time, which would otherwise be the widest of all –, else
/// 1 + zigzag. In `narrow`, too, when all of them fit; otherwise that is empty.
void differences(std::span<const uint64_t> values, std::span<const uint64_t> parent, std::vector<uint64_t>& wide,
                     std::vector<uint32_t>& narrow)
{
    wide.resize(values.size());
    uint64_t all = 0;
    for (size_t row = 0; row < values.size(); ++row) {
        const uint64_t delta = parent[row] - values[row];
        wide[row] = values[row] == 0 ? 0 : (delta << 1 ^ (0 - (delta >> 63))) + 1;
        all |= wide[row];
    }
    narrow.assign(all <= UINT32_MAX ? wide.begin() : wide.end(), wide.end());
}

/// Columns that a column is likely to be a function of, likeliest first.
std::vector<ColumnId> likelyParents(const core::Schema& schema, const core::Column& column)
{
    constexpr auto kKeys = std::to_array<std::pair<std::string_view, ColumnId>>(
        {{"Src", ColumnId::SrcAddr}, {"Dst", ColumnId::DstAddr}, {"InIf", ColumnId::InIfIndex}, {"OutIf", ColumnId::OutIfIndex}});
    std::vector<ColumnId> out;
    for (const auto& [prefix, parent] : kKeys) {
        if (column.name.starts_with(prefix) && column.id != parent)
            out.push_back(parent);
    }
    if (column.id == ColumnId::NextHop)
        out.push_back(ColumnId::DstAddr);
    if (column.from != core::From::Wire && column.id != ColumnId::ExporterAddress && schema[column.id].type != core::Type::Time)
        out.push_back(ColumnId::ExporterAddress);
    return out;
}

ColumnId timeParent(ColumnId id)
{
    switch (id) {
    case ColumnId::TimeFlowStart: return ColumnId::TimeFlowEnd;
    case ColumnId::TimeFlowEnd:
    case ColumnId::TimeExported: return ColumnId::TimeReceived;
    default: return kNone;
    }
}

class SegmentEncoder {
public:
    SegmentEncoder(const core::FlowBatch& batch, size_t first, size_t rows, const TextMapper& textId) : m_schema(batch.schema()), m_rows(rows)
    {
        for (const auto& column : m_schema.columns()) {
            if (!batch.has(column.id))
                continue;
            auto source = sourceOf(batch, column, first, rows, textId);
            if (!source.min.isZero() || !source.max.isZero())
                m_sources.push_back(std::move(source));
        }
        for (const auto id : {ColumnId::SrcAddr, ColumnId::DstAddr, ColumnId::InIfIndex, ColumnId::OutIfIndex, ColumnId::ExporterAddress}) {
            const auto* source = find(id);
            if (!source || source->constant())
                continue;
            withCells(*source, rows, [&]<class T>(std::span<const T> cells) {
                if (auto codes = makeCodes(cells, std::is_same_v<T, Ip> ? core::kSegmentRows : mostCodes(rows)); codes.made())
                    m_parents.push_back({id, std::move(codes)});
            });
        }
    }

    EncodedSegment run()
    {
        EncodedSegment out{.rows = static_cast<uint32_t>(m_rows)};
        for (const auto& source : m_sources) {
            EncodedColumn encoded{.id = source.column->id};
            if (source.column->storage() != Storage::Dict) {
                encoded.min = source.min;
                encoded.max = source.max;
            }
            out.columns.push_back(std::move(encoded));
        }
        // What others depend on comes last: a dependent column needs its parent's dictionary, so the parent must be stored as one.
        for (const bool parents : {false, true}) {
            for (size_t i = 0; i < m_sources.size(); ++i) {
                auto* parent = findParent(m_sources[i].column->id);
                if (!!parent != parents)
                    continue;
                if (parent && (parent->used || !parent->codes.addresses.empty()))
                    out.columns[i].data = dictionaryBlob(parent->codes);
                else
                    encode(m_sources[i], parent ? &parent->codes : nullptr, out.columns[i]);
            }
        }
        if (const auto* time = find(ColumnId::TimeReceived)) {
            out.timeMin = time->min.lo;
            out.timeMax = time->max.lo;
        }
        const auto sources = addresses(ColumnId::SrcAddr);
        const auto destinations = addresses(ColumnId::DstAddr);
        if (!sources.empty() || !destinations.empty())
            out.hosts = hostsBlob(sources, destinations);
        return out;
    }

private:
    const Source* find(ColumnId id) const
    {
        const auto it = std::ranges::find(m_sources, id, [](const Source& source) { return source.column->id; });
        return it == m_sources.end() ? nullptr : &*it;
    }
    /// Each at least once; none when the column is missing.
    std::span<const Ip> addresses(ColumnId id)
    {
        const auto* source = find(id);
        if (!source)
            return {};
        if (const auto* parent = findParent(id))
            return parent->codes.addresses;
        std::span<const Ip> out;
        withCells(*source, source->constant() ? 1 : m_rows, [&]<class T>(std::span<const T> cells) {
            if constexpr (std::is_same_v<T, Ip>)
                out = cells;
        });
        return out;
    }
    Parent* findParent(ColumnId id)
    {
        const auto it = std::ranges::find(m_parents, id, &Parent::id);
        return it == m_parents.end() ? nullptr : &*it;
    }

    void encode(const Source& source, const Codes* codes, EncodedColumn& out)
    {
        withCells(source, m_rows, [&]<class T>(std::span<const T> cells) {
            if (source.column->type == core::Type::Time) {
                if constexpr (std::is_same_v<T, uint64_t>)
                    encodeTime(source, cells, out);
                return;
            }
            if (source.constant() || !encodeDependent(cells, *source.column, out))
                out.data = plainBlob(cells, *source.column, codes);
        });
    }

    void encodeTime(const Source& source, std::span<const uint64_t> cells, EncodedColumn& out) const
    {
        const auto* parent = find(timeParent(source.column->id));
        if (source.constant() || !parent) {
            out.data = plainBlob(cells, *source.column);
            return;
        }
        static thread_local std::vector<uint64_t> wide;
        static thread_local std::vector<uint32_t> narrow;
        differences(cells, std::span(static_cast<const uint64_t*>(parent->cells), m_rows), wide, narrow);
        const auto plain = planTimes(cells);
        const auto consider = [&](const auto& plan) {
            if (plan.size >= plain.size) {
                out.data = numbersBlob(plain);
                return;
            }
            ByteWriter blob;
            blob.put(Encoding::Difference);
            blob.putBytes(numbersBlob(plan));
            out.parent = parent->column->id;
            out.data = blob.take();
        };
        if (narrow.empty())
            consider(planNumbers(std::span<const uint64_t>(wide)));
        else
            consider(planNumbers(std::span<const uint32_t>(narrow)));
    }

    /// False when the column is no function of another one.
    template <class T>
    bool encodeDependent(std::span<const T> cells, const core::Column& column, EncodedColumn& out)
    {
        for (const auto id : likelyParents(m_schema, column)) {
            auto* parent = findParent(id);
            if (!parent)
                continue;
            const auto values = functionOf(cells, parent->codes);
            if (!values)
                continue;
            auto blob = dependentBlob(std::span<const T>(*values), column);
            if (blob.size() > m_rows / kSurelyDependent) {
                if (auto plain = plainBlob(cells, column); plain.size() <= blob.size()) {
                    out.data = std::move(plain);
                    return true;
                }
            }
            out.data = std::move(blob);
            out.parent = id;
            parent->used = true;
            return true;
        }
        return false;
    }

    const core::Schema& m_schema;
    size_t m_rows;
    std::vector<Source> m_sources;
    std::vector<Parent> m_parents;
};

} // namespace

EncodedSegment encodeSegment(const core::FlowBatch& batch, size_t first, size_t count, const TextMapper& textId)
{
    return SegmentEncoder(batch, first, count, textId).run();
}

} // namespace rivereto::storage
