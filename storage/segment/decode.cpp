// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "storage/segment/bitpack.h"
#include "storage/segment/compress.h"
#include "storage/segment/cpu.h"
#include "storage/segment/gaps.h"
#include "storage/segment/segment.h"

namespace rivereto::storage {

using core::ColumnView;
using core::Ip;
using core::Storage;

namespace {

/// No honest blob unpacks to more: 16 bytes a row, twice.
constexpr uint64_t kMaxRaw = core::kSegmentRows * 40;
/// Blobs within blobs; an honest one has a dependent column's dictionary's compressed codes.
constexpr unsigned kMaxDepth = 6;

/// Calls `f` with the cells of a column of numbers; false when it has others.
template <class F>
bool withNumbers(DecodedColumn& out, F&& f)
{
    return core::withCellType(out.storage, [&](auto cell) {
        using T = decltype(cell);
        if constexpr (std::is_integral_v<T>)
            return f(std::span(reinterpret_cast<T*>(out.cells.data()), out.cells.size() / sizeof(T)));
        else
            return false;
    });
}

/// Makes room for a cell a row.
void makePlain(DecodedColumn& out, size_t rows)
{
    out.kind = ColumnView::Kind::Plain;
    out.distinct = static_cast<uint32_t>(rows);
    out.cells.resize(rows * core::cellSize(out.storage));
}

template <unsigned Planes, class T>
void joinPlanes(const uint8_t* bytes, uint64_t base, T* out, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        uint64_t value = bytes[i];
        for (unsigned plane = 1; plane < Planes && plane < sizeof(T); ++plane)
            value |= static_cast<uint64_t>(bytes[plane * count + i]) << (8 * plane);
        out[i] = static_cast<T>(base + value);
    }
}

/// For any number of planes.
template <class T>
void joinPlanes(const uint8_t* bytes, unsigned planes, uint64_t base, T* out, size_t count)
{
    joinPlanes<1>(bytes, base, out, count);
    for (unsigned plane = 1; plane < planes && plane < sizeof(T); ++plane) {
        for (size_t i = 0; i < count; ++i)
            out[i] = static_cast<T>(out[i] + (static_cast<T>(bytes[plane * count + i]) << (8 * plane)));
    }
}

#ifdef RIVERETO_WIDE
template <unsigned Planes, class T>
RIVERETO_WIDE void joinWide(const uint8_t* bytes, T base, T* out, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        T value = bytes[i];
        for (unsigned plane = 1; plane < Planes && plane < sizeof(T); ++plane)
            value |= static_cast<T>(static_cast<T>(bytes[plane * count + i]) << (8 * plane));
        out[i] = static_cast<T>(base + value);
    }
}
#endif

template <class T>
bool getPlanes(ByteReader& in, std::span<T> out)
{
    const auto base = in.getVarint();
    const auto planes = in.get<uint8_t>();
    const auto text = in.getBytes(out.size() * planes);
    if (!in.ok() || planes > 8)
        return false;
    if (planes == 0) { // all the same
        std::ranges::fill(out, static_cast<T>(base));
        return true;
    }
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
#ifdef RIVERETO_WIDE
    if (hasWide() && planes <= 3) {
        const auto join = planes == 1 ? joinWide<1, T> : planes == 2 ? joinWide<2, T> : joinWide<3, T>;
        join(bytes, static_cast<T>(base), out.data(), out.size());
        return true;
    }
#endif
    joinPlanes(bytes, planes, base, out.data(), out.size());
    return true;
}

/// What a Zstd blob holds, read from behind its tag; empty when it is damaged, or holds another one. Valid until the thread
/// unwraps another blob at this depth.
std::string_view unwrapped(ByteReader& in, unsigned depth)
{
    static thread_local std::array<UnwrittenVector<char>, kMaxDepth> buffers;
    const auto size = in.getVarint();
    if (!in.ok() || size == 0 || size > kMaxRaw || depth >= kMaxDepth)
        return {};
    auto& raw = buffers[depth];
    raw.resize(size);
    if (!readFrames(in.rest(), raw) || static_cast<Encoding>(raw[0]) == Encoding::Zstd)
        return {};
    return {raw.data(), raw.size()};
}

/// A blob of one number a row.
template <class T>
bool readNumbers(std::string_view blob, std::span<T> out, unsigned depth)
{
    ByteReader in(blob);
    switch (in.get<Encoding>()) {
    case Encoding::Packed: return in.ok() && unpackNumbers(in, out);
    case Encoding::Delta: return unpackDeltas(in, out);
    case Encoding::Planes: return getPlanes(in, out);
    case Encoding::Zstd: {
        const auto raw = unwrapped(in, depth);
        return !raw.empty() && readNumbers(raw, out, depth + 1);
    }
    default: return false;
    }
}

template <class T>
bool getSteps(ByteReader& in, std::span<T> out)
{
    uint64_t value = 0;
    for (auto& cell : out)
        cell = static_cast<T>(value += in.getVarint());
    return in.ok();
}

template <class T>
bool getRun(ByteReader& in, std::span<T> out)
{
    switch (in.get<Packing>()) {
    case kNumbers: return in.ok() && unpackNumbers(in, out);
    case kDeltas: return unpackDeltas(in, out);
    case kAscending: return unpackAscending(in, out);
    case kSteps: return getSteps(in, out);
    case kGaps: return getGaps(in, out);
    }
    return false;
}

bool getAddresses(ByteReader& in, std::span<Ip> out)
{
    static thread_local UnwrittenVector<uint64_t> half;
    const auto first = in.getVarint();
    if (!in.ok() || first > out.size())
        return false;
    half.resize(out.size());
    if (!getRun(in, std::span(half).first(first)))
        return false;
    for (size_t i = 0; i < first; ++i)
        out[i] = {0, half[i]};
    for (auto member : {&Ip::hi, &Ip::lo}) {
        if (!getRun(in, std::span(half).subspan(first)))
            return false;
        for (size_t i = first; i < out.size(); ++i)
            out[i].*member = half[i];
    }
    return true;
}

/// `count` cells of any storage.
bool getCells(ByteReader& in, DecodedColumn& out, size_t count)
{
    out.cells.resize(count * core::cellSize(out.storage));
    if (out.storage == Storage::Ip)
        return getAddresses(in, {reinterpret_cast<Ip*>(out.cells.data()), count});
    return withNumbers(out, [&](auto cells) { return getRun(in, cells); });
}

/// A dictionary's cells, compressed or not.
bool decodeCells(std::string_view bytes, DecodedColumn& out, size_t count, unsigned depth)
{
    ByteReader in(bytes);
    auto encoding = in.get<Encoding>();
    if (encoding == Encoding::Zstd) {
        in = ByteReader(unwrapped(in, depth));
        encoding = in.get<Encoding>();
    }
    return encoding == Encoding::Wide && in.ok() && getCells(in, out, count);
}

bool decodeDictionary(ByteReader& in, DecodedColumn& out, uint32_t rows, unsigned depth)
{
    const auto distinct = in.getVarint();
    const auto cells = in.getBytes(in.getVarint());
    if (!in.ok() || distinct == 0 || distinct > rows || !decodeCells(cells, out, distinct, depth))
        return false;
    out.kind = ColumnView::Kind::Coded;
    out.distinct = static_cast<uint32_t>(distinct);
    out.codes.resize(rows);
    return readNumbers(in.rest(), std::span(out.codes), depth) && boundsOf(std::span<const uint16_t>(out.codes)).high < distinct;
}

std::shared_ptr<DecodedColumn> decodeAny(std::string_view data, Storage storage, uint32_t rows, const DecodedColumn* parent, unsigned depth);

/// A value for each code of the parent becomes codes of its own values, so that equal values share a code.
bool decodeDependent(ByteReader& in, DecodedColumn& out, uint32_t rows, const DecodedColumn* parent, unsigned depth)
{
    if (!parent || parent->kind != ColumnView::Kind::Coded || parent->codes.size() != rows)
        return false;
    const auto inner = decodeAny(in.rest(), out.storage, parent->distinct, nullptr, depth + 1);
    if (!inner)
        return false;
    out.cells = std::move(inner->cells);
    out.distinct = inner->distinct;
    out.kind = inner->kind == ColumnView::Kind::Constant ? ColumnView::Kind::Constant : ColumnView::Kind::Coded;
    if (inner->kind == ColumnView::Kind::Plain) {
        out.codes = parent->codes;
    } else if (inner->kind == ColumnView::Kind::Coded) {
        out.codes.resize(rows);
        std::ranges::transform(parent->codes, out.codes.begin(), [codes = inner->codes.data()](uint16_t code) { return codes[code]; });
    }
    return true;
}

/// What differences() of the encoder made of a value.
uint64_t undone(uint64_t code, uint64_t parent)
{
    const uint64_t zigzag = code - 1;
    return code == 0 ? 0 : parent - (zigzag >> 1 ^ (0 - (zigzag & 1)));
}

bool decodeDifference(ByteReader& in, DecodedColumn& out, uint32_t rows, const DecodedColumn* parent, unsigned depth)
{
    static thread_local UnwrittenVector<uint64_t> codes;
    if (!parent || parent->storage == Storage::Ip || parent->storage == Storage::Prefix)
        return false;
    codes.resize(rows);
    if (!readNumbers(in.rest(), std::span(codes), depth))
        return false;
    makePlain(out, rows);
    const auto view = parent->view();
    return withNumbers(out, [&]<class T>(std::span<T> cells) {
        if (view.kind == ColumnView::Kind::Plain && view.storage == Storage::U64) {
            const auto* base = view.as<uint64_t>();
            for (size_t row = 0; row < rows; ++row)
                cells[row] = static_cast<T>(undone(codes[row], base[row]));
        } else {
            for (size_t row = 0; row < rows; ++row)
                cells[row] = static_cast<T>(undone(codes[row], view.number(row)));
        }
        return true;
    });
}

bool decodeConstant(ByteReader& in, DecodedColumn& out)
{
    const auto cell = in.getBytes(core::cellSize(out.storage));
    out.cells.assign(cell.begin(), cell.end());
    return in.ok();
}

std::shared_ptr<DecodedColumn> decodeAny(std::string_view data, Storage storage, uint32_t rows, const DecodedColumn* parent, unsigned depth)
{
    ByteReader in(data);
    const auto encoding = in.get<Encoding>();
    if (!in.ok() || rows == 0 || rows > core::kSegmentRows || depth > kMaxDepth)
        return nullptr;
    auto out = std::make_shared<DecodedColumn>();
    out->storage = storage;
    bool ok = false;
    switch (encoding) {
    case Encoding::Constant: ok = decodeConstant(in, *out); break;
    case Encoding::Packed:
    case Encoding::Delta:
    case Encoding::Planes:
        makePlain(*out, rows);
        ok = withNumbers(*out, [&](auto cells) { return readNumbers(data, cells, depth); });
        break;
    case Encoding::Dictionary: ok = decodeDictionary(in, *out, rows, depth); break;
    case Encoding::Dependent: ok = decodeDependent(in, *out, rows, parent, depth); break;
    case Encoding::Difference: ok = decodeDifference(in, *out, rows, parent, depth); break;
    case Encoding::Wide:
        makePlain(*out, rows);
        ok = storage == Storage::Ip && getCells(in, *out, rows);
        break;
    case Encoding::Zstd: {
        const auto raw = unwrapped(in, depth);
        return raw.empty() ? nullptr : decodeAny(raw, storage, rows, parent, depth + 1);
    }
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
    return decodeAny(data, storage, rows, parent, 0);
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
