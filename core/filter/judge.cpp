// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <type_traits>

#include "core/filter/filter.h"
#include "core/filter/predicate.h"

namespace rivereto::core {

namespace {

using Verdict = BoundFilter::Verdict;

/// Of more single addresses than this one will seem to be there anyway.
constexpr size_t kMostHosts = 16;

Verdict ofBool(bool all)
{
    return all ? Verdict::All : Verdict::None;
}

/// Ranges are sorted and apart: the zone is inside one, touches some, or misses all.
template <class Range, class T> Verdict ofRanges(const std::vector<Range>& ranges, const T& min, const T& max)
{
    const auto reaching = std::ranges::lower_bound(ranges, min, {}, &Range::last);
    if (reaching == ranges.end() || max < reaching->first)
        return Verdict::None;
    return reaching->first <= min && max <= reaching->last ? Verdict::All : Verdict::Some;
}

Verdict ofOrder(const Zone& left, const Zone& right, bool orEqual)
{
    if (orEqual ? left.max <= right.min : left.max < right.min)
        return Verdict::All;
    return (orEqual ? left.min <= right.max : left.min < right.max) ? Verdict::Some : Verdict::None;
}

Verdict ofComparison(FilterOp op, const Zone& left, const Zone& right)
{
    switch (op) {
    case FilterOp::Less:
        return ofOrder(left, right, false);
    case FilterOp::LessEqual:
        return ofOrder(left, right, true);
    case FilterOp::Greater:
        return ofOrder(right, left, false);
    case FilterOp::GreaterEqual:
        return ofOrder(right, left, true);
    default:
        break;
    }
    if (left.max < right.min || right.max < left.min)
        return Verdict::None;
    return left.min == left.max && left == right ? Verdict::All : Verdict::Some;
}

class Judge {
public:
    explicit Judge(const ZoneLookup& zones)
        : m_zones(zones)
    {
    }

    Verdict node(const BoundNode& in) const
    {
        switch (in.kind) {
        case BoundNode::Kind::Test:
            return std::visit([&](const auto& test) { return leaf(in.column, test); }, in.test);
        case BoundNode::Kind::Not: {
            const auto verdict = node(in.children[0]);
            return verdict == Verdict::Some ? verdict : ofBool(verdict == Verdict::None);
        }
        case BoundNode::Kind::And:
            return chain(in, Verdict::None, Verdict::All);
        case BoundNode::Kind::Or:
            return chain(in, Verdict::All, Verdict::None);
        }
        return Verdict::Some;
    }

private:
    /// `decisive` from any child decides; `neutral` from all children stays.
    Verdict chain(const BoundNode& in, Verdict decisive, Verdict neutral) const
    {
        auto out = neutral;
        for (const auto& child : in.children) {
            const auto verdict = node(child);
            if (verdict == decisive)
                return decisive;
            if (verdict == Verdict::Some)
                out = Verdict::Some;
        }
        return out;
    }

    Verdict leaf(ColumnId id, const NumberTest& test) const
    {
        const auto zone = m_zones.zone(id);
        return zone ? ofRanges(test.ranges, zone->min.lo, zone->max.lo) : Verdict::Some;
    }

    Verdict leaf(ColumnId id, const AddressTest& test) const
    {
        const auto zone = m_zones.zone(id);
        const auto verdict = zone ? ofRanges(test.ranges, zone->min, zone->max) : Verdict::Some;
        if (verdict != Verdict::Some || test.ranges.size() > kMostHosts)
            return verdict;
        const bool may = std::ranges::any_of(test.ranges, [&](const AddressRange& range) { return range.first != range.last || m_zones.mayHave(id, range.first); });
        return may ? verdict : Verdict::None;
    }

    Verdict leaf(ColumnId id, const BitsTest& test) const
    {
        const auto zone = m_zones.zone(id);
        if (!zone)
            return Verdict::Some;
        if (zone->min == zone->max)
            return ofBool((zone->min.lo & test.bits) == test.bits);
        return zone->max.lo < test.bits ? Verdict::None : Verdict::Some;
    }

    Verdict leaf(ColumnId id, const ColumnTest& test) const
    {
        const auto left = m_zones.zone(id);
        const auto right = m_zones.zone(test.other);
        if (test.byText || !left || !right)
            return Verdict::Some;
        return ofComparison(test.op, *left, *right);
    }

    /// Of texts only the empty one can be told from a zone: ids 0 … 0.
    template <class Test>
    requires std::is_same_v<Test, TextTest> || std::is_same_v<Test, PatternTest> || std::is_same_v<Test, MemberTest> Verdict leaf(
        ColumnId id, const Test& test)
    const
    {
        const auto zone = m_zones.zone(id);
        return zone && zone->max.lo == 0 ? ofBool(holds(test, std::string_view())) : Verdict::Some;
    }

    const ZoneLookup& m_zones;
};

} // namespace

Verdict BoundFilter::judge(const ZoneLookup& zones) const
{
    return m_root == nullptr ? Verdict::All : Judge(zones).node(*m_root);
}

} // namespace rivereto::core
