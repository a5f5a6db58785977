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

} // namespace

Result<QueryKind> parseQueryKind(std::string_view text) { return parseName<QueryKind>(text, kQueryKindNames, "kind of query"); }
Result<Unit> parseUnit(std::string_view text) { return parseName<Unit>(text, kUnitNames, "unit"); }
Result<LimitBy> parseLimitBy(std::string_view text) { return parseName<LimitBy>(text, kLimitByNames, "way to rank"); }

} // namespace rivereto::core
