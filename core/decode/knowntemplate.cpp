// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/decode/knowntemplate.h"

#include <algorithm>

namespace rivereto::core {

bool isPossible(const KnownTemplate& known)
{
    constexpr uint16_t kFirstDataSet = 256;
    if ((known.protocol != Protocol::NetFlow9 && known.protocol != Protocol::Ipfix) || known.id < kFirstDataSet)
        return false;
    if (known.fields.empty() || known.fields.size() > kMostTemplateFields)
        return false;
    const auto isEmpty = [](const FieldSpec& field) { return field.length == 0; };
    const auto isEmptyAndNoScope = [](const FieldSpec& field) { return field.length == 0 && !field.scope; };
    return std::ranges::none_of(known.fields, isEmptyAndNoScope)
        && static_cast<size_t>(std::ranges::count_if(known.fields, isEmpty)) <= kMaxEmptyScopes;
}

} // namespace rivereto::core
