// SPDX-License-Identifier: GPL-3.0-or-later
// Result and Error: how every fallible call of Rivereto reports what went wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <tl/expected.hpp>

namespace rivereto::core {

/// Half-open range of byte offsets in a text the user wrote (filter, configuration).
struct SourceSpan {
    uint32_t begin = 0;
    uint32_t end = 0;
    bool operator==(const SourceSpan&) const = default;
};

/// What went wrong, for a person: an English template with {} placeholders and its
/// arguments, kept apart so that the window can translate the template.
struct Error {
    std::string_view text;         ///< template; a string literal, lives for ever
    std::vector<std::string> args; ///< one for each {} in `text`, in order
    std::optional<SourceSpan> span;

    /// The English message.
    [[nodiscard]] std::string message() const;
    [[nodiscard]] Error at(SourceSpan where) &&
    {
        span = where;
        return std::move(*this);
    }
};

template <class T>
using Result = tl::expected<T, Error>;

/// makeError("cannot read {}: {}", path, reason). `text` must be a string literal.
template <class... Args>
[[nodiscard]] Error makeError(std::string_view text, const Args&... args)
{
    return Error{.text = text, .args = {fmt::format("{}", args)...}, .span = {}};
}

/// The same as the unexpected side of a Result: `return fail("…", x);`
template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail(std::string_view text, const Args&... args)
{
    return tl::unexpected<Error>(makeError(text, args...));
}

} // namespace rivereto::core
