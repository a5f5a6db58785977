// SPDX-License-Identifier: GPL-3.0-or-later
// Filters: whatever parses prints, the print parses and prints the same, binds like the original, and reverses back.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/filter/completion.h"
#include "core/filter/filter.h"
#include "core/text/time.h"

using namespace rivereto::core;

namespace {

void require(bool condition)
{
    if (!condition)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static const auto schema = Schema::builtin();
    constexpr uint64_t kNow = 1795471800000;
    const BindContext context {.schema = *schema, .nowMs = kNow, .utcOffsetMinutes = 60};

    (void)parseTime(text, kNow, 60);
    (void)complete(text, size / 2, *schema);
    uint32_t end = 0;
    for (const auto& token : colourFilter(text, *schema)) {
        require(token.span.begin >= end && token.span.end > token.span.begin && token.span.end <= size);
        end = token.span.end;
    }

    const auto filter = parseFilter(text);
    if (!filter) {
        require(filter.error().span.has_value() && filter.error().span->end <= size && !filter.error().message().empty());
        return 0;
    }
    const auto printed = toText(*filter, *schema);
    const auto again = parseFilter(printed);
    require(again.has_value() && toText(*again, *schema) == printed);
    require(toText(reversed(reversed(*filter, *schema), *schema), *schema) == printed);
    const auto bound = bindFilter(*filter, context);
    const auto boundAgain = bindFilter(*again, context);
    require(bound.has_value() == boundAgain.has_value());
    if (bound)
        require(bound->columns() == boundAgain->columns());
    else
        require(bound.error().span.has_value() && bound.error().span->end <= size);
    return 0;
}
