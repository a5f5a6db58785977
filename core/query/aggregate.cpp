// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/aggregate.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace rivereto::core {

namespace {

/// Beyond this many (group, point) sums in one segment, rows are hashed one by one.
constexpr uint64_t kDenseCells = 4 * kSegmentRows;
/// Ethernet's preamble, header, checksum and gap: what layer 2 adds to a packet, in octets.
constexpr uint64_t kLayer2Octets = 38;

/// Sums that wait for a common look-up.
constexpr size_t kWaiting = 512;

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

/// One key column as small whole numbers, one a row.
struct Digit {
    const ColumnView* view;
    uint32_t radix; ///< 0: too many different values
    [[nodiscard]] const void* cell(uint32_t digit, std::array<uint8_t, 2>& buffer) const
    {
        if (view->kind != ColumnView::Kind::Plain)
            return static_cast<const uint8_t*>(view->cells) + digit * cellSize(view->storage);
        buffer = {static_cast<uint8_t>(digit), static_cast<uint8_t>(digit >> 8)};
        return buffer.data();
    }
};

Digit digitOf(const ColumnView& view)
{
    if (view.kind != ColumnView::Kind::Plain)
        return {&view, view.distinct};
    const size_t size = cellSize(view.storage);
    return {&view, size == 1 ? 256U : size == 2 ? 65536U : 0U};
}

template <class T>
void addDigits(std::vector<uint32_t>& groups, const T* digits, uint32_t radix, size_t rows)
{
    for (size_t row = 0; row < rows; ++row)
        groups[row] = groups[row] * radix + digits[row];
}

} // namespace

size_t AggregateRequest::keyWidth() const
{
    size_t width = 0;
    for (const auto id : keys)
        width += cellSize((*schema)[id].storage());
    return width;
}

struct Aggregator::Grouping {
    std::vector<Digit> digits;
    uint64_t groups = 1; ///< product of the radices; 0: rows must be hashed
};

Aggregator::Aggregator(const AggregateRequest& request) : m_request(request), m_keyWidth(request.keyWidth())
{
    m_result.cells = GroupTable(m_keyWidth + sizeof(uint32_t));
    if (request.only) {
        m_only.emplace(m_keyWidth);
        for (size_t at = 0; m_keyWidth > 0 && at + m_keyWidth <= request.only->size(); at += m_keyWidth)
            m_only->entryOf(request.only->data() + at);
    }
}

void Aggregator::consume(SegmentView& segment, bool wholeRange, bool wholeFilter)
{
    const size_t rows = segment.rows();
    m_result.rowsStored += rows;
    maskRows(segment, wholeRange, wholeFilter);
    if (m_mask.empty() || m_result.overflow)
        return;
    weigh(segment);
    locatePoints(segment);
    Grouping grouping;
    m_truncated.assign(m_request.keys.size(), {});
    for (size_t key = 0; key < m_request.keys.size(); ++key) {
        const auto digit = digitOf(keyColumn(segment, key));
        grouping.digits.push_back(digit);
        grouping.groups = std::min<uint64_t>(grouping.groups * digit.radix, kDenseCells + 1);
    }
    if (grouping.groups > 0 && grouping.groups * m_pointCount <= kDenseCells)
        sumByCode(grouping, rows);
    else
        sumByHash(segment);
    settle();
    m_result.overflow = m_result.cells.size() > m_request.maxCells;
}

/// The column of a key; addresses cut as the request says, made once a segment.
const ColumnView& Aggregator::keyColumn(SegmentView& segment, size_t key)
{
    const auto& column = segment.column(m_request.keys[key]);
    if (column.storage != Storage::Ip || (m_request.truncateV4 >= 32 && m_request.truncateV6 >= 128))
        return column;
    auto& out = m_truncated[key];
    if (out.view.cells)
        return out.view;
    // Cells of a dictionary are sorted, so those that have become equal are neighbours and share a code.
    std::vector<uint16_t> codeOf(column.kind == ColumnView::Kind::Coded ? column.distinct : 0);
    for (size_t i = 0; i < column.distinct; ++i) {
        const Ip ip = column.as<Ip>()[i];
        const Ip cut = ip.masked(ip.isV4() ? 96 + std::min(m_request.truncateV4, 32U) : m_request.truncateV6);
        if (codeOf.empty() || out.cells.empty() || out.cells.back() != cut)
            out.cells.push_back(cut);
        if (!codeOf.empty())
            codeOf[i] = static_cast<uint16_t>(out.cells.size() - 1);
    }
    out.view = column;
    out.view.cells = out.cells.data();
    out.view.distinct = static_cast<uint32_t>(out.cells.size());
    if (!codeOf.empty()) {
        out.codes.resize(segment.rows());
        std::transform(column.codes, column.codes + segment.rows(), out.codes.begin(), [&](uint16_t code) { return codeOf[code]; });
        out.view.codes = out.codes.data();
    }
    return out.view;
}

/// Leaves m_mask empty when no row matches.
void Aggregator::maskRows(SegmentView& segment, bool wholeRange, bool wholeFilter)
{
    const size_t rows = segment.rows();
    m_mask.assign(rows, 1);
    uint64_t inRange = rows;
    if (!wholeRange) {
        inRange = 0;
        const auto range = m_request.range;
        withNumbers(segment.column(ColumnId::TimeReceived), [&](auto time) {
            for (size_t row = 0; row < rows; ++row) {
                const uint64_t t = time(row);
                m_mask[row] = static_cast<uint8_t>(t >= range.from && t < range.to);
                inRange += m_mask[row];
            }
        });
    }
    m_result.rowsInRange += inRange;
    uint64_t matched = inRange;
    if (!wholeFilter && inRange > 0) {
        std::vector<uint8_t> matches(rows);
        m_request.filter.evaluate(segment, matches);
        matched = 0;
        for (size_t row = 0; row < rows; ++row) {
            m_mask[row] &= matches[row];
            matched += m_mask[row];
        }
    }
    m_result.rowsMatched += matched;
    m_all = matched == rows;
    if (matched == 0)
        m_mask.clear();
}

/// What each row adds to its sum; 0 where it does not match.
void Aggregator::weigh(SegmentView& segment)
{
    const size_t rows = segment.rows();
    m_weights.assign(rows, 1);
    const auto multiply = [&](ColumnId id) {
        withNumbers(segment.column(id), [&](auto number) {
            for (size_t row = 0; row < rows; ++row)
                m_weights[row] *= number(row);
        });
    };
    switch (m_request.unit) {
    case Unit::Flows:
    case Unit::Fps: break;
    case Unit::Bytes:
    case Unit::L3Bps: multiply(ColumnId::Bytes); break;
    case Unit::Packets:
    case Unit::Pps: multiply(ColumnId::Packets); break;
    case Unit::L2Bps:
        multiply(ColumnId::Packets);
        withNumbers(segment.column(ColumnId::Bytes), [&](auto bytes) {
            for (size_t row = 0; row < rows; ++row)
                m_weights[row] = m_weights[row] * kLayer2Octets + bytes(row);
        });
        break;
    }
    if (m_request.unit != Unit::Flows && m_request.unit != Unit::Fps) {
        withNumbers(segment.column(ColumnId::SamplingRate), [&](auto rate) {
            for (size_t row = 0; row < rows; ++row)
                m_weights[row] *= std::max<uint64_t>(rate(row), 1);
        });
    }
    if (!m_all) {
        for (size_t row = 0; row < rows; ++row)
            m_weights[row] &= 0 - static_cast<uint64_t>(m_mask[row]);
    }
}

/// Which point each row belongs to, counted from m_firstPoint.
void Aggregator::locatePoints(SegmentView& segment)
{
    const size_t rows = segment.rows();
    m_firstPoint = 0;
    m_pointCount = 1;
    m_points.assign(rows, 0);
    if (m_request.intervalMs == 0)
        return;
    const uint64_t origin = m_request.firstPoint;
    const uint64_t interval = m_request.intervalMs;
    withNumbers(segment.column(ColumnId::TimeReceived), [&](auto time) {
        uint64_t low = UINT64_MAX;
        uint64_t high = 0;
        for (size_t row = 0; row < rows; ++row) {
            const uint64_t t = m_all || m_mask[row] ? time(row) : origin;
            low = m_all || m_mask[row] ? std::min(low, t) : low;
            high = std::max(high, t);
        }
        m_firstPoint = static_cast<uint32_t>((low - origin) / interval);
        m_pointCount = static_cast<uint32_t>((high - origin) / interval) - m_firstPoint + 1;
        const uint64_t base = origin + m_firstPoint * interval;
        if (m_pointCount <= 8) {
            for (uint32_t k = 1; k < m_pointCount; ++k) {
                const uint64_t bound = base + k * interval;
                for (size_t row = 0; row < rows; ++row)
                    m_points[row] += static_cast<uint32_t>(time(row) >= bound);
            }
        } else {
            for (size_t row = 0; row < rows; ++row)
                m_points[row] = static_cast<uint32_t>((std::clamp(time(row), base, high) - base) / interval);
        }
    });
}

/// All sums of the segment in one array, indexed by group and point.
void Aggregator::sumByCode(const Grouping& grouping, size_t rows)
{
    m_groups.assign(rows, 0);
    for (const auto& digit : grouping.digits) {
        const auto& view = *digit.view;
        if (view.kind == ColumnView::Kind::Coded)
            addDigits(m_groups, view.codes, digit.radix, rows);
        else if (view.kind == ColumnView::Kind::Plain && cellSize(view.storage) == 1)
            addDigits(m_groups, view.as<uint8_t>(), digit.radix, rows);
        else if (view.kind == ColumnView::Kind::Plain)
            addDigits(m_groups, view.as<uint16_t>(), digit.radix, rows);
    }
    m_sums.assign(grouping.groups * m_pointCount, 0);
    m_touched.assign(m_sums.size(), 0);
    for (size_t row = 0; row < rows; ++row) {
        const size_t at = static_cast<size_t>(m_groups[row]) * m_pointCount + m_points[row];
        m_sums[at] += m_weights[row];
        m_touched[at] |= m_mask[row];
    }
    std::vector<uint8_t> key(m_keyWidth + sizeof(uint32_t));
    for (uint64_t group = 0; group < grouping.groups; ++group) {
        const uint8_t* touched = m_touched.data() + group * m_pointCount;
        if (std::memchr(touched, 1, m_pointCount) == nullptr)
            continue;
        uint64_t rest = group;
        size_t end = m_keyWidth;
        for (size_t d = grouping.digits.size(); d-- > 0;) {
            const auto& digit = grouping.digits[d];
            const size_t size = cellSize(digit.view->storage);
            std::array<uint8_t, 2> buffer{};
            std::memcpy(key.data() + (end -= size), digit.cell(static_cast<uint32_t>(rest % digit.radix), buffer), size);
            rest /= digit.radix;
        }
        for (uint32_t point = 0; point < m_pointCount; ++point) {
            if (touched[point])
                add(key.data(), m_firstPoint + point, m_sums[group * m_pointCount + point]);
        }
    }
}

void Aggregator::sumByHash(SegmentView& segment)
{
    const size_t rows = segment.rows();
    std::vector<const ColumnView*> views;
    for (size_t key = 0; key < m_request.keys.size(); ++key)
        views.push_back(&keyColumn(segment, key));
    std::vector<uint8_t> key(m_keyWidth + sizeof(uint32_t));
    for (size_t row = 0; row < rows && m_result.cells.size() <= m_request.maxCells; ++row) {
        if (!m_mask[row])
            continue;
        size_t at = 0;
        for (const auto* view : views) {
            const size_t size = cellSize(view->storage);
            const size_t cell = view->kind == ColumnView::Kind::Plain ? row : view->kind == ColumnView::Kind::Coded ? view->codes[row] : 0;
            std::memcpy(key.data() + at, static_cast<const uint8_t*>(view->cells) + cell * size, size);
            at += size;
        }
        add(key.data(), m_firstPoint + m_points[row], m_weights[row]);
    }
}

/// `key` has room for the point behind its m_keyWidth bytes. Sums wait in a buffer until there are enough to look ahead.
void Aggregator::add(const uint8_t* key, uint32_t point, uint64_t value)
{
    const size_t at = m_waitingKeys.size();
    m_waitingKeys.resize(at + m_keyWidth + sizeof point);
    if (!m_only || m_only->contains(key))
        std::memcpy(m_waitingKeys.data() + at, key, m_keyWidth);
    else
        point |= kOthersBit; // and a key of zeros
    std::memcpy(m_waitingKeys.data() + at + m_keyWidth, &point, sizeof point);
    m_waitingValues.push_back(value);
    if (m_waitingValues.size() >= kWaiting)
        settle();
}

void Aggregator::settle()
{
    m_result.cells.add(m_waitingKeys.data(), m_waitingValues.data(), m_waitingValues.size());
    m_waitingKeys.clear();
    m_waitingValues.clear();
}

void Aggregator::merge(const Aggregator& other)
{
    const auto& cells = other.m_result.cells;
    for (size_t entry = 0; entry < cells.size(); ++entry) {
        m_waitingKeys.insert(m_waitingKeys.end(), cells.key(entry), cells.key(entry) + cells.keyWidth());
        m_waitingValues.push_back(cells.value(entry));
        if (m_waitingValues.size() >= kWaiting)
            settle();
    }
    settle();
    m_result.rowsMatched += other.m_result.rowsMatched;
    m_result.rowsInRange += other.m_result.rowsInRange;
    m_result.rowsStored += other.m_result.rowsStored;
    m_result.overflow = m_result.overflow || other.m_result.overflow || m_result.cells.size() > m_request.maxCells;
}

} // namespace rivereto::core
