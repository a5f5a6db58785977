// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstring>

#include <zstd.h>

#include "storage/segment/bitpack.h"
#include "storage/segment/segment.h"

namespace rivereto::storage {

using core::ColumnId;
using core::Ip;
using core::Storage;

namespace {

constexpr ColumnId kNone = ColumnId::kNone;
/// Blobs below this are not worth a compressor's header.
constexpr size_t kCompressFrom = 512;
/// Numbers wider than this many bits are never laid out in planes: their low bytes are noise.
constexpr unsigned kWidestPlanes = 24;

/// Distinct values of a column, sorted, and each row's index into them.
struct Codes {
    std::vector<uint16_t> codes;
    std::vector<Ip> values; ///< numbers as {0, n}
};

/// A column on its way into a blob.
struct Work {
    ColumnId id = kNone;
    core::Type type{};
    Storage storage{};
    std::vector<uint64_t> numbers; ///< empty for addresses
    std::vector<Ip> addresses;     ///< empty for numbers
    Codes codes;                   ///< empty values: not made
    Ip min;
    Ip max;
    [[nodiscard]] bool isAddress() const { return storage == Storage::Ip; }
    [[nodiscard]] Ip at(size_t row) const { return isAddress() ? addresses[row] : Ip{0, numbers[row]}; }
};

void putCell(ByteWriter& out, Storage storage, Ip value)
{
    if (storage == Storage::Ip) {
        out.put(value.hi);
        out.put(value.lo);
        return;
    }
    std::array<char, 8> bytes{};
    std::memcpy(bytes.data(), &value.lo, 8);
    out.putBytes({bytes.data(), core::cellSize(storage)});
}

size_t hashOf(uint64_t value) { return core::mix64(value); }
size_t hashOf(const Ip& value) { return std::hash<Ip>()(value); }
Ip widened(uint64_t value) { return {0, value}; }
Ip widened(const Ip& value) { return value; }

/// First come, first numbered; then sorted. Stops (empty values) when nearly every row differs from all others.
template <class T>
Codes makeCodes(const std::vector<T>& cells)
{
    Codes out;
    constexpr size_t kSlots = 2 * core::kSegmentRows;
    static thread_local std::vector<uint32_t> slots(kSlots);
    std::ranges::fill(slots, 0);
    std::vector<T> found;
    out.codes.resize(cells.size());
    for (size_t row = 0; row < cells.size(); ++row) {
        size_t slot = hashOf(cells[row]) % kSlots;
        while (slots[slot] != 0 && !(found[slots[slot] - 1] == cells[row]))
            slot = (slot + 1) % kSlots;
        if (slots[slot] == 0) {
            found.push_back(cells[row]);
            slots[slot] = static_cast<uint32_t>(found.size());
            if (row == 4095 && found.size() > 3800)
                return {};
        }
        out.codes[row] = static_cast<uint16_t>(slots[slot] - 1);
    }
    std::vector<std::pair<T, uint16_t>> order(found.size());
    for (size_t i = 0; i < found.size(); ++i)
        order[i] = {found[i], static_cast<uint16_t>(i)};
    std::ranges::sort(order, {}, [](const auto& entry) { return entry.first; });
    std::vector<uint16_t> rank(found.size());
    for (size_t i = 0; i < order.size(); ++i) {
        rank[order[i].second] = static_cast<uint16_t>(i);
        out.values.push_back(widened(order[i].first));
    }
    for (auto& code : out.codes)
        code = rank[code];
    return out;
}

/// The same for numbers that index a table: no hashing, and the values come out sorted.
Codes makeSmallCodes(const std::vector<uint64_t>& numbers, uint64_t max)
{
    Codes out;
    std::vector<uint16_t> code(max + 1);
    std::vector<uint8_t> seen(max + 1);
    for (const uint64_t number : numbers)
        seen[number] = 1;
    for (uint64_t number = 0; number <= max; ++number) {
        if (seen[number]) {
            code[number] = static_cast<uint16_t>(out.values.size());
            out.values.push_back({0, number});
        }
    }
    out.codes.resize(numbers.size());
    std::ranges::transform(numbers, out.codes.begin(), [&](uint64_t number) { return code[number]; });
    return out;
}

Codes codesOf(const Work& work)
{
    if (work.isAddress())
        return makeCodes(work.addresses);
    return work.max.lo < core::kSegmentRows ? makeSmallCodes(work.numbers, work.max.lo) : makeCodes(work.numbers);
}

Work readColumn(const core::FlowBatch& batch, const core::Column& column, size_t first, size_t count, const TextMapper& textId)
{
    Work work{.id = column.id, .type = column.type, .storage = column.storage()};
    const auto view = batch.view(column.id);
    core::withCellType(work.storage, [&](auto cell) {
        using T = decltype(cell);
        const T* cells = view.as<T>() + first;
        if constexpr (std::is_same_v<T, Ip>)
            work.addresses.assign(cells, cells + count);
        else if constexpr (std::is_integral_v<T>)
            work.numbers.assign(cells, cells + count);
    });
    if (work.storage == Storage::Dict) {
        std::vector<uint32_t> ids(batch.dictionary().size(), UINT32_MAX);
        for (auto& number : work.numbers) {
            auto& id = ids[number];
            if (id == UINT32_MAX)
                id = textId(batch.dictionary().text(static_cast<uint32_t>(number)));
            number = id;
        }
    }
    if (work.isAddress()) {
        const auto [low, high] = std::ranges::minmax(work.addresses);
        work.min = low;
        work.max = high;
    } else {
        const auto [low, high] = std::ranges::minmax(work.numbers);
        work.min = {0, low};
        work.max = {0, high};
    }
    return work;
}

std::vector<uint64_t> part(const std::vector<Ip>& values, uint64_t Ip::* half)
{
    std::vector<uint64_t> out(values.size());
    std::ranges::transform(values, out.begin(), [&](const Ip& ip) { return ip.*half; });
    return out;
}

/// Cells that are sorted already (a dictionary) or in any order (Wide, the values of a dependent column).
/// `ascending`: how runs that rise are packed.
void putCells(ByteWriter& out, Storage storage, const std::vector<Ip>& values, Packing ascending)
{
    const auto putNumbers = [&](const std::vector<uint64_t>& numbers) {
        const bool rising = std::ranges::is_sorted(numbers);
        const bool delta = !rising && packedDeltaSize(numbers) < packedSize(numbers);
        out.put(rising ? ascending : delta ? kDeltas : kNumbers);
        if (rising && ascending == kSteps)
            putSteps(out, numbers);
        else if (rising)
            packAscending(out, numbers);
        else if (delta)
            packDeltas(out, numbers);
        else
            packNumbers(out, numbers);
    };
    if (storage != Storage::Ip) {
        putNumbers(part(values, &Ip::lo));
        return;
    }
    // Sorted IPv4 comes first and is a rising run of its own.
    const auto v6 = std::ranges::find_if(values, [](const Ip& ip) { return ip.hi != 0; });
    const std::vector<Ip> rest(v6, values.end());
    out.putVarint(static_cast<uint64_t>(v6 - values.begin()));
    putNumbers(part({values.begin(), v6}, &Ip::lo));
    putNumbers(part(rest, &Ip::hi));
    putNumbers(part(rest, &Ip::lo));
}

std::string compressed(std::string blob, size_t gain);

/// Numbers as whole bytes, the lowest first: larger than packed, but what is frequent compresses.
std::string planesBlob(std::span<const uint64_t> values, uint64_t low, unsigned width)
{
    ByteWriter out;
    out.put(Encoding::Planes);
    out.putVarint(low);
    const unsigned planes = (width + 7) / 8;
    out.put(static_cast<uint8_t>(planes));
    std::string plane(values.size(), '\0');
    for (unsigned shift = 0; shift < planes * 8; shift += 8) {
        for (size_t row = 0; row < values.size(); ++row)
            plane[row] = static_cast<char>((values[row] - low) >> shift);
        out.putBytes(plane);
    }
    return out.take();
}

/// The smallest way to hold numbers in this order, compressed where it pays.
std::string numbersBlob(std::span<const uint64_t> values, uint64_t low, uint64_t high, bool inOrder)
{
    ByteWriter out;
    if (inOrder && packedDeltaSize(values) < packedSize(values)) {
        out.put(Encoding::Delta);
        packDeltas(out, values);
        return compressed(out.take(), 8);
    }
    const auto width = bitWidth(high - low);
    const bool planesPay = values.size() >= kCompressFrom && width <= kWidestPlanes;
    out.put(Encoding::Packed);
    packNumbers(out, values);
    if (!planesPay)
        return compressed(out.take(), 8);
    // Bits that cross bytes hide what is frequent from a compressor, so it gets planes; they cost more to read than packed
    // bits and must save something.
    auto planes = compressed(planesBlob(values, low, width), 8);
    return planes.size() + planes.size() / 32 < out.size() ? planes : out.take();
}

std::string codesBlob(const Codes& codes)
{
    const std::vector<uint64_t> numbers(codes.codes.begin(), codes.codes.end());
    return numbersBlob(numbers, 0, codes.values.size() - 1, false);
}

std::string dictionaryBlob(Storage storage, const Codes& codes)
{
    const auto valuesAs = [&](Packing ascending) {
        ByteWriter values;
        values.put(Encoding::Wide);
        putCells(values, storage, codes.values, ascending);
        return compressed(values.take(), 16);
    };
    auto cells = valuesAs(kAscending);
    if (codes.values.size() >= kCompressFrom) {
        if (auto steps = valuesAs(kSteps); steps.size() < cells.size())
            cells = std::move(steps);
    }
    ByteWriter out;
    out.put(Encoding::Dictionary);
    out.putVarint(codes.values.size());
    out.putVarint(cells.size());
    out.putBytes(cells);
    out.putBytes(codesBlob(codes));
    return out.take();
}

/// The smallest way to hold a column on its own.
std::string plainBlob(const Work& work)
{
    ByteWriter out;
    if (work.min == work.max) {
        out.put(Encoding::Constant);
        putCell(out, work.storage, work.min);
        return out.take();
    }
    const auto& codes = work.codes;
    if (work.isAddress()) {
        if (!codes.values.empty())
            return dictionaryBlob(work.storage, codes);
        out.put(Encoding::Wide);
        putCells(out, work.storage, work.addresses, kAscending);
        return out.take();
    }
    // Codes are worth a little room: the executor is fastest on them.
    if (!codes.values.empty() && codes.values.size() <= work.numbers.size() / 4) {
        const auto plain = packedSize(work.numbers);
        const auto coded = packedSize(part(codes.values, &Ip::lo)) + work.numbers.size() * bitWidth(codes.values.size() - 1) / 8;
        if (coded <= plain + plain / 16)
            return dictionaryBlob(work.storage, codes);
    }
    return numbersBlob(work.numbers, work.min.lo, work.max.lo, work.type == core::Type::Time);
}

/// Value of the column for each code of `parent`; empty when it is no function of it.
std::vector<Ip> functionOf(const Work& work, const Codes& parent)
{
    std::vector<Ip> values(parent.values.size());
    std::vector<uint8_t> seen(parent.values.size());
    for (size_t row = 0; row < parent.codes.size(); ++row) {
        const auto code = parent.codes[row];
        if (!seen[code]) {
            seen[code] = 1;
            values[code] = work.at(row);
        } else if (values[code] != work.at(row)) {
            return {};
        }
    }
    return values;
}

std::string dependentBlob(const Work& work, std::vector<Ip> values)
{
    Work inner{.id = work.id, .type = work.type, .storage = work.storage, .min = work.min, .max = work.max};
    if (work.isAddress()) {
        inner.addresses = std::move(values);
    } else {
        inner.numbers = part(values, &Ip::lo);
    }
    inner.codes = codesOf(inner);
    ByteWriter out;
    out.put(Encoding::Dependent);
    out.putBytes(plainBlob(inner));
    return out.take();
}

std::string differenceBlob(const Work& work, const Work& parent)
{
    std::vector<uint64_t> rest(work.numbers.size());
    for (size_t row = 0; row < rest.size(); ++row) {
        // 0 stands for a missing time, which would otherwise be the widest difference of all.
        const uint64_t delta = parent.numbers[row] - work.numbers[row];
        rest[row] = work.numbers[row] == 0 ? 0 : (delta << 1 ^ (0 - (delta >> 63))) + 1;
    }
    ByteWriter out;
    out.put(Encoding::Difference);
    const auto [low, high] = std::ranges::minmax(rest);
    out.putBytes(numbersBlob(rest, low, high, false));
    return out.take();
}

/// The blob, or a zstd frame of it when that saves at least one part in `gain`.
std::string compressed(std::string blob, size_t gain)
{
    if (blob.size() < kCompressFrom)
        return blob;
    std::string packed(ZSTD_compressBound(blob.size()), '\0');
    const size_t size = ZSTD_compress(packed.data(), packed.size(), blob.data(), blob.size(), 1);
    if (ZSTD_isError(size) || size + blob.size() / gain > blob.size())
        return blob;
    ByteWriter out;
    out.put(Encoding::Zstd);
    out.putVarint(blob.size());
    out.putBytes({packed.data(), size});
    return out.take();
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

const Work* findWork(const std::vector<Work>& works, ColumnId id)
{
    const auto it = std::ranges::find(works, id, &Work::id);
    return it == works.end() ? nullptr : &*it;
}

} // namespace

EncodedSegment encodeSegment(const core::FlowBatch& batch, size_t first, size_t count, const TextMapper& textId)
{
    EncodedSegment out{.rows = static_cast<uint32_t>(count)};
    std::vector<Work> works;
    for (const auto& column : batch.schema().columns()) {
        if (!batch.has(column.id))
            continue;
        auto work = readColumn(batch, column, first, count, textId);
        if (work.min.isZero() && work.max.isZero())
            continue;
        if (work.min != work.max && work.type != core::Type::Time)
            work.codes = codesOf(work);
        works.push_back(std::move(work));
    }
    for (const auto& work : works) {
        const auto& column = batch.schema()[work.id];
        EncodedColumn encoded{.id = work.id, .data = plainBlob(work)};
        const bool constant = work.min == work.max;
        if (work.storage != Storage::Dict) {
            encoded.min = work.min;
            encoded.max = work.max;
        }
        const auto consider = [&](ColumnId parent, std::string blob) {
            if (blob.size() < encoded.data.size()) {
                encoded.data = std::move(blob);
                encoded.parent = parent;
            }
        };
        if (const auto* parent = findWork(works, timeParent(work.id)); parent && !constant)
            consider(parent->id, differenceBlob(work, *parent));
        for (const auto id : constant || work.type == core::Type::Time ? std::vector<ColumnId>() : likelyParents(batch.schema(), column)) {
            const auto* parent = findWork(works, id);
            if (!parent || parent->codes.values.empty() || encoded.parent != kNone)
                continue;
            if (auto values = functionOf(work, parent->codes); !values.empty())
                consider(id, dependentBlob(work, std::move(values)));
        }
        out.columns.push_back(std::move(encoded));
    }
    if (const auto* time = findWork(works, ColumnId::TimeReceived)) {
        out.timeMin = time->min.lo;
        out.timeMax = time->max.lo;
    }
    // A dependent column needs its parent's dictionary, so the parent must be stored as one.
    for (auto& encoded : out.columns) {
        const bool isParent = std::ranges::any_of(out.columns, [&](const auto& other) {
            return other.parent == encoded.id && timeParent(other.id) == kNone;
        });
        if (isParent) {
            const auto* work = findWork(works, encoded.id);
            encoded.parent = kNone;
            encoded.data = dictionaryBlob(work->storage, work->codes);
        }
    }
    return out;
}

} // namespace rivereto::storage
