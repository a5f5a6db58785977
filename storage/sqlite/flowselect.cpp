// SPDX-License-Identifier: GPL-3.0-or-later
#include "storage/sqlite/flowselect.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <tuple>
#include <utility>

namespace rivereto::storage {

using core::ColumnId;
using core::ColumnView;
using core::Ip;
using core::Storage;

namespace {

/// So many rows are gathered and sorted at once rather than looked at twice.
constexpr uint64_t kGathered = 1 << 18;
/// Keys that are looked at to guess which ones surround a place, and how often before narrowing by strict counting.
constexpr uint64_t kSamples = 100'000;
constexpr int kGuesses = 8;
constexpr size_t kRanges = 4096;
constexpr Ip kHighest{~0ULL, ~0ULL};

Ip minus(Ip a, Ip b) { return {a.hi - b.hi - (a.lo < b.lo ? 1 : 0), a.lo - b.lo}; }
Ip plus(Ip a, Ip b)
{
    const uint64_t lo = a.lo + b.lo;
    return {a.hi + b.hi + (lo < a.lo ? 1 : 0), lo};
}
Ip shiftedRight(Ip a, unsigned by)
{
    if (by == 0)
        return a;
    if (by >= 64)
        return {0, by >= 128 ? 0 : a.hi >> (by - 64)};
    return {a.hi >> by, a.lo >> by | a.hi << (64 - by)};
}
Ip shiftedLeft(uint64_t value, unsigned by)
{
    if (by == 0)
        return {0, value};
    if (by >= 64)
        return {by >= 128 ? 0 : value << (by - 64), 0};
    return {value >> (64 - by), value << by};
}

/// Cuts [from, to] into ranges of equal width, a power of two.
class Ranges {
public:
    Ranges(Ip from, Ip to) : m_from(from)
    {
        while (shiftedRight(minus(to, from), m_shift) >= Ip{0, kRanges})
            ++m_shift;
    }
    [[nodiscard]] size_t of(Ip key) const { return static_cast<size_t>(shiftedRight(minus(key, m_from), m_shift).lo); }
    [[nodiscard]] Ip begin(size_t range) const { return plus(m_from, shiftedLeft(range, m_shift)); }
    /// The last key of a range.
    [[nodiscard]] Ip end(size_t range) const { return plus(begin(range), minus(shiftedLeft(1, m_shift), {0, 1})); }
    [[nodiscard]] bool single() const { return m_shift == 0; }

private:
    Ip m_from;
    unsigned m_shift = 0;
};

} // namespace

FlowSelector::FlowSelector(const FlowSource& source, const core::FlowsRequest& request, const core::Control& control,
                           std::vector<core::DamagedPart>& damaged)
    : m_source(source), m_request(request), m_control(control), m_damaged(damaged), m_storage((*source.schema)[request.sort].storage())
{
}

Ip FlowSelector::Keys::at(size_t row) const
{
    if (ranks)
        return {0, (*ranks)[view->at<uint32_t>(row)]};
    if (view->storage == Storage::Ip)
        return view->at<Ip>(row);
    if (view->storage == Storage::Prefix)
        return view->at<core::PrefixCell>(row).address;
    return {0, view->number(row)};
}

core::Result<void> FlowSelector::check(const StoredSegment& segment)
{
    if (segment.error())
        return tl::unexpected(*segment.error());
    if (segment.damage())
        m_damaged.push_back(*segment.damage());
    return {};
}

core::Result<void> FlowSelector::count(bool readKeys)
{
    const auto segments = m_source.segments.size();
    for (uint32_t number = 0; number < segments; ++number) {
        if (m_control.stop.stop_requested())
            return core::fail(core::kCancelled);
        if (auto counted = countSegment(number, readKeys); !counted)
            return counted;
        if (m_control.progress)
            m_control.progress(static_cast<double>(number + 1) / static_cast<double>(segments));
    }
    return {};
}

core::Result<void> FlowSelector::countSegment(uint32_t number, bool readKeys)
{
    const auto& info = *m_source.segments[number];
    const auto& range = m_request.range;
    if (info.time.to <= range.from || info.time.from >= range.to || std::ranges::find(m_damaged, info.id, &core::DamagedPart::segment) != m_damaged.end())
        return {};
    const auto verdict = m_request.filter.judge(SegmentZones(info, m_source.select));
    Part part{.number = number, .matched = info.rows, .inside = info.time.from >= range.from && info.time.to <= range.to,
              .all = verdict == core::BoundFilter::Verdict::All};
    if (part.inside && verdict == core::BoundFilter::Verdict::None) {
        m_summary.inRange += info.rows;
        return {};
    }
    bound(part, info);
    SegmentCount found{.inRange = info.rows, .matched = info.rows};
    StoredSegment segment(*m_source.schema, info, m_source.select, m_source.cache, m_source.texts);
    if (!part.inside || !part.all) {
        const core::TimeRange meet{std::max(range.from, info.time.from), std::min(range.to, info.time.to)};
        if (const auto known = m_source.counts.find(m_request.filter, info, meet)) {
            found = *known;
        } else {
            if (auto evaluated = evaluate(part, segment, found); !evaluated)
                return evaluated;
            part.mask.clear();
            if (!segment.damage())
                m_source.counts.insert(m_request.filter, m_source.segments[number], meet, found);
        }
    }
    if (readKeys)
        (void)segment.column(m_request.sort);
    if (auto sound = check(segment); !sound || segment.damage())
        return sound;
    m_summary.inRange += found.inRange;
    m_summary.matched += found.matched;
    part.matched = found.matched;
    if (part.matched > 0)
        m_parts.push_back(std::move(part));
    return {};
}

/// What is known of a part's keys without reading them.
void FlowSelector::bound(Part& part, const SegmentInfo& info) const
{
    part.max = kHighest;
    if (m_request.sort == ColumnId::TimeReceived) {
        part.min = {0, std::max(info.time.from, m_request.range.from)};
        part.max = {0, std::min(info.time.to, m_request.range.to) - 1};
    } else if (m_storage != Storage::Dict) {
        if (const auto zone = info.zone(m_request.sort)) {
            part.min = zone->min;
            part.max = zone->max;
        }
    }
}

/// Finds the part's mask and counts it.
core::Result<void> FlowSelector::evaluate(Part& part, StoredSegment& segment, SegmentCount& count)
{
    std::vector<uint8_t> mask(segment.rows(), 1);
    if (!part.all)
        m_request.filter.evaluate(segment, mask);
    count.inRange = static_cast<uint32_t>(segment.rows());
    if (!part.inside) {
        const auto& time = segment.column(ColumnId::TimeReceived);
        count.inRange = 0;
        for (size_t row = 0; row < mask.size(); ++row) {
            const auto t = time.at<uint64_t>(row);
            const bool in = t >= m_request.range.from && t < m_request.range.to;
            count.inRange += in;
            mask[row] = mask[row] && in;
        }
    }
    count.matched = static_cast<uint32_t>(std::ranges::count_if(mask, [](uint8_t m) { return m != 0; }));
    part.mask.assign(mask.begin(), mask.end());
    return {};
}

/// Texts are compared by their places, so that a key is a number.
core::Result<void> FlowSelector::rankTexts()
{
    if (std::exchange(m_ranked, true))
        return {};
    std::vector<uint8_t> used(m_source.texts.size());
    for (const auto& part : m_parts) {
        if (m_control.stop.stop_requested())
            return core::fail(core::kCancelled);
        StoredSegment segment(*m_source.schema, *m_source.segments[part.number], m_source.select, m_source.cache, m_source.texts);
        const auto& view = segment.column(m_request.sort);
        if (auto sound = check(segment); !sound || segment.damage())
            return sound;
        for (size_t i = 0; i < view.distinct; ++i)
            used[view.as<uint32_t>()[i]] = 1;
    }
    std::vector<uint32_t> ids;
    for (uint32_t id = 0; id < used.size(); ++id) {
        if (used[id])
            ids.push_back(id);
    }
    std::ranges::sort(ids, {}, [&](uint32_t id) { return m_source.texts.text(id); });
    m_ranks.assign(used.size(), 0);
    for (uint32_t rank = 0; rank < ids.size(); ++rank)
        m_ranks[ids[rank]] = rank;
    return {};
}

core::Result<std::vector<FlowEntry>> FlowSelector::at(uint64_t first, uint64_t last)
{
    last = std::min(last, m_summary.matched);
    if (first >= last)
        return std::vector<FlowEntry>();
    if (m_request.descending)
        std::tie(first, last) = std::pair(m_summary.matched - last, m_summary.matched - first);
    const auto known = m_damaged.size();
    if (m_storage == Storage::Dict) {
        if (auto ranked = rankTexts(); !ranked || m_damaged.size() > known)
            return ranked ? core::Result<std::vector<FlowEntry>>() : tl::unexpected(ranked.error());
    }
    // Rows with keys up to a part's largest, and below its smallest: what can stand before and what must.
    std::vector<std::pair<Ip, uint64_t>> lowest;
    std::vector<std::pair<Ip, uint64_t>> highest;
    for (const auto& part : m_parts) {
        lowest.emplace_back(part.min, part.matched);
        highest.emplace_back(part.max, part.matched);
    }
    const auto accumulate = [](auto& bounds) {
        std::ranges::sort(bounds);
        uint64_t sum = 0;
        for (auto& [key, rows] : bounds)
            rows = sum += rows;
    };
    accumulate(lowest);
    accumulate(highest);
    const auto rowsUpTo = [](const auto& bounds, auto found) { return found == bounds.begin() ? 0 : std::prev(found)->second; };
    uint64_t before = 0;
    std::vector<Part*> meets;
    for (auto& part : m_parts) {
        const auto most = rowsUpTo(lowest, std::ranges::upper_bound(lowest, part.max, {}, &std::pair<Ip, uint64_t>::first));
        const auto least = rowsUpTo(highest, std::ranges::lower_bound(highest, part.min, {}, &std::pair<Ip, uint64_t>::first));
        if (most <= first)
            before += part.matched;
        else if (least < last)
            meets.push_back(&part);
    }
    auto out = select(meets, first - before, last - before);
    if (out && m_request.descending)
        std::ranges::reverse(*out);
    return out;
}

/// f(part, row, key) of every matching row, in order of segment and row.
template <class F>
core::Result<void> FlowSelector::eachRow(std::vector<Part*>& parts, F&& f)
{
    for (auto* part : parts) {
        if (m_control.stop.stop_requested())
            return core::fail(core::kCancelled);
        StoredSegment segment(*m_source.schema, *m_source.segments[part->number], m_source.select, m_source.cache, m_source.texts);
        const bool every = part->inside && part->all;
        if (!every && part->mask.empty()) {
            SegmentCount count;
            if (auto evaluated = evaluate(*part, segment, count); !evaluated)
                return evaluated;
        }
        const Keys keys{.view = &segment.column(m_request.sort), .ranks = m_storage == Storage::Dict ? &m_ranks : nullptr};
        if (auto sound = check(segment); !sound || segment.damage())
            return sound;
        for (uint32_t row = 0; row < segment.rows(); ++row) {
            if (every || part->mask[row])
                f(*part, row, keys.at(row));
        }
    }
    return {};
}

/// Rows of the places [first, last) among those of `parts`, ascending.
core::Result<std::vector<FlowEntry>> FlowSelector::select(std::vector<Part*>& parts, uint64_t first, uint64_t last)
{
    uint64_t rows = 0;
    for (const auto* part : parts)
        rows += part->matched;
    if (rows <= std::max(kGathered, 2 * (last - first)) || last <= kGathered)
        return gather<std::less<>>(parts, first, last);
    if (rows - first <= kGathered) {
        auto out = gather<std::greater<>>(parts, rows - last, rows - first);
        if (out)
            std::ranges::reverse(*out);
        return out;
    }
    return narrow(parts, rows, first, last);
}

/// The same where the places are near the beginning in this order: what cannot be among the first `last` is dropped on the way.
template <class Less>
core::Result<std::vector<FlowEntry>> FlowSelector::gather(std::vector<Part*>& parts, uint64_t first, uint64_t last)
{
    const auto known = m_damaged.size();
    const auto room = std::max(kGathered, 2 * last);
    std::vector<FlowEntry> all;
    std::optional<FlowEntry> worst; ///< of `last` rows that were found
    const auto done = eachRow(parts, [&](const Part& part, uint32_t row, Ip key) {
        const FlowEntry entry{key, part.number, row};
        if (worst && !Less()(entry, *worst))
            return;
        if (all.size() >= room) {
            std::ranges::nth_element(all, all.begin() + static_cast<ptrdiff_t>(last - 1), Less());
            worst = all[last - 1];
            all.resize(last);
        }
        all.push_back(entry);
    });
    if (!done)
        return tl::unexpected(done.error());
    if (m_damaged.size() > known || last > all.size())
        return std::vector<FlowEntry>();
    return sorted<Less>(all, first, last);
}

/// The entries at these places once all were in order.
template <class Less>
std::vector<FlowEntry> FlowSelector::sorted(std::vector<FlowEntry>& all, uint64_t first, uint64_t last)
{
    const auto begin = all.begin() + static_cast<ptrdiff_t>(first);
    const auto end = all.begin() + static_cast<ptrdiff_t>(last);
    std::ranges::nth_element(all, begin, Less());
    if (end != all.end())
        std::nth_element(begin, end, all.end(), Less());
    std::sort(begin, end, Less());
    return {begin, end};
}

/// Keys of so many matching rows in [from, to], in order.
core::Result<std::vector<Ip>> FlowSelector::sample(std::vector<Part*>& parts, uint64_t rows, Ip from, Ip to)
{
    std::vector<Ip> out;
    const uint64_t step = std::max<uint64_t>(rows / kSamples, 1);
    uint64_t at = 0;
    const auto done = eachRow(parts, [&](const Part&, uint32_t, Ip key) {
        if (key >= from && key <= to && at++ % step == 0)
            out.push_back(key);
    });
    if (!done)
        return tl::unexpected(done.error());
    std::ranges::sort(out);
    return out;
}

/// Guesses from samples which keys surround the places and gathers what lies between.
core::Result<std::vector<FlowEntry>> FlowSelector::narrow(std::vector<Part*>& parts, uint64_t rows, uint64_t first, uint64_t last)
{
    const auto known = m_damaged.size();
    const auto room = std::max(kGathered, 2 * (last - first));
    Ip from;
    Ip to = kHighest;
    uint64_t before = 0; ///< rows with keys below `from`
    std::vector<FlowEntry> between;
    for (int guess = 0; guess < kGuesses; ++guess) {
        const auto keys = sample(parts, rows, from, to);
        if (!keys)
            return tl::unexpected(keys.error());
        if (m_damaged.size() > known || keys->empty())
            return std::vector<FlowEntry>();
        const auto count = static_cast<double>(keys->size());
        const double margin = 3 * std::sqrt(count) + 2;
        const auto place = [&](uint64_t rank) { return static_cast<double>(rank - before) / static_cast<double>(rows) * count; };
        const double low = place(first) - margin;
        const double high = place(last) + margin;
        const Ip begin = low < 0 ? from : (*keys)[static_cast<size_t>(low)];
        const Ip end = high >= count ? to : (*keys)[static_cast<size_t>(high)];
        between.clear();
        uint64_t below = 0;
        uint64_t inside = 0;
        const auto done = eachRow(parts, [&](const Part& part, uint32_t row, Ip key) {
            below += key >= from && key < begin;
            if (key >= begin && key <= end && ++inside <= room)
                between.push_back({key, part.number, row});
        });
        if (!done)
            return tl::unexpected(done.error());
        if (first < before + below || last > before + below + inside)
            break;
        before += below;
        if (inside <= room)
            return sorted<std::less<>>(between, first - before, last - before);
        if (begin == end)
            return gatherTies(parts, {begin, before}, {begin, before}, first, last);
        from = begin;
        to = end;
        rows = inside;
    }
    const auto begin = keyAt(parts, first);
    const auto end = begin && m_damaged.size() == known ? keyAt(parts, last - 1) : begin;
    if (!end)
        return tl::unexpected(end.error());
    return m_damaged.size() > known ? std::vector<FlowEntry>() : gatherTies(parts, *begin, *end, first, last);
}

/// The key of the row at a place, by counting ever narrower ranges of keys.
core::Result<FlowSelector::Place> FlowSelector::keyAt(std::vector<Part*>& parts, uint64_t rank)
{
    Ip from = kHighest;
    Ip to;
    for (const auto* part : parts) {
        from = std::min(from, part->min);
        to = std::max(to, part->max);
    }
    uint64_t before = 0;
    for (;;) {
        const Ranges ranges(from, to);
        std::array<uint64_t, kRanges> counts{};
        const auto done = eachRow(parts, [&](const Part&, uint32_t, Ip key) {
            if (key >= from && key <= to)
                ++counts[ranges.of(key)];
        });
        if (!done)
            return tl::unexpected(done.error());
        size_t range = 0;
        while (range + 1 < kRanges && before + counts[range] <= rank)
            before += counts[range++];
        from = ranges.begin(range);
        to = std::min(to, ranges.end(range));
        if (ranges.single() || counts[range] == 0)
            return Place{from, before};
    }
}

/// Rows from `first` on among those with the first key, all with keys between, and those with the last key up to `last`.
core::Result<std::vector<FlowEntry>> FlowSelector::gatherTies(std::vector<Part*>& parts, const Place& from, const Place& to, uint64_t first, uint64_t last)
{
    std::vector<FlowEntry> out;
    out.reserve(last - first);
    uint64_t atFrom = from.before;
    uint64_t atTo = to.before;
    const auto done = eachRow(parts, [&](const Part& part, uint32_t row, Ip key) {
        const bool begins = key == from.key && atFrom++ < first;
        const bool ends = key == to.key && atTo++ >= last;
        if (key >= from.key && key <= to.key && !begins && !ends)
            out.push_back({key, part.number, row});
    });
    if (!done)
        return tl::unexpected(done.error());
    std::ranges::sort(out);
    return out;
}

} // namespace rivereto::storage
