// SPDX-License-Identifier: GPL-3.0-or-later
// Filters of other tools: what is recognised binds and is a filter of ours from then on; what binds can be written or is refused
// with its place, and what is written can be read.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/filter/translate.h"

using namespace rivereto::core;

namespace {

void mustHold(bool condition)
{
    if (!condition)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static const auto schema = Schema::builtin();
    const BindContext context {.schema = *schema, .nowMs = 1795471800000, .utcOffsetMinutes = 60};

    std::string ours(text);
    if (const auto found = recogniseFilter(text, context)) {
        mustHold(!found->languages.empty());
        if (!found->filter) {
            const auto& span = found->filter.error().span;
            mustHold(!span || (span->begin <= span->end && span->end <= size));
            return 0;
        }
        ours = *found->filter;
        mustHold(bindFilter(ours, context).has_value() && !recogniseFilter(ours, context));
    }
    if (!bindFilter(ours, context))
        return 0;
    for (const auto language : {FilterLanguage::Bpf, FilterLanguage::Nfdump, FilterLanguage::Wireshark}) {
        const auto written = translateFilter(ours, language, context);
        mustHold(written || (written.error().span && written.error().span->end <= ours.size()));
        if (written)
            (void)recogniseFilter(*written, context);
    }
    return 0;
}
