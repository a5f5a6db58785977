// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/segment.h"

#include <algorithm>

#include "core/text/names.h"

namespace rivereto::core {

namespace {

constexpr uint8_t kIcmp = 1;
constexpr uint8_t kIcmp6 = 58;

bool sameShape(const ColumnView& a, const ColumnView& b)
{
    return b.kind == ColumnView::Kind::Constant
        || (a.kind == ColumnView::Kind::Coded && b.kind == ColumnView::Kind::Coded && a.codes == b.codes);
}

/// Number of cells a column computed from `a` (and `b`) needs, and its view: one a distinct value of `a` where `b` follows
/// it, else one a row.
ColumnView shapeLike(const ColumnView& a, const ColumnView& b, Storage storage, size_t rows)
{
    ColumnView out = a;
    out.storage = storage;
    if (!sameShape(a, b)) {
        out.kind = ColumnView::Kind::Plain;
        out.distinct = static_cast<uint32_t>(rows);
        out.codes = nullptr;
    }
    return out;
}

/// Row that stands for cell `i` of a view made by shapeLike(a, b).
template <class F>
void forEachCell(const ColumnView& shape, const ColumnView& a, const ColumnView& b, F&& f)
{
    const bool byRow = shape.kind == ColumnView::Kind::Plain;
    const auto cellOf = [&](const ColumnView& view, size_t i) -> size_t {
        if (view.kind == ColumnView::Kind::Constant)
            return 0;
        return byRow && view.kind == ColumnView::Kind::Coded ? view.codes[i] : i;
    };
    for (size_t i = 0; i < shape.distinct; ++i)
        f(i, cellOf(a, i), cellOf(b, i));
}

uint64_t numberAt(const ColumnView& view, size_t cell)
{
    switch (view.storage) {
    case Storage::U8: return view.as<uint8_t>()[cell];
    case Storage::U16: return view.as<uint16_t>()[cell];
    case Storage::U64: return view.as<uint64_t>()[cell];
    default: return view.as<uint32_t>()[cell];
    }
}

} // namespace

template <class T>
T* BaseSegment::allot(size_t cells)
{
    return reinterpret_cast<T*>(m_memory.emplace_back((cells * sizeof(T) + 7) / 8).data());
}

const ColumnView& BaseSegment::column(ColumnId id)
{
    auto& slot = m_views[index(id)];
    if (!slot.known) {
        const auto& column = m_schema[id];
        slot.view = column.stored() ? load(id) : derive(column);
        slot.known = true;
    }
    return slot.view;
}

ColumnView BaseSegment::derive(const Column& column)
{
    const auto& first = this->column(column.bases[0]);
    const auto second = [&]() -> const ColumnView& { return this->column(column.bases[1]); };
    switch (column.derived) {
    case Derived::Prefix: return derivePrefix(first, second());
    case Derived::Nth1: return deriveNth(first, 0);
    case Derived::Nth2: return deriveNth(first, 1);
    case Derived::Nth3: return deriveNth(first, 2);
    case Derived::Nth4: return deriveNth(first, 3);
    case Derived::PacketSize: return derivePacketSize(first, second());
    case Derived::PacketSizeBucket: return deriveSizeBucket(this->column(ColumnId::PacketSize));
    case Derived::IcmpV4: return deriveIcmp(first, second(), kIcmp);
    case Derived::IcmpV6: return deriveIcmp(first, second(), kIcmp6);
    case Derived::No: break;
    }
    return first;
}

/// A mask of 0 means that nobody told it, and there is no network without an address: the prefix is missing.
ColumnView BaseSegment::derivePrefix(const ColumnView& address, const ColumnView& mask)
{
    auto out = shapeLike(address, mask, Storage::Prefix, m_rows);
    auto* cells = allot<PrefixCell>(out.distinct);
    forEachCell(out, address, mask, [&](size_t i, size_t a, size_t m) {
        const Ip ip = address.as<Ip>()[a];
        const auto length = numberAt(mask, m);
        const auto bits = std::min<uint64_t>(ip.isV4() ? 96 + length : length, 128);
        cells[i] = length == 0 || ip.isZero() ? PrefixCell{} : PrefixCell{ip.masked(static_cast<unsigned>(bits)), bits};
    });
    out.cells = cells;
    return out;
}

ColumnView BaseSegment::deriveNth(const ColumnView& list, size_t n)
{
    ColumnView out = list;
    out.storage = Storage::U32;
    auto* cells = allot<uint32_t>(list.distinct);
    for (size_t i = 0; i < list.distinct; ++i) {
        const auto bytes = texts().text(list.as<uint32_t>()[i]);
        if (bytes.size() >= (n + 1) * 4)
            std::memcpy(cells + i, bytes.data() + n * 4, 4);
    }
    out.cells = cells;
    return out;
}

ColumnView BaseSegment::derivePacketSize(const ColumnView& bytes, const ColumnView& packets)
{
    auto out = shapeLike(bytes, packets, Storage::U64, m_rows);
    auto* cells = allot<uint64_t>(out.distinct);
    forEachCell(out, bytes, packets, [&](size_t i, size_t b, size_t p) {
        const auto count = numberAt(packets, p);
        cells[i] = count == 0 ? 0 : numberAt(bytes, b) / count;
    });
    out.cells = cells;
    return out;
}

ColumnView BaseSegment::deriveSizeBucket(const ColumnView& size)
{
    ColumnView out = size;
    out.storage = Storage::U8;
    auto* cells = allot<uint8_t>(size.distinct);
    for (size_t i = 0; i < size.distinct; ++i)
        cells[i] = sizeBucket(size.as<uint64_t>()[i]);
    out.cells = cells;
    return out;
}

/// Only where the protocol is the ICMP in question; elsewhere type 0 would read as an echo reply.
ColumnView BaseSegment::deriveIcmp(const ColumnView& type, const ColumnView& code, uint8_t proto)
{
    const auto& protos = column(ColumnId::Proto);
    auto* cells = allot<uint16_t>(m_rows);
    for (size_t row = 0; row < m_rows; ++row) {
        if (protos.number(row) == proto)
            cells[row] = icmpCell(static_cast<uint8_t>(type.number(row)), static_cast<uint8_t>(code.number(row)));
    }
    return {.kind = ColumnView::Kind::Plain, .storage = Storage::U16, .distinct = static_cast<uint32_t>(m_rows), .cells = cells};
}

} // namespace rivereto::core
