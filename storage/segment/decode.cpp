// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

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
    const auto packing = in.get<uint8_t>();
    if (packing == kNumbers)
        return unpackNumbersAs(in, out);
    std::vector<uint64_t> numbers(out.size());
    const bool ok = packing == kDeltas ? unpackDeltas(in, numbers)
        : packing == kAscending        ? unpackAscending(in, numbers)
                                       : packing == kSteps && getSteps(in, numbers);
    if (!ok)
        return false;
    std::ranges::transform(numbers, out.begin(), [](uint64_t n) { return static_cast<T>(n); });
    return true;
}

bool getAddresses(ByteReader& in, std::span<Ip> out)
{
    const auto v4 = in.getVarint();
    if (!in.ok() || v4 > out.size())
        return false;
    std::vector<uint64_t> half(out.size());
    const std::span first = std::span(half).first(v4);
    const std::span rest = std::span(half).subspan(v4);
    if (!getNumbers(in, first))
        return false;
    for (size_t i = 0; i < v4; ++i)
        out[i] = {0, half[i]};
    for (auto member : {&Ip::hi, &Ip::lo}) {
        if (!getNumbers(in, rest))
            return false;
        for (size_t i = v4; i < out.size(); ++i)
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

std::shared_ptr<DecodedColumn> decodeAny(std::string_view data, Storage storage, uint32_t rows, const DecodedColumn* parent);

/// What a Zstd blob holds, read from behind its tag; nothing when it is damaged, or holds another one.
std::optional<std::string> unwrapped(ByteReader& in)
{
    const auto size = in.getVarint();
    if (!in.ok() || size == 0 || size > kMaxRaw)
        return std::nullopt;
    std::string raw(size, '\0');
    const auto got = ZSTD_decompress(raw.data(), raw.size(), in.rest().data(), in.rest().size());
    if (ZSTD_isError(got) || got != size || static_cast<Encoding>(raw[0]) == Encoding::Zstd)
        return std::nullopt;
    return raw;
}

/// A dictionary's cells, compressed or not.
bool decodeCells(std::string_view bytes, DecodedColumn& out, size_t count)
{
    ByteReader in(bytes);
    auto encoding = in.get<Encoding>();
    std::optional<std::string> raw;
    if (encoding == Encoding::Zstd) {
        raw = unwrapped(in);
        if (!raw)
            return false;
        in = ByteReader(*raw);
        encoding = in.get<Encoding>();
    }
    return encoding == Encoding::Wide && getCells(in, out, count);
}

bool decodeDictionary(ByteReader& in, DecodedColumn& out, uint32_t rows)
{
    const auto distinct = in.getVarint();
    const auto cells = in.getBytes(in.getVarint());
    if (!in.ok() || distinct == 0 || distinct > rows || !decodeCells(cells, out, distinct))
        return false;
    const auto codes = decodeAny(in.rest(), Storage::U16, rows, nullptr);
    if (!codes || codes->kind != ColumnView::Kind::Plain)
        return false;
    out.kind = ColumnView::Kind::Coded;
    out.distinct = static_cast<uint32_t>(distinct);
    const auto numbers = cellsOf<uint16_t>(*codes);
    out.codes.assign(numbers.begin(), numbers.end());
    return std::ranges::all_of(out.codes, [&](uint16_t code) { return code < distinct; });
}

bool decodePlanes(ByteReader& in, DecodedColumn& out, uint32_t rows)
{
    const auto base = in.getVarint();
    const auto planes = in.get<uint8_t>();
    const auto bytes = in.getBytes(static_cast<size_t>(rows) * planes);
    if (!in.ok() || planes == 0 || planes > 8)
        return false;
    out.kind = ColumnView::Kind::Plain;
    out.distinct = rows;
    out.cells.resize(rows * core::cellSize(out.storage));
    return core::withCellType(out.storage, [&](auto cell) {
        using T = decltype(cell);
        if constexpr (std::is_integral_v<T>) {
            T* cells = cellsOf<T>(out).data();
            for (size_t row = 0; row < rows; ++row)
                cells[row] = static_cast<T>(base + static_cast<uint8_t>(bytes[row]));
            for (size_t plane = 1; plane < planes && plane < sizeof(T); ++plane) {
                const char* high = bytes.data() + plane * rows;
                for (size_t row = 0; row < rows; ++row)
                    cells[row] = static_cast<T>(cells[row] + (static_cast<T>(static_cast<uint8_t>(high[row])) << (8 * plane)));
            }
            return true;
        } else {
            return false;
        }
    });
}

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
    const auto rest = decodeAny(in.rest(), Storage::U64, rows, nullptr);
    if (!rest || rest->kind != ColumnView::Kind::Plain)
        return false;
    const auto codes = cellsOf<uint64_t>(*rest);
    return fillNumbers(out, rows, [&](std::span<uint64_t> numbers) {
        for (size_t row = 0; row < rows; ++row) {
            const uint64_t code = codes[row] - 1;
            numbers[row] = codes[row] == 0 ? 0 : view.number(row) - (code >> 1 ^ (0 - (code & 1)));
        }
        return true;
    });
}

std::shared_ptr<DecodedColumn> decodeZstd(ByteReader& in, Storage storage, uint32_t rows, const DecodedColumn* parent)
{
    const auto raw = unwrapped(in);
    return raw ? decodeAny(*raw, storage, rows, parent) : nullptr;
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
    case Encoding::Planes: ok = decodePlanes(in, *out, rows); break;
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
