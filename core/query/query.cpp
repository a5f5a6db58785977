// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/query/query.h"

#include <span>

namespace rivereto::core {

namespace {

template <class E>
Result<E> parseName(std::string_view text, std::span<const std::string_view> names, std::string_view what)
{
    std::string all;
    for (size_t i = 0; i < names.size(); ++i) {
        if (text == names[i])
            return static_cast<E>(i);
        all += (i > 0 ? ", " : "") + std::string(names[i]);
    }
    return fail("“{}” is no {}; there are {}", text, what, all);
}

constexpr std::string_view kDistinct = "distinct:";

} // namespace

Result<QueryKind> parseQueryKind(std::string_view text) { return parseName<QueryKind>(text, kQueryKindNames, "kind of query"); }
Result<LimitBy> parseLimitBy(std::string_view text) { return parseName<LimitBy>(text, kLimitByNames, "way to rank"); }
Result<Period> parsePeriod(std::string_view text) { return parseName<Period>(text, kPeriodNames, "period"); }

uint64_t periodMs(Period period)
{
    constexpr uint64_t kHour = 3'600'000;
    switch (period) {
    case Period::None: break;
    case Period::Hour: return kHour;
    case Period::Day: return 24 * kHour;
    case Period::Week: return 7 * 24 * kHour;
    case Period::FourWeeks: return 28 * 24 * kHour;
    case Period::Year: return 365 * 24 * kHour;
    }
    return 0;
}

Result<void> setUnit(Query& query, std::string_view text)
{
    query.distinct.clear();
    if (text.starts_with(kDistinct) && text.size() > kDistinct.size()) {
        query.unit = Unit::Distinct;
        query.distinct = text.substr(kDistinct.size());
        return {};
    }
    const auto unit = parseName<Unit>(text == kUnitNames[static_cast<size_t>(Unit::Distinct)] ? kDistinct : text, kUnitNames, "unit");
    if (!unit)
        return tl::unexpected(unit.error());
    query.unit = *unit;
    return {};
}

std::string unitName(const Query& query)
{
    return query.unit == Unit::Distinct ? std::string(kDistinct) + query.distinct : std::string(kUnitNames[static_cast<size_t>(query.unit)]);
}

} // namespace rivereto::core
