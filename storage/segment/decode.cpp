// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>

#include <zstd.h>

#include "storage/segment/bitpack.h"
#include "storage/segment/segment.h"

namespace rivereto::storage {

using core::ColumnView;
using core::Ip;
using core::Storage;

namespace {

/// No honest blob unpacks to more: 16 bytes a row, twice.
constexpr uint64_t kMaxRaw = core::kSegmentRows * 40;

template <class T>
std::span<T> cellsOf(DecodedColumn& column)
{
    return {reinterpret_cast<T*>(column.cells.data()), column.cells.size() / sizeof(T)};
}

template <class T>
bool getNumbers(ByteReader& in, std::span<T> out)
{
    if (in.get<uint8_t>() == 0)
        return unpackNumbersAs(in, out);
    std::vector<uint64_t> numbers(out.size());
    if (!unpackDeltas(in, numbers))
        return false;
    std::ranges::transform(numbers, out.begin(), [](uint64_t n) { return static_cast<T>(n); });
    return true;
}

bool getAddresses(ByteReader& in, std::span<Ip> out)
{
    std::vector<uint64_t> half(out.size());
    for (auto member : {&Ip::hi, &Ip::lo}) {
        if (!getNumbers<uint64_t>(in, half))
            return false;
        for (size_t i = 0; i < out.size(); ++i)
            out[i].*member = half[i];
    }
    return true;
}

/// `count` cells as putCells wrote them.
bool getCells(ByteReader& in, DecodedColumn& out, size_t count)
{
    out.cells.resize(count * core::cellSize(out.storage));
    switch (out.storage) {
    case Storage::U8: return getNumbers(in, cellsOf<uint8_t>(out));
    case Storage::U16: return getNumbers(in, cellsOf<uint16_t>(out));
    case Storage::U64: return getNumbers(in, cellsOf<uint64_t>(out));
    case Storage::Ip: return getAddresses(in, cellsOf<Ip>(out));
    case Storage::U32:
    case Storage::Dict: return getNumbers(in, cellsOf<uint32_t>(out));
    case Storage::Prefix: break;
    }
    return false;
}

/// Numbers without the flag that getNumbers reads first.
template <class F>
bool fillNumbers(DecodedColumn& out, uint32_t rows, F&& unpack)
{
    std::vector<uint64_t> numbers(rows);
    if (!unpack(std::span(numbers)))
        return false;
    out.kind = ColumnView::Kind::Plain;
    out.distinct = rows;
    out.cells.resize(rows * core::cellSize(out.storage));
    return core::withCellType(out.storage, [&](auto cell) {
        using T = decltype(cell);
        if constexpr (std::is_integral_v<T>) {
            std::ranges::transform(numbers, cellsOf<T>(out).begin(), [](uint64_t n) { return static_cast<T>(n); });
            return true;
        } else {
            return false;
        }
    });
}

bool decodePacked(ByteReader& in, DecodedColumn& out, uint32_t rows)
{
    out.kind = ColumnView::Kind::Plain;
    out.distinct = rows;
    out.cells.resize(rows * core::cellSize(out.storage));
    return core::withCellType(out.storage, [&](auto cell) {
        using T = decltype(cell);
        if constexpr (std::is_integral_v<T>)
            return unpackNumbersAs(in, cellsOf<T>(out));
        else
            return false;
    });
}

bool decodeDictionary(ByteReader& in, DecodedColumn& out, uint32_t rows)
{
    const auto distinct = in.getVarint();
    if (!in.ok() || distinct == 0 || distinct > rows || !getCells(in, out, distinct))
        return false;
    out.kind = ColumnView::Kind::Coded;
    out.distinct = static_cast<uint32_t>(distinct);
    out.codes.resize(rows);
    return unpackNumbersAs(in, std::span(out.codes))
        && std::ranges::all_of(out.codes, [&](uint16_t code) { return code < distinct; });
}

std::shared_ptr<DecodedColumn> decodeAny(std::string_view data, Storage storage, uint32_t rows, const DecodedColumn* parent);

/// A value for each code of the parent becomes codes of its own values, so that equal values share a code.
bool decodeDependent(ByteReader& in, DecodedColumn& out, uint32_t rows, const DecodedColumn* parent)
{
    if (!parent || parent->kind != ColumnView::Kind::Coded || parent->codes.size() != rows)
        return false;
    const auto inner = decodeAny(in.rest(), out.storage, parent->distinct, nullptr);
    if (!inner)
        return false;
    out.cells = std::move(inner->cells);
    out.distinct = inner->distinct;
    out.kind = inner->kind == ColumnView::Kind::Constant ? ColumnView::Kind::Constant : ColumnView::Kind::Coded;
    if (inner->kind == ColumnView::Kind::Plain) {
        out.codes = parent->codes;
    } else if (inner->kind == ColumnView::Kind::Coded) {
        out.codes.resize(rows);
        std::ranges::transform(parent->codes, out.codes.begin(), [&](uint16_t code) { return inner->codes[code]; });
    }
    return true;
}

bool decodeDifference(ByteReader& in, DecodedColumn& out, uint32_t rows, const DecodedColumn* parent)
{
    if (!parent || parent->storage == Storage::Ip || parent->storage == Storage::Prefix)
        return false;
    const auto view = parent->view();
    return fillNumbers(out, rows, [&](std::span<uint64_t> numbers) {
        if (!unpackNumbers(in, numbers))
            return false;
        for (size_t row = 0; row < rows; ++row)
            numbers[row] = view.number(row) - (numbers[row] >> 1 ^ (0 - (numbers[row] & 1)));
        return true;
    });
}

std::shared_ptr<DecodedColumn> decodeZstd(ByteReader& in, Storage storage, uint32_t rows, const DecodedColumn* parent)
{
    const auto size = in.getVarint();
    if (!in.ok() || size > kMaxRaw)
        return nullptr;
    std::string raw(size, '\0');
    const auto got = ZSTD_decompress(raw.data(), raw.size(), in.rest().data(), in.rest().size());
    if (ZSTD_isError(got) || got != size || raw.empty() || static_cast<Encoding>(raw[0]) == Encoding::Zstd)
        return nullptr;
    return decodeAny(raw, storage, rows, parent);
}

bool decodeConstant(ByteReader& in, DecodedColumn& out)
{
    const auto cell = in.getBytes(core::cellSize(out.storage));
    out.cells.assign(cell.begin(), cell.end());
    return in.ok();
}

std::shared_ptr<DecodedColumn> decodeAny(std::string_view data, Storage storage, uint32_t rows, const DecodedColumn* parent)
{
    ByteReader in(data);
    const auto encoding = in.get<Encoding>();
    if (!in.ok() || rows == 0 || rows > core::kSegmentRows)
        return nullptr;
    auto out = std::make_shared<DecodedColumn>();
    out->storage = storage;
    bool ok = false;
    switch (encoding) {
    case Encoding::Constant: ok = decodeConstant(in, *out); break;
    case Encoding::Packed: ok = decodePacked(in, *out, rows); break;
    case Encoding::Delta:
        ok = fillNumbers(*out, rows, [&](std::span<uint64_t> numbers) { return unpackDeltas(in, numbers); });
        break;
    case Encoding::Dictionary: ok = decodeDictionary(in, *out, rows); break;
    case Encoding::Dependent: ok = decodeDependent(in, *out, rows, parent); break;
    case Encoding::Difference: ok = decodeDifference(in, *out, rows, parent); break;
    case Encoding::Wide:
        out->kind = ColumnView::Kind::Plain;
        out->distinct = rows;
        ok = storage == Storage::Ip && getCells(in, *out, rows);
        break;
    case Encoding::Zstd: return decodeZstd(in, storage, rows, parent);
    }
    return ok ? out : nullptr;
}

} // namespace

ColumnView DecodedColumn::view() const
{
    return {.kind = kind, .storage = storage, .distinct = distinct, .cells = cells.data(), .codes = codes.empty() ? nullptr : codes.data()};
}

size_t DecodedColumn::bytes() const { return sizeof *this + cells.size() + codes.size() * 2; }

std::shared_ptr<const DecodedColumn> decodeColumn(std::string_view data, Storage storage, uint32_t rows, const DecodedColumn* parent)
{
    return decodeAny(data, storage, rows, parent);
}

uint64_t checksum(std::string_view bytes)
{
    uint64_t sum = bytes.size();
    size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) {
        uint64_t word = 0;
        std::memcpy(&word, bytes.data() + at, 8);
        sum = core::mix64(sum ^ word) + 0x9e37'79b9'7f4a'7c15ULL;
    }
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, bytes.size() - at);
    return core::mix64(sum ^ word);
}

} // namespace rivereto::storage
